import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { rowAt, rowKindAt, type Batch } from '../../columnar/batch.ts'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

const schema = schemaOf('k INT, v INT')
const config = {
  groupBy: ['k'],
  aggregates: [
    { name: 'n', expression: 'COUNT(v)' },
    { name: 'total', expression: 'SUM(v)' },
    { name: 'least', expression: 'MIN(v)' },
    { name: 'different', expression: 'COUNT(DISTINCT v)' },
  ],
}

function changesOf(batches: readonly Batch[]): string[] {
  return batches.flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => `${rowKindAt(batch, row)} ${rowAt(batch, row).join(' ')}`))
}

describe('group aggregate', () => {
  runCases(definition, runtime, cases, problemCases)

  it('gives the same changes however the rows are cut into batches, and leaves what grouping all live rows gives', () => {
    const step = fc.record({ back: fc.boolean(), k: fc.integer({ min: 0, max: 2 }), v: fc.option(fc.integer({ min: 0, max: 3 })), pick: fc.nat() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 10 }), (steps, size) => {
        const live: (readonly [number, number | null])[] = []
        const rows: (readonly [number, number | null])[] = []
        const kinds: ('+I' | '-D')[] = []
        for (const { back, k, v, pick } of steps) {
          if (back && live.length > 0) {
            const [gone] = live.splice(pick % live.length, 1)
            rows.push(gone!)
            kinds.push('-D')
          } else {
            live.push([k, v])
            rows.push([k, v])
            kinds.push('+I')
          }
        }
        const run = (cut: number): string[] => {
          const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema, updating: true }]), runtime)
          for (let at = 0; at < rows.length; at += cut) harness.feed(0, batchOf(schema, rows.slice(at, at + cut), kinds.slice(at, at + cut)))
          return changesOf(harness.emitted.get('out') ?? [])
        }
        const changes = run(size)
        expect(changes).toEqual(run(1))
        const table = new Map<string, string>()
        for (const change of changes) {
          const [kind, k, ...rest] = change.split(' ')
          if (kind === '+I' || kind === '+U') table.set(k!, rest.join(' '))
          else if (kind === '-D') table.delete(k!)
        }
        const expected = new Map<string, string>()
        for (const k of [0, 1, 2]) {
          const group = live.filter((row) => row[0] === k)
          const values = group.flatMap((row) => (row[1] === null ? [] : [row[1]]))
          if (group.length > 0) expected.set(String(k), [values.length, values.length === 0 ? '' : values.reduce((a, b) => a + b), values.length === 0 ? '' : Math.min(...values), new Set(values).size].join(' '))
        }
        expect([...table].toSorted()).toEqual([...expected].toSorted())
      }),
    )
  })

  it('gives after each row of an input that only inserts what it gives when rows come one by one, for every kind of accumulator', () => {
    const wide = schemaOf('k INT, i INT, b BIGINT, d DOUBLE, f FLOAT, m DECIMAL(20, 3), s STRING')
    const calls = ['COUNT(*)', 'COUNT(i)', 'SUM(i)', 'AVG(i)', 'SUM(b)', 'AVG(b)', 'SUM(d)', 'AVG(d)', 'SUM(f)', 'SUM(m)', 'MIN(i)', 'MAX(b)', 'MIN(d)', 'MAX(s)', 'MAX(m)', 'COUNT(DISTINCT s)', 'SUM(DISTINCT b)', 'SUM(i) FILTER (WHERE b > 2)']
    const ordered = ['FIRST_VALUE(s)', 'LAST_VALUE(i)', 'LISTAGG(s)']
    const value = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 4 })
    const row = fc.tuple(
      fc.integer({ min: 0, max: 2 }),
      value(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(2_147_483_647, -2_147_483_648))),
      value(fc.oneof(fc.bigInt({ min: -4n, max: 4n }), fc.constantFrom(2n ** 62n, 9_007_199_254_740_991n))),
      value(fc.double({ min: -10, max: 10, noNaN: true })),
      value(fc.float({ min: -10, max: 10, noNaN: true })),
      value(fc.bigInt({ min: -5000n, max: 5000n })),
      value(fc.constantFrom('a', 'b', 'c')),
    )
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.uniqueArray(fc.constantFrom(...calls), { minLength: 1, maxLength: 6 }), fc.option(fc.constantFrom(...ordered)), fc.boolean(), (rows, chosen, last, grouped) => {
        const expressions = last === null ? chosen : [...chosen, last]
        const given = { groupBy: grouped ? ['k'] : [], aggregates: expressions.map((expression, at) => ({ name: `a${at}`, expression })) }
        const run = (cut: number): string[] => {
          const harness = new OperatorHarness(specOf(definition, given, [{ port: 'in', schema: wide }]), runtime)
          for (let at = 0; at < rows.length; at += cut) harness.feed(0, batchOf(wide, rows.slice(at, at + cut)))
          return changesOf(harness.emitted.get('out') ?? [])
        }
        expect(run(30)).toEqual(run(1))
        expect(run(7)).toEqual(run(1))
      }),
      { numRuns: 400 },
    )
  })
})
