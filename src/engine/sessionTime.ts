import { instantOf, isUtc, wallClockOf } from '../columnar/timeZone.ts'

/**
 * Wall-clock time in the session time zone, for windows over TIMESTAMP_LTZ.
 *
 * Flink aligns such windows on the wall clock of `table.local-time-zone`: an instant becomes a local time, windows are cut there, and the
 * moment at which a window may fire is turned back into an instant (its `TimeWindowUtil`). Two rules come from daylight saving: a local time that does not
 * exist fires at the top of the hour that follows, and one that exists twice fires at the later instant, so that both
 * hours are in the window. TIMESTAMP windows need none of this: `wallClock` is the identity.
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
  return isUtc(timeZone) ? wallClock : new ZonedTime(timeZone)
}

const msPerHour = 3_600_000

class ZonedTime implements SessionTime {
  readonly identity = false
  readonly #timeZone: string

  constructor(timeZone: string) {
    this.#timeZone = timeZone
  }

  localOf(instant: number): number {
    return Number.isFinite(instant) ? wallClockOf(instant, this.#timeZone) : instant
  }

  instantOf(local: number): number {
    return Number.isFinite(local) ? instantOf(local, this.#timeZone) : local
  }

  timerOf(local: number): number {
    if (!Number.isFinite(local)) return local
    const here = this.instantOf(local)
    const hourLater = this.instantOf(local + msPerHour)
    if (hourLater - here > msPerHour) return hourLater - msPerHour
    return hourLater === here ? Math.floor(here / msPerHour) * msPerHour : here
  }
}
