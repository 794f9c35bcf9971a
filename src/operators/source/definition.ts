import type { Json, JsonObject } from '../../columnar/json.ts'
import { isTimestamp, printType, sameType } from '../../columnar/dataType.ts'
import { fieldOf } from '../../columnar/schema.ts'
import { checkScalar } from '../../expression/typeOf.ts'
import { columnsRead } from '../../job/columnUses.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { columnProblems, sourceProblems } from '../../job/problemCatalogue.ts'
import { renameInExpression } from '../../job/renameColumn.ts'
import { sourceColumns, watermarkColumn } from './columns.ts'
import type { Connector } from './connectors/connector.ts'
import { datagen } from './connectors/datagen.ts'
import { file } from './connectors/file.ts'
import { inline } from './connectors/inline.ts'
import { nexmark } from './connectors/nexmark.ts'
import { sample } from './connectors/sample.ts'
import { keyOf, topic } from './connectors/topic.ts'

const connectors: readonly Connector[] = [sample, file, topic, inline, nexmark, datagen]

export const definition: OperatorDefinition = {
  kind: 'source',
  title: 'Source',
  family: 'source',
  icon: 'radio-tower',
  summary: 'Where rows come from: a sample stream, a generator, a file, a topic, or rows written into the job.',
  searchTerms: ['input', 'read', 'data', 'sample', 'generate', 'nexmark', 'file', 'csv', 'json', 'parquet', 'arrow', 'topic', 'kafka', 'log', 'consumer', 'from', 'table', 'watermark', 'event time'],
  inputs: [],
  outputs: [{ name: 'out', title: 'Rows' }],
  fields: [
    { key: 'connector', label: 'Connector', control: 'variant', variants: connectors.map((connector) => connector.variant), help: 'Where the rows come from.' },
    {
      key: 'columns',
      label: 'Columns',
      control: 'schema',
      help: 'A name and a type each; or a name and an expression over the others, such as PROCTIME() for the time of processing.',
    },
    {
      key: 'watermark',
      label: 'Watermark',
      control: 'object',
      optional: true,
      help: 'Makes a column event time and says how far behind the newest row others may come.',
      fields: [
        { key: 'column', label: 'Event time', control: 'text', help: 'A TIMESTAMP or TIMESTAMP_LTZ column.' },
        {
          key: 'delayMs',
          label: 'Delay',
          control: 'duration',
          showWhen: (watermark) => watermark.expression === undefined,
          help: 'How long to wait for rows that come late. Longer takes more of them, and results come later.',
        },
        {
          key: 'expression',
          label: 'Watermark expression',
          control: 'expression',
          result: 'any',
          optional: true,
          advanced: true,
          help: 'Instead of a delay: the watermark each row brings, such as dateTime - INTERVAL \'4\' SECOND.',
        },
        {
          key: 'idleTimeoutMs',
          label: 'Idle after',
          control: 'duration',
          minMs: 1,
          optional: true,
          advanced: true,
          help: 'Without rows for this long, the source no longer holds others back.',
        },
      ],
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
  initialConfig: () => withProposal({ connector: { type: 'nexmark', stream: 'bid', events: 100_000 } }),
  adjustConfig: (config, path) => (/^connector(\.(type|stream|sample))?$/.test(path) ? withProposal(config) : config),
  subtitle: (config) => {
    const connector = connectorOf(config)
    return connector === undefined ? '' : connector.subtitle(config.connector as JsonObject)
  },
  infer: ({ config, report }) => {
    const columns = sourceColumns(config, report)
    connectorOf(config)?.check(config, columns, report)
    const { schema } = columns
    if (schema === null) return {}
    const watermark = config.watermark as JsonObject | undefined
    const name = watermarkColumn(config)
    if (watermark !== undefined && name !== null) {
      const column = fieldOf(schema, name)
      if (column === undefined) report('watermark.column', columnProblems.unknownColumn(name, schema.fields.map((field) => field.name)))
      else if (!isTimestamp(column.type) || column.time === 'processing') report('watermark.column', sourceProblems.watermarkColumnType(name, printType(column.type)))
      else if (typeof watermark.expression === 'string') {
        const { typed, problems } = checkScalar(watermark.expression, { inputs: [{ qualifier: null, schema }] })
        for (const problem of problems) report('watermark.expression', problem)
        if (typed !== null && !(typed.type.kind === column.type.kind || sameType(typed.type, column.type))) {
          report('watermark.expression', sourceProblems.watermarkExpressionType(printType(typed.type), printType(column.type)))
        }
      }
    }
    return { out: schema }
  },
  distribution: () => [],
  rowKinds: ({ config }) => {
    const connector = config.connector as JsonObject | undefined
    const isTopic = connector?.type === 'topic'
    return connector?.changelog === true || (isTopic && (connector.format === 'debezium-json' || keyOf(connector).length > 0)) ? ['+I', '-U', '+U', '-D'] : ['+I']
  },
  upsertKeys: ({ config }) => {
    const connector = config.connector as JsonObject | undefined
    return connector?.type === 'topic' && keyOf(connector).length > 0 ? [keyOf(connector)] : []
  },
  splits: (config) => {
    const connector = config.connector as JsonObject | undefined
    // Partitions, of which nobody knows before the run how many there are: as on Flink, every subtask may get some.
    if (connector?.type === 'topic') return Infinity
    const splits = connector?.splits
    return typeof splits === 'number' ? splits : 1
  },
  meetsAt: (config) => {
    const connector = config.connector as JsonObject | undefined
    return connector?.type === 'topic' && typeof connector.topic === 'string' ? { place: `topic ${connector.topic}`, waits: connector.boundedMode !== 'latest-offset' } : null
  },
  renameColumn: (config, _input, from, to) => {
    const watermark = config.watermark as JsonObject | undefined
    const connector = config.connector as JsonObject | undefined
    const fields = connector?.fields as JsonObject | undefined
    const key = connector?.type === 'topic' ? keyOf(connector) : []
    const columns = Array.isArray(config.columns) ? (config.columns as readonly JsonObject[]) : []
    const inText = (text: Json | undefined): Json | undefined => (typeof text === 'string' ? renameInExpression(text, null, from, to) : text)
    return {
      ...config,
      ...(fields === undefined || !Object.hasOwn(fields, from) || Object.hasOwn(fields, to)
        ? {}
        : { connector: { ...connector, fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name === from ? to : name, field])) } }),
      ...(key.includes(from) ? { connector: { ...connector, key: key.map((name) => (name === from ? to : name)) } } : {}),
      ...(columns.some((column) => typeof column?.expression === 'string')
        ? { columns: columns.map((column) => (typeof column?.expression === 'string' ? { ...column, expression: inText(column.expression)! } : column)) }
        : {}),
      ...(watermark === undefined
        ? {}
        : {
            watermark: {
              ...watermark,
              ...(watermark.column === from ? { column: to } : {}),
              ...(typeof watermark.expression === 'string' ? { expression: inText(watermark.expression)! } : {}),
            },
          }),
    }
  },
  columnsNotRead: ({ config, schema, used }) => {
    if (connectorOf(config)?.leavesOut !== true) return []
    const watermark = config.watermark as JsonObject | undefined
    const expression = watermark?.expression
    const kept = typeof expression === 'string' ? columnsRead(expression, null) : new Set<string>()
    const name = watermarkColumn(config)
    if (name !== null) kept.add(name)
    return schema.fields.map((field) => field.name).filter((column) => !used.has(column) && !kept.has(column))
  },
}

function connectorOf(config: JsonObject): Connector | undefined {
  const connector = config.connector as JsonObject | undefined
  return connectors.find((candidate) => candidate.variant.type === connector?.type)
}

/** The config with the columns and the watermark that its connector brings. */
function withProposal(config: JsonObject): JsonObject {
  const proposal = connectorOf(config)?.proposal(config.connector as JsonObject) ?? null
  if (proposal === null) return config
  const { watermark: _, ...rest } = config
  return {
    ...rest,
    connector: { ...proposal.connector, ...(config.connector as JsonObject) },
    columns: proposal.columns,
    ...(proposal.watermark === undefined ? {} : { watermark: proposal.watermark }),
  }
}
