import type { GenerateFacet } from '../facet.ts'
import { quoted } from '../arbitraryExpression.ts'
import { arbitraryPairs } from './joins.ts'

export const lookupJoin: GenerateFacet = {
  inputs: [{ port: 'left' }, { port: 'right' }],
  // A program of files has no table that a cluster can look up in, so the script says a regular join, which has the same rows in the end and ends event time: time attributes do not pass on.
  config: (chance, [left, right]) => {
    if (left!.keyedByWindow || right!.keyedByWindow || right!.updating || left!.operator === right!.operator) return null
    const on = arbitraryPairs(chance, left!, right!)
    const columns = [
      ...left!.schema.fields.filter((field) => field.time === undefined).map(({ name }) => ({ name, expression: `l.${quoted(name)}` })),
      ...right!.schema.fields.filter((field) => field.time === undefined).map(({ name }, i) => ({ name: `r${i}`, expression: `r.${quoted(name)}` })),
    ]
    return on === null || new Set(columns.map(({ name }) => name)).size < columns.length ? null : { type: chance.oneOf(['inner', 'left']), on, columns }
  },
}
