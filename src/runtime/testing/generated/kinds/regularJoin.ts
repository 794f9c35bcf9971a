import type { GenerateFacet } from '../facet.ts'
import { arbitraryPairs, twoInputs } from './joins.ts'

export const regularJoin: GenerateFacet = {
  inputs: twoInputs,
  config: (chance, [left, right]) => {
    const on = arbitraryPairs(chance, left!, right!)
    return on === null ? null : { type: chance.oneOf(['inner', 'left', 'right', 'full', 'semi', 'anti']), on }
  },
}
