import { checksOf } from '../checks/checksOf.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { assign, type TopicPartition } from './assignors.ts'
import { logOptionsOf } from './broker.ts'
import { leaderNode, refresh, timerRole, timerRole2, timerRole3, type LogClient, type Role } from './logClient.ts'
import { offsetsTopic } from './logOptions.ts'
import {
  apiConsume,
  apiHeartbeat,
  apiJoinGroup,
  apiOffsetCommit,
  apiOffsetFetch,
  apiSyncGroup,
  ask,
  illegalGeneration,
  none,
  offsetOutOfRange,
  rebalanceInProgress,
  unknownMemberId,
  type ConsumeBody,
  type ConsumedBody,
  type HeartbeatBody,
  type JoinedBody,
  type JoinGroupBody,
  type OffsetCommitBody,
  type OffsetFetchBody,
  type SyncGroupBody,
} from './requests.ts'
import { visible } from './readerRole.ts'
import { coordinatorOf } from './transactionCoordinator.ts'

/**
 * A member of a consumer group: joins, syncs, beats, reads what it is given and commits where it is. With an eager assignor it lets everything go before it joins; with the cooperative one
 * it keeps what it has, lets go only what moves, and joins a second time for that.
 */
class GroupMemory {
  member = ''
  generation = -1
  step = stepJoin
  asking = 0
  /** Partitions it holds, with the offset to read next; −1 is not known yet. */
  owned = new Map<number, number>()
  joined: JoinedBody | null = null
  isReading = false
  turn = 0
  committed = new Map<number, number>()
  isCommitting = false
}

const stepJoin = 1
const stepSync = 2
const stepStable = 3
const groupId = 'audit'
const tagStep = 1
const tagBeat = 2
const tagRead = 3
const tagCommit = 4
const tagOffsets = 5

export const groupRole: Role = {
  boot(world, node, client) {
    world.setTimer(node, timerRole, 500_000 + client.chance.below(1_000_000))
    return new GroupMemory()
  },

  onMetadata(world, node, client) {
    go(world, node, client)
  },

  onTimer(world, node, client, timer) {
    const memory = client.memory as GroupMemory
    if (timer === timerRole) go(world, node, client)
    else if (timer === timerRole2) beat(world, node, client, memory)
    else {
      read(world, node, client, memory)
      commit(world, node, client, memory)
    }
  },

  onAnswer(world, node, client, pending, error, body) {
    const memory = client.memory as GroupMemory
    switch (pending.tag) {
      case tagStep:
        if (pending.correlation !== memory.asking) return
        memory.asking = 0
        if (error === none) stepDone(world, node, client, memory, body)
        else if (!lost(world, node, client, memory, error)) {
          refresh(world, node, client)
          world.setTimer(node, timerRole, 200_000 + client.chance.below(200_000))
        }
        return
      case tagBeat:
        if ((pending.request.body as HeartbeatBody).generation === memory.generation && !lost(world, node, client, memory, error) && error !== none) refresh(world, node, client)
        return
      case tagCommit: {
        const asked = pending.request.body as OffsetCommitBody
        memory.isCommitting = false
        if (asked.generation !== memory.generation) return
        if (error === none) for (const [partition, offset] of asked.offsets) memory.committed.set(partition, offset)
        else if (!lost(world, node, client, memory, error)) refresh(world, node, client)
        return
      }
      case tagOffsets:
        if (error === none) {
          const offsets = new Map(body as readonly (readonly [number, number])[])
          for (const [partition, at] of memory.owned) if (at < 0) memory.owned.set(partition, offsets.get(partition) ?? 0)
        } else refresh(world, node, client)
        world.setTimer(node, timerRole3, 100_000)
        return
      case tagRead: {
        memory.isReading = false
        const asked = pending.request.body as ConsumeBody
        const at = memory.owned.get(asked.partition)
        if (at === asked.offset) {
          if (error === none) {
            const { entries } = body as ConsumedBody
            if (entries.length > 0) {
              memory.owned.set(asked.partition, entries[entries.length - 1]!.endOffset)
              checksOf(world)?.log?.onConsumed(world, node.id, asked, body as ConsumedBody, visible(entries, (body as ConsumedBody).aborted))
            }
          } else if (error === offsetOutOfRange && (body as ConsumedBody).logStart > at) memory.owned.set(asked.partition, (body as ConsumedBody).logStart)
          else refresh(world, node, client)
        }
        world.setTimer(node, timerRole3, 150_000 + client.chance.below(150_000))
      }
    }
  },
}

/** What an error says about the membership; false: nothing. */
function lost(world: World, node: Node, client: LogClient, memory: GroupMemory, error: number): boolean {
  if (error !== unknownMemberId && error !== illegalGeneration && error !== rebalanceInProgress) return false
  if (memory.step !== stepStable && error === rebalanceInProgress && memory.asking !== 0) return true
  if (error === unknownMemberId) memory.member = ''
  // Whoever is out of the group owns nothing any more, whatever the assignor.
  if (error !== rebalanceInProgress || (logOptionsOf(world).assignor !== 'cooperative-sticky' && !world.setup.options.bugs.revokedLate)) release(world, node, memory)
  memory.step = stepJoin
  memory.asking = 0
  go(world, node, client)
  return true
}

function release(world: World, node: Node, memory: GroupMemory): void {
  checksOf(world)?.log?.onReleased(node, groupId, [...memory.owned.keys()])
  memory.owned.clear()
  memory.committed.clear()
}

function stepDone(world: World, node: Node, client: LogClient, memory: GroupMemory, body: unknown): void {
  if (memory.step === stepJoin) {
    memory.joined = body as JoinedBody
    memory.member = memory.joined.member
    memory.generation = memory.joined.generation
    memory.step = stepSync
    checksOf(world)?.log?.onGeneration(node, groupId, memory.generation)
    return go(world, node, client)
  }
  const assigned = body as readonly number[]
  const before = [...memory.owned.keys()]
  const revoked = before.filter((index) => !assigned.includes(index))
  if (revoked.length > 0) checksOf(world)?.log?.onReleased(node, groupId, revoked)
  for (const index of revoked) memory.owned.delete(index)
  const added = assigned.filter((index) => !before.includes(index))
  for (const index of added) memory.owned.set(index, -1)
  world.trace?.note(world, node.id, 'group', `holds ${assigned.map((index) => logOptionsOf(world).partitions[index]!.name).join(', ') || 'nothing'} in generation ${memory.generation}`)
  checksOf(world)?.log?.onOwned(world, node, groupId, memory.generation, added)
  memory.step = stepStable
  world.setTimer(node, timerRole2, logOptionsOf(world).groupHeartbeatMicros)
  if (revoked.length > 0 && logOptionsOf(world).assignor === 'cooperative-sticky') {
    // What it has let go can be given away now.
    memory.step = stepJoin
    return go(world, node, client)
  }
  world.setTimer(node, timerRole3, 50_000)
}

function go(world: World, node: Node, client: LogClient): void {
  const memory = client.memory as GroupMemory
  if (client.image === null || memory.asking !== 0 || memory.step === stepStable) return
  const { member, generation } = memory
  if (memory.step === stepJoin) {
    const body: JoinGroupBody = { group: groupId, member, topics: logOptionsOf(world).groupTopics, owned: [...memory.owned.keys()], source: client.source }
    return request(world, node, client, memory, apiJoinGroup, body)
  }
  const { leader, members } = memory.joined!
  const { partitions, assignor } = logOptionsOf(world)
  const assignment = leader === member ? [...assign(assignor === 'cooperative-sticky' && world.setup.options.bugs.movedAtOnce ? 'sticky' : assignor, members, partitions as readonly TopicPartition[])] : []
  if (leader === member) checksOf(world)?.log?.onAssigned(node.id, assignor, assignment)
  request(world, node, client, memory, apiSyncGroup, { group: groupId, member, generation, assignment } satisfies SyncGroupBody)
}

function request(world: World, node: Node, client: LogClient, memory: GroupMemory, api: number, body: unknown): void {
  const to = leaderNode(world, client, coordinatorOf(world, offsetsTopic, groupId))
  if (to < 0) {
    refresh(world, node, client)
    world.setTimer(node, timerRole, 300_000)
    return
  }
  // A join is answered when the rebalance is over, so it may take as long as one.
  memory.asking = ask(world, node, client.requests, to, api, body, tagStep, logOptionsOf(world).rebalanceTimeoutMicros + 2_000_000).correlation
}

function beat(world: World, node: Node, client: LogClient, memory: GroupMemory): void {
  if (memory.step !== stepStable) return
  world.setTimer(node, timerRole2, logOptionsOf(world).groupHeartbeatMicros)
  const to = leaderNode(world, client, coordinatorOf(world, offsetsTopic, groupId))
  if (to < 0) return refresh(world, node, client)
  ask(world, node, client.requests, to, apiHeartbeat, { group: groupId, member: memory.member, generation: memory.generation } satisfies HeartbeatBody, tagBeat, 1_500_000)
}

function read(world: World, node: Node, client: LogClient, memory: GroupMemory): void {
  if (memory.owned.size === 0 || memory.isReading) return
  world.setTimer(node, timerRole3, 1_500_000)
  if ([...memory.owned.values()].some((offset) => offset < 0)) {
    const to = leaderNode(world, client, coordinatorOf(world, offsetsTopic, groupId))
    if (to >= 0) ask(world, node, client.requests, to, apiOffsetFetch, { group: groupId } satisfies OffsetFetchBody, tagOffsets, 1_000_000)
    else refresh(world, node, client)
    return
  }
  const all = [...memory.owned]
  const [partition, offset] = all[memory.turn++ % all.length]!
  const to = leaderNode(world, client, partition)
  if (to < 0) return refresh(world, node, client)
  memory.isReading = true
  ask(world, node, client.requests, to, apiConsume, { partition, offset, isReadCommitted: true } satisfies ConsumeBody, tagRead, 1_000_000)
}

function commit(world: World, node: Node, client: LogClient, memory: GroupMemory): void {
  if (memory.isCommitting || memory.turn % 4 !== 0) return
  const offsets = [...memory.owned].filter(([partition, offset]) => offset >= 0 && memory.committed.get(partition) !== offset)
  const to = leaderNode(world, client, coordinatorOf(world, offsetsTopic, groupId))
  if (offsets.length === 0 || to < 0) return
  memory.isCommitting = true
  ask(world, node, client.requests, to, apiOffsetCommit, { group: groupId, member: memory.member, generation: memory.generation, offsets } satisfies OffsetCommitBody, tagCommit, 2_000_000)
}
