import { columnsOf } from '../../job/orderConfig.ts'
import { orderSql, rowNumberUpTo } from '../rankSql.ts'
import { oneView, type SqlEmitter } from '../sqlEmitter.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const { schema } = inputs[0]!
    const { rankColumn } = config
    return oneView(
      context,
      rowNumberUpTo({
        from: { kind: 'table', name: context.inputs[0]! },
        schema,
        columns: schema.fields.map((field) => field.name),
        partitionBy: columnsOf(config, 'partitionBy'),
        order: orderSql(config),
        n: config.n as number,
        ...(typeof rankColumn === 'string' ? { rankColumn } : {}),
      }),
    )
  },
}
