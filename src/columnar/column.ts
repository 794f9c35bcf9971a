import { freshArrays, type Arrays } from './arrays.ts'
import type { DataType } from './dataType.ts'

/**
 * How a column stores its values: typed arrays plus an optional mask of nulls.
 *
 * The union is by *storage*, not by type, because loops must see one array class each: a loop that has met several kinds of
 * typed array runs thirty times slower for all its users. The mapping from type to storage is `storageOf`.
 *
 * - `bool`: BOOLEAN, 0 or 1.
 * - `int32`: TINYINT, SMALLINT, INT; DATE in days since 1970-01-01; TIME in milliseconds of the day; INTERVAL_YEAR_MONTH in months.
 * - `float64`: DOUBLE; FLOAT (each value already rounded with `Math.fround`); TIMESTAMP and TIMESTAMP_LTZ in milliseconds since
 *   1970-01-01 (wall clock and instant respectively); INTERVAL_DAY_TIME in milliseconds.
 * - `int64`: BIGINT. Values are doubles holding exact integers (|v| <= 2^53 - 1), the fast path; `wide` replaces `values` when any
 *   value of the batch is outside. Exactly one of the two is set. A kernel computes in doubles, and redoes the batch in BigInt
 *   when a result leaves the safe range.
 * - `decimal`: DECIMAL(p, s) as unscaled integers (value x 10^s), with the same two forms: safe doubles, or BigInts in a plain array.
 * - `string`: CHAR, VARCHAR. `codes[i]` indexes `dictionary.values`. A dictionary is append-only and may be shared by many batches
 *   (then equal codes are equal strings and operators may cache by it: `distinct` is true), or belong to one batch.
 * - `object`: BYTES, ARRAY, MAP, MULTISET, ROW as `Value`s.
 *
 * `nulls[i] === 1` marks a NULL; `nulls === null` promises that there is none. The slot under a NULL holds 0 (or code 0, or null) and
 * must not be read. Arrays may be longer than the batch's `rowCount`: the rest is garbage. A column never changes once its
 * batch is emitted.
 */
export type Column = BoolColumn | Int32Column | Float64Column | Int64Column | DecimalColumn | StringColumn | ObjectColumn

export type Nulls = Uint8Array | null

export interface BoolColumn {
  readonly storage: 'bool'
  readonly values: Uint8Array
  readonly nulls: Nulls
}
export interface Int32Column {
  readonly storage: 'int32'
  readonly values: Int32Array
  readonly nulls: Nulls
}
export interface Float64Column {
  readonly storage: 'float64'
  readonly values: Float64Array
  readonly nulls: Nulls
}
export interface Int64Column {
  readonly storage: 'int64'
  readonly values: Float64Array | null
  readonly wide: BigInt64Array | null
  readonly nulls: Nulls
}
export interface DecimalColumn {
  readonly storage: 'decimal'
  readonly values: Float64Array | null
  readonly wide: bigint[] | null
  readonly nulls: Nulls
}
export interface StringColumn {
  readonly storage: 'string'
  readonly codes: Int32Array
  readonly dictionary: Dictionary
  readonly nulls: Nulls
}
export interface ObjectColumn {
  readonly storage: 'object'
  readonly values: Value[]
  readonly nulls: Nulls
}

export type Storage = Column['storage']

/** Strings behind the codes of one or many string columns. Append-only: a code never changes its meaning. */
export interface Dictionary {
  readonly values: string[]
  /** True when no string appears twice, so that codes may be compared instead of strings. */
  readonly distinct: boolean
}

/**
 * One value outside a column, for row-wise edges (files, previews, tests).
 * BOOLEAN boolean · TINYINT…INT, DATE (days), TIME (ms), TIMESTAMP (ms), FLOAT, DOUBLE, INTERVAL number · BIGINT bigint ·
 * DECIMAL bigint, unscaled · CHAR, VARCHAR string · BYTES Uint8Array · ARRAY, ROW Value[] · MAP, MULTISET [key, value] pairs as Value[][].
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | readonly Value[]

export function storageOf(type: DataType): Storage {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'bool'
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
    case 'NULL':
      return 'int32'
    case 'FLOAT':
    case 'DOUBLE':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL_DAY_TIME':
      return 'float64'
    case 'BIGINT':
      return 'int64'
    case 'DECIMAL':
      return 'decimal'
    case 'CHAR':
    case 'VARCHAR':
      return 'string'
    case 'BYTES':
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
    case 'ROW':
      return 'object'
  }
}

export function isNullAt(column: Column, row: number): boolean {
  return column.nulls !== null && column.nulls[row] === 1
}

/** The value in one row. For edges and tests: hot paths read the arrays. */
export function valueAt(column: Column, row: number): Value {
  if (column.nulls !== null && column.nulls[row] === 1) return null
  switch (column.storage) {
    case 'bool':
      return column.values[row] === 1
    case 'int32':
    case 'float64':
      return column.values[row]!
    case 'int64':
    case 'decimal':
      return column.values !== null ? BigInt(column.values[row]!) : column.wide![row]!
    case 'string':
      return column.dictionary.values[column.codes[row]!]!
    case 'object':
      return column.values[row]!
  }
}

/** A column of the given rows of another, in that order. `count` rows of `rows` are read. Its arrays are fresh, or from `arrays`. */
export function gather(column: Column, rows: Int32Array, count: number, arrays: Arrays = freshArrays): Column {
  const nulls = column.nulls === null ? null : gatherUint8(column.nulls, rows, count, arrays)
  switch (column.storage) {
    case 'bool':
      return { storage: 'bool', values: gatherUint8(column.values, rows, count, arrays), nulls }
    case 'int32':
      return { storage: 'int32', values: gatherInt32(column.values, rows, count, arrays), nulls }
    case 'float64':
      return { storage: 'float64', values: gatherFloat64(column.values, rows, count, arrays), nulls }
    case 'int64':
      return column.values !== null
        ? { storage: 'int64', values: gatherFloat64(column.values, rows, count, arrays), wide: null, nulls }
        : { storage: 'int64', values: null, wide: gatherBigInt64(column.wide!, rows, count), nulls }
    case 'decimal':
      return column.values !== null
        ? { storage: 'decimal', values: gatherFloat64(column.values, rows, count, arrays), wide: null, nulls }
        : { storage: 'decimal', values: null, wide: gatherArray(column.wide!, rows, count), nulls }
    case 'string':
      return { storage: 'string', codes: gatherInt32(column.codes, rows, count, arrays), dictionary: column.dictionary, nulls }
    case 'object':
      return { storage: 'object', values: gatherArray(column.values, rows, count), nulls }
  }
}

// One loop per array class: see the note on storage above.
export function gatherUint8(source: Uint8Array, rows: Int32Array, count: number, arrays: Arrays = freshArrays): Uint8Array {
  const target = arrays.uint8(count)
  for (let i = 0; i < count; i++) target[i] = source[rows[i]!]!
  return target
}
export function gatherInt32(source: Int32Array, rows: Int32Array, count: number, arrays: Arrays = freshArrays): Int32Array {
  const target = arrays.int32(count)
  for (let i = 0; i < count; i++) target[i] = source[rows[i]!]!
  return target
}
export function gatherFloat64(source: Float64Array, rows: Int32Array, count: number, arrays: Arrays = freshArrays): Float64Array {
  const target = arrays.float64(count)
  for (let i = 0; i < count; i++) target[i] = source[rows[i]!]!
  return target
}
function gatherBigInt64(source: BigInt64Array, rows: Int32Array, count: number): BigInt64Array {
  const target = new BigInt64Array(count)
  for (let i = 0; i < count; i++) target[i] = source[rows[i]!]!
  return target
}
function gatherArray<T>(source: readonly T[], rows: Int32Array, count: number): T[] {
  const target: T[] = new Array<T>(count)
  for (let i = 0; i < count; i++) target[i] = source[rows[i]!]!
  return target
}
