import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chanceOf } from '../world/chance.ts'
import { recordOf } from './records.ts'
import { Partitioner, Topics, type Isolation, type Topic, type TopicTransaction } from './topics.ts'

function valuesOf(topic: Topic, isolation: Isolation, partition = 0, from = 0): (string | null)[] {
  const values: (string | null)[] = []
  for (let at = from; ; ) {
    const read = topic.partitions[partition]!.read(at, isolation, 3)
    values.push(...read.values)
    if (read.next === at) return values
    at = read.next
  }
}

const records = (...values: readonly string[]) => values.map((value) => recordOf(null, value))

describe('topics of jobs', () => {
  it('shows the records of a transaction when it commits, and those behind it with them', () => {
    const topics = new Topics()
    const topic = topics.ensure('orders', 1)
    const first = topics.begin('sink-0-1', 0)
    const second = topics.begin('sink-0-2', 0)
    first.append(topic, 0, records('a', 'b'), 0)
    second.append(topic, 0, records('c'), 0)
    second.commit(1)
    expect(valuesOf(topic, 'read_committed')).toEqual([])
    expect(valuesOf(topic, 'read_uncommitted')).toEqual(['a', 'b', 'c'])
    expect(topic.partitions[0]).toMatchObject({ startOffset: 0, lastStableOffset: 0, highWatermark: 4, endOffset: 4, recordCount: 3 })
    first.commit(2)
    expect(valuesOf(topic, 'read_committed')).toEqual(['a', 'b', 'c'])
    expect(topic.partitions[0]).toMatchObject({ lastStableOffset: 5, endOffset: 5 })
    expect(topic).toMatchObject({ committed: 2, aborted: 0 })
  })

  it('never shows what was aborted, and keeps its offsets', () => {
    const topics = new Topics()
    const topic = topics.ensure('orders', 1)
    const lost = topics.begin('sink-0-1', 0)
    lost.append(topic, 0, records('a', 'b'), 0)
    lost.abort(0)
    topic.partitions[0]!.append(records('c'), 0)
    const read = topic.partitions[0]!.read(0, 'read_committed', 10)
    expect(read).toMatchObject({ values: ['c'], next: 4 })
    expect([...read.offsets]).toEqual([3])
  })

  it('fences a writer whose transactional id begins anew', () => {
    const topics = new Topics()
    const topic = topics.ensure('orders', 1)
    const zombie = topics.begin('sink-0-1', 0)
    zombie.append(topic, 0, records('a'), 0)
    const next = topics.begin('sink-0-1', 0)
    expect(zombie.state).toBe('aborted')
    expect(() => zombie.append(topic, 0, records('b'), 0)).toThrow('is aborted')
    next.append(topic, 0, records('c'), 0)
    next.commit(0)
    expect(valuesOf(topic, 'read_committed')).toEqual(['c'])
    expect(next.producerId).toBe(zombie.producerId)
    expect(next.producerEpoch).toBe(zombie.producerEpoch + 1)
  })

  it('reads from a time, and from an offset in the middle of a batch', () => {
    const topic = new Topics().ensure('orders', 1)
    const partition = topic.partitions[0]!
    partition.append(records('a', 'b', 'c'), 1000)
    partition.append(records('d'), 2000, 10)
    expect(valuesOf(topic, 'read_committed', 0, 2)).toEqual(['c', 'd'])
    expect(partition.offsetOfTime(1001)).toBe(10)
    expect(partition.offsetOfTime(3000)).toBe(11)
    expect(() => partition.append(records('e'), 0, 3)).toThrow('ends at offset 11')
  })

  it('keeps records of one key in one partition, and those without in turn', () => {
    const partitioner = new Partitioner(4, chanceOf(1, 'topics'))
    expect(partitioner.partitionOf(recordOf('foobar', '1'))).toBe((-790332482 & 0x7fffffff) % 4)
    const taken = Array.from({ length: 100 }, () => partitioner.partitionOf(recordOf(null, 'x'.repeat(1024))))
    expect(new Set(taken).size).toBe(4)
  })

  it('gives readers of committed data exactly the committed records in order, however reads and ends mingle', () => {
    const step = fc.record({ writer: fc.nat(3), act: fc.constantFrom('append', 'append', 'append', 'commit', 'abort', 'plain', 'read') })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(4), (steps, most) => {
        const topics = new Topics()
        const topic = topics.ensure('t', 1)
        const partition = topic.partitions[0]!
        const open = new Map<number, { transaction: TopicTransaction; values: string[] }>()
        const all: { value: string; state: 'open' | 'committed' | 'aborted'; writer: number }[] = []
        const read: (string | null)[] = []
        let at = 0
        let count = 0
        const readOn = (): void => {
          const got = partition.read(at, 'read_committed', most + 1)
          read.push(...got.values)
          at = got.next
        }
        for (const { writer, act } of steps) {
          if (act === 'read') readOn()
          else if (act === 'plain') {
            const value = String(count++)
            partition.append(records(value), 0)
            all.push({ value, state: 'committed', writer: -1 })
          } else if (act === 'append') {
            let own = open.get(writer)
            if (own === undefined) open.set(writer, (own = { transaction: topics.begin(`w${writer}-${count}`, 0), values: [] }))
            const value = String(count++)
            own.transaction.append(topic, 0, records(value), 0)
            all.push({ value, state: 'open', writer })
          } else {
            const own = open.get(writer)
            if (own === undefined) continue
            open.delete(writer)
            if (act === 'commit') own.transaction.commit(0)
            else own.transaction.abort(0)
            for (const record of all) if (record.writer === writer && record.state === 'open') record.state = act === 'commit' ? 'committed' : 'aborted'
          }
        }
        for (let before = -1; before !== at; ) {
          before = at
          readOn()
        }
        const firstOpen = all.findIndex(({ state }) => state === 'open')
        const stable = firstOpen < 0 ? all : all.slice(0, firstOpen)
        expect(read).toEqual(stable.filter(({ state }) => state === 'committed').map(({ value }) => value))
      }),
    )
  })
})
