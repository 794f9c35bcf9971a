import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

const schemas = [schemaOf('ts TIMESTAMP(3) EVENT, k INT'), schemaOf('since TIMESTAMP(3) EVENT, k INT, v INT')] as const
const config = { type: 'left', on: [{ left: 'k', right: 'k' }], leftTime: 'ts' }
const harnessOf = () => new OperatorHarness(specOf(definition, config, [{ port: 'left', schema: schemas[0] }, { port: 'right', schema: schemas[1] }]), runtime)

describe('temporal join', () => {
  runCases(definition, runtime, cases, problemCases)

  it('holds one version of a key and no row, once the watermark has passed them', () => {
    const harness = harnessOf()
    for (let at = 0; at < 40; at++) {
      harness.feed(1, batchOf(schemas[1], Array.from({ length: 1000 }, (_, i) => [at * 1000 + i, i % 5, i])))
      harness.feed(0, batchOf(schemas[0], Array.from({ length: 1000 }, (_, i) => [at * 1000 + i, i % 5])))
      harness.watermark(at * 1000 + 999)
    }
    expect(harness.operator.gauges!()).toEqual({ heldLeftRows: 0, heldVersions: 5 })
    expect(harness.operator.stateBytes!()).toBeLessThan(600_000)
  })

  it('keeps rows that wait for a far watermark while others go', () => {
    const harness = harnessOf()
    harness.feed(1, batchOf(schemas[1], [[0, 1, 7]]))
    harness.feed(0, batchOf(schemas[0], [[1_000_000, 1]]))
    for (let at = 0; at < 20; at++) {
      harness.feed(0, batchOf(schemas[0], Array.from({ length: 1000 }, (_, i) => [at * 1000 + i, 1])))
      harness.watermark(at * 1000 + 999)
    }
    expect(harness.operator.gauges!()).toEqual({ heldLeftRows: 1, heldVersions: 1 })
    harness.emitted.clear()
    harness.watermark(1_000_000)
    const [batch] = harness.emitted.get('out')!
    expect(batch!.rowCount).toBe(1)
    expect([...batch!.watermarks!]).toEqual([19_999])
  })
})
