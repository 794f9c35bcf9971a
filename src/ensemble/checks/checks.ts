import type { PendingOp, ZkClient } from '../client/zkClient.ts'
import { zxidText } from '../world/trace.ts'
import { Violation, type World } from '../world/world.ts'
import { historyAfter } from '../znodes/tree.ts'
import { isWrite, ok, opCloseSession, opSync, type Reply, type Txn, type WatchEvent } from '../znodes/types.ts'
import { isDurable } from '../zab/logThread.ts'
import { counterOf, epochOf } from '../zab/messages.ts'
import { acceptedEpochOf, currentEpochOf, leading, logOf, snapshotOf, type ClientConnection, type Server } from '../zab/server.ts'
import { quorum } from '../zab/quorum.ts'
import { ClientChecks, onChanged, onClientLost, onReply, onSessionEnd, onWatchEvent } from './clientChecks.ts'
import { applyToModel, emptyModel, forgetOldPaths, type ChangeListener } from './model.ts'
import { JobManagerChecks } from './jobManagerChecks.ts'
import { RecipeChecks } from './recipeChecks.ts'
import type { LogChecks } from '../log/logChecks.ts'

const proposalsKept = 1_024

/** When a leader last heard of a session, and the timeout it knew. */
class Touch {
  at = 0
  timeoutMs = 0
}

/**
 * The checkers: ghost state beside the world, told of every step that could break an invariant, never changing what it watches. Each call costs in proportion to what
 * changed. The committed sequence `g` is kept whole, with the rolling hash and the model's digest after each transaction, so that "this server's tree equals the
 * prefix of length n" is two comparisons of numbers (reference 5.5, 7.8).
 */
export class Checks implements ChangeListener {
  world!: World
  /** Invariants that stop the run; null is all of them. */
  only: readonly string[] | null = null
  /** The committed sequence. */
  g: Txn[] = []
  histories: number[] = [0]
  digests: number[] = []
  /** Where each epoch begins in `g`. */
  epochStart = new Map<number, number>()
  model = emptyModel()
  clients = new ClientChecks()
  recipes = new RecipeChecks()
  /** Where there are brokers. */
  log: LogChecks | null = null
  jobs = new JobManagerChecks()
  leaders = new Map<number, number>()
  promised: number[] = []
  accepted: number[] = []
  current: number[] = []
  /** Per server that leads: the last touch of each session it received, and the timeout it knew. */
  touches: Map<number, Touch>[] = []
  /** The newest proposals, each where its zxid puts it: its zxid, and its serial. */
  proposedZxids = new Float64Array(proposalsKept)
  proposedSerials = new Float64Array(proposalsKept)
  /** Bound once, since handing a method over would lose its object. */
  failing = (invariant: string, node: number, detail: string): void => this.fail(invariant, node, detail)

  fail(invariant: string, node: number, detail: string): void {
    const { world } = this
    if (world.violation !== null || (this.only !== null && !this.only.includes(invariant))) return
    const violation = new Violation()
    violation.invariant = invariant
    violation.detail = detail
    violation.event = world.events
    violation.time = world.now
    violation.node = node
    world.violation = violation
    world.trace?.note(world, node, 'violation', `breaks ${invariant}: ${detail}`)
  }

  changed(path: string, parent: string, isChildren: boolean, zxid: number): void {
    onChanged(this.clients, this.model, path, parent, isChildren, zxid)
  }

  // ---- election and epochs ----------------------------------------------------------------------------------------------------------------------------------

  onVote(server: Server): void {
    const { voteLeader: leader, voteZxid: zxid, voteEpoch: epoch } = server
    if (!server.voter || leader < 0) return
    const isLess = epoch !== server.initialEpoch ? epoch < server.initialEpoch : zxid !== server.initialZxid ? zxid < server.initialZxid : leader < server.id
    if (isLess) this.fail('FLE-4', server.id, `votes for server ${leader} at ${zxidText(zxid)} of epoch ${epoch}, less than its own ${zxidText(server.initialZxid)} of epoch ${server.initialEpoch}`)
  }

  onDecided(world: World, server: Server): void {
    let sids = 0
    let established = 0
    let leaderSpoke = false
    for (let sid = 0; sid < world.setup.options.servers; sid++) {
      const vote = server.received[sid]!
      if (vote.valid && vote.leader === server.finalLeader && vote.zxid === server.finalZxid && vote.epoch === server.finalEpoch && vote.round === server.finalRound) sids |= 1 << sid
      const late = server.outOfElection[sid]!
      const speaks = (late.valid && late.leader === sid && late.state === leading) || (vote.valid && vote.leader === sid && vote.state === leading)
      if (sid === server.finalLeader && speaks) leaderSpoke = true
      for (const each of [vote, late]) if (each.valid && each.state !== 0 && each.leader === server.finalLeader && each.epoch === server.finalEpoch) established |= 1 << sid
    }
    // R9: a server that others already follow in its own round needs no word but its own.
    const ownWord = server.finalLeader === server.id && quorum(world, established)
    if (!quorum(world, sids) && !leaderSpoke && !ownWord) this.fail('FLE-4', server.id, `decides for server ${server.finalLeader} without a quorum for that vote and without that server's word`)
  }

  onBoot(world: World, server: Server): void {
    this.onEpochs(world, server.id)
  }

  onEpochs(world: World, id: number): void {
    if (!world.nodes[id]!.up) return
    while (this.accepted.length <= id) {
      this.accepted.push(0)
      this.current.push(0)
      this.promised.push(0)
    }
    const accepted = acceptedEpochOf(world, id)
    const current = currentEpochOf(world, id)
    if (accepted < current) this.fail('FLE-2', id, `acceptedEpoch ${accepted} is below currentEpoch ${current}`)
    if (accepted < this.accepted[id]!) this.fail('FLE-2', id, `acceptedEpoch went from ${this.accepted[id]!} back to ${accepted}`)
    if (current < this.current[id]!) this.fail('FLE-2', id, `currentEpoch went from ${this.current[id]!} back to ${current}`)
    this.accepted[id] = accepted
    this.current[id] = current
  }

  onPromise(world: World, server: Server, epoch: number): void {
    const accepted = acceptedEpochOf(world, server.id)
    if (epoch < accepted) this.fail('FLE-2', server.id, `promises epoch ${epoch} after epoch ${accepted}`)
  }

  onAckEpoch(world: World, server: Server, epoch: number): void {
    if (!world.nodes[server.id]!.up) return
    if (epoch === -1) return
    const before = this.promised[server.id] ?? 0
    if (server.newEpoch <= before) this.fail('FLE-3', server.id, `promises epoch ${server.newEpoch} countably after it promised ${before}`)
    this.promised[server.id] = server.newEpoch
  }

  // ---- Zab --------------------------------------------------------------------------------------------------------------------------------------------------

  onEstablished(world: World, server: Server): void {
    if (!world.nodes[server.id]!.up) return
    const epoch = server.newEpoch
    const before = this.leaders.get(epoch)
    if (before !== undefined) this.fail('FLE-1', server.id, `is established for epoch ${epoch}, which server ${before} led`)
    this.leaders.set(epoch, server.id)
    this.onEpochs(world, server.id)
    while (this.touches.length <= server.id) this.touches.push(new Map())
    this.touches[server.id]!.clear()
    const { tree } = server
    const last = this.g.length === 0 ? 0 : this.g[this.g.length - 1]!.zxid
    let from = tree.recent.length
    while (from > 0 && tree.recent[from - 1]!.zxid > last) from--
    let history = this.histories[this.g.length]!
    for (let i = from; i < tree.recent.length; i++) history = historyAfter(history, tree.recent[i]!)
    if (history !== tree.history || tree.count !== this.g.length + tree.recent.length - from) {
      this.fail('ZAB-7', server.id, `is established for epoch ${epoch} with ${tree.count} transactions up to ${zxidText(tree.lastTxn)}, which do not continue the ${this.g.length} committed up to ${zxidText(last)}`)
      return
    }
    for (let i = from; i < tree.recent.length; i++) this.#commit(world, server.id, tree.recent[i]!)
    if (this.g.length > 0 && this.digests[this.g.length - 1] !== tree.digest) this.fail('ZAB-14', server.id, `its tree at ${zxidText(tree.lastTxn)} differs from what the committed sequence makes`)
  }

  #commit(world: World, id: number, txn: Txn): void {
    const { g, model } = this
    const last = g.length === 0 ? null : g[g.length - 1]!
    const counter = counterOf(txn.zxid)
    const epoch = epochOf(txn.zxid)
    if (last !== null) {
      if (txn.zxid <= last.zxid) this.fail('ZAB-3', id, `commits ${zxidText(txn.zxid)} after ${zxidText(last.zxid)}`)
      else if (epoch === epochOf(last.zxid) ? counter !== counterOf(last.zxid) + 1 : counter !== 1) this.fail('ZAB-3', id, `commits ${zxidText(txn.zxid)} right after ${zxidText(last.zxid)}`)
    }
    if (world.violation !== null) return
    let holders = 0
    for (let sid = 0; sid < world.setup.options.servers; sid++) if (this.#holds(world, sid, txn)) holders |= 1 << sid
    if (!quorum(world, holders)) this.fail('ZAB-8', id, `${zxidText(txn.zxid)} is committed, but no quorum has it on disk`)
    if (!this.epochStart.has(epoch)) this.epochStart.set(epoch, g.length)
    g.push(txn)
    this.histories.push(historyAfter(this.histories[g.length - 1]!, txn))
    applyToModel(model, txn, this)
    this.digests.push(model.digest)
    if (model.brokenRule !== '') this.fail(model.brokenRule, id, `${model.brokenDetail} (${zxidText(txn.zxid)})`)
    this.recipes.onCommitted(this, txn)
    this.log?.onTxn(world, txn)
    if (this.jobs.isOn) this.jobs.onCommitted(this, txn)
    if ((g.length & 4095) === 0) forgetOldPaths(model, g[g.length - 4096]!.zxid)
  }

  #holds(world: World, sid: number, txn: Txn): boolean {
    if (isDurable(world, sid, txn)) return true
    const snapshot = snapshotOf(world, sid)
    return snapshot !== null && snapshot.tree.lastTxn >= txn.zxid && logOf(world, sid).entries.length >= 0
  }

  /** Its place in the committed sequence, or −1. */
  indexOf(zxid: number): number {
    const start = this.epochStart.get(epochOf(zxid))
    if (start === undefined) return -1
    const index = start + counterOf(zxid) - 1
    return this.g[index]?.zxid === zxid ? index : -1
  }

  onProposed(world: World, server: Server, txn: Txn): void {
    if (!world.nodes[server.id]!.up) return
    if (!server.established || this.leaders.get(epochOf(txn.zxid)) !== server.id) this.fail('ZAB-6', server.id, `proposes ${zxidText(txn.zxid)} without being established for its epoch`)
    const place = (epochOf(txn.zxid) * 97 + counterOf(txn.zxid)) & (proposalsKept - 1)
    if (this.proposedZxids[place] === txn.zxid && this.proposedSerials[place] !== txn.serial) this.fail('ZAB-1', server.id, `proposes ${zxidText(txn.zxid)} a second time with another meaning`)
    this.proposedZxids[place] = txn.zxid
    this.proposedSerials[place] = txn.serial
  }

  onCommit(world: World, server: Server, txn: Txn): void {
    if (!world.nodes[server.id]!.up) return
    const { g } = this
    const last = g.length === 0 ? 0 : g[g.length - 1]!.zxid
    if (txn.zxid > last) {
      this.#commit(world, server.id, txn)
      return
    }
    const index = this.indexOf(txn.zxid)
    if (index < 0) this.fail('ZAB-5', server.id, `commits ${zxidText(txn.zxid)}, which the committed sequence has passed without it`)
    else if (g[index]!.serial !== txn.serial) this.fail('ZAB-1', server.id, `commits ${zxidText(txn.zxid)} with another meaning than it had`)
  }

  onAppend(world: World, server: Server, txn: Txn): void {
    if (!world.nodes[server.id]!.up) return
    const { entries } = logOf(world, server.id)
    const last = entries.length > 0 ? (entries[entries.length - 1] as Txn) : snapshotOf(world, server.id)?.tree.recent.at(-1)
    if (last === undefined ? txn.after !== 0 : last.serial !== txn.after) {
      this.fail('ZAB-10', server.id, `its log goes from ${last === undefined ? 'nothing' : zxidText(last.zxid)} to ${zxidText(txn.zxid)}, which does not follow it`)
    }
  }

  onReceived(_world: World, server: Server, txn: Txn): void {
    const last = server.pending.length > 0 ? server.pending[server.pending.length - 1]! : server.tree.recent.at(-1)
    if (last === undefined ? txn.after !== 0 : last.serial !== txn.after) this.fail('ZAB-4', server.id, `receives the proposal ${zxidText(txn.zxid)} after ${last === undefined ? 'nothing' : zxidText(last.zxid)}`)
  }

  onAckSent(world: World, server: Server, txn: Txn): void {
    if (!world.nodes[server.id]!.up) return
    if (!isDurable(world, server.id, txn)) this.fail('ZAB-12', server.id, `acknowledges ${zxidText(txn.zxid)}, which is not on its disk`)
  }

  onNewLeaderAck(world: World, server: Server): void {
    if (!world.nodes[server.id]!.up) return
    const log = logOf(world, server.id)
    const snapshot = snapshotOf(world, server.id)
    let history = snapshot?.tree.history ?? 0
    let count = snapshot?.tree.count ?? 0
    const from = snapshot?.tree.lastTxn ?? 0
    for (let i = 0; i < log.durable; i++) {
      const txn = log.entries[i] as Txn
      if (txn.zxid <= from) continue
      history = historyAfter(history, txn)
      count++
    }
    const received = server.toApply.at(-1)?.zxid ?? 0
    const unlogged = server.committedToApply.at(-1) ?? 0
    const onDisk = (log.durable > 0 ? (log.entries[log.durable - 1] as Txn).zxid : 0) || from
    const owed = Math.max(received, unlogged, server.tree.lastTxn)
    if (owed > onDisk) this.fail('ZAB-12', server.id, `acknowledges NEWLEADER with its disk at ${zxidText(onDisk)} although it received transactions up to ${zxidText(owed)}`)
    const leader = world.nodes[server.leader]!.state as Server | null
    if (leader === null || !world.nodes[server.leader]!.up || leader.newEpoch !== server.newEpoch) return
    const expected = this.#historyAt(leader, count)
    if (expected !== null && expected !== history) this.fail('ZAB-9', server.id, `acknowledges NEWLEADER of epoch ${server.newEpoch} with a history of ${count} transactions that is no prefix of its leader's`)
  }

  /** The rolling hash of a leader's history at a length, if it can be known. */
  #historyAt(leader: Server, count: number): number | null {
    if (count < this.histories.length) return this.histories[count]!
    let history = this.histories[this.g.length]!
    let at = this.g.length
    const last = at === 0 ? 0 : this.g[at - 1]!.zxid
    for (const txn of leader.tree.recent) {
      if (txn.zxid <= last || at === count) continue
      history = historyAfter(history, txn)
      at++
    }
    return at === count ? history : null
  }

  onTruncation(world: World, server: Server, keep: number): void {
    const { entries } = logOf(world, server.id)
    for (let i = keep; i < entries.length; i++) {
      const txn = entries[i] as Txn
      const index = this.indexOf(txn.zxid)
      if (index < 0 || this.g[index]!.serial !== txn.serial) continue
      // It may have been committed while the TRUNC was under way; then it must be safe without this server, which gets it again.
      let others = 0
      for (let sid = 0; sid < world.setup.options.servers; sid++) if (sid !== server.id && this.#holds(world, sid, txn)) others |= 1 << sid
      if (!quorum(world, others)) this.fail('ZAB-8', server.id, `is made to cut ${zxidText(txn.zxid)} off its log, which is committed`)
    }
  }

  onServing(world: World, server: Server): void {
    if (!world.nodes[server.id]!.up) return
    const { tree } = server
    if (tree.count > this.g.length || this.histories[tree.count] !== tree.history) {
      this.fail('ZAB-2', server.id, `serves a history of ${tree.count} transactions up to ${zxidText(tree.lastTxn)} that is no prefix of the ${this.g.length} committed`)
    } else if (tree.count > 0 && this.digests[tree.count - 1] !== tree.digest) this.fail('ZAB-14', server.id, `its tree at ${zxidText(tree.lastTxn)} differs from what the committed sequence makes`)
  }

  onApplied(world: World, server: Server, txn: Txn): void {
    if (!world.nodes[server.id]!.up) return
    const at = server.tree.count - 1
    if (this.g[at] !== txn || this.histories[at + 1] !== server.tree.history) this.fail('ZAB-2', server.id, `applies ${zxidText(txn.zxid)} as its ${at + 1}th transaction, where the committed sequence has ${this.g[at] === undefined ? 'none' : zxidText(this.g[at]!.zxid)}`)
    else if (this.digests[at] !== server.tree.digest) this.fail('ZAB-14', server.id, `its tree after ${zxidText(txn.zxid)} differs from what the committed sequence makes`)
  }

  onCommitReceived(_world: World, server: Server, zxid: number, txn: Txn | null): void {
    if (txn === null || txn.zxid !== zxid) this.fail('ZAB-11', server.id, `is told to commit ${zxidText(zxid)} while ${txn === null ? 'nothing' : zxidText(txn.zxid)} is next`)
  }

  // ---- sessions ---------------------------------------------------------------------------------------------------------------------------------------------

  onTouch(world: World, server: Server, session: number, timeoutMs: number): void {
    const touches = this.touches[server.id]
    if (touches === undefined) return
    let touch = touches.get(session)
    if (touch === undefined) touches.set(session, (touch = new Touch()))
    touch.at = world.now
    touch.timeoutMs = timeoutMs
  }

  onExpired(world: World, server: Server, session: number): void {
    if (this.leaders.get(server.newEpoch) !== server.id) this.fail('SES-3', server.id, 'expires a session without being the established leader')
    const touch = this.touches[server.id]?.get(session)
    if (touch === undefined) {
      // A new leader owes every session its full timeout.
      const known = server.tree.sessions.get(session)
      if (known !== undefined && world.now - server.phaseStarted < known * 1000) this.fail('SES-3', server.id, `expires a session ${Math.floor((world.now - server.phaseStarted) / 1000)} ms after it became leader; its timeout is ${known} ms`)
      return
    }
    const { at, timeoutMs } = touch
    if (world.now - at < timeoutMs * 1000) this.fail('SES-3', server.id, `expires a session ${Math.floor((world.now - at) / 1000)} ms after its last touch; its timeout is ${timeoutMs} ms`)
    this.#expiredAlive(world, server, session)
  }

  /** SES-6: with nobody down and nothing cut, a client that is connected and pings must not lose its session. */
  #expiredAlive(world: World, server: Server, session: number): void {
    // Faults, a paused leader's own late timers among them, may rightly cost a session: judged when things have been quiet for long enough.
    if (world.now - world.counters.lastFault < 40_000_000 || world.now - server.phaseStarted < 40_000_000) return
    if ([...this.leaders.keys()].some((epoch) => epoch > server.newEpoch)) return
    for (const node of world.nodes) if (!node.up || node.paused) return
    for (const way of world.cut) if (way !== 0) return
    for (const node of world.nodes) {
      const other = node.state as Partial<Server> | null
      if (other === null || !(other.bySession instanceof Map)) continue
      const client: ClientConnection | undefined = other.bySession.get(session)
      if (client === undefined || client.connection.broken || !client.connection.fromOpen) continue
      // The server has heard it within two thirds of the timeout, with half a tick and a ping on the way to the leader.
      if (world.now - client.lastHeard < (client.timeoutMs * 1000) / 3 && world.now - (other.phaseStarted ?? 0) > client.timeoutMs * 1000) {
        this.fail('SES-6', server.id, `expires the session of a client that server ${node.id} heard ${Math.floor((world.now - client.lastHeard) / 1000)} ms ago`)
      }
    }
  }

  // ---- clients ----------------------------------------------------------------------------------------------------------------------------------------------

  onInvoked(op: PendingOp): void {
    op.floor = this.clients.ackedMax
  }

  onReply(world: World, id: number, client: ZkClient, op: PendingOp | null, reply: Reply): void {
    onReply(this.clients, this.model, id, client, op, reply, this.failing)
    if (op !== null && reply.op === opSync && reply.error === ok && world.setup.options.strictSync && reply.zxid < op.floor) {
      this.fail('LIN-2', id, `a sync was answered at ${zxidText(reply.zxid)} although ${zxidText(op.floor)} had been acknowledged before it was asked for`)
    }
    if (op !== null && reply.error === ok && isWrite(reply.op)) {
      const index = this.indexOf(reply.zxid)
      const txn = index < 0 ? undefined : this.g[index]
      if (txn === undefined || txn.session !== client.session || txn.cxid !== reply.cxid) this.fail('CLI-4', id, `a ${reply.op === opCloseSession ? 'close' : 'write'} of ${reply.path} was acknowledged at ${zxidText(reply.zxid)}, which is not in the committed sequence`)
    }
  }

  onWatchEvent(_world: World, id: number, event: WatchEvent): void {
    onWatchEvent(this.clients, this.model, id, event, this.failing)
  }

  onClientLost(id: number): void {
    onClientLost(this.clients, id)
  }

  onSessionEnd(id: number): void {
    onSessionEnd(this.clients, id)
  }
}
