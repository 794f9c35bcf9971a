import { describe, expect, it } from 'vitest'
import { windowBars } from './windowLane.ts'

describe('windows on the timeline', () => {
  it('lie side by side when they tumble, and close with the watermark at their last millisecond', () => {
    const window = { type: 'tumble', timeColumn: 'ts', sizeMs: 10, offsetMs: 3 } as const
    expect(windowBars(window, 13, 35, 31).bars).toEqual([
      { start: 13, end: 23, row: 0, closed: true },
      { start: 23, end: 33, row: 0, closed: false },
      { start: 33, end: 43, row: 0, closed: false },
    ])
    expect(windowBars(window, 13, 35, 32).bars[1]).toMatchObject({ end: 33, closed: true })
    expect(windowBars(window, 13, 35, null).bars.every((bar) => !bar.closed)).toBe(true)
  })

  it('stand in rows when they overlap', () => {
    const { bars, rows, every } = windowBars({ type: 'hop', timeColumn: 'ts', sizeMs: 30, slideMs: 10, offsetMs: 0 }, 0, 25, null)
    expect({ rows, every }).toEqual({ rows: 3, every: 1 })
    expect(bars.map((bar) => [bar.start, bar.row])).toEqual([
      [-20, 1],
      [-10, 2],
      [0, 0],
      [10, 1],
      [20, 2],
    ])
    for (const row of [0, 1, 2]) {
      const inRow = bars.filter((bar) => bar.row === row)
      inRow.slice(1).forEach((bar, i) => expect(bar.start).toBeGreaterThanOrEqual(inRow[i]!.end))
    }
  })

  it('share their start when they cumulate', () => {
    const { bars } = windowBars({ type: 'cumulate', timeColumn: 'ts', sizeMs: 6, stepMs: 2, offsetMs: 0 }, 0, 5, 3)
    expect(bars.map((bar) => [bar.start, bar.end, bar.row, bar.closed])).toEqual([
      [0, 2, 0, true],
      [0, 4, 1, true],
      [0, 6, 2, false],
    ])
  })

  it('thin out when more overlap than can be told apart, and vanish when they are too narrow', () => {
    const hop = { type: 'hop', timeColumn: 'ts', sizeMs: 60_000, slideMs: 5000, offsetMs: 0 } as const
    const thinned = windowBars(hop, 0, 120_000, null)
    expect(thinned.every).toBe(3)
    expect(thinned.rows).toBe(4)
    expect(Math.max(...thinned.bars.map((bar) => bar.row))).toBe(3)
    expect(windowBars({ type: 'tumble', timeColumn: 'ts', sizeMs: 1000, offsetMs: 0 }, 0, 86_400_000, null).bars).toEqual([])
  })
})
