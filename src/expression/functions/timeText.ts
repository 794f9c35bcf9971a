import type { Column, Float64Column, Int32Column, Int64Column, StringColumn } from '../../columnar/column.ts'
import { bigintType, intType, isCharacter, isNumeric, stringType, timestampLtzType, timestampType, type DataType } from '../../columnar/dataType.ts'
import { RowError } from '../../columnar/rowError.ts'
import { offsetAt } from '../../columnar/timeZone.ts'
import { daysInMonth, daysOfDate, msPerDay } from '../../columnar/valueText.ts'
import { decimalToDouble } from '../castValue.ts'
import { dateTimePattern, isNoJavaPattern, type DateTimePattern, type Dialect } from '../dateTimePattern.ts'
import { javaZone } from '../javaZone.ts'
import { constantArgument, stringColumn, textAt, unionNulls } from '../kernels.ts'
import { takes, wrongFamily, type Parameter } from '../parameters.ts'
import { textKernel } from '../textKernel.ts'
import { dateOfText } from '../timeOfText.ts'
import type { CallSite, CallTypes, FunctionDefinition, Kernel, Resolution, ScalarFunction } from '../functionDefinition.ts'

/**
 * Times as texts and numbers, and back.
 *
 * Flink reads and writes TIMESTAMPs with java.time's patterns and everything else with SimpleDateFormat's (`dateTimePattern.ts`). A text that cannot be read gives
 * NULL, but UNIX_TIMESTAMP gives the least BIGINT, as on Flink. (Flink's TO_DATE with a pattern makes a date of year -292275055 of it; here it is NULL.)
 */
const text = (name = 'text'): Parameter => ({ name, family: 'character' })
const optional = (parameter: Parameter): Parameter => ({ ...parameter, optional: true })
const usualPattern = 'yyyy-MM-dd HH:mm:ss'

/** The problem with a literal pattern, or null. */
function patternProblem(call: CallTypes, index: number, dialect: Dialect, reads: boolean): Resolution | null {
  const pattern = call.args[index]?.constant
  if (typeof pattern !== 'string') return null
  const made = dateTimePattern(pattern, dialect)
  if ('fault' in made) return { problem: made.fault, argument: index }
  if (reads && made.unreadable !== null) {
    const why = made.unreadable === 'yy' ? 'has a year of two digits, and which century that is would hang on the day the job runs. Use yyyy' : `has the letter ${made.unreadable}, which ${call.name} cannot read. Leave it out`
    return { problem: `The pattern '${pattern}' ${why}.`, argument: index }
  }
  return null
}

/** The pattern of a row whose pattern is no literal. */
function patternAt(pattern: string, dialect: Dialect, row: number, reads: boolean): DateTimePattern {
  const made = dateTimePattern(pattern, dialect)
  if ('fault' in made) throw new RowError(row, made.fault)
  if (reads && made.unreadable !== null) throw new RowError(row, `the pattern '${pattern}' has ${made.unreadable}, which cannot be read`)
  return made
}

function constantPattern(call: CallSite, index: number, dialect: Dialect): DateTimePattern | null {
  const pattern = constantArgument(call, index)
  if (typeof pattern !== 'string') return null
  const made = dateTimePattern(pattern, dialect)
  return 'fault' in made ? null : made
}

const patternVaries = (index: number) => (call: CallSite): boolean => call.args[index] !== undefined && constantArgument(call, index) === undefined

// DATE_FORMAT.

const dateFormat: ScalarFunction = {
  kind: 'scalar',
  name: 'DATE_FORMAT',
  category: 'time',
  signatures: ['DATE_FORMAT(time, pattern)'],
  summary: "A timestamp (or a text like '2026-01-31 12:00:00') written by a pattern of letters such as yyyy-MM-dd HH:mm:ss.SSS, E for the day's name, D for the day of the year.",
  examples: [
    { expression: "DATE_FORMAT(TIMESTAMP '2026-01-31 09:05:07.25', 'yyyy-MM-dd HH:mm')", result: '2026-01-31 09:05' },
    { expression: "DATE_FORMAT(TIMESTAMP '2026-01-31 15:05:07.25', 'EEE d MMM yy, h ''o''''clock'' a, D, SSS')", result: "Sat 31 Jan 26, 3 o'clock PM, 31, 250" },
    { expression: "DATE_FORMAT('2026-01-31 15:05:07', 'HH')", result: '15' },
  ],
  nulls: 'propagate',
  contextual: true,
  fails: patternVaries(1),
  resolve: (call) => {
    const time = call.args[0]
    if (time !== undefined && time.type.kind === 'DATE') return { problem: 'DATE_FORMAT takes a TIMESTAMP, found DATE. Write DATE_FORMAT(CAST(... AS TIMESTAMP(0)), ...).', argument: 0 }
    const isText = time !== undefined && isCharacter(time.type)
    const resolution = takes([{ name: 'time', family: ['timestamp', 'character'] }, text('pattern')], stringType, true)(call)
    if ('problem' in resolution) return resolution
    return patternProblem(call, 1, isText ? 'SimpleDateFormat' : 'java.time', false) ?? resolution
  },
  kernel: (call) => {
    if (isCharacter(call.args[0]!.type)) return reformatKernel(call)
    const zoned = call.args[0]!.type.kind === 'TIMESTAMP_LTZ'
    const pattern = constantPattern(call, 1, 'java.time')
    return pattern === null ? varyingFormat(zoned) : fixedFormat(pattern, zoned)
  },
}

/** Texts made so far, by the step of time they show. */
class FormattedTimes {
  readonly dictionary: { values: string[]; distinct: true } = { values: [], distinct: true }
  readonly #pattern: DateTimePattern
  readonly #codeOfStep = new Map<number, number>()
  readonly #codeOfText = new Map<string, number>()
  constructor(pattern: DateTimePattern) {
    this.#pattern = pattern
  }
  get size(): number {
    return this.#codeOfStep.size
  }
  codeOf(step: number, wallMs: number): number {
    let code = this.#codeOfStep.get(step)
    if (code === undefined) {
      const made = this.#pattern.format(wallMs, 0)
      code = this.#codeOfText.get(made)
      if (code === undefined) {
        code = this.dictionary.values.push(made) - 1
        this.#codeOfText.set(made, code)
      }
      this.#codeOfStep.set(step, code)
    }
    return code
  }
}

const formattedMax = 100_000

/** Neighbouring rows mostly show the same minute or day: each text is made once. */
function fixedFormat(pattern: DateTimePattern, zoned: boolean): Kernel {
  const { stepMs } = pattern
  let times = new FormattedTimes(pattern)
  return (columns, rowCount, context) => {
    const { values, nulls } = columns[0] as Float64Column
    const local = zoned && context.timeZone !== 'UTC'
    if (stepMs === 1) {
      const texts = new Array<string | null>(rowCount)
      for (let i = 0; i < rowCount; i++) texts[i] = nulls !== null && nulls[i] === 1 ? null : pattern.format(local ? values[i]! + offsetAt(values[i]!, context.timeZone) : values[i]!, 0)
      return stringColumn(texts)
    }
    if (times.size > formattedMax) times = new FormattedTimes(pattern)
    const codes = new Int32Array(rowCount)
    let lastStep = Number.NaN
    let lastCode = 0
    for (let i = 0; i < rowCount; i++) {
      if (nulls !== null && nulls[i] === 1) continue
      const wall = local ? values[i]! + offsetAt(values[i]!, context.timeZone) : values[i]!
      const step = Math.floor(wall / stepMs)
      if (step !== lastStep) {
        lastStep = step
        lastCode = times.codeOf(step, wall)
      }
      codes[i] = lastCode
    }
    return { storage: 'string', codes, dictionary: times.dictionary, nulls }
  }
}

function varyingFormat(zoned: boolean): Kernel {
  return (columns, rowCount, context) => {
    const nulls = unionNulls(columns, rowCount)
    const { values } = columns[0] as Float64Column
    const texts = new Array<string | null>(rowCount)
    for (let i = 0; i < rowCount; i++) {
      if (nulls !== null && nulls[i] === 1) texts[i] = null
      else texts[i] = patternAt(textAt(columns[1] as StringColumn, i), 'java.time', i, false).format(zoned ? values[i]! + offsetAt(values[i]!, context.timeZone) : values[i]!, 0)
    }
    return stringColumn(texts)
  }
}

function reformatKernel(call: CallSite): Kernel {
  const reader = dateTimePattern(usualPattern, 'SimpleDateFormat') as DateTimePattern
  return textKernel(call, ([value, pattern], row) => {
    // The pattern is made first, so that one which is none fails the row also where the text is no time.
    const writer = patternAt(pattern as string, 'SimpleDateFormat', row, false)
    const parsed = reader.parse(value as string)
    return parsed === null ? null : writer.format(parsed.wallMs, 0)
  }, patternVaries(1)(call))
}

// Reading.

/** `yyyy-M-d[ H:m:s[.fraction]]`; a day beyond its month's end is the month's last, 24:00:00 the next midnight (ResolverStyle.SMART). */
function defaultTimestamp(value: string): number | null {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,9}))?)?$/.exec(value)
  if (match === null) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [number, number, number, number, number, number]
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31 || minute > 59 || second > 59 || hour > 24) return null
  const fraction = match[7] ?? ''
  if (hour === 24 && (minute > 0 || second > 0 || /[1-9]/.test(fraction))) return null
  const days = daysOfDate(year, month, Math.min(day, daysInMonth(year, month)))
  return days * msPerDay + ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
}

/** What java.sql's Timestamp.valueOf and Date.valueOf take when a text does not follow its pattern; fields carry over. */
function forgivenTimestamp(value: string): number | null {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,9}):(\d{1,9}):(\d{1,9})(?:\.(\d{1,9}))?)?$/.exec(value.trim())
  if (match === null) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [number, number, number, number, number, number]
  if (month < 1 || month > 12 || day < 1 || day > 31) return null
  return (daysOfDate(year, month, 1) + day - 1) * msPerDay + ((hour * 60 + minute) * 60 + second) * 1000 + Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
}

const toTimestamp: ScalarFunction = {
  kind: 'scalar',
  name: 'TO_TIMESTAMP',
  category: 'time',
  signatures: ['TO_TIMESTAMP(text [, pattern])'],
  summary: "The TIMESTAMP(3) that a text names, by default as 'yyyy-MM-dd HH:mm:ss' with or without a fraction; NULL when it names none.",
  examples: [
    { expression: "TO_TIMESTAMP('2026-01-31 12:00:00.123')", result: '2026-01-31 12:00:00.123' },
    { expression: "TO_TIMESTAMP('31/01/2026 09h', 'dd/MM/yyyy HH''h''')", result: '2026-01-31 09:00:00.000' },
    { expression: "TO_TIMESTAMP('2026-01-31T12:00:00')", result: 'NULL' },
  ],
  nulls: 'propagate',
  fails: patternVaries(1),
  resolve: (call) => {
    const resolution = takes([text(), optional(text('pattern'))], timestampType, true)(call)
    return 'problem' in resolution ? resolution : (patternProblem(call, 1, 'java.time', true) ?? resolution)
  },
  kernel: (call) =>
    call.args.length === 1
      ? textKernel(call, ([value]) => defaultTimestamp(value as string))
      : textKernel(call, ([value, pattern], row) => {
          if (isNoJavaPattern(pattern as string)) return null
          const parsed = patternAt(pattern as string, 'java.time', row, true).parse(value as string)
          return parsed === null ? forgivenTimestamp(value as string) : parsed.wallMs
        }, patternVaries(1)(call)),
}

const toDate: ScalarFunction = {
  kind: 'scalar',
  name: 'TO_DATE',
  category: 'time',
  signatures: ['TO_DATE(text [, pattern])'],
  summary: "The DATE that a text names, by default as 'yyyy-MM-dd'; NULL when it names none.",
  examples: [
    { expression: "TO_DATE('2026-01-31')", result: '2026-01-31' },
    { expression: "TO_DATE('31.01.2026', 'dd.MM.yyyy')", result: '2026-01-31' },
    { expression: "TO_DATE('2026-02-30')", result: 'NULL' },
  ],
  nulls: 'propagate',
  fails: patternVaries(1),
  resolve: (call) => {
    const resolution = takes([text(), optional(text('pattern'))], { kind: 'DATE', nullable: true }, true)(call)
    return 'problem' in resolution ? resolution : (patternProblem(call, 1, 'SimpleDateFormat', true) ?? resolution)
  },
  kernel: (call) =>
    call.args.length === 1
      ? textKernel(call, ([value]) => dateOfText(value as string))
      : textKernel(call, ([value, pattern], row) => {
          const parsed = patternAt(pattern as string, 'SimpleDateFormat', row, true).parse(value as string)
          return parsed === null ? null : Math.floor((parsed.wallMs - (parsed.offsetMs ?? 0)) / msPerDay)
        }, patternVaries(1)(call)),
}

// Numbers.

/** Years 0000 to 9999, in ms; beyond them Flink gives NULL. */
const instantLeast = -62_167_219_200_000
const instantMost = 253_402_300_799_999

const toTimestampLtz: ScalarFunction = {
  kind: 'scalar',
  name: 'TO_TIMESTAMP_LTZ',
  category: 'time',
  signatures: ['TO_TIMESTAMP_LTZ(number, precision)'],
  summary: 'The instant a number of seconds (precision 0) or milliseconds (precision 3) after 1970-01-01 00:00:00 UTC; NULL outside the years 0 to 9999.',
  examples: [
    { expression: 'TO_TIMESTAMP_LTZ(1700000000, 0)', result: '2023-11-14 22:13:20.000' },
    { expression: 'TO_TIMESTAMP_LTZ(1700000000123, 3)', result: '2023-11-14 22:13:20.123' },
  ],
  nulls: 'propagate',
  fails: patternVaries(1),
  resolve: (call) => {
    const number = call.args[0]
    if (number !== undefined && isCharacter(number.type)) return { problem: "TO_TIMESTAMP_LTZ takes a number. For a text write CAST(TO_TIMESTAMP(...) AS TIMESTAMP_LTZ(3)), which reads it in the session time zone.", argument: 0 }
    if (number !== undefined && !isNumeric(number.type) && number.type.kind !== 'NULL') return { problem: wrongFamily('TO_TIMESTAMP_LTZ', 0, 'number', ['numeric'], number.type), argument: 0 }
    const precision = call.args[1]?.constant
    if (precision !== undefined && precision !== null && Number(precision) !== 0 && Number(precision) !== 3) return { problem: `The precision of TO_TIMESTAMP_LTZ is 0 for seconds or 3 for milliseconds, found ${String(precision)}.`, argument: 1 }
    const wide: DataType | undefined = number === undefined || number.type.kind === 'DECIMAL' || number.type.kind === 'DOUBLE' || number.type.kind === 'FLOAT' ? undefined : bigintType
    return takes([{ name: 'number', family: 'numeric', ...(wide === undefined ? {} : { as: wide }) }, { name: 'precision', family: 'int', as: intType }], timestampLtzType, true)(call)
  },
  kernel: (call) => {
    const { type } = call.args[0]!
    const read = numberReader(type)
    return (columns, rowCount) => {
      let nulls = unionNulls(columns, rowCount)
      const shared = nulls
      const values = call.buffers.float64(rowCount)
      const precisions = (columns[1] as Int32Column).values
      for (let i = 0; i < rowCount; i++) {
        if (shared !== null && shared[i] === 1) {
          values[i] = 0
          continue
        }
        const precision = precisions[i]!
        if (precision !== 0 && precision !== 3) throw new RowError(i, `the precision of TO_TIMESTAMP_LTZ is 0 for seconds or 3 for milliseconds, found ${precision}`)
        const number = read(columns[0]!, i)
        // A DECIMAL of seconds is cut to whole ones first, a DOUBLE is not: as Flink has it.
        const ms = precision === 3 ? Math.trunc(number) : Math.trunc((type.kind === 'DECIMAL' ? Math.trunc(number) : number) * 1000)
        if (ms >= instantLeast && ms <= instantMost) values[i] = ms
        else {
          if (nulls === shared) nulls = shared === null ? new Uint8Array(rowCount) : shared.slice(0, rowCount)
          nulls![i] = 1
          values[i] = 0
        }
      }
      return { storage: 'float64', values, nulls }
    }
  },
}

function numberReader(type: DataType): (column: Column, row: number) => number {
  if (type.kind === 'DECIMAL') {
    const { scale } = type
    return (column, row) => {
      if (column.storage !== 'decimal') throw new Error(`a DECIMAL is stored as ${column.storage}`)
      return decimalToDouble(column.values === null ? column.wide![row]! : BigInt(column.values[row]!), scale)
    }
  }
  if (type.kind === 'BIGINT') return (column, row) => ((column as Int64Column).values === null ? Number((column as Int64Column).wide![row]!) : (column as Int64Column).values![row]!)
  return (column, row) => (column as Float64Column).values[row]!
}

const leastBigint = -(2n ** 63n)

const unixTimestamp: ScalarFunction = {
  kind: 'scalar',
  name: 'UNIX_TIMESTAMP',
  category: 'time',
  signatures: ['UNIX_TIMESTAMP()', 'UNIX_TIMESTAMP(text [, pattern])'],
  summary: 'Seconds since 1970-01-01 00:00:00 UTC: now, or of the time a text names in the session time zone (the least BIGINT when it names none).',
  examples: [{ expression: "UNIX_TIMESTAMP('2023-11-14 22:13:20')", result: '1700000000' }],
  nulls: 'propagate',
  contextual: true,
  fails: patternVaries(1),
  resolve: (call) => {
    const resolution = takes([optional(text()), optional(text('pattern'))], bigintType, call.args.length === 0 ? false : undefined)(call)
    return 'problem' in resolution ? resolution : (patternProblem(call, 1, 'SimpleDateFormat', true) ?? resolution)
  },
  kernel: (call) => {
    if (call.args.length === 0) {
      return (_columns, rowCount, context) => ({ storage: 'int64', values: call.buffers.float64(rowCount).fill(Math.floor(context.processingTime() / 1000), 0, rowCount), wide: null, nulls: null })
    }
    return (columns, rowCount, context) => {
      const nulls = unionNulls(columns, rowCount)
      const zone = javaZone(context.timeZone)
      const values = call.buffers.float64(rowCount)
      let unread: number[] | null = null
      for (let i = 0; i < rowCount; i++) {
        values[i] = 0
        if (nulls !== null && nulls[i] === 1) continue
        const pattern = columns.length === 1 ? usualPattern : textAt(columns[1] as StringColumn, i)
        const parsed = patternAt(pattern, 'SimpleDateFormat', i, true).parse(textAt(columns[0] as StringColumn, i))
        if (parsed === null) (unread ??= []).push(i)
        else values[i] = Math.trunc((parsed.offsetMs === null ? zone.instantOf(parsed.wallMs) : parsed.wallMs - parsed.offsetMs) / 1000) + 0
      }
      if (unread === null) return { storage: 'int64', values, wide: null, nulls }
      const wide = new BigInt64Array(rowCount)
      for (let i = 0; i < rowCount; i++) wide[i] = BigInt(values[i]!)
      for (const row of unread) wide[row] = leastBigint
      return { storage: 'int64', values: null, wide, nulls }
    }
  },
}

const fromUnixtime: ScalarFunction = {
  kind: 'scalar',
  name: 'FROM_UNIXTIME',
  category: 'time',
  signatures: ['FROM_UNIXTIME(seconds [, pattern])'],
  summary: "The time so many seconds after 1970-01-01 00:00:00 UTC, in the session time zone, as text; by default as 'yyyy-MM-dd HH:mm:ss'.",
  examples: [
    { expression: 'FROM_UNIXTIME(1700000000)', result: '2023-11-14 22:13:20' },
    { expression: "FROM_UNIXTIME(1700000000, 'yyyy/MM/dd')", result: '2023/11/14' },
  ],
  nulls: 'propagate',
  contextual: true,
  fails: patternVaries(1),
  resolve: (call) => {
    const resolution = takes([{ name: 'seconds', family: 'integer', as: bigintType }, optional(text('pattern'))], stringType, true)(call)
    return 'problem' in resolution ? resolution : (patternProblem(call, 1, 'SimpleDateFormat', false) ?? resolution)
  },
  kernel: () => {
    return (columns, rowCount, context) => {
      const { values, wide } = columns[0] as Int64Column
      const nulls = unionNulls(columns, rowCount)
      const texts = new Array<string | null>(rowCount)
      for (let i = 0; i < rowCount; i++) {
        if (nulls !== null && nulls[i] === 1) {
          texts[i] = null
          continue
        }
        const pattern = patternAt(columns.length === 1 ? usualPattern : textAt(columns[1] as StringColumn, i), 'SimpleDateFormat', i, false)
        if (values !== null && Math.abs(values[i]!) < instantSafeSeconds) {
          const instant = values[i]! * 1000
          const offset = offsetAt(instant, context.timeZone)
          texts[i] = pattern.format(instant + offset, offset)
        } else texts[i] = farText(pattern, values === null ? wide![i]! : BigInt(values[i]!), context.timeZone)
      }
      return stringColumn(texts)
    }
  },
}

/** Seconds that are dates to the platform too: 100 million days around 1970. */
const instantSafeSeconds = 8_640_000_000_000

/** Java counts milliseconds in 64 bits, which wrap; zones keep their rules in every cycle of 400 years. */
function farText(pattern: DateTimePattern, seconds: bigint, timeZone: string): string {
  const instant = BigInt.asIntN(64, seconds * 1000n)
  const cycle = 146_097n * BigInt(msPerDay)
  const offset = offsetAt(Number(instant % cycle) + Number(cycle), timeZone)
  const wall = instant + BigInt(offset)
  const day = BigInt(msPerDay)
  const days = (wall - (((wall % day) + day) % day)) / day
  return pattern.formatDay(Number(days), Number(wall - days * day), offset)
}

const convertTz: ScalarFunction = {
  kind: 'scalar',
  name: 'CONVERT_TZ',
  category: 'time',
  signatures: ['CONVERT_TZ(text, from, to)'],
  summary: "The time of a text like '2026-01-31 12:00:00' in one time zone, as it is written in another; zones are names such as Europe/Berlin, or GMT+8.",
  examples: [{ expression: "CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles')", result: '1969-12-31 16:00:00' }],
  nulls: 'propagate',
  resolve: takes([text(), text('from'), text('to')], stringType, true),
  kernel: (call) => {
    const pattern = dateTimePattern(usualPattern, 'SimpleDateFormat') as DateTimePattern
    return textKernel(call, ([value, from, to]) => {
      const parsed = pattern.parse(value as string)
      if (parsed === null) return null
      const instant = javaZone(from as string).instantOf(parsed.wallMs)
      return pattern.format(instant + javaZone(to as string).offsetAt(instant), 0)
    })
  },
}

export const timeTextFunctions: readonly FunctionDefinition[] = [dateFormat, toTimestamp, toDate, toTimestampLtz, unixTimestamp, fromUnixtime, convertTz]
