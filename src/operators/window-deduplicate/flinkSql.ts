import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import { windowOf } from '../../job/windowConfig.ts'
import { quoted } from '../../sql/printStatement.ts'
import { rowNumberUpTo } from '../rankSql.ts'
import { oneView, type SqlEmitter } from '../sqlEmitter.ts'
import { windowFunction } from '../windowSql.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs, outputs } = context.spec
    const window = windowOf(config)
    return oneView(
      context,
      rowNumberUpTo({
        from: window === null ? { kind: 'table', name: context.inputs[0]! } : windowFunction(window, context.inputs[0]!, window.timeColumn),
        schema: inputs[0]!.schema,
        columns: outputs[0]!.schema.fields.map((field) => field.name),
        partitionBy: ['window_start', 'window_end', ...columnsOf(config, 'keys')],
        order: `${quoted(orderOf(config)[0]!.column)} ${config.keep === 'last' ? 'DESC' : 'ASC'}`,
        n: 1,
      }),
    )
  },
}
