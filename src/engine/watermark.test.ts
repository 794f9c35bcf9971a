import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { watermarkBefore, withWatermarks } from '../columnar/batch.ts'
import { batchOf } from '../columnar/batchBuilder.ts'
import { timestampType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import { CombinedWatermark, WatermarkAssigner, WatermarkValve, type WatermarkCombiner } from './watermark.ts'

const schema: Schema = { fields: [{ name: 'ts', type: timestampType, time: 'event' }] }
const times = (...values: (number | null)[]) => batchOf(schema, values.map((value) => [value]))

describe('the SQL watermark of a source', () => {
  it('follows every row that raises it (WM-2 at interval 0)', () => {
    const assigner = new WatermarkAssigner(0, 'ts', 2000)
    expect([...assigner.assign(times(10_000, 9000, 10_100, 13_000), null).watermarks!]).toEqual([-Infinity, 8000, 8000, 8100])
    expect(assigner.watermark).toBe(11_000)
    expect([...assigner.assign(times(12_000), null).watermarks!]).toEqual([11_000])
    expect(assigner.watermark).toBe(11_000)
  })

  it('is never emitted at or below 0', () => {
    const assigner = new WatermarkAssigner(0, 'ts', 10)
    expect([...assigner.assign(times(-5, 5, 10, 11, 12), null).watermarks!]).toEqual([-Infinity, -Infinity, -Infinity, -Infinity, 1])
    expect(assigner.watermark).toBe(2)
    expect(new WatermarkAssigner(0, 'ts', 0).watermark).toBe(-Infinity)
  })

  it('is the highest time so far less the delay, and a batch is in order only when all of its rows are above it', () => {
    const steps = fc.array(fc.array(fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }) }, { weight: 1, arbitrary: fc.integer({ min: -6, max: -1 }) }), { minLength: 1, maxLength: 14 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 5 }), fc.integer({ min: -3, max: 20 }), fc.boolean(), (batches, delayMs, start, told) => {
        const assigner = new WatermarkAssigner(0, 'ts', delayMs)
        let time = start
        let highest = 0
        for (const rises of batches) {
          const values = rises.map((rise) => (time += rise))
          const before = values.map((value) => {
            const watermark = highest > 0 ? highest : -Infinity
            highest = Math.max(highest, value - delayMs)
            return watermark
          })
          const given = times(...values)
          // A source that knows its times never fall says so.
          const batch = assigner.assign(rises.every((rise, i) => i === 0 || rise >= 0) && told ? { ...given, inOrder: true } : given, null)
          expect([...withWatermarks(batch).watermarks!]).toEqual(before)
          expect(before.map((_, row) => watermarkBefore(batch, row))).toEqual(before)
          expect(assigner.watermark).toBe(highest > 0 ? highest : -Infinity)
          if (batch.inOrder === true) expect(values.every((value, i) => value > before[i]! && (i === 0 || value >= values[i - 1]!))).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('takes an expression instead, and its NULL for no news', () => {
    const assigner = new WatermarkAssigner(0, 'ts', 0)
    expect([...assigner.assign(times(1, 2, 3), Float64Array.of(7, Number.NaN, 6)).watermarks!]).toEqual([-Infinity, 7, 7])
    expect(assigner.watermark).toBe(7)
  })

  it('refuses a row without event time', () => {
    expect(() => new WatermarkAssigner(0, 'ts', 0).assign(times(1, null), null)).toThrow(expect.objectContaining({ name: 'RowError', row: 1, message: expect.stringContaining('`ts` is NULL') as string }))
  })
})

type Act = readonly ['watermark', number, number] | readonly ['idle' | 'active', number]

/** What a combiner puts out, act by act: a watermark, `idle`, `active`, or nothing. */
function transcript(combiner: WatermarkCombiner, acts: readonly Act[]): string[] {
  return acts.map((act) => {
    const before = { watermark: combiner.watermark, idle: combiner.idle }
    if (act[0] === 'watermark') combiner.advance(act[1], act[2])
    else if (act[0] === 'idle') combiner.setIdle(act[1])
    else combiner.setActive(act[1])
    const news: string[] = []
    if (combiner.watermark !== before.watermark) news.push(`W=${combiner.watermark}`)
    if (combiner.idle !== before.idle) news.push(combiner.idle ? 'IDLE' : 'ACTIVE')
    return news.join(' ')
  })
}

describe('the valve of an input', () => {
  const [a, b] = [0, 1]
  it('takes the minimum of two channels, and leaves out one that is idle or behind (WM-3)', () => {
    const acts: Act[] = [['watermark', a, 5], ['watermark', b, 3], ['idle', b], ['watermark', a, 7], ['active', b], ['watermark', b, 6], ['watermark', a, 9], ['watermark', b, 10], ['watermark', a, 12]]
    expect(transcript(new WatermarkValve(2), acts)).toEqual(['', 'W=3', 'W=5', 'W=7', '', '', 'W=9', '', 'W=10'])
  })
  it('puts out the maximum before all are idle, when the last one held the minimum (WM-4)', () => {
    expect(transcript(new WatermarkValve(2), [['watermark', a, 5], ['watermark', b, 8], ['idle', b], ['idle', a]])).toEqual(['', 'W=5', '', 'W=8 IDLE'])
  })
  it('puts out only idleness when the last one did not hold the minimum', () => {
    expect(transcript(new WatermarkValve(2), [['watermark', a, 5], ['watermark', b, 8], ['idle', a], ['idle', b], ['active', a], ['watermark', a, 9]])).toEqual(['', 'W=5', 'W=8', 'IDLE', 'ACTIVE', 'W=9'])
  })
  it('takes no watermark from an idle channel', () => {
    expect(transcript(new WatermarkValve(1), [['idle', 0], ['watermark', 0, 5], ['active', 0], ['watermark', 0, 6]])).toEqual(['IDLE', '', 'ACTIVE', 'W=6'])
  })
})

describe('the inputs of an operator', () => {
  it('give the minimum of those not idle, when it is larger than before', () => {
    const acts: Act[] = [['watermark', 0, 5], ['watermark', 1, 3], ['idle', 1], ['active', 1], ['watermark', 0, 9], ['watermark', 1, 8]]
    expect(transcript(new CombinedWatermark(2), acts)).toEqual(['', 'W=3', 'W=5', '', '', 'W=8'])
  })
})

describe.each([
  ['the valve', (parts: number) => new WatermarkValve(parts)],
  ['the combination of inputs', (parts: number) => new CombinedWatermark(parts)],
])('%s', (_, create) => {
  const part = fc.nat(2)
  const act = fc.oneof(
    fc.record({ kind: fc.constant('rows' as const), part, rises: fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }) }),
    fc.record({ kind: fc.constantFrom('idle' as const, 'active' as const), part }),
  )

  it('never falls, and goes through the rows of a batch as it would one by one', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        const batched = create(3)
        const single = create(3)
        const own = [0, 0, 0]
        const idle = [false, false, false]
        let highest = -Infinity
        for (const next of acts) {
          if (next.kind === 'rows') {
            // A sender says that it is active before it sends rows.
            if (idle[next.part]!) {
              idle[next.part] = false
              batched.setActive(next.part)
              single.setActive(next.part)
            }
            const watermarks = Float64Array.from(next.rises, (rise) => (own[next.part]! += rise))
            const combined = batched.advanceRows(next.part, watermarks, watermarks.length) ?? new Float64Array(watermarks.length).fill(batched.watermark)
            const expected = Array.from(watermarks, (watermark) => {
              single.advance(next.part, watermark)
              return single.watermark
            })
            expect([...combined]).toEqual(expected)
          } else {
            idle[next.part] = next.kind === 'idle'
            for (const combiner of [batched, single]) {
              if (next.kind === 'idle') combiner.setIdle(next.part)
              else combiner.setActive(next.part)
            }
          }
          expect([batched.watermark, batched.idle]).toEqual([single.watermark, single.idle])
          expect(batched.watermark).toBeGreaterThanOrEqual(highest)
          highest = batched.watermark
        }
      }),
    )
  })
})
