import type { BoolColumn, Column, Dictionary, Int32Column, Int64Column, StringColumn } from '../columnar/column.ts'
import { wideDecimal, wideInt64 } from './wide.ts'
import { holds, type Comparison } from './compareKernels.ts'
import type { TruthTable } from './kernels.ts'

/**
 * From conditions to the rows that fulfil them, without a column of truths in between where the condition compares with a constant.
 *
 * Every loop writes the row first and then moves on only if it counts: that has no branch to predict. `count` −1 stands for all rows of the batch;
 * otherwise `rows[0…count)` are the rows still in play, and those that stay are moved to the front. Rows keep their order.
 */
export const allRows = -1

export function sieveTruths(column: BoolColumn, rowCount: number, rows: Int32Array, count: number): number {
  const kept = count === allRows ? truths(column.values, rowCount, rows) : truthsAmong(column.values, rows, count)
  return withoutNulls(column, rows, kept)
}

/** Row k of the column is about `rows[k]`. */
export function sieveCompact(column: BoolColumn, rows: Int32Array, count: number): number {
  const { values, nulls } = column
  let kept = 0
  if (nulls === null) {
    for (let k = 0; k < count; k++) {
      rows[kept] = rows[k]!
      kept += values[k]!
    }
  } else {
    for (let k = 0; k < count; k++) {
      rows[kept] = rows[k]!
      kept += values[k]! & ~nulls[k]! & 1
    }
  }
  return kept
}

/** Rows where `column comparison constant` holds. The constant is a number of the column's own storage that a double holds. */
export function sieveComparison(comparison: Comparison, column: Column, constant: number, rowCount: number, rows: Int32Array, count: number): number {
  let kept: number
  switch (column.storage) {
    case 'int32':
      kept = int32Compared(comparison, column.values, constant, rows, rowCount, count)
      break
    case 'float64':
      kept = float64Compared(comparison, column.values, constant, rows, rowCount, count)
      break
    case 'int64':
    case 'decimal':
      if (column.values !== null) kept = float64Compared(comparison, column.values, constant, rows, rowCount, count)
      else kept = wideRows(comparison, column.storage === 'int64' ? wideInt64(column, rowCount) : wideDecimal(column, rowCount), column, BigInt(constant), rows, count === allRows ? rowCount : count, count === allRows)
      break
    default:
      throw new Error(`a ${column.storage} column is not compared with a number`)
  }
  return withoutNulls(column, rows, kept)
}

/**
 * How to tell the multiples of a divisor d = 2^shift × odd among numbers of 32 bits without dividing: the product with the inverse of the odd part modulo 2^32, moved by `term` and turned right by
 * `shift`, is at most `most`, read without a sign, for them alone (Granlund and Montgomery, Division by Invariant Integers using Multiplication, 1994, §9; Hacker's Delight, 10-17).
 */
export interface Multiples {
  /** 2 to 2^31 − 1: of 1 every number is a multiple. */
  readonly divisor: number
  readonly inverse: number
  readonly term: number
  readonly shift: number
  /** Below 2^31. */
  readonly most: number
}

export function multiplesOf(divisor: number): Multiples {
  const shift = 31 - Math.clz32(divisor & -divisor)
  const odd = divisor >>> shift
  // Newton's step doubles the bits that are right, of which x = d has three.
  let inverse = odd
  for (let step = 0; step < 4; step++) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse))
  // A power of two divides a number as it divides the same bits without a sign, −2^31 among them, which has no counterpart above zero.
  if (odd === 1) return { divisor, inverse, term: 0, shift, most: 2 ** (32 - shift) - 1 }
  const term = (Math.trunc(0x7fff_ffff / odd) >>> shift) << shift
  return { divisor, inverse, term, shift, most: (term * 2) / 2 ** shift }
}

/** Rows whose number the divisor divides; null where numbers do not all fit doubles. */
export function sieveMultiples(multiples: Multiples, column: Int32Column | Int64Column, rowCount: number, rows: Int32Array, count: number): number | null {
  const { values } = column
  if (values === null) return null
  if (count !== allRows) return withoutNulls(column, rows, values instanceof Int32Array ? multiplesAmongInt32(values, multiples, rows, count) : multiplesAmongFloat64(values, multiples, rows, count))
  return withoutNulls(column, rows, values instanceof Int32Array ? multiplesInt32(values, multiples, rows, rowCount) : multiplesFloat64(values, multiples, rows, rowCount))
}

/** Rows whose text has the answer 1; null when the dictionary is too large to ask all of it, and the rows have to be asked. */
export function sieveTexts(tableOf: (dictionary: Dictionary, rowCount: number) => TruthTable | null, column: StringColumn, rowCount: number, rows: Int32Array, count: number): number | null {
  const table = tableOf(column.dictionary, rowCount)
  if (table === null || table.anyNull) return null
  const kept = count === allRows ? answeredRows(table.answers, column.codes, rows, rowCount) : answeredAmong(table.answers, column.codes, rows, count)
  return withoutNulls(column, rows, kept)
}

function answeredRows(answers: Uint8Array, codes: Int32Array, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    // Under a NULL there may be a code without an answer.
    count += answers[codes[i]!]! & 1
  }
  return count
}

function answeredAmong(answers: Uint8Array, codes: Int32Array, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += answers[codes[row]!]! & 1
  }
  return count
}

function withoutNulls(column: Column, rows: Int32Array, count: number): number {
  const { nulls } = column
  if (nulls === null) return count
  let kept = 0
  for (let k = 0; k < count; k++) {
    const row = rows[k]!
    rows[kept] = row
    kept += nulls[row]! ^ 1
  }
  return kept
}

function truths(values: Uint8Array, n: number, rows: Int32Array): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += values[i]!
  }
  return count
}

function truthsAmong(values: Uint8Array, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += values[row]!
  }
  return count
}

function wideRows(comparison: Comparison, values: BigInt64Array | readonly bigint[], column: Column, constant: bigint, rows: Int32Array, n: number, all: boolean): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = all ? k : rows[k]!
    if (column.nulls !== null && column.nulls[row] === 1) continue
    const value = values[row]!
    if (holds(comparison, value < constant ? -1 : value > constant ? 1 : 0) === 1) rows[count++] = row
  }
  return count
}

// One loop per array class, kind of test and way of going through the rows.
//
// What a comparison gives is a boolean, and making a number of a boolean is a branch or worse in some of the browsers' compilers (measured in Chromium 156: 12 ns a row against 1.3).
// So the truth is taken from the bits of a difference, whose sign is exact for finite doubles and their constants, since an IEEE difference is zero only of equal numbers.

const difference = new Float64Array(1)
const words = new Int32Array(difference.buffer)
difference[0] = 1
/** Where the word with sign and exponent is: 1 on every machine that runs this today. */
const highWord = words[1] === 0 ? 0 : 1
const lowWord = 1 - highWord

/**
 * An order as `factor × value + term` and which signs count: below zero (`flip` 0) or not below (`flip` −1). `bound` keeps NaN from counting: its high word lies beyond that of the
 * infinities. Terms are never −0, so that a zero difference is +0.
 */
interface Order {
  readonly factor: number
  readonly term: number
  readonly flip: number
  readonly bound: number
}
const belowZero = { flip: 0, bound: 0x000f_ffff }
const notBelowZero = { flip: -1, bound: -0x7ff0_0001 }

function orderOf(comparison: '<' | '<=' | '>' | '>=', constant: number): Order {
  const plus = { factor: 1, term: 0 - constant }
  const minus = { factor: -1, term: constant + 0 }
  switch (comparison) {
    case '<':
      return { ...plus, ...belowZero }
    case '>':
      return { ...minus, ...belowZero }
    case '<=':
      return { ...minus, ...notBelowZero }
    case '>=':
      return { ...plus, ...notBelowZero }
  }
}

function int32Compared(comparison: Comparison, values: Int32Array, constant: number, rows: Int32Array, rowCount: number, count: number): number {
  const whole = constant | 0
  if (!Number.isFinite(constant) || ((comparison === '=' || comparison === '<>') && whole !== constant)) return comparedOneByOne(comparison, values, constant, rows, rowCount, count)
  if (comparison === '=' || comparison === '<>') {
    const flip = comparison === '=' ? 1 : 0
    const few = count === allRows && flip === 1 ? fewInt32(values, whole, rows, rowCount) : tooMany
    if (few !== tooMany) return few
    return count === allRows ? equalInt32Rows(values, whole, flip, rows, rowCount) : equalInt32Among(values, whole, flip, rows, count)
  }
  const { factor, term, flip, bound } = orderOf(comparison, constant)
  return count === allRows ? orderedInt32Rows(values, factor, term, flip, bound, rows, rowCount) : orderedInt32Among(values, factor, term, flip, bound, rows, count)
}

function float64Compared(comparison: Comparison, values: Float64Array, constant: number, rows: Int32Array, rowCount: number, count: number): number {
  if (!Number.isFinite(constant)) return comparedOneByOne(comparison, values, constant, rows, rowCount, count)
  if (comparison === '=' || comparison === '<>') {
    const flip = comparison === '=' ? 1 : 0
    const few = count === allRows && flip === 1 ? fewFloat64(values, constant, rows, rowCount) : tooMany
    if (few !== tooMany) return few
    return count === allRows ? equalFloat64Rows(values, constant, flip, rows, rowCount) : equalFloat64Among(values, constant, flip, rows, count)
  }
  const { factor, term, flip, bound } = orderOf(comparison, constant)
  return count === allRows ? orderedFloat64Rows(values, factor, term, flip, bound, rows, rowCount) : orderedFloat64Among(values, factor, term, flip, bound, rows, count)
}

function orderedInt32Rows(a: Int32Array, factor: number, term: number, flip: number, bound: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    difference[0] = factor * a[i]! + term
    const high = words[highWord]!
    rows[count] = i
    count = (count + (((high ^ flip) & (high + bound)) >>> 31)) | 0
  }
  return count
}
function orderedFloat64Rows(a: Float64Array, factor: number, term: number, flip: number, bound: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    difference[0] = factor * a[i]! + term
    const high = words[highWord]!
    rows[count] = i
    count = (count + (((high ^ flip) & (high + bound)) >>> 31)) | 0
  }
  return count
}
function orderedInt32Among(a: Int32Array, factor: number, term: number, flip: number, bound: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    difference[0] = factor * a[row]! + term
    const high = words[highWord]!
    rows[count] = row
    count = (count + (((high ^ flip) & (high + bound)) >>> 31)) | 0
  }
  return count
}
function orderedFloat64Among(a: Float64Array, factor: number, term: number, flip: number, bound: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    difference[0] = factor * a[row]! + term
    const high = words[highWord]!
    rows[count] = row
    count = (count + (((high ^ flip) & (high + bound)) >>> 31)) | 0
  }
  return count
}

// A value that few rows have, as a key, is found by the array's own search, in half the time (measured); with more than one row in 64 the loops below are quicker.

const tooMany = -1

function fewInt32(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  const part = a.length === n ? a : a.subarray(0, n)
  const most = n >> 6
  let count = 0
  for (let row = part.indexOf(constant); row >= 0; row = part.indexOf(constant, row + 1)) {
    if (count === most) return tooMany
    rows[count++] = row
  }
  return count
}
function fewFloat64(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  const part = a.length === n ? a : a.subarray(0, n)
  const most = n >> 6
  let count = 0
  for (let row = part.indexOf(constant); row >= 0; row = part.indexOf(constant, row + 1)) {
    if (count === most) return tooMany
    rows[count++] = row
  }
  return count
}

// Unequal is a difference with any bit but the sign, or any bit that differs; `flip` 1 asks for the equal ones.

function equalInt32Rows(a: Int32Array, constant: number, flip: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    const bits = a[i]! ^ constant
    rows[count] = i
    count = (count + (((bits | -bits) >>> 31) ^ flip)) | 0
  }
  return count
}
function equalFloat64Rows(a: Float64Array, constant: number, flip: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    difference[0] = a[i]! - constant
    const bits = (words[highWord]! & 0x7fff_ffff) | words[lowWord]!
    rows[count] = i
    count = (count + (((bits | -bits) >>> 31) ^ flip)) | 0
  }
  return count
}
function equalInt32Among(a: Int32Array, constant: number, flip: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    const bits = a[row]! ^ constant
    rows[count] = row
    count = (count + (((bits | -bits) >>> 31) ^ flip)) | 0
  }
  return count
}
function equalFloat64Among(a: Float64Array, constant: number, flip: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    difference[0] = a[row]! - constant
    const bits = (words[highWord]! & 0x7fff_ffff) | words[lowWord]!
    rows[count] = row
    count = (count + (((bits | -bits) >>> 31) ^ flip)) | 0
  }
  return count
}

// Multiples of a divisor are mostly few: a branch that is seldom taken costs less than writing each row (measured: 1.2 ns a row against 1.7). Where they are many it is the other way round.

function multiplesFloat64(a: Float64Array, { divisor, inverse, term, shift, most }: Multiples, rows: Int32Array, n: number): number {
  const few = n >> 4
  let count = 0
  let i = 0
  for (; i < n; i++) {
    const whole = a[i]! | 0
    if (whole !== a[i]) break
    const product = (Math.imul(whole, inverse) + term) | 0
    if (((product >>> shift) | (product << (32 - shift))) >>> 0 > most) continue
    if (count === few) break
    rows[count++] = i
  }
  for (; i < n; i++) {
    rows[count] = i
    count = (count + isMultiple(a[i]!, divisor, inverse, term, shift, most)) | 0
  }
  return count
}
function multiplesInt32(a: Int32Array, { inverse, term, shift, most }: Multiples, rows: Int32Array, n: number): number {
  const few = n >> 4
  let count = 0
  let i = 0
  for (; i < n; i++) {
    const product = (Math.imul(a[i]!, inverse) + term) | 0
    if (((product >>> shift) | (product << (32 - shift))) >>> 0 > most) continue
    if (count === few) break
    rows[count++] = i
  }
  for (; i < n; i++) {
    rows[count] = i
    count = (count + isMultipleInt32(a[i]!, inverse, term, shift, most)) | 0
  }
  return count
}
function multiplesAmongFloat64(a: Float64Array, { divisor, inverse, term, shift, most }: Multiples, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count = (count + isMultiple(a[row]!, divisor, inverse, term, shift, most)) | 0
  }
  return count
}
function multiplesAmongInt32(a: Int32Array, { inverse, term, shift, most }: Multiples, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count = (count + isMultipleInt32(a[row]!, inverse, term, shift, most)) | 0
  }
  return count
}

function isMultiple(value: number, divisor: number, inverse: number, term: number, shift: number, most: number): number {
  const whole = value | 0
  return whole === value ? isMultipleInt32(whole, inverse, term, shift, most) : value % divisor === 0 ? 1 : 0
}
/** `most` is below 2^31, so that the sign of `most − turned` tells, unless that is negative itself. */
function isMultipleInt32(value: number, inverse: number, term: number, shift: number, most: number): number {
  const product = (Math.imul(value, inverse) + term) | 0
  const turned = (product >>> shift) | (product << (32 - shift))
  return ((turned | (most - turned)) >>> 31) ^ 1
}

/** Against an infinity or NaN, where differences say nothing. */
function comparedOneByOne(comparison: Comparison, values: Int32Array | Float64Array, constant: number, rows: Int32Array, rowCount: number, count: number): number {
  const all = count === allRows
  const n = all ? rowCount : count
  let kept = 0
  for (let k = 0; k < n; k++) {
    const row = all ? k : rows[k]!
    if (compares(comparison, values[row]!, constant)) rows[kept++] = row
  }
  return kept
}

function compares(comparison: Comparison, a: number, b: number): boolean {
  switch (comparison) {
    case '=':
      return a === b
    case '<>':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}
