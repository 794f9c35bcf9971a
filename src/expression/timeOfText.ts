import { daysInMonth, daysOfDate } from '../columnar/valueText.ts'

/**
 * What a cast of a text to DATE or TIME takes, and TO_DATE without a pattern: more than a literal may say. `2026` is the first of January, `14` is two in the afternoon, and a time may name its distance
 * from UTC, by which it is moved without staying within the day.
 *
 * Source: Flink's DateTimeUtils.parseDate(String) and parseTime(String), as of 2.2 (1.20 does not look at the size of hours, minutes and seconds).
 */

/** `yyyy[-MM[-dd]]`, blanks around the numbers allowed, a time of day behind it ignored. Days since 1970, or null. */
export function dateOfText(value: string): number | null {
  const space = value.indexOf(' ')
  const match = /^\s*(\d+)\s*(?:-\s*(\d+)\s*(?:-\s*(\d+)\s*)?)?$/.exec(space > 0 ? value.slice(0, space) : value)
  if (match === null) return null
  const [year, month, day] = [Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1)]
  if (year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  return daysOfDate(year, month, day)
}

/** `HH[:mm[:ss[.fraction]]][±HH[:mm]]`, blanks around the numbers allowed. Milliseconds since midnight, or null. */
export function timeOfText(value: string): number | null {
  const minus = value.indexOf('-')
  const signAt = minus >= 0 ? minus : value.indexOf('+')
  const zone = signAt < 0 ? [] : value.slice(signAt + 1).split(':')
  const parts = (signAt < 0 ? value : value.slice(0, signAt)).split(':')
  // A colon of the zone is taken for one that is missing before it.
  if (parts.length > 3 || zone.length > 2 || (zone.length === 2 && parts.length < 3)) return null
  const [seconds, fraction] = cutAt(parts[2] ?? '0', '.')
  const numbers = [parts[0]!, parts[1] ?? '0', seconds, ...zone].map((part) => part.trim())
  if (!numbers.every((part) => /^\d+$/.test(part))) return null
  const [hour, minute, second, zoneHour = 0, zoneMinute = 0] = numbers.map(Number) as [number, number, number, number?, number?]
  if (hour > 23 || minute > 59 || second > 59) return null
  const sign = minus >= 0 ? -1 : 1
  return ((hour + sign * zoneHour) * 60 + minute + sign * zoneMinute) * 60_000 + second * 1000 + millisecondsOf(fraction.trim())
}

function cutAt(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** Three digits, rounded by the fourth; what is no digit counts as 0. */
function millisecondsOf(fraction: string): number {
  const digit = (at: number): number => (/^\d$/.test(fraction[at] ?? '') ? Number(fraction[at]) : 0)
  return digit(0) * 100 + digit(1) * 10 + digit(2) + (fraction.length > 3 && fraction[3]! >= '5' ? 1 : 0)
}
