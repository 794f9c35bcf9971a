import { bigintType, withNullable } from '../../columnar/dataType.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { checkColumns, checkOrder, columnsOf, orderByField, orderOf, orderText, partitionField, renameInOrder } from '../../job/orderConfig.ts'
import { columnProblems, orderProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns } from '../../job/renameColumn.ts'
import { assignedFields, attachedWindowOf, checkWindow, guessedWindow, renameInWindow, windowColumnNames, windowField, windowOf, windowText } from '../../job/windowConfig.ts'

export const definition: OperatorDefinition = {
  kind: 'window-top-n',
  title: 'Window Top-N',
  family: 'time',
  icon: 'medal',
  summary: 'Keeps the first rows of each window in some order, once and for all.',
  searchTerms: ['rank', 'ranking', 'row_number', 'limit', 'best', 'highest', 'leaderboard', 'hot items', 'most', 'per window'],
  inputs: [{ name: 'in', title: 'Input', insertOnly: true }],
  outputs: [{ name: 'out', title: 'Ranked rows' }],
  fields: [
    windowField('in', { session: false }),
    partitionField('partitionBy', 'For each', 'One ranking in each window for each combination of these columns. Empty: one ranking for the window. NULL is a group of its own.'),
    orderByField('What ranks rows. Among equal rows the one that came first ranks higher; NULL is the lowest value.'),
    { key: 'n', label: 'Rows', control: 'integer', min: 1, max: 1_000_000, help: 'How many rows of each ranking are kept.' },
    { key: 'rankColumn', label: 'Rank column', control: 'text', maxLength: 200, optional: true, placeholder: 'rank', help: 'Adds the rank, from 1 on, as a column.' },
  ],
  initialConfig: ({ inputs }) => {
    const schema = inputs.in?.[0] ?? null
    const fields = (schema?.fields ?? []).filter((field) => !(windowColumnNames as readonly string[]).includes(field.name))
    const number = fields.findLast((field) => field.time === undefined && ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL'].includes(field.type.kind)) ?? fields[0]
    const window = schema !== null && attachedWindowOf(schema) !== null ? null : guessedWindow(schema)
    return {
      ...(window === null ? {} : { window }),
      partitionBy: [],
      orderBy: number === undefined ? [] : [{ column: number.name, direction: 'DESC' }],
      n: 3,
      rankColumn: fields.some((field) => field.name === 'rank') ? 'place' : 'rank',
    }
  },
  subtitle: (config) => {
    const order = orderText(config)
    return [typeof config.n === 'number' ? `top ${config.n}` : 'top', order === '' ? '' : `by ${order}`, config.window === undefined ? '' : `, ${windowText(config)}`].filter((part) => part !== '').join(' ').replace(' ,', ',')
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null) return {}
    const time = checkWindow(config, schema, report)
    checkColumns(config, 'partitionBy', schema, report)
    checkOrder(config, schema, report)
    if (time === null) return {}
    const fields = windowOf(config) === null ? [...schema.fields] : assignedFields(schema, time.field, report)
    const { rankColumn } = config
    if (typeof rankColumn !== 'string') return { out: { fields } }
    if (rankColumn === '') report('rankColumn', columnProblems.emptyColumnName())
    else if (fields.some((field) => field.name === rankColumn)) report('rankColumn', orderProblems.rankColumnTaken(rankColumn))
    return { out: { fields: [...fields, { name: rankColumn, type: withNullable(bigintType, false) }] } }
  },
  distribution: ({ config }) => {
    const partitionBy = columnsOf(config, 'partitionBy')
    return [partitionBy.length > 0 ? { kind: 'hash', columns: partitionBy } : { kind: 'single' }]
  },
  rowKinds: () => ['+I'],
  state: (config) => `the rows of each open ${windowText(config)}, freed when it closes`,
  columnsNeeded: ({ config, inputs, used }) => {
    const names = new Set((inputs.in?.[0]?.fields ?? []).map((field) => field.name))
    const window = windowOf(config)
    const needed = [...(used.out ?? []), ...columnsOf(config, 'partitionBy'), ...orderOf(config).map(({ column }) => column), ...windowColumnNames, ...(window === null ? [] : [window.timeColumn])]
    return { in: new Set(needed.filter((name) => names.has(name))) }
  },
  renameColumn: (config, _input, from, to) => renameInWindow(renameInOrder(renameInColumns(config, 'partitionBy', from, to), from, to), from, to),
}
