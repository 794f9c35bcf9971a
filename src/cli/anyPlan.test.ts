import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowTexts } from '../columnar/compareRows.ts'
import type { JsonObject } from '../columnar/json.ts'
import { compile } from '../compiler/compile.ts'
import { canonicalJob } from '../job/canonical.ts'
import type { Edge, Job, Operator } from '../job/job.ts'
import { printProblem } from '../job/problem.ts'
import { definitionOf } from '../operators/catalog.ts'
import { runToEnd } from '../runtime/launch/inProcess.ts'

// How a job is planned must not show in its rows: parallelism, splits, pruned columns and the order in which the document lists things. Rows of
// Nexmark come at most as late as the watermark allows here, so no row is late in one arrangement and in time in another.

/** A stage takes the bid columns and gives them again, so that stages combine freely. */
type Stage = { readonly kind: 'filter'; readonly where: string } | { readonly kind: 'project'; readonly price: string } | { readonly kind: 'split'; readonly left: readonly Stage[]; readonly right: readonly Stage[] }
type End = { readonly kind: 'rows' } | { readonly kind: 'window'; readonly config: JsonObject } | { readonly kind: 'join'; readonly type: string; readonly lowerMs: number; readonly upperMs: number; readonly on: readonly string[] }

const { stages } = fc.letrec<{ stages: Stage[]; stage: Stage }>((tie) => ({
  stages: fc.array(tie('stage'), { maxLength: 3, depthIdentifier: 'stages' }),
  stage: fc.oneof(
    { maxDepth: 1, depthIdentifier: 'stages' },
    fc.record({ kind: fc.constant('filter' as const), where: fc.constantFrom('price > 500', 'MOD(auction, 2) = 0', "channel <> 'Google'", 'bidder IS NOT NULL') }),
    fc.record({ kind: fc.constant('project' as const), price: fc.constantFrom('price', 'price * 2', 'price + auction', 'CASE WHEN price > 1000 THEN price ELSE 0 END') }),
    fc.record({ kind: fc.constant('split' as const), left: tie('stages'), right: tie('stages') }),
  ),
}))

const window = fc.constantFrom<JsonObject>(
  { type: 'tumble', timeColumn: 'dateTime', sizeMs: 1000 },
  { type: 'tumble', timeColumn: 'dateTime', sizeMs: 3000, offsetMs: 500 },
  { type: 'hop', timeColumn: 'dateTime', sizeMs: 2000, slideMs: 500 },
  { type: 'cumulate', timeColumn: 'dateTime', sizeMs: 3000, stepMs: 1000 },
  { type: 'session', timeColumn: 'dateTime', gapMs: 40 },
)
const aggregates = fc.subarray(['COUNT(*)', 'SUM(price)', 'MAX(price)', 'MIN(bidder)', 'COUNT(DISTINCT bidder)', 'COUNT(*) FILTER (WHERE price > 1000)'], { minLength: 1 })
const end: fc.Arbitrary<End> = fc.oneof(
  fc.constant<End>({ kind: 'rows' }),
  fc.tuple(window, fc.subarray(['auction', 'channel', 'bidder']), aggregates).map(
    ([chosen, groupBy, calls]): End => ({ kind: 'window', config: { window: chosen, groupBy, aggregates: calls.map((expression, i) => ({ name: `a${i}`, expression })) } }),
  ),
  fc.record({ kind: fc.constant('join' as const), type: fc.constantFrom('inner', 'left', 'right', 'full'), lowerMs: fc.constantFrom(-200, 0, 10), upperMs: fc.constantFrom(50, 300), on: fc.subarray(['auction', 'channel']) }),
)

function jobOf(stages: readonly Stage[], last: End, splits: number): Job {
  const operators: Operator[] = []
  const edges: Edge[] = []
  const add = (kind: string, config: JsonObject): string => {
    const id = `${kind}-${operators.length}`
    operators.push({ id, kind, config })
    return id
  }
  const connect = (from: string, to: string, toPort = 'in'): void => void edges.push({ from, to, toPort })
  const through = (from: string, list: readonly Stage[]): string => {
    let at = from
    for (const stage of list) {
      if (stage.kind === 'split') {
        const union = add('union', {})
        connect(through(at, stage.left), union)
        // An operator may feed one port once only.
        const other = add('filter', { where: 'TRUE' })
        connect(through(at, stage.right), other)
        connect(other, union)
        at = union
        continue
      }
      const next =
        stage.kind === 'filter'
          ? add('filter', { where: stage.where })
          : add('project', { columns: [...['auction', 'bidder', 'channel', 'dateTime'].map((name) => ({ name, expression: `\`${name}\`` })), { name: 'price', expression: stage.price }] })
      connect(at, next)
      at = next
    }
    return at
  }
  const source = add('source', {
    connector: { type: 'nexmark', stream: 'bid', events: 400, eventsPerSecond: 100, seed: 3, ...(splits === 1 ? {} : { splits }) },
    columns: [
      { name: 'auction', type: 'BIGINT' },
      { name: 'bidder', type: 'BIGINT' },
      { name: 'price', type: 'BIGINT' },
      { name: 'channel', type: 'STRING' },
      { name: 'url', type: 'STRING' },
      { name: 'dateTime', type: 'TIMESTAMP(3)' },
    ],
    watermark: { column: 'dateTime', delayMs: 4000 },
  })
  // Everything behind the first projection has five columns, so that unions always match.
  const start = through(source, [{ kind: 'project', price: 'price' }])
  const at = through(start, stages)
  let result = at
  if (last.kind === 'window') {
    result = add('window-aggregate', last.config)
    connect(at, result)
  } else if (last.kind === 'join') {
    result = add('interval-join', {
      type: last.type,
      on: last.on.map((name) => ({ left: name, right: name })),
      leftTime: 'dateTime',
      rightTime: 'dateTime',
      lowerMs: last.lowerMs,
      upperMs: last.upperMs,
      condition: 'MOD(l.bidder + r.bidder, 7) = 0',
    })
    const other = add('filter', { where: 'price > 2000' })
    connect(start, other)
    connect(at, result, 'left')
    connect(other, result, 'right')
  }
  connect(result, add('sink', { connector: { type: 'collect' } }))
  return { format: 'millrace/job', version: 1, name: 'any', operators, edges }
}

async function rowsOf(job: Job, parallelism: number, edgesShown: boolean): Promise<string[]> {
  const compiled = compile({ ...job, settings: { parallelism } }, definitionOf, { edgesShown })
  expect(compiled.problems.filter((problem) => problem.severity === 'error').map(printProblem)).toEqual([])
  const received = await runToEnd(compiled.physical!)
  return [...received.values()].flatMap(rowTexts).toSorted()
}

describe('any job', () => {
  it('gives the same rows however it is planned', async () => {
    let rowsSeen = 0
    await fc.assert(
      fc.asyncProperty(stages, end, fc.integer({ min: 2, max: 4 }), fc.constantFrom(1, 1, 3), async (list, last, parallelism, splits) => {
        const job = jobOf(list, last, splits)
        const expected = await rowsOf(job, 1, false)
        rowsSeen += expected.length
        expect(await rowsOf(job, 1, true)).toEqual(expected)
        expect(await rowsOf(job, parallelism, true)).toEqual(expected)
        expect(await rowsOf(canonicalJob(job, definitionOf), parallelism, false)).toEqual(expected)
      }),
      { numRuns: 25 },
    )
    expect(rowsSeen).toBeGreaterThan(100)
  }, 60_000)
})
