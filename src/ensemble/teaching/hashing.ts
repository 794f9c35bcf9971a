import { hash32 } from '../../deterministic/prng.ts'

/**
 * Where keys go, and how many move when a node comes or goes: five answers side by side (reference 4). None of them is ZooKeeper's, which keeps the whole tree on every server,
 * nor Kafka's, which takes the hash modulo the number of partitions; Flink's is the last.
 *
 * - `mod`: hash modulo the number of nodes. Perfect balance, and nearly everything moves.
 * - `ring`: each node owns the arcs before its points on a circle (Karger et al. 1997); more points, better balance.
 * - `rendezvous`: the node with the highest hash of (key, node) (Thaler and Ravishankar 1998).
 * - `jump`: Lamping and Veach 2014. No memory at all, and only the last node can go.
 * - `keyGroups`: a fixed number of groups, contiguous ranges of them to subtasks; state moves by whole groups.
 */
export interface HashScheme {
  readonly name: string
  /** The owner of each key; keys are hashes already, nodes are any numbers. */
  owners(keys: Uint32Array, nodes: readonly number[]): Int32Array
}

export const modScheme: HashScheme = {
  name: 'mod',
  owners: (keys, nodes) => Int32Array.from(keys, (key) => nodes[key % nodes.length]!),
}

/** One point on the circle. */
export interface RingPoint {
  readonly position: number
  readonly node: number
}

export function ringPoints(nodes: readonly number[], pointsPerNode: number): readonly RingPoint[] {
  const points = nodes.flatMap((node) => Array.from({ length: pointsPerNode }, (_, i) => ({ position: hash32(i, hash32(node, 0x52494e47)) >>> 0, node })))
  // Two points on one spot are as good as never; then the node decides, so that the order of `nodes` does not.
  return points.toSorted((a, b) => a.position - b.position || a.node - b.node)
}

export function ringScheme(pointsPerNode: number): HashScheme {
  return {
    name: `ring, v = ${pointsPerNode}`,
    owners(keys, nodes) {
      const points = ringPoints(nodes, pointsPerNode)
      const positions = Uint32Array.from(points, ({ position }) => position)
      return Int32Array.from(keys, (key) => {
        let low = 0
        let high = positions.length
        while (low < high) {
          const middle = (low + high) >> 1
          if (positions[middle]! < key) low = middle + 1
          else high = middle
        }
        return points[low === positions.length ? 0 : low]!.node
      })
    },
  }
}

export const rendezvousScheme: HashScheme = {
  name: 'rendezvous',
  owners: (keys, nodes) =>
    Int32Array.from(keys, (key) => {
      let best = nodes[0]!
      let highest = -1
      for (const node of nodes) {
        const weight = hash32(key, hash32(node, 0x52454e44)) >>> 0
        if (weight > highest || (weight === highest && node < best)) {
          highest = weight
          best = node
        }
      }
      return best
    }),
}

const multiplier = 2_862_933_555_777_941_757n

/** The bucket of a 64-bit key among so many, as the paper gives it. */
export function jumpBucket(key: bigint, buckets: number): number {
  let state = BigInt.asUintN(64, key)
  let bucket = -1
  let next = 0
  while (next < buckets) {
    bucket = next
    state = BigInt.asUintN(64, state * multiplier + 1n)
    next = Math.floor((bucket + 1) * (2_147_483_648 / (Number(state >> 33n) + 1)))
  }
  return bucket
}

export const jumpScheme: HashScheme = {
  name: 'jump',
  owners: (keys, nodes) => Int32Array.from(keys, (key) => nodes[jumpBucket(BigInt(key), nodes.length)]!),
}

/** Flink's: `maxParallelism` groups, subtask i has those from ⌈i·m/p⌉ on; whole groups move. */
export function keyGroupScheme(maxParallelism: number): HashScheme {
  return {
    name: `key groups, ${maxParallelism}`,
    owners: (keys, nodes) => Int32Array.from(keys, (key) => nodes[Math.floor(((key % maxParallelism) * nodes.length) / maxParallelism)]!),
  }
}

export const hashSchemes: readonly HashScheme[] = [modScheme, ringScheme(1), ringScheme(10), ringScheme(100), ringScheme(1000), rendezvousScheme, jumpScheme, keyGroupScheme(128)]

export function hashSchemeNamed(name: string): HashScheme | null {
  return hashSchemes.find((scheme) => scheme.name === name) ?? null
}

/** Keys for measuring: hashes of 0, 1, 2, … */
export function measuringKeys(count: number, seed = 1): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => hash32(i, seed) >>> 0)
}

export function nodesUpTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i)
}

/** Share of the keys whose owner is another. */
export function movedShare(before: Int32Array, after: Int32Array): number {
  let moved = 0
  for (let i = 0; i < before.length; i++) if (before[i] !== after[i]) moved++
  return moved / before.length
}

/** The fullest node relative to the mean, and the emptiest. */
export function loadOf(owners: Int32Array, nodes: readonly number[]): { readonly max: number; readonly min: number; readonly counts: readonly number[] } {
  const counts = new Map(nodes.map((node) => [node, 0]))
  for (const owner of owners) counts.set(owner, counts.get(owner)! + 1)
  const each = nodes.map((node) => counts.get(node)!)
  const mean = owners.length / nodes.length
  return { max: Math.max(...each) / mean, min: Math.min(...each) / mean, counts: each }
}

/** One line of the comparison: n nodes, then one more, or one fewer. */
export interface Movement {
  readonly scheme: string
  readonly nodes: number
  readonly maxLoad: number
  readonly added: number
  readonly removedLast: number
  readonly removedMiddle: number
  readonly idealAdded: number
  readonly idealRemoved: number
}

export function movementOf(scheme: HashScheme, keys: Uint32Array, count: number): Movement {
  const nodes = nodesUpTo(count)
  const before = scheme.owners(keys, nodes)
  const without = (gone: number): number => movedShare(before, scheme.owners(keys, nodes.filter((node) => node !== gone)))
  return {
    scheme: scheme.name,
    nodes: count,
    maxLoad: loadOf(before, nodes).max,
    added: movedShare(before, scheme.owners(keys, nodesUpTo(count + 1))),
    removedLast: without(count - 1),
    removedMiddle: without(Math.floor((count - 1) / 2)),
    idealAdded: 1 / (count + 1),
    idealRemoved: 1 / count,
  }
}

/** A strip of keys before and after, for a picture: which key is whose, and which ones move. */
export function strip(scheme: HashScheme, keys: Uint32Array, before: readonly number[], after: readonly number[]): readonly { readonly key: number; readonly before: number; readonly after: number }[] {
  const first = scheme.owners(keys, before)
  const second = scheme.owners(keys, after)
  return Array.from(keys, (key, i) => ({ key, before: first[i]!, after: second[i]! }))
}
