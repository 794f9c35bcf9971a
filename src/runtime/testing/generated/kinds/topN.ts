import type { GenerateFacet } from '../facet.ts'
import { arbitraryOrder, keyColumns } from './windows.ts'

export const topN: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const orderBy = arbitraryOrder(chance, { ...input!, ordered: input!.ordered && !input!.updating })
    if (orderBy === null || (input!.updating && input!.keyedByWindow)) return null
    // From 2.1 on Flink does not take back what was first before (the certificate says so): where arrival is open, so is what was first.
    const least = input!.ordered ? 1 : 2
    return { partitionBy: chance.someOf(keyColumns(input!), 0, 1), orderBy, n: chance.integer(least, 3), ...(chance.happens(50) ? { rankColumn: 'rank' } : {}) }
  },
}
