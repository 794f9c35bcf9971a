import { printType, type DataType } from '../../../columnar/dataType.ts'
import type { Json, JsonObject } from '../../../columnar/json.ts'
import { fieldOf, type Schema } from '../../../columnar/schema.ts'
import { compile } from '../../../compiler/compile.ts'
import type { Edge, Job, Operator } from '../../../job/job.ts'
import { checkJob, hasErrors } from '../../../job/validate.ts'
import { definitionOf } from '../../../operators/catalog.ts'
import { isLate } from './arbitrarySource.ts'
import type { Chance } from './chance.ts'

/**
 * Topics and tables of the store in generated programs: some edges are cut, a sink writes what comes there to a topic, and a source reads it; and some of the ends are topics or tables, with a key where the changes
 * have one. Drawn behind everything else, so that a program without them is the one it was before there were any.
 *
 * What a topic loses decides which edges may be cut. Only rows straight from a source keep their event time: their order and their watermark are then what they were. Where such rows may be late nothing else may read
 * that source, since the two ways would run apart. A key may not be NULL on Flink, so a filter stands before it.
 */
export function throughTopics(chance: Chance, job: Job): Job {
  const cut = chance.happens(30) ? withTopic(chance, job) : job
  return cut.operators.filter(({ kind }) => kind === 'sink').reduce((now, { id }) => (chance.happens(25) ? withKeptEnd(chance, now, id) : now), cut)
}

function withTopic(chance: Chance, job: Job): Job {
  const candidates = job.edges.filter((edge) => job.operators.some(({ id, kind }) => id === edge.to && kind !== 'sink'))
  if (candidates.length === 0) return job
  const edge = chance.oneOf(candidates)
  const stream = streamAt(job, edge)
  const from = job.operators.find(({ id }) => id === edge.from)!
  const watermark = from.kind === 'source' ? from.config.watermark : undefined
  if (stream === null || !stream.schema.fields.every(({ name, type, time }) => isWritable(type) && time !== 'processing' && !name.startsWith('window_'))) return job
  if (watermark !== undefined && job.edges.filter((other) => other.from === edge.from).length > 1 && mayBeLate(from)) return job
  const key = chance.happens(60) ? (stream.keys.find((columns) => columns.length > 0) ?? []) : []
  const filled = withoutNulls('before_topic', edge.from, stream.schema, key)
  const connector: JsonObject = { type: 'topic', topic: 'between' }
  const read: JsonObject = { ...connector, ...(key.length > 0 ? { key } : stream.updating ? { format: 'debezium-json' } : {}) }
  const columns = stream.schema.fields.map(({ name, type }) => ({ name, type: printType(type) }))
  const operators: Operator[] = [
    ...job.operators,
    ...filled.operators,
    { id: 'to_topic', kind: 'sink', config: { connector, ...(key.length === 0 ? {} : { key }) } },
    { id: 'from_topic', kind: 'source', config: { connector: read, columns, ...(watermark === undefined ? {} : { watermark }) } },
  ]
  const { fromPort, ...rest } = edge
  const edges = [...job.edges.filter((other) => other !== edge), ...filled.edges, { from: filled.last, to: 'to_topic', ...(filled.last === edge.from && fromPort !== undefined ? { fromPort } : {}) }, { ...rest, from: 'from_topic' }]
  return valid({ ...job, operators, edges }) ?? job
}

function withKeptEnd(chance: Chance, job: Job, sink: string): Job {
  const edge = job.edges.find(({ to }) => to === sink)!
  const stream = streamAt(job, edge)
  const end = job.operators.find(({ id }) => id === sink)!
  if (stream === null || (end.config.connector as JsonObject).type !== 'collect') return job
  if (!stream.schema.fields.every(({ type }) => isWritable(type))) return job
  const connector: JsonObject = chance.happens(50) ? { type: 'store', table: sink } : { type: 'topic', topic: sink }
  const key = chance.happens(70) ? (stream.keys.find((columns) => columns.length > 0) ?? []) : []
  const filled = withoutNulls(`before_${sink}`, edge.from, stream.schema, key)
  const operators = job.operators.map((operator) => (operator === end ? { ...end, config: { connector, ...(key.length === 0 ? {} : { key }) } } : operator))
  if (filled.last === edge.from) return valid({ ...job, operators }) ?? job
  return valid({ ...job, operators: [...operators, ...filled.operators], edges: [...job.edges.filter((other) => other !== edge), ...filled.edges, { from: filled.last, to: sink }] }) ?? job
}

interface CutStream {
  readonly schema: Schema
  readonly updating: boolean
  readonly keys: readonly (readonly string[])[]
}

function streamAt(job: Job, edge: Edge): CutStream | null {
  const { changelog } = compile(job, definitionOf)
  const at = job.edges.indexOf(edge)
  const schema = checkJob(job, definitionOf).edges[at]
  const changes = changelog?.edges.get(at)
  return schema === null || schema === undefined || changes === undefined ? null : { schema, updating: changes.rowKinds.some((kind) => kind !== '+I'), keys: changes.upsertKeys }
}

/** A filter before a sink, where a column of its key may be NULL. */
function withoutNulls(id: string, from: string, schema: Schema, key: readonly string[]): { readonly operators: readonly Operator[]; readonly edges: readonly Edge[]; readonly last: string } {
  const nullable = key.filter((name) => fieldOf(schema, name)!.type.nullable)
  if (nullable.length === 0) return { operators: [], edges: [], last: from }
  const where = nullable.map((name) => `\`${name}\` IS NOT NULL`).join(' AND ')
  return { operators: [{ id, kind: 'filter', config: { where } }], edges: [{ from, to: id }], last: id }
}

/** Whether a JSON record of Flink's can hold it. */
function isWritable(type: DataType): boolean {
  switch (type.kind) {
    case 'ARRAY':
      return isWritable(type.element)
    case 'ROW':
      return type.fields.every((field) => isWritable(field.type))
    case 'MAP':
    case 'MULTISET':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
    case 'NULL':
      return false
    default:
      return true
  }
}

function mayBeLate({ config }: Operator): boolean {
  return isLate((config.connector as unknown as { readonly rows: readonly (readonly Json[])[] }).rows, Number((config.watermark as JsonObject).delayMs))
}

function valid(job: Job): Job | null {
  return hasErrors(checkJob(job, definitionOf).problems) || compile(job, definitionOf).physical === null ? null : job
}

/** The topic that an operator reads or writes; null when it has to do with none. */
export function topicIn({ config }: Pick<Operator, 'config'>): string | null {
  const connector = config.connector as JsonObject | undefined
  return connector?.type === 'topic' ? String(connector.topic) : null
}

/** An edge for each way through a topic: from a sink that writes it to a source that reads it. */
export function topicEdges({ operators }: Job): readonly Edge[] {
  const sinks = operators.filter((operator) => operator.kind === 'sink' && topicIn(operator) !== null)
  return sinks.flatMap((sink) => operators.filter((operator) => operator.kind === 'source' && topicIn(operator) === topicIn(sink)).map((source): Edge => ({ from: sink.id, to: source.id })))
}
