import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { dropClients } from './requests.ts'
import { loadDatabase, replayLog } from './database.ts'
import { snap } from './messages.ts'
import { startElection } from './election.ts'
import { looking, phaseDraining, timerConnect, timerContainers, timerLeader, timerLearner, timerSessions, type Server } from './server.ts'

/**
 * Giving up a term, as leader or learner: every connection closes, the log thread is emptied, memory is made to equal the disk again, and only then does the server
 * look for a leader. Skipping any of these is a bug somebody shipped (ZOOKEEPER-2845, 4712, 5094, 3642).
 */
export function abandon(world: World, node: Node, server: Server, why: string): void {
  if (server.phase === phaseDraining || !node.up) return
  world.trace?.note(world, node.id, 'looking', `${why}; goes back to LOOKING`)
  world.cancelTimer(node, timerLearner)
  world.cancelTimer(node, timerLeader)
  world.cancelTimer(node, timerSessions)
  world.cancelTimer(node, timerContainers)
  world.cancelTimer(node, timerConnect)
  if (server.toLeader !== null) world.close(node, server.toLeader)
  server.toLeader = null
  for (const learner of server.learners) world.close(node, learner.connection)
  server.learners = []
  dropClients(world, node, server)
  server.state = looking
  server.phase = phaseDraining
  server.established = false
  server.blocked = 0
  server.inbox.length = 0
  server.pending.length = 0
  server.notLogged.length = 0
  server.committedToApply.length = 0
  server.toApply.length = 0
  server.newLeaderAckSent = false
  server.touched.clear()
  server.outstanding.length = 0
  server.changes.clear()
  whenDrained(world, node, server)
}

/**
 * Goes on once the disk has nothing of the old term left to do: a write the quorum thread is in cannot be left, and what the log thread holds must be on the disk or
 * never acknowledged. Called again whenever a disk operation completes.
 */
export function whenDrained(world: World, node: Node, server: Server): void {
  if (server.phase !== phaseDraining || world.disks[server.id]!.pending.length > 0) return
  const logIsIdle = !server.logBusy && world.disks[server.id]!.flushing === 0 && server.logQueue.length === 0
  if (logIsIdle || world.setup.options.bugs.logThreadOutlives) drained(world, node, server)
}

function drained(world: World, node: Node, server: Server): void {
  const { bugs } = world.setup.options
  if (server.reload) {
    if (server.syncMode === snap ? bugs.partialSnapshotTrusted : bugs.interruptedSyncTrusted) server.reload = false
    else loadDatabase(world, server)
  } else if (!bugs.memoryKeptAcrossElections) replayLog(world, server)
  startElection(world, node, server)
}
