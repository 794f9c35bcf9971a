import type { GenerateFacet } from '../facet.ts'
import { eventTimeOf, keyColumns, windowPart } from './windows.ts'

export const windowDeduplicate: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const window = windowPart(chance, input!, ['tumble', 'hop', 'cumulate'])
    const time = eventTimeOf(input!)
    if (window === null || time === null || !input!.ordered) return null
    return { ...window, keys: chance.someOf(keyColumns(input!), 0, 1), orderBy: [{ column: time, direction: 'ASC' }], keep: chance.oneOf(['first', 'last']) }
  },
}
