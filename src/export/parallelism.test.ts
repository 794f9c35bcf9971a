import { describe, expect, it } from 'vitest'
import type { Job } from '../job/job.ts'
import { exportFlinkSql } from './flinkSql.ts'

function jobWith(kept: number | null, out: number | null): Job {
  return {
    format: 'millrace/job',
    version: 1,
    name: 'sized',
    settings: { parallelism: 2 },
    operators: [
      { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: [] }, columns: [{ name: 'v', type: 'INT' }] } },
      { id: 'kept', kind: 'filter', config: { where: 'v > 0' }, ...(kept === null ? {} : { parallelism: kept }) },
      { id: 'out', kind: 'sink', config: { connector: { type: 'file', path: '/tmp/out.json', format: 'json' } }, ...(out === null ? {} : { parallelism: out }) },
    ],
    edges: [{ from: 'rows', to: 'kept' }, { from: 'kept', to: 'out' }],
  }
}

describe('an operator with a parallelism of its own', () => {
  it('is noted, for no view has one', () => {
    const { certificate, problems } = exportFlinkSql(jobWith(4, null), { version: '2.2' })
    expect(problems).toEqual([])
    expect(certificate.find(({ operator }) => operator === 'kept')!.verdict).toEqual({ kind: 'noted', notes: ["It has a parallelism of 4 here; Flink SQL has none of a single operator, so it runs with the job's 2. The rows are the same."] })
  })
  it('says nothing where it is the job’s own', () => {
    expect(exportFlinkSql(jobWith(2, null), { version: '2.2' }).certificate.find(({ operator }) => operator === 'kept')!.verdict).toEqual({ kind: 'same' })
  })
  it('is an option of a sink', () => {
    const { text } = exportFlinkSql(jobWith(null, 4), { version: '1.20' })
    expect(text).toContain("'sink.parallelism' = '4'")
    expect(exportFlinkSql(jobWith(null, null), { version: '1.20' }).text).not.toContain('sink.parallelism')
  })
})
