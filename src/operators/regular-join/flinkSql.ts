import { columnSql } from '../../sql/printStatement.ts'
import type { SqlJoinType } from '../../sql/statement.ts'
import { existsSql, joinColumns, joinCondition, plainSide } from '../joinSql.ts'
import { oneView, type SqlEmitter } from '../sqlEmitter.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const [left, right] = [inputs[0]!.schema, inputs[1]!.schema]
    const on = joinCondition(config, left, right, context.version)
    const sides = { left: plainSide(context.inputs[0]!, inputs[0]!, 'l'), right: plainSide(context.inputs[1]!, inputs[1]!, 'r') }
    const type = config.type as string
    if (type === 'semi' || type === 'anti') {
      return oneView(context, { kind: 'select', columns: left.fields.map((field) => ({ expression: columnSql(field.name, 'l') })), from: sides.left, where: existsSql(type, sides.right, on) })
    }
    return oneView(context, { kind: 'select', columns: joinColumns(config, left, right, context.version), from: { kind: 'join', ...sides, type: type.toUpperCase() as SqlJoinType, on } })
  },
}
