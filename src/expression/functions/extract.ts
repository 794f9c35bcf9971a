import type { Column, Float64Column, Int32Column } from '../../columnar/column.ts'
import { bigintType, isTimestamp, printType, withNullable, type DataType } from '../../columnar/dataType.ts'
import { offsetAt } from '../../columnar/timeZone.ts'
import { dateOfDays, daysOfDate, msPerDay } from '../../columnar/valueText.ts'
import type { CallSite, CallTypes, FunctionDefinition, FunctionExample, Kernel, Resolution, ScalarFunction } from '../functionDefinition.ts'

/**
 * EXTRACT and its short forms, as Flink's DateTimeUtils computes them: BIGINT, and with divisions that cut toward zero, so that a TIMESTAMP before 1970 which is not
 * midnight belongs to the day after and its hours are negative. A TIMESTAMP_LTZ is looked at in the session time zone.
 */
const clock: Readonly<Record<string, readonly [within: number, unit: number]>> = {
  HOUR: [msPerDay, 3_600_000], MINUTE: [3_600_000, 60_000], SECOND: [60_000, 1000], MILLISECOND: [1000, 1], MICROSECOND: [1000, 1 / 1000], NANOSECOND: [1000, 1 / 1_000_000],
}

/** ISO 8601: weeks begin on Monday, and the first one of a year has its 4 January. */
function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - ((((days + 3) % 7) + 7) % 7) + 3
  const { year } = dateOfDays(thursday)
  return { year, week: Math.floor((thursday - daysOfDate(year, 1, 1)) / 7) + 1 }
}

const dateParts: Readonly<Record<string, (days: number) => number>> = {
  YEAR: (days) => dateOfDays(days).year,
  ISOYEAR: (days) => isoWeek(days).year,
  QUARTER: (days) => Math.floor((dateOfDays(days).month + 2) / 3),
  MONTH: (days) => dateOfDays(days).month,
  WEEK: (days) => isoWeek(days).week,
  DAY: (days) => dateOfDays(days).day,
  DOY: (days) => days - daysOfDate(dateOfDays(days).year, 1, 1) + 1,
  DOW: (days) => ((((days + 4) % 7) + 7) % 7) + 1,
  ISODOW: (days) => ((((days + 3) % 7) + 7) % 7) + 1,
  DECADE: (days) => Math.trunc(dateOfDays(days).year / 10),
  CENTURY: (days) => {
    const { year } = dateOfDays(days)
    return Math.trunc((year > 0 ? year + 99 : year - 99) / 100)
  },
  MILLENNIUM: (days) => {
    const { year } = dateOfDays(days)
    return Math.trunc((year > 0 ? year + 999 : year - 999) / 1000)
  },
}

const units = 'YEAR, QUARTER, MONTH, WEEK, DAY, DOY, DOW, HOUR, MINUTE, SECOND or MILLISECOND'

function resolvePart(call: CallTypes, name: string, unit: string): Resolution {
  if (call.args.length !== 1) return { problem: `${name} takes 1 argument, found ${call.args.length}.` }
  const { type } = call.args[0]!
  if (type.kind === 'NULL') return { args: [{ kind: 'TIMESTAMP', precision: 3, nullable: true }], result: bigintType }
  const refused = partProblem(type, unit)
  if (refused !== null) return { problem: refused, argument: 0 }
  return { args: [type], result: bigintType }
}

function partProblem(type: DataType, unit: string): string | null {
  const isClock = clock[unit] !== undefined
  if (!isClock && dateParts[unit] === undefined && unit !== 'EPOCH') return `There is no part of time called ${unit}. Use ${units}.`
  switch (type.kind) {
    case 'DATE':
      return isClock ? `A DATE has no ${unit}. Use a TIMESTAMP.` : null
    case 'TIME':
      return isClock ? null : `A TIME has no ${unit}. Use HOUR, MINUTE, SECOND or MILLISECOND.`
    case 'INTERVAL_DAY_TIME':
      return unit === 'DAY' || isClock ? null : `An INTERVAL of days and times has no ${unit}. Use DAY, HOUR, MINUTE or SECOND.`
    case 'INTERVAL_YEAR_MONTH':
      return unit === 'YEAR' || unit === 'MONTH' ? null : `An INTERVAL of years and months has no ${unit}. Use YEAR or MONTH.`
    default:
      if (isTimestamp(type)) return null
      return `Parts of time are taken from a DATE, TIME or TIMESTAMP, found ${printType(withNullable(type, true))}. Convert a text with TO_TIMESTAMP(...), a number with TO_TIMESTAMP_LTZ(..., 3).`
  }
}

function partKernel(call: CallSite, unit: string): Kernel {
  const { type } = call.args[0]!
  const out = (rowCount: number): Float64Array => call.buffers.float64(rowCount)
  const result = (values: Float64Array, column: Column): Column => ({ storage: 'int64', values, wide: null, nulls: column.nulls })
  const part = dateParts[unit]
  const [within, size] = clock[unit] ?? [0, 0]
  switch (type.kind) {
    case 'DATE':
      return (columns, rowCount) => {
        const values = out(rowCount)
        partsOfDays((columns[0] as Int32Column).values, unit === 'EPOCH' ? (days) => days * 86_400 : part!, values, rowCount)
        return result(values, columns[0]!)
      }
    case 'TIME':
      return (columns, rowCount) => {
        const values = out(rowCount)
        const source = (columns[0] as Int32Column).values
        for (let i = 0; i < rowCount; i++) values[i] = cut((source[i]! % within) / size)
        return result(values, columns[0]!)
      }
    case 'INTERVAL_YEAR_MONTH':
      return (columns, rowCount) => {
        const values = out(rowCount)
        const source = (columns[0] as Int32Column).values
        for (let i = 0; i < rowCount; i++) values[i] = cut(unit === 'YEAR' ? source[i]! / 12 : source[i]! % 12)
        return result(values, columns[0]!)
      }
    case 'INTERVAL_DAY_TIME':
      return (columns, rowCount) => {
        const values = out(rowCount)
        const source = (columns[0] as Float64Column).values
        for (let i = 0; i < rowCount; i++) values[i] = cut(unit === 'DAY' ? source[i]! / msPerDay : (source[i]! % within) / size)
        return result(values, columns[0]!)
      }
    default:
      return (columns, rowCount, context) => {
        const values = out(rowCount)
        let wall = (columns[0] as Float64Column).values
        if (type.kind === 'TIMESTAMP_LTZ' && context.timeZone !== 'UTC') wall = wallClocks(wall, context.timeZone, rowCount)
        if (unit === 'EPOCH') for (let i = 0; i < rowCount; i++) values[i] = cut(wall[i]! / 1000)
        else if (part === undefined) partsOfClock(wall, within, size, values, rowCount)
        else partsOfTimestamps(wall, part, values, rowCount)
        return result(values, columns[0]!)
      }
  }
}

/** Toward zero, and never -0. */
function cut(value: number): number {
  return Math.trunc(value) + 0
}

function wallClocks(instants: Float64Array, timeZone: string, rowCount: number): Float64Array {
  const wall = new Float64Array(rowCount)
  for (let i = 0; i < rowCount; i++) wall[i] = instants[i]! + offsetAt(instants[i]!, timeZone)
  return wall
}

function partsOfClock(wall: Float64Array, within: number, size: number, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const ms = wall[i]!
    // A remainder of doubles is slow; the product is exact for every time there is.
    const rest = ms - Math.trunc(ms / within) * within
    out[i] = cut(rest / size)
  }
}

/** Rows of a batch are mostly of one day. */
function partsOfTimestamps(wall: Float64Array, part: (days: number) => number, out: Float64Array, n: number): void {
  let known = Number.NaN
  let value = 0
  for (let i = 0; i < n; i++) {
    const days = cut(wall[i]! / msPerDay)
    if (days !== known) {
      known = days
      value = part(days)
    }
    out[i] = value
  }
}

function partsOfDays(source: Int32Array, part: (days: number) => number, out: Float64Array, n: number): void {
  let known = Number.NaN
  let value = 0
  for (let i = 0; i < n; i++) {
    const days = source[i]!
    if (days !== known) {
      known = days
      value = part(days)
    }
    out[i] = value
  }
}

/** Whether the value hangs on the session's zone is known from the type only, so every call is taken to. */
const extract: ScalarFunction = {
  kind: 'scalar',
  name: 'EXTRACT',
  category: 'time',
  signatures: ['EXTRACT(unit FROM time)'],
  summary: 'A part of a date, time or timestamp, as BIGINT: YEAR, QUARTER, MONTH, WEEK (ISO), DAY, DOY, DOW (1 is Sunday), HOUR, MINUTE, SECOND, MILLISECOND, EPOCH.',
  examples: [
    { expression: "EXTRACT(WEEK FROM DATE '2026-01-01')", result: '1' },
    { expression: "EXTRACT(DOW FROM DATE '2026-02-01')", result: '1' },
    { expression: "EXTRACT(MILLISECOND FROM TIMESTAMP '2026-01-01 00:00:01.250')", result: '250' },
  ],
  nulls: 'propagate',
  contextual: true,
  resolve: (call) => resolvePart(call, 'EXTRACT', call.symbols[0]!),
  kernel: (call) => partKernel(call, call.symbols[0]!),
}

function short(name: string, unit: string, summary: string, example: FunctionExample): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    category: 'time',
    signatures: [`${name}(time)`],
    summary,
    examples: [example],
    nulls: 'propagate',
    contextual: true,
    resolve: (call) => resolvePart(call, name, unit),
    kernel: (call) => partKernel(call, unit),
  }
}

const sample = "TIMESTAMP '2026-08-15 13:45:30'"

export const extractFunctions: readonly FunctionDefinition[] = [
  extract,
  short('YEAR', 'YEAR', 'The year.', { expression: `YEAR(${sample})`, result: '2026' }),
  short('QUARTER', 'QUARTER', 'The quarter of the year, 1 to 4.', { expression: `QUARTER(${sample})`, result: '3' }),
  short('MONTH', 'MONTH', 'The month of the year, 1 to 12.', { expression: `MONTH(${sample})`, result: '8' }),
  short('WEEK', 'WEEK', 'The ISO week of the year, 1 to 53.', { expression: `WEEK(${sample})`, result: '33' }),
  short('DAYOFYEAR', 'DOY', 'The day of the year, 1 to 366.', { expression: `DAYOFYEAR(${sample})`, result: '227' }),
  short('DAYOFMONTH', 'DAY', 'The day of the month, 1 to 31.', { expression: `DAYOFMONTH(${sample})`, result: '15' }),
  short('DAYOFWEEK', 'DOW', 'The day of the week, 1 (Sunday) to 7 (Saturday).', { expression: `DAYOFWEEK(${sample})`, result: '7' }),
  short('HOUR', 'HOUR', 'The hour of the day, 0 to 23.', { expression: `HOUR(${sample})`, result: '13' }),
  short('MINUTE', 'MINUTE', 'The minute of the hour, 0 to 59.', { expression: `MINUTE(${sample})`, result: '45' }),
  short('SECOND', 'SECOND', 'The second of the minute, 0 to 59.', { expression: `SECOND(${sample})`, result: '30' }),
]
