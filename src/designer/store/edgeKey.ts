import type { Edge, Job } from '../../job/job.ts'

/**
 * Edges have no id in the format; on the screen each is named by its ends. Plans, metrics and previews of a run name it by its index in
 * `job.edges` instead, and that index moves when an edge before it goes: the run keeps the keys of the job it was started with.
 */
export function edgeKey(edge: Edge): string {
  return `${edge.from}:${edge.fromPort ?? 'out'}>${edge.to}:${edge.toPort ?? 'in'}`
}

export function edgeOfKey(job: Job, key: string): Edge | undefined {
  return job.edges.find((edge) => edgeKey(edge) === key)
}

export function edgeIndexOfKey(job: Job, key: string): number {
  return job.edges.findIndex((edge) => edgeKey(edge) === key)
}

/** The edge with its default ports left out, as the canonical document writes it. */
export function plainEdge(from: string, fromPort: string, to: string, toPort: string): Edge {
  return { from, ...(fromPort === 'out' ? {} : { fromPort }), to, ...(toPort === 'in' ? {} : { toPort }) }
}
