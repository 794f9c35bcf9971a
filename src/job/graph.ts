/**
 * The order of a job's operators, and what stands in its way.
 *
 * Works on ids and edges alone, so that half-finished jobs, plans and the canvas can all ask. Everything is iterative and linear in
 * operators and edges (times log n for the order by id): a 20,000-operator chain must not overflow the stack.
 */
export interface GraphEdge {
  readonly from: string
  readonly to: string
}

export interface Ordering {
  /**
   * Every operator after all that feed it; among those that may come next, the smallest id. Operators on cycles, or behind one, come last,
   * by id.
   */
  readonly order: readonly string[]
  /** One cycle for each knot of operators that feed each other (self-loops are not reported here): ids in the direction of flow. */
  readonly cycles: readonly (readonly string[])[]
}

/** Edges that name unknown ids, and self-loops, are ignored here: `validate` reports them. */
export function ordering(ids: readonly string[], edges: readonly GraphEdge[]): Ordering {
  const graph = indexed(ids, edges)
  const count = graph.ids.length
  const waiting = new Int32Array(count)
  for (const targets of graph.next) for (const target of targets) waiting[target]!++

  // Ready operators in a binary heap by rank of id.
  const ranked = Array.from({ length: count }, (_, i) => i).sort((a, b) => compareIds(graph.ids[a]!, graph.ids[b]!))
  const rank = new Int32Array(count)
  ranked.forEach((operator, i) => (rank[operator] = i))
  const heap: number[] = []
  for (let i = 0; i < count; i++) if (waiting[i] === 0) push(heap, rank[i]!)
  const order: string[] = []
  const placed = new Uint8Array(count)
  while (heap.length > 0) {
    const operator = ranked[pop(heap)]!
    placed[operator] = 1
    order.push(graph.ids[operator]!)
    for (const target of graph.next[operator]!) if (--waiting[target]! === 0) push(heap, rank[target]!)
  }
  if (order.length === count) return { order, cycles: [] }
  const left = ranked.filter((operator) => placed[operator] === 0)
  for (const operator of left) order.push(graph.ids[operator]!)
  return { order, cycles: cyclesAmong(graph, left, placed) }
}

/** The operators of each connected piece (edges taken both ways), pieces and their members in order of `ids`. */
export function pieces(ids: readonly string[], edges: readonly GraphEdge[]): string[][] {
  const graph = indexed(ids, edges)
  const near: number[][] = graph.next.map((targets) => [...targets])
  graph.next.forEach((targets, from) => targets.forEach((to) => near[to]!.push(from)))
  const piece = new Int32Array(graph.ids.length).fill(-1)
  let found = 0
  for (let start = 0; start < piece.length; start++) {
    if (piece[start] !== -1) continue
    const stack = [start]
    piece[start] = found
    while (stack.length > 0) {
      for (const other of near[stack.pop()!]!) {
        if (piece[other] !== -1) continue
        piece[other] = found
        stack.push(other)
      }
    }
    found++
  }
  const result: string[][] = Array.from({ length: found }, () => [])
  graph.ids.forEach((id, i) => result[piece[i]!]!.push(id))
  return result
}

/** Code point order: the same on every machine, unlike a locale's. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

interface Indexed {
  readonly ids: readonly string[]
  readonly next: readonly number[][]
}

function indexed(ids: readonly string[], edges: readonly GraphEdge[]): Indexed {
  const at = new Map<string, number>()
  for (const id of ids) if (!at.has(id)) at.set(id, at.size)
  const next: number[][] = Array.from({ length: at.size }, () => [])
  for (const edge of edges) {
    const from = at.get(edge.from)
    const to = at.get(edge.to)
    if (from !== undefined && to !== undefined && from !== to) next[from]!.push(to)
  }
  return { ids: [...at.keys()], next }
}

/** Walks the operators that could not be placed; every edge back into the current path closes a cycle. One cycle per knot is enough to act on. */
function cyclesAmong(graph: Indexed, left: readonly number[], placed: Uint8Array): string[][] {
  const unseen = 0
  const open = 1
  const done = 2
  const state = new Uint8Array(placed.length)
  const inCycle = new Uint8Array(placed.length)
  const cycles: string[][] = []
  for (const start of left) {
    if (state[start] !== unseen) continue
    const path: number[] = [start]
    const cursor: number[] = [0]
    const depthOf = new Map<number, number>([[start, 0]])
    state[start] = open
    while (path.length > 0) {
      const operator = path.at(-1)!
      const target = graph.next[operator]![cursor[cursor.length - 1]!++]
      if (target === undefined) {
        state[operator] = done
        depthOf.delete(operator)
        path.pop()
        cursor.pop()
      } else if (placed[target] === 1 || state[target] === done) continue
      else if (state[target] === open) {
        const members = path.slice(depthOf.get(target)!)
        if (members.some((member) => inCycle[member] === 1)) continue
        members.forEach((member) => (inCycle[member] = 1))
        cycles.push(fromSmallest(members.map((member) => graph.ids[member]!)))
      } else {
        state[target] = open
        depthOf.set(target, path.length)
        path.push(target)
        cursor.push(0)
      }
    }
  }
  return cycles
}

function fromSmallest(ids: string[]): string[] {
  let least = 0
  for (let i = 1; i < ids.length; i++) if (compareIds(ids[i]!, ids[least]!) < 0) least = i
  return [...ids.slice(least), ...ids.slice(0, least)]
}

function push(heap: number[], value: number): void {
  heap.push(value)
  let at = heap.length - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (heap[parent]! <= value) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = value
}

function pop(heap: number[]): number {
  const least = heap[0]!
  const last = heap.pop()!
  const size = heap.length
  if (size === 0) return least
  let at = 0
  for (;;) {
    let child = at * 2 + 1
    if (child >= size) break
    if (child + 1 < size && heap[child + 1]! < heap[child]!) child++
    if (heap[child]! >= last) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
  return least
}
