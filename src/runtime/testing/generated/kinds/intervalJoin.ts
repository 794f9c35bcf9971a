import type { GenerateFacet } from '../facet.ts'
import { arbitraryPairs, meet, twoInputs } from './joins.ts'
import { eventTimeOf } from './windows.ts'

export const intervalJoin: GenerateFacet = {
  inputs: twoInputs,
  config: (chance, inputs) => {
    if (!meet(inputs)) return null
    const [left, right] = inputs
    const [leftTime, rightTime, on] = [eventTimeOf(left), eventTimeOf(right), arbitraryPairs(chance, left, right)]
    if (leftTime === null || rightTime === null || on === null) return null
    const lowerMs = chance.oneOf([-5000, -1000, -1, 0, 500])
    return { type: chance.oneOf(['inner', 'inner', 'left', 'right', 'full']), on, leftTime, rightTime, lowerMs, upperMs: lowerMs + chance.oneOf([0, 1, 1000, 5000]) }
  },
}
