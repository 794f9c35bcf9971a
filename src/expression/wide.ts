import type { DecimalColumn, Int64Column, Nulls } from '../columnar/column.ts'
import { powerOfTen } from '../columnar/valueText.ts'

/**
 * The two forms of BIGINT and DECIMAL columns: doubles that hold exact integers, and BigInts for batches where some value does not fit.
 *
 * Kernels compute in doubles and look, once per batch, whether every result stayed within ±(2^53 − 1); a true value beyond rounds to something
 * beyond as well, so the look is exact. If not, the batch is computed again in BigInt. Results in BigInt go back to doubles when they all fit.
 */
export const safeMax = Number.MAX_SAFE_INTEGER
const safeMaxWide = BigInt(safeMax)

/** The values as 64-bit integers. */
export function wideInt64(column: Int64Column, rowCount: number): BigInt64Array {
  if (column.wide !== null) return column.wide
  const values = column.values!
  const wide = new BigInt64Array(rowCount)
  for (let i = 0; i < rowCount; i++) wide[i] = BigInt(values[i]!)
  return wide
}

/** The unscaled values as BigInts. */
export function wideDecimal(column: DecimalColumn, rowCount: number): bigint[] {
  if (column.wide !== null) return column.wide
  const values = column.values!
  const wide = new Array<bigint>(rowCount)
  for (let i = 0; i < rowCount; i++) wide[i] = BigInt(values[i]!)
  return wide
}

/** A BIGINT column of the values: as doubles in `out` when all fit. */
export function int64Column(wide: BigInt64Array, nulls: Nulls, rowCount: number, out: (rowCount: number) => Float64Array): Int64Column {
  for (let i = 0; i < rowCount; i++) {
    const value = wide[i]!
    if ((value > safeMaxWide || value < -safeMaxWide) && (nulls === null || nulls[i] === 0)) return { storage: 'int64', values: null, wide, nulls }
  }
  const values = out(rowCount)
  for (let i = 0; i < rowCount; i++) values[i] = nulls !== null && nulls[i] === 1 ? 0 : Number(wide[i]!)
  return { storage: 'int64', values, wide: null, nulls }
}

/** A DECIMAL column of the unscaled values: NULL where they have more than `precision` digits, as doubles when all fit. `nulls` may be written. */
export function decimalColumn(wide: bigint[], precision: number, nulls: Nulls, rowCount: number, out: (rowCount: number) => Float64Array): DecimalColumn {
  const limit = powerOfTen(precision)
  let marked: Nulls = nulls
  let safe = true
  for (let i = 0; i < rowCount; i++) {
    if (nulls !== null && nulls[i] === 1) {
      wide[i] = 0n
      continue
    }
    const value = wide[i]!
    if (value >= limit || value <= -limit) {
      if (marked === nulls) marked = nulls === null ? new Uint8Array(rowCount) : nulls.slice(0, rowCount)
      marked![i] = 1
      wide[i] = 0n
    } else if (value > safeMaxWide || value < -safeMaxWide) safe = false
  }
  if (!safe) return { storage: 'decimal', values: null, wide, nulls: marked }
  const values = out(rowCount)
  for (let i = 0; i < rowCount; i++) values[i] = Number(wide[i]!)
  return { storage: 'decimal', values, wide: null, nulls: marked }
}

/** A DECIMAL column of exact doubles: NULL where they have more than `precision` digits. */
export function safeDecimalColumn(values: Float64Array, precision: number, nulls: Nulls, rowCount: number): DecimalColumn {
  if (precision >= 16) return { storage: 'decimal', values, wide: null, nulls }
  const limit = 10 ** precision
  let marked: Nulls = nulls
  for (let i = 0; i < rowCount; i++) {
    const value = values[i]!
    if (value >= limit || value <= -limit) {
      if (nulls !== null && nulls[i] === 1) continue
      if (marked === nulls) marked = nulls === null ? new Uint8Array(rowCount) : nulls.slice(0, rowCount)
      marked![i] = 1
      values[i] = 0
    }
  }
  return { storage: 'decimal', values, wide: null, nulls: marked }
}
