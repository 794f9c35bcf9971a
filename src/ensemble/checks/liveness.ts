import type { ClientState } from '../client/clientNode.ts'
import { MemberMemory } from '../client/recipes/groups.ts'
import { stateConnected } from '../client/zkClient.ts'
import { leaderOf } from '../faults.ts'
import { unsettledLog } from '../log/logLiveness.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { acceptedEpochOf, phaseBroadcast } from '../zab/server.ts'
import { serverOf } from '../zab/serverNode.ts'
import { checksOf } from './checksOf.ts'
import { jobUnsettled } from './jobManagerChecks.ts'

/**
 * What must happen eventually: judged some time after the faults have healed, because safety checks alone miss whole classes of mistakes (reference 0.1.6).
 * `unsettled` says what is still missing, or null; the harness asks it now and then until a deadline and makes a violation of what is left.
 *
 * One thing the real protocol does not promise is not asked for: a server that promised a higher epoch than the leader's is refused until the next election.
 */
export function unsettled(world: World, completedBefore: readonly number[]): { readonly invariant: string; readonly node: number; readonly detail: string } | null {
  const { servers, observers } = world.setup.options
  const leaderId = leaderOf(world)
  if (leaderId < 0) return { invariant: 'FLE-5', node: -1, detail: 'no server leads' }
  const leader = serverOf(world, leaderId)!
  for (let sid = 0; sid < servers + observers; sid++) {
    if (acceptedEpochOf(world, sid) > leader.newEpoch) continue
    const server = serverOf(world, sid)!
    if (server.phase !== phaseBroadcast) return { invariant: 'FLE-6', node: sid, detail: `has not joined server ${leaderId}, which leads epoch ${leader.newEpoch}` }
    // Somebody may be writing this moment: a few transactions on their way are no backlog.
    if (leader.tree.lastTxn - server.tree.lastTxn > 4 || leader.outstanding.length > 4) {
      return { invariant: 'ZAB-15', node: sid, detail: `is at ${zxidText(server.tree.lastTxn)}, the leader at ${zxidText(leader.tree.lastTxn)} with ${leader.outstanding.length} outstanding` }
    }
  }
  const sessions = new Set<number>()
  for (const node of world.nodes) {
    const state = node.state as Partial<ClientState> | null
    if (state?.zk === undefined) continue
    const { zk } = state
    sessions.add(zk.session)
    if (zk.state !== stateConnected) return { invariant: 'ZAB-15', node: node.id, detail: 'has no connection' }
    if (zk.pending.some((op) => world.now - op.invoked > 5_000_000)) return { invariant: 'ZAB-15', node: node.id, detail: 'waits for an answer that does not come' }
    if (zk.cxidNext <= (completedBefore[node.id] ?? 0)) return { invariant: 'ZAB-15', node: node.id, detail: 'gets nothing done' }
  }
  const job = jobUnsettled(world)
  if (job !== null) return job
  const members = leader.tree.nodes.get('/members')?.children.toSorted().join()
  for (const node of world.nodes) {
    const memory = (node.state as Partial<ClientState> | null)?.memory
    if (memory instanceof MemberMemory && memory.members.toSorted().join() !== members) return { invariant: 'GRP-1', node: node.id, detail: `holds the member list ${memory.members.join(', ')} instead of ${members}` }
  }
  for (const session of leader.tree.sessions.keys()) {
    if (!sessions.has(session)) return { invariant: 'SES-5', node: leaderId, detail: `session ${session.toString(16)} is still there, its client is not` }
  }
  if (world.setup.options.log !== null) return unsettledLog(world)
  return null
}

/** Runs on until everything is settled or the deadline passes, and makes a violation of what is missing then. */
export function settle(world: World, deadline: number, run: (until: number) => void): void {
  const began = world.now
  const before = world.nodes.map((node) => (node.state as Partial<ClientState> | null)?.zk?.cxidNext ?? 0)
  let missing = unsettled(world, before)
  let settledFor = 0
  // Being settled once could be an accident between two requests; three looks in a row are not.
  while (world.violation === null && world.now < deadline && settledFor < 3) {
    run(world.now + 2_000_000)
    missing = unsettled(world, before)
    settledFor = missing === null ? settledFor + 1 : 0
  }
  if (world.violation === null && missing !== null) {
    const checks = checksOf(world)
    checks?.fail(missing.invariant, missing.node, `${missing.detail}, ${Math.round((world.now - began) / 1e6)} s after the last fault healed`)
  }
}
