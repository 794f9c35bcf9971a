import { ExactNumber, type Json } from '../columnar/json.ts'
import type { Schema } from '../columnar/schema.ts'
import { printType } from '../columnar/dataType.ts'
import type { JobIdentity } from '../checkpoints/jobIdentity.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'

/**
 * A plan as its checkpoints remember it: see `checkpoints/jobIdentity.ts` for what is compared.
 *
 * Halves of operators that the compiler made are described as the operator of the job, so that a rewrite that depends on parallelism does not look like a change. Sinks are known by
 * their ids and kinds only: where rows go may change between two runs, as `--output` does.
 */
export function planIdentity(plan: PhysicalPlan): JobIdentity {
  const specs = plan.chains.flatMap(({ operators }) => operators)
  return {
    name: plan.name,
    maxParallelism: plan.settings.maxParallelism,
    operators: specs.flatMap(({ spec, role }) => {
      if (spec.phase?.kind === 'local' || spec.phase?.kind === 'before') return []
      const inputs = spec.phase?.kind === 'global' ? [spec.phase.rows] : spec.inputs.map(({ schema }) => schema)
      return [{ id: spec.id, kind: spec.kind, config: role === 'sink' ? '' : canonical(spec.config), inputs: inputs.map(schemaText) }]
    }),
  }
}

function schemaText({ fields }: Schema): string {
  return fields.map(({ name, type }) => `${name} ${printType(type)}`).join(', ')
}

/** The same settings give the same text: keys in order. */
function canonical(json: Json): string {
  if (json instanceof ExactNumber) return json.text
  if (Array.isArray(json)) return `[${(json as readonly Json[]).map(canonical).join(',')}]`
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  return `{${Object.entries(json)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${canonical(value as Json)}`)
    .join(',')}}`
}
