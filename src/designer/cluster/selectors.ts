import { checksOf } from '../../ensemble/checks/checksOf.ts'
import { clientStateNames, stateConnected } from '../../ensemble/client/zkClient.ts'
import type { World } from '../../ensemble/world/world.ts'
import { lastLogged } from '../../ensemble/zab/database.ts'
import { acceptedEpochOf, currentEpochOf, logOf, phaseElection, snapshotOf } from '../../ensemble/zab/server.ts'
import { serverOf } from '../../ensemble/zab/serverNode.ts'
import { statOf } from '../../ensemble/znodes/tree.ts'
import type { Stat, Txn } from '../../ensemble/znodes/types.ts'
import { watchPersistent, watchRecursive } from '../../ensemble/znodes/watches.ts'
import { ensembleSize, ensembleState, statusOf, zkOf, type Status } from './status.ts'

/** What the panels show, worked out of a world at one moment as plain values of their own: the world goes on changing. */
export interface ServerRow {
  readonly id: number
  readonly status: Status
  readonly isObserver: boolean
  readonly accepted: number
  readonly current: number
  readonly lastZxid: number
  /** Round, and the vote: the one it shouts while it looks, the final one afterwards. */
  readonly round: number
  readonly voteFor: number
  /** It speaks for a quorum it no longer has. */
  readonly isDeposed: boolean
  readonly slowDisk: boolean
}

export function serverRows(world: World): readonly ServerRow[] {
  const { leader, kind } = ensembleState(world)
  const rows: ServerRow[] = []
  for (let id = 0; id < ensembleSize(world); id++) {
    const server = serverOf(world, id)
    const isUp = world.nodes[id]!.up && server !== null
    const status = statusOf(world, id)
    rows.push({
      id,
      status,
      isObserver: id >= world.setup.options.servers,
      accepted: acceptedEpochOf(world, id),
      current: currentEpochOf(world, id),
      lastZxid: lastLogged(world, id),
      round: isUp ? server.round : 0,
      voteFor: !isUp ? -1 : server.phase <= phaseElection ? server.voteLeader : server.finalLeader,
      isDeposed: status === 'leading' && (kind !== 'broadcast' || leader !== id),
      slowDisk: world.disks[id]!.slowUntil > world.now,
    })
  }
  return rows
}

/** What the last election was decided by: what each voter brought into it. */
export interface Candidate {
  readonly id: number
  readonly epoch: number
  readonly zxid: number
  /** The first of epoch, zxid and id in which it falls behind the winner; null for the winner itself. */
  readonly losesBy: 'epoch' | 'zxid' | 'id' | null
}

export function whyWon(world: World): { readonly winner: number; readonly round: number; readonly candidates: readonly Candidate[] } | null {
  const { leader } = ensembleState(world)
  const server = leader < 0 ? null : serverOf(world, leader)
  if (server === null) return null
  const candidates: Candidate[] = []
  for (let id = 0; id < world.setup.options.servers; id++) {
    const other = serverOf(world, id)
    if (other === null || !world.nodes[id]!.up || other.finalLeader !== leader) continue
    const { initialEpoch: epoch, initialZxid: zxid } = other
    candidates.push({ id, epoch, zxid, losesBy: id === leader ? null : epoch !== server.initialEpoch ? 'epoch' : zxid !== server.initialZxid ? 'zxid' : 'id' })
  }
  return { winner: leader, round: server.finalRound, candidates }
}

// ---- logs ------------------------------------------------------------------------------------------------------------------------------------------------------

/** How one server holds one transaction. `other` is another transaction under the same zxid, which a correct ensemble never has. */
export type Held = 'applied' | 'disk' | 'memory' | 'missing' | 'snapshot' | 'other'
export type LogState = 'committed' | 'waiting' | 'extra'

export interface LogRow {
  readonly zxid: number
  readonly txn: Txn
  readonly held: readonly Held[]
  /** Servers of the voters that have it on disk. */
  readonly onDisk: number
  /** Committed; proposed by whoever leads and waiting; or a suffix that the leader's history does not have. */
  readonly state: LogState
}

export interface Logs {
  readonly rows: readonly LogRow[]
  readonly servers: readonly { readonly id: number; readonly isUp: boolean; readonly length: number; readonly last: number }[]
}

/** The newest transactions of all logs together, one row each, oldest first. */
export function logsSideBySide(world: World, count: number): Logs {
  const size = ensembleSize(world)
  const { servers: voters } = world.setup.options
  const { leader } = ensembleState(world)
  const byZxid = new Map<number, Txn[]>()
  for (let id = 0; id < size; id++) {
    const entries = logOf(world, id).entries as Txn[]
    for (let i = entries.length - 1; i >= 0 && i >= entries.length - count; i--) {
      const txn = entries[i]!
      const known = byZxid.get(txn.zxid)
      if (known === undefined) byZxid.set(txn.zxid, [txn])
      else if (!known.some(({ serial }) => serial === txn.serial)) known.push(txn)
    }
  }
  const zxids = [...byZxid.keys()].toSorted((a, b) => a - b).slice(-count)
  const committed = committedOf(world, zxids[0] ?? 0)
  const leaderHas = new Set(leader < 0 ? [] : (logOf(world, leader).entries as Txn[]).slice(-count * 2).map(({ serial }) => serial))
  const rows: LogRow[] = []
  for (const zxid of zxids) {
    for (const txn of byZxid.get(zxid)!) {
      const held = Array.from({ length: size }, (_, id) => heldBy(world, id, txn))
      const isCommitted = committed.has(txn.serial)
      const onDisk = held.filter((each, id) => id < voters && (each === 'disk' || each === 'applied' || each === 'snapshot')).length
      rows.push({
        zxid,
        txn,
        held,
        onDisk,
        state: isCommitted ? 'committed' : leader < 0 || leaderHas.has(txn.serial) ? 'waiting' : 'extra',
      })
    }
  }
  return {
    rows,
    servers: Array.from({ length: size }, (_, id) => ({ id, isUp: world.nodes[id]!.up, length: logOf(world, id).entries.length + logOf(world, id).dropped, last: lastLogged(world, id) })),
  }
}

/** Serials of what is committed from a zxid on, by the checkers' ghost sequence: what servers know of it may lag. */
function committedOf(world: World, from: number): ReadonlySet<number> {
  const checks = checksOf(world)
  const found = new Set<number>()
  if (checks === null) return found
  for (let i = checks.g.length - 1; i >= 0 && checks.g[i]!.zxid >= from; i--) found.add(checks.g[i]!.serial)
  return found
}

function heldBy(world: World, id: number, txn: Txn): Held {
  const { entries, durable } = logOf(world, id)
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i] as Txn
    if (entry.zxid < txn.zxid) break
    if (entry.zxid > txn.zxid) continue
    if (entry.serial !== txn.serial) return 'other'
    const server = serverOf(world, id)
    if (world.nodes[id]!.up && server !== null && i < durable && server.phase > phaseElection && server.tree.lastTxn >= txn.zxid) return 'applied'
    return i < durable ? 'disk' : 'memory'
  }
  const snapshot = snapshotOf(world, id)
  return snapshot !== null && snapshot.tree.lastTxn >= txn.zxid ? 'snapshot' : 'missing'
}

// ---- znodes ----------------------------------------------------------------------------------------------------------------------------------------------------

export interface ZnodeRow {
  readonly path: string
  readonly name: string
  readonly depth: number
  readonly data: string
  /** Of an ephemeral: the client's name, or its session. */
  readonly owner: string
  readonly watches: number
  readonly stat: Stat
}

export interface WatchRow {
  readonly server: number
  readonly client: string
  readonly kind: 'data' | 'children' | 'persistent' | 'recursive'
}

/** The tree as one server has it. */
export function znodeRows(world: World, id: number): readonly ZnodeRow[] {
  const server = serverOf(world, id)
  if (server === null || !world.nodes[id]!.up) return []
  const owners = clientsBySession(world)
  const rows: ZnodeRow[] = []
  const visit = (path: string, depth: number): void => {
    const node = server.tree.nodes.get(path)
    if (node === undefined) return
    if (path !== '/') rows.push({ path, name: path.slice(path.lastIndexOf('/') + 1), depth, data: node.data, owner: node.owner === 0 ? '' : (owners.get(node.owner) ?? node.owner.toString(16)), watches: watchCount(world, path), stat: statOf(node) })
    for (const name of node.children.toSorted()) visit(path === '/' ? `/${name}` : `${path}/${name}`, path === '/' ? 0 : depth + 1)
  }
  visit('/', 0)
  return rows
}

function watchCount(world: World, path: string): number {
  let count = 0
  for (let id = 0; id < ensembleSize(world); id++) {
    const server = serverOf(world, id)
    if (server === null || !world.nodes[id]!.up || server.watches.isEmpty) continue
    count += (server.watches.data.get(path)?.length ?? 0) + (server.watches.child.get(path)?.length ?? 0)
  }
  return count
}

/** Who watches a znode, at which server. */
export function watchesOn(world: World, path: string): readonly WatchRow[] {
  const found: WatchRow[] = []
  for (let id = 0; id < ensembleSize(world); id++) {
    const server = serverOf(world, id)
    if (server === null || !world.nodes[id]!.up) continue
    for (const [table, plain] of [
      [server.watches.data, 'data'],
      [server.watches.child, 'children'],
    ] as const) {
      for (const watcher of table.get(path) ?? []) {
        const client = server.clients.get(watcher.client)
        const name = client === undefined ? '' : (world.nodes[client.connection.from]?.name ?? '')
        found.push({ server: id, client: name, kind: (watcher.modes & watchRecursive) !== 0 ? 'recursive' : (watcher.modes & watchPersistent) !== 0 ? 'persistent' : plain })
      }
    }
  }
  return found
}

// ---- sessions --------------------------------------------------------------------------------------------------------------------------------------------------

export interface SessionRow {
  readonly session: number
  readonly client: string
  readonly node: number
  /** What the client believes. */
  readonly state: string
  readonly server: number
  readonly timeoutMs: number
  /** Until the leader expires it, ms; null while nobody leads. */
  readonly leftMs: number | null
  /** Share of the longest it can still have. */
  readonly share: number
  readonly ephemerals: number
}

export function sessionRows(world: World): readonly SessionRow[] {
  const { leader } = ensembleState(world)
  const shown = leader >= 0 ? leader : newestServer(world)
  const server = shown < 0 ? null : serverOf(world, shown)
  if (server === null) return []
  const tickMs = world.setup.options.tickMicros / 1000
  const rows: SessionRow[] = []
  for (const [session, timeoutMs] of server.tree.sessions) {
    const node = world.nodes.find((each) => zkOf(world, each.id)?.session === session)
    const zk = node === undefined ? null : zkOf(world, node.id)
    const deadline = leader < 0 ? undefined : server.sessions.get(session)?.deadline
    const leftMs = deadline === undefined ? null : Math.max(0, (deadline - world.now) / 1000)
    rows.push({
      session,
      client: node?.name ?? '',
      node: node?.id ?? -1,
      state: node === undefined || zk === null ? 'nobody' : !node.up ? 'down' : node.paused ? 'paused' : (clientStateNames[zk.state] ?? ''),
      server: zk !== null && node!.up && zk.state === stateConnected ? zk.server : -1,
      timeoutMs,
      leftMs,
      share: leftMs === null ? 1 : Math.min(1, leftMs / (timeoutMs + tickMs)),
      ephemerals: server.tree.ephemerals.get(session)?.length ?? 0,
    })
  }
  return rows.toSorted((a, b) => a.node - b.node)
}

/** Whose tree to show while nobody leads: the voter that has applied most. */
export function newestServer(world: World): number {
  let newest = -1
  let zxid = -1
  for (let id = 0; id < world.setup.options.servers; id++) {
    const server = serverOf(world, id)
    if (server === null || !world.nodes[id]!.up || server.tree.lastZxid <= zxid) continue
    newest = id
    zxid = server.tree.lastZxid
  }
  return newest
}

function clientsBySession(world: World): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const node of world.nodes) {
    const session = zkOf(world, node.id)?.session ?? 0
    if (session !== 0) names.set(session, node.name)
  }
  return names
}
