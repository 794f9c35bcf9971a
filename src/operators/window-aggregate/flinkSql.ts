import type { DataType } from '../../columnar/dataType.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { checkAggregate, groupColumnsUsed } from '../../expression/aggregates.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import { columnsOf } from '../../job/orderConfig.ts'
import { renameInNamed } from '../../job/renameColumn.ts'
import { fieldOf, type Schema } from '../../columnar/schema.ts'
import { attachedWindowOf, renameInWindow, windowColumnNames, windowOf, type WindowConfig } from '../../job/windowConfig.ts'
import { expressionToSql } from '../../sql/expressionToSql.ts'
import { flinkType } from '../../sql/flinkType.ts'
import { columnSql, printInterval, quoted } from '../../sql/printStatement.ts'
import type { From, Select, Sql, Statement } from '../../sql/statement.ts'
import { allColumns, notExportable, noted, selectFrom, type EmitContext, type SqlEmitter } from '../sqlEmitter.ts'
import { windowFunction } from '../windowSql.ts'

export const emitter: SqlEmitter = {
  emit: (given) => {
    const { context, schema, statements } = withoutWindowColumns(given)
    const { config } = context.spec
    const window = windowOf(config)
    const groupBy = columnsOf(config, 'groupBy')
    const sets = Array.isArray(config.groupingSets) ? (config.groupingSets as unknown as readonly (readonly string[])[]) : null
    if (typeof config.allowedLatenessMs === 'number' && config.allowedLatenessMs > 0) {
      return notExportable('Flink SQL has no allowed lateness for windows of table functions.', 'Raise the watermark delay at the source by as much, and remove it here.')
    }
    if (window !== null && window.type !== 'tumble' && (namedExpressionsOf(config, 'aggregates') ?? []).some(({ expression }) => unmergeable.test(withoutQuoted(expression)))) {
      return notExportable('On Flink FIRST_VALUE and LAST_VALUE cannot be merged, as hopping, cumulating and session windows need.', 'Use a tumbling window, or keep the first or last row with Window Deduplicate.')
    }
    const packed = window?.type === 'session' && groupBy.length > 1
    if (packed && !isPackable(config, schema, groupBy)) {
      return notExportable(
        'Flink cannot read a view of a session window that is partitioned by several columns: its own text of the view loses their parentheses. Put together into one they are no plain columns any more, as this operator needs them.',
        'Use the columns of the group in a Project behind this operator, and no grouping sets or time attributes among them.',
      )
    }
    const attached = window === null ? attachedWindowOf(schema) : null
    const carried = window !== null || attached?.time !== null ? windowColumnNames : windowColumnNames.slice(0, 2)
    const groups = packed ? [freeName('session_key', schema)] : groupBy
    const table = packed ? context.view('keyed') : context.inputs[0]!
    if (packed) statements.push({ kind: 'view', name: table, query: withKey(context.inputs[0]!, schema, groupBy, groups[0]!) })
    const from: From = window === null ? { kind: 'table', name: table } : windowFunction(window, table, window.timeColumn, groups)
    const keys = groups.map((name) => columnSql(name))
    const windowKeys = carried.map((name) => columnSql(name))
    if (context.isUsed('out')) {
      const select: Select = {
        kind: 'select',
        columns: [
          ...groups.map((name) => ({ expression: columnSql(name) })),
          ...carried.map((name) => ({ expression: columnSql(name) })),
          ...(carried.length === 3 ? [] : [{ expression: { sql: `${quoted('window_end')} - INTERVAL '0.001' SECOND` }, as: 'window_time' }]),
          ...(namedExpressionsOf(config, 'aggregates') ?? []).map(({ name, expression }) => ({ expression: expressionToSql(expression, context.version), as: name })),
        ],
        from,
        groupBy: sets === null ? [...windowKeys, ...keys] : [...windowKeys, groupingSets(sets)],
      }
      statements.push({ kind: 'view', name: context.view('out'), query: packed ? unpacked(select, groups[0]!, groupBy) : select })
    }
    const notes: string[] = []
    if (window !== null && context.timeZone !== 'UTC' && fieldOf(schema, window.timeColumn)?.type.kind === 'TIMESTAMP_LTZ') {
      notes.push(
        `Windows over TIMESTAMP_LTZ are aligned in ${context.timeZone}. Where its offset is no multiple of the window size, Flink can lose a window: its buffer is emptied at ends aligned in UTC, and by then the window counts as fired. Use TIMESTAMP, or the time zone UTC.`,
      )
    }
    if (context.isUsed('late')) {
      if (window === null && attached?.time === null) {
        return notExportable('Late rows are told by the watermark, and the windows come in without their time.', 'Let window_time through from the operator before, or remove what reads the late rows.')
      }
      statements.push({ kind: 'view', name: context.view('late'), query: lateRows(context, window, given.spec.inputs[0]!.schema, schema) })
      if (window?.type === 'session') notes.push('Flink SQL cannot tell the late rows of sessions: this view has each row whose session, were it alone, has closed, also where it still joins an open one.')
    }
    return { statements, verdict: noted(notes) }
  },
}

/**
 * A window's table function adds the columns of its windows to those that are there. Where rows carry such columns from a window before, both would have one name, which Flink calls ambiguous: they are read from a view in
 * which the older ones are named otherwise. What the config says of them follows.
 */
function withoutWindowColumns(context: EmitContext): { readonly context: EmitContext; readonly schema: Schema; readonly statements: Statement[] } {
  const { schema } = context.spec.inputs[0]!
  let config = context.spec.config
  const taken = new Set(schema.fields.map(({ name }) => name))
  const renamed = new Map<string, string>()
  for (const name of windowOf(config) === null ? [] : windowColumnNames) {
    if (!taken.has(name)) continue
    let other = `input_${name}`
    while (taken.has(other)) other = `input_${other}`
    taken.add(other)
    renamed.set(name, other)
    config = renameInNamed(renameInWindow(config, name, other), 'aggregates', null, name, other)
  }
  if (renamed.size === 0) return { context, schema, statements: [] }
  const bare = context.view('in')
  const columns = schema.fields.map(({ name }) => ({ expression: columnSql(name), ...(renamed.has(name) ? { as: renamed.get(name)! } : {}) }))
  return {
    context: { ...context, spec: { ...context.spec, config }, inputs: [bare] },
    schema: { fields: schema.fields.map((field) => ({ ...field, name: renamed.get(field.name) ?? field.name })) },
    statements: [{ kind: 'view', name: bare, query: selectFrom(context.inputs[0]!, columns) }],
  }
}

/**
 * A session of several columns is partitioned by one ROW of them: grouped by that alone it is planned as a window aggregate, and its fields are taken out again outside, where Flink allows it.
 */
function withKey(table: string, schema: Schema, groupBy: readonly string[], key: string): Select {
  const type: DataType = { kind: 'ROW', nullable: true, fields: groupBy.map((name) => ({ name, type: fieldOf(schema, name)!.type })) }
  return selectFrom(table, [...allColumns(schema), { expression: { sql: `CAST(ROW(${groupBy.map(quoted).join(', ')}) AS ${flinkType(type)})` }, as: key }])
}

function unpacked(select: Select, key: string, groupBy: readonly string[]): Select {
  const others = select.columns.slice(1).map(({ expression, as }) => (as === undefined ? { expression } : { expression: columnSql(as) }))
  return {
    kind: 'select',
    columns: [...groupBy.map((name) => ({ expression: { sql: `${columnSql(key, 'sessions').sql}.${quoted(name)}` }, as: name })), ...others],
    from: { kind: 'query', query: select, as: 'sessions' },
  }
}

/** Within the grouped select there is the key, and none of its columns. */
function isPackable(config: JsonObject, schema: Schema, groupBy: readonly string[]): boolean {
  if (Array.isArray(config.groupingSets) || groupBy.some((name) => fieldOf(schema, name)!.time !== undefined)) return false
  const scope = { inputs: [{ qualifier: null, schema }] }
  return (namedExpressionsOf(config, 'aggregates') ?? []).every(({ expression }) => groupColumnsUsed(checkAggregate(expression, scope).aggregate!).length === 0)
}

function freeName(name: string, schema: Schema): string {
  return fieldOf(schema, name) === undefined ? name : freeName(`${name}_`, schema)
}

const unmergeable = /\b(FIRST|LAST)_VALUE\s*\(/i

function withoutQuoted(expression: string): string {
  return expression.replaceAll(/'(?:[^']|'')*'|`(?:[^`]|``)*`/g, ' ')
}

/**
 * Flink SQL has no late output. A row is late when the last window that it is in has closed, and `CURRENT_WATERMARK` says so at the place where the aggregate asks: before the row's own watermark.
 */
function lateRows(context: EmitContext, window: WindowConfig | null, schema: Schema, read: Schema): Select {
  const columns = read === schema ? allColumns(schema) : read.fields.map(({ name }, i) => ({ expression: columnSql(name), ...(name === schema.fields[i]!.name ? {} : { as: schema.fields[i]!.name }) }))
  const closed = `${quoted('window_time')} <= CURRENT_WATERMARK(${quoted('window_time')})`
  const from: From = { kind: 'table', name: context.inputs[0]! }
  if (window === null) return { kind: 'select', columns, from, where: { sql: closed } }
  const time = quoted(window.timeColumn)
  if (window.type === 'session') return { kind: 'select', columns, from, where: { sql: `${time} + ${printInterval(window.gapMs - 1)} <= CURRENT_WATERMARK(${time})` } }
  // Of the windows that a row is in, only the last one decides.
  const isLast =
    window.type === 'hop' && window.sizeMs !== window.slideMs
      ? ` AND ${time} <= ${quoted('window_time')} - ${printInterval(window.sizeMs - window.slideMs)}`
      : window.type === 'cumulate'
        ? ` AND ${quoted('window_end')} = ${quoted('window_start')} + ${printInterval(window.sizeMs)}`
        : ''
  return { kind: 'select', columns, from: windowFunction(window, context.inputs[0]!, window.timeColumn), where: { sql: `${closed}${isLast}` } }
}

function groupingSets(sets: readonly (readonly string[])[]): Sql {
  return { sql: `GROUPING SETS (${sets.map((set) => `(${set.map(quoted).join(', ')})`).join(', ')})` }
}
