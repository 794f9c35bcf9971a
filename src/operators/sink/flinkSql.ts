import type { JsonObject } from '../../columnar/json.ts'
import { withNullable } from '../../columnar/dataType.ts'
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
    const options = config.flink === undefined ? optionsFor(connector, updating === true, key.length > 0, notes) : connectorOptions(config.flink as JsonObject)
    const table: TableStatement = {
      kind: 'table',
      name: context.view('out'),
      columns: schema.fields.map((field) => ({ name: field.name, type: flinkType(key.includes(field.name) ? withNullable(field.type, false) : field.type) })),
      ...(key.length === 0 ? {} : { primaryKey: key }),
      options,
    }
    // A sink takes one time attribute at most; the others go as the plain timestamps they are.
    const times = schema.fields.filter((field) => field.time !== undefined)
    const columns = schema.fields.map((field): SelectColumn => {
      const keeps = field.time === undefined || (field.time === 'event' && times[0] === field)
      return keeps ? { expression: columnSql(field.name) } : { expression: { sql: `CAST(${quoted(field.name)} AS ${flinkType(withNullable(field.type, true))})` }, as: field.name }
    })
    return { statements: [table, { kind: 'insert', table: context.view('out'), query: selectFrom(context.inputs[0]!, columns) }], verdict: noted(notes) }
  },
}

function optionsFor(connector: JsonObject, updating: boolean, keyed: boolean, notes: string[]): [string, string][] {
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
      if (!updating) return [['connector', 'kafka'], ...topic, ['format', 'json']]
      if (keyed) {
        notes.push('The topic holds the last row of each key, and an empty record for a key that is gone (upsert-kafka).')
        return [['connector', 'upsert-kafka'], ...topic, ['key.format', 'json'], ['value.format', 'json']]
      }
      notes.push('This result has updates and the sink has no key: the topic holds them as Debezium changes. Set a key to keep the last row of each.')
      return [['connector', 'kafka'], ...topic, ['format', 'debezium-json']]
    }
    default:
      notes.push(`${connector.type === 'chart' ? 'The chart' : 'The live table'} becomes a print sink, which writes rows to the TaskManagers’ output. Set "On Flink" to keep them.`)
      return [['connector', 'print']]
  }
}
