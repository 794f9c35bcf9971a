import type { Column, Float64Column, Int32Column } from '../columnar/column.ts'
import { isTimestamp, printType, withNullable } from '../columnar/dataType.ts'
import { offsetAt } from '../columnar/timeZone.ts'
import { dateOfDays, daysOfDate, msPerDay } from '../columnar/valueText.ts'
import type { CallSite, CallTypes, Kernel, Resolution } from './functionDefinition.ts'

/**
 * FLOOR and CEIL of a point in time to a unit, as Flink's DateTimeUtils computes them, edges included.
 *
 * Weeks begin on Sunday. CEIL to a month, quarter or year looks at the date only, so a time of day on the first of the month does not count as beyond it; CEIL to a
 * quarter of any day but 1 January goes to the next quarter. Before 15 October 1582 the date that is rounded is the Julian one, and the result the Gregorian day of the same name. Those are Flink's results, and a job must give the same.
 */
const clockUnits: Readonly<Record<string, number>> = { MILLISECOND: 1, SECOND: 1000, MINUTE: 60_000, HOUR: 3_600_000, DAY: msPerDay }
const dateUnits = new Set(['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR', 'DECADE', 'CENTURY', 'MILLENNIUM'])

export function resolveTimeRounding(call: CallTypes): Resolution {
  const type = call.args[0]!.type
  const unit = call.symbols[0]!
  if (type.kind === 'NULL') return { args: [{ kind: 'TIMESTAMP', precision: 3, nullable: true }], result: { kind: 'TIMESTAMP', precision: 3, nullable: true } }
  if (!isTimestamp(type) && type.kind !== 'DATE' && type.kind !== 'TIME') {
    return { problem: `${call.name}(... TO ${unit}) takes a TIMESTAMP, DATE or TIME, found ${printType(withNullable(type, true))}. Leave out "TO ${unit}" for a number.`, argument: 0 }
  }
  const known = type.kind === 'DATE' ? dateUnits.has(unit) : type.kind === 'TIME' ? clockUnits[unit] !== undefined && unit !== 'DAY' : clockUnits[unit] !== undefined || dateUnits.has(unit)
  if (!known) return { problem: `${unit} is no unit to round a ${type.kind} to. Use ${type.kind === 'DATE' ? 'WEEK, MONTH, QUARTER or YEAR' : type.kind === 'TIME' ? 'SECOND, MINUTE or HOUR' : 'SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER or YEAR'}.` }
  return { args: [type], result: type }
}

export function timeRoundingKernel(call: CallSite, floor: boolean): Kernel {
  const unit = call.symbols[0]!
  const type = call.args[0]!.type
  const size = clockUnits[unit]
  const zoned = type.kind === 'TIMESTAMP_LTZ'
  return (columns, rowCount, context): Column => {
    const { nulls } = columns[0]!
    if (type.kind === 'DATE' || type.kind === 'TIME') {
      const source = (columns[0] as Int32Column).values
      const values = call.buffers.int32(rowCount)
      if (type.kind === 'TIME') for (let i = 0; i < rowCount; i++) values[i] = roundedMs(source[i]!, size!, floor)
      else for (let i = 0; i < rowCount; i++) values[i] = roundedDate(source[i]!, unit, floor)
      return { storage: 'int32', values, nulls }
    }
    const source = (columns[0] as Float64Column).values
    const values = call.buffers.float64(rowCount)
    if (size !== undefined && !(zoned && size >= clockUnits['HOUR']!)) roundMs(source, size, floor, values, rowCount)
    else {
      for (let i = 0; i < rowCount; i++) {
        const offset = zoned ? offsetAt(source[i]!, context.timeZone) : 0
        const wall = source[i]! + offset
        values[i] = (size === undefined ? roundedDate(Math.trunc(wall / msPerDay), unit, floor) * msPerDay : roundedMs(wall, size, floor)) - offset
      }
    }
    return { storage: 'float64', values, nulls }
  }
}

function roundMs(a: Float64Array, size: number, floor: boolean, out: Float64Array, n: number): void {
  if (floor) for (let i = 0; i < n; i++) out[i] = Math.floor(a[i]! / size) * size
  else for (let i = 0; i < n; i++) out[i] = Math.ceil(a[i]! / size) * size + 0
}

function roundedMs(ms: number, size: number, floor: boolean): number {
  return (floor ? Math.floor(ms / size) : Math.ceil(ms / size)) * size + 0
}

/** 4 October 1582 in the Julian calendar, the day before 15 October in ours. */
const lastJulianDay = -141_428

/** Meeus, Astronomical Algorithms, chapter 7, from the day number of the Julian period. */
function julianDateOfDays(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const c = days + 2_440_588 + 32_082
  const d = Math.floor((4 * c + 3) / 1461)
  const e = c - Math.floor((1461 * d) / 4)
  const m = Math.floor((5 * e + 2) / 153)
  return { year: d - 4800 + Math.floor(m / 10), month: m + 3 - 12 * Math.floor(m / 10), day: e - Math.floor((153 * m + 2) / 5) + 1 }
}

function roundedDate(days: number, unit: string, floor: boolean): number {
  const { year, month, day } = days <= lastJulianDay ? julianDateOfDays(days) : dateOfDays(days)
  switch (unit) {
    case 'WEEK': {
      // Day 0, 1 January 1970, was a Thursday.
      const sinceSunday = (((days + 4) % 7) + 7) % 7
      const named = daysOfDate(year, month, day)
      return floor || sinceSunday === 0 ? named - sinceSunday : named - sinceSunday + 7
    }
    case 'MONTH':
      return floor || day === 1 ? daysOfDate(year, month, 1) : month === 12 ? daysOfDate(year + 1, 1, 1) : daysOfDate(year, month + 1, 1)
    case 'QUARTER': {
      const quarter = Math.floor((month + 2) / 3)
      if (floor || (month === 1 && day === 1)) return daysOfDate(year, quarter * 3 - 2, 1)
      return quarter === 4 ? daysOfDate(year + 1, 1, 1) : daysOfDate(year, quarter * 3 + 1, 1)
    }
    case 'YEAR':
      return daysOfDate(floor || (month === 1 && day === 1) ? year : year + 1, 1, 1)
    case 'DECADE':
      return daysOfDate(10 * (Math.trunc(year / 10) + (floor ? 0 : 1)), 1, 1)
    case 'CENTURY':
      return daysOfDate(100 * Math.trunc((year + 99) / 100) + (floor ? -99 : 1), 1, 1)
    case 'MILLENNIUM':
      return daysOfDate(1000 * Math.trunc((year + 999) / 1000) + (floor ? -999 : 1), 1, 1)
    default:
      return days
  }
}
