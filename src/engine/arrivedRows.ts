import type { Batch } from '../columnar/batch.ts'
import type { Column } from '../columnar/column.ts'
import { sliceColumn } from '../columnar/concat.ts'
import type { Schema } from '../columnar/schema.ts'
import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { RowStore } from './rowStore.ts'

/**
 * Rows with the order they came in, so that rows kept in several places can be put together as they came: of rows that tie, Flink ranks the earlier arrival first, whichever part of a window
 * it is in.
 *
 * Arrivals are counted by whoever fills the places. Rows that came one after the other are one run; a stream whose times go forwards has one run in each place.
 *
 * A long range of rows stays in the batch that brought it, which is then kept; a short one is copied, because a batch is far longer than the few rows that may be kept of it. Rows are therefore in `parts`, in order; whoever
 * wants them in one place asks for `rows`, which copies once.
 */
export interface RowPart {
  readonly columns: readonly Column[]
  readonly rowCount: number
}

/** Shorter ranges are copied: a part costs at most what copying so many rows does. */
const partRowsMin = 64

interface HeldPart {
  /** Null: rows of the store. */
  readonly columns: readonly Column[] | null
  readonly first: number
  rowCount: number
}

export class ArrivedRows {
  readonly #schema: Schema
  /** For rows that are copied; null until there are some. */
  #store: RowStore | null = null
  #parts: HeldPart[] = []
  #rowCount = 0
  #heldBytes = 0
  /** Where each run begins here, and the arrival of its first row. */
  #positions: number[] = []
  #arrivals: number[] = []

  constructor(schema: Schema) {
    this.#schema = schema
  }

  get rowCount(): number {
    return this.#rowCount
  }

  /** All rows in one place. Valid until the next append or clear. */
  get rows(): RowStore {
    if (this.#store === null || this.#parts.some(({ columns }) => columns !== null)) {
      const whole = new RowStore(this.#schema)
      for (const { columns, rowCount } of this.parts()) whole.appendRange({ schema: this.#schema, columns, rowCount, kinds: null, watermarks: null }, 0, rowCount)
      this.#store = whole
      this.#parts = this.#rowCount === 0 ? [] : [{ columns: null, first: 0, rowCount: this.#rowCount }]
      this.#heldBytes = 0
    }
    return this.#store
  }

  /** All rows, in order, where they are. Valid until the next append or clear; not to be emitted. */
  parts(): RowPart[] {
    const stored = this.#store?.columns() ?? []
    return this.#parts.map(({ columns, first, rowCount }) => ({ columns: (columns ?? stored).map((column) => sliceColumn(column, first, first + rowCount)), rowCount }))
  }

  /** Appends rows [first, until) of a batch; `arrival` is that of the first. */
  append(batch: Batch, first: number, until: number, arrival: number): void {
    this.#mark(this.#rowCount, arrival)
    const count = until - first
    if (count >= partRowsMin && batch.columns.every((column) => lengthOf(column) <= count * 2)) {
      this.#parts.push({ columns: batch.columns, first, rowCount: count })
      for (const column of batch.columns) this.#heldBytes += lengthOf(column) * bytesPerRow[column.storage]
      this.#rowCount += count
    } else this.#stored((this.#store ??= new RowStore(this.#schema)).appendRange(batch, first, until), count)
  }

  #stored(first: number, count: number): void {
    const last = this.#parts.at(-1)
    if (last?.columns === null) last.rowCount += count
    else this.#parts.push({ columns: null, first, rowCount: count })
    this.#rowCount += count
  }

  #mark(position: number, arrival: number): void {
    const last = this.#positions.length - 1
    if (last >= 0 && this.#arrivals[last]! + (position - this.#positions[last]!) === arrival) return
    this.#positions.push(position)
    this.#arrivals.push(arrival)
  }

  clear(): void {
    this.#store?.clear()
    this.#parts = []
    this.#rowCount = 0
    this.#heldBytes = 0
    this.#positions = []
    this.#arrivals = []
  }

  get bytes(): number {
    return (this.#store?.bytes ?? 0) + this.#heldBytes + this.#positions.length * 16
  }

  /** Appends all rows of the others, as they came. */
  appendAll(others: readonly ArrivedRows[]): void {
    const runs = others.flatMap((other) => other.#positions.map((first, run) => ({ other, first, until: other.#positions[run + 1] ?? other.rowCount, arrival: other.#arrivals[run]! })))
    const batches = new Map(others.map((other) => [other, { schema: this.#schema, columns: other.rows.columns(), rowCount: other.rowCount, kinds: null, watermarks: null }]))
    for (const { other, first, until, arrival } of runs.sort((a, b) => a.arrival - b.arrival)) this.append(batches.get(other)!, first, until, arrival)
  }

  snapshot(writer: StateWriter): void {
    this.rows.snapshot(writer)
    writer.numbers('runs', this.#positions)
    writer.numbers('arrivals', this.#arrivals)
  }

  /** Appends some of the rows that were written, in ascending order; gives an arrival behind all of them. */
  restore(batch: Batch, chosen: Int32Array, reader: StateReader): number {
    const positions = reader.numbers('runs')
    const arrivals = reader.numbers('arrivals')
    const first = this.#rowCount
    let run = 0
    let next = 0
    for (let i = 0; i < chosen.length; i++) {
      while (run + 1 < positions.length && positions[run + 1]! <= chosen[i]!) run++
      const arrival = arrivals[run]! + (chosen[i]! - positions[run]!)
      this.#mark(first + i, arrival)
      next = Math.max(next, arrival + 1)
    }
    if (chosen.length > 0) this.#stored((this.#store ??= new RowStore(this.#schema)).appendRows(batch, chosen, chosen.length), chosen.length)
    return next
  }
}

/** Bytes that a row takes in a column, about. */
const bytesPerRow: Readonly<Record<Column['storage'], number>> = { bool: 1, int32: 4, float64: 8, int64: 8, decimal: 8, string: 4, object: 16 }

/** How long its arrays are, which may be more than its batch has rows. */
function lengthOf(column: Column): number {
  if (column.storage === 'string') return column.codes.length
  if (column.storage === 'int64' || column.storage === 'decimal') return (column.values ?? column.wide!).length
  return column.values.length
}
