import type { Edge, Job, Operator } from '../../job/job.ts'

/**
 * A job by its ids, made once for each job that is looked at. Everything on the screen asks for its operator with every change of the document: a search through
 * the list each time is the square of the job's size, nine seconds a key press at 5,000 operators.
 *
 * For what is shown. Commands pass through jobs nobody sees and search those in place.
 */
export interface JobIndex {
  readonly operators: ReadonlyMap<string, Operator>
  readonly into: ReadonlyMap<string, readonly Edge[]>
  readonly outOf: ReadonlyMap<string, readonly Edge[]>
}

const made = new WeakMap<Job, JobIndex>()

export function indexOf(job: Job): JobIndex {
  let index = made.get(job)
  if (index === undefined) {
    index = { operators: new Map(job.operators.map((operator) => [operator.id, operator])), into: edgesBy(job.edges, 'to'), outOf: edgesBy(job.edges, 'from') }
    made.set(job, index)
  }
  return index
}

function edgesBy(edges: readonly Edge[], end: 'from' | 'to'): Map<string, Edge[]> {
  const groups = new Map<string, Edge[]>()
  for (const edge of edges) {
    const group = groups.get(edge[end])
    if (group === undefined) groups.set(edge[end], [edge])
    else group.push(edge)
  }
  return groups
}
