import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

const schema = schemaOf('ts TIMESTAMP(3) EVENT, key INT')
const config = (keep: string) => ({ keys: ['key'], orderBy: [{ column: 'ts' }], keep })

describe('deduplicate', () => {
  runCases(definition, runtime, cases, problemCases)

  it('tells its receiver which watermark had gone out before each row', () => {
    const harness = new OperatorHarness(specOf(definition, config('first'), [{ port: 'in', schema }]), runtime)
    harness.feed(0, { ...batchOf(schema, [[1, 1], [5, 2], [9, 3]]), watermarks: Float64Array.of(-Infinity, 1, 5) })
    harness.watermark(9)
    const batches = harness.emitted.get('out')!
    expect(batches.flatMap((batch) => [...batch.watermarks!])).toEqual([-Infinity, 1, 5])
  })

  it('fails on a row without a time, as on Flink', () => {
    const harness = new OperatorHarness(specOf(definition, config('last'), [{ port: 'in', schema }]), runtime)
    expect(() => harness.feed(0, batchOf(schema, [[1, 1], [null, 2]]))).toThrow(/ts is NULL/)
  })

  it('holds one row for each key, however often it is replaced', () => {
    const harness = new OperatorHarness(specOf(definition, config('last'), [{ port: 'in', schema }]), runtime)
    for (let at = 0; at < 50; at++) harness.feed(0, batchOf(schema, Array.from({ length: 1000 }, (_, i) => [at * 1000 + i, i % 10])))
    expect(harness.operator.gauges!()).toEqual({ heldRows: 10, keys: 10 })
    expect(harness.operator.stateBytes!()).toBeLessThan(1_000_000)
  })
})
