import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import { logOptionsOf, timerGroups, type Broker } from './broker.ts'
import { offsetsTopic } from './logOptions.ts'
import { batchOf, controlCommit, controlNone, recordOf, RecordBatch, type LogEntry } from './records.ts'
import { roleLeader, type Replica } from './replica.ts'
import { appendAndAwait } from './replicaManager.ts'
import {
  answer,
  illegalGeneration,
  invalidProducerEpoch,
  none,
  notCoordinator,
  rebalanceInProgress,
  unknownMemberId,
  unstableOffsetCommit,
  type ApiRequest,
  type HeartbeatBody,
  type JoinedBody,
  type JoinGroupBody,
  type OffsetCommitBody,
  type OffsetFetchBody,
  type SyncGroupBody,
  type TransactionOffsetsBody,
} from './requests.ts'
import { coordinatorOf, hasCommittedItsStart } from './transactionCoordinator.ts'

/**
 * The group coordinator (reference 3.5, the classic protocol): the leader of the partition of `__consumer_offsets` a group falls into. Members join, one of them computes the assignment,
 * all learn it by syncing; heartbeats carry the generation, and commits of an old generation are refused. Offsets and generations are records of that partition, so
 * the next coordinator goes on where this one stopped; offsets inside a transaction count when its marker comes.
 */
export class GroupCoordinator {
  /** By partition of the topic; null where this broker does not lead. */
  groups: (Map<string, Group> | null)[] = []
  rings = 0
}

const groupEmpty = 0
const groupPreparing = 1
const groupCompleting = 2
const groupStable = 3
export const groupStateNames = ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable'] as const

export class Group {
  id = ''
  state = groupEmpty
  generation = 0
  leader = ''
  members = new Map<string, Member>()
  memberNext = 1
  /** When the rebalance goes on without who has not joined. */
  deadline = 0
  offsets = new Map<number, number>()
  /** Offsets of open transactions, by producer. */
  open = new Map<number, Map<number, number>>()
}

export class Member {
  id = ''
  topics: readonly string[] = []
  owned: readonly number[] = []
  assignment: readonly number[] = []
  /** Gone if nothing is heard until then. */
  deadline = 0
  joinFrom = 0
  join: ApiRequest | null = null
  syncFrom = 0
  sync: ApiRequest | null = null
}

export const purposeGroup = 2

class GroupWritten {
  group = ''
  generation = 0
  /** Of a commit: what it was and who asked. */
  from = 0
  request: ApiRequest | null = null
  offsets: readonly (readonly [number, number])[] | null = null
  producerId = -1
}

interface StoredGroup {
  readonly generation: number
  readonly leader: string
  readonly members: readonly { readonly id: string; readonly topics: readonly string[]; readonly assignment: readonly number[] }[]
}

export function loadGroups(world: World, node: Node, broker: Broker, replica: Replica, isLeader: boolean): void {
  const { groups: coordinator } = broker
  if (!isLeader) {
    coordinator.groups[replica.index] = null
    return
  }
  const groups = new Map<string, Group>()
  coordinator.groups[replica.index] = groups
  for (const { batch } of replica.log.entries as LogEntry[]) {
    if (batch.control !== controlNone) {
      settle(groups, batch.producerId, batch.control === controlCommit)
      continue
    }
    for (const { key, value } of batch.records) {
      if (key === null || value === null) continue
      const [kind, id, partition] = key.split('/')
      const group = groupOf(groups, id!)
      if (kind === 'offset') {
        if (batch.isTransactional) openOf(group, batch.producerId).set(Number(partition), Number(value))
        else group.offsets.set(Number(partition), Number(value))
      } else restore(world, group, JSON.parse(value) as StoredGroup)
    }
  }
  for (const group of groups.values()) for (const member of group.members.values()) ring(world, node, coordinator, member.deadline)
}

function restore(world: World, group: Group, stored: StoredGroup): void {
  group.generation = stored.generation
  group.leader = stored.leader
  group.members.clear()
  for (const { id, topics, assignment } of stored.members) {
    const member = new Member()
    member.id = id
    member.topics = topics
    member.assignment = assignment
    member.deadline = world.now + logOptionsOf(world).groupSessionMicros
    group.members.set(id, member)
  }
  group.state = group.members.size === 0 ? groupEmpty : groupStable
}

function groupOf(groups: Map<string, Group>, id: string): Group {
  let group = groups.get(id)
  if (group === undefined) {
    group = new Group()
    group.id = id
    groups.set(id, group)
  }
  return group
}

function openOf(group: Group, producerId: number): Map<number, number> {
  let open = group.open.get(producerId)
  if (open === undefined) {
    open = new Map()
    group.open.set(producerId, open)
  }
  return open
}

/** A transaction has ended in this partition: its offsets count, or never did. */
function settle(groups: Map<string, Group>, producerId: number, isCommit: boolean): void {
  for (const group of groups.values()) {
    const open = group.open.get(producerId)
    if (open === undefined) continue
    group.open.delete(producerId)
    if (isCommit) for (const [partition, offset] of open) group.offsets.set(partition, offset)
  }
}

/** A marker has been appended to a partition this broker coordinates groups in. */
export function onOffsetsMarker(broker: Broker, partition: number, producerId: number, isCommit: boolean): void {
  const groups = broker.groups.groups[partition]
  if (groups !== null && groups !== undefined) settle(groups, producerId, isCommit)
}

function ring(world: World, node: Node, coordinator: GroupCoordinator, at: number): void {
  if (coordinator.rings !== 0 && coordinator.rings <= at) return
  coordinator.rings = at
  world.setTimer(node, timerGroups, Math.max(at - world.now, 1))
}

function find(world: World, broker: Broker, id: string): { readonly replica: Replica; readonly group: Group } | null {
  const index = coordinatorOf(world, offsetsTopic, id)
  const replica = index < 0 ? null : broker.replicas[index]
  const groups = index < 0 ? null : broker.groups.groups[index]
  return replica === null || replica === undefined || replica.role !== roleLeader || groups === null || groups === undefined || !hasCommittedItsStart(replica) ? null : { replica, group: groupOf(groups, id) }
}

// ---- rebalance ------------------------------------------------------------------------------------------------------------------------------------------------

export function onJoinGroup(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { group: id, member: memberId, topics, owned, source } = request.body as JoinGroupBody
  const found = find(world, broker, id)
  if (found === null) return answer(world, node, from, request, notCoordinator)
  const { group } = found
  const options = logOptionsOf(world)
  let member = group.members.get(memberId)
  if (memberId !== '' && member === undefined) return answer(world, node, from, request, unknownMemberId)
  if (member === undefined) {
    member = new Member()
    // The boot that asks is part of the name, so that ids are never used twice, whoever coordinates.
    member.id = `${id}-${source}-${broker.id}-${world.now}-${group.memberNext++}`
    group.members.set(member.id, member)
  }
  member.topics = topics
  member.owned = owned
  member.joinFrom = from
  member.join = request
  member.sync = null
  member.deadline = world.now + options.groupSessionMicros + options.rebalanceTimeoutMicros
  const wasEmpty = group.state === groupEmpty
  prepare(world, node, broker, group)
  if (wasEmpty) group.deadline = world.now + options.initialRebalanceDelayMicros
  else if (everybodyJoined(group)) return completeJoin(world, node, broker, group)
  ring(world, node, broker.groups, group.deadline)
}

function everybodyJoined(group: Group): boolean {
  for (const member of group.members.values()) if (member.join === null) return false
  return true
}

function prepare(world: World, node: Node, broker: Broker, group: Group): void {
  if (group.state === groupPreparing) return
  // Whoever waits for an assignment of the generation that ends here must join again.
  for (const member of group.members.values()) {
    if (member.sync !== null) answer(world, node, member.syncFrom, member.sync, rebalanceInProgress)
    member.sync = null
  }
  group.state = groupPreparing
  group.deadline = world.now + logOptionsOf(world).rebalanceTimeoutMicros
  ring(world, node, broker.groups, group.deadline)
}

function completeJoin(world: World, node: Node, broker: Broker, group: Group): void {
  for (const [id, member] of group.members) if (member.join === null) group.members.delete(id)
  group.generation++
  if (group.members.size === 0) {
    group.state = groupEmpty
    return
  }
  group.state = groupCompleting
  if (!group.members.has(group.leader)) group.leader = [...group.members.keys()][0]!
  const members = [...group.members.values()].map(({ id, topics, owned }) => ({ id, topics, owned }))
  world.trace?.note(world, node.id, 'group', `${group.id}: generation ${group.generation} with ${members.length} members`)
  for (const member of group.members.values()) {
    const { joinFrom, join } = member
    member.join = null
    member.deadline = world.now + logOptionsOf(world).groupSessionMicros
    const body: JoinedBody = { generation: group.generation, member: member.id, leader: group.leader, members: member.id === group.leader ? members : [] }
    answer(world, node, joinFrom, join!, none, body)
    ring(world, node, broker.groups, member.deadline)
  }
}

export function onSyncGroup(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { group: id, member: memberId, generation, assignment } = request.body as SyncGroupBody
  const found = find(world, broker, id)
  if (found === null) return answer(world, node, from, request, notCoordinator)
  const { group, replica } = found
  const member = group.members.get(memberId)
  if (member === undefined) return answer(world, node, from, request, unknownMemberId)
  if (generation !== group.generation) return answer(world, node, from, request, illegalGeneration)
  if (group.state === groupPreparing) return answer(world, node, from, request, rebalanceInProgress)
  if (group.state === groupStable) return answer(world, node, from, request, none, member.assignment)
  member.syncFrom = from
  member.sync = request
  if (memberId !== group.leader || assignment.length === 0) return
  for (const [each, partitions] of assignment) {
    const assigned = group.members.get(each)
    if (assigned !== undefined) assigned.assignment = partitions
  }
  const stored: StoredGroup = { generation, leader: group.leader, members: [...group.members.values()].map((each) => ({ id: each.id, topics: each.topics, assignment: each.assignment })) }
  const written = new GroupWritten()
  written.group = id
  written.generation = generation
  appendAndAwait(world, node, broker, replica, batchOf([recordOf(`group/${id}`, JSON.stringify(stored))], world.now), purposeGroup, written)
}

export function onGroupWritten(world: World, node: Node, broker: Broker, partition: number, about: object, isCommitted: boolean): void {
  const { group: id, generation, from, request, offsets, producerId } = about as GroupWritten
  const group = broker.groups.groups[partition]?.get(id)
  if (request !== null) {
    if (isCommitted && group !== undefined && offsets !== null && producerId < 0) {
      for (const [each, offset] of offsets) group.offsets.set(each, offset)
    }
    return answer(world, node, from, request, isCommitted && group !== undefined ? none : notCoordinator)
  }
  if (group === undefined || !isCommitted || group.generation !== generation || group.state !== groupCompleting) return
  group.state = groupStable
  for (const member of group.members.values()) {
    if (member.sync !== null) answer(world, node, member.syncFrom, member.sync, none, member.assignment)
    member.sync = null
  }
}

export function onHeartbeat(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { group: id, member: memberId, generation } = request.body as HeartbeatBody
  const found = find(world, broker, id)
  if (found === null) return answer(world, node, from, request, notCoordinator)
  const { group } = found
  const member = group.members.get(memberId)
  if (member === undefined) return answer(world, node, from, request, unknownMemberId)
  if (generation !== group.generation) return answer(world, node, from, request, illegalGeneration)
  member.deadline = Math.max(member.deadline, world.now + logOptionsOf(world).groupSessionMicros)
  answer(world, node, from, request, group.state === groupPreparing ? rebalanceInProgress : none)
}

export function onLeaveGroup(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { group: id, member: memberId } = request.body as HeartbeatBody
  const found = find(world, broker, id)
  if (found === null) return answer(world, node, from, request, notCoordinator)
  if (found.group.members.delete(memberId)) lostMember(world, node, broker, found.group)
  answer(world, node, from, request, none)
}

function lostMember(world: World, node: Node, broker: Broker, group: Group): void {
  if (group.members.size === 0) {
    group.state = groupEmpty
    group.generation++
    return
  }
  prepare(world, node, broker, group)
  if (everybodyJoined(group)) completeJoin(world, node, broker, group)
}

export function onGroupTimer(world: World, node: Node, broker: Broker): void {
  const { groups: coordinator } = broker
  coordinator.rings = 0
  let next = Infinity
  for (const groups of coordinator.groups) {
    if (groups === null || groups === undefined) continue
    for (const group of groups.values()) {
      let isShort = false
      for (const [id, member] of group.members) {
        if (member.join !== null || member.deadline > world.now) continue
        world.trace?.note(world, node.id, 'group', `${group.id}: ${id} has not been heard in time`)
        group.members.delete(id)
        isShort = true
      }
      if (isShort) lostMember(world, node, broker, group)
      if (group.state === groupPreparing && group.deadline <= world.now) completeJoin(world, node, broker, group)
      if (group.state === groupPreparing) next = Math.min(next, group.deadline)
      for (const { deadline, join } of group.members.values()) if (join === null) next = Math.min(next, deadline)
    }
  }
  if (next < Infinity) ring(world, node, coordinator, next)
}

// ---- offsets --------------------------------------------------------------------------------------------------------------------------------------------------

export function onOffsetCommit(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { group: id, member, generation, offsets } = request.body as OffsetCommitBody
  const found = find(world, broker, id)
  if (found === null) return answer(world, node, from, request, notCoordinator)
  const { group, replica } = found
  if (!world.setup.options.bugs.generationIgnored) {
    if (!group.members.has(member)) return answer(world, node, from, request, unknownMemberId)
    if (generation !== group.generation) return answer(world, node, from, request, illegalGeneration)
    if (group.state === groupCompleting) return answer(world, node, from, request, rebalanceInProgress)
  }
  checksOf(world)?.log?.onCommitAccepted(world, broker.id, id, member, generation, group.generation, offsets)
  const written = new GroupWritten()
  written.group = id
  written.from = from
  written.request = request
  written.offsets = offsets
  appendAndAwait(world, node, broker, replica, batchOf(offsets.map(([partition, offset]) => recordOf(`offset/${id}/${partition}`, String(offset))), world.now), purposeGroup, written)
}

export function onTransactionOffsets(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { group: id, producerId, producerEpoch, transaction, offsets } = request.body as TransactionOffsetsBody
  const found = find(world, broker, id)
  if (found === null) return answer(world, node, from, request, notCoordinator)
  const { group, replica } = found
  const state = replica.producers.get(producerId)
  if (state !== undefined && producerEpoch < state.epoch && !world.setup.options.bugs.zombieProducerAllowed) return answer(world, node, from, request, invalidProducerEpoch)
  const batch = new RecordBatch()
  batch.producerId = producerId
  batch.producerEpoch = producerEpoch
  batch.isTransactional = true
  batch.transaction = transaction
  batch.timestamp = world.now
  batch.records = offsets.map(([partition, offset]) => recordOf(`offset/${id}/${partition}`, String(offset)))
  batch.count = offsets.length
  const open = openOf(group, producerId)
  for (const [partition, offset] of offsets) open.set(partition, offset)
  const written = new GroupWritten()
  written.group = id
  written.from = from
  written.request = request
  written.offsets = offsets
  written.producerId = producerId
  appendAndAwait(world, node, broker, replica, batch, purposeGroup, written)
}

/** Offsets of a group. While a transaction with offsets of its own is open, nobody can say (KIP-447). */
export function onOffsetFetch(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { group: id } = request.body as OffsetFetchBody
  const found = find(world, broker, id)
  if (found === null) return answer(world, node, from, request, notCoordinator)
  const { group } = found
  if (group.open.size > 0) return answer(world, node, from, request, unstableOffsetCommit)
  answer(world, node, from, request, none, [...group.offsets])
}
