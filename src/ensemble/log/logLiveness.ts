import type { World } from '../world/world.ts'
import { committedStates } from './atlas.ts'
import { brokerOf, logOptionsOf, nodeOfBroker } from './broker.ts'
import type { LogClient } from './logClient.ts'
import { offsetsTopic } from './logOptions.ts'
import { Producer } from './producer.ts'
import type { LogEntry } from './records.ts'
import { indexAt, roleLeader } from './replica.ts'
import { coordinatorOf } from './transactionCoordinator.ts'

/** What is still missing among the brokers after the faults have healed, or null (see `checks/liveness.ts`). */
export function unsettledLog(world: World): { readonly invariant: string; readonly node: number; readonly detail: string } | null {
  const options = logOptionsOf(world)
  const states = committedStates(world)
  for (const spec of options.partitions) {
    const state = states?.[spec.index]
    if (state === null || state === undefined) return { invariant: 'REP-10', node: -1, detail: `${spec.name} has no state` }
    if (state.leader < 0) return { invariant: 'REP-10', node: -1, detail: `${spec.name} has no leader; in sync ${state.isr.join(', ') || 'none'}, eligible ${state.elr.join(', ') || 'none'}` }
    if (state.isr.length < spec.replicas.length) return { invariant: 'REP-10', node: -1, detail: `${spec.name} has ${state.isr.join(', ')} in sync, not ${spec.replicas.join(', ')}` }
    const replica = brokerOf(world, state.leader)?.replicas[spec.index]
    if (replica?.role !== roleLeader || replica.leaderEpoch !== state.leaderEpoch) return { invariant: 'REP-10', node: nodeOfBroker(world, state.leader), detail: `does not know that it leads ${spec.name} in leader epoch ${state.leaderEpoch}` }
    for (const { openSince, producerId } of replica.producers.values()) {
      if (openSince < 0) continue
      const { batch } = replica.log.entries[indexAt(replica.log, openSince)] as LogEntry
      if (world.now - batch.timestamp > options.transactionTimeoutMicros + 15_000_000) return { invariant: 'TXN-4', node: nodeOfBroker(world, state.leader), detail: `has a transaction of producer ${producerId} open in ${spec.name} since offset ${openSince}, for ${Math.round((world.now - batch.timestamp) / 1e6)} s` }
    }
  }
  for (let i = 0; i < options.clients.length; i++) {
    const node = nodeOfBroker(world, options.brokers) + i
    const { memory } = world.nodes[node]!.state as LogClient
    const { producer } = memory as { readonly producer?: unknown }
    if (!(producer instanceof Producer)) continue
    for (const queue of producer.queues) {
      const head = queue.batches[0]
      if (head !== undefined && world.now - head.created > options.deliveryTimeoutMicros + 10_000_000) return { invariant: 'KAF-6', node, detail: `waits for ${Math.round((world.now - head.created) / 1e6)} s to write to ${options.partitions[queue.partition]!.name}` }
    }
  }
  return unsettledGroup(world)
}

function unsettledGroup(world: World): { readonly invariant: string; readonly node: number; readonly detail: string } | null {
  const options = logOptionsOf(world)
  const members = options.clients.filter((role) => role === 'group').length
  if (members === 0) return null
  const index = coordinatorOf(world, offsetsTopic, 'audit')
  const leader = committedStates(world)![index]!.leader
  const group = brokerOf(world, leader)?.groups.groups[index]?.get('audit')
  const node = nodeOfBroker(world, leader)
  if (group === undefined || group.members.size !== members) return { invariant: 'ASG-4', node, detail: `has ${group?.members.size ?? 0} of ${members} members in the group` }
  const owned = new Set([...group.members.values()].flatMap(({ assignment }) => assignment))
  const wanted = options.partitions.filter((spec) => options.groupTopics.includes(spec.topic))
  return owned.size === wanted.length ? null : { invariant: 'ASG-4', node, detail: `has ${owned.size} of ${wanted.length} partitions given out in generation ${group.generation}` }
}
