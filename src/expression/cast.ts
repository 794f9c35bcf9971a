import { columnOf } from '../columnar/batchBuilder.ts'
import { valueAt, type Column, type DecimalColumn, type Float64Column, type Int32Column, type Int64Column, type StringColumn, type Value } from '../columnar/column.ts'
import { isCharacter, sameType, stringLengthMax, type DataType } from '../columnar/dataType.ts'
import { RowError } from '../columnar/rowError.ts'
import { msPerDay, powerOfTen, rescaleDecimal } from '../columnar/valueText.ts'
import { CastFailure, castValue, saturatedInt } from './castValue.ts'
import type { EvaluationContext } from './expression.ts'
import type { Buffers } from './functionDefinition.ts'
import { allNulls } from './kernels.ts'
import { decimalColumn, int64Column, safeDecimalColumn, safeMax, wideDecimal } from './wide.ts'

/**
 * CAST and TRY_CAST over columns. `castValue.ts` says what they mean; here the casts that a stream does by the million have loops of their own, the others go
 * value by value, and strings once per dictionary entry.
 */
export type CastKernel = (column: Column, rowCount: number, context: EvaluationContext) => Column

/** Null when the column can be used as it is. */
export function castKernel(from: DataType, to: DataType, mode: 'cast' | 'try', buffers: Buffers): CastKernel | null {
  if (sameType(from, to)) return null
  if (from.kind === 'NULL') return (_column, rowCount) => ({ ...columnOf(to, new Array<Value>(rowCount).fill(null)), nulls: allNulls(rowCount) }) as Column
  if (isCharacter(from) && to.kind === 'VARCHAR' && (to.length === stringLengthMax || (from as { length: number }).length <= to.length)) return null
  return numericCast(from, to, buffers) ?? temporalCast(from, to, buffers) ?? valueCast(from, to, mode)
}

const int32Kinds = new Set(['TINYINT', 'SMALLINT', 'INT'])
const bitsOf: Readonly<Record<string, number>> = { TINYINT: 8, SMALLINT: 16, INT: 32 }

function numericCast(from: DataType, to: DataType, buffers: Buffers): CastKernel | null {
  const shift = 32 - (bitsOf[to.kind] ?? 32)
  const single = to.kind === 'FLOAT'
  if (int32Kinds.has(from.kind)) {
    if (int32Kinds.has(to.kind)) {
      if (bitsOf[to.kind]! >= bitsOf[from.kind]!) return (column) => column
      return (column, n) => {
        const values = buffers.int32(n)
        narrowInt32((column as Int32Column).values, shift, values, n)
        return { storage: 'int32', values, nulls: column.nulls }
      }
    }
    if (to.kind === 'BIGINT') {
      return (column, n) => {
        const values = buffers.float64(n)
        int32ToFloat64((column as Int32Column).values, values, n)
        return { storage: 'int64', values, wide: null, nulls: column.nulls }
      }
    }
    if (to.kind === 'DOUBLE' || single) {
      return (column, n) => {
        const values = buffers.float64(n)
        int32ToFloat64((column as Int32Column).values, values, n)
        if (single) roundFloat(values, n)
        return { storage: 'float64', values, nulls: column.nulls }
      }
    }
    if (to.kind === 'DECIMAL') {
      if (to.scale === 0) {
        return (column, n) => {
          const values = buffers.float64(n)
          int32ToFloat64((column as Int32Column).values, values, n)
          return safeDecimalColumn(values, to.precision, column.nulls, n)
        }
      }
      const rescale = rescaled(0, to, buffers)
      // Not a buffer of the call site: rescaling reads it again when a batch does not fit doubles.
      let plain = new Float64Array(0)
      return (column, n, context) => {
        if (plain.length < n) plain = new Float64Array(n)
        int32ToFloat64((column as Int32Column).values, plain, n)
        return rescale({ storage: 'decimal', values: plain, wide: null, nulls: column.nulls }, n, context)
      }
    }
    return null
  }
  if (from.kind === 'BIGINT') {
    if (int32Kinds.has(to.kind)) {
      return (column, n) => {
        const values = buffers.int32(n)
        const source = column as Int64Column
        if (source.values !== null) float64ToWrappedInt32(source.values, shift, values, n)
        else for (let i = 0; i < n; i++) values[i] = (Number(BigInt.asIntN(32, source.wide![i]!)) << shift) >> shift
        return { storage: 'int32', values, nulls: column.nulls }
      }
    }
    if (to.kind === 'DOUBLE' || single) {
      return (column, n) => {
        const source = column as Int64Column
        if (source.values !== null && !single) return { storage: 'float64', values: source.values, nulls: column.nulls }
        const values = buffers.float64(n)
        if (source.values !== null) copyFloat64(source.values, values, n)
        else for (let i = 0; i < n; i++) values[i] = Number(source.wide![i]!)
        if (single) roundFloat(values, n)
        return { storage: 'float64', values, nulls: column.nulls }
      }
    }
    if (to.kind === 'DECIMAL') {
      const rescale = rescaled(0, to, buffers)
      return (column, n, context) => {
        const source = column as Int64Column
        const wide = source.wide === null ? null : Array.from(source.wide.subarray(0, n))
        return rescale({ storage: 'decimal', values: source.values, wide, nulls: column.nulls }, n, context)
      }
    }
    return null
  }
  if (from.kind === 'DECIMAL') {
    if (to.kind === 'DECIMAL') {
      return rescaled(from.scale, to, buffers)
    }
    if (to.kind === 'DOUBLE' && from.scale <= 22) {
      const divisor = 10 ** from.scale
      return (column, n) => {
        const source = column as DecimalColumn
        if (source.values === null) return valueCast(from, to, 'cast')(column, n, unzoned)
        const values = buffers.float64(n)
        divideFloat64(source.values, divisor, values, n)
        return { storage: 'float64', values, nulls: column.nulls }
      }
    }
    if (to.kind === 'BIGINT') {
      const divisor = 10 ** from.scale
      const wideDivisor = powerOfTen(from.scale)
      return (column, n) => {
        const source = column as DecimalColumn
        if (source.values !== null && from.scale <= 15) {
          if (from.scale === 0) return { storage: 'int64', values: source.values, wide: null, nulls: column.nulls }
          const values = buffers.float64(n)
          truncateFloat64(source.values, divisor, values, n)
          return { storage: 'int64', values, wide: null, nulls: column.nulls }
        }
        const unscaled = wideDecimal(source, n)
        const wide = new BigInt64Array(n)
        for (let i = 0; i < n; i++) if (column.nulls === null || column.nulls[i] === 0) wide[i] = BigInt.asIntN(64, unscaled[i]! / wideDivisor)
        return int64Column(wide, column.nulls, n, buffers.float64)
      }
    }
    return null
  }
  if (from.kind === 'FLOAT' || from.kind === 'DOUBLE') {
    if (to.kind === 'DOUBLE') return (column) => column
    if (single) {
      return (column, n) => {
        const values = buffers.float64(n)
        copyFloat64((column as Float64Column).values, values, n)
        roundFloat(values, n)
        return { storage: 'float64', values, nulls: column.nulls }
      }
    }
    if (int32Kinds.has(to.kind)) {
      return (column, n) => {
        const values = buffers.int32(n)
        saturateInt32((column as Float64Column).values, shift, values, n)
        return { storage: 'int32', values, nulls: column.nulls }
      }
    }
  }
  return null
}

const unzoned: EvaluationContext = { timeZone: 'UTC', processingTime: () => 0, watermarks: null, watermark: Number.NEGATIVE_INFINITY }

function narrowInt32(a: Int32Array, shift: number, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = (a[i]! << shift) >> shift
}
function int32ToFloat64(a: Int32Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]!
}
function copyFloat64(a: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]!
}
function float64ToWrappedInt32(a: Float64Array, shift: number, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = (a[i]! << shift) >> shift
}
function saturateInt32(a: Float64Array, shift: number, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = (saturatedInt(a[i]!) << shift) >> shift
}
function roundFloat(values: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) values[i] = Math.fround(values[i]!)
}
function divideFloat64(a: Float64Array, divisor: number, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! / divisor
}
function truncateFloat64(a: Float64Array, divisor: number, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = (a[i]! - (a[i]! % divisor)) / divisor + 0
}
function multiplyFloat64(a: Float64Array, factor: number, out: Float64Array, n: number): boolean {
  let safe = true
  for (let i = 0; i < n; i++) {
    const value = a[i]! * factor
    if (value > safeMax || value < -safeMax) safe = false
    out[i] = value
  }
  return safe
}
/** HALF_UP division by a power of ten. */
function roundFloat64(a: Float64Array, divisor: number, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const value = a[i]!
    const rest = value % divisor
    const quotient = (value - rest) / divisor
    out[i] = (rest * 2 >= divisor ? quotient + 1 : rest * 2 <= -divisor ? quotient - 1 : quotient) + 0
  }
}

/** Decimals of one scale as decimals of a type: HALF_UP, NULL on overflow. */
function rescaled(scale: number, to: DataType & { kind: 'DECIMAL' }, buffers: Buffers): CastKernel {
  const up = to.scale - scale
  const factor = 10 ** Math.abs(up)
  return (input, n) => {
    const column = input as DecimalColumn
    if (column.values !== null && Math.abs(up) <= 15) {
      if (up === 0 && to.precision >= 16) return column
      const values = buffers.float64(n)
      let safe = true
      if (up > 0) safe = multiplyFloat64(column.values, factor, values, n)
      else if (up < 0) roundFloat64(column.values, factor, values, n)
      else copyFloat64(column.values, values, n)
      if (safe) return safeDecimalColumn(values, to.precision, column.nulls, n)
    }
    const source = wideDecimal(column, n)
    const wide = new Array<bigint>(n)
    for (let i = 0; i < n; i++) wide[i] = column.nulls !== null && column.nulls[i] === 1 ? 0n : rescaleDecimal(source[i]!, scale, to.scale)
    return decimalColumn(wide, to.precision, column.nulls, n, buffers.float64)
  }
}

function temporalCast(from: DataType, to: DataType, buffers: Buffers): CastKernel | null {
  if (from.kind === 'TIMESTAMP' && (to.kind === 'DATE' || to.kind === 'TIME')) {
    const date = to.kind === 'DATE'
    return (column, n) => {
      const values = buffers.int32(n)
      if (date) daysOfMs((column as Float64Column).values, values, n)
      else timeOfMs((column as Float64Column).values, values, n)
      return { storage: 'int32', values, nulls: column.nulls }
    }
  }
  if (from.kind === 'DATE' && to.kind === 'TIMESTAMP') {
    return (column, n) => {
      const values = buffers.float64(n)
      msOfDays((column as Int32Column).values, values, n)
      return { storage: 'float64', values, nulls: column.nulls }
    }
  }
  if (from.kind === to.kind && (from.kind === 'TIMESTAMP' || from.kind === 'TIMESTAMP_LTZ') && (to.kind === 'TIMESTAMP' || to.kind === 'TIMESTAMP_LTZ')) {
    if (to.precision >= from.precision) return (column) => column
    const unit = 10 ** (3 - to.precision)
    return (column, n) => {
      const values = buffers.float64(n)
      const source = (column as Float64Column).values
      for (let i = 0; i < n; i++) values[i] = Math.floor(source[i]! / unit) * unit
      return { storage: 'float64', values, nulls: column.nulls }
    }
  }
  return null
}

function daysOfMs(a: Float64Array, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = Math.floor(a[i]! / msPerDay)
}
/** A TIME is of whole seconds. */
function timeOfMs(a: Float64Array, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const ofDay = a[i]! - Math.floor(a[i]! / msPerDay) * msPerDay
    out[i] = ofDay - (ofDay % 1000)
  }
}
function msOfDays(a: Int32Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! * msPerDay
}

/** Value by value; strings once per dictionary entry when those are fewer than the rows. */
function valueCast(from: DataType, to: DataType, mode: 'cast' | 'try'): CastKernel {
  return (column, n, context) => {
    const out = new Array<Value>(n)
    const answers = column.storage === 'string' && column.dictionary.values.length < n ? new Map<number, Value | CastFailure>() : null
    for (let i = 0; i < n; i++) {
      if (column.nulls !== null && column.nulls[i] === 1) {
        out[i] = null
        continue
      }
      let cast: Value | CastFailure | undefined
      if (answers !== null) {
        const code = (column as StringColumn).codes[i]!
        cast = answers.get(code)
        if (cast === undefined) {
          cast = castValue((column as StringColumn).dictionary.values[code]!, from, to, context.timeZone)
          answers.set(code, cast)
        }
      } else cast = castValue(valueAt(column, i), from, to, context.timeZone)
      if (cast instanceof CastFailure) {
        if (mode === 'cast') throw new RowError(i, cast.message)
        cast = null
      }
      out[i] = cast
    }
    return columnOf(to, out)
  }
}
