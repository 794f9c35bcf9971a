import { gatherRows, rowKind, type Batch } from '../../columnar/batch.ts'
import { gatherFloat64 } from '../../columnar/column.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { columnsText, KeyedRestore, settingText } from '../../engine/keyedState.ts'
import { KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { stateTtlOf, type StateTtl } from '../../engine/stateTtl.ts'
import { fieldIndex } from '../../columnar/schema.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import { timesOf } from './times.ts'

/** No row of the key yet, or one that has expired. */
const none = -Infinity

/**
 * The last row of each key in event time, for a receiver that replaces by the key: nobody asks for the row before, so of each key only the time of its row is kept, and rows go on as they came, each as an insert or as what takes
 * the place of the key's last.
 */
export class ReplacedRows implements OperatorRuntime {
  readonly watermarks = 'trailing'
  readonly #spec: OperatorSpec
  readonly #timeColumn: number
  readonly #keyColumns: readonly number[]
  readonly #encoder: KeyEncoder
  #keys: KeyTable
  /** By slot of the key. */
  #lastTimes: Float64Array = new Float64Array(0)
  readonly #ttl: StateTtl | null
  #slots: Int32Array = new Int32Array(0)
  #context!: OperatorContext

  constructor(spec: OperatorSpec) {
    const { schema } = spec.inputs[0]!
    this.#spec = spec
    this.#ttl = stateTtlOf(spec)
    this.#timeColumn = fieldIndex(schema, orderOf(spec.config)[0]!.column)
    this.#keyColumns = columnsOf(spec.config, 'keys').map((name) => fieldIndex(schema, name))
    this.#encoder = new KeyEncoder(this.#keyColumns.map((column) => schema.fields[column]!.type))
    this.#keys = new KeyTable(this.#keyColumns.length)
  }

  open(context: OperatorContext): void {
    this.#context = context
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount } = batch
    if (rowCount === 0) return
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(rowCount)
    const times = timesOf(batch, this.#timeColumn)
    this.#keys.slotsOf(this.#encoder.encode(this.#keyColumns.map((column) => batch.columns[column]!), rowCount), 0, rowCount, this.#slots)
    this.#fit(this.#keys.size)
    if (this.#ttl !== null) this.#expire(this.#ttl, rowCount)
    const kinds = new Uint8Array(rowCount)
    const count = replace(this.#slots, times, rowCount, this.#lastTimes, kinds)
    if (this.#ttl !== null) this.#touch(this.#ttl, kinds, rowCount)
    if (count > 0) this.#emit(batch, kinds, count)
    if (this.#ttl !== null) this.#forget(this.#ttl)
  }

  #emit(batch: Batch, kinds: Uint8Array, count: number): void {
    const { schema } = this.#spec.outputs[0]!
    const { rowCount } = batch
    if (count === rowCount) {
      this.#context.emit(0, { ...batch, schema, kinds: insertsOrNull(kinds) })
      return
    }
    const rows = new Int32Array(count)
    const kept = new Uint8Array(count)
    let at = 0
    for (let row = 0; row < rowCount; row++) {
      if (kinds[row] === passedOver) continue
      kept[at] = kinds[row]!
      rows[at++] = row
    }
    this.#context.emit(0, { ...gatherRows(batch, rows, count), schema, kinds: insertsOrNull(kept), inOrder: batch.inOrder === true })
  }

  /** Keys of these rows that have expired begin anew. */
  #expire(ttl: StateTtl, rowCount: number): void {
    const now = this.#context.processingTime()
    ttl.fit(this.#keys.size)
    for (let row = 0; row < rowCount; row++) {
      const slot = this.#slots[row]!
      if (this.#lastTimes[slot] !== none && ttl.isExpired(slot, now)) this.#lastTimes[slot] = none
    }
  }

  #touch(ttl: StateTtl, kinds: Uint8Array, rowCount: number): void {
    const now = this.#context.processingTime()
    for (let row = 0; row < rowCount; row++) if (kinds[row] !== passedOver) ttl.touch(this.#slots[row]!, now)
  }

  /** Keys that have expired are cleared away. */
  #forget(ttl: StateTtl): void {
    const { size, width } = this.#keys
    if (!ttl.isTimeToLook(size)) return
    ttl.hasLooked(size)
    if (width === 0) return
    const now = this.#context.processingTime()
    const live = new Int32Array(size)
    let count = 0
    for (let slot = 0; slot < size; slot++) {
      if (this.#lastTimes[slot] !== none && ttl.isExpired(slot, now)) this.#lastTimes[slot] = none
      if (this.#lastTimes[slot] !== none) live[count++] = slot
    }
    if (count * 2 > size) return
    const keys = new KeyTable(width, count)
    keys.slotsOf(Array.from({ length: width }, (_, column) => gatherFloat64(this.#keys.keysOf(column), live, count)), 0, count, new Int32Array(count))
    this.#lastTimes = gatherFloat64(this.#lastTimes, live, count)
    ttl.keep(live, count)
    this.#keys = keys
    if (this.#encoder.wantsShrink(count)) this.#encoder.shrink([keys])
  }

  #fit(count: number): void {
    const before = this.#lastTimes.length
    if (before >= count) return
    const grown = new Float64Array(Math.max(count, before * 2, 64)).fill(none, before)
    grown.set(this.#lastTimes)
    this.#lastTimes = grown
  }

  onWatermark(watermark: number): number {
    return watermark
  }

  stateSchema(): StateSchema {
    return { key: columnsText(this.#spec.inputs[0]!.schema, this.#keyColumns), kept: `the time of the last row by ${settingText(this.#spec.config.orderBy)}` }
  }

  snapshot(writer: StateWriter): void {
    this.#encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.#fit(this.#keys.size)
    writer.float64('times', this.#lastTimes, this.#keys.size)
    this.#ttl?.snapshot(writer, this.#keys.size)
  }

  restore(reader: StateReader): void {
    const slots = new KeyedRestore(reader, reader.at('encoder'), this.#encoder).slots(reader.at('keys'), this.#keys)
    this.#fit(this.#keys.size)
    const times = reader.float64('times')
    for (let old = 0; old < slots.length; old++) if (slots[old]! >= 0) this.#lastTimes[slots[old]!] = times[old]!
    this.#ttl?.restore(reader, slots, this.#context.processingTime())
  }

  stateBytes(): number {
    return this.#keys.bytes + this.#encoder.bytes + this.#lastTimes.byteLength + (this.#ttl?.bytes ?? 0)
  }

  gauges(): Readonly<Record<string, number>> {
    return { keys: this.#keys.size }
  }
}

/** In `kinds`, a row that is earlier than its key's last. */
const passedOver = 255

/** The kind of each row; how many go on. */
function replace(slots: Int32Array, times: Float64Array, rowCount: number, lastTimes: Float64Array, kinds: Uint8Array): number {
  let count = 0
  for (let row = 0; row < rowCount; row++) {
    const slot = slots[row]!
    const time = times[row]!
    const last = lastTimes[slot]!
    if (time < last) {
      kinds[row] = passedOver
      continue
    }
    kinds[row] = last === none ? rowKind.insert : rowKind.updateAfter
    lastTimes[slot] = time
    count++
  }
  return count
}

function insertsOrNull(kinds: Uint8Array): Uint8Array | null {
  return kinds.every((kind) => kind === rowKind.insert) ? null : kinds
}
