import type { DefinitionOf, UpdateBefore } from '../job/operatorDefinition.ts'
import { leastKeys, type UpsertKeys } from '../job/upsertKeys.ts'
import { indicesBy, type LogicalPlan } from './logicalPlan.ts'
import { inputSchemasOf } from './rewrites/rewrite.ts'

/**
 * Upsert keys of every operator's output and input, and which operators need not send the row before an update (`-U`), because everybody who reads them replaces by a key.
 *
 * Keys go from the sources down, by what rooms say of theirs. What is needed goes up: from the sinks each reader tells whether it can do without; an operator that passes changes on can where its own readers can; one that
 * makes its updates leaves the row before out. Where one way into an operator cannot, none of its ways does, and it is tried again without.
 *
 * Source: Flink's FlinkRelMdUpsertKeys and the update kinds of FlinkChangelogModeInferenceProgram.
 */
export function upsertKeysOf(plan: LogicalPlan, definitionOf: DefinitionOf): { readonly outputs: ReadonlyMap<string, UpsertKeys>; readonly inputs: ReadonlyMap<string, readonly UpsertKeys[]> } {
  const outputs = new Map<string, UpsertKeys>()
  const inputs = new Map<string, readonly UpsertKeys[]>()
  const incoming = indicesBy(plan.edges, (edge) => edge.to)
  for (const { spec } of plan.operators) {
    const definition = definitionOf(spec.kind)!
    const own: UpsertKeys[] = spec.inputs.map(() => [])
    for (const index of incoming.get(spec.id) ?? []) {
      const { from, fromOutput, toInput } = plan.edges[index]!
      own[toInput] = fromOutput === 0 ? (outputs.get(from) ?? []) : []
    }
    inputs.set(spec.id, own)
    // Partial rows are no rows of the job.
    const keys = spec.phase?.kind === 'local' ? [] : (definition.upsertKeys?.({ config: spec.config, inputs: inputSchemasOf(definition, spec.inputs), keys: keysByPort(spec.inputs, own) }) ?? [])
    outputs.set(spec.id, leastKeys(keys))
  }
  return { outputs, inputs }
}

/** Ids of operators that leave out the row before their updates. */
export function withoutUpdateBefore(plan: LogicalPlan, definitionOf: DefinitionOf): ReadonlySet<string> {
  const { inputs } = upsertKeysOf(plan, definitionOf)
  const outgoing = indicesBy(plan.edges, (edge) => edge.from)
  const incoming = indicesBy(plan.edges, (edge) => edge.to)
  const said = new Map<string, UpdateBefore>()
  for (const { spec } of plan.operators) {
    const definition = definitionOf(spec.kind)!
    said.set(spec.id, definition.updateBefore?.({ config: spec.config, inputs: inputSchemasOf(definition, spec.inputs), keys: keysByPort(spec.inputs, inputs.get(spec.id)!) }) ?? {})
  }
  const never = new Set<string>()
  for (;;) {
    const without = new Set<string>()
    for (const { spec } of plan.operators.toReversed()) {
      const edges = (outgoing.get(spec.id) ?? []).map((index) => plan.edges[index]!)
      if (never.has(spec.id) || said.get(spec.id)!.output === undefined || edges.length === 0) continue
      const spared = edges.every(({ to, toInput, fromOutput }) => {
        if (fromOutput !== 0) return false
        const reader = plan.operators.find((operator) => operator.spec.id === to)!
        const needs = said.get(to)!.inputs?.[reader.spec.inputs[toInput]!.port]
        return needs === 'unneeded' || (needs === 'passed' && without.has(to))
      })
      if (spared) without.add(spec.id)
    }
    const failing = plan.operators.find(({ spec }) => without.has(spec.id) && said.get(spec.id)!.output === 'passed' && (incoming.get(spec.id) ?? []).some((index) => spec.inputs[plan.edges[index]!.toInput]!.updating === true && !without.has(plan.edges[index]!.from)))
    if (failing === undefined) return without
    never.add(failing.spec.id)
  }
}

/** By port, none where several streams meet: a key of one says nothing of the others. */
function keysByPort(inputs: LogicalPlan['operators'][number]['spec']['inputs'], keys: readonly UpsertKeys[]): Record<string, UpsertKeys> {
  const byPort: Record<string, UpsertKeys> = {}
  inputs.forEach(({ port }, i) => (byPort[port] = byPort[port] === undefined ? keys[i]! : []))
  return byPort
}
