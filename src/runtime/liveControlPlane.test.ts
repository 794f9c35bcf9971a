import { describe, expect, it } from 'vitest'
import { MemoryBackend } from '../checkpoints/backend.ts'
import { CheckpointStore } from '../checkpoints/checkpointStore.ts'
import { LocalRegistry } from '../checkpoints/registry.ts'
import type { Batch } from '../columnar/batch.ts'
import { systemClock } from '../deterministic/clock.ts'
import { fault, theLeader } from '../ensemble/faults.ts'
import { settingsDefaults } from '../job/job.ts'
import type { RunEvent } from './jobRun.ts'
import { inProcessLauncher } from './launch/inProcess.ts'
import { LiveControlPlane } from './liveControlPlane.ts'
import { startRun, type StartedRun } from './startRun.ts'
import { countedRows, countPlan, countTexts, fakeOperators } from './testing/fakeOperators.ts'

interface Told {
  readonly batches: readonly Batch[]
  readonly events: readonly RunEvent[]
  readonly run: StartedRun
  readonly plane: LiveControlPlane
}

const rows = 400_000

/** A run under a control plane whose time is the test's: it passes a little at every look, and as far as `pass` says at once. */
async function outcomeOf(seed: number, listen: (event: RunEvent, plane: LiveControlPlane, run: StartedRun, pass: (ms: number) => void) => void): Promise<Told> {
  const backend = new MemoryBackend()
  const clock = systemClock()
  let virtual = 0
  const plane = new LiveControlPlane({ local: new LocalRegistry(backend), clock: { now: () => (virtual += 10) }, seed })
  const pass = (ms: number): void => {
    virtual += ms
    plane.pump()
  }
  // Somebody leads before the job begins.
  pass(1_500)
  const run = startRun(countPlan(2, { rows, keys: 11 }), {
    launcher: inProcessLauncher(clock, fakeOperators),
    files: { open: () => Promise.reject(new Error('no files here')) },
    faultTolerance: {
      checkpoint: { ...settingsDefaults.checkpoint, intervalMs: 5 },
      restart: { strategy: 'fixed-delay', attempts: 10, delayMs: 0 },
      store: new CheckpointStore(backend, plane),
      uncommittedRows: 'held',
      controlPlane: plane,
    },
  })
  const events: RunEvent[] = []
  const batches: Batch[] = []
  await new Promise<void>((resolve) => {
    run.subscribe((event) => {
      events.push(event)
      if (event.kind === 'sink') batches.push(event.batch)
      listen(event, plane, run, pass)
      if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed' || event.status.kind === 'canceled')) resolve()
    })
  })
  await run.stop()
  plane.close()
  return { batches, events, run, plane }
}

const completedOf = (event: RunEvent): number => (event.kind === 'checkpoints' ? event.checkpoints.counts.completed : -1)

describe('a run under a live control plane', () => {
  it('completes checkpoints when a quorum has their pointers, and says who committed them', async () => {
    const { batches, run } = await outcomeOf(1, () => {})
    expect(run.status.kind).toBe('finished')
    expect(countTexts([...batches])).toEqual(countedRows(rows, 11, 100, 30))
    const complete = run.checkpoints!.history.filter(({ committedBy }) => committedBy !== null)
    expect(complete.length).toBeGreaterThan(0)
    for (const { committedBy } of complete) expect(committedBy).toMatch(/^JobManager \d, token \d+\.\d+, at \d+\.\d+$/)
  })

  it('goes on under the next JobManager when the leading one is killed, and every row comes once', async () => {
    let killed = false
    const { batches, run, plane } = await outcomeOf(2, (event, current, _run, pass) => {
      if (killed || completedOf(event) < 1) return
      killed = true
      queueMicrotask(() => {
        current.killLeader()
        pass(2_000)
      })
    })
    expect(run.status.kind).toBe('finished')
    expect(plane.status.takeovers).toBe(1)
    expect(run.checkpoints!.restores).toMatchObject([{ checkpoint: expect.any(Number) as number, reason: expect.stringContaining('leads now') as string }])
    expect(countTexts([...batches])).toEqual(countedRows(rows, 11, 100, 30))
  })

  it('survives the death of the leading server and of the leading JobManager together', async () => {
    let killed = false
    const { batches, plane, run } = await outcomeOf(3, (event, current, _run, pass) => {
      if (killed || completedOf(event) < 1) return
      killed = true
      queueMicrotask(() => {
        current.act(fault('crash', theLeader, 30_000_000))
        current.killLeader()
        pass(8_000)
      })
    })
    expect(run.status.kind).toBe('finished')
    expect(plane.status.takeovers).toBe(1)
    expect(countTexts([...batches])).toEqual(countedRows(rows, 11, 100, 30))
  })

  it('completes nothing without a quorum and says why; with one again the same checkpoint completes', async () => {
    let completed = 0
    let reason: string | null = null
    let waiting: readonly number[] = []
    let step = 0
    const { batches, run } = await outcomeOf(4, (event, plane, current, pass) => {
      if (step === 0 && completedOf(event) >= 1) {
        step = 1
        completed = completedOf(event)
        plane.act(fault('crash', 0, 0))
        plane.act(fault('crash', 1, 0))
        return
      }
      if (step !== 1 || event.kind !== 'checkpoints' || event.checkpoints.inFlight?.status !== 'writing') return
      step = 2
      // The write of the files takes a moment; then the pointer waits.
      const stop = plane.subscribe(() => {
        if (plane.status.waiting.length === 0 || step !== 2) return
        step = 3
        stop()
        waiting = plane.status.waiting
        reason = plane.status.waitsFor
        expect(current.checkpoints!.counts.completed).toBe(completed)
        queueMicrotask(() => {
          plane.act(fault('restart', 0))
          pass(8_000)
        })
      })
    })
    expect(reason).toContain('No quorum')
    expect(waiting).toHaveLength(1)
    expect(run.checkpoints!.history.find(({ id }) => id === waiting[0])).toMatchObject({ status: expect.stringMatching(/completed|discarded/) as string })
    expect(countTexts([...batches])).toEqual(countedRows(rows, 11, 100, 30))
  })

  it('ends when the job does, even if a pointer waits for a quorum for ever', async () => {
    let isGone = false
    const { run } = await outcomeOf(5, (event, plane, current) => {
      if (isGone || completedOf(event) < 1) return
      isGone = true
      for (const server of [0, 1, 2]) plane.act(fault('crash', server, 0))
      plane.subscribe(() => {
        if (plane.status.waiting.length > 0) void current.stop()
      })
    })
    expect(['canceled', 'finished']).toContain(run.status.kind)
  })
})
