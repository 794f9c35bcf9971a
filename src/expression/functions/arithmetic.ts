import type { Column, Float64Column, Int32Column } from '../../columnar/column.ts'
import { decimalPrecisionMax, isCharacter, isInteger, isNumeric, isTimestamp, printType, withNullable, type DataType } from '../../columnar/dataType.ts'
import { dateOfDays, daysInMonth, daysOfDate, msPerDay } from '../../columnar/valueText.ts'
import { decimalArithmeticKernel, float64Arithmetic, int32Arithmetic, int64Arithmetic, int64RemainderToInt32, negate, type ArithmeticOperator } from '../arithmeticKernels.ts'
import { commonNumeric, decimalArithmetic, decimalOf } from '../commonType.ts'
import { constantArgument, unionNulls } from '../kernels.ts'
import type { CallSite, CallTypes, FunctionDefinition, Kernel, Resolution, ScalarFunction } from '../functionDefinition.ts'

/**
 * `+ - * / %` and signs: over numbers, and over times with intervals.
 *
 * Result types are Calcite's (decimals as in `commonType.ts`, otherwise the least restrictive type; `%` of integers has the divisor's type).
 * TIMESTAMP − TIMESTAMP has no meaning in Flink SQL, and says so.
 */
const intervalKinds = new Set(['INTERVAL_DAY_TIME', 'INTERVAL_YEAR_MONTH'])
const isInterval = (type: DataType): boolean => intervalKinds.has(type.kind)
const isPointInTime = (type: DataType): boolean => type.kind === 'DATE' || type.kind === 'TIME' || isTimestamp(type)

function resolveBinary(operator: ArithmeticOperator): (call: CallTypes) => Resolution {
  return (call) => {
    if (call.args.length !== 2) return { problem: `${operator} stands between two operands.` }
    const [first, second] = call.args as [CallTypes['args'][0], CallTypes['args'][0]]
    // A NULL literal takes the type of the other side.
    const a = first.type.kind === 'NULL' ? (isNumeric(second.type) ? second.type : int) : first.type
    const b = second.type.kind === 'NULL' ? (isNumeric(first.type) ? first.type : int) : second.type
    if (isNumeric(a) && isNumeric(b)) return numericOperands(operator, a, b)
    if (operator === '+' || operator === '-') {
      if (isPointInTime(a) && isInterval(b)) return { args: [a, b], result: a }
      if (operator === '+' && isInterval(a) && isPointInTime(b)) return { args: [a, b], result: b }
      if (isInterval(a) && a.kind === b.kind) return { args: [a, a], result: a }
      if (operator === '-' && isPointInTime(a) && isPointInTime(b)) {
        return { problem: `Flink SQL does not subtract ${printType(withNullable(b, true))} from ${printType(withNullable(a, true))}. Use TIMESTAMPDIFF(SECOND, earlier, later).` }
      }
      if (isPointInTime(a) && isNumeric(b)) {
        return { problem: `A number cannot be ${operator === '+' ? 'added to' : 'taken from'} ${printType(withNullable(a, true))}. Give it a unit, for example INTERVAL '1' HOUR.`, argument: 1 }
      }
      if (operator === '+' && isCharacter(a) && isCharacter(b)) return { problem: 'Texts are joined with ||, not with +. Write a || b, or CONCAT(a, b).' }
    }
    if (operator === '*') {
      if (isInterval(a) && isInteger(b)) return { args: [a, { kind: 'BIGINT', nullable: true }], result: a }
      if (isInteger(a) && isInterval(b)) return { args: [{ kind: 'BIGINT', nullable: true }, b], result: b }
    }
    const wrong = isNumeric(a) ? 1 : 0
    const found = wrong === 0 ? a : b
    const way = isCharacter(found) ? ' Convert the text with CAST(... AS BIGINT), CAST(... AS DOUBLE) or CAST(... AS DECIMAL(p, s)).' : ''
    return { problem: `${operator} cannot take ${printType(withNullable(a, true))} and ${printType(withNullable(b, true))}.${way}`, argument: wrong }
  }
}

const int: DataType = { kind: 'INT', nullable: true }

function numericOperands(operator: ArithmeticOperator, a: DataType, b: DataType): Resolution {
  if (operator === '%' && ![a, b].every((type) => isInteger(type) || type.kind === 'DECIMAL')) {
    const wrong = isInteger(a) || a.kind === 'DECIMAL' ? 1 : 0
    return { problem: `The remainder is defined for integers and DECIMALs only, found ${printType(withNullable(wrong === 0 ? a : b, true))}. Cast it, for example to DECIMAL(20, 6).`, argument: wrong }
  }
  if ((a.kind === 'DECIMAL' || b.kind === 'DECIMAL') && (isInteger(a) || a.kind === 'DECIMAL') && (isInteger(b) || b.kind === 'DECIMAL')) {
    const x = decimalOf(a)
    const y = decimalOf(b)
    if (operator === '%' && x.scale === 0 && y.scale === 0 && isInteger(b)) return { args: [{ kind: 'BIGINT', nullable: true }, { kind: 'BIGINT', nullable: true }], result: b }
    if (operator === '%' && x.scale === 0 && y.scale === 0) return { args: [x, y], result: y }
    const result = decimalArithmetic(operator, x, y)
    // At 38 digits a value may not fit, and is NULL then.
    return result.precision === decimalPrecisionMax ? { args: [x, y], result, nullable: true } : { args: [x, y], result }
  }
  // Flink gives FLOAT with DOUBLE behind it as FLOAT, both cut to it; DOUBLE with FLOAT behind it as DOUBLE.
  const common = a.kind === 'FLOAT' && b.kind === 'DOUBLE' ? withNullable(a, true) : commonNumeric(a, b)
  return { args: [common, common], result: operator === '%' ? b : common }
}

function binaryKernel(operator: ArithmeticOperator): (call: CallSite) => Kernel {
  return (call) => {
    const a = call.args[0]!.type
    const b = call.args[1]!.type
    if (!isNumeric(a) || !isNumeric(b)) return temporalKernel(operator, call)
    const constant = constantArgument(call, 1)
    const wideConstant = typeof constant === 'bigint' ? constant : null
    if (a.kind === 'DECIMAL' && b.kind === 'DECIMAL') return decimalArithmeticKernel(operator, call, a.scale, b.scale, wideConstant)
    if (a.kind === 'BIGINT') {
      const kernel = int64Arithmetic(operator, call, wideConstant)
      if (call.type.kind === 'BIGINT') return kernel
      const narrowed = narrowRemainder(kernel, call)
      return wideConstant === null || wideConstant === 0n ? narrowed : int64RemainderToInt32(call, Number(wideConstant), narrowed)
    }
    if (a.kind === 'DOUBLE' || a.kind === 'FLOAT') return float64Arithmetic(operator, call)
    return int32Arithmetic(operator, call)
  }
}

/** BIGINT % INT is INT: a remainder always fits its divisor's type. */
function narrowRemainder(kernel: Kernel, call: CallSite): Kernel {
  return (columns, rowCount, context) => {
    const column = kernel(columns, rowCount, context)
    if (column.storage !== 'int64' || column.values === null) throw new Error('a remainder does not fit its divisor')
    const values = call.buffers.int32(rowCount)
    narrowToInt32(column.values, values, rowCount)
    return { storage: 'int32', values, nulls: column.nulls }
  }
}

function narrowToInt32(source: Float64Array, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = source[i]!
}

function integerDivides(operator: ArithmeticOperator): (call: CallSite) => boolean {
  return (call) => {
    if (operator !== '/' && operator !== '%') return false
    const type = call.args[1]!.type
    if (!isInteger(type) && type.kind !== 'DECIMAL') return false
    const divisor = constantArgument(call, 1)
    return divisor === undefined || divisor === 0 || divisor === 0n
  }
}

// Times and intervals.

/** A date some months on; the day is cut to the month's length (Calcite's DateTimeUtils.addMonths). */
export function addMonthsToDays(days: number, months: number): number {
  const { year, month, day } = dateOfDays(days)
  const total = year * 12 + (month - 1) + months
  const toYear = Math.floor(total / 12)
  const toMonth = total - toYear * 12 + 1
  return daysOfDate(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth)))
}

export function addMonthsToMs(ms: number, months: number): number {
  const days = Math.floor(ms / msPerDay)
  return addMonthsToDays(days, months) * msPerDay + (ms - days * msPerDay)
}

function temporalKernel(operator: ArithmeticOperator, call: CallSite): Kernel {
  const swapped = isInterval(call.args[0]!.type) && !isInterval(call.args[1]!.type)
  const point = call.args[swapped ? 1 : 0]!.type
  const interval = call.args[swapped ? 0 : 1]!.type
  const sign = operator === '-' ? -1 : 1
  return (columns, rowCount): Column => {
    const a = columns[swapped ? 1 : 0]!
    const b = columns[swapped ? 0 : 1]!
    const nulls = unionNulls(columns, rowCount)
    if (operator === '*') return timesInterval(call, point.kind === 'BIGINT' ? b : a, point.kind === 'BIGINT' ? a : b, nulls, rowCount)
    if (a.storage === 'int32') {
      const values = call.buffers.int32(rowCount)
      if (interval.kind === 'INTERVAL_YEAR_MONTH') {
        const months = (b as Int32Column).values
        if (point.kind === 'DATE') for (let i = 0; i < rowCount; i++) values[i] = addMonthsToDays(a.values[i]!, sign * months[i]!)
        else if (point.kind === 'TIME') values.set(a.values.subarray(0, rowCount))
        else for (let i = 0; i < rowCount; i++) values[i] = a.values[i]! + sign * months[i]!
      } else {
        const ms = (b as Float64Column).values
        if (point.kind === 'DATE') for (let i = 0; i < rowCount; i++) values[i] = a.values[i]! + sign * Math.trunc(ms[i]! / msPerDay)
        else for (let i = 0; i < rowCount; i++) values[i] = wholeSeconds((a.values[i]! + msPerDay + sign * (ms[i]! % msPerDay)) % msPerDay)
      }
      return { storage: 'int32', values, nulls }
    }
    const start = (a as Float64Column).values
    const values = call.buffers.float64(rowCount)
    if (interval.kind === 'INTERVAL_YEAR_MONTH') {
      const months = (b as Int32Column).values
      for (let i = 0; i < rowCount; i++) values[i] = nulls !== null && nulls[i] === 1 ? 0 : addMonthsToMs(start[i]!, sign * months[i]!)
    } else if (sign === 1) addMs(start, (b as Float64Column).values, values, rowCount)
    else subtractMs(start, (b as Float64Column).values, values, rowCount)
    return { storage: 'float64', values, nulls }
  }
}

/** A TIME is of whole seconds: what is smaller is dropped. */
function wholeSeconds(ms: number): number {
  return ms - (ms % 1000)
}

function addMs(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]!
}
function subtractMs(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! - b[i]!
}

function timesInterval(call: CallSite, interval: Column, factor: Column, nulls: Uint8Array | null, rowCount: number): Column {
  if (factor.storage !== 'int64') throw new Error('an interval is multiplied by a BIGINT')
  const factors = factor.values ?? Float64Array.from(factor.wide!.subarray(0, rowCount), Number)
  if (interval.storage === 'int32') {
    const values = call.buffers.int32(rowCount)
    for (let i = 0; i < rowCount; i++) values[i] = interval.values[i]! * factors[i]!
    return { storage: 'int32', values, nulls }
  }
  const values = call.buffers.float64(rowCount)
  for (let i = 0; i < rowCount; i++) values[i] = (interval as Float64Column).values[i]! * factors[i]! + 0
  return { storage: 'float64', values, nulls }
}

function resolveSign(call: CallTypes): Resolution {
  const type = call.args[0]!.type
  if (type.kind === 'NULL') return { args: [int], result: int }
  if (isNumeric(type) || isInterval(type)) return { args: [type], result: type }
  return { problem: `A sign takes a number or an INTERVAL, found ${printType(withNullable(type, true))}.`, argument: 0 }
}

function operatorEntry(
  operator: ArithmeticOperator,
  summary: string,
  signatures: readonly string[],
  examples: ScalarFunction['examples'],
  aliases: readonly string[] = [],
): ScalarFunction {
  const binary = resolveBinary(operator)
  const kernel = binaryKernel(operator)
  const signed = operator === '+' || operator === '-'
  return {
    kind: 'scalar',
    name: operator,
    ...(aliases.length > 0 ? { aliases } : {}),
    category: 'arithmetic',
    signatures,
    summary,
    examples,
    callable: false,
    nulls: 'propagate',
    fails: integerDivides(operator),
    resolve: (call) => (signed && call.args.length === 1 ? resolveSign(call) : binary(call)),
    kernel: (call) => (call.args.length === 1 ? (operator === '-' ? negate(call) : (columns) => columns[0]!) : kernel(call)),
  }
}

export const arithmeticFunctions: readonly FunctionDefinition[] = [
  operatorEntry('+', 'Adds numbers, intervals, or an interval to a time; integers wrap at the edge of their type.', ['a + b', "time + INTERVAL '1' HOUR", '+a'], [
    { expression: '2147483647 + 1', result: '-2147483648' },
    { expression: '1.5 + 2', result: '3.5' },
    { expression: "TIMESTAMP '2026-01-31 12:00:00' + INTERVAL '1' MONTH", result: '2026-02-28 12:00:00' },
  ]),
  operatorEntry('-', 'Subtracts numbers, intervals, or an interval from a time; with one operand changes the sign.', ['a - b', "time - INTERVAL '1' HOUR", '-a'], [
    { expression: '5 - 7', result: '-2' },
    { expression: "DATE '2026-03-01' - INTERVAL '1' DAY", result: '2026-02-28' },
  ]),
  operatorEntry('*', 'Multiplies numbers, or an interval by a number.', ['a * b'], [
    { expression: '0.908 * CAST(100 AS BIGINT)', result: '90.800' },
    { expression: '6 * 7', result: '42' },
  ]),
  operatorEntry('/', 'Divides; integers are cut toward zero, and an integer divided by zero fails the job.', ['a / b'], [
    { expression: '5 / 2', result: '2' },
    { expression: '-5 / 2', result: '-2' },
    { expression: '5 / 2e0', result: '2.5' },
  ]),
  operatorEntry('%', 'Remainder with the sign of the dividend.', ['a % b', 'MOD(a, b)'], [{ expression: '-5 % 3', result: '-2' }], ['MOD']),
]
