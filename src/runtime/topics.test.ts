import { describe, expect, it } from 'vitest'
import { MemoryBackend } from '../checkpoints/backend.ts'
import { CheckpointStore } from '../checkpoints/checkpointStore.ts'
import type { Batch } from '../columnar/batch.ts'
import { batchOf } from '../columnar/batchBuilder.ts'
import { changesOf, rowText, rowTexts } from '../columnar/compareRows.ts'
import { compile } from '../compiler/compile.ts'
import { systemClock } from '../deterministic/clock.ts'
import type { FileAccess } from '../engine/operatorRuntime.ts'
import { Topics, type Topic } from '../ensemble/log/topics.ts'
import { settingsDefaults, type Job } from '../job/job.ts'
import { printProblem } from '../job/problem.ts'
import { definitionOf } from '../operators/catalog.ts'
import type { Fault } from './faults.ts'
import type { FaultTolerance } from './jobCheckpoints.ts'
import type { JobStatus, RunEvent } from './jobRun.ts'
import { inProcessLauncher, runToEnd } from './launch/inProcess.ts'
import { startRun, type StartedRun } from './startRun.ts'
import { MemoryTables, TableRows } from './storeTables.ts'
import { TopicReads } from './topicReads.ts'
import { TopicWriters } from './topicWriters.ts'
import { transactionalSinks, type DurableStores } from './transactionalSinks.ts'

const files: FileAccess = { open: () => Promise.reject(new Error('no files here')) }

const bidColumns = [{ name: 'auction', type: 'BIGINT' }, { name: 'bidder', type: 'BIGINT' }, { name: 'price', type: 'BIGINT' }, { name: 'dateTime', type: 'TIMESTAMP(3)' }]
const watermark = { column: 'dateTime', delayMs: 4000 }

type Operator = Job['operators'][number]
const bids = (events: number, seed = 42): Operator => ({ id: 'bids', kind: 'source', config: { connector: { type: 'nexmark', stream: 'bid', events, seed }, columns: bidColumns, watermark } })
const read = (connector: object = {}): Operator => ({ id: 'read', kind: 'source', config: { connector: { type: 'topic', topic: 'bids', ...connector }, columns: bidColumns, watermark } })
const write = (connector: object = {}, more: object = {}): Operator => ({ id: 'write', kind: 'sink', config: { connector: { type: 'topic', topic: 'bids', ...connector }, ...more } })
const counts: Operator = {
  id: 'counts',
  kind: 'window-aggregate',
  config: { window: { type: 'tumble', timeColumn: 'dateTime', sizeMs: 1000 }, groupBy: ['auction'], aggregates: [{ name: 'bids', expression: 'COUNT(*)' }, { name: 'most', expression: 'MAX(price)' }] },
}
const collect: Operator = { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }

function planOf(operators: readonly Operator[], edges: readonly string[], parallelism = 1) {
  const job: Job = {
    format: 'millrace/job',
    version: 1,
    name: 'topics',
    settings: { parallelism },
    operators,
    edges: edges.map((edge) => ({ from: edge.split('>')[0]!, to: edge.split('>')[1]! })),
  }
  const { physical, problems } = compile(job, definitionOf)
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (physical === null || errors.length > 0) throw new Error(errors.map(printProblem).join('\n'))
  return physical
}

const stores = (): DurableStores & { readonly tables: MemoryTables } => ({ topics: new Topics(), tables: new MemoryTables(), owner: 'job' })

function committed(topic: Topic): (string | null)[] {
  return topic.partitions.flatMap((partition) => {
    const values: (string | null)[] = []
    for (let at = 0; at < partition.lastStableOffset; ) {
      const { next, values: some } = partition.read(at, 'read_committed', 1000)
      values.push(...some)
      at = next
    }
    return values
  })
}

const sorted = (texts: readonly (string | null)[]): (string | null)[] => texts.toSorted()
const pipeline = ['bids>write', 'read>counts', 'counts>out']

async function straight(events: number): Promise<string[]> {
  const received = await runToEnd(planOf([bids(events), counts, collect], ['bids>counts', 'counts>out']))
  return rowTexts(received.get('out')!).toSorted()
}

interface Outcome {
  readonly status: JobStatus
  readonly batches: Batch[]
  readonly run: StartedRun
}

function tolerance(more: Partial<FaultTolerance> = {}): FaultTolerance {
  return { checkpoint: { ...settingsDefaults.checkpoint, intervalMs: 5 }, restart: { strategy: 'fixed-delay', attempts: 50, delayMs: 0 }, store: new CheckpointStore(new MemoryBackend()), uncommittedRows: 'held', ...more }
}

async function outcomeOf(plan: ReturnType<typeof planOf>, options: { readonly stores: DurableStores; readonly faults?: readonly Fault[]; readonly faultTolerance?: FaultTolerance; readonly listen?: (event: RunEvent, run: StartedRun) => void }): Promise<Outcome> {
  const { listen, ...rest } = options
  const run = startRun(plan, { launcher: inProcessLauncher(systemClock()), files, ...rest })
  const batches: Batch[] = []
  const status = await new Promise<JobStatus>((resolve) => {
    run.subscribe((event) => {
      if (event.kind === 'sink' && event.operator === 'out') batches.push(event.batch)
      listen?.(event, run)
      if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed' || event.status.kind === 'canceled')) resolve(event.status)
    })
  })
  await run.stop()
  return { status, batches, run }
}

describe('a topic between two parts of a job', () => {
  for (const [partitions, parallelism] of [[1, 1], [3, 1], [3, 2], [1, 2]] as const) {
    it(`gives what a wire would, with ${partitions} partitions and ${parallelism} subtasks`, async () => {
      const received = await runToEnd(planOf([bids(5000), write({ partitions, keyFields: ['auction'] }), read(), counts, collect], pipeline, parallelism))
      expect(rowTexts(received.get('out')!).toSorted()).toEqual(await straight(5000))
    })
  }

  it('is written and read with checkpoints, each record once', async () => {
    const own = stores()
    const { status, batches } = await outcomeOf(planOf([bids(20_000), write({ partitions: 2, keyFields: ['auction'] }), read(), counts, collect], pipeline, 2), { stores: own, faultTolerance: tolerance() })
    expect(status).toMatchObject({ kind: 'finished' })
    expect(rowTexts(batches).toSorted()).toEqual(await straight(20_000))
    expect(own.topics.open).toEqual([])
  })

  it('is read by a later run from where it begins, and ends with it', async () => {
    const own = stores()
    await runToEnd(planOf([bids(3000), write({ partitions: 4, keyFields: ['auction'] })], ['bids>write']), { stores: own })
    for (let again = 0; again < 2; again++) {
      const received = await runToEnd(planOf([read(), counts, collect], ['read>counts', 'counts>out'], 2), { stores: own })
      expect(rowTexts(received.get('out')!).toSorted()).toEqual(await straight(3000))
    }
  })
})

describe('the end of a topic', () => {
  it('comes when all of its partitions have been read, in whichever order markers stand in them', () => {
    const own = stores()
    const plan = planOf([bids(0), write({ partitions: 3, partitioner: 'round-robin' })], ['bids>write'])
    const sinks = transactionalSinks(plan, own, systemClock())
    const writers = new TopicWriters(plan, sinks)
    const reads = new TopicReads(own.topics, (topic) => writers.isWritten(topic))
    const { schema } = plan.chains[0]!.operators.find(({ spec }) => spec.id === 'write')!.spec.inputs[0]!
    const told: (number | 'end')[][] = [[], [], []]
    const follow = (partition: number, offset: number): void =>
      reads.fetch('bids', partition, offset, 'read_committed', (records) => {
        if (records instanceof Error) throw records
        told[partition]!.push(records === 'end' ? 'end' : records.values.length)
        if (records !== 'end') follow(partition, records.next)
      })
    for (let partition = 0; partition < 3; partition++) follow(partition, 0)
    sinks.get('write')!.write(0, 0, batchOf(schema, Array.from({ length: 7 }, (_, i) => [BigInt(i), 1n, 1n, 0])))
    writers.ended('write', 0)
    reads.look(null)
    expect(told).toEqual([[], [], []])
    sinks.get('write')!.commit(1)
    expect(told).toEqual([
      [3, 'end'],
      [2, 'end'],
      [2, 'end'],
    ])
  })
})

describe('exactly once through a topic', () => {
  const plan = planOf([bids(20_000), write({ partitions: 3, keyFields: ['auction'] }), read(), counts, collect], pipeline, 2)
  const kill = (when: Fault['when']): Fault => ({ worker: 0, when })

  for (const [name, when] of [
    ['at a number of rows', { kind: 'rows', rows: 8000 }],
    ['when a checkpoint is triggered', { kind: 'checkpoint', checkpoint: 2, moment: 'triggered' }],
    ['when the first subtask has acknowledged', { kind: 'checkpoint', checkpoint: 2, moment: 'acknowledged' }],
    ['while a checkpoint is written', { kind: 'checkpoint', checkpoint: 3, moment: 'writing' }],
    ['when a checkpoint is complete', { kind: 'checkpoint', checkpoint: 3, moment: 'completed' }],
  ] as const) {
    it(`holds when the worker is killed ${name}`, async () => {
      const own = stores()
      const { status, batches, run } = await outcomeOf(plan, { stores: own, faults: [kill(when)], faultTolerance: tolerance() })
      expect(status).toMatchObject({ kind: 'finished' })
      expect(run.checkpoints!.counts.restored).toBe(1)
      const expected = rowTexts((await runToEnd(planOf([bids(20_000), { ...collect, id: 'all' }], ['bids>all']))).get('all')!)
      expect(sorted(committed(own.topics.get('bids')!))).toEqual(expected.toSorted())
      expect(rowTexts(batches).toSorted()).toEqual(await straight(20_000))
      expect(own.topics.open).toEqual([])
    })
  }
})

describe('exactly once into a table of the store', () => {
  for (const [name, key] of [['of rows', undefined], ['by key', ['auction']]] as const) {
    it(`holds for a table ${name} when a worker is killed`, async () => {
      const keep: Operator = { id: 'keep', kind: 'sink', config: { connector: { type: 'store', table: 'totals' }, ...(key === undefined ? {} : { key: [...key] }) } }
      const totals: Operator = { id: 'totals', kind: 'group-aggregate', config: { groupBy: ['auction'], aggregates: [{ name: 'bids', expression: 'COUNT(*)' }] } }
      const through = ['bids>write', ...(key === undefined ? ['read>keep'] : ['read>totals', 'totals>keep'])]
      const operators = [bids(20_000), write({ partitions: 2 }), read(), ...(key === undefined ? [] : [totals]), keep]
      const own = stores()
      const { status, run } = await outcomeOf(planOf(operators, through, 2), { stores: own, faults: [{ worker: 0, when: { kind: 'checkpoint', checkpoint: 2, moment: 'triggered' } }], faultTolerance: tolerance({ uncommittedRows: 'shown' }) })
      expect(status).toMatchObject({ kind: 'finished' })
      expect(run.checkpoints!.counts.restored).toBe(1)
      const straightRows = await runToEnd(planOf([bids(20_000), ...(key === undefined ? [] : [totals]), { ...collect, ...(key === undefined ? {} : { config: { ...collect.config, key: [...key] } }) }], key === undefined ? ['bids>out'] : ['bids>totals', 'totals>out']))
      const table = new TableRows()
      for (const { kind, values } of changesOf(straightRows.get('out')!)) {
        const { schema } = straightRows.get('out')![0]!
        if (key === undefined || kind !== '-U') table.apply({ kind, key: key === undefined ? null : String(values[0]), row: rowText(values, schema) })
      }
      expect(own.tables.rows('totals').toSorted()).toEqual(table.rows.toSorted())
    })
  }

  it('keeps nothing of what was not committed when the run is stopped', async () => {
    const own = stores()
    const keep: Operator = { id: 'keep', kind: 'sink', config: { connector: { type: 'store', table: 'totals' } } }
    const never = { ...settingsDefaults.checkpoint, intervalMs: 1_000_000 }
    const { status } = await outcomeOf(planOf([bids(0), { ...keep }, write({}), read({ isolation: 'read_uncommitted' }), { ...collect }], ['bids>keep', 'bids>write', 'read>out']), {
      stores: own,
      faultTolerance: tolerance({ checkpoint: never, uncommittedRows: 'shown' }),
      listen: (event, run) => {
        if (event.kind === 'sink' && event.operator === 'out') void run.stop()
      },
    })
    expect(status).toMatchObject({ kind: 'canceled' })
    expect(own.tables.rows('totals')).toEqual([])
    expect(committed(own.topics.get('bids')!)).toEqual([])
    expect(own.topics.get('bids')!.partitions[0]!.recordCount).toBeGreaterThan(0)
    expect(own.topics.open).toEqual([])
  })
})
