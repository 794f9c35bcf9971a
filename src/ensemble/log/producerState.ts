import type { Bugs } from '../bugs.ts'
import { controlAbort, controlNone, noProducer, type LogEntry, type RecordBatch } from './records.ts'
import { invalidProducerEpoch, none, outOfOrderSequence } from './requests.ts'

/**
 * What a partition remembers of its producers (reference 3.4): the epoch, the last five batches for recognising what is sent again, and where an open transaction
 * began. It is a function of the log, so every replica builds its own by appending, and builds it anew from the log after a restart or a truncation.
 *
 * Stricter than Kafka in one point: a producer nobody knows here must begin at sequence 0. Kafka takes any sequence then, because its producers' states expire and
 * its connections keep order; datagrams do not.
 */
export class ProducerState {
  producerId = noProducer
  epoch = -1
  /** Last sequence of the newest batch; −1 before the first of this epoch. */
  lastSequence = -1
  batches: SeenBatch[] = []
  /** First offset of the open transaction, −1 without one. */
  openSince = -1
  coordinatorEpoch = -1
  /** For the checkers: the transactions with records in the open range. */
  transaction = 0
}

export class SeenBatch {
  first = 0
  last = 0
  baseOffset = 0
}

/** An aborted range: consumers that read committed data skip what its producer wrote there. */
export class AbortedTransaction {
  producerId = noProducer
  firstOffset = 0
  /** Offset of the marker. */
  lastOffset = 0
}

const seenBatchesMax = 5

export type ProducerStates = Map<number, ProducerState>

/** Sequences wrap at 2^31. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % 2_147_483_648
}

export const duplicate = -1

/** May this batch be appended: `none`, `duplicate`, or an error. */
export function checkProducer(states: ProducerStates, batch: RecordBatch, bugs: Bugs): number {
  if (batch.producerId === noProducer) return none
  const state = states.get(batch.producerId)
  if (state === undefined) return batch.baseSequence <= 0 || batch.control !== controlNone || bugs.sequenceIgnored ? none : outOfOrderSequence
  if (batch.producerEpoch < state.epoch && !bugs.zombieProducerAllowed) return invalidProducerEpoch
  if (batch.control !== controlNone || batch.baseSequence < 0) return none
  if (bugs.sequenceIgnored) return none
  if (batch.producerEpoch > state.epoch) return batch.baseSequence === 0 ? none : outOfOrderSequence
  const last = sequenceAfter(batch.baseSequence, batch.count - 1)
  if (state.batches.some((seen) => seen.first === batch.baseSequence && seen.last === last)) return duplicate
  return batch.baseSequence === (state.lastSequence < 0 ? 0 : sequenceAfter(state.lastSequence, 1)) ? none : outOfOrderSequence
}

/** Where the duplicate's original stands. */
export function offsetOfDuplicate(states: ProducerStates, batch: RecordBatch): number {
  return states.get(batch.producerId)!.batches.find((seen) => seen.first === batch.baseSequence)!.baseOffset
}

/** An entry has entered the log; the aborted range it closes, if it does. */
export function noteEntry(states: ProducerStates, entry: LogEntry): AbortedTransaction | null {
  const { batch } = entry
  if (batch.producerId === noProducer) return null
  let state = states.get(batch.producerId)
  if (state === undefined) {
    state = new ProducerState()
    state.producerId = batch.producerId
    states.set(batch.producerId, state)
  }
  if (batch.producerEpoch > state.epoch) {
    state.epoch = batch.producerEpoch
    state.lastSequence = -1
    state.batches = []
  }
  if (batch.control !== controlNone) {
    state.coordinatorEpoch = batch.coordinatorEpoch
    const { openSince } = state
    state.openSince = -1
    if (batch.control !== controlAbort || openSince < 0) return null
    const aborted = new AbortedTransaction()
    aborted.producerId = batch.producerId
    aborted.firstOffset = openSince
    aborted.lastOffset = entry.baseOffset
    return aborted
  }
  if (batch.baseSequence >= 0) {
    const seen = new SeenBatch()
    seen.first = batch.baseSequence
    seen.last = state.lastSequence = sequenceAfter(batch.baseSequence, batch.count - 1)
    seen.baseOffset = entry.baseOffset
    state.batches.push(seen)
    if (state.batches.length > seenBatchesMax) state.batches.shift()
  }
  if (batch.isTransactional && state.openSince < 0) {
    state.openSince = entry.baseOffset
    state.transaction = batch.transaction
  }
  return null
}

export function copyOfStates(states: ProducerStates): ProducerStates {
  const copy: ProducerStates = new Map()
  for (const [id, state] of states) copy.set(id, Object.assign(new ProducerState(), state, { batches: state.batches.slice() }))
  return copy
}
