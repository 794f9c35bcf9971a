import type { Float64Column } from '../columnar/column.ts'
import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import type { SessionTime } from './sessionTime.ts'
import type { WindowGrid } from './windows.ts'

/**
 * What is open: slices with their contents, which windows they still owe, and the order in which windows close.
 *
 * The rules are those of Flink's slicing window operators (reference: AbstractSliceWindowAggProcessor and its shared and unshared kinds):
 * - A window is *fired* when the watermark has reached the timer of its last millisecond: `W >= timer(end - 1)`.
 * - A row whose slice is fired is still taken while some window over that slice is not, and counts in those windows only. It is late when all are fired.
 * - Windows close in order of their end. A slice goes when its last window has closed; with an allowed lateness A, when `W >= timer(lastEnd - 1) + A`.
 *
 * A slice of rows that already carry `window_start` and `window_end` is a window of its own (`attachedSlice`).
 *
 * The store moves contents about and never looks into them. It is told watermarks; it does not know rows.
 */
export interface Slice<T> {
  /** Its end on the grid, or the window's end when attached. */
  readonly end: number
  /** End of the last window over it. */
  readonly lastEnd: number
  /** Start of the window when attached; on a grid a slice belongs to several windows and the start is theirs. */
  readonly attachedStart: number | null
  /** End of the next window to close over it; Infinity when none is left and it is kept for late rows. */
  nextEnd: number
  readonly content: T
}

/** One window that closes: the slices it consists of, in order of their ends. */
export interface ClosingWindow<T> {
  readonly start: number
  readonly end: number
  readonly slices: readonly Slice<T>[]
}

export class SliceStore<T> {
  readonly #grid: WindowGrid | null
  readonly #time: SessionTime
  readonly #allowedLatenessMs: number
  readonly #create: () => T
  readonly #drop: (content: T) => void
  /** In order of end, then of attached start. Few: a handful to some hundreds. */
  readonly #slices: Slice<T>[] = []

  /** `drop` is called with the content of each slice that goes, so that it can be pooled. */
  constructor(grid: WindowGrid | null, time: SessionTime, allowedLatenessMs: number, create: () => T, drop: (content: T) => void) {
    this.#grid = grid
    this.#time = time
    this.#allowedLatenessMs = allowedLatenessMs
    this.#create = create
    this.#drop = drop
  }

  get slices(): readonly Slice<T>[] {
    return this.#slices
  }

  isFired(windowEnd: number, watermark: number): boolean {
    return watermark >= this.#time.timerOf(windowEnd - 1)
  }

  /** Whether a window takes no more rows: fired, and beyond the allowed lateness. */
  isClosed(windowEnd: number, watermark: number): boolean {
    return watermark >= this.#time.timerOf(windowEnd - 1) + this.#allowedLatenessMs
  }

  /** The slice ending here, made if need be; null when every window over it is closed, which makes the row late. */
  sliceOf(end: number, watermark: number): Slice<T> | null {
    const grid = this.#grid!
    const at = this.#position(end, -Infinity)
    const found = this.#slices[at]
    if (found !== undefined && found.end === end) {
      // A slice kept in the store may still be closed: dropping happens when the watermark is told.
      return this.isClosed(found.lastEnd, watermark) ? null : found
    }
    const lastEnd = grid.lastWindowEnd(end)
    if (this.isClosed(lastEnd, watermark)) return null
    let nextEnd = end
    if (this.#time.identity && watermark > -Infinity) nextEnd = Math.max(end, grid.sliceEnd(watermark + 1))
    else while (nextEnd <= lastEnd && this.isFired(nextEnd, watermark)) nextEnd += grid.sliceMs
    return this.#insert(at, { end, lastEnd, attachedStart: null, nextEnd: nextEnd > lastEnd ? Infinity : nextEnd, content: this.#create() })
  }

  /** The slice of rows that carry their window; null when the window is closed. */
  attachedSlice(start: number, end: number, watermark: number): Slice<T> | null {
    if (this.isClosed(end, watermark)) return null
    const at = this.#position(end, start)
    const found = this.#slices[at]
    if (found !== undefined && found.end === end && found.attachedStart === start) return found
    const nextEnd = this.isFired(end, watermark) ? Infinity : end
    return this.#insert(at, { end, lastEnd: end, attachedStart: start, nextEnd, content: this.#create() })
  }

  #insert(at: number, slice: Slice<T>): Slice<T> {
    this.#slices.splice(at, 0, slice)
    return slice
  }

  /** Index of the first slice not before (end, start). */
  #position(end: number, start: number): number {
    let low = 0
    let high = this.#slices.length
    while (low < high) {
      const middle = (low + high) >> 1
      const slice = this.#slices[middle]!
      if (slice.end < end || (slice.end === end && (slice.attachedStart ?? -Infinity) < start)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The watermark at which the next window closes; Infinity when none is open. */
  nextTimer(): number {
    let nextEnd = Infinity
    for (const slice of this.#slices) if (slice.nextEnd < nextEnd) nextEnd = slice.nextEnd
    return nextEnd === Infinity ? Infinity : this.#time.timerOf(nextEnd - 1)
  }

  /** Windows open now, for display. A slice may be in very many, so they are counted by stretches of the grid. */
  openWindows(): number {
    let count = 0
    let counted = -Infinity
    for (const slice of this.#slices) {
      if (slice.nextEnd === Infinity) continue
      if (slice.attachedStart !== null) {
        count++
        continue
      }
      const step = this.#grid!.sliceMs
      const first = Math.max(slice.nextEnd, counted + step)
      if (first <= slice.lastEnd) count += (slice.lastEnd - first) / step + 1
      counted = Math.max(counted, slice.lastEnd)
    }
    return count
  }

  /**
   * Closes every window that the watermark fires, oldest first, and drops slices that owe nothing more. Between `close` and the drop, `close` may absorb the
   * contents of later slices of the window into its first one and name them with `absorbed`.
   */
  advance(watermark: number, close: (window: ClosingWindow<T>) => void): void {
    for (;;) {
      let end = Infinity
      for (const slice of this.#slices) if (slice.nextEnd < end) end = slice.nextEnd
      if (end === Infinity || !this.isFired(end, watermark)) break
      const due = this.#slices.filter((slice) => slice.nextEnd === end)
      if (due[0]!.attachedStart !== null) for (const slice of due) close({ start: slice.attachedStart!, end, slices: [slice] })
      else close({ start: this.#grid!.startOf(end), end, slices: due })
      for (const slice of due) slice.nextEnd = slice.nextEnd >= slice.lastEnd ? Infinity : slice.nextEnd + this.#grid!.sliceMs
      this.#dropClosed(watermark)
    }
    this.#dropClosed(watermark)
  }

  /** Takes a slice out whose content went into another one. */
  absorbed(slice: Slice<T>): void {
    const at = this.#slices.indexOf(slice)
    if (at >= 0) {
      this.#slices.splice(at, 1)
      this.#drop(slice.content)
    }
  }

  /** Writes the slices; `save` writes the content of each. */
  snapshot(writer: StateWriter, save: (content: T, writer: StateWriter) => void): void {
    const slices = this.#slices
    writer.numbers('slices', slices.flatMap(({ end, lastEnd, attachedStart, nextEnd }) => [end, lastEnd, attachedStart ?? Number.NaN, nextEnd]))
    slices.forEach(({ content }, i) => save(content, writer.at(i)))
  }

  /**
   * Takes slices that were written, in addition to those that are here; `load` adds to a content what `save` wrote. Slices that owe different windows stay apart, although they are one on the grid: what was given
   * out for the keys of one subtask is not given out again because another lagged behind. `wanted` tells whether there is anything for us.
   */
  restore(reader: StateReader, wanted: (reader: StateReader) => boolean, load: (content: T, reader: StateReader) => void): void {
    const bounds = reader.float64('slices')
    for (let i = 0; i < bounds.length / 4; i++) {
      const own = reader.at(i)
      if (!wanted(own)) continue
      const end = bounds[i * 4]!
      const attachedStart = Number.isNaN(bounds[i * 4 + 2]!) ? null : bounds[i * 4 + 2]!
      const nextEnd = bounds[i * 4 + 3]!
      let at = this.#position(end, attachedStart ?? -Infinity)
      const isHere = (): boolean => this.#slices[at]?.end === end && this.#slices[at]!.attachedStart === attachedStart
      while (isHere() && this.#slices[at]!.nextEnd < nextEnd) at++
      const slice = isHere() && this.#slices[at]!.nextEnd === nextEnd ? this.#slices[at]! : this.#insert(at, { end, lastEnd: bounds[i * 4 + 1]!, attachedStart, nextEnd, content: this.#create() })
      load(slice.content, own)
    }
  }

  #dropClosed(watermark: number): void {
    let kept = 0
    for (const slice of this.#slices) {
      if (slice.nextEnd === Infinity && this.isClosed(slice.lastEnd, watermark)) this.#drop(slice.content)
      else this.#slices[kept++] = slice
    }
    this.#slices.length = kept
  }
}

/**
 * Rows of a batch by the slice they are in. In order of the slices' ends; each group's rows ascend, and `contiguous` tells when they are all
 * of [first, first + count), so that columns can be cut instead of gathered.
 */
export interface SliceGroup {
  readonly end: number
  readonly first: number
  count: number
  contiguous: boolean
  rows: Int32Array
}

const noRows = new Int32Array(0)

/** Groups rows [start, end) by slice. `times` are in the time in which windows are aligned. */
export function groupBySlice(times: Float64Array, start: number, end: number, grid: WindowGrid): SliceGroup[] {
  const groups: SliceGroup[] = []
  const byEnd = new Map<number, SliceGroup>()
  let row = start
  while (row < end) {
    const sliceEnd = grid.sliceEnd(times[row]!)
    const low = sliceEnd - grid.sliceMs
    const first = row
    do row++
    while (row < end && times[row]! >= low && times[row]! < sliceEnd)
    const group = byEnd.get(sliceEnd)
    if (group === undefined) {
      const fresh: SliceGroup = { end: sliceEnd, first, count: row - first, contiguous: true, rows: noRows }
      byEnd.set(sliceEnd, fresh)
      groups.push(fresh)
    } else addRun(group, first, row, end - start)
  }
  if (groups.length > 1) groups.sort((a, b) => a.end - b.end)
  return groups
}

/** Groups rows [start, end) by the window they carry. In order of the windows' ends, then starts. Rows whose window is NULL, as outer joins pad them, are in none. */
export function groupByWindow(startColumn: Float64Column, endColumn: Float64Column, start: number, end: number): AttachedGroup[] {
  const [starts, ends] = [startColumn.values, endColumn.values]
  const isNull = (row: number): boolean => (startColumn.nulls !== null && startColumn.nulls[row] === 1) || (endColumn.nulls !== null && endColumn.nulls[row] === 1)
  const mayBeNull = startColumn.nulls !== null || endColumn.nulls !== null
  const groups: AttachedGroup[] = []
  const byBounds = new Map<number, AttachedGroup[]>()
  let row = start
  while (row < end) {
    if (mayBeNull && isNull(row)) {
      row++
      continue
    }
    const first = row
    const windowStart = starts[row]!
    const windowEnd = ends[row]!
    do row++
    while (row < end && starts[row] === windowStart && ends[row] === windowEnd && !(mayBeNull && isNull(row)))
    const sameEnd = byBounds.get(windowEnd) ?? []
    const group = sameEnd.find((candidate) => candidate.attachedStart === windowStart)
    if (group === undefined) {
      const fresh = { end: windowEnd, attachedStart: windowStart, first, count: row - first, contiguous: true, rows: noRows }
      sameEnd.push(fresh)
      byBounds.set(windowEnd, sameEnd)
      groups.push(fresh)
    } else addRun(group, first, row, end - start)
  }
  if (groups.length > 1) groups.sort((a, b) => a.end - b.end || a.attachedStart - b.attachedStart)
  return groups
}

export interface AttachedGroup extends SliceGroup {
  readonly attachedStart: number
}

function addRun(group: SliceGroup, first: number, end: number, capacity: number): void {
  if (group.contiguous) {
    group.rows = new Int32Array(Math.min(capacity, Math.max(64, group.count * 2)))
    for (let i = 0; i < group.count; i++) group.rows[i] = group.first + i
    group.contiguous = false
  }
  const count = group.count + end - first
  if (count > group.rows.length) {
    const grown = new Int32Array(Math.min(capacity, Math.max(count, group.rows.length * 2)))
    grown.set(group.rows.subarray(0, group.count))
    group.rows = grown
  }
  for (let row = first, at = group.count; row < end; row++, at++) group.rows[at] = row
  group.count = count
}

/** Of values that do not fall, the place of the first in [low, high) that is at least `bound`; `high` when none is. */
export function firstAtLeast(values: Float64Array, low: number, high: number, bound: number): number {
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! >= bound) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Cuts rows [first, rowCount) where the watermark before a row fires something: `visit(start, end, watermark)` gets stretches in which firing is settled, with the watermark
 * that holds for all decisions in it. `advance(watermark)` is called between stretches. `nextTimer` tells the next watermark that
 * matters, given all that was processed so far and all grid boundaries.
 */
export function* stretches(
  watermarks: Float64Array | null,
  first: number,
  rowCount: number,
  current: number,
  nextTimer: (watermark: number) => number,
): Generator<{ readonly start: number; readonly end: number; readonly watermark: number }> {
  let start = first
  let watermark = watermarks === null ? current : watermarks[first]!
  while (start < rowCount) {
    let end = rowCount
    if (watermarks !== null && rowCount > start) {
      const timer = nextTimer(watermark)
      if (watermarks[rowCount - 1]! >= timer) {
        // The first row before which the watermark reaches the timer.
        end = firstAtLeast(watermarks, start + 1, rowCount - 1, timer)
      }
    }
    yield { start, end, watermark }
    start = end
    if (start < rowCount) watermark = watermarks![start]!
  }
}
