import type { GenerateFacet } from '../facet.ts'
import { arbitraryPairs, meet, twoInputs } from './joins.ts'
import { arbitraryWindow, carriesWindow, eventTimeOf, namesWindow } from './windows.ts'

export const windowJoin: GenerateFacet = {
  inputs: twoInputs,
  config: (chance, inputs) => {
    if (!meet(inputs)) return null
    const [left, right] = inputs
    const on = arbitraryPairs(chance, left, right)
    const time = eventTimeOf(left)
    if (on === null || time === null || time !== eventTimeOf(right)) return null
    const type = chance.oneOf(['inner', 'left', 'right', 'full', 'semi', 'anti'])
    if (carriesWindow(left) !== carriesWindow(right) || (!carriesWindow(left) && (namesWindow(left) || namesWindow(right)))) return null
    return carriesWindow(left) ? { type, on } : { window: arbitraryWindow(chance, time, ['tumble', 'hop', 'cumulate']), type, on }
  },
}
