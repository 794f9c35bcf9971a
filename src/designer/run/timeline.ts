import type { OperatorMetrics } from '../../runtime/jobRun.ts'

/**
 * What the timeline draws: how many rows each stretch of event time brought, and how far every source's watermark has come. Built from the metrics of a run as
 * they arrive; pure, so that a run can be drawn again from its frames.
 *
 * Rows read between two frames lie between the two watermarks; they are spread evenly over the buckets in between. Buckets double in width when the run outgrows
 * them, so the memory is fixed however long the run is.
 */
export interface Timeline {
  /** Event time of the first bucket's start, ms; null before the first watermark. */
  readonly start: number | null
  readonly bucketMs: number
  readonly rows: Float64Array
  readonly late: Float64Array
  readonly sources: readonly SourceTime[]
  /** Greatest finite watermark of a source, ms. */
  readonly front: number | null
}

export interface SourceTime {
  readonly id: string
  readonly watermark: number | null
  readonly ended: boolean
  readonly rowsOut: number
  readonly lateRows: number
}

export const bucketCount = 256

export const emptyTimeline: Timeline = { start: null, bucketMs: 1000, rows: new Float64Array(bucketCount), late: new Float64Array(bucketCount), sources: [], front: null }

export interface TimelineFrame {
  readonly sources: readonly { readonly id: string; readonly metrics: OperatorMetrics }[]
  /** Late rows counted over all operators. */
  readonly lateRows: number
}

export function withFrame(timeline: Timeline, frame: TimelineFrame): Timeline {
  const before = new Map(timeline.sources.map((source) => [source.id, source]))
  const sources = frame.sources.map(({ id, metrics }): SourceTime => {
    const old = before.get(id)
    const ended = metrics.watermark === Infinity
    const finite = metrics.watermark !== null && Number.isFinite(metrics.watermark) ? metrics.watermark : null
    // At its end a source is where its last row left it, however long ago it was looked at.
    const reached = ended ? metrics.lastWatermark : finite
    return { id, watermark: reached ?? old?.watermark ?? null, ended, rowsOut: metrics.rowsOut, lateRows: 0 }
  })
  const known = sources.flatMap((source) => (source.watermark === null ? [] : [source.watermark]))
  if (known.length === 0) return { ...timeline, sources }
  const front = Math.max(...known)
  const firsts = new Map(frame.sources.map(({ id, metrics }) => [id, metrics.firstWatermark]))
  const start = timeline.start ?? Math.floor(Math.min(...known, ...[...firsts.values()].flatMap((first) => (first === null ? [] : [first]))) / 1000) * 1000
  let { bucketMs, rows, late } = timeline
  rows = rows.slice()
  late = late.slice()
  while (front - start >= bucketMs * bucketCount) {
    fold(rows)
    fold(late)
    bucketMs *= 2
  }
  const lateBefore = timeline.sources.reduce((sum, source) => sum + source.lateRows, 0)
  const lateNow = frame.lateRows
  for (const source of sources) {
    if (source.watermark === null) continue
    const old = before.get(source.id)
    // A source that says no first watermark had rows left of the ruler: piling them onto its first stretch would dwarf the rest.
    const from = old?.watermark ?? firsts.get(source.id) ?? null
    if (from !== null) spread(rows, source.rowsOut - (old?.rowsOut ?? 0), from - start, source.watermark - start, bucketMs)
  }
  spread(late, lateNow - lateBefore, (timeline.front ?? start) - start, front - start, bucketMs)
  const counted = sources.map((source, i) => (i === 0 ? { ...source, lateRows: lateNow } : source))
  return { start, bucketMs, rows, late, sources: counted, front }
}

function spread(buckets: Float64Array, amount: number, begun: number, to: number, bucketMs: number): void {
  if (amount <= 0) return
  // What came before the ruler began stands at its beginning.
  const from = Math.max(begun, 0)
  const first = clampBucket(Math.floor(from / bucketMs))
  const last = clampBucket(Math.ceil(to / bucketMs) - 1)
  if (last <= first) {
    buckets[first]! += amount
    return
  }
  // Each by what lies in it: two frames share the bucket in which they meet.
  for (let i = first; i <= last; i++) buckets[i]! += (amount * (Math.min(to, (i + 1) * bucketMs) - Math.max(from, i * bucketMs))) / (to - from)
}

function clampBucket(bucket: number): number {
  return Math.min(Math.max(bucket, 0), bucketCount - 1)
}

/** Two buckets become one. */
function fold(buckets: Float64Array): void {
  for (let i = 0; i < bucketCount / 2; i++) buckets[i] = buckets[2 * i]! + buckets[2 * i + 1]!
  buckets.fill(0, bucketCount / 2)
}

const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000].map((seconds) => seconds * 1000)

/** Round instants for the ruler between two times, about `count` of them. */
export function rulerTicks(from: number, to: number, count: number): readonly number[] {
  const step = steps.find((candidate) => (to - from) / candidate <= count) ?? steps[steps.length - 1]!
  const ticks: number[] = []
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick)
  return ticks
}
