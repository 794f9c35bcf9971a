import type { Batch } from '../../columnar/batch.ts'
import { columnBuilder } from '../../columnar/batchBuilder.ts'
import type { Column } from '../../columnar/column.ts'
import { RowError } from '../../columnar/rowError.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { NotOfType } from '../../columnar/valueJson.ts'
import { Prng } from '../../deterministic/prng.ts'
import { KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyedRestore, typesText } from '../../engine/keyedState.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { Timers } from '../../engine/timers.ts'
import { columnsOf } from '../../job/orderConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { guestColumn, guestTypeOf, valueOfGuest } from './guestValues.ts'
import { CodeFailure, Sandbox, sandboxReady, type GuestType } from './sandbox.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new UserFunction(spec), fetched: sandboxReady }

/** Rows that cross into the sandbox at once: enough that the crossing costs little, few enough that their text is small. */
const rowsAtOnce = 512
const timerWidthMs = 1000
/** Timers that set timers after the input has ended would never come to an end. */
const roundsAfterEnd = 10_000

/**
 * User code over rows (`sandbox.ts`), with an object of state and timers for each key.
 *
 * Rows go in in their order and what they emit comes out behind them, with their watermarks: a row that is emitted for a row is as late or early as that one. A timer of event time rings when the watermark has
 * reached it, before the rows behind that watermark, so with such timers rows go in up to where the watermark rises.
 *
 * The code's state is inside the sandbox, by the key's slot; snapshots ask for it as text.
 */
class UserFunction implements OperatorRuntime {
  readonly keeps = 'nothing'
  readonly #spec: OperatorSpec
  readonly #inSchema: Schema
  readonly #outSchema: Schema
  readonly #keyColumns: readonly number[]
  readonly #encoder: KeyEncoder
  readonly #keys: KeyTable
  readonly #timing: 'event-time' | 'processing-time' | null
  readonly #timers = new Timers(timerWidthMs)
  /** Timers that are set, so that one of a key and time rings once. */
  readonly #set = new Set<string>()
  #slots: Int32Array = new Int32Array(0)
  #watermark = -Infinity
  #dueTimes: number[] = []
  #dueSlots: number[] = []
  #sandbox!: Sandbox
  #context!: OperatorContext

  constructor(spec: OperatorSpec) {
    this.#spec = spec
    this.#inSchema = spec.inputs[0]!.schema
    this.#outSchema = spec.outputs[0]!.schema
    this.#keyColumns = columnsOf(spec.config, 'keyBy').map((name) => fieldIndex(this.#inSchema, name))
    this.#encoder = new KeyEncoder(this.#keyColumns.map((column) => this.#inSchema.fields[column]!.type))
    this.#keys = new KeyTable(this.#keyColumns.length)
    this.#timing = (spec.config.timers as 'event-time' | 'processing-time' | undefined) ?? null
  }

  open(context: OperatorContext): void {
    this.#context = context
    const keyFields = this.#keyColumns.map((column) => this.#inSchema.fields[column]!)
    const chance = new Prng(context.subtask).split(this.#spec.id)
    const typesOf = (fields: readonly { readonly type: Parameters<typeof guestTypeOf>[0] }[]): GuestType[] => fields.map(({ type }) => guestTypeOf(type))
    this.#sandbox = new Sandbox(this.#spec.config.code as string, {
      names: this.#inSchema.fields.map(({ name }) => name),
      types: typesOf(this.#inSchema.fields),
      outNames: this.#outSchema.fields.map(({ name }) => name),
      keyNames: keyFields.map(({ name }) => name),
      keyTypes: typesOf(keyFields),
      timers: this.#timing !== null,
      random: [chance.uint32() | 0, chance.uint32() | 0, chance.uint32() | 0, chance.uint32() | 1],
    })
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount, watermarks } = batch
    if (this.#keyColumns.length > 0) {
      if (this.#slots.length < rowCount) this.#slots = new Int32Array(rowCount)
      this.#keys.slotsOf(this.#encoder.encode(this.#keyColumns.map((column) => batch.columns[column]!), rowCount), 0, rowCount, this.#slots)
    }
    for (let start = 0; start < rowCount; ) {
      let end = Math.min(rowCount, start + rowsAtOnce)
      if (this.#timing === 'event-time' && watermarks !== null) {
        if (watermarks[start]! > this.#watermark) this.#advance(watermarks[start]!)
        const watermark = watermarks[start]!
        for (let row = start + 1; row < end; row++) if (watermarks[row]! > watermark) end = row
      }
      this.#rows(batch, start, end)
      start = end
    }
  }

  #rows(batch: Batch, start: number, end: number): void {
    const columns = batch.columns.map((column, i) => guestColumn(column, this.#inSchema.fields[i]!.type, start, end))
    const slots = this.#keyColumns.length === 0 ? 'null' : `[${this.#slots.subarray(start, end).join(',')}]`
    let given: string
    try {
      given = this.#sandbox.call('rows', `{"now":${this.#context.processingTime()},"count":${end - start},"columns":[${columns.map(({ text }) => text).join(',')}],"plain":[${columns.map(({ plain }) => String(plain)).join(',')}],"slots":${slots}}`)
    } catch (error) {
      throw error instanceof CodeFailure ? new RowError(start + Math.min(Math.max(0, error.row), end - start - 1), error.message) : error
    }
    const emitted = this.#emitted(given, end - start, (origin, message) => new RowError(start + origin, message))
    if (emitted === null) return
    const { columns: out, origins } = emitted
    let watermarks: Float64Array | null = null
    if (batch.watermarks !== null) {
      watermarks = new Float64Array(origins.length)
      for (let i = 0; i < origins.length; i++) watermarks[i] = batch.watermarks[start + origins[i]!]!
    }
    this.#context.emit(0, { schema: this.#outSchema, columns: out, rowCount: origins.length, kinds: null, watermarks })
  }

  /** What the sandbox says was emitted, as columns; timers are set on the way. All of it is looked at as a stranger's. */
  #emitted(text: string, count: number, failure: (origin: number, message: string) => Error): { readonly columns: readonly Column[]; readonly origins: readonly number[] } | null {
    const given = JSON.parse(text) as { readonly rows?: unknown; readonly columns?: unknown; readonly timers?: unknown }
    const { rows, columns, timers } = given
    const broken = new Error('the sandbox gave an answer of another form than was asked for: the code has changed what stands around it')
    if (!Array.isArray(rows) || !Array.isArray(columns) || !Array.isArray(timers) || columns.length !== this.#outSchema.fields.length) throw broken
    const origins = rows as readonly number[]
    for (let i = 0; i < origins.length; i++) {
      const origin = origins[i]!
      if (!Number.isInteger(origin) || origin < (origins[i - 1] ?? 0) || origin >= count) throw broken
    }
    for (let i = 0; i + 1 < timers.length; i += 2) this.#setTimer(timers[i] as number, timers[i + 1] as number, broken)
    if (origins.length === 0) return null
    return {
      origins,
      columns: this.#outSchema.fields.map((field, i) => {
        const values = columns[i] as unknown
        if (!Array.isArray(values) || values.length !== origins.length) throw broken
        const builder = columnBuilder(field.type)
        for (let row = 0; row < values.length; row++) {
          const value = valueOfGuest(values[row], field.type)
          if (value instanceof NotOfType) throw failure(origins[row]!, `the function emitted a row whose column ${field.name} does not have its type: ${value.reason}.`)
          builder.append(value)
        }
        return builder.finish()
      }),
    }
  }

  #setTimer(slot: number, time: number, broken: Error): void {
    if (!Number.isInteger(slot) || slot < 0 || slot >= this.#keys.size || !Number.isSafeInteger(time)) throw broken
    const name = `${slot} ${time}`
    if (this.#set.has(name)) return
    this.#set.add(name)
    this.#timers.set(time, slot)
    if (this.#timing === 'processing-time') this.#context.scheduleProcessingTimer(time)
  }

  onWatermark(watermark: number): number {
    this.#advance(watermark)
    return watermark
  }

  #advance(watermark: number): void {
    const before = this.#watermark
    if (watermark <= before) return
    this.#watermark = watermark
    if (this.#timing === 'event-time') this.#ringUpTo(watermark, before)
  }

  onProcessingTime(time: number): void {
    if (this.#timing === 'processing-time') this.#ringUpTo(time, null)
  }

  readonly #due = (time: number, slot: number): void => {
    this.#dueTimes.push(time)
    this.#dueSlots.push(slot)
    this.#set.delete(`${slot} ${time}`)
  }

  /** Rings what is due, and what that sets, in order of time. */
  #ringUpTo(limit: number, watermark: number | null): void {
    for (let round = 0; ; round++) {
      const next = this.#timers.next()
      if (next > limit || next === Infinity) return
      if (limit === Infinity && round === roundsAfterEnd) throw new Error(`the input has ended, and timers went on setting timers ${roundsAfterEnd} times. Stop setting them, for example where the state says that nothing has come since.`)
      // One time at a turn: what it sets for a time before the next one rings first.
      this.#timers.advance(next, this.#due)
      const times = this.#dueTimes
      const slots = this.#dueSlots
      this.#dueTimes = []
      this.#dueSlots = []
      for (let start = 0; start < times.length; start += rowsAtOnce) this.#ring(times.slice(start, start + rowsAtOnce), slots.slice(start, start + rowsAtOnce), watermark)
    }
  }

  #ring(times: readonly number[], slots: readonly number[], watermark: number | null): void {
    const count = times.length
    const keys = this.#keyColumns.map((keyColumn, i) => {
      const encoded = new Float64Array(count)
      const all = this.#keys.keysOf(i)
      slots.forEach((slot, row) => (encoded[row] = all[slot]!))
      return guestColumn(this.#encoder.decode(i, encoded, count), this.#inSchema.fields[keyColumn]!.type, 0, count).text
    })
    const describe = (at: number, message: string): Error =>
      new Error(`in onTimer for the time ${times[at] ?? times[0]} and the key ${this.#keyColumns.map((column, i) => `${this.#inSchema.fields[column]!.name} = ${String((JSON.parse(keys[i]!) as unknown[])[Math.max(0, at)])}`).join(', ')}, ${message}`)
    let given: string
    try {
      given = this.#sandbox.call('timers', `{"now":${this.#context.processingTime()},"times":[${times.join(',')}],"slots":[${slots.join(',')}],"keys":[${keys.join(',')}]}`)
    } catch (error) {
      throw error instanceof CodeFailure ? describe(error.row, error.message) : error
    }
    const emitted = this.#emitted(given, count, describe)
    if (emitted === null) return
    const rowCount = emitted.origins.length
    this.#context.emit(0, { schema: this.#outSchema, columns: emitted.columns, rowCount, kinds: null, watermarks: watermark === null ? null : new Float64Array(rowCount).fill(watermark) })
  }

  finish(): void {
    this.#sandbox.dispose()
  }

  stateSchema(): StateSchema {
    return { key: typesText(this.#encoder.types), timers: this.#timing ?? 'none' }
  }

  snapshot(writer: StateWriter): void {
    this.#encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.#timers.snapshot(writer.at('timers'))
    const saved = this.#sandbox.call('save')
    const { all, random, bad } = JSON.parse(saved) as { readonly all: readonly (readonly [number, unknown])[]; readonly random: readonly number[]; readonly bad: number }
    if (bad >= 0) throw new Error('the state of a key holds something that cannot be written down, such as a function. Keep numbers, texts, lists, objects, Maps, Sets and Dates in it.')
    writer.int32('slots', Int32Array.from(all, ([slot]) => slot))
    writer.strings('states', all.map(([, state]) => JSON.stringify(state)))
    writer.numbers('random', random)
  }

  restore(reader: StateReader): void {
    const keyed = new KeyedRestore(reader, reader.at('encoder'), this.#encoder)
    const slots = keyed.slots(reader.at('keys'), this.#keys)
    this.#timers.restore(reader.at('timers'), (slot, time) => {
      const own = slots[slot]!
      if (own >= 0) this.#set.add(`${own} ${time}`)
      return own
    })
    const saved = reader.int32('slots')
    const states = reader.strings('states')
    const all: string[] = []
    for (let i = 0; i < saved.length; i++) if (slots[saved[i]!]! >= 0) all.push(`[${slots[saved[i]!]!},${states[i]!}]`)
    // A subtask goes on with its own chance; one that did not exist begins anew.
    const random = reader.share.keyGroups === null ? `[${reader.numbers('random').join(',')}]` : 'null'
    this.#sandbox.call('load', `{"all":[${all.join(',')}],"random":${random}}`)
    this.#watermark = reader.share.watermark
  }

  stateBytes(): number {
    return this.#keys.bytes + this.#encoder.bytes + this.#timers.bytes + this.#set.size * 32
  }

  gauges(): Readonly<Record<string, number>> {
    return this.#timing === null ? {} : { timers: this.#timers.size }
  }
}
