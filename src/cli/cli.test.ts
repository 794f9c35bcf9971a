import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommandLine } from './program.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'))))
afterEach(() => rmSync(folder, { recursive: true }))

interface Called {
  readonly exit: number
  readonly out: string
  readonly err: string
}

async function call(args: readonly string[], stdin = ''): Promise<Called> {
  let out = ''
  let err = ''
  const exit = await runCommandLine(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    isInteractive: false,
    stdin: () => Promise.resolve(new TextEncoder().encode(stdin)),
    now: () => 0,
    onInterrupt: () => () => {},
  })
  return { exit, out, err }
}

const document = (changes: object = {}): object => ({
  format: 'millrace/job',
  version: 1,
  name: 'Two bids',
  operators: [
    {
      id: 'bids',
      kind: 'source',
      config: {
        connector: { type: 'inline', rows: [[1, '2026-01-31 12:00:00.000'], ['BIG', '2026-01-31 12:00:01.000']] },
        columns: [
          { name: 'auction', type: 'BIGINT' },
          { name: 'ts', type: 'TIMESTAMP(3)' },
        ],
        watermark: { column: 'ts', delayMs: 0 },
      },
    },
    { id: 'keep', kind: 'filter', config: { where: 'auction > 0' } },
    { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
  ],
  edges: [
    { from: 'bids', to: 'keep' },
    { from: 'keep', to: 'out' },
  ],
  ...changes,
})

function jobFile(changes: object = {}): string {
  const path = join(folder, 'job.json')
  writeFileSync(path, JSON.stringify(document(changes)).replace('"BIG"', '9007199254740993'))
  return path
}

const broken = { edges: [{ from: 'bids', to: 'keep' }], operators: [...(document() as { operators: object[] }).operators.slice(0, 1), { id: 'keep', kind: 'filter', config: { where: 'aucton > 0' } }] }

describe('millrace', () => {
  it('explains itself and refuses what it does not know', async () => {
    const help = await call(['--help'])
    expect(help.exit).toBe(0)
    for (const command of ['validate', 'explain', 'run', 'test', 'export']) {
      expect(help.out).toContain(command)
      expect((await call([command, '--help'])).exit).toBe(0)
    }
    expect(await call(['fly'])).toMatchObject({ exit: 2, out: '' })
    expect((await call(['run'])).err).toContain('JOB')
    expect((await call(['explain', jobFile(), '--parallelism', 'two'])).exit).toBe(2)
    expect((await call(['export', jobFile(), '--to', 'punch-cards'])).exit).toBe(2)
  })

  it('validates: silent when sound, a line for each problem, 2 for errors', async () => {
    expect(await call(['validate', jobFile()])).toEqual({ exit: 0, out: '', err: '' })
    const { exit, err } = await call(['validate', jobFile(broken)])
    expect(exit).toBe(2)
    expect(err.split('\n').map((line) => line.slice(0, 26))).toEqual(['error MR-210 keep.where: T', 'warning MR-128 job: Nothin', ''])
  })

  it('says what a file is not', async () => {
    expect(await call(['validate', join(folder, 'none.json')])).toMatchObject({ exit: 2, err: `error MR-018 job: ${join(folder, 'none.json')} cannot be read: there is no such file. Check the path.\n` })
    writeFileSync(join(folder, 'latin1.json'), Buffer.from([0x7b, 0xe9, 0x7d]))
    expect((await call(['validate', join(folder, 'latin1.json')])).err).toContain('not UTF-8')
    expect(await call(['validate', '-'], '{"format": "millrace/job",')).toMatchObject({ exit: 2, err: expect.stringContaining('error MR-001 1:27: The text is not JSON') })
  })

  it('reads a job from standard input and writes its canonical text, every digit kept', async () => {
    const canonical = await call(['export', jobFile(), '--to', 'json'])
    expect(canonical).toMatchObject({ exit: 0, err: '' })
    expect(canonical.out).toContain('9007199254740993')
    expect(await call(['export', '-', '--to', 'json'], canonical.out)).toEqual(canonical)
    const path = join(folder, 'canonical.json')
    expect(await call(['export', jobFile(), '--to', 'json', '--out', path])).toEqual({ exit: 0, out: '', err: '' })
    expect(readFileSync(path, 'utf8')).toBe(canonical.out)
    expect(await call(['export', jobFile(), '--to', 'json', '--out', join(path, 'x')])).toMatchObject({ exit: 2, out: '' })
  })

  it('explains how a job is planned', async () => {
    const { exit, out } = await call(['explain', jobFile(), '--parallelism', '1'])
    expect(exit).toBe(0)
    expect(out).toContain('Physical plan\n  chain 0 ×1: bids → keep → out\n')
    expect(await call(['explain', jobFile(broken)])).toMatchObject({ exit: 2, out: '' })
  })
})
