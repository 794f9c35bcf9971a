import type { Json, JsonObject } from '../columnar/json.ts'
import { isObject } from './checkConfig.ts'
import type { ConfigField } from './configField.ts'
import { jobShape } from './envelope.ts'
import { compareIds, ordering } from './graph.ts'
import { fromPortOf, toPortOf, defaultInputPort, defaultOutputPort } from './inferSchemas.ts'
import type { Edge, Job } from './job.ts'
import { printJsonIndented } from '../columnar/jsonText.ts'
import type { DefinitionOf } from './operatorDefinition.ts'
import type { Shape } from './shape.ts'

/**
 * The one text of a job: two-space JSON, keys in the order of the published schema, operators and edges in topological then id order, a
 * newline at the end. Two jobs that mean the same read the same; a diff shows what changed and nothing else. Canonicalising twice
 * changes nothing, and numbers keep their digits.
 *
 * Two orders are left alone because they mean something: edges into one port keep their order among themselves (a union takes its column
 * names from the first), and rows of data keep theirs.
 */
export function canonicalText(job: Job, definitionOf: DefinitionOf): string {
  return `${printJsonIndented(canonicalJob(job, definitionOf) as unknown as Json, '')}\n`
}

/** The job with everything in canonical order. */
export function canonicalJob(job: Job, definitionOf: DefinitionOf): Job {
  const order = ordering(job.operators.map((operator) => operator.id), job.edges).order
  const position = new Map(order.map((id, i) => [id, i]))
  const operators = job.operators
    .map((operator) => {
      const fields = definitionOf(operator.kind)?.fields
      return { ...operator, config: fields === undefined ? sortedKeys(operator.config) : (inFieldOrder(operator.config, fields, []) as JsonObject) }
    })
    .sort((a, b) => position.get(a.id)! - position.get(b.id)!)
  const layout = job.layout?.operators === undefined ? job.layout : { ...job.layout, operators: byOperator(job.layout.operators, position) }
  const tests = job.tests?.map((test) => ({
    ...test,
    ...(test.inputs === undefined ? {} : { inputs: byOperator(test.inputs, position) }),
    expect: byOperator(test.expect, position),
  }))
  const ordered = {
    ...job,
    operators,
    edges: orderedEdges(job.edges, position),
    ...(layout === undefined ? {} : { layout }),
    ...(tests === undefined ? {} : { tests }),
  }
  return inShapeOrder(ordered as unknown as Json, jobShape) as unknown as Job
}

function orderedEdges(edges: readonly Edge[], position: ReadonlyMap<string, number>): Edge[] {
  const at = (id: string): number => position.get(id) ?? position.size
  const named = edges.map(({ from, fromPort, to, toPort }): Edge => ({
    from,
    ...(fromPort === undefined || fromPort === defaultOutputPort ? {} : { fromPort }),
    to,
    ...(toPort === undefined || toPort === defaultInputPort ? {} : { toPort }),
  }))
  const sorted = [...named].sort(
    (a, b) =>
      at(a.from) - at(b.from) ||
      compareIds(a.from, b.from) ||
      at(a.to) - at(b.to) ||
      compareIds(a.to, b.to) ||
      compareIds(fromPortOf(a), fromPortOf(b)) ||
      compareIds(toPortOf(a), toPortOf(b)),
  )
  // The places that one port's edges take in the sorted list are filled with them in their own order.
  const queues = new Map<string, Edge[]>()
  for (const edge of named) {
    const key = `${edge.to} ${toPortOf(edge)}`
    const queue = queues.get(key)
    if (queue === undefined) queues.set(key, [edge])
    else queue.push(edge)
  }
  const taken = new Map<string, number>()
  return sorted.map((edge) => {
    const key = `${edge.to} ${toPortOf(edge)}`
    const next = taken.get(key) ?? 0
    taken.set(key, next + 1)
    return queues.get(key)![next]!
  })
}

/** Entries by operator id, in the order of the operators; ids that are not in the job come last, by id. */
function byOperator<T>(record: Readonly<Record<string, T>>, position: ReadonlyMap<string, number>): Record<string, T> {
  const ids = Object.keys(record).sort((a, b) => (position.get(a) ?? position.size) - (position.get(b) ?? position.size) || compareIds(a, b))
  return Object.fromEntries(ids.map((id) => [id, record[id]!]))
}

function inShapeOrder(value: Json, shape: Shape): Json {
  switch (shape.kind) {
    case 'object': {
      if (!isObject(value)) return value
      const keys = Object.keys(shape.keys).filter((key) => Object.hasOwn(value, key) && value[key] !== undefined)
      return Object.fromEntries(keys.map((key) => [key, inShapeOrder(value[key]!, shape.keys[key]!.shape)]))
    }
    case 'record':
      if (!isObject(value)) return value
      return Object.fromEntries(Object.keys(value).map((key) => [key, inShapeOrder(value[key]!, shape.value)]))
    case 'list':
      return Array.isArray(value) ? value.map((item: Json) => inShapeOrder(item, shape.item)) : value
    default:
      return value
  }
}

/** Known keys in the order of the fields, unknown ones after them by name. */
function inFieldOrder(value: Json, fields: readonly ConfigField[], first: readonly string[]): Json {
  if (!isObject(value)) return value
  const known = [...first, ...fields.map((field) => field.key)]
  const keys = [...known.filter((key) => Object.hasOwn(value, key)), ...Object.keys(value).filter((key) => !known.includes(key)).sort(compareIds)]
  return Object.fromEntries(
    [...new Set(keys)].map((key) => {
      const field = fields.find((candidate) => candidate.key === key)
      return [key, field === undefined ? sortedKeys(value[key]!) : inControlOrder(value[key]!, field)]
    }),
  )
}

function inControlOrder(value: Json, field: ConfigField): Json {
  switch (field.control) {
    case 'object':
      return inFieldOrder(value, field.fields, [])
    case 'variant': {
      const variant = isObject(value) ? field.variants.find((candidate) => candidate.type === value.type) : undefined
      return variant === undefined ? sortedKeys(value) : inFieldOrder(value, variant.fields, ['type'])
    }
    case 'namedExpressions':
      return listOfRecords(value, ['name', 'expression'])
    case 'columnPairs':
      return listOfRecords(value, ['left', 'right'])
    case 'orderBy':
      return listOfRecords(value, ['column', 'direction'])
    case 'schema':
      return listOfRecords(value, ['name', 'type', 'expression'])
    case 'json':
      return sortedKeys(value)
    default:
      return value
  }
}

function listOfRecords(value: Json, keys: readonly string[]): Json {
  if (!Array.isArray(value)) return value
  return value.map((item: Json) => {
    if (!isObject(item)) return item
    const ordered = [...keys.filter((key) => Object.hasOwn(item, key)), ...Object.keys(item).filter((key) => !keys.includes(key)).sort(compareIds)]
    return Object.fromEntries(ordered.map((key) => [key, item[key]!]))
  })
}

function sortedKeys<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map((item: Json) => sortedKeys(item)) as unknown as T
  if (!isObject(value)) return value
  return Object.fromEntries(Object.keys(value).sort(compareIds).map((key) => [key, sortedKeys(value[key]!)])) as T
}
