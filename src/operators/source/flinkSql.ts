import type { JsonObject } from '../../columnar/json.ts'
import { withNullable } from '../../columnar/dataType.ts'
import { parseTimestamp } from '../../columnar/valueText.ts'
import { expressionToSql } from '../../sql/expressionToSql.ts'
import { flinkType } from '../../sql/flinkType.ts'
import { printInterval, quoted } from '../../sql/printStatement.ts'
import type { TableColumn, TableStatement } from '../../sql/statement.ts'
import { connectorOptions } from '../connectorSql.ts'
import { noted, type FlinkVersion, type SqlEmitter } from '../sqlEmitter.ts'
import { keyOf } from './connectors/topic.ts'

/** CREATE TABLE with the columns as the job declares them, computed ones included, the watermark, and the connector the data has on a cluster. */
export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config } = context.spec
    const notes: string[] = []
    const connector = config.connector as JsonObject
    const bound = config.flink === undefined ? optionsFor(connector, context.spec.id, notes) : connectorOptions(config.flink as JsonObject)
    // Wherever its records stand on a cluster: without the key they would be rows of their own.
    const key = connector.type === 'topic' ? keyOf(connector) : []
    const typeOf = new Map(context.spec.outputs[0]!.schema.fields.map((field) => [field.name, field.type]))
    const columns = (config.columns as readonly JsonObject[]).map((column): TableColumn => {
      const name = column.name as string
      if (typeof column.expression === 'string') return { name, expression: expressionToSql(column.expression, context.version) }
      const type = typeOf.get(name)!
      return { name, type: flinkType(key.includes(name) ? withNullable(type, false) : type) }
    })
    const watermark = config.watermark as JsonObject | undefined
    const options = [...bound]
    if (watermark !== undefined) {
      // Per-record watermarks. Connectors that push watermarks down must be told; for the others an interval of 0 does it (see the settings).
      if (options.some(([key, value]) => key === 'connector' && value === 'kafka') && !options.some(([key]) => key === 'scan.watermark.emit.strategy')) options.push(['scan.watermark.emit.strategy', 'on-event'])
      if (typeof watermark.idleTimeoutMs === 'number') options.push(['scan.watermark.idle-timeout', `${watermark.idleTimeoutMs} ms`])
    }
    const table: TableStatement = {
      kind: 'table',
      name: context.view('out'),
      columns,
      ...(key.length === 0 ? {} : { primaryKey: key }),
      ...(watermark === undefined ? {} : { watermark: { column: watermark.column as string, expression: watermarkSql(watermark, context.version) } }),
      options,
    }
    return { statements: [table], verdict: noted(notes) }
  },
}

function watermarkSql(watermark: JsonObject, version: FlinkVersion): { readonly sql: string } {
  if (typeof watermark.expression === 'string') return expressionToSql(watermark.expression, version)
  const column = quoted(watermark.column as string)
  const delayMs = typeof watermark.delayMs === 'number' ? watermark.delayMs : 0
  return { sql: delayMs === 0 ? column : `${column} - ${printInterval(delayMs)}` }
}

const formats: Readonly<Record<string, string>> = { json: 'json', csv: 'csv', parquet: 'parquet' }

/** What the exporter chooses where the job does not say, with a note on what it means. */
function optionsFor(connector: JsonObject, id: string, notes: string[]): [string, string][] {
  const lines = connector.changelog === true ? 'debezium-json' : 'json'
  if (connector.changelog === true) notes.push('The rows are changes; the script reads them as Debezium records, in which an update is one record with the row before and after.')
  switch (connector.type) {
    case 'file': {
      const format = connector.changelog === true ? lines : formats[connector.format as string]
      if (format === undefined) notes.push(`Flink has no ${String(connector.format)} format for files; the script says JSON lines. Convert the file, or set "On Flink".`)
      const csv = format === 'csv' ? ([['csv.field-delimiter', typeof connector.delimiter === 'string' ? connector.delimiter : ','], ['csv.null-literal', '']] as [string, string][]) : []
      if (format === 'csv' && connector.header !== false) notes.push('Flink reads the first line of a CSV file as data: remove the header from the file.')
      if (typeof connector.path === 'string' && !/^[a-z][a-z0-9+.-]*:/.test(connector.path)) notes.push(`The path ${JSON.stringify(connector.path)} is relative; on a cluster it needs to be one that every TaskManager can read.`)
      return [['connector', 'filesystem'], ['path', String(connector.path)], ['format', format ?? 'json'], ...csv]
    }
    case 'topic':
      return topicOptions(connector, notes)
    case 'sample':
    case 'nexmark':
    case 'datagen':
      notes.push(`The rows come from ${connector.type === 'sample' ? 'a sample that ships with Millrace' : 'a seeded generator of Millrace'}; the script reads them as JSON from the Kafka topic "${id}". Set "On Flink" to read them elsewhere.`)
      return kafka(id)
    default:
      notes.push(`The rows stand in the job itself; the script reads them as JSON lines from a file of their own. Write them there, or set "On Flink".`)
      return [['connector', 'filesystem'], ['path', `file:///tmp/${id}.jsonl`], ['format', lines]]
  }
}

function kafka(topic: string): [string, string][] {
  return [
    ['connector', 'kafka'],
    ['topic', topic],
    ['properties.bootstrap.servers', '${secret:KAFKA_BOOTSTRAP_SERVERS}'],
    ['scan.startup.mode', 'earliest-offset'],
    ['format', 'json'],
  ]
}

function topicOptions(connector: JsonObject, notes: string[]): [string, string][] {
  const topic: [string, string][] = [['topic', String(connector.topic)], ['properties.bootstrap.servers', '${secret:KAFKA_BOOTSTRAP_SERVERS}']]
  const bounded: [string, string][] = connector.boundedMode === 'latest-offset' ? [['scan.bounded.mode', 'latest-offset']] : []
  if (bounded.length === 0) notes.push('On Flink the source reads the topic without end; here it ends when everything is read and nothing of the run writes it. Set "Ends" to have it end on both.')
  const isolation: [string, string][] = connector.isolation === 'read_uncommitted' ? [] : [['properties.isolation.level', 'read_committed']]
  if (keyOf(connector).length > 0) return [['connector', 'upsert-kafka'], ...topic, ...isolation, ['key.format', 'json'], ['value.format', 'json'], ...bounded]
  const startFrom = typeof connector.startFrom === 'string' ? connector.startFrom : 'earliest-offset'
  const start: [string, string][] = [['scan.startup.mode', startFrom]]
  if (startFrom === 'timestamp') start.push(['scan.startup.timestamp-millis', String(parseTimestamp(connector.startTimestamp as string)?.ms ?? 0)])
  if (startFrom === 'specific-offsets') start.push(['scan.startup.specific-offsets', String(connector.startOffsets)])
  const format = connector.format === 'debezium-json' ? 'debezium-json' : 'json'
  const errors: [string, string][] = connector.onError === 'skip' ? [[`${format}.ignore-parse-errors`, 'true']] : []
  if (errors.length > 0) notes.push('Flink’s ignore-parse-errors makes a value that does not fit its column NULL; here the row is left out.')
  return [['connector', 'kafka'], ...topic, ...isolation, ...start, ...bounded, ['format', format], ...errors]
}
