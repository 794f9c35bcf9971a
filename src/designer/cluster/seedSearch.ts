import { chaosEnd, runUntil } from '../../ensemble/simulation.ts'
import { cardNamed, seedOptionsOf } from '../../ensemble/scenarios/catalog.ts'
import { settle } from '../../ensemble/checks/liveness.ts'
import { recoveryMicros, worldOf } from '../../ensemble/simulate.ts'

/** Looks for a seed under which a card's mistake breaks an invariant, one seed at a time, so that whoever asks can tell how far it is. */
export interface FoundSeed {
  readonly seed: number
  readonly invariant: string
  readonly detail: string
  readonly time: number
  readonly event: number
}

export function trySeed(id: string, seed: number, servers: number, isDeeper: boolean): FoundSeed | null {
  const card = cardNamed(id)
  if (card === null) return null
  const options = seedOptionsOf(card, seed, servers, isDeeper)
  const world = worldOf(options)
  runUntil(world, chaosEnd(world))
  if (options.liveness === true && world.violation === null) {
    world.resting = true
    settle(world, world.now + recoveryMicros, (until) => runUntil(world, until))
  }
  const { violation } = world
  return violation === null ? null : { seed, invariant: violation.invariant, detail: violation.detail, time: violation.time, event: violation.event }
}

/** As many seeds as the card promises. */
export function seedsOf(id: string, isDeeper: boolean): number {
  const card = cardNamed(id)
  return card === null ? 0 : isDeeper ? (card.deeper?.seeds ?? 0) : card.seeds
}
