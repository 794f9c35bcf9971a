import type { Node } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { copyOfTree } from '../znodes/tree.ts'
import type { Txn } from '../znodes/types.ts'
import { commit, counterOf, diff, epochOf, inform, newLeader, packet, proposal, Snapshot, snap, trunc, txnPacket, epochUnit } from './messages.ts'
import { logOf, type Learner, type Server } from './server.ts'

/**
 * How the leader brings one learner up to its own history: the table of the coordination reference (1.4), first match wins, SNAP when nothing else is sound.
 * `chooseSync` decides; `synchronize` queues what was decided, then outstanding proposals, then NEWLEADER, and from that moment the learner gets every proposal.
 */
export interface SyncPlan {
  readonly mode: typeof diff | typeof trunc | typeof snap
  /** Where a TRUNC cuts; the zxid a DIFF ends at. */
  readonly zxid: number
  /** Committed transactions to send after it. */
  readonly send: readonly Txn[]
}

export function chooseSync(world: World, server: Server, learnerZxid: number, learnerEpoch: number): SyncPlan {
  const { bugs, committedWindow } = world.setup.options
  const window = server.window.length > committedWindow ? server.window.slice(server.window.length - committedWindow) : server.window
  const { rules } = world.counters
  const last = server.tree.lastZxid
  const min = window.length === 0 ? last : window[0]!.zxid
  const max = window.length === 0 ? last : window[window.length - 1]!.zxid
  const isEpochStart = counterOf(learnerZxid) === 0
  if (learnerZxid === last) {
    rules[20]!++
    return { mode: diff, zxid: last, send: [] }
  }
  if (learnerZxid > max && learnerEpoch !== -1 && epochOf(learnerZxid) > learnerEpoch) {
    // The learner wrote the snapshot of a synchronisation and crashed before its currentEpoch: a cut could go below that snapshot (decision 0111).
    rules[27]!++
    return { mode: snap, zxid: last, send: [] }
  }
  if (learnerZxid > max && !isEpochStart) {
    rules[21]!++
    if (bugs.neverTruncate) return { mode: diff, zxid: max, send: [] }
    return { mode: trunc, zxid: max, send: [] }
  }
  if (bugs.emptyWindowIsUpToDate && learnerZxid < last && epochOf(learnerZxid) < epochOf(last) && counterOf(last) === 0) return { mode: diff, zxid: last, send: [] }
  if (learnerZxid >= min && learnerZxid <= max) {
    const plan = fromProposals(world, window, learnerZxid, 22)
    if (plan !== null) return plan
  } else if (learnerZxid < min) {
    const entries = logOf(world, server.id).entries as Txn[]
    // The log reaches back far enough only if it holds the learner's own last transaction, or begins with the very first.
    const reachesBack = entries.length > 0 && (entries[0]!.zxid <= learnerZxid || isFirst(entries[0]!, learnerZxid))
    if (reachesBack) {
      const older = entries.filter((txn) => txn.zxid < min)
      const isGapless = older.length > 0 && (bugs.logGapIgnored || follows(world, server, older[older.length - 1]!, window[0]!))
      if (isGapless) {
        const source = bugs.logGapIgnored && older.length > 2 ? [...older.slice(0, -1), ...window] : [...older, ...window]
        const plan = fromProposals(world, source, learnerZxid, 25)
        if (plan !== null) return plan
      }
    }
  }
  rules[28]!++
  return { mode: snap, zxid: last, send: [] }
}

/** Nothing came before this entry: it is the first transaction of all, and the learner has none. */
function isFirst(entry: Txn, learnerZxid: number): boolean {
  return learnerZxid === 0 && entry.zxid === epochUnit + 1
}

/** Is there nothing between two transactions of this server's history? The log is contiguous, so it is enough that the second follows the first there. */
function follows(world: World, server: Server, first: Txn, second: Txn | undefined): boolean {
  if (second === undefined) return false
  const entries = logOf(world, server.id).entries as Txn[]
  for (let i = entries.length - 1; i > 0; i--) {
    if (entries[i]!.zxid === second.zxid) return entries[i - 1] === first
    if (entries[i]!.zxid < second.zxid) return false
  }
  return false
}

function fromProposals(world: World, source: readonly Txn[], learnerZxid: number, rule: number): SyncPlan | null {
  const { bugs } = world.setup.options
  const { rules } = world.counters
  const isEpochStart = counterOf(learnerZxid) === 0
  let previous = -1
  for (let i = 0; i < source.length; i++) {
    const { zxid } = source[i]!
    if (zxid < learnerZxid) {
      previous = zxid
      continue
    }
    const rest = zxid === learnerZxid ? source.slice(i + 1) : source.slice(i)
    const end = source[source.length - 1]!.zxid
    if (zxid === learnerZxid) {
      rules[rule]!++
      return { mode: diff, zxid: end, send: rest }
    }
    if (isEpochStart) {
      // The learner's last "transaction" is the start of an epoch, which is none: there is nothing to cut.
      rules[26]!++
      return { mode: diff, zxid: end, send: rest }
    }
    if (bugs.diffWithoutTruncation || bugs.neverTruncate) return { mode: diff, zxid: end, send: rest }
    // The learner holds a transaction nobody else knows. Cutting across an epoch is not safe: its log may differ further back.
    if (epochOf(zxid) !== epochOf(learnerZxid) || previous < 0) {
      rules[24]!++
      return null
    }
    rules[23]!++
    return { mode: trunc, zxid: previous, send: rest }
  }
  return null
}

export function synchronize(world: World, node: Node, server: Server, learner: Learner): void {
  const plan = chooseSync(world, server, learner.lastZxid, learner.currentEpoch)
  const { connection } = learner
  let upTo = plan.zxid
  if (plan.mode === snap) {
    const made = packet(snap, server.tree.lastZxid, 0)
    made.snapshot = new Snapshot(copyOfTree(server.tree))
    world.send(node, connection, made)
    upTo = server.tree.lastZxid
  } else {
    world.send(node, connection, packet(plan.mode, plan.zxid, 0))
    for (const txn of plan.send) sendCommitted(world, node, learner, txn)
    if (plan.send.length > 0) upTo = plan.send[plan.send.length - 1]!.zxid
  }
  world.trace?.note(world, node.id, 'sync', syncText(plan, learner))
  if (!learner.observer) {
    for (const each of server.outstanding) {
      if (each.txn.zxid <= upTo) continue
      // What it acknowledged before it came back may have just been cut from its log: only what it acknowledges from now on counts (decision 0112).
      if (!world.setup.options.bugs.oldAcksCount) each.acks &= ~(1 << learner.sid)
      world.send(node, connection, txnPacket(proposal, each.txn))
    }
  }
  learner.forwarding = true
  world.send(node, connection, packet(newLeader, server.newEpoch * epochUnit, 0))
}

function sendCommitted(world: World, node: Node, learner: Learner, txn: Txn): void {
  if (learner.observer) {
    world.send(node, learner.connection, txnPacket(inform, txn))
    return
  }
  world.send(node, learner.connection, txnPacket(proposal, txn))
  world.send(node, learner.connection, packet(commit, txn.zxid, 0))
}

function syncText(plan: SyncPlan, learner: Learner): string {
  const rest = plan.send.length === 0 ? '' : `, then ${plan.send.length} committed transactions`
  if (plan.mode === snap) return `sends server ${learner.sid} the whole tree (SNAP at ${zxidText(plan.zxid)})`
  if (plan.mode === trunc) return `tells server ${learner.sid}, which is at ${zxidText(learner.lastZxid)}, to cut its log after ${zxidText(plan.zxid)} (TRUNC)${rest}`
  return `sends server ${learner.sid}, which is at ${zxidText(learner.lastZxid)}, what it lacks (DIFF)${rest}`
}

