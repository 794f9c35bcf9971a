import type { GenerateFacet } from '../facet.ts'

export const lookupJoin: GenerateFacet = {
  inputs: [{ port: 'left' }, { port: 'right' }],
  // A cluster looks up in an outside table, which a program of files does not have; the room's cases hold it.
  config: () => null,
}
