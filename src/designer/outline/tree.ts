import type { Job } from '../../job/job.ts'

/**
 * The job as a tree in flow order: each operator stands below the first operator that feeds it, depth by depth. An operator with several feeders stands once; its other
 * feeders are named in its label. Everything in the job is in the tree, cycles too.
 */
export interface OutlineItem {
  readonly id: string
  readonly depth: number
  /** Feeders other than the parent. */
  readonly alsoFrom: readonly string[]
}

export function outlineOf(job: Job, order: readonly string[]): OutlineItem[] {
  const ids = order.length === job.operators.length ? order : job.operators.map((operator) => operator.id)
  const rank = new Map(ids.map((id, i) => [id, i]))
  const feeders = new Map<string, string[]>()
  for (const edge of job.edges) {
    if (!rank.has(edge.from) || !rank.has(edge.to)) continue
    const list = feeders.get(edge.to) ?? []
    if (!list.includes(edge.from)) list.push(edge.from)
    feeders.set(edge.to, list)
  }
  const children = new Map<string, string[]>()
  const roots: string[] = []
  for (const id of ids) {
    const parent = (feeders.get(id) ?? []).find((from) => rank.get(from)! < rank.get(id)!)
    if (parent === undefined) roots.push(id)
    else children.set(parent, [...(children.get(parent) ?? []), id])
  }
  const items: OutlineItem[] = []
  const stack = roots.toReversed().map((id) => ({ id, depth: 0, parent: null as string | null }))
  while (stack.length > 0) {
    const { id, depth, parent } = stack.pop()!
    items.push({ id, depth, alsoFrom: (feeders.get(id) ?? []).filter((from) => from !== parent) })
    for (const child of (children.get(id) ?? []).toReversed()) stack.push({ id: child, depth: depth + 1, parent: id })
  }
  return items
}
