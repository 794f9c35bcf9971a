import type { Column, Float64Column, Int32Column } from '../../columnar/column.ts'
import { intType, isTimestamp, printType, withNullable, type DataType } from '../../columnar/dataType.ts'
import { wallClockOf } from '../../columnar/timeZone.ts'
import { msPerDay } from '../../columnar/valueText.ts'
import { unionNulls } from '../kernels.ts'
import { inFamily, wrongFamily } from '../parameters.ts'
import { addMonthsToDays, addMonthsToMs } from './arithmetic.ts'
import type { CallSite, CallTypes, FunctionDefinition, Kernel, Resolution, ScalarFunction } from '../functionDefinition.ts'

/**
 * TIMESTAMPADD and TIMESTAMPDIFF with Calcite's calendar rules (DateTimeUtils.addMonths, subtractMonths), and the current time, which comes with the evaluation context.
 */
const msOf: Readonly<Record<string, number>> = { MILLISECOND: 1, SECOND: 1000, MINUTE: 60_000, HOUR: 3_600_000, DAY: msPerDay, WEEK: 7 * msPerDay }
const monthsOf: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 }
const unitNames = 'SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER or YEAR'

const isPoint = (type: DataType): boolean => type.kind === 'DATE' || isTimestamp(type)
const timestamp3: DataType = { kind: 'TIMESTAMP', precision: 3, nullable: true }

function unitProblem(call: CallTypes): Resolution | null {
  const unit = call.symbols[0]
  if (unit === undefined || (msOf[unit] === undefined && monthsOf[unit] === undefined)) return { problem: `${call.name} counts in ${unitNames}, found ${unit ?? 'no unit'}.` }
  return null
}

function pointProblem(call: CallTypes, index: number, name: string): Resolution {
  return { problem: wrongFamily(call.name, index, name, ['timestamp', 'date'], call.args[index]!.type), argument: index }
}

function resolveAdd(call: CallTypes): Resolution {
  const wrongUnit = unitProblem(call)
  if (wrongUnit !== null) return wrongUnit
  if (call.args.length !== 2) return { problem: `TIMESTAMPADD takes a unit, a number and a time. Write TIMESTAMPADD(${call.symbols[0]!}, 1, time).` }
  const [count, point] = call.args as [CallTypes['args'][0], CallTypes['args'][0]]
  if (!inFamily(count.type, 'integer')) return { problem: wrongFamily('TIMESTAMPADD', 0, 'number', ['integer'], count.type), argument: 0 }
  const type = point.type.kind === 'NULL' ? timestamp3 : point.type
  if (!isPoint(type)) return pointProblem(call, 1, 'time')
  // A date moved by hours is a point in time.
  const result: DataType = type.kind === 'DATE' && msOf[call.symbols[0]!] !== undefined && msOf[call.symbols[0]!]! < msPerDay ? { kind: 'TIMESTAMP', precision: call.symbols[0] === 'MILLISECOND' ? 3 : 0, nullable: true } : type
  return { args: [{ kind: 'BIGINT', nullable: true }, type], result }
}

function addKernel(call: CallSite): Kernel {
  const unit = call.symbols[0]!
  const months = monthsOf[unit]
  const ms = msOf[unit]
  const from = call.args[1]!.type
  return (columns, rowCount): Column => {
    const nulls = unionNulls(columns, rowCount)
    const counts = countsOf(columns[0]!, rowCount)
    if (from.kind === 'DATE') {
      const days = (columns[1] as Int32Column).values
      if (call.type.kind === 'DATE') {
        const values = call.buffers.int32(rowCount)
        if (months !== undefined) for (let i = 0; i < rowCount; i++) values[i] = nulls !== null && nulls[i] === 1 ? 0 : addMonthsToDays(days[i]!, counts[i]! * months)
        else for (let i = 0; i < rowCount; i++) values[i] = days[i]! + counts[i]! * (ms! / msPerDay)
        return { storage: 'int32', values, nulls }
      }
      const values = call.buffers.float64(rowCount)
      for (let i = 0; i < rowCount; i++) values[i] = days[i]! * msPerDay + counts[i]! * ms!
      return { storage: 'float64', values, nulls }
    }
    const points = (columns[1] as Float64Column).values
    const values = call.buffers.float64(rowCount)
    if (months !== undefined) for (let i = 0; i < rowCount; i++) values[i] = nulls !== null && nulls[i] === 1 ? 0 : addMonthsToMs(points[i]!, counts[i]! * months)
    else for (let i = 0; i < rowCount; i++) values[i] = points[i]! + counts[i]! * ms!
    return { storage: 'float64', values, nulls }
  }
}

function countsOf(column: Column, rowCount: number): Float64Array {
  if (column.storage !== 'int64') throw new Error(`a count is a BIGINT, found ${column.storage}`)
  return column.values ?? Float64Array.from(column.wide!.subarray(0, rowCount), Number)
}

function resolveDiff(call: CallTypes): Resolution {
  const wrongUnit = unitProblem(call)
  if (wrongUnit !== null) return wrongUnit
  if (call.args.length !== 2) return { problem: `TIMESTAMPDIFF takes a unit and two times. Write TIMESTAMPDIFF(${call.symbols[0]!}, earlier, later).` }
  const args: DataType[] = []
  for (let i = 0; i < 2; i++) {
    const { type } = call.args[i]!
    if (type.kind !== 'NULL' && !isPoint(type)) return pointProblem(call, i, i === 0 ? 'earlier' : 'later')
    args.push(type.kind === 'NULL' ? timestamp3 : type)
  }
  const [a, b] = args as [DataType, DataType]
  if ((a.kind === 'TIMESTAMP_LTZ') !== (b.kind === 'TIMESTAMP_LTZ')) {
    return { problem: `TIMESTAMPDIFF takes two times of one kind, found ${printType(withNullable(a, true))} and ${printType(withNullable(b, true))}. Cast one: CAST(... AS ${printType(withNullable(a, true))}).`, argument: 1 }
  }
  return { args, result: intType }
}

/** Whole months from one day to another. */
function monthsBetweenDays(earlier: number, later: number): number {
  if (later < earlier) return -monthsBetweenDays(later, earlier)
  let months = Math.trunc((later - earlier) / 31)
  for (;;) {
    if (addMonthsToDays(earlier, months) >= later || addMonthsToDays(earlier, months + 1) > later) return months
    months++
  }
}

/** The rule of Calcite's subtractMonths, with its one-sided look at the time of day. */
export function monthsBetween(earlierMs: number, laterMs: number): number {
  const earlier = Math.floor(earlierMs / msPerDay)
  const later = Math.floor(laterMs / msPerDay)
  const months = monthsBetweenDays(earlier, later)
  const sameDay = addMonthsToDays(earlier, months) === later
  return sameDay && laterMs - later * msPerDay < earlierMs - earlier * msPerDay ? months - 1 : months
}

function diffKernel(call: CallSite): Kernel {
  const unit = call.symbols[0]!
  const months = monthsOf[unit]
  const ms = msOf[unit]
  return (columns, rowCount): Column => {
    const nulls = unionNulls(columns, rowCount)
    const earlier = millisecondsOf(columns[0]!, rowCount)
    const later = millisecondsOf(columns[1]!, rowCount)
    const values = call.buffers.int32(rowCount)
    // Calcite makes weeks of whole seconds as INT, which wrap beyond 68 years; the other units do not pass through INT.
    if (unit === 'WEEK') for (let i = 0; i < rowCount; i++) values[i] = Math.trunc(((Math.trunc((later[i]! - earlier[i]!) / 1000) % 4_294_967_296) | 0) / 604_800)
    else if (months === undefined) for (let i = 0; i < rowCount; i++) values[i] = (Math.trunc((later[i]! - earlier[i]!) / ms!) % 4_294_967_296) | 0
    else for (let i = 0; i < rowCount; i++) values[i] = nulls !== null && nulls[i] === 1 ? 0 : Math.trunc(monthsBetween(earlier[i]!, later[i]!) / months)
    return { storage: 'int32', values, nulls }
  }
}

function millisecondsOf(column: Column, rowCount: number): Float64Array {
  if (column.storage === 'float64') return column.values
  const days = (column as Int32Column).values
  const out = new Float64Array(rowCount)
  for (let i = 0; i < rowCount; i++) out[i] = days[i]! * msPerDay
  return out
}

// The current time.

function current(name: string, signature: string, type: DataType, summary: string, aliases: readonly string[], valueOf: (now: number, timeZone: string) => number): ScalarFunction {
  const fixed = withNullable(type, false)
  return {
    kind: 'scalar',
    name,
    ...(aliases.length > 0 ? { aliases } : {}),
    category: 'time',
    signatures: [signature],
    summary,
    examples: [],
    nulls: 'own',
    contextual: true,
    resolve: (call) => (call.args.length > 0 ? { problem: `${call.name} takes no arguments. Write ${signature}.` } : { args: [], result: fixed, nullable: false }),
    kernel: (call) => (_columns, rowCount, context) => {
      const value = valueOf(context.processingTime(), context.timeZone)
      if (fixed.kind === 'DATE' || fixed.kind === 'TIME') return { storage: 'int32', values: call.buffers.int32(rowCount).fill(value, 0, rowCount), nulls: null }
      return { storage: 'float64', values: call.buffers.float64(rowCount).fill(value, 0, rowCount), nulls: null }
    },
  }
}

const timeOfDay = (now: number, timeZone: string): number => {
  const wall = wallClockOf(now, timeZone)
  return Math.floor((wall - Math.floor(wall / msPerDay) * msPerDay) / 1000) * 1000
}

export const timeSpanFunctions: readonly FunctionDefinition[] = [
  {
    kind: 'scalar',
    name: 'TIMESTAMPADD',
    category: 'time',
    signatures: ['TIMESTAMPADD(unit, number, time)'],
    summary: 'A time moved by a number of units: SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER or YEAR. A day beyond the end of its month becomes the last.',
    examples: [
      { expression: "TIMESTAMPADD(MONTH, 1, TIMESTAMP '2026-01-31 12:00:00')", result: '2026-02-28 12:00:00' },
      { expression: "TIMESTAMPADD(WEEK, -1, DATE '2026-01-31')", result: '2026-01-24' },
      { expression: "TIMESTAMPADD(HOUR, 1, DATE '2026-01-31')", result: '2026-01-31 01:00:00' },
    ],
    nulls: 'propagate',
    resolve: resolveAdd,
    kernel: addKernel,
  },
  {
    kind: 'scalar',
    name: 'TIMESTAMPDIFF',
    category: 'time',
    signatures: ['TIMESTAMPDIFF(unit, earlier, later)'],
    summary: 'How many whole units lie between two times, as INT; negative when the second is the earlier one.',
    examples: [
      { expression: "TIMESTAMPDIFF(DAY, TIMESTAMP '2026-01-01 10:00:00', TIMESTAMP '2026-01-03 09:00:00')", result: '1' },
      { expression: "TIMESTAMPDIFF(MONTH, DATE '2026-01-31', DATE '2026-02-28')", result: '1' },
      { expression: "TIMESTAMPDIFF(YEAR, DATE '2026-01-01', DATE '2024-06-01')", result: '-1' },
    ],
    nulls: 'propagate',
    resolve: resolveDiff,
    kernel: diffKernel,
  },
  current('CURRENT_TIMESTAMP', 'CURRENT_TIMESTAMP', { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false }, 'The current instant, by the processing clock, as the row is worked on.', [], (now) => now),
  current('NOW', 'NOW()', { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false }, 'The current instant, by the processing clock, as the row is worked on.', ['CURRENT_ROW_TIMESTAMP'], (now) => now),
  current('LOCALTIMESTAMP', 'LOCALTIMESTAMP', { kind: 'TIMESTAMP', precision: 3, nullable: false }, 'The current date and time on the wall clock of the session time zone.', [], wallClockOf),
  current('CURRENT_DATE', 'CURRENT_DATE', { kind: 'DATE', nullable: false }, 'The current date in the session time zone.', [], (now, timeZone) => Math.floor(wallClockOf(now, timeZone) / msPerDay)),
  current('CURRENT_TIME', 'CURRENT_TIME', { kind: 'TIME', nullable: false }, 'The current time of day in the session time zone.', ['LOCALTIME'], timeOfDay),
]
