import { fieldIndex } from '../../columnar/schema.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { WindowRanking } from '../windowRanking.ts'

/** The first n rows of each window and partition. */
export const runtime: RuntimeFactory = {
  role: 'operator',
  create: (spec) => {
    const { schema } = spec.inputs[0]!
    return new WindowRanking(spec, {
      partition: columnsOf(spec.config, 'partitionBy'),
      terms: orderOf(spec.config).map(({ column, descending }) => ({ column: fieldIndex(schema, column), descending })),
      n: spec.config.n as number,
      laterFirst: false,
      ranked: typeof spec.config.rankColumn === 'string',
    })
  },
}
