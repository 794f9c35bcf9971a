import { MemoryBackend } from '../src/checkpoints/backend.ts'
import { CheckpointStore } from '../src/checkpoints/checkpointStore.ts'
import { settingsDefaults } from '../src/job/job.ts'
import type { JobStatus } from '../src/runtime/jobRun.ts'
import type { Launcher } from '../src/runtime/launcher.ts'
import { startRun } from '../src/runtime/startRun.ts'
import { compare, median, type Comparison } from './harness.ts'
import { planOf } from './jobs.ts'

/**
 * What checkpoints cost a job with a million keys of COUNT and SUM, and how soon a job with killed workers gives rows again. Files are in memory: the cost is the engine's, not a disk's. What one operator's copy, restore and bytes a
 * key are is `bench/state.ts`.
 */
const keyCount = 1_000_000

function countingPlan(events: number, parallelism: number) {
  return planOf(events, parallelism, [
    { id: 'spread', kind: 'project', config: { columns: [{ name: 'id', expression: `MOD(price, ${keyCount})` }, { name: 'price', expression: 'price' }] } },
    { id: 'counts', kind: 'group-aggregate', config: { groupBy: ['id'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 's', expression: 'SUM(price)' }] } },
  ])
}

interface Ran {
  readonly ms: number
  readonly completed: number
  /** Ms in which the engine did nothing but take a checkpoint, of each that is remembered. */
  readonly stoodStill: readonly number[]
}

async function runWith(plan: ReturnType<typeof planOf>, launcher: Launcher, intervalMs: number): Promise<Ran> {
  const run = startRun(plan, {
    launcher,
    files: { open: (path) => Promise.reject(new Error(`${path} is not needed here`)) },
    previewRows: 0,
    faultTolerance: {
      checkpoint: { ...settingsDefaults.checkpoint, intervalMs },
      restart: { strategy: 'fixed-delay', attempts: 0, delayMs: 0 },
      store: new CheckpointStore(new MemoryBackend()),
      uncommittedRows: 'shown',
    },
  })
  const status = await new Promise<JobStatus>((resolve) => run.subscribe((event) => (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed') ? resolve(event.status) : undefined)))
  await run.stop()
  if (status.kind !== 'finished') throw new Error(`the job ended as ${status.kind}`)
  const { counts, history } = run.checkpoints!
  return { ms: status.durationMs, completed: counts.completed, stoodStill: history.map(({ subtasks }) => subtasks.reduce((sum, { syncMs, asyncMs }) => sum + syncMs + asyncMs, 0)) }
}

/** Ms from each kill to the first row of the new engines, sorted. */
async function recoveries(launcher: Launcher, kills: number): Promise<number[]> {
  const plan = planOf(200_000_000, 2, [{ id: 'counts', kind: 'group-aggregate', config: { groupBy: ['auction'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } }], 'collect')
  const found: number[] = []
  await new Promise<void>((resolve, reject) => {
    let killedAt: number | null = null
    let restored = false
    const run = startRun(plan, {
      launcher,
      files: { open: (path) => Promise.reject(new Error(`${path} is not needed here`)) },
      previewRows: 0,
      faultTolerance: {
        checkpoint: { ...settingsDefaults.checkpoint, intervalMs: 200 },
        restart: { strategy: 'fixed-delay', attempts: kills + 1, delayMs: 0 },
        store: new CheckpointStore(new MemoryBackend()),
        uncommittedRows: 'shown',
      },
    })
    let completed = 0
    run.subscribe((event) => {
      if (event.kind === 'status' && event.status.kind === 'failed') reject(new Error(event.status.failure.message))
      if (event.kind === 'restored') restored = true
      if (event.kind === 'sink' && killedAt !== null && restored) {
        found.push(performance.now() - killedAt)
        killedAt = null
        if (found.length === kills) void run.stop().then(() => resolve())
      }
      // Once a checkpoint of the new engines is complete the next one dies.
      if (event.kind === 'checkpoints' && killedAt === null && event.checkpoints.counts.completed > completed && found.length < kills) {
        completed = event.checkpoints.counts.completed
        restored = false
        killedAt = performance.now()
        queueMicrotask(() => run.killWorker(found.length % 2))
      }
    })
  })
  return found.toSorted((a, b) => a - b)
}

export async function benchCheckpoints(events: number, kills: number, launcher: Launcher): Promise<{ readonly comparisons: readonly Comparison[]; readonly recoveryMs: { readonly kills: number; readonly median: number; readonly p95: number } }> {
  const plan = countingPlan(events, 1)
  let completed = 0
  const stoodStill: number[] = []
  const comparison = await compare(
    `COUNT and SUM of ${keyCount.toLocaleString('en')} keys, ${events.toLocaleString('en')} bids`,
    [
      {
        name: 'a checkpoint each second',
        pass: async () => {
          const ran = await runWith(plan, launcher, 1000)
          completed += ran.completed
          stoodStill.push(...ran.stoodStill)
          return ran.ms
        },
      },
      { name: 'no checkpoints', pass: async () => (await runWith(plan, launcher, 0)).ms },
    ],
    { rows: events, turns: 3, warmups: 1, goal: { against: 'no checkpoints', atLeast: 0.95 } },
  )
  console.log(`${completed} checkpoints were complete in the runs with them; the engine stood still for ${median(stoodStill).toFixed(1)} ms for each (median).`)
  const found = await recoveries(launcher, kills)
  const recoveryMs = { kills, median: found[found.length >> 1]!, p95: found[Math.min(found.length - 1, Math.floor(found.length * 0.95))]! }
  console.log(`First new row after a worker was killed: median ${recoveryMs.median.toFixed(0)} ms, 95th percentile ${recoveryMs.p95.toFixed(0)} ms of ${kills} (goal 1000)`)
  return { comparisons: [comparison], recoveryMs }
}
