import { freshArrays } from '../columnar/arrays.ts'
import type { Batch } from '../columnar/batch.ts'
import { valueAt, type Column, type Value } from '../columnar/column.ts'
import type { Schema } from '../columnar/schema.ts'
import { EventRows, eventsOf, fillOf, textsOf, type Fill } from './nexmark.ts'
import { nexmarkColumns, nexmarkKinds, type NexmarkKind, type NexmarkOptions } from './nexmarkModel.ts'

/**
 * All Nexmark events as one stream of wide rows, as in the benchmark's table `datagen`: which kind the event is, a ROW for each kind of which two are NULL, and
 * its time. The same events, value for value, as the streams `person`, `auction` and `bid` of the same options.
 *
 * Events are taken a stretch of numbers at a time; each kind makes its rows of the stretch, and they are put where their events stand. Wide rows are
 * values, not columns, so this is for work that wants all events in order; a job that can do with one kind is faster with that kind's stream.
 */
export class WideNexmarkGenerator {
  /** Rows in all, or undefined when the stream has no end. */
  readonly rowsTotal: number | undefined
  readonly #options: NexmarkOptions
  readonly #schema: Schema
  readonly #firstEvent: number
  readonly #splits: number
  readonly #numberEnd: number
  /** Of kinds whose ROW somebody reads. */
  readonly #wanted: ReadonlyMap<NexmarkKind, { readonly rows: EventRows; readonly fill: readonly Fill[] }>
  /** Number of the next event within the split. */
  #number = 0

  constructor(options: NexmarkOptions, schema: Schema, split = 0, splits = 1) {
    this.#options = options
    this.#schema = schema
    this.#splits = splits
    const { firstEvent, numberEnd } = eventsOf(options, split, splits)
    this.#firstEvent = firstEvent
    this.#numberEnd = numberEnd
    if (this.#numberEnd !== Infinity) this.rowsTotal = this.#numberEnd
    const texts = textsOf(options.seed)
    this.#wanted = new Map(
      nexmarkKinds
        .filter((kind) => schema.fields.some((field) => field.name === kind))
        .map((kind) => [
          kind,
          { rows: new EventRows(kind, options, this.#firstEvent, splits, freshArrays), fill: nexmarkColumns[kind].map((column) => fillOf(kind, column.name, options, texts)) },
        ]),
    )
  }

  get position(): number {
    return this.#number
  }

  seek(position: number): void {
    this.#number = position
  }

  next(rowsMax: number): Batch | null {
    const count = Math.min(rowsMax, this.#numberEnd - this.#number)
    if (count <= 0) return null
    const types = new Int32Array(count)
    const times = new Float64Array(count)
    this.#place(types, times)
    const columns = this.#schema.fields.map((field): Column => {
      if (field.name === 'event_type') return { storage: 'int32', values: types, nulls: null }
      if (field.name === 'dateTime') return { storage: 'float64', values: times, nulls: null }
      return this.#rowsOf(field.name as NexmarkKind, types)
    })
    this.#number += count
    return { schema: this.#schema, columns, rowCount: count, kinds: null, watermarks: null }
  }

  #place(types: Int32Array, times: Float64Array): void {
    const { personProportion, auctionProportion, bidProportion, outOfOrderGroupSize: group, baseTimeMs, eventsPerSecond } = this.#options
    const total = personProportion + auctionProportion + bidProportion
    const delayUs = (1_000_000 / eventsPerSecond) * this.#splits
    for (let i = 0; i < types.length; i++) {
      const number = this.#number + i
      const first = Math.floor(number / group) * group
      const adjusted = first + (((number - first) * 953) % group)
      const place = (this.#firstEvent + adjusted) % total
      types[i] = place < personProportion ? 0 : place < personProportion + auctionProportion ? 1 : 2
      times[i] = baseTimeMs + Math.floor(Math.floor(adjusted * delayUs) / 1000)
    }
  }

  #rowsOf(kind: NexmarkKind, types: Int32Array): Column {
    const { rows, fill } = this.#wanted.get(kind)!
    rows.load(this.#number, this.#number + types.length, types.length)
    const fields = fill.map((column) => column(rows, this.#options))
    const type = nexmarkKinds.indexOf(kind)
    const values: Value[] = []
    const nulls = new Uint8Array(types.length)
    let row = 0
    for (let i = 0; i < types.length; i++) {
      if (types[i] === type) {
        const at = row++
        values.push(fields.map((column) => valueAt(column, at)))
      } else {
        values.push(null)
        nulls[i] = 1
      }
    }
    return { storage: 'object', values, nulls }
  }
}
