import { eventTimeColumn, type Batch } from '../columnar/batch.ts'
import type { Float64Column } from '../columnar/column.ts'
import { RowError } from '../columnar/rowError.ts'
import type { Schema } from '../columnar/schema.ts'
import type { SessionTime } from './sessionTime.ts'

/**
 * When each row happened, in the time in which windows are aligned: the column as it lies for a TIMESTAMP, the wall clock of the session's zone for a
 * TIMESTAMP_LTZ, the moment of arrival for processing time (Flink materialises PROCTIME() where it is used).
 */
export class WindowTimes {
  readonly #name: string
  readonly #column: number
  readonly #processing: boolean
  readonly #time: SessionTime
  /** Whether it is the time attribute, as it lies. */
  readonly #attribute: boolean
  #scratch: Float64Array = new Float64Array(0)

  constructor(schema: Schema, column: number, time: SessionTime) {
    this.#name = schema.fields[column]!.name
    this.#processing = schema.fields[column]!.time === 'processing'
    this.#column = column
    this.#time = time
    this.#attribute = time.identity && column === eventTimeColumn(schema)
  }

  /** Whether a batch's times surely do not fall. */
  areInOrder(batch: Batch): boolean {
    return this.#attribute && batch.inOrder === true
  }

  /** Valid until the next call; not to be written. */
  of(batch: Batch, processingTime: number): Float64Array {
    const { rowCount } = batch
    if (this.#processing) return this.#fit(rowCount).fill(this.#time.localOf(processingTime), 0, rowCount)
    const { values, nulls } = batch.columns[this.#column] as Float64Column
    if (nulls !== null) {
      for (let row = 0; row < rowCount; row++) {
        if (nulls[row] === 1) throw new RowError(row, `the time column ${this.#name} is NULL; event time must be set in every row`)
      }
    }
    if (this.#time.identity) return values
    const times = this.#fit(rowCount)
    let least = Infinity
    let most = -Infinity
    for (let row = 0; row < rowCount; row++) {
      if (values[row]! < least) least = values[row]!
      if (values[row]! > most) most = values[row]!
    }
    // A batch rarely meets a change of the clock: then one offset serves all its rows.
    const offset = this.#time.localOf(least) - least
    if (most - least < msPerHalfDay && this.#time.localOf(most) - most === offset) for (let row = 0; row < rowCount; row++) times[row] = values[row]! + offset
    else for (let row = 0; row < rowCount; row++) times[row] = this.#time.localOf(values[row]!)
    return times
  }

  #fit(rowCount: number): Float64Array {
    if (this.#scratch.length < rowCount) this.#scratch = new Float64Array(Math.max(1024, rowCount))
    return this.#scratch
  }
}

const msPerHalfDay = 43_200_000
