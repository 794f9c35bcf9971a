import { freshArrays, type Arrays } from './arrays.ts'
import { gather, gatherFloat64, gatherUint8, valueAt, type Column, type Value } from './column.ts'
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
    watermarks: batch.watermarks === null ? null : gatherFloat64(batch.watermarks, rows, count, arrays),
  }
}
