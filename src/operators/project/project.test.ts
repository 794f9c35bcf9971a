import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { rowTexts } from '../../columnar/compareRows.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

describe('project', () => {
  runCases(definition, runtime, cases, problemCases)

  it('never changes a batch it has emitted', () => {
    const schema = schemaOf('v BIGINT, s STRING')
    const config = { columns: [{ name: 'a', expression: 'v * 2 + 1' }, { name: 'b', expression: "s || '!'" }, { name: 'c', expression: 'v > 1' }] }
    const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
    harness.feed(0, batchOf(schema, [[1n, 'x'], [2n, 'y']]))
    const before = rowTexts(harness.emitted.get('out')!)
    harness.feed(0, batchOf(schema, [[7n, 'z'], [8n, null]]))
    expect(rowTexts(harness.emitted.get('out')!.slice(0, 1))).toEqual(before)
  })

  it('begins with every column of its input', () => {
    const schema = schemaOf('ts TIMESTAMP(3) EVENT, order BIGINT')
    expect(definition.initialConfig({ inputs: { in: [schema] } })).toEqual({
      columns: [{ name: 'ts', expression: 'ts' }, { name: 'order', expression: '`order`' }],
    })
  })
})
