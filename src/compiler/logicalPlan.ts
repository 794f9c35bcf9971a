import type { OperatorSpec } from '../job/operatorSpec.ts'
import type { Distribution } from '../job/operatorDefinition.ts'

/**
 * The job as operators and typed edges, after checking and before placement. Plain data: printed by `explain`, rewritten by pure
 * functions, read by the exporters.
 */
export interface LogicalPlan {
  readonly name: string
  readonly settings: PlanSettings
  /** In topological order, then by id. */
  readonly operators: readonly LogicalOperator[]
  readonly edges: readonly LogicalEdge[]
}

export interface PlanSettings {
  readonly parallelism: number
  readonly maxParallelism: number
  readonly timeZone: string
}

export interface LogicalOperator {
  readonly spec: OperatorSpec
  readonly name: string
  readonly family: 'source' | 'shape' | 'time' | 'join' | 'state' | 'sink'
  readonly parallelism: number
  /** One for each entry of `spec.inputs`. */
  readonly distribution: readonly Distribution[]
}

export interface LogicalEdge {
  /** Index in the job document's `edges`: previews and metrics are keyed by it. */
  readonly edge: number
  readonly from: string
  /** Index of the output port in `spec.outputs` of `from`. */
  readonly fromOutput: number
  readonly to: string
  /** Index in `spec.inputs` of `to`. */
  readonly toInput: number
}
