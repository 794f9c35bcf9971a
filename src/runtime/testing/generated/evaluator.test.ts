import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../columnar/json.ts'
import type { Job, Operator } from '../../../job/job.ts'
import { intervalJoin, windowAggregate, windowJoin, type EvaluatedWindow, type EventRow, type Pair } from './evaluator.ts'
import { rowsAtSinks } from './runProgram.ts'

/** The engine against a naive evaluation, with rows behind the watermark where one input is read. */
const numRuns = Number(process.env.MILLRACE_PROGRAMS ?? 40)
// A program is small, and shrinking many whole runs takes more memory than there is.
const ending = { endOnFailure: true }
const start = Date.UTC(2026, 0, 31, 12)
const delays = fc.constantFrom(0, 1, 500, 1000, 2000)
const steps = fc.constantFrom(0, 1, 499, 500, 501, 999, 1000, 1001, 3000)
const row = (behind: readonly number[]): fc.Arbitrary<{ k: number | null; step: number; behind: number; v: number | null }> =>
  fc.record({ k: fc.constantFrom(1, 2, null), step: steps, behind: fc.constantFrom(...behind), v: fc.constantFrom(-5, -1, 0, 2, 3, 8, null) })
const late = fc.array(row([0, 0, 1, 500, 1000, 1001, 2500, 6000]), { maxLength: 14 }).map(rowsOf)
// Read with a delay of 1 ms, so that rows at one moment are all in time.
const inTime = fc.array(row([0]), { maxLength: 8 }).map(rowsOf)
const timeoutMs = 60_000 + numRuns * 500
const windows: fc.Arbitrary<EvaluatedWindow> = fc.oneof(
  fc.record({ type: fc.constant('tumble' as const), sizeMs: fc.constantFrom(1000, 2000) }),
  fc.record({ type: fc.constant('hop' as const), sizeMs: fc.constantFrom(1000, 2000, 3000), slideMs: fc.constantFrom(500, 1000) }),
  fc.record({ type: fc.constant('cumulate' as const), sizeMs: fc.constantFrom(1000, 2000, 3000), stepMs: fc.constantFrom(500, 1000) }),
  fc.record({ type: fc.constant('session' as const), gapMs: fc.constantFrom(500, 1000) }),
)

function rowsOf(drawn: readonly { k: number | null; step: number; behind: number; v: number | null }[]): EventRow[] {
  let now = start
  return drawn.map(({ k, step, behind, v }) => {
    now += step
    return { k, ts: now - behind, v }
  })
}

function timeText(ts: number): string {
  return new Date(ts).toISOString().replace('T', ' ').slice(0, 23)
}

function source(id: string, rows: readonly EventRow[], delayMs: number): Operator {
  const columns = [{ name: 'k', type: 'INT' }, { name: 'ts', type: 'TIMESTAMP(3)' }, { name: 'v', type: 'BIGINT' }]
  return { id, kind: 'source', config: { connector: { type: 'inline', rows: rows.map(({ k, ts, v }) => [k, timeText(ts), v]) }, columns, watermark: { column: 'ts', delayMs } } }
}

function jobOf(operators: readonly Operator[], edges: Job['edges']): Job {
  return { format: 'millrace/job', version: 1, name: 'evaluated', operators: [...operators, { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }], edges: [...edges, { from: 'op', to: 'out' }] }
}

async function rowsOut(job: Job): Promise<string[]> {
  const rows = (await rowsAtSinks(job, { batchRows: 3 })).out
  return rows!.map((text) => JSON.stringify(JSON.parse(text))).toSorted()
}

const joinTypes = fc.constantFrom('inner' as const, 'left' as const, 'right' as const, 'full' as const)

async function sameAsEngine(job: Job, pairs: readonly Pair[], windowMs: number | null): Promise<void> {
  const side = (one: EventRow | null, suffix: string): JsonObject => ({ [`k${suffix}`]: one?.k ?? null, [`ts${suffix}`]: one === null ? null : timeText(one.ts), [`v${suffix}`]: one?.v ?? null })
  const expected = pairs.map(([l, r]) => {
    const at = windowMs === null ? null : Math.floor((l ?? r)!.ts / windowMs) * windowMs
    const window = at === null || windowMs === null ? {} : { window_start: timeText(at), window_end: timeText(at + windowMs), window_time: timeText(at + windowMs - 1) }
    return JSON.stringify({ ...side(l, ''), ...side(r, '0'), ...window })
  })
  expect(await rowsOut(job)).toEqual(expected.toSorted())
}

describe('the engine and a naive evaluation agree on', () => {
  it('window aggregates, with late rows', async () => {
    await fc.assert(
      fc.asyncProperty(late, delays, windows, async (rows, delayMs, window) => {
        const aggregates = [{ name: 'n', expression: 'COUNT(*)' }, { name: 's', expression: 'SUM(v)' }, { name: 'lo', expression: 'MIN(v)' }, { name: 'hi', expression: 'MAX(v)' }, { name: 'mean', expression: 'AVG(v)' }]
        const config = { window: { ...window, timeColumn: 'ts' }, groupBy: ['k'], aggregates } as unknown as JsonObject
        fc.pre(!('slideMs' in window && window.sizeMs % window.slideMs !== 0))
        const expected = windowAggregate(rows, delayMs, window).map(({ k, start: from, end, n, sum, low, high, mean }) =>
          JSON.stringify({ k, window_start: timeText(from), window_end: timeText(end), window_time: timeText(end - 1), n, s: sum, lo: low, hi: high, mean }),
        )
        expect(await rowsOut(jobOf([source('rows', rows, delayMs), { id: 'op', kind: 'window-aggregate', config }], [{ from: 'rows', to: 'op' }]))).toEqual(expected.toSorted())
      }),
      { numRuns: numRuns * 3, ...ending },
    )
  }, timeoutMs)
  it('interval joins', async () => {
    await fc.assert(
      fc.asyncProperty(inTime, inTime, fc.constantFrom(-1000, -1, 0, 500), fc.constantFrom(0, 1, 1000), joinTypes, async (left, right, lowerMs, span, type) => {
        const config = { type, on: [{ left: 'k', right: 'k' }], leftTime: 'ts', rightTime: 'ts', lowerMs, upperMs: lowerMs + span }
        const job = jobOf([source('l', left, 1), source('r', right, 1), { id: 'op', kind: 'interval-join', config }], [{ from: 'l', to: 'op', toPort: 'left' }, { from: 'r', to: 'op', toPort: 'right' }])
        await sameAsEngine(job, intervalJoin(left, right, lowerMs, lowerMs + span, type), null)
      }),
      { numRuns, ...ending },
    )
  }, timeoutMs)
  it('window joins', async () => {
    await fc.assert(
      fc.asyncProperty(inTime, inTime, fc.constantFrom(1000, 2000), joinTypes, async (left, right, sizeMs, type) => {
        const config = { type, window: { type: 'tumble', timeColumn: 'ts', sizeMs }, on: [{ left: 'k', right: 'k' }] }
        const job = jobOf([source('l', left, 1), source('r', right, 1), { id: 'op', kind: 'window-join', config }], [{ from: 'l', to: 'op', toPort: 'left' }, { from: 'r', to: 'op', toPort: 'right' }])
        await sameAsEngine(job, windowJoin(left, right, sizeMs, type), sizeMs)
      }),
      { numRuns, ...ending },
    )
  }, timeoutMs)
})
