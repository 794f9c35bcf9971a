import { freshArrays, type Arrays } from './arrays.ts'
import { gather, gatherFloat64, gatherUint8, valueAt, type Column, type Float64Column, type Value } from './column.ts'
import type { Schema } from './schema.ts'

/**
 * Rows on their way through a job: one column per field, a row count, and what each row means.
 *
 * `kinds` tells insert from retraction; absent means every row is an insert. `watermarks` makes decisions about lateness exact
 * without cutting a batch at every row: SQL watermarks are emitted per record, so `watermarks[i]` is the watermark that had reached
 * this stream just before row i (never falling; -Infinity before the first). Absent means it did not move inside
 * the batch: the receiver's current watermark holds for all rows. The watermark after the last row follows the batch as a
 * message of its own.
 *
 * `inOrder` says of a batch that its event times (the first column marked `event`; there is one, without NULLs) do not fall from row to row, and that each is above the watermark before it. No row is late then, and the
 * rows of a slice of time lie together: who would look at each row to know either need not. Absent claims nothing; who makes a batch of other rows or columns says it again if it still holds.
 *
 * `trailing` stands for `watermarks` (which are null then) in a batch in order whose watermark before each row but the first is the event time of the row before it, less a delay: what most sources send. Who needs an array
 * makes one (`withWatermarks`); most need one or two of them, or none.
 *
 * There is no selection vector: a filter emits the surviving rows, gathered (docs/decisions/0001). A batch never changes after it is emitted;
 * its arrays may be shared with other batches and be longer than `rowCount`.
 */
export interface Batch {
  readonly schema: Schema
  readonly columns: readonly Column[]
  readonly rowCount: number
  readonly kinds: Uint8Array | null
  readonly watermarks: Float64Array | null
  readonly inOrder?: boolean
  readonly trailing?: Trailing | null
}

export interface Trailing {
  /** Before the first row. */
  readonly before: number
  readonly delayMs: number
}

/** Flink's RowKind, with its byte values. `-U` and `+U` are one update in two rows. */
export const rowKind = { insert: 0, updateBefore: 1, updateAfter: 2, delete: 3 } as const
export type RowKindText = '+I' | '-U' | '+U' | '-D'
export const rowKindTexts: readonly RowKindText[] = ['+I', '-U', '+U', '-D']

/** The column that `inOrder` speaks of; -1 where there is none. */
export function eventTimeColumn(schema: Schema): number {
  return schema.fields.findIndex((field) => field.time === 'event')
}

/** Rows a source or exchange aims for in one batch; larger gains nothing and leaves the caches. */
export const batchRowsTarget = 4096

/** The values of one row, in schema order. For edges and tests. */
export function rowAt(batch: Batch, row: number): Value[] {
  return batch.columns.map((column) => valueAt(column, row))
}

export function rowKindAt(batch: Batch, row: number): RowKindText {
  return batch.kinds === null ? '+I' : rowKindTexts[batch.kinds[row]!]!
}

/** The given rows of a batch, in that order, with their kinds and watermarks. `rows` must ascend for watermarks to stay monotonic. */
export function gatherRows(batch: Batch, rows: Int32Array, count: number, arrays: Arrays = freshArrays): Batch {
  return {
    schema: batch.schema,
    columns: batch.columns.map((column) => gather(column, rows, count, arrays)),
    rowCount: count,
    kinds: batch.kinds === null ? null : gatherUint8(batch.kinds, rows, count, arrays),
    watermarks: batch.watermarks !== null ? gatherFloat64(batch.watermarks, rows, count, arrays) : batch.trailing ? trailingRows(batch, batch.trailing, rows, count, arrays.float64(count), 0) : null,
  }
}

/** The batch with its watermarks in an array, if it has any. */
export function withWatermarks(batch: Batch, arrays: Arrays = freshArrays): Batch {
  const { trailing, rowCount } = batch
  return trailing ? { ...batch, watermarks: trailingRows(batch, trailing, null, rowCount, arrays.float64(rowCount), 0), trailing: null } : batch
}

/** Writes the watermarks before these rows (null: all) of a batch where they trail its times, from `at` on. */
export function trailingRows(batch: Batch, { before, delayMs }: Trailing, rows: Int32Array | null, count: number, into: Float64Array, at: number): Float64Array {
  if (count === 0) return into
  const times = eventTimesOf(batch)
  const first = rows === null ? 0 : rows[0]!
  into[at] = first === 0 ? before : times[first - 1]! - delayMs
  if (rows === null) for (let i = 1; i < count; i++) into[at + i] = times[i - 1]! - delayMs
  else for (let i = 1; i < count; i++) into[at + i] = times[rows[i]! - 1]! - delayMs
  return into
}

/** The values of the column that `inOrder` and `trailing` speak of. */
export function eventTimesOf(batch: Batch): Float64Array {
  return (batch.columns[eventTimeColumn(batch.schema)] as Float64Column).values
}

/** The watermark before a row of a batch that tells them; null where it does not. */
export function watermarkBefore(batch: Batch, row: number): number | null {
  const { trailing } = batch
  if (trailing) return row === 0 ? trailing.before : eventTimesOf(batch)[row - 1]! - trailing.delayMs
  return batch.watermarks === null ? null : batch.watermarks[row]!
}
