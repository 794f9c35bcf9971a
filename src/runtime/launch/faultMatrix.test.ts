import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryBackend } from '../../checkpoints/backend.ts'
import { CheckpointStore } from '../../checkpoints/checkpointStore.ts'
import { pointersFile } from '../../checkpoints/registry.ts'
import type { Fault } from '../faults.ts'
import type { RunEvent } from '../jobRun.ts'
import type { StartedRun } from '../startRun.ts'
import { builtEngine } from '../testing/builtEngine.ts'
import { numbersPlan, trial, whole } from '../testing/numbersTrial.ts'
import { nodeLauncher } from './node.ts'

/**
 * Fault × moment: an operator worker is killed (F01 to F10) at each moment of a checkpoint's life (m1 to m10), with one, two and four subtasks, aligned and unaligned. What is lost, doubled or out of order within its key
 * must be nothing.
 *
 * The worker that dies is the last. Moments inside the store are those of its backend: what is written before and after says where a checkpoint stands.
 */
let engine: Awaited<ReturnType<typeof builtEngine>>
beforeAll(async () => {
  engine = await builtEngine(join(import.meta.dirname, '../testing/fakeEngineThread.ts'))
})
afterAll(() => engine.remove())

/** What the backend is about to do or has done. */
type Step = { readonly kind: 'writing' | 'written' | 'removing'; readonly name: string }

class WatchedBackend extends MemoryBackend {
  readonly #look: (step: Step) => void
  constructor(look: (step: Step) => void) {
    super()
    this.#look = look
  }
  override async write(name: string, parts: readonly Uint8Array[]): Promise<void> {
    this.#look({ kind: 'writing', name })
    await super.write(name, parts)
    this.#look({ kind: 'written', name })
  }
  override async remove(name: string): Promise<void> {
    this.#look({ kind: 'removing', name })
    await super.remove(name)
  }
}

interface Cell {
  readonly id: string
  readonly moment: string
  /** Ends the thread from within, where nobody outside can be as quick. */
  readonly diesInSnapshot?: number
  readonly faults?: (worker: number) => readonly Fault[]
  readonly atStep?: (step: Step) => boolean
  readonly atEvent?: (event: RunEvent, run: StartedRun, killed: number) => boolean
}

const atCheckpoint = (moment: 'triggered' | 'acknowledged' | 'writing' | 'completed') => (worker: number): Fault[] => [1, 3].map((checkpoint) => ({ worker, when: { kind: 'checkpoint', checkpoint, moment } }))

const cells: readonly Cell[] = [
  { id: 'F01 m1', moment: 'between barriers', faults: (worker) => [{ worker, when: { kind: 'rows', rows: 6000 } }] },
  { id: 'F02 m2', moment: 'while barriers are on their way', faults: atCheckpoint('triggered') },
  { id: 'F03 m3', moment: 'while state is copied', diesInSnapshot: 2 },
  { id: 'F04 m4', moment: 'when a chunk is written and the manifest is not', atStep: ({ kind, name }) => kind === 'written' && name.includes('/chunk-') },
  { id: 'F05 m5', moment: 'when all have acknowledged and nothing is written', faults: atCheckpoint('writing') },
  { id: 'F06 m6', moment: 'inside the commit of the pointer', atStep: ({ kind, name }) => kind === 'writing' && name === pointersFile },
  { id: 'F07 m7', moment: 'when it is committed and no sink has been told', atStep: ({ kind, name }) => kind === 'written' && name === pointersFile },
  { id: 'F08 m8', moment: 'when some rows of it have been shown', atEvent: (event, run, killed) => killed === 0 && event.kind === 'sink' && run.checkpoints!.counts.completed >= 1 },
  {
    id: 'F09 m9',
    moment: 'while the job is restored, and again',
    atEvent: (event, _run, killed) => (killed === 0 ? event.kind === 'checkpoints' && event.checkpoints.counts.completed === 1 : killed < 3 && event.kind === 'status' && event.status.kind === 'deploying'),
  },
  { id: 'F10 m10', moment: 'while older checkpoints are removed', atStep: ({ kind, name }) => kind === 'removing' && name.startsWith('checkpoint-') },
]

const modes = [1, 2, 4].flatMap((parallelism) => [false, true].map((unaligned) => ({ parallelism, unaligned, barriers: unaligned ? 'unaligned' : 'aligned' })))

describe.each(cells)('$id, a worker killed $moment', (cell) => {
  it.each(modes)('loses, doubles and reorders nothing, $parallelism subtasks, $barriers', async ({ parallelism, unaligned }) => {
    // It dies again and again in that cell, so that on a slow machine much would be done over.
    const rows = cell.diesInSnapshot === undefined ? 120_000 : 60_000
    const worker = parallelism - 1
    let current: StartedRun | null = null
    let killed = 0
    const kill = (): void => {
      killed++
      current?.killWorker(worker)
    }
    const store = new CheckpointStore(
      new WatchedBackend((step) => {
        // The store is made ready before anything runs, and a run that is over has no workers.
        if (killed === 0 && current?.status.kind === 'running' && cell.atStep?.(step) === true) kill()
      }),
    )
    const { verdict, run } = await trial({
      plan: numbersPlan(parallelism, rows, 'a', cell.diesInSnapshot),
      rows,
      launcher: nodeLauncher(engine.script),
      checkpoint: { unaligned, retained: 1, intervalMs: 5 },
      faults: cell.faults?.(worker) ?? [],
      store,
      listen: (event, running) => {
        current = running
        if (cell.atEvent?.(event, running, killed) === true) kill()
      },
    })
    expect(verdict).toEqual(whole(rows))
    // The fault has happened.
    expect(run.checkpoints!.counts.restored).toBeGreaterThanOrEqual(1)
  }, 60_000)
})
