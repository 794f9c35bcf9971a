import { fieldOf, type Schema } from '../../columnar/schema.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { onColumns } from '../../job/conditions.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { checkColumns, checkOrder, columnsOf, orderByField, orderOf, partitionField, renameInOrder } from '../../job/orderConfig.ts'
import { orderProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns } from '../../job/renameColumn.ts'
import { keysWithin } from '../../job/upsertKeys.ts'

export const definition: OperatorDefinition = {
  kind: 'deduplicate',
  title: 'Deduplicate',
  family: 'state',
  icon: 'copy-minus',
  summary: 'Keeps one row for each key: the first or the last in time.',
  searchTerms: ['distinct', 'unique', 'duplicates', 'first row', 'last row', 'latest', 'upsert', 'row_number', 'versioned table'],
  inputs: [{ name: 'in', title: 'Input', insertOnly: true }],
  outputs: [{ name: 'out', title: 'One row per key' }],
  fields: [
    partitionField('keys', 'Keys', 'Rows with equal values here count as the same. NULL equals NULL. Empty: one row in all.'),
    orderByField('The time attribute that tells which row is first.'),
    {
      key: 'keep',
      label: 'Keep',
      control: 'choice',
      choices: [
        { value: 'first', label: 'First row' },
        { value: 'last', label: 'Last row' },
      ],
      help: 'The first row of a key is final: with event time it comes out once the watermark has reached it. The last row is corrected whenever a later one comes.',
    },
  ],
  initialConfig: ({ inputs }) => {
    const fields = inputs.in?.[0]?.fields ?? []
    const time = timeOf(inputs.in?.[0] ?? null)
    const key = fields.find((field) => field.time === undefined && /(^|_)(id|key)$|Id$/.test(field.name)) ?? fields.find((field) => field.time === undefined)
    return { keys: key === undefined ? [] : [key.name], orderBy: time === null ? [] : [{ column: time, direction: 'ASC' }], keep: 'first' }
  },
  subtitle: (config) => {
    const keys = columnsOf(config, 'keys')
    return [typeof config.keep === 'string' ? config.keep : '', keys.length > 0 ? `of ${keys.join(', ')}` : ''].filter((part) => part !== '').join(' ')
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null) return {}
    checkColumns(config, 'keys', schema, report)
    checkOrder(config, schema, report)
    const order = orderOf(config)
    if (order.length > 0 && (order.length > 1 || order[0]!.descending || fieldOf(schema, order[0]!.column)?.time === undefined)) {
      if (order.every(({ column }) => fieldOf(schema, column) !== undefined)) report('orderBy', orderProblems.orderByTime(schema.fields.filter((field) => field.time !== undefined).map((field) => field.name)))
    }
    return { out: schema }
  },
  distribution: ({ config }) => {
    const keys = columnsOf(config, 'keys')
    return [keys.length > 0 ? { kind: 'hash', columns: keys } : { kind: 'single' }]
  },
  rowKinds: ({ config }) => (config.keep === 'first' ? ['+I'] : ['+I', '-U', '+U']),
  state: (config) => (config.keep === 'first' ? 'each key that has come, and the row that waits for the watermark' : 'the last row of each key'),
  stateExpires: () => true,
  columnsNeeded: ({ config, used }) => ({ in: new Set([...(used.out ?? []), ...columnsOf(config, 'keys'), ...orderOf(config).map(({ column }) => column)]) }),
  upsertKeys: ({ config, keys }) => [columnsOf(config, 'keys'), ...keysWithin(keys.in ?? [], columnsOf(config, 'keys'))],
  updateBefore: ({ config }) => (keepsLast(config) ? { output: 'made' } : {}),
  conditionBefore: ({ config, condition }) => {
    const asked = onColumns(condition, columnsOf(config, 'keys'))
    // The first row counts late ones, and they are seen.
    return asked === null || !keepsLast(config) ? null : [{ input: 0, condition: asked }]
  },
  renameColumn: (config, _input, from, to) => renameInOrder(renameInColumns(config, 'keys', from, to), from, to),
}

/** The first time attribute, event time before processing time. */
function timeOf(schema: Schema | null): string | null {
  const fields = schema?.fields ?? []
  return (fields.find((field) => field.time === 'event') ?? fields.find((field) => field.time === 'processing'))?.name ?? null
}

export function keepsLast(config: JsonObject): boolean {
  return config.keep === 'last'
}
