import { tableFromIPC } from 'apache-arrow'
import { parquetRead } from 'hyparquet'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseBatch } from '../columnar/batchText.ts'
import { bigintType, stringType, timestampType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import { fileSinkWriter } from './fileSinks.ts'
import { UsageError } from './terminal.ts'

const schema: Schema = {
  fields: [
    { name: 'k', type: stringType },
    { name: 'n', type: bigintType },
    { name: 'ts', type: timestampType },
  ],
}
let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'millrace-sinks-'))))
afterEach(() => rmSync(folder, { recursive: true }))

async function write(connector: Record<string, string | string[]>, updating: boolean, ...tables: string[]): Promise<void> {
  const writer = fileSinkWriter('out', { type: 'file', path: join(folder, 'result'), ...connector }, { schema, key: null, updating, changelog: false })
  for (const table of tables) writer.receive(parseBatch(schema, table))
  await writer.finish()
}

describe('file sinks', () => {
  it('write CSV that tells NULL from the empty text and keeps quotes and line ends', async () => {
    await write({ format: 'csv' }, false, 'k | n | ts\n"a\\"b\\nc" | 1 | 2026-01-31 12:00:00\n"" | null | null\nnull | 2 | null')
    expect(readFileSync(join(folder, 'result'), 'utf8')).toBe('k,n,ts\n"a""b\nc",1,2026-01-31 12:00:00.000\n"",,\n,2,\n')
  })

  it('write the final table of an updating result', async () => {
    await write({ format: 'json' }, true, 'op | k | n | ts\n+I | A | 1 | null\n-U | A | 1 | null\n+U | A | 2 | null')
    expect(readFileSync(join(folder, 'result'), 'utf8')).toBe('{"k":"A","n":2,"ts":null}\n')
  })

  it('put rows into a folder for each value, and no value leads out of it', async () => {
    await write({ format: 'csv', partitionBy: ['k'] }, false, 'k | n | ts\nA | 1 | null\n"../../x" | 2 | null', 'k | n | ts\nA | 3 | null\nnull | 4 | null')
    expect(readdirSync(join(folder, 'result')).toSorted()).toEqual(['k=%2E%2E%2F%2E%2E%2Fx', 'k=A', 'k=__DEFAULT_PARTITION__'])
    expect(readFileSync(join(folder, 'result', 'k=A', 'part-0.csv'), 'utf8')).toBe('n,ts\n1,\n3,\n')
  })

  it('write Arrow, whole', async () => {
    await write({ format: 'arrow', partitionBy: ['k'] }, false, 'k | n | ts\nA | 1 | null', 'k | n | ts\nA | 2 | null\nB | 3 | null')
    const bytes = readFileSync(join(folder, 'result', 'k=A', 'part-0.arrow'))
    expect(bytes.subarray(0, 6).toString()).toBe('ARROW1')
    expect(tableFromIPC(bytes).toArray().map((row) => String(row.n))).toEqual(['1', '2'])
  })

  it('write Parquet, whole, and of an updating result the final table', async () => {
    await write({ format: 'parquet' }, true, 'op | k | n | ts\n+I | A | 1 | null\n-U | A | 1 | null\n+U | A | 2 | 2026-01-31 12:00:00')
    const bytes = readFileSync(join(folder, 'result'))
    const seen: unknown[] = []
    await parquetRead({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), onComplete: (rows) => seen.push(...rows) })
    expect(seen).toEqual([['A', 2n, new Date('2026-01-31T12:00:00Z')]])
  })

  it('are complete with more folders than a process may have files open, in any order of rows', async () => {
    const keys = Array.from({ length: 500 }, (_, i) => `k${i}`)
    const table = `k | n | ts\n${keys.map((key) => `${key} | 1 | null`).join('\n')}`
    await write({ format: 'csv', partitionBy: ['k'] }, false, table, table)
    for (const key of ['k0', 'k250', 'k499']) expect(readFileSync(join(folder, 'result', `k=${key}`, 'part-0.csv'), 'utf8')).toBe('n,ts\n1,\n1,\n')
    expect(readdirSync(join(folder, 'result'))).toHaveLength(500)
  })

  it('make the folders on their way', async () => {
    await write({ format: 'json', path: join(folder, 'a', 'b', 'rows.jsonl') }, false)
    expect(readFileSync(join(folder, 'a', 'b', 'rows.jsonl'), 'utf8')).toBe('')
    if (existsSync('/proc/self')) await expect(write({ format: 'json', path: '/proc/none/rows.jsonl' }, false)).rejects.toThrow(UsageError)
  })

  it('exist also when they are empty, and say what they cannot write', async () => {
    await write({ format: 'json' }, false)
    expect(readFileSync(join(folder, 'result'), 'utf8')).toBe('')
    await expect(write({ format: 'json', path: join(folder, 'result', 'below-a-file') }, false)).rejects.toThrow(/cannot write/)
  })
})
