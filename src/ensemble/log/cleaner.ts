import { checksOf } from '../checks/checksOf.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { logOptionsOf, type Broker } from './broker.ts'
import { controlNone, LogEntry, RecordBatch } from './records.ts'
import { dropBefore, lastStableOffset, roleLeader, type Replica } from './replica.ts'

/**
 * Retention and compaction (reference 3.6). Both leave offsets as they are and never touch what is not yet committed or belongs to an open transaction. Retention drops whole batches from
 * the front. Compaction keeps the newest record of every key, tombstones until their time is over, and the header of each producer's newest batch, because sequence
 * numbers hang on it. Each replica cleans its own log, so copies may differ in what is gone, never in what is there.
 */
export function clean(world: World, node: Node, broker: Broker): void {
  const options = logOptionsOf(world)
  for (const replica of broker.replicas) {
    if (replica === null) continue
    const spec = options.partitions[replica.index]!
    if (spec.cleanup === 'delete') retain(world, broker, replica, spec.retentionRecords)
    else compact(world, node, broker, replica)
  }
}

function retain(world: World, broker: Broker, replica: Replica, records: number): void {
  // Followers drop what their leader has dropped; here leaders decide.
  if (records === Infinity || replica.role !== roleLeader) return
  const { bugs } = world.setup.options
  const end = bugs.retentionBeyondStable ? (replica.log.entries.at(-1) as LogEntry | undefined)?.endOffset ?? 0 : lastStableOffset(replica)
  const to = end - records
  if (to <= replica.log.startOffset) return
  dropBefore(replica, to)
  checksOf(world)?.log?.onRetention(world, broker, replica)
}

export function compact(world: World, node: Node, broker: Broker, replica: Replica): void {
  const { log } = replica
  const { bugs } = world.setup.options
  const entries = log.entries as LogEntry[]
  const stable = bugs.compactsOpen ? Infinity : lastStableOffset(replica)
  // The newest batches are the active segment, which is left alone.
  let end = Math.max(0, entries.length - activeEntries)
  while (end > 0 && entries[end - 1]!.endOffset > stable) end--
  if (end === 0 || entries[end - 1]!.endOffset - log.cleanedTo < dirtyMin) return
  const newest = new Map<string, number>()
  for (let i = 0; i < end; i++) {
    const entry = entries[i]!
    if (entry.batch.control !== controlNone || isAborted(replica, entry)) continue
    for (let r = 0; r < entry.batch.records.length; r++) {
      const { key } = entry.batch.records[r]!
      if (key === null) continue
      const offset = offsetAt(entry, r)
      if (!bugs.compactsToOldest || !newest.has(key)) newest.set(key, offset)
    }
  }
  const lastOfProducer = new Map<number, LogEntry>()
  for (const entry of entries) if (entry.batch.producerId >= 0) lastOfProducer.set(entry.batch.producerId, entry)
  const horizon = world.now - tombstoneMicros
  const kept: LogEntry[] = []
  for (let i = 0; i < end; i++) {
    const entry = entries[i]!
    const { batch } = entry
    const left: number[] = []
    if (batch.control === controlNone && !isAborted(replica, entry)) {
      for (let r = 0; r < batch.records.length; r++) {
        const { key, value } = batch.records[r]!
        const isNewest = key === null || newest.get(key) === offsetAt(entry, r)
        const isOver = value === null && (batch.timestamp < horizon || bugs.tombstonesAtOnce)
        if (isNewest && !isOver) left.push(r)
      }
    }
    const isMarker = batch.control !== controlNone
    if (left.length === batch.records.length || isMarker) kept.push(entry)
    else if (left.length > 0 || lastOfProducer.get(batch.producerId) === entry) kept.push(withRecords(entry, left))
  }
  const before = end
  for (let i = end; i < entries.length; i++) kept.push(entries[i]!)
  // Rewriting a log is safe against crashes: the cleaned segment replaces the old one when it is on disk.
  log.durable = Math.max(0, log.durable - (before - (kept.length - (entries.length - before))))
  const cleanedTo = entries[before - 1]!.endOffset
  log.dropped += entries.length - kept.length
  log.entries = kept
  log.durable = Math.min(log.durable, kept.length)
  log.cleanedTo = Math.max(log.cleanedTo, cleanedTo)
  log.epochsAtClean = replica.epochs.filter(({ startOffset }) => startOffset < log.cleanedTo)
  world.trace?.note(world, node.id, 'compact', `compacts ${logOptionsOf(world).partitions[replica.index]!.name} up to ${cleanedTo}`)
  checksOf(world)?.log?.onCompacted(world, broker, replica)
}

const activeEntries = 8
const dirtyMin = 12
const tombstoneMicros = 20_000_000

function offsetAt(entry: LogEntry, record: number): number {
  return entry.offsets === null ? entry.baseOffset + record : entry.offsets[record]!
}

function isAborted(replica: Replica, entry: LogEntry): boolean {
  const { batch, baseOffset } = entry
  return batch.isTransactional && replica.aborted.some((range) => range.producerId === batch.producerId && range.firstOffset <= baseOffset && baseOffset < range.lastOffset)
}

function withRecords(entry: LogEntry, left: readonly number[]): LogEntry {
  const batch = Object.assign(new RecordBatch(), entry.batch, { records: Object.freeze(left.map((record) => entry.batch.records[record]!)) })
  const made = new LogEntry()
  made.baseOffset = entry.baseOffset
  made.endOffset = entry.endOffset
  made.leaderEpoch = entry.leaderEpoch
  made.batch = batch
  made.offsets = Object.freeze(left.map((record) => offsetAt(entry, record)))
  return made
}
