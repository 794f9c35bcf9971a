import { describe, expect, it } from 'vitest'
import { MemoryBackend } from '../checkpoints/backend.ts'
import { CheckpointStore } from '../checkpoints/checkpointStore.ts'
import { LocalRegistry } from '../checkpoints/registry.ts'
import type { Batch } from '../columnar/batch.ts'
import { rowTexts } from '../columnar/compareRows.ts'
import { compile } from '../compiler/compile.ts'
import { systemClock } from '../deterministic/clock.ts'
import { fault } from '../ensemble/faults.ts'
import { nodeOfBroker } from '../ensemble/log/broker.ts'
import { newestImage } from '../ensemble/log/liveTopics.ts'
import { Topics, type Topic } from '../ensemble/log/topics.ts'
import { settingsDefaults, type Job } from '../job/job.ts'
import { definitionOf } from '../operators/catalog.ts'
import type { RunEvent } from './jobRun.ts'
import { inProcessLauncher, runToEnd } from './launch/inProcess.ts'
import { LiveControlPlane } from './liveControlPlane.ts'
import { startRun, type StartedRun } from './startRun.ts'
import { MemoryTables } from './storeTables.ts'
import { topicsOf } from './topicWriters.ts'

const columns = [{ name: 'auction', type: 'BIGINT' }, { name: 'bidder', type: 'BIGINT' }, { name: 'price', type: 'BIGINT' }, { name: 'dateTime', type: 'TIMESTAMP(3)' }]
const watermark = { column: 'dateTime', delayMs: 4000 }
type Operator = Job['operators'][number]
const bids = (events: number): Operator => ({ id: 'bids', kind: 'source', config: { connector: { type: 'nexmark', stream: 'bid', events, seed: 42 }, columns, watermark } })
const read = (connector: object = {}): Operator => ({ id: 'read', kind: 'source', config: { connector: { type: 'topic', topic: 'bids', ...connector }, columns, watermark } })
const write = (connector: object = {}): Operator => ({ id: 'write', kind: 'sink', config: { connector: { type: 'topic', topic: 'bids', partitions: 2, ...connector } } })
const counts: Operator = {
  id: 'counts',
  kind: 'window-aggregate',
  config: { window: { type: 'tumble', timeColumn: 'dateTime', sizeMs: 1000 }, groupBy: ['auction'], aggregates: [{ name: 'bids', expression: 'COUNT(*)' }, { name: 'most', expression: 'MAX(price)' }] },
}
const collect: Operator = { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }

function planOf(operators: readonly Operator[], edges: readonly string[]) {
  const job: Job = { format: 'millrace/job', version: 1, name: 'topics', settings: { parallelism: 1 }, operators, edges: edges.map((edge) => ({ from: edge.split('>')[0]!, to: edge.split('>')[1]! })) }
  return compile(job, definitionOf).physical!
}

interface Told {
  readonly run: StartedRun
  readonly plane: LiveControlPlane
  readonly batches: readonly Batch[]
}

/** A run with its ensemble, whose time goes on by 10 ms at every look. */
async function outcomeOf(seed: number, plan: ReturnType<typeof planOf>, topics: Topics, listen: (event: RunEvent, plane: LiveControlPlane) => void): Promise<Told> {
  const backend = new MemoryBackend()
  const clock = systemClock()
  let virtual = 0
  const plane = new LiveControlPlane({ local: new LocalRegistry(backend), clock: { now: () => (virtual += 10) }, seed, topics: { topics, names: topicsOf(plan, topics) } })
  const run = startRun(plan, {
    launcher: inProcessLauncher(clock),
    files: { open: () => Promise.reject(new Error('no files here')) },
    stores: { topics, tables: new MemoryTables(), owner: 'job' },
    faultTolerance: {
      checkpoint: { ...settingsDefaults.checkpoint, intervalMs: 5 },
      restart: { strategy: 'fixed-delay', attempts: 10, delayMs: 0 },
      store: new CheckpointStore(backend, plane),
      uncommittedRows: 'held',
      controlPlane: plane,
    },
  })
  const batches: Batch[] = []
  await new Promise<void>((resolve) => {
    run.subscribe((event) => {
      if (event.kind === 'sink' && event.operator === 'out') batches.push(event.batch)
      listen(event, plane)
      if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed' || event.status.kind === 'canceled')) resolve()
    })
  })
  await run.stop()
  return { batches, run, plane }
}

const events = 20_000
const straight = async (): Promise<string[]> => rowTexts((await runToEnd(planOf([bids(events), counts, collect], ['bids>counts', 'counts>out']))).get('out')!).toSorted()
/** Says how many differ, and the first: thousands of rows side by side tell nobody anything. */
function expectSame(found: readonly string[], wanted: readonly string[]): void {
  const at = wanted.findIndex((row, i) => row !== found[i])
  expect({ rows: found.length, first: found[at] }).toEqual({ rows: wanted.length, first: wanted[at] })
}
const unread = (topic: Topic): number => topic.partitions.reduce((sum, partition) => sum + partition.endOffset - partition.lastStableOffset, 0)

function killLeader(plane: LiveControlPlane, forMs: number): void {
  const leader = newestImage(plane.world)?.partitions[0]?.leader ?? -1
  if (leader >= 0) plane.act(fault('crash', nodeOfBroker(plane.world, leader), forMs * 1000))
}

describe('a job whose topics stand behind the brokers of its run', () => {
  it('reads what it writes, and its topic is replicated when it has finished', async () => {
    const topics = new Topics()
    const { run, batches, plane } = await outcomeOf(1, planOf([bids(events), write(), read(), counts, collect], ['bids>write', 'read>counts', 'counts>out']), topics, () => {})
    expect(run.status.kind).toBe('finished')
    expectSame(rowTexts(batches).toSorted(), await straight())
    const topic = topics.get('bids')!
    expect([topic.hasBrokers, topic.unreplicated, unread(topic)]).toEqual([true, 0, 0])
    expect(plane.world.violation).toBeNull()
    plane.close()
    expect(topic.hasBrokers).toBe(false)
  })

  for (const deliveryGuarantee of ['exactly-once', 'at-least-once']) {
    it(`has the undisturbed run's rows when leading brokers are killed, ${deliveryGuarantee}`, async () => {
      for (const seed of [2, 3]) {
        const topics = new Topics()
        let looks = 0
        let kills = 0
        const { run, batches, plane } = await outcomeOf(seed, planOf([bids(events), write({ deliveryGuarantee }), read(), counts, collect], ['bids>write', 'read>counts', 'counts>out']), topics, (event, current) => {
          if (event.kind !== 'checkpoints' || ++looks % 6 !== 2 || kills === 3) return
          kills++
          queueMicrotask(() => killLeader(current, 2_000))
        })
        expect(run.status.kind).toBe('finished')
        expect(kills).toBe(3)
        expectSame(rowTexts(batches).toSorted(), await straight())
        expect(Math.max(...newestImage(plane.world)!.partitions.map((state) => state!.leaderEpoch))).toBeGreaterThan(0)
        expect(plane.world.violation).toBeNull()
        plane.close()
      }
    })
  }

  it('does not finish while too few replicas are in sync, says why, and finishes when one is back', async () => {
    const topics = new Topics()
    let said: string | null = null
    let isDown = false
    const { run } = await outcomeOf(4, planOf([bids(events), write()], ['bids>write']), topics, (event, plane) => {
      if (isDown || event.kind !== 'status') return
      isDown = true
      queueMicrotask(() => {
        for (const broker of [0, 1]) plane.act(fault('crash', nodeOfBroker(plane.world, broker), 0))
      })
      const look = setInterval(() => {
        said = plane.status.topicsWaitFor
        if (said === null || !said.includes('min.insync.replicas')) return
        clearInterval(look)
        plane.act(fault('restart', nodeOfBroker(plane.world, 0)))
      }, 5)
    })
    expect(said).toMatch(/^bids-\d: only broker 2 is in sync and min.insync.replicas is 2 \(brokers 0 and 1 are down\); (one batch of the sink waits|\d+ batches of the sink wait) to be acknowledged\.$/)
    expect(run.status.kind).toBe('finished')
    expect(unread(topics.get('bids')!)).toBe(0)
    expect(topics.get('bids')!.partitions.reduce((sum, { recordCount }) => sum + recordCount, 0)).toBeGreaterThan(1000)
  })

  it('finds in the next run what an earlier one has left', async () => {
    const topics = new Topics()
    const first = await outcomeOf(5, planOf([bids(events), write()], ['bids>write']), topics, () => {})
    first.plane.close()
    const { batches, plane } = await outcomeOf(6, planOf([read({ boundedMode: 'latest-offset' }), counts, collect], ['read>counts', 'counts>out']), topics, () => {})
    plane.close()
    expectSame(rowTexts(batches).toSorted(), await straight())
  })
})
