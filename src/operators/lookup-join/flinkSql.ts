import { fieldOf } from '../../columnar/schema.ts'
import { columnSql } from '../../sql/printStatement.ts'
import type { SqlJoinType } from '../../sql/statement.ts'
import { joinColumns, joinCondition, plainSide } from '../joinSql.ts'
import { noted, oneView, type SqlEmitter } from '../sqlEmitter.ts'

/** With a processing-time attribute a lookup join, which needs a connector that can look rows up; without one a regular join, which needs none. */
export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const [left, right] = [inputs[0]!.schema, inputs[1]!.schema]
    const type = (config.type as string).toUpperCase() as SqlJoinType
    const leftTime = typeof config.leftTime === 'string' && fieldOf(left, config.leftTime)?.time === 'processing' ? config.leftTime : null
    if (leftTime !== null) {
      return oneView(
        context,
        {
          kind: 'select',
          columns: joinColumns(config, left, right, context.version),
          from: { kind: 'join', left: { kind: 'table', name: context.inputs[0]!, as: 'l' }, type, right: { kind: 'as-of', name: context.inputs[1]!, time: columnSql(leftTime, 'l'), as: 'r' }, on: joinCondition(config, left, right, context.version) },
        },
        noted(['Flink asks the table’s connector for each row at the moment it comes, so the rows depend on what the table holds then; here it is read once, before the first row. The connector must be able to look rows up (JDBC can, files cannot).']),
      )
    }
    return oneView(
      context,
      { kind: 'select', columns: joinColumns(config, left, right, context.version), from: { kind: 'join', left: plainSide(context.inputs[0]!, inputs[0]!, 'l'), type, right: plainSide(context.inputs[1]!, inputs[1]!, 'r'), on: joinCondition(config, left, right, context.version) } },
      noted(['Written as a regular join, because there is no processing-time attribute to look up by: the same rows in the end, but both sides are kept for ever, event time ends here, and rows that come before their entry are corrected.']),
    )
  },
}
