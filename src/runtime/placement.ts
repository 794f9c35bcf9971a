import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import { regionsOf } from '../compiler/regions.ts'
import { workerCountOf } from './channels.ts'

/**
 * Which engine hosts what. Each region of the plan has engines of its own, engine i of them with subtask i of every chain of the region, so that a worker that dies or a row that fails takes one region with it and leaves the
 * others alone (docs/decisions/0181). Where that would be too many threads, or where there are no workers at all, the whole plan is one region.
 */
export interface Region {
  /** The region as a plan of its own; exchanges keep their places. */
  readonly plan: PhysicalPlan
  readonly chains: ReadonlySet<number>
  readonly operators: ReadonlySet<string>
  /** Its engines, by their numbers in the run. */
  readonly engines: readonly number[]
}

/** Threads of one run, beyond what its parallelism asks for. */
const enginesMax = 16

export function placementOf(plan: PhysicalPlan, usesWorkers: boolean): readonly Region[] {
  const whole = [regionOf(plan, plan, 0, usesWorkers ? workerCountOf(plan) : 1)]
  if (!usesWorkers) return whole
  const regions: Region[] = []
  let engines = 0
  for (const chains of regionsOf(plan)) {
    const own = { ...plan, chains }
    const count = workerCountOf(own)
    regions.push(regionOf(plan, own, engines, count))
    engines += count
  }
  return engines > Math.max(enginesMax, workerCountOf(plan)) || regions.length === 0 ? whole : regions
}

/** Engines of a run with workers: what their numbers go up to. */
export function engineCountOf(plan: PhysicalPlan): number {
  return placementOf(plan, true).reduce((count, { engines }) => count + engines.length, 0)
}

function regionOf(whole: PhysicalPlan, plan: PhysicalPlan, first: number, count: number): Region {
  return {
    plan: plan.chains.length === whole.chains.length ? whole : plan,
    chains: new Set(plan.chains.map(({ id }) => id)),
    operators: new Set(plan.chains.flatMap(({ operators }) => operators.map(({ spec }) => spec.id))),
    engines: Array.from({ length: count }, (_, i) => first + i),
  }
}
