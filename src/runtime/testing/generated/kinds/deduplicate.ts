import type { GenerateFacet } from '../facet.ts'
import { eventTimeOf, keyColumns } from './windows.ts'

export const deduplicate: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const time = eventTimeOf(input!)
    if (time === null || !input!.ordered) return null
    return { keys: chance.someOf(keyColumns(input!), 1, 2), orderBy: [{ column: time, direction: 'ASC' }], keep: chance.oneOf(['first', 'last']) }
  },
}
