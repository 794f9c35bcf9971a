/**
 * Wall-clock time in the session time zone, for windows over TIMESTAMP_LTZ.
 *
 * Flink aligns such windows on the wall clock of `table.local-time-zone`: an instant becomes a local time, windows are cut there, and the
 * moment at which a window may fire is turned back into an instant (its `TimeWindowUtil`). Two rules come from daylight saving: a local time that does not
 * exist fires at the top of the hour that follows, and one that exists twice fires at the later instant, so that both
 * hours are in the window. TIMESTAMP windows need none of this: `wallClock` is the identity.
 *
 * Offsets come from the platform's zone data through Intl and are kept by UTC day, since asking costs microseconds; a day with a transition keeps
 * its instant. More than one transition within a day is not foreseen.
 */
export interface SessionTime {
  /** The local time of an instant, both in ms since 1970-01-01. */
  localOf(instant: number): number
  /** The instant of a local time; in a gap shifted forward by its length, in an overlap the earlier. */
  instantOf(local: number): number
  /** The watermark at which a timer for this local time fires. */
  timerOf(local: number): number
  /** True when all three are the identity. */
  readonly identity: boolean
}

/** For TIMESTAMP, and for TIMESTAMP_LTZ in UTC. */
export const wallClock: SessionTime = {
  localOf: (instant) => instant,
  instantOf: (local) => local,
  timerOf: (local) => local,
  identity: true,
}

export function sessionTime(timeZone: string): SessionTime {
  return timeZone === 'UTC' || timeZone === 'Etc/UTC' || timeZone === 'Z' ? wallClock : new ZonedTime(timeZone)
}

const msPerHour = 3_600_000
const msPerDay = 86_400_000

interface DayOffsets {
  readonly before: number
  readonly after: number
  /** First instant with the offset `after`; Infinity without a transition. */
  readonly transition: number
}

class ZonedTime implements SessionTime {
  readonly identity = false
  readonly #format: Intl.DateTimeFormat
  readonly #days = new Map<number, DayOffsets>()

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  }

  localOf(instant: number): number {
    if (!Number.isFinite(instant)) return instant
    return instant + this.#offsetAt(instant)
  }

  instantOf(local: number): number {
    if (!Number.isFinite(local)) return local
    const before = this.#offsetAt(local - msPerDay)
    const after = this.#offsetAt(local + msPerDay)
    if (before === after || this.#offsetAt(local - before) === before) return local - before
    // Here the time is either after the transition, or in a gap, where the offset before it moves the time forward by the gap.
    return this.#offsetAt(local - after) === after ? local - after : local - before
  }

  timerOf(local: number): number {
    if (!Number.isFinite(local)) return local
    const here = this.instantOf(local)
    const hourLater = this.instantOf(local + msPerHour)
    if (hourLater - here > msPerHour) return hourLater - msPerHour
    return hourLater === here ? Math.floor(here / msPerHour) * msPerHour : here
  }

  #offsetAt(instant: number): number {
    const day = Math.floor(instant / msPerDay)
    let offsets = this.#days.get(day)
    if (offsets === undefined) {
      if (this.#days.size > 4096) this.#days.clear()
      offsets = this.#offsetsOf(day * msPerDay)
      this.#days.set(day, offsets)
    }
    return instant < offsets.transition ? offsets.before : offsets.after
  }

  #offsetsOf(dayStart: number): DayOffsets {
    const before = this.#ask(dayStart)
    const after = this.#ask(dayStart + msPerDay)
    if (before === after) return { before, after, transition: Infinity }
    let low = dayStart
    let high = dayStart + msPerDay
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000
      if (this.#ask(middle) === before) low = middle
      else high = middle
    }
    return { before, after, transition: high }
  }

  /** The zone's offset at an instant, east positive. */
  #ask(instant: number): number {
    const second = Math.floor(instant / 1000) * 1000
    const part: Record<string, number> = {}
    let beforeChrist = false
    for (const { type, value } of this.#format.formatToParts(second)) {
      if (type === 'era') beforeChrist = value.startsWith('B')
      else if (type !== 'literal') part[type] = Number(value)
    }
    const date = new Date(0)
    date.setUTCFullYear(beforeChrist ? 1 - part.year! : part.year!, part.month! - 1, part.day!)
    return date.getTime() + ((part.hour! * 60 + part.minute!) * 60 + part.second!) * 1000 - second
  }
}
