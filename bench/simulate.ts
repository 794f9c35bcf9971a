import { fault, FaultProfile, profileNamed } from '../src/ensemble/faults.ts'
import { worldOf } from '../src/ensemble/simulate.ts'
import { Timeline } from '../src/ensemble/timeline.ts'
import type { World } from '../src/ensemble/world/world.ts'
import { median } from './harness.ts'

/**
 * What a simulated event costs: three servers with clients, sessions and watches, with all checkers and without, beside the bare protocol (servers alone, no
 * checkers; the reference's own spike made 2.3 to 2.7 M events a CPU-second of that). And how long it takes to be anywhere in a run of a million events.
 */
export interface SimulationFigures {
  /** Over a whole run; and over the quarter of its stretches that the machine disturbed least. */
  readonly eventsPerCpuSecond: Readonly<Record<string, number>>
  readonly undisturbed: Readonly<Record<string, number>>
  readonly seekMs: { readonly median: number; readonly p95: number; readonly max: number }
}

/** Events of one stretch: short enough that some are left alone on a busy machine. */
const stretch = 10_000
const referenceBare = '2.3 to 2.7'

export function benchSimulation(events: number): SimulationFigures {
  const contestants: readonly (readonly [string, () => World])[] = [
    ['checked, calm', () => long('calm', true, 5)],
    ['unchecked, calm', () => long('calm', false, 5)],
    ['checked, swarm of faults', () => long('swarm', true, 5)],
    ['bare protocol under faults', () => long('swarm', false, 0)],
  ]
  const rates = contestants.map((): number[] => [])
  const stretches = contestants.map((): number[] => [])
  for (let turn = -1; turn < 3; turn++) {
    for (const [i, [, make]] of contestants.entries()) {
      const world = make()
      const before = process.cpuUsage()
      for (let until = stretch; until <= events; until += stretch) {
        const began = process.cpuUsage()
        while (world.events < until && world.violation === null) world.step()
        const { user, system } = process.cpuUsage(began)
        if (turn >= 0) stretches[i]!.push(stretch / ((user + system) / 1e6))
      }
      const { user, system } = process.cpuUsage(before)
      if (world.violation !== null) throw new Error(`seed 7 broke ${world.violation.invariant}: ${world.violation.detail}`)
      if (turn >= 0) rates[i]!.push(world.events / ((user + system) / 1e6))
    }
  }
  console.log('\nThe ensemble, simulated')
  const eventsPerCpuSecond: Record<string, number> = {}
  const undisturbed: Record<string, number> = {}
  for (const [i, [name]] of contestants.entries()) {
    const rate = (eventsPerCpuSecond[name] = median(rates[i]!))
    const sorted = stretches[i]!.toSorted((a, b) => b - a)
    const best = (undisturbed[name] = sorted[sorted.length >> 2]!)
    const goal = i === 0 ? `  goal ≥ 1.00 M  ${rate >= 1e6 ? 'reached' : 'NOT REACHED'}` : ''
    console.log(`  ${name.padEnd(27)} ${(rate / 1e6).toFixed(2).padStart(6)} M events a CPU-second, ${(best / 1e6).toFixed(2)} where undisturbed${goal}`)
  }
  const bare = undisturbed['bare protocol under faults']!
  console.log(`  with clients, sessions, watches and all checks a run is ${(undisturbed['checked, calm']! / bare).toFixed(2)} times as fast as the bare protocol; the reference's bare spike made ${referenceBare} M on a quiet machine, this one makes ${(bare / 1e6).toFixed(2)} M here`)
  const timeline = new Timeline(long('swarm', true, 5))
  timeline.advance(events)
  timeline.act(fault('reset', 3))
  const times: number[] = []
  // Of the processor: on the page nothing else runs in the meantime, and on this machine much may.
  for (let i = 0; i < 100; i++) {
    // Spread over the run, at every distance from a kept moment.
    const at = Math.floor((i * timeline.head.events) / 100) + ((i * 7_919) % 8_192)
    const before = process.cpuUsage()
    timeline.at(Math.min(at, timeline.head.events))
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1e3)
  }
  times.sort((a, b) => a - b)
  const seekMs = { median: times[50]!, p95: times[95]!, max: times[99]! }
  console.log(`  anywhere in ${events} events: median ${seekMs.median.toFixed(1)} ms of CPU, 95 % within ${seekMs.p95.toFixed(1)} ms, at most ${seekMs.max.toFixed(1)} ms  goal ≤ 50 ms  ${seekMs.p95 <= 50 ? 'reached' : 'NOT REACHED'}`)
  return { eventsPerCpuSecond, undisturbed, seekMs }
}

function long(name: string, checks: boolean, clients: number): World {
  const profile = Object.assign(new FaultProfile(), profileNamed(name)!, { chaosMicros: 100_000_000_000 })
  return worldOf({ seed: 7, servers: 3, clients, profile, options: { thinkMicros: 20_000, checks } })
}
