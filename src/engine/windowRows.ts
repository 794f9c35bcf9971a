import { withWatermarks, type Batch } from '../columnar/batch.ts'
import type { Float64Column } from '../columnar/column.ts'
import { KeyHasher } from '../columnar/hashColumns.ts'
import type { Field, Schema } from '../columnar/schema.ts'
import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { ArrivedRows } from './arrivedRows.ts'
import { ownRows } from './keyedState.ts'
import type { OperatorContext } from './operatorRuntime.ts'
import { RowWatermarks } from './rowWatermarks.ts'
import { sessionTime, wallClock, type SessionTime } from './sessionTime.ts'
import { firstAtLeast, SliceStore, type ClosingWindow, type Slice } from './slices.ts'
import { WindowGrid, type GridWindow } from './windows.ts'
import { WindowTimes } from './windowTimes.ts'

/**
 * The rows of one or more inputs by window, kept until the window closes, for operators that look at a window as a whole.
 *
 * Rows lie by slice (`slices.ts`), or by the window they carry; a row is copied once, whatever number of windows it is in. Lateness is each window's own: a row behind the
 * watermark counts in the windows that have not fired, and is counted as late when there are none. Windows close in order of their end, on the watermark, or on
 * the clock where the time column is processing time.
 */
export interface WindowInput {
  readonly schema: Schema
  /** Where rows carry `window_start` and `window_end`; null when windows are cut here. */
  readonly attached: { readonly start: number; readonly end: number } | null
  /** -1 when the attached window has lost its `window_time`. */
  readonly timeColumn: number
}

/** One window with all its rows, in the order they came. `time` is `window_time`: the instant of its last millisecond. */
export interface ClosedWindow {
  readonly start: number
  readonly end: number
  readonly time: number
  /** By input. */
  readonly rows: readonly ArrivedRows[]
}

/** Stores of closed slices that are kept for later ones. */
const pooledMax = 16

export class WindowRows {
  readonly #inputs: readonly WindowInput[]
  readonly #grid: WindowGrid | null
  readonly #processing: boolean
  readonly #pool: (readonly ArrivedRows[])[] = []
  /** By input: rows that have come. */
  readonly #arrivals: number[]
  readonly #close: (window: ClosedWindow) => void
  #time: SessionTime = wallClock
  #times: readonly WindowTimes[] = []
  #store!: SliceStore<readonly ArrivedRows[]>
  #context!: OperatorContext
  #watermark = -Infinity
  #timerScheduled = Infinity

  /** Null for `window`: rows carry theirs. Kind and type of time are the first input's. `close` must be done with the rows when it returns. */
  constructor(window: GridWindow | null, inputs: readonly WindowInput[], close: (window: ClosedWindow) => void) {
    this.#inputs = inputs
    this.#arrivals = inputs.map(() => 0)
    this.#grid = window === null ? null : new WindowGrid(window)
    this.#processing = this.#timeField()?.time === 'processing'
    this.#close = close
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#time = this.#timeField()?.type.kind === 'TIMESTAMP_LTZ' ? sessionTime(context.timeZone) : wallClock
    if (this.#grid !== null) this.#times = this.#inputs.map(({ schema, timeColumn }) => new WindowTimes(schema, timeColumn, this.#time))
    this.#store = new SliceStore<readonly ArrivedRows[]>(this.#grid, this.#time, 0, () => this.#stores(), (rows) => this.#release(rows))
  }

  /** The watermark that windows are being closed by. */
  get watermark(): number {
    return this.#watermark
  }

  #timeField(): Field | undefined {
    const { schema, timeColumn } = this.#inputs[0]!
    return schema.fields[timeColumn]
  }

  #stores(): readonly ArrivedRows[] {
    return this.#pool.pop() ?? this.#inputs.map(({ schema }) => new ArrivedRows(schema))
  }

  #release(rows: readonly ArrivedRows[]): void {
    if (this.#pool.length >= pooledMax) return
    for (const store of rows) store.clear()
    this.#pool.push(rows)
  }

  add(input: number, batch: Batch): void {
    const { rowCount } = batch
    const grid = this.#grid
    const { attached } = this.#inputs[input]!
    const times = grid === null ? null : this.#times[input]!.of(batch, this.#processing ? this.#context.processingTime() : 0)
    const starts = attached === null ? null : (batch.columns[attached.start] as Float64Column).values
    const ends = attached === null ? null : (batch.columns[attached.end] as Float64Column).values
    const [noStart, noEnd] = attached === null ? [null, null] : [batch.columns[attached.start]!.nulls, batch.columns[attached.end]!.nulls]
    const inOrder = grid !== null && this.#times[input]!.areInOrder(batch)
    const told = this.#processing ? null : RowWatermarks.of(batch)
    const watermarks = this.#processing || inOrder ? null : withWatermarks(batch).watermarks
    const arrived = this.#arrivals[input]!
    this.#arrivals[input] = arrived + rowCount
    // Rows that follow each other into the same slice are copied together; only a watermark that fires something in between parts them.
    for (let first = 0; first < rowCount; ) {
      if (told !== null && told.at(first) > this.#watermark) this.advance(told.at(first))
      const watermark = this.#processing ? -Infinity : this.#watermark
      const until = told === null ? Infinity : this.#nextTimer(watermark)
      let row = first + 1
      let slice: Slice<readonly ArrivedRows[]> | null
      if (grid !== null) {
        const end = grid.sliceEnd(times![first]!)
        const start = end - grid.sliceMs
        if (inOrder) {
          row = firstAtLeast(times!, row, rowCount, end)
          if (told !== null) row = told.firstAtLeast(first + 1, row, until)
        } else while (row < rowCount && times![row]! >= start && times![row]! < end && (watermarks === null || watermarks[row]! < until)) row++
        slice = this.#store.sliceOf(end, watermark)
      } else if ((noStart !== null && noStart[first] === 1) || (noEnd !== null && noEnd[first] === 1)) {
        // Padded by an outer join: in no window, whatever stands beneath NULL.
        first++
        continue
      } else {
        const start = starts![first]!
        const end = ends![first]!
        while (row < rowCount && starts![row] === start && ends![row] === end && (noStart === null || noStart[row] === 0) && (noEnd === null || noEnd[row] === 0) && (watermarks === null || watermarks[row]! < until)) row++
        slice = this.#store.attachedSlice(start, end, watermark)
      }
      if (slice === null) this.#context.counters.lateRows += row - first
      else slice.content[input]!.append(batch, first, row, arrived + first)
      first = row
    }
    if (this.#processing) this.#schedule()
  }

  /** A watermark up to which nothing fires, whatever rows are still to come; any higher one where that is not known. */
  #nextTimer(watermark: number): number {
    if (watermark === -Infinity) return -Number.MAX_VALUE
    return this.#grid === null || !this.#time.identity ? watermark + 1 : this.#grid.sliceEnd(watermark + 1) - 1
  }

  /** The watermark rose: closes what it fires. Nothing to do in processing time. */
  advance(watermark: number): void {
    if (this.#processing) return
    this.#watermark = watermark
    this.#store.advance(watermark, (window) => this.#closeWindow(window))
  }

  onProcessingTime(time: number): void {
    this.#timerScheduled = Infinity
    this.#store.advance(time, (window) => this.#closeWindow(window))
    this.#schedule()
  }

  #schedule(): void {
    const next = this.#store.nextTimer()
    if (next >= this.#timerScheduled) return
    this.#timerScheduled = next
    this.#context.scheduleProcessingTimer(next)
  }

  #closeWindow({ start, end, slices }: ClosingWindow<readonly ArrivedRows[]>): void {
    const rows = slices.length === 1 ? slices[0]!.content : this.#together(slices)
    this.#close({ start, end, time: this.#time.instantOf(end - 1), rows })
    if (slices.length > 1) this.#release(rows)
  }

  /** The rows of several slices, in one place. */
  #together(slices: readonly Slice<readonly ArrivedRows[]>[]): readonly ArrivedRows[] {
    const whole = this.#stores()
    whole.forEach((rows, input) => rows.appendAll(slices.map(({ content }) => content[input]!)))
    return whole
  }

  /** Writes the rows by slice. */
  snapshot(writer: StateWriter): void {
    this.#store.snapshot(writer.at('slices'), (rows, own) => rows.forEach((store, input) => store.snapshot(own.at(input))))
  }

  /** Takes the rows that are ours of what was written, in addition to those that are here. `keys`: by input, the columns that rows are distributed by. */
  restore(reader: StateReader, keys: readonly (readonly number[])[]): void {
    const hasher = new KeyHasher(keys[0]!.map((column) => this.#inputs[0]!.schema.fields[column]!.type))
    const empty = this.#inputs.map(({ schema }) => new ArrivedRows(schema))
    const ours = (own: StateReader, input: number): { readonly batch: Batch; readonly rows: Int32Array } => {
      const batch = empty[input]!.rows.rowsIn(own.at(input))
      return { batch, rows: ownRows(reader, hasher, keys[input]!.map((column) => batch.columns[column]!), batch.rowCount) }
    }
    this.#store.restore(
      reader.at('slices'),
      (own) => this.#inputs.some((_, input) => ours(own, input).rows.length > 0),
      (stores, own) =>
        stores.forEach((store, input) => {
          const { batch, rows } = ours(own, input)
          this.#arrivals[input] = Math.max(this.#arrivals[input]!, store.restore(batch, rows, own.at(input)))
        }),
    )
    if (!this.#processing) this.#watermark = reader.share.watermark
  }

  rowCount(input: number): number {
    return this.#store.slices.reduce((sum, { content }) => sum + content[input]!.rowCount, 0)
  }

  get bytes(): number {
    return this.#store.slices.reduce((sum, { content }) => content.reduce((part, { bytes }) => part + bytes, sum), 0)
  }

  openWindows(): number {
    return this.#store.openWindows()
  }
}
