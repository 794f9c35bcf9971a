import type { Fault } from '../faults.ts'
import { awaitRecovery, worldOf } from '../simulate.ts'
import { chaosEnd, runUntil } from '../simulation.ts'
import { seedOptionsOf, type BugCard } from './catalog.ts'
import { runSchedule, type Schedule, type ScheduledCrash, type ScheduledFault } from './schedules.ts'

/**
 * From a seed that breaks something to the least that has to happen: what the swarm did is written down, and as much of it as possible is left out (delta debugging, Zeller and Hildebrandt 2002)
 * while one of the card's invariants still breaks. Then lengths are made shorter. Null: the seed breaks nothing, or not without its swarm.
 */
export function minimalSchedule(card: BugCard, seed: number, runsMax = 2_000): Schedule | null {
  const recorded = record(card, seed)
  if (recorded === null) return null
  let runs = 0
  const breaks = (schedule: Schedule): Schedule | null => {
    runs++
    const world = runSchedule(card, schedule)
    if (world.violation === null || !card.tells.includes(world.violation.invariant)) return null
    return { ...schedule, breaks: world.violation.invariant, seconds: card.liveness === true ? schedule.seconds : (Math.ceil(world.violation.time / 1e5) + 1) / 10 }
  }
  let best = breaks(recorded)
  if (best === null) return null
  best = breaks({ ...best, isLossy: false }) ?? best
  const items: (ScheduledFault | ScheduledCrash)[] = [...best.faults, ...best.points]
  const of = (kept: readonly (ScheduledFault | ScheduledCrash)[]): Schedule => ({ ...best!, faults: kept.filter(isFault), points: kept.filter((each) => !isFault(each)) as ScheduledCrash[] })
  let kept: readonly (ScheduledFault | ScheduledCrash)[] = items
  let chunk = Math.ceil(kept.length / 2)
  while (chunk >= 1 && kept.length > 0 && runs < runsMax) {
    let isSmaller = false
    for (let from = 0; from < kept.length && runs < runsMax; ) {
      const without = [...kept.slice(0, from), ...kept.slice(from + chunk)]
      const shorter = breaks(of(without))
      if (shorter === null) from += chunk
      else {
        best = shorter
        kept = without
        isSmaller = true
      }
    }
    if (chunk === 1 && !isSmaller) break
    chunk = isSmaller && chunk === 1 ? 1 : Math.floor(chunk / 2)
  }
  // Rounder and shorter, where that makes no difference.
  for (let i = 0; i < best.faults.length && runs < runsMax; i++) {
    const [at, kind, node, length, other] = best.faults[i]!
    for (const tried of [1_000_000, 3_000_000, Math.ceil(length / 1e6) * 1e6]) {
      if (tried >= length && tried !== Math.ceil(length / 1e6) * 1e6) continue
      const shorter: Schedule | null = breaks({ ...best, faults: best.faults.with(i, [Math.round(at / 1e5) * 1e5, kind, node, tried, other]) })
      if (shorter === null) continue
      best = shorter
      break
    }
  }
  // A correct ensemble survives it: otherwise the schedule would say nothing about the mistake.
  return runSchedule(card, best, true).violation === null ? best : null
}

function isFault(item: ScheduledFault | ScheduledCrash): item is ScheduledFault {
  return item.length === 5
}

const consequences = new Set(['swarm', 'calm', 'restart', 'resume', 'heal'])

function record(card: BugCard, seed: number): Schedule | null {
  const options = seedOptionsOf(card, seed)
  const world = worldOf(options)
  const faults: ScheduledFault[] = []
  const points: ScheduledCrash[] = []
  const passings = new Map<string, number>()
  const { applyFault, crashAtPoint } = world.setup
  world.setup.applyFault = (at, object) => {
    const { kind, node, micros, other } = object as Fault
    if (!consequences.has(kind)) faults.push([at.now, kind, node, micros, other])
    applyFault(at, object)
  }
  world.setup.atPoint = (_at, node, name) => passings.set(`${node.id} ${name}`, (passings.get(`${node.id} ${name}`) ?? 0) + 1)
  world.setup.crashAtPoint = (at, node, name) => {
    crashAtPoint(at, node, name)
    // The restart was planned last.
    const { queue } = at
    let back = at.now
    for (let slot = 0; slot < queue.slots; slot++) if (queue.seq[slot] === queue.seqNext - 1) back = queue.time[slot]!
    points.push([node.id, name, passings.get(`${node.id} ${name}`)!, node.up ? -1 : Math.round(back - at.now)])
  }
  runUntil(world, chaosEnd(world))
  const seconds = Math.ceil(world.now / 1e6)
  if (card.liveness === true) awaitRecovery(world)
  if (world.violation === null) return null
  return { card: card.id, seed, seconds: seconds + 2, servers: options.servers, faults, points, isLossy: true, breaks: world.violation.invariant }
}
