import { neverChanges } from '../world/copy.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { logOptionsOf, nodeOfBroker, timerTransactions, type Broker } from './broker.ts'
import { transactionsTopic } from './logOptions.ts'
import { coordinatorPartition } from './partitioner.ts'
import { controlAbort, controlCommit, batchOf, markerOf, recordOf, type LogEntry } from './records.ts'
import { DelayedProduce, roleLeader, type Replica } from './replica.ts'
import { afterAppend, appendAndAwait, appendAsLeader, holdUntilCommitted } from './replicaManager.ts'
import {
  answer,
  apiWriteMarkers,
  ask,
  concurrentTransactions,
  coordinatorNotAvailable,
  invalidProducerEpoch,
  invalidTransactionState,
  none,
  notCoordinator,
  notLeaderOrFollower,
  producerFenced,
  type AddPartitionsBody,
  type ApiRequest,
  type EndTransactionBody,
  type InitProducerIdBody,
  type ProducerIdBody,
  type WriteMarkersBody,
} from './requests.ts'

/**
 * The transaction coordinator (reference 3.4): the leader of the partition of `__transaction_state` that a transactional id falls into. What it decides is decided once its record is
 * committed there; then markers go to every partition of the transaction, and when all are in, the transaction is complete. Every end raises the producer's epoch, so that nothing
 * delayed of one transaction can act on the next (KIP-890); markers carry the raised epoch and are taken once (KIP-1228).
 */
export const stateEmpty = 0
export const stateOngoing = 1
export const statePrepareCommit = 2
export const statePrepareAbort = 3
export const stateCompleteCommit = 4
export const stateCompleteAbort = 5
export const transactionStateNames = ['Empty', 'Ongoing', 'PrepareCommit', 'PrepareAbort', 'CompleteCommit', 'CompleteAbort'] as const

/** What the coordinator's log says of one transactional id; a new state is a new object. */
export class TransactionMetadata {
  transactionalId = ''
  producerId = -1
  producerEpoch = -1
  state = stateEmpty
  partitions: readonly number[] = []
  started = 0
  /** For the checkers. */
  transaction = 0
}
neverChanges(TransactionMetadata)

export class TransactionCoordinator {
  /** By partition of the topic: the ids it coordinates; null where this broker does not lead. */
  ids: (Map<string, KnownTransaction> | null)[] = []
  isRinging = false
}

export class KnownTransaction {
  metadata!: TransactionMetadata
  /** Being written. */
  next: TransactionMetadata | null = null
  /** Who waits for that. */
  from = 0
  request: ApiRequest | null = null
  /** Partitions whose marker is not confirmed yet. */
  markersLeft: number[] = []
}

export const purposeTransaction = 1
export const tagMarkers = 20

/** What is written, by which partition's leader. */
class Written {
  transactionalId = ''
  metadata!: TransactionMetadata
}

/** The partition of the topic, as an index into all partitions, that coordinates this id; −1 without the topic. */
export function coordinatorOf(world: World, topic: string, name: string): number {
  const those = logOptionsOf(world).partitions.filter((spec) => spec.topic === topic)
  return those.length === 0 ? -1 : those[coordinatorPartition(name, those.length)]!.index
}

export function loadTransactions(world: World, node: Node, broker: Broker, replica: Replica, isLeader: boolean): void {
  const { transactions } = broker
  if (!isLeader) {
    transactions.ids[replica.index] = null
    return
  }
  const ids = new Map<string, KnownTransaction>()
  for (const { batch } of replica.log.entries as LogEntry[]) {
    for (const { key, value } of batch.records) {
      if (key === null || value === null) continue
      const known = new KnownTransaction()
      known.metadata = Object.assign(new TransactionMetadata(), JSON.parse(value) as TransactionMetadata)
      ids.set(key, known)
    }
  }
  transactions.ids[replica.index] = ids
  // Markers go out with the timer, once what was loaded is known to be committed.
  for (const known of ids.values()) if (known.metadata.state === statePrepareCommit || known.metadata.state === statePrepareAbort) known.markersLeft = [...known.metadata.partitions]
  ring(world, node, transactions)
}

function ring(world: World, node: Node, transactions: TransactionCoordinator): void {
  if (transactions.isRinging) return
  transactions.isRinging = true
  world.setTimer(node, timerTransactions, 1_000_000)
}

/** Writes a new state; `from` and `request` are answered when it is committed. */
function write(world: World, node: Node, broker: Broker, replica: Replica, known: KnownTransaction, changes: Partial<TransactionMetadata>, from: number, request: ApiRequest | null): void {
  const metadata = Object.assign(new TransactionMetadata(), known.metadata, changes)
  known.next = metadata
  known.from = from
  known.request = request
  const written = new Written()
  written.transactionalId = metadata.transactionalId
  written.metadata = metadata
  appendAndAwait(world, node, broker, replica, batchOf([recordOf(metadata.transactionalId, JSON.stringify(metadata))], world.now), purposeTransaction, written)
}

export function onTransactionWritten(world: World, node: Node, broker: Broker, partition: number, about: object, isCommitted: boolean): void {
  const { transactionalId, metadata } = about as Written
  const replica = broker.replicas[partition]!
  const known = broker.transactions.ids[partition]?.get(transactionalId)
  if (known === undefined || known.next !== metadata) return
  const { from, request } = known
  known.request = null
  if (!isCommitted) {
    if (request !== null) answer(world, node, from, request, notCoordinator)
    return
  }
  known.metadata = metadata
  known.next = null
  const { producerId, producerEpoch, state } = metadata
  world.trace?.note(world, node.id, 'transaction', `${transactionalId}: ${transactionStateNames[state]}, producer ${producerId} epoch ${producerEpoch}`)
  world.point(node, 'a transaction coordinator has written a state and told nobody')
  if (request !== null) answer(world, node, from, request, none, { producerId, producerEpoch } satisfies ProducerIdBody)
  if (state === statePrepareCommit || state === statePrepareAbort) sendMarkers(world, node, broker, replica, known)
}

/**
 * What a new coordinator has loaded may end in records nobody committed: a leader that was deposed while it slept would answer from them. It serves once its high watermark has reached
 * where its epoch began.
 */
export function hasCommittedItsStart(replica: Replica): boolean {
  return replica.highWatermark >= replica.epochStartOffset
}

function knownOrError(world: World, broker: Broker, transactionalId: string): { readonly replica: Replica; readonly known: KnownTransaction | undefined; readonly ids: Map<string, KnownTransaction> } | null {
  const index = coordinatorOf(world, transactionsTopic, transactionalId)
  const replica = index < 0 ? null : broker.replicas[index]
  const ids = index < 0 ? null : broker.transactions.ids[index]
  if (replica === null || replica === undefined || replica.role !== roleLeader || ids === null || ids === undefined || !hasCommittedItsStart(replica)) return null
  return { replica, known: ids.get(transactionalId), ids }
}

export function onInitProducerId(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { transactionalId } = request.body as InitProducerIdBody
  const found = knownOrError(world, broker, transactionalId!)
  if (found === null) return answer(world, node, from, request, notCoordinator)
  const { replica, ids } = found
  let { known } = found
  if (known === undefined) {
    if (broker.producerIdNext >= broker.producerIdEnd) return answer(world, node, from, request, coordinatorNotAvailable)
    known = new KnownTransaction()
    known.metadata = new TransactionMetadata()
    ids.set(transactionalId!, known)
    return write(world, node, broker, replica, known, { transactionalId: transactionalId!, producerId: broker.producerIdNext++, producerEpoch: 0 }, from, request)
  }
  const { metadata } = known
  if (known.next !== null || metadata.state === statePrepareCommit || metadata.state === statePrepareAbort) return answer(world, node, from, request, concurrentTransactions)
  if (metadata.state === stateOngoing) {
    // Whoever had it open is fenced: its transaction is aborted first, under a higher epoch.
    abort(world, node, broker, replica, known)
    return answer(world, node, from, request, concurrentTransactions)
  }
  write(world, node, broker, replica, known, { producerEpoch: metadata.producerEpoch + 1, state: stateEmpty, partitions: [], transaction: 0 }, from, request)
}

function abort(world: World, node: Node, broker: Broker, replica: Replica, known: KnownTransaction): void {
  write(world, node, broker, replica, known, { state: statePrepareAbort, producerEpoch: known.metadata.producerEpoch + 1 }, 0, null)
}

function errorOf(world: World, known: KnownTransaction | undefined, producerId: number, producerEpoch: number): number {
  if (known === undefined || known.metadata.producerId !== producerId) return producerFenced
  return known.metadata.producerEpoch === producerEpoch || world.setup.options.bugs.zombieProducerAllowed ? none : producerFenced
}

export function onAddPartitions(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { transactionalId, producerId, producerEpoch, partitions, transaction } = request.body as AddPartitionsBody
  const found = knownOrError(world, broker, transactionalId)
  if (found === null) return answer(world, node, from, request, notCoordinator)
  const { known, replica } = found
  const error = errorOf(world, known, producerId, producerEpoch)
  if (error !== none) return answer(world, node, from, request, error)
  const { metadata, next } = known!
  if (next !== null || metadata.state === statePrepareCommit || metadata.state === statePrepareAbort) return answer(world, node, from, request, concurrentTransactions)
  const isOpen = metadata.state === stateOngoing
  const missing = partitions.filter((each) => !isOpen || !metadata.partitions.includes(each))
  if (missing.length === 0) return answer(world, node, from, request, none)
  const changes = isOpen ? { partitions: [...metadata.partitions, ...missing] } : { partitions: missing, state: stateOngoing, started: world.now, transaction }
  write(world, node, broker, replica, known!, changes, from, request)
}

export function onEndTransaction(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { transactionalId, producerId, producerEpoch, isCommit } = request.body as EndTransactionBody
  const { bugs } = world.setup.options
  const found = knownOrError(world, broker, transactionalId)
  if (found === null) return answer(world, node, from, request, notCoordinator)
  const { known, replica } = found
  if (known === undefined || known.metadata.producerId !== producerId) return answer(world, node, from, request, producerFenced)
  const { metadata } = known
  const isDone = isCommit ? metadata.state === statePrepareCommit || metadata.state === stateCompleteCommit : metadata.state === statePrepareAbort || metadata.state === stateCompleteAbort
  const raised = bugs.delayedEndTransaction ? 0 : 1
  // The same end again, whose answer was lost: its epoch is the one before the raise.
  if (known.next === null && isDone && metadata.producerEpoch === producerEpoch + raised) return answer(world, node, from, request, none, { producerId, producerEpoch: metadata.producerEpoch } satisfies ProducerIdBody)
  if (known.next !== null) return answer(world, node, from, request, concurrentTransactions)
  if (metadata.producerEpoch !== producerEpoch && !bugs.zombieProducerAllowed) return answer(world, node, from, request, producerFenced)
  if (metadata.state !== stateOngoing) return answer(world, node, from, request, invalidTransactionState)
  write(world, node, broker, replica, known, { state: isCommit ? statePrepareCommit : statePrepareAbort, producerEpoch: metadata.producerEpoch + raised }, from, request)
}

// ---- markers --------------------------------------------------------------------------------------------------------------------------------------------------

function sendMarkers(world: World, node: Node, broker: Broker, replica: Replica, known: KnownTransaction): void {
  known.markersLeft = [...known.metadata.partitions]
  for (const partition of known.metadata.partitions) sendMarker(world, node, broker, replica, known, partition)
  if (known.markersLeft.length === 0) complete(world, node, broker, replica, known)
}

function sendMarker(world: World, node: Node, broker: Broker, replica: Replica, known: KnownTransaction, partition: number): void {
  const leader = broker.image?.partitions[partition]?.leader ?? -1
  if (leader < 0) return ring(world, node, broker.transactions)
  const { producerId, producerEpoch, state, transactionalId, transaction } = known.metadata
  const body: WriteMarkersBody = { partition, producerId, producerEpoch, isCommit: state === statePrepareCommit, coordinatorEpoch: replica.leaderEpoch, transactionalId, transaction }
  ask(world, node, broker.requests, nodeOfBroker(world, leader), apiWriteMarkers, body, tagMarkers, 1_000_000)
}

export function onMarkersAnswer(world: World, node: Node, broker: Broker, body: WriteMarkersBody, error: number): void {
  const found = knownOrError(world, broker, body.transactionalId)
  if (found === null || found.known === undefined) return
  const { known, replica } = found
  if (known.metadata.producerEpoch !== body.producerEpoch || replica.leaderEpoch !== body.coordinatorEpoch || !known.markersLeft.includes(body.partition)) return
  // A higher epoch stands there already: the marker has been written, by whoever coordinated before.
  if (error === none || error === invalidProducerEpoch) {
    known.markersLeft = known.markersLeft.filter((each) => each !== body.partition)
    if (known.markersLeft.length === 0) complete(world, node, broker, replica, known)
  } else ring(world, node, broker.transactions)
}

function complete(world: World, node: Node, broker: Broker, replica: Replica, known: KnownTransaction): void {
  const state = known.metadata.state === statePrepareCommit ? stateCompleteCommit : known.metadata.state === statePrepareAbort ? stateCompleteAbort : -1
  if (state >= 0 && known.next === null) write(world, node, broker, replica, known, { state, partitions: [] }, 0, null)
}

/** The leader of a partition of the transaction writes its end there. */
export function onWriteMarkers(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { partition, producerId, producerEpoch, isCommit, coordinatorEpoch, transaction } = request.body as WriteMarkersBody
  const { bugs } = world.setup.options
  const replica = broker.replicas[partition]
  if (replica === null || replica === undefined || replica.role !== roleLeader) return answer(world, node, from, request, notLeaderOrFollower)
  const state = replica.producers.get(producerId)
  if (state !== undefined && (producerEpoch < state.epoch || coordinatorEpoch < state.coordinatorEpoch)) return answer(world, node, from, request, invalidProducerEpoch)
  // The raised epoch is there already, so this marker is: a copy of it must not end the transaction that came after. Confirmed once what is there is committed.
  const isThere = state !== undefined && producerEpoch === state.epoch && !bugs.markersTwice && !bugs.delayedEndTransaction
  const entry = isThere ? (replica.log.entries[replica.log.entries.length - 1] as LogEntry) : appendAsLeader(world, node, broker, replica, markerOf(producerId, producerEpoch, isCommit ? controlCommit : controlAbort, coordinatorEpoch, transaction, world.now))
  if (!isThere) {
    world.trace?.note(world, node.id, 'marker', `writes ${isCommit ? 'COMMIT' : 'ABORT'} of producer ${producerId} into ${logOptionsOf(world).partitions[partition]!.name} at ${entry.baseOffset}`)
    world.point(node, 'a marker is appended and nobody told')
    afterAppend(world, node, broker, replica)
  }
  if (bugs.markersUnawaited) return answer(world, node, from, request, none, request.body)
  const delayed = new DelayedProduce()
  delayed.from = from
  delayed.request = request
  delayed.baseOffset = entry.baseOffset
  delayed.endOffset = entry.endOffset
  holdUntilCommitted(world, node, broker, replica, delayed)
}

/** Once a second: markers that are not confirmed go out again, and transactions that were left open are aborted. */
export function onTransactionTimer(world: World, node: Node, broker: Broker): void {
  const { transactions } = broker
  transactions.isRinging = false
  let isLeading = false
  for (let index = 0; index < transactions.ids.length; index++) {
    const ids = transactions.ids[index]
    const replica = broker.replicas[index]
    if (ids === null || ids === undefined || replica === null || replica === undefined) continue
    isLeading = true
    if (!hasCommittedItsStart(replica)) continue
    for (const known of ids.values()) {
      const { metadata } = known
      if (known.next !== null) continue
      if (metadata.state === stateOngoing && world.now - metadata.started > logOptionsOf(world).transactionTimeoutMicros) abort(world, node, broker, replica, known)
      else if (metadata.state === statePrepareCommit || metadata.state === statePrepareAbort) for (const partition of known.markersLeft) sendMarker(world, node, broker, replica, known, partition)
    }
  }
  if (isLeading) ring(world, node, transactions)
}

