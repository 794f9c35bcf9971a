import { rowKindsFrom } from '../job/inferSchemas.ts'
import type { DefinitionOf, RowKinds } from '../job/operatorDefinition.ts'
import type { UpsertKeys } from '../job/upsertKeys.ts'
import type { CheckedJob } from '../job/validate.ts'
import type { LogicalPlan } from './logicalPlan.ts'
import { upsertKeysOf } from './updateKinds.ts'

/**
 * What the changes on each edge of the job are: which kinds there are, and by which columns a row may be replaced instead of taken back. And which sinks need their changes put in order first, because
 * they replace by other columns than the changes are about.
 *
 * Kinds are inferred with the schemas (`job/inferSchemas.ts`); upsert keys in `updateKinds.ts`.
 *
 * Source: Flink's FlinkChangelogModeInferenceProgram, FlinkRelMdUpsertKeys and StreamPhysicalSink (upsert materialize).
 */
export interface Changelog {
  /** By index in the job's edges. */
  readonly edges: ReadonlyMap<number, EdgeChanges>
  /** By operator id: of its main output. */
  readonly keys: ReadonlyMap<string, UpsertKeys>
  /** Ids of operators that leave out the row before their updates, as the plan is run. */
  readonly withoutUpdateBefore: ReadonlySet<string>
  /** Ids of sinks that keep the rows of each key, because changes of one key come from several rows. */
  readonly materialised: ReadonlySet<string>
}

export interface EdgeChanges {
  readonly rowKinds: RowKinds
  readonly upsertKeys: UpsertKeys
}

export function changelogOf(plan: LogicalPlan, definitionOf: DefinitionOf, checked: CheckedJob, without: ReadonlySet<string>): Changelog {
  const { outputs, inputs } = upsertKeysOf(plan, definitionOf)
  const byId = new Map(plan.operators.map((operator) => [operator.spec.id, operator]))
  const edges = new Map<number, EdgeChanges>()
  for (const { edge, from, fromOutput, to, toInput } of plan.edges) {
    const rowKinds = rowKindsFrom(checked.rowKinds, from, byId.get(from)!.spec.outputs[fromOutput]!.port)
    edges.set(edge, { rowKinds: without.has(from) ? rowKinds.filter((kind) => kind !== '-U') : rowKinds, upsertKeys: inputs.get(to)![toInput]! })
  }
  const materialised = new Set<string>()
  for (const { spec, family } of plan.operators) {
    const [input] = spec.inputs
    if (family !== 'sink' || input?.updating !== true || !Array.isArray(spec.config.key) || spec.config.key.length === 0) continue
    const key = spec.config.key as readonly string[]
    if (!inputs.get(spec.id)![0]!.some((known) => known.every((column) => key.includes(column)))) materialised.add(spec.id)
  }
  return { edges, keys: outputs, withoutUpdateBefore: without, materialised }
}
