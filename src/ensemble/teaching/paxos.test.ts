import { describe, expect, it } from 'vitest'
import { fault } from '../faults.ts'
import { runUntil } from '../simulation.ts'
import { planFault, type World } from '../world/world.ts'
import { dependencyRun, makePaxosWorld, paxosWish } from './dependencyRun.ts'
import { PaxosState } from './paxos.ts'

function chosenBy(world: World): Map<number, string> {
  const chosen = new Map<number, string>()
  for (const node of world.nodes) if (node.state !== null) for (const [slot, value] of (node.state as PaxosState).chosen) chosen.set(slot, value)
  return chosen
}

describe('single-decree Paxos', () => {
  it('chooses one value whatever crashes and is cut, and everybody learns the same', () => {
    let chosen = 0
    for (let seed = 1; seed <= 300; seed++) {
      const world = makePaxosWorld(seed, 5, false, { lossPerMillion: 50_000, duplicatePerMillion: 50_000 })
      world.crashAtPoints = 60_000
      world.setup.crashAtPoint = (at, node) => {
        at.crash(node)
        planFault(at, 50_000 + at.faultChance.below(200_000), fault('restart', node.id))
      }
      for (let proposer = 0; proposer < 3; proposer++) planFault(world, 10_000 + world.faultChance.below(60_000), paxosWish(proposer, 1, [`of ${proposer}`]))
      for (let i = 0; i < 6; i++) planFault(world, world.faultChance.below(1_000_000), fault('cut', world.faultChance.below(5), 100_000, world.faultChance.below(5)))
      runUntil(world, 4_000_000)
      expect({ seed, violation: world.violation }).toEqual({ seed, violation: null })
      if (chosenBy(world).has(1)) chosen++
    }
    expect(chosen).toBeGreaterThan(250)
  })

  it('makes no progress while proposers duel, and does when they wait a while', () => {
    const duels = (isDuelling: boolean): number => {
      let sum = 0
      for (let seed = 1; seed <= 20; seed++) {
        const world = makePaxosWorld(seed, 3, isDuelling)
        for (let proposer = 0; proposer < 3; proposer++) planFault(world, 10_000, paxosWish(proposer, 1, [`of ${proposer}`]))
        runUntil(world, 2_000_000)
        for (const node of world.nodes) sum += (node.state as PaxosState).duels
      }
      return sum
    }
    expect(duels(true)).toBeGreaterThan(5 * duels(false))
  })
})

describe('Paxos beside Zab', () => {
  it('decides B without A, which Zab never does, when the proposals reached one node only', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { paxos, zab } = dependencyRun(seed, 'one')
      expect({ seed, values: paxos.values, isBroken: paxos.isBroken }).toEqual({ seed, values: ['C', 'B', 'D'], isBroken: true })
      expect({ seed, values: zab.values, isBroken: zab.isBroken }).toEqual({ seed, values: ['C', 'D'], isBroken: false })
      expect(paxos.world.violation).toBeNull()
      expect(zab.world.violation).toBeNull()
    }
  })

  it('keeps both, in Paxos and in Zab, when they had reached a quorum', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { paxos, zab } = dependencyRun(seed, 'two')
      expect({ seed, values: paxos.values }).toEqual({ seed, values: ['A', 'B', 'D'] })
      expect({ seed, values: zab.values }).toEqual({ seed, values: ['A', 'B', 'D'] })
    }
  })
})
