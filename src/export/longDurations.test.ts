import { describe, expect, it } from 'vitest'
import type { Job } from '../job/job.ts'
import { exportFlinkSql } from './flinkSql.ts'

const day = 86_400_000

function windowOfDays(days: number, column = 'v'): Job {
  return {
    format: 'millrace/job',
    version: 1,
    name: 'long',
    operators: [
      { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: [] }, columns: [{ name: column, type: 'INT' }, { name: 'ts', type: 'TIMESTAMP(3)' }], watermark: { column: 'ts', delayMs: 0 } } },
      { id: 'counts', kind: 'window-aggregate', config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: days * day }, groupBy: [], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } },
      { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
    ],
    edges: [{ from: 'rows', to: 'counts' }, { from: 'counts', to: 'out' }],
  }
}

describe('a time in a script', () => {
  it('is at most 999 days', () => {
    expect(exportFlinkSql(windowOfDays(999), { version: '2.2' }).text).toContain("INTERVAL '999' DAY(3)")
    const { text, problems } = exportFlinkSql(windowOfDays(1000), { version: '2.2' })
    expect(text).toBeNull()
    expect(problems).toMatchObject([{ code: 'MR-503', place: { operator: 'counts' } }])
  })
  it('is not looked for in names', () => {
    expect(exportFlinkSql(windowOfDays(1, "INTERVAL '5000' DAY"), { version: '2.2' }).problems).toEqual([])
  })
})
