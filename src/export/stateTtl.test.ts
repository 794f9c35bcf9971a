import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../columnar/json.ts'
import type { Job } from '../job/job.ts'
import { exportFlinkSql } from './flinkSql.ts'

/** A job of one operator, behind the last row of each key where `changes`. */
function notesOf(kind: string, config: JsonObject, options: { readonly changes?: boolean; readonly stateTtlMs?: number } = {}): readonly string[] {
  const before = options.changes === true ? 'last' : 'rows'
  const job: Job = {
    format: 'millrace/job',
    version: 1,
    name: 'kept',
    settings: { stateTtlMs: options.stateTtlMs ?? 60_000 },
    operators: [
      { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: [] }, columns: [{ name: 'k', type: 'STRING' }, { name: 'v', type: 'INT' }, { name: 'pt', expression: 'PROCTIME()' }] } },
      { id: 'last', kind: 'deduplicate', config: { keys: ['v'], orderBy: [{ column: 'pt' }], keep: 'last' } },
      { id: 'kept', kind, config },
      { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
      { id: 'other', kind: 'sink', config: { connector: { type: 'collect' } } },
    ],
    edges: [{ from: 'rows', to: 'last' }, { from: 'last', to: 'other' }, { from: before, to: 'kept' }, { from: 'kept', to: 'out' }],
  }
  const { certificate, problems } = exportFlinkSql(job, { version: '2.2' })
  expect(problems).toEqual([])
  const { verdict } = certificate.find(({ operator }) => operator === 'kept')!
  return verdict.kind === 'noted' ? verdict.notes : []
}

const group = (...expressions: readonly string[]) => ({ groupBy: ['k'], aggregates: expressions.map((expression, i) => ({ name: `a${i}`, expression })) })
const over = (preceding: number | 'unbounded') => ({ partitionBy: ['k'], orderBy: [{ column: 'pt' }], frame: { type: 'rows', preceding }, aggregates: [{ name: 'd', expression: 'COUNT(DISTINCT v)' }] })

describe('a time to live over values that Flink forgets one by one', () => {
  it('is noted of DISTINCT, and of MIN and MAX where rows are taken back', () => {
    expect(notesOf('group-aggregate', group('COUNT(DISTINCT v)', 'MAX(v)'))).toEqual([expect.stringContaining('behind COUNT(DISTINCT …) while')])
    expect(notesOf('group-aggregate', group('SUM(v)', 'MIN(v)', 'MAX(v)'), { changes: true })).toEqual([expect.stringContaining('behind MIN, MAX while')])
    expect(notesOf('group-aggregate', group('SUM(v)', 'MIN(v)', 'COUNT(*)'))).toEqual([])
    expect(notesOf('group-aggregate', group('COUNT(DISTINCT v)'), { stateTtlMs: 0 })).toEqual([])
  })
  it('is noted of DISTINCT over all rows before in processing time, and not over some', () => {
    expect(notesOf('over-aggregate', over('unbounded'))).toEqual([expect.stringContaining('never counted again')])
    expect(notesOf('over-aggregate', over(3))).toEqual([])
    expect(notesOf('over-aggregate', over('unbounded'), { stateTtlMs: 0 })).toEqual([])
  })
})
