import type { Json } from '../../columnar/json.ts'
import { printJson } from '../../columnar/jsonText.ts'
import type { RewriteNote } from '../compile.ts'
import { indicesBy, type LogicalPlan } from '../logicalPlan.ts'
import type { Rewritten } from './rewrite.ts'

/**
 * Shared sub-plans: operators that say the same of the same rows are run once, and their rows go to everybody who wants them.
 *
 * From the sources down: two operators are one when kind, config and parallelism are equal and every input comes from the same operators. Sinks are never one: each is asked for by name. The one
 * that remains is the first in the plan's order, and its id is that of the state. The others are gone from the run, so this is for runs whose edges nobody sees (docs/decisions/0150).
 *
 * Source: Flink's SubplanReuser (`table.optimizer.reuse-sub-plan-enabled`, `reuse-source-enabled`).
 */
export function shareSubplans(plan: LogicalPlan): Rewritten {
  const notes: RewriteNote[] = []
  const insteadOf = new Map<string, string>()
  const first = new Map<string, string>()
  const incoming = indicesBy(plan.edges, (edge) => edge.to)
  const operators = plan.operators.filter((operator) => {
    const { spec } = operator
    if (operator.family === 'sink') return true
    const feeds = (incoming.get(spec.id) ?? []).map((index) => plan.edges[index]!).map((edge) => `${insteadOf.get(edge.from) ?? edge.from}.${edge.fromOutput}>${edge.toInput}`).toSorted()
    const key = `${spec.kind} ${operator.parallelism} ${printJson(spec.config as Json)} ${feeds.join(' ')}`
    const known = first.get(key)
    if (known === undefined) {
      first.set(key, spec.id)
      return true
    }
    insteadOf.set(spec.id, known)
    notes.push({ rewrite: 'share sub-plans', operator: spec.id, text: `is ${known}` })
    return false
  })
  if (notes.length === 0) return { plan, notes }
  const left = new Set(operators.map((operator) => operator.spec.id))
  const edges = plan.edges.filter((edge) => left.has(edge.to)).map((edge) => ({ ...edge, from: insteadOf.get(edge.from) ?? edge.from }))
  return { plan: { ...plan, operators, edges }, notes }
}
