import { namedExpressionsOf } from '../../job/joinConfig.ts'
import { attachedWindowOf, windowColumnNames, windowOf } from '../../job/windowConfig.ts'
import { columnSql, quoted } from '../../sql/printStatement.ts'
import type { From, SelectColumn, SqlJoinType } from '../../sql/statement.ts'
import { fieldOf, type Schema } from '../../columnar/schema.ts'
import { existsSql, joinColumns, joinCondition, namesOf } from '../joinSql.ts'
import { joinExpressionToSql } from '../../sql/expressionToSql.ts'
import { notExportable, noted, oneView, type SqlEmitter } from '../sqlEmitter.ts'
import { windowFunction } from '../windowSql.ts'
import { rightTimeColumn } from './definition.ts'

const sameWindow = ['window_start', 'window_end'].map((name) => `\`l\`.${quoted(name)} = \`r\`.${quoted(name)}`)

/** Both sides under the same window function, joined on the window's bounds and the keys. */
export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const [left, right] = [inputs[0]!.schema, inputs[1]!.schema]
    const window = windowOf(config)
    if (window !== null && [left, right].some((schema) => windowColumnNames.some((name) => fieldOf(schema, name) !== undefined))) {
      return notExportable(
        'Rows come in with the columns of a window before, and Flink calls those of the join ambiguous beside them.',
        'Leave the window of the join out, to join in the windows that rows carry, or rename window_start, window_end and window_time with Project before it.',
      )
    }
    const side = (index: 0 | 1, as: string): From => {
      const table = context.inputs[index]!
      if (window === null) return { kind: 'table', name: table, as }
      return { ...windowFunction(window, table, index === 0 ? window.timeColumn : rightTimeColumn(window.timeColumn, right)!.name), as }
    }
    const type = config.type as string
    const windowColumns = window !== null || (attachedWindowOf(left)?.time ?? null) !== null ? windowColumnNames : windowColumnNames.slice(0, 2)
    const on = joinCondition(config, left, right, context.version, sameWindow)
    if (type === 'semi' || type === 'anti') {
      return oneView(context, {
        kind: 'select',
        columns: [...dataColumns(window === null, left).map((name) => ({ expression: columnSql(name, 'l') })), ...windowColumns.map((name) => ({ expression: columnSql(name, 'l') }))],
        from: side(0, 'l'),
        where: existsSql(type, side(1, 'r'), on),
      })
    }
    // An outer row has the window of the side that is there.
    const bound = (name: string): SelectColumn => {
      if (type === 'right') return { expression: columnSql(name, 'r') }
      return type === 'full' ? { expression: { sql: `COALESCE(\`l\`.${quoted(name)}, \`r\`.${quoted(name)})` }, as: name } : { expression: columnSql(name, 'l') }
    }
    const named = namedExpressionsOf(config, 'columns')
    const own =
      named === null
        ? joinColumns(config, withoutWindow(window === null, left), withoutWindow(window === null, right), context.version)
        : named.map(({ name, expression }) => ({ expression: joinExpressionToSql(expression, namesOf(left), namesOf(right), context.version), as: name }))
    return oneView(
      context,
      {
        kind: 'select',
        columns: [...own, ...windowColumns.map(bound)],
        from: { kind: 'join', left: side(0, 'l'), type: type.toUpperCase() as SqlJoinType, right: side(1, 'r'), on },
      },
      noted(type === 'full' ? ['On Flink the bounds of the window of a full join may be NULL by their type, and an operator behind it that goes on with its windows is not recognised as one. A left or right join keeps them.'] : []),
    )
  },
}

function withoutWindow(attached: boolean, schema: Schema): Schema {
  return attached ? { fields: schema.fields.filter((field) => !(windowColumnNames as readonly string[]).includes(field.name)) } : schema
}

function dataColumns(attached: boolean, schema: Schema): readonly string[] {
  return withoutWindow(attached, schema).fields.map((field) => field.name)
}
