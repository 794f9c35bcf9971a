import type { Bugs } from '../bugs.ts'
import { AppendLog, dropPrefix } from '../world/disk.ts'
import type { World } from '../world/world.ts'
import { controlNone, type LogEntry } from './records.ts'
import type { ApiRequest } from './requests.ts'
import { copyOfStates, noteEntry, type AbortedTransaction, type ProducerStates } from './producerState.ts'

/**
 * One replica of a partition: its log on disk, and in memory what follows from it (leader epochs, producers, aborted transactions) with its high watermark and its role.
 * The log is written to the page cache and never waited for: Kafka assumes unstable storage, and safety comes from the other replicas (reference 3.1).
 */
export class ReplicaLog extends AppendLog {
  /** First offset still there. */
  startOffset = 0
  /** Producers as they were at the start offset, since what made them so is gone (Kafka keeps a snapshot file beside each segment). */
  producersAtStart: ProducerStates = new Map()
  /** Offset up to which the log has been compacted, and the epochs that began before: compaction may have taken their first batches. */
  cleanedTo = 0
  epochsAtClean: readonly EpochStart[] = []
}

export const roleNone = 0
export const roleLeader = 1
export const roleFollower = 2

export class EpochStart {
  epoch = 0
  startOffset = 0
}

/** What a leader knows of a follower. */
export class FollowerProgress {
  endOffset = -1
  /** It had everything at this time. */
  lastCaughtUp = 0
  lastFetch = 0
  /** The leader's end offset at that fetch. */
  leaderEndAtFetch = -1
  brokerEpoch = 0
}

/** A write that waits for the high watermark. */
export class DelayedProduce {
  from = 0
  request!: ApiRequest
  baseOffset = 0
  endOffset = 0
  deadline = 0
}

export class Replica {
  index = 0
  log!: ReplicaLog
  role = roleNone
  leader = -1
  leaderEpoch = -1
  partitionEpoch = -1
  isr: readonly number[] = []
  elr: readonly number[] = []
  highWatermark = 0
  epochs: EpochStart[] = []
  producers: ProducerStates = new Map()
  aborted: AbortedTransaction[] = []
  /** Transactions that ended above the high watermark: first offset and marker. */
  unreplicated: { first: number; last: number }[] = []
  // Leader.
  epochStartOffset = 0
  /** By broker number; its own place stays empty. */
  followers: FollowerProgress[] = []
  /** In-sync replicas proposed to the controller and not yet answered: counted until then (the maximal ISR). */
  proposed: readonly number[] | null = null
  /** The proposal was refused; it is being made void. */
  isRetracted = false
  delayed: DelayedProduce[] = []
  // Follower.
  /** Must find once where its log leaves the leader's (only with the switch that undoes KIP-320's check in every fetch). */
  mustAsk = false
}

export function endOffsetOf(log: ReplicaLog): number {
  return log.entries.length === 0 ? log.startOffset : (log.entries[log.entries.length - 1] as LogEntry).endOffset
}

/** Index of the first entry that ends beyond this offset. */
export function indexAt(log: ReplicaLog, offset: number): number {
  const entries = log.entries as LogEntry[]
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (entries[middle]!.endOffset > offset) high = middle
    else low = middle + 1
  }
  return low
}

export function appendEntry(world: World, replica: Replica, entry: LogEntry): void {
  replica.log.entries.push(entry)
  noteAppended(replica, entry, world.setup.options.bugs)
}

function noteAppended(replica: Replica, entry: LogEntry, bugs: Bugs): void {
  assignEpoch(replica, entry.leaderEpoch, entry.baseOffset)
  noteProducer(replica, entry, bugs)
}

function noteProducer(replica: Replica, entry: LogEntry, bugs: Bugs): void {
  if (bugs.followersForgetProducers && replica.role !== roleLeader) return
  const open = entry.batch.control === controlNone ? -1 : (replica.producers.get(entry.batch.producerId)?.openSince ?? -1)
  const aborted = noteEntry(replica.producers, entry)
  if (aborted !== null) replica.aborted.push(aborted)
  if (open >= 0) replica.unreplicated.push({ first: open, last: entry.baseOffset })
}

/** An epoch begins here, if it is new. */
export function assignEpoch(replica: Replica, epoch: number, startOffset: number): void {
  const last = replica.epochs[replica.epochs.length - 1]
  if (last !== undefined && last.epoch >= epoch) return
  const start = new EpochStart()
  start.epoch = epoch
  start.startOffset = startOffset
  replica.epochs.push(start)
}

/** Everything in memory that follows from the log. */
export function rebuild(world: World, replica: Replica): void {
  const { log } = replica
  const { bugs } = world.setup.options
  replica.epochs = log.epochsAtClean.slice()
  for (const entry of log.entries as LogEntry[]) assignEpoch(replica, entry.leaderEpoch, entry.baseOffset)
  if (bugs.truncationKeepsProducers && replica.producers.size > 0) return
  replica.aborted = []
  replica.unreplicated = []
  replica.producers = copyOfStates(log.producersAtStart)
  for (const entry of log.entries as LogEntry[]) noteProducer(replica, entry, bugs)
  settleTransactions(replica)
}

/** Cuts off everything from this offset on, whole batches. Truncating costs no disk step of its own: a crash may bring nothing back that was cut, since entries only grow. */
export function truncateTo(world: World, replica: Replica, offset: number): void {
  const { log } = replica
  const keep = indexAt(log, offset)
  if (keep < log.entries.length) {
    log.entries.length = keep
    log.durable = Math.min(log.durable, keep)
    rebuild(world, replica)
  }
  const end = endOffsetOf(log)
  while (replica.epochs.length > 0 && replica.epochs[replica.epochs.length - 1]!.startOffset >= end) replica.epochs.pop()
  if (replica.highWatermark > end) replica.highWatermark = end
}

/** Starts over at an offset the leader still has. */
export function startAt(replica: Replica, offset: number): void {
  const { log } = replica
  log.dropped += log.entries.length
  log.entries.length = 0
  log.durable = 0
  log.startOffset = offset
  log.cleanedTo = 0
  log.epochsAtClean = []
  log.producersAtStart = new Map()
  replica.producers = new Map()
  replica.epochs = []
  replica.aborted = []
  replica.unreplicated = []
  replica.highWatermark = offset
}

/** Drops whole batches before an offset (retention). */
export function dropBefore(replica: Replica, offset: number): void {
  const { log } = replica
  const count = indexAt(log, offset)
  const { entries } = log
  for (let i = 0; i < count; i++) noteEntry(log.producersAtStart, entries[i] as LogEntry)
  const start = count === 0 ? log.startOffset : (entries[count - 1] as LogEntry).endOffset
  dropPrefix(log, count)
  log.startOffset = Math.max(log.startOffset, start)
  replica.aborted = replica.aborted.filter((aborted) => aborted.lastOffset >= log.startOffset)
  // The epoch the log now begins in stays known.
  while (replica.epochs.length > 1 && replica.epochs[1]!.startOffset <= log.startOffset) replica.epochs.shift()
}

/** Where an epoch ends in this log: the largest epoch not above the asked one, and the offset where the next begins (KIP-101, KIP-279). −1: it knows nothing of it. */
export function endOffsetForEpoch(replica: Replica, epoch: number): { readonly epoch: number; readonly endOffset: number } {
  const { epochs, log } = replica
  const last = epochs[epochs.length - 1]
  if (last === undefined || epoch > last.epoch) return { epoch: -1, endOffset: -1 }
  if (epoch === last.epoch) return { epoch, endOffset: endOffsetOf(log) }
  let at = 0
  while (epochs[at]!.epoch <= epoch) at++
  return { epoch: at === 0 ? epoch : epochs[at - 1]!.epoch, endOffset: epochs[at]!.startOffset }
}

export function lastEpochOf(replica: Replica): number {
  const { epochs } = replica
  return epochs.length === 0 ? -1 : epochs[epochs.length - 1]!.epoch
}

/** Entries from an offset on, of which all end at or before a limit. */
export function readEntries(log: ReplicaLog, from: number, limit: number, most: number): readonly LogEntry[] {
  const entries = log.entries as LogEntry[]
  const first = indexAt(log, from)
  let end = first
  while (end < entries.length && end - first < most && entries[end]!.endOffset <= limit) end++
  return first === end ? nothing : Object.freeze(entries.slice(first, end))
}
const nothing: readonly LogEntry[] = Object.freeze([])

/** Transactions whose marker is committed are open no more. */
export function settleTransactions(replica: Replica): void {
  const { unreplicated, highWatermark } = replica
  if (unreplicated.some((ended) => ended.last < highWatermark)) replica.unreplicated = unreplicated.filter((ended) => ended.last >= highWatermark)
}

/** The last stable offset: nothing below it belongs to a transaction that is still open. */
export function lastStableOffset(replica: Replica): number {
  let stable = replica.highWatermark
  for (const { openSince } of replica.producers.values()) if (openSince >= 0 && openSince < stable) stable = openSince
  for (const { first } of replica.unreplicated) if (first < stable) stable = first
  return stable
}
