import { arbitraryExpression } from '../arbitraryExpression.ts'
import type { GenerateFacet } from '../facet.ts'

export const filter: GenerateFacet = {
  inputs: [{ port: 'in' }],
  keepsOrder: true,
  config: (chance, [input]) => {
    const where = arbitraryExpression(chance, input!.schema, 2, { boolean: true })
    return where === null ? null : { where: where.text }
  },
}
