import type { JsonObject } from '../../columnar/json.ts'
import { isNumeric, printType } from '../../columnar/dataType.ts'
import { fieldIndex, fieldOf } from '../../columnar/schema.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { columnProblems, fileProblems, sinkProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns } from '../../job/renameColumn.ts'

export const definition: OperatorDefinition = {
  kind: 'sink',
  title: 'Sink',
  family: 'sink',
  icon: 'database',
  summary: 'Where rows leave the job: a live table, a chart, a file, or nowhere.',
  searchTerms: ['output', 'write', 'collect', 'table', 'chart', 'plot', 'graph', 'file', 'export', 'blackhole', 'print', 'target', 'destination'],
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
  renameColumn: (config, _input, from, to) => {
    const renamed = renameInColumns(config, 'key', from, to)
    const connector = renamed.connector as JsonObject | undefined
    if (connector === undefined) return renamed
    const lists = renameInColumns(renameInColumns(connector, 'partitionBy', from, to), 'y', from, to)
    const single = (key: 'x' | 'series'): JsonObject => (lists[key] === from ? { [key]: to } : {})
    return { ...renamed, connector: { ...lists, ...single('x'), ...single('series') } }
  },
}
