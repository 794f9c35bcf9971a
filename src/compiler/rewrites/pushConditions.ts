import type { Expression } from '../../expression/expression.ts'
import { printExpression } from '../../expression/print.ts'
import { conditionText, conjunctsOf, isPureCondition } from '../../job/conditions.ts'
import type { DefinitionOf } from '../../job/operatorDefinition.ts'
import type { RewriteNote } from '../compile.ts'
import { indicesBy, type LogicalPlan } from '../logicalPlan.ts'
import { inputSchemasOf, insertInEdges, type Insertion, type Rewritten } from './rewrite.ts'

/**
 * Predicate push-down: conditions are asked as early as they can be, of rows that have not been computed, exchanged or kept yet.
 *
 * What can pass through an operator is its room's to say (`conditionBefore`); here conjuncts walk up from a filter until an operator does not let them through, its output goes elsewhere too, or there is a
 * choice of nothing but a source. The filter stays where it is, with the conjuncts that are left. Only a condition of which no part can fail is moved, so that the same rows fail the job.
 * Edges on the way have fewer rows than the job means them to have, so this is for runs whose edges nobody sees (docs/decisions/0150).
 *
 * Source: Calcite's FilterProjectTransposeRule, FilterSetOpTransposeRule, FilterJoinRule and FilterAggregateTransposeRule.
 */
/** Conditions pass at most so many operators, so that a plan of thousands is made in time that grows with it. */
const stepsMax = 8

export function pushConditions(plan: LogicalPlan, definitionOf: DefinitionOf): Rewritten {
  const byId = new Map(plan.operators.map((operator) => [operator.spec.id, operator]))
  const incoming = indicesBy(plan.edges, (edge) => edge.to)
  const outgoing = indicesBy(plan.edges, (edge) => edge.from)
  const notes: RewriteNote[] = []
  const insertions: Insertion[] = []
  const taken = new Set<number>()
  const configs = new Map<string, LogicalPlan['operators'][number]['spec']['config']>()

  for (const { spec } of plan.operators) {
    const definition = definitionOf(spec.kind)!
    const text = definition.condition?.of(spec.config) ?? null
    const own = incoming.get(spec.id) ?? []
    if (text === null || own.length !== 1 || !isPureCondition(text, { inputs: [{ qualifier: null, schema: spec.inputs[0]!.schema }] })) continue
    const placed = new Map<number, Expression[]>()
    for (const conjunct of conjunctsOf(text) ?? []) for (const { edge, condition } of highest(conjunct, own[0]!, placed, stepsMax)) placed.set(edge, [...(placed.get(edge) ?? []), condition])
    const stays = placed.get(own[0]!) ?? []
    placed.delete(own[0]!)
    if (placed.size === 0) continue
    configs.set(spec.id, definition.condition!.with(spec.config, conditionText(stays)))
    let number = 0
    for (const [edge, conditions] of placed) {
      taken.add(edge)
      const condition = conditionText(conditions)
      insertions.push({ edge, id: `${spec.id}.before${placed.size === 1 ? '' : number++}`, kind: spec.kind, config: definition.condition!.with(spec.config, condition), definition, of: spec.id })
      notes.push({ rewrite: 'push conditions', operator: spec.id, text: `asks ${condition} before ${plan.edges[edge]!.to}` })
    }
  }
  if (insertions.length === 0) return { plan, notes }
  const operators = plan.operators.map((operator) => {
    const config = configs.get(operator.spec.id)
    return config === undefined ? operator : { ...operator, spec: { ...operator.spec, config } }
  })
  return { plan: insertInEdges({ ...plan, operators }, insertions), notes }

  /** Where a condition on an edge's rows is best asked: further up, through all inputs that it speaks of, or here. */
  function highest(condition: Expression, edge: number, mine: ReadonlyMap<number, unknown>, steps: number): { edge: number; condition: Expression }[] {
    const here = [{ edge, condition }]
    const { from, fromOutput } = plan.edges[edge]!
    const { spec } = byId.get(from)!
    const definition = definitionOf(spec.kind)!
    const inputs = incoming.get(from) ?? []
    // Side outputs of the operator would lose rows too, and so would anybody else who reads this one.
    if (steps === 0 || inputs.length === 0 || (outgoing.get(from) ?? []).length !== 1 || spec.outputs[fromOutput]!.port !== definition.outputs[0]!.name) return here
    const asked = definition.conditionBefore?.({ config: spec.config, inputs: inputSchemasOf(definition, spec.inputs), condition }) ?? null
    if (asked === null) return here
    const found: { edge: number; condition: Expression }[] = []
    for (const { input, condition: before } of asked) {
      const above = inputs.find((index) => plan.edges[index]!.toInput === input)!
      const text = printExpression(before)
      if ((taken.has(above) && !mine.has(above)) || !isPureCondition(text, { inputs: [{ qualifier: null, schema: spec.inputs[input]!.schema }] })) return here
      found.push(...highest(before, above, mine, steps - 1))
    }
    return found.some((place) => taken.has(place.edge) && !mine.has(place.edge)) ? here : found
  }
}
