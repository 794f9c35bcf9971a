import { quoted } from '../arbitraryExpression.ts'
import type { GenerateFacet } from '../facet.ts'

/** Of arrays that rows bring, and of texts that are cut. */
export const unnest: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const { fields } = input!.schema
    const arrays = fields.filter(({ type }) => type.kind === 'ARRAY' && type.element.kind !== 'ROW')
    const texts = fields.filter(({ type }) => type.kind === 'VARCHAR')
    const name = fields.some((field) => field.name === 'element') ? 'element2' : 'element'
    if (fields.some((field) => field.name === name)) return null
    const outer = chance.happens(30) ? { outer: true } : {}
    if (arrays.length > 0) return { expression: quoted(chance.oneOf(arrays).name), columns: [{ name }], ...outer }
    return texts.length === 0 ? null : { expression: `SPLIT(${quoted(chance.oneOf(texts).name)}, 'a')`, columns: [{ name }], ...outer }
  },
}
