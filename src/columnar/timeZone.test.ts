import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instantOf, isTimeZone, isUtc, offsetAt, wallClockOf } from './timeZone.ts'
import { timestampText } from './valueText.ts'

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Monrovia', 'Pacific/Apia', 'Africa/Casablanca', 'GMT-03:30'] as const
const hour = 3_600_000

/** What the host itself prints on its wall clock. */
function printedBy(host: string, instant: number): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: host, dateStyle: 'short', timeStyle: 'medium' })
  return format.format(instant)
}

describe('a time zone', () => {
  it('shows the wall clock that the host shows', () => {
    const instants = fc.integer({ min: Date.UTC(1900, 0, 1) / 1000, max: Date.UTC(2100, 0, 1) / 1000 }).map((second) => second * 1000)
    fc.assert(
      fc.property(fc.constantFrom(...zones.filter((zone) => !zone.startsWith('GMT'))), instants, (zone, instant) => {
        expect(timestampText(wallClockOf(instant, zone), 0)).toBe(printedBy(zone, instant))
      }),
    )
  })

  it('gives back the wall clock of the instant it gives, unless the clock skips it', () => {
    const walls = fc.integer({ min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(2060, 0, 1) / 1000 }).map((second) => second * 1000)
    fc.assert(
      fc.property(fc.constantFrom(...zones), walls, (zone, wall) => {
        const instant = instantOf(wall, zone)
        const skipped = wallClockOf(instant, zone) - wall
        expect(skipped).toBeGreaterThanOrEqual(0)
        if (skipped > 0) expect(offsetAt(instant, zone) - offsetAt(instant - 2 * 24 * hour, zone)).toBe(skipped)
      }),
    )
  })

  it.each<[string, string, number, number]>([
    ['before a change at an odd second', 'Africa/Monrovia', Date.UTC(1972, 0, 7, 0, 44, 29), -2670_000],
    ['from that second on', 'Africa/Monrovia', Date.UTC(1972, 0, 7, 0, 44, 30), 0],
    ['before summer time', 'Europe/Berlin', Date.UTC(2026, 2, 29, 1) - 1, hour],
    ['in summer time', 'Europe/Berlin', Date.UTC(2026, 2, 29, 1), 2 * hour],
    ['in a fixed zone', 'GMT+05:45', 0, 5.75 * hour],
    ['beyond the calendar of the host', 'Europe/Berlin', Infinity, 0],
  ])('has the offset %s', (_, zone, instant, offset) => {
    // Another zone in between, and the other side of the day first: what is remembered must not leak.
    offsetAt(instant + 12 * hour, zone)
    offsetAt(instant, 'Asia/Tokyo')
    expect(offsetAt(instant, zone)).toBe(offset)
  })

  it('reads a skipped wall clock with the offset before, a repeated one as the earlier instant', () => {
    expect(instantOf(Date.UTC(2026, 2, 29, 2, 30), 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 1, 30))
    expect(instantOf(Date.UTC(2026, 9, 25, 2, 30), 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 25, 0, 30))
  })

  it('has the names that Flink takes and no others', () => {
    for (const name of [...zones, 'Etc/UTC', 'US/Pacific', 'GMT', 'GMT+8', 'EST5EDT']) expect(isTimeZone(name), name).toBe(true)
    for (const name of ['', 'Mars/Olympus', 'europe/berlin', '+01:00', 'Z', 'GMT+24:00', 'GMT+1:75', 'toString']) expect(isTimeZone(name), name).toBe(false)
    expect(['UTC', 'Etc/UTC', 'GMT', 'Europe/London'].map(isUtc)).toEqual([true, true, true, false])
  })
})
