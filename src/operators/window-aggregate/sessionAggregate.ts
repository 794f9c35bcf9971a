import { freshArrays } from '../../columnar/arrays.ts'
import { gatherRows, type Batch } from '../../columnar/batch.ts'
import { gatherFloat64, gatherInt32, type Column } from '../../columnar/column.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { settingText } from '../../engine/keyedState.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { RowWatermarks } from '../../engine/rowWatermarks.ts'
import { SessionStore } from '../../engine/sessions.ts'
import { sessionTime, wallClock, type SessionTime } from '../../engine/sessionTime.ts'
import { WindowTimes } from '../../engine/windowTimes.ts'
import type { AggregateTable } from '../../expression/aggregates.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { WindowConfig } from '../../job/windowConfig.ts'
import { AggregateProgram, type PreparedArguments } from './aggregateProgram.ts'
import { Grouping } from './groupState.ts'

/** Results are handed on in batches of at most this many rows. */
const emitRowsMax = 4096

/**
 * Session windows: `engine/sessions.ts` says which session a row is in; accumulators lie by the session's slot.
 *
 * Rows are given their sessions one by one and accumulated in stretches; a stretch ends where two sessions become one, because their accumulators must be complete then.
 * A session that the watermark passed within a batch takes no more rows and gives its result after the batch, which is the same; only with an allowed
 * lateness, where it may give several results, is it fired before the row. A row that is taken back is in a session too, and may extend or begin one.
 */
export class SessionAggregate implements OperatorRuntime {
  readonly keeps = 'nothing'
  readonly watermarks: 'trailing' | undefined
  readonly #spec: OperatorSpec
  readonly #window: Extract<WindowConfig, { type: 'session' }>
  readonly #input: Schema
  readonly #allowedLatenessMs: number
  readonly #processing: boolean
  readonly #timeType: string
  readonly #grouping: Grouping
  readonly #program: AggregateProgram
  readonly #accumulators: AggregateTable
  readonly #latePort: number
  #keys: KeyTable
  #store!: SessionStore
  #time: SessionTime = wallClock
  #times!: WindowTimes
  #context!: OperatorContext
  #watermark = -Infinity
  #timerScheduled = Infinity
  #keySlots: Int32Array = new Int32Array(0)
  #rows: Int32Array = new Int32Array(0)
  #slots: Int32Array = new Int32Array(0)
  /** Rows that are to be accumulated, `#pending` of them: from `#first` on, or, once one was passed over, those in `#rows`. */
  #pending = 0
  #first = 0
  #parted = false
  #prepared: PreparedArguments | null = null

  constructor(spec: OperatorSpec, window: Extract<WindowConfig, { type: 'session' }>) {
    this.#spec = spec
    this.#window = window
    this.#input = spec.inputs[0]!.schema
    const field = this.#input.fields[fieldIndex(this.#input, window.timeColumn)]!
    this.#processing = field.time === 'processing'
    this.#timeType = field.type.kind
    this.#allowedLatenessMs = (spec.config.allowedLatenessMs as number | undefined) ?? 0
    const groupBy = (spec.config.groupBy as readonly string[] | undefined) ?? []
    this.#program = new AggregateProgram(spec)
    this.watermarks = this.#program.readsWatermark ? undefined : 'trailing'
    this.#grouping = new Grouping(spec, groupBy, groupBy, this.#program)
    this.#accumulators = this.#program.table()
    this.#keys = new KeyTable(groupBy.length)
    this.#latePort = spec.outputs.findIndex((output) => output.port === 'late')
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#time = this.#timeType === 'TIMESTAMP_LTZ' ? sessionTime(context.timeZone) : wallClock
    this.#times = new WindowTimes(this.#input, fieldIndex(this.#input, this.#window.timeColumn), this.#time)
    this.#store = new SessionStore(this.#window.gapMs, this.#allowedLatenessMs, this.#time, this.#merge)
    this.#program.open(context)
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount } = batch
    if (rowCount === 0) return
    if (this.#rows.length < rowCount) {
      this.#keySlots = new Int32Array(Math.max(1024, rowCount))
      this.#rows = new Int32Array(Math.max(1024, rowCount))
      this.#slots = new Int32Array(Math.max(1024, rowCount))
    }
    this.#prepared = this.#program.prepare(batch, this.#watermark)
    const keys = this.#grouping.encode(batch)
    this.#keys.slotsOf(keys, 0, rowCount, this.#keySlots)
    const now = this.#processing ? this.#context.processingTime() : 0
    const times = this.#times.of(batch, now)
    const told = this.#processing ? null : RowWatermarks.of(batch)
    const late: number[] = []
    let watermark = this.#processing ? -Infinity : this.#watermark
    for (let row = 0; row < rowCount; row++) {
      const extended = this.#store.extend(this.#keySlots, times, told, watermark, row, rowCount, this.#slots, this.#pending)
      this.#take(row, extended)
      row = extended
      if (row === rowCount) break
      if (told !== null && told.at(row) > watermark) {
        watermark = told.at(row)
        if (this.#allowedLatenessMs > 0 && this.#store.firesBy(watermark)) {
          this.#flush()
          this.#advance(watermark)
        }
      }
      const session = this.#store.sessionOf(this.#keySlots[row]!, times[row]!, watermark)
      if (session < 0) {
        late.push(row)
        continue
      }
      this.#slots[this.#pending] = session
      this.#take(row, row + 1)
      if (this.#allowedLatenessMs > 0 && this.#store.isFired(this.#store.endOf(session), watermark)) {
        this.#flush()
        this.#store.gaveResult(session)
        this.#emit([session], [this.#store.startOf(session)], [this.#store.endOf(session)])
      }
    }
    this.#flush()
    this.#prepared = null
    if (late.length > 0) {
      this.#context.counters.lateRows += late.length
      if (this.#latePort >= 0) this.#context.emit(this.#latePort, gatherRows(batch, Int32Array.from(late), late.length))
    }
    this.#dropKeys()
    if (this.#processing) this.#schedule()
  }

  /** Rows [row, end) are to be accumulated; their sessions stand in their places already. */
  #take(row: number, end: number): void {
    if (row === end) return
    const rows = this.#rows
    if (this.#pending === 0) {
      this.#first = row
      this.#parted = false
    } else if (!this.#parted && row !== this.#first + this.#pending) {
      for (let i = 0; i < this.#pending; i++) rows[i] = this.#first + i
      this.#parted = true
    }
    if (this.#parted) for (let i = row, at = this.#pending; i < end; i++) rows[at++] = i
    this.#pending += end - row
  }

  /** Two sessions become one: what was not accumulated yet belongs to them as they were. */
  readonly #merge = (from: number, into: number): void => {
    this.#flush()
    this.#accumulators.merge(into, this.#accumulators, from)
    this.#accumulators.clear(from)
  }

  #flush(): void {
    if (this.#pending === 0) return
    const slotCount = this.#store.slotsUsed
    if (!this.#parted) this.#program.add(this.#accumulators, this.#prepared!, this.#slots, this.#first, this.#pending, slotCount)
    else this.#program.addRows(this.#accumulators, this.#prepared!, this.#slots, this.#rows, this.#pending, slotCount)
    this.#pending = 0
  }

  onWatermark(watermark: number): number {
    if (!this.#processing) this.#advance(watermark)
    return watermark
  }

  #advance(watermark: number): void {
    this.#watermark = watermark
    this.#fire(watermark)
  }

  onProcessingTime(time: number): void {
    this.#timerScheduled = Infinity
    this.#fire(time)
    this.#schedule()
  }

  #schedule(): void {
    const next = this.#store.nextTimer()
    if (next >= this.#timerScheduled) return
    this.#timerScheduled = next
    this.#context.scheduleProcessingTimer(next)
  }

  #fire(watermark: number): void {
    if (!this.#store.firesBy(watermark)) return
    const due: number[] = []
    const starts: number[] = []
    const ends: number[] = []
    const ended: number[] = []
    this.#store.advance(
      watermark,
      (session) => {
        due.push(session)
        starts.push(this.#store.startOf(session))
        ends.push(this.#store.endOf(session))
      },
      (session) => ended.push(session),
    )
    for (let at = 0; at < due.length; at += emitRowsMax) this.#emit(due.slice(at, at + emitRowsMax), starts.slice(at, at + emitRowsMax), ends.slice(at, at + emitRowsMax))
    for (const session of ended) this.#accumulators.clear(session)
  }

  #emit(due: readonly number[], dueStarts: readonly number[], dueEnds: readonly number[]): void {
    const all = int32Of(due, due.length)
    const left = this.#program.left(this.#accumulators, all, due.length)
    const count = left?.length ?? due.length
    if (count === 0) return
    const sessions = left === null ? all : gatherInt32(all, left, count)
    const keys = new Int32Array(count)
    const windowTimes = freshArrays.float64(count)
    for (let i = 0; i < count; i++) {
      keys[i] = this.#store.keyOf(sessions[i]!)
      windowTimes[i] = this.#time.instantOf(dueEnds[left === null ? i : left[i]!]! - 1)
    }
    const groupColumns = this.#grouping.columnsOf(this.#keys.keys.map((column) => gatherFloat64(column, keys, count)), count)
    const columns: Column[] = [
      ...groupColumns,
      { storage: 'float64', values: float64Of(dueStarts, left, count), nulls: null },
      { storage: 'float64', values: float64Of(dueEnds, left, count), nulls: null },
      { storage: 'float64', values: windowTimes, nulls: null },
      ...this.#program.results(this.#accumulators, sessions, count, this.#grouping.byInputColumn(groupColumns)),
    ]
    this.#context.emit(0, { schema: this.#spec.outputs[0]!.schema, columns, rowCount: count, kinds: null, watermarks: null })
  }

  /** Forgets keys without a session when they are most of the table. */
  #dropKeys(): void {
    const size = this.#keys.size
    if (size < 4096 || size < this.#store.open * 4 || this.#keys.width === 0) return
    const live = this.#store.liveKeys()
    const table = new KeyTable(this.#keys.width, live.length)
    const kept = this.#keys.keys.map((column) => gatherFloat64(column, int32Of(live, live.length), live.length))
    table.slotsOf(kept, 0, live.length, new Int32Array(live.length))
    const numberOf = new Int32Array(size)
    live.forEach((old, key) => {
      numberOf[old] = key
    })
    this.#store.renumberKeys(numberOf, live.length)
    this.#keys = table
    if (this.#grouping.encoder.wantsShrink(table.size)) this.#grouping.encoder.shrink([table])
  }

  stateSchema(): StateSchema {
    return { window: settingText(this.#spec.config.window), groups: this.#grouping.text, ...this.#program.schema }
  }

  snapshot(writer: StateWriter): void {
    this.#grouping.encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.#store.snapshot(writer.at('sessions'))
    this.#accumulators.snapshot(writer.at('accumulators'), this.#store.slotsUsed)
  }

  restore(reader: StateReader): void {
    const keyOf = this.#grouping.restored(reader).slots(reader.at('keys'), this.#keys)
    const sessions = this.#store.restore(reader.at('sessions'), keyOf)
    this.#accumulators.ensure(this.#store.slotsUsed)
    this.#accumulators.restore(reader.at('accumulators'), sessions, () => this.#program.table())
    if (!this.#processing) this.#watermark = reader.share.watermark
  }

  stateBytes(): number {
    return this.#grouping.encoder.bytes + this.#keys.bytes + this.#store.bytes + this.#accumulators.bytes()
  }

  gauges(): Readonly<Record<string, number>> {
    return { openSessions: this.#store.open }
  }
}

// In loops, because `from` goes through an iterator: 50 to 100 ns a value (measured).

/** The numbers at these places; all where `places` is null. */
function float64Of(values: readonly number[], places: Int32Array | null, count: number): Float64Array {
  const out = freshArrays.float64(count)
  for (let i = 0; i < count; i++) out[i] = values[places === null ? i : places[i]!]!
  return out
}
function int32Of(values: readonly number[], count: number): Int32Array {
  const out = freshArrays.int32(count)
  for (let i = 0; i < count; i++) out[i] = values[i]!
  return out
}
