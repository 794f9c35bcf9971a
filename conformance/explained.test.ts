import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/columnar/json.ts'
import type { Answer, Table } from './src/answer.ts'
import { explanation } from './src/explained.ts'
import { runMillrace } from './src/millraceRun.ts'
import { jobOf } from './src/program.ts'

const source = {
  id: 'rows',
  kind: 'source',
  config: {
    connector: { type: 'inline', rows: [['A', '2026-01-31 12:00:05.000', 5], ['A', '2026-01-31 12:00:04.000', 3]] },
    columns: [{ name: 'k', type: 'STRING' }, { name: 'ts', type: 'TIMESTAMP(3)' }, { name: 'v', type: 'INT' }],
    watermark: { column: 'ts', delayMs: 5000 },
  } as unknown as JsonObject,
}
const sink = { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }

function jobThrough(kind: string, config: JsonObject) {
  return jobOf('explained', [source, { id: 'op', kind, config }, sink], [{ from: 'rows', to: 'op' }, { from: 'op', to: 'out' }])
}

const lowest = jobThrough('top-n', { partitionBy: ['k'], orderBy: [{ column: 'v', direction: 'ASC' }], n: 1 })

async function answerWith(job: ReturnType<typeof jobThrough>, rows: readonly string[]): Promise<ReadonlyMap<string, Answer>> {
  const table = (await runMillrace(job)).get('out') as Table
  return new Map([['out', { ...table, rows }]])
}

describe('a noted difference', () => {
  const [five, three] = [5, 3].map((v) => `{"k":"A","ts":"2026-01-31 12:00:0${v === 5 ? 5 : 4}.000","v":${v}}`) as [string, string]

  it('is explained where Flink’s rule gives exactly what Flink gave', async () => {
    expect(await explanation(lowest, '2.2', await answerWith(lowest, [three, five]))).toEqual(['from 2.1 on, the old first row of a Top-1 of this order is not taken back'])
  })
  it('is not explained where anything else differs too', async () => {
    expect(await explanation(lowest, '2.2', await answerWith(lowest, [five]))).toBeNull()
    expect(await explanation(lowest, '2.2', await answerWith(lowest, [three, three, five]))).toBeNull()
  })
  it('is none where the version has no such rule', async () => {
    expect(await explanation(lowest, '1.20', await answerWith(lowest, [three, five]))).toBeNull()
  })
  it('may be what Flink refuses behind the operator, and nothing else that it refuses', async () => {
    const first = jobThrough('deduplicate', { keys: ['k'], orderBy: [{ column: 'ts', direction: 'ASC' }], keep: 'first' })
    const failing = (reason: string): ReadonlyMap<string, Answer> => new Map([['out', { kind: 'failed', reason }]])
    expect(await explanation(first, '1.20', failing("TableException: StreamPhysicalWindowAggregate doesn't support consuming update and delete changes"))).toHaveLength(1)
    expect(await explanation(first, '1.20', failing('NullPointerException'))).toBeNull()
  })
  it('may be rows of a window with an offset that Flink’s buffer gives on too late', async () => {
    // The first watermark empties the buffer, the next to do so is one at or past 11.999. 11.002 is past the end of [9, 11), so the row of B counts as late when the buffer gives it on.
    const job = jobOf(
      'offset',
      [
        { ...source, config: { ...source.config, connector: { type: 'inline', rows: [['A', '2026-01-31 12:00:10.502', 1], ['B', '2026-01-31 12:00:10.600', 1], ['A', '2026-01-31 12:00:11.002', 2], ['A', '2026-01-31 12:00:12.500', 3]] }, watermark: { column: 'ts', delayMs: 0 } } },
        { id: 'op', kind: 'window-aggregate', config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 2000, offsetMs: 1000 }, groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } },
        sink,
      ],
      [{ from: 'rows', to: 'op' }, { from: 'op', to: 'out' }],
    )
    const { rows } = (await runMillrace(job)).get('out') as Table
    expect(rows).toHaveLength(3)
    expect(await explanation(job, '2.2', await answerWith(job, rows.filter((row) => row.includes('"A"'))))).toEqual(['a window with an offset loses the rows that its buffer gives on after it counts as closed'])
    expect(await explanation(job, '2.2', await answerWith(job, rows.filter((row) => row.includes('"B"'))))).toBeNull()
  })
  it('may be that a column compared with itself is not NULL to the planner', async () => {
    const job = jobThrough('filter', { where: 'v = v AND k IS NOT NULL' })
    const nothing = jobThrough('filter', { where: 'v <> v OR k IS NULL' })
    const all = ((await runMillrace(job)).get('out') as Table).rows
    expect(await explanation(job, '2.2', await answerWith(job, all))).toEqual(['a comparison of a column with itself is TRUE or FALSE to the planner, also where the column is NULL'])
    expect(await explanation(nothing, '2.2', await answerWith(nothing, all))).toBeNull()
  })
})
