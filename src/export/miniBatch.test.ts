import { describe, expect, it } from 'vitest'
import type { Job, Settings } from '../job/job.ts'
import { exportFlinkSql } from './flinkSql.ts'

function verdictOf(settings: Settings): unknown {
  const job: Job = {
    format: 'millrace/job',
    version: 1,
    name: 'folded',
    settings,
    operators: [
      { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: [] }, columns: [{ name: 'k', type: 'STRING' }, { name: 'ts', type: 'TIMESTAMP(3)' }], watermark: { column: 'ts', delayMs: 0 } } },
      { id: 'first', kind: 'deduplicate', config: { keys: ['k'], orderBy: [{ column: 'ts' }], keep: 'first' } },
      { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
    ],
    edges: [{ from: 'rows', to: 'first' }, { from: 'first', to: 'out' }],
  }
  return exportFlinkSql(job, { version: '2.2' }).certificate.find(({ operator }) => operator === 'first')!.verdict
}

describe('mini-batches on Flink', () => {
  it('are noted where first rows by event time no longer wait for the watermark', () => {
    expect(verdictOf({ miniBatch: { latencyMs: 1000, size: 100 } })).toEqual({ kind: 'noted', notes: [expect.stringMatching(/^With mini-batches Flink gives the first row of a key at once and corrects it/)] })
    expect(verdictOf({})).toEqual({ kind: 'same' })
  })
})
