import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Batch } from '../../columnar/batch.ts'
import type { PhysicalPlan } from '../../compiler/physicalPlan.ts'
import type { FileAccess } from '../../engine/operatorRuntime.ts'
import type { JobStatus, RunEvent } from '../jobRun.ts'
import { startRun, type RunOptions, type StartedRun } from '../startRun.ts'
import { builtEngine } from '../testing/builtEngine.ts'
import { countedRows, countPlan, countTexts, planOf } from '../testing/fakeOperators.ts'
import { nodeLauncher } from './node.ts'

let engine: Awaited<ReturnType<typeof builtEngine>>
beforeAll(async () => {
  engine = await builtEngine(join(import.meta.dirname, '../testing/fakeEngineThread.ts'))
})
afterAll(() => engine.remove())

const files: FileAccess = {
  open: (path) => (path === 'shift' ? Promise.resolve({ size: 3, read: (start, end) => Promise.resolve(Uint8Array.of(0, 0, 100).slice(start, end)) }) : Promise.reject(new Error(`${path} is not there`))),
}

interface Outcome {
  readonly status: JobStatus
  readonly batches: Batch[]
  readonly events: RunEvent[]
}

async function outcomeOf(run: StartedRun): Promise<Outcome> {
  const events: RunEvent[] = []
  const batches: Batch[] = []
  const status = await new Promise<JobStatus>((resolve) => {
    run.subscribe((event) => {
      events.push(event)
      if (event.kind === 'sink') batches.push(event.batch)
      if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed' || event.status.kind === 'canceled')) resolve(event.status)
    })
  })
  await run.stop()
  return { status, batches, events }
}

function start(plan: PhysicalPlan, options: Partial<RunOptions> = {}): StartedRun {
  return startRun(plan, { launcher: nodeLauncher(engine.script), files, ...options })
}

describe.each(['shared', 'transferred'] as const)('worker threads joined by %s memory', (carrier) => {
  it.each([1, 2, 4])('give the rows of one thread, on %i workers', async (parallelism) => {
    const run = start(countPlan(parallelism, { rows: 60_000, keys: 11 }), { carrier })
    expect([run.workers, run.carrier]).toEqual([parallelism, parallelism === 1 ? 'none' : carrier])
    const { status, batches } = await outcomeOf(run)
    expect(status).toMatchObject({ kind: 'finished' })
    expect(countTexts(batches)).toEqual(countedRows(60_000, 11, 100, 30))
  })
})

const refusing = (kind: 'refuse' | 'die') =>
  planOf(2, [
    { id: 'rows', kind: 'rows', config: { rows: 50_000_000 } },
    { id: kind, kind, from: ['rows'], config: { at: 100_000 } },
    { id: 'out', kind: 'out', from: [kind] },
  ])

describe('worker threads', () => {
  it('fail with the row that an operator refused', async () => {
    const { status } = await outcomeOf(start(refusing('refuse')))
    expect(status).toMatchObject({ kind: 'failed', failure: { code: 'MR-401', operator: 'refuse', message: 'division by zero', row: [{ column: 'ts' }, { column: 'key' }, { column: 'v', value: '100000' }] } })
  })

  it('fail in words when one of them dies', async () => {
    const { status } = await outcomeOf(start(refusing('die')))
    expect(status).toMatchObject({ kind: 'failed', failure: { code: 'MR-404', message: expect.stringMatching(/^Engine worker [01] stopped working: its thread ended with code 3\. /) as string } })
  })

  it('fail when their script is not there', async () => {
    const { status } = await outcomeOf(startRun(countPlan(1, { rows: 1 }), { launcher: nodeLauncher(new URL('file:///nowhere/engine.mjs')), files }))
    expect(status).toMatchObject({ kind: 'failed', failure: { code: 'MR-404' } })
  })

  it('fail with the reason when a source cannot be opened', async () => {
    const { status } = await outcomeOf(start(countPlan(2, { rows: 10, file: 'gone.csv' })))
    expect(status).toMatchObject({ kind: 'failed', failure: { code: 'MR-402', operator: 'rows', message: 'gone.csv is not there' } })
  })

  it('fail with the reason when a file vanishes while it is read', async () => {
    const { status } = await outcomeOf(start(countPlan(2, { rows: 10, waits: true, vanishes: true })))
    expect(status).toMatchObject({ kind: 'failed', failure: { code: 'MR-402', operator: 'rows', subtask: 0, message: 'data.csv changed while it was read' } })
  })

  it('read the files of the shell', async () => {
    const { batches } = await outcomeOf(start(countPlan(1, { rows: 1, file: 'shift' })))
    expect(countTexts(batches)).toEqual(['key number 0|1000100|1|100'])
  })

  it('are gone when the run was stopped', async () => {
    let running = 0
    const launcher = nodeLauncher(engine.script)
    const run = startRun(countPlan(3, { rows: 1e9 }), {
      files,
      launcher: {
        ...launcher,
        launch(worker, died) {
          running++
          const link = launcher.launch(worker, died)
          return { ...link, terminate: () => link.terminate().then(() => void running--) }
        },
      },
    })
    const statuses: string[] = []
    await new Promise<void>((resolve) => {
      run.subscribe((event) => {
        if (event.kind === 'status') statuses.push(event.status.kind)
        if (event.kind === 'metrics') resolve()
      })
    })
    expect(running).toBe(3)
    await run.stop()
    expect(running).toBe(0)
    expect(statuses).toEqual(['deploying', 'running', 'cancelling', 'canceled'])
    expect(run.status).toEqual({ kind: 'canceled' })
    await run.stop()
  })

  it('tell their numbers, previews and unreadable rows', async () => {
    const { events } = await outcomeOf(start(countPlan(2, { rows: 19_997, keys: 11, poisonAt: 77 })))
    const frame = events.filter((event) => event.kind === 'metrics').at(-1)!.frame
    const late = 19_997 - countedRows(19_997, 11, 100, 30).reduce((rows, text) => rows + Number(text.split('|')[2]), 0)
    expect(frame.operators.rows).toMatchObject({ rowsIn: 0, rowsOut: 19_997, poisonRows: 1, watermark: Infinity, subtasks: [{ status: 'finished' }] })
    expect(frame.operators.count).toMatchObject({ rowsIn: 19_997, lateRows: late, watermark: Infinity, subtasks: [{ status: 'finished' }, { status: 'finished' }] })
    expect(frame.operators.out!.rowsIn).toBe(frame.operators.count!.rowsOut)
    expect(frame.edges[0]).toMatchObject({ rows: 19_997, watermark: Infinity })
    expect(late).toBeGreaterThan(0)
    expect(frame.edges[0]!.lateRows).toBe(late)
    const preview = events.filter((event) => event.kind === 'preview' && event.edge === 0).at(-1)
    expect(preview).toMatchObject({ rowsSeen: 19_997, rows: [
        { values: [1_199_940, 'key number 7', 19_994n], late: false },
        { values: [1_199_815, 'key number 8', 19_995n], late: true },
        { values: [1_199_960, 'key number 9', 19_996n], late: false },
      ],
    })
    expect(events.find((event) => event.kind === 'poison')).toEqual({ kind: 'poison', operator: 'rows', rows: [{ row: 77, reason: 'not a number', text: 'x' }], total: 1 })
  })

  it('read the splits of a source side by side', async () => {
    const { batches, events } = await outcomeOf(start(countPlan(2, { rows: 20_000, keys: 11, splits: 3 }, 1e7)))
    expect(countTexts(batches)).toEqual(countedRows(20_000, 11, 1e7, 30))
    expect(events.filter((event) => event.kind === 'metrics').at(-1)!.frame.operators.rows!.subtasks.map(({ rowsOut }) => rowsOut)).toEqual([13_333, 6667])
  })
})
