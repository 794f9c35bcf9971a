import { freshArrays, type Arrays } from '../columnar/arrays.ts'
import { gather, storageOf, type Column, type DecimalColumn, type Int64Column } from '../columnar/column.ts'
import type { DataType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'

/**
 * From pairs of row positions to output columns: the last step of every join.
 *
 * A pair names a row on each side, -1 where an outer join found none. Nothing is copied until a pair is sure to come out; then each output column is one
 * gather. What pairs must satisfy and what is computed from them comes in as functions, because the engine knows no expressions.
 */
export class PairList {
  left: Int32Array = new Int32Array(256)
  right: Int32Array = new Int32Array(256)
  count = 0

  push(left: number, right: number): void {
    if (this.count === this.left.length) this.#grow()
    this.left[this.count] = left
    this.right[this.count] = right
    this.count++
  }

  #grow(): void {
    const left = new Int32Array(this.count * 2)
    const right = new Int32Array(this.count * 2)
    left.set(this.left)
    right.set(this.right)
    this.left = left
    this.right = right
  }
}

export interface PairCondition {
  /** Columns it reads, by side; only those are gathered for it. */
  readonly columns: readonly (readonly number[])[]
  /** Writes the indices of the rows that satisfy it and returns how many there are. */
  readonly select: (inputs: readonly (readonly Column[])[], rowCount: number, rows: Int32Array) => number
}

/** Computes one output column from both sides' columns. */
export type PairColumn = (inputs: readonly (readonly Column[])[], rowCount: number) => Column

/** Indices of the pairs, all complete, that satisfy the condition. */
export function selectPairs(condition: PairCondition, left: readonly Column[], right: readonly Column[], pairs: PairList, rows: Int32Array): number {
  const sides = [left, right].map((columns, side) => {
    const gathered: Column[] = new Array<Column>(columns.length)
    for (const column of condition.columns[side]!) gathered[column] = gather(columns[column]!, side === 0 ? pairs.left : pairs.right, pairs.count)
    return gathered
  })
  return condition.select(sides, pairs.count, rows)
}

/**
 * Fresh columns of `schema` at these positions, NULL where a position is -1. `padded` tells whether there is one; where all are, nobody looks at `columns`. `read`: the columns that anyone will look at, the others' places stay empty; null means all.
 */
export function gatherSide(columns: readonly Column[], schema: Schema, positions: Int32Array, count: number, padded: boolean, read: readonly number[] | null = null): Column[] {
  if (!padded) return sideOf(columns, read, (column) => gather(column, positions, count))
  const missing = new Uint8Array(count)
  const found = new Int32Array(count)
  let missingCount = 0
  for (let i = 0; i < count; i++) {
    if (positions[i]! < 0) {
      missing[i] = 1
      missingCount++
    } else found[i] = positions[i]!
  }
  if (missingCount === count) return sideOf(schema.fields, read, ({ type }) => nullColumn(type, count))
  return sideOf(columns, read, (column) => withMissing(gather(column, found, count), missing, count))
}

function sideOf<C>(columns: readonly C[], read: readonly number[] | null, gathered: (column: C) => Column): Column[] {
  if (read === null) return columns.map(gathered)
  const side: Column[] = new Array<Column>(columns.length)
  for (const i of read) side[i] = gathered(columns[i]!)
  return side
}

function withMissing(column: Column, missing: Uint8Array, count: number): Column {
  const nulls = column.nulls === null ? missing : column.nulls
  for (let i = 0; i < count; i++) {
    if (missing[i] === 0) continue
    nulls[i] = 1
    // What lies under a NULL must be neutral (see `Column`).
    if (column.storage === 'string') column.codes[i] = 0
    else if (column.storage === 'object') column.values[i] = null
    else if (column.storage === 'int64' || column.storage === 'decimal') zeroInteger(column, i)
    else column.values[i] = 0
  }
  return { ...column, nulls }
}

function zeroInteger(column: Int64Column | DecimalColumn, row: number): void {
  if (column.values !== null) column.values[row] = 0
  else column.wide![row] = 0n
}

/** A column of nothing but NULLs. */
export function nullColumn(type: DataType, count: number): Column {
  const nulls = new Uint8Array(count).fill(1)
  switch (storageOf(type)) {
    case 'bool':
      return { storage: 'bool', values: new Uint8Array(count), nulls }
    case 'int32':
      return { storage: 'int32', values: new Int32Array(count), nulls }
    case 'float64':
      return { storage: 'float64', values: new Float64Array(count), nulls }
    case 'int64':
      return { storage: 'int64', values: new Float64Array(count), wide: null, nulls }
    case 'decimal':
      return { storage: 'decimal', values: new Float64Array(count), wide: null, nulls }
    case 'string':
      return { storage: 'string', codes: new Int32Array(count), dictionary: { values: [''], distinct: true }, nulls }
    case 'object':
      return { storage: 'object', values: new Array<null>(count).fill(null), nulls }
  }
}

/** A column holding one time in every row. */
export function constantTime(time: number, count: number, arrays: Arrays = freshArrays): Column {
  return { storage: 'float64', values: arrays.float64(count).fill(time), nulls: null }
}
