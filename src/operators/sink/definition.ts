import type { JsonObject } from '../../columnar/json.ts'
import { isNumeric, printType } from '../../columnar/dataType.ts'
import { fieldIndex, fieldOf } from '../../columnar/schema.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { columnProblems, fileProblems, sinkProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns } from '../../job/renameColumn.ts'
import { sameColumns, type UpsertKeys } from '../../job/upsertKeys.ts'

export const definition: OperatorDefinition = {
  kind: 'sink',
  title: 'Sink',
  family: 'sink',
  icon: 'database',
  summary: 'Where rows leave the job: a live table, a chart, a file, a topic, a table that stays, or nowhere.',
  searchTerms: ['output', 'write', 'collect', 'table', 'chart', 'plot', 'graph', 'file', 'export', 'topic', 'kafka', 'producer', 'store', 'database', 'keep', 'blackhole', 'print', 'target', 'destination'],
  inputs: [{ name: 'in', title: 'Rows' }],
  outputs: [],
  fields: [
    {
      key: 'connector',
      label: 'Connector',
      control: 'variant',
      variants: [
        { type: 'collect', label: 'Live table', summary: 'Shows the rows in the page; the command line prints them.', fields: [] },
        {
          type: 'chart',
          label: 'Chart',
          summary: 'Draws the rows in the page; the command line prints them.',
          fields: [
            {
              key: 'form',
              label: 'Form',
              control: 'choice',
              choices: [
                { value: 'line', label: 'Lines' },
                { value: 'bar', label: 'Bars' },
                { value: 'points', label: 'Points' },
              ],
              optional: true,
              default: 'line',
            },
            { key: 'x', label: 'Across', control: 'column', input: 'in', help: 'A time, a number, or a text. A later row of the same place replaces the earlier one.' },
            { key: 'y', label: 'Up', control: 'columns', input: 'in', minCount: 1, help: 'Columns of numbers, each a series.' },
            { key: 'series', label: 'One for each', control: 'column', input: 'in', optional: true, help: 'A series for each value of this column. The first eight are drawn.' },
          ],
        },
        {
          type: 'file',
          label: 'File',
          summary: 'Writes the rows to a file.',
          fields: [
            { key: 'path', label: 'Path', control: 'text', maxLength: 1000, placeholder: 'results.jsonl', help: 'On the command line the file that is written; in the page the name of the download.' },
            {
              key: 'format',
              label: 'Format',
              control: 'choice',
              choices: [
                { value: 'json', label: 'JSON lines' },
                { value: 'csv', label: 'CSV' },
                { value: 'parquet', label: 'Parquet' },
                { value: 'arrow', label: 'Arrow' },
              ],
            },
            { key: 'partitionBy', label: 'Split by', control: 'columns', input: 'in', optional: true, advanced: true, help: 'Columns whose values become folders, as Flink partitions a file-system table.' },
          ],
        },
        {
          type: 'topic',
          label: 'Topic',
          summary: 'Appends the rows to a topic, which other sources and later runs read.',
          fields: [
            { key: 'topic', label: 'Topic', control: 'text', maxLength: 249, pattern: '[A-Za-z0-9._-]{1,249}', placeholder: 'orders' },
            { key: 'partitions', label: 'Partitions', control: 'integer', min: 1, max: 64, optional: true, default: 1, help: 'Of a topic that is made here. One that exists keeps its own number.' },
            {
              key: 'keyFields',
              label: 'Record key',
              control: 'columns',
              input: 'in',
              optional: true,
              help: 'Columns that make the key of a record: equal keys go to the same partition, and so stay in order. Every row is still a record of its own; the key below makes upserts.',
            },
            {
              key: 'partitioner',
              label: 'Partitioner',
              control: 'choice',
              choices: [
                { value: 'default', label: 'By key, or in turn of batches' },
                { value: 'fixed', label: 'One for each subtask' },
                { value: 'round-robin', label: 'In turn' },
              ],
              optional: true,
              default: 'default',
              advanced: true,
              help: 'As Flink’s sink.partitioner. The default is Kafka’s own: murmur2 of the key, and without one a partition until a batch is full.',
            },
            {
              key: 'deliveryGuarantee',
              label: 'Delivery',
              control: 'choice',
              choices: [
                { value: 'exactly-once', label: 'Exactly once' },
                { value: 'at-least-once', label: 'At least once' },
              ],
              optional: true,
              default: 'exactly-once',
              advanced: true,
              help: 'Exactly once: rows are records of a transaction, which commits with the checkpoint that covers it. At least once: records are there at once, and again after a failure.',
            },
          ],
        },
        {
          type: 'store',
          label: 'Store',
          summary: 'Keeps the rows in a table that outlives the run.',
          fields: [
            {
              key: 'table',
              label: 'Table',
              control: 'text',
              maxLength: 100,
              pattern: '[A-Za-z_][A-Za-z0-9_]{0,99}',
              placeholder: 'totals',
              help: 'With a key, the table holds the last row of each; without one, every row. Rows come into it when a checkpoint covers them.',
            },
          ],
        },
        { type: 'blackhole', label: 'Blackhole', summary: 'Counts the rows and drops them: for measuring.', fields: [] },
      ],
      help: 'What happens to the rows.',
    },
    {
      key: 'key',
      label: 'Key',
      control: 'columns',
      input: 'in',
      optional: true,
      help: 'Columns that identify a row: a later row of the same key replaces the earlier one. Needed for updating results, optional otherwise.',
    },
    {
      key: 'flink',
      label: 'On Flink',
      control: 'json',
      optional: true,
      advanced: true,
      help: 'Connector and options to use on a cluster, as in a CREATE TABLE ... WITH (...). Without it the exporter chooses one and says so.',
    },
  ],
  initialConfig: () => ({ connector: { type: 'collect' } }),
  subtitle: (config) => {
    const connector = config.connector as JsonObject | undefined
    switch (connector?.type) {
      case 'collect':
        return 'live table'
      case 'file':
        return typeof connector.path === 'string' ? connector.path : 'file'
      case 'chart':
        return Array.isArray(connector.y) && typeof connector.x === 'string' ? `${connector.y.join(', ')} by ${connector.x}` : 'chart'
      case 'topic':
        return typeof connector.topic === 'string' ? `topic ${connector.topic}` : 'topic'
      case 'store':
        return typeof connector.table === 'string' ? `table ${connector.table}` : 'store'
      case 'blackhole':
        return 'blackhole'
      default:
        return ''
    }
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null) return {}
    const names = schema.fields.map((field) => field.name)
    const seen = new Set<string>()
    const key = Array.isArray(config.key) ? (config.key as readonly string[]) : []
    key.forEach((column, i) => {
      if (fieldIndex(schema, column) < 0) report(`key[${i}]`, columnProblems.unknownColumn(column, names))
      else if (seen.has(column)) report(`key[${i}]`, sinkProblems.keyNotUnique(column))
      seen.add(column)
    })
    const connector = config.connector as JsonObject | undefined
    if (connector?.type === 'file' && typeof connector.path === 'object') report('connector.path', fileProblems.secretPath())
    if (connector?.type === 'topic') {
      const keyFields = Array.isArray(connector.keyFields) ? (connector.keyFields as readonly string[]) : []
      keyFields.forEach((column, i) => {
        if (fieldIndex(schema, column) < 0) report(`connector.keyFields[${i}]`, columnProblems.unknownColumn(column, names))
      })
      if (keyFields.length > 0 && key.length > 0) report('connector.keyFields', sinkProblems.keyTwice())
    }
    if (connector?.type === 'chart') {
      for (const key of ['x', 'series'] as const) {
        const column = connector[key]
        if (typeof column === 'string' && fieldIndex(schema, column) < 0) report(`connector.${key}`, columnProblems.unknownColumn(column, names))
      }
      ;(Array.isArray(connector.y) ? (connector.y as readonly string[]) : []).forEach((column, i) => {
        const field = fieldOf(schema, column)
        if (field === undefined) report(`connector.y[${i}]`, columnProblems.unknownColumn(column, names))
        else if (!isNumeric(field.type)) report(`connector.y[${i}]`, sinkProblems.noNumber(column, printType(field.type)))
      })
    }
    const partitionBy = Array.isArray(connector?.partitionBy) ? (connector.partitionBy as readonly string[]) : []
    partitionBy.forEach((column, i) => {
      if (fieldIndex(schema, column) < 0) report(`connector.partitionBy[${i}]`, columnProblems.unknownColumn(column, names))
    })
    return {}
  },
  distribution: ({ config }) => {
    const key = Array.isArray(config.key) ? (config.key as readonly string[]) : []
    // Changes of one key must stay in order, so they take one way.
    return [key.length > 0 ? { kind: 'hash', columns: key } : { kind: 'any' }]
  },
  updateBefore: ({ config, keys }) => {
    const key = Array.isArray(config.key) ? (config.key as readonly string[]) : []
    // By another key than that of the changes, the row before says which one is gone.
    const replaces = (config.connector as JsonObject | undefined)?.type === 'blackhole' || (key.length > 0 && (keys.in ?? []).some((known) => sameColumns(known, key)))
    return replaces ? { inputs: { in: 'unneeded' } } : {}
  },
  meetsAt: (config) => {
    const connector = config.connector as JsonObject | undefined
    return connector?.type === 'topic' && typeof connector.topic === 'string' ? { place: `topic ${connector.topic}`, waits: false } : null
  },
  renameColumn: (config, _input, from, to) => {
    const renamed = renameInColumns(config, 'key', from, to)
    const connector = renamed.connector as JsonObject | undefined
    if (connector === undefined) return renamed
    const lists = ['partitionBy', 'keyFields', 'y'].reduce((config, list) => renameInColumns(config, list, from, to), connector)
    const single = (key: 'x' | 'series'): JsonObject => (lists[key] === from ? { [key]: to } : {})
    return { ...renamed, connector: { ...lists, ...single('x'), ...single('series') } }
  },
}

/**
 * Changes by another key than the sink's: rows of one key have to be kept to know which of them is left. Not where the key contains that of the changes, since then each of its rows is one row of them.
 *
 * Source: Flink's StreamPhysicalSink with table.exec.sink.upsert-materialize AUTO.
 */
export function needsRows(config: JsonObject, upsertKeys: UpsertKeys): boolean {
  const key = Array.isArray(config.key) ? (config.key as readonly string[]) : []
  return key.length > 0 && !upsertKeys.some((known) => known.every((column) => key.includes(column)))
}
