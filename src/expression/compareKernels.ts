import type { Column, DecimalColumn, Int64Column, ObjectColumn, StringColumn, Value } from '../columnar/column.ts'
import { intType, type DataType } from '../columnar/dataType.ts'
import { powerOfTen } from '../columnar/valueText.ts'
import { compareText } from './textOrder.ts'
import { safeMax, wideDecimal, wideInt64 } from './wide.ts'

/**
 * Comparing two columns of one storage, row by row, into truth values.
 *
 * Four loops per array class: `>` and `>=` are `<` and `<=` with the sides changed, which is also right for NaN. Values under a NULL are compared like others; the caller has
 * the null mask. Strings are ordered by code point, BYTES by unsigned bytes; ARRAY, MAP and ROW know only equality.
 */
export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

function equalInt32(a: Int32Array, b: Int32Array, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i] === b[i] ? 1 : 0
}
function unequalInt32(a: Int32Array, b: Int32Array, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i] !== b[i] ? 1 : 0
}
function lessInt32(a: Int32Array, b: Int32Array, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! < b[i]! ? 1 : 0
}
function atMostInt32(a: Int32Array, b: Int32Array, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! <= b[i]! ? 1 : 0
}
function compareInt32(comparison: Comparison, a: Int32Array, b: Int32Array, out: Uint8Array, n: number): void {
  switch (comparison) {
    case '=':
      return equalInt32(a, b, out, n)
    case '<>':
      return unequalInt32(a, b, out, n)
    case '<':
      return lessInt32(a, b, out, n)
    case '<=':
      return atMostInt32(a, b, out, n)
    case '>':
      return lessInt32(b, a, out, n)
    case '>=':
      return atMostInt32(b, a, out, n)
  }
}

function equalFloat64(a: Float64Array, b: Float64Array, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i] === b[i] ? 1 : 0
}
function unequalFloat64(a: Float64Array, b: Float64Array, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i] !== b[i] ? 1 : 0
}
function lessFloat64(a: Float64Array, b: Float64Array, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! < b[i]! ? 1 : 0
}
function atMostFloat64(a: Float64Array, b: Float64Array, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! <= b[i]! ? 1 : 0
}
function compareFloat64(comparison: Comparison, a: Float64Array, b: Float64Array, out: Uint8Array, n: number): void {
  switch (comparison) {
    case '=':
      return equalFloat64(a, b, out, n)
    case '<>':
      return unequalFloat64(a, b, out, n)
    case '<':
      return lessFloat64(a, b, out, n)
    case '<=':
      return atMostFloat64(a, b, out, n)
    case '>':
      return lessFloat64(b, a, out, n)
    case '>=':
      return atMostFloat64(b, a, out, n)
  }
}

// Against one constant: half the memory to read.

function compareInt32Constant(comparison: Comparison, a: Int32Array, constant: number, out: Uint8Array, n: number): void {
  switch (comparison) {
    case '=':
      for (let i = 0; i < n; i++) out[i] = a[i] === constant ? 1 : 0
      return
    case '<>':
      for (let i = 0; i < n; i++) out[i] = a[i] !== constant ? 1 : 0
      return
    case '<':
      for (let i = 0; i < n; i++) out[i] = a[i]! < constant ? 1 : 0
      return
    case '<=':
      for (let i = 0; i < n; i++) out[i] = a[i]! <= constant ? 1 : 0
      return
    case '>':
      for (let i = 0; i < n; i++) out[i] = a[i]! > constant ? 1 : 0
      return
    case '>=':
      for (let i = 0; i < n; i++) out[i] = a[i]! >= constant ? 1 : 0
  }
}

function compareFloat64Constant(comparison: Comparison, a: Float64Array, constant: number, out: Uint8Array, n: number): void {
  switch (comparison) {
    case '=':
      for (let i = 0; i < n; i++) out[i] = a[i] === constant ? 1 : 0
      return
    case '<>':
      for (let i = 0; i < n; i++) out[i] = a[i] !== constant ? 1 : 0
      return
    case '<':
      for (let i = 0; i < n; i++) out[i] = a[i]! < constant ? 1 : 0
      return
    case '<=':
      for (let i = 0; i < n; i++) out[i] = a[i]! <= constant ? 1 : 0
      return
    case '>':
      for (let i = 0; i < n; i++) out[i] = a[i]! > constant ? 1 : 0
      return
    case '>=':
      for (let i = 0; i < n; i++) out[i] = a[i]! >= constant ? 1 : 0
  }
}

export const mirrored: Readonly<Record<Comparison, Comparison>> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

export function isComparison(name: string): name is Comparison {
  return name in mirrored
}

/** A constant as the double that stands for it in a column, if one does. */
export function safeNumber(constant: Value | undefined): number | null {
  if (typeof constant === 'number') return constant
  return typeof constant === 'bigint' && constant >= -BigInt(safeMax) && constant <= BigInt(safeMax) ? Number(constant) : null
}

/** Compares with a constant that is a number in the column's own storage; false when the column is not in doubles or 32 bits. */
export function compareWithConstant(comparison: Comparison, a: Column, constant: number, out: Uint8Array, rowCount: number): boolean {
  switch (a.storage) {
    case 'int32':
      compareInt32Constant(comparison, a.values, constant, out, rowCount)
      return true
    case 'float64':
      compareFloat64Constant(comparison, a.values, constant, out, rowCount)
      return true
    case 'int64':
    case 'decimal':
      if (a.values === null) return false
      compareFloat64Constant(comparison, a.values, constant, out, rowCount)
      return true
    default:
      return false
  }
}

export function holds(comparison: Comparison, sign: number): 0 | 1 {
  switch (comparison) {
    case '=':
      return sign === 0 ? 1 : 0
    case '<>':
      return sign !== 0 ? 1 : 0
    case '<':
      return sign < 0 ? 1 : 0
    case '<=':
      return sign <= 0 ? 1 : 0
    case '>':
      return sign > 0 ? 1 : 0
    case '>=':
      return sign >= 0 ? 1 : 0
  }
}

/** What a comparison must know of the types: scales of two decimal columns (equal ones compare unscaled), and the type of nested values. */
export interface Compared {
  readonly aScale: number
  readonly bScale: number
  readonly type: DataType
}

export function comparedTypes(a: DataType, b: DataType): Compared {
  return { aScale: a.kind === 'DECIMAL' ? a.scale : 0, bScale: b.kind === 'DECIMAL' ? b.scale : 0, type: a }
}

export function compareColumns(comparison: Comparison, a: Column, b: Column, compared: Compared, out: Uint8Array, rowCount: number): void {
  if (a.storage !== b.storage) throw new Error(`columns of ${a.storage} and ${b.storage} cannot be compared`)
  switch (a.storage) {
    case 'int32':
      return compareInt32(comparison, a.values, (b as typeof a).values, out, rowCount)
    case 'float64':
      return compareFloat64(comparison, a.values, (b as typeof a).values, out, rowCount)
    case 'int64': {
      const other = b as Int64Column
      if (a.values !== null && other.values !== null) return compareFloat64(comparison, a.values, other.values, out, rowCount)
      const x = wideInt64(a, rowCount)
      const y = wideInt64(other, rowCount)
      for (let i = 0; i < rowCount; i++) out[i] = holds(comparison, x[i]! < y[i]! ? -1 : x[i]! > y[i]! ? 1 : 0)
      return
    }
    case 'decimal': {
      const other = b as DecimalColumn
      if (compared.aScale === compared.bScale && a.values !== null && other.values !== null) return compareFloat64(comparison, a.values, other.values, out, rowCount)
      const scale = Math.max(compared.aScale, compared.bScale)
      const aFactor = powerOfTen(scale - compared.aScale)
      const bFactor = powerOfTen(scale - compared.bScale)
      const x = wideDecimal(a, rowCount)
      const y = wideDecimal(other, rowCount)
      for (let i = 0; i < rowCount; i++) {
        if ((a.nulls !== null && a.nulls[i] === 1) || (b.nulls !== null && b.nulls[i] === 1)) out[i] = 0
        else {
          const left = x[i]! * aFactor
          const right = y[i]! * bFactor
          out[i] = holds(comparison, left < right ? -1 : left > right ? 1 : 0)
        }
      }
      return
    }
    case 'bool': {
      const other = (b as typeof a).values
      for (let i = 0; i < rowCount; i++) out[i] = holds(comparison, a.values[i]! - other[i]!)
      return
    }
    case 'string':
      return compareStrings(comparison, a, b as StringColumn, out, rowCount)
    case 'object': {
      const other = b as ObjectColumn
      for (let i = 0; i < rowCount; i++) {
        if ((a.nulls !== null && a.nulls[i] === 1) || (b.nulls !== null && b.nulls[i] === 1)) out[i] = 0
        else out[i] = holds(comparison, compareObjects(a.values[i]!, other.values[i]!, compared.type))
      }
    }
  }
}

function compareStrings(comparison: Comparison, a: StringColumn, b: StringColumn, out: Uint8Array, rowCount: number): void {
  if (a.dictionary === b.dictionary && a.dictionary.distinct && (comparison === '=' || comparison === '<>')) {
    return compareInt32(comparison, a.codes, b.codes, out, rowCount)
  }
  const x = a.dictionary.values
  const y = b.dictionary.values
  const anyNull = a.nulls !== null || b.nulls !== null
  if (comparison === '=' || comparison === '<>') {
    const hit = comparison === '=' ? 1 : 0
    for (let i = 0; i < rowCount; i++) out[i] = x[a.codes[i]!] === y[b.codes[i]!] ? hit : 1 - hit
    return
  }
  for (let i = 0; i < rowCount; i++) {
    if (anyNull && ((a.nulls !== null && a.nulls[i] === 1) || (b.nulls !== null && b.nulls[i] === 1))) out[i] = 0
    else out[i] = holds(comparison, compareText(x[a.codes[i]!]!, y[b.codes[i]!]!))
  }
}

/** Whether `text comparison constant` holds. */
export function textHolds(comparison: Comparison, text: string, constant: string): boolean {
  if (comparison === '=') return text === constant
  if (comparison === '<>') return text !== constant
  return holds(comparison, compareText(text, constant)) === 1
}

/** Order of BYTES; 0 or 1 for nested values, which know only equality. */
function compareObjects(a: Value, b: Value, type: DataType): number {
  return type.kind === 'BYTES' ? compareBytes(a as Uint8Array, b as Uint8Array) : equalValues(a, b, type) ? 0 : 1
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

/** Equality of two values of one type; NULLs inside are equal to NULLs, and the entries of a MAP or MULTISET have no order. */
export function equalValues(a: Value, b: Value, type: DataType): boolean {
  if (a === null || b === null) return a === b
  switch (type.kind) {
    case 'BYTES':
      return compareBytes(a as Uint8Array, b as Uint8Array) === 0
    case 'ARRAY':
      return equalLists(a as readonly Value[], b as readonly Value[], () => type.element)
    case 'ROW':
      return equalLists(a as readonly Value[], b as readonly Value[], (i) => type.fields[i]!.type)
    case 'MAP':
      return equalEntries(a as readonly (readonly Value[])[], b as readonly (readonly Value[])[], type.key, type.value)
    case 'MULTISET':
      return equalEntries(a as readonly (readonly Value[])[], b as readonly (readonly Value[])[], type.element, intType)
    default:
      return a === b
  }
}

function equalLists(a: readonly Value[], b: readonly Value[], typeAt: (index: number) => DataType): boolean {
  return a.length === b.length && a.every((item, i) => equalValues(item, b[i]!, typeAt(i)))
}

function equalEntries(a: readonly (readonly Value[])[], b: readonly (readonly Value[])[], key: DataType, value: DataType): boolean {
  return a.length === b.length && a.every((entry) => b.some((other) => equalValues(entry[0]!, other[0]!, key) && equalValues(entry[1]!, other[1]!, value)))
}
