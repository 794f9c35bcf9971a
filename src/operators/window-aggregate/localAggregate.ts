import { watermarkBefore, withWatermarks, type Batch } from '../../columnar/batch.ts'
import { gather, type Column } from '../../columnar/column.ts'
import { sliceColumn } from '../../columnar/concat.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import { constantTime } from '../../engine/joinOutput.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { wallClock } from '../../engine/sessionTime.ts'
import { firstAtLeast, groupBySlice, stretches } from '../../engine/slices.ts'
import { WindowGrid } from '../../engine/windows.ts'
import { WindowTimes } from '../../engine/windowTimes.ts'
import { partialRowsMax } from '../../expression/aggregates/partials.ts'
import type { AggregateTable } from '../../expression/aggregates.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { AggregateProgram, type PreparedArguments } from './aggregateProgram.ts'
import { Grouping, type GroupState } from './groupState.ts'
import type { GridWindowConfig } from './twoPhase.ts'

/**
 * The local phase of a window aggregate: rows of one group and slice are put together before they are exchanged (Flink's LocalSlicingWindowAggOperator).
 *
 * It drops nothing and fires nothing. What it holds back it gives out before a watermark that changes what becomes of it: a watermark at which some window over the slice fires. Until
 * then every row of the slice is decided alike by whoever is behind, so that taking them together, in the place of the last, is taking them one by one. It gives out what it
 * holds too when it holds much, and when told to `flush`: an idle channel does not hold windows open.
 *
 * Groups come out in the order in which they first appeared, so results behind a single channel keep their order.
 *
 * Where rows have few partners, putting them together costs more than it saves: then they pass, each as a partial row of its own, and after a while it tries again.
 */
export class LocalAggregate implements OperatorRuntime {
  readonly keeps = 'nothing'
  readonly watermarks: 'trailing' | undefined
  readonly #grid: WindowGrid
  readonly #input: Schema
  readonly #output: Schema
  readonly #timeColumn: number
  readonly #groupColumns: readonly number[]
  readonly #program: AggregateProgram
  readonly #grouping: Grouping
  #times!: WindowTimes
  #context!: OperatorContext
  /** In order of their ends. Few: rows are mostly in one slice or two. */
  #held: HeldSlice[] = []
  /** The least watermark at which something held must have gone out. */
  #flushAt = Infinity
  /** Groups in all slices held. */
  #groups = 0
  /** The watermark that was forwarded: whoever is behind knows it. */
  #forwarded = -Infinity
  /** The watermark before the rows being processed, where they have one of their own. */
  #watermark = -Infinity
  #slots: Int32Array = new Int32Array(0)
  /** Rows in all slices held, or more. */
  #rowsHeld = 0
  /** Rows taken, and groups given out for them, since the last look. */
  #rowsTaken = 0
  #groupsGiven = 0
  /** Rows that pass as they are before the next try. */
  #passing = 0
  #singles: AggregateTable | null = null
  readonly #limits: LocalLimits

  constructor(spec: OperatorSpec, window: GridWindowConfig, limits: LocalLimits = usualLimits) {
    this.#limits = limits
    this.#input = spec.inputs[0]!.schema
    this.#output = spec.outputs[0]!.schema
    this.#grid = new WindowGrid(window)
    this.#timeColumn = fieldIndex(this.#input, window.timeColumn)
    const groupBy = (spec.config.groupBy as readonly string[] | undefined) ?? []
    this.#groupColumns = groupBy.map((name) => fieldIndex(this.#input, name))
    this.#program = new AggregateProgram(spec)
    this.watermarks = this.#program.readsWatermark ? undefined : 'trailing'
    this.#grouping = new Grouping(spec, groupBy, groupBy, this.#program)
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#times = new WindowTimes(this.#input, this.#timeColumn, wallClock)
    this.#program.open(context)
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount } = batch
    if (rowCount === 0) return
    const prepared = this.#program.prepare(batch, this.#forwarded)
    const times = this.#times.of(batch, 0)
    if (this.#passing > 0) {
      this.#passing -= rowCount
      this.flush()
      this.#pass(withWatermarks(batch), times, prepared)
      this.#watermark = Math.max(this.#watermark, watermarkBefore(batch, rowCount - 1) ?? -Infinity)
      return
    }
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(Math.max(1024, rowCount))
    const keys = this.#grouping.encode(batch)
    if (this.#times.areInOrder(batch)) this.#holdInOrder(batch, times, prepared, keys)
    else {
      for (const { start, end, watermark } of stretches(withWatermarks(batch).watermarks, 0, rowCount, this.#watermark, this.#nextBoundary)) {
        this.#rise(watermark)
        this.#hold(times, start, end, prepared, keys)
      }
    }
    if (this.#groups > this.#limits.groupsMax || this.#rowsHeld > partialRowsMax / 2) this.flush()
  }

  onWatermark(watermark: number): number {
    this.#rise(watermark)
    this.#forwarded = watermark
    return watermark
  }

  /** Gives out all that is held. */
  flush(): void {
    if (this.#held.length > 0) this.#giveOut(this.#held.length)
  }

  /** A watermark is reached: what it decides about goes out behind the one before. */
  #rise(watermark: number): void {
    if (watermark >= this.#flushAt) {
      let due = 0
      while (due < this.#held.length && this.#held[due]!.end - 1 <= watermark) due++
      this.#giveOut(due)
    }
    if (watermark > this.#watermark) this.#watermark = watermark
  }

  /** The least watermark above this one at which a window fires. */
  readonly #nextBoundary = (watermark: number): number => (watermark === -Infinity ? -Number.MAX_VALUE : this.#grid.sliceEnd(watermark + 1) - 1)

  /**
   * Takes rows in order of time, whatever the watermark does between them: each is above the watermark before it, so what a watermark among them fires is of slices before theirs, and goes out behind
   * the rows as it would between them, with the watermark from before them all.
   */
  #holdInOrder(batch: Batch, times: Float64Array, prepared: PreparedArguments, keys: readonly Float64Array[]): void {
    const { rowCount } = batch
    this.#rowsTaken += rowCount
    this.#rowsHeld += rowCount
    let row = 0
    while (row < rowCount) {
      const sliceEnd = this.#grid.sliceEnd(times[row]!)
      const next = firstAtLeast(times, row, rowCount, sliceEnd)
      const { keys: table, accumulators } = this.#sliceOf(sliceEnd).state
      const before = table.size
      table.slotsOf(keys, row, next, this.#slots)
      this.#program.add(accumulators, prepared, this.#slots, row, next - row, table.size)
      this.#groups += table.size - before
      row = next
    }
    this.#rise(watermarkBefore(batch, rowCount - 1) ?? -Infinity)
  }

  /** Takes rows among which no window fires. */
  #hold(times: Float64Array, start: number, end: number, prepared: PreparedArguments, keys: readonly Float64Array[]): void {
    const { sliceMs } = this.#grid
    this.#rowsTaken += end - start
    this.#rowsHeld += end - start
    let row = start
    // Rows in order of time come in long runs of one slice.
    while (row < end && keys.length === 1) {
      const sliceEnd = this.#grid.sliceEnd(times[row]!)
      const { keys: table, accumulators } = this.#sliceOf(sliceEnd).state
      const before = table.size
      const next = table.slotsWithin(keys[0]!, times, sliceEnd - sliceMs, sliceEnd, row, end, this.#slots)
      this.#program.add(accumulators, prepared, this.#slots, row, next - row, table.size)
      this.#groups += table.size - before
      const short = next - row < runRowsMin
      row = next
      if (short) break
    }
    if (row === end) return
    for (const group of groupBySlice(times, row, end, this.#grid)) {
      const { state } = this.#sliceOf(group.end)
      const before = state.keys.size
      this.#grouping.add(state, group, prepared, keys, this.#slots)
      this.#groups += state.keys.size - before
    }
  }

  #sliceOf(end: number): HeldSlice {
    let at = this.#held.length
    while (at > 0 && this.#held[at - 1]!.end > end) at--
    const found = this.#held[at - 1]
    if (found !== undefined && found.end === end) return found
    const slice = { end, state: this.#grouping.open() }
    this.#held.splice(at, 0, slice)
    // Rows behind the watermark wait for the next window that fires: they may be in it.
    this.#flushAt = Math.min(this.#flushAt, Math.max(end - 1, this.#nextBoundary(this.#watermark)))
    return slice
  }

  /** Gives out the first `count` slices held. */
  #giveOut(count: number): void {
    const due = this.#held.slice(0, count)
    for (const { end, state } of due) {
      this.#emit(end, state)
      this.#groups -= state.keys.size
      this.#groupsGiven += state.keys.size
      this.#grouping.release(state)
    }
    this.#held = this.#held.slice(count)
    if (this.#held.length === 0) this.#rowsHeld = 0
    this.#flushAt = Infinity
    const boundary = this.#nextBoundary(this.#watermark)
    for (const { end } of this.#held) this.#flushAt = Math.min(this.#flushAt, Math.max(end - 1, boundary))
    const { encoder } = this.#grouping
    if (encoder.internedCount > 65_536 && encoder.wantsShrink(this.#groups)) encoder.shrink(this.#held.map(({ state }) => state.keys))
    this.#look()
  }

  /** Does it pay? Looked at when enough rows have gone through, and when nothing is left that could be overtaken. */
  #look(): void {
    const { lookRowsMin, paysAt, passTurns } = this.#limits
    if (this.#rowsTaken < lookRowsMin) return
    const pays = this.#rowsTaken >= this.#groupsGiven * paysAt
    if (!pays && this.#held.length > 0) return this.flush()
    if (!pays) this.#passing = this.#rowsTaken * passTurns
    this.#rowsTaken = 0
    this.#groupsGiven = 0
  }

  #emit(end: number, state: GroupState): void {
    const count = state.keys.size
    if (count === 0) return
    state.accumulators.ensure(count)
    const groups = this.#grouping.columnsOf(state.keys.keys, count)
    const partials = this.#program.partials(state.accumulators, this.#program.allSlots(count), count)
    const slice = constantTime(end - this.#grid.sliceMs, Math.min(count, emitRowsMax))
    for (let row = 0; row < count; row += emitRowsMax) {
      const next = Math.min(count, row + emitRowsMax)
      const part = (columns: readonly Column[]): readonly Column[] => (next - row === count ? columns : columns.map((column) => sliceColumn(column, row, next)))
      const watermarks = this.#watermark > this.#forwarded ? new Float64Array(next - row).fill(this.#watermark) : null
      this.#context.emit(0, { schema: this.#output, columns: [...part(groups), slice, ...part(partials)], rowCount: next - row, kinds: null, watermarks })
    }
  }

  /** Every row as a partial row of its own. */
  #pass(batch: Batch, times: Float64Array, prepared: PreparedArguments): void {
    const { rowCount } = batch
    const singles = (this.#singles ??= this.#program.table())
    singles.reset()
    const slots = this.#program.allSlots(rowCount)
    this.#program.add(singles, prepared, slots, 0, rowCount, rowCount)
    const slice: Column = { storage: 'float64', values: sliceStarts(times, rowCount, this.#grid), nulls: null }
    // The exchange holds what it gets for a while, and the batch's arrays are not ours to give.
    const groups = this.#groupColumns.map((column) => gather(batch.columns[column]!, slots, rowCount))
    const watermarks = batch.watermarks?.slice(0, rowCount) ?? null
    this.#context.emit(0, { schema: this.#output, columns: [...groups, slice, ...this.#program.partials(singles, slots, rowCount)], rowCount, kinds: null, watermarks })
  }

  stateBytes(): number {
    return this.#held.reduce((bytes, { state }) => bytes + state.keys.bytes + state.accumulators.bytes(), this.#grouping.encoder.bytes)
  }

  gauges(): Readonly<Record<string, number>> {
    return { openWindows: this.#held.length }
  }
}

export interface LocalLimits {
  /** Groups held at most. */
  readonly groupsMax: number
  /** Rows after which it is looked whether it pays. */
  readonly lookRowsMin: number
  /** It pays when there are at least so many rows to a group. */
  readonly paysAt: number
  /** Where it did not, it is tried again after so many times the rows. */
  readonly passTurns: number
}

/** So many groups take some ten megabytes, in a table that stays near the processor. */
const usualLimits: LocalLimits = { groupsMax: 1 << 17, lookRowsMin: 1 << 15, paysAt: 2, passTurns: 15 }

interface HeldSlice {
  readonly end: number
  readonly state: GroupState
}

/** Partial rows are handed on in batches of at most this many. */
const emitRowsMax = 4096
/** Runs shorter than this are better collected by slice first. */
const runRowsMin = 128
function sliceStarts(times: Float64Array, rowCount: number, grid: WindowGrid): Float64Array {
  const starts = new Float64Array(rowCount)
  const { sliceMs } = grid
  let start = NaN
  for (let row = 0; row < rowCount; row++) {
    const time = times[row]!
    if (!(time >= start && time < start + sliceMs)) start = grid.sliceEnd(time) - sliceMs
    starts[row] = start
  }
  return starts
}
