import { columnSql } from '../../sql/printStatement.ts'
import { oneView, selectFrom, type SqlEmitter } from '../sqlEmitter.ts'

/** Inputs match by position; the first one names the columns. */
export const emitter: SqlEmitter = {
  emit: (context) => {
    const names = context.spec.outputs[0]!.schema.fields.map((field) => field.name)
    const parts = context.spec.inputs.map(({ schema }, i) =>
      selectFrom(context.inputs[i]!, schema.fields.map((field, column) => (field.name === names[column] ? { expression: columnSql(field.name) } : { expression: columnSql(field.name), as: names[column]! }))),
    )
    return oneView(context, parts.length === 1 ? parts[0]! : { kind: 'union-all', parts })
  },
}
