import { append, flush, truncate, writeCell } from '../world/disk.ts'
import type { Node } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import { copyOfTree } from '../znodes/tree.ts'
import type { Txn } from '../znodes/types.ts'
import { abandon } from './abandon.ts'
import { applyToMemory, loadDatabase, ticketAccepted, ticketSyncEpoch, ticketSyncFlushed, ticketSyncSnapshot, ticketTruncated } from './database.ts'
import { logTxn } from './logThread.ts'
import { ack, ackEpoch, commit, diff, followerInfo, inform, leaderInfo, newLeader, observerInfo, packet, ping, proposal, purposeZab, revalidate, Snapshot, snap, sync, trunc, upToDate, type Packet } from './messages.ts'
import { applyCommitted, onRevalidated, onSyncAnswered, startServing } from './requests.ts'
import { acceptedEpochOf, cellAcceptedEpoch, cellCurrentEpoch, cellSnapshot, currentEpochOf, logOf, phaseBroadcast, phaseDiscovery, phaseSynchronization, snapshotOf, timerConnect, timerLearner, txnLog, type Server } from './server.ts'

/**
 * The learner's side of Zab 1.0, follower or observer (reference 1.3). Whatever must be on the disk before something is said is written first, and packets that
 * arrive meanwhile wait in `inbox`: the quorum thread blocks, the log thread does not. The order at NEWLEADER (snapshot, committed transactions, currentEpoch,
 * acknowledgement) is the one place where most historic bugs of ZooKeeper were made.
 */
export function startFollowing(world: World, node: Node, server: Server, leader: number): void {
  server.leader = leader
  server.attempts = 0
  server.blocked = 0
  server.inbox.length = 0
  server.lastHeard = world.now
  server.notLogged = []
  server.committedToApply = []
  server.toApply = []
  server.pending = []
  server.newLeaderAckSent = false
  server.snapshotNeeded = false
  world.setTimer(node, timerLearner, world.setup.options.tickMicros / 2)
  server.toLeader = world.connect(node.id, leader, purposeZab)
}

/** The leader may not lead yet: five attempts, then somebody else must be found. */
export function onLeaderUnreachable(world: World, node: Node, server: Server): void {
  server.toLeader = null
  if (server.phase === phaseDiscovery && server.attempts < 5) {
    server.attempts++
    world.setTimer(node, timerConnect, 100_000 * server.attempts)
    return
  }
  abandon(world, node, server, `lost its leader, server ${server.leader}`)
}

export function onConnectTimer(world: World, node: Node, server: Server): void {
  if (server.toLeader === null && server.phase === phaseDiscovery) server.toLeader = world.connect(node.id, server.leader, purposeZab)
}

export function onLeaderConnected(world: World, node: Node, server: Server): void {
  server.lastHeard = world.now
  server.attempts = 5
  world.send(node, server.toLeader!, packet(server.voter ? followerInfo : observerInfo, 0, acceptedEpochOf(world, server.id)))
}

export function onLearnerTimer(world: World, node: Node, server: Server): void {
  const { options } = world.setup
  if (server.phase < phaseDiscovery) return
  const limit = server.phase === phaseBroadcast ? options.syncLimitTicks : options.initLimitTicks
  if (world.now - server.lastHeard > limit * options.tickMicros || (server.phase !== phaseBroadcast && world.now - server.phaseStarted > 2 * limit * options.tickMicros)) {
    abandon(world, node, server, `has not heard its leader, server ${server.leader}, for ${limit} ticks`)
    return
  }
  world.setTimer(node, timerLearner, options.tickMicros / 2)
}

export function onLeaderPacket(world: World, node: Node, server: Server, p: Packet): void {
  server.lastHeard = world.now
  if (server.blocked !== 0) server.inbox.push(p)
  else handle(world, node, server, p)
}

function block(server: Server, ticket: number): void {
  server.blocked = ticket
}

/** The disk has done what the quorum thread waited for. */
export function onUnblocked(world: World, node: Node, server: Server, ticket: number): void {
  if (server.blocked !== ticket) return
  server.blocked = 0
  switch (ticket) {
    case ticketAccepted:
      world.point(node, 'acceptedEpoch on disk, ACKEPOCH not sent')
      sendAckEpoch(world, node, server, currentEpochOf(world, server.id))
      break
    case ticketTruncated:
      afterTruncation(world, node, server)
      break
    case ticketSyncSnapshot:
      restartLog(world, server)
      world.point(node, 'snapshot of the synchronisation on disk')
      logSynced(world, node, server)
      break
    case ticketSyncFlushed:
      world.point(node, 'synchronised transactions on disk, currentEpoch not')
      if (world.setup.options.bugs.epochBeforeTransactions) acknowledgeNewLeader(world, node, server)
      else writeEpoch(world, node, server)
      break
    case ticketSyncEpoch:
      checksOf(world)?.onEpochs(world, server.id)
      world.point(node, 'currentEpoch on disk, NEWLEADER not acknowledged')
      if (world.setup.options.bugs.epochBeforeTransactions) persistSynced(world, node, server)
      else acknowledgeNewLeader(world, node, server)
      break
  }
  while (server.blocked === 0 && server.inbox.length > 0 && server.toLeader !== null) handle(world, node, server, server.inbox.shift()!)
}

function handle(world: World, node: Node, server: Server, p: Packet): void {
  switch (p.type) {
    case leaderInfo:
      return onLeaderInfo(world, node, server, p)
    case diff:
    case trunc:
    case snap:
      return onSyncMode(world, node, server, p)
    case proposal:
      return onProposal(world, node, server, p.txn!)
    case commit:
      return onCommit(world, node, server, p.zxid)
    case inform:
      return onInform(world, node, server, p.txn!)
    case newLeader:
      return onNewLeader(world, node, server, p)
    case upToDate:
      return onUpToDate(world, node, server)
    case ping: {
      const made = packet(ping, server.tree.lastZxid, 0)
      const { touchesNotReported } = world.setup.options.bugs
      made.list = touchesNotReported ? [] : [...server.touched.keys()]
      server.touched.clear()
      world.send(node, server.toLeader!, made)
      return
    }
    case sync:
      return onSyncAnswered(world, node, server, p.number)
    case revalidate:
      return onRevalidated(world, node, server, p.number, p.zxid)
    default:
      return
  }
}

/** D2: a higher epoch is promised on disk before it is answered; the same one was promised before and does not count again; a lower one is refused. */
function onLeaderInfo(world: World, node: Node, server: Server, p: Packet): void {
  const { bugs } = world.setup.options
  const accepted = acceptedEpochOf(world, server.id)
  server.newEpoch = p.number
  if (p.number > accepted || (bugs.acceptOlderEpoch && p.number < accepted)) {
    checksOf(world)?.onPromise(world, server, p.number)
    if (bugs.acceptedEpochVolatile) {
      sendAckEpoch(world, node, server, currentEpochOf(world, server.id))
      return
    }
    block(server, ticketAccepted)
    writeCell(world, node.id, cellAcceptedEpoch, p.number, ticketAccepted)
  } else if (p.number === accepted) sendAckEpoch(world, node, server, -1)
  else {
    world.counters.rules[31]!++
    abandon(world, node, server, `refuses epoch ${p.number} because it has promised ${accepted}`)
  }
}

function sendAckEpoch(world: World, node: Node, server: Server, epoch: number): void {
  server.phase = phaseSynchronization
  server.phaseStarted = world.now
  checksOf(world)?.onAckEpoch(world, server, epoch)
  world.send(node, server.toLeader!, packet(ackEpoch, server.tree.lastZxid, epoch))
}

/** S1. */
function onSyncMode(world: World, node: Node, server: Server, p: Packet): void {
  server.syncMode = p.type
  if (p.type === diff) {
    server.snapshotNeeded = false
    return
  }
  // From here until the snapshot is written, memory is not what the disk holds.
  server.reload = true
  server.snapshotNeeded = true
  if (p.type === snap) {
    server.tree = copyOfTree(p.snapshot!.tree)
    server.window = []
    return
  }
  const snapshot = snapshotOf(world, server.id)
  if (snapshot !== null && snapshot.tree.lastTxn > p.zxid && !world.setup.options.bugs.snapshotOutlivesTruncation) {
    abandon(world, node, server, `cannot cut below its snapshot at ${zxidText(snapshot.tree.lastTxn)}`)
    return
  }
  const { entries } = logOf(world, server.id)
  let keep = entries.length
  while (keep > 0 && (entries[keep - 1] as Txn).zxid > p.zxid) keep--
  checksOf(world)?.onTruncation(world, server, keep)
  server.truncatedTo = p.zxid
  block(server, ticketTruncated)
  truncate(world, node.id, txnLog, keep, ticketTruncated)
}

function afterTruncation(world: World, node: Node, server: Server): void {
  const disk = world.disks[server.id]!
  if (disk.full && !world.setup.options.bugs.failedTruncationIgnored) {
    abandon(world, node, server, 'could not truncate its log')
    return
  }
  world.point(node, 'truncated')
  // ZOOKEEPER-3701: a failure is taken for success. Memory is what was asked for; the log is not.
  loadDatabase(world, server, server.truncatedTo)
  server.reload = true
  if (disk.full) server.snapshotNeeded = false
}

/** S2, S3 and B2. */
function onProposal(world: World, node: Node, server: Server, txn: Txn): void {
  if (server.phase !== phaseBroadcast) {
    server.notLogged.push(txn)
    return
  }
  checksOf(world)?.onReceived(world, server, txn)
  server.pending.push(txn)
  logTxn(world, node, server, txn)
}

function onCommit(world: World, node: Node, server: Server, zxid: number): void {
  if (server.phase === phaseBroadcast) {
    const txn = server.pending.shift()
    checksOf(world)?.onCommitReceived(world, server, zxid, txn ?? null)
    if (txn === undefined) return
    if (txn.zxid === zxid) applyCommitted(world, node, server, txn)
    return
  }
  if (server.snapshotNeeded && !server.newLeaderAckSent) {
    const at = server.notLogged.findIndex((txn) => txn.zxid === zxid)
    if (at < 0) return
    applyToMemory(world, server, server.notLogged[at]!)
    server.notLogged.splice(at, 1)
    return
  }
  if (world.setup.options.bugs.commitBeforeUpToDateFails && server.newLeaderAckSent) {
    // The server finds no proposal for it and stops.
    checksOf(world)?.onCommitReceived(world, server, zxid, null)
    world.setup.crashAtPoint(world, node, 'COMMIT between NEWLEADER and UPTODATE')
    return
  }
  server.committedToApply.push(zxid)
}

function onInform(world: World, node: Node, server: Server, txn: Txn): void {
  if (server.phase === phaseBroadcast) {
    logTxn(world, node, server, txn)
    applyCommitted(world, node, server, txn)
  } else if (server.snapshotNeeded && !server.newLeaderAckSent) applyToMemory(world, server, txn)
  else {
    server.notLogged.push(txn)
    server.committedToApply.push(txn.zxid)
  }
}

/** S4: (1) the snapshot if any, (2) every committed transaction received, (3) currentEpoch, (4) only then the acknowledgement. */
function onNewLeader(world: World, node: Node, server: Server, p: Packet): void {
  server.newLeaderZxid = p.zxid
  if (world.setup.options.bugs.epochBeforeTransactions) writeEpoch(world, node, server)
  else persistSynced(world, node, server)
}

function persistSynced(world: World, node: Node, server: Server): void {
  if (server.snapshotNeeded) {
    block(server, ticketSyncSnapshot)
    writeCell(world, node.id, cellSnapshot, new Snapshot(copyOfTree(server.tree)), ticketSyncSnapshot)
  } else logSynced(world, node, server)
}

/** The log begins anew behind the snapshot: what it held may belong to another history. */
function restartLog(world: World, server: Server): void {
  const log = logOf(world, server.id)
  log.entries.length = 0
  log.durable = 0
  server.reload = false
}

function logSynced(world: World, node: Node, server: Server): void {
  const { bugs } = world.setup.options
  const committed = server.committedToApply
  if (bugs.ackNewLeaderUnlogged || bugs.syncedNotPersisted) {
    // 3911: they will be logged after UPTODATE, if that ever comes.
    afterSynced(world, node, server)
    return
  }
  let count = 0
  while (count < server.notLogged.length && count < committed.length && server.notLogged[count]!.zxid === committed[count]) count++
  const now = server.notLogged.splice(0, count)
  committed.splice(0, count)
  server.toApply = now
  if (bugs.proposalAckOvertakes) for (const txn of server.notLogged) logTxn(world, node, server, txn)
  if (now.length === 0) {
    afterSynced(world, node, server)
    return
  }
  if (bugs.ackNewLeaderUnflushed) {
    for (const txn of now) logTxn(world, node, server, txn)
    afterSynced(world, node, server)
    return
  }
  for (const txn of now) {
    checksOf(world)?.onAppend(world, server, txn)
    append(world, node.id, txnLog, txn)
  }
  block(server, ticketSyncFlushed)
  flush(world, node.id, txnLog, ticketSyncFlushed)
}

function afterSynced(world: World, node: Node, server: Server): void {
  if (world.setup.options.bugs.epochBeforeTransactions) acknowledgeNewLeader(world, node, server)
  else writeEpoch(world, node, server)
}

function writeEpoch(world: World, node: Node, server: Server): void {
  block(server, ticketSyncEpoch)
  writeCell(world, node.id, cellCurrentEpoch, server.newEpoch, ticketSyncEpoch)
}

function acknowledgeNewLeader(world: World, node: Node, server: Server): void {
  server.newLeaderAckSent = true
  checksOf(world)?.onNewLeaderAck(world, server)
  world.trace?.note(world, node.id, 'synced', `has the history of epoch ${server.newEpoch} on disk and acknowledges NEWLEADER`)
  world.send(node, server.toLeader!, packet(ack, server.newLeaderZxid, 0))
  world.point(node, 'NEWLEADER acknowledged')
}

/** S6. */
function onUpToDate(world: World, node: Node, server: Server): void {
  const { bugs } = world.setup.options
  server.phase = phaseBroadcast
  server.phaseStarted = world.now
  if (!bugs.staleFinalVote) server.finalEpoch = server.newEpoch
  for (const txn of server.toApply) {
    if (bugs.syncedNotInWindow) {
      applyToMemory(world, server, txn)
      server.window.pop()
    } else applyToMemory(world, server, txn)
  }
  server.toApply = []
  checksOf(world)?.onServing(world, server)
  const rest = server.notLogged
  server.notLogged = []
  for (const txn of rest) {
    if (server.voter) server.pending.push(txn)
    if (!bugs.syncedNotPersisted && !(bugs.proposalAckOvertakes && isLogged(world, server, txn))) logTxn(world, node, server, txn)
  }
  const committed = server.committedToApply
  server.committedToApply = []
  if (server.voter) for (const zxid of committed) onCommit(world, node, server, zxid)
  else for (const txn of rest) applyCommitted(world, node, server, txn)
  world.send(node, server.toLeader!, packet(ack, server.newLeaderZxid, 0))
  world.trace?.note(world, node.id, 'serving', `is up to date with server ${server.leader} at ${zxidText(server.tree.lastZxid)} and serves clients`)
  startServing(world, node, server)
}

function isLogged(world: World, server: Server, txn: Txn): boolean {
  return server.logBatch.includes(txn) || server.logQueue.includes(txn) || logOf(world, server.id).entries.includes(txn)
}
