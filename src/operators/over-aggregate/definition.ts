import { durationText } from '../../columnar/durationText.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { fieldOf, type Field, type Schema } from '../../columnar/schema.ts'
import { checkOver } from '../../expression/over.ts'
import { columnsRead } from '../../job/columnUses.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { checkColumns, checkOrder, columnsOf, orderByField, orderOf, partitionField, renameInOrder } from '../../job/orderConfig.ts'
import type { Report } from '../../job/problem.ts'
import { columnProblems, orderProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns, renameInNamed } from '../../job/renameColumn.ts'

export const definition: OperatorDefinition = {
  kind: 'over-aggregate',
  title: 'Over aggregate',
  family: 'time',
  icon: 'history',
  summary: 'Adds to each row an aggregate of the rows before it: a running total, a moving average, the previous value.',
  searchTerms: ['over', 'window function', 'running total', 'moving average', 'cumulative', 'lag', 'previous', 'row_number', 'rank', 'last n rows', 'preceding'],
  inputs: [{ name: 'in', title: 'Input', insertOnly: true }],
  outputs: [{ name: 'out', title: 'Rows with aggregates' }],
  fields: [
    partitionField('partitionBy', 'For each', 'Rows are looked at apart for each combination of these columns. Empty: all rows together. NULL is a partition of its own.'),
    orderByField('The time column, ascending: which rows come before a row.'),
    {
      key: 'frame',
      label: 'Frame',
      control: 'variant',
      variants: [
        {
          type: 'rows',
          label: 'Rows',
          summary: 'A number of rows before the row, and the row itself.',
          fields: [{ key: 'preceding', label: 'Rows before', control: 'integer', min: 1, max: 1_000_000, unbounded: true, default: 'unbounded', help: 'How many rows before the row are in its frame.' }],
        },
        {
          type: 'range',
          label: 'Time range',
          summary: 'The rows of a time before the row; rows of its own time are all among them.',
          fields: [{ key: 'preceding', label: 'Time before', control: 'duration', minMs: 1, unbounded: true, default: 'unbounded', help: 'How far back the frame goes. A row exactly so long ago is in it.' }],
        },
      ],
      help: 'Which rows before a row are aggregated. The row itself always is.',
    },
    {
      key: 'aggregates',
      label: 'Aggregates',
      control: 'namedExpressions',
      aggregate: true,
      minCount: 1,
      help: "Aggregates over the frame, or expressions of them and the row's own columns: price - AVG(price). Over all rows before also ROW_NUMBER(), RANK(), DENSE_RANK() and LAG(price).",
    },
  ],
  initialConfig: ({ inputs }) => {
    const schema = inputs.in?.[0] ?? null
    const time = schema?.fields.find((field) => field.time === 'event') ?? schema?.fields.find((field) => field.time !== undefined)
    return {
      partitionBy: [],
      orderBy: time === undefined ? [] : [{ column: time.name, direction: 'ASC' }],
      frame: { type: 'rows', preceding: 'unbounded' },
      aggregates: [{ name: schema !== null && fieldOf(schema, 'count') !== undefined ? 'rows' : 'count', expression: 'COUNT(*)' }],
    }
  },
  subtitle: (config) => {
    const frame = frameOf(config)
    const partitionBy = columnsOf(config, 'partitionBy')
    const words = frame === null ? '' : frame.preceding === null ? 'all before' : frame.type === 'rows' ? `last ${frame.preceding + 1} rows` : `last ${durationText(frame.preceding)}`
    return [words, partitionBy.length > 0 ? `for each ${partitionBy.join(', ')}` : ''].filter((part) => part !== '').join(' ')
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null) return {}
    checkColumns(config, 'partitionBy', schema, report)
    checkOrder(config, schema, report)
    const order = orderOf(config)
    const [first] = order
    if (first !== undefined) {
      const field = fieldOf(schema, first.column)
      if (field !== undefined && (order.length > 1 || first.descending || field.time === undefined)) report('orderBy', orderProblems.overOrder(schema.fields.filter(({ time }) => time !== undefined).map(({ name }) => name)))
    }
    const added = addedFields(config, schema, report)
    return added === null ? {} : { out: { fields: [...schema.fields, ...added] } }
  },
  distribution: ({ config }) => {
    const columns = columnsOf(config, 'partitionBy')
    return [columns.length > 0 ? { kind: 'hash', columns } : { kind: 'single' }]
  },
  state: (config) => {
    const frame = frameOf(config)
    if (frame === null || frame.preceding === null) return 'rows that the watermark has not passed; accumulators of each partition, for ever'
    return frame.type === 'rows' ? `the last ${frame.preceding} rows of each partition, for ever` : `the rows of the last ${durationText(frame.preceding)}`
  },
  stateExpires: (config) => {
    const frame = frameOf(config)
    return frame !== null && stateExpiresBy(frame)
  },
  columnsNeeded: ({ config, used }) => {
    const named = namedExpressionsOf(config, 'aggregates') ?? []
    const needed = new Set<string>([...(used.out ?? []), ...columnsOf(config, 'partitionBy'), ...orderOf(config).map(({ column }) => column)])
    for (const { name } of named) needed.delete(name)
    for (const { expression } of named) for (const name of columnsRead(expression, null)) needed.add(name)
    return { in: needed }
  },
  renameColumn: (config, _input, from, to) => renameInNamed(renameInOrder(renameInColumns(config, 'partitionBy', from, to), from, to), 'aggregates', null, from, to),
}

export interface Frame {
  readonly type: 'rows' | 'range'
  /** Rows, or milliseconds; null: all before. */
  readonly preceding: number | null
}

/** Whether the job's time to live is looked at: a bounded range says itself when its state goes. */
export function stateExpiresBy(frame: Frame): boolean {
  return frame.type !== 'range' || frame.preceding === null
}

/** Null while the setting is not whole. */
export function frameOf(config: JsonObject): Frame | null {
  const frame = config.frame as { readonly type?: string; readonly preceding?: unknown } | undefined
  if (frame === undefined || (frame.type !== 'rows' && frame.type !== 'range')) return null
  if (frame.preceding === 'unbounded') return { type: frame.type, preceding: null }
  return typeof frame.preceding === 'number' ? { type: frame.type, preceding: frame.preceding } : null
}

/** What is wrong, and the columns that are added; null when they cannot be known. */
function addedFields(config: JsonObject, schema: Schema, report: Report): Field[] | null {
  const frame = frameOf(config)
  const fields: Field[] = []
  const taken = new Set(schema.fields.map((field) => field.name))
  let sound = true
  ;(namedExpressionsOf(config, 'aggregates') ?? []).forEach(({ name, expression }, i) => {
    if (name === '') report(`aggregates[${i}].name`, columnProblems.emptyColumnName())
    else if (name.length > 200) report(`aggregates[${i}].name`, columnProblems.longColumnName(name.length))
    else if (taken.has(name)) report(`aggregates[${i}].name`, columnProblems.duplicateColumn(name))
    taken.add(name)
    const { over, problems } = checkOver(expression, schema)
    for (const problem of problems) report(`aggregates[${i}].expression`, problem)
    if (over === null) {
      sound = false
      return
    }
    const [place] = over.places
    if (place !== undefined && frame !== null && frame.preceding !== null) report(`aggregates[${i}].expression`, orderProblems.framedPlace(place.name))
    fields.push({ name, type: over.type })
  })
  return sound ? fields : null
}
