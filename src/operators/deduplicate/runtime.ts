import { gatherRows, rowKind, type Batch } from '../../columnar/batch.ts'
import { gatherFloat64, gatherInt32, type Float64Column } from '../../columnar/column.ts'
import { fieldIndex } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { ChangeList } from '../../engine/changes.ts'
import { columnsText, KeyedRestore, schemaText, settingText } from '../../engine/keyedState.ts'
import { KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { RowStore } from '../../engine/rowStore.ts'
import { stateTtlOf, type StateTtl } from '../../engine/stateTtl.ts'
import { Timers } from '../../engine/timers.ts'
import { sameRow } from '../../expression/rowOrder.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { keepsLast } from './definition.ts'
import { ReplacedRows } from './replacedRows.ts'
import { timesOf } from './times.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => (keepsOnlyTimes(spec) ? new ReplacedRows(spec) : new Deduplicate(spec)) }

/** The last row in event time, and nobody wants the one before. */
function keepsOnlyTimes(spec: OperatorSpec): boolean {
  const { schema } = spec.inputs[0]!
  return keepsLast(spec.config) && spec.outputs[0]!.updateBefore === false && schema.fields[fieldIndex(schema, orderOf(spec.config)[0]!.column)]!.time !== 'processing'
}

/** What stands for a key's row: none yet, or the key has had its row. */
const none = -1
const done = -2
const garbageMin = 4096
/** About the step by which a watermark advances. */
const timerWidthMs = 1000

/**
 * One row per key, as Flink 2.1 and later give it.
 *
 * - Last row: a row at least as late as the kept one replaces it at once (`replacedRows.ts` where the receiver replaces by the key). In processing time every row does, unless it is the same.
 * - First row, event time: the earliest row that has come waits for the watermark to reach its time, comes out once, and the key is done for ever; rows behind the watermark
 *   are late (RowTimeDeduplicateKeepFirstRowFunction).
 * - First row, processing time: the first to arrive, at once.
 *
 * With a time to live, a key whose row was not replaced for so long begins anew, and one that has had its row may have another; a row that waits for the watermark does not expire.
 */
class Deduplicate implements OperatorRuntime {
  readonly #spec: OperatorSpec
  readonly #last: boolean
  readonly #processing: boolean
  readonly #updateBefore: boolean
  readonly #timeColumn: number
  readonly #keyColumns: readonly number[]
  readonly #encoder: KeyEncoder
  #keys: KeyTable
  readonly #store: RowStore
  readonly #changes = new ChangeList()
  readonly #timers = new Timers(timerWidthMs)
  /** By slot of the key: its row's position in the store, `none` or `done`. */
  #rows: Int32Array = new Int32Array(0)
  /** By slot of the key. */
  readonly #ttl: StateTtl | null
  #held = 0
  /** The store's time column as it lies. */
  #storedTimes: Float64Array = new Float64Array(0)
  #slots: Int32Array = new Int32Array(0)
  #watermark = -Infinity
  #context!: OperatorContext

  constructor(spec: OperatorSpec) {
    const { schema } = spec.inputs[0]!
    const time = orderOf(spec.config)[0]!.column
    this.#spec = spec
    this.#ttl = stateTtlOf(spec)
    this.#last = keepsLast(spec.config)
    this.#updateBefore = spec.outputs[0]!.updateBefore !== false
    this.#timeColumn = fieldIndex(schema, time)
    this.#processing = schema.fields[this.#timeColumn]!.time === 'processing'
    this.#keyColumns = columnsOf(spec.config, 'keys').map((name) => fieldIndex(schema, name))
    this.#encoder = new KeyEncoder(this.#keyColumns.map((column) => schema.fields[column]!.type))
    this.#keys = new KeyTable(this.#keyColumns.length)
    this.#store = new RowStore(schema)
  }

  open(context: OperatorContext): void {
    this.#context = context
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount } = batch
    if (rowCount === 0) return
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(rowCount)
    this.#keys.slotsOf(this.#encoder.encode(this.#keyColumns.map((column) => batch.columns[column]!), rowCount), 0, rowCount, this.#slots)
    this.#fit(this.#keys.size)
    if (this.#ttl !== null) this.#expire(rowCount)
    if (this.#last) this.#keepLast(batch)
    else if (this.#processing) this.#keepFirstToArrive(batch)
    else this.#keepFirst(batch)
  }

  /** Keys of these rows that have expired begin anew. */
  #expire(rowCount: number): void {
    const ttl = this.#ttl!
    const now = this.#context.processingTime()
    ttl.fit(this.#keys.size)
    for (let row = 0; row < rowCount; row++) this.#expireSlot(ttl, this.#slots[row]!, now)
  }

  #expireSlot(ttl: StateTtl, slot: number, now: number): void {
    const kept = this.#rows[slot]!
    if (kept === none || (kept >= 0 && !this.#last) || !ttl.isExpired(slot, now)) return
    if (kept >= 0) this.#held--
    this.#rows[slot] = none
  }

  #keepLast(batch: Batch): void {
    const { rowCount, watermarks } = batch
    const times = this.#processing ? null : timesOf(batch, this.#timeColumn)
    const first = this.#append(batch)
    const now = this.#ttl === null ? 0 : this.#context.processingTime()
    // A PROCTIME() column holds no value of its own: it is the moment at which it is looked at.
    const others = this.#processing ? this.#store.columns().filter((_, column) => column !== this.#timeColumn) : []
    for (let row = 0; row < rowCount; row++) {
      const slot = this.#slots[row]!
      const kept = this.#rows[slot]!
      const position = first + row
      this.#changes.watermark = watermarks === null ? this.#watermark : watermarks[row]!
      if (kept === none) {
        this.#held++
        this.#changes.push(rowKind.insert, position)
      } else {
        if (times === null ? this.#ttl === null && sameRow(others, kept, others, position) : times[row]! < this.#storedTimes[kept]!) continue
        if (this.#updateBefore) this.#changes.push(rowKind.updateBefore, kept)
        this.#changes.push(rowKind.updateAfter, position)
      }
      this.#rows[slot] = position
      this.#ttl?.touch(slot, now)
    }
    this.#emitChanges()
    this.#sweep()
  }

  #keepFirstToArrive(batch: Batch): void {
    const rows = new Int32Array(batch.rowCount)
    let count = 0
    for (let row = 0; row < batch.rowCount; row++) {
      const slot = this.#slots[row]!
      if (this.#rows[slot] === done) continue
      this.#rows[slot] = done
      this.#ttl?.touch(slot, this.#context.processingTime())
      rows[count++] = row
    }
    if (count > 0) this.#context.emit(0, gatherRows(batch, rows, count))
  }

  #keepFirst(batch: Batch): void {
    const { rowCount, watermarks } = batch
    const times = timesOf(batch, this.#timeColumn)
    const first = this.#append(batch)
    for (let row = 0; row < rowCount; row++) {
      if (watermarks !== null && watermarks[row]! > this.#watermark) this.#advance(watermarks[row]!)
      const slot = this.#slots[row]!
      const kept = this.#rows[slot]!
      const time = times[row]!
      if (kept === done) continue
      if (time < this.#watermark) {
        this.#context.counters.lateRows++
        continue
      }
      if (kept !== none && time >= this.#storedTimes[kept]!) continue
      if (kept === none) this.#held++
      this.#rows[slot] = first + row
      this.#timers.set(time, slot)
    }
    this.#emitChanges()
    this.#sweep()
  }

  /** Rows whose time the watermark has reached come out, oldest first; what waited for them knows the watermark before. */
  #advance(watermark: number): void {
    this.#changes.watermark = this.#watermark
    this.#watermark = watermark
    this.#timers.advance(watermark, this.#ring)
  }

  readonly #ring = (time: number, slot: number): void => {
    const kept = this.#rows[slot]!
    // An earlier row has taken the place of the one that set this timer, and has rung already or is still to ring.
    if (kept < 0 || this.#storedTimes[kept] !== time) return
    this.#changes.push(rowKind.insert, kept)
    this.#rows[slot] = done
    this.#ttl?.touch(slot, this.#context.processingTime())
    this.#held--
  }

  #append(batch: Batch): number {
    const first = this.#store.appendRange(batch, 0, batch.rowCount)
    this.#storedTimes = (this.#store.column(this.#timeColumn) as Float64Column).values
    return first
  }

  #emitChanges(): void {
    const changes = this.#changes.take(this.#store, this.#spec.outputs[0]!.schema, { timed: !this.#processing })
    if (changes !== null) this.#context.emit(0, changes)
  }

  onWatermark(watermark: number): number {
    if (!this.#last && !this.#processing) {
      this.#advance(watermark)
      this.#emitChanges()
      this.#sweep()
    } else this.#watermark = watermark
    return watermark
  }

  #fit(count: number): void {
    const before = this.#rows.length
    if (before >= count) return
    const grown = new Int32Array(Math.max(count, before * 2, 64)).fill(none, before)
    grown.set(this.#rows)
    this.#rows = grown
  }

  /** Clears stored rows away that stand for no key. */
  #sweep(): void {
    const { rowCount } = this.#store
    if (this.#ttl?.isTimeToLook(Math.max(rowCount, this.#keys.size)) === true) {
      this.#forget()
      this.#ttl.hasLooked(Math.max(rowCount, this.#keys.size))
    }
    if (rowCount - this.#held <= Math.max(garbageMin, this.#held)) return
    const held = new Int32Array(this.#held)
    let count = 0
    for (let slot = 0; slot < this.#keys.size; slot++) if (this.#rows[slot]! >= 0) held[count++] = this.#rows[slot]!
    held.sort()
    const moved = new Int32Array(rowCount)
    for (let i = 0; i < count; i++) moved[held[i]!] = i
    for (let slot = 0; slot < this.#keys.size; slot++) if (this.#rows[slot]! >= 0) this.#rows[slot] = moved[this.#rows[slot]!]!
    this.#store.keep(held, count)
    this.#storedTimes = (this.#store.column(this.#timeColumn) as Float64Column).values
  }

  /** Keys that have expired are cleared away, where no timer names them by number. */
  #forget(): void {
    const ttl = this.#ttl
    if (ttl === null || !this.#last || this.#keys.width === 0) return
    const now = this.#context.processingTime()
    const live = new Int32Array(this.#keys.size)
    let count = 0
    for (let slot = 0; slot < this.#keys.size; slot++) {
      this.#expireSlot(ttl, slot, now)
      if (this.#rows[slot] !== none) live[count++] = slot
    }
    if (count * 2 > this.#keys.size) return
    const keys = new KeyTable(this.#keys.width, count)
    keys.slotsOf(Array.from({ length: keys.width }, (_, column) => gatherFloat64(this.#keys.keysOf(column), live, count)), 0, count, new Int32Array(count))
    this.#rows = gatherInt32(this.#rows, live, count)
    ttl.keep(live, count)
    this.#keys = keys
    if (this.#encoder.wantsShrink(count)) this.#encoder.shrink([keys])
  }

  stateSchema(): StateSchema {
    const { schema } = this.#spec.inputs[0]!
    return { key: columnsText(schema, this.#keyColumns), kept: `the ${this.#last ? 'last' : 'first'} row by ${settingText(this.#spec.config.orderBy)}`, rows: schemaText(schema) }
  }

  snapshot(writer: StateWriter): void {
    this.#encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.#fit(this.#keys.size)
    writer.int32('rows', this.#rows, this.#keys.size)
    this.#store.snapshot(writer.at('store'))
    this.#timers.snapshot(writer.at('timers'))
    this.#ttl?.snapshot(writer, this.#keys.size)
  }

  restore(reader: StateReader): void {
    const slots = new KeyedRestore(reader, reader.at('encoder'), this.#encoder).slots(reader.at('keys'), this.#keys)
    this.#fit(this.#keys.size)
    const rows = reader.int32('rows')
    const ours = new Int32Array(rows.length)
    const first = this.#store.rowCount
    let count = 0
    for (let old = 0; old < rows.length; old++) {
      if (slots[old]! < 0) continue
      this.#rows[slots[old]!] = rows[old]! < 0 ? rows[old]! : first + count
      if (rows[old]! >= 0) ours[count++] = rows[old]!
    }
    this.#store.appendRows(this.#store.rowsIn(reader.at('store')), ours, count)
    this.#storedTimes = (this.#store.column(this.#timeColumn) as Float64Column).values
    this.#held += count
    this.#timers.restore(reader.at('timers'), (slot) => slots[slot]!)
    this.#watermark = reader.share.watermark
    this.#ttl?.restore(reader, slots, this.#context.processingTime())
  }

  stateBytes(): number {
    return this.#store.bytes + this.#keys.bytes + this.#encoder.bytes + this.#rows.byteLength + this.#timers.bytes
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldRows: this.#held, keys: this.#keys.size }
  }
}
