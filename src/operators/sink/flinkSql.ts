import type { JsonObject } from '../../columnar/json.ts'
import { withNullable } from '../../columnar/dataType.ts'
import type { Field } from '../../columnar/schema.ts'
import { columnsOf } from '../../job/orderConfig.ts'
import { flinkType } from '../../sql/flinkType.ts'
import { columnSql, quoted } from '../../sql/printStatement.ts'
import type { SelectColumn, TableStatement } from '../../sql/statement.ts'
import { connectorOptions } from '../connectorSql.ts'
import { noted, selectFrom, type SqlEmitter } from '../sqlEmitter.ts'

/** CREATE TABLE for what is written, and the INSERT that writes it. */
export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const { schema, updating } = inputs[0]!
    const notes: string[] = []
    const key = columnsOf(config, 'key')
    const connector = config.connector as JsonObject
    const options = config.flink === undefined ? optionsFor(connector, context.spec.id, updating === true, key.length > 0, notes) : connectorOptions(config.flink as JsonObject)
    // The planner's own check of every sink with a primary key, whatever its connector (seen on 1.20.3 and 2.2.1).
    const nullable = key.filter((name) => schema.fields.find((field) => field.name === name)?.type.nullable === true)
    if (nullable.length > 0) notes.push(`On Flink no column of a key may be NULL: a row with NULL in ${nullable.join(' or ')} fails the job there, and is a row like any other here. Filter such rows out before the sink.`)
    const table: TableStatement = {
      kind: 'table',
      name: context.view('out'),
      columns: schema.fields.map((field) => ({ name: field.name, type: flinkType(key.includes(field.name) ? withNullable(field.type, false) : field.type) })),
      ...(key.length === 0 ? {} : { primaryKey: key }),
      options,
    }
    // A sink takes one time attribute at most; the others go as the plain timestamps they are. To Flink a column may be one still that is none here: behind a window function or an interval join it keeps them all.
    const times = schema.fields.filter(mayBeTime)
    const kept = times.find(({ time }) => time === 'event') ?? (times.length === 1 ? times[0] : undefined)
    const columns = schema.fields.map((field): SelectColumn => {
      const keeps = field === kept || !mayBeTime(field)
      return keeps ? { expression: columnSql(field.name) } : { expression: { sql: `CAST(${quoted(field.name)} AS ${flinkType(withNullable(field.type, true))})` }, as: field.name }
    })
    return { statements: [table, { kind: 'insert', table: context.view('out'), query: selectFrom(context.inputs[0]!, columns) }], verdict: noted(notes) }
  },
}

/** The bounds of a window never are. */
function mayBeTime({ name, time, type }: Field): boolean {
  return time !== undefined || ((type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision === 3 && name !== 'window_start' && name !== 'window_end')
}

function optionsFor(connector: JsonObject, id: string, updating: boolean, keyed: boolean, notes: string[]): [string, string][] {
  switch (connector.type) {
    case 'blackhole':
      return [['connector', 'blackhole']]
    case 'file': {
      const known = connector.format === 'csv' || connector.format === 'json' || connector.format === 'parquet'
      if (!known) notes.push(`Flink has no ${String(connector.format)} format for files; the script writes JSON lines.`)
      if (updating) notes.push('A file takes only inserts, and this result has updates: the script writes them as Debezium changes.')
      notes.push('Files become visible when a checkpoint completes, or at the end of a bounded input.')
      return [['connector', 'filesystem'], ['path', String(connector.path)], ['format', updating ? 'debezium-json' : known ? String(connector.format) : 'json']]
    }
    case 'topic': {
      const topic: [string, string][] = [['topic', String(connector.topic)], ['properties.bootstrap.servers', '${secret:KAFKA_BOOTSTRAP_SERVERS}']]
      const keyFields = columnsOf(connector, 'keyFields')
      const recordKey: [string, string][] = keyFields.length === 0 ? [] : [['key.format', 'json'], ['key.fields', keyFields.map(listItem).join(';')]]
      const delivery = deliveryOptions(connector, id, notes)
      // A Kafka table with a primary key is refused; what has one is a topic of upserts.
      if (keyed) {
        notes.push('The topic holds the last row of each key, and an empty record for a key that is gone (upsert-kafka).')
        return [['connector', 'upsert-kafka'], ...topic, ['key.format', 'json'], ['value.format', 'json'], ...delivery]
      }
      if (updating) notes.push('This result has updates and the sink has no key: the topic holds them as Debezium changes. Set a key to keep the last row of each.')
      const partitioner: [string, string][] = typeof connector.partitioner === 'string' && connector.partitioner !== 'default' ? [['sink.partitioner', connector.partitioner]] : []
      const format: [string, string][] = recordKey.length === 0 ? [['format', updating ? 'debezium-json' : 'json']] : [...recordKey, ['value.format', updating ? 'debezium-json' : 'json']]
      return [['connector', 'kafka'], ...topic, ...format, ...partitioner, ...delivery]
    }
    case 'store':
      if (updating && !keyed) {
        notes.push('A JDBC table takes updates only by key, and the sink has none: the script prints the changes. Set a key.')
        return [['connector', 'print']]
      }
      notes.push('The table of the store becomes a JDBC table of the same name, which needs the JDBC connector and the table in a database; set "On Flink" to keep it elsewhere.')
      notes.push(keyed ? 'JDBC writes at least once; a row that is written again under its key changes nothing.' : 'JDBC writes at least once: after a failure rows may be in the table twice. Set a key to write each once.')
      return [['connector', 'jdbc'], ['url', '${secret:JDBC_URL}'], ['table-name', String(connector.table)]]
    default:
      notes.push(`${connector.type === 'chart' ? 'The chart' : 'The live table'} becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.`)
      return [['connector', 'print']]
  }
}

/** A name in a list of names, which Flink parts at semicolons, trims, and reads as YAML where it stands in brackets; in quotes it is what it is. */
function listItem(name: string): string {
  return /^\w+$/.test(name) ? name : `'${name.replaceAll("'", "''")}'`
}

/**
 * Exactly once needs a prefix that no other job on the cluster has, and transactions that the brokers allow: Flink's sink asks for an hour where it is told nothing, and brokers whose
 * transaction.max.timeout.ms is what it is without a setting, fifteen minutes, refuse that (seen on Flink 2.2.1 with Kafka 4.2.0).
 */
function deliveryOptions(connector: JsonObject, id: string, notes: string[]): [string, string][] {
  if (connector.deliveryGuarantee === 'at-least-once') return []
  notes.push(
    'Rows are records of a transaction, which commits with its checkpoint; readers see them then if they set isolation.level to read_committed. A transaction lives fifteen minutes, the most that brokers allow by default; where checkpoints, or an outage, may last longer, raise properties.transaction.timeout.ms here and transaction.max.timeout.ms there.',
  )
  return [['sink.delivery-guarantee', 'exactly-once'], ['sink.transactional-id-prefix', `millrace-${id}`], ['properties.transaction.timeout.ms', '900000']]
}
