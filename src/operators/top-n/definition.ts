import { bigintType, withNullable } from '../../columnar/dataType.ts'
import { fieldOf } from '../../columnar/schema.ts'
import { onColumns } from '../../job/conditions.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { checkColumns, checkOrder, columnsOf, orderByField, orderOf, orderText, partitionField, renameInOrder } from '../../job/orderConfig.ts'
import { columnProblems, orderProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns } from '../../job/renameColumn.ts'
import { keysWithin } from '../../job/upsertKeys.ts'

export const definition: OperatorDefinition = {
  kind: 'top-n',
  title: 'Top-N',
  family: 'state',
  icon: 'trophy',
  summary: 'Keeps the first rows of each group in some order, and corrects the result as rows come.',
  searchTerms: ['rank', 'ranking', 'row_number', 'limit', 'best', 'highest', 'leaderboard', 'order by', 'first n'],
  inputs: [{ name: 'in', title: 'Input' }],
  outputs: [{ name: 'out', title: 'Ranked rows' }],
  fields: [
    partitionField('partitionBy', 'For each', 'One ranking for each combination of these columns. Empty: one ranking of all rows. NULL is a group of its own.'),
    orderByField('What ranks rows. Among equal rows the one that came first ranks higher; NULL is the lowest value.'),
    { key: 'n', label: 'Rows', control: 'integer', min: 1, max: 1_000_000, help: 'How many rows of each group are kept.' },
    {
      key: 'rankColumn',
      label: 'Rank column',
      control: 'text',
      maxLength: 200,
      optional: true,
      placeholder: 'rank',
      help: 'Adds the rank, from 1 on, as a column. Without it far fewer corrections are needed, because a row that only moves down does not change.',
    },
  ],
  initialConfig: ({ inputs }) => {
    const fields = inputs.in?.[0]?.fields ?? []
    const number = fields.findLast((field) => field.time === undefined && ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL'].includes(field.type.kind)) ?? fields[0]
    return { partitionBy: [], orderBy: number === undefined ? [] : [{ column: number.name, direction: 'DESC' }], n: 10 }
  },
  subtitle: (config) => {
    const order = orderText(config)
    const partitionBy = columnsOf(config, 'partitionBy')
    return [typeof config.n === 'number' ? `top ${config.n}` : 'top', order === '' ? '' : `by ${order}`, partitionBy.length > 0 ? `for each ${partitionBy.join(', ')}` : '']
      .filter((part) => part !== '')
      .join(' ')
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null) return {}
    checkColumns(config, 'partitionBy', schema, report)
    checkOrder(config, schema, report)
    // A row may come out long after its time, or again: what comes out has no event time (Flink: FlinkLogicalRank loses time attributes).
    const fields = schema.fields.map(({ name, type }) => ({ name, type }))
    const { rankColumn } = config
    if (typeof rankColumn !== 'string') return { out: { fields } }
    if (rankColumn === '') report('rankColumn', columnProblems.emptyColumnName())
    else if (fieldOf(schema, rankColumn) !== undefined) report('rankColumn', orderProblems.rankColumnTaken(rankColumn))
    return { out: { fields: [...fields, { name: rankColumn, type: withNullable(bigintType, false) }] } }
  },
  distribution: ({ config }) => {
    const partitionBy = columnsOf(config, 'partitionBy')
    return [partitionBy.length > 0 ? { kind: 'hash', columns: partitionBy } : { kind: 'single' }]
  },
  rowKinds: ({ config }) => (config.n === 1 || typeof config.rankColumn === 'string' ? ['+I', '-U', '+U', '-D'] : ['+I', '-D']),
  state: (config) => `the best ${String(config.n)} rows of each group; all rows where the input takes rows back`,
  stateExpires: () => true,
  columnsNeeded: ({ config, used }) => {
    const needed = new Set<string>([...(used.out ?? []), ...columnsOf(config, 'partitionBy'), ...orderOf(config).map(({ column }) => column)])
    if (typeof config.rankColumn === 'string') needed.delete(config.rankColumn)
    return { in: needed }
  },
  upsertKeys: ({ config, keys }) => {
    const partitionBy = columnsOf(config, 'partitionBy')
    if (config.n === 1) return [partitionBy]
    // Changes of a ranked result go by place: a row that falls off its end is taken back as the row before the one that has its place now, and nothing says so by the row's own key.
    return typeof config.rankColumn === 'string' ? [[...partitionBy, config.rankColumn]] : keysWithin(keys.in ?? [], partitionBy)
  },
  updateBefore: ({ config }) => (config.n === 1 || typeof config.rankColumn === 'string' ? { output: 'made' } : {}),
  conditionBefore: ({ config, condition }) => {
    const asked = onColumns(condition, columnsOf(config, 'partitionBy'))
    return asked === null ? null : [{ input: 0, condition: asked }]
  },
  renameColumn: (config, _input, from, to) => renameInOrder(renameInColumns(config, 'partitionBy', from, to), from, to),
}
