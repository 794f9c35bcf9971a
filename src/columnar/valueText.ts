/**
 * Numbers with a scale, and the calendar, as text: the ground that casts, files, previews and SQL literals share.
 *
 * The calendar is the proleptic Gregorian one without leap seconds or zones: a TIMESTAMP is milliseconds since 1970-01-01 on a wall clock.
 * Text forms are those of the job format, section 2 (Flink's casts give the same). Parsers return null for anything else and never round
 * silently: what to do with a fourth fractional digit is the caller's rule, so it is reported.
 */

/** Days since 1970-01-01 of a civil date; month 1…12. Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
export function daysOfDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

export interface CivilDate {
  readonly year: number
  /** 1…12 */
  readonly month: number
  /** 1…31 */
  readonly day: number
}

export function dateOfDays(days: number): CivilDate {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 }
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

export const msPerDay = 86_400_000

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function yearText(year: number): string {
  return year < 0 ? `-${pad(-year, 4)}` : pad(year, 4)
}

/** `2026-01-31` */
export function dateText(days: number): string {
  const { year, month, day } = dateOfDays(days)
  return `${yearText(year)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** `12:00:00`, with exactly `precision` digits after the point when precision > 0 (at most 3); what lies below is cut. */
export function timeText(msOfDay: number, precision = 0): string {
  const seconds = Math.floor(msOfDay / 1000)
  const text = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
  return precision === 0 ? text : `${text}.${pad(Math.floor(msOfDay) - seconds * 1000, 3).slice(0, precision)}`
}

/** `2026-01-31 12:00:00.123` with exactly `precision` fractional digits (0…3); what lies below is cut, as Flink's cast does. */
export function timestampText(ms: number, precision = 3): string {
  // Cut before the day is taken: of a clock finer than a millisecond, the difference to midnight may round up to a whole day.
  const whole = Math.floor(ms)
  const days = Math.floor(whole / msPerDay)
  return `${dateText(days)} ${timeText(whole - days * msPerDay, precision)}`
}

/** Days of `2026-01-31`, or null. */
export function parseDate(text: string): number | null {
  const match = /^(-?\d{4,6})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (match === null) return null
  const year = Number(match[1])
  const month = Number(match[2])
  const day = Number(match[3])
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  return daysOfDate(year, month, day)
}

/** Ms of the day of `12:00`, `12:00:00` or `12:00:00.123`; further digits are cut. Null for anything else. */
export function parseTime(text: string): number | null {
  const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?$/.exec(text)
  if (match === null) return null
  const hour = Number(match[1])
  const minute = Number(match[2])
  const second = Number(match[3] ?? 0)
  if (hour > 23 || minute > 59 || second > 59) return null
  return ((hour * 60 + minute) * 60 + second) * 1000 + Number((match[4] ?? '').slice(0, 3).padEnd(3, '0'))
}

export interface ParsedTimestamp {
  readonly ms: number
  /** The text had digits below a millisecond other than zeros; `ms` is cut. */
  readonly cut: boolean
  /** Offset the text carried (`Z`, `+01:00`), in ms east of UTC, already taken off `ms`; null without one. */
  readonly offsetMs: number | null
}

/** `2026-01-31 12:00:00.123`, with ISO `T`, `Z` or `+hh:mm` accepted; a bare date is midnight. */
export function parseTimestamp(text: string): ParsedTimestamp | null {
  const match = /^(-?\d{4,6}-\d{1,2}-\d{1,2})(?:[ T](\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.(\d{1,9}))?)?)\s?(Z|z|[+-]\d{2}:?\d{2})?)?$/.exec(text)
  if (match === null) return null
  const days = parseDate(match[1]!)
  const time = match[2] === undefined ? 0 : parseTime(match[2])
  if (days === null || time === null) return null
  const zone = match[4]
  let offsetMs: number | null = null
  if (zone !== undefined) {
    if (zone === 'Z' || zone === 'z') offsetMs = 0
    else {
      const digits = zone.replaceAll(/\D/g, '')
      offsetMs = (zone.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000
    }
  }
  return { ms: days * msPerDay + time - (offsetMs ?? 0), cut: /[1-9]/.test((match[3] ?? '').slice(3)), offsetMs }
}

/** 10^n as a BigInt, n in 0…77. */
const powers: readonly bigint[] = Array.from({ length: 78 }, (_, n) => 10n ** BigInt(n))
export function powerOfTen(n: number): bigint {
  return powers[n]!
}

/** An unscaled DECIMAL as text with exactly `scale` digits after the point: (12345n, 2) is `123.45`. */
export function decimalText(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return negative ? `-${text}` : text
}

export interface ParsedDecimal {
  readonly unscaled: bigint
  readonly scale: number
}

/** A decimal number's exact value (`-12.30`, `1e3`, `.5`); null when it is none or its exponent is beyond ±400. */
export function parseDecimal(text: string): ParsedDecimal | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text)
  if (match === null || ((match[2] ?? '') === '' && (match[3] ?? '') === '')) return null
  const fraction = match[3] ?? ''
  const exponent = Number(match[4] ?? 0)
  if (Math.abs(exponent) > 400) return null
  const digits = BigInt((match[2] ?? '') + fraction || '0')
  const unscaled = match[1] === '-' ? -digits : digits
  const scale = fraction.length - exponent
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 }
}

/** The unscaled value at another scale, rounded HALF_UP (away from zero on a tie), as Flink rounds decimals. */
export function rescaleDecimal(unscaled: bigint, from: number, to: number): bigint {
  if (to >= from) return unscaled * 10n ** BigInt(to - from)
  const divisor = 10n ** BigInt(from - to)
  const quotient = unscaled / divisor
  const remainder = unscaled - quotient * divisor
  const twice = (remainder < 0n ? -remainder : remainder) * 2n
  if (twice < divisor) return quotient
  return unscaled < 0n ? quotient - 1n : quotient + 1n
}

/** True when the unscaled value has at most `precision` digits. */
export function decimalFits(unscaled: bigint, precision: number): boolean {
  const limit = powerOfTen(precision)
  return unscaled < limit && unscaled > -limit
}
