import type { Batch } from '../columnar/batch.ts'
import type { Float64Column } from '../columnar/column.ts'
import type { Schema } from '../columnar/schema.ts'
import type { OperatorContext } from './operatorRuntime.ts'
import { RowStore } from './rowStore.ts'
import { sessionTime, wallClock, type SessionTime } from './sessionTime.ts'
import { SliceStore, type ClosingWindow, type Slice } from './slices.ts'
import { WindowGrid, type GridWindow } from './windows.ts'
import { WindowTimes } from './windowTimes.ts'

/**
 * The rows of one input by window, kept until the window closes, for operators that look at a window as a whole.
 *
 * Rows lie by slice (`slices.ts`), or by the window they carry; a row is copied once, whatever number of windows it is in. Lateness is each window's own: a row behind the
 * watermark counts in the windows that have not fired, and is counted as late when there are none. Windows close in order of their end, on the watermark, or on
 * the clock where the time column is processing time.
 */
export interface WindowRowsOptions {
  readonly schema: Schema
  /** Null: rows carry `window_start` and `window_end`, at these columns. */
  readonly window: GridWindow | null
  readonly attached: { readonly start: number; readonly end: number } | null
  /** -1 when the attached window has lost its `window_time`. */
  readonly timeColumn: number
}

/** One window with all its rows. `time` is `window_time`: the instant of its last millisecond. */
export interface ClosedWindow {
  readonly start: number
  readonly end: number
  readonly time: number
  readonly rows: RowStore
}

/** Stores of closed slices that are kept for later ones. */
const pooledMax = 16

export class WindowRows {
  readonly #schema: Schema
  readonly #grid: WindowGrid | null
  readonly #attached: { readonly start: number; readonly end: number } | null
  readonly #timeColumn: number
  readonly #processing: boolean
  readonly #pool: RowStore[] = []
  readonly #close: (window: ClosedWindow) => void
  #time: SessionTime = wallClock
  #times: WindowTimes | null = null
  #store!: SliceStore<RowStore>
  #context!: OperatorContext
  #watermark = -Infinity
  #timerScheduled = Infinity

  /** `close` must be done with the rows when it returns. */
  constructor(options: WindowRowsOptions, close: (window: ClosedWindow) => void) {
    this.#schema = options.schema
    this.#grid = options.window === null ? null : new WindowGrid(options.window)
    this.#attached = options.attached
    this.#timeColumn = options.timeColumn
    this.#processing = options.schema.fields[options.timeColumn]?.time === 'processing'
    this.#close = close
  }

  open(context: OperatorContext): void {
    this.#context = context
    const field = this.#schema.fields[this.#timeColumn]
    this.#time = field?.type.kind === 'TIMESTAMP_LTZ' ? sessionTime(context.timeZone) : wallClock
    if (this.#grid !== null) this.#times = new WindowTimes(this.#schema, this.#timeColumn, this.#time)
    this.#store = new SliceStore<RowStore>(this.#grid, this.#time, 0, () => this.#pool.pop() ?? new RowStore(this.#schema), (rows) => this.#release(rows))
  }

  #release(rows: RowStore): void {
    if (this.#pool.length >= pooledMax) return
    rows.clear()
    this.#pool.push(rows)
  }

  add(batch: Batch): void {
    const { rowCount } = batch
    const grid = this.#grid
    const times = grid === null ? null : this.#times!.of(batch, this.#processing ? this.#context.processingTime() : 0)
    const starts = this.#attached === null ? null : (batch.columns[this.#attached.start] as Float64Column).values
    const ends = this.#attached === null ? null : (batch.columns[this.#attached.end] as Float64Column).values
    const watermarks = this.#processing ? null : batch.watermarks
    // Rows that follow each other into the same slice are copied together; only a watermark that fires something in between parts them.
    for (let first = 0; first < rowCount; ) {
      if (watermarks !== null && watermarks[first]! > this.#watermark) this.advance(watermarks[first]!)
      const watermark = this.#processing ? -Infinity : this.#watermark
      const until = watermarks === null ? Infinity : this.#nextTimer(watermark)
      let row = first + 1
      let slice: Slice<RowStore> | null
      if (grid !== null) {
        const end = grid.sliceEnd(times![first]!)
        const start = end - grid.sliceMs
        while (row < rowCount && times![row]! >= start && times![row]! < end && (watermarks === null || watermarks[row]! < until)) row++
        slice = this.#store.sliceOf(end, watermark)
      } else {
        const start = starts![first]!
        const end = ends![first]!
        while (row < rowCount && starts![row] === start && ends![row] === end && (watermarks === null || watermarks[row]! < until)) row++
        slice = this.#store.attachedSlice(start, end, watermark)
      }
      if (slice === null) this.#context.counters.lateRows += row - first
      else slice.content.appendRange(batch, first, row)
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

  #closeWindow({ start, end, slices }: ClosingWindow<RowStore>): void {
    const rows = slices.length === 1 ? slices[0]!.content : this.#together(slices)
    this.#close({ start, end, time: this.#time.instantOf(end - 1), rows })
    if (slices.length > 1) this.#release(rows)
  }

  #together(slices: readonly Slice<RowStore>[]): RowStore {
    const whole = this.#pool.pop() ?? new RowStore(this.#schema)
    for (const { content } of slices) {
      if (content.rowCount > 0) whole.appendRange({ schema: this.#schema, columns: content.columns(), rowCount: content.rowCount, kinds: null, watermarks: null }, 0, content.rowCount)
    }
    return whole
  }

  get rowCount(): number {
    return this.#store.slices.reduce((sum, { content }) => sum + content.rowCount, 0)
  }

  get bytes(): number {
    return this.#store.slices.reduce((sum, { content }) => sum + content.bytes, 0)
  }

  openWindows(): number {
    return this.#store.openWindows()
  }
}
