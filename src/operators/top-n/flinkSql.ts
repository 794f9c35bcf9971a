import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import { orderSql, rowNumberUpTo } from '../rankSql.ts'
import { noted, oneView, type SqlEmitter } from '../sqlEmitter.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const { schema } = inputs[0]!
    const { rankColumn } = config
    const order = orderOf(config)
    // Flink takes every Top-1 for a deduplication (its rank is always 1), and this order for one that keeps the first row and never takes it back (seen on 2.2.1, where COUNT(*) behind it grows).
    const keepsOldRows = context.version !== '1.20' && config.n === 1 && inputs[0]!.updating !== true && (order.length > 1 || order[0]?.descending === false)
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
      noted(keepsOldRows ? ['Flink from 2.1 on does not take the old first row back in this shape: a sink with a key is right, an operator behind it counts every first row there ever was. Order by one column descending, or use Flink 1.20.'] : []),
    )
  },
}
