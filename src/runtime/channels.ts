import type { Exchange, PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { TaskShape } from '../engine/checkpoint.ts'

/** One channel of an exchange: from a subtask to a subtask. Subtask i lives in worker i. */
export interface ChannelPlace {
  readonly exchange: number
  readonly from: number
  readonly to: number
}

/** All channels of an exchange, by sender, then receiver: `forward` joins equals, every other kind all to all. */
export function channelsOf(plan: PhysicalPlan, exchange: Exchange): ChannelPlace[] {
  const from = plan.chains.find((chain) => chain.id === exchange.fromChain)!.parallelism
  const to = plan.chains.find((chain) => chain.id === exchange.toChain)!.parallelism
  const places: ChannelPlace[] = []
  for (let sender = 0; sender < from; sender++) {
    for (let receiver = 0; receiver < to; receiver++) {
      if (exchange.partitioning.kind === 'forward' && sender !== receiver) continue
      places.push({ exchange: exchange.id, from: sender, to: receiver })
    }
  }
  return places
}

/** Workers a plan runs on: its greatest parallelism. */
export function workerCountOf(plan: PhysicalPlan): number {
  return Math.max(1, ...plan.chains.map((chain) => chain.parallelism))
}

/** Channels between different workers, in an order that all of them agree on: their places are their numbers on the wire. */
export function remoteChannelsOf(plan: PhysicalPlan): ChannelPlace[] {
  return plan.exchanges.flatMap((exchange) => channelsOf(plan, exchange)).filter((place) => place.from !== place.to)
}

/** Every task of a plan, as a checkpoint knows it: chains in the plan's order, subtasks in theirs. */
export function taskShapesOf(plan: PhysicalPlan): TaskShape[] {
  const { maxParallelism } = plan.settings
  return plan.chains.flatMap(({ id, parallelism, operators }) => {
    const incoming = plan.exchanges.filter((exchange) => exchange.toChain === id).flatMap((exchange) => channelsOf(plan, exchange))
    return Array.from({ length: parallelism }, (_, subtask): TaskShape => ({
      place: { chain: id, subtask, parallelism, maxParallelism },
      operators: operators.map(({ spec }) => ({ operator: spec.id, kind: spec.kind })),
      channels: incoming.filter(({ to }) => to === subtask).length,
    }))
  })
}
