import type { InputSchemas, OperatorDefinition } from '../../job/operatorDefinition.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { RewriteNote } from '../compile.ts'
import { indicesBy, type LogicalEdge, type LogicalOperator, type LogicalPlan } from '../logicalPlan.ts'

/** What a rewrite gives: the plan, the same one when nothing was to be done, and what it did. */
export interface Rewritten {
  readonly plan: LogicalPlan
  readonly notes: readonly RewriteNote[]
}

/** The schemas of an operator's inputs by port, as its definition asks for them. */
export function inputSchemasOf(definition: OperatorDefinition, inputs: OperatorSpec['inputs']): InputSchemas {
  return Object.fromEntries(definition.inputs.map(({ name }) => [name, inputs.filter((input) => input.port === name).map((input) => input.schema)]))
}

/** An operator to be put into an edge: rows of the job's edge are those before it. */
export interface Insertion {
  /** The edge, as an index of `plan.edges`. */
  readonly edge: number
  readonly id: string
  readonly kind: string
  readonly config: OperatorSpec['config']
  readonly definition: OperatorDefinition
  /** The operator of the job on whose behalf it stands there. */
  readonly of: string
}

/** The plan with operators in its edges, each in the subtasks of what feeds it and with the same rows in and out. */
export function insertInEdges(plan: LogicalPlan, insertions: readonly Insertion[]): LogicalPlan {
  const byId = new Map(plan.operators.map((operator) => [operator.spec.id, operator]))
  const operators: LogicalOperator[] = []
  const at = new Map<number, Insertion>(insertions.map((insertion) => [insertion.edge, insertion]))
  const incoming = indicesBy(plan.edges, (edge) => edge.to)
  for (const operator of plan.operators) {
    for (const i of incoming.get(operator.spec.id) ?? []) {
      const insertion = at.get(i)
      if (insertion === undefined) continue
      const edge = plan.edges[i]!
      const from = byId.get(edge.from)!
      const { schema } = from.spec.outputs[edge.fromOutput]!
      const { updating } = operator.spec.inputs[edge.toInput]!
      const { definition } = insertion
      operators.push({
        spec: {
          id: insertion.id,
          kind: insertion.kind,
          config: insertion.config,
          inputs: [{ port: definition.inputs[0]!.name, schema, ...(updating === true ? { updating } : {}) }],
          outputs: [{ port: definition.outputs[0]!.name, schema }],
          phase: { kind: 'before', of: insertion.of },
        },
        name: definition.title,
        family: definition.family,
        parallelism: from.parallelism,
        distribution: [{ kind: 'any' }],
      })
    }
    operators.push(operator)
  }
  const edges = plan.edges.flatMap((edge, i): LogicalEdge[] => {
    const insertion = at.get(i)
    if (insertion === undefined) return [edge]
    return [
      { ...edge, to: insertion.id, toInput: 0 },
      { edge: edge.edge, from: insertion.id, fromOutput: 0, to: edge.to, toInput: edge.toInput, hidden: true },
    ]
  })
  return { ...plan, operators, edges }
}
