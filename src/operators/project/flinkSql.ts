import { expressionToSql } from '../../sql/expressionToSql.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import { oneView, selectFrom, type SqlEmitter } from '../sqlEmitter.ts'

export const emitter: SqlEmitter = {
  emit: (context) =>
    oneView(context, selectFrom(context.inputs[0]!, (namedExpressionsOf(context.spec.config, 'columns') ?? []).map(({ name, expression }) => ({ expression: expressionToSql(expression, context.version), as: name })))),
}
