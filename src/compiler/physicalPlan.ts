import type { OperatorSpec } from '../job/operatorSpec.ts'
import type { PlanSettings } from './logicalPlan.ts'

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
  | { readonly kind: 'chained'; readonly edge: number; readonly output: number; readonly operator: number; readonly input: number }
  | { readonly kind: 'exchange'; readonly edge: number; readonly output: number; readonly exchange: number }

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
