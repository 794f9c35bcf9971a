import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommandLine } from './program.ts'

async function exportSql(job: object, ...more: string[]): Promise<{ exit: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const exit = await runCommandLine(['export', '-', '--to', 'flink-sql', ...more], {
    out: (text) => (out += text),
    err: (text) => (err += text),
    isInteractive: false,
    stdin: () => Promise.resolve(new TextEncoder().encode(JSON.stringify(job))),
    engineScript: null,
    now: () => 0,
    onInterrupt: () => () => {},
  })
  return { exit, out, err }
}

const job = (window: object = {}): object => ({
  format: 'millrace/job',
  version: 1,
  name: 'Counts',
  operators: [
    { id: 'rows', kind: 'source', config: { connector: { type: 'file', path: 'file:///in.jsonl', format: 'json' }, columns: [{ name: 'ts', type: 'TIMESTAMP(3)' }], watermark: { column: 'ts', delayMs: 0 } } },
    { id: 'counts', kind: 'window-aggregate', config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 1000 }, groupBy: [], aggregates: [{ name: 'n', expression: 'COUNT(*)' }], ...window } },
    { id: 'out', kind: 'sink', config: { connector: { type: 'blackhole' } } },
  ],
  edges: [
    { from: 'rows', to: 'counts' },
    { from: 'counts', to: 'out' },
  ],
})

describe('export --to flink-sql', () => {
  it('prints a script for the newest Flink unless told otherwise, or writes it', async () => {
    const newest = await exportSql(job())
    expect(newest).toMatchObject({ exit: 0, err: '' })
    expect(newest.out).toContain('for Apache Flink 2.2.')
    expect((await exportSql(job(), '--flink-version', '1.20')).out).toContain('for Apache Flink 1.20.')
    expect((await exportSql(job(), '--flink-version', '1.19')).exit).toBe(2)
    const folder = mkdtempSync(join(tmpdir(), 'millrace-sql-'))
    expect(await exportSql(job(), '--out', join(folder, 'job.sql'))).toEqual({ exit: 0, out: '', err: '' })
    expect(readFileSync(join(folder, 'job.sql'), 'utf8')).toBe(newest.out)
    rmSync(folder, { recursive: true })
  })

  it('says what cannot be exported, why, and what is nearest; then there is no script', async () => {
    const refused = await exportSql(job({ allowedLatenessMs: 500 }))
    expect(refused).toMatchObject({ exit: 2, out: '' })
    expect(refused.err).toMatch(/error MR-500 counts: .*no allowed lateness.*Raise the watermark delay/)
  })

  it('has no script for a job with errors', async () => {
    const refused = await exportSql(job({ groupBy: ['nobody'] }))
    expect(refused).toMatchObject({ exit: 2, out: '' })
    expect(refused.err).toMatch(/counts\.groupBy/)
  })
})
