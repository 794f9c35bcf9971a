import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashSchemes, jumpBucket, jumpScheme, keyGroupScheme, loadOf, measuringKeys, modScheme, movementOf, nodesUpTo, rendezvousScheme, ringScheme, strip } from './hashing.ts'

const keys = measuringKeys(100_000)
const fewer = measuringKeys(30_000)

describe('hash schemes', () => {
  it('move what the reference measured when a node comes or goes', () => {
    for (const [count, ideal] of [
      [3, 0.25],
      [5, 1 / 6],
      [10, 1 / 11],
    ] as const) {
      const mod = movementOf(modScheme, keys, count)
      expect(mod.added).toBeCloseTo(1 - ideal, 1.5)
      expect(mod.maxLoad).toBeLessThan(1.02)
      for (const scheme of [rendezvousScheme, jumpScheme]) {
        const moved = movementOf(scheme, scheme === jumpScheme ? fewer : keys, count)
        expect(Math.abs(moved.added - ideal)).toBeLessThan(0.01)
        expect(Math.abs(moved.removedLast - 1 / count)).toBeLessThan(0.02)
        expect(moved.maxLoad).toBeLessThan(1.04)
      }
      const ring = movementOf(ringScheme(1000), keys, count)
      expect(Math.abs(ring.added - ideal)).toBeLessThan(0.02)
      expect(ring.maxLoad).toBeLessThan(1.1)
    }
  })

  it('balance a ring better with more points, about as one over their root', () => {
    const spread = (points: number): number => {
      // Many rings of ten nodes: one alone says little.
      let sum = 0
      for (let ring = 0; ring < 40; ring++) {
        const nodes = nodesUpTo(10).map((node) => node + 1_000 * (ring + 1))
        const { counts } = loadOf(ringScheme(points).owners(measuringKeys(5_000), nodes), nodes)
        const mean = 500
        sum += Math.sqrt(counts.reduce((total, count) => total + (count - mean) ** 2, 0) / 10) / mean
      }
      return sum / 40
    }
    const [one, ten, hundred] = [spread(1), spread(10), spread(100)] as const
    expect(one).toBeGreaterThan(0.7)
    expect(one / ten).toBeGreaterThan(2)
    expect(ten / hundred).toBeGreaterThan(2)
  })

  it('take keys only from old nodes to the new one, all but mod and key groups', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.constantFrom(ringScheme(1), ringScheme(10), ringScheme(100), rendezvousScheme, jumpScheme), fc.integer(), (count, scheme, seed) => {
        const moved = strip(scheme, measuringKeys(400, seed), nodesUpTo(count), nodesUpTo(count + 1)).filter(({ before, after }) => before !== after)
        expect(moved.every(({ after }) => after === count)).toBe(true)
      }),
      { numRuns: 60 },
    )
    expect(strip(modScheme, fewer, nodesUpTo(4), nodesUpTo(5)).some(({ before, after }) => before !== after && after !== 4)).toBe(true)
  })

  it('lose only what the lost node had, whichever it is; jump and mod only for the last', () => {
    for (const scheme of [ringScheme(100), rendezvousScheme]) {
      const { removedMiddle } = movementOf(scheme, keys, 10)
      expect(removedMiddle).toBeLessThan(0.13)
      const left = strip(scheme, fewer, nodesUpTo(10), nodesUpTo(10).filter((node) => node !== 4))
      expect(left.every(({ before, after }) => before === 4 || before === after)).toBe(true)
    }
    const jump = movementOf(jumpScheme, fewer, 10)
    expect(jump.removedLast).toBeLessThan(0.11)
    expect(jump.removedMiddle).toBeGreaterThan(0.5)
  })

  it('give jump the buckets that are published for it', () => {
    for (const [key, buckets, bucket] of [
      [1n, 1, 0],
      [42n, 57, 43],
      [0xdead10ccn, 1, 0],
      [0xdead10ccn, 666, 361],
      [256n, 1024, 520],
    ] as const) {
      expect(jumpBucket(key, buckets)).toBe(bucket)
    }
  })

  it('move whole key groups when a Flink job is rescaled, and give contiguous ranges', () => {
    const groups = Uint32Array.from({ length: 128 }, (_, i) => i)
    for (const parallelism of [1, 2, 3, 5, 8, 128]) {
      const owners = keyGroupScheme(128).owners(groups, nodesUpTo(parallelism))
      expect([...owners].every((owner, i) => i === 0 || owner === owners[i - 1]! || owner === owners[i - 1]! + 1)).toBe(true)
      expect(new Set(owners).size).toBe(parallelism)
    }
    // Half of the state moves from two to three, although a third would do: the price of contiguous ranges.
    expect(movementOf(keyGroupScheme(128), keys, 2).added).toBeCloseTo(0.5, 1)
  })

  it('are the same every time', () => {
    for (const scheme of hashSchemes) expect(scheme.owners(fewer.slice(0, 500), nodesUpTo(7))).toEqual(scheme.owners(fewer.slice(0, 500), nodesUpTo(7)))
  })
})
