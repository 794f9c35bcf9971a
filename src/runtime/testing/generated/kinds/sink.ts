import type { GenerateFacet } from '../facet.ts'

export const sink: GenerateFacet = { inputs: [{ port: 'in' }], keepsOrder: true, config: () => ({ connector: { type: 'collect' } }) }
