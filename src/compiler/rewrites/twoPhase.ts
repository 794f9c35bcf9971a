import type { DefinitionOf, TwoPhase } from '../../job/operatorDefinition.ts'
import type { RewriteNote } from '../compile.ts'
import { indicesBy, type LogicalEdge, type LogicalOperator, type LogicalPlan } from '../logicalPlan.ts'

/**
 * Two-phase aggregation: before rows are exchanged, an operator that offers it (`OperatorDefinition.twoPhase`) puts together locally what belongs together, and only partial rows
 * travel.
 *
 * The local half takes the place before the exchange, in the subtasks and so in the chain of what feeds the operator; the global half keeps the operator's id. Only where the exchange is
 * real: by key into several subtasks, or from several into one. Whether results stay the same is the room's judgement; this rewrite knows no operator.
 *
 * Source: Flink's TwoStageOptimizedWindowAggregateRule and AggregatePhaseStrategy.
 */
export function twoPhase(plan: LogicalPlan, definitionOf: DefinitionOf): { readonly plan: LogicalPlan; readonly notes: readonly RewriteNote[] } {
  const byId = new Map(plan.operators.map((operator) => [operator.spec.id, operator]))
  const incoming = indicesBy(plan.edges, (edge) => edge.to)
  const outgoing = indicesBy(plan.edges, (edge) => edge.from)
  const notes: RewriteNote[] = []
  const operators: LogicalOperator[] = []
  /** By the id of a divided operator, the edge to its local half and the one behind it. */
  const divided = new Map<string, readonly [LogicalEdge, LogicalEdge]>()

  for (const operator of plan.operators) {
    const { spec } = operator
    const feeds = incoming.get(spec.id) ?? []
    const edge = feeds.length === 1 ? plan.edges[feeds[0]!]! : null
    const from = edge === null ? null : byId.get(edge.from)!
    const phases = from === null || !isExchanged(from, operator) ? null : offered(operator, plan, definitionOf, outgoing)
    if (edge === null || from === null || phases === null) {
      operators.push(operator)
      continue
    }
    const { partial, text } = phases
    const rows = spec.inputs[0]!
    const local = `${spec.id}.local`
    operators.push(
      {
        ...operator,
        spec: { ...spec, id: local, outputs: [{ port: 'out', schema: partial }], phase: { kind: 'local', of: spec.id } },
        parallelism: from.parallelism,
        distribution: [{ kind: 'any' }],
      },
      { ...operator, spec: { ...spec, inputs: [{ port: rows.port, schema: partial }], phase: { kind: 'global', rows: rows.schema } } },
    )
    divided.set(spec.id, [
      { ...edge, to: local },
      { edge: edge.edge, from: local, fromOutput: 0, to: spec.id, toInput: 0, hidden: true },
    ])
    notes.push({ rewrite: 'two phases', operator: spec.id, text })
  }
  return notes.length === 0 ? { plan, notes } : { plan: { ...plan, operators, edges: plan.edges.flatMap((edge) => divided.get(edge.to) ?? [edge]) }, notes }
}

/** Rows leave their subtask on the way. */
function isExchanged(from: LogicalOperator, to: LogicalOperator): boolean {
  const kind = to.distribution[0]?.kind
  return to.parallelism > 1 ? kind === 'hash' : from.parallelism > 1 && (kind === 'hash' || kind === 'single')
}

function offered(operator: LogicalOperator, plan: LogicalPlan, definitionOf: DefinitionOf, outgoing: ReadonlyMap<string, readonly number[]>): TwoPhase | null {
  const { spec } = operator
  const definition = definitionOf(spec.kind)!
  // Parts of what may be taken back are another matter.
  if (definition.twoPhase === undefined || spec.inputs.length !== 1 || spec.inputs[0]!.updating === true) return null
  const listened = new Set((outgoing.get(spec.id) ?? []).map((index) => spec.outputs[plan.edges[index]!.fromOutput]!.port))
  return definition.twoPhase({ config: spec.config, inputs: { [spec.inputs[0]!.port]: [spec.inputs[0]!.schema] }, listened, timeZone: plan.settings.timeZone, miniBatch: spec.miniBatch !== undefined })
}
