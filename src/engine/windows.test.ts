import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sessionTime, wallClock } from './sessionTime.ts'
import { groupBySlice, SliceStore, stretches } from './slices.ts'
import { WindowGrid, windowStart } from './windows.ts'

describe('window assignment', () => {
  it.each([
    [0, 0, 0],
    [-1, 0, -10],
    [-10, 0, -10],
    [12, 3, 3],
    [2, 3, -7],
  ])('starts the window of %i with offset %i at %i (WIN-1)', (time, offset, start) => {
    expect(windowStart(time, 10, offset)).toBe(start)
  })

  it('takes a negative offset in minutes (WIN-1)', () => {
    const start = windowStart(Date.UTC(2021, 5, 30, 0, 0, 4), 600_000, -240_000)
    expect(new Date(start).toISOString()).toBe('2021-06-29T23:56:00.000Z')
  })

  it('agrees with the remainder formula for every time and offset', () => {
    fc.assert(
      fc.property(fc.integer({ min: -4e12, max: 9e12 }), fc.integer({ min: 1, max: 1e9 }), fc.integer(), (time, size, anyOffset) => {
        const offset = anyOffset % size
        const remainder = Number(BigInt(time - offset) % BigInt(size))
        expect(windowStart(time, size, offset)).toBe(time - (remainder < 0 ? remainder + size : remainder))
      }),
    )
  })

  it('lists the windows of a time', () => {
    const hop = new WindowGrid({ type: 'hop', sizeMs: 20, slideMs: 10, offsetMs: 0 })
    expect(hop.windowsOf(5)).toEqual([{ start: -10, end: 10 }, { start: 0, end: 20 }])
    const cumulate = new WindowGrid({ type: 'cumulate', sizeMs: 6, stepMs: 2, offsetMs: 0 })
    expect(cumulate.windowsOf(3)).toEqual([{ start: 0, end: 4 }, { start: 0, end: 6 }])
    expect(cumulate.windowsOf(-1)).toEqual([{ start: -6, end: 0 }])
    expect(new WindowGrid({ type: 'tumble', sizeMs: 10, offsetMs: 3 }).windowsOf(12)).toEqual([{ start: 3, end: 13 }])
  })
})

describe('slices', () => {
  const hop = new WindowGrid({ type: 'hop', sizeMs: 20, slideMs: 10, offsetMs: 0 })
  const open = (lateness = 0) => {
    const dropped: string[] = []
    let made = 0
    const store = new SliceStore(hop, wallClock, lateness, () => `slice ${made++}`, (content) => dropped.push(content))
    const closed: string[] = []
    const advance = (watermark: number) => store.advance(watermark, (window) => closed.push(`[${window.start},${window.end}) ${window.slices.map((slice) => slice.end).join('+')}`))
    return { store, dropped, closed, advance }
  }

  it('close windows oldest first and keep a slice until its last one', () => {
    const { store, dropped, closed, advance } = open()
    store.sliceOf(10, -Infinity)
    store.sliceOf(20, -Infinity)
    advance(8)
    expect(closed).toEqual([])
    advance(9)
    expect(closed).toEqual(['[-10,10) 10'])
    expect(dropped).toEqual([])
    advance(Infinity)
    expect(closed).toEqual(['[-10,10) 10', '[0,20) 10+20', '[10,30) 20'])
    expect(dropped).toEqual(['slice 0', 'slice 1'])
    expect(store.slices).toEqual([])
  })

  it('know how many windows are open', () => {
    const { store, advance } = open()
    expect(store.openWindows()).toBe(0)
    store.sliceOf(10, -Infinity)
    expect(store.openWindows()).toBe(2)
    store.sliceOf(20, -Infinity)
    store.sliceOf(60, -Infinity)
    expect(store.openWindows()).toBe(5)
    advance(10)
    expect(store.openWindows()).toBe(4)
    advance(Infinity)
    expect(store.openWindows()).toBe(0)
  })

  it('take a row of a fired slice for the windows that are still open', () => {
    const { store, closed, advance } = open()
    advance(9)
    expect(store.sliceOf(10, 9)).not.toBeNull()
    advance(19)
    expect(closed).toEqual(['[0,20) 10'])
    expect(store.sliceOf(10, 19)).toBeNull()
  })

  it('stay for the allowed lateness', () => {
    const { store, dropped, advance } = open(5)
    store.sliceOf(10, -Infinity)
    advance(19)
    expect(store.sliceOf(10, 23)).not.toBeNull()
    advance(24)
    expect(dropped).toEqual(['slice 0'])
    expect(store.sliceOf(10, 24)).toBeNull()
  })

  it('group rows, in order or not', () => {
    const times = Float64Array.of(1, 2, 11, 12, 3, 25, 13)
    const groups = groupBySlice(times, 0, 7, hop)
    expect(groups.map((group) => [group.end, group.contiguous ? [group.first, group.count] : [...group.rows.subarray(0, group.count)]])).toEqual([
      [10, [0, 1, 4]],
      [20, [2, 3, 6]],
      [30, [5, 1]],
    ])
  })

  it('are cut where the watermark reaches a timer', () => {
    const watermarks = Float64Array.of(-Infinity, 3, 9, 9, 25, 26)
    const next = (watermark: number) => (watermark === -Infinity ? -Number.MAX_VALUE : hop.sliceEnd(watermark + 1) - 1)
    expect([...stretches(watermarks, 0, 6, -Infinity, next)]).toEqual([
      { start: 0, end: 1, watermark: -Infinity },
      { start: 1, end: 2, watermark: 3 },
      { start: 2, end: 4, watermark: 9 },
      { start: 4, end: 6, watermark: 25 },
    ])
    expect([...stretches(null, 0, 6, 7, next)]).toEqual([{ start: 0, end: 6, watermark: 7 }])
  })
})

describe('session time', () => {
  const berlin = sessionTime('Europe/Berlin')
  const losAngeles = sessionTime('America/Los_Angeles')

  it('is the identity in UTC', () => {
    expect(sessionTime('UTC')).toBe(wallClock)
  })

  it('turns instants into wall-clock times and back', () => {
    const noon = Date.UTC(2026, 6, 1, 12)
    expect(berlin.localOf(noon)).toBe(noon + 2 * 3_600_000)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2e12 }), (instant) => {
        const local = berlin.localOf(instant)
        const back = berlin.instantOf(local)
        // In an overlap the earlier of the two.
        expect(back === instant || back === instant - 3_600_000).toBe(true)
        expect(berlin.localOf(back)).toBe(local)
      }),
    )
  })

  it('moves a local time in a gap forward and takes the earlier in an overlap', () => {
    expect(losAngeles.instantOf(Date.UTC(2021, 2, 14, 2, 30))).toBe(Date.UTC(2021, 2, 14, 10, 30))
    expect(losAngeles.instantOf(Date.UTC(2021, 10, 7, 1, 30))).toBe(Date.UTC(2021, 10, 7, 8, 30))
  })

  it('fires at the top of the hour in a gap, and at the later instant in an overlap', () => {
    expect(losAngeles.timerOf(Date.UTC(2021, 2, 14, 2, 59, 59, 999))).toBe(1_615_716_000_000)
    expect(losAngeles.timerOf(Date.UTC(2021, 10, 7, 1, 0))).toBe(1_636_275_600_000)
    expect(losAngeles.timerOf(Date.UTC(2021, 10, 7, 5, 0))).toBe(Date.UTC(2021, 10, 7, 13, 0))
  })

  it('follows a half-hour transition', () => {
    const lordHowe = sessionTime('Australia/Lord_Howe')
    expect(lordHowe.localOf(Date.UTC(2026, 0, 1))).toBe(Date.UTC(2026, 0, 1, 11))
    expect(lordHowe.localOf(Date.UTC(2026, 6, 1))).toBe(Date.UTC(2026, 6, 1, 10, 30))
  })
})
