import { dropPrefix, writeCell } from '../world/disk.ts'
import type { Node } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { apply, copyOfTree, emptyTree, sessionShare, type Tree } from '../znodes/tree.ts'
import { opCreateSession, type Txn } from '../znodes/types.ts'
import { Snapshot } from './messages.ts'
import { cellSnapshot, logOf, phaseBroadcast, snapshotOf, type Server } from './server.ts'

/**
 * A server's memory and what it can be rebuilt from: the newest snapshot and the log after it, the un-committed tail included, because nothing on the disk says what
 * was committed (reference 1.6). The committed window is the last transactions applied, however they came.
 */
export const ticketLog = 1
export const ticketLeaderAccepted = 2
export const ticketLeaderCurrent = 3
export const ticketAccepted = 4
export const ticketTruncated = 5
export const ticketSyncSnapshot = 6
export const ticketSyncFlushed = 7
export const ticketSyncEpoch = 8
export const ticketSnapshot = 9

/** Memory from the disk alone. */
export function loadDatabase(world: World, server: Server, upTo = Infinity): void {
  const snapshot = snapshotOf(world, server.id)
  server.tree = snapshot === null ? emptyTree() : copyOfTree(snapshot.tree)
  server.window = []
  server.reload = false
  if (snapshot !== null) dropStaleLog(world, server, snapshot)
  replayLog(world, server, upTo)
}

/**
 * A crash between writing the snapshot of a synchronisation and restarting the log leaves a log that ends before the snapshot: nothing may be appended behind it.
 */
function dropStaleLog(world: World, server: Server, snapshot: Snapshot): void {
  const log = logOf(world, server.id)
  const last = log.entries[log.entries.length - 1] as Txn | undefined
  if (last !== undefined && last.zxid < snapshot.tree.lastTxn) dropPrefix(log, log.entries.length)
}

/** Applies what the log holds beyond memory. */
export function replayLog(world: World, server: Server, upTo = Infinity): void {
  const entries = logOf(world, server.id).entries as Txn[]
  let from = entries.length
  while (from > 0 && entries[from - 1]!.zxid > server.tree.lastZxid) from--
  for (let i = from; i < entries.length && entries[i]!.zxid <= upTo; i++) applyToMemory(world, server, entries[i]!)
}

/** Applies a transaction without serving anybody. */
export function applyToMemory(world: World, server: Server, txn: Txn): void {
  apply(server.tree, txn)
  rememberCommitted(world, server, txn)
}

function rememberCommitted(world: World, server: Server, txn: Txn): void {
  const { window } = server
  window.push(txn)
  // Dropping half at once keeps this cheap.
  if (window.length > world.setup.options.committedWindow * 2) server.window = window.slice(world.setup.options.committedWindow)
}

export function lastLogged(world: World, id: number): number {
  const { entries } = logOf(world, id)
  if (entries.length > 0) return (entries[entries.length - 1] as Txn).zxid
  return snapshotOf(world, id)?.tree.lastZxid ?? 0
}

/** Snapshots now and then, while transactions go on; when it stands, the log before the snapshot of before is dropped. */
export function considerSnapshot(world: World, node: Node, server: Server): void {
  if (server.snapshotDue === 0) {
    const { snapCount } = world.setup.options
    server.snapshotDue = (snapCount >> 1) + 1 + world.diskChance.below(snapCount >> 1)
  }
  if (++server.sinceSnapshot < server.snapshotDue || server.snapshotBusy || server.phase !== phaseBroadcast) return
  server.sinceSnapshot = 0
  server.snapshotDue = 0
  server.snapshotBusy = true
  const tree = copyOfTree(server.tree)
  if (world.setup.options.bugs.snapshotMissesSession) readSessionsBeforeLast(tree)
  writeCell(world, node.id, cellSnapshot, new Snapshot(tree), ticketSnapshot)
}

/** ZOOKEEPER-3144: the tree says it holds the last transaction while the session table is still without it, and the snapshot's thread reads in between. */
function readSessionsBeforeLast(tree: Tree): void {
  const last = tree.recent.at(-1)
  if (last?.type === opCreateSession && tree.sessions.delete(last.session)) tree.digest ^= sessionShare(last.session, last.version)
}

export function onSnapshotWritten(world: World, node: Node, server: Server): void {
  server.snapshotBusy = false
  const snapshot = snapshotOf(world, server.id)!
  world.trace?.note(world, node.id, 'snapshot', `has written a snapshot at ${zxidText(snapshot.tree.lastZxid)}`)
  const log = logOf(world, server.id)
  const entries = log.entries as Txn[]
  // One more generation than needed stays, so that others can be brought up to date from the log.
  const keepFrom = snapshot.tree.count - world.setup.options.snapCount
  let covered = entries.length
  while (covered > 0 && entries[covered - 1]!.zxid > snapshot.tree.lastZxid) covered--
  const drop = Math.max(0, covered - Math.max(0, Math.min(covered, snapshot.tree.count - keepFrom)))
  if (drop > 0 && drop <= log.durable) dropPrefix(log, drop)
}
