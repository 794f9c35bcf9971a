import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommandLine } from './program.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'millrace-checkpoints-'))))
afterEach(() => rmSync(folder, { recursive: true }))

interface Called {
  readonly exit: number
  readonly out: string
  readonly err: string
}

async function call(...args: readonly string[]): Promise<Called> {
  return callWith(() => () => {}, args)
}

/** Interrupted as soon as somebody listens, before the job runs. */
async function interrupted(...args: readonly string[]): Promise<Called> {
  return callWith((listener) => {
    listener()
    return () => {}
  }, args)
}

async function callWith(onInterrupt: (listener: () => void) => () => void, args: readonly string[]): Promise<Called> {
  let out = ''
  let err = ''
  const exit = await runCommandLine(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    isInteractive: false,
    stdin: () => Promise.resolve(new Uint8Array(0)),
    engineScript: null,
    now: () => 0,
    onInterrupt,
  })
  return { exit, out, err }
}

function jobFile({ events = 600_000, where = 'price > 0', intervalMs = 1, id = 'bids' } = {}): string {
  const path = join(folder, 'job.json')
  const document = {
    format: 'millrace/job',
    version: 1,
    name: 'Bids',
    settings: { parallelism: 2, checkpoint: { intervalMs }, restart: { strategy: 'fixed-delay', attempts: 2, delayMs: 1 } },
    operators: [
      {
        id,
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
      { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
    ],
    edges: [
      { from: id, to: 'keep' },
      { from: 'keep', to: 'out' },
    ],
  }
  writeFileSync(path, JSON.stringify(document))
  return path
}

/** So many rows, and which: a difference in a million lines is nothing to print. */
function rows(name: string): string {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n').toSorted()
  return `${lines.length} ${createHash('sha256').update(lines.join('\n')).digest('hex')}`
}

describe('millrace run with checkpoints', { timeout: 120_000 }, () => {
  it('keeps them in a folder, and writes the rows it writes without', async () => {
    const job = jobFile()
    const out = join(folder, 'rows.jsonl')
    const plain = await call('run', job, '--output', `out=${out}`)
    const expected = rows('rows.jsonl')
    expect(plain.exit).toBe(0)
    expect(await call('run', job, '--output', `out=${out}`, '--checkpoint-dir', join(folder, 'state'))).toMatchObject({ exit: 0, err: '' })
    expect(rows('rows.jsonl')).toEqual(expected)
    expect(readdirSync(join(folder, 'state'))).toContain('pointers')
  })

  it('writes every row once when a worker is killed, and says so', async () => {
    const job = jobFile()
    await call('run', job, '--output', `out=${join(folder, 'whole.jsonl')}`)
    const killed = await call('run', job, '--output', `out=${join(folder, 'rows.jsonl')}`, '--fault', 'kill=0@checkpoint=2:acknowledged', '--fault', 'kill=0@rows=200000')
    expect(killed.exit).toBe(0)
    expect(killed.err).toMatch(/warning MR-404 job: Engine worker 0 stopped working: it was killed, as the fault at checkpoint 2 \(acknowledged\) asks\./)
    expect(killed.err).toMatch(/advice MR-408 job: it goes on from checkpoint \d+/)
    expect(rows('rows.jsonl')).toEqual(rows('whole.jsonl'))
  })

  it('goes on where a run ended, at another parallelism, with the rows that were cut off written again', async () => {
    const job = jobFile()
    const out = join(folder, 'rows.jsonl')
    const state = join(folder, 'state')
    await call('run', job, '--output', `out=${join(folder, 'whole.jsonl')}`)
    await call('run', job, '--output', `out=${out}`, '--checkpoint-dir', state)
    const resumed = await call('run', job, '--output', `out=${out}`, '--resume', state, '--parallelism', '3')
    expect(resumed).toMatchObject({ exit: 0, err: expect.stringMatching(/^advice MR-408 job: it goes on from checkpoint \d+\n$/) as string })
    expect(rows('rows.jsonl')).toEqual(rows('whole.jsonl'))
  })

  it('passes over a checkpoint that was changed, and says so; over all of them it begins anew', async () => {
    const job = jobFile()
    const out = join(folder, 'rows.jsonl')
    const state = join(folder, 'state')
    await call('run', job, '--output', `out=${join(folder, 'whole.jsonl')}`)
    await call('run', job, '--output', `out=${out}`, '--checkpoint-dir', state)
    const newest = Math.max(...readdirSync(state).flatMap((name) => (name.startsWith('checkpoint-') ? [Number(name.slice('checkpoint-'.length))] : [])))
    const chunk = join(state, `checkpoint-${newest}`, 'chunk-0')
    const bytes = readFileSync(chunk)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(chunk, bytes)
    const resumed = await call('run', job, '--output', `out=${out}`, '--resume', state)
    expect(resumed.err).toContain(`warning MR-407 job: Checkpoint ${newest} is passed over: checkpoint-${newest}/chunk-0 has changed`)
    expect(resumed.exit).toBe(0)
    expect(rows('rows.jsonl')).toEqual(rows('whole.jsonl'))
    for (const name of readdirSync(state)) if (name.startsWith('checkpoint-')) rmSync(join(state, name, 'manifest'))
    const anew = await call('run', job, '--output', `out=${out}`, '--resume', state)
    expect(anew.err).toContain('advice MR-408 job: it goes on from its beginning, because there is no checkpoint')
    expect(rows('rows.jsonl')).toEqual(rows('whole.jsonl'))
  })

  it('refuses the checkpoint of another job with the differences, and changes nothing', async () => {
    const out = join(folder, 'rows.jsonl')
    const state = join(folder, 'state')
    await call('run', jobFile(), '--output', `out=${out}`, '--checkpoint-dir', state)
    const before = readFileSync(out, 'utf8')
    const files = readdirSync(state).toSorted()
    const refused = await call('run', jobFile({ id: 'offers' }), '--output', `out=${out}`, '--resume', state)
    expect(refused.exit).toBe(2)
    expect(refused.err).toMatch(/^error MR-406 job: Checkpoint \d+ cannot be restored into this job: It holds state of bids \(source\); the job has no operator bids\. /)
    expect(refused.err).toContain('The job has offers (source), which it knows nothing of.')
    expect(readFileSync(out, 'utf8')).toBe(before)
    expect(readdirSync(state).toSorted()).toEqual(files)
    expect((await call('run', jobFile({ events: 400_000 }), '--output', `out=${out}`, '--resume', state)).err).toContain('"events":600000')
  })

  // That it ends at once is the built program's to show (`built.test.ts`): here the engine may be at its end by then.
  it('takes a savepoint when it is interrupted, and goes on from it by its folder, at another parallelism', async () => {
    const job = jobFile()
    const out = join(folder, 'rows.jsonl')
    const state = join(folder, 'state')
    await call('run', job, '--output', `out=${join(folder, 'whole.jsonl')}`)
    const stopped = await interrupted('run', job, '--output', `out=${out}`, '--checkpoint-dir', state, '--savepoint', 'evening')
    const [taken] = readdirSync(state).filter((name) => name.startsWith('savepoint-'))
    const id = taken!.slice('savepoint-'.length)
    expect(stopped).toMatchObject({ exit: 0, err: `advice MR-411 job: savepoint ${id} “evening” is complete; go on from it with --resume ${join(state, taken!)}\n` })
    const resumed = await call('run', job, '--output', `out=${out}`, '--resume', join(state, taken!), '--parallelism', '3')
    expect(resumed).toMatchObject({ exit: 0, err: `advice MR-408 job: it goes on from savepoint ${id}\n` })
    expect(rows('rows.jsonl')).toEqual(rows('whole.jsonl'))
    // Newer checkpoints do not take it away.
    expect(readdirSync(state)).toContain(taken)
    const refused = await call('run', jobFile({ events: 400_000 }), '--output', `out=${out}`, '--resume', join(state, taken!))
    expect(refused).toMatchObject({ exit: 2, err: expect.stringMatching(/^error MR-406 job: Savepoint \d+ “evening” cannot be restored into this job: .*"events":600000 then/) as string })
  })

  it('goes on from one of several checkpoints by its folder, and from none that is not complete', async () => {
    const job = jobFile()
    const out = join(folder, 'rows.jsonl')
    const state = join(folder, 'state')
    await call('run', job, '--output', `out=${join(folder, 'whole.jsonl')}`)
    await call('run', job, '--output', `out=${out}`, '--checkpoint-dir', state)
    const [name] = readdirSync(state).filter((entry) => entry.startsWith('checkpoint-'))
    expect(await call('run', job, '--output', `out=${out}`, '--resume', join(state, name!), '--checkpoint-dir', state)).toMatchObject({ exit: 0, err: `advice MR-408 job: it goes on from ${name!.replace('-', ' ')}\n` })
    expect(rows('rows.jsonl')).toEqual(rows('whole.jsonl'))
    rmSync(join(state, 'pointers'))
    const kept = readdirSync(state).find((entry) => entry.startsWith('checkpoint-'))!
    expect(await call('run', job, '--resume', join(state, kept))).toMatchObject({ exit: 2, err: `error: --resume: ${join(state, kept)} is not complete: ${join(state, 'pointers')} does not name it\n` })
  })

  it('says which fault did not happen', async () => {
    const job = jobFile({ events: 1000, intervalMs: 0 })
    const undisturbed = await call('run', job, '--output', `out=${join(folder, 'rows.jsonl')}`, '--fault', 'kill=0@checkpoint=9:writing', '--fault', 'kill=0@rows=5000')
    expect(undisturbed.exit).toBe(0)
    expect(undisturbed.err).toMatch(/^warning MR-410 job: --fault kill=0@checkpoint=9:writing did not happen: no checkpoint 9 came to that moment; .*\nwarning MR-410 job: --fault kill=0@rows=5000 did not happen: .*\n$/)
    expect(rows('rows.jsonl')).toMatch(/^921 /)
  })

  it('starts a job that always fails again as often as it says, then fails with the row', async () => {
    const failing = await call('run', jobFile({ where: '100 / (auction - auction) > 1' }), '--checkpoint-dir', join(folder, 'state'))
    expect(failing.exit).toBe(1)
    expect(failing.err.match(/^warning MR-401/gm)).toHaveLength(2)
    expect(failing.err.match(/^error MR-401 keep\[\d\]: .* Row: auction=/gm)).toHaveLength(1)
  })

  it('refuses calls that cannot be meant', async () => {
    const job = jobFile({ events: 10 })
    const state = join(folder, 'state')
    expect(await call('run', job, '--resume', state)).toMatchObject({ exit: 2, err: `error: --resume: there is no checkpoint in ${state}\n` })
    await call('run', jobFile(), '--checkpoint-dir', state)
    expect((await call('run', job, '--checkpoint-dir', state)).err).toContain('holds checkpoints of an earlier run; go on from them with --resume')
    expect((await call('run', job, '--resume', state, '--checkpoint-dir', join(folder, 'other'))).err).toContain('names another folder')
    expect(await call('run', job, '--savepoint', 'evening')).toMatchObject({ exit: 2, err: 'error: --savepoint evening needs a folder to be kept in: add --checkpoint-dir D\n' })
    for (const fault of ['kill=7@rows=5', 'kill=1@checkpoint=0', 'exit@rows=4', 'kill=1@checkpoint=2:soon', 'boom']) {
      expect(await call('run', job, '--fault', fault)).toMatchObject({ exit: 2, err: expect.stringContaining(`error: --fault "${fault}"`) as string })
    }
    expect((await call('run', '--help')).out).toContain('kill=1@checkpoint=3:acknowledged')
  })
})
