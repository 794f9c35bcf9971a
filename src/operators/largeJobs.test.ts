import { describe, expect, it } from 'vitest'
import { compile } from '../compiler/compile.ts'
import { canonicalText } from '../job/canonical.ts'
import type { Job } from '../job/job.ts'
import { parseJob } from '../job/parseJob.ts'
import { printProblem } from '../job/problem.ts'
import { checkJob } from '../job/validate.ts'
import { definitionOf } from './catalog.ts'

const columns = [
  { name: 'auction', type: 'BIGINT' },
  { name: 'price', type: 'BIGINT' },
  { name: 'dateTime', type: 'TIMESTAMP(3)' },
]
const source = (id: string, rows: unknown[] = []): Job['operators'][number] =>
  ({ id, kind: 'source', config: { connector: { type: 'inline', rows }, columns, watermark: { column: 'dateTime', delayMs: 0 } } }) as Job['operators'][number]
const sink = (id: string): Job['operators'][number] => ({ id, kind: 'sink', config: { connector: { type: 'collect' } } })
const job = (operators: Job['operators'], edges: Job['edges']): Job => ({ format: 'millrace/job', version: 1, name: 'large', operators, edges })
const interval = (id: string): Job['operators'][number] => ({
  id,
  kind: 'interval-join',
  config: { type: 'inner', on: [{ left: 'auction', right: 'auction' }], leftTime: 'dateTime', rightTime: 'dateTime', lowerMs: -1000, upperMs: 1000 },
})

describe('jobs at their limits', () => {
  it('a job of 5,000 operators is read, checked, planned and written', () => {
    const count = 5000
    const operators = [source('o0'), ...Array.from({ length: count - 2 }, (_, i) => ({ id: `o${i + 1}`, kind: 'filter', config: { where: `price > ${i}` } })), sink(`o${count - 1}`)]
    const edges = Array.from({ length: count - 1 }, (_, i) => ({ from: `o${i}`, to: `o${i + 1}` }))
    const text = canonicalText(job(operators, edges), definitionOf)
    const parsed = parseJob(text)
    expect(parsed.problems).toEqual([])
    expect(canonicalText(parsed.job!, definitionOf)).toBe(text)
    const { physical, problems } = compile(parsed.job!, definitionOf, { edgesShown: false })
    expect(problems).toEqual([])
    expect(physical!.chains.map((chain) => chain.operators.length)).toEqual([count])
  })

  it('a document just under 10 MB is read, every row kept', () => {
    const rows = Array.from({ length: 170_000 }, (_, i) => [i, i * 7, '2026-01-31 12:00:00.000'])
    const text = JSON.stringify(job([source('a', rows), sink('b')], [{ from: 'a', to: 'b' }]))
    expect(text.length).toBeGreaterThan(7_000_000)
    expect(text.length).toBeLessThan(10_000_000)
    const parsed = parseJob(text)
    expect(parsed.problems).toEqual([])
    expect((parsed.job!.operators[0]!.config.connector as unknown as { rows: unknown[] }).rows.length).toBe(rows.length)
  })

  it('a stream may be joined with itself', () => {
    const selfJoin = job([source('a'), interval('j'), sink('s')], [
      { from: 'a', to: 'j', toPort: 'left' },
      { from: 'a', to: 'j', toPort: 'right' },
      { from: 'j', to: 's' },
    ])
    const { problems, outputs } = checkJob(selfJoin, definitionOf)
    expect(problems).toEqual([])
    expect(outputs.get('j')!.out!.fields.map((field) => field.name)).toEqual(['auction', 'price', 'dateTime', 'auction0', 'price0', 'dateTime0'])
    expect(compile(selfJoin, definitionOf).physical!.exchanges.map((exchange) => exchange.toInput)).toEqual([0, 1])
  })

  it('a join whose edges name no port says which ports there are', () => {
    const lines = checkJob(job([source('a'), interval('j'), sink('s')], [{ from: 'a', to: 'j' }, { from: 'j', to: 's' }]), definitionOf).problems.map(printProblem)
    expect(lines).toContain('error MR-123 edges[0].toPort: Interval join has no input `in`; its inputs: `left`, `right`. Connect the edge to one of them.')
    expect(lines.filter((line) => line.startsWith('error MR-120 j: ')).length).toBe(2)
  })

  it('a circle of joins is named and nothing is planned', () => {
    const circle = job([source('a'), interval('j'), interval('k'), sink('s')], [
      { from: 'a', to: 'j', toPort: 'left' },
      { from: 'k', to: 'j', toPort: 'right' },
      { from: 'j', to: 'k', toPort: 'left' },
      { from: 'a', to: 'k', toPort: 'right' },
      { from: 'k', to: 's' },
    ])
    const compiled = compile(circle, definitionOf)
    expect(compiled.physical).toBeNull()
    expect(compiled.problems.map((problem) => problem.code)).toContain('MR-126')
  })
})
