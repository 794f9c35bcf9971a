import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
    engineScript: null,
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
    expect(help.out).toContain('Exit codes: 0 success')
    expect((await call(['run', '--help'])).out).toContain('millrace run job.json --output board=rows.jsonl')
    expect(await call(['--version'])).toEqual({ exit: 0, out: `${(JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version}\n`, err: '' })
    expect(await call(['fly'])).toMatchObject({ exit: 2, out: '' })
    // A call without a command is no call.
    expect(await call([])).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('Usage: millrace') as string })
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

  it('runs a job and writes the rows of a sink, whatever its connector', async () => {
    const rows = '{"auction":1,"ts":"2026-01-31 12:00:00.000"}\n{"auction":9007199254740993,"ts":"2026-01-31 12:00:01.000"}\n'
    expect(await call(['run', jobFile(), '--output', 'out=-'])).toEqual({ exit: 0, out: rows, err: '' })
    const file = join(folder, 'rows.jsonl')
    expect(await call(['run', jobFile(sinkOf({ type: 'blackhole' })), '--output', `out=${file}`, '--parallelism', '1'])).toEqual({ exit: 0, out: '', err: '' })
    expect(readFileSync(file, 'utf8')).toBe(rows)
    expect(await call(['run', jobFile(sinkOf({ type: 'blackhole' }))])).toEqual({ exit: 0, out: '', err: '' })
    // The only live table needs no naming.
    expect(await call(['run', jobFile()])).toEqual({ exit: 0, out: rows, err: '' })
    // Of several somebody has to choose.
    const { operators, edges } = document() as { operators: object[]; edges: object[] }
    const two = jobFile({ operators: [...operators, { id: 'also', kind: 'sink', config: { connector: { type: 'collect' } } }], edges: [...edges, { from: 'keep', to: 'also' }] })
    expect(await call(['run', two])).toEqual({ exit: 0, out: '', err: 'advice MR-411 job: it has 2 live tables, of which none is printed; choose, for example with --output out=-. They are out, also.\n' })
    expect(await call(['run', two, '--output', 'also=-'])).toEqual({ exit: 0, out: rows, err: '' })
  })

  it('reads a source from standard input, unless the job comes from there', async () => {
    const lines = '{"ts":"2026-01-31T12:00:00Z","auction":9007199254740993,"else":1}\n{"auction":2,"ts":"2026-01-31 12:00:01"}\n'
    const rows = '{"auction":9007199254740993,"ts":"2026-01-31 12:00:00.000"}\n{"auction":2,"ts":"2026-01-31 12:00:01.000"}\n'
    expect(await call(['run', jobFile(), '--input', 'bids=-'], lines)).toEqual({ exit: 0, out: rows, err: '' })
    expect(await call(['run', '-', '--input', 'bids=-'], readFileSync(jobFile(), 'utf8'))).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('standard input is the job already') as string })
  })

  it('writes the files that the job itself names', async () => {
    const file = join(folder, 'deep', 'rows.csv')
    expect(await call(['run', jobFile(sinkOf({ type: 'file', path: file, format: 'csv' }))])).toEqual({ exit: 0, out: '', err: '' })
    expect(readFileSync(file, 'utf8')).toBe('auction,ts\n1,2026-01-31 12:00:00.000\n9007199254740993,2026-01-31 12:00:01.000\n')
  })

  it('reads a source from a file instead, columns by name', async () => {
    const jsonLines = join(folder, 'bids.jsonl')
    writeFileSync(jsonLines, '{"ts":"2026-01-31T12:00:00Z","auction":9223372036854775807,"more":true}\n{"auction":-1,"ts":"2026-01-31 12:00:00"}\n')
    expect(await call(['run', jobFile(), '--input', `bids=${jsonLines}`, '--output', 'out=-'])).toEqual({
      exit: 0,
      out: '{"auction":9223372036854775807,"ts":"2026-01-31 12:00:00.000"}\n',
      err: '',
    })
    const csv = join(folder, 'bids.csv')
    writeFileSync(csv, 'ts,auction\n2026-01-31 12:00:00,7\n')
    expect((await call(['run', jobFile(), '--input', `bids=${csv}`, '--output', 'out=-'])).out).toBe('{"auction":7,"ts":"2026-01-31 12:00:00.000"}\n')
    // A file named in the call is missed before anything is begun; one that the job names, when it is read.
    const rowsOut = join(folder, 'kept.jsonl')
    writeFileSync(rowsOut, 'kept')
    const none = join(folder, 'none.csv')
    expect(await call(['run', jobFile(), '--input', `bids=${none}`, '--output', `out=${rowsOut}`])).toEqual({ exit: 2, out: '', err: `error: --input bids: ${none} cannot be read: there is no such file\n` })
    expect(readFileSync(rowsOut, 'utf8')).toBe('kept')
    const named = jobFile(sourceOf({ type: 'file', path: 'none.csv', format: 'csv' }))
    expect(await call(['run', named])).toMatchObject({ exit: 1, err: `error MR-402 bids[0]: none.csv cannot be read: there is no such file. Check the path; it is taken from ${process.cwd()}.\n` })
  })

  it('pins the processing clock to the highest event time read, row by row, at the source and behind it', async () => {
    const [source, , sink] = (document() as { operators: { config: { columns: object[] } }[] }).operators
    const computed = { ...source, config: { ...source!.config, columns: [{ name: 'seen', expression: 'PROCTIME()' }, ...source!.config.columns] } }
    const later = { id: 'keep', kind: 'project', config: { columns: [{ name: 'seen', expression: 'seen' }, { name: 'later', expression: 'PROCTIME()' }] } }
    const line = (time: string): string => `{"seen":"2026-01-31 ${time}Z","later":"2026-01-31 ${time}Z"}\n`
    expect(await call(['run', jobFile({ operators: [computed, later, sink] }), '--output', 'out=-', '--processing-time', 'event'])).toEqual({
      exit: 0,
      out: line('12:00:00.000') + line('12:00:01.000'),
      err: '',
    })
  })

  it('tells the final rows of an updating result from its changes', async () => {
    const changes = join(folder, 'changes.jsonl')
    const row = (auction: number): string => `"row":{"auction":${auction},"ts":"2026-01-31 12:00:00"}`
    writeFileSync(changes, `{"kind":"+I",${row(1)}}\n{"kind":"+I",${row(2)}}\n{"kind":"-U",${row(1)}}\n{"kind":"+U",${row(3)}}\n{"kind":"-D",${row(2)}}\n`)
    const [source, ...others] = (document() as { operators: { config: object }[] }).operators
    const updating = { operators: [{ ...source, config: { ...source!.config, connector: { type: 'inline', rows: [], changelog: true } } }, ...others] }
    const printed = (auction: number): string => `{"auction":${auction},"ts":"2026-01-31 12:00:00.000"}`
    const args = ['run', jobFile(updating), '--input', `bids=${changes}`, '--output', 'out=-']
    expect(await call(args)).toEqual({ exit: 0, out: `${printed(3)}\n`, err: '' })
    expect((await call([...args, '--changelog'])).out.split('\n')).toEqual([
      `{"kind":"+I","row":${printed(1)}}`,
      `{"kind":"+I","row":${printed(2)}}`,
      `{"kind":"-U","row":${printed(1)}}`,
      `{"kind":"+U","row":${printed(3)}}`,
      `{"kind":"-D","row":${printed(2)}}`,
      '',
    ])
  })

  it('fails with 1, the operator and the row when a row cannot be computed', async () => {
    const [source, , sink] = (document() as { operators: object[] }).operators
    const dividing = { operators: [source, { id: 'keep', kind: 'filter', config: { where: '10 / (auction - 1) > 0' } }, sink] }
    const { exit, err } = await call(['run', jobFile(dividing), '--output', 'out=-'])
    expect(exit).toBe(1)
    expect(err).toMatch(/^error MR-401 keep\[0\]: .*Row: auction=1, ts=2026-01-31 12:00:00\.000\.\n$/)
  })

  it('names the operator whose code cannot begin', async () => {
    const code = { id: 'keep', kind: 'function', config: { code: 'function onRow(row, emit) {', outputColumns: [{ name: 'x', type: 'INT' }] } }
    const { operators } = document() as { operators: object[] }
    const { exit, err } = await call(['run', jobFile({ operators: [operators[0], code, operators[2]] })])
    expect({ exit, place: err.split(' ').slice(0, 3).join(' ') }).toEqual({ exit: 1, place: 'error MR-403 keep[0]:' })
  })

  it('refuses flags that fit nothing in the job', async () => {
    expect(await call(['run', jobFile(), '--output', 'ouf=-'])).toEqual({ exit: 2, out: '', err: 'error: --output: the job has no sink "ouf"; did you mean "out"? Its sinks: out\n' })
    expect((await call(['run', jobFile(), '--output', 'out'])).err).toBe('error: --output needs ID=FILE, found "out"\n')
    expect((await call(['run', jobFile(), '--input', 'bids=rows.xlsx'])).err).toContain('the format of rows.xlsx is told by its extension')
    expect((await call(['run', jobFile(), '--output', `out=${join(folder, 'no', 'such', 'folder')}`])).err).toContain('its folder does not exist')
    expect((await call(['run', jobFile(), '--output', 'out=-', '--output', 'out=-'])).exit).toBe(2)
    expect((await call(['run', jobFile(broken)])).exit).toBe(2)
    expect(await call(['run', jobFile({ operators: [], edges: [] })])).toMatchObject({ exit: 2, err: expect.stringContaining('MR-129') })
  })

  it('refuses a call that would lose or mix rows, before a file is touched', async () => {
    const csv = join(folder, 'bids.csv')
    const text = 'ts,auction\n2026-01-31 12:00:00,7\n'
    writeFileSync(csv, text)
    const refused = async (...args: string[]): Promise<string> => {
      const { exit, out, err } = await call(['run', ...args])
      expect({ exit, out }).toEqual({ exit: 2, out: '' })
      expect(readFileSync(csv, 'utf8')).toBe(text)
      return err
    }
    expect(await refused(jobFile(), '--input', `bids=${csv}`, '--input', `bids=${csv}`)).toBe('error: --input names bids twice\n')
    expect(await refused(jobFile(), '--input', `bids=${csv}`, '--output', `out=${csv}`)).toBe(`error: the sink out writes ${csv}, which the source bids reads; write to another file\n`)
    expect(await refused(jobFile(sourceOf({ type: 'file', path: csv, format: 'csv' })), '--output', `out=${csv}`)).toContain('which the source bids reads')
    const [source, filter, sink] = (document() as { operators: object[] }).operators
    const twice = jobFile({ operators: [source, filter, sink, { ...sink, id: 'also' }], edges: [{ from: 'bids', to: 'keep' }, { from: 'keep', to: 'out' }, { from: 'keep', to: 'also' }] })
    expect(await refused(twice, '--output', `out=${join(folder, 'x')}`, '--output', `also=${join(folder, '.', 'x')}`)).toContain('the sinks out and also both write')
    expect(await refused(jobFile(), '--input', 'keep=rows.csv')).toBe('error: --input: the job has no source "keep". Its sources: bids\n')
    expect(await refused(jobFile(), '--parallelism', '65')).toBe('error: --parallelism needs a whole number from 1 to 64, found "65"\n')
    expect(await refused(jobFile(sinkOf({ type: 'file', path: { secret: 'PATH' }, format: 'csv' })))).toContain('error MR-161 out.connector.path')
    expect(await refused(jobFile(sourceOf({ type: 'file', path: { secret: 'PATH' }, format: 'csv' })))).toContain('error MR-161 bids.connector.path')
  })

  it.runIf(existsSync('/dev/full'))('ends with 1 and a sentence when the disk is full', async () => {
    const said = 'error: /dev/full cannot be written: the disk is full; what was written stays\n'
    expect(await call(['run', jobFile(), '--output', 'out=/dev/full'])).toEqual({ exit: 1, out: '', err: said })
    expect(await call(['run', jobFile(sinkOf({ type: 'file', path: '/dev/full', format: 'csv' }))])).toMatchObject({ exit: 1, err: said })
  })

  it('does not run, test, export or call sound what a newer Millrace has written', async () => {
    const newer = jobFile({ version: 2, lanes: 3 })
    for (const args of [['validate'], ['explain'], ['run'], ['test'], ['export', '--to', 'json']]) {
      const { exit, err } = await call([args[0]!, newer, ...args.slice(1)])
      expect(exit, args[0]).toBe(2)
      expect(err.split('\n').map((line) => line.slice(0, 28))).toEqual(['error MR-004 version: The jo', 'warning MR-006 lanes: `lanes', ''])
    }
  })

  it('says a wrong type once, not again for every row', async () => {
    const [source, ...others] = (document() as { operators: { config: { columns: object[] } }[] }).operators
    const wrong = { operators: [{ ...source, config: { ...source!.config, columns: [{ name: 'auction', type: 'BIGNUM' }, source!.config.columns[1]!] } }, ...others] }
    const { exit, err } = await call(['validate', jobFile(wrong)])
    expect(exit).toBe(2)
    expect(err.split('\n').map((line) => line.slice(0, 34))).toEqual(['error MR-170 bids.columns[0].type:', ''])
  })

  it("runs a job's tests and shows rows that differ", async () => {
    const test = (name: string, auctions: number[], expected: (number | null)[]): object => ({
      name,
      inputs: { bids: auctions.map((auction) => [auction, '2026-01-31 12:00:00']) },
      expect: { out: expected.map((auction) => ({ auction, ts: '2026-01-31 12:00:00' })) },
    })
    const good = jobFile({ tests: [test('keeps positive auctions, in any order', [3, -1, 2], [2, 3])] })
    expect(await call(['test', good])).toEqual({ exit: 0, out: `${good}\n  ✓ keeps positive auctions, in any order\n1 passed, 0 failed\n`, err: '' })
    const bad = jobFile({ tests: [test('is wrong about one row', [3, 2], [2, 4, null])] })
    expect(await call(['test', bad])).toEqual({
      exit: 1,
      out: [
        bad,
        '  ✗ is wrong about one row',
        '      out: 2 rows missing (-), 1 row not expected (+)',
        '      - {"auction":4,"ts":"2026-01-31 12:00:00.000"}',
        '      - {"auction":null,"ts":"2026-01-31 12:00:00.000"}',
        '      + {"auction":3,"ts":"2026-01-31 12:00:00.000"}',
        '0 passed, 1 failed',
        '',
      ].join('\n'),
      err: '',
    })
    expect((await call(['test', jobFile(broken)])).exit).toBe(2)
    const none = join(folder, 'none.json')
    expect((await call(['test', jobFile(), none])).err).toBe(`${none}: error MR-018 job: ${none} cannot be read: there is no such file. Check the path.\n`)
  })
})

function sourceOf(connector: object): object {
  const [source, ...others] = (document() as { operators: { config: object }[] }).operators
  return { operators: [{ ...source, config: { ...source!.config, connector } }, ...others] }
}

function sinkOf(connector: object): object {
  return { operators: [...(document() as { operators: object[] }).operators.slice(0, 2), { id: 'out', kind: 'sink', config: { connector } }] }
}
