import { describe, expect, it } from 'vitest'
import { fault } from '../faults.ts'
import { LiveEnsemble } from '../live.ts'
import { nodeOfBroker } from './broker.ts'
import { newestImage } from './liveTopics.ts'
import { recordOf } from './records.ts'
import { Topics } from './topics.ts'
import { topicsOnEnsemble } from './topicsOnEnsemble.ts'

const records = (...values: readonly string[]) => values.map((value) => recordOf(null, value))

function begun(seed: number, topics = new Topics(), partitions = 2) {
  const topic = topics.ensure('orders', partitions)
  const live = new LiveEnsemble({ seed, topics: [{ name: 'orders', partitions: topic.partitions.map(({ entries }) => entries) }] })
  let now = live.world.now / 1000
  const carried = topicsOnEnsemble(topics, ['orders'], live)
  const pass = (ms: number): void => {
    for (const end = now + ms; now < end; ) {
      now = Math.min(end, now + 10)
      live.advance(now)
      carried.look()
    }
  }
  return { topics, topic, live, carried, pass }
}

const valuesOf = (topic: ReturnType<Topics['ensure']>): (string | null)[] => topic.partitions.flatMap((partition) => [...partition.read(0, 'read_committed', Infinity).values])

describe('topics behind the brokers of a run', () => {
  it('have leaders before the job begins', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { live } = begun(seed)
      expect(live.readable().size).toBe(2)
      expect(live.world.now).toBeLessThan(6_000_000)
      expect(live.world.violation).toBeNull()
    }
  })

  it('show a record when the in-sync replicas have it, and not before', () => {
    const { topic, pass } = begun(1)
    const partition = topic.partitions[0]!
    partition.append(records('a', 'b'), 0)
    expect([partition.endOffset, partition.highWatermark]).toEqual([2, 0])
    expect(valuesOf(topic)).toEqual([])
    pass(200)
    expect(partition.highWatermark).toBe(2)
    expect(valuesOf(topic)).toEqual(['a', 'b'])
  })

  it('show the records of a transaction when its marker is replicated', () => {
    const { topics, topic, pass } = begun(2)
    const transaction = topics.begin('sink-0-1', 0)
    transaction.append(topic, 0, records('a'), 0)
    transaction.append(topic, 1, records('b'), 0)
    pass(200)
    expect(topic.unreplicated).toBe(0)
    transaction.commit(0)
    let replicated = false
    topic.whenReplicated(() => (replicated = true))
    expect([replicated, valuesOf(topic), topic.partitions[0]!.lastStableOffset]).toEqual([false, [], 0])
    pass(200)
    expect([replicated, valuesOf(topic)]).toEqual([true, ['a', 'b']])
    topics.begin('sink-0-2', 0).abort(0)
    const aborted = topics.begin('sink-0-1', 0)
    aborted.append(topic, 0, records('c'), 0)
    aborted.abort(0)
    pass(200)
    expect(valuesOf(topic)).toEqual(['a', 'b'])
  })

  it('lose no record and show none twice when brokers die, whoever leads', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { topics, topic, live, pass } = begun(seed)
      const written: string[][] = [[], []]
      let changes = 0
      for (let round = 0; round < 40; round++) {
        const transaction = topics.begin(`sink-0-${round}`, 0)
        for (const partition of [0, 1]) {
          for (let i = 0; i < 3; i++) {
            const value = `${partition}.${round}.${i}`
            transaction.append(topic, partition, records(value), 0)
            if (round % 4 !== 3) written[partition]!.push(value)
          }
        }
        if (round % 4 === 3) transaction.abort(0)
        else transaction.commit(0)
        if (round % 8 === 2) {
          const leader = newestImage(live.world)?.partitions[round % 2]?.leader ?? -1
          if (leader >= 0) live.act(fault('crash', nodeOfBroker(live.world, leader), 2_500_000))
          changes++
        }
        pass(20 + ((seed * 7 + round * 13) % 90))
      }
      pass(8_000)
      expect(live.world.violation).toBeNull()
      expect([seed, topic.unreplicated]).toEqual([seed, 0])
      topic.partitions.forEach((partition, i) => expect([...partition.read(0, 'read_committed', Infinity).values]).toEqual(written[i]))
      expect(changes).toBe(5)
      expect(Math.max(...newestImage(live.world)!.partitions.map((state) => state!.leaderEpoch))).toBeGreaterThan(0)
    }
  })

  it('wait while too few replicas are in sync, say so, and go on when one is back', () => {
    const { topic, live, pass } = begun(3)
    const { world } = live
    for (const broker of [1, 2]) live.act(fault('crash', nodeOfBroker(world, broker), 0))
    pass(4_000)
    expect(live.topicsWaitFor()).toBeNull()
    topic.partitions[0]!.append(records('a'), 0)
    pass(2_000)
    expect(valuesOf(topic)).toEqual([])
    expect(live.topicsWaitFor()).toBe('orders-0: only broker 0 is in sync and min.insync.replicas is 2 (brokers 1 and 2 are down); one batch of the sink waits to be acknowledged.')
    live.act(fault('restart', nodeOfBroker(world, 1)))
    pass(4_000)
    expect(valuesOf(topic)).toEqual(['a'])
    expect(live.topicsWaitFor()).toBeNull()
  })

  it('are read from their leader: nothing while there is none', () => {
    const { topic, live, pass } = begun(4, new Topics(), 1)
    topic.partitions[0]!.append(records('a'), 0)
    pass(200)
    expect(topic.canRead(0)).toBe(true)
    live.act(fault('crash', nodeOfBroker(live.world, newestImage(live.world)!.partitions[0]!.leader), 0))
    pass(20)
    expect(topic.canRead(0)).toBe(false)
    pass(4_000)
    expect(topic.canRead(0)).toBe(true)
  })

  it('outlive the run: what they hold is on every broker of the next', () => {
    const topics = new Topics()
    const first = begun(5, topics)
    first.topic.partitions[0]!.append(records('a', 'b'), 0)
    first.pass(200)
    // Not acknowledged when the run ends: it stands in the log that is left.
    first.topic.partitions[0]!.append(records('c'), 0)
    first.carried.close()
    expect(valuesOf(first.topic)).toEqual(['a', 'b', 'c'])
    const second = begun(6, topics)
    const { topic, live, pass } = second
    expect(topic.partitions[0]!.highWatermark).toBe(3)
    topic.partitions[0]!.append(records('d'), 0)
    const transaction = topics.begin('sink-0-1', 0)
    transaction.append(topic, 1, records('e'), 0)
    transaction.commit(0)
    pass(200)
    expect(valuesOf(topic)).toEqual(['a', 'b', 'c', 'd', 'e'])
    for (let broker = 0; broker < 3; broker++) expect(live.world.disks[nodeOfBroker(live.world, broker)]!.logs[0]!.entries).toHaveLength(3)
    expect(live.world.violation).toBeNull()
  })
})
