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
