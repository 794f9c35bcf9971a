import { fault, type FaultKind } from '../faults.ts'
import { awaitRecovery, worldOf, type SeedOptions } from '../simulate.ts'
import { bounce, runUntil } from '../simulation.ts'
import { planFault, type World } from '../world/world.ts'
import { seedOptionsOf, type BugCard } from './catalog.ts'

/**
 * Schedules: what happens to a world, written down instead of drawn. A bug card's minimal schedule is what `shrink.ts` leaves of a seed that finds it: faults at times, and crashes at the
 * n-th passing of a marked point. With the card's switches it breaks an invariant, without them it does not.
 */
export interface Schedule {
  readonly card: string
  readonly seed: number
  /** Virtual seconds it takes at most; for a card judged by recovery, those until everybody has to recover. */
  readonly seconds: number
  readonly servers: number
  /** µs, kind, node, how long in µs, the other node or what else the kind needs. */
  readonly faults: readonly ScheduledFault[]
  readonly points: readonly ScheduledCrash[]
  /** Datagrams are lost and doubled as in the card's profile. */
  readonly isLossy: boolean
  readonly breaks: string
}

export type ScheduledFault = readonly [micros: number, kind: FaultKind, node: number, length: number, other: number]
/** Machine, point, which passing of it (from 1); it comes back after so many µs. −1: it does not crash, but loses its connections. */
export type ScheduledCrash = readonly [node: number, point: string, passing: number, backAfter: number]

/** The card's own options, without its swarm. */
function optionsOf(card: BugCard, { seed, servers, isLossy }: Schedule): SeedOptions {
  const options = seedOptionsOf(card, seed, servers)
  const { profile } = options
  return { ...options, profile: Object.assign(Object.create(Object.getPrototypeOf(profile) as object) as typeof profile, profile, { gapMicros: 0, crashAtPoints: 0, ...(isLossy ? {} : { lossPerMillion: 0, duplicatePerMillion: 0 }) }) }
}

/** A world in which this and nothing else happens. `isFixed`: without the card's switches. */
export function worldOfSchedule(card: BugCard, schedule: Schedule, isFixed = false): World {
  const options = optionsOf(card, schedule)
  const world = worldOf(isFixed ? { ...options, bugs: [] } : options)
  for (const [micros, kind, node, length, other] of schedule.faults) planFault(world, micros, fault(kind, node, length, other))
  if (schedule.points.length > 0) {
    const passings = new Map<string, number>()
    world.setup.atPoint = (at, node, name) => {
      const key = `${node.id} ${name}`
      const passing = (passings.get(key) ?? 0) + 1
      passings.set(key, passing)
      const crash = schedule.points.find((each) => each[0] === node.id && each[1] === name && each[2] === passing)
      if (crash === undefined || !node.up) return
      at.counters.faults++
      if (crash[3] < 0) {
        bounce(at, node, name)
        return
      }
      at.trace?.note(at, node.id, 'fault', `crashes: ${name}`)
      at.crash(node)
      planFault(at, crash[3], fault('restart', node.id))
    }
  }
  return world
}

export function runSchedule(card: BugCard, schedule: Schedule, isFixed = false): World {
  const world = worldOfSchedule(card, schedule, isFixed)
  runUntil(world, schedule.seconds * 1e6)
  if (card.liveness === true) awaitRecovery(world)
  return world
}
