import type { Column, DecimalColumn, Float64Column, Int32Column, Int64Column } from '../../columnar/column.ts'
import { doubleType, isInteger, isNumeric, printType, withNullable, type DataType } from '../../columnar/dataType.ts'
import { RowError } from '../../columnar/rowError.ts'
import { parseDecimal, powerOfTen, rescaleDecimal } from '../../columnar/valueText.ts'
import { roundToFloat } from '../arithmeticKernels.ts'
import { decimalToDouble } from '../castValue.ts'
import { cos, exp, log, log10, pow, sin, tan } from '../exactMath.ts'
import { constantArgument, unionNulls } from '../kernels.ts'
import { inFamily, takes, wrongFamily } from '../parameters.ts'
import { resolveTimeRounding, timeRoundingKernel } from '../timeRounding.ts'
import { decimalColumn, int64Column, safeDecimalColumn, safeMax, wideDecimal, wideInt64 } from '../wide.ts'
import type { CallSite, CallTypes, FunctionDefinition, Kernel, Resolution, ScalarFunction } from '../functionDefinition.ts'

/**
 * Functions of numbers. ABS, FLOOR, CEIL, ROUND, TRUNCATE and SIGN keep the kind of number they get; the others compute in DOUBLE, as in Flink.
 *
 * Rounding a double means rounding the shortest decimal text of it (BigDecimal.valueOf), HALF_UP: ROUND(1.005e0, 2) is 1.01.
 * RAND and its like are not here: a replay of a job must give the same rows.
 */

/** fdlibm, which Java takes here as JavaScript's engines do, has e one bit too large; engines put that right, Java does not. */
const coshOfOne = 1.543_080_634_815_244

// Functions of one double.

function ofDouble(name: string, signature: string, summary: string, f: (x: number) => number, examples: ScalarFunction['examples'], aliases: readonly string[] = []): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    ...(aliases.length > 0 ? { aliases } : {}),
    category: 'numeric',
    signatures: [signature],
    summary,
    examples,
    nulls: 'propagate',
    resolve: takes([{ name: 'number', family: 'numeric', as: doubleType }], doubleType),
    kernel: (call) => (columns, rowCount) => {
      const source = (columns[0] as Float64Column).values
      const values = call.buffers.float64(rowCount)
      for (let i = 0; i < rowCount; i++) values[i] = f(source[i]!)
      return { storage: 'float64', values, nulls: columns[0]!.nulls }
    },
  }
}

function ofTwoDoubles(name: string, signature: string, summary: string, f: (x: number, y: number) => number, examples: ScalarFunction['examples'], aliases: readonly string[] = []): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    ...(aliases.length > 0 ? { aliases } : {}),
    category: 'numeric',
    signatures: [signature],
    summary,
    examples,
    nulls: 'propagate',
    resolve: takes([{ name: 'first', family: 'numeric', as: doubleType }, { name: 'second', family: 'numeric', as: doubleType }], doubleType),
    kernel: (call) => twoDoubles(call, f),
  }
}

function twoDoubles(call: CallSite, f: (x: number, y: number) => number): Kernel {
  return (columns, rowCount) => {
    const a = (columns[0] as Float64Column).values
    const b = (columns[1] as Float64Column).values
    const values = call.buffers.float64(rowCount)
    for (let i = 0; i < rowCount; i++) values[i] = f(a[i]!, b[i]!)
    return { storage: 'float64', values, nulls: unionNulls(columns, rowCount) }
  }
}

function constant(name: string, value: number, summary: string, result: string): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    category: 'numeric',
    signatures: [`${name}()`],
    summary,
    examples: [{ expression: `${name}()`, result }],
    nulls: 'propagate',
    resolve: takes([], doubleType, false),
    kernel: (call) => (_columns, rowCount) => {
      const values = call.buffers.float64(rowCount).fill(value, 0, rowCount)
      return { storage: 'float64', values, nulls: null }
    },
  }
}

const logarithm: ScalarFunction = {
  kind: 'scalar',
  name: 'LOG',
  category: 'numeric',
  signatures: ['LOG(number)', 'LOG(base, number)'],
  summary: 'The natural logarithm, or the logarithm to a base.',
  examples: [
    { expression: 'LOG(1)', result: '0.0' },
    { expression: 'LOG(2, 8)', result: '3.0' },
  ],
  nulls: 'propagate',
  resolve: takes([{ name: 'number', family: 'numeric', as: doubleType }, { name: 'number', family: 'numeric', as: doubleType, optional: true }], doubleType),
  kernel: (call) =>
    call.args.length === 2
      ? twoDoubles(call, (base, x) => log(x) / log(base))
      : (columns, rowCount) => {
          const source = (columns[0] as Float64Column).values
          const values = call.buffers.float64(rowCount)
          for (let i = 0; i < rowCount; i++) values[i] = log(source[i]!)
          return { storage: 'float64', values, nulls: columns[0]!.nulls }
        },
}

const plainAtan2 = ofTwoDoubles('ATAN2', 'ATAN2(y, x)', 'The angle of a point (x, y), in radians.', Math.atan2, [{ expression: 'ATAN2(0, 1)', result: '0.0' }])

/** Flink knows it of two DOUBLEs and of two DECIMALs; any other number beside a DECIMAL becomes neither, and no code is generated. */
const atan2: ScalarFunction = {
  ...plainAtan2,
  resolve: (call) => {
    const kinds = call.args.map(({ type }) => type)
    const at = kinds.length !== 2 || !kinds.some(({ kind }) => kind === 'DECIMAL') ? -1 : kinds.findIndex(({ kind }) => kind !== 'DECIMAL' && kind !== 'NULL')
    return at < 0 ? plainAtan2.resolve(call) : { problem: `ATAN2 takes two numbers of one sort, found ${printType(withNullable(kinds[0]!, true))} and ${printType(withNullable(kinds[1]!, true))}. Convert both with CAST(... AS DOUBLE).`, argument: at }
  },
}

// Functions that keep the kind of number.

function oneNumber(call: CallTypes, result: (type: DataType) => DataType): Resolution {
  if (call.args.length !== 1) return { problem: `${call.name} takes 1 argument, found ${call.args.length}.` }
  const type = call.args[0]!.type
  if (type.kind === 'NULL') return { args: [doubleType], result: doubleType }
  if (!isNumeric(type)) return { problem: wrongFamily(call.name, 0, 'number', ['numeric'], type), argument: 0 }
  return { args: [type], result: result(type) }
}

function absInt32(a: Int32Array, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! < 0 ? -a[i]! : a[i]!
}
function absFloat64(a: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = Math.abs(a[i]!)
}
function signInt32(a: Int32Array, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! > 0 ? 1 : a[i]! < 0 ? -1 : 0
}
function signFloat64(a: Float64Array, out: Float64Array, n: number, one: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! > 0 ? one : a[i]! < 0 ? -one : a[i]!
}
function floorFloat64(a: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = Math.floor(a[i]!)
}
function ceilFloat64(a: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = Math.ceil(a[i]!)
}

const abs: ScalarFunction = {
  kind: 'scalar',
  name: 'ABS',
  category: 'numeric',
  signatures: ['ABS(number)'],
  summary: 'The number without its sign.',
  examples: [
    { expression: 'ABS(-5)', result: '5' },
    { expression: 'ABS(-1.50)', result: '1.50' },
  ],
  nulls: 'propagate',
  resolve: (call) => oneNumber(call, (type) => type),
  kernel: (call) => (columns, rowCount): Column => {
    const column = columns[0] as Int32Column | Float64Column | Int64Column | DecimalColumn
    if (column.storage === 'int32') {
      const values = call.buffers.int32(rowCount)
      absInt32(column.values, values, rowCount)
      // The least TINYINT and SMALLINT have no positive twin; they wrap.
      if (call.type.kind !== 'INT') {
        const shift = call.type.kind === 'TINYINT' ? 24 : 16
        for (let i = 0; i < rowCount; i++) values[i] = (values[i]! << shift) >> shift
      }
      return { storage: 'int32', values, nulls: column.nulls }
    }
    if (column.values !== null) {
      const values = call.buffers.float64(rowCount)
      absFloat64(column.values, values, rowCount)
      return { ...column, values } as Column
    }
    if (column.storage === 'int64') {
      const wide = new BigInt64Array(rowCount)
      for (let i = 0; i < rowCount; i++) wide[i] = column.wide![i]! < 0n ? -column.wide![i]! : column.wide![i]!
      return int64Column(wide, column.nulls, rowCount, call.buffers.float64)
    }
    const source = (column as DecimalColumn).wide!
    const wide = source.slice(0, rowCount).map((value) => (value < 0n ? -value : value))
    return { storage: 'decimal', values: null, wide, nulls: column.nulls }
  },
}

/** Flink's planner takes TINYINT and SMALLINT here, and the code it generates puts an INT into them and does not compile. */
function smallRefused(call: CallTypes): Resolution | null {
  const kind = call.args[0]?.type.kind
  return kind === 'TINYINT' || kind === 'SMALLINT' ? { problem: `${call.name} takes INT, BIGINT, DECIMAL, FLOAT or DOUBLE, found ${kind}. Convert it with CAST(... AS INT).`, argument: 0 } : null
}

const sign: ScalarFunction = {
  kind: 'scalar',
  name: 'SIGN',
  category: 'numeric',
  signatures: ['SIGN(number)'],
  summary: 'Whether a number is negative (-1), zero (0) or positive (1), in its own type.',
  examples: [
    { expression: 'SIGN(-7)', result: '-1' },
    { expression: 'SIGN(2.50)', result: '1.00' },
  ],
  nulls: 'propagate',
  resolve: (call) => smallRefused(call) ?? oneNumber(call, (type) => type),
  kernel: (call) => {
    const type = call.args[0]!.type
    const one = type.kind === 'DECIMAL' ? powerOfTen(type.scale) : 1n
    const precision = type.kind === 'DECIMAL' ? type.precision : 0
    return (columns, rowCount): Column => {
      const column = columns[0] as Int32Column | Float64Column | Int64Column | DecimalColumn
      if (column.storage === 'int32') {
        const values = call.buffers.int32(rowCount)
        signInt32(column.values, values, rowCount)
        return { storage: 'int32', values, nulls: column.nulls }
      }
      if (column.values !== null && one <= BigInt(safeMax)) {
        const values = call.buffers.float64(rowCount)
        signFloat64(column.values, values, rowCount, Number(one))
        return column.storage === 'decimal' ? safeDecimalColumn(values, precision, column.nulls, rowCount) : ({ ...column, values } as Column)
      }
      if (column.storage === 'int64') {
        const wide = new BigInt64Array(rowCount)
        for (let i = 0; i < rowCount; i++) wide[i] = column.wide![i]! > 0n ? 1n : column.wide![i]! < 0n ? -1n : 0n
        return int64Column(wide, column.nulls, rowCount, call.buffers.float64)
      }
      const source = wideDecimal(column as DecimalColumn, rowCount)
      const wide = source.slice(0, rowCount).map((value) => (value > 0n ? one : value < 0n ? -one : 0n))
      return decimalColumn(wide, precision, column.nulls, rowCount, call.buffers.float64)
    }
  },
}

function wholeNumber(name: 'FLOOR' | 'CEIL', summary: string, examples: ScalarFunction['examples']): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    ...(name === 'CEIL' ? { aliases: ['CEILING'] } : {}),
    category: 'numeric',
    signatures: [`${name}(number)`, `${name}(time TO unit)`],
    summary,
    examples,
    nulls: 'propagate',
    resolve: (call) =>
      call.symbols.length > 0 ? resolveTimeRounding(call) : oneNumber(call, (type) => (type.kind === 'DECIMAL' ? { kind: 'DECIMAL', precision: type.precision, scale: 0, nullable: true } : type)),
    kernel: (call) => {
      if (call.symbols.length > 0) return timeRoundingKernel(call, name === 'FLOOR')
      const type = call.args[0]!.type
      if (type.kind === 'DECIMAL') return decimalRounding(call, type.scale, 0, name === 'FLOOR' ? 'floor' : 'ceil')
      if (isInteger(type)) return (columns) => columns[0]!
      return (columns, rowCount) => {
        const values = call.buffers.float64(rowCount)
        if (name === 'FLOOR') floorFloat64((columns[0] as Float64Column).values, values, rowCount)
        else ceilFloat64((columns[0] as Float64Column).values, values, rowCount)
        return { storage: 'float64', values, nulls: columns[0]!.nulls }
      }
    },
  }
}

// Rounding to digits.

type Rounding = 'floor' | 'ceil' | 'halfUp' | 'down'

/** The unscaled value at `digits` digits after the point (negative: before it), in the result's scale. */
function roundedDecimal(unscaled: bigint, scale: number, digits: number, rounding: Rounding): bigint {
  if (digits >= scale) return unscaled
  // Beyond the digits of any double or DECIMAL; rounding to a thousand million digits must not raise ten to that power.
  if (scale - digits > 1000) return 0n
  const divisor = 10n ** BigInt(scale - digits)
  let quotient = unscaled / divisor
  const rest = unscaled - quotient * divisor
  if (rounding === 'halfUp') quotient = rescaleDecimal(unscaled, scale - digits, 0)
  else if (rounding === 'floor' && rest < 0n) quotient -= 1n
  else if (rounding === 'ceil' && rest > 0n) quotient += 1n
  return digits < 0 ? quotient * 10n ** BigInt(-digits) : quotient
}

function decimalRounding(call: CallSite, scale: number, digits: number, rounding: Rounding): Kernel {
  const precision = call.type.kind === 'DECIMAL' ? call.type.precision : 38
  return (columns, rowCount) => {
    const column = columns[0] as DecimalColumn
    if (digits >= scale) return column
    const divisor = 10 ** (scale - digits)
    if (column.values !== null && digits >= 0 && scale - digits <= 15) {
      const values = call.buffers.float64(rowCount)
      roundFloat64(column.values, divisor, rounding, values, rowCount)
      return safeDecimalColumn(values, precision, column.nulls, rowCount)
    }
    const source = wideDecimal(column, rowCount)
    const wide = new Array<bigint>(rowCount)
    for (let i = 0; i < rowCount; i++) wide[i] = column.nulls !== null && column.nulls[i] === 1 ? 0n : roundedDecimal(source[i]!, scale, digits, rounding)
    return decimalColumn(wide, precision, column.nulls, rowCount, call.buffers.float64)
  }
}

function roundFloat64(a: Float64Array, divisor: number, rounding: Rounding, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const value = a[i]!
    const rest = value % divisor
    let quotient = (value - rest) / divisor
    if (rounding === 'halfUp') quotient += rest * 2 >= divisor ? 1 : rest * 2 <= -divisor ? -1 : 0
    else if (rounding === 'floor' && rest < 0) quotient -= 1
    else if (rounding === 'ceil' && rest > 0) quotient += 1
    out[i] = quotient + 0
  }
}

/** `x` rounded as its shortest decimal text; null when it is no number. */
export function roundedDouble(x: number, digits: number, rounding: 'halfUp' | 'down'): number | null {
  if (!Number.isFinite(x)) return null
  // A BigDecimal has no negative zero.
  if (Number.isInteger(x) && digits >= 0) return x + 0
  // Away from a tie or an edge, rounding the binary value gives the same; dividing by an exact power of ten rounds once.
  if (digits >= 0 && digits <= 22) {
    const factor = 10 ** digits
    const shifted = Math.abs(x) * factor
    if (shifted < 2 ** 40) {
      const whole = Math.floor(shifted)
      const fraction = shifted - whole
      const edge = rounding === 'halfUp' ? Math.abs(fraction - 0.5) : Math.min(fraction, 1 - fraction)
      if (edge > 1e-3) {
        const kept = (rounding === 'halfUp' && fraction > 0.5 ? whole + 1 : whole) / factor
        return x < 0 ? 0 - kept : kept
      }
    }
  }
  const exact = parseDecimal(String(x))!
  const kept = roundedDecimal(exact.unscaled, exact.scale, digits, rounding)
  return decimalToDouble(kept, digits >= exact.scale ? exact.scale : Math.max(0, digits))
}

function resolveRounding(call: CallTypes): Resolution {
  if (call.args.length < 1 || call.args.length > 2) return { problem: `${call.name} takes 1 or 2 arguments, found ${call.args.length}. Write ${call.name}(number) or ${call.name}(number, digits).` }
  const type = call.args[0]!.type
  if (type.kind !== 'NULL' && !isNumeric(type)) return { problem: wrongFamily(call.name, 0, 'number', ['numeric'], type), argument: 0 }
  const second = call.args[1]
  if (second !== undefined && second.type.kind !== 'NULL' && !inFamily(second.type, 'int')) return { problem: wrongFamily(call.name, 1, 'digits', ['int'], second.type), argument: 1 }
  const from = type.kind === 'NULL' ? doubleType : type
  const args: DataType[] = second === undefined ? [from] : [from, { kind: 'INT', nullable: true }]
  if (from.kind !== 'DECIMAL') return { args, result: from }
  const digits = second === undefined ? 0 : second.constant
  if (digits === undefined || digits === null) {
    return { problem: `The digits of ${call.name} on a ${printType(withNullable(from, true))} must be a literal, because they decide the type of the result. Cast the number to DOUBLE for digits that vary.`, argument: 1 }
  }
  return { args, result: roundedType(from, Number(digits)) }
}

function roundedType(type: DataType & { kind: 'DECIMAL' }, digits: number): DataType {
  if (digits >= type.scale) return type
  if (digits < 0) return { kind: 'DECIMAL', precision: Math.min(38, 1 + type.precision - type.scale), scale: 0, nullable: true }
  return { kind: 'DECIMAL', precision: 1 + type.precision - type.scale + digits, scale: digits, nullable: true }
}

function roundingFunction(name: 'ROUND' | 'TRUNCATE', rounding: 'halfUp' | 'down', summary: string, examples: ScalarFunction['examples']): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    category: 'numeric',
    signatures: [`${name}(number)`, `${name}(number, digits)`],
    summary,
    examples,
    nulls: 'propagate',
    fails: (call) => call.args[0]!.type.kind === 'DOUBLE' || call.args[0]!.type.kind === 'FLOAT',
    resolve: (call) => (rounding === 'down' ? smallRefused(call) : null) ?? resolveRounding(call),
    kernel: (call) => {
      const type = call.args[0]!.type
      if (type.kind === 'DECIMAL') return decimalRounding(call, type.scale, Number(constantArgument(call, 1) ?? 0), rounding)
      return numberRounding(call, rounding)
    },
  }
}

function numberRounding(call: CallSite, rounding: 'halfUp' | 'down'): Kernel {
  const kind = call.type.kind
  return (columns, rowCount): Column => {
    const column = columns[0]!
    const digits = columns[1] === undefined ? null : (columns[1] as Int32Column).values
    const nulls = unionNulls(columns, rowCount)
    if (column.storage === 'float64') {
      const values = call.buffers.float64(rowCount)
      for (let i = 0; i < rowCount; i++) {
        if (nulls !== null && nulls[i] === 1) continue
        const rounded = roundedDouble(column.values[i]!, digits === null ? 0 : digits[i]!, rounding)
        if (rounded === null) throw new RowError(i, `${String(column.values[i]!)} cannot be rounded: it is no number. Test for it before, or use NULLIF.`)
        values[i] = rounded
      }
      if (kind === 'FLOAT') roundToFloat(values, rowCount)
      return { storage: 'float64', values, nulls }
    }
    // Integers change only when digits before the point are rounded away.
    if (digits === null || everyAtLeastZero(digits, rowCount)) return { ...column, nulls }
    if (column.storage === 'int32') {
      const values = call.buffers.int32(rowCount)
      const shift = kind === 'TINYINT' ? 24 : kind === 'SMALLINT' ? 16 : 0
      for (let i = 0; i < rowCount; i++) values[i] = (Number(BigInt.asIntN(32, roundedDecimal(BigInt(column.values[i]!), 0, Math.max(-40, digits[i]!), rounding))) << shift) >> shift
      return { storage: 'int32', values, nulls }
    }
    const source = wideInt64(column as Int64Column, rowCount)
    const wide = new BigInt64Array(rowCount)
    for (let i = 0; i < rowCount; i++) wide[i] = roundedDecimal(source[i]!, 0, Math.max(-40, digits[i]!), rounding)
    return int64Column(wide, nulls, rowCount, call.buffers.float64)
  }
}

function everyAtLeastZero(values: Int32Array, n: number): boolean {
  for (let i = 0; i < n; i++) if (values[i]! < 0) return false
  return true
}

export const numericFunctions: readonly FunctionDefinition[] = [
  abs,
  sign,
  wholeNumber('FLOOR', 'The greatest whole number not above a number, or the start of a unit of time.', [
    { expression: 'FLOOR(-1.5)', result: '-2' },
    { expression: "FLOOR(TIMESTAMP '2026-03-15 13:45:30' TO HOUR)", result: '2026-03-15 13:00:00' },
  ]),
  wholeNumber('CEIL', 'The least whole number not below a number, or the end of a unit of time.', [
    { expression: 'CEIL(1.2)', result: '2' },
    { expression: "CEIL(TIMESTAMP '2026-03-15 13:45:30' TO HOUR)", result: '2026-03-15 14:00:00' },
  ]),
  roundingFunction('ROUND', 'halfUp', 'The number rounded half up to some digits after the point (0 without them; negative ones before it).', [
    { expression: 'ROUND(2.345, 2)', result: '2.35' },
    { expression: 'ROUND(1.005e0, 2)', result: '1.01' },
    { expression: 'ROUND(15, -1)', result: '20' },
  ]),
  roundingFunction('TRUNCATE', 'down', 'The number cut to some digits after the point.', [
    { expression: 'TRUNCATE(42.345, 2)', result: '42.34' },
    { expression: 'TRUNCATE(-1.99e0)', result: '-1.0' },
  ]),
  ofTwoDoubles('POWER', 'POWER(base, exponent)', 'A power, as DOUBLE.', pow, [{ expression: 'POWER(2, 10)', result: '1024.0' }], ['POW']),
  ofDouble('SQRT', 'SQRT(number)', 'The square root, as DOUBLE; NaN for a negative number.', Math.sqrt, [{ expression: 'SQRT(16)', result: '4.0' }]),
  ofDouble('EXP', 'EXP(number)', 'The number e to the power of a number.', exp, [{ expression: 'EXP(0)', result: '1.0' }]),
  ofDouble('LN', 'LN(number)', 'The natural logarithm.', log, [{ expression: 'LN(1)', result: '0.0' }]),
  ofDouble('LOG10', 'LOG10(number)', 'The logarithm to base 10.', log10, [{ expression: 'LOG10(1000)', result: '3.0' }]),
  ofDouble('LOG2', 'LOG2(number)', 'The logarithm to base 2.', (x) => log(x) / Math.LN2, [{ expression: 'LOG2(8)', result: '3.0' }]),
  logarithm,
  ofDouble('SIN', 'SIN(angle)', 'The sine of an angle in radians.', sin, [{ expression: 'SIN(0)', result: '0.0' }]),
  ofDouble('COS', 'COS(angle)', 'The cosine of an angle in radians.', cos, [{ expression: 'COS(0)', result: '1.0' }]),
  ofDouble('TAN', 'TAN(angle)', 'The tangent of an angle in radians.', tan, [{ expression: 'TAN(0)', result: '0.0' }]),
  ofDouble('COT', 'COT(angle)', 'The cotangent of an angle in radians.', (x) => 1 / tan(x), [{ expression: 'ROUND(COT(1), 6)', result: '0.642093' }]),
  ofDouble('ASIN', 'ASIN(number)', 'The arc sine, in radians.', Math.asin, [{ expression: 'ASIN(0)', result: '0.0' }]),
  ofDouble('ACOS', 'ACOS(number)', 'The arc cosine, in radians.', Math.acos, [{ expression: 'ACOS(1)', result: '0.0' }]),
  ofDouble('ATAN', 'ATAN(number)', 'The arc tangent, in radians.', Math.atan, [{ expression: 'ATAN(0)', result: '0.0' }]),
  atan2,
  ofDouble('SINH', 'SINH(number)', 'The hyperbolic sine.', Math.sinh, [{ expression: 'SINH(0)', result: '0.0' }]),
  ofDouble('COSH', 'COSH(number)', 'The hyperbolic cosine.', (x) => (Math.abs(x) === 1 ? coshOfOne : Math.cosh(x)), [{ expression: 'COSH(0)', result: '1.0' }]),
  ofDouble('TANH', 'TANH(number)', 'The hyperbolic tangent.', Math.tanh, [{ expression: 'TANH(0)', result: '0.0' }]),
  // Java's factors, so that the last digit is Flink's.
  ofDouble('DEGREES', 'DEGREES(angle)', 'An angle in radians as degrees.', (x) => x * 57.29577951308232, [{ expression: 'DEGREES(PI())', result: '180.0' }]),
  ofDouble('RADIANS', 'RADIANS(angle)', 'An angle in degrees as radians.', (x) => x * 0.017453292519943295, [{ expression: 'RADIANS(180) = PI()', result: 'TRUE' }]),
  constant('PI', Math.PI, 'The ratio of a circle to its diameter.', '3.141592653589793'),
  constant('E', Math.E, 'The base of the natural logarithm.', '2.718281828459045'),
]
