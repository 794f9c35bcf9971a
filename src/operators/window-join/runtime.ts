import type { Batch } from '../../columnar/batch.ts'
import type { Column } from '../../columnar/column.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { constantTime, gatherSide, PairList, selectPairs } from '../../engine/joinOutput.ts'
import { columnsText, schemaText, settingText } from '../../engine/keyedState.ts'
import { hasNull, KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import type { RowStore } from '../../engine/rowStore.ts'
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
 * arrival. Until then nothing is looked up, so a row costs a copy.
 *
 * A side's rows are late when every window over their slice is fired; they are counted and dropped (Flink: WindowJoinOperator).
 */
class WindowJoin implements OperatorRuntime {
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
    const [left, right] = window.rows as readonly [RowStore, RowStore]
    new WindowPairs(this.#keyed(left, right), this.#expressions, this.#type, (leftRows, rightRows) => this.#emit(window, leftRows, rightRows)).run()
    this.#keys.clear()
    if (this.#encoder.wantsShrink(0)) this.#encoder.shrink([])
  }

  #keyed(left: RowStore, right: RowStore): KeyedSides {
    const leftColumns = left.columns()
    const rightColumns = right.columns()
    const rightKeys = this.#keyColumns[1]!.map((column) => rightColumns[column]!)
    const leftKeys = this.#keyColumns[0]!.map((column) => leftColumns[column]!)
    const rightSlots = (this.#rightSlots = fitted(this.#rightSlots, right.rowCount)).subarray(0, right.rowCount)
    this.#keys.slotsOf(this.#encoder.encode(rightKeys, right.rowCount), 0, right.rowCount, rightSlots)
    forgetNulls(rightKeys, right.rowCount, rightSlots)
    const leftSlots = (this.#leftSlots = fitted(this.#leftSlots, left.rowCount)).subarray(0, left.rowCount)
    this.#keys.find(this.#encoder.encode(leftKeys, left.rowCount), 0, left.rowCount, leftSlots)
    forgetNulls(leftKeys, left.rowCount, leftSlots)
    return { leftColumns, rightColumns, leftSlots, rightSlots, keyCount: this.#keys.size }
  }

  /** `right` null: semi and anti joins, which give left rows alone. */
  #emit({ start, end, time, rows }: ClosedWindow, leftRows: PairRows, rightRows: PairRows | null): void {
    const [left, right] = rows as readonly [RowStore, RowStore]
    const { count } = leftRows
    const { read } = this.#expressions
    const sides = [
      gatherSide(left.columns(), this.#schemas[0], leftRows.rows, count, leftRows.padded, read?.[0]),
      rightRows === null ? [] : gatherSide(right.columns(), this.#schemas[1], rightRows.rows, count, rightRows.padded, read?.[1]),
    ] as const
    const own: Column[] =
      this.#expressions.columns === null || rightRows === null
        ? [...this.#dataColumns[0]!.map((column) => sides[0][column]!), ...(rightRows === null ? [] : this.#dataColumns[1]!.map((column) => sides[1][column]!))]
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

interface KeyedSides {
  readonly leftColumns: readonly Column[]
  readonly rightColumns: readonly Column[]
  /** Key of each left row in the right side's table; -1 when no right row has it. */
  readonly leftSlots: Int32Array
  readonly rightSlots: Int32Array
  readonly keyCount: number
}

/** The pairs of one window. */
class WindowPairs {
  readonly #sides: KeyedSides
  readonly #expressions: JoinExpressions
  readonly #type: JoinType
  readonly #emit: (left: PairRows, right: PairRows | null) => void
  /** Of an inner join nobody asks which rows have met one. */
  readonly #marks: boolean
  readonly #leftMatched: Uint8Array
  readonly #rightMatched: Uint8Array

  constructor(sides: KeyedSides, expressions: JoinExpressions, type: JoinType, emit: (left: PairRows, right: PairRows | null) => void) {
    this.#sides = sides
    this.#expressions = expressions
    this.#type = type
    this.#emit = emit
    this.#marks = type !== 'inner'
    this.#leftMatched = new Uint8Array(this.#marks ? sides.leftSlots.length : 0)
    this.#rightMatched = new Uint8Array(this.#marks ? sides.rightSlots.length : 0)
  }

  run(): void {
    const { leftSlots, rightSlots, keyCount } = this.#sides
    const heads = new Int32Array(keyCount).fill(-1)
    const next = new Int32Array(rightSlots.length)
    // Backwards, so that chains run in order of arrival.
    for (let row = rightSlots.length - 1; row >= 0; row--) {
      const slot = rightSlots[row]!
      if (slot < 0) continue
      next[row] = heads[slot]!
      heads[slot] = row
    }
    const pairs = new PairList()
    for (let row = 0; row < leftSlots.length; row++) {
      const slot = leftSlots[row]!
      if (slot < 0) continue
      for (let right = heads[slot]!; right >= 0; right = next[right]!) {
        pairs.push(row, right)
        if (pairs.count === pairsMax) this.#take(pairs)
      }
    }
    this.#take(pairs)
    const type = this.#type
    if (type === 'semi' || type === 'anti') this.#emitAlone(rowsWhere(this.#leftMatched, type === 'semi' ? 1 : 0))
    if (type === 'left' || type === 'full') this.#emitPadded(rowsWhere(this.#leftMatched, 0), 'left')
    if (type === 'right' || type === 'full') this.#emitPadded(rowsWhere(this.#rightMatched, 0), 'right')
  }

  /** Pairs with equal keys: those that satisfy the condition come out, and their rows have a match. */
  #take(pairs: PairList): void {
    if (pairs.count === 0) return
    const { condition } = this.#expressions
    if (condition !== null) {
      const rows = new Int32Array(pairs.count)
      const count = selectPairs(condition, this.#sides.leftColumns, this.#sides.rightColumns, pairs, rows)
      for (let i = 0; i < count; i++) {
        pairs.left[i] = pairs.left[rows[i]!]!
        pairs.right[i] = pairs.right[rows[i]!]!
      }
      pairs.count = count
    }
    for (let i = 0; i < pairs.count && this.#marks; i++) {
      this.#leftMatched[pairs.left[i]!] = 1
      this.#rightMatched[pairs.right[i]!] = 1
    }
    if (pairs.count > 0 && this.#type !== 'semi' && this.#type !== 'anti') {
      this.#emit({ rows: pairs.left, count: pairs.count, padded: false }, { rows: pairs.right, count: pairs.count, padded: false })
    }
    pairs.count = 0
  }

  #emitAlone(rows: Int32Array): void {
    for (let at = 0; at < rows.length; at += pairsMax) {
      const part = rows.subarray(at, at + pairsMax)
      this.#emit({ rows: part, count: part.length, padded: false }, null)
    }
  }

  #emitPadded(rows: Int32Array, side: 'left' | 'right'): void {
    for (let at = 0; at < rows.length; at += pairsMax) {
      const part = { rows: rows.subarray(at, at + pairsMax), count: Math.min(pairsMax, rows.length - at), padded: false }
      const none = { rows: new Int32Array(part.count).fill(-1), count: part.count, padded: true }
      if (side === 'left') this.#emit(part, none)
      else this.#emit(none, part)
    }
  }
}

function rowsWhere(flags: Uint8Array, flag: number): Int32Array {
  let count = 0
  for (let row = 0; row < flags.length; row++) if (flags[row] === flag) count++
  const rows = new Int32Array(count)
  count = 0
  for (let row = 0; row < flags.length; row++) if (flags[row] === flag) rows[count++] = row
  return rows
}
