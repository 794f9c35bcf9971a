import { describe, expect, it } from 'vitest'
import type { OperatorMetrics } from '../../runtime/jobRun.ts'
import { bucketCount, emptyTimeline, rulerTicks, withFrame } from './timeline.ts'

function metrics(rowsOut: number, watermark: number | null, first: number | null = null, last: number | null = null): OperatorMetrics {
  return {
    rowsIn: 0,
    rowsOut,
    lateRows: 0,
    poisonRows: 0,
    rowsInPerSecond: 0,
    rowsOutPerSecond: 0,
    watermark,
    firstWatermark: first,
    lastWatermark: last,
    busyMsPerSecond: 0,
    idleMsPerSecond: 0,
    backPressuredMsPerSecond: 0,
    stateBytes: 0,
    gauges: {},
    subtasks: [],
  }
}

describe('timeline', () => {
  it('starts with the first watermark', () => {
    const waiting = withFrame(emptyTimeline, { sources: [{ id: 'a', metrics: metrics(5, null) }], lateRows: 0 })
    expect(waiting.start).toBeNull()
    const begun = withFrame(waiting, { sources: [{ id: 'a', metrics: metrics(9, 10_500) }], lateRows: 0 })
    expect(begun.start).toBe(10_000)
    expect(begun.front).toBe(10_500)
  })

  it('keeps every row while buckets grow', () => {
    let timeline = emptyTimeline
    for (let i = 1; i <= 50; i++) timeline = withFrame(timeline, { sources: [{ id: 'a', metrics: metrics(i * 100, 1000 + i * 60_000) }], lateRows: i })
    expect(timeline.bucketMs).toBeGreaterThan(1000)
    // All but the rows read before the first watermark, behind which nothing is late.
    expect(sum(timeline.rows)).toBeCloseTo(4900)
    expect(sum(timeline.late)).toBeCloseTo(50)
    expect(timeline.rows.length).toBe(bucketCount)
  })

  it('keeps a source where it stood when it ends', () => {
    const running = withFrame(emptyTimeline, { sources: [{ id: 'a', metrics: metrics(1, 5000) }], lateRows: 0 })
    const ended = withFrame(running, { sources: [{ id: 'a', metrics: metrics(2, Infinity) }], lateRows: 0 })
    expect(ended.sources[0]).toMatchObject({ watermark: 5000, ended: true })
  })

  it('shows all of a run that was over before it was first looked at', () => {
    const ended = withFrame(emptyTimeline, { sources: [{ id: 'a', metrics: metrics(1000, Infinity, 60_500, 660_000) }], lateRows: 30 })
    expect(ended).toMatchObject({ start: 60_000, front: 660_000 })
    expect(ended.sources[0]).toMatchObject({ watermark: 660_000, ended: true })
    expect(sum(ended.rows)).toBeCloseTo(1000)
    expect(sum(ended.late)).toBeCloseTo(30)
    expect([...ended.rows].filter((count) => count > 0).length).toBeGreaterThan(100)
  })

  it('follows a source to its last row when it ends between two looks', () => {
    const running = withFrame(emptyTimeline, { sources: [{ id: 'a', metrics: metrics(1, 5000, 5000, 5000) }], lateRows: 0 })
    const ended = withFrame(running, { sources: [{ id: 'a', metrics: metrics(100, Infinity, 5000, 65_000) }], lateRows: 0 })
    expect(ended.front).toBe(65_000)
    expect(sum(ended.rows)).toBeCloseTo(100)
  })

  it('draws an even stream evenly, also where two looks meet in one bucket', () => {
    let timeline = emptyTimeline
    for (const [rows, watermark] of [[10, 1000], [55, 5500], [105, 10_500], [200, 20_000]] as const) {
      timeline = withFrame(timeline, { sources: [{ id: 'a', metrics: metrics(rows, watermark, 0, watermark) }], lateRows: 0 })
    }
    expect([...timeline.rows.subarray(0, 20)].map((count) => Math.round(count * 1000) / 1000)).toEqual(Array.from({ length: 20 }, () => 10))
  })

  it('rules round instants', () => {
    expect(rulerTicks(0, 600_000, 6)).toEqual([0, 120_000, 240_000, 360_000, 480_000, 600_000])
  })
})

function sum(buckets: Float64Array): number {
  return buckets.reduce((total, value) => total + value, 0)
}
