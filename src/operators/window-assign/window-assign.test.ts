import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

describe('window-assign', () => {
  runCases(definition, runtime, cases, problemCases)

  it('keeps each row the watermark it came behind', () => {
    const schema = schemaOf('ts TIMESTAMP(3) EVENT, v INT')
    const harness = new OperatorHarness(specOf(definition, { window: { type: 'hop', timeColumn: 'ts', sizeMs: 20, slideMs: 10 } }, [{ port: 'in', schema }]), runtime)
    harness.feed(0, { ...batchOf(schema, [[5, 1], [15, 2]]), watermarks: Float64Array.of(-Infinity, 5) })
    expect([...harness.emitted.get('out')![0]!.watermarks!]).toEqual([-Infinity, -Infinity, 5, 5])
  })
})
