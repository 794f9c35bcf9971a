import type { GenerateFacet } from '../facet.ts'
import { arbitraryOrder, keyColumns, windowPart } from './windows.ts'

export const windowTopN: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const window = windowPart(chance, input!, ['tumble', 'hop', 'cumulate'])
    const orderBy = arbitraryOrder(chance, input!)
    if (window === null || orderBy === null) return null
    return { ...window, partitionBy: chance.someOf(keyColumns(input!), 0, 1), orderBy, n: chance.integer(1, 3), ...(chance.happens(60) ? { rankColumn: 'rank' } : {}) }
  },
}
