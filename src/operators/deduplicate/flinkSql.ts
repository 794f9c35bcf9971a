import { fieldOf } from '../../columnar/schema.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import { quoted } from '../../sql/printStatement.ts'
import { rowNumberUpTo } from '../rankSql.ts'
import { noted, oneView, type SqlEmitter } from '../sqlEmitter.ts'
import { keepsLast } from './definition.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs, miniBatch } = context.spec
    const { schema } = inputs[0]!
    const time = orderOf(config)[0]!.column
    // With mini-batches no Flink has the function that waits (RankUtil.outputInsertOnlyInDeduplicate).
    const atOnce = (context.version === '1.20' || miniBatch !== undefined) && !keepsLast(config) && fieldOf(schema, time)?.time === 'event'
    const query = rowNumberUpTo({
      from: { kind: 'table', name: context.inputs[0]! },
      schema,
      columns: schema.fields.map((field) => field.name),
      partitionBy: columnsOf(config, 'keys'),
      order: `${quoted(time)} ${keepsLast(config) ? 'DESC' : 'ASC'}`,
      n: 1,
    })
    return oneView(context, query, noted(atOnce ? [`${context.version === '1.20' ? 'Flink 1.20' : 'With mini-batches Flink'} gives the first row of a key at once and corrects it when an earlier one comes, late rows included; here, as from Flink 2.1 on, it waits for the watermark and is final.`] : []))
  },
}
