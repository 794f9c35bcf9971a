import type { DefinitionOf } from '../../job/operatorDefinition.ts'
import { indicesBy, type LogicalPlan } from '../logicalPlan.ts'
import { upsertKeysOf, withoutUpdateBefore } from '../updateKinds.ts'
import type { Rewritten } from './rewrite.ts'

/** Updates go out without the row before where everybody who reads them replaces by a key: half the rows of an update. The rows on the job's edges are others then. */
export function leaveOutUpdateBefore(plan: LogicalPlan, definitionOf: DefinitionOf): Rewritten {
  const without = withoutUpdateBefore(plan, definitionOf)
  const outgoing = indicesBy(plan.edges, (edge) => edge.from)
  // Said of those alone whose readers get updates.
  const updates = (id: string): boolean => {
    const index = outgoing.get(id)![0]!
    const { to, toInput } = plan.edges[index]!
    return plan.operators.find(({ spec }) => spec.id === to)!.spec.inputs[toInput]!.updating === true
  }
  const found = plan.operators.filter(({ spec }) => without.has(spec.id) && updates(spec.id)).map(({ spec }) => spec.id)
  if (found.length === 0) return { plan, notes: [] }
  const operators = plan.operators.map((operator) => (found.includes(operator.spec.id) ? { ...operator, spec: { ...operator.spec, outputs: operator.spec.outputs.map((output, i) => (i === 0 ? { ...output, updateBefore: false as const } : output)) } } : operator))
  return { plan: { ...plan, operators }, notes: found.map((operator) => ({ rewrite: 'update kinds', operator, text: 'gives updates without the row before, because its readers replace by key' })) }
}

/** Each input is told by which columns its changes find their row. No rewrite: run times keep state by it, and sinks decide by it. */
export function withUpsertKeys(plan: LogicalPlan, definitionOf: DefinitionOf): LogicalPlan {
  const { inputs } = upsertKeysOf(plan, definitionOf)
  const operators = plan.operators.map((operator) => {
    const keys = inputs.get(operator.spec.id)!
    if (keys.every((known) => known.length === 0)) return operator
    return { ...operator, spec: { ...operator.spec, inputs: operator.spec.inputs.map((input, i) => (keys[i]!.length === 0 ? input : { ...input, upsertKeys: keys[i]! })) } }
  })
  return { ...plan, operators }
}
