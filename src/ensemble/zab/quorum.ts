import type { World } from '../world/world.ts'

/** Does this set of servers (bits) hold a majority of the voters? Kept as a function because reconfiguration would make it one of several verifiers. */
export function quorum(world: World, sids: number): boolean {
  const { servers, bugs } = world.setup.options
  let count = 0
  const voters = bugs.observersCount ? sids : sids & ((1 << servers) - 1)
  for (let rest = voters; rest !== 0; rest &= rest - 1) count++
  return count * 2 > servers
}

/** The quorum for committing a proposal, which a mutant makes one smaller. */
export function commitQuorum(world: World, sids: number): boolean {
  const { servers, bugs } = world.setup.options
  if (!bugs.commitWithOneAckLess) return quorum(world, sids)
  let count = 0
  for (let rest = sids; rest !== 0; rest &= rest - 1) count++
  return (count + 1) * 2 > servers
}
