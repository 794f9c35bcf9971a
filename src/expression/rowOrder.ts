import type { Column, DecimalColumn, Float64Column, Int32Column, Int64Column, BoolColumn, StringColumn, ObjectColumn, Value } from '../columnar/column.ts'
import { storageOf } from '../columnar/column.ts'
import type { Schema } from '../columnar/schema.ts'
import { compareText } from './textOrder.ts'

/**
 * ORDER BY over rows in columns: which of two rows comes first, and whether two rows are the same row.
 *
 * Order is Flink's: NULL is the lowest value (first in ascending order), strings by code point, FALSE before TRUE; NaN ties with everything, because the
 * generated comparators ask `>` and `<` only. Sameness is what retraction goes by: NULL equals NULL and NaN equals NaN. Rows are named by their place in columns
 * that lie still during a call; each storage has a loop-free comparison of its own, so that a sort sees one class of array at a time.
 */
export interface OrderTerm {
  readonly column: number
  readonly descending: boolean
}

export class RowOrder {
  readonly #terms: readonly { readonly column: number; readonly sign: number; readonly compare: CompareAt }[]

  constructor(terms: readonly OrderTerm[], schema: Schema) {
    this.#terms = terms.map(({ column, descending }) => ({ column, sign: descending ? -1 : 1, compare: comparison(schema, column) }))
  }

  /** Negative when row `a` of `left` comes before row `b` of `right`. */
  compare(left: readonly Column[], a: number, right: readonly Column[], b: number): number {
    for (const { column, sign, compare } of this.#terms) {
      const order = compareNullable(compare, left[column]!, a, right[column]!, b)
      if (order !== 0) return order * sign
    }
    return 0
  }
}

/** Whether two rows are equal in all columns. */
export function sameRow(left: readonly Column[], a: number, right: readonly Column[], b: number): boolean {
  for (let column = 0; column < left.length; column++) if (!sameValue(left[column]!, a, right[column]!, b)) return false
  return true
}

/** Whether two places hold the same value: NULL is the same as NULL, NaN as NaN, and 0 is not -0. */
export function sameValue(left: Column, a: number, right: Column, b: number): boolean {
  const nullA = left.nulls !== null && left.nulls[a] === 1
  const nullB = right.nulls !== null && right.nulls[b] === 1
  if (nullA || nullB) return nullA && nullB
  switch (left.storage) {
    case 'bool':
      return left.values[a] === (right as BoolColumn).values[b]
    case 'int32':
      return left.values[a] === (right as Int32Column).values[b]
    case 'float64':
      return Object.is(left.values[a], (right as Float64Column).values[b])
    case 'int64':
    case 'decimal':
      return compareInteger(left, a, right, b) === 0
    case 'string': {
      const other = right as StringColumn
      if (left.dictionary === other.dictionary && left.dictionary.distinct) return left.codes[a] === other.codes[b]
      return left.dictionary.values[left.codes[a]!] === other.dictionary.values[other.codes[b]!]
    }
    case 'object':
      return sameObject(left.values[a]!, (right as ObjectColumn).values[b]!)
  }
}

type CompareAt = (left: Column, a: number, right: Column, b: number) => number

function comparison(schema: Schema, column: number): CompareAt {
  switch (storageOf(schema.fields[column]!.type)) {
    case 'bool':
      return compareBool
    case 'int32':
      return compareInt32
    case 'float64':
      return compareFloat64
    case 'int64':
    case 'decimal':
      return compareInteger
    case 'string':
      return compareString
    case 'object':
      return compareObject
  }
}

function compareNullable(compare: CompareAt, left: Column, a: number, right: Column, b: number): number {
  const nullA = left.nulls !== null && left.nulls[a] === 1
  const nullB = right.nulls !== null && right.nulls[b] === 1
  if (nullA || nullB) return nullA && nullB ? 0 : nullA ? -1 : 1
  return compare(left, a, right, b)
}

function compareBool(left: Column, a: number, right: Column, b: number): number {
  return (left as BoolColumn).values[a]! - (right as BoolColumn).values[b]!
}

function compareInt32(left: Column, a: number, right: Column, b: number): number {
  return (left as Int32Column).values[a]! - (right as Int32Column).values[b]!
}

function compareFloat64(left: Column, a: number, right: Column, b: number): number {
  const x = (left as Float64Column).values[a]!
  const y = (right as Float64Column).values[b]!
  return x < y ? -1 : x > y ? 1 : 0
}

function compareInteger(left: Column, a: number, right: Column, b: number): number {
  const { values, wide } = left as Int64Column | DecimalColumn
  const { values: otherValues, wide: otherWide } = right as Int64Column | DecimalColumn
  const x = values !== null ? values[a]! : wide![a]!
  const y = otherValues !== null ? otherValues[b]! : otherWide![b]!
  return x < y ? -1 : x > y ? 1 : 0
}

function compareString(left: Column, a: number, right: Column, b: number): number {
  const { dictionary, codes } = left as StringColumn
  const { dictionary: otherDictionary, codes: otherCodes } = right as StringColumn
  if (dictionary === otherDictionary && codes[a] === otherCodes[b]) return 0
  return compareText(dictionary.values[codes[a]!]!, otherDictionary.values[otherCodes[b]!]!)
}

function compareObject(left: Column, a: number, right: Column, b: number): number {
  const x = (left as ObjectColumn).values[a]!
  const y = (right as ObjectColumn).values[b]!
  return x instanceof Uint8Array && y instanceof Uint8Array ? compareBytes(x, y) : 0
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

function sameObject(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item: Value, i) => sameObject(item, b[i] as Value))
  return Object.is(a, b)
}
