import { gatherRows, watermarkBefore, withWatermarks, type Batch } from '../../columnar/batch.ts'
import { gatherFloat64, type Column, type Float64Column, type Int64Column } from '../../columnar/column.ts'
import { sliceColumn } from '../../columnar/concat.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { constantTime } from '../../engine/joinOutput.ts'
import { settingText } from '../../engine/keyedState.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { sessionTime, wallClock, type SessionTime } from '../../engine/sessionTime.ts'
import { firstAtLeast, groupBySlice, groupByWindow, SliceStore, stretches, type AttachedGroup, type ClosingWindow, type Slice, type SliceGroup } from '../../engine/slices.ts'
import { WindowGrid } from '../../engine/windows.ts'
import { WindowTimes } from '../../engine/windowTimes.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { attachedWindowOf, type AttachedWindow, type WindowConfig } from '../../job/windowConfig.ts'
import { AggregateProgram, type PreparedArguments } from './aggregateProgram.ts'
import { Grouping, type GroupState } from './groupState.ts'
import { partialColumns, type PartialColumns } from './twoPhase.ts'

/** Results are handed on in batches of at most this many rows. */
const emitRowsMax = 4096

/** Runs shorter than this are better collected by slice first. */
const runRowsMin = 128

/**
 * Tumbling, hopping and cumulating windows, and windows that the input already carries.
 *
 * Rows are aggregated into slices (`engine/slices.ts`); a window that closes is its slices put together: one slice is emitted as it lies, several are merged by key. A
 * cumulating window merges each step into its first slice and keeps it, so that a step costs one merge. With an allowed lateness slices stay apart, because
 * a late row corrects windows that closed at different steps.
 *
 * As the global phase of two (`twoPhase.ts`) it takes partial rows: each counts in the slice that it names, as one row with several rows' accumulators.
 *
 * A batch is cut where the watermark before a row fires a window, since from there on rows count in fewer windows; when no row of the batch is in a slice
 * that could have fired by its end, which is the usual case, it is not.
 */
export class SliceAggregate implements OperatorRuntime {
  readonly keeps = 'nothing'
  readonly watermarks: 'trailing' | undefined
  readonly #spec: OperatorSpec
  readonly #input: Schema
  readonly #grid: WindowGrid | null
  readonly #attached: AttachedWindow | null
  readonly #allowedLatenessMs: number
  readonly #processing: boolean
  readonly #timeType: string
  readonly #timeColumn: number | null
  /** Where partial rows, of which this makes the results, have what is not of the group; null where it takes the operator's own rows. */
  readonly #partial: PartialColumns | null
  readonly #groupings: readonly Grouping[]
  readonly #program: AggregateProgram
  #stores!: readonly SliceStore<GroupState>[]
  #time: SessionTime = wallClock
  #times: WindowTimes | null = null
  #context!: OperatorContext
  #watermark = -Infinity
  #timerScheduled = Infinity
  #slots: Int32Array = new Int32Array(0)
  readonly #latePort: number
  /** Times of the batch being processed, and of the stretch. */
  readonly #span: Span = { least: 0, most: 0 }
  readonly #part: Span = { least: 0, most: 0 }

  constructor(spec: OperatorSpec, window: Exclude<WindowConfig, { type: 'session' }> | null) {
    this.#spec = spec
    this.#input = spec.inputs[0]!.schema
    this.#grid = window === null ? null : new WindowGrid(window)
    this.#attached = window === null ? attachedWindowOf(this.#input) : null
    const groupBy = (spec.config.groupBy as readonly string[] | undefined) ?? []
    this.#partial = spec.phase?.kind === 'global' ? partialColumns(groupBy.length) : null
    this.#timeColumn = this.#partial !== null ? this.#partial.slice : window === null ? this.#attached!.time : fieldIndex(this.#input, window.timeColumn)
    const timeField = this.#timeColumn === null ? null : this.#input.fields[this.#timeColumn]!
    this.#processing = timeField?.time === 'processing'
    this.#timeType = timeField?.type.kind ?? 'TIMESTAMP'
    this.#allowedLatenessMs = (spec.config.allowedLatenessMs as number | undefined) ?? 0
    this.#program = new AggregateProgram(spec)
    this.watermarks = this.#program.readsWatermark ? undefined : 'trailing'
    const sets = (spec.config.groupingSets as unknown as readonly (readonly string[])[] | undefined) ?? [groupBy]
    const distribution = groupBy.filter((name) => sets.every((set) => set.includes(name)))
    this.#groupings = sets.map((set) => new Grouping(spec, groupBy, set, this.#program, distribution))
    this.#latePort = this.#partial === null ? spec.outputs.findIndex((output) => output.port === 'late') : -1
  }

  open(context: OperatorContext): void {
    this.#context = context
    // TIMESTAMP windows are aligned as they lie; only instants have a wall clock to be aligned to.
    this.#time = this.#timeType === 'TIMESTAMP_LTZ' ? sessionTime(context.timeZone) : wallClock
    if (this.#grid !== null) this.#times = new WindowTimes(this.#input, this.#timeColumn!, this.#time)
    this.#stores = this.#groupings.map(
      (grouping) => new SliceStore(this.#grid, this.#time, this.#allowedLatenessMs, () => grouping.open(), (state) => grouping.release(state)),
    )
    this.#program.open(context)
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount } = batch
    if (rowCount === 0) return
    const prepared = this.#program.prepare(batch, this.#watermark)
    const late: number[] = []
    const keys = this.#groupings.map((grouping) => grouping.encode(batch))
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(Math.max(1024, rowCount))
    const now = this.#processing ? this.#context.processingTime() : 0
    const times = this.#times === null ? null : this.#times.of(batch, now)
    const first = times === null ? 0 : this.#addRuns(batch, times, prepared, keys[0]!)
    if (times !== null) spanOf(times, first, rowCount, this.#span)
    const ends = times === null ? (batch.columns[this.#attached!.end] as Float64Column).values : null
    for (const { start, end, watermark } of this.#stretches(batch, first, ends)) {
      if (watermark > this.#watermark && !this.#processing) this.#advance(watermark)
      const decided = this.#processing ? -Infinity : watermark
      const groups = times === null ? this.#attachedGroups(batch, start, end) : this.#gridGroups(times, start, end)
      // A correction shows what came before it, so rows keep their order when one is due.
      const inOrder = this.#allowedLatenessMs > 0 && groups.length > 1 && groups.some((group) => this.#stores[0]!.isFired(group.end, decided))
      for (const group of inOrder ? singles(groups) : groups) this.#add(group, decided, prepared, keys, late)
    }
    if (late.length > 0) this.#dropLate(batch, late)
    if (this.#processing) this.#schedule()
  }

  /**
   * The way most batches go: rows in order of time, so that long runs of them are in one slice, which cannot have fired before the run ends. Such runs are taken at once,
   * whatever the watermark does in between: no window that fires meanwhile contains their slice. Returns the first row that is left for the general way.
   */
  #addRuns(batch: Batch, times: Float64Array, prepared: PreparedArguments, keys: readonly Float64Array[]): number {
    const inOrder = this.#times!.areInOrder(batch)
    if (this.#processing || this.#groupings.length > 1 || (keys.length !== 1 && !inOrder)) return 0
    const { rowCount } = batch
    const grid = this.#grid!
    const store = this.#stores[0]!
    const last = Math.max(this.#watermark, watermarkBefore(batch, rowCount - 1) ?? -Infinity)
    let row = 0
    while (row < rowCount) {
      const end = grid.sliceEnd(times[row]!)
      const low = end - grid.sliceMs
      let watermark = last
      if (store.isFired(end, last)) {
        // Not within the run perhaps: then the run is taken before its window fires further on.
        watermark = Math.max(this.#watermark, watermarkBefore(batch, (inOrder ? firstAtLeast(times, row, rowCount, end) : runEnd(times, row, rowCount, low, end)) - 1) ?? -Infinity)
        if (store.isFired(end, watermark)) return row
      }
      const { keys: table, accumulators } = store.sliceOf(end, watermark)!.content
      let next: number
      if (inOrder) {
        next = firstAtLeast(times, row, rowCount, end)
        table.slotsOf(keys, row, next, this.#slots)
      } else next = table.slotsWithin(keys[0]!, times, low, end, row, rowCount, this.#slots)
      this.#program.add(accumulators, prepared, this.#slots, row, next - row, table.size)
      const short = !inOrder && next - row < runRowsMin
      row = next
      if (short) return row
    }
    return row
  }

  /** Stretches of rows for which firing is settled. */
  #stretches(batch: Batch, first: number, ends: Float64Array | null): Iterable<{ readonly start: number; readonly end: number; readonly watermark: number }> {
    const { rowCount } = batch
    if (first === rowCount) return []
    const { watermarks } = withWatermarks(batch)
    if (this.#processing || watermarks === null) return [{ start: first, end: rowCount, watermark: this.#watermark }]
    // Nothing in this batch can have fired before its end: one stretch, decided as at its beginning.
    const last = watermarks[rowCount - 1]!
    const firstEnd = ends === null ? this.#grid!.sliceEnd(this.#span.least) : spanOf(ends, first, rowCount, this.#span).least
    if (firstEnd - 1 > (this.#time.identity ? last : this.#time.localOf(last) + msPerDay)) return [{ start: first, end: rowCount, watermark: Math.max(this.#watermark, watermarks[first]!) }]
    return stretches(watermarks, first, rowCount, this.#watermark, (watermark) => this.#nextTimer(watermark))
  }

  /** The least watermark above this one that may fire or close something, whatever rows are still to come. */
  #nextTimer(watermark: number): number {
    // Windows that rows bring along can end anywhere: look at every watermark.
    if (watermark === -Infinity || this.#grid === null) return watermark === -Infinity ? -Number.MAX_VALUE : watermark + 1
    if (this.#time.identity) {
      const fires = this.#grid.sliceEnd(watermark + 1) - 1
      const lateness = this.#allowedLatenessMs
      return lateness === 0 ? fires : Math.min(fires, this.#grid.sliceEnd(watermark - lateness + 1) - 1 + lateness)
    }
    if (this.#allowedLatenessMs > 0) return watermark + 1
    // Around a transition the wall clock is not monotonic; within a day of one every watermark may fire.
    const offset = this.#time.localOf(watermark) - watermark
    for (const near of [-msPerDay, msPerDay]) if (this.#time.localOf(watermark + near) - (watermark + near) !== offset) return watermark + 1
    return this.#grid.sliceEnd(watermark + offset + 1) - 1 - offset
  }

  #gridGroups(times: Float64Array, start: number, end: number): readonly (SliceGroup & { readonly attachedStart?: number })[] {
    const grid = this.#grid!
    // The span of the whole batch is known; a part of it is looked at again only when the whole is not in one slice.
    let sliceEnd = grid.sliceEnd(this.#span.least)
    if (this.#span.most >= sliceEnd) sliceEnd = grid.sliceEnd(spanOf(times, start, end, this.#part).least)
    else this.#part.most = this.#span.most
    // In-order rows are mostly all in one slice: no selection then.
    if (this.#part.most < sliceEnd) return [{ end: sliceEnd, first: start, count: end - start, contiguous: true, rows: this.#slots }]
    return groupBySlice(times, start, end, grid)
  }

  #attachedGroups(batch: Batch, start: number, end: number): AttachedGroup[] {
    const bounds = (column: number): Float64Column => batch.columns[column] as Float64Column
    return groupByWindow(bounds(this.#attached!.start), bounds(this.#attached!.end), start, end)
  }

  #add(group: SliceGroup & { readonly attachedStart?: number }, watermark: number, prepared: PreparedArguments, keys: readonly (readonly Float64Array[])[], late: number[]): void {
    for (let i = 0; i < this.#groupings.length; i++) {
      const store = this.#stores[i]!
      const slice = group.attachedStart === undefined ? store.sliceOf(group.end, watermark) : store.attachedSlice(group.attachedStart, group.end, watermark)
      if (slice === null) {
        // All groupings have the same windows, so the first speaks for all.
        for (let at = 0; at < group.count; at++) late.push(group.contiguous ? group.first + at : group.rows[at]!)
        return
      }
      if (this.#allowedLatenessMs > 0 && store.isFired(group.end, watermark)) this.#addLate(i, slice, group, watermark, prepared, keys[i]!)
      else this.#groupings[i]!.add(slice.content, group, prepared, keys[i]!, this.#slots)
    }
  }

  /** Rows within the allowed lateness: each corrects the windows that have given their result and are not closed, at once. */
  #addLate(groupingIndex: number, slice: Slice<GroupState>, group: SliceGroup, watermark: number, prepared: PreparedArguments, keys: readonly Float64Array[]): void {
    const grouping = this.#groupings[groupingIndex]!
    const store = this.#stores[groupingIndex]!
    const step = this.#grid?.sliceMs ?? 1
    for (let at = 0; at < group.count; at++) {
      const row = group.contiguous ? group.first + at : group.rows[at]!
      grouping.add(slice.content, { end: group.end, first: row, count: 1, contiguous: true, rows: group.rows }, prepared, keys, this.#slots)
      for (let end = slice.end; end <= slice.lastEnd; end += step) {
        if (!store.isFired(end, watermark) || store.isClosed(end, watermark)) continue
        const start = slice.attachedStart ?? this.#grid!.startOf(end)
        const corrected = grouping.open()
        for (const part of store.slices) {
          const belongs = slice.attachedStart === null ? part.end > start && part.end <= end : part === slice
          if (belongs) mergeKey(corrected, part.content, keys, row)
        }
        this.#emit(grouping, corrected, { start, end })
        grouping.release(corrected)
      }
    }
  }

  #dropLate(batch: Batch, late: number[]): void {
    this.#context.counters.lateRows += this.#partial === null ? late.length : rowsBehind(batch.columns[this.#partial.rows]!, late)
    if (this.#latePort < 0) return
    const rows = Int32Array.from(late).sort()
    this.#context.emit(this.#latePort, gatherRows(batch, rows, rows.length))
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
    const next = this.#stores.reduce((least, store) => Math.min(least, store.nextTimer()), Infinity)
    if (next >= this.#timerScheduled) return
    this.#timerScheduled = next
    this.#context.scheduleProcessingTimer(next)
  }

  #fire(watermark: number): void {
    this.#stores.forEach((store, i) => {
      store.advance(watermark, (window) => this.#close(this.#groupings[i]!, store, window))
      const { encoder } = this.#groupings[i]!
      if (encoder.internedCount > 65_536) {
        const tables = store.slices.map((slice) => slice.content.keys)
        if (encoder.wantsShrink(tables.reduce((sum, table) => sum + table.size, 0))) encoder.shrink(tables)
      }
    })
  }

  #close(grouping: Grouping, store: SliceStore<GroupState>, window: ClosingWindow<GroupState>): void {
    const [first, ...others] = window.slices
    if (others.length === 0) {
      this.#emit(grouping, first!.content, window)
      return
    }
    const accumulates = this.#grid?.window.type === 'cumulate' && this.#allowedLatenessMs === 0
    const whole = accumulates ? first!.content : grouping.open()
    for (const slice of accumulates ? others : window.slices) {
      this.#slots = grouping.mergeInto(whole, slice.content, this.#slots)
      if (accumulates) store.absorbed(slice)
    }
    this.#emit(grouping, whole, window)
    if (!accumulates) grouping.release(whole)
  }

  #emit(grouping: Grouping, state: GroupState, window: { readonly start: number; readonly end: number }): void {
    const { size } = state.keys
    if (size === 0) return
    state.accumulators.ensure(size)
    const left = this.#program.left(state.accumulators, this.#program.allSlots(size), size)
    const count = left?.length ?? size
    if (count === 0) return
    const { keys } = state.keys
    const { arrays } = this.#context
    arrays.reset()
    const groupColumns = grouping.columnsOf(left === null ? keys : keys.map((column) => gatherFloat64(column, left, count)), count, arrays)
    const results = this.#program.results(state.accumulators, left ?? this.#program.allSlots(size), count, grouping.byInputColumn(groupColumns), arrays)
    // All parts share the columns that hold one time throughout.
    const partRows = Math.min(count, emitRowsMax)
    const bounds = [window.start, window.end, this.#time.instantOf(window.end - 1)].map((time) => constantTime(time, partRows, arrays))
    for (let row = 0; row < count; row += emitRowsMax) {
      const end = Math.min(count, row + emitRowsMax)
      const part = (columns: readonly Column[]): readonly Column[] => (end - row === count ? columns : columns.map((column) => sliceColumn(column, row, end)))
      const columns = [...part(groupColumns), ...bounds, ...part(results)]
      this.#context.emit(0, { schema: this.#spec.outputs[0]!.schema, columns, rowCount: end - row, kinds: null, watermarks: null })
    }
  }

  stateSchema(): StateSchema {
    return { window: settingText(this.#spec.config.window), groups: this.#groupings.map(({ text }) => text).join('; '), ...this.#program.schema }
  }

  snapshot(writer: StateWriter): void {
    this.#groupings.forEach((grouping, i) => {
      const own = writer.at(i)
      grouping.encoder.snapshot(own.at('encoder'))
      this.#stores[i]!.snapshot(own.at('slices'), (state, slice) => grouping.snapshot(slice, state))
    })
  }

  restore(reader: StateReader): void {
    this.#groupings.forEach((grouping, i) => {
      const own = reader.at(i)
      const keyed = grouping.restored(own)
      this.#stores[i]!.restore(
        own.at('slices'),
        (slice) => keyed.holds(slice.at('keys'), grouping.keyWidth),
        (state, slice) => grouping.restore(slice, keyed, state),
      )
    })
    if (!this.#processing) this.#watermark = reader.share.watermark
  }

  stateBytes(): number {
    let bytes = 0
    for (const store of this.#stores) for (const { content } of store.slices) bytes += content.keys.bytes + content.accumulators.bytes()
    return bytes + this.#groupings.reduce((sum, { encoder }) => sum + encoder.bytes, 0)
  }

  gauges(): Readonly<Record<string, number>> {
    return { openWindows: this.#stores[0]!.openWindows() }
  }
}

const msPerDay = 86_400_000

/** How many of the operator's rows these partial rows stand for. */
function rowsBehind(column: Column, rows: readonly number[]): number {
  const { values } = column as Int64Column
  return rows.reduce((sum, row) => sum + values![row]!, 0)
}

/** Adds one row's group of `from` to `into`, when it is there. */
function mergeKey(into: GroupState, from: GroupState, keys: readonly Float64Array[], row: number): void {
  const slot = new Int32Array(1)
  from.keys.find(keys, row, row + 1, slot)
  if (slot[0]! < 0) return
  const target = new Int32Array(1)
  into.keys.slotsOf(keys, row, row + 1, target)
  into.accumulators.ensure(into.keys.size)
  into.accumulators.merge(target[0]!, from.accumulators, slot[0]!)
}

/** Each row a group of its own, in order of arrival. */
function singles<G extends SliceGroup>(groups: readonly G[]): G[] {
  const rows: G[] = []
  for (const group of groups) {
    for (let at = 0; at < group.count; at++) rows.push({ ...group, first: group.contiguous ? group.first + at : group.rows[at]!, count: 1, contiguous: true })
  }
  return rows.sort((a, b) => a.first - b.first)
}

/** Where the rows from `row` on that are in [low, high) end. */
function runEnd(times: Float64Array, row: number, rowCount: number, low: number, high: number): number {
  let end = row
  while (end < rowCount && times[end]! >= low && times[end]! < high) end++
  return end
}

interface Span {
  least: number
  most: number
}

function spanOf(values: Float64Array, start: number, end: number, span: Span): Span {
  let least = Infinity
  let most = -Infinity
  for (let i = start; i < end; i++) {
    const value = values[i]!
    if (value < least) least = value
    if (value > most) most = value
  }
  span.least = least
  span.most = most
  return span
}
