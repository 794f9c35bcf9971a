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
  it('may be a row that a join behind moving ranks has forgotten, in one of the courses that Flink may take', async () => {
    const job = jobOf(
      'moved-ranks',
      [
        { ...source, config: { ...source.config, connector: { type: 'inline', rows: [['A', '2026-01-31 12:00:01.000', 10], ['B', '2026-01-31 12:00:02.000', 5], ['A', '2026-01-31 12:00:03.000', -20]] } } },
        { id: 'groups', kind: 'group-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 's', expression: 'SUM(v)' }] } },
        { id: 'best', kind: 'top-n', config: { partitionBy: [], orderBy: [{ column: 's', direction: 'DESC' }], n: 2, rankColumn: 'rank' } },
        { id: 'op', kind: 'regular-join', config: { type: 'anti', on: [{ left: 's', right: 's' }] } },
        sink,
      ],
      [{ from: 'rows', to: 'groups' }, { from: 'groups', to: 'best' }, { from: 'best', to: 'op', toPort: 'left' }, { from: 'best', to: 'op', toPort: 'right' }, { from: 'op', to: 'out' }],
    )
    expect(((await runMillrace(job)).get('out') as Table).rows).toEqual([])
    // B rises to the first place before its second one is taken back, which forgets it: the right row that comes afterwards finds none to take back.
    expect(await explanation(job, '2.2', await answerWith(job, ['{"k":"B","s":5,"rank":1}']))).toEqual(['a join behind a Top-N with ranks forgets groups whose rank moves'])
    expect(await explanation(job, '2.2', await answerWith(job, ['{"k":"A","s":-10,"rank":2}']))).toBeNull()
  })
  it('may be a group that a Top-N keeps although an outer join took it back', async () => {
    const job = jobOf(
      'kept-groups',
      [
        source,
        { id: 'padded', kind: 'regular-join', config: { type: 'left', on: [{ left: 'k', right: 'k' }], columns: [{ name: 'r', expression: 'r.k' }] } },
        { id: 'groups', kind: 'group-aggregate', config: { groupBy: ['r'], aggregates: [] } },
        { id: 'op', kind: 'top-n', config: { partitionBy: [], orderBy: [{ column: 'r', direction: 'ASC' }], n: 1 } },
        sink,
      ],
      [{ from: 'rows', to: 'padded', toPort: 'left' }, { from: 'rows', to: 'padded', toPort: 'right' }, { from: 'padded', to: 'groups' }, { from: 'groups', to: 'op' }, { from: 'op', to: 'out' }],
    )
    expect(await explanation(job, '1.20', await answerWith(job, ['{"r":null}']))).toContain('a Top-N by the columns of groups behind an outer join keeps groups that are taken back')
    expect(await explanation(job, '1.20', await answerWith(job, ['{"r":"B"}']))).toBeNull()
  })
  it('of a rule that lets Flink refuse one sink is looked at behind the others alone', async () => {
    const first = { id: 'op', kind: 'deduplicate', config: { keys: ['k'], orderBy: [{ column: 'ts', direction: 'ASC' }], keep: 'first' } as unknown as JsonObject }
    const job = jobOf(
      'two-sinks',
      [
        source,
        first,
        { id: 'groups', kind: 'group-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } },
        { id: 'windows', kind: 'window-aggregate', config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 1000 }, groupBy: [], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } },
        sink,
        { ...sink, id: 'refused' },
      ],
      [{ from: 'rows', to: 'op' }, { from: 'op', to: 'groups' }, { from: 'op', to: 'windows' }, { from: 'groups', to: 'out' }, { from: 'windows', to: 'refused' }],
    )
    const flink = new Map([...(await answerWith(job, ['{"k":"A","n":1}'])), ['refused', { kind: 'failed', reason: "TableException: StreamPhysicalWindowAggregate doesn't support consuming update and delete changes" } as const]])
    expect(await explanation(job, '1.20', flink)).toHaveLength(1)
  })
})
