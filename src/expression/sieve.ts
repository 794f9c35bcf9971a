import type { BoolColumn, Column, Dictionary, StringColumn } from '../columnar/column.ts'
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
      kept = count === allRows ? int32Rows(comparison, column.values, constant, rows, rowCount) : int32Among(comparison, column.values, constant, rows, count)
      break
    case 'float64':
      kept = count === allRows ? float64Rows(comparison, column.values, constant, rows, rowCount) : float64Among(comparison, column.values, constant, rows, count)
      break
    case 'int64':
    case 'decimal':
      if (column.values !== null) kept = count === allRows ? float64Rows(comparison, column.values, constant, rows, rowCount) : float64Among(comparison, column.values, constant, rows, count)
      else kept = wideRows(comparison, column.storage === 'int64' ? wideInt64(column, rowCount) : wideDecimal(column, rowCount), column, BigInt(constant), rows, count === allRows ? rowCount : count, count === allRows)
      break
    default:
      throw new Error(`a ${column.storage} column is not compared with a number`)
  }
  return withoutNulls(column, rows, kept)
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

// One loop per comparison, array class and way of going through the rows.

function int32Rows(comparison: Comparison, a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  switch (comparison) {
    case '=':
      return equalInt32Rows(a, constant, rows, n)
    case '<>':
      return unequalInt32Rows(a, constant, rows, n)
    case '<':
      return lessInt32Rows(a, constant, rows, n)
    case '<=':
      return atMostInt32Rows(a, constant, rows, n)
    case '>':
      return greaterInt32Rows(a, constant, rows, n)
    case '>=':
      return atLeastInt32Rows(a, constant, rows, n)
  }
}
function equalInt32Rows(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i] === constant)
  }
  return count
}
function unequalInt32Rows(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i] !== constant)
  }
  return count
}
function lessInt32Rows(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i]! < constant)
  }
  return count
}
function atMostInt32Rows(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i]! <= constant)
  }
  return count
}
function greaterInt32Rows(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i]! > constant)
  }
  return count
}
function atLeastInt32Rows(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i]! >= constant)
  }
  return count
}

function int32Among(comparison: Comparison, a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  switch (comparison) {
    case '=':
      return equalInt32Among(a, constant, rows, n)
    case '<>':
      return unequalInt32Among(a, constant, rows, n)
    case '<':
      return lessInt32Among(a, constant, rows, n)
    case '<=':
      return atMostInt32Among(a, constant, rows, n)
    case '>':
      return greaterInt32Among(a, constant, rows, n)
    case '>=':
      return atLeastInt32Among(a, constant, rows, n)
  }
}
function equalInt32Among(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row] === constant)
  }
  return count
}
function unequalInt32Among(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row] !== constant)
  }
  return count
}
function lessInt32Among(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row]! < constant)
  }
  return count
}
function atMostInt32Among(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row]! <= constant)
  }
  return count
}
function greaterInt32Among(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row]! > constant)
  }
  return count
}
function atLeastInt32Among(a: Int32Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row]! >= constant)
  }
  return count
}

function float64Rows(comparison: Comparison, a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  switch (comparison) {
    case '=':
      return equalFloat64Rows(a, constant, rows, n)
    case '<>':
      return unequalFloat64Rows(a, constant, rows, n)
    case '<':
      return lessFloat64Rows(a, constant, rows, n)
    case '<=':
      return atMostFloat64Rows(a, constant, rows, n)
    case '>':
      return greaterFloat64Rows(a, constant, rows, n)
    case '>=':
      return atLeastFloat64Rows(a, constant, rows, n)
  }
}
function equalFloat64Rows(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i] === constant)
  }
  return count
}
function unequalFloat64Rows(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i] !== constant)
  }
  return count
}
function lessFloat64Rows(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i]! < constant)
  }
  return count
}
function atMostFloat64Rows(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i]! <= constant)
  }
  return count
}
function greaterFloat64Rows(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i]! > constant)
  }
  return count
}
function atLeastFloat64Rows(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    count += Number(a[i]! >= constant)
  }
  return count
}

function float64Among(comparison: Comparison, a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  switch (comparison) {
    case '=':
      return equalFloat64Among(a, constant, rows, n)
    case '<>':
      return unequalFloat64Among(a, constant, rows, n)
    case '<':
      return lessFloat64Among(a, constant, rows, n)
    case '<=':
      return atMostFloat64Among(a, constant, rows, n)
    case '>':
      return greaterFloat64Among(a, constant, rows, n)
    case '>=':
      return atLeastFloat64Among(a, constant, rows, n)
  }
}
function equalFloat64Among(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row] === constant)
  }
  return count
}
function unequalFloat64Among(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row] !== constant)
  }
  return count
}
function lessFloat64Among(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row]! < constant)
  }
  return count
}
function atMostFloat64Among(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row]! <= constant)
  }
  return count
}
function greaterFloat64Among(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row]! > constant)
  }
  return count
}
function atLeastFloat64Among(a: Float64Array, constant: number, rows: Int32Array, n: number): number {
  let count = 0
  for (let k = 0; k < n; k++) {
    const row = rows[k]!
    rows[count] = row
    count += Number(a[row]! >= constant)
  }
  return count
}
