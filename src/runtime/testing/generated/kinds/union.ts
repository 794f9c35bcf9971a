import type { GenerateFacet } from '../facet.ts'

export const union: GenerateFacet = {
  inputs: [{ port: 'in', many: true }],
  config: (_chance, inputs) => (inputs.every((input) => !input.late) ? {} : null),
}
