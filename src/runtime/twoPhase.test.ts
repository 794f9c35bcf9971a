import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batch } from '../columnar/batch.ts'
import { rowTexts } from '../columnar/compareRows.ts'
import { compile } from '../compiler/compile.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import { systemClock } from '../deterministic/clock.ts'
import { parseJob } from '../job/parseJob.ts'
import { printProblem } from '../job/problem.ts'
import { definitionOf } from '../operators/catalog.ts'
import { inProcessLauncher, runToEnd } from './launch/inProcess.ts'
import type { JobStatus, MetricsFrame } from './jobRun.ts'
import { startRun } from './startRun.ts'

/** Bids, counted and summed up in windows; `late` rows are those of a shuffle wider than the delay. */
function plans(connector: object, delayMs: number, window: object, aggregates: readonly string[], parallelism: number, groupBy: readonly string[] = ['auction']) {
  const { job, problems } = parseJob(
    JSON.stringify({
      format: 'millrace/job',
      version: 1,
      name: 'two phases',
      settings: { parallelism },
      operators: [
        {
          id: 'bids',
          kind: 'source',
          config: {
            connector: { type: 'nexmark', stream: 'bid', ...connector },
            columns: [{ name: 'auction', type: 'BIGINT' }, { name: 'bidder', type: 'BIGINT' }, { name: 'price', type: 'BIGINT' }, { name: 'channel', type: 'STRING' }, { name: 'dateTime', type: 'TIMESTAMP(3)' }],
            watermark: { column: 'dateTime', delayMs },
          },
        },
        { id: 'counts', kind: 'window-aggregate', config: { window: { timeColumn: 'dateTime', ...window }, groupBy, aggregates: aggregates.map((expression, i) => ({ name: `a${i}`, expression })) } },
        { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
      ],
      edges: [{ from: 'bids', to: 'counts' }, { from: 'counts', to: 'out' }],
    }),
  )
  if (job === null) throw new Error(problems.map(printProblem).join('\n'))
  const [on, off] = [true, false].map((twoPhase) => compile(job, definitionOf, { twoPhase }))
  if (on!.physical === null) throw new Error(on!.problems.map(printProblem).join('\n'))
  return { on: on!.physical, off: off!.physical!, rewrites: on!.rewrites }
}

const texts = (received: ReadonlyMap<string, readonly Batch[]>): string[] => rowTexts(received.get('out')!)
const aggregates = ['COUNT(*)', 'SUM(price)', 'AVG(price)', 'MIN(price)', 'MAX(channel)', 'COUNT(*) FILTER (WHERE price > 10000)']
const window = fc.constantFrom<object>({ type: 'tumble', sizeMs: 1000 }, { type: 'tumble', sizeMs: 7 }, { type: 'hop', sizeMs: 900, slideMs: 300 }, { type: 'cumulate', sizeMs: 1200, stepMs: 200 })

describe('a job in two phases', () => {
  it('gives the same rows where the source is one split, late ones too', async () => {
    let rewritten = 0
    const some = fc.record({ events: fc.integer({ min: 1, max: 9000 }), seed: fc.nat(), group: fc.constantFrom(1, 50, 1000), delayMs: fc.constantFrom(0, 20, 4000), eventsPerSecond: fc.constantFrom(1000, 20_000) })
    await fc.assert(
      fc.asyncProperty(some, window, fc.subarray(aggregates), fc.constantFrom(2, 3), fc.constantFrom(['auction'], ['auction', 'channel'], ['channel']), async ({ events, seed, group, delayMs, eventsPerSecond }, cut, chosen, parallelism, groupBy) => {
        const { on, off, rewrites } = plans({ events, seed, eventsPerSecond, outOfOrderGroupSize: group }, delayMs, cut, chosen, parallelism, groupBy)
        rewritten += rewrites.length
        const [two, one] = [await runToEnd(on), await runToEnd(off)]
        expect(texts(two).toSorted()).toEqual(texts(one).toSorted())
      }),
      { numRuns: 12 },
    )
    expect(rewritten).toBeGreaterThan(0)
  })

  it('gives the same rows where disorder stays within the delay, from several splits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9000 }), fc.nat(), fc.constantFrom(1, 50), window, fc.constantFrom(2, 3), fc.constantFrom(['auction'], []), async (events, seed, group, cut, splits, groupBy) => {
        const { on, off } = plans({ events, seed, splits, outOfOrderGroupSize: group }, 4000, cut, aggregates, 2, groupBy)
        const [two, one] = [await runToEnd(on), await runToEnd(off)]
        expect(texts(two).toSorted()).toEqual(texts(one).toSorted())
      }),
      { numRuns: 10 },
    )
  })

  it('is shown as the one operator it is', async () => {
    const { on, off } = plans({ events: 20_000, seed: 3, outOfOrderGroupSize: 1000 }, 0, { type: 'tumble', sizeMs: 500 }, aggregates, 2)
    const [two, one] = [await lastFrame(on), await lastFrame(off)]
    expect(one.operators['counts']!.lateRows).toBeGreaterThan(0)
    expect(two).toEqual(one)
  })
})

/** The numbers of a whole run that do not depend on when it was looked at. */
async function lastFrame(plan: PhysicalPlan) {
  const run = startRun(plan, { launcher: inProcessLauncher(systemClock()), files: { open: () => Promise.reject(new Error('no files')) } })
  let frame: MetricsFrame | null = null
  const status = await new Promise<JobStatus>((resolve) => {
    run.subscribe((event) => {
      if (event.kind === 'metrics') frame = event.frame
      if (event.kind === 'preview' && event.edge === 0) expect(event.schema.fields.map(({ name }) => name)).toEqual(['auction', 'bidder', 'price', 'channel', 'dateTime'])
      if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed')) resolve(event.status)
    })
  })
  await run.stop()
  expect(status.kind).toBe('finished')
  const { operators, edges } = frame! as MetricsFrame
  return {
    operators: Object.fromEntries(Object.entries(operators).map(([id, { rowsIn, rowsOut, lateRows }]) => [id, { rowsIn, rowsOut, lateRows }])),
    edges: Object.fromEntries(Object.entries(edges).map(([edge, { rows, lateRows }]) => [edge, { rows, lateRows }])),
  }
}
