import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowAt, type Batch } from '../../columnar/batch.ts'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { TaskFailure } from '../../engine/operatorNode.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'
import { naiveMatches, type NaiveElement, type NaiveMatch } from './testing/naiveMatch.ts'

const schema = schemaOf('ts TIMESTAMP(3) EVENT, k STRING, v INT')
const rowsOf = (batches: readonly Batch[] | undefined): unknown[][] => (batches ?? []).flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)))

interface RandomElement extends NaiveElement {
  readonly text: string
}
const names = ['A', 'B', 'C', 'D']
const element = (text: string, least: number, most: number, greedy = false): RandomElement => ({ text, least, most, greedy })
const elements = [
  element('', 1, 1), element('', 1, 1), element('?', 0, 1), element('*', 0, Infinity, true), element('*?', 0, Infinity), element('+', 1, Infinity, true), element('+?', 1, Infinity),
  element('{2}', 2, 2), element('{2,}', 2, Infinity, true), element('{2,}?', 2, Infinity), element('{1,3}', 1, 3, true), element('{1,2}?', 1, 2), element('{0,2}', 0, 2, true), element('{0,2}?', 0, 2),
]
const pattern = fc
  .array(fc.constantFrom(...elements), { minLength: 1, maxLength: 4 })
  .filter((some) => {
    const last = some.at(-1)!
    return !last.greedy && some.some(({ least }) => least > 0) && some.every(({ least, text }, i) => !(some[i - 1]?.greedy === true && least === 0 && ['?', '*', '*?'].includes(text)))
  })

/** A condition as SQL of a variable and as a function of the values of the rows it looks at. */
interface RandomCondition {
  readonly sql: (name: string, other: string) => string
  readonly holds: (v: number | null, own: readonly (number | null)[], other: readonly (number | null)[]) => boolean
}
const less = (a: number | null | undefined, b: number | null | undefined): boolean => a !== null && b !== null && a !== undefined && b !== undefined && a < b
const conditions: readonly RandomCondition[] = [
  { sql: () => 'TRUE', holds: () => true },
  { sql: () => 'v > 1', holds: (v) => less(1, v) },
  { sql: (name) => `${name}.v < 2`, holds: (v) => less(v, 2) },
  { sql: () => 'v IS NOT NULL AND v <> 1', holds: (v) => v !== null && v !== 1 },
  { sql: (name) => `COUNT(${name}.v) < 3`, holds: (_v, own) => own.filter((value) => value !== null).length < 3 },
  { sql: (name) => `LAST(${name}.v, 1) IS NULL OR v > LAST(${name}.v, 1)`, holds: (v, own) => own.at(-2) === undefined || own.at(-2) === null || less(own.at(-2), v) },
  { sql: (_name, other) => `v >= LAST(${other}.v)`, holds: (v, _own, other) => v !== null && other.at(-1) !== undefined && other.at(-1) !== null && v >= other.at(-1)! },
  { sql: (_name, other) => `FIRST(${other}.v) IS NULL OR SUM(${other}.v) < 3`, holds: (_v, _own, other) => other[0] === undefined || other[0] === null || less(other.reduce((sum: number, value) => sum + (value ?? 0), 0), 3) },
]
const defined = fc.array(fc.record({ condition: fc.constantFrom(...conditions), other: fc.nat({ max: 3 }) }), { minLength: 4, maxLength: 4 })
const someRows = fc.array(fc.record({ k: fc.constantFrom('x', 'y'), v: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 3 }) }, { weight: 1, arbitrary: fc.constant(null) }), step: fc.constantFrom(0, 0, 1, 1000) }), { maxLength: 24 })

describe('match', () => {
  runCases(definition, runtime, cases, problemCases)

  it('gives what backtracking gives, whatever the pattern and the rows', () => {
    fc.assert(
      fc.property(pattern, defined, someRows, fc.constantFrom(0, 1500, 2500), fc.constantFrom('SKIP PAST LAST ROW', 'SKIP TO NEXT ROW', 'FIRST', 'LAST'), fc.nat({ max: 20 }), fc.boolean(), (some, define, given, withinMs, after, cut, inner) => {
        let time = 0
        const rows = given.map(({ k, v, step }) => ({ k, v, ts: (time += step) }))
        const variables = names.slice(0, some.length)
        // Skipping to a variable is sound where it has a row and another stands before it.
        const target = some.findIndex(({ least }, i) => least > 0 && some.slice(0, i).some((before) => before.least > 0))
        const skipsTo = (after === 'FIRST' || after === 'LAST') && target > 0
        const config = {
          partitionBy: ['k'],
          orderBy: [{ column: 'ts' }],
          pattern: some.map(({ text }, i) => `${names[i]}${text}`).join(' '),
          define: variables.map((name, i) => ({ name, expression: define[i]!.condition.sql(name, variables[define[i]!.other % variables.length]!) })),
          measures: [...variables.map((name) => ({ name: `n${name}`, expression: `COUNT(${name}.ts)` })), { name: 'first', expression: 'FIRST(ts)' }, { name: 'last', expression: 'LAST(ts)' }, { name: 'values', expression: "LISTAGG(COALESCE(CAST(v AS STRING), '-'), '')" }],
          ...(withinMs === 0 ? {} : { withinMs }),
          afterMatch: skipsTo ? `SKIP TO ${after} ${variables[target]}` : after.startsWith('SKIP') ? after : 'SKIP PAST LAST ROW',
        }
        const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
        harness.feed(0, batchOf(schema, rows.slice(0, cut).map(({ ts, k, v }) => [ts, k, v])))
        if (cut > 0 && cut < rows.length) harness.watermark(rows[cut]!.ts - 1)
        const rest = batchOf(schema, rows.slice(cut).map(({ ts, k, v }) => [ts, k, v]))
        harness.feed(0, inner ? { ...rest, watermarks: Float64Array.from(rows.slice(cut), ({ ts }) => ts - 1) } : rest)
        harness.end()
        const emitted = rowsOf(harness.emitted.get('out'))
        for (const key of ['x', 'y']) {
          const own = rows.filter(({ k }) => k === key)
          const texts = emitted.filter(([k]) => k === key).map((row) => row.slice(1).join(' '))
          const textOf = ({ first, last, variables: taken }: NaiveMatch): string =>
            [...variables.map((_, i) => BigInt(taken.filter((variable) => variable === i).length)), own[first]!.ts, own[last]!.ts, own.slice(first, last + 1).map(({ v }) => v ?? '-').join('')].join(' ')
          let found = 0
          naiveMatches(
            {
              elements: some,
              times: own.map(({ ts }) => ts),
              withinMs,
              holds: (variable, row, past, first) => {
                const valuesOf = (of: number): (number | null)[] => [...past.flatMap((taken, i) => (taken === of ? [own[first + i]!.v] : [])), ...(of === variable ? [own[row]!.v] : [])]
                const { condition, other } = define[variable]!
                return condition.holds(own[row]!.v, valuesOf(variable), valuesOf(other % variables.length))
              },
            },
            (candidates) => {
              const text = texts[found++]
              const match = candidates.find((candidate) => textOf(candidate) === text)
              expect(candidates.map(textOf)).toContain(text)
              if (match === undefined) return Infinity
              if (!skipsTo) return config.afterMatch === 'SKIP TO NEXT ROW' ? match.first + 1 : match.last + 1
              const at = after === 'FIRST' ? match.variables.indexOf(target) : match.variables.lastIndexOf(target)
              return match.first + at
            },
          )
          expect(texts.length, texts.join('; ')).toBe(found)
        }
        expect(harness.operator.gauges!()).toMatchObject({ heldRows: 0 })
      }),
      { numRuns: 400 },
    )
  })

  it('keeps no more than rows of matches that have begun', () => {
    const config = { partitionBy: ['k'], orderBy: [{ column: 'ts' }], pattern: 'A B+ C', define: [{ name: 'A', expression: 'v = 1' }, { name: 'B', expression: 'v = 2' }, { name: 'C', expression: 'v = 3' }], measures: [{ name: 'n', expression: 'COUNT(B.v)' }], withinMs: 100_000 }
    const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
    // A run in every thousand rows is never finished and ends by time.
    for (let at = 0; at < 100; at++) {
      harness.feed(0, batchOf(schema, Array.from({ length: 1000 }, (_, i) => [(at * 1000 + i) * 100, `k${i % 7}`, i < 7 ? 1 : i < 100 ? 2 : 0])))
      harness.watermark((at * 1000 + 999) * 100)
    }
    expect(harness.operator.gauges!()).toEqual({ heldRows: 0, openMatches: 0 })
    expect(harness.operator.stateBytes!()).toBeLessThan(1_000_000)
  })

  it('shares the past of runs that divide, so memory grows with rows', () => {
    const config = { partitionBy: [], orderBy: [{ column: 'ts' }], pattern: 'A B+? C D', define: [{ name: 'C', expression: 'v = 1' }, { name: 'D', expression: 'v = 2' }], measures: [{ name: 'n', expression: 'COUNT(B.v)' }], afterMatch: 'SKIP TO NEXT ROW' }
    const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
    harness.feed(0, batchOf(schema, Array.from({ length: 500 }, (_, i) => [i, 'k', 0])))
    harness.watermark(1000)
    expect(harness.operator.gauges!().openMatches).toBe(500)
    harness.feed(0, batchOf(schema, [[2000, 'k', 1], [2001, 'k', 2]]))
    harness.watermark(3000)
    expect(rowsOf(harness.emitted.get('out')).map(([n]) => n)).toEqual(Array.from({ length: 499 }, (_, i) => BigInt(499 - i)))
  })

  it('matches by processing time as rows come, and rows of one moment by their further order when it is over', () => {
    const clock = schemaOf('p TIMESTAMP_LTZ(3) PROCESSING, v INT')
    const config = { partitionBy: [], pattern: 'A B', define: [], measures: [{ name: 'a', expression: 'A.v' }, { name: 'b', expression: 'B.v' }] }
    const plain = new OperatorHarness(specOf(definition, { ...config, orderBy: [{ column: 'p' }] }, [{ port: 'in', schema: clock }]), runtime)
    plain.feed(0, batchOf(clock, [[0, 2], [0, 1], [0, 3]]))
    expect(rowsOf(plain.emitted.get('out'))).toEqual([[2, 1]])
    const ordered = new OperatorHarness(specOf(definition, { ...config, orderBy: [{ column: 'p' }, { column: 'v' }] }, [{ port: 'in', schema: clock }]), runtime)
    ordered.processingTime(10)
    ordered.feed(0, batchOf(clock, [[10, 2], [10, 1]]))
    expect(rowsOf(ordered.emitted.get('out'))).toEqual([])
    ordered.processingTime(11)
    expect(rowsOf(ordered.emitted.get('out'))).toEqual([[1, 2]])
    ordered.feed(0, batchOf(clock, [[11, 5], [11, 4]]))
    ordered.end()
    expect(rowsOf(ordered.emitted.get('out'))).toEqual([[1, 2], [4, 5]])
  })

  it('fails the job over the row that a condition cannot be asked of, and only when it is asked', () => {
    const config = { partitionBy: [], orderBy: [{ column: 'ts' }], pattern: 'A B', define: [{ name: 'A', expression: 'v = 1' }, { name: 'B', expression: '10 / v > 1' }], measures: [{ name: 'b', expression: 'B.v' }] }
    const run = (values: readonly number[]) => {
      const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
      harness.feed(0, batchOf(schema, values.map((v, i) => [i, 'k', v])))
      harness.end()
      return rowsOf(harness.emitted.get('out'))
    }
    expect(run([0, 1, 5, 0])).toEqual([[5]])
    expect(() => run([1, 5, 1, 0])).toThrow(TaskFailure)
    try {
      run([1, 5, 1, 0])
    } catch (error) {
      expect((error as TaskFailure).row!.values).toEqual([3, 'k', 0])
    }
  })

  it('asks a condition for the runs of many keys at once, and fails over the row alone that a run gets to', () => {
    const config = { partitionBy: ['k'], orderBy: [{ column: 'ts' }], pattern: 'A B', define: [{ name: 'A', expression: 'v > 0' }, { name: 'B', expression: '100 / (v - LAST(A.v)) > 0' }], measures: [{ name: 'a', expression: 'A.v' }, { name: 'b', expression: 'B.v' }] }
    const run = (second: readonly number[]): unknown[][] => {
      const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
      const rows = (ts: number, values: readonly number[]) => values.map((v, i) => [ts, `k${i}`, v])
      harness.feed(0, batchOf(schema, [...rows(1, Array.from({ length: 20 }, (_, i) => i)), ...rows(2, second)]))
      harness.end()
      return rowsOf(harness.emitted.get('out'))
    }
    const second = Array.from({ length: 20 }, (_, i) => 30 + i)
    // The first key begins nothing with its 0, so nobody asks what 0 - 0 would be.
    second[0] = 0
    expect(run(second)).toEqual(Array.from({ length: 19 }, (_, i) => [`k${i + 1}`, i + 1, 31 + i]))
    second[7] = 7
    try {
      run(second)
      expect.unreachable()
    } catch (error) {
      expect((error as TaskFailure).row!.values).toEqual([2, 'k7', 7])
    }
  })

  it('fails the job over a match that has nowhere to skip to', () => {
    const config = { partitionBy: [], orderBy: [{ column: 'ts' }], pattern: 'A B? C', define: [{ name: 'B', expression: 'v = 2' }, { name: 'C', expression: 'v = 3' }], measures: [{ name: 'c', expression: 'C.v' }], afterMatch: 'SKIP TO LAST B' }
    const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
    harness.feed(0, batchOf(schema, [[1, 'k', 1], [2, 'k', 3]]))
    expect(() => harness.end()).toThrow(/no row of the variable to skip to/)
  })
})
