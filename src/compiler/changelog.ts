import { rowKindsFrom } from '../job/inferSchemas.ts'
import type { DefinitionOf, RowKinds } from '../job/operatorDefinition.ts'
import { leastKeys, sameColumns, type UpsertKeys } from '../job/upsertKeys.ts'
import type { CheckedJob } from '../job/validate.ts'
import { indicesBy, type LogicalPlan } from './logicalPlan.ts'
import { inputSchemasOf } from './rewrites/rewrite.ts'

/**
 * What the changes on each edge of the job are: which kinds there are, and by which columns a row may be replaced instead of taken back. And which sinks need their changes put in order first, because
 * they replace by other columns than the changes are about.
 *
 * Kinds are inferred with the schemas (`job/inferSchemas.ts`); upsert keys here, from the sources down, by what rooms say of theirs.
 *
 * Source: Flink's FlinkChangelogModeInferenceProgram, FlinkRelMdUpsertKeys and StreamPhysicalSink (upsert materialize).
 */
export interface Changelog {
  /** By index in the job's edges. */
  readonly edges: ReadonlyMap<number, EdgeChanges>
  /** By operator id: of its main output. */
  readonly keys: ReadonlyMap<string, UpsertKeys>
  /** Ids of sinks that keep the rows of each key, because changes of one key come from several rows. */
  readonly materialised: ReadonlySet<string>
}

export interface EdgeChanges {
  readonly rowKinds: RowKinds
  readonly upsertKeys: UpsertKeys
}

export function changelogOf(plan: LogicalPlan, definitionOf: DefinitionOf, checked: CheckedJob): Changelog {
  const keys = new Map<string, UpsertKeys>()
  const incoming = indicesBy(plan.edges, (edge) => edge.to)
  const edges = new Map<number, EdgeChanges>()
  const materialised = new Set<string>()
  for (const operator of plan.operators) {
    const { spec } = operator
    const definition = definitionOf(spec.kind)!
    const arriving: Record<string, UpsertKeys> = {}
    for (const index of incoming.get(spec.id) ?? []) {
      const edge = plan.edges[index]!
      const upsertKeys = edge.fromOutput === 0 ? (keys.get(edge.from) ?? []) : []
      const from = plan.operators.find((candidate) => candidate.spec.id === edge.from)!.spec
      edges.set(edge.edge, { rowKinds: rowKindsFrom(checked.rowKinds, edge.from, from.outputs[edge.fromOutput]!.port), upsertKeys })
      const { port } = spec.inputs[edge.toInput]!
      // Rows of several streams in one port: a key of one says nothing of the others.
      arriving[port] = arriving[port] === undefined ? upsertKeys : []
    }
    keys.set(spec.id, leastKeys(definition.upsertKeys?.({ config: spec.config, inputs: inputSchemasOf(definition, spec.inputs), keys: arriving }) ?? []))
    if (operator.family === 'sink' && spec.inputs.some((input) => input.updating === true)) {
      const key = Array.isArray(spec.config.key) ? (spec.config.key as readonly string[]) : []
      const [upsertKeys] = Object.values(arriving)
      if (key.length > 0 && !(upsertKeys ?? []).some((known) => sameColumns(known, key))) materialised.add(spec.id)
    }
  }
  return { edges, keys, materialised }
}
