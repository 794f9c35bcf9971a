import { neverChanges } from '../world/copy.ts'

/**
 * What a partition holds: batches of records, made once by a producer and shared by reference ever after. A replica's log is a list of entries (where a batch stands
 * and in which leader epoch it was written); replication hands the same entries on, so a record exists once however many replicas hold it (Kafka's record batch,
 * format 2; here without bytes, compression or timestamps of its own).
 */
export class LogRecord {
  key: string | null = null
  /** Null with a key is a tombstone. */
  value: string | null = null
  /** For the checkers: who wrote it, as its how-many-th of this partition. 0 is nobody's. */
  source = 0
  serial = 0
}
neverChanges(LogRecord)

/** What a batch is for: records, or the marker that ends a transaction. */
export const controlNone = 0
export const controlAbort = 1
export const controlCommit = 2

export const noProducer = -1

export class RecordBatch {
  producerId = noProducer
  producerEpoch = -1
  baseSequence = -1
  isTransactional = false
  control = controlNone
  /** Of a marker: the epoch of the coordinator that wrote it. */
  coordinatorEpoch = -1
  timestamp = 0
  records: readonly LogRecord[] = []
  /** How many offsets it takes; compaction may leave fewer records than that. */
  count = 0
  /** For the checkers: names the transaction of its producer, across partitions. 0 is none. */
  transaction = 0
}
neverChanges(RecordBatch)

export class LogEntry {
  baseOffset = 0
  /** Exclusive. */
  endOffset = 0
  leaderEpoch = 0
  batch!: RecordBatch
  /** After compaction: the offsets that are left, in step with `batch.records`; null is all of them. */
  offsets: readonly number[] | null = null
}
neverChanges(LogEntry)

export function batchOf(records: readonly LogRecord[], timestamp: number): RecordBatch {
  const batch = new RecordBatch()
  batch.records = records
  batch.count = records.length
  batch.timestamp = timestamp
  return batch
}

export function recordOf(key: string | null, value: string | null): LogRecord {
  const record = new LogRecord()
  record.key = key
  record.value = value
  return record
}

export function markerOf(producerId: number, producerEpoch: number, control: number, coordinatorEpoch: number, transaction: number, timestamp: number): RecordBatch {
  const batch = batchOf([recordOf(null, null)], timestamp)
  batch.producerId = producerId
  batch.producerEpoch = producerEpoch
  batch.isTransactional = true
  batch.control = control
  batch.coordinatorEpoch = coordinatorEpoch
  batch.transaction = transaction
  return batch
}
