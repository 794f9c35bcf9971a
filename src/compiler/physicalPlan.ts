import { fieldIndex } from '../columnar/schema.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'
import { indicesBy, type LogicalEdge, type LogicalOperator, type LogicalPlan, type PlanSettings } from './logicalPlan.ts'

/**
 * Where everything runs: chains of operators, their parallelism, and the exchanges between them. Plain data that crosses worker
 * boundaries; `runtime` deploys subtask i of every chain to engine worker i (slot sharing, as in Flink's default group).
 */
export interface PhysicalPlan {
  readonly name: string
  readonly settings: PlanSettings
  /** In topological order. */
  readonly chains: readonly Chain[]
  readonly exchanges: readonly Exchange[]
}

/** Operators fused into one task: rows pass between them by a call. The first is the head; the others have exactly one input, inside the chain. */
export interface Chain {
  readonly id: number
  readonly parallelism: number
  readonly operators: readonly ChainOperator[]
}

export interface ChainOperator {
  readonly spec: OperatorSpec
  readonly name: string
  readonly role: 'source' | 'operator' | 'sink'
  /** Where its output goes, in order of the job's edges. */
  readonly outputs: readonly ChainOutput[]
}

export type ChainOutput =
  /** To operator `operator` of the same chain, as its input `input`. */
  | { readonly kind: 'chained'; readonly edge: number; readonly output: number; readonly operator: number; readonly input: number; readonly hidden?: true }
  | { readonly kind: 'exchange'; readonly edge: number; readonly output: number; readonly exchange: number; readonly hidden?: true }

/** One edge between chains: `from.parallelism` x `to.parallelism` channels (forward: i to i only). */
export interface Exchange {
  readonly id: number
  readonly edge: number
  readonly fromChain: number
  readonly toChain: number
  /** Index in `spec.inputs` of the receiving chain's head. */
  readonly toInput: number
  readonly partitioning: Partitioning
}

export type Partitioning =
  | { readonly kind: 'forward' }
  /** Column indices in the edge's schema; Flink's key groups of the SQL key row. */
  | { readonly kind: 'hash'; readonly columns: readonly number[] }
  | { readonly kind: 'rebalance' }
  | { readonly kind: 'broadcast' }
  | { readonly kind: 'single' }

/**
 * Chains and exchanges of a logical plan.
 *
 * An edge is `forward` when rows may stay in the subtask they are in: same parallelism on both sides, and either no demand on who meets whom or only
 * one subtask anyway. An operator joins the chain of what feeds it when its only input is forward (Flink's rule; see
 * docs/decisions/0011 for where we fuse more than Flink does).
 */
export function physicalPlan(plan: LogicalPlan): PhysicalPlan {
  const operators = new Map(plan.operators.map((operator) => [operator.spec.id, operator]))
  const partitionings = plan.edges.map((edge) => partitioningOf(edge, operators))
  const incoming = indicesBy(plan.edges, (edge) => edge.to)
  const outgoing = indicesBy(plan.edges, (edge) => edge.from)

  // Which chain each operator is in, and its place there.
  const members: LogicalOperator[][] = []
  const places = new Map<string, { readonly chain: number; readonly index: number }>()
  const chained = new Set<number>()
  for (const operator of plan.operators) {
    const feeds = incoming.get(operator.spec.id) ?? []
    const feed = feeds.length === 1 && partitionings[feeds[0]!]!.kind === 'forward' ? feeds[0]! : null
    const chain = feed === null ? members.length : places.get(plan.edges[feed]!.from)!.chain
    if (feed === null) members.push([])
    else chained.add(feed)
    places.set(operator.spec.id, { chain, index: members[chain]!.length })
    members[chain]!.push(operator)
  }

  const exchanges: Exchange[] = []
  const exchangeOf = new Map<number, number>()
  plan.edges.forEach((edge, i) => {
    if (chained.has(i)) return
    exchangeOf.set(i, exchanges.length)
    exchanges.push({
      id: exchanges.length,
      edge: edge.edge,
      fromChain: places.get(edge.from)!.chain,
      toChain: places.get(edge.to)!.chain,
      toInput: edge.toInput,
      partitioning: partitionings[i]!,
    })
  })

  const chains = members.map(
    (chainOperators, id): Chain => ({
      id,
      parallelism: chainOperators[0]!.parallelism,
      operators: chainOperators.map((operator) => ({
        spec: operator.spec,
        name: operator.name,
        role: operator.family === 'source' || operator.family === 'sink' ? operator.family : 'operator',
        outputs: (outgoing.get(operator.spec.id) ?? []).map((i): ChainOutput => {
          const { edge, fromOutput: output, to, toInput: input } = plan.edges[i]!
          const hidden = plan.edges[i]!.hidden === true ? { hidden: true as const } : {}
          return chained.has(i)
            ? { kind: 'chained', edge, output, operator: places.get(to)!.index, input, ...hidden }
            : { kind: 'exchange', edge, output, exchange: exchangeOf.get(i)!, ...hidden }
        }),
      })),
    }),
  )
  return { name: plan.name, settings: plan.settings, chains, exchanges }
}

function partitioningOf(edge: LogicalEdge, operators: ReadonlyMap<string, LogicalOperator>): Partitioning {
  const from = operators.get(edge.from)!
  const to = operators.get(edge.to)!
  const distribution = to.distribution[edge.toInput]!
  if (to.parallelism === 1) return from.parallelism === 1 ? { kind: 'forward' } : { kind: 'single' }
  switch (distribution.kind) {
    case 'any':
      return from.parallelism === to.parallelism ? { kind: 'forward' } : { kind: 'rebalance' }
    case 'hash': {
      const { schema } = to.spec.inputs[edge.toInput]!
      return { kind: 'hash', columns: distribution.columns.map((column) => fieldIndex(schema, column)) }
    }
    case 'broadcast':
      return { kind: 'broadcast' }
    case 'single':
      return { kind: 'single' }
  }
}
