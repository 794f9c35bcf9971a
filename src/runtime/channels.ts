import type { Exchange, PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { Arrival, TaskShape } from '../engine/checkpoint.ts'
import { typesText } from '../engine/keyedState.ts'

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

/** Workers that a region of a plan runs on: its greatest parallelism. */
export function workerCountOf(plan: PhysicalPlan): number {
  return Math.max(1, ...plan.chains.map((chain) => chain.parallelism))
}

/** Channels between different workers, in an order that all of them agree on: their places are their numbers on the wire. */
export function remoteChannelsOf(plan: PhysicalPlan): ChannelPlace[] {
  // Of a region only its own: exchanges keep their places in its plan.
  const here = plan.exchanges.filter(({ fromChain }) => plan.chains.some(({ id }) => id === fromChain))
  return here.flatMap((exchange) => channelsOf(plan, exchange)).filter((place) => place.from !== place.to)
}

/** Whom an exchange leads to, and the types of the columns it takes there. */
export function receiverOf(plan: PhysicalPlan, exchange: Exchange): { readonly operator: string; readonly types: string } {
  const { spec } = plan.chains.find((chain) => chain.id === exchange.toChain)!.operators[0]!
  return { operator: spec.id, types: typesText(spec.inputs[exchange.toInput]!.schema.fields.map(({ type }) => type)) }
}

/** Channels to a subtask in the order its task has them: by input, then exchange, then sender. Of one input, or of all. */
export function arrivingAt(plan: PhysicalPlan, chain: number, subtask: number, input: number | null = null): ChannelPlace[] {
  const inputs = plan.chains.find(({ id }) => id === chain)!.operators[0]!.spec.inputs.map((_, i) => i)
  return inputs
    .filter((i) => input === null || i === input)
    .flatMap((i) => plan.exchanges.filter((exchange) => exchange.toChain === chain && exchange.toInput === i))
    .flatMap((exchange) => channelsOf(plan, exchange))
    .filter(({ to }) => to === subtask)
}

function arrivalOf(plan: PhysicalPlan, chain: number, input: number, types: string): Arrival {
  const partitionings = plan.exchanges.filter((exchange) => exchange.toChain === chain && exchange.toInput === input).map(({ partitioning }) => partitioning)
  const hash = partitionings.find(({ kind }) => kind === 'hash')
  if (hash?.kind === 'hash') return { kind: 'hash', columns: hash.columns, types }
  return { kind: partitionings.some(({ kind }) => kind === 'broadcast') ? 'broadcast' : 'any', types }
}

/** Every task of a plan, as a checkpoint knows it: chains in the plan's order, subtasks in theirs. */
export function taskShapesOf(plan: PhysicalPlan): TaskShape[] {
  const { maxParallelism } = plan.settings
  return plan.chains.flatMap(({ id, parallelism, operators }) => {
    const arrivals = operators.map(({ spec }, index) =>
      spec.inputs.map(({ schema }, input): Arrival => {
        const types = typesText(schema.fields.map(({ type }) => type))
        return index === 0 ? arrivalOf(plan, id, input, types) : { kind: 'any', types }
      }),
    )
    const incoming = plan.exchanges.filter((exchange) => exchange.toChain === id).flatMap((exchange) => channelsOf(plan, exchange))
    return Array.from({ length: parallelism }, (_, subtask): TaskShape => ({
      place: { chain: id, subtask, parallelism, maxParallelism },
      operators: operators.map(({ spec }) => ({ operator: spec.id, kind: spec.kind })),
      channels: incoming.filter(({ to }) => to === subtask).length,
      arrivals,
    }))
  })
}
