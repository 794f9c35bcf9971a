import { namedExpressionsOf } from '../../job/joinConfig.ts'
import { columnsOf } from '../../job/orderConfig.ts'
import { attachedWindowOf, windowColumnNames, windowOf } from '../../job/windowConfig.ts'
import { expressionToSql } from '../../sql/expressionToSql.ts'
import { columnSql, quoted } from '../../sql/printStatement.ts'
import type { From, Select, Sql, Statement } from '../../sql/statement.ts'
import { allColumns, noted, type SqlEmitter } from '../sqlEmitter.ts'
import { windowFunction } from '../windowSql.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const { schema } = inputs[0]!
    const window = windowOf(config)
    const groupBy = columnsOf(config, 'groupBy')
    const sets = Array.isArray(config.groupingSets) ? (config.groupingSets as unknown as readonly (readonly string[])[]) : null
    if (typeof config.allowedLatenessMs === 'number' && config.allowedLatenessMs > 0) {
      return {
        statements: [],
        verdict: { kind: 'not-exportable', why: 'Flink SQL has no allowed lateness for windows of table functions.', alternative: 'Raise the watermark delay at the source by as much, and remove it here.' },
      }
    }
    const attached = window === null ? attachedWindowOf(schema) : null
    const carried = window !== null || attached?.time !== null ? windowColumnNames : windowColumnNames.slice(0, 2)
    const from: From = window === null ? { kind: 'table', name: context.inputs[0]! } : windowFunction(window, context.inputs[0]!, window.timeColumn, groupBy)
    const keys = groupBy.map((name) => columnSql(name))
    const windowKeys = carried.map((name) => columnSql(name))
    const statements: Statement[] = []
    if (context.isUsed('out')) {
      const select: Select = {
        kind: 'select',
        columns: [
          ...groupBy.map((name) => ({ expression: columnSql(name) })),
          ...carried.map((name) => ({ expression: columnSql(name) })),
          ...(carried.length === 3 ? [] : [{ expression: { sql: `${quoted('window_end')} - INTERVAL '0.001' SECOND` }, as: 'window_time' }]),
          ...(namedExpressionsOf(config, 'aggregates') ?? []).map(({ name, expression }) => ({ expression: expressionToSql(expression), as: name })),
        ],
        from,
        groupBy: sets === null ? [...windowKeys, ...keys] : [...windowKeys, groupingSets(sets)],
      }
      statements.push({ kind: 'view', name: context.view('out'), query: select })
    }
    const notes: string[] = []
    if (context.isUsed('late')) {
      const late: From = window === null || window.type === 'session' ? from : windowFunction(window, context.inputs[0]!, window.timeColumn)
      statements.push({
        kind: 'view',
        name: context.view('late'),
        query: { kind: 'select', columns: allColumns(schema), from: late, where: { sql: `${quoted('window_time')} <= CURRENT_WATERMARK(${quoted('window_time')})` } },
      })
      if (window?.type === 'hop' || window?.type === 'cumulate') notes.push('A late row comes out once for each of its windows that has closed, because Flink SQL has no late output; here it comes once, and only when all of them have.')
      if (window?.type === 'session') notes.push('Late rows of sessions cannot be told apart in Flink SQL; this view holds rows whose own session, alone, has closed.')
    }
    return { statements, verdict: noted(notes) }
  },
}

function groupingSets(sets: readonly (readonly string[])[]): Sql {
  return { sql: `GROUPING SETS (${sets.map((set) => `(${set.map(quoted).join(', ')})`).join(', ')})` }
}
