import { fieldIndex } from '../../columnar/schema.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { WindowRanking } from '../windowRanking.ts'

/** The first or last row in time is the best one: of rows at the same moment the earliest arrival, or the latest. */
export const runtime: RuntimeFactory = {
  role: 'operator',
  create: (spec) => {
    const last = spec.config.keep === 'last'
    const column = fieldIndex(spec.inputs[0]!.schema, orderOf(spec.config)[0]!.column)
    return new WindowRanking(spec, { partition: columnsOf(spec.config, 'keys'), terms: [{ column, descending: last }], n: 1, laterFirst: last, ranked: false })
  },
}
