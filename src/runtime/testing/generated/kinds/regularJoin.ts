import type { GenerateFacet } from '../facet.ts'
import { arbitraryPairs, twoInputs } from './joins.ts'

export const regularJoin: GenerateFacet = {
  inputs: twoInputs,
  config: (chance, [left, right]) => {
    const on = arbitraryPairs(chance, left!, right!)
    return on === null || left!.keyedByWindow || right!.keyedByWindow ? null : { type: chance.oneOf(['inner', 'left', 'right', 'full', 'semi', 'anti']), on }
  },
}
