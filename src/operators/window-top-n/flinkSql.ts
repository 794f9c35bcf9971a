import { columnsOf } from '../../job/orderConfig.ts'
import { windowOf } from '../../job/windowConfig.ts'
import { orderSql, rowNumberUpTo } from '../rankSql.ts'
import { oneView, type SqlEmitter } from '../sqlEmitter.ts'
import { windowFunction } from '../windowSql.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs, outputs } = context.spec
    const window = windowOf(config)
    const { rankColumn } = config
    const { schema } = outputs[0]!
    return oneView(
      context,
      rowNumberUpTo({
        from: window === null ? { kind: 'table', name: context.inputs[0]! } : windowFunction(window, context.inputs[0]!, window.timeColumn),
        schema: inputs[0]!.schema,
        columns: schema.fields.map((field) => field.name).filter((name) => name !== rankColumn),
        partitionBy: ['window_start', 'window_end', ...columnsOf(config, 'partitionBy')],
        order: orderSql(config),
        n: config.n as number,
        ...(typeof rankColumn === 'string' ? { rankColumn } : {}),
      }),
    )
  },
}
