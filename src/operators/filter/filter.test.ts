import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { runCases } from '../testing/runCases.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

describe('filter', () => {
  runCases(definition, runtime, cases, problemCases)

  it('emits the batch itself when every row stays, and keeps each row its watermark', () => {
    const schema = schemaOf('ts TIMESTAMP(3) EVENT, v BIGINT')
    const harness = new OperatorHarness(specOf(definition, { where: 'v > 0' }, [{ port: 'in', schema }]), runtime)
    const whole = { ...batchOf(schema, [[1, 1n], [2, 2n]]), watermarks: Float64Array.of(-Infinity, 1) }
    harness.feed(0, whole)
    harness.feed(0, { ...batchOf(schema, [[3, 0n], [4, 4n], [5, 5n]]), watermarks: Float64Array.of(2, 3, 4) })
    const [first, second] = harness.emitted.get('out')!
    expect(first!.columns).toBe(whole.columns)
    expect([...second!.watermarks!]).toEqual([3, 4])
  })

  it('follows a renamed column', () => {
    expect(definition.renameColumn!({ where: "v > 1 AND UPPER(`v`) <> 'v' AND value_ = 1" }, 'in', 'v', 'order')).toEqual({
      where: "`order` > 1 AND UPPER(`order`) <> 'v' AND value_ = 1",
    })
  })
})
