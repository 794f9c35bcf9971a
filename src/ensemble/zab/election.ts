import type { Node } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import { Notification } from './messages.ts'
import { quorum } from './quorum.ts'
import { currentEpochOf, following, leading, looking, observing, phaseDiscovery, phaseElection, stateNames, timerFinalize, timerNotify, Vote, type Server } from './server.ts'
import { startFollowing } from './learner.ts'
import { startLeading } from './leader.ts'

/**
 * Fast Leader Election, rules R1 to R14 of the coordination reference (1.2). Every LOOKING server shouts its vote, adopts better ones, and decides when a quorum
 * agrees and nothing better came within the final wait. Servers that already follow or lead answer with their final vote, which is how a late one joins.
 *
 * The election picks a likely leader and nothing more: that committed data survives is discovery's doing, which refuses a leader that is behind.
 */
export function startElection(world: World, node: Node, server: Server): void {
  const { options } = world.setup
  server.state = looking
  server.phase = phaseElection
  server.lookingSince = world.now
  server.round++
  server.finalizing = false
  for (let sid = server.received.length; sid < options.servers + options.observers; sid++) {
    server.received.push(new Vote())
    server.outOfElection.push(new Vote())
  }
  clear(server.received)
  clear(server.outOfElection)
  server.initialZxid = server.voter ? server.tree.lastZxid : -1
  server.initialEpoch = server.voter ? currentEpochOf(world, server.id) : -1
  propose(server, server.voter ? server.id : -1, server.initialZxid, server.initialEpoch)
  server.notificationDelay = options.notificationMicros
  server.lastNotice = world.now
  world.trace?.note(world, node.id, 'election', `is LOOKING, round ${server.round}, and proposes itself with zxid ${zxidText(server.initialZxid)} of epoch ${server.initialEpoch}`)
  world.counters.rules[1]!++
  sendNotices(world, node, server)
  world.setTimer(node, timerNotify, server.notificationDelay)
}

function clear(votes: Vote[]): void {
  for (const vote of votes) vote.valid = false
}

function propose(server: Server, leader: number, zxid: number, epoch: number): void {
  server.voteLeader = leader
  server.voteZxid = zxid
  server.voteEpoch = epoch
}

/** R2: the later epoch, then the later zxid, then the higher id. */
export function isBetter(world: World, epoch: number, zxid: number, id: number, thanEpoch: number, thanZxid: number, thanId: number): boolean {
  const { bugs } = world.setup.options
  if (id < 0) return false
  if (bugs.voteByIdOnly) return id > thanId
  if (epoch !== thanEpoch && !bugs.voteWithoutEpoch) return epoch > thanEpoch
  if (zxid !== thanZxid) return zxid > thanZxid
  return id > thanId
}

function notice(server: Server, isFinal: boolean): Notification {
  const made = new Notification()
  made.sender = server.id
  made.state = server.state
  made.leader = isFinal ? server.finalLeader : server.voteLeader
  made.zxid = isFinal ? server.finalZxid : server.voteZxid
  made.epoch = isFinal ? server.finalEpoch : server.voteEpoch
  made.round = isFinal ? server.finalRound : server.round
  made.voter = server.voter
  return made
}

function sendNotices(world: World, node: Node, server: Server): void {
  checksOf(world)?.onVote(server)
  const made = notice(server, false)
  for (let sid = 0; sid < world.setup.options.servers; sid++) world.sendDatagram(node.id, sid, made)
}

export function onNotification(world: World, node: Node, server: Server, n: Notification): void {
  const { rules } = world.counters
  if (!n.voter && server.voter) {
    // R13.
    rules[13]!++
    if (n.state === looking) world.sendDatagram(node.id, n.sender, notice(server, server.phase > phaseElection))
    return
  }
  if (server.phase !== phaseElection) {
    // R12. While shutting down the old vote is no longer ours to give.
    if (n.state === looking && server.phase > phaseElection && n.sender !== server.id) {
      rules[12]!++
      world.sendDatagram(node.id, n.sender, notice(server, true))
    }
    return
  }
  server.lastNotice = world.now
  if (server.finalizing) {
    // R6: only a better vote is worth stopping for.
    if (!isBetter(world, n.epoch, n.zxid, n.leader, server.voteEpoch, server.voteZxid, server.voteLeader)) {
      answerLaggard(world, node, server, n)
      world.setTimer(node, timerFinalize, world.setup.options.finalizeWaitMicros)
      return
    }
    server.finalizing = false
    world.cancelTimer(node, timerFinalize)
  }
  if (n.state === looking) onLooking(world, node, server, n)
  else if (n.state !== observing) onEstablishedVote(world, node, server, n)
}

/** R4, the sender's side: one that is a round behind hears where we are. */
function answerLaggard(world: World, node: Node, server: Server, n: Notification): void {
  if (n.state === looking && n.round < server.round && n.sender !== server.id) {
    world.counters.rules[4]!++
    world.sendDatagram(node.id, n.sender, notice(server, false))
  }
}

function onLooking(world: World, node: Node, server: Server, n: Notification): void {
  const { rules } = world.counters
  if (n.round > server.round) {
    rules[3]!++
    server.round = n.round
    clear(server.received)
    if (isBetter(world, n.epoch, n.zxid, n.leader, server.initialEpoch, server.initialZxid, server.voter ? server.id : -1)) propose(server, n.leader, n.zxid, n.epoch)
    else propose(server, server.voter ? server.id : -1, server.initialZxid, server.initialEpoch)
    sendNotices(world, node, server)
  } else if (n.round < server.round) {
    answerLaggard(world, node, server, n)
    return
  } else if (isBetter(world, n.epoch, n.zxid, n.leader, server.voteEpoch, server.voteZxid, server.voteLeader)) {
    rules[5]!++
    propose(server, n.leader, n.zxid, n.epoch)
    world.trace?.note(world, node.id, 'vote', `adopts the vote for server ${n.leader} (zxid ${zxidText(n.zxid)}, epoch ${n.epoch}) from server ${n.sender}`)
    sendNotices(world, node, server)
  }
  record(server.received[n.sender]!, n)
  if (agreeing(world, server, server.received, server.voteLeader, server.voteZxid, server.voteEpoch, server.round, true)) {
    rules[6]!++
    server.finalizing = true
    world.trace?.note(world, node.id, 'vote', `has a quorum for server ${server.voteLeader} and waits ${world.setup.options.finalizeWaitMicros / 1000} ms for anything better`)
    world.setTimer(node, timerFinalize, world.setup.options.finalizeWaitMicros)
  }
}

function record(vote: Vote, n: Notification): void {
  vote.valid = true
  vote.state = n.state
  vote.leader = n.leader
  vote.zxid = n.zxid
  vote.epoch = n.epoch
  vote.round = n.round
}

/** R10: votes of established servers are equal when leader and epoch are; any other comparison looks at all four fields. */
function agreeing(world: World, server: Server, votes: readonly Vote[], leader: number, zxid: number, epoch: number, round: number, isLooking: boolean): boolean {
  const strict = world.setup.options.bugs.staleFinalVote
  let sids = 0
  for (let sid = 0; sid < world.setup.options.servers; sid++) {
    const vote = votes[sid]!
    if (!vote.valid || vote.leader !== leader || vote.epoch !== epoch) continue
    if ((isLooking || vote.state === looking || strict) && (vote.zxid !== zxid || vote.round !== round)) continue
    sids |= 1 << sid
  }
  return quorum(world, sids)
}

function onEstablishedVote(world: World, node: Node, server: Server, n: Notification): void {
  const { rules } = world.counters
  if (n.round === server.round) {
    // R7.
    record(server.received[n.sender]!, n)
    if (agreeing(world, server, server.received, n.leader, n.zxid, n.epoch, n.round, false) && leaderSpeaks(server, server.received, n.leader, n.round)) {
      rules[7]!++
      return decide(world, node, server, n.leader, n.zxid, n.epoch, n.round)
    }
  }
  // R8.
  record(server.outOfElection[n.sender]!, n)
  if (agreeing(world, server, server.outOfElection, n.leader, n.zxid, n.epoch, n.round, false) && leaderSpeaks(server, server.outOfElection, n.leader, n.round)) {
    rules[8]!++
    server.round = n.round
    decide(world, node, server, n.leader, n.zxid, n.epoch, n.round)
  }
}

/** R9: nobody elects a leader that does not itself say it leads, and nobody elects itself on another round's word. */
function leaderSpeaks(server: Server, votes: readonly Vote[], leader: number, round: number): boolean {
  if (leader === server.id) return server.round === round
  const vote = votes[leader]
  return vote !== undefined && vote.valid && vote.state === leading
}

export function onElectionTimer(world: World, node: Node, server: Server, timer: number): void {
  if (server.phase !== phaseElection) return
  if (timer === timerFinalize) {
    if (server.finalizing) decide(world, node, server, server.voteLeader, server.voteZxid, server.voteEpoch, server.round)
    return
  }
  // R11: after silence shout again, each time after twice the pause.
  const quiet = world.now - server.lastNotice
  if (quiet < server.notificationDelay) {
    world.setTimer(node, timerNotify, server.notificationDelay - quiet)
    return
  }
  world.counters.rules[11]!++
  server.lastNotice = world.now
  server.notificationDelay = Math.min(server.notificationDelay * 2, world.setup.options.notificationMaxMicros)
  sendNotices(world, node, server)
  world.setTimer(node, timerNotify, server.notificationDelay)
}

function decide(world: World, node: Node, server: Server, leader: number, zxid: number, epoch: number, round: number): void {
  world.cancelTimer(node, timerNotify)
  world.cancelTimer(node, timerFinalize)
  server.finalizing = false
  server.finalLeader = leader
  server.finalZxid = zxid
  server.finalEpoch = epoch
  server.finalRound = round
  server.phase = phaseDiscovery
  server.phaseStarted = world.now
  server.state = leader === server.id ? leading : server.voter ? following : observing
  checksOf(world)?.onDecided(world, server)
  world.trace?.note(world, node.id, 'elected', `decides for server ${leader} in round ${round}: ${stateNames[server.state]}`)
  if (leader === server.id) startLeading(world, node, server)
  else startFollowing(world, node, server, leader)
}
