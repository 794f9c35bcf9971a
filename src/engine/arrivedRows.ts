import type { Batch } from '../columnar/batch.ts'
import type { Schema } from '../columnar/schema.ts'
import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { RowStore } from './rowStore.ts'

/**
 * Rows with the order they came in, so that rows kept in several places can be put together as they came: of rows that tie, Flink ranks the earlier arrival first, whichever part of a window
 * it is in.
 *
 * Arrivals are counted by whoever fills the places. Rows that came one after the other are one run; a stream whose times go forwards has one run in each place.
 */
export class ArrivedRows {
  readonly rows: RowStore
  /** Where each run begins here, and the arrival of its first row. */
  #positions: number[] = []
  #arrivals: number[] = []

  constructor(schema: Schema) {
    this.rows = new RowStore(schema)
  }

  /** Appends rows [first, until) of a batch; `arrival` is that of the first. */
  append(batch: Batch, first: number, until: number, arrival: number): void {
    this.#mark(this.rows.rowCount, arrival)
    this.rows.appendRange(batch, first, until)
  }

  #mark(position: number, arrival: number): void {
    const last = this.#positions.length - 1
    if (last >= 0 && this.#arrivals[last]! + (position - this.#positions[last]!) === arrival) return
    this.#positions.push(position)
    this.#arrivals.push(arrival)
  }

  clear(): void {
    this.rows.clear()
    this.#positions = []
    this.#arrivals = []
  }

  get bytes(): number {
    return this.rows.bytes + this.#positions.length * 16
  }

  /** Appends all rows of the others, as they came. */
  appendAll(others: readonly ArrivedRows[]): void {
    const runs = others.flatMap((other) => other.#positions.map((first, run) => ({ other, first, until: other.#positions[run + 1] ?? other.rows.rowCount, arrival: other.#arrivals[run]! })))
    const batches = new Map(others.map(({ rows }) => [rows, { schema: rows.schema, columns: rows.columns(), rowCount: rows.rowCount, kinds: null, watermarks: null }]))
    for (const { other, first, until, arrival } of runs.sort((a, b) => a.arrival - b.arrival)) this.append(batches.get(other.rows)!, first, until, arrival)
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
    const first = this.rows.rowCount
    let run = 0
    let next = 0
    for (let i = 0; i < chosen.length; i++) {
      while (run + 1 < positions.length && positions[run + 1]! <= chosen[i]!) run++
      const arrival = arrivals[run]! + (chosen[i]! - positions[run]!)
      this.#mark(first + i, arrival)
      next = Math.max(next, arrival + 1)
    }
    this.rows.appendRows(batch, chosen, chosen.length)
    return next
  }
}
