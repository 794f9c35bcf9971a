import { daysOfDate, msPerDay } from './valueText.ts'

/**
 * Time zones: which there are, and from instants (TIMESTAMP_LTZ) to wall clocks (TIMESTAMP) and back.
 *
 * Offsets come from the host's zone data through Intl and are kept by UTC day, since asking costs microseconds; a day on which the clock changes keeps the
 * second at which it does. More than one change within a UTC day is not foreseen. A wall clock that a forward change skips is read with the offset before the
 * change, one that a backward change repeats as the earlier instant, as java.time does.
 *
 * A zone is known by an IANA name, or as `GMT+08:00`: the names that Flink's `table.local-time-zone` takes. Hosts differ in what else they accept (other
 * case, bare offsets), and a job must mean the same on all of them, so that is refused.
 */
interface TimeZone {
  offsetAt(instant: number): number
}

/** The same offset at all times. */
class FixedZone implements TimeZone {
  readonly #offset: number
  constructor(offset: number) {
    this.#offset = offset
  }
  offsetAt(): number {
    return this.#offset
  }
}

interface DayOffsets {
  readonly before: number
  readonly after: number
  /** First instant with the offset `after`; Infinity on a day without a change. */
  readonly change: number
}

const daysMax = 10_000
// Beyond what the host's Date can show, the zone's last known rule is not worth guessing at.
const instantMax = 8.64e15 - 2 * msPerDay

class HostZone implements TimeZone {
  readonly #format: Intl.DateTimeFormat
  readonly #days = new Map<number, DayOffsets>()
  // Rows that follow one another are mostly of one day.
  #lastDay = Number.NaN
  #last: DayOffsets = { before: 0, after: 0, change: Infinity }

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23',
      era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
  }

  offsetAt(instant: number): number {
    const day = Math.floor(instant / msPerDay)
    if (day !== this.#lastDay) {
      if (!(Math.abs(instant) <= instantMax)) return 0
      this.#last = this.#offsetsOf(day)
      this.#lastDay = day
    }
    return instant < this.#last.change ? this.#last.before : this.#last.after
  }

  #offsetsOf(day: number): DayOffsets {
    let offsets = this.#days.get(day)
    if (offsets === undefined) {
      if (this.#days.size >= daysMax) this.#days.clear()
      offsets = this.#searched(day * msPerDay)
      this.#days.set(day, offsets)
    }
    return offsets
  }

  #searched(dayStart: number): DayOffsets {
    const before = this.#asked(dayStart)
    const after = this.#asked(dayStart + msPerDay)
    if (before === after) return { before, after, change: Infinity }
    let low = dayStart
    let high = dayStart + msPerDay
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000
      if (this.#asked(middle) === before) low = middle
      else high = middle
    }
    return { before, after, change: high }
  }

  /** The offset at an instant of whole seconds, east positive. */
  #asked(instant: number): number {
    const part: Record<string, number> = {}
    let beforeChrist = false
    for (const { type, value } of this.#format.formatToParts(instant)) {
      if (type === 'era') beforeChrist = value.startsWith('B')
      else if (type !== 'literal') part[type] = Number(value)
    }
    const days = daysOfDate(beforeChrist ? 1 - part.year! : part.year!, part.month!, part.day!)
    return days * msPerDay + ((part.hour! * 60 + part.minute!) * 60 + part.second!) * 1000 - instant
  }
}

const utc = new FixedZone(0)
const known = new Map<string, TimeZone>([['UTC', utc], ['Etc/UTC', utc], ['GMT', utc]])

/** Null for a name that is none. */
function zoneNamed(name: string): TimeZone | null {
  let zone = known.get(name)
  if (zone === undefined) {
    const made = madeZone(name)
    if (made === null) return null
    zone = made
    known.set(name, zone)
  }
  return zone
}

function madeZone(name: string): TimeZone | null {
  const fixed = fixedOffset(name)
  if (fixed !== null) return new FixedZone(fixed)
  if (!/^[A-Z]/.test(name)) return null
  try {
    return new HostZone(name)
  } catch {
    return null
  }
}

/** The offset of `GMT+08:00`, in ms east; null for any other name. */
export function fixedOffset(name: string): number | null {
  const match = /^GMT([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(name)
  if (match === null || Number(match[2]) > 23 || Number(match[3] ?? 0) > 59) return null
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60_000
}

/** Whether a job may name the zone. */
export function isTimeZone(name: string): boolean {
  return zoneNamed(name) !== null
}

/** Whether instants and wall clocks are the same in it. */
export function isUtc(name: string): boolean {
  return known.get(name) === utc
}

let lastName = 'UTC'
let lastZone: TimeZone = utc

/** Ms to add to an instant to get the wall clock. */
export function offsetAt(instant: number, timeZone: string): number {
  if (timeZone !== lastName) {
    const zone = zoneNamed(timeZone)
    if (zone === null) throw new Error(`a plan was made with the time zone ${timeZone}, which is not known`)
    lastZone = zone
    lastName = timeZone
  }
  return lastZone.offsetAt(instant)
}

export function wallClockOf(instant: number, timeZone: string): number {
  return instant + offsetAt(instant, timeZone)
}

export function instantOf(wallClock: number, timeZone: string): number {
  const before = offsetAt(wallClock - msPerDay, timeZone)
  const after = offsetAt(wallClock + msPerDay, timeZone)
  const early = Math.max(before, after)
  if (before === after || offsetAt(wallClock - early, timeZone) === early) return wallClock - early
  // After a backward change, or in the gap of a forward one, where the offset before it moves the time forward by the gap.
  const late = before + after - early
  return offsetAt(wallClock - late, timeZone) === late ? wallClock - late : wallClock - before
}
