import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../deterministic/clock.ts'
import type { PhysicalPlan } from '../../compiler/physicalPlan.ts'
import { faultMoments, type Fault } from '../faults.ts'
import { builtEngine } from '../testing/builtEngine.ts'
import { fakeOperators } from '../testing/fakeOperators.ts'
import { numbersPlan, trial, whole } from '../testing/numbersTrial.ts'
import { inProcessLauncher } from './inProcess.ts'
import { nodeLauncher } from './node.ts'

/**
 * Exactly once, after the model of Flink's UnalignedCheckpointITCase: unique rising numbers through a keyed exchange and keyed state while workers are killed; nothing may be lost, doubled, or out
 * of order within its key.
 */
let engine: Awaited<ReturnType<typeof builtEngine>>
beforeAll(async () => {
  engine = await builtEngine(join(import.meta.dirname, '../testing/fakeEngineThread.ts'))
})
afterAll(() => engine.remove())

describe('exactly once', () => {
  it.each([1, 2, 4])('holds on %i workers that are killed at random moments', async (parallelism) => {
    const rows = 120_000
    let restores = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ worker: fc.nat(parallelism - 1), afterEvents: fc.integer({ min: 1, max: 40 }) }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (kills, shown) => {
          const waiting = [...kills]
          let events = 0
          const { verdict, run } = await trial({
            plan: numbersPlan(parallelism, rows),
            rows,
            launcher: nodeLauncher(engine.script),
            shown,
            listen: (_event, current) => {
              if (waiting.length === 0 || ++events < waiting[0]!.afterEvents) return
              events = 0
              const { worker } = waiting.shift()!
              queueMicrotask(() => current.killWorker(worker))
            },
          })
          expect(verdict).toEqual(whole(rows))
          restores += run.checkpoints!.counts.restored
        },
      ),
      { numRuns: 3, endOnFailure: true },
    )
    expect(restores).toBeGreaterThan(0)
  }, 120_000)

  // The moments of a checkpoint's life: triggered and under way, state copied, all acknowledged and being written, complete.
  const cells = faultMoments.flatMap((moment) => [0, 1].map((worker) => ({ moment, worker })))
  it.each(cells)('holds when worker $worker is killed as a checkpoint is $moment', async ({ moment, worker }) => {
    const rows = 120_000
    const faults = [1, 3, 5].map((checkpoint): Fault => ({ worker, when: { kind: 'checkpoint', checkpoint, moment } }))
    const { verdict, run } = await trial({ plan: numbersPlan(2, rows), rows, launcher: nodeLauncher(engine.script), faults })
    expect(verdict).toEqual(whole(rows))
    expect(run.checkpoints!.counts.restored).toBeGreaterThan(0)
  })

  it('holds when a worker is killed while the job is restored, and again', async () => {
    const rows = 120_000
    let kills = 0
    const { verdict, run } = await trial({
      plan: numbersPlan(2, rows),
      rows,
      launcher: nodeLauncher(engine.script),
      listen: (event, current) => {
        const first = kills === 0 && event.kind === 'checkpoints' && event.checkpoints.counts.completed === 2
        const restoring = kills > 0 && kills < 4 && event.kind === 'status' && event.status.kind === 'deploying'
        if (!first && !restoring) return
        kills++
        queueMicrotask(() => current.killWorker(kills % 2))
      },
    })
    expect(verdict).toEqual(whole(rows))
    expect(run.checkpoints!.counts.restored).toBe(4)
  })

  it('holds when a worker is killed after a number of rows', async () => {
    const rows = 60_000
    const { verdict, run } = await trial({ plan: numbersPlan(2, rows), rows, launcher: nodeLauncher(engine.script), faults: [{ worker: 1, when: { kind: 'rows', rows: 20_000 } }] })
    expect(verdict).toEqual(whole(rows))
    expect(run.checkpoints!.counts.restored).toBe(1)
  })

  it('holds in two parts that share nothing, of which only the one that fails begins again', async () => {
    const rows = 120_000
    const parts = (['a', 'b'] as const).map((part) => numbersPlan(2, rows, part))
    const plan: PhysicalPlan = {
      ...parts[0]!,
      chains: parts.flatMap(({ chains }, i) =>
        chains.map((chain) => ({
          ...chain,
          id: chain.id + i * parts[0]!.chains.length,
          operators: chain.operators.map((operator) => ({ ...operator, outputs: operator.outputs.map((output) => (output.kind === 'exchange' ? { ...output, exchange: output.exchange + i * parts[0]!.exchanges.length } : output)) })),
        })),
      ),
      exchanges: parts.flatMap(({ chains, exchanges }, i) =>
        exchanges.map((exchange) => ({ ...exchange, id: exchange.id + i * exchanges.length, fromChain: exchange.fromChain + i * chains.length, toChain: exchange.toChain + i * chains.length })),
      ),
    }
    for (const shown of [false, true]) {
      const launched: number[] = []
      const began: (readonly string[] | null)[] = []
      const node = nodeLauncher(engine.script)
      let killed = false
      const { verdict, others, run } = await trial({
        plan,
        rows,
        shown,
        launcher: { ...node, launch: (worker, died) => (launched.push(worker), node.launch(worker, died)) },
        listen: (event, current) => {
          if (event.kind === 'restored') began.push(event.operators)
          if (killed || event.kind !== 'checkpoints' || event.checkpoints.counts.completed < 2) return
          killed = true
          queueMicrotask(() => current.killWorker(3))
        },
        sinks: ['out', 'outb'],
      })
      expect([verdict, ...others]).toEqual([whole(rows), whole(rows)])
      expect(run.workers).toBe(4)
      // Workers 2 and 3 host the second part.
      expect(launched).toEqual([0, 1, 2, 3, 2, 3])
      expect(began).toEqual([['rowsb', 'shuffledb', 'numberedb', 'outb']])
      expect(run.checkpoints!.restores[0]).toMatchObject({ operators: began[0] })
    }
  })

  it('holds when the user goes back to an earlier checkpoint and the rows since are taken back', async () => {
    const rows = 600_000
    let asked = false
    const { verdict, run } = await trial({
      plan: numbersPlan(2, rows),
      rows,
      launcher: inProcessLauncher(systemClock(), fakeOperators),
      checkpoint: { intervalMs: 3 },
      shown: true,
      listen: (event, current) => {
        if (asked || event.kind !== 'checkpoints' || event.checkpoints.counts.completed < 2) return
        asked = true
        const { id } = event.checkpoints.history.filter(({ status }) => status === 'completed')[1]!
        queueMicrotask(() => current.restoreFrom(id))
      },
    })
    expect(verdict).toEqual(whole(rows))
    expect(run.checkpoints!.restores).toMatchObject([{ reason: null }])
  })

  it('is only at least once in that mode: nothing is lost, and what was shown stays', async () => {
    const rows = 120_000
    let killed = false
    const { verdict } = await trial({
      plan: numbersPlan(2, rows),
      rows,
      launcher: nodeLauncher(engine.script),
      checkpoint: { mode: 'at-least-once' },
      listen: (event, current) => {
        if (killed || event.kind !== 'sink' || current.checkpoints!.counts.completed < 2) return
        killed = true
        queueMicrotask(() => current.killWorker(0))
      },
    })
    expect(verdict).toMatchObject({ status: 'finished', lost: 0 })
    expect(verdict.rows).toBeGreaterThan(rows)
  })

  it('keeps every row without faults, unaligned as well', async () => {
    const rows = 60_000
    for (const unaligned of [false, true]) {
      const { verdict } = await trial({ plan: numbersPlan(2, rows), rows, launcher: nodeLauncher(engine.script), checkpoint: { unaligned } })
      expect(verdict).toEqual(whole(rows))
    }
  })
})
