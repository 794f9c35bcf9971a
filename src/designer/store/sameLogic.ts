import type { Json } from '../../columnar/json.ts'
import type { Job } from '../../job/job.ts'
import { sameJson } from './documentCommands.ts'
import { edgeKey } from './edgeKey.ts'

/** Whether two jobs compute the same: operators, wiring and settings, but not names, layout, notes or tests. */
export function sameLogic(a: Job, b: Job): boolean {
  if (a.operators !== b.operators) {
    if (a.operators.length !== b.operators.length) return false
    const byId = new Map(b.operators.map((operator) => [operator.id, operator]))
    for (const operator of a.operators) {
      const other = byId.get(operator.id)
      if (other === operator) continue
      if (other === undefined || other.kind !== operator.kind || other.parallelism !== operator.parallelism || !sameJson(operator.config, other.config)) return false
    }
  }
  if (a.edges !== b.edges) {
    if (a.edges.length !== b.edges.length) return false
    const keys = new Set(b.edges.map(edgeKey))
    if (!a.edges.every((edge) => keys.has(edgeKey(edge)))) return false
  }
  return a.settings === b.settings || sameJson((a.settings ?? {}) as unknown as Json, (b.settings ?? {}) as unknown as Json)
}
