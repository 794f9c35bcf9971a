import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../columnar/json.ts'
import { runCommandLine } from './program.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'millrace-stores-'))))
afterEach(() => rmSync(folder, { recursive: true }))

/** Faults that end the process keep the folder as it is then, beside: what a dead process leaves. The run itself goes on, and what it still writes is thrown away with `crashed`. */
async function call(...args: readonly string[]): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  let out = ''
  let err = ''
  const exit = await runCommandLine(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    isInteractive: false,
    stdin: () => Promise.resolve(new Uint8Array(0)),
    engineScript: null,
    now: () => 0,
    onInterrupt: () => () => {},
    crash: () => cpSync(folder, `${folder}-left`, { recursive: true }),
  })
  return { exit, out, err }
}

async function crashed(...args: readonly string[]): Promise<void> {
  await call(...args)
  expect(existsSync(`${folder}-left`)).toBe(true)
  rmSync(folder, { recursive: true })
  renameSync(`${folder}-left`, folder)
}

const columns = [
  { name: 'auction', type: 'BIGINT' },
  { name: 'price', type: 'BIGINT' },
  { name: 'dateTime', type: 'TIMESTAMP(3)' },
]
const watermark = { column: 'dateTime', delayMs: 4000 }

function jobFile(name: string, operators: readonly JsonObject[], edges: readonly string[], intervalMs = 0): string {
  const path = join(folder, `${name}.json`)
  const wired = edges.map((edge) => ({ from: edge.split('>')[0]!, to: edge.split('>')[1]! }))
  writeFileSync(path, JSON.stringify({ format: 'millrace/job', version: 1, name, settings: { parallelism: 2, checkpoint: { intervalMs } }, operators, edges: wired }))
  return path
}

const bids = (events: number): JsonObject => ({ id: 'bids', kind: 'source', config: { connector: { type: 'nexmark', stream: 'bid', events, seed: 7 }, columns, watermark } })
const toTopic = (more: JsonObject = {}): JsonObject => ({ id: 'write', kind: 'sink', config: { connector: { type: 'topic', topic: 'bids', partitions: 3, keyFields: ['auction'], ...more } } })
const fromTopic: JsonObject = { id: 'read', kind: 'source', config: { connector: { type: 'topic', topic: 'bids' }, columns, watermark } }
const totals: JsonObject = { id: 'totals', kind: 'group-aggregate', config: { groupBy: ['auction'], aggregates: [{ name: 'bids', expression: 'COUNT(*)' }, { name: 'price', expression: 'SUM(price)' }] } }
const collect: JsonObject = { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }
const table = (key?: readonly string[]): JsonObject => ({ id: 'keep', kind: 'sink', config: { connector: { type: 'store', table: 'totals' }, ...(key === undefined ? {} : { key: [...key] }) } })

const lines = (path: string): string[] => readFileSync(path, 'utf8').split('\n').filter((line) => line !== '')
const sortedLines = (path: string): string[] => lines(path).toSorted()
const at = (name: string): string => join(folder, name)

async function plainTotals(events: number): Promise<string[]> {
  const { out } = await call('run', jobFile('plain', [bids(events), totals, collect], ['bids>totals', 'totals>out']))
  return out.split('\n').filter((line) => line !== '').toSorted()
}

describe('topics on the command line', () => {
  it('are written by one job and read by another, through a file', async () => {
    expect(await call('run', jobFile('writer', [bids(500), toTopic()], ['bids>write']), '--topic', `bids=${at('bids.jsonl')}`)).toMatchObject({ exit: 0, err: '' })
    const [header, first] = lines(at('bids.jsonl')) as [string, string]
    expect(header).toBe('{"topic":"bids","partitions":3}')
    expect(first).toMatch(/^\{"partition":\d,"offset":\d+,"timestamp":\d+,"key":\{"auction":\d+\},"value":\{"auction":\d+,"price":\d+,"dateTime":"[^"]+"\}\}$/)
    const read = await call('run', jobFile('reader', [fromTopic, totals, collect], ['read>totals', 'totals>out']), '--topic', `bids=${at('bids.jsonl')}`)
    expect(read).toMatchObject({ exit: 0, err: '' })
    expect(read.out.split('\n').filter((line) => line !== '').toSorted()).toEqual(await plainTotals(500))
  })

  it('take any file of rows', async () => {
    writeFileSync(at('rows.jsonl'), '{"auction":1,"price":5,"dateTime":"2026-01-31 12:00:00"}\n{"auction":1,"price":9007199254740993,"dateTime":"2026-01-31 12:00:01"}\n')
    const { out } = await call('run', jobFile('reader', [fromTopic, totals, collect], ['read>totals', 'totals>out']), '--topic', `bids=${at('rows.jsonl')}`)
    expect(out).toBe('{"auction":1,"bids":2,"price":9007199254740998}\n')
  })

  it('are appended to by the next run', async () => {
    const job = jobFile('writer', [bids(100), toTopic()], ['bids>write'])
    await call('run', job, '--topic', `bids=${at('bids.jsonl')}`)
    const once = lines(at('bids.jsonl')).length
    await call('run', job, '--topic', `bids=${at('bids.jsonl')}`)
    expect(lines(at('bids.jsonl'))).toHaveLength(2 * once - 1)
  })

  it('are told apart when the call is wrong', async () => {
    const job = jobFile('reader', [fromTopic, totals, collect], ['read>totals', 'totals>out'])
    expect(await call('run', job)).toMatchObject({ exit: 1, err: expect.stringContaining('There is no topic "bids" to read') as string })
    expect(await call('run', job, '--topic', `bids=${at('none.jsonl')}`)).toMatchObject({ exit: 2, err: expect.stringContaining('there is no file') as string })
    expect(await call('run', job, '--topic', `birds=${at('none.jsonl')}`)).toMatchObject({ exit: 2, err: expect.stringContaining("the job's topics are bids") as string })
    writeFileSync(at('bad.jsonl'), '{"partition":0,"offset":3,"value":1}\n{"partition":0,"offset":2,"value":2}\n')
    expect(await call('run', job, '--topic', `bids=${at('bad.jsonl')}`)).toMatchObject({ exit: 2, err: expect.stringContaining('line 2') as string })
  })

  it('are written although `--output` asks for their rows: a source of the same job finds them there', async () => {
    const job = jobFile('both', [bids(500), toTopic(), fromTopic, totals, collect], ['bids>write', 'read>totals', 'totals>out'])
    expect(await call('run', job, '--output', `write=${at('written.jsonl')}`, '--output', `out=${at('rows.jsonl')}`, '--topic', `bids=${at('bids.jsonl')}`)).toMatchObject({ exit: 0, err: '' })
    expect(sortedLines(at('rows.jsonl'))).toEqual(await plainTotals(500))
    const values = lines(at('bids.jsonl')).slice(1).map((line) => line.slice(line.indexOf('"value":') + 8, -1))
    expect(values.length).toBeGreaterThan(400)
    expect(sortedLines(at('written.jsonl'))).toEqual(values.toSorted())
  })

  it('and the rows of `--output` are gone on from alike', async () => {
    const job = jobFile('both', [bids(20_000), toTopic(), fromTopic, totals, collect], ['bids>write', 'read>totals', 'totals>out'], 5)
    const flags = ['--topic', `bids=${at('bids.jsonl')}`, '--output', `write=${at('written.jsonl')}`, '--output', `out=${at('rows.jsonl')}`]
    await crashed('run', job, ...flags, '--checkpoint-dir', at('state'), '--fault', 'exit@checkpoint=2:completed')
    expect(await call('run', job, ...flags, '--resume', at('state'))).toMatchObject({ exit: 0 })
    const values = lines(at('bids.jsonl')).slice(1).map((line) => line.slice(line.indexOf('"value":') + 8, -1))
    expect(sortedLines(at('written.jsonl')).join('\n') === values.toSorted().join('\n')).toBe(true)
    expect(sortedLines(at('rows.jsonl'))).toEqual(await plainTotals(20_000))
  })

  for (const moment of ['acknowledged', 'writing', 'completed']) {
    it(`hold each row once when the process dies at a checkpoint (${moment}) and is gone on from`, async () => {
      const events = 30_000
      const job = jobFile('both', [bids(events), toTopic(), fromTopic, totals, { ...collect }], ['bids>write', 'read>totals', 'totals>out'], 5)
      const flags = ['--topic', `bids=${at('bids.jsonl')}`, '--output', `out=${at('rows.jsonl')}`]
      await crashed('run', job, ...flags, '--checkpoint-dir', at('state'), '--fault', `exit@checkpoint=2:${moment}`)
      const resumed = await call('run', job, ...flags, '--resume', at('state'))
      expect(resumed).toMatchObject({ exit: 0 })
      expect(sortedLines(at('rows.jsonl'))).toEqual(await plainTotals(events))
      const values = lines(at('bids.jsonl')).slice(1).map((line) => line.slice(line.indexOf('"value":') + 8, -1))
      const { out } = await call('run', jobFile('all', [bids(events), collect], ['bids>out']))
      expect(values.toSorted()).toEqual(out.split('\n').filter((line) => line !== '').toSorted())
    })
  }
})

describe('tables on the command line', () => {
  it('hold the last row of each key, over runs', async () => {
    const job = jobFile('keeper', [bids(2000), totals, table(['auction'])], ['bids>totals', 'totals>keep'])
    for (let again = 0; again < 2; again++) {
      expect(await call('run', job, '--store', at('store'))).toMatchObject({ exit: 0, err: '' })
      expect(sortedLines(at('store/totals.jsonl'))).toEqual(await plainTotals(2000))
    }
    expect(existsSync(at('store/totals.changes.jsonl'))).toBe(false)
  })

  it('grow from run to run without a key, and lose what is taken back', async () => {
    await call('run', jobFile('keeper', [bids(500), table()], ['bids>keep']), '--store', at('store'))
    const once = lines(at('store/totals.jsonl')).length
    await call('run', jobFile('keeper', [bids(500), table()], ['bids>keep']), '--store', at('store'))
    expect(lines(at('store/totals.jsonl'))).toHaveLength(2 * once)
    await call('run', jobFile('keeper', [bids(500), totals, table()], ['bids>totals', 'totals>keep']), '--store', at('other'))
    expect(sortedLines(at('other/totals.jsonl'))).toEqual(await plainTotals(500))
  })

  it('are written although `--output` asks for their rows', async () => {
    const job = jobFile('keeper', [bids(800), totals, table(['auction'])], ['bids>totals', 'totals>keep'])
    expect(await call('run', job, '--store', at('store'), '--output', `keep=${at('rows.jsonl')}`)).toMatchObject({ exit: 0, err: '' })
    expect(sortedLines(at('store/totals.jsonl'))).toEqual(await plainTotals(800))
    expect(sortedLines(at('rows.jsonl'))).toEqual(await plainTotals(800))
  })

  it('hold each row once when the process dies behind a checkpoint and is gone on from', async () => {
    const events = 30_000
    // Through a topic, because what reads it waits for a checkpoint: however quick the machine, there is one.
    const job = jobFile('keeper', [bids(events), toTopic(), fromTopic, table()], ['bids>write', 'read>keep'], 5)
    await crashed('run', job, '--topic', `bids=${at('bids.jsonl')}`, '--store', at('store'), '--checkpoint-dir', at('state'), '--fault', 'exit@checkpoint=1:completed')
    expect(await call('run', job, '--topic', `bids=${at('bids.jsonl')}`, '--store', at('store'), '--resume', at('state'))).toMatchObject({ exit: 0 })
    const { out } = await call('run', jobFile('all', [bids(events), collect], ['bids>out']))
    // Which of so many rows differ is nothing to print.
    expect(sortedLines(at('store/totals.jsonl')).join('\n') === out.split('\n').filter((line) => line !== '').toSorted().join('\n')).toBe(true)
  })
})
