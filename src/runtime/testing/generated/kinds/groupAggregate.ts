import { arbitraryAggregates } from '../arbitraryExpression.ts'
import type { GenerateFacet } from '../facet.ts'
import { keyColumns } from './windows.ts'

export const groupAggregate: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const groupBy = chance.someOf(keyColumns(input!), 0, 2)
    const aggregates = arbitraryAggregates(chance, input!.schema, input!.ordered && !input!.updating, groupBy.length === 0 ? 1 : 0, new Set(groupBy))
    // Groups by the partition of a Window Top-N are rows of their own to Flink, whatever their window (docs/flink-facts.md).
    return groupBy.length + aggregates.length === 0 || input!.keyedByWindow ? null : { groupBy, aggregates }
  },
}
