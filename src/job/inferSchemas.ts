import type { Schema } from '../columnar/schema.ts'
import type { JsonObject } from '../columnar/json.ts'
import { checkConfig } from './checkConfig.ts'
import { ordering } from './graph.ts'
import type { Edge, Job, Operator, Settings } from './job.ts'
import { rowKindTexts } from '../columnar/batch.ts'
import type { DefinitionOf, InputSchemas, OperatorDefinition, OutputSchemas, RowKinds } from './operatorDefinition.ts'
import type { Problem } from './problem.ts'
import { columnProblems, configProblems } from './problemCatalogue.ts'

/**
 * Schemas for every port and edge, by walking the job in topological order and asking each operator's definition.
 *
 * Stands half-finished jobs: an input that is not connected, or whose schema is not known, is null; an operator on a cycle sees null from
 * inside it; an operator of unknown kind has no outputs. Problems of operators are collected on the way. How operators are wired is
 * `validate`'s part.
 *
 * With a `memory` from an earlier call, operators whose definition, config, settings and input schemas are the same objects are not asked again:
 * documents are immutable, so an edit re-checks only what it touched and what lies behind it.
 */
export interface InferredSchemas {
  /** What each operator's inputs bring, by operator id and port, in order of the job's edges. */
  readonly inputs: ReadonlyMap<string, InputSchemas>
  /** By operator id, then port; an output that cannot be known is left out. */
  readonly outputs: ReadonlyMap<string, OutputSchemas>
  /** Row kinds each operator may emit, by operator id; of an output port that has others, by `id.port`. `rowKindsFrom` reads it. */
  readonly rowKinds: ReadonlyMap<string, RowKinds>
  /** By index in `job.edges`; null when not known. */
  readonly edges: readonly (Schema | null)[]
  /** Each operator's config without the fields whose shape is wrong: what `infer` saw. */
  readonly configs: ReadonlyMap<string, JsonObject>
  /** Of operators, in topological order. */
  readonly problems: readonly Problem[]
}

export type InferenceMemory = WeakMap<Operator, Remembered>

interface Remembered {
  readonly definition: OperatorDefinition
  readonly settings: Settings
  readonly inputs: InputSchemas
  readonly result: OperatorInference
}

interface OperatorInference {
  readonly config: JsonObject
  readonly outputs: OutputSchemas
  readonly problems: readonly Problem[]
}

export const defaultOutputPort = 'out'
export const defaultInputPort = 'in'
export function fromPortOf(edge: Edge): string {
  return edge.fromPort ?? defaultOutputPort
}
export function toPortOf(edge: Edge): string {
  return edge.toPort ?? defaultInputPort
}

const noSettings: Settings = {}

export function inferSchemas(job: Job, definitionOf: DefinitionOf, memory: InferenceMemory = new WeakMap()): InferredSchemas {
  const operators = new Map<string, Operator>()
  for (const operator of job.operators) if (!operators.has(operator.id)) operators.set(operator.id, operator)
  const incoming = new Map<string, number[]>()
  job.edges.forEach((edge, i) => {
    if (edge.from === edge.to || !operators.has(edge.from)) return
    const list = incoming.get(edge.to)
    if (list === undefined) incoming.set(edge.to, [i])
    else list.push(i)
  })

  const inputs = new Map<string, InputSchemas>()
  const outputs = new Map<string, OutputSchemas>()
  const configs = new Map<string, JsonObject>()
  const rowKinds = new Map<string, RowKinds>()
  const problems: Problem[] = []
  const settings = job.settings ?? noSettings
  for (const id of ordering([...operators.keys()], job.edges).order) {
    const operator = operators.get(id)!
    const definition = definitionOf(operator.kind)
    if (definition === undefined) {
      problems.push({ ...configProblems.unknownKind(operator.kind), place: { operator: id, path: 'kind' } })
      continue
    }
    const arriving = inputSchemas(definition, (incoming.get(id) ?? []).map((i) => job.edges[i]!), outputs)
    const known = memory.get(operator)
    const result =
      known !== undefined && known.definition === definition && known.settings === settings && sameInputs(known.inputs, arriving)
        ? known.result
        : inferOperator(operator, definition, arriving, settings)
    if (result !== known?.result) memory.set(operator, { definition, settings, inputs: arriving, result })
    inputs.set(id, arriving)
    outputs.set(id, result.outputs)
    configs.set(id, result.config)
    const arrivingKinds = kindsByPort(definition, (incoming.get(id) ?? []).map((i) => job.edges[i]!), rowKinds)
    rowKinds.set(id, definition.rowKinds?.({ config: result.config, inputs: arrivingKinds }) ?? passedOn(definition, arrivingKinds))
    const { rowKindsOfPort } = definition
    if (rowKindsOfPort !== undefined) {
      for (const { name: port } of definition.outputs) {
        const own = rowKindsOfPort({ config: result.config, inputs: arrivingKinds, port })
        if (own !== undefined) rowKinds.set(portKey(id, port), own)
      }
    }
    for (const port of definition.inputs) {
      if (port.insertOnly === true && arrivingKinds[port.name]!.some((kind) => kind !== '+I')) {
        problems.push({ ...columnProblems.changelogInput(definition.title), place: { operator: id } })
      }
    }
    problems.push(...result.problems)
  }
  const edges = job.edges.map((edge) => portSchema(outputs.get(edge.from), fromPortOf(edge)))
  return { inputs, outputs, rowKinds, edges, configs, problems }
}

/** No id has a dot. */
function portKey(id: string, port: string): string {
  return `${id}.${port}`
}

/** Row kinds that an edge from this port may bring. */
export function rowKindsFrom(rowKinds: ReadonlyMap<string, RowKinds>, id: string, port: string): RowKinds {
  return rowKinds.get(portKey(id, port)) ?? rowKinds.get(id) ?? []
}

/** Row kinds of each port's edges together. An edge out of a cycle or an unknown kind adds none: other Problems speak of it. */
function kindsByPort(definition: OperatorDefinition, edges: readonly Edge[], rowKinds: ReadonlyMap<string, RowKinds>): Record<string, RowKinds> {
  const kinds: Record<string, RowKinds> = {}
  for (const port of definition.inputs) {
    const arriving = edges.filter((edge) => toPortOf(edge) === port.name).flatMap((edge) => rowKindsFrom(rowKinds, edge.from, fromPortOf(edge)))
    kinds[port.name] = rowKindTexts.filter((kind) => arriving.includes(kind))
  }
  return kinds
}

function passedOn(definition: OperatorDefinition, arriving: Readonly<Record<string, RowKinds>>): RowKinds {
  const all = definition.inputs.flatMap((port) => arriving[port.name]!)
  return definition.inputs.length === 0 ? ['+I'] : rowKindTexts.filter((kind) => all.includes(kind))
}

/** Checks one operator's config and asks its definition: what the inspector needs while a field is being typed. */
export function inferOperator(operator: Operator, definition: OperatorDefinition, inputs: InputSchemas, settings: Settings): OperatorInference {
  const problems: Problem[] = []
  const report = (path: string, finding: { code: string; severity: Problem['severity']; message: string; span?: Problem['place']['span'] }): void => {
    const { span, ...rest } = finding
    problems.push({ ...rest, place: { operator: operator.id, path, ...(span === undefined ? {} : { span }) } })
  }
  const config = checkConfig(operator.config, definition.fields, report)
  const outputs = definition.infer({ config, inputs, settings, report })
  return { config, outputs: definition.outputs.length === 0 ? {} : outputs, problems }
}

function inputSchemas(definition: OperatorDefinition, edges: readonly Edge[], outputs: ReadonlyMap<string, OutputSchemas>): InputSchemas {
  const schemas: Record<string, (Schema | null)[]> = {}
  for (const port of definition.inputs) schemas[port.name] = []
  for (const edge of edges) {
    const list = Object.hasOwn(schemas, toPortOf(edge)) ? schemas[toPortOf(edge)]! : null
    if (list === null) continue
    // A port that takes one edge is judged by the first; `validate` reports the others.
    const port = definition.inputs.find((input) => input.name === toPortOf(edge))!
    if (port.many === true || list.length === 0) list.push(portSchema(outputs.get(edge.from), fromPortOf(edge)))
  }
  return schemas
}

function portSchema(outputs: OutputSchemas | undefined, port: string): Schema | null {
  return outputs !== undefined && Object.hasOwn(outputs, port) ? outputs[port]! : null
}

function sameInputs(a: InputSchemas, b: InputSchemas): boolean {
  const ports = Object.keys(a)
  return (
    ports.length === Object.keys(b).length &&
    ports.every((port) => {
      const left = a[port]!
      const right = b[port]
      return right !== undefined && left.length === right.length && left.every((schema, i) => schema === right[i])
    })
  )
}

/** The schema of the only edge into a port, for definitions: null when there is none or it is not known. */
export function inputSchema(inputs: InputSchemas, port: string): Schema | null {
  return inputs[port]?.[0] ?? null
}

