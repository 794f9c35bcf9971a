import { isTimestamp } from '../../columnar/dataType.ts'
import { fieldOf } from '../../columnar/schema.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { checkColumns, checkOrder, columnsOf, orderByField, orderOf, partitionField, renameInOrder } from '../../job/orderConfig.ts'
import { orderProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns } from '../../job/renameColumn.ts'
import { assignedFields, attachedWindowOf, checkWindow, guessedWindow, renameInWindow, windowColumnNames, windowField, windowOf, windowText } from '../../job/windowConfig.ts'

export const definition: OperatorDefinition = {
  kind: 'window-deduplicate',
  title: 'Window deduplicate',
  family: 'time',
  icon: 'copy-check',
  summary: 'Keeps one row for each key and window: the first or the last in time.',
  searchTerms: ['distinct', 'unique', 'duplicates', 'first row', 'last row', 'latest', 'row_number', 'per window'],
  inputs: [{ name: 'in', title: 'Input', insertOnly: true }],
  outputs: [{ name: 'out', title: 'One row per key' }],
  fields: [
    windowField('in', { session: false }),
    partitionField('keys', 'Keys', 'Rows with equal values here count as the same within a window. NULL equals NULL. Empty: one row for each window.'),
    orderByField('The time column that tells which row is first.'),
    {
      key: 'keep',
      label: 'Keep',
      control: 'choice',
      choices: [
        { value: 'first', label: 'First row' },
        { value: 'last', label: 'Last row' },
      ],
      help: 'Of rows at the same moment the first arrival is first, the last arrival last.',
    },
  ],
  initialConfig: ({ inputs }) => {
    const schema = inputs.in?.[0] ?? null
    const fields = schema?.fields ?? []
    const attached = schema !== null && attachedWindowOf(schema) !== null
    const window = attached ? null : guessedWindow(schema)
    const plain = fields.filter((field) => field.time === undefined && !(windowColumnNames as readonly string[]).includes(field.name))
    const key = plain.find((field) => /(^|_)(id|key)$|Id$/.test(field.name)) ?? plain.find((field) => !isTimestamp(field.type))
    const time = fields.find((field) => field.time !== undefined) ?? fields.find((field) => isTimestamp(field.type))
    return { ...(window === null ? {} : { window }), keys: key === undefined ? [] : [key.name], orderBy: time === undefined ? [] : [{ column: time.name, direction: 'ASC' }], keep: 'first' }
  },
  subtitle: (config) => {
    const keys = columnsOf(config, 'keys')
    return [typeof config.keep === 'string' ? config.keep : '', keys.length > 0 ? `of ${keys.join(', ')}` : '', config.window === undefined ? '' : `in ${windowText(config)}`].filter((part) => part !== '').join(' ')
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null) return {}
    const time = checkWindow(config, schema, report)
    checkColumns(config, 'keys', schema, report)
    checkOrder(config, schema, report)
    const order = orderOf(config)
    const fieldsOrdered = order.map(({ column }) => fieldOf(schema, column))
    // Rows that carry windows have plain timestamps, but for window_time: any of them may tell the order.
    const ordersByTime = order.length === 1 && !order[0]!.descending && fieldsOrdered[0] !== undefined && (config.window === undefined ? isTimestamp(fieldsOrdered[0].type) : fieldsOrdered[0].time !== undefined)
    if (order.length > 0 && !ordersByTime && fieldsOrdered.every((field) => field !== undefined)) {
      report('orderBy', orderProblems.orderByTime(schema.fields.filter((field) => (config.window === undefined ? isTimestamp(field.type) : field.time !== undefined)).map((field) => field.name)))
    }
    if (time === null) return {}
    return { out: { fields: windowOf(config) === null ? schema.fields : assignedFields(schema, time.field, report) } }
  },
  distribution: ({ config }) => {
    const keys = columnsOf(config, 'keys')
    return [keys.length > 0 ? { kind: 'hash', columns: keys } : { kind: 'single' }]
  },
  rowKinds: () => ['+I'],
  state: (config) => `the rows of each open ${windowText(config)}, freed when it closes`,
  columnsNeeded: ({ config, inputs, used }) => {
    const names = new Set((inputs.in?.[0]?.fields ?? []).map((field) => field.name))
    const window = windowOf(config)
    const needed = [...(used.out ?? []), ...columnsOf(config, 'keys'), ...orderOf(config).map(({ column }) => column), ...windowColumnNames, ...(window === null ? [] : [window.timeColumn])]
    return { in: new Set(needed.filter((name) => names.has(name))) }
  },
  renameColumn: (config, _input, from, to) => renameInWindow(renameInOrder(renameInColumns(config, 'keys', from, to), from, to), from, to),
}
