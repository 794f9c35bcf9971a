import { arbitraryExpression, quoted } from '../arbitraryExpression.ts'
import type { GenerateFacet } from '../facet.ts'

export const project: GenerateFacet = {
  inputs: [{ port: 'in' }],
  keepsOrder: true,
  config: (chance, [input]) => {
    const { fields } = input!.schema
    // Time attributes and keys pass on, so that operators behind can use them; some columns go.
    const kept = fields.filter((field) => field.time !== undefined || field.name === 'k' || chance.happens(60)).map((field) => ({ name: field.name, expression: quoted(field.name) }))
    const taken = new Set(kept.map(({ name }) => name))
    const made = Array.from({ length: chance.integer(kept.length === 0 ? 1 : 0, 2) }, (_, i) => {
      const expression = arbitraryExpression(chance, input!.schema, 2)
      return expression === null || taken.has(`p${i}`) ? [] : [{ name: `p${i}`, expression: expression.text }]
    }).flat()
    return kept.length + made.length === 0 ? null : { columns: [...kept, ...made] }
  },
}
