import type { Connection } from '../world/connection.ts'
import { noTicket, writeCell } from '../world/disk.ts'
import type { Node } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import { copyOfTree } from '../znodes/tree.ts'
import { opCheck, Request, type Txn } from '../znodes/types.ts'
import { abandon } from './abandon.ts'
import { ticketLeaderAccepted, ticketLeaderCurrent } from './database.ts'
import { logTxn } from './logThread.ts'
import { ack, ackEpoch, commit, counterOf, epochUnit, followerInfo, inform, leaderInfo, observerInfo, packet, ping, proposal, request, revalidate, Snapshot, sync, txnPacket, upToDate, type Packet } from './messages.ts'
import { applyCommitted, onSyncAnswered, startServing, submitRequest } from './requests.ts'
import { commitQuorum, quorum } from './quorum.ts'
import { acceptedEpochOf, cellAcceptedEpoch, cellCurrentEpoch, cellSnapshot, currentEpochOf, leading, Learner, PendingSync, phaseBroadcast, phaseDiscovery, phaseSynchronization, Proposal, timerLeader, type Server } from './server.ts'
import { revalidateSession, startTracking, touchSession } from './sessionTracker.ts'
import { synchronize } from './synchronization.ts'

/**
 * The leader's side of Zab 1.0 (reference 1.3): discovery fixes a new epoch above every promise of a quorum and refuses whoever is ahead; synchronisation brings a
 * quorum to this leader's history; broadcast commits proposals strictly in order as quorums acknowledge them. Rows of the reference are cited as D1 … B6.
 */
export function startLeading(world: World, node: Node, server: Server): void {
  server.leader = server.id
  server.learners = []
  server.connecting = 1 << server.id
  server.acceptedMax = acceptedEpochOf(world, server.id)
  server.epochChosen = false
  server.epochPersisted = false
  server.electing = 0
  server.electionFinished = false
  server.currentPersisted = false
  server.startZxid = server.tree.lastZxid
  server.startEpoch = currentEpochOf(world, server.id)
  server.newLeaderAcks = 0
  server.established = false
  server.outstanding = []
  server.halfTicks = 0
  // ZOOKEEPER-5010: nobody has agreed to what the end of this memory holds.
  if (world.setup.options.bugs.snapshotOutlivesTruncation) writeCell(world, node.id, cellSnapshot, new Snapshot(copyOfTree(server.tree)), noTicket)
  world.setTimer(node, timerLeader, world.setup.options.tickMicros / 2)
}

export function stillLeads(server: Server): boolean {
  return server.state === leading && server.phase >= phaseDiscovery
}

export function onLearnerConnects(world: World, server: Server, connection: Connection): boolean {
  if (!stillLeads(server)) return false
  const learner = new Learner()
  learner.sid = connection.from
  learner.connection = connection
  learner.lastHeard = world.now
  server.learners.push(learner)
  world.accept(connection)
  return true
}

export function learnerOf(server: Server, connection: Connection): Learner | null {
  for (const learner of server.learners) if (learner.connection === connection) return learner
  return null
}

export function dropLearner(world: World, node: Node, server: Server, learner: Learner): void {
  world.close(node, learner.connection)
  const at = server.learners.indexOf(learner)
  if (at >= 0) server.learners.splice(at, 1)
}

export function onLearnerPacket(world: World, node: Node, server: Server, learner: Learner, p: Packet): void {
  learner.lastHeard = world.now
  switch (p.type) {
    case followerInfo:
    case observerInfo:
      return onInfo(world, node, server, learner, p)
    case ackEpoch:
      return onAckEpoch(world, node, server, learner, p)
    case ack:
      return onLearnerAck(world, node, server, learner, p.zxid)
    case ping:
      for (const session of p.list as readonly number[]) touchSession(world, server, session)
      return
    case request:
      return submitRequest(world, node, server, learner.sid, p.number, p.request as Request, p.list as readonly never[])
    case revalidate: {
      const timeout = revalidateSession(world, server, p.number, learner.sid)
      world.send(node, learner.connection, packet(revalidate, timeout, p.number))
      return
    }
    case sync:
      return onSyncRequest(world, node, server, learner.sid, p.number)
    default:
      return
  }
}

/** D1: the new epoch lies above every promise of a quorum that this server is part of. */
function onInfo(world: World, node: Node, server: Server, learner: Learner, p: Packet): void {
  learner.informed = true
  learner.observer = p.type === observerInfo
  if (server.epochChosen) {
    if (server.epochPersisted) world.send(node, learner.connection, packet(leaderInfo, server.newEpoch * epochUnit, server.newEpoch))
    return
  }
  if (p.number > server.acceptedMax) server.acceptedMax = p.number
  if (!learner.observer) server.connecting |= 1 << learner.sid
  if (!quorum(world, server.connecting)) return
  server.epochChosen = true
  server.newEpoch = server.acceptedMax + 1
  world.trace?.note(world, node.id, 'epoch', `has a quorum connected and chooses epoch ${server.newEpoch}`)
  if (world.setup.options.bugs.acceptedEpochVolatile) {
    onAcceptedPersisted(world, node, server)
    return
  }
  writeCell(world, node.id, cellAcceptedEpoch, server.newEpoch, ticketLeaderAccepted)
}

/** D2 may be said only now. */
export function onAcceptedPersisted(world: World, node: Node, server: Server): void {
  if (!stillLeads(server) || server.epochPersisted) return
  world.point(node, 'acceptedEpoch on disk, LEADERINFO not sent')
  server.epochPersisted = true
  server.electing |= 1 << server.id
  for (const learner of server.learners) {
    if (!learner.informed) continue
    world.send(node, learner.connection, packet(leaderInfo, server.newEpoch * epochUnit, server.newEpoch))
    world.point(node, 'LEADERINFO sent to one')
  }
}

/** D3: whoever is ahead of where this leader started makes the leader unfit, so that connection ends; a quorum of promises ends discovery. */
function onAckEpoch(world: World, node: Node, server: Server, learner: Learner, p: Packet): void {
  learner.epochAcked = true
  learner.lastZxid = p.zxid
  learner.currentEpoch = p.number
  if (!server.electionFinished && p.number !== -1) {
    const isAhead = p.number > server.startEpoch || (p.number === server.startEpoch && p.zxid > server.startZxid)
    if (isAhead && !learner.observer && !world.setup.options.bugs.noRefusal) {
      world.counters.rules[30]!++
      world.trace?.note(world, node.id, 'refused', `refuses server ${learner.sid}: it is ahead, at ${zxidText(p.zxid)} of epoch ${p.number}, while this leader started at ${zxidText(server.startZxid)} of epoch ${server.startEpoch}`)
      dropLearner(world, node, server, learner)
      return
    }
    if (!learner.observer) server.electing |= 1 << learner.sid
    if (quorum(world, server.electing)) {
      server.electionFinished = true
      server.phase = phaseSynchronization
      server.phaseStarted = world.now
      writeCell(world, node.id, cellCurrentEpoch, server.newEpoch, ticketLeaderCurrent)
      return
    }
  }
  if (server.currentPersisted) synchronize(world, node, server, learner)
}

/** Discovery is over and said so on disk: synchronisation may begin. The leader's own history needs no sending, so it counts itself for S5. */
export function onCurrentPersisted(world: World, node: Node, server: Server): void {
  if (!stillLeads(server)) return
  world.point(node, 'currentEpoch on disk, nobody synchronised')
  server.currentPersisted = true
  server.lastProposed = server.newEpoch * epochUnit
  server.newLeaderAcks |= 1 << server.id
  checksOf(world)?.onEpochs(world, server.id)
  for (const learner of [...server.learners]) if (learner.epochAcked) synchronize(world, node, server, learner)
  if (quorum(world, server.newLeaderAcks)) establish(world, node, server)
}

function onLearnerAck(world: World, node: Node, server: Server, learner: Learner, zxid: number): void {
  if (!learner.ackSeen) {
    // S5: the first acknowledgement is for NEWLEADER; with another zxid it does not count (and ZOOKEEPER-4685 is what happens then).
    learner.ackSeen = true
    if (zxid !== server.newEpoch * epochUnit) return
    learner.newLeaderAcked = true
    if (!learner.observer || world.setup.options.bugs.observersCount) server.newLeaderAcks |= 1 << learner.sid
    if (server.established) sendUpToDate(world, node, server, learner)
    else if (quorum(world, server.newLeaderAcks) && server.currentPersisted) establish(world, node, server)
    return
  }
  onAck(world, node, server, learner.sid, zxid)
}

/** S5, S6: a quorum holds this leader's whole history, which is thereby committed. */
function establish(world: World, node: Node, server: Server): void {
  server.established = true
  server.phase = phaseBroadcast
  server.phaseStarted = world.now
  server.lastCommitted = server.newEpoch * epochUnit
  server.tree.lastZxid = Math.max(server.tree.lastZxid, server.lastCommitted)
  // R14: newcomers must see equal votes.
  if (!world.setup.options.bugs.staleFinalVote) server.finalEpoch = server.newEpoch
  world.counters.established++
  checksOf(world)?.onEstablished(world, server)
  world.trace?.note(world, node.id, 'established', `leads epoch ${server.newEpoch}: a quorum has its history`)
  world.point(node, 'established, UPTODATE not sent')
  for (const learner of [...server.learners]) if (learner.newLeaderAcked) sendUpToDate(world, node, server, learner)
  if (!node.up) return
  startTracking(world, node, server)
  startServing(world, node, server)
}

function sendUpToDate(world: World, node: Node, _server: Server, learner: Learner): void {
  learner.upToDate = true
  world.send(node, learner.connection, packet(upToDate, 0, 0))
}

/** B2: everything proposed goes to every forwarding follower and through this server's own log. */
export function proposeTxn(world: World, node: Node, server: Server, txn: Txn): void {
  if (!node.up) return
  const { bugs } = world.setup.options
  const before = server.outstanding.length > 0 ? server.outstanding[server.outstanding.length - 1]!.txn : server.tree.recent[server.tree.recent.length - 1]
  txn.after = before === undefined ? 0 : before.serial
  server.lastProposed = txn.zxid
  const made = new Proposal()
  made.txn = txn
  made.since = world.now
  server.outstanding.push(made)
  checksOf(world)?.onProposed(world, server, txn)
  world.trace?.note(world, node.id, 'propose', `proposes ${zxidText(txn.zxid)}`)
  const message = txnPacket(proposal, txn)
  for (const learner of server.learners) {
    if (!learner.forwarding || learner.observer || (bugs.forwardToAckedOnly && !learner.newLeaderAcked)) continue
    world.send(node, learner.connection, message)
  }
  world.point(node, 'proposed, not logged by the leader')
  logTxn(world, node, server, txn)
}

/** The next zxid, or null when the epoch is used up: then this leader steps down and a new epoch begins (ZOOKEEPER-1277). */
export function nextZxid(world: World, node: Node, server: Server): number | null {
  if (counterOf(server.lastProposed) < world.setup.options.counterMax) return server.lastProposed + 1
  abandon(world, node, server, 'the counter of this epoch is used up')
  return null
}

/** B3, B4: a server has a proposal on disk. Commits go strictly in order. */
export function onAck(world: World, node: Node, server: Server, sid: number, zxid: number): void {
  const { outstanding } = server
  if (outstanding.length === 0) return
  const index = zxid - outstanding[0]!.txn.zxid
  if (index < 0 || index >= outstanding.length) return
  outstanding[index]!.acks |= 1 << sid
  while (outstanding.length > 0 && commitQuorum(world, outstanding[0]!.acks) && server.established) commitProposal(world, node, server, outstanding.shift()!)
}

function commitProposal(world: World, node: Node, server: Server, { txn, syncs }: Proposal): void {
  server.lastCommitted = txn.zxid
  world.counters.committed++
  checksOf(world)?.onCommit(world, server, txn)
  world.trace?.note(world, node.id, 'commit', `commits ${zxidText(txn.zxid)}`)
  const message = packet(commit, txn.zxid, 0)
  let informing: Packet | null = null
  for (const learner of server.learners) {
    if (!learner.forwarding) continue
    world.send(node, learner.connection, learner.observer ? (informing ??= txnPacket(inform, txn)) : message)
    world.point(node, 'COMMIT sent to one')
  }
  if (!node.up) return
  applyCommitted(world, node, server, txn)
  if (syncs !== null) for (const { origin, session } of syncs) answerSync(world, node, server, origin, session)
}

/** B6: answered at once when nothing is outstanding, else behind what is. No quorum is asked, which is why a deposed leader can answer (ZOOKEEPER-1675). */
export function onSyncRequest(world: World, node: Node, server: Server, origin: number, session: number): void {
  const { strictSync, bugs } = world.setup.options
  if (strictSync && !bugs.syncAnsweredAlone && server.outstanding.length === 0) {
    // A proposal that changes nothing: when it is committed, this leader still led.
    const nothing = new Request()
    nothing.op = opCheck
    nothing.path = '/'
    submitRequest(world, node, server, server.id, 0, nothing, [])
    if (server.outstanding.length === 0) return
  }
  const last = server.outstanding[server.outstanding.length - 1]
  if (last === undefined) {
    answerSync(world, node, server, origin, session)
    return
  }
  const pending = new PendingSync()
  pending.origin = origin
  pending.session = session
  ;(last.syncs ??= []).push(pending)
}

function answerSync(world: World, node: Node, server: Server, origin: number, session: number): void {
  if (origin === server.id) {
    onSyncAnswered(world, node, server, session)
    return
  }
  for (const learner of server.learners) if (learner.sid === origin) world.send(node, learner.connection, packet(sync, 0, session))
}

/** Twice a tick: pings, and every other time the question whether a quorum is still there. */
export function onLeaderTimer(world: World, node: Node, server: Server): void {
  if (!stillLeads(server)) return
  const { options } = world.setup
  const initLimit = options.initLimitTicks * options.tickMicros
  const syncLimit = options.syncLimitTicks * options.tickMicros
  server.halfTicks++
  if (!server.established) {
    if (world.now - server.phaseStarted > initLimit) {
      abandon(world, node, server, `no quorum in ${server.phase === phaseDiscovery ? 'discovery' : 'synchronisation'} for ${options.initLimitTicks} ticks`)
      return
    }
  } else {
    let synced = 1 << server.id
    for (const learner of [...server.learners]) {
      const limit = learner.upToDate ? syncLimit : initLimit
      const oldest = server.outstanding[0]
      const isBehind = learner.upToDate && !learner.observer && oldest !== undefined && (oldest.acks & (1 << learner.sid)) === 0 && world.now - oldest.since > syncLimit
      if (world.now - learner.lastHeard > limit || isBehind) {
        dropLearner(world, node, server, learner)
        continue
      }
      if (learner.upToDate && !learner.observer) synced |= 1 << learner.sid
    }
    if ((server.halfTicks & 1) === 0 && !quorum(world, synced)) {
      abandon(world, node, server, 'a quorum is no longer heard')
      return
    }
    const message = packet(ping, server.lastProposed, 0)
    for (const learner of server.learners) if (learner.upToDate) world.send(node, learner.connection, message)
  }
  world.setTimer(node, timerLeader, options.tickMicros / 2)
}
