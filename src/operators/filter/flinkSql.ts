import { expressionToSql } from '../../sql/expressionToSql.ts'
import { allColumns, oneView, selectFrom, type SqlEmitter } from '../sqlEmitter.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    return oneView(context, selectFrom(context.inputs[0]!, allColumns(inputs[0]!.schema), { where: expressionToSql(config.where as string, context.version) }))
  },
}
