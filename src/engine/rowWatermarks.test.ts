import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gatherRows, watermarkBefore, withWatermarks, type Batch } from '../columnar/batch.ts'
import { batchOf } from '../columnar/batchBuilder.ts'
import { sliceBatch } from '../columnar/concat.ts'
import { timestampType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import { RowCollector } from './rowCollector.ts'
import { RowWatermarks } from './rowWatermarks.ts'

const schema: Schema = { fields: [{ name: 'ts', type: timestampType, time: 'event' }] }

/** A batch in order that tells its watermarks by its times, and the same with an array of them. */
const trailingBatch = fc.tuple(fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }), fc.nat(20), fc.boolean()).map(([rises, delayMs, first]) => {
  let time = 1000
  const times = rises.map((rise) => (time += rise))
  const before = first ? Number.NEGATIVE_INFINITY : 900
  const batch: Batch = { ...batchOf(schema, times.map((value) => [value])), inOrder: true, trailing: { before, delayMs } }
  return { batch, watermarks: [before, ...times.slice(0, -1).map((value) => value - delayMs)] }
})

describe('watermarks that trail the times of a batch', () => {
  it('are those of the array they stand for, row by row, sliced, gathered and collected', () => {
    fc.assert(
      fc.property(trailingBatch, fc.nat(12), fc.nat(12), fc.nat(4095), ({ batch, watermarks }, from, to, chosen) => {
        const { rowCount } = batch
        expect([...withWatermarks(batch).watermarks!]).toEqual(watermarks)
        expect(watermarks.map((_, row) => watermarkBefore(batch, row))).toEqual(watermarks)
        const start = Math.min(from, to, rowCount - 1)
        const end = Math.max(start + 1, Math.min(Math.max(from, to), rowCount))
        expect([...withWatermarks(sliceBatch(batch, start, end)).watermarks!]).toEqual(watermarks.slice(start, end))
        const rows = Int32Array.from(watermarks.keys()).filter((row) => ((chosen >> row) & 1) === 1)
        expect([...gatherRows(batch, rows, rows.length).watermarks!]).toEqual([...rows].map((row) => watermarks[row]))
        const collector = new RowCollector()
        collector.add(batch, null, rowCount, -1)
        if (rows.length > 0) collector.add(batch, rows, rows.length, -1)
        expect([...withWatermarks(collector.finish(-1)!).watermarks!.subarray(0, rowCount + rows.length)]).toEqual([...watermarks, ...[...rows].map((row) => watermarks[row])])
      }),
      { numRuns: 200 },
    )
  })

  it('are found by their bound as in the array', () => {
    fc.assert(
      fc.property(trailingBatch, fc.nat(12), fc.integer({ min: 880, max: 1070 }), ({ batch, watermarks }, from, bound) => {
        const low = Math.min(from, watermarks.length)
        const found = watermarks.findIndex((watermark, row) => row >= low && watermark >= bound)
        expect(RowWatermarks.of(batch)!.firstAtLeast(low, watermarks.length, bound)).toBe(found < 0 ? watermarks.length : found)
        expect(RowWatermarks.of(withWatermarks(batch))!.firstAtLeast(low, watermarks.length, bound)).toBe(found < 0 ? watermarks.length : found)
      }),
      { numRuns: 200 },
    )
  })
})
