import { describe, expect, it } from 'vitest'
import { eventTimeColumn, type Batch } from '../columnar/batch.ts'
import { rowTexts } from '../columnar/compareRows.ts'
import type { Float64Column } from '../columnar/column.ts'
import { compile } from '../compiler/compile.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { OperatorRuntime } from '../engine/operatorRuntime.ts'
import { parseJob } from '../job/parseJob.ts'
import { definitionOf } from '../operators/catalog.ts'
import type { Operators } from './engineThread.ts'
import { installedOperators } from './installedOperators.ts'
import { runToEnd } from './launch/inProcess.ts'

interface Stream {
  readonly parallelism: number
  readonly splits: number
  readonly delayMs: number
  readonly outOfOrderGroupSize: number
}

type Stage = { readonly id: string; readonly kind: string; readonly config: object }

interface Shape {
  readonly stages: readonly Stage[]
  readonly edges: readonly object[]
}

/** One stage behind the other. */
function row(...stages: readonly Stage[]): Shape {
  const ids = ['bids', ...stages.map(({ id }) => id), 'out']
  return { stages, edges: ids.slice(1).map((to, i) => ({ from: ids[i], to })) }
}

function planOf({ stages, edges }: Shape, { parallelism, splits, delayMs, outOfOrderGroupSize }: Stream): PhysicalPlan {
  const columns = ['auction', 'bidder', 'price', 'dateTime'].map((name) => ({ name, type: name === 'dateTime' ? 'TIMESTAMP(3)' : 'BIGINT' }))
  const { job } = parseJob(
    JSON.stringify({
      format: 'millrace/job',
      version: 1,
      name: 'in order',
      settings: { parallelism },
      operators: [
        { id: 'bids', kind: 'source', config: { connector: { type: 'nexmark', stream: 'bid', events: 20_000, eventsPerSecond: 900, seed: 7, splits, outOfOrderGroupSize }, columns, watermark: { column: 'dateTime', delayMs } } },
        ...stages,
        { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
      ],
      edges,
    }),
  )
  const { physical, problems } = compile(job!, definitionOf)
  if (physical === null) throw new Error(JSON.stringify(problems))
  return physical
}

/** The installed operators behind something that sees each batch first. */
function seen(look: (batch: Batch, watermark: number) => Batch): Operators {
  return {
    ...installedOperators,
    runtimeOf: (kind) => {
      const factory = installedOperators.runtimeOf(kind)
      if (factory === undefined || factory.role === 'source') return factory
      const watched = (runtime: OperatorRuntime): OperatorRuntime => {
        let watermark = -Infinity
        const { processBatch, onWatermark } = runtime
        return Object.assign(runtime, {
          processBatch: (input: number, batch: Batch) => processBatch.call(runtime, input, look(batch, watermark)),
          onWatermark: (rose: number) => onWatermark.call(runtime, (watermark = rose)),
        })
      }
      return factory.role === 'sink' ? { role: 'sink', create: (spec, port) => watched(factory.create(spec, port)) } : { role: 'operator', create: (spec) => watched(factory.create(spec)) }
    },
  }
}

/** Whether `inOrder` is so, row by row. */
function isInOrder(batch: Batch, watermark: number): boolean {
  const { values, nulls } = batch.columns[eventTimeColumn(batch.schema)] as Float64Column
  for (let row = 0; row < batch.rowCount; row++) {
    if (nulls?.[row] === 1 || (row > 0 && values[row]! < values[row - 1]!) || values[row]! <= (batch.watermarks?.[row] ?? watermark)) return false
  }
  return true
}

const filter = { id: 'some', kind: 'filter', config: { where: 'price > 1000' } }
const project = { id: 'same', kind: 'project', config: { columns: [...['auction', 'dateTime', 'bidder'].map((name) => ({ name, expression: `\`${name}\`` })), { name: 'price', expression: 'price * 2' }] } }
const window = { type: 'tumble', timeColumn: 'dateTime', sizeMs: 2000 }
const counts = { id: 'counts', kind: 'window-aggregate', config: { window, groupBy: ['auction'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'm', expression: 'MAX(price)' }] } }
const sessions = { id: 'sessions', kind: 'window-aggregate', config: { window: { type: 'session', timeColumn: 'dateTime', gapMs: 300 }, groupBy: ['bidder'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } }

const join = { id: 'join', kind: 'window-join', config: { type: 'left', window, on: [{ left: 'price', right: 'price' }], columns: ['l.auction', 'l.price', 'r.bidder'].map((expression, i) => ({ name: `c${i}`, expression })) } }
const joined: Shape = {
  stages: [filter, join],
  edges: [
    { from: 'bids', to: 'some' },
    { from: 'bids', to: 'join', toPort: 'left' },
    { from: 'some', to: 'join', toPort: 'right' },
    { from: 'join', to: 'out' },
  ],
}

const columnsOf = (time: string): object[] => ['auction', 'bidder', 'price', 'dateTime'].map((name) => ({ name, expression: name === 'dateTime' ? time : name }))
const timeless: Shape = {
  stages: [
    { id: 'plain', kind: 'project', config: { columns: columnsOf('CAST(`dateTime` AS TIMESTAMP(3))') } },
    filter,
    { id: 'both', kind: 'union', config: {} },
    { id: 'all', kind: 'union', config: {} },
  ],
  edges: [['bids', 'plain'], ['bids', 'some'], ['plain', 'both'], ['some', 'both'], ['both', 'all'], ['bids', 'all'], ['all', 'out']].map(([from, to]) => ({ from, to })),
}

const streams: readonly Stream[] = [
  { parallelism: 1, splits: 1, delayMs: 1000, outOfOrderGroupSize: 1 },
  { parallelism: 1, splits: 1, delayMs: 0, outOfOrderGroupSize: 1 },
  { parallelism: 1, splits: 1, delayMs: 20, outOfOrderGroupSize: 80 },
  { parallelism: 2, splits: 4, delayMs: 500, outOfOrderGroupSize: 1 },
  { parallelism: 2, splits: 2, delayMs: 5, outOfOrderGroupSize: 30 },
]

describe('batches that say they are in order', () => {
  it.each<[string, Shape]>([
    ['into a sink', row()],
    ['through a filter and a projection', row(filter, project)],
    ['into windows', row(filter, counts)],
    ['into sessions', row(sessions)],
    ['into both sides of a window join', joined],
    ['through unions that have no time attribute', timeless],
  ])('are, and change no row: %s', async (_name, shape) => {
    let said = 0
    const check = (batch: Batch, watermark: number): Batch => {
      if (batch.inOrder === true) {
        said++
        expect(isInOrder(batch, watermark)).toBe(true)
      }
      return batch
    }
    for (const stream of streams) {
      const plan = planOf(shape, stream)
      const told = await runToEnd(plan, { operators: seen(check) })
      const untold = await runToEnd(plan, { operators: seen((batch) => ({ ...batch, inOrder: false })) })
      const rows = rowTexts(told.get('out')!)
      expect(rows.length).toBeGreaterThan(100)
      expect(rows).toEqual(rowTexts(untold.get('out')!))
    }
    expect(said).toBeGreaterThan(5)
  })
})
