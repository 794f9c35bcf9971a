import { fieldIndex, fieldOf } from '../../columnar/schema.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { WindowRanking } from '../windowRanking.ts'

/** The first n rows of each window and partition. */
export const runtime: RuntimeFactory = {
  role: 'operator',
  create: (spec) => {
    const { schema } = spec.inputs[0]!
    const terms = orderOf(spec.config)
    // The last in time alone is a deduplication to Flink, which lets a later arrival take the place of an equal time.
    const isLastInTime = spec.config.n === 1 && terms.length === 1 && terms[0]!.descending && fieldOf(schema, terms[0]!.column)?.time === 'event'
    return new WindowRanking(spec, {
      partition: columnsOf(spec.config, 'partitionBy'),
      terms: terms.map(({ column, descending }) => ({ column: fieldIndex(schema, column), descending })),
      n: spec.config.n as number,
      laterFirst: isLastInTime,
      ranked: typeof spec.config.rankColumn === 'string',
    })
  },
}
