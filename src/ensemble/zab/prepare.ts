import type { World } from '../world/world.ts'
import { allows } from '../znodes/access.ts'
import { ChangeRecord } from '../znodes/pendingChanges.ts'
import {
  badArguments,
  badVersion,
  isEphemeral,
  isPath,
  isSequential,
  modeContainer,
  modeTtl,
  modeTtlSequential,
  nameOf,
  noAuth,
  noChildrenForEphemerals,
  nodeExists,
  noNode,
  notEmpty,
  ok,
  opCheck,
  opCloseSession,
  opCreate,
  opCreateSession,
  opDelete,
  opError,
  opMulti,
  opSetAcl,
  opSetData,
  openAcl,
  parentOf,
  permAdmin,
  permCreate,
  permDelete,
  permRead,
  permWrite,
  runtimeInconsistency,
  sessionExpired,
  sessionMoved,
  Txn,
  type Acl,
  type Identity,
  type Request,
} from '../znodes/types.ts'
import type { Server } from './server.ts'
import { addSession } from './sessionTracker.ts'

/**
 * Prep: the leader turns a request into a transaction that every server can apply without asking anything, checked against the pending changes (reference 1.5).
 * A write that fails its checks still takes a zxid and becomes an error transaction, so that it has its place in the order.
 */
export function prepare(world: World, server: Server, origin: number, session: number, request: Request, identities: readonly Identity[], zxid: number): Txn {
  const txn = new Txn()
  txn.zxid = zxid
  txn.serial = world.counters.proposals++
  txn.session = session
  txn.cxid = request.cxid
  txn.origin = origin
  txn.time = Math.floor(world.now / 1000)
  const error = sessionProblem(world, server, origin, session, request) || fill(world, server, txn, session, request, identities, zxid)
  if (error !== ok) {
    txn.type = opError
    txn.error = error
    txn.path = request.path
    txn.parts = null
  }
  return txn
}

function sessionProblem(world: World, server: Server, origin: number, session: number, request: Request): number {
  // Session 0 is the leader itself (containers); creation has no session yet; closing is always allowed once.
  if (session === 0 || request.op === opCreateSession || (request.op === opCloseSession && request.cxid === 0)) return ok
  const { bugs } = world.setup.options
  const tracked = server.sessions.get(session)
  if (!bugs.closingNotChecked && (tracked === undefined || tracked.closing)) return sessionExpired
  if (!bugs.movedNotChecked && tracked !== undefined && tracked.owner >= 0 && tracked.owner !== origin) return sessionMoved
  return ok
}

function fill(world: World, server: Server, txn: Txn, session: number, request: Request, identities: readonly Identity[], zxid: number): number {
  txn.type = request.op
  switch (request.op) {
    case opCreateSession:
      txn.version = request.version
      addSession(world, server, session, request.version, txn.origin)
      return ok
    case opCloseSession: {
      const tracked = server.sessions.get(session)
      if (tracked !== undefined) tracked.closing = true
      txn.paths = ephemeralsToDelete(world, server, session, zxid)
      return ok
    }
    case opMulti:
      return fillMulti(world, server, txn, session, request, identities, zxid)
    default:
      return fillOne(world, server, txn, session, request, identities, zxid)
  }
}

function fillMulti(world: World, server: Server, txn: Txn, session: number, request: Request, identities: readonly Identity[], zxid: number): number {
  const mark = server.changes.queue.length
  const parts: Txn[] = []
  let failed = ok
  for (const each of request.parts!) {
    const part = new Txn()
    part.zxid = zxid
    part.session = session
    part.type = each.op
    const error = failed === ok ? fillOne(world, server, part, session, each, identities, zxid) : runtimeInconsistency
    if (error !== ok) {
      if (failed === ok) failed = error
      part.type = opError
      part.error = error
    }
    parts.push(part)
  }
  txn.parts = parts
  if (failed === ok) return ok
  if (world.setup.options.bugs.multiNotAtomic) return ok
  server.changes.rollback(mark)
  return failed
}

function fillOne(world: World, server: Server, txn: Txn, session: number, request: Request, identities: readonly Identity[], zxid: number): number {
  const { bugs } = world.setup.options
  const { tree, changes } = server
  const { path } = request
  txn.path = path
  // What stands before a suffix may end in a slash.
  const isNumbered = request.op === opCreate && isSequential(request.mode)
  if (!isPath(isNumbered ? `${path}0` : path)) return badArguments
  const may = (acl: readonly Acl[], permission: number): boolean => session === 0 || bugs.aclIgnored || acl === openAcl || allows(acl, permission, identities)
  switch (request.op) {
    case opCreate: {
      if (path === '/' && !isNumbered) return nodeExists
      // A suffix is digits, so the path above is the same with it and without.
      const above = parentOf(path)
      const parent = changes.next(tree, above, zxid, bugs.prepareAgainstCommitted)
      if (parent === null) return noNode
      if (!may(parent.acl, permCreate)) return noAuth
      const full = isNumbered ? path + suffix(bugs.sequenceFromChildCount ? parent.childCount : parent.cversion) : path
      if (changes.exists(tree, full, bugs.prepareAgainstCommitted)) return nodeExists
      if (parent.owner !== 0 && !bugs.ephemeralMayHaveChildren) return noChildrenForEphemerals
      const acl = fixedAcl(request.acl, identities)
      if (acl === null) return -114
      parent.cversion++
      parent.childCount++
      changes.add(parent)
      const made = new ChangeRecord()
      made.zxid = zxid
      made.path = full
      made.acl = acl
      made.owner = isEphemeral(request.mode) ? session : 0
      made.ttl = request.mode === modeTtl || request.mode === modeTtlSequential ? request.ttl : request.mode === modeContainer ? -1 : 0
      changes.add(made)
      txn.path = full
      txn.parent = above
      txn.name = nameOf(full)
      txn.data = request.data
      txn.acl = acl
      txn.mode = request.mode
      txn.ttl = made.ttl
      txn.version = parent.cversion
      return ok
    }
    case opDelete: {
      if (path === '/') return badArguments
      txn.parent = parentOf(path)
      const parent = changes.next(tree, txn.parent, zxid, bugs.prepareAgainstCommitted)
      const record = changes.next(tree, path, zxid, bugs.prepareAgainstCommitted)
      if (parent === null || record === null) return noNode
      if (!may(parent.acl, permDelete)) return noAuth
      if (request.version !== -1 && request.version !== record.version && !bugs.versionIgnored) return badVersion
      if (record.childCount > 0) return notEmpty
      record.exists = false
      parent.childCount--
      changes.add(parent)
      changes.add(record)
      return ok
    }
    case opSetData: {
      const record = changes.next(tree, path, zxid, bugs.prepareAgainstCommitted)
      if (record === null) return noNode
      if (!may(record.acl, permWrite)) return noAuth
      if (request.version !== -1 && request.version !== record.version && !bugs.versionIgnored) return badVersion
      record.version++
      changes.add(record)
      txn.parent = parentOf(path)
      txn.data = request.data
      txn.version = record.version
      return ok
    }
    case opSetAcl: {
      const record = changes.next(tree, path, zxid, bugs.prepareAgainstCommitted)
      if (record === null) return noNode
      if (!may(record.acl, permAdmin)) return noAuth
      if (request.version !== -1 && request.version !== record.aversion) return badVersion
      const acl = fixedAcl(request.acl, identities)
      if (acl === null) return -114
      record.aversion++
      record.acl = acl
      changes.add(record)
      txn.acl = acl
      txn.version = record.aversion
      return ok
    }
    case opCheck: {
      const record = changes.next(tree, path, zxid, bugs.prepareAgainstCommitted)
      if (record === null) return noNode
      if (!may(record.acl, permRead)) return noAuth
      if (request.version !== -1 && request.version !== record.version && !bugs.versionIgnored) return badVersion
      return ok
    }
    default:
      return badArguments
  }
}

/** Suffixes are the parent's creation counter: ten digits, signed 32 bits. */
export function suffix(counter: number): string {
  const signed = counter | 0
  return signed < 0 ? `-${String(-signed).padStart(9, '0')}` : String(signed).padStart(10, '0')
}

/** `auth` means whoever the creator has proved to be; without such a proof the list is invalid. */
function fixedAcl(acl: readonly Acl[] | null, identities: readonly Identity[]): readonly Acl[] | null {
  if (acl === null || acl === openAcl) return openAcl
  if (acl.length === 0) return null
  if (acl.every((entry) => entry.scheme !== 'auth')) return acl
  if (identities.length === 0) return null
  return acl.flatMap((entry) => (entry.scheme === 'auth' ? identities.map(({ scheme, id }) => ({ permissions: entry.permissions, scheme, id })) : [entry]))
}

/** From the tree and the pending changes alike: what was created a moment ago must go too. */
function ephemeralsToDelete(world: World, server: Server, session: number, zxid: number): readonly string[] {
  const paths = new Set(server.tree.ephemerals.get(session))
  if (!world.setup.options.bugs.pendingEphemeralsForgotten) {
    for (const record of server.changes.queue) {
      if (!record.exists) paths.delete(record.path)
      else if (record.owner === session) paths.add(record.path)
    }
  }
  for (const path of paths) {
    const parent = server.changes.next(server.tree, parentOf(path), zxid, false)
    const record = server.changes.next(server.tree, path, zxid, false)
    if (record === null || parent === null) {
      paths.delete(path)
      continue
    }
    record.exists = false
    parent.childCount--
    server.changes.add(parent)
    server.changes.add(record)
  }
  return [...paths]
}
