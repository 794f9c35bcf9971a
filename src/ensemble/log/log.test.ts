import { describe, expect, it, vi } from 'vitest'
import { profiles } from '../faults.ts'
import { runSeed, worldOf, type SeedOptions } from '../simulate.ts'
import { chaosEnd, runUntil } from '../simulation.ts'
import { Timeline } from '../timeline.ts'
import type { AssignorName } from './assignors.ts'
import { assignorNames } from './assignors.ts'
import { workload } from './workload.ts'

// Some of these run a million events; a busy machine may take its time over them.
vi.setConfig({ testTimeout: 600_000 })

const withLog = profiles.filter(({ hasLog }) => hasLog)
const topics = withLog.find(({ name }) => name === 'topics')!
const options = (seed: number, changes: Partial<SeedOptions> = {}): SeedOptions => ({ seed, servers: 3, profile: topics, ...changes })

function firstViolation(from: number, count: number, optionsOf: (seed: number) => SeedOptions): string | null {
  for (let seed = from; seed < from + count; seed++) {
    const spec = optionsOf(seed)
    const { violation } = runSeed(spec)
    if (violation !== null) return `${violation.invariant} at event ${violation.event} of seed ${seed}, profile ${spec.profile.name}: ${violation.detail}`
  }
  return null
}

describe('brokers', () => {
  for (const profile of withLog) {
    it(`break nothing and recover under the profile ${profile.name}`, () => {
      expect(firstViolation(1, profile.gapMicros === 0 ? 3 : 15, (seed) => options(seed, { profile, liveness: true }))).toBeNull()
    })
  }

  it('break nothing with any assignor', () => {
    for (const assignor of assignorNames) expect(firstViolation(100, 5, (seed) => options(seed, { options: { log: workload(assignor as AssignorName) }, liveness: true }))).toBeNull()
  })

  it('get work done in peace', () => {
    const world = worldOf(options(1, { profile: withLog.find(({ name }) => name === 'topics-calm')! }))
    const seen = new Set<string>()
    world.trace = {
      note(_world, _node, act, text) {
        seen.add(act === 'transaction' ? text.replace(/^copy: (\w+),.*/, '$1') : act)
      },
    }
    runUntil(world, chaosEnd(world))
    expect(world.violation).toBeNull()
    for (const act of ['CompleteCommit', 'CompleteAbort', 'marker', 'group', 'compact', 'isr']) expect(seen).toContain(act)
    expect(world.counters.completed).toBeGreaterThan(500)
  })

  it('are the same every time, with checkers or without, and from any moment on', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const first = runSeed(options(seed))
      expect(runSeed(options(seed)).hash).toBe(first.hash)
      expect(runSeed(options(seed, { options: { checks: false } })).hash).toBe(first.hash)
    }
    const timeline = new Timeline(worldOf(options(3)), 1_024)
    const hashes: number[] = []
    while (timeline.head.events < 20_000) {
      hashes[timeline.head.events] = timeline.head.hash
      timeline.advance(timeline.head.events + 1)
    }
    for (let event = 1; event < 20_000; event += 1_999) expect(timeline.at(event).hash).toBe(hashes[event])
    const middle = timeline.at(9_000)
    while (middle.events < 19_999) middle.step()
    expect(middle.hash).toBe(hashes[19_999])
  })
})
