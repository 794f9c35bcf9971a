import { join } from 'node:path'
import type { JsonObject } from '../../src/columnar/json.ts'
import type { Edge, Job, Operator } from '../../src/job/job.ts'
import { columnsOf } from '../../src/job/orderConfig.ts'
import { topicEdges, topicIn } from '../../src/runtime/testing/generated/throughTopics.ts'

/**
 * Topics and tables of a job on a Flink that has neither brokers nor a database: files, which the harness's own connector `kept-rows` writes and its format of the same name reads. Schema, key and watermark stay those
 * of the exported script; of the WITH nothing does. What depends on real brokers (partitions, transactions, how a value is written) is asked in `conformance/kafka`.
 *
 * A source of a topic reads what sinks of the same job have written, so the script runs in stages: what such a source feeds waits until every writer of the topic is through.
 */
type Placed = Pick<Operator, 'kind' | 'config'>

function connectorOf({ config }: Placed): JsonObject {
  return (config.connector ?? {}) as JsonObject
}

/** Whether a sink's rows stay somewhere, by which it is more than a way to see them. */
export function isKept(operator: Placed): boolean {
  return operator.kind === 'sink' && ['topic', 'store'].includes(String(connectorOf(operator).type))
}

/** The columns by which a topic or a table of the store replaces its rows. */
export function keptKeyOf(operator: Placed): readonly string[] {
  return isKept(operator) ? columnsOf(operator.config, 'key') : []
}

/** The connector of a source of a topic, or of a sink whose rows stay. */
export function fileBinding(operator: Operator, folder: string): JsonObject {
  const topic = topicIn(operator)
  if (operator.kind === 'sink') return { connector: 'kept-rows', options: { path: keptPath(operator, folder), ...(keptKeyOf(operator).length === 0 ? {} : { upserts: 'true' }) } }
  const connector = connectorOf(operator)
  const mode = columnsOf(connector, 'key').length > 0 ? 'upserts' : connector.format === 'debezium-json' ? 'changes' : 'rows'
  return { connector: 'filesystem', options: { path: `file://${topicPath(topic!, folder)}`, format: 'kept-rows', 'kept-rows.mode': mode } }
}

/** The file of a sink whose rows stay. Sinks of one topic would overwrite each other's. */
export function keptPath(operator: Operator, folder: string): string {
  const topic = topicIn(operator)
  return topic === null ? join(folder, `${operator.id}.kept.txt`) : topicPath(topic, folder)
}

function topicPath(topic: string, folder: string): string {
  return join(folder, `${topic}.topic.txt`)
}

/** The job's edges, and one from each sink of a topic to each source of it. */
export function edgesWithTopics(job: Job): readonly Edge[] {
  const through = topicEdges(job)
  return through.length === 0 ? job.edges : [...job.edges, ...through]
}

/** How many topics a sink's rows have come through, at most. */
export function stageOf(job: Job, sink: string): number {
  const edges = edgesWithTopics(job)
  const depth = (id: string): number => {
    const reads = job.operators.some((operator) => operator.id === id && operator.kind === 'source' && topicIn(operator) !== null)
    return Math.max(0, ...edges.filter(({ to }) => to === id).map(({ from }) => depth(from))) + (reads ? 1 : 0)
  }
  return depth(sink)
}
