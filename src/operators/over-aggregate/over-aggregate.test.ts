import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { rowAt } from '../../columnar/batch.ts'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

runCases(definition, runtime, cases, problemCases)

const schema = schemaOf('k INT, v BIGINT, ts TIMESTAMP(3) EVENT, id INT')

interface Row {
  readonly k: number
  readonly v: bigint | null
  readonly ts: number
}

/** One row after the other, each frame looked through anew. Rows come in order of time, so none is late. */
function naive(rows: readonly Row[], type: 'rows' | 'range', preceding: number): string[] {
  return rows.map((row, id) => {
    const before = rows.map((other, at) => ({ ...other, at })).filter((other) => other.k === row.k && (type === 'range' ? other.ts <= row.ts : other.at <= id))
    const frame = type === 'rows' ? before.slice(Math.max(0, before.length - preceding - 1)) : before.filter((other) => other.ts >= row.ts - preceding)
    const values = frame.flatMap(({ v }) => (v === null ? [] : [v]))
    const most = values.reduce<bigint | null>((a, b) => (a === null || b > a ? b : a), null)
    return [id, frame.length, values.length === 0 ? null : values.reduce((a, b) => a + b, 0n), most].map(String).join(' ')
  })
}

describe('over rows in order of time', () => {
  it('gives what looking through each frame gives, however the stream is cut', () => {
    const row = fc.record({ k: fc.integer({ min: 0, max: 2 }), v: fc.option(fc.bigInt({ min: -50n, max: 50n })), step: fc.integer({ min: 0, max: 3 }) })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.constantFrom('rows' as const, 'range' as const), fc.integer({ min: 1, max: 12 }), fc.boolean(), fc.integer({ min: 1, max: 20 }), (steps, type, size, bounded, cut) => {
        let ts = 1000
        const rows = steps.map(({ k, v, step }): Row => ({ k, v, ts: (ts += step) }))
        const config = { partitionBy: ['k'], orderBy: [{ column: 'ts' }], frame: { type, preceding: bounded ? size : 'unbounded' }, aggregates: ['COUNT(*)', 'SUM(v)', 'MAX(v)'].map((expression, i) => ({ name: `a${i}`, expression })) }
        const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
        for (let start = 0; start < rows.length; start += cut) {
          harness.feed(0, batchOf(schema, rows.slice(start, start + cut).map(({ k, v, ts: time }, i) => [k, v, time, start + i])))
          harness.watermark(rows[Math.min(start + cut, rows.length) - 1]!.ts - 1)
        }
        harness.end()
        const found = (harness.emitted.get('out') ?? []).flatMap((batch) => Array.from({ length: batch.rowCount }, (_, at) => rowAt(batch, at).slice(3).map(String).join(' ')))
        expect(found.toSorted()).toEqual(naive(rows, type, bounded ? size : Number.MAX_SAFE_INTEGER).toSorted())
        expect(harness.counters.lateRows).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})
