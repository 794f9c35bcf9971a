import { beforeEach, describe, expect, it, vi } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { bigintType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { Job } from '../../job/job.ts'
import type { EdgeMetrics, OperatorMetrics } from '../../runtime/jobRun.ts'
import { setDefinitions } from './definitions.ts'
import { designerState, dispatch, openDocument, resetDesigner } from './designerStore.ts'
import { edgeMetrics, operatorMetrics, pause, provideStartJob, resetRun, run, runView, setSpeed, sinkRows, step, stop, subscribeRun, watchEdge } from './runStore.ts'
import { sinkRowsMax } from './sinkRows.ts'
import { testDefinitions } from './testing/definitions.ts'
import { FakeRun } from './testing/fakeRun.ts'

const job: Job = {
  format: 'millrace/job',
  version: 1,
  name: 'Test',
  operators: [
    { id: 'in', kind: 'reader', config: {} },
    { id: 'keep', kind: 'keep', config: {} },
    { id: 'out', kind: 'table', config: {} },
  ],
  edges: [
    { from: 'in', to: 'keep' },
    { from: 'keep', to: 'out' },
  ],
}
const schema: Schema = { fields: [{ name: 'n', type: bigintType }] }
const metrics = (rowsIn: number, watermark: number | null): OperatorMetrics => ({
  rowsIn, rowsOut: 0, lateRows: 0, poisonRows: 0, rowsInPerSecond: 0, rowsOutPerSecond: 0, watermark,
  firstWatermark: null, lastWatermark: null, busyMsPerSecond: 0, idleMsPerSecond: 0, backPressuredMsPerSecond: 0, stateBytes: 0, gauges: {}, subtasks: [],
})
const edge = (rows: number): EdgeMetrics => ({ rows, rowsPerSecond: 0, lateRows: 0, queueFill: 0, watermark: null })
const told = (): Promise<void> => new Promise((resolve) => queueMicrotask(resolve))

let runs: FakeRun[] = []

beforeEach(() => {
  resetDesigner()
  setDefinitions(testDefinitions)
  openDocument({ id: 'd', job })
  resetRun()
  runs = []
  provideStartJob(() => {
    const made = new FakeRun()
    runs.push(made)
    return Promise.resolve({ run: made })
  })
})

describe('the run store', () => {
  it('keeps the totals of a run that has ended, and none of its rates', async () => {
    await run()
    runs[0]!.emit({ kind: 'metrics', frame: { at: 250, operators: { in: { ...metrics(7, 1000), rowsInPerSecond: 28, rowsOutPerSecond: 28, busyMsPerSecond: 900 } }, edges: { 0: { ...edge(7), rowsPerSecond: 28, queueFill: 0.5 } } } })
    expect(operatorMetrics('in')!.rowsOutPerSecond).toBe(28)
    runs[0]!.emit({ kind: 'status', status: { kind: 'finished', durationMs: 300 } })
    expect(operatorMetrics('in')).toMatchObject({ rowsIn: 7, watermark: 1000, rowsInPerSecond: 0, rowsOutPerSecond: 0, busyMsPerSecond: 0 })
    expect(edgeMetrics('in:out>keep:in')).toMatchObject({ rows: 7, rowsPerSecond: 0, queueFill: 0 })
  })

  it('starts, pauses, resumes and stops one run', async () => {
    await run()
    expect(runView().status.kind).toBe('running')
    pause()
    expect(runView().status.kind).toBe('paused')
    await run()
    expect(runs.length).toBe(1)
    expect(runs[0]!.asked).toEqual(['pause', 'resume'])
    await stop()
    expect(runView().status.kind).toBe('canceled')
    await run()
    expect(runs.length).toBe(2)
  })

  it('steps from the beginning when nothing runs, and one row when paused', async () => {
    await step()
    expect(runs.length).toBe(1)
    runs[0]!.emit({ kind: 'status', status: { kind: 'paused' } })
    expect(runs[0]!.asked).toEqual(['step'])
    await step()
    expect(runs[0]!.asked).toEqual(['step', 'step'])
  })

  it('tells only the listeners of what changed', async () => {
    await run()
    await told()
    const heard: string[] = []
    for (const topic of ['operator in', 'operator keep', 'edge in:out>keep:in', 'edge keep:out>out:in']) subscribeRun(topic, () => heard.push(topic))
    runs[0]!.emit({ kind: 'metrics', frame: { at: 1, operators: { in: metrics(5, null) }, edges: { 1: edge(7) } } })
    await told()
    expect(heard).toEqual(['operator in', 'edge keep:out>out:in'])
    expect(operatorMetrics('in')?.rowsIn).toBe(5)
    expect(edgeMetrics('keep:out>out:in')?.rows).toBe(7)
  })

  it('keeps naming edges as the job was when it was started', async () => {
    await run()
    dispatch({ kind: 'disconnect', edges: ['in:out>keep:in'] })
    runs[0]!.emit({ kind: 'metrics', frame: { at: 1, operators: {}, edges: { 1: edge(3) } } })
    expect(edgeMetrics('keep:out>out:in')?.rows).toBe(3)
  })

  it('is stale when the logic changed, and not when only a box moved', async () => {
    await run()
    dispatch({ kind: 'moveOperators', positions: { keep: { x: 5, y: 5 } } })
    dispatch({ kind: 'rename', operator: 'keep', name: 'Kept' })
    expect(runView().stale).toBe(false)
    dispatch({ kind: 'setConfig', operator: 'keep', path: ['by'], value: 'n' })
    expect(runView().stale).toBe(true)
  })

  it('takes back the rows that a checkpoint does not cover, those no longer held as well', async () => {
    await run()
    const batch = (from: number, count: number): ReturnType<typeof batchOf> => batchOf(schema, Array.from({ length: count }, (_, i) => [BigInt(from + i)]))
    runs[0]!.emit({ kind: 'sink', operator: 'out', subtask: 0, epoch: 0, batch: batch(0, 10) })
    runs[0]!.emit({ kind: 'sink', operator: 'out', subtask: 1, epoch: 1, batch: batch(10, 5) })
    runs[0]!.emit({ kind: 'sink', operator: 'out', subtask: 0, epoch: 2, batch: batch(15, 60_000) })
    runs[0]!.emit({ kind: 'sink', operator: 'out', subtask: 0, epoch: 2, batch: batch(60_015, 40_000) })
    // The late part of an earlier epoch, from the other subtask.
    runs[0]!.emit({ kind: 'sink', operator: 'out', subtask: 1, epoch: 1, batch: batch(200_000, 2) })
    runs[0]!.emit({ kind: 'restored', checkpoint: 2, takeBack: true, operators: null })
    await told()
    const rows = sinkRows('out')
    expect(rows.rowsSeen).toBe(17)
    expect(rows.row(rows.rowCount - 1).values).toEqual([200_001n])
    runs[0]!.emit({ kind: 'restored', checkpoint: null, takeBack: false, operators: null })
    await told()
    expect(sinkRows('out').rowsSeen).toBe(17)
    runs[0]!.emit({ kind: 'restored', checkpoint: null, takeBack: true, operators: null })
    runs[0]!.emit({ kind: 'sink', operator: 'out', subtask: 0, epoch: 0, batch: batch(0, 3) })
    await told()
    expect(sinkRows('out').rowsSeen).toBe(3)
    expect(sinkRows('out').row(0).values).toEqual([0n])
  })

  it('tells of the first rows of a sink at once and of later ones five times a second, and never shows old ones to who asks', async () => {
    vi.useFakeTimers()
    try {
      await run()
      await vi.advanceTimersByTimeAsync(1000)
      let told = 0
      const off = subscribeRun('sink out', () => (told += 1))
      const emit = (): void => runs[0]!.emit({ kind: 'sink', operator: 'out', subtask: 0, epoch: 0, batch: batchOf(schema, [[1n]]) })
      emit()
      await vi.advanceTimersByTimeAsync(20)
      expect(told).toBe(1)
      for (let i = 0; i < 40; i++) {
        emit()
        await vi.advanceTimersByTimeAsync(10)
      }
      expect(told).toBe(3)
      emit()
      expect(sinkRows('out').rowsSeen).toBe(42)
      await vi.advanceTimersByTimeAsync(1000)
      expect(told).toBe(4)
      off()
    } finally {
      vi.useRealTimers()
    }
  })

  it('holds the newest rows of a sink and counts them all', async () => {
    await run()
    let n = 0n
    const batch = (): ReturnType<typeof batchOf> => batchOf(schema, Array.from({ length: 4000 }, () => [n++]))
    for (let count = 0; count < 20; count += 1) runs[0]!.emit({ kind: 'sink', operator: 'out', subtask: 0, epoch: 0, batch: batch() })
    await told()
    const rows = sinkRows('out')
    expect(rows.rowsSeen).toBe(80_000)
    expect(rows.rowCount).toBeLessThan(sinkRowsMax + 4000)
    expect(rows.rowCount).toBeGreaterThanOrEqual(sinkRowsMax)
    expect(rows.row(rows.rowCount - 1).values).toEqual([79_999n])
    expect(rows.row(0).values).toEqual([BigInt(80_000 - rows.rowCount)])
  })

  it('watches an edge for the largest wish, and again in the next run', async () => {
    const key = 'keep:out>out:in'
    await run()
    const few = watchEdge(key, 10)
    const many = watchEdge(key, 200)
    expect(runs[0]!.asked).toEqual(['watch 1 10', 'watch 1 200'])
    await stop()
    await run()
    expect(runs[1]!.asked).toEqual(['watch 1 200'])
    many()
    few()
    expect(runs[1]!.asked).toEqual(['watch 1 200', 'watch 1 10', 'unwatch 1'])
  })

  it('shows why a run failed and selects the operator', async () => {
    await run()
    runs[0]!.emit({ kind: 'status', status: { kind: 'failed', failure: { code: 'MR-401', operator: 'keep', subtask: 0, message: 'Division by zero.', row: null } } })
    expect(runView().failure?.message).toBe('Division by zero.')
    expect(designerState().selection.operators).toEqual(['keep'])
    expect(designerState().document.job).toBe(job)
  })

  it('does not start a job that has problems, and says the first', async () => {
    provideStartJob(() => Promise.resolve({ problems: [{ code: 'MR-101', severity: 'error', place: { operator: 'out' }, message: 'The input is missing.' }] }))
    await run()
    expect(runView().status.kind).toBe('idle')
    expect(designerState().selection.operators).toEqual(['out'])
  })

  it('throws away a run that comes after the user stopped waiting for it', async () => {
    let arrive: (value: { run: FakeRun }) => void = () => undefined
    provideStartJob(() => new Promise((resolve) => (arrive = resolve)))
    const starting = run()
    await stop()
    const late = new FakeRun()
    arrive({ run: late })
    await starting
    expect(late.asked).toEqual(['stop'])
    expect(runView().status.kind).toBe('canceled')
  })

  it('ends with its document', async () => {
    await run()
    openDocument({ id: 'another', job })
    expect(runs[0]!.asked).toContain('stop')
    expect(runView().status.kind).toBe('idle')
  })

  it('keeps the speed for the next run', async () => {
    setSpeed({ kind: 'max' })
    let speed = ''
    provideStartJob((_, options) => {
      speed = options.speed.kind
      return Promise.resolve({ run: new FakeRun() })
    })
    await run()
    expect(speed).toBe('max')
  })
})
