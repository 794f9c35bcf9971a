import type { ClusterImage } from './clusterImage.ts'
import type { LogEntry, RecordBatch } from './records.ts'
import type { Node } from '../world/node.ts'
import { neverChanges } from '../world/copy.ts'
import type { World } from '../world/world.ts'

/**
 * Requests between brokers and their clients: each a datagram with a correlation number that may be lost, doubled or overtaken, answered by one with the same number. Real
 * Kafka runs them over several TCP connections with retries, where a request can arrive long after its sender gave it up: for the rules that matters (fencing, sequence
 * numbers, epochs) that is the same thing. What no answer comes for in time ends as `requestTimedOut`, which says nothing about whether it took effect.
 */
export class ApiRequest {
  api = 0
  correlation = 0
  body: unknown = null
}
export class ApiResponse {
  api = 0
  correlation = 0
  error = 0
  body: unknown = null
}
neverChanges(ApiRequest)
neverChanges(ApiResponse)

export const apiProduce = 0
export const apiFetch = 1
export const apiListOffsets = 2
export const apiMetadata = 3
export const apiLeaderAndIsr = 4
export const apiAlterPartition = 5
export const apiInitProducerId = 6
export const apiAddPartitions = 7
export const apiEndTransaction = 8
export const apiWriteMarkers = 9
export const apiTransactionOffsets = 10
export const apiJoinGroup = 11
export const apiSyncGroup = 12
export const apiHeartbeat = 13
export const apiLeaveGroup = 14
export const apiOffsetCommit = 15
export const apiOffsetFetch = 16
/** Of a consumer: up to the high watermark or the last stable offset. */
export const apiConsume = 17

export const apiNames = [
  'Produce',
  'Fetch',
  'ListOffsets',
  'Metadata',
  'LeaderAndIsr',
  'AlterPartition',
  'InitProducerId',
  'AddPartitionsToTxn',
  'EndTxn',
  'WriteTxnMarkers',
  'TxnOffsetCommit',
  'JoinGroup',
  'SyncGroup',
  'Heartbeat',
  'LeaveGroup',
  'OffsetCommit',
  'OffsetFetch',
  'Fetch',
] as const

/** Errors with Kafka's own codes. */
export const none = 0
export const offsetOutOfRange = 1
export const notLeaderOrFollower = 6
export const requestTimedOut = 7
export const coordinatorLoading = 14
export const coordinatorNotAvailable = 15
export const notCoordinator = 16
export const notEnoughReplicas = 19
export const notEnoughReplicasAfterAppend = 20
export const illegalGeneration = 22
export const unknownMemberId = 25
export const rebalanceInProgress = 27
export const outOfOrderSequence = 45
export const invalidProducerEpoch = 47
export const invalidTransactionState = 48
export const concurrentTransactions = 51
export const unknownProducerId = 59
export const fencedLeaderEpoch = 74
export const unknownLeaderEpoch = 75
export const staleBrokerEpoch = 77
export const offsetNotAvailable = 78
export const fencedInstanceId = 82
export const unstableOffsetCommit = 88
export const producerFenced = 90
export const invalidUpdateVersion = 95
export const ineligibleReplica = 107
export const staleControllerEpoch = 11
export const notController = 41

/** Somebody who asks: what is under way, by correlation number. */
export class Requests {
  next = 1
  pending = new Map<number, PendingRequest>()
  timer = 0
  /** When the timer is set to ring; 0 is not. */
  rings = 0
}

export class PendingRequest {
  correlation = 0
  to = 0
  deadline = 0
  /** The asker's own number for what it is doing, and what that is about. */
  tag = 0
  request!: ApiRequest
}

export function ask(world: World, node: Node, requests: Requests, to: number, api: number, body: unknown, tag: number, timeout: number): PendingRequest {
  const request = new ApiRequest()
  request.api = api
  // The boot is part of it: an answer to an earlier life of this machine must not be taken for one to this.
  request.correlation = node.incarnation * 16_777_216 + requests.next++
  request.body = body
  const pending = new PendingRequest()
  pending.correlation = request.correlation
  pending.to = to
  pending.deadline = world.now + timeout
  pending.tag = tag
  pending.request = request
  requests.pending.set(request.correlation, pending)
  world.sendDatagram(node.id, to, request)
  if (requests.rings === 0 || pending.deadline < requests.rings) ring(world, node, requests, pending.deadline)
  return pending
}

function ring(world: World, node: Node, requests: Requests, at: number): void {
  requests.rings = at
  world.setTimer(node, requests.timer, Math.max(at - world.now, 0))
}

/** Takes what this answers out of what is under way; null: nobody waits for it any more. */
export function answered(requests: Requests, response: ApiResponse): PendingRequest | null {
  const pending = requests.pending.get(response.correlation)
  if (pending === undefined) return null
  requests.pending.delete(response.correlation)
  return pending
}

/** The timer has rung: takes out what has waited too long, in the order it was asked. */
export function overdue(world: World, node: Node, requests: Requests): PendingRequest[] {
  requests.rings = 0
  const late: PendingRequest[] = []
  let next = Infinity
  for (const pending of requests.pending.values()) {
    if (pending.deadline <= world.now) late.push(pending)
    else next = Math.min(next, pending.deadline)
  }
  for (const { correlation } of late) requests.pending.delete(correlation)
  if (next < Infinity) ring(world, node, requests, next)
  return late
}

export function answer(world: World, node: Node, to: number, request: ApiRequest, error: number, body: unknown = null): void {
  const response = new ApiResponse()
  response.api = request.api
  response.correlation = request.correlation
  response.error = error
  response.body = body
  world.sendDatagram(node.id, to, response)
}

export interface ProduceBody {
  readonly partition: number
  readonly acks: 0 | 1 | -1
  readonly batch: RecordBatch
}
export interface ProducedBody {
  readonly baseOffset: number
}
export interface FetchPartition {
  readonly partition: number
  readonly leaderEpoch: number
  readonly offset: number
  readonly lastFetchedEpoch: number
}
export interface FetchBody {
  readonly broker: number
  readonly brokerEpoch: number
  readonly partitions: readonly FetchPartition[]
}
export interface FetchedPartition {
  readonly partition: number
  readonly leaderEpoch: number
  readonly error: number
  readonly highWatermark: number
  readonly logStart: number
  readonly entries: readonly LogEntry[]
  readonly diverging: { readonly epoch: number; readonly endOffset: number } | null
}
export interface FetchedBody {
  readonly partitions: readonly FetchedPartition[]
}
export interface ConsumeBody {
  readonly partition: number
  readonly offset: number
  readonly isReadCommitted: boolean
}
export interface ConsumedBody {
  readonly entries: readonly LogEntry[]
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStart: number
  /** Aborted transactions among the entries: their producer and first offset. */
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number; readonly lastOffset: number }[]
}
export interface ListOffsetsBody {
  readonly partition: number
}
export interface LeaderAndIsrBody {
  readonly brokerEpoch: number
  readonly image: ClusterImage
}
export interface AlterPartitionBody {
  readonly broker: number
  readonly brokerEpoch: number
  readonly partition: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
  readonly isr: readonly number[]
  readonly isrEpochs: readonly number[]
}
export interface InitProducerIdBody {
  readonly transactionalId: string | null
  /** What it has already: the coordinator raises its epoch. */
  readonly producerId: number
  readonly producerEpoch: number
}
export interface ProducerIdBody {
  readonly producerId: number
  readonly producerEpoch: number
}

// ---- transactions ---------------------------------------------------------------------------------------------------------------------------------------------
export interface AddPartitionsBody {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly partitions: readonly number[]
  /** For the checkers. */
  readonly transaction: number
}
export interface EndTransactionBody {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly isCommit: boolean
}
export interface WriteMarkersBody {
  readonly partition: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly isCommit: boolean
  readonly coordinatorEpoch: number
  readonly transactionalId: string
  readonly transaction: number
}
export interface TransactionOffsetsBody {
  readonly group: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly transaction: number
  readonly offsets: readonly (readonly [partition: number, offset: number])[]
}

// ---- groups ---------------------------------------------------------------------------------------------------------------------------------------------------
export interface JoinGroupBody {
  readonly group: string
  readonly member: string
  readonly topics: readonly string[]
  readonly owned: readonly number[]
  readonly source: number
}
export interface JoinedBody {
  readonly generation: number
  readonly member: string
  readonly leader: string
  /** Told to the leader only. */
  readonly members: readonly { readonly id: string; readonly topics: readonly string[]; readonly owned: readonly number[] }[]
}
export interface SyncGroupBody {
  readonly group: string
  readonly member: string
  readonly generation: number
  readonly assignment: readonly (readonly [member: string, partitions: readonly number[]])[]
}
export interface HeartbeatBody {
  readonly group: string
  readonly member: string
  readonly generation: number
}
export interface OffsetCommitBody {
  readonly group: string
  readonly member: string
  readonly generation: number
  readonly offsets: readonly (readonly [partition: number, offset: number])[]
}
export interface OffsetFetchBody {
  readonly group: string
}
