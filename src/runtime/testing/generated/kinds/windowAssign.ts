import type { GenerateFacet } from '../facet.ts'
import { arbitraryWindow, eventTimeOf, namesWindow } from './windows.ts'

export const windowAssign: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const time = eventTimeOf(input!)
    return time === null || namesWindow(input!) ? null : { window: arbitraryWindow(chance, time, ['tumble', 'hop', 'cumulate']) }
  },
}
