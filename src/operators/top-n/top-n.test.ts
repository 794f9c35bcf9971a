import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { rowAt, rowKindAt, type Batch } from '../../columnar/batch.ts'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

const schema = schemaOf('k STRING, v INT, id INT')

/** The table that the changes leave; throws when one takes back what is not there. */
function tableOf(batches: readonly Batch[]): string[] {
  const rows: string[] = []
  for (const batch of batches) {
    for (let row = 0; row < batch.rowCount; row++) {
      const text = rowAt(batch, row).join(' ')
      const kind = rowKindAt(batch, row)
      if (kind === '+I' || kind === '+U') rows.push(text)
      else {
        const at = rows.indexOf(text)
        if (at < 0) throw new Error(`${kind} ${text} takes back what is not there`)
        rows.splice(at, 1)
      }
    }
  }
  return rows.toSorted()
}

describe('top-n', () => {
  runCases(definition, runtime, cases, problemCases)

  it('leaves the table that sorting all rows gives, whatever is inserted and taken back', () => {
    const step = fc.record({ back: fc.boolean(), k: fc.constantFrom('a', 'b'), v: fc.integer({ min: 0, max: 4 }), pick: fc.nat() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), fc.boolean(), (steps, n, ranked) => {
        const config = { partitionBy: ['k'], orderBy: [{ column: 'v', direction: 'DESC' }], n, ...(ranked ? { rankColumn: 'rank' } : {}) }
        const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema, updating: true }]), runtime)
        const live: (readonly [string, number, number])[] = []
        steps.forEach(({ back, k, v, pick }, id) => {
          if (back && live.length > 0) {
            const [gone] = live.splice(pick % live.length, 1)
            harness.feed(0, batchOf(schema, [gone!], ['-D']))
          } else {
            live.push([k, v, id])
            harness.feed(0, batchOf(schema, [[k, v, id]]))
          }
        })
        const expected = ['a', 'b'].flatMap((key) =>
          live
            .filter(([k]) => k === key)
            .toSorted((a, b) => b[1] - a[1] || a[2] - b[2])
            .slice(0, n)
            .map((row, i) => [...row, ...(ranked ? [i + 1] : [])].join(' ')),
        )
        expect(tableOf(harness.emitted.get('out') ?? [])).toEqual(expected.toSorted())
      }),
    )
  })

  it('holds no more than it needs, however many rows come', () => {
    const harness = new OperatorHarness(specOf(definition, { partitionBy: ['k'], orderBy: [{ column: 'v', direction: 'DESC' }], n: 2 }, [{ port: 'in', schema }]), runtime)
    for (let at = 0; at < 50; at++) harness.feed(0, batchOf(schema, Array.from({ length: 1000 }, (_, i) => ['k', at * 1000 + i, i])))
    expect(harness.operator.gauges!()).toEqual({ heldRows: 2 })
    expect(harness.operator.stateBytes!()).toBeLessThan(2_000_000)
    expect(tableOf(harness.emitted.get('out')!)).toEqual(['k 49998 998', 'k 49999 999'])
  })
})
