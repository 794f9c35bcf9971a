import { rowKind, type Batch } from '../../columnar/batch.ts'
import { gather, gatherFloat64, gatherInt32, type Column, type Float64Column } from '../../columnar/column.ts'
import { concatBatches } from '../../columnar/concat.ts'
import { RowError } from '../../columnar/rowError.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { gatherSide } from '../../engine/joinOutput.ts'
import { KeyedRestore, columnsText, schemaText, settingText } from '../../engine/keyedState.ts'
import { KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { rowsByRound } from '../../engine/rounds.ts'
import { RowCollector } from '../../engine/rowCollector.ts'
import { RowStore } from '../../engine/rowStore.ts'
import { Timers } from '../../engine/timers.ts'
import { inputOfRows, type AggregateInput, type AggregateTable } from '../../expression/aggregates.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { frameOf, type Frame } from './definition.ts'
import { OverProgram, type Place } from './overProgram.ts'
import { partitionTtlOf, type PartitionTtl } from './partitionTtl.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new OverAggregate(spec) }

/** Stored rows that nobody needs any more are cleared away when they outnumber the others, and this many. */
const garbageMin = 4096
/** About the step by which a watermark advances. */
const timerWidthMs = 1000

/**
 * Each row once, with aggregates of the rows before it, as Flink's over operators give it (flink-semantics.md section 4).
 *
 * In event time rows wait for the watermark and come out in order of their time, equal times in order of arrival. A row is late at or behind the watermark where the frame has no bound; where
 * it has one, only at or behind the last time that has come out of its partition. In processing time rows come out at once, and only a range of time waits for its millisecond to end.
 *
 * Rows that are due are worked through in rounds: the first of every partition together, then the second (of a range: the rows of the first time, of the second), so that accumulators
 * are fed and read in columns. Rows that leave a frame are taken back, in the order in which Flink does.
 *
 * With a time to live, a partition that fell idle begins anew (`partitionTtl.ts`), the time that came out last included; a range of time knows of none.
 */
class OverAggregate implements OperatorRuntime {
  readonly #spec: OperatorSpec
  readonly #input: Schema
  readonly #frame: Frame
  readonly #program: OverProgram
  readonly #timeColumn: number
  readonly #timeName: string
  readonly #processing: boolean
  readonly #keyColumns: readonly number[]
  readonly #encoder: KeyEncoder
  #keys: KeyTable
  #table: AggregateTable
  readonly #ttl: PartitionTtl | null
  readonly #store: RowStore
  /** Rows that are kept of a partition for LAG. */
  readonly #keptRows: number
  /** By slot of the partition: positions of the rows that are kept, oldest first from `#heads` on, and their times. */
  #history: number[][] = []
  #historyTimes: number[][] = []
  #heads: Int32Array = new Int32Array(0)
  /** By slot: the time that came out last; 0 before the first, as in Flink's state. */
  #lastTimes: Float64Array = new Float64Array(0)
  /** By slot: when the state of a partition is dropped (range frames); NaN when no row has come. */
  #cleanups: Float64Array = new Float64Array(0)
  /** By slot, for calls about a row's place: rows that came out. */
  #rowNumbers: Float64Array = new Float64Array(0)
  /** By slot: the time of the row that was last given a round. */
  #roundTimes: Float64Array = new Float64Array(0)
  /** By slot, with a time to live: rows that wait. */
  #waitingOf: Int32Array = new Int32Array(0)
  /** Rows that wait for the watermark, by number: position in the store and slot; and numbers that are free. */
  #waiting: { positions: Int32Array; slots: Int32Array } = { positions: new Int32Array(0), slots: new Int32Array(0) }
  #waitingEnd = 0
  readonly #freeNumbers: number[] = []
  readonly #timers = new Timers(timerWidthMs)
  readonly #cleanupTimers = new Timers(timerWidthMs)
  readonly #due = new DueRows()
  #historyCount = 0
  #slots: Int32Array = new Int32Array(0)
  #watermark = -Infinity
  /** The clock when this call came, with a time to live. */
  #now = 0
  #context!: OperatorContext

  constructor(spec: OperatorSpec) {
    const { schema } = spec.inputs[0]!
    const time = orderOf(spec.config)[0]!.column
    this.#spec = spec
    this.#input = schema
    this.#frame = frameOf(spec.config)!
    this.#program = new OverProgram(spec)
    this.#timeName = time
    this.#timeColumn = fieldIndex(schema, time)
    this.#processing = schema.fields[this.#timeColumn]!.time === 'processing'
    this.#keyColumns = columnsOf(spec.config, 'partitionBy').map((name) => fieldIndex(schema, name))
    this.#encoder = new KeyEncoder(this.#keyColumns.map((column) => schema.fields[column]!.type))
    this.#keys = new KeyTable(this.#keyColumns.length)
    this.#table = this.#newTable()
    this.#ttl = partitionTtlOf(spec, this.#frame, this.#processing)
    this.#store = new RowStore(schema)
    this.#keptRows = Math.max(0, ...this.#program.places.map(({ call }) => (call.name === 'LAG' ? call.rows + 1 : 0)))
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#program.open(context)
  }

  #newTable(): AggregateTable {
    return this.#program.table(this.#frame.preceding !== null)
  }

  /** Rows wait: for the watermark, or for the end of their millisecond. */
  get #waits(): boolean {
    return !this.#processing || (this.#frame.type === 'range' && this.#frame.preceding !== null)
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount } = batch
    if (rowCount === 0) return
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(Math.max(1024, rowCount))
    const slots = this.#slots
    this.#keys.slotsOf(this.#encoder.encode(this.#keyColumns.map((column) => batch.columns[column]!), rowCount), 0, rowCount, slots)
    this.#fit(this.#keys.size)
    if (this.#ttl !== null) this.#now = this.#context.processingTime()
    const first = this.#store.appendRange(batch, 0, rowCount)
    if (this.#processing) this.#takeNow(batch, first)
    else this.#take(batch, first)
    this.#fire(batch.watermarks !== null)
    this.#sweep()
  }

  #take(batch: Batch, first: number): void {
    const { rowCount, watermarks } = batch
    const times = this.#times(batch)
    const bounded = this.#frame.preceding !== null
    for (let row = 0; row < rowCount; row++) {
      if (watermarks !== null && watermarks[row]! > this.#watermark) this.#advance(watermarks[row]!)
      const time = times[row]!
      const slot = this.#slots[row]!
      if (this.#ttl !== null) this.#renew(this.#ttl, slot)
      if (time <= (bounded ? this.#lastTimes[slot]! : this.#watermark)) {
        this.#context.counters.lateRows++
        continue
      }
      this.#wait(time, slot, first + row)
    }
  }

  #takeNow(batch: Batch, first: number): void {
    const now = this.#context.processingTime()
    for (let row = 0; row < batch.rowCount; row++) {
      if (this.#ttl !== null) this.#renew(this.#ttl, this.#slots[row]!)
      if (this.#waits) this.#wait(now, this.#slots[row]!, first + row)
      else this.#due.push(first + row, this.#slots[row]!, now, batch.watermarks === null ? this.#watermark : batch.watermarks[row]!)
    }
    if (this.#waits) this.#context.scheduleProcessingTimer(now + 1)
  }

  /** A number for a row that waits. */
  #takeNumber(position: number, slot: number): number {
    const number = this.#freeNumbers.pop() ?? this.#waitingEnd++
    if (number >= this.#waiting.positions.length) {
      const length = Math.max(256, number * 2)
      const positions = new Int32Array(length)
      const slots = new Int32Array(length)
      positions.set(this.#waiting.positions)
      slots.set(this.#waiting.slots)
      this.#waiting = { positions, slots }
    }
    this.#waiting.positions[number] = position
    this.#waiting.slots[number] = slot
    return number
  }

  /** A row of the partition comes or comes out: what has expired of it is dropped. That is at most once in a call and before any of its rows is due, so none that is due is touched. */
  #renew(ttl: PartitionTtl, slot: number): void {
    if (ttl.renew(slot, this.#now, this.#waitingOf[slot]! > 0)) this.#drop(slot)
  }

  #wait(time: number, slot: number, position: number): void {
    this.#timers.set(time, this.#takeNumber(position, slot))
    this.#waitingOf[slot]!++
    if (this.#frame.type === 'range' && this.#frame.preceding !== null) {
      const { preceding } = this.#frame
      // Flink sets the next clean-up only when this one would come too early, and then half a range later than needed.
      if (!(this.#cleanups[slot]! >= time + preceding + 1)) {
        this.#cleanups[slot] = time + Math.floor(preceding * 1.5) + 1
        this.#cleanupTimers.set(this.#cleanups[slot]!, slot)
      }
    }
  }

  /** The watermark, or the clock, reached `time`. */
  #advance(time: number): void {
    this.#due.watermark = this.#watermark
    if (!this.#processing) this.#watermark = time
    this.#timers.advance(time, this.#ring)
    if (time === Infinity || this.#cleanupTimers.earliest > time) return
    this.#fire(true)
    this.#cleanupTimers.advance(time, this.#clear)
  }

  readonly #ring = (time: number, number: number): void => {
    const slot = this.#waiting.slots[number]!
    if (this.#ttl !== null) this.#renew(this.#ttl, slot)
    this.#waitingOf[slot]!--
    this.#due.push(this.#waiting.positions[number]!, slot, time, this.#due.watermark)
    this.#waiting.positions[number] = -1
    this.#freeNumbers.push(number)
    this.#lastTimes[slot] = time
  }

  readonly #clear = (time: number, slot: number): void => {
    if (!(this.#cleanups[slot]! <= time)) return
    this.#cleanups[slot] = NaN
    this.#drop(slot)
  }

  /** The partition is as if none of its rows had come. */
  #drop(slot: number): void {
    this.#lastTimes[slot] = 0
    this.#rowNumbers[slot] = 0
    this.#roundTimes[slot] = NaN
    this.#historyCount -= this.#history[slot]!.length - this.#heads[slot]!
    this.#history[slot]!.length = 0
    this.#historyTimes[slot]!.length = 0
    this.#heads[slot] = 0
    this.#table.ensure(slot + 1)
    this.#table.clear(slot)
  }

  /** Gives the rows that are due. */
  #fire(timed: boolean): void {
    const due = this.#due
    const { count } = due
    if (count === 0) return
    this.#program.watermark = this.#watermark
    this.#table.ensure(this.#keys.size)
    const columns = this.#store.gather(due.positions, count)
    const places = this.#places(columns, count)
    const calls = this.#program.calls.length === 0 ? [] : this.#aggregate(count)
    const added = this.#program.results(columns, places, calls, count)
    this.#context.emit(0, {
      schema: this.#spec.outputs[0]!.schema,
      columns: [...columns, ...added],
      rowCount: count,
      kinds: null,
      watermarks: timed || !this.#processing ? due.watermarks.slice(0, count) : null,
    })
    due.clear()
  }

  /** The results of the calls for each due row. */
  #aggregate(count: number): Column[] {
    const { slots, times, positions } = this.#due
    const bounded = this.#frame.preceding !== null
    const peers = this.#frame.type === 'range' && !(this.#processing && !bounded)
    // By due row, its round. Rows of a partition that come one after another, or all of one time, are in rounds that follow one another.
    const rounds = new Int32Array(count)
    const met = new Int32Array(this.#keys.size)
    let roundCount = 1
    for (let row = 0; row < count; row++) {
      const slot = slots[row]!
      if (!peers || met[slot] === 0 || times[row]! !== this.#roundTimes[slot]!) met[slot]!++
      this.#roundTimes[slot] = times[row]!
      rounds[row] = met[slot]! - 1
      roundCount = Math.max(roundCount, met[slot]!)
    }
    // What leaves a frame when a row or a time comes in.
    const gone: number[] = []
    const goneOf = new Int32Array(count + 1)
    if (bounded) {
      const { preceding } = this.#frame
      for (let row = 0; row < count; row++) {
        const slot = slots[row]!
        const history = this.#history[slot]!
        const historyTimes = this.#historyTimes[slot]!
        let head = this.#heads[slot]!
        if (peers) while (head < history.length && historyTimes[head]! < times[row]! - preceding!) gone.push(history[head++]!)
        else if (history.length - head > preceding!) gone.push(history[head++]!)
        this.#remember(slot, head, positions[row]!, times[row]!)
        goneOf[row + 1] = gone.length
      }
    }
    const all = bounded ? concatPositions(positions, count, gone) : positions
    const inputs = this.#program.inputs(bounded ? this.#store.gather(all, count + gone.length) : this.#store.gather(positions, count), count + gone.length)
    if (roundCount === 1) return this.#round(inputs, null, count, gone, goneOf)
    const results = new RowCollector()
    const order = new Int32Array(count)
    let at = 0
    for (const rows of rowsByRound(rounds, count, roundCount)) {
      const part = this.#round(inputs, rows, count, gone, goneOf)
      results.add({ schema: { fields: this.#program.calls.map(({ type }, i) => ({ name: String(i), type })) }, columns: part, rowCount: rows.length, kinds: null, watermarks: null }, null, rows.length, 0)
      for (const row of rows) order[row] = at++
    }
    return results.finish(0)!.columns.map((column) => gather(column, order, count))
  }

  /** Feeds the rows of one round, after what leaves their frames, and reads their results. `rows` null: all due rows. */
  #round(inputs: readonly AggregateInput[], rows: Int32Array | null, dueCount: number, gone: readonly number[], goneOf: Int32Array): Column[] {
    const { slots } = this.#due
    const count = rows === null ? dueCount : rows.length
    const own = rows === null ? slots : gatherInt32(slots, rows, count)
    if (gone.length === 0) {
      this.#table.add(own, rows === null ? inputs : inputs.map((input) => inputOfRows(input, rows, count)), count, null)
      return this.#table.read(own, count)
    }
    let fed = 0
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i]!
      fed += goneOf[row + 1]! - goneOf[row]! + 1
    }
    const feed = new Int32Array(fed)
    const feedSlots = new Int32Array(fed)
    const kinds = new Uint8Array(fed)
    let at = 0
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i]!
      for (let g = goneOf[row]!; g < goneOf[row + 1]!; g++) {
        feed[at] = dueCount + g
        feedSlots[at] = slots[row]!
        kinds[at++] = rowKind.delete
      }
      feed[at] = row
      feedSlots[at] = slots[row]!
      kinds[at++] = rowKind.insert
    }
    this.#table.add(feedSlots, inputs.map((input) => inputOfRows(input, feed, fed)), fed, kinds)
    return this.#table.read(own, count)
  }

  /** Keeps a row of a partition, and forgets those before `head`. */
  #remember(slot: number, head: number, position: number, time: number): void {
    const history = this.#history[slot]!
    const times = this.#historyTimes[slot]!
    this.#historyCount += 1 - (head - this.#heads[slot]!)
    history.push(position)
    times.push(time)
    if (head > 32 && head * 2 > history.length) {
      history.splice(0, head)
      times.splice(0, head)
      head = 0
    }
    this.#heads[slot] = head
  }

  /** Forgets the rows of a partition before this place. */
  #forget(slot: number, head: number): void {
    if (head <= this.#heads[slot]!) return
    this.#historyCount -= head - this.#heads[slot]!
    this.#heads[slot] = head
  }

  /** The columns of the calls about a row's place, and what they need of the rows remembered. */
  #places(columns: readonly Column[], count: number): Column[] {
    const { places } = this.#program
    if (places.length === 0) return []
    const { slots, times, positions } = this.#due
    const numbers = new Float64Array(count)
    const counts = new Float64Array(count)
    const lags = places.filter(({ call }) => call.name === 'LAG')
    const sources = lags.map(() => new Int32Array(count))
    for (let first = 0, next = 0; first < count; first = next) {
      // Rows of one time see each other, as in a range: Flink takes all of them in before it gives any. In processing time no row waits for another.
      do next++
      while (!this.#processing && next < count && times[next] === times[first])
      for (let row = first; row < next; row++) {
        numbers[row] = ++this.#rowNumbers[slots[row]!]!
        if (lags.length > 0) this.#remember(slots[row]!, this.#heads[slots[row]!]!, positions[row]!, times[row]!)
      }
      for (let row = first; row < next; row++) {
        const slot = slots[row]!
        const history = this.#history[slot]!
        counts[row] = this.#rowNumbers[slot]!
        for (let i = 0; i < lags.length; i++) {
          const at = history.length - 1 - lags[i]!.call.rows
          sources[i]![row] = at >= this.#heads[slot]! ? history[at]! : -1
        }
      }
      if (lags.length > 0) for (let row = first; row < next; row++) this.#forget(slots[row]!, this.#history[slots[row]!]!.length - this.#keptRows)
    }
    let lag = 0
    return places.map((place) => {
      switch (place.call.name) {
        case 'ROW_NUMBER':
          return { storage: 'int64', values: numbers, wide: null, nulls: null }
        case 'RANK':
        case 'DENSE_RANK':
          return { storage: 'int64', values: counts, wide: null, nulls: null }
        case 'LAG':
          return this.#lag(place, sources[lag++]!, columns, count)
      }
    })
  }

  /** `sources`: by row the position that LAG looks at, -1 where there is none. */
  #lag({ call, value, otherwise }: Place, sources: Int32Array, columns: readonly Column[], count: number): Column {
    const found = new Int32Array(count)
    const looked = new Int32Array(count)
    for (let row = 0; row < count; row++) {
      found[row] = sources[row]! < 0 ? -1 : row
      looked[row] = sources[row]! < 0 ? this.#due.positions[row]! : sources[row]!
    }
    const values = this.#program.scalar(value!, this.#store.gather(looked, count), count)
    const schema: Schema = { fields: [{ name: '', type: call.type }] }
    if (otherwise === null) return gatherSide([values], schema, found, count, true)[0]!
    const standIns = this.#program.scalar(otherwise, columns, count)
    const both = concatBatches([values, standIns].map((column): Batch => ({ schema, columns: [column], rowCount: count, kinds: null, watermarks: null })))!
    for (let row = 0; row < count; row++) if (found[row] === -1) found[row] = count + row
    return gather(both.columns[0]!, found, count)
  }

  onWatermark(watermark: number): number {
    if (this.#processing) {
      // Rows still wait for the end of their millisecond when the input ends.
      if (watermark === Infinity && this.#waits) {
        this.#advance(Infinity)
        this.#fire(false)
      }
      this.#watermark = watermark
      return watermark
    }
    if (this.#ttl !== null) this.#now = this.#context.processingTime()
    this.#advance(watermark)
    this.#fire(true)
    this.#sweep()
    return watermark
  }

  onProcessingTime(time: number): void {
    this.#advance(time - 1)
    this.#fire(false)
    this.#sweep()
  }

  #times(batch: Batch): Float64Array {
    const { values, nulls } = batch.columns[this.#timeColumn] as Float64Column
    if (nulls !== null) {
      for (let row = 0; row < batch.rowCount; row++) {
        if (nulls[row] === 1) throw new RowError(row, `the time column ${this.#timeName} is NULL; event time must be set in every row`)
      }
    }
    return values
  }

  #fit(count: number): void {
    while (this.#history.length < count) {
      this.#history.push([])
      this.#historyTimes.push([])
    }
    const before = this.#heads.length
    if (before >= count) return
    const length = Math.max(count, before * 2, 64)
    const grown = (array: Float64Array, fill = 0): Float64Array => {
      const larger = new Float64Array(length).fill(fill, before)
      larger.set(array)
      return larger
    }
    const heads = new Int32Array(length)
    heads.set(this.#heads)
    this.#heads = heads
    const waitingOf = new Int32Array(length)
    waitingOf.set(this.#waitingOf)
    this.#waitingOf = waitingOf
    this.#ttl?.fit(length)
    this.#lastTimes = grown(this.#lastTimes)
    this.#cleanups = grown(this.#cleanups, NaN)
    this.#rowNumbers = grown(this.#rowNumbers)
    this.#roundTimes = grown(this.#roundTimes, NaN)
  }
  get #waitingCount(): number {
    return this.#waitingEnd - this.#freeNumbers.length
  }

  stateBytes(): number {
    return this.#store.bytes + this.#keys.bytes + this.#encoder.bytes + this.#table.bytes() + this.#timers.bytes + this.#historyCount * 16 + this.#heads.length * 64 + (this.#ttl?.bytes ?? 0)
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldRows: this.#waitingCount + this.#historyCount, keys: this.#keys.size }
  }

  stateSchema(): StateSchema {
    return {
      key: columnsText(this.#input, this.#keyColumns),
      rows: schemaText(this.#input),
      order: this.#timeName,
      frame: settingText(this.#spec.config.frame),
      aggregates: settingText(this.#spec.config.aggregates),
    }
  }

  snapshot(writer: StateWriter): void {
    const { size } = this.#keys
    this.#encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.#store.snapshot(writer.at('rows'))
    this.#table.snapshot(writer.at('aggregates'), size)
    for (const [name, values] of this.#bySlot()) writer.float64(name, values, size)
    const remembered = new Int32Array(this.#historyCount)
    const rememberedTimes = new Float64Array(this.#historyCount)
    const counts = new Int32Array(size)
    let at = 0
    for (let slot = 0; slot < size; slot++) {
      counts[slot] = this.#history[slot]!.length - this.#heads[slot]!
      for (let i = this.#heads[slot]!; i < this.#history[slot]!.length; i++) {
        remembered[at] = this.#history[slot]![i]!
        rememberedTimes[at++] = this.#historyTimes[slot]![i]!
      }
    }
    writer.int32('remembered', remembered)
    writer.float64('rememberedTimes', rememberedTimes)
    writer.int32('rememberedCounts', counts)
    writer.int32('waiting', this.#waiting.positions, this.#waitingEnd)
    writer.int32('waitingSlots', this.#waiting.slots, this.#waitingEnd)
    this.#timers.snapshot(writer.at('timers'))
    this.#ttl?.snapshot(writer, size)
  }

  restore(reader: StateReader): void {
    const slots = new KeyedRestore(reader, reader.at('encoder'), this.#encoder).slots(reader.at('keys'), this.#keys)
    this.#fit(this.#keys.size)
    const rows = this.#store.rowsIn(reader.at('rows'))
    const first = rows.rowCount === 0 ? 0 : this.#store.appendRange(rows, 0, rows.rowCount)
    this.#table.ensure(this.#keys.size)
    this.#table.restore(reader.at('aggregates'), slots, () => this.#newTable())
    for (const [name, values] of this.#bySlot()) {
      const written = reader.float64(name)
      for (let old = 0; old < slots.length; old++) if (slots[old]! >= 0) values[slots[old]!] = written[old]!
    }
    const remembered = reader.int32('remembered')
    const rememberedTimes = reader.float64('rememberedTimes')
    const counts = reader.int32('rememberedCounts')
    for (let old = 0, at = 0; old < slots.length; at += counts[old]!, old++) {
      const slot = slots[old]!
      if (slot < 0) continue
      for (let i = at; i < at + counts[old]!; i++) this.#remember(slot, this.#heads[slot]!, first + remembered[i]!, rememberedTimes[i]!)
      if (!Number.isNaN(this.#cleanups[slot]!)) this.#cleanupTimers.set(this.#cleanups[slot]!, slot)
    }
    const waiting = reader.int32('waiting')
    const waitingSlots = reader.int32('waitingSlots')
    this.#timers.restore(reader.at('timers'), (number) => {
      const slot = slots[waitingSlots[number]!]!
      if (slot < 0) return -1
      this.#waitingOf[slot]!++
      return this.#takeNumber(first + waiting[number]!, slot)
    })
    this.#ttl?.restore(reader, slots, this.#context.processingTime())
    this.#watermark = reader.share.watermark
    if (this.#processing && this.#timers.size > 0) this.#context.scheduleProcessingTimer(this.#timers.next() + 1)
  }

  /** What is kept in one number for each partition, by name. */
  #bySlot(): readonly (readonly [string, Float64Array])[] {
    return [
      ['lastTimes', this.#lastTimes],
      ['cleanups', this.#cleanups],
      ['rowNumbers', this.#rowNumbers],
    ]
  }

  /** Clears stored rows away that neither wait nor are remembered. */
  #sweep(): void {
    if (this.#ttl?.isTimeToLook(this.#keys.size) === true) this.#dropExpired(this.#ttl)
    const { rowCount } = this.#store
    const held = this.#waitingCount + this.#historyCount
    if (rowCount - held <= Math.max(garbageMin, held)) return
    const kept = new Int32Array(held)
    let count = 0
    for (let number = 0; number < this.#waitingEnd; number++) if (this.#waiting.positions[number]! >= 0) kept[count++] = this.#waiting.positions[number]!
    for (let slot = 0; slot < this.#history.length; slot++) for (let i = this.#heads[slot]!; i < this.#history[slot]!.length; i++) kept[count++] = this.#history[slot]![i]!
    kept.sort()
    const moved = new Int32Array(rowCount)
    for (let i = 0; i < count; i++) moved[kept[i]!] = i
    for (let number = 0; number < this.#waitingEnd; number++) if (this.#waiting.positions[number]! >= 0) this.#waiting.positions[number] = moved[this.#waiting.positions[number]!]!
    for (let slot = 0; slot < this.#history.length; slot++) {
      const history = this.#history[slot]!
      for (let i = this.#heads[slot]!; i < history.length; i++) history[i] = moved[history[i]!]!
    }
    this.#store.keep(kept, count)
  }

  /** Drops partitions that have expired, and clears them away when they are most of them. */
  #dropExpired(ttl: PartitionTtl): void {
    const { size } = this.#keys
    const kept = new Int32Array(size)
    let count = 0
    for (let slot = 0; slot < size; slot++) {
      if (this.#waitingOf[slot] === 0 && ttl.isExpired(slot, this.#now)) this.#drop(slot)
      else kept[count++] = slot
    }
    if (count * 2 < size && this.#keys.width > 0) this.#keepPartitions(ttl, kept.slice(0, count))
    ttl.hasLooked(this.#keys.size)
  }

  /** Partitions are those of `kept` now, in that order; the others are empty. */
  #keepPartitions(ttl: PartitionTtl, kept: Int32Array): void {
    const count = kept.length
    const keys = new KeyTable(this.#keys.width, count)
    keys.slotsOf(Array.from({ length: keys.width }, (_, column) => gatherFloat64(this.#keys.keysOf(column), kept, count)), 0, count, new Int32Array(count))
    const table = this.#newTable()
    table.ensure(count)
    this.#table.ensure(this.#keys.size)
    for (let i = 0; i < count; i++) table.merge(i, this.#table, kept[i]!)
    const moved = new Int32Array(this.#keys.size).fill(-1)
    for (let i = 0; i < count; i++) moved[kept[i]!] = i
    for (let number = 0; number < this.#waitingEnd; number++) if (this.#waiting.positions[number]! >= 0) this.#waiting.slots[number] = moved[this.#waiting.slots[number]!]!
    this.#history = Array.from(kept, (slot) => this.#history[slot]!)
    this.#historyTimes = Array.from(kept, (slot) => this.#historyTimes[slot]!)
    this.#heads = gatherInt32(this.#heads, kept, count)
    this.#waitingOf = gatherInt32(this.#waitingOf, kept, count)
    this.#lastTimes = gatherFloat64(this.#lastTimes, kept, count)
    this.#cleanups = gatherFloat64(this.#cleanups, kept, count)
    this.#rowNumbers = gatherFloat64(this.#rowNumbers, kept, count)
    this.#roundTimes = gatherFloat64(this.#roundTimes, kept, count)
    ttl.keep(kept)
    this.#keys = keys
    this.#table = table
    if (this.#encoder.wantsShrink(count)) this.#encoder.shrink([keys])
  }
}

/** The rows that are due: position in the store, slot, time, and the watermark that has gone out before them. */
class DueRows {
  positions: Int32Array = new Int32Array(256)
  slots: Int32Array = new Int32Array(256)
  times: Float64Array = new Float64Array(256)
  watermarks: Float64Array = new Float64Array(256)
  count = 0
  watermark = -Infinity

  push(position: number, slot: number, time: number, watermark: number): void {
    if (this.count === this.positions.length) this.#grow()
    this.positions[this.count] = position
    this.slots[this.count] = slot
    this.times[this.count] = time
    this.watermarks[this.count++] = watermark
  }

  clear(): void {
    this.count = 0
  }

  #grow(): void {
    const length = this.count * 2
    const positions = new Int32Array(length)
    positions.set(this.positions)
    this.positions = positions
    const slots = new Int32Array(length)
    slots.set(this.slots)
    this.slots = slots
    const times = new Float64Array(length)
    times.set(this.times)
    this.times = times
    const watermarks = new Float64Array(length)
    watermarks.set(this.watermarks)
    this.watermarks = watermarks
  }
}

function concatPositions(positions: Int32Array, count: number, more: readonly number[]): Int32Array {
  const all = new Int32Array(count + more.length)
  all.set(positions.subarray(0, count))
  all.set(more, count)
  return all
}
