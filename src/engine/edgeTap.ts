import { eventTimeColumn, gatherRows, rowAt, rowKindAt, type Batch, type RowKindText } from '../columnar/batch.ts'
import type { Float64Column, Value } from '../columnar/column.ts'
import type { Schema } from '../columnar/schema.ts'
import { noWatermark } from './watermark.ts'

/**
 * What passes one edge at one subtask: counts, the newest watermark, and the newest rows, copied and read only when someone looks.
 *
 * A row counts as late when its event time is not above the watermark that came before it. Whether an operator drops it is that operator's own rule.
 */
export class EdgeTap {
  readonly edge: number
  readonly schema: Schema
  rows = 0
  lateRows = 0
  watermark = noWatermark
  /** Rows to keep for `newest`. */
  keep: number
  readonly #timeColumn: number
  #recent: Recent[] = []
  #recentRows = 0

  /** `hidden`: an edge that is none of the job's, whose late rows nobody asks for. */
  constructor(edge: number, schema: Schema, keep: number, hidden = false) {
    this.edge = edge
    this.schema = schema
    this.keep = keep
    this.#timeColumn = hidden ? -1 : eventTimeColumn(schema)
  }

  /** A batch passes; `watermark` holds for rows where the batch does not say. */
  pass(batch: Batch, watermark: number): void {
    this.rows += batch.rowCount
    if (this.#timeColumn >= 0 && batch.inOrder !== true) {
      const { values } = batch.columns[this.#timeColumn] as Float64Column
      this.lateRows += batch.watermarks !== null ? countBehind(values, batch.watermarks, batch.rowCount) : watermark === noWatermark ? 0 : countAtMost(values, watermark, batch.rowCount)
    }
    if (this.keep > 0) this.#remember(batch, watermark)
    else {
      this.#recent.length = 0
      this.#recentRows = 0
    }
  }

  /** The rows themselves: the batch and its arrays may be used again when it has gone through. */
  #remember(batch: Batch, watermark: number): void {
    const { keep } = this
    const { rowCount } = batch
    const count = Math.min(keep, rowCount)
    const rows = new Int32Array(count)
    for (let i = 0; i < count; i++) rows[i] = rowCount - count + i
    this.#recent.push({ batch: gatherRows(batch, rows, count), watermark })
    this.#recentRows += count
    while (this.#recentRows - this.#recent[0]!.batch.rowCount >= keep) this.#recentRows -= this.#recent.shift()!.batch.rowCount
  }

  /** The last rows, oldest first, at most `keep`. */
  newest(): TappedRow[] {
    const rows: TappedRow[] = []
    let skip = Math.max(0, this.#recentRows - this.keep)
    for (const { batch, watermark } of this.#recent) {
      for (let row = Math.min(skip, batch.rowCount); row < batch.rowCount; row++) {
        const before = batch.watermarks === null ? watermark : batch.watermarks[row]!
        const late = this.#timeColumn >= 0 && (batch.columns[this.#timeColumn] as Float64Column).values[row]! <= before
        rows.push({ kind: rowKindAt(batch, row), values: rowAt(batch, row), late })
      }
      skip = Math.max(0, skip - batch.rowCount)
    }
    return rows
  }
}

export interface TappedRow {
  readonly kind: RowKindText
  readonly values: readonly Value[]
  readonly late: boolean
}

interface Recent {
  readonly batch: Batch
  readonly watermark: number
}

function countBehind(times: Float64Array, watermarks: Float64Array, rowCount: number): number {
  let count = 0
  for (let row = 0; row < rowCount; row++) if (times[row]! <= watermarks[row]!) count++
  return count
}

function countAtMost(times: Float64Array, watermark: number, rowCount: number): number {
  let count = 0
  for (let row = 0; row < rowCount; row++) if (times[row]! <= watermark) count++
  return count
}
