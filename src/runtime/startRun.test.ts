import { describe, expect, it } from 'vitest'
import type { Batch } from '../columnar/batch.ts'
import { ManualClock, systemClock } from '../deterministic/clock.ts'
import type { FileAccess } from '../engine/operatorRuntime.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import { inProcessLauncher } from './launch/inProcess.ts'
import type { RunEvent } from './jobRun.ts'
import { startRun, type RunOptions, type StartedRun } from './startRun.ts'
import { countedRows, countPlan, countTexts, fakeOperators, planOf, rowTime } from './testing/fakeOperators.ts'

const files: FileAccess = { open: () => Promise.reject(new Error('no files here')) }

/** A run and what it said, with promises for what it has yet to say. */
class Watched {
  readonly run: StartedRun
  readonly batches: Batch[] = []
  readonly events: RunEvent[] = []
  #waiting: { readonly when: () => boolean; readonly resolve: () => void }[] = []

  constructor(plan: PhysicalPlan, options: Partial<RunOptions> = {}) {
    this.run = startRun(plan, { launcher: inProcessLauncher(options.clock ?? systemClock(), fakeOperators), files, ...options })
    this.run.subscribe((event) => {
      this.events.push(event)
      if (event.kind === 'sink') this.batches.push(event.batch)
      this.#waiting = this.#waiting.filter(({ when, resolve }) => {
        if (!when()) return true
        resolve()
        return false
      })
    })
  }

  until(when: () => boolean): Promise<void> {
    if (when()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ when, resolve }))
  }
  untilStatus(kind: string): Promise<void> {
    return this.until(() => this.run.status.kind === kind)
  }
  get values(): number[] {
    return this.batches.flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => (batch.columns[2] as { values: Float64Array }).values[row]!))
  }
}

const passPlan = (rows: number, watermark: object | null = { column: 'ts', delayMs: 0 }) =>
  planOf(1, [
    { id: 'rows', kind: 'rows', config: { rows, ...(watermark === null ? {} : { watermark }) } },
    { id: 'out', kind: 'out', from: ['rows'] },
  ])

describe('a run', () => {
  it('gives what a run to the end gives, on every subtask of one thread', async () => {
    const watched = new Watched(countPlan(3, { rows: 30_000, keys: 7 }))
    await watched.untilStatus('finished')
    await watched.run.stop()
    expect(countTexts(watched.batches)).toEqual(countedRows(30_000, 7, 100, 30))
    expect(watched.events.filter((event) => event.kind === 'status').map((event) => event.status.kind)).toEqual(['deploying', 'running', 'finished'])
    expect([watched.run.carrier, watched.run.workers]).toEqual(['none', 1])
  })

  it('lets one row through at a time, and then the rest', async () => {
    const watched = new Watched(passPlan(10), { paused: true })
    await watched.untilStatus('paused')
    for (let i = 1; i <= 3; i++) {
      watched.run.step()
      await watched.until(() => watched.values.length === i)
    }
    expect(watched.values).toEqual([0, 1, 2])
    watched.run.step()
    watched.run.step()
    await watched.until(() => watched.values.length === 5)
    watched.run.resume()
    await watched.untilStatus('finished')
    expect(watched.values).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    await watched.run.stop()
  })

  it('steps through two sources in event time', async () => {
    const plan = planOf(1, [
      { id: 'a', kind: 'rows', config: { rows: 3, watermark: { column: 'ts', delayMs: 0 } } },
      { id: 'b', kind: 'rows', config: { rows: 3, splits: 2, watermark: { column: 'ts', delayMs: 0 } } },
      { id: 'out', kind: 'out', from: ['a'] },
      { id: 'out2', kind: 'out', from: ['b'] },
    ])
    const watched = new Watched(plan, { paused: true })
    await watched.untilStatus('paused')
    for (let i = 1; i <= 6; i++) {
      watched.run.step()
      await watched.until(() => watched.values.length === i)
    }
    expect(watched.values.toSorted()).toEqual([0, 0, 1, 1, 2, 2])
    expect(watched.values).toEqual(watched.values.toSorted())
    await watched.run.stop()
    expect(watched.run.status).toEqual({ kind: 'canceled' })
  })

  it('releases rows at event time x a factor, and at once when told', async () => {
    const clock = new ManualClock(50_000)
    const watched = new Watched(passPlan(100, { column: 'ts', delayMs: 0 }), { clock, speed: { kind: 'factor', factor: 0.2 } })
    await watched.until(() => watched.values.length > 0)
    expect(watched.values).toEqual([0])
    // Row 3 is 135 ms early, so it passes with the row before it.
    clock.advanceTo(50_100)
    await watched.until(() => watched.values.length > 1)
    expect(watched.values).toEqual([0, 1, 2, 3])
    watched.run.pause()
    clock.advanceTo(90_000)
    await watched.untilStatus('paused')
    watched.run.resume()
    await watched.until(() => watched.values.length > 4)
    // Event time stood still during the pause.
    expect(watched.values).toEqual([0, 1, 2, 3, 4])
    expect(rowTime(4) - rowTime(0)).toBe(40)
    watched.run.setSpeed({ kind: 'max' })
    await watched.untilStatus('finished')
    expect(watched.values).toHaveLength(100)
    await watched.run.stop()
  })

  it('says at the end from which watermark to which its sources came, however fast they were', async () => {
    const plan = planOf(1, [
      { id: 'rows', kind: 'rows', config: { rows: 9000, watermark: { column: 'ts', delayMs: 30 } } },
      { id: 'split', kind: 'rows', config: { rows: 5000, splits: 2, watermark: { column: 'ts', delayMs: 0 } } },
      { id: 'out', kind: 'out', from: ['rows'] },
      { id: 'out2', kind: 'out', from: ['split'] },
    ])
    const watched = new Watched(plan)
    await watched.untilStatus('finished')
    const last = watched.events.findLast((event) => event.kind === 'metrics')!
    const { rows, split, out } = last.frame.operators
    expect(rows).toMatchObject({ watermark: Infinity, firstWatermark: rowTime(0) - 30, lastWatermark: greatest(9000) - 30 })
    expect(split).toMatchObject({ firstWatermark: rowTime(0), lastWatermark: greatest(5000) })
    expect(out).toMatchObject({ firstWatermark: null, lastWatermark: null })
    await watched.run.stop()
  })

  it('leaves a source out of the watermark that has no row for its timeout', async () => {
    const clock = new ManualClock(0)
    const plan = planOf(1, [
      { id: 'quick', kind: 'rows', config: { rows: 5000, watermark: { column: 'ts', delayMs: 200 } } },
      { id: 'slow', kind: 'rows', config: { rows: 2, apart: 1e6, watermark: { column: 'ts', delayMs: 0, idleTimeoutMs: 5000 } } },
      { id: 'count', kind: 'count', from: ['quick', 'slow'], distribution: { kind: 'hash', columns: ['key'] } },
      { id: 'counts', kind: 'out', from: ['count'] },
      { id: 'quick-rows', kind: 'out', from: ['quick'] },
    ])
    const watched = new Watched(plan, { clock, speed: { kind: 'factor', factor: 1 } })
    const rowsOf = (sink: string) => watched.events.reduce((rows, event) => (event.kind === 'sink' && event.operator === sink ? rows + event.batch.rowCount : rows), 0)
    const counted = () => watched.events.flatMap((event) => (event.kind === 'sink' && event.operator === 'counts' ? countTexts([event.batch]) : []))
    await watched.until(() => rowsOf('quick-rows') > 0)
    clock.advanceTo(4000)
    await watched.until(() => rowsOf('quick-rows') > 390)
    // No window beyond the one row that the slow source had.
    for (const text of counted()) expect(Number(text.split('|')[1])).toBeLessThanOrEqual(rowTime(0))
    clock.advanceTo(6000)
    await watched.until(() => rowsOf('counts') > 100)
    watched.run.setSpeed({ kind: 'max' })
    await watched.untilStatus('finished')
    // The second row of the slow source still finds its window: the stream was no further than the quick one.
    expect(counted().reduce((rows, text) => rows + Number(text.split('|')[2]), 0)).toBe(5002)
    await watched.run.stop()
  })

  it('brings all rows of a sink, in order', async () => {
    const watched = new Watched(passPlan(400_000))
    await watched.untilStatus('finished')
    expect(watched.values).toEqual(Array.from({ length: 400_000 }, (_, v) => v))
    await watched.run.stop()
  })

  it('keeps more rows of an edge that is watched', async () => {
    const watched = new Watched(passPlan(100), { paused: true })
    await watched.untilStatus('paused')
    watched.run.watch(0, 20)
    watched.run.resume()
    await watched.untilStatus('finished')
    const preview = watched.events.filter((event) => event.kind === 'preview').at(-1)!
    expect(preview.rows.map(({ values }) => values[2])).toEqual(Array.from({ length: 20 }, (_, i) => BigInt(80 + i)))
    await watched.run.stop()
  })

  it('fails in words when no worker can be made', async () => {
    const run = startRun(countPlan(2, { rows: 1 }), {
      files,
      launcher: {
        name: 'browser',
        usesWorkers: true,
        launch: () => {
          throw new Error('workers are not allowed here')
        },
      },
    })
    const watched = await new Promise<RunEvent>((resolve) => run.subscribe((event) => event.kind === 'status' && event.status.kind === 'failed' && resolve(event)))
    expect(watched).toMatchObject({ status: { failure: { code: 'MR-404', message: 'Engine worker 0 stopped working: workers are not allowed here. The job cannot go on without it; run it again.' } } })
    await run.stop()
  })

  it('keeps for its first listener what happens before', async () => {
    const run = startRun(countPlan(1, { rows: 0 }), { launcher: inProcessLauncher(systemClock(), fakeOperators), files })
    const statuses: string[] = []
    await new Promise<void>((resolve) => {
      run.subscribe((event) => {
        if (event.kind === 'status') statuses.push(event.status.kind)
        if (run.status.kind === 'finished') resolve()
      })
    })
    expect(statuses).toEqual(['deploying', 'running', 'finished'])
    await run.stop()
  })
})

/** Of the times of so many rows: they are not in order. */
function greatest(rows: number): number {
  let most = -Infinity
  for (let v = 0; v < rows; v++) most = Math.max(most, rowTime(v))
  return most
}
