import { withNullable } from '../../columnar/dataType.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { fieldOf, type Field, type Schema } from '../../columnar/schema.ts'
import { checkAggregate, groupColumnsUsed } from '../../expression/aggregates.ts'
import { columnsRead } from '../../job/columnUses.ts'
import { arePureAggregates, onColumns } from '../../job/conditions.ts'
import { mapNamed, namedExpressionsOf } from '../../job/joinConfig.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { checkColumns, columnsOf } from '../../job/orderConfig.ts'
import type { Report } from '../../job/problem.ts'
import { columnProblems, windowProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns, renameInNamed } from '../../job/renameColumn.ts'
import { twoPhaseOf } from './twoPhase.ts'

export const definition: OperatorDefinition = {
  kind: 'group-aggregate',
  title: 'Group aggregate',
  family: 'state',
  icon: 'group',
  summary: 'Counts, sums and other aggregates for each group, corrected with every row.',
  searchTerms: ['group by', 'count', 'sum', 'average', 'distinct', 'running total', 'rollup', 'cube', 'grouping sets', 'aggregate'],
  inputs: [{ name: 'in', title: 'Input' }],
  outputs: [{ name: 'out', title: 'Results' }],
  fields: [
    {
      key: 'groupBy',
      label: 'Group by',
      control: 'columns',
      input: 'in',
      help: 'One result for each combination of these columns. Empty: one result for all rows. NULL is a group of its own.',
    },
    {
      key: 'aggregates',
      label: 'Aggregates',
      control: 'namedExpressions',
      aggregate: true,
      help: 'Aggregate calls, or expressions over them: COUNT(*), SUM(price) / COUNT(*), COUNT(DISTINCT user) FILTER (WHERE ok). Empty: just the groups.',
    },
    {
      key: 'groupingSets',
      label: 'Grouping sets',
      control: 'columnSets',
      input: 'in',
      optional: true,
      advanced: true,
      help: 'Several groupings at once; columns that a set leaves out are NULL in its results. Each set lists columns of the group.',
    },
  ],
  initialConfig: ({ inputs }) => {
    const schema = inputs.in?.[0] ?? null
    return { groupBy: [], aggregates: [{ name: schema !== null && fieldOf(schema, 'count') !== undefined ? 'rows' : 'count', expression: 'COUNT(*)' }] }
  },
  subtitle: (config) => {
    const groupBy = columnsOf(config, 'groupBy')
    return groupBy.length > 0 ? `by ${groupBy.join(', ')}` : 'all rows together'
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null) return {}
    const fields = outputFields(config, schema, report)
    return fields === null ? {} : { out: { fields } }
  },
  distribution: ({ config }) => {
    let columns = columnsOf(config, 'groupBy')
    for (const set of setsOf(config) ?? []) columns = columns.filter((column) => set.includes(column))
    return [columns.length > 0 ? { kind: 'hash', columns } : { kind: 'single' }]
  },
  rowKinds: ({ config, inputs }) => {
    const takesBack = (inputs.in ?? []).some((kind) => kind !== '+I')
    // The distinct groups alone never change.
    const changes = (namedExpressionsOf(config, 'aggregates') ?? []).length > 0
    return ['+I', ...(changes ? (['-U', '+U'] as const) : []), ...(takesBack ? (['-D'] as const) : [])]
  },
  state: () => 'accumulators of each group, for ever',
  stateExpires: () => true,
  columnsNeeded: ({ config }) => {
    const needed = new Set<string>(columnsOf(config, 'groupBy'))
    for (const { expression } of namedExpressionsOf(config, 'aggregates') ?? []) for (const name of columnsRead(expression, null)) needed.add(name)
    return { in: needed }
  },
  upsertKeys: ({ config }) => (setsOf(config) === null ? [columnsOf(config, 'groupBy')] : []),
  updateBefore: ({ config }) => ((namedExpressionsOf(config, 'aggregates') ?? []).length > 0 ? { output: 'made' } : {}),
  twoPhase: twoPhaseOf,
  mapExpressions: ({ config, inputs, map }) => mapNamed(config, 'aggregates', inputs.in?.[0] == null ? null : { inputs: [{ qualifier: null, schema: inputs.in[0] }] }, map),
  conditionBefore: ({ config, inputs, condition }) => {
    const schema = inputs.in?.[0] ?? null
    const asked = setsOf(config) === null ? onColumns(condition, columnsOf(config, 'groupBy')) : null
    if (asked === null || schema === null || !arePureAggregates((namedExpressionsOf(config, 'aggregates') ?? []).map(({ expression }) => expression), schema)) return null
    return [{ input: 0, condition: asked }]
  },
  renameColumn: (config, _input, from, to) => {
    const renamed = renameInNamed(renameInColumns(config, 'groupBy', from, to), 'aggregates', null, from, to)
    const sets = setsOf(renamed)
    return sets === null ? renamed : { ...renamed, groupingSets: sets.map((set) => set.map((name) => (name === from ? to : name))) }
  },
}

export function setsOf(config: JsonObject): readonly (readonly string[])[] | null {
  return Array.isArray(config.groupingSets) ? (config.groupingSets as unknown as readonly (readonly string[])[]) : null
}

/** What is wrong, and the result's columns; null when they cannot be known. */
function outputFields(config: JsonObject, schema: Schema, report: Report): Field[] | null {
  const names = schema.fields.map((field) => field.name)
  const groupBy = columnsOf(config, 'groupBy')
  const sets = setsOf(config)
  let sound = true
  checkColumns(config, 'groupBy', schema, report)
  const fields: Field[] = []
  for (const column of groupBy) {
    const field = fieldOf(schema, column)
    if (field === undefined) {
      sound = false
      continue
    }
    // A group outlives its rows' times, so its time is a plain timestamp.
    const everywhere = sets === null || sets.every((set) => set.includes(column))
    fields.push({ name: column, type: everywhere ? field.type : withNullable(field.type, true) })
  }
  sets?.forEach((set, i) =>
    set.forEach((column, j) => {
      if (!groupBy.includes(column)) report(`groupingSets[${i}][${j}]`, windowProblems.groupingSetColumn(column, groupBy))
    }),
  )
  const taken = new Set<string>(groupBy)
  const scope = { inputs: [{ qualifier: null, schema }] }
  ;(namedExpressionsOf(config, 'aggregates') ?? []).forEach(({ name, expression }, i) => {
    if (name === '') report(`aggregates[${i}].name`, columnProblems.emptyColumnName())
    else if (name.length > 200) report(`aggregates[${i}].name`, columnProblems.longColumnName(name.length))
    else if (taken.has(name)) report(`aggregates[${i}].name`, columnProblems.duplicateColumn(name))
    taken.add(name)
    const { aggregate, problems } = checkAggregate(expression, scope)
    for (const problem of problems) report(`aggregates[${i}].expression`, problem)
    if (aggregate === null) {
      sound = false
      return
    }
    for (const column of groupColumnsUsed(aggregate)) {
      if (!groupBy.includes(names[column]!)) report(`aggregates[${i}].expression`, windowProblems.notGrouped(names[column]!, groupBy))
    }
    fields.push({ name, type: aggregate.type })
  })
  if (sound && fields.length === 0 && config.groupBy !== undefined && config.aggregates !== undefined) report('aggregates', windowProblems.neitherGroupNorAggregate())
  return sound && fields.length > 0 ? fields : null
}
