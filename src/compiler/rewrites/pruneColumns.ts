import type { JsonObject } from '../../columnar/json.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { Settings } from '../../job/job.ts'
import type { ColumnsByPort, DefinitionOf } from '../../job/operatorDefinition.ts'
import type { RewriteNote } from '../compile.ts'
import { distributionOfEdges, indicesBy, type LogicalOperator, type LogicalPlan } from '../logicalPlan.ts'
import { inputSchemasOf } from './rewrite.ts'

/**
 * Projection pruning: sources leave out columns that no sink's rows depend on.
 *
 * Needs are asked for from the sinks up (`columnsNeeded`, all columns where a room does not say), then schemas are inferred anew from the sources down.
 * Sources that offer to (`columnsNotRead`) leave something out; whether a column may go unread is theirs to judge, because
 * reading is what finds rows that cannot be read. Operators that offer to (`narrowed`) no longer compute what nobody uses, which is theirs to judge too: what can fail is computed all the same.
 * Rows on edges lose columns, so this is for runs whose edges nobody sees (docs/decisions/0150).
 */
export function pruneColumns(plan: LogicalPlan, definitionOf: DefinitionOf, settings: Settings): { readonly plan: LogicalPlan; readonly notes: readonly RewriteNote[] } {
  const { used, configs } = usedOutputs(plan, definitionOf)
  const notes: RewriteNote[] = []
  const outputs = new Map<string, readonly { readonly port: string; readonly schema: Schema }[]>()
  const incoming = indicesBy(plan.edges, (edge) => edge.to)

  const operators = plan.operators.map((operator): LogicalOperator => {
    const { spec } = operator
    const definition = definitionOf(spec.kind)!
    if (operator.family === 'source') {
      const pruned = spec.outputs.map(({ port, schema }) => {
        const wanted = used.get(spec.id)?.get(port) ?? new Set<string>()
        const dropped = definition.columnsNotRead?.({ config: spec.config, schema, used: wanted }) ?? []
        const kept: Schema = { fields: schema.fields.filter((field) => !dropped.includes(field.name) || wanted.has(field.name)) }
        if (kept.fields.length === schema.fields.length) return { port, schema }
        const left = schema.fields.filter((field) => !kept.fields.includes(field)).map((field) => field.name)
        notes.push({ rewrite: 'prune columns', operator: spec.id, text: `does not read ${left.join(', ')}` })
        return { port, schema: kept }
      })
      outputs.set(spec.id, pruned)
      return { ...operator, spec: { ...spec, outputs: pruned } }
    }
    const inputs = spec.inputs.map((input, i) => {
      const edge = plan.edges[incoming.get(spec.id)!.find((index) => plan.edges[index]!.toInput === i)!]!
      return { ...input, schema: outputs.get(edge.from)![edge.fromOutput]!.schema }
    })
    const config = configs.get(spec.id) ?? spec.config
    if (config !== spec.config) notes.push({ rewrite: 'prune columns', operator: spec.id, text: 'computes only what is used' })
    if (config === spec.config && inputs.every((input, i) => input.schema === spec.inputs[i]!.schema)) {
      outputs.set(spec.id, spec.outputs)
      return operator
    }
    const schemas = inputSchemasOf(definition, inputs)
    // The unpruned job had no errors, and nothing it reads is gone: there is nothing to report.
    const inferred = definition.infer({ config, inputs: schemas, settings, report: () => {} })
    const pruned = spec.outputs.map(({ port, schema }) => ({ port, schema: inferred[port] ?? schema }))
    outputs.set(spec.id, pruned)
    return {
      ...operator,
      spec: { ...spec, config, inputs, outputs: pruned },
      // What a rewrite put into an edge takes its rows as they come, whatever its kind.
      distribution: spec.phase === undefined ? distributionOfEdges(definition, config, schemas, inputs) : operator.distribution,
    }
  })
  return notes.length === 0 ? { plan, notes } : { plan: { ...plan, operators }, notes }
}

/** The columns of each output that something downstream reads, by operator and port, and the configs of operators that need not compute all of theirs. */
function usedOutputs(plan: LogicalPlan, definitionOf: DefinitionOf): { readonly used: Map<string, Map<string, Set<string>>>; readonly configs: ReadonlyMap<string, JsonObject> } {
  const configs = new Map<string, JsonObject>()
  const used = new Map<string, Map<string, Set<string>>>()
  const byId = new Map(plan.operators.map((operator) => [operator.spec.id, operator]))
  const incoming = indicesBy(plan.edges, (edge) => edge.to)
  for (const operator of [...plan.operators].reverse()) {
    const { spec } = operator
    const definition = definitionOf(spec.kind)!
    const ports: ColumnsByPort = Object.fromEntries(used.get(spec.id) ?? [])
    const inputs = inputSchemasOf(definition, spec.inputs)
    const config = definition.narrowed?.({ config: spec.config, inputs, used: ports }) ?? spec.config
    if (config !== spec.config) configs.set(spec.id, config)
    const needed = definition.columnsNeeded?.({
      config,
      inputs,
      used: ports,
    })
    for (const index of incoming.get(spec.id) ?? []) {
      const edge = plan.edges[index]!
      const { port, schema } = spec.inputs[edge.toInput]!
      const columns = needed?.[port] ?? new Set(schema.fields.map((field) => field.name))
      // Keys decide where a row goes, so they are read whatever the operator says.
      const distribution = operator.distribution[edge.toInput]!
      const fromPort = byId.get(edge.from)!.spec.outputs[edge.fromOutput]!.port
      const fromUsed = used.get(edge.from) ?? new Map<string, Set<string>>()
      used.set(edge.from, fromUsed)
      const set = fromUsed.get(fromPort) ?? new Set<string>()
      fromUsed.set(fromPort, set)
      for (const column of columns) set.add(column)
      if (distribution.kind === 'hash') for (const column of distribution.columns) set.add(column)
      // Event time decides what is late, wherever windows may come.
      for (const field of schema.fields) if (field.time === 'event') set.add(field.name)
    }
  }
  return { used, configs }
}
