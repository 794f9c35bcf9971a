import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chanceOf } from '../world/chance.ts'
import { assign, type AssignorName, type GroupMember, type TopicPartition } from './assignors.ts'
import { murmur2, partitionOfKey, stickyPartition, StickyPartitioner, utf8 } from './partitioner.ts'

describe('the default partitioner', () => {
  // The vectors of Kafka's own UtilsTest.testMurmur2.
  const vectors: readonly (readonly [string, number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ]
  for (const [key, hash] of vectors) {
    it(`hashes ${key} as Kafka does`, () => {
      expect(murmur2(utf8(key))).toBe(hash)
      expect(partitionOfKey(key, 7)).toBe((hash & 0x7fffffff) % 7)
    })
  }

  it('encodes keys as UTF-8', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => void expect([...utf8(text)]).toEqual([...new TextEncoder().encode(text)])))
  })

  it('stays on one partition without a key until a batch is full, then takes another', () => {
    const sticky = new StickyPartitioner()
    const chance = chanceOf(1, 'sticky')
    const taken = Array.from({ length: 400 }, () => stickyPartition(sticky, 5, 1_024, chance))
    for (let i = 1; i < taken.length; i++) expect(taken[i] === taken[i - 1]).toBe(i % 16 !== 0)
    expect(new Set(taken).size).toBe(5)
  })
})

const member = (id: string, topics: readonly string[], owned: readonly number[] = []): GroupMember => ({ id, topics, owned })

/** So many topics of so many partitions each, numbered throughout. */
function partitionsOf(topics: number, each: number): readonly TopicPartition[] {
  return Array.from({ length: topics * each }, (_, index) => ({ topic: `t${Math.floor(index / each)}`, partition: index % each, index }))
}

describe('assignors', () => {
  it('range gives the first members one more of every topic', () => {
    const names = Array.from({ length: 10 }, (_, i) => `t${i}`)
    const assignment = assign('range', [member('a', names), member('b', names)], partitionsOf(10, 3))
    expect([...assignment.values()].map((own) => own.length)).toEqual([20, 10])
  })

  it('sticky keeps five of six where round robin keeps three when a member leaves', () => {
    // The example of the StickyAssignor documentation: three members, four topics of two partitions, the second member leaves.
    const names = ['t0', 't1', 't2', 't3']
    const partitions = partitionsOf(4, 2)
    const before = assign('sticky', ['c0', 'c1', 'c2'].map((id) => member(id, names)), partitions)
    const left = ['c0', 'c2'].map((id) => member(id, names, before.get(id)!))
    const kept = (name: AssignorName): number => [...assign(name, left, partitions)].reduce((sum, [id, own]) => sum + own.filter((index) => before.get(id)!.includes(index)).length, 0)
    expect(kept('sticky')).toBe(before.get('c0')!.length + before.get('c2')!.length)
    expect(kept('roundrobin')).toBeLessThan(kept('sticky'))
  })

  it('the cooperative one gives nobody what somebody else still holds, and ends where sticky does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 20, maxLength: 20 }), (members, each, owners) => {
        const partitions = partitionsOf(3, each)
        const names = ['t0', 't1', 't2']
        const of = (i: number): readonly number[] => partitions.filter(({ index }) => owners[index] === i).map(({ index }) => index)
        const round = (now: readonly GroupMember[]): readonly GroupMember[] => now.map(({ id, topics }) => member(id, topics, assign('cooperative-sticky', now, partitions).get(id)!))
        const start = Array.from({ length: members }, (_, i) => member(`m${i}`, names, of(i)))
        const first = round(start)
        for (const { id, owned } of first) for (const index of owned) expect(start.find((other) => other.owned.includes(index))?.id ?? id).toBe(id)
        const second = round(first)
        expect(second.flatMap(({ owned }) => owned).toSorted((a, b) => a - b)).toEqual(partitions.map(({ index }) => index))
      }),
    )
  })

  it('round robin and sticky are balanced, and every partition has one owner', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom<AssignorName>('range', 'roundrobin', 'sticky'), (members, topics, each, name) => {
        const names = Array.from({ length: topics }, (_, i) => `t${i}`)
        const own = [...assign(name, Array.from({ length: members }, (_, i) => member(`m${i}`, names)), partitionsOf(topics, each)).values()]
        expect(own.flat().toSorted((a, b) => a - b)).toEqual(partitionsOf(topics, each).map(({ index }) => index))
        if (name !== 'range') expect(Math.max(...own.map((one) => one.length)) - Math.min(...own.map((one) => one.length))).toBeLessThanOrEqual(1)
      }),
    )
  })
})
