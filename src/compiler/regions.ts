import type { JsonObject } from '../columnar/json.ts'
import type { Chain, PhysicalPlan } from './physicalPlan.ts'

/**
 * The parts of a plan that fail and come back alone (Flink: pipelined regions, RestartPipelinedRegionFailoverStrategy). Every exchange is pipelined here, so a region is what exchanges join: sources, operators and sinks that
 * share no edge with the rest. What reads or writes topics is one region too, since rows travel from one to the other that way, and their transactions are given up together.
 *
 * Chains by their ids, regions in the order of their first chain.
 */
export function regionsOf(plan: PhysicalPlan): readonly (readonly Chain[])[] {
  const first = new Map(plan.chains.map(({ id }) => [id, id]))
  const rootOf = (id: number): number => {
    let root = id
    while (first.get(root) !== root) root = first.get(root)!
    return root
  }
  const join = (one: number, other: number): void => {
    const [low, high] = [rootOf(one), rootOf(other)].sort((a, b) => a - b) as [number, number]
    first.set(high, low)
  }
  for (const { fromChain, toChain } of plan.exchanges) join(fromChain, toChain)
  const overTopics = plan.chains.filter(({ operators }) => operators.some(({ spec }) => (spec.config.connector as JsonObject | undefined)?.topic !== undefined))
  for (const chain of overTopics) join(overTopics[0]!.id, chain.id)
  const regions = new Map<number, Chain[]>()
  for (const chain of plan.chains) {
    const root = rootOf(chain.id)
    const region = regions.get(root)
    if (region === undefined) regions.set(root, [chain])
    else region.push(chain)
  }
  return [...regions.values()]
}
