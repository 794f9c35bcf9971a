import { describe, expect, it } from 'vitest'
import type { OperatorMetrics } from '../../runtime/jobRun.ts'
import { bucketCount, emptyTimeline, rulerTicks, withFrame } from './timeline.ts'

function metrics(rowsOut: number, watermark: number | null): OperatorMetrics {
  return {
    rowsIn: 0,
    rowsOut,
    lateRows: 0,
    poisonRows: 0,
    rowsInPerSecond: 0,
    rowsOutPerSecond: 0,
    watermark,
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
    // All but those read before the first watermark.
    expect(sum(timeline.rows)).toBeCloseTo(4900)
    expect(sum(timeline.late)).toBeCloseTo(49)
    expect(timeline.rows.length).toBe(bucketCount)
  })

  it('keeps a source where it stood when it ends', () => {
    const running = withFrame(emptyTimeline, { sources: [{ id: 'a', metrics: metrics(1, 5000) }], lateRows: 0 })
    const ended = withFrame(running, { sources: [{ id: 'a', metrics: metrics(2, Infinity) }], lateRows: 0 })
    expect(ended.sources[0]).toMatchObject({ watermark: 5000, ended: true })
  })

  it('rules round instants', () => {
    expect(rulerTicks(0, 600_000, 6)).toEqual([0, 120_000, 240_000, 360_000, 480_000, 600_000])
  })
})

function sum(buckets: Float64Array): number {
  return buckets.reduce((total, value) => total + value, 0)
}
