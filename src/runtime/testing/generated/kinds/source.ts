import type { GenerateFacet } from '../facet.ts'

/** Made by `arbitrarySource`: it takes no inputs. */
export const source: GenerateFacet = { inputs: [], config: () => null }
