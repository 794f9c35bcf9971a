import type { PendingOp, ZkClient } from '../client/zkClient.ts'
import {
  badVersion,
  eventChildrenChanged,
  eventDeleted,
  isWrite,
  noAuth,
  noNode,
  ok,
  opAddWatch,
  opAuth,
  opCreateSession,
  opExists,
  opGetChildren,
  opGetData,
  opPing,
  opRemoveWatches,
  opSetData,
  opSetWatches,
  openAcl,
  parentOf,
  permRead,
  permWrite,
  type Reply,
  type WatchEvent,
} from '../znodes/types.ts'
import { allows } from '../znodes/access.ts'
import { identityOf } from '../znodes/digestAuth.ts'
import { watchRecursive } from '../znodes/watches.ts'
import { lastUpTo, type Model } from './model.ts'

/**
 * What clients are promised, held against the committed sequence where it reaches them: at the end of their own connection. Reads must equal the tree at the zxid
 * they carry, views never go back, and for every watch the checker knows the first change after it was set, so it can tell an event that is missing from one that
 * is late, doubled or invented (reference 1.9, 1.11).
 */
export const kindData = 1
export const kindExists = 2
export const kindChildren = 3
export const kindPersistent = 4
export const kindRecursive = 5

export class GhostWatch {
  client = 0
  kind = 0
  path = ''
  since = 0
  /** First change after `since`, 0 while there is none. */
  due = 0
  /** The path has had an access list, so events may rightly be withheld: nothing is expected any more. */
  guarded = false
}

export class GhostClient {
  watches: GhostWatch[] = []
  /** No watch is due at less than this: most replies need not look through them. */
  dueFrom = Infinity
  /** Path to the zxid of the last one-shot event for it. */
  fired = new Map<string, number>()
  lastView = 0
  lastEvent = 0
  /** Between losing a connection and the answer to its setWatches nothing is judged. */
  suspended = false
}

export class ClientChecks {
  clients: (GhostClient | null)[] = []
  byPath = new Map<string, GhostWatch[]>()
  /** Recursive ones, by the path they stand on. */
  recursive = new Map<string, GhostWatch[]>()
  ackedMax = 0
}

function ghostOf(checks: ClientChecks, id: number): GhostClient {
  let ghost = checks.clients[id]
  if (ghost === undefined || ghost === null) {
    while (checks.clients.length <= id) checks.clients.push(null)
    checks.clients[id] = ghost = new GhostClient()
  }
  return ghost
}

export type Failing = (invariant: string, node: number, detail: string) => void

/** A path changed in the committed sequence: watches without a due event get one. */
export function onChanged(checks: ClientChecks, model: Model, path: string, parent: string, isChildren: boolean, zxid: number): void {
  const watches = checks.byPath.get(path)
  const isGuarded = model.guarded.size > 0 && model.guarded.has(path)
  if (isGuarded && watches !== undefined) for (const watch of watches) watch.guarded = true
  if (watches !== undefined) for (const watch of watches) if (watch.due === 0 && watch.since < zxid && concerns(watch.kind, isChildren)) becomesDue(checks, watch, zxid)
  if (checks.recursive.size === 0 || (isChildren && !isGuarded)) return
  for (let top = path, above = parent; ; top = above, above = parentOf(top)) {
    const standing = checks.recursive.get(top)
    if (standing !== undefined) {
      for (const watch of standing) {
        if (isGuarded) watch.guarded = true
        if (!isChildren && watch.due === 0 && watch.since < zxid) becomesDue(checks, watch, zxid)
      }
    }
    if (top === '/') return
  }
}

function becomesDue(checks: ClientChecks, watch: GhostWatch, zxid: number): void {
  watch.due = zxid
  const ghost = checks.clients[watch.client]!
  if (zxid !== 0 && zxid < ghost.dueFrom) ghost.dueFrom = zxid
}

function concerns(kind: number, isChildren: boolean): boolean {
  return kind === kindPersistent || (kind === kindChildren) === isChildren
}

function isBelow(path: string, top: string): boolean {
  return path === top || top === '/' || (path.startsWith(top) && path.charCodeAt(top.length) === 47)
}

/** First change after a zxid, from the history; 0 if there is none yet. */
function dueAfter(model: Model, watch: GhostWatch, since: number): number {
  if (watch.kind === kindRecursive) {
    let due = 0
    const { newestPaths, newestZxids } = model
    if (since >= (newestZxids[0] ?? 0)) {
      for (let i = newestZxids.length - 1; i >= 0 && newestZxids[i]! > since; i--) if (isBelow(newestPaths[i]!, watch.path)) due = newestZxids[i]!
      return due
    }
    for (const [path, { dataZxids }] of model.changes) {
      if (!isBelow(path, watch.path)) continue
      for (let i = dataZxids.length - 1; i >= 0 && dataZxids[i]! > since; i--) if (due === 0 || dataZxids[i]! < due) due = dataZxids[i]!
    }
    return due
  }
  const changes = model.changes.get(watch.path)
  if (changes === undefined) return 0
  let due = 0
  if (watch.kind !== kindChildren) due = firstAfter(changes.dataZxids, since)
  if (watch.kind === kindChildren || watch.kind === kindPersistent) {
    const child = firstAfter(changes.childZxids, since)
    if (child !== 0 && (due === 0 || child < due)) due = child
    // A deletion of the node itself is told to those who watch its children.
    for (let i = changes.versions.length - 1; i >= 0 && changes.dataZxids[i]! > since; i--) if (changes.versions[i] === -1 && (due === 0 || changes.dataZxids[i]! < due)) due = changes.dataZxids[i]!
  }
  return due
}

function firstAfter(zxids: readonly number[], since: number): number {
  let first = 0
  for (let i = zxids.length - 1; i >= 0 && zxids[i]! > since; i--) first = zxids[i]!
  return first
}

function addWatch(checks: ClientChecks, model: Model, id: number, kind: number, path: string, since: number): void {
  const ghost = ghostOf(checks, id)
  const table = kind === kindRecursive ? checks.recursive : checks.byPath
  const standing = table.get(path)
  if (standing !== undefined) {
    for (const watch of standing) {
      if (watch.client !== id) continue
      // Already standing: the server keeps one, which fires at the earlier change.
      if (watch.kind === kind) return
      // A data watch set while an exists watch stands (or the reverse) is the same registration at the server.
      if (kind <= kindExists && watch.kind <= kindExists) {
        watch.kind = Math.min(kind, watch.kind)
        return
      }
    }
  }
  const watch = new GhostWatch()
  watch.client = id
  watch.kind = kind
  watch.path = path
  watch.since = since
  becomesDue(checks, watch, dueAfter(model, watch, since))
  watch.guarded = model.guarded.has(path) || (kind === kindRecursive && model.guarded.size > 0)
  ghost.watches.push(watch)
  if (standing === undefined) table.set(path, [watch])
  else standing.push(watch)
}

function drop(checks: ClientChecks, ghost: GhostClient, watch: GhostWatch): void {
  ghost.watches.splice(ghost.watches.indexOf(watch), 1)
  const table = watch.kind === kindRecursive ? checks.recursive : checks.byPath
  const list = table.get(watch.path)!
  list.splice(list.indexOf(watch), 1)
  if (list.length === 0) table.delete(watch.path)
}

export function onSessionEnd(checks: ClientChecks, id: number): void {
  const ghost = ghostOf(checks, id)
  for (const watch of [...ghost.watches]) drop(checks, ghost, watch)
  ghost.dueFrom = Infinity
  ghost.fired.clear()
  ghost.lastView = 0
  ghost.lastEvent = 0
  ghost.suspended = false
}

export function onClientLost(checks: ClientChecks, id: number): void {
  const ghost = ghostOf(checks, id)
  ghost.suspended = ghost.watches.length > 0
  ghost.lastEvent = 0
}

export function onReply(checks: ClientChecks, model: Model, id: number, client: ZkClient, op: PendingOp | null, reply: Reply, fail: Failing): void {
  if (op === null || op.request.cxid !== reply.cxid) {
    fail('CLI-3', id, op === null ? `a reply to request ${reply.cxid}, which is not waiting for one` : `a reply to request ${reply.cxid} before the one to ${op.request.cxid}`)
    return
  }
  // A server on its own shows what it has, committed or not; that is what read-only means.
  if (client.readOnly) return
  const { request } = op
  const ghost = ghostOf(checks, id)
  const view = reply.zxid
  if (view < ghost.lastView) fail('CLI-1', id, `a reply shows ${text(view)} after one that showed ${text(ghost.lastView)}`)
  if (view < ghost.lastEvent) fail('WAT-3', id, `a reply shows ${text(view)} after an event of ${text(ghost.lastEvent)}`)
  // Answers to pings and credentials show nothing, and the client does not count them as seen.
  if (request.op !== opPing && request.op !== opAuth) ghost.lastView = Math.max(ghost.lastView, view)
  if (request.op === opSetWatches) onRearmed(checks, model, ghost, view, id, fail)
  if (!ghost.suspended && ghost.dueFrom <= view) {
    ghost.dueFrom = Infinity
    for (const watch of ghost.watches) {
      if (watch.due === 0 || watch.guarded) continue
      ghost.dueFrom = Math.min(ghost.dueFrom, watch.due)
      if (watch.due > view || (isWrite(request.op) && watch.due === view && reply.error !== ok)) continue
      fail('WAT-2', id, `a reply shows ${text(view)}, but the watch on ${watch.path}, due at ${text(watch.due)}, has not fired`)
    }
  }
  if (isWrite(request.op)) {
    if (request.op !== opCreateSession && view > 0 && view <= op.floor) fail('LIN-1', id, `a write got ${text(view)} although ${text(op.floor)} was acknowledged before it was asked for`)
    if (reply.error === ok && view > checks.ackedMax) checks.ackedMax = view
    if (request.op === opSetData && reply.error === ok) checkAccess(model, id, client, request.path, permWrite, reply, fail)
    if (request.op === opSetData && reply.error === ok && request.version >= 0 && reply.stat !== null && reply.stat.version !== request.version + 1) fail('TREE-2', id, `a write conditional on version ${request.version} made version ${reply.stat.version}`)
    return
  }
  if (request.op === opPing) return
  if (reply.error === ok || reply.error === noNode) checkRead(model, id, client, request.op, request.path, reply, fail)
  if (reply.error === ok && request.op === opAddWatch) addWatch(checks, model, id, request.watchMode === watchRecursive ? kindRecursive : kindPersistent, request.path, view)
  if (request.op === opRemoveWatches && reply.error === ok) for (const watch of [...ghost.watches]) if (watch.path === request.path) drop(checks, ghost, watch)
  if (!request.watch || reply.error === noAuth || reply.error === badVersion) return
  if (request.op === opExists) addWatch(checks, model, id, reply.error === noNode ? kindExists : kindData, request.path, view)
  else if (reply.error !== ok) return
  else if (request.op === opGetData) addWatch(checks, model, id, kindData, request.path, view)
  else if (request.op === opGetChildren) addWatch(checks, model, id, kindChildren, request.path, view)
}

/** The model's own answer to "may this client", asked when the access list is still the one the reply saw. */
function checkAccess(model: Model, id: number, client: ZkClient, path: string, permission: number, reply: Reply, fail: Failing): void {
  const node = model.nodes.get(path)
  if (node === undefined || node.acl === openAcl || reply.stat === null || node.czxid !== reply.stat.czxid || node.aversion !== reply.stat.aversion) return
  if (!allows(node.acl, permission, client.auth.map(identityOf))) fail('TREE-6', id, `${path} answered a client that its access list keeps out`)
}

function checkRead(model: Model, id: number, client: ZkClient, op: number, path: string, reply: Reply, fail: Failing): void {
  if (op !== opGetData && op !== opExists && op !== opGetChildren) return
  if (reply.error === ok) checkAccess(model, id, client, path, permRead, reply, fail)
  const changes = model.changes.get(path)
  if (changes === undefined || reply.zxid < changes.floor) return
  const { dataZxids, versions } = changes
  const at = lastUpTo(dataZxids, reply.zxid)
  if (at < 0 && changes.floor > 0) return
  const exists = path === '/' || (at >= 0 && versions[at] !== -1)
  if (exists !== (reply.error === ok)) {
    fail('CLI-2', id, `${path} read as ${reply.error === ok ? 'present' : 'absent'} at ${text(reply.zxid)}, where it is ${exists ? 'present' : 'absent'}`)
    return
  }
  if (!exists || path === '/') return
  const stat = reply.stat!
  if (stat.mzxid !== dataZxids[at] || stat.version !== versions[at]) fail('CLI-2', id, `${path} read as version ${stat.version} of ${text(stat.mzxid)} at ${text(reply.zxid)}, where it is version ${versions[at]} of ${text(dataZxids[at]!)}`)
  const child = lastUpTo(changes.childZxids, reply.zxid)
  if (child >= 0 && changes.childZxids[child]! > stat.czxid && stat.numChildren !== changes.childCounts[child]) fail('CLI-2', id, `${path} read with ${stat.numChildren} children at ${text(reply.zxid)}, where it has ${changes.childCounts[child]}`)
}

export function onWatchEvent(checks: ClientChecks, model: Model, id: number, event: WatchEvent, fail: Failing): void {
  const ghost = ghostOf(checks, id)
  const { zxid, path } = event
  if (zxid < ghost.lastEvent || (zxid < ghost.lastView && !event.rearmed)) fail('WAT-3', id, `an event of ${text(zxid)} after ${text(Math.max(ghost.lastEvent, ghost.lastView))}`)
  ghost.lastEvent = zxid
  let matched = false
  const { watches } = ghost
  for (let i = 0; i < watches.length; i++) {
    const watch = watches[i]!
    if (watch.kind === kindRecursive) {
      if (event.type === eventChildrenChanged || !isBelow(path, watch.path)) continue
    } else if (watch.path !== path || !hears(watch.kind, event.type)) continue
    if (watch.kind >= kindPersistent) {
      if (watch.guarded) {
        matched = true
        continue
      }
      if (watch.due === 0) continue
      // A due earlier than this event was missed.
      if (!ghost.suspended && watch.due < zxid) fail(watch.kind === kindRecursive ? 'WAT-6' : 'WAT-5', id, `the event of ${text(watch.due)} for the watch on ${watch.path} is missing before that of ${text(zxid)}`)
      matched = true
      // Several paths may change in one transaction; the watch stays due at it until a later view.
      watch.since = zxid
      becomesDue(checks, watch, dueAfter(model, watch, zxid))
      continue
    }
    if (!watch.guarded && (event.rearmed ? watch.due === 0 || watch.due > zxid : watch.due !== zxid)) continue
    matched = true
    drop(checks, ghost, watch)
    i--
    ghost.fired.set(path, zxid)
    // On re-arming the server goes through the data and the child watches one after the other, and tells a deletion once for each.
    if (event.rearmed) break
  }
  if (matched || model.guarded.has(path)) return
  if (ghost.watches.some((watch) => watch.kind >= kindPersistent && watch.since === zxid && (watch.kind === kindRecursive ? isBelow(path, watch.path) : watch.path === path))) return
  const before = ghost.fired.get(path)
  if (before !== undefined && before <= zxid) fail('WAT-1', id, `a second event for the one-shot watch on ${path}, which fired at ${text(before)}`)
  else fail('WAT-4', id, `an event for ${path} at ${text(zxid)} that no watch of this client is due for`)
}

function hears(kind: number, type: number): boolean {
  if (kind === kindPersistent) return true
  if (kind === kindChildren) return type === eventChildrenChanged || type === eventDeleted
  return type !== eventChildrenChanged
}

/** The answer to setWatches: what should have fired by the rules has; the rest stands anew from this view. */
function onRearmed(checks: ClientChecks, model: Model, ghost: GhostClient, view: number, id: number, fail: Failing): void {
  ghost.suspended = false
  for (const watch of ghost.watches) {
    if (watch.due === 0 || watch.due > view) continue
    const excused = watch.guarded || model.guarded.has(watch.path) || watch.kind >= kindPersistent || (watch.kind === kindExists && !existsAt(model, watch.path, view))
    if (!excused) fail('WAT-5', id, `the watch on ${watch.path} was armed again at ${text(view)} although the change of ${text(watch.due)} was never told`)
    watch.since = view
    becomesDue(checks, watch, dueAfter(model, watch, view))
  }
}

function existsAt(model: Model, path: string, zxid: number): boolean {
  const changes = model.changes.get(path)
  if (changes === undefined) return false
  const at = lastUpTo(changes.dataZxids, zxid)
  return at >= 0 && changes.versions[at] !== -1
}

function text(zxid: number): string {
  return `${Math.floor(zxid / 4_294_967_296)}.${zxid % 4_294_967_296}`
}
