import type { DefinitionOf } from '../../job/operatorDefinition.ts'
import type { RewriteNote } from '../compile.ts'
import { indicesBy, type LogicalPlan } from '../logicalPlan.ts'
import { inputSchemasOf, insertInEdges, type Insertion, type Rewritten } from './rewrite.ts'

/**
 * Predicate push-down out of operators: what a join's own condition says of one side alone is asked of that side's rows before they are exchanged and kept.
 *
 * The operator in between is hidden: rows of the job's edges are those before it, so that the page shows what the job means, and the join keeps and exchanges less. What may be asked is the
 * room's judgement (`inputConditions`).
 */
export function askInputs(plan: LogicalPlan, definitionOf: DefinitionOf): Rewritten {
  const incoming = indicesBy(plan.edges, (edge) => edge.to)
  const notes: RewriteNote[] = []
  const insertions: Insertion[] = []
  const operators = plan.operators.map((operator) => {
    const { spec } = operator
    const definition = definitionOf(spec.kind)!
    const asked = definition.inputConditions?.({ config: spec.config, inputs: inputSchemasOf(definition, spec.inputs) }) ?? null
    if (asked === null) return operator
    for (const { input, kind, config, text } of asked.before) {
      const edge = incoming.get(spec.id)!.find((index) => plan.edges[index]!.toInput === input)!
      const { port } = spec.inputs[input]!
      insertions.push({ edge, id: `${spec.id}.${port}`, kind, config, definition: definitionOf(kind)!, of: spec.id })
      notes.push({ rewrite: 'ask inputs', operator: spec.id, text: `${text} of ${port} before it comes in` })
    }
    return { ...operator, spec: { ...spec, config: asked.config } }
  })
  return insertions.length === 0 ? { plan, notes } : { plan: insertInEdges({ ...plan, operators }, insertions), notes }
}
