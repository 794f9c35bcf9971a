import { printInterval, quoted } from '../../sql/printStatement.ts'
import type { SqlJoinType } from '../../sql/statement.ts'
import { joinColumns, joinCondition } from '../joinSql.ts'
import { oneView, type SqlEmitter } from '../sqlEmitter.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const [left, right] = [inputs[0]!.schema, inputs[1]!.schema]
    const leftTime = `\`l\`.${quoted(config.leftTime as string)}`
    const rightTime = `\`r\`.${quoted(config.rightTime as string)}`
    const bound = (ms: number): string => (ms === 0 ? leftTime : `${leftTime} ${ms < 0 ? '-' : '+'} ${printInterval(Math.abs(ms))}`)
    return oneView(context, {
      kind: 'select',
      columns: joinColumns(config, left, right, context.version),
      from: {
        kind: 'join',
        left: { kind: 'table', name: context.inputs[0]!, as: 'l' },
        type: (config.type as string).toUpperCase() as SqlJoinType,
        right: { kind: 'table', name: context.inputs[1]!, as: 'r' },
        on: joinCondition(config, left, right, context.version, [`${rightTime} BETWEEN ${bound(config.lowerMs as number)} AND ${bound(config.upperMs as number)}`]),
      },
    })
  },
}
