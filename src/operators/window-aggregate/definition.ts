import { withNullable } from '../../columnar/dataType.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { fieldOf, type Field, type Schema } from '../../columnar/schema.ts'
import { checkAggregate, groupColumnsUsed } from '../../expression/aggregates.ts'
import { columnsRead } from '../../job/columnUses.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { Distribution, OperatorDefinition } from '../../job/operatorDefinition.ts'
import type { Report } from '../../job/problem.ts'
import { columnProblems, windowProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns, renameInNamed } from '../../job/renameColumn.ts'
import {
  attachedWindowOf,
  checkWindowSizes,
  guessedWindow,
  renameInWindow,
  timeAttribute,
  windowColumnNames,
  windowField,
  windowFields,
  windowOf,
  windowText,
} from '../../job/windowConfig.ts'
import { twoPhaseOf } from './twoPhase.ts'

export const definition: OperatorDefinition = {
  kind: 'window-aggregate',
  title: 'Window aggregate',
  family: 'time',
  icon: 'sigma',
  summary: 'Counts, sums and other aggregates for each group and window of time.',
  searchTerms: ['group by', 'tumble', 'tumbling', 'hop', 'hopping', 'sliding', 'cumulate', 'session', 'count', 'sum', 'average', 'per minute', 'fixed window'],
  inputs: [{ name: 'in', title: 'Input' }],
  outputs: [
    { name: 'out', title: 'Results' },
    { name: 'late', title: 'Late rows', optional: true },
  ],
  fields: [
    windowField('in', { session: true }),
    {
      key: 'groupBy',
      label: 'Group by',
      control: 'columns',
      input: 'in',
      help: 'One result for each combination of these columns and window. Empty: one result for each window. NULL is a group of its own.',
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
    {
      key: 'allowedLatenessMs',
      label: 'Allowed lateness',
      control: 'duration',
      minMs: 0,
      optional: true,
      default: 0,
      advanced: true,
      help: 'How long after its result a window still takes late rows. Each such row gives the corrected result of its group once more, as a further row.',
    },
  ],
  initialConfig: ({ inputs }) => {
    const schema = inputs.in?.[0] ?? null
    const attached = schema !== null && attachedWindowOf(schema) !== null
    const window = attached ? null : guessedWindow(schema)
    return {
      ...(window === null ? {} : { window }),
      groupBy: [],
      aggregates: [{ name: schema !== null && fieldOf(schema, 'count') !== undefined ? 'rows' : 'count', expression: 'COUNT(*)' }],
    }
  },
  subtitle: (config) => {
    const groupBy = columnsOf(config, 'groupBy')
    return [windowText(config), groupBy.length > 0 ? `by ${groupBy.join(', ')}` : ''].filter((part) => part !== '').join(' ')
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null) return {}
    const fields = outputFields(config, schema, report)
    return fields === null ? { late: schema } : { out: { fields }, late: schema }
  },
  distribution: ({ config }) => [distributionOf(config)],
  // A window gives its result once. What comes too late is passed on as it is.
  rowKinds: () => ['+I'],
  rowKindsOfPort: ({ inputs, port }) => (port === 'late' ? inputs.in : undefined),
  state: (config) => `accumulators by group and slice of ${windowText(config)}, freed when the window closes`,
  columnsNeeded: ({ config, inputs, used }) => {
    const needed = new Set<string>([...(used.late ?? []), ...columnsOf(config, 'groupBy')])
    const window = windowOf(config)
    const schema = inputs.in?.[0] ?? null
    const attached = schema === null ? null : attachedWindowOf(schema)
    if (window !== null) needed.add(window.timeColumn)
    // Whether the input carries windows of its own decides what the operator does, so they stay.
    if (attached !== null) for (const name of windowColumnNames) if (schema?.fields.some((field) => field.name === name) === true) needed.add(name)
    for (const { expression } of namedExpressionsOf(config, 'aggregates') ?? []) for (const name of columnsRead(expression, null)) needed.add(name)
    return { in: needed }
  },
  twoPhase: twoPhaseOf,
  renameColumn: (config, _input, from, to) => {
    let renamed = renameInWindow(config, from, to)
    renamed = renameInColumns(renamed, 'groupBy', from, to)
    renamed = renameInNamed(renamed, 'aggregates', null, from, to)
    const sets = renamed.groupingSets
    return Array.isArray(sets)
      ? { ...renamed, groupingSets: sets.map((set: readonly string[]) => set.map((name) => (name === from ? to : name))) }
      : renamed
  },
}

/** What is wrong, and the result's columns; null when they cannot be known. */
function outputFields(config: JsonObject, schema: Schema, report: Report): Field[] | null {
  const names = schema.fields.map((field) => field.name)
  const time = windowTime(config, schema, report)
  const groupBy = columnsOf(config, 'groupBy')
  const groupingSets = Array.isArray(config.groupingSets) ? (config.groupingSets as unknown as readonly (readonly string[])[]) : null
  let sound = time !== null

  const fields: Field[] = []
  groupBy.forEach((column, i) => {
    const field = fieldOf(schema, column)
    if (field === undefined) {
      report(`groupBy[${i}]`, columnProblems.unknownColumn(column, names))
      sound = false
      return
    }
    if ((windowColumnNames as readonly string[]).includes(column)) report(`groupBy[${i}]`, windowProblems.groupedByWindow(column))
    else if (groupBy.indexOf(column) !== i) report(`groupBy[${i}]`, columnProblems.duplicateColumn(column))
    const everywhere = groupingSets === null || groupingSets.every((set) => set.includes(column))
    fields.push({ name: column, type: everywhere ? field.type : withNullable(field.type, true) })
  })
  groupingSets?.forEach((set, i) =>
    set.forEach((column, j) => {
      if (!groupBy.includes(column)) report(`groupingSets[${i}][${j}]`, windowProblems.groupingSetColumn(column, groupBy))
    }),
  )

  if (time !== null) fields.push(...windowFields(time.field))
  const taken = new Set<string>([...groupBy, ...windowColumnNames])
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

  if (groupingSets !== null && windowOf(config)?.type === 'session') report('groupingSets', windowProblems.sessionGroupingSets())
  if (typeof config.allowedLatenessMs === 'number' && config.allowedLatenessMs > 0) {
    if (time?.field?.time === 'processing') report('allowedLatenessMs', windowProblems.latenessUnsupported('processing time'))
    else report('allowedLatenessMs', windowProblems.latenessNotExported())
  }
  return sound ? fields : null
}

/** The time attribute behind the window; its field is null for an input whose window has lost its `window_time`. */
function windowTime(config: JsonObject, schema: Schema, report: Report): { readonly field: Field | null } | null {
  const attached = attachedWindowOf(schema)
  if (config.window === undefined) {
    if (attached !== null) return { field: attached.time === null ? null : schema.fields[attached.time]! }
    report('window', windowProblems.noWindow(schema.fields.map((field) => field.name)))
    return null
  }
  const window = windowOf(config)
  if (window === null) return null
  const field = timeAttribute(window.timeColumn, schema, 'window.timeColumn', report)
  if (attached !== null && field !== null && field.name !== 'window_time') report('window', windowProblems.windowTwice())
  checkWindowSizes(window, report)
  if (window.type === 'session' && window.partitionBy !== null) {
    const groupBy = columnsOf(config, 'groupBy')
    const names = schema.fields.map((known) => known.name)
    window.partitionBy.forEach((column, i) => {
      if (!names.includes(column)) report(`window.partitionBy[${i}]`, columnProblems.unknownColumn(column, names))
    })
    if (window.partitionBy.toSorted().join('\n') !== groupBy.toSorted().join('\n')) report('window.partitionBy', windowProblems.sessionPartition(window.partitionBy, groupBy))
  }
  return field === null ? null : { field }
}

function columnsOf(config: JsonObject, key: string): readonly string[] {
  return Array.isArray(config[key]) ? (config[key] as readonly string[]) : []
}

/** Rows of a group must meet, in every grouping set. */
function distributionOf(config: JsonObject): Distribution {
  let columns = columnsOf(config, 'groupBy')
  if (Array.isArray(config.groupingSets)) {
    for (const set of config.groupingSets as unknown as readonly (readonly string[])[]) columns = columns.filter((column) => set.includes(column))
  }
  return columns.length > 0 ? { kind: 'hash', columns } : { kind: 'single' }
}
