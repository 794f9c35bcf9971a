import { describe, expect, it, vi } from 'vitest'
import { seedOptionsOf } from '../scenarios/catalog.ts'
import { runSeed } from '../simulate.ts'
import { logCards } from './cards.ts'

// Apart from the other tests of the log, so that the two run beside each other; a busy machine may take its time over them.
vi.setConfig({ testTimeout: 600_000 })

describe('mutation score of the log', () => {
  for (const card of logCards) {
    it(`finds ${card.id} within ${card.seeds} seeds`, () => {
      let told = 'nothing'
      for (let seed = 1; seed <= card.seeds && told === 'nothing'; seed++) told = runSeed(seedOptionsOf(card, seed)).violation?.invariant ?? told
      expect(card.tells).toContain(told)
    })
    if (card.deeper === undefined) continue
    it(`finds what ${card.id} leads to`, () => {
      let told = 'nothing'
      for (let seed = 1; seed <= card.deeper!.seeds && told === 'nothing'; seed++) told = runSeed(seedOptionsOf(card, seed, 3, true)).violation?.invariant ?? told
      expect(card.deeper!.only).toContain(told)
    })
  }
})
