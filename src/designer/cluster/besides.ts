import { latchFolder } from '../../ensemble/jobmanager/layout.ts'
import { latchHolding } from '../../ensemble/jobmanager/latch.ts'
import type { JobManagerState } from '../../ensemble/jobmanager/jobManager.ts'
import { isLeading, termRunning, termStepNames } from '../../ensemble/jobmanager/jobManager.ts'
import { JobMemory } from '../../ensemble/jobmanager/jobMaster.ts'
import { outsideOf } from '../../ensemble/jobmanager/outside.ts'
import type { TaskManagerState } from '../../ensemble/jobmanager/taskManager.ts'
import { brokerOf, isBrokerNode, nodeOfBroker } from '../../ensemble/log/broker.ts'
import { groupStateNames } from '../../ensemble/log/groupCoordinator.ts'
import { LogClient } from '../../ensemble/log/logClient.ts'
import { endOffsetOf, roleLeader, type ReplicaLog } from '../../ensemble/log/replica.ts'
import { stateConnected } from '../../ensemble/client/zkClient.ts'
import type { World } from '../../ensemble/world/world.ts'

/** What lives beside the ensemble, as plain values for its panes: JobManagers with their job, brokers with their topics. */
export interface JobManagerRow {
  readonly node: number
  readonly name: string
  readonly away: 'down' | 'paused' | 'suspended' | null
  /** By its own belief. */
  readonly leads: boolean
  /** What it does of its recovery; empty when it does not hold the latch. */
  readonly step: string
  readonly token: number
  readonly waitsBehind: string
}

export interface JobView {
  readonly managers: readonly JobManagerRow[]
  /** Newest checkpoint whose pointer is committed; 0 is none. */
  readonly completed: number
  /** The one under way, and how many subtasks have acknowledged it. */
  readonly underWay: { readonly id: number; readonly have: number; readonly of: number; readonly isCommitting: boolean } | null
  readonly tasks: readonly { readonly node: number; readonly name: string; readonly subtask: number; readonly attempt: number; readonly committed: number }[]
}

const writePointer = 2

export function jobView(world: World): JobView | null {
  const managers: JobManagerRow[] = []
  const tasks: JobView['tasks'][number][] = []
  let completed = 0
  let underWay: JobView['underWay'] = null
  const committedTo = outsideOf(world)?.committedTo ?? []
  for (const node of world.nodes) {
    const kind = world.setup.kinds[node.kind]!.name
    if (kind === 'TaskManager') {
      const task = node.up ? ((node.state as TaskManagerState | null)?.task ?? null) : null
      tasks.push({ node: node.id, name: node.name, subtask: task?.subtask ?? -1, attempt: node.up ? ((node.state as TaskManagerState | null)?.attempt ?? 0) : 0, committed: task === null ? 0 : (committedTo[task.subtask] ?? 0) })
    }
    if (kind !== 'JobManager') continue
    const state = node.up ? (node.state as JobManagerState | null) : null
    const away = !node.up ? 'down' : node.paused ? 'paused' : state === null || state.zk.state !== stateConnected ? 'suspended' : null
    const term = state?.term ?? null
    managers.push({
      node: node.id,
      name: node.name,
      away,
      leads: state !== null && isLeading(state),
      step: term === null ? '' : (termStepNames[term.step] ?? ''),
      token: term?.token ?? 0,
      waitsBehind: state === null || state.latch.step === latchHolding ? '' : state.latch.awaited.slice(latchFolder.length + 1),
    })
    if (term === null || term.step !== termRunning || state === null || !isLeading(state)) continue
    completed = Math.max(completed, term.pointers[term.pointers.length - 1] ?? 0)
    if (term.memory instanceof JobMemory && term.memory.checkpoint > 0) {
      const { checkpoint, tasks: views } = term.memory
      underWay = { id: checkpoint, have: views.filter(({ acknowledged }) => acknowledged === checkpoint).length, of: views.length, isCommitting: term.write === writePointer }
    }
  }
  return managers.length === 0 ? null : { managers, completed, underWay, tasks }
}

export interface PartitionRow {
  readonly name: string
  readonly leader: number
  readonly leaderEpoch: number
  readonly isr: readonly number[]
  readonly replicas: readonly { readonly broker: number; readonly end: number; readonly highWatermark: number; readonly isUp: boolean; readonly leads: boolean }[]
  readonly highWatermark: number
  readonly end: number
}

export interface TopicsView {
  readonly controller: number
  readonly controllerEpoch: number
  readonly partitions: readonly PartitionRow[]
  readonly groups: readonly { readonly id: string; readonly state: string; readonly generation: number; readonly members: readonly { readonly id: string; readonly holds: readonly string[] }[] }[]
}

/** Topics as the newest controller's image has them, replicas as they are on each broker. */
export function topicsView(world: World): TopicsView | null {
  const { log } = world.setup.options
  if (log === null) return null
  let controller = -1
  let image = null
  for (let id = 0; id < log.brokers; id++) {
    const node = world.nodes[nodeOfBroker(world, id)]!
    const broker = node.up ? brokerOf(world, id) : null
    if (broker === null) continue
    if (broker.image !== null && (image === null || broker.image.controllerEpoch > image.controllerEpoch || (broker.image.controllerEpoch === image.controllerEpoch && broker.image.version > image.version))) image = broker.image
    if (broker.controller !== null && !broker.controller.isLoading) controller = id
  }
  const partitions = log.partitions
    .filter(({ topic }) => !topic.startsWith('__'))
    .map((spec): PartitionRow => {
      const state = image?.partitions[spec.index] ?? null
      const replicas = spec.replicas.map((broker) => {
        const id = nodeOfBroker(world, broker)
        const isUp = world.nodes[id]!.up
        const replica = isUp ? (brokerOf(world, broker)?.replicas[spec.index] ?? null) : null
        return { broker, end: endOffsetOf(world.disks[id]!.logs[spec.index] as ReplicaLog), highWatermark: replica?.highWatermark ?? 0, isUp, leads: replica?.role === roleLeader }
      })
      const leading = replicas.find(({ broker }) => broker === state?.leader)
      return { name: spec.name, leader: state?.leader ?? -1, leaderEpoch: state?.leaderEpoch ?? 0, isr: state?.isr ?? [], replicas, highWatermark: leading?.highWatermark ?? 0, end: leading?.end ?? 0 }
    })
  const groups: TopicsView['groups'][number][] = []
  for (const node of world.nodes) {
    if (!isBrokerNode(world, node.id) || !node.up) continue
    for (const byId of brokerOf(world, node.id - nodeOfBroker(world, 0))?.groups?.groups ?? []) {
      for (const group of byId?.values() ?? []) {
        groups.push({
          id: group.id,
          state: groupStateNames[group.state] ?? '',
          generation: group.generation,
          members: [...group.members.values()].map(({ id, assignment }) => ({ id: machineOf(world, id), holds: assignment.map((index) => log.partitions[index]!.name) })),
        })
      }
    }
  }
  return { controller, controllerEpoch: image?.controllerEpoch ?? 0, partitions, groups }
}

/** Members have long ids; people know them by their machine. */
function machineOf(world: World, member: string): string {
  for (const node of world.nodes) {
    const { state } = node
    if (state instanceof LogClient && 'member' in state.memory && state.memory.member === member) return node.name
  }
  return member
}
