import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareIds, ordering, pieces, type GraphEdge } from './graph.ts'

const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 12 })
const graph = ids.chain((names) => fc.tuple(fc.constant(names), fc.array(fc.record({ from: fc.constantFrom(...names), to: fc.constantFrom(...names) }), { maxLength: 24 })))
const acyclic = graph.map(([names, edges]) => [names, edges.filter(({ from, to }) => names.indexOf(from) < names.indexOf(to))] as const)

describe('the order of operators', () => {
  it('puts every operator after all that feed it, and the smallest id first among those that may come next', () => {
    fc.assert(
      fc.property(acyclic, ([names, edges]) => {
        const { order, cycles } = ordering(names, edges)
        expect(cycles).toEqual([])
        expect(order.toSorted(compareIds)).toEqual(names.toSorted(compareIds))
        for (const [i, id] of order.entries()) {
          const before = new Set(order.slice(0, i))
          const feeds = (candidate: string): string[] => edges.filter(({ from, to }) => to === candidate && from !== to).map(({ from }) => from)
          expect(feeds(id).every((feed) => before.has(feed))).toBe(true)
          const ready = order.slice(i).filter((candidate) => feeds(candidate).every((feed) => before.has(feed)))
          expect(id).toBe(ready.toSorted(compareIds)[0])
        }
      }),
    )
  })

  it('does not depend on the order in which operators and edges are listed', () => {
    fc.assert(
      fc.property(graph, ([names, edges]) => {
        expect(ordering([...names].reverse(), [...edges].reverse()).order).toEqual(ordering(names, edges).order)
      }),
    )
  })

  it('finds a cycle exactly where there is one, and names it in the direction of flow', () => {
    fc.assert(
      fc.property(graph, ([names, edges]) => {
        const { cycles } = ordering(names, edges)
        expect(cycles.length > 0).toBe(names.some((id) => reaches(edges, id, id)))
        for (const cycle of cycles) {
          expect(cycle.length).toBeGreaterThan(1)
          cycle.forEach((id, i) => expect(edges).toContainEqual({ from: id, to: cycle[(i + 1) % cycle.length] }))
        }
      }),
    )
  })

  it('walks long chains and long cycles without recursion', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `o${i}`)
    const chain = names.slice(1).map((id, i): GraphEdge => ({ from: names[i]!, to: id }))
    expect(ordering(names, chain).order).toEqual(names)
    const { cycles } = ordering(names, [...chain, { from: names.at(-1)!, to: 'o0' }])
    expect(cycles[0]!.length).toBe(20_000)
    expect(pieces(names, chain).length).toBe(1)
  })

  it('counts the pieces of a graph', () => {
    expect(pieces(['a', 'b', 'c', 'd', 'e'], [{ from: 'b', to: 'a' }, { from: 'e', to: 'c' }])).toEqual([['a', 'b'], ['c', 'e'], ['d']])
  })
})

/** A path of at least one edge between different operators; self-loops do not count. */
function reaches(edges: readonly GraphEdge[], from: string, to: string): boolean {
  const seen = new Set<string>()
  const stack = [from]
  while (stack.length > 0) {
    const id = stack.pop()!
    for (const edge of edges) {
      if (edge.from !== id || edge.from === edge.to) continue
      if (edge.to === to) return true
      if (!seen.has(edge.to)) stack.push(edge.to)
      seen.add(edge.to)
    }
  }
  return false
}
