import { joined } from '../../../checkpoints/backend.ts'
import type { Batch } from '../../../columnar/batch.ts'
import type { PhysicalPlan } from '../../../compiler/physicalPlan.ts'
import { ManualClock } from '../../../deterministic/clock.ts'
import { decodeTaskSnapshot, encodeTaskSnapshot, restoresOf, type CheckpointBarrier, type TaskSnapshot } from '../../../engine/checkpoint.ts'
import { taskShapesOf, workerCountOf } from '../../channels.ts'
import { EngineThread, type Operators } from '../../engineThread.ts'
import { runFailureOf } from '../../runFailure.ts'
import { tableLines } from './runProgram.ts'

/**
 * A job that is cut off again and again: a checkpoint begins somewhere, the run goes on for a while and dies, and another begins from the checkpoint, perhaps under another plan of the same job.
 *
 * Sinks keep what came before the checkpoint's barrier and forget what came after it, as a sink that commits by epoch does.
 */
export interface Cut {
  /** Turns of the scheduler before the checkpoint begins, and after it is whole before the run dies. */
  readonly passesBefore: number
  readonly passesAfter: number
  readonly alignment: CheckpointBarrier['alignment']
}

export interface InterruptedResult {
  /** As `rowsAtSinks` gives it. */
  readonly rows: Readonly<Record<string, readonly string[]>>
  /** Checkpoints that became whole, and were begun from. */
  readonly restored: number
  /** Elements that were in flight in them. */
  readonly inFlight: number
}

/** `plans`: the plan of each run in turn; the last one goes on to the end. */
export async function runInterrupted(plans: readonly PhysicalPlan[], cuts: readonly Cut[], operators: Operators, processingTime: 'wall' | 'event' = 'event'): Promise<InterruptedResult> {
  const committed = new Map<string, Batch[]>()
  const clock = new ManualClock(0)
  let from: TaskSnapshot[] | null = null
  let restored = 0
  let inFlight = 0
  for (let run = 0; run <= cuts.length; run++) {
    const plan = plans[Math.min(run, plans.length - 1)]!
    const cut = cuts[run] ?? null
    const attempt = new Attempt(plan, operators, clock, processingTime)
    try {
      await attempt.begin(from)
      if (from !== null) restored++
      const taken = cut === null ? null : await attempt.runTo(cut, run + 1)
      if (taken === null) {
        if (cut === null) await attempt.finish()
        else if (!attempt.thread.isFinished) throw new Error(`checkpoint ${run + 1} did not become whole`)
        keep(committed, attempt.received)
        return { rows: texts(plan, committed), restored, inFlight }
      }
      inFlight += taken.reduce((sum, snapshot) => sum + snapshot.inFlight.length, 0)
      // Through bytes, as a store does it.
      from = taken.map((snapshot) => decodeTaskSnapshot(joined(encodeTaskSnapshot(snapshot))))
      keep(committed, attempt.beforeBarrier)
    } catch (error) {
      return { rows: { failed: [runFailureOf(error).message] }, restored, inFlight }
    } finally {
      attempt.thread.close()
    }
  }
  throw new Error('unreachable')
}

class Attempt {
  readonly thread: EngineThread
  readonly received = new Map<string, Batch[]>()
  readonly beforeBarrier = new Map<string, Batch[]>()
  readonly #plan: PhysicalPlan
  readonly #clock: ManualClock
  readonly #waiting: Promise<void>[] = []
  readonly #snapshots: TaskSnapshot[] = []
  readonly #declined: string[] = []

  constructor(plan: PhysicalPlan, operators: Operators, clock: ManualClock, processingTime: 'wall' | 'event') {
    this.#plan = plan
    this.#clock = clock
    const bySubtask = new Map<string, Batch[]>()
    this.thread = new EngineThread({
      plan,
      subtasks: Array.from({ length: workerCountOf(plan) }, (_, i) => i),
      operators,
      clock,
      eventTimeAsProcessingTime: processingTime === 'event',
      files: { open: () => Promise.reject(new Error('no files')) },
      writerTo: () => {
        throw new Error('one thread')
      },
      readerFrom: () => {
        throw new Error('one thread')
      },
      sink: (operator, subtask) => {
        const batches: Batch[] = []
        bySubtask.set(`${operator}/${subtask}`, batches)
        const all = this.received.get(operator) ?? []
        this.received.set(operator, all)
        return {
          port: {
            deliver: (batch) => {
              const kept = { ...batch, watermarks: null }
              batches.push(kept)
              all.push(kept)
            },
          },
          outlet: {
            hasCredit: () => true,
            flush: () => false,
            idle: () => undefined,
            active: () => undefined,
            end: () => undefined,
            barrier: () => {
              this.beforeBarrier.set(`${operator}/${subtask}`, [...batches])
            },
          },
        }
      },
      poison: () => undefined,
      inTurn: true,
      sourceWaits: (ready) => this.#waiting.push(ready),
      previewRows: 0,
      snapshots: {
        acknowledge: (snapshot) => {
          this.#snapshots.push(snapshot)
          if (!snapshot.finished) return
          // It has sent all it will ever send, and none of it is sent again.
          for (const { operator } of snapshot.operators) {
            const place = `${operator}/${snapshot.place.subtask}`
            if (bySubtask.has(place)) this.beforeBarrier.set(place, [...bySubtask.get(place)!])
          }
        },
        decline: (_checkpoint, _chain, _subtask, reason) => this.#declined.push(reason),
      },
    })
  }

  async begin(from: readonly TaskSnapshot[] | null): Promise<void> {
    await this.thread.open()
    if (from !== null) {
      const shapes = taskShapesOf(this.#plan)
      const { restores, refused } = restoresOf(shapes, from)
      if (refused.length > 0) throw new Error(refused.join(' '))
      await this.thread.restore(restores.map((restore, i) => ({ chain: shapes[i]!.place.chain, subtask: shapes[i]!.place.subtask, restore })))
    }
    this.thread.gate.until = Infinity
  }

  async #pass(): Promise<void> {
    const moved = this.thread.pass()
    if (this.#waiting.length > 0) await Promise.all(this.#waiting.splice(0))
    else if (!moved && !this.thread.isFinished) {
      const wake = this.thread.nextWake()
      if (wake === Infinity) throw new Error('nothing can move, and nothing is waited for')
      this.#clock.advanceTo(Math.max(wake, this.#clock.now()))
    }
  }

  /** The snapshots of the whole checkpoint; null when the run came to its end first. */
  async runTo(cut: Cut, checkpoint: number): Promise<readonly TaskSnapshot[] | null> {
    for (let pass = 0; pass < cut.passesBefore && !this.thread.isFinished; pass++) await this.#pass()
    if (this.thread.isFinished) return null
    this.thread.triggerCheckpoint({ checkpoint, kind: 'checkpoint', alignment: cut.alignment, timestamp: this.#clock.now() })
    const tasks = taskShapesOf(this.#plan).length
    while (this.#snapshots.length < tasks && !this.thread.isFinished) await this.#pass()
    if (this.#declined.length > 0) throw new Error(this.#declined.join(' '))
    if (this.#snapshots.length !== tasks) throw new Error(`${this.#snapshots.length} of ${tasks} tasks acknowledged`)
    if (new Set(this.#snapshots.map(({ place }) => `${place.chain}/${place.subtask}`)).size !== tasks) throw new Error('a task acknowledged twice')
    for (let pass = 0; pass < cut.passesAfter && !this.thread.isFinished; pass++) await this.#pass()
    return this.#snapshots
  }

  async finish(): Promise<void> {
    while (!this.thread.isFinished) await this.#pass()
  }
}

function keep(committed: Map<string, Batch[]>, batches: ReadonlyMap<string, readonly Batch[]>): void {
  for (const [place, received] of batches) {
    const operator = place.split('/')[0]!
    committed.set(operator, [...(committed.get(operator) ?? []), ...received])
  }
}

function texts(plan: PhysicalPlan, committed: ReadonlyMap<string, readonly Batch[]>): Record<string, readonly string[]> {
  return Object.fromEntries(
    [...committed].map(([sink, batches]) => [sink, tableLines(batches, plan.chains.flatMap(({ operators }) => operators).find(({ spec }) => spec.id === sink)!.spec.config.key as readonly string[] | undefined)]),
  )
}
