import type { JsonObject } from '../columnar/json.ts'
import type { Schema } from '../columnar/schema.ts'
import { fromPortOf, rowKindsFrom, toPortOf } from '../job/inferSchemas.ts'
import type { Job } from '../job/job.ts'
import type { DefinitionOf, Distribution, InputSchemas, OperatorDefinition } from '../job/operatorDefinition.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'
import type { Problem } from '../job/problem.ts'
import { wiringProblems } from '../job/problemCatalogue.ts'
import { mergeSettings } from '../job/settings.ts'
import type { CheckedJob } from '../job/validate.ts'

/**
 * The job as operators and typed edges, after checking and before placement. Plain data: printed by `explain`, rewritten by pure
 * functions, read by the exporters.
 */
export interface LogicalPlan {
  readonly name: string
  readonly settings: PlanSettings
  /** In topological order, then by id. */
  readonly operators: readonly LogicalOperator[]
  readonly edges: readonly LogicalEdge[]
}

export interface PlanSettings {
  readonly parallelism: number
  readonly maxParallelism: number
  readonly timeZone: string
}

export interface LogicalOperator {
  readonly spec: OperatorSpec
  readonly name: string
  readonly family: 'source' | 'shape' | 'time' | 'join' | 'state' | 'sink'
  readonly parallelism: number
  /** One for each entry of `spec.inputs`. */
  readonly distribution: readonly Distribution[]
}

export interface LogicalEdge {
  /** Index in the job document's `edges`: previews and metrics are keyed by it. */
  readonly edge: number
  readonly from: string
  /** Index of the output port in `spec.outputs` of `from`. */
  readonly fromOutput: number
  readonly to: string
  /** Index in `spec.inputs` of `to`. */
  readonly toInput: number
  /** A rewrite put an operator into the job's edge, and this is the way on from there: the rows of the job's edge are those before it. */
  readonly hidden?: true
}

/**
 * The plan of a job without errors. `plan` is null when an edge leaves an output that its operator, as it is set, does not have.
 *
 * Parallelism: an operator's own setting, else what its input asks for. Rows that must meet by key run at the job's parallelism; rows that must all
 * meet, in one subtask; a source in no more subtasks than it has splits. Operators that take their rows as they come follow what feeds them, so a
 * stream from one split stays in order until it is keyed (docs/decisions/0010).
 */
export function logicalPlan(job: Job, definitionOf: DefinitionOf, checked: CheckedJob): { readonly plan: LogicalPlan | null; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const settings = mergeSettings(job.settings)
  const { miniBatch } = settings
  const ofSettings = {
    ...(settings.stateTtlMs > 0 ? { stateTtlMs: settings.stateTtlMs } : {}),
    ...(miniBatch.latencyMs > 0 ? { miniBatch } : {}),
  }
  const incoming = indicesBy(job.edges, (edge) => edge.to)
  const byId = new Map(job.operators.map((operator) => [operator.id, operator]))
  const operators: LogicalOperator[] = []
  const edges: LogicalEdge[] = []
  const parallelismOf = new Map<string, number>()
  const outputPorts = new Map<string, readonly string[]>()
  let complete = true

  for (const id of checked.order) {
    const operator = byId.get(id)!
    const definition = definitionOf(operator.kind)!
    const config = checked.configs.get(id)!
    const outputs = definition.outputs.flatMap((port) => {
      const schema = checked.outputs.get(id)?.[port.name]
      return schema === undefined ? [] : [{ port: port.name, schema }]
    })
    outputPorts.set(id, outputs.map((output) => output.port))

    // In port order, then edge order: what `spec.inputs` promises.
    const inputs: { port: string; schema: Schema; updating?: true }[] = []
    const feeds: number[] = []
    for (const port of definition.inputs) {
      for (const i of incoming.get(id) ?? []) {
        const edge = job.edges[i]!
        if (toPortOf(edge) !== port.name) continue
        const fromOutput = outputPorts.get(edge.from)!.indexOf(fromPortOf(edge))
        const schema = checked.edges[i] ?? null
        if (fromOutput === -1 || schema === null) {
          problems.push({ ...wiringProblems.outputWithoutRows(fromPortOf(edge)), place: { operator: edge.from } })
          complete = false
          continue
        }
        edges.push({ edge: i, from: edge.from, fromOutput, to: id, toInput: inputs.length })
        const updating = rowKindsFrom(checked.rowKinds, edge.from, fromPortOf(edge)).some((kind) => kind !== '+I')
        inputs.push(updating ? { port: port.name, schema, updating } : { port: port.name, schema })
        feeds.push(parallelismOf.get(edge.from)!)
      }
    }
    const distribution = distributionOfEdges(definition, config, checked.inputs.get(id)!, inputs)
    const parallelism = parallelismFor(definition, config, distribution, feeds, operator.parallelism, settings.parallelism)
    if (operator.parallelism !== undefined && operator.parallelism !== parallelism) {
      problems.push({ ...wiringProblems.parallelismUnused(operator.parallelism, parallelism, definition.family === 'source'), place: { operator: id } })
    }
    parallelismOf.set(id, parallelism)
    operators.push({
      spec: { id, kind: operator.kind, config, inputs, outputs, ...ofSettings },
      name: operator.name ?? definition.title,
      family: definition.family,
      parallelism,
      distribution,
    })
  }
  edges.sort((a, b) => a.edge - b.edge)
  const { parallelism, maxParallelism, timeZone } = settings
  return { plan: complete ? { name: job.name, settings: { parallelism, maxParallelism, timeZone }, operators, edges } : null, problems }
}

/** Indices of the items by key, in order. */
export function indicesBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly number[]> {
  const indices = new Map<string, number[]>()
  items.forEach((item, i) => {
    const list = indices.get(keyOf(item))
    if (list === undefined) indices.set(keyOf(item), [i])
    else list.push(i)
  })
  return indices
}

/** One distribution for each entry of `inputs`: definitions speak of ports, and a port may have many edges. */
export function distributionOfEdges(
  definition: OperatorDefinition,
  config: JsonObject,
  schemas: InputSchemas,
  inputs: readonly { readonly port: string }[],
): Distribution[] {
  const given = definition.distribution({ config, inputs: schemas })
  return inputs.map((input, i) => {
    const distribution = given.length === definition.inputs.length ? given[definition.inputs.findIndex((port) => port.name === input.port)]! : given[i]!
    // Rows that are equal in no column at all are all equal.
    return distribution.kind === 'hash' && distribution.columns.length === 0 ? { kind: 'single' } : distribution
  })
}

function parallelismFor(
  definition: OperatorDefinition,
  config: JsonObject,
  distribution: readonly Distribution[],
  feeds: readonly number[],
  own: number | undefined,
  standard: number,
): number {
  // More subtasks than splits would have nothing to read; fewer read several splits each.
  if (definition.family === 'source') return Math.min(definition.splits?.(config) ?? 1, own ?? standard)
  if (distribution.some(({ kind }) => kind === 'single')) return 1
  if (own !== undefined) return own
  if (distribution.some(({ kind }) => kind === 'hash')) return standard
  // Streams of different parallelism meet in one subtask: dealing one of them out would lose its order.
  return feeds.length > 0 && feeds.every((feed) => feed === feeds[0]) ? feeds[0]! : 1
}
