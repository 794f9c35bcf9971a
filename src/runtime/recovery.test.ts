import { describe, expect, it } from 'vitest'
import { MemoryBackend } from '../checkpoints/backend.ts'
import { CheckpointStore } from '../checkpoints/checkpointStore.ts'
import type { Batch } from '../columnar/batch.ts'
import { systemClock } from '../deterministic/clock.ts'
import { settingsDefaults } from '../job/job.ts'
import type { FileAccess } from '../engine/operatorRuntime.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { FaultTolerance } from './jobCheckpoints.ts'
import type { JobStatus, RunEvent } from './jobRun.ts'
import { inProcessLauncher } from './launch/inProcess.ts'
import { startRun, type RunOptions, type StartedRun } from './startRun.ts'
import { countedRows, countPlan, countTexts, fakeOperators, planOf } from './testing/fakeOperators.ts'

const files: FileAccess = { open: () => Promise.reject(new Error('no files here')) }

function tolerance(more: Partial<FaultTolerance> = {}, checkpoint: Partial<FaultTolerance['checkpoint']> = {}, restart: FaultTolerance['restart'] = { strategy: 'fixed-delay', attempts: 10, delayMs: 0 }): FaultTolerance {
  return { checkpoint: { ...settingsDefaults.checkpoint, intervalMs: 5, ...checkpoint }, restart, store: new CheckpointStore(new MemoryBackend()), uncommittedRows: 'held', ...more }
}

interface Outcome {
  readonly status: JobStatus
  readonly batches: Batch[]
  readonly events: RunEvent[]
  readonly run: StartedRun
}

async function outcomeOf(plan: PhysicalPlan, options: Partial<RunOptions>, listen?: (event: RunEvent, run: StartedRun) => void): Promise<Outcome> {
  const run = startRun(plan, { launcher: inProcessLauncher(systemClock(), fakeOperators), files, ...options })
  const events: RunEvent[] = []
  let batches: { batch: Batch; epoch: number }[] = []
  const status = await new Promise<JobStatus>((resolve) => {
    run.subscribe((event) => {
      events.push(event)
      if (event.kind === 'sink') batches.push(event)
      if (event.kind === 'restored' && event.takeBack) batches = batches.filter(({ epoch }) => epoch < (event.checkpoint ?? -1))
      listen?.(event, run)
      if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed' || event.status.kind === 'canceled')) resolve(event.status)
    })
  })
  await run.stop()
  return { status, batches: batches.map(({ batch }) => batch), events, run }
}

describe('a run that takes checkpoints', () => {
  it('completes them and gives the same rows', async () => {
    const { status, batches, run } = await outcomeOf(countPlan(2, { rows: 200_000, keys: 11 }), { faultTolerance: tolerance() })
    expect(status).toMatchObject({ kind: 'finished' })
    expect(countTexts(batches)).toEqual(countedRows(200_000, 11, 100, 30))
    const { counts, history } = run.checkpoints!
    expect(counts.completed).toBeGreaterThan(1)
    expect(history.find(({ status: end }) => end === 'completed')).toMatchObject({ tasks: 3, subtasks: [{}, {}, {}], failure: null })
  })

  it('goes on from the newest after its engine was killed', async () => {
    let killed = false
    const { status, batches, run, events } = await outcomeOf(countPlan(2, { rows: 200_000, keys: 11 }), { faultTolerance: tolerance() }, (event, current) => {
      if (killed || event.kind !== 'checkpoints' || event.checkpoints.counts.completed < 2) return
      killed = true
      queueMicrotask(() => current.killWorker(0))
    })
    expect(status).toMatchObject({ kind: 'finished' })
    expect(countTexts(batches)).toEqual(countedRows(200_000, 11, 100, 30))
    expect(run.checkpoints!.restores).toMatchObject([{ checkpoint: expect.any(Number) as number, kind: 'checkpoint', reason: expect.stringContaining('it was killed.') as string }])
    expect(events.flatMap((event) => (event.kind === 'status' ? [event.status.kind] : []))).toEqual(['deploying', 'running', 'restarting', 'deploying', 'running', 'finished'])
  })

  describe('with a savepoint and newer checkpoints of an earlier run', () => {
    const plan = countPlan(2, { rows: 400_000, keys: 11 })
    const all = countedRows(400_000, 11, 100, 30)

    /** A run that is stopped some way behind its savepoint: what it leaves in the store, and the rows that the savepoint covers. */
    async function earlier(store: CheckpointStore): Promise<{ readonly savepoint: number; readonly covered: Batch[] }> {
      let asked = false
      const { events } = await outcomeOf(plan, { faultTolerance: tolerance({ store }) }, (event, run) => {
        if (event.kind !== 'checkpoints') return
        const completed = event.checkpoints.history.filter(({ status }) => status === 'completed').toSorted((a, b) => a.id - b.id)
        if (completed.some(({ kind }) => kind === 'savepoint') && completed.at(-1)!.kind === 'checkpoint') void run.stop()
        if (asked) return
        asked = true
        queueMicrotask(() => run.savepoint('kept'))
      })
      const kept = await store.list()
      const savepoint = kept.find(({ kind }) => kind === 'savepoint')!.id
      expect(kept.at(-1)!.id).toBeGreaterThan(savepoint)
      return { savepoint, covered: events.flatMap((event) => (event.kind === 'sink' && event.epoch < savepoint ? [event.batch] : [])) }
    }

    /** Killed before it has a checkpoint of its own. */
    function killedAtOnce(more: Partial<FaultTolerance>): Promise<Outcome> {
      let killed = false
      return outcomeOf(plan, { faultTolerance: tolerance(more, { intervalMs: 3_600_000 }) }, (event, run) => {
        if (killed || event.kind !== 'status' || event.status.kind !== 'running') return
        killed = true
        queueMicrotask(() => run.killWorker(0))
      })
    }

    it('goes back to the savepoint it was told to begin from, not to what came after that in the run before', async () => {
      const store = new CheckpointStore(new MemoryBackend())
      const { savepoint, covered } = await earlier(store)
      const { status, batches, run } = await killedAtOnce({ store, resume: { upTo: savepoint } })
      expect(status).toMatchObject({ kind: 'finished' })
      expect(run.checkpoints!.restores.map(({ checkpoint }) => checkpoint)).toEqual([savepoint, savepoint])
      expect(countTexts([...covered, ...batches])).toEqual(all)
    })

    it('begins anew again where it had begun anew', async () => {
      const store = new CheckpointStore(new MemoryBackend())
      await earlier(store)
      const { status, batches, run } = await killedAtOnce({ store })
      expect(status).toMatchObject({ kind: 'finished' })
      expect(run.checkpoints!.restores.map(({ checkpoint }) => checkpoint)).toEqual([null])
      expect(countTexts(batches)).toEqual(all)
    })
  })

  it('fails in the end when a row always fails, with that row', async () => {
    const plan = planOf(1, [
      { id: 'rows', kind: 'rows', config: { rows: 50_000 } },
      { id: 'refuse', kind: 'refuse', from: ['rows'], config: { at: 30_000 } },
      { id: 'out', kind: 'out', from: ['refuse'] },
    ])
    const { status, events } = await outcomeOf(plan, { faultTolerance: tolerance({}, {}, { strategy: 'fixed-delay', attempts: 2, delayMs: 1 }) })
    expect(status).toMatchObject({ kind: 'failed', failure: { code: 'MR-401', operator: 'refuse', message: 'division by zero', row: [{}, {}, { value: '30000' }] } })
    expect(events.filter((event) => event.kind === 'status' && event.status.kind === 'restarting')).toHaveLength(2)
  })
})
