import type { Batch } from '../../columnar/batch.ts'
import type { Column } from '../../columnar/column.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import type { ArrivedRows } from '../../engine/arrivedRows.ts'
import { constantTime, gatherSide, PairList, selectPairs } from '../../engine/joinOutput.ts'
import { columnsText, schemaText, settingText } from '../../engine/keyedState.ts'
import { hasNull, KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { WindowRows, type ClosedWindow } from '../../engine/windowRows.ts'
import type { GridWindow } from '../../engine/windows.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { pairsOf, type JoinType } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { attachedWindowOf, windowColumnNames, windowOf } from '../../job/windowConfig.ts'
import { compileJoin, type JoinExpressions } from '../joinExpressions.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { rightTimeColumn } from './definition.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new WindowJoin(spec) }

/** Pairs looked at, and rows handed on, at once. */
const pairsMax = 8192

/**
 * Rows of both sides are buffered by slice and joined when a window closes, all at once: a hash table over the right side's keys, probed by the left side in order of
 * arrival. Until then nothing is looked up, and long ranges of rows stay in the batches they came in (`engine/arrivedRows.ts`).
 *
 * A side's rows are late when every window over their slice is fired; they are counted and dropped (Flink: WindowJoinOperator).
 */
class WindowJoin implements OperatorRuntime {
  readonly watermarks = 'trailing'
  readonly #spec: OperatorSpec
  readonly #type: JoinType
  readonly #schemas: readonly [Schema, Schema]
  readonly #keyColumns: readonly (readonly number[])[]
  /** Columns of each side that come out when the config names none. */
  readonly #dataColumns: readonly (readonly number[])[]
  readonly #encoder: KeyEncoder
  readonly #keys: KeyTable
  /** Left rows, then right rows. */
  readonly #windows: WindowRows
  /** For the rows of the window that is being joined. */
  #leftSlots: Int32Array = new Int32Array(0)
  #rightSlots: Int32Array = new Int32Array(0)
  readonly #pairs = new PairList()
  #expressions!: JoinExpressions
  #context!: OperatorContext
  #evaluation!: EvaluationContext

  constructor(spec: OperatorSpec) {
    this.#spec = spec
    this.#type = spec.config.type as JoinType
    this.#schemas = [spec.inputs[0]!.schema, spec.inputs[1]!.schema]
    const window = windowOf(spec.config)
    const [left, right] = this.#schemas
    const on = pairsOf(spec.config)
    this.#keyColumns = [on.map((pair) => fieldIndex(left, pair.left)), on.map((pair) => fieldIndex(right, pair.right))]
    this.#encoder = new KeyEncoder(this.#keyColumns[0]!.map((column) => left.fields[column]!.type))
    this.#keys = new KeyTable(on.length)
    const inputs = this.#schemas.map((schema, side) => {
      const attached = window === null ? attachedWindowOf(schema) : null
      const timeColumn = window === null ? (attached?.time ?? -1) : side === 0 ? fieldIndex(left, window.timeColumn) : right.fields.indexOf(rightTimeColumn(window.timeColumn, right)!)
      return { schema, attached, timeColumn }
    })
    this.#windows = new WindowRows(window as GridWindow | null, inputs, (closed) => this.#join(closed))
    this.#dataColumns = this.#schemas.map((schema) =>
      schema.fields.flatMap((field, i) => (window === null && (windowColumnNames as readonly string[]).includes(field.name) ? [] : [i])),
    )
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#windows.open(context)
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
    this.#expressions = compileJoin(this.#spec, this.#type, this.#schemas[0], this.#schemas[1], this.#evaluation)
  }

  processBatch(input: number, batch: Batch): void {
    if (batch.rowCount > 0) this.#windows.add(input, batch)
  }

  onWatermark(watermark: number): number {
    this.#windows.advance(watermark)
    return watermark
  }

  onProcessingTime(time: number): void {
    this.#windows.onProcessingTime(time)
  }

  #join(window: ClosedWindow): void {
    this.#evaluation.watermark = this.#windows.watermark
    const [left, right] = window.rows as readonly [ArrivedRows, ArrivedRows]
    new WindowPairs(this.#keyed(left, right), this.#expressions, this.#type, this.#pairs, (leftColumns, leftRows, rightRows) => this.#emit(window, leftColumns, leftRows, rightRows)).run()
    this.#keys.clear()
    if (this.#encoder.wantsShrink(0)) this.#encoder.shrink([])
  }

  /** The right side is looked up in and is in one place for it; the left side is gone through where it lies. */
  #keyed(left: ArrivedRows, right: ArrivedRows): KeyedSides {
    const rightParts = right.parts()
    const rightColumns = rightParts.length === 1 ? rightParts[0]!.columns : right.rows.columns()
    const rightKeys = this.#keyColumns[1]!.map((column) => rightColumns[column]!)
    const rightSlots = (this.#rightSlots = fitted(this.#rightSlots, right.rowCount)).subarray(0, right.rowCount)
    this.#keys.slotsOf(this.#encoder.encode(rightKeys, right.rowCount), 0, right.rowCount, rightSlots)
    forgetNulls(rightKeys, right.rowCount, rightSlots)
    this.#leftSlots = fitted(this.#leftSlots, left.rowCount)
    let first = 0
    const leftParts = left.parts().map(({ columns, rowCount }): LeftPart => {
      const keys = this.#keyColumns[0]!.map((column) => columns[column]!)
      const slots = this.#leftSlots.subarray(first, first + rowCount)
      first += rowCount
      const meets = this.#keys.find(this.#encoder.encode(keys, rowCount), 0, rowCount, slots)
      forgetNulls(keys, rowCount, slots)
      return { columns, slots, meets }
    })
    return { leftParts, rightColumns, rightSlots, keyCount: this.#keys.size }
  }

  /** `right` null: semi and anti joins, which give left rows alone. */
  #emit({ start, end, time }: ClosedWindow, leftColumns: readonly Column[], leftRows: PairRows, right: { readonly columns: readonly Column[]; readonly pairs: PairRows } | null): void {
    const { count } = leftRows
    const { read } = this.#expressions
    const sides = [
      gatherSide(leftColumns, this.#schemas[0], leftRows.rows, count, leftRows.padded, read?.[0]),
      right === null ? [] : gatherSide(right.columns, this.#schemas[1], right.pairs.rows, count, right.pairs.padded, read?.[1]),
    ] as const
    const own: Column[] =
      this.#expressions.columns === null || right === null
        ? [...this.#dataColumns[0]!.map((column) => sides[0][column]!), ...(right === null ? [] : this.#dataColumns[1]!.map((column) => sides[1][column]!))]
        : this.#expressions.columns.map((column) => column(sides, count))
    const columns = [...own, constantTime(start, count), constantTime(end, count), constantTime(time, count)]
    this.#context.emit(0, { schema: this.#spec.outputs[0]!.schema, columns, rowCount: count, kinds: null, watermarks: null })
  }

  stateSchema(): StateSchema {
    const [left, right] = this.#schemas
    return {
      window: settingText(this.#spec.config.window),
      'left key': columnsText(left, this.#keyColumns[0]!),
      'right key': columnsText(right, this.#keyColumns[1]!),
      'left rows': schemaText(left),
      'right rows': schemaText(right),
    }
  }

  snapshot(writer: StateWriter): void {
    this.#windows.snapshot(writer)
  }

  restore(reader: StateReader): void {
    this.#windows.restore(reader, this.#keyColumns)
  }

  stateBytes(): number {
    return this.#windows.bytes
  }

  gauges(): Readonly<Record<string, number>> {
    return { openWindows: this.#windows.openWindows(), heldLeftRows: this.#windows.rowCount(0), heldRightRows: this.#windows.rowCount(1) }
  }
}

function fitted(array: Int32Array, length: number): Int32Array {
  return array.length >= length ? array : new Int32Array(Math.max(1024, length * 2))
}

/** NULL in a key equals nothing. */
function forgetNulls(keys: readonly Column[], rowCount: number, slots: Int32Array): void {
  if (keys.every(({ nulls }) => nulls === null)) return
  for (let row = 0; row < rowCount; row++) if (hasNull(keys, row)) slots[row] = -1
}

interface PairRows {
  readonly rows: Int32Array
  readonly count: number
  readonly padded: boolean
}

interface LeftPart {
  readonly columns: readonly Column[]
  /** Key of each of its rows in the right side's table; -1 when no right row has it. */
  readonly slots: Int32Array
  /** False when surely none of them has any. */
  readonly meets: boolean
}

interface KeyedSides {
  readonly leftParts: readonly LeftPart[]
  readonly rightColumns: readonly Column[]
  readonly rightSlots: Int32Array
  readonly keyCount: number
}

/** Left rows by position in their part, with the right rows they meet; null where nobody asks for those. */
type EmitPairs = (leftColumns: readonly Column[], left: PairRows, right: { readonly columns: readonly Column[]; readonly pairs: PairRows } | null) => void

/** The pairs of one window. */
class WindowPairs {
  readonly #sides: KeyedSides
  readonly #expressions: JoinExpressions
  readonly #type: JoinType
  /** Used again for each window. */
  readonly #pairs: PairList
  readonly #emit: EmitPairs
  /** Of an inner join nobody asks which rows have met one. */
  readonly #marks: boolean
  readonly #leftMatched: readonly Uint8Array[]
  readonly #rightMatched: Uint8Array

  constructor(sides: KeyedSides, expressions: JoinExpressions, type: JoinType, pairs: PairList, emit: EmitPairs) {
    this.#sides = sides
    this.#expressions = expressions
    this.#type = type
    this.#pairs = pairs
    this.#emit = emit
    this.#marks = type !== 'inner'
    this.#leftMatched = this.#marks ? sides.leftParts.map(({ slots }) => new Uint8Array(slots.length)) : []
    this.#rightMatched = new Uint8Array(this.#marks ? sides.rightSlots.length : 0)
  }

  run(): void {
    const { leftParts, rightColumns, rightSlots, keyCount } = this.#sides
    const heads = new Int32Array(keyCount).fill(-1)
    const next = new Int32Array(rightSlots.length)
    // Backwards, so that chains run in order of arrival.
    for (let row = rightSlots.length - 1; row >= 0; row--) {
      const slot = rightSlots[row]!
      if (slot < 0) continue
      next[row] = heads[slot]!
      heads[slot] = row
    }
    for (let part = 0; part < leftParts.length && rightSlots.length > 0; part++) this.#pair(part, heads, next)
    const type = this.#type
    leftParts.forEach(({ columns }, part) => {
      if (type === 'semi' || type === 'anti') this.#emitAlone(columns, rowsWhere(this.#leftMatched[part]!, type === 'semi' ? 1 : 0))
      if (type === 'left' || type === 'full') inParts(rowsWhere(this.#leftMatched[part]!, 0), (rows) => this.#emit(columns, whole(rows), { columns: rightColumns, pairs: none(rows.length) }))
    })
    if (type === 'right' || type === 'full') inParts(rowsWhere(this.#rightMatched, 0), (rows) => this.#emit([], none(rows.length), { columns: rightColumns, pairs: whole(rows) }))
  }

  #pair(part: number, heads: Int32Array, next: Int32Array): void {
    const { slots, meets } = this.#sides.leftParts[part]!
    if (!meets) return
    const pairs = this.#pairs
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row]!
      if (slot < 0) continue
      for (let right = heads[slot]!; right >= 0; right = next[right]!) {
        pairs.push(row, right)
        if (pairs.count === pairsMax) this.#take(part)
      }
    }
    this.#take(part)
  }

  /** Pairs with equal keys: those that satisfy the condition come out, and their rows have a match. */
  #take(part: number): void {
    const pairs = this.#pairs
    if (pairs.count === 0) return
    const { condition } = this.#expressions
    const { rightColumns } = this.#sides
    const leftColumns = this.#sides.leftParts[part]!.columns
    if (condition !== null) {
      const rows = new Int32Array(pairs.count)
      const count = selectPairs(condition, leftColumns, rightColumns, pairs, rows)
      for (let i = 0; i < count; i++) {
        pairs.left[i] = pairs.left[rows[i]!]!
        pairs.right[i] = pairs.right[rows[i]!]!
      }
      pairs.count = count
    }
    const leftMatched = this.#leftMatched[part]
    for (let i = 0; i < pairs.count && leftMatched !== undefined; i++) {
      leftMatched[pairs.left[i]!] = 1
      this.#rightMatched[pairs.right[i]!] = 1
    }
    if (pairs.count > 0 && this.#type !== 'semi' && this.#type !== 'anti') {
      this.#emit(leftColumns, { rows: pairs.left, count: pairs.count, padded: false }, { columns: rightColumns, pairs: { rows: pairs.right, count: pairs.count, padded: false } })
    }
    pairs.count = 0
  }

  #emitAlone(columns: readonly Column[], rows: Int32Array): void {
    inParts(rows, (part) => this.#emit(columns, whole(part), null))
  }
}

function whole(rows: Int32Array): PairRows {
  return { rows, count: rows.length, padded: false }
}

/** An outer join's rows that have met none. */
function none(count: number): PairRows {
  return { rows: new Int32Array(count).fill(-1), count, padded: true }
}

function inParts(rows: Int32Array, visit: (part: Int32Array) => void): void {
  for (let at = 0; at < rows.length; at += pairsMax) visit(rows.subarray(at, at + pairsMax))
}

function rowsWhere(flags: Uint8Array, flag: number): Int32Array {
  let count = 0
  for (let row = 0; row < flags.length; row++) if (flags[row] === flag) count++
  const rows = new Int32Array(count)
  count = 0
  for (let row = 0; row < flags.length; row++) if (flags[row] === flag) rows[count++] = row
  return rows
}
