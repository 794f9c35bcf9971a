import { seedsOf, trySeed, type FoundSeed } from './seedSearch.ts'

/** The search in a worker of its own: it ends with what it found, and whoever has enough ends the worker. */
export interface SearchOrder {
  readonly id: string
  readonly servers: number
  readonly isDeeper: boolean
}
export type SearchNews = { readonly kind: 'tried'; readonly seed: number; readonly of: number } | { readonly kind: 'found'; readonly found: FoundSeed } | { readonly kind: 'none'; readonly of: number }

const tell = (news: SearchNews): void => postMessage(news)

addEventListener('message', ({ data }: MessageEvent<SearchOrder>) => {
  const of = seedsOf(data.id, data.isDeeper)
  for (let seed = 1; seed <= of; seed++) {
    const found = trySeed(data.id, seed, data.servers, data.isDeeper)
    if (found !== null) return tell({ kind: 'found', found })
    tell({ kind: 'tried', seed, of })
  }
  tell({ kind: 'none', of })
})
