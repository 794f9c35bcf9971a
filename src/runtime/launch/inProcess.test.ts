import { describe, expect, it } from 'vitest'
import type { Batch } from '../../columnar/batch.ts'
import { JobFailed } from '../runFailure.ts'
import { countedRows, countPlan, countTexts, fakeOperators, planOf } from '../testing/fakeOperators.ts'
import { runToEnd } from './inProcess.ts'

const operators = fakeOperators

describe('a run in one thread', () => {
  it.each([1, 2, 3, 4])('gives every row its window, and late rows none, on %i subtasks', async (parallelism) => {
    const received = await runToEnd(countPlan(parallelism, { rows: 20_000, keys: 11 }), { operators })
    expect(countTexts(received.get('out')!)).toEqual(countedRows(20_000, 11, 100, 30))
  })

  it('makes late rows at all, so that the comparison means something', () => {
    const all = countedRows(20_000, 11, 100, 1e9)
    expect(countedRows(20_000, 11, 100, 30)).not.toEqual(all)
  })

  it('gives the same batches in the same order every time, however a source hesitates', async () => {
    const plan = (waits: boolean) => countPlan(3, { rows: 20_000, keys: 13, splits: 2, waits })
    const shape = (received: Map<string, Batch[]>) => received.get('out')!.map((batch) => countTexts([batch]).join('; '))
    const [first, second, hesitant] = [await runToEnd(plan(false), { operators }), await runToEnd(plan(false), { operators }), await runToEnd(plan(true), { operators })]
    expect(shape(second!)).toEqual(shape(first!))
    expect(shape(hesitant!)).toEqual(shape(first!))
  })

  it('gives both inputs of an operator all their rows', async () => {
    const plan = planOf(2, [
      { id: 'a', kind: 'rows', config: { rows: 9000, watermark: { column: 'ts', delayMs: 0 } } },
      { id: 'b', kind: 'rows', config: { rows: 500 } },
      { id: 'meet', kind: 'meet', from: ['a', 'b'], distribution: { kind: 'single' }, parallelism: 1 },
      { id: 'out', kind: 'out', from: ['meet'], parallelism: 1 },
    ])
    expect(countTexts((await runToEnd(plan, { operators })).get('out')!)).toEqual(['9000|500'])
  })

  it('has an empty list for a sink that received nothing', async () => {
    expect([...(await runToEnd(countPlan(2, { rows: 0 }), { operators }))]).toEqual([['out', []]])
  })

  it('fails with the row that an operator refused', async () => {
    const plan = planOf(2, [
      { id: 'rows', kind: 'rows', config: { rows: 5000 } },
      { id: 'refuse', kind: 'refuse', from: ['rows'], config: { at: 4711 } },
      { id: 'out', kind: 'out', from: ['refuse'] },
    ])
    const failed = await runToEnd(plan, { operators }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(JobFailed)
    expect((failed as JobFailed).failure).toEqual({
      code: 'MR-401',
      operator: 'refuse',
      subtask: 1,
      message: 'division by zero',
      row: [
        { column: 'ts', value: '1970-01-01 00:17:27.110' },
        { column: 'key', value: 'key number 1' },
        { column: 'v', value: '4711' },
      ],
    })
  })

  it.each([
    ['cannot be opened', { rows: 5, opens: false }, 'MR-402', 'data.csv cannot be opened'],
    ['cannot be read', { rows: 5, throwsAt: 3 }, 'MR-402', 'row 3 cannot be read'],
    ['vanishes while it is read', { rows: 5, waits: true, vanishes: true }, 'MR-402', 'data.csv changed'],
    ['has a row without event time', { rows: 5, nullTimeAt: 3 }, 'MR-401', 'the time column `ts` is NULL'],
  ])('fails when a source %s', async (_, config, code, message) => {
    await expect(runToEnd(countPlan(1, config), { operators })).rejects.toMatchObject({ failure: { code, operator: 'rows', subtask: 0, message: expect.stringContaining(message) as string } })
  })
})
