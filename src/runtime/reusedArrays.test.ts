import { describe, expect, it } from 'vitest'
import { rowTexts } from '../columnar/compareRows.ts'
import { compile } from '../compiler/compile.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import { parseJob } from '../job/parseJob.ts'
import { definitionOf } from '../operators/catalog.ts'
import { installedOperators } from './installedOperators.ts'
import { runToEnd } from './launch/inProcess.ts'
import type { Operators } from './engineThread.ts'

/** Bids through some operators into a sink. */
function planOf(stages: readonly { readonly id: string; readonly kind: string; readonly config: object }[], parallelism: number): PhysicalPlan {
  const ids = ['bids', ...stages.map(({ id }) => id), 'out']
  const columns = ['auction', 'bidder', 'price', 'channel', 'dateTime'].map((name) => ({ name, type: name === 'dateTime' ? 'TIMESTAMP(3)' : name === 'channel' ? 'STRING' : 'BIGINT' }))
  const { job } = parseJob(
    JSON.stringify({
      format: 'millrace/job',
      version: 1,
      name: 'reuse',
      settings: { parallelism },
      operators: [
        { id: 'bids', kind: 'source', config: { connector: { type: 'nexmark', stream: 'bid', events: 15_000, seed: 5, splits: parallelism, outOfOrderGroupSize: 100 }, columns, watermark: { column: 'dateTime', delayMs: 40 } } },
        ...stages,
        { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
      ],
      edges: ids.slice(1).map((to, i) => ({ from: ids[i], to })),
    }),
  )
  const { physical, problems } = compile(job!, definitionOf)
  if (physical === null) throw new Error(JSON.stringify(problems))
  return physical
}

/** The installed operators, which say nothing of what they keep: every batch is then made of arrays of its own. */
const keepingAll: Operators = {
  ...installedOperators,
  runtimeOf: (kind) => {
    const factory = installedOperators.runtimeOf(kind)
    if (factory?.role !== 'operator') return factory
    return { role: 'operator', create: (spec) => Object.defineProperty(factory.create(spec), 'keeps', { value: undefined }) }
  },
}

const window = { id: 'counts', kind: 'window-aggregate', config: { window: { type: 'hop', timeColumn: 'dateTime', sizeMs: 400, slideMs: 200 }, groupBy: ['auction', 'channel'], aggregates: ['COUNT(*)', 'MAX(channel)', 'SUM(price)', 'LAST_VALUE(bidder)', 'COUNT(DISTINCT channel)'].map((expression, i) => ({ name: `a${i}`, expression })) } }
const mergeable = { ...window, config: { ...window.config, aggregates: window.config.aggregates.slice(0, 3) } }
const filter = { id: 'some', kind: 'filter', config: { where: 'price > 1000' } }
const all = { id: 'all', kind: 'filter', config: { where: 'price > 0' } }
const project = { id: 'same', kind: 'project', config: { columns: [...['auction', 'channel', 'dateTime', 'bidder'].map((name) => ({ name, expression: `\`${name}\`` })), { name: 'price', expression: 'price * 2' }] } }

describe('arrays that are used again', () => {
  it.each([
    ['by a window', [window]],
    ['by a window in two phases', [mergeable]],
    ['behind a filter that takes some', [filter, window]],
    ['behind a filter that takes all, and a projection', [all, project, window]],
    ['not at all, where rows go into the exchange or a sink', [all, project]],
  ])('change no row: %s', async (_name, stages) => {
    for (const parallelism of [1, 2]) {
      const plan = planOf(stages, parallelism)
      const [reused, kept] = [await runToEnd(plan), await runToEnd(plan, { operators: keepingAll })]
      const texts = rowTexts(kept.get('out')!).toSorted()
      expect(texts.length).toBeGreaterThan(500)
      expect(rowTexts(reused.get('out')!).toSorted()).toEqual(texts)
    }
  })
})
