import type { GenerateFacet } from '../facet.ts'
import { arbitraryOrder, keyColumns } from './windows.ts'

export const topN: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const orderBy = arbitraryOrder(chance, { ...input!, ordered: input!.ordered && !input!.updating })
    if (orderBy === null) return null
    return { partitionBy: chance.someOf(keyColumns(input!), 0, 1), orderBy, n: chance.integer(1, 3), ...(chance.happens(50) ? { rankColumn: 'rank' } : {}) }
  },
}
