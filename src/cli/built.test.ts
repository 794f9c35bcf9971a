import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// What only the built program shows: engine threads, standard streams, signals, and that the build holds all it needs.
const root = resolve(import.meta.dirname, '../..')
let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-built-'))
  await build({ root, configFile: join(root, 'vite.cli.config.ts'), logLevel: 'error', build: { outDir: folder } })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}

function start(args: readonly string[], input = '', flags: readonly string[] = []): { readonly ended: Promise<Ended>; readonly wroteOut: Promise<void>; kill(signal: NodeJS.Signals): void; closeOut(): void } {
  // Nothing outside the folder may be needed, so it runs from there.
  const child = spawn(process.execPath, [...flags, join(folder, 'main.js'), ...args], { cwd: folder })
  let out = ''
  let err = ''
  const wroteOut = new Promise<void>((done) => child.stdout.once('data', () => done()))
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  child.stdin.end(input)
  const ended = new Promise<Ended>((done) => child.once('close', (exit) => done({ exit, out, err })))
  return { ended, wroteOut, kill: (signal) => child.kill(signal), closeOut: () => child.stdout.destroy() }
}

/** Which rows, in any order: a difference in a million lines is nothing to print. */
function digest(text: string): string {
  return `${text.length} ${createHash('sha256').update(text.split('\n').toSorted().join('\n')).digest('hex')}`
}

const call = (args: readonly string[], input?: string): Promise<Ended> => start(args, input).ended

function bids(events: number, parallelism: number, where = 'price > 0'): string {
  return JSON.stringify({
    format: 'millrace/job',
    version: 1,
    name: 'Bids a second',
    settings: { parallelism },
    operators: [
      {
        id: 'bids',
        kind: 'source',
        config: {
          connector: { type: 'nexmark', stream: 'bid', events, seed: 7 },
          columns: [
            { name: 'auction', type: 'BIGINT' },
            { name: 'price', type: 'BIGINT' },
            { name: 'dateTime', type: 'TIMESTAMP(3)' },
          ],
          watermark: { column: 'dateTime', delayMs: 4000 },
        },
      },
      { id: 'keep', kind: 'filter', config: { where } },
      {
        id: 'counts',
        kind: 'window-aggregate',
        config: { window: { type: 'tumble', timeColumn: 'dateTime', sizeMs: 1000 }, groupBy: ['auction'], aggregates: [{ name: 'bids', expression: 'COUNT(*)' }, { name: 'most', expression: 'MAX(price)' }] },
      },
      { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
    ],
    edges: [
      { from: 'bids', to: 'keep' },
      { from: 'keep', to: 'counts' },
      { from: 'counts', to: 'out' },
    ],
  })
}

describe('the built command line', () => {
  it('meets each row by the clock that it moved, at every parallelism, where processing time follows event time', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [`k${i % 7}`, new Date(1_700_000_000_000 + i * 1700).toISOString()])
    const job = JSON.stringify({
      format: 'millrace/job',
      version: 1,
      name: 'Rows a second of the clock',
      operators: [
        {
          id: 'rows',
          kind: 'source',
          config: {
            connector: { type: 'inline', rows },
            columns: [
              { name: 'k', type: 'STRING' },
              { name: 'ts', type: 'TIMESTAMP(3)' },
              { name: 'p', expression: 'PROCTIME()' },
            ],
            watermark: { column: 'ts', delayMs: 0 },
          },
        },
        { id: 'counts', kind: 'window-aggregate', config: { window: { type: 'tumble', timeColumn: 'p', sizeMs: 10_000 }, groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } },
        { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
      ],
      edges: [
        { from: 'rows', to: 'counts' },
        { from: 'counts', to: 'out' },
      ],
    })
    const runs = await Promise.all([1, 2, 3].map(async (parallelism) => call(['run', '-', '--processing-time', 'event', '--parallelism', String(parallelism)], job)))
    const [one, ...others] = runs.map(({ out }) => out.trim().split('\n').toSorted())
    // Sixty rows take 100.3 seconds; what lies in the windows before the last, by hand.
    const windows = new Map<string, number>()
    for (const [k, time] of rows) {
      const start = Math.floor(Date.parse(time!) / 10_000) * 10_000
      if (start + 10_000 <= Date.parse(rows.at(-1)![1]!)) windows.set(`${start} ${k}`, (windows.get(`${start} ${k}`) ?? 0) + 1)
    }
    const counted = one!.map((line) => JSON.parse(line) as { k: string; window_start: string; n: number }).map(({ k, window_start, n }) => [`${Date.parse(`${window_start}Z`)} ${k}`, n] as const)
    expect(new Map(counted)).toEqual(windows)
    for (const other of others) expect(other).toEqual(one)
    // A fault of any worker meets the one that all subtasks share.
    const disturbed = await call(['run', '-', '--processing-time', 'event', '--parallelism', '2', '--fault', 'kill=1@rows=30'], job)
    expect(disturbed.err).toContain('goes on from')
    expect(disturbed.out.trim().split('\n').toSorted()).toEqual(one)
  })

  it('gives the same rows on one, two and three engine threads', async () => {
    const results: string[][] = []
    for (const parallelism of [1, 2, 3]) {
      const { exit, out, err } = await call(['run', '-', '--output', 'out=-'], bids(50_000, parallelism))
      expect({ exit, err }).toEqual({ exit: 0, err: '' })
      results.push(out.split('\n').toSorted())
    }
    expect(results[0]!.length).toBeGreaterThan(1000)
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
  })

  it('reads numbers of a job that no double holds, on engine threads', async () => {
    const job = (rows: string): string =>
      `{"format":"millrace/job","version":1,"name":"Exact","settings":{"parallelism":1},"operators":[{"id":"s","kind":"source","config":{"connector":{"type":"inline","rows":${rows}},` +
      `"columns":[{"name":"b","type":"BIGINT"},{"name":"d","type":"DECIMAL(38,18)"}]}},{"id":"out","kind":"sink","config":{"connector":{"type":"collect"}}}],"edges":[{"from":"s","to":"out"}]}`
    const { exit, out, err } = await call(['run', '-'], job('[[9223372036854775807,12345678901234567890.123456789012345678],[-9223372036854775808,-0.000000000000000001],[9007199254740993,null]]'))
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(out).toBe('{"b":9223372036854775807,"d":12345678901234567890.123456789012345678}\n{"b":-9223372036854775808,"d":-0.000000000000000001}\n{"b":9007199254740993,"d":null}\n')
  })

  it('validates without loading what it does not need, and says what it found on standard error', async () => {
    expect(await call(['validate', '-'], bids(10, 1))).toEqual({ exit: 0, out: '', err: '' })
    expect(await call(['validate', '-'], '{')).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('MR-001') })
  })

  it('fails in the end when a row fails on an engine thread each time, with 1', async () => {
    const { exit, out, err } = await call(['run', '-', '--output', 'out=-'], bids(1000, 2, '1 / (price - price) > 0'))
    expect({ exit, out }).toEqual({ exit: 1, out: '' })
    // Three attempts, as the job format has it.
    expect(err).toMatch(/^(warning MR-401 keep\[0\]: .*\nadvice MR-408 job: it goes on from .*\n){3}error MR-401 keep\[0\]: .* Row: auction=\d+, price=\d+, dateTime=.*\n$/)
  })

  it.each(['acknowledged', 'writing', 'completed'])('goes on after the whole process has died as a checkpoint was %s, and writes every row once', async (moment) => {
    const job = bids(2_000_000, 2).replace('"parallelism":2', '"parallelism":2,"checkpoint":{"intervalMs":50}')
    const out = join(folder, `${moment}.jsonl`)
    const whole = await call(['run', '-', '--output', 'out=-'], job)
    const died = await call(['run', '-', '--output', `out=${out}`, '--checkpoint-dir', join(folder, moment), '--fault', `exit@checkpoint=2:${moment}`], job)
    expect(died.exit).toBe(null)
    const resumed = await call(['run', '-', '--output', `out=${out}`, '--resume', join(folder, moment), '--parallelism', '3'], job)
    expect(resumed).toMatchObject({ exit: 0, err: expect.stringMatching(/^advice MR-408 job: it goes on from checkpoint [12]\n$/) as string })
    expect(digest(readFileSync(out, 'utf8'))).toBe(digest(whole.out))
  })

  it('detaches no buffer, which would make every loop over a typed array slower from then on', async () => {
    const flags = ['--trace-protector-invalidation']
    const said = await promisify(execFile)(process.execPath, [...flags, '--eval', 'const bytes = new ArrayBuffer(8); structuredClone(bytes, { transfer: [bytes] })'])
    expect(said.stdout).toContain('ArrayBufferDetaching')
    const job = bids(500_000, 2).replace('"parallelism":2', '"parallelism":2,"checkpoint":{"intervalMs":20}')
    const { exit, out } = await start(['run', '-', '--output', `out=${join(folder, 'attached.jsonl')}`, '--checkpoint-dir', join(folder, 'attached')], job, flags).ended
    expect({ exit, out }).toEqual({ exit: 0, out: '' })
  })

  it('names rows that cannot be read, and goes on where the source says so', async () => {
    const path = join(folder, 'bids.csv')
    writeFileSync(path, 'auction,price,dateTime\n1,2,2026-01-31 12:00:00\n1,many,2026-01-31 12:00:00\n')
    const job = bids(0, 1).replace(/"connector":\{"type":"nexmark"[^}]*\}/, JSON.stringify({ connector: { type: 'file', path, format: 'csv', onError: 'skip' } }).slice(1, -1))
    const { exit, out, err } = await call(['run', '-', '--output', 'out=-'], job)
    expect({ exit, rows: out.split('\n').length - 1 }).toEqual({ exit: 0, rows: 1 })
    expect(err).toMatch(/^warning MR-300 bids: row 3 cannot be read: price: .*"many".*\(1 such row so far\)\n$/)
  })

  it('stops when interrupted, and says so', async () => {
    const run = start(['run', '-', '--output', 'out=-'], bids(500_000_000, 2))
    await run.wroteOut
    run.kill('SIGINT')
    const { exit, err } = await run.ended
    expect({ exit, err }).toEqual({ exit: 1, err: 'error: the run was interrupted; what it had written stays\n' })
  })

  it('ends with a savepoint when it is told to, and what it wrote before and writes after it are all rows, each once', async () => {
    const job = bids(8_000_000, 2, 'MOD(auction, 100) = 7').replace('"parallelism":2', '"parallelism":2,"checkpoint":{"intervalMs":50}')
    const out = join(folder, 'stopped.jsonl')
    const state = join(folder, 'stopped')
    mkdirSync(state)
    const whole = await call(['run', '-', '--output', 'out=-'], job)
    const changes = watch(state)
    const run = start(['run', '-', '--output', `out=${out}`, '--checkpoint-dir', state, '--savepoint', 'evening'], job)
    for await (const { filename } of changes) if (filename === 'pointers') break
    run.kill('SIGTERM')
    const stopped = await run.ended
    expect(stopped).toMatchObject({ exit: 0, err: expect.stringMatching(/^advice MR-411 job: savepoint \d+ “evening” is complete; go on from it with --resume .*savepoint-\d+\n$/) as string })
    expect(readFileSync(out, 'utf8').length).toBeLessThan(whole.out.length)
    const [, from] = /--resume (.*)\n/.exec(stopped.err)!
    const resumed = await call(['run', '-', '--output', `out=${out}`, '--resume', from!, '--parallelism', '3'], job)
    expect(resumed).toMatchObject({ exit: 0, err: expect.stringMatching(/^advice MR-408 job: it goes on from savepoint \d+\n$/) as string })
    expect(digest(readFileSync(out, 'utf8'))).toBe(digest(whole.out))
  })

  it('ends quietly when the reader of its rows has had enough', async () => {
    const run = start(['run', '-', '--output', 'out=-'], bids(500_000_000, 1))
    await run.wroteOut
    run.closeOut()
    expect(await run.ended).toMatchObject({ exit: 0, err: '' })
  })
})
