import { checkAggregate } from '../../expression/aggregates.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import { columnsOf } from '../../job/orderConfig.ts'
import { expressionToSql } from '../../sql/expressionToSql.ts'
import { columnSql, quoted } from '../../sql/printStatement.ts'
import type { Query } from '../../sql/statement.ts'
import { noted, oneView, type SqlEmitter } from '../sqlEmitter.ts'
import { notesOnValuesTtl } from '../valuesTtl.ts'
import { setsOf } from './definition.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs, stateTtlMs } = context.spec
    const { schema, updating } = inputs[0]!
    const calls = (namedExpressionsOf(config, 'aggregates') ?? []).flatMap(({ expression }) => checkAggregate(expression, { inputs: [{ qualifier: null, schema }] }).aggregate!.calls)
    const groupBy = columnsOf(config, 'groupBy')
    const sets = setsOf(config)
    const query: Query = {
      kind: 'select',
      columns: [
        ...groupBy.map((name) => ({ expression: columnSql(name) })),
        ...(namedExpressionsOf(config, 'aggregates') ?? []).map(({ name, expression }) => ({ expression: expressionToSql(expression, context.version), as: name })),
      ],
      from: { kind: 'table', name: context.inputs[0]! },
      ...(sets !== null ? { groupBy: [{ sql: `GROUPING SETS (${sets.map((set) => `(${set.map(quoted).join(', ')})`).join(', ')})` }] } : groupBy.length > 0 ? { groupBy: groupBy.map((name) => columnSql(name)) } : {}),
    }
    return oneView(context, query, noted(notesOnValuesTtl(calls, updating === true, stateTtlMs)))
  },
}
