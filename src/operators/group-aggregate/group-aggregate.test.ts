import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { rowAt, rowKindAt, type Batch } from '../../columnar/batch.ts'
import { batchOf } from '../../columnar/batchBuilder.ts'
import type { JsonObject } from '../../columnar/json.ts'
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

  describe('in mini-batches', () => {
    const held = (latencyMs: number, size: number): OperatorHarness => new OperatorHarness({ ...specOf(definition, config, [{ port: 'in', schema, updating: true }]), miniBatch: { latencyMs, size } }, runtime)
    const feed = (harness: OperatorHarness, ...rows: readonly (readonly ['+I' | '-D', number, number | null])[]): void =>
      harness.feed(0, batchOf(schema, rows.map(([, k, v]) => [k, v]), rows.map(([kind]) => kind)))
    const given = (harness: OperatorHarness): string[] => changesOf(harness.emitted.get('out') ?? [])

    it('gives one change for each group, when there are enough rows or the first has waited long enough', () => {
      const harness = held(100, 4)
      harness.processingTime(1000)
      feed(harness, ['+I', 1, 5], ['+I', 1, 6])
      feed(harness, ['+I', 2, 1])
      expect(given(harness)).toEqual([])
      feed(harness, ['+I', 1, 7])
      expect(given(harness)).toEqual(['+I 1 3 18 5 3', '+I 2 1 1 1 1'])
      harness.processingTime(1050)
      feed(harness, ['+I', 2, 3])
      harness.processingTime(1100)
      feed(harness, ['-D', 1, 5])
      harness.processingTime(1149)
      expect(given(harness).length).toBe(2)
      harness.processingTime(1150)
      expect(given(harness).slice(2)).toEqual(['-U 2 1 1 1 1', '+U 2 2 4 1 2', '-U 1 3 18 5 3', '+U 1 2 13 6 2'])
    })

    it('are of the same rows however these come in batches', () => {
      const rows = Array.from({ length: 10 }, (_, i) => ['+I', i % 3, i] as ['+I', number, number])
      const run = (cut: number): string[] => {
        const harness = held(100, 4)
        for (let at = 0; at < rows.length; at += cut) feed(harness, ...rows.slice(at, at + cut))
        harness.end()
        return given(harness)
      }
      expect(run(10)).toEqual(run(1))
      expect(run(7)).toEqual(run(1))
      expect(run(1).length).toBe(3 + 6 + 4)
    })

    it('says nothing of a group that comes and goes within one, nor of one that is as it was', () => {
      const harness = held(100, 100)
      feed(harness, ['+I', 1, 5], ['-D', 1, 5], ['-D', 2, 9], ['+I', 3, 1])
      harness.operator.flush!()
      expect(given(harness)).toEqual(['+I 3 1 1 1 1'])
      feed(harness, ['+I', 3, 4], ['-D', 3, 4])
      harness.operator.flush!()
      feed(harness, ['-D', 3, 1])
      harness.operator.flush!()
      expect(given(harness).slice(1)).toEqual(['-D 3 1 1 1 1'])
    })

    it('holds nothing over a barrier, and gives the rest at the end', () => {
      const first = held(100, 100)
      feed(first, ['+I', 1, 5])
      const snapshot = first.snapshot()
      expect(given(first)).toEqual(['+I 1 1 5 5 1'])
      const second = held(100, 100)
      second.restore([snapshot], 0, 1)
      feed(second, ['+I', 1, 7])
      second.end()
      expect(given(second)).toEqual(['-U 1 1 5 5 1', '+U 1 2 12 5 2'])
    })

    it('leaves the table that it leaves row by row', () => {
      const row = fc.tuple(fc.constantFrom('+I', '-D'), fc.integer({ min: 0, max: 2 }), fc.option(fc.integer({ min: 0, max: 2 }))) as fc.Arbitrary<['+I' | '-D', number, number | null]>
      fc.assert(
        fc.property(fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { maxLength: 12 }), fc.integer({ min: 1, max: 12 }), (batches, size) => {
          const tableOf = (harness: OperatorHarness): string[] => {
            batches.forEach((rows, at) => {
              harness.processingTime(at * 40)
              feed(harness, ...rows)
            })
            harness.end()
            const table = new Map<string, string>()
            for (const change of given(harness)) {
              const [kind, k, ...rest] = change.split(' ')
              if (kind === '+I' || kind === '+U') {
                if (kind === '+I') expect(table.has(k!), change).toBe(false)
                table.set(k!, rest.join(' '))
              } else expect(table.get(k!), change).toBe(rest.join(' '))
              if (kind === '-D') table.delete(k!)
            }
            return [...table].map((entry) => entry.join(' ')).toSorted()
          }
          expect(tableOf(held(100, size))).toEqual(tableOf(new OperatorHarness(specOf(definition, config, [{ port: 'in', schema, updating: true }]), runtime)))
        }),
      )
    })
  })

  describe('in two phases', () => {
    const wide = schemaOf('k INT, s STRING, b BIGINT, m DECIMAL(20, 3)')
    const given = { groupBy: ['k'], aggregates: ['COUNT(*)', 'COUNT(b)', 'SUM(b)', 'AVG(b)', 'AVG(m)', 'MIN(s)', 'MAX(m)', 'SUM(b) FILTER (WHERE b > 1)', 'SUM(b) / COUNT(*) + k'].map((expression, at) => ({ name: `a${at}`, expression })) }

    it('are offered with mini-batches, where parts give the very result', () => {
      const offered = (aggregate: string, rest: JsonObject = {}, miniBatch = true): boolean =>
        definition.twoPhase!({ config: { groupBy: ['k'], aggregates: [{ name: 'a', expression: aggregate }], ...rest }, inputs: { in: [wide] }, listened: new Set(['out']), timeZone: 'UTC', miniBatch }) !== null
      expect(offered('SUM(b)')).toBe(true)
      expect([offered('SUM(b)', {}, false), offered('COUNT(DISTINCT s)'), offered('SUM(b)', { groupingSets: [['k'], []] }), offered('MAX(CURRENT_TIMESTAMP)')]).toEqual([false, false, false, false])
    })

    it('leave the table of one, whatever subtask a row comes to', () => {
      const value = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 4 })
      const row = fc.tuple(value(fc.integer({ min: 0, max: 3 })), value(fc.constantFrom('a', 'b', 'c')), value(fc.oneof(fc.bigInt({ min: -4n, max: 4n }), fc.constantFrom(2n ** 62n))), value(fc.bigInt({ min: -5000n, max: 5000n })))
      const batch = fc.record({ subtask: fc.constantFrom(0, 1), rows: fc.array(row, { minLength: 1, maxLength: 6 }) })
      fc.assert(
        fc.property(fc.array(batch, { maxLength: 15 }), fc.integer({ min: 1, max: 12 }), (batches, size) => {
          const spec = { ...specOf(definition, given, [{ port: 'in', schema: wide }]), miniBatch: { latencyMs: 100, size } }
          const { partial } = definition.twoPhase!({ config: spec.config, inputs: { in: [wide] }, listened: new Set(['out']), timeZone: 'UTC', miniBatch: true })!
          const one = new OperatorHarness(spec, runtime)
          const locals = [0, 1].map(() => new OperatorHarness({ ...spec, outputs: [{ port: 'out', schema: partial }], phase: { kind: 'local', of: 'op' } }, runtime))
          const whole = new OperatorHarness({ ...spec, inputs: [{ port: 'in', schema: partial }], phase: { kind: 'global', rows: wide } }, runtime)
          const sent = [0, 0]
          const pass = (): void =>
            locals.forEach((local, i) => {
              const out = local.emitted.get('out') ?? []
              for (; sent[i]! < out.length; sent[i]!++) whole.feed(0, out[sent[i]!]!)
            })
          batches.forEach(({ subtask, rows }, at) => {
            for (const harness of [one, ...locals, whole]) harness.processingTime(at * 30)
            one.feed(0, batchOf(wide, rows))
            locals[subtask]!.feed(0, batchOf(wide, rows))
            pass()
          })
          for (const local of locals) local.end()
          pass()
          whole.end()
          one.end()
          const tableOf = (harness: OperatorHarness): string[] => {
            const rows: string[] = []
            for (const change of changesOf(harness.emitted.get('out') ?? [])) {
              const text = change.slice(3)
              if (change.startsWith('+')) rows.push(text)
              else {
                expect(rows).toContain(text)
                rows.splice(rows.indexOf(text), 1)
              }
            }
            return rows.toSorted()
          }
          expect(tableOf(whole)).toEqual(tableOf(one))
        }),
      )
    })
  })

  it('with a time to live, clears away what has expired', () => {
    const harness = new OperatorHarness({ ...specOf(definition, config, [{ port: 'in', schema }]), stateTtlMs: 10 }, runtime)
    for (let round = 0; round < 8; round++) {
      harness.processingTime(round * 100)
      harness.feed(0, batchOf(schema, Array.from({ length: 4096 }, (_, i) => [round * 4096 + i, 1])))
    }
    expect(harness.operator.gauges!().groups).toBeLessThan(3 * 4096)
    harness.feed(0, batchOf(schema, [[7 * 4096 + 5, 1], [3, 1]]))
    expect(changesOf(harness.emitted.get('out')!.slice(-1))).toEqual([`-U ${7 * 4096 + 5} 1 1 1 1`, `+U ${7 * 4096 + 5} 2 2 1 1`, '+I 3 1 1 1 1'])
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
