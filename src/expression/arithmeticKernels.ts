import type { Column, DecimalColumn, Float64Column, Int32Column, Int64Column, Nulls } from '../columnar/column.ts'
import { RowError } from '../columnar/rowError.ts'
import { powerOfTen, rescaleDecimal } from '../columnar/valueText.ts'
import { unionNulls } from './kernels.ts'
import type { CallSite, Kernel } from './functionDefinition.ts'
import { decimalColumn, int64Column, safeDecimalColumn, safeMax, wideDecimal, wideInt64 } from './wide.ts'

/**
 * Arithmetic over columns: one loop per operator and array class, because a loop that has met two classes of array runs thirty times slower.
 *
 * Integers wrap as Java's do; integer division by zero fails the row; decimals round HALF_UP and become NULL when they do not fit
 * (flink-table-runtime: DecimalDataUtils).
 */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

const divisionByZero = 'Division by zero. Guard the divisor, for example with NULLIF(divisor, 0), which gives NULL instead.'

// TINYINT, SMALLINT, INT.

function addInt32(a: Int32Array, b: Int32Array, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]!
}
function subtractInt32(a: Int32Array, b: Int32Array, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! - b[i]!
}
function multiplyInt32(a: Int32Array, b: Int32Array, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = Math.imul(a[i]!, b[i]!)
}
function divideInt32(a: Int32Array, b: Int32Array, nulls: Nulls, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const divisor = b[i]!
    if (divisor === 0) failUnlessNull(nulls, i)
    out[i] = (a[i]! / divisor) | 0
  }
}
function remainderInt32(a: Int32Array, b: Int32Array, nulls: Nulls, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const divisor = b[i]!
    if (divisor === 0) failUnlessNull(nulls, i)
    out[i] = (a[i]! % divisor) | 0
  }
}

function failUnlessNull(nulls: Nulls, row: number): void {
  if (nulls === null || nulls[row] === 0) throw new RowError(row, divisionByZero)
}

/** The value as Java's cast to short or byte leaves it. */
function narrow(values: Int32Array, bits: 16 | 8, n: number): void {
  const shift = 32 - bits
  for (let i = 0; i < n; i++) values[i] = (values[i]! << shift) >> shift
}

export function int32Arithmetic(operator: ArithmeticOperator, call: CallSite): Kernel {
  const bits = call.type.kind === 'TINYINT' ? 8 : call.type.kind === 'SMALLINT' ? 16 : 32
  return (columns, rowCount) => {
    const a = (columns[0] as Int32Column).values
    const b = (columns[1] as Int32Column).values
    const nulls = unionNulls(columns, rowCount)
    const values = call.buffers.int32(rowCount)
    switch (operator) {
      case '+':
        addInt32(a, b, values, rowCount)
        break
      case '-':
        subtractInt32(a, b, values, rowCount)
        break
      case '*':
        multiplyInt32(a, b, values, rowCount)
        break
      case '/':
        divideInt32(a, b, nulls, values, rowCount)
        break
      case '%':
        remainderInt32(a, b, nulls, values, rowCount)
        break
    }
    if (bits !== 32) narrow(values, bits, rowCount)
    return { storage: 'int32', values, nulls }
  }
}

// BIGINT: each returns false when a result is not exact.

function addSafe(a: Float64Array, b: Float64Array, out: Float64Array, n: number): boolean {
  let safe = true
  for (let i = 0; i < n; i++) {
    const value = a[i]! + b[i]!
    if (value > safeMax || value < -safeMax) safe = false
    out[i] = value
  }
  return safe
}
function subtractSafe(a: Float64Array, b: Float64Array, out: Float64Array, n: number): boolean {
  let safe = true
  for (let i = 0; i < n; i++) {
    const value = a[i]! - b[i]!
    if (value > safeMax || value < -safeMax) safe = false
    out[i] = value
  }
  return safe
}
function addSafeConstant(a: Float64Array, constant: number, out: Float64Array, n: number): boolean {
  let safe = true
  for (let i = 0; i < n; i++) {
    const value = a[i]! + constant
    if (value > safeMax || value < -safeMax) safe = false
    out[i] = value
  }
  return safe
}
function multiplySafe(a: Float64Array, b: Float64Array, out: Float64Array, n: number): boolean {
  let safe = true
  for (let i = 0; i < n; i++) {
    const value = a[i]! * b[i]!
    if (value > safeMax || value < -safeMax) safe = false
    // + 0 turns the -0 of 0 * -1 into the 0 an integer has.
    out[i] = value + 0
  }
  return safe
}
function multiplySafeBy(a: Float64Array, factor: number, out: Float64Array, n: number): boolean {
  let safe = true
  for (let i = 0; i < n; i++) {
    const value = a[i]! * factor
    if (value > safeMax || value < -safeMax) safe = false
    out[i] = value + 0
  }
  return safe
}

/**
 * Truncated quotient of two safe integers. The rounded quotient of doubles may step over the next integer when the true one lies less than half an ulp
 * below it, so the remainder's sign decides.
 */
function divideSafe(a: Float64Array, b: Float64Array, nulls: Nulls, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const divisor = b[i]!
    if (divisor === 0) {
      failUnlessNull(nulls, i)
      out[i] = 0
      continue
    }
    out[i] = truncatedQuotient(a[i]!, divisor)
  }
}

export function truncatedQuotient(dividend: number, divisor: number): number {
  return (dividend - (dividend % divisor)) / divisor + 0
}

function remainderSafe(a: Float64Array, b: Float64Array, nulls: Nulls, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const divisor = b[i]!
    if (divisor === 0) {
      failUnlessNull(nulls, i)
      out[i] = 0
      continue
    }
    out[i] = (a[i]! % divisor) + 0
  }
}

/** Dividends up to here times a rounding error of the quotient keep the product exact. */
const quickDividendMax = 2 ** 52

/**
 * Remainder by one divisor, 0 < |divisor| <= 2^31. Dividends of 32 bits, which most keys are, go through the processor's integer division; larger ones
 * are multiplied back, which is several times faster than the remainder of doubles. There the quotient may be off by one, which shows as a
 * remainder outside [0, |divisor|).
 */
function remainderBy(dividend: number, magnitude: number, reciprocal: number): number {
  const small = dividend | 0
  if (small === dividend) return small % magnitude
  if (dividend > quickDividendMax || dividend < -quickDividendMax) return dividend % magnitude
  let rest = dividend - Math.floor(dividend * reciprocal) * magnitude
  if (rest < 0) rest += magnitude
  else if (rest >= magnitude) rest -= magnitude
  return dividend < 0 && rest !== 0 ? rest - magnitude : rest
}

function remainderSafeBy(a: Float64Array, divisor: number, out: Float64Array, n: number): void {
  const magnitude = Math.abs(divisor)
  const reciprocal = 1 / magnitude
  for (let i = 0; i < n; i++) out[i] = remainderBy(a[i]!, magnitude, reciprocal) + 0
}

/** The same for a divisor of type INT or less: so is the remainder. */
function remainderSafeByToInt32(a: Float64Array, divisor: number, out: Int32Array, n: number): void {
  const magnitude = Math.abs(divisor)
  let i = magnitude <= 2_147_483_647 ? remainderInt32Prefix(a, magnitude | 0, out, n) : 0
  const reciprocal = 1 / magnitude
  for (; i < n; i++) out[i] = remainderBy(a[i]!, magnitude, reciprocal)
}

/** As far as dividends have 32 bits; gives how far that was. */
function remainderInt32Prefix(a: Float64Array, divisor: number, out: Int32Array, n: number): number {
  for (let i = 0; i < n; i++) {
    const dividend = a[i]! | 0
    if (dividend !== a[i]) return i
    out[i] = dividend % divisor | 0
  }
  return n
}

/** BIGINT % literal INT. */
export function int64RemainderToInt32(call: CallSite, divisor: number, otherwise: Kernel): Kernel {
  return (columns, rowCount, context) => {
    const a = columns[0] as Int64Column
    if (a.values === null) return otherwise(columns, rowCount, context)
    const values = call.buffers.int32(rowCount)
    remainderSafeByToInt32(a.values, divisor, values, rowCount)
    return { storage: 'int32', values, nulls: a.nulls }
  }
}

function addWide(a: BigInt64Array, b: BigInt64Array, out: BigInt64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]!
}
function subtractWide(a: BigInt64Array, b: BigInt64Array, out: BigInt64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! - b[i]!
}
function multiplyWide(a: BigInt64Array, b: BigInt64Array, out: BigInt64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! * b[i]!
}
function divideWide(a: BigInt64Array, b: BigInt64Array, nulls: Nulls, out: BigInt64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    if (b[i] === 0n) {
      failUnlessNull(nulls, i)
      out[i] = 0n
    } else out[i] = a[i]! / b[i]!
  }
}
function remainderWide(a: BigInt64Array, b: BigInt64Array, nulls: Nulls, out: BigInt64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    if (b[i] === 0n) {
      failUnlessNull(nulls, i)
      out[i] = 0n
    } else out[i] = a[i]! % b[i]!
  }
}

/** `constant` is the value of the second operand when it is a literal. */
export function int64Arithmetic(operator: ArithmeticOperator, call: CallSite, constant: bigint | null): Kernel {
  const factor = constant !== null && constant >= -2_147_483_648n && constant <= 2_147_483_648n ? Number(constant) : null
  return (columns, rowCount) => {
    const a = columns[0] as Int64Column
    const b = columns[1] as Int64Column
    const nulls = unionNulls(columns, rowCount)
    if (a.values !== null && b.values !== null) {
      const values = call.buffers.float64(rowCount)
      let safe = true
      switch (operator) {
        case '+':
          safe = factor === null ? addSafe(a.values, b.values, values, rowCount) : addSafeConstant(a.values, factor, values, rowCount)
          break
        case '-':
          safe = factor === null ? subtractSafe(a.values, b.values, values, rowCount) : addSafeConstant(a.values, -factor, values, rowCount)
          break
        case '*':
          safe = factor === null ? multiplySafe(a.values, b.values, values, rowCount) : multiplySafeBy(a.values, factor, values, rowCount)
          break
        case '/':
          divideSafe(a.values, b.values, nulls, values, rowCount)
          break
        case '%':
          if (factor !== null && factor !== 0) remainderSafeBy(a.values, factor, values, rowCount)
          else remainderSafe(a.values, b.values, nulls, values, rowCount)
          break
      }
      if (safe) return { storage: 'int64', values, wide: null, nulls }
    }
    const x = wideInt64(a, rowCount)
    const y = wideInt64(b, rowCount)
    const wide = new BigInt64Array(rowCount)
    switch (operator) {
      case '+':
        addWide(x, y, wide, rowCount)
        break
      case '-':
        subtractWide(x, y, wide, rowCount)
        break
      case '*':
        multiplyWide(x, y, wide, rowCount)
        break
      case '/':
        divideWide(x, y, nulls, wide, rowCount)
        break
      case '%':
        remainderWide(x, y, nulls, wide, rowCount)
        break
    }
    return int64Column(wide, nulls, rowCount, call.buffers.float64)
  }
}

// FLOAT, DOUBLE.

function addFloat64(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]!
}
function subtractFloat64(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! - b[i]!
}
function multiplyFloat64(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! * b[i]!
}
function divideFloat64(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! / b[i]!
}
export function roundToFloat(values: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) values[i] = Math.fround(values[i]!)
}

export function float64Arithmetic(operator: ArithmeticOperator, call: CallSite): Kernel {
  const single = call.type.kind === 'FLOAT'
  return (columns, rowCount) => {
    const a = (columns[0] as Float64Column).values
    const b = (columns[1] as Float64Column).values
    const values = call.buffers.float64(rowCount)
    switch (operator) {
      case '+':
        addFloat64(a, b, values, rowCount)
        break
      case '-':
        subtractFloat64(a, b, values, rowCount)
        break
      case '*':
        multiplyFloat64(a, b, values, rowCount)
        break
      case '/':
        divideFloat64(a, b, values, rowCount)
        break
      case '%':
        throw new Error('the remainder of approximate numbers is not typed')
    }
    if (single) roundToFloat(values, rowCount)
    return { storage: 'float64', values, nulls: unionNulls(columns, rowCount) }
  }
}

// DECIMAL.

function addScaled(a: Float64Array, aFactor: number, b: Float64Array, bFactor: number, out: Float64Array, n: number): boolean {
  let safe = true
  for (let i = 0; i < n; i++) {
    const x = a[i]! * aFactor
    const y = b[i]! * bFactor
    const value = x + y
    if (x > safeMax || x < -safeMax || y > safeMax || y < -safeMax || value > safeMax || value < -safeMax) safe = false
    out[i] = value
  }
  return safe
}

/** HALF_UP quotient of (a x aFactor) / (b x bFactor). */
function divideScaled(a: Float64Array, aFactor: number, b: Float64Array, bFactor: number, nulls: Nulls, out: Float64Array, n: number): boolean {
  let safe = true
  for (let i = 0; i < n; i++) {
    const divisor = b[i]! * bFactor
    if (divisor === 0) {
      failUnlessNull(nulls, i)
      out[i] = 0
      continue
    }
    const dividend = a[i]! * aFactor
    if (dividend > safeMax || dividend < -safeMax || divisor > safeMax || divisor < -safeMax) {
      safe = false
      continue
    }
    const rest = dividend % divisor
    const quotient = (dividend - rest) / divisor
    const doubled = Math.abs(rest) >= Math.abs(divisor) - Math.abs(rest)
    out[i] = (doubled ? quotient + (dividend < 0 === divisor < 0 ? 1 : -1) : quotient) + 0
  }
  return safe
}

export function decimalArithmeticKernel(operator: ArithmeticOperator, call: CallSite, aScale: number, bScale: number, constant: bigint | null): Kernel {
  if (call.type.kind !== 'DECIMAL') throw new Error(`decimal arithmetic gives DECIMAL, not ${call.type.kind}`)
  const { precision, scale } = call.type
  const factor = constant !== null && constant > -9_007_199_254_740_992n && constant < 9_007_199_254_740_992n ? Number(constant) : null
  const inDoubles = decimalInDoubles(operator, call, aScale, bScale, scale, factor)
  return (columns, rowCount) => {
    const a = columns[0] as DecimalColumn
    const b = columns[1] as DecimalColumn
    const nulls = unionNulls(columns, rowCount)
    if (inDoubles !== null && a.values !== null && b.values !== null) {
      const values = inDoubles(a.values, b.values, nulls, rowCount)
      if (values !== null) return safeDecimalColumn(values, precision, nulls, rowCount)
    }
    const x = wideDecimal(a, rowCount)
    const y = wideDecimal(b, rowCount)
    const wide = new Array<bigint>(rowCount)
    for (let i = 0; i < rowCount; i++) wide[i] = nulls !== null && nulls[i] === 1 ? 0n : decimalOperation(operator, x[i]!, aScale, y[i]!, bScale, scale, i)
    return decimalColumn(wide, precision, nulls, rowCount, call.buffers.float64)
  }
}

type InDoubles = (a: Float64Array, b: Float64Array, nulls: Nulls, rowCount: number) => Float64Array | null

/** The doubles path of one call site, or null where rounding makes BigInt the simpler truth. */
function decimalInDoubles(operator: ArithmeticOperator, call: CallSite, aScale: number, bScale: number, scale: number, factor: number | null): InDoubles | null {
  const common = Math.max(aScale, bScale)
  const aFactor = 10 ** (common - aScale)
  const bFactor = 10 ** (common - bScale)
  if (aFactor > safeMax || bFactor > safeMax) return null
  switch (operator) {
    case '*':
      if (scale !== aScale + bScale) return null
      return (a, b, _nulls, n) => {
        const out = call.buffers.float64(n)
        return (factor === null ? multiplySafe(a, b, out, n) : multiplySafeBy(a, factor, out, n)) ? out : null
      }
    case '+':
    case '-':
      if (scale !== common) return null
      return (a, b, _nulls, n) => {
        const out = call.buffers.float64(n)
        return addScaled(a, aFactor, b, operator === '+' ? bFactor : -bFactor, out, n) ? out : null
      }
    case '/': {
      const shift = scale - aScale + bScale
      const up = 10 ** Math.max(0, shift)
      const down = 10 ** Math.max(0, -shift)
      if (up > safeMax || down > safeMax) return null
      return (a, b, nulls, n) => {
        const out = call.buffers.float64(n)
        return divideScaled(a, up, b, down, nulls, out, n) ? out : null
      }
    }
    case '%':
      return null
  }
}

/** One decimal operation, exactly. `scale` is the result's. */
export function decimalOperation(operator: ArithmeticOperator, a: bigint, aScale: number, b: bigint, bScale: number, scale: number, row: number): bigint {
  const common = Math.max(aScale, bScale)
  switch (operator) {
    case '+':
      return rescaleDecimal(rescaleDecimal(a, aScale, common) + rescaleDecimal(b, bScale, common), common, scale)
    case '-':
      return rescaleDecimal(rescaleDecimal(a, aScale, common) - rescaleDecimal(b, bScale, common), common, scale)
    case '*':
      return rescaleDecimal(a * b, aScale + bScale, scale)
    case '%': {
      if (b === 0n) throw new RowError(row, divisionByZero)
      return rescaleDecimal(rescaleDecimal(a, aScale, common) % rescaleDecimal(b, bScale, common), common, scale)
    }
    case '/': {
      if (b === 0n) throw new RowError(row, divisionByZero)
      return divideDecimal(a, aScale, b, bScale, scale)
    }
  }
}

/** The quotient to 38 significant digits HALF_UP, then to the scale HALF_UP, as java.math.BigDecimal with MathContext(38) gives it. */
function divideDecimal(a: bigint, aScale: number, b: bigint, bScale: number, scale: number): bigint {
  if (a === 0n) return 0n
  const digits = (value: bigint): number => (value < 0n ? -value : value).toString().length
  // Enough digits that the quotient has at least 38, then round to exactly 38 significant ones.
  const shift = Math.max(0, 40 - digits(a) + digits(b))
  const numerator = a * 10n ** BigInt(shift)
  const quotientScale = aScale - bScale + shift
  let quotient = numerator / b
  const inexact = quotient * b !== numerator
  const surplus = digits(quotient) - 38
  if (surplus > 0) {
    // A dropped tail below the digits kept only matters on a tie, which it breaks upwards; HALF_UP goes up on a tie anyway.
    quotient = rescaleDecimal(quotient, surplus, 0)
    return rescaleTo(quotient, quotientScale - surplus, scale)
  }
  if (inexact) throw new Error('a decimal quotient was computed with too few digits')
  return rescaleTo(quotient, quotientScale, scale)
}

/** As rescaleDecimal, for a scale that may be negative. */
function rescaleTo(unscaled: bigint, from: number, to: number): bigint {
  return from >= 0 ? rescaleDecimal(unscaled, from, to) : rescaleDecimal(unscaled * powerOfTen(-from), 0, to)
}

// Signs.

export function negate(call: CallSite): Kernel {
  const kind = call.type.kind
  return (columns, rowCount): Column => {
    const column = columns[0]!
    switch (column.storage) {
      case 'int32': {
        const values = call.buffers.int32(rowCount)
        negateInt32(column.values, values, rowCount)
        if (kind === 'TINYINT') narrow(values, 8, rowCount)
        else if (kind === 'SMALLINT') narrow(values, 16, rowCount)
        return { storage: 'int32', values, nulls: column.nulls }
      }
      case 'float64': {
        const values = call.buffers.float64(rowCount)
        // An interval of zero stays plain zero; a double keeps Java's -0.0.
        if (kind === 'INTERVAL_DAY_TIME') negateInteger(column.values, values, rowCount)
        else negateFloat64(column.values, values, rowCount)
        return { storage: 'float64', values, nulls: column.nulls }
      }
      case 'int64': {
        if (column.values !== null) {
          const values = call.buffers.float64(rowCount)
          negateInteger(column.values, values, rowCount)
          return { storage: 'int64', values, wide: null, nulls: column.nulls }
        }
        const wide = new BigInt64Array(rowCount)
        for (let i = 0; i < rowCount; i++) wide[i] = -column.wide![i]!
        return int64Column(wide, column.nulls, rowCount, call.buffers.float64)
      }
      case 'decimal': {
        if (column.values !== null) {
          const values = call.buffers.float64(rowCount)
          negateInteger(column.values, values, rowCount)
          return { storage: 'decimal', values, wide: null, nulls: column.nulls }
        }
        return { storage: 'decimal', values: null, wide: column.wide!.slice(0, rowCount).map((value) => -value), nulls: column.nulls }
      }
      default:
        throw new Error(`a ${column.storage} column has no sign`)
    }
  }
}

function negateInt32(a: Int32Array, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = -a[i]!
}
function negateFloat64(a: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = -a[i]!
}
function negateInteger(a: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = 0 - a[i]!
}
