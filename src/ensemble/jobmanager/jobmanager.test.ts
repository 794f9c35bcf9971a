import { describe, expect, it, vi } from 'vitest'
import { checksOf } from '../checks/checksOf.ts'
import { profileNamed } from '../faults.ts'
import { runSeed, worldOf, type SeedOptions } from '../simulate.ts'
import { chaosEnd, runUntil } from '../simulation.ts'
import { outsideOf } from './outside.ts'

vi.setConfig({ testTimeout: 600_000 })

const cluster = (seed: number, profile: string, changes: Partial<SeedOptions> = {}): SeedOptions => ({
  seed,
  servers: 3,
  clients: 0,
  profile: profileNamed(profile)!,
  cluster: { jobManagers: 2 + (seed % 2), taskManagers: 3, tolerateSuspended: seed % 4 < 2 },
  ...changes,
})

describe('a cluster with JobManagers', () => {
  for (const profile of ['calm', 'jobs', 'swarm', 'points', 'network', 'clients', 'storm']) {
    it(`breaks nothing and recovers under the profile ${profile}`, () => {
      for (let seed = 1; seed <= (profile === 'calm' ? 3 : 30); seed++) expect(runSeed(cluster(seed, profile, { liveness: true }))).toMatchObject({ seed, violation: null })
    })
  }

  it('completes checkpoints, fails over and writes every row once', () => {
    let failovers = 0
    let completed = 0
    let rows = 0
    for (let seed = 1; seed <= 20; seed++) {
      const world = worldOf(cluster(seed, 'jobs'))
      world.trace = {
        note(_world, _node, act, text) {
          if (act === 'leader' && text.startsWith('leads with')) failovers++
          if (act === 'checkpoint' && text.includes('completed')) completed++
        },
      }
      runUntil(world, chaosEnd(world))
      expect(checksOf(world)!.world.violation).toBeNull()
      rows += outsideOf(world)!.committedTo.reduce((sum, rowsOfOne) => sum + rowsOfOne, 0)
    }
    // Otherwise the faults would not have met what they are aimed at.
    expect(failovers).toBeGreaterThan(60)
    expect(completed).toBeGreaterThan(300)
    expect(rows).toBeGreaterThan(20_000)
  })
})
