import { daysOfDate, msPerDay } from '../columnar/valueText.ts'

/**
 * From instants (TIMESTAMP_LTZ) to wall clocks (TIMESTAMP) and back, in the session time zone.
 *
 * Offsets come from the host's time-zone data through Intl and are kept per quarter of an hour, the finest step at which any zone has changed
 * its clock since 1970. A wall clock that a forward change skips is read with the offset before the change, one that a backward change
 * repeats as the earlier instant, as java.time does.
 */
const step = 900_000
const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, Map<number, number>>()
const offsetsMax = 200_000

/** Whether the host knows the zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    return formatOf(timeZone) !== null
  } catch {
    return false
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone, calendar: 'iso8601', hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
    formats.set(timeZone, format)
  }
  return format
}

/** Ms to add to an instant to get the wall clock. */
export function offsetAt(instant: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0
  let known = offsets.get(timeZone)
  if (known === undefined || known.size > offsetsMax) {
    known = new Map()
    offsets.set(timeZone, known)
  }
  const slot = Math.floor(instant / step)
  let offset = known.get(slot)
  if (offset === undefined) {
    offset = computedOffset(slot * step, timeZone)
    known.set(slot, offset)
  }
  return offset
}

function computedOffset(instant: number, timeZone: string): number {
  // Beyond what the host's Date can show, the zone's last known rule is not worth guessing at.
  if (!Number.isFinite(instant) || Math.abs(instant) > 8.64e15 - msPerDay) return 0
  const parts: Record<string, string> = {}
  for (const part of formatOf(timeZone).formatToParts(instant)) parts[part.type] = part.value
  const beforeChrist = parts['era'] !== undefined && parts['era'].startsWith('B')
  const year = beforeChrist ? 1 - Number(parts['year']) : Number(parts['year'])
  const days = daysOfDate(year, Number(parts['month']), Number(parts['day']))
  return days * msPerDay + ((Number(parts['hour']) * 60 + Number(parts['minute'])) * 60 + Number(parts['second'])) * 1000 - Math.floor(instant / 1000) * 1000
}

export function wallClockOf(instant: number, timeZone: string): number {
  return timeZone === 'UTC' ? instant : instant + offsetAt(instant, timeZone)
}

export function instantOf(wallClock: number, timeZone: string): number {
  if (timeZone === 'UTC') return wallClock
  const early = offsetAt(wallClock - msPerDay, timeZone)
  const late = offsetAt(wallClock + msPerDay, timeZone)
  for (const offset of early >= late ? [early, late] : [late, early]) {
    const instant = wallClock - offset
    if (offsetAt(instant, timeZone) === offset) return instant
  }
  return wallClock - early
}
