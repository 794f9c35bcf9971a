import type { GenerateFacet } from '../facet.ts'
import { arbitraryPairs, meet, twoInputs } from './joins.ts'
import { eventTimeOf } from './windows.ts'

export const temporalJoin: GenerateFacet = {
  inputs: twoInputs,
  config: (chance, inputs) => {
    if (!meet(inputs)) return null
    const [left, right] = inputs
    const [leftTime, on] = [eventTimeOf(left), arbitraryPairs(chance, left, right)]
    // Of two versions at one moment the last to arrive holds: open where arrival is.
    if (leftTime === null || on === null || eventTimeOf(right) === null || !right.ordered) return null
    return { type: chance.oneOf(['inner', 'left']), on, leftTime }
  },
}
