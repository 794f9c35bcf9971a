import type { Batch } from '../../columnar/batch.ts'
import type { Column, Float64Column } from '../../columnar/column.ts'
import { RowError } from '../../columnar/rowError.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { IntervalPairs, type PairEvents } from '../../engine/intervalPairs.ts'
import { gatherSide, PairList, selectPairs } from '../../engine/joinOutput.ts'
import { columnsText, KeyedRestore, schemaText } from '../../engine/keyedState.ts'
import { hasNull, KeyEncoder } from '../../engine/keyEncoder.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { RowStore } from '../../engine/rowStore.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { pairsOf, type JoinType } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { compileJoin, type JoinExpressions } from '../joinExpressions.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new IntervalJoin(spec) }

/** Rows handed on at once. */
const emitRowsMax = 8192

/**
 * Rows of both sides lie in row stores; `IntervalPairs` says who meets whom. Each batch is appended whole, its rows arrive one by one, then the pairs found
 * become output, and stores shed rows that are not held any more.
 */
class IntervalJoin implements OperatorRuntime {
  readonly #spec: OperatorSpec
  readonly #sides: readonly [JoinSide, JoinSide]
  readonly #encoder: KeyEncoder
  readonly #pairs: IntervalPairs
  readonly #delayMs: number
  readonly #processingTime: boolean
  #expressions!: JoinExpressions
  #context!: OperatorContext
  #evaluation!: EvaluationContext
  #slots: Int32Array = new Int32Array(0)
  #timerScheduled = Infinity
  readonly #type: JoinType

  constructor(spec: OperatorSpec) {
    this.#spec = spec
    const { config } = spec
    this.#type = config.type as JoinType
    const on = pairsOf(config)
    const [left, right] = spec.inputs.map((input) => input.schema) as [Schema, Schema]
    const leftTime = fieldIndex(left, config.leftTime as string)
    this.#sides = [
      new JoinSide(left, leftTime, on.map((pair) => fieldIndex(left, pair.left))),
      new JoinSide(right, fieldIndex(right, config.rightTime as string), on.map((pair) => fieldIndex(right, pair.right))),
    ]
    this.#processingTime = left.fields[leftTime]!.time === 'processing'
    this.#encoder = new KeyEncoder(on.map((pair) => left.fields[fieldIndex(left, pair.left)]!.type))
    const lowerMs = config.lowerMs as number
    const upperMs = config.upperMs as number
    this.#delayMs = Math.max(upperMs, -lowerMs)
    this.#pairs = new IntervalPairs(on.length, lowerMs, upperMs, this.#type === 'left' || this.#type === 'full', this.#type === 'right' || this.#type === 'full')
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
    this.#expressions = compileJoin(this.#spec, this.#type, this.#sides[0].store.schema, this.#sides[1].store.schema, this.#evaluation)
  }

  processBatch(input: number, batch: Batch): void {
    const { rowCount } = batch
    if (rowCount === 0) return
    const side = this.#sides[input]!
    const now = this.#processingTime ? this.#context.processingTime() : 0
    if (this.#processingTime) this.#pairs.advance(now)
    const watermarks = this.#processingTime ? null : batch.watermarks

    const keyColumns = side.keys.map((column) => batch.columns[column]!)
    const keys = this.#encoder.encode(keyColumns, rowCount)
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(Math.max(1024, rowCount))
    this.#pairs.keys.slotsOf(keys, 0, rowCount, this.#slots)
    const times = this.#processingTime ? new Float64Array(rowCount).fill(now) : this.#timesOf(side, batch)
    const first = side.store.appendRange(batch, 0, rowCount)
    side.reserveMatched(first + rowCount)
    this.#pairs.reserve(input, first, rowCount)
    const unequal = nullRows(keyColumns, rowCount)
    for (let row = 0; row < rowCount; ) {
      row = this.#pairs.arrive(input, first, this.#slots, times, row, rowCount, watermarks, unequal)
      this.#flush(watermarks !== null)
    }
    this.#shed()
    if (this.#processingTime) this.#schedule()
  }

  #timesOf(side: JoinSide, batch: Batch): Float64Array {
    const { values, nulls } = batch.columns[side.time] as Float64Column
    for (let row = 0; nulls !== null && row < batch.rowCount; row++) {
      if (nulls[row] === 1) throw new RowError(row, `the time column ${side.store.schema.fields[side.time]!.name} is NULL; event time must be set in every row`)
    }
    return values
  }

  onWatermark(watermark: number): number {
    if (!this.#processingTime) {
      this.#pairs.advance(watermark)
      this.#evaluation.watermark = watermark
      this.#flush(false)
      this.#shed()
    }
    return watermark - this.#delayMs
  }

  onProcessingTime(time: number): void {
    this.#timerScheduled = Infinity
    this.#pairs.advance(time)
    this.#flush(false)
    this.#shed()
    this.#schedule()
  }

  #schedule(): void {
    const next = this.#pairs.nextTimer()
    if (next >= this.#timerScheduled) return
    this.#timerScheduled = next
    this.#context.scheduleProcessingTimer(next)
  }

  /**
   * Turns events into output rows: complete pairs that satisfy the condition, and lone rows that never had one. `within` a batch whose watermarks move, rows
   * carry the watermark that was forwarded before them.
   */
  #flush(within: boolean): void {
    const events = this.#pairs.events
    if (events.count === 0) return
    const [left, right] = this.#sides
    const leftColumns = left.store.columns()
    const rightColumns = right.store.columns()
    const satisfied = this.#satisfied(events, leftColumns, rightColumns)
    for (let i = 0; i < events.count; i++) {
      if (satisfied !== null && satisfied[i] === 0) continue
      const l = events.left[i]!
      const r = events.right[i]!
      if (l < 0 || r < 0) continue
      left.matched[l] = 1
      right.matched[r] = 1
    }
    const kept = new PairList()
    const watermarks: number[] = []
    let leftMissing = false
    let rightMissing = false
    for (let i = 0; i < events.count; i++) {
      const l = events.left[i]!
      const r = events.right[i]!
      if (l < 0) {
        if (right.matched[r] === 1) continue
        leftMissing = true
      } else if (r < 0) {
        if (left.matched[l] === 1) continue
        rightMissing = true
      } else if (satisfied !== null && satisfied[i] === 0) continue
      kept.push(l, r)
      if (within) watermarks.push(events.watermarks[i]! - this.#delayMs)
    }
    events.count = 0
    for (let start = 0; start < kept.count; start += emitRowsMax) {
      const count = Math.min(emitRowsMax, kept.count - start)
      const sides = [
        gatherSide(leftColumns, left.store.schema, kept.left.subarray(start, start + count), count, leftMissing, this.#expressions.read?.[0]),
        gatherSide(rightColumns, right.store.schema, kept.right.subarray(start, start + count), count, rightMissing, this.#expressions.read?.[1]),
      ] as const
      this.#evaluation.watermarks = null
      this.#context.emit(0, {
        schema: this.#spec.outputs[0]!.schema,
        columns: this.#expressions.columns === null ? [...sides[0], ...sides[1]] : this.#expressions.columns.map((column) => column(sides, count)),
        rowCount: count,
        kinds: null,
        watermarks: within ? Float64Array.from(watermarks.slice(start, start + count)) : null,
      })
    }
  }

  /** By event, whether a complete pair satisfies the condition; null when there is none. */
  #satisfied(events: PairEvents, left: readonly Column[], right: readonly Column[]): Uint8Array | null {
    const condition = this.#expressions.condition
    if (condition === null) return null
    const complete = new PairList()
    const eventOf = new Int32Array(events.count)
    for (let i = 0; i < events.count; i++) {
      if (events.left[i]! < 0 || events.right[i]! < 0) continue
      eventOf[complete.count] = i
      complete.push(events.left[i]!, events.right[i]!)
    }
    const satisfied = new Uint8Array(events.count)
    if (complete.count === 0) return satisfied
    const rows = new Int32Array(complete.count)
    const count = selectPairs(condition, left, right, complete, rows)
    for (let i = 0; i < count; i++) satisfied[eventOf[rows[i]!]!] = 1
    return satisfied
  }

  /** Lets go of rows and keys that nothing refers to. */
  #shed(): void {
    for (const [index, side] of this.#sides.entries()) {
      if (this.#pairs.held(index) === 0) {
        // The common case of a quiet stream: nothing is held, everything can go at once.
        if (side.store.rowCount >= 8192) {
          this.#pairs.compact(index, side.store.rowCount)
          side.keep(new Int32Array(0))
        }
        continue
      }
      const kept = this.#pairs.compact(index, side.store.rowCount)
      if (kept !== null) side.keep(kept)
    }
    this.#pairs.dropKeys()
    if (this.#encoder.wantsShrink(this.#pairs.keys.size)) this.#encoder.shrink([this.#pairs.keys])
  }

  stateSchema(): StateSchema {
    const [left, right] = this.#sides
    const { lowerMs, upperMs, leftTime, rightTime } = this.#spec.config
    return {
      type: this.#type,
      interval: `${String(leftTime)} and ${String(rightTime)}, ${String(lowerMs)} to ${String(upperMs)} ms`,
      'left key': columnsText(left.store.schema, left.keys),
      'right key': columnsText(right.store.schema, right.keys),
      'left rows': schemaText(left.store.schema),
      'right rows': schemaText(right.store.schema),
    }
  }

  snapshot(writer: StateWriter): void {
    this.#encoder.snapshot(writer.at('encoder'))
    this.#pairs.snapshot(writer.at('pairs'))
    this.#sides.forEach((side, i) => {
      side.store.snapshot(writer.at(i))
      writer.at(i).uint8('matched', side.matched, side.store.rowCount)
    })
  }

  restore(reader: StateReader): void {
    const pairs = reader.at('pairs')
    const keyOf = new KeyedRestore(reader, reader.at('encoder'), this.#encoder).slots(pairs.at('keys'), this.#pairs.keys)
    this.#pairs.restore(pairs, keyOf, (side, positions) => this.#sides[side]!.restore(reader.at(side), positions))
    if (!this.#processingTime) this.#evaluation.watermark = reader.share.watermark
  }

  stateBytes(): number {
    return this.#sides[0].store.bytes + this.#sides[1].store.bytes + this.#pairs.bytes + this.#encoder.bytes
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldLeftRows: this.#pairs.held(0), heldRightRows: this.#pairs.held(1) }
  }
}

/** Rows with a NULL in a key column, or null when there is none. */
function nullRows(keyColumns: readonly Column[], rowCount: number): Uint8Array | null {
  if (keyColumns.every((column) => column.nulls === null)) return null
  const rows = new Uint8Array(rowCount)
  for (let row = 0; row < rowCount; row++) if (hasNull(keyColumns, row)) rows[row] = 1
  return rows
}

class JoinSide {
  readonly store: RowStore
  readonly time: number
  readonly keys: readonly number[]
  /** By position: whether the row was in a pair that came out. */
  matched: Uint8Array = new Uint8Array(1024)

  constructor(schema: Schema, time: number, keys: readonly number[]) {
    this.store = new RowStore(schema)
    this.time = time
    this.keys = keys
  }

  reserveMatched(count: number): void {
    if (count <= this.matched.length) return
    let capacity = this.matched.length
    while (capacity < count) capacity *= 2
    const grown = new Uint8Array(capacity)
    grown.set(this.matched)
    this.matched = grown
  }

  /** Takes the written rows at these positions; returns the place of the first here. */
  restore(reader: StateReader, positions: Int32Array): number {
    const first = this.store.appendRows(this.store.rowsIn(reader), positions, positions.length)
    const matched = reader.uint8('matched')
    this.reserveMatched(first + positions.length)
    for (let i = 0; i < positions.length; i++) this.matched[first + i] = matched[positions[i]!]!
    return first
  }

  keep(positions: Int32Array): void {
    this.store.keep(positions, positions.length)
    for (let i = 0; i < positions.length; i++) this.matched[i] = this.matched[positions[i]!]!
    this.matched.fill(0, positions.length)
  }
}
