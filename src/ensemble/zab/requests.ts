import { hash32 } from '../../deterministic/prng.ts'
import type { Connection } from '../world/connection.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import { allows } from '../znodes/access.ts'
import { digestIdentity } from '../znodes/digestAuth.ts'
import { sortedChildren, statOf, type Tree } from '../znodes/tree.ts'
import {
  authFailed,
  ConnectReply,
  ConnectRequest,
  eventChildrenChanged,
  eventCreated,
  eventDataChanged,
  eventDeleted,
  isWrite,
  noAuth,
  noNode,
  notReadOnly,
  noWatcher,
  ok,
  opAddWatch,
  opAuth,
  opCloseSession,
  opCreate,
  opCreateSession,
  opDelete,
  opError,
  opExists,
  opGetAcl,
  opGetChildren,
  opGetData,
  opMulti,
  opMultiRead,
  opPing,
  opRemoveWatches,
  opSetAcl,
  opSetData,
  opSetWatches,
  opSync,
  openAcl,
  parentOf,
  permRead,
  Reply,
  Request,
  WatchEvent,
  type Identity,
  type Txn,
} from '../znodes/types.ts'
import { fireChildren, fireData, watchPersistent, watchRecursive, watchStandard, type Fired } from '../znodes/watches.ts'
import { applyToMemory } from './database.ts'
import { nextZxid, onSyncRequest, proposeTxn } from './leader.ts'
import { packet, request as requestPacket, revalidate, sync } from './messages.ts'
import { prepare } from './prepare.ts'
import { ClientConnection, leading, phaseBroadcast, phaseElection, timerContainers, type Server } from './server.ts'
import { forgetSession, revalidateSession, touchSession } from './sessionTracker.ts'

/**
 * How a server serves clients (reference 1.5): requests of one session are answered in order, a read behind an uncommitted write of its session waits, writes and
 * syncs go to the leader, everything commits in zxid order, and no read runs beside a write, so a watch cannot miss what it was set to see.
 */
export function startServing(world: World, node: Node, server: Server): void {
  server.touched.clear()
  // Those served read-only while this server was on its own must come again.
  dropClients(world, node, server)
}

export function dropClients(world: World, node: Node, server: Server): void {
  for (const client of server.clients.values()) {
    world.close(node, client.connection)
    server.clientsBySlot[client.connection.slot] = null
  }
  server.clients.clear()
  server.bySession.clear()
  server.watches.data.clear()
  server.watches.child.clear()
  server.watches.recursive = 0
}

export function onClientConnects(world: World, server: Server, connection: Connection): boolean {
  if (server.phase !== phaseBroadcast && !isReadOnlyNow(world, server)) return false
  const client = new ClientConnection()
  client.id = server.clientNext++
  client.connection = connection
  client.lastHeard = world.now
  server.clients.set(client.id, client)
  server.clientsBySlot[connection.slot] = client
  world.accept(connection)
  return true
}

/** On its own for longer than two seconds and a tick: reads may be served to those who asked for it. */
function isReadOnlyNow(world: World, server: Server): boolean {
  const { readOnlyMode, tickMicros } = world.setup.options
  return readOnlyMode && server.phase === phaseElection && world.now - server.lookingSince > Math.max(2_000_000, tickMicros)
}

function dropClient(world: World, node: Node, server: Server, client: ClientConnection): void {
  world.close(node, client.connection)
  onClientGone(server, client)
}

export function onClientGone(server: Server, client: ClientConnection): void {
  if (!server.clients.delete(client.id)) return
  server.clientsBySlot[client.connection.slot] = null
  if (server.bySession.get(client.session) === client) server.bySession.delete(client.session)
  if (!server.watches.isEmpty) server.watches.removeClient(client.id)
}

/** ZooKeeper derives the password of a session from its id and a secret of the ensemble. */
export function passwordOf(session: number): number {
  return hash32(session | 0, Math.floor(session / 4_294_967_296) + 0x5eed) >>> 0
}

export function onClientMessage(world: World, node: Node, server: Server, client: ClientConnection, message: object): void {
  client.lastHeard = world.now
  if (message instanceof ConnectRequest) {
    onConnectRequest(world, node, server, client, message)
    return
  }
  const request = message as Request
  if (client.session === 0) return
  if (!client.readOnly) touchFrom(world, server, client)
  if (client.readOnly && (isWrite(request.op) || request.op === opSync)) {
    const reply = new Reply()
    reply.cxid = request.cxid
    reply.op = request.op
    reply.zxid = server.tree.lastTxn
    reply.error = notReadOnly
    world.send(node, client.connection, reply)
    return
  }
  if (isWrite(request.op) || request.op === opSync) {
    client.queue.push(request)
    forward(world, node, server, client, request)
  } else if (client.queue.length === 0 || world.setup.options.bugs.readsOvertakeWrites) answerRead(world, node, server, client, request)
  else client.queue.push(request)
}

function touchFrom(world: World, server: Server, client: ClientConnection): void {
  if (server.state === leading) touchSession(world, server, client.session)
  else server.touched.set(client.session, client.timeoutMs)
}

function forward(world: World, node: Node, server: Server, client: ClientConnection, request: Request): void {
  if (server.state === leading) {
    if (request.op === opSync) onSyncRequest(world, node, server, server.id, client.session)
    else submitRequest(world, node, server, server.id, client.session, request, client.identities)
    return
  }
  if (server.toLeader === null) return
  const made = packet(request.op === opSync ? sync : requestPacket, 0, client.session)
  made.request = request
  made.list = client.identities
  world.send(node, server.toLeader, made)
}

/** The leader takes a request, its own clients' or a learner's: prepares it and proposes the transaction. */
export function submitRequest(world: World, node: Node, server: Server, origin: number, session: number, request: Request, identities: readonly Identity[]): void {
  if (!server.established || server.outstanding.length >= world.setup.options.outstandingMax) return
  const zxid = nextZxid(world, node, server)
  if (zxid === null) return
  proposeTxn(world, node, server, prepare(world, server, origin, session, request, identities, zxid))
}

// ---- sessions -----------------------------------------------------------------------------------------------------------------------------------------------

function onConnectRequest(world: World, node: Node, server: Server, client: ClientConnection, request: ConnectRequest): void {
  const { options } = world.setup
  if (client.session !== 0) return
  if (request.lastZxid > server.tree.lastTxn && !options.bugs.olderServerAccepted) {
    // Single system image: this client has seen more than this server has.
    world.counters.rules[40]!++
    dropClient(world, node, server, client)
    return
  }
  const tickMs = options.tickMicros / 1000
  client.timeoutMs = Math.min(Math.max(request.timeoutMs, options.sessionMinTicks * tickMs), options.sessionMaxTicks * tickMs)
  if (server.phase !== phaseBroadcast) {
    if (!request.readOnly) {
      dropClient(world, node, server, client)
      return
    }
    client.readOnly = true
    client.session = newSessionId(world, server)
    admit(world, node, server, client, client.timeoutMs)
    return
  }
  if (request.session === 0) {
    client.session = newSessionId(world, server)
    client.waiting = true
    const creation = new Request()
    creation.op = opCreateSession
    creation.version = client.timeoutMs
    server.bySession.set(client.session, client)
    client.queue.push(creation)
    forward(world, node, server, client, creation)
    return
  }
  if (request.password !== passwordOf(request.session)) {
    refuse(world, node, client)
    return
  }
  client.session = request.session
  client.waiting = true
  if (server.state === leading) admitOrRefuse(world, node, server, client, revalidateSession(world, server, request.session, server.id))
  else if (server.toLeader !== null) world.send(node, server.toLeader, packet(revalidate, 0, request.session))
}

/** Server id, start time and a counter, as ZooKeeper builds them, in the 53 bits there are here. */
function newSessionId(world: World, server: Server): number {
  if (server.sessionNext === 0) server.sessionNext = (server.id + 1) * 2 ** 45 + (Math.floor(world.now / 1000) % 2 ** 29) * 2 ** 16
  return ++server.sessionNext
}

/** The leader's answer about sessions waiting here. */
export function onRevalidated(world: World, node: Node, server: Server, session: number, timeoutMs: number): void {
  for (const client of server.clients.values()) if (client.waiting && client.session === session && client.queue.length === 0) admitOrRefuse(world, node, server, client, timeoutMs)
}

function admitOrRefuse(world: World, node: Node, server: Server, client: ClientConnection, timeoutMs: number): void {
  if (timeoutMs === 0) refuse(world, node, client)
  else admit(world, node, server, client, timeoutMs)
}

function admit(world: World, node: Node, server: Server, client: ClientConnection, timeoutMs: number): void {
  client.waiting = false
  client.timeoutMs = timeoutMs
  const other = server.bySession.get(client.session)
  if (other !== undefined && other !== client) dropClient(world, node, server, other)
  server.bySession.set(client.session, client)
  const reply = new ConnectReply()
  reply.session = client.session
  reply.password = passwordOf(client.session)
  reply.timeoutMs = timeoutMs
  reply.readOnly = client.readOnly
  world.send(node, client.connection, reply)
}

/** The session is gone: the client learns it now, and only now. */
function refuse(world: World, node: Node, client: ClientConnection): void {
  world.send(node, client.connection, new ConnectReply())
}

// ---- commits ------------------------------------------------------------------------------------------------------------------------------------------------

/** A committed transaction reaches this server's tree, its watches and the client that asked for it, in this order. */
export function applyCommitted(world: World, node: Node, server: Server, txn: Txn): void {
  if (!node.up) return
  applyToMemory(world, server, txn)
  if (server.state === leading) {
    server.changes.release(txn.zxid)
    if (txn.type === opCloseSession) forgetSession(server, txn.session)
  }
  checksOf(world)?.onApplied(world, server, txn)
  const { replyBeforeEvent } = world.setup.options.bugs
  if (!replyBeforeEvent && !server.watches.isEmpty) fireWatches(world, node, server, txn)
  if (txn.origin === server.id || txn.type === opCloseSession) answerWrite(world, node, server, txn)
  if (replyBeforeEvent && !server.watches.isEmpty) fireWatches(world, node, server, txn)
}

function answerWrite(world: World, node: Node, server: Server, txn: Txn): void {
  const client = server.bySession.get(txn.session)
  if (client === undefined) return
  const head = client.queue[0]
  const isMine = head !== undefined && head.cxid === txn.cxid && (head.op === txn.type || txn.type === opError)
  if (isMine) {
    client.queue.shift()
    if (txn.type === opCreateSession) admit(world, node, server, client, txn.version)
    else {
      const reply = writeReply(server.tree, txn, head)
      world.send(node, client.connection, reply)
      if (world.setup.options.bugs.replyTwice && txn.serial % 64 === 0) world.send(node, client.connection, reply)
    }
  }
  if (txn.type === opCloseSession) dropClient(world, node, server, client)
  else if (isMine) drain(world, node, server, client)
}

function drain(world: World, node: Node, server: Server, client: ClientConnection): void {
  while (client.queue.length > 0) {
    const next = client.queue[0]!
    if (isWrite(next.op) || next.op === opSync) return
    client.queue.shift()
    answerRead(world, node, server, client, next)
  }
}

export function onSyncAnswered(world: World, node: Node, server: Server, session: number): void {
  const client = server.bySession.get(session)
  if (client === undefined || client.queue[0]?.op !== opSync) return
  const request = client.queue.shift()!
  const reply = new Reply()
  reply.cxid = request.cxid
  reply.op = opSync
  reply.path = request.path
  reply.zxid = server.tree.lastTxn
  world.send(node, client.connection, reply)
  drain(world, node, server, client)
}

function writeReply(tree: Tree, txn: Txn, request: Request): Reply {
  const reply = new Reply()
  reply.cxid = txn.cxid
  reply.zxid = txn.zxid
  reply.op = request.op
  reply.path = txn.path
  reply.error = txn.error
  if (txn.error === ok && txn.type === opMulti) reply.parts = txn.parts!.map((part, i) => partReply(tree, part, request.parts![i]!))
  else if (txn.error === ok && (txn.type === opSetData || txn.type === opSetAcl || txn.type === opCreate)) {
    const node = tree.nodes.get(txn.path)
    if (node !== undefined) reply.stat = statOf(node)
  }
  return reply
}

function partReply(tree: Tree, part: Txn, request: Request): Reply {
  const reply = new Reply()
  reply.op = request.op
  reply.path = part.path
  reply.error = part.error
  const node = part.error === ok && part.type !== opDelete ? tree.nodes.get(part.path) : undefined
  if (node !== undefined) reply.stat = statOf(node)
  return reply
}

// ---- reads --------------------------------------------------------------------------------------------------------------------------------------------------

function answerRead(world: World, node: Node, server: Server, client: ClientConnection, request: Request): void {
  const { tree, watches } = server
  const reply = new Reply()
  reply.cxid = request.cxid
  reply.op = request.op
  reply.path = request.path
  reply.zxid = tree.lastTxn
  switch (request.op) {
    case opPing:
      break
    case opExists:
    case opGetData:
    case opGetAcl:
    case opGetChildren:
      fillRead(world, server, client, request, reply)
      break
    case opSetWatches:
      rearm(world, node, server, client, request)
      break
    case opAddWatch:
      watches.add(watches.data, request.path, client.id, request.watchMode)
      if (request.watchMode === watchPersistent) watches.add(watches.child, request.path, client.id, watchPersistent)
      break
    case opRemoveWatches: {
      const inData = watches.remove(watches.data, request.path, client.id, 7)
      const inChild = watches.remove(watches.child, request.path, client.id, 7)
      if (!inData && !inChild) reply.error = noWatcher
      break
    }
    case opAuth: {
      const [user, password] = request.data.split(':')
      if (request.path !== 'digest' || user === undefined || password === undefined) reply.error = authFailed
      else client.identities = [...client.identities, { scheme: 'digest', id: digestIdentity(user, password) }]
      break
    }
    case opMultiRead:
      reply.parts = request.parts!.map((part) => {
        const each = new Reply()
        each.op = part.op
        each.path = part.path
        fillRead(world, server, client, part, each)
        return each
      })
      break
  }
  world.send(node, client.connection, reply)
}

function fillRead(world: World, server: Server, client: ClientConnection, request: Request, reply: Reply): void {
  const { tree, watches } = server
  const node = tree.nodes.get(request.path)
  if (node === undefined) {
    reply.error = noNode
    if (request.watch && request.op === opExists) watches.add(watches.data, request.path, client.id, watchStandard)
    return
  }
  if (node.acl !== openAcl && request.op !== opGetAcl && !world.setup.options.bugs.aclIgnored && !allows(node.acl, permRead, client.identities)) {
    reply.error = noAuth
    return
  }
  reply.stat = statOf(node)
  if (request.op === opGetData) reply.data = node.data
  else if (request.op === opGetAcl) reply.acl = node.acl
  else if (request.op === opGetChildren) reply.children = sortedChildren(node)
  if (request.watch) watches.add(request.op === opGetChildren ? watches.child : watches.data, request.path, client.id, watchStandard)
}

// ---- watches ------------------------------------------------------------------------------------------------------------------------------------------------

/** Sends events while a transaction's watches fire; one per call, with the fields of that call. */
class Sender implements Fired {
  world!: World
  node!: Node
  server!: Server
  zxid = 0
  rearmed = false

  tell(client: number, type: number, path: string): void {
    const to = this.server.clients.get(client)
    if (to === undefined) return
    const znode = this.server.tree.nodes.get(path)
    if (znode !== undefined && znode.acl !== openAcl && !allows(znode.acl, permRead, to.identities)) return
    const event = new WatchEvent()
    event.type = type
    event.path = path
    event.zxid = this.zxid
    event.rearmed = this.rearmed
    this.world.send(this.node, to.connection, event)
  }
}

function fireWatches(world: World, node: Node, server: Server, txn: Txn): void {
  const sender = new Sender()
  sender.world = world
  sender.node = node
  sender.server = server
  sender.zxid = txn.zxid
  firePart(world, server, txn, sender)
}

function firePart(world: World, server: Server, txn: Txn, sender: Sender): void {
  const { bugs } = world.setup.options
  const { watches } = server
  switch (txn.type) {
    case opCreate:
      fireData(watches, eventCreated, txn.path, txn.parent, bugs.watchNotRemoved, bugs.recursiveOneLevel, sender)
      fireChildren(watches, txn.parent, bugs.watchNotRemoved, sender)
      return
    case opDelete:
      fireDeletion(world, server, txn.path, txn.parent, sender)
      return
    case opSetData:
      fireData(watches, eventDataChanged, txn.path, txn.parent, bugs.watchNotRemoved, bugs.recursiveOneLevel, sender)
      return
    case opMulti:
      for (const part of txn.parts!) firePart(world, server, part, sender)
      return
    case opCloseSession:
      for (const path of txn.paths!) fireDeletion(world, server, path, parentOf(path), sender)
  }
}

function fireDeletion(world: World, server: Server, path: string, parent: string, sender: Sender): void {
  const { bugs } = world.setup.options
  if (!bugs.deleteNotReported) fireData(server.watches, eventDeleted, path, parent, bugs.watchNotRemoved, bugs.recursiveOneLevel, sender)
  fireChildren(server.watches, parent, bugs.watchNotRemoved, sender)
}

/** A client is back and names its watches and the last zxid it saw: what happened meanwhile fires now, the rest is armed again (reference 1.9). */
function rearm(world: World, node: Node, server: Server, client: ClientConnection, request: Request): void {
  const { tree, watches } = server
  const { lastZxid, data, exists, children, persistent, recursive } = request.rearm!
  const unchecked = world.setup.options.bugs.rearmWithoutCheck
  const sender = new Sender()
  sender.world = world
  sender.node = node
  sender.server = server
  sender.zxid = tree.lastTxn
  sender.rearmed = true
  for (const path of data) {
    const znode = tree.nodes.get(path)
    if (znode === undefined && !unchecked) sender.tell(client.id, eventDeleted, path)
    else if (znode !== undefined && znode.mzxid > lastZxid && !unchecked) sender.tell(client.id, eventDataChanged, path)
    else watches.add(watches.data, path, client.id, watchStandard)
  }
  for (const path of exists) {
    if (tree.nodes.has(path) && !unchecked) sender.tell(client.id, eventCreated, path)
    else watches.add(watches.data, path, client.id, watchStandard)
  }
  for (const path of children) {
    const znode = tree.nodes.get(path)
    if (znode === undefined && !unchecked) sender.tell(client.id, eventDeleted, path)
    else if (znode !== undefined && znode.pzxid > lastZxid && !unchecked) sender.tell(client.id, eventChildrenChanged, path)
    else watches.add(watches.child, path, client.id, watchStandard)
  }
  for (const path of persistent) {
    watches.add(watches.data, path, client.id, watchPersistent)
    watches.add(watches.child, path, client.id, watchPersistent)
  }
  for (const path of recursive) watches.add(watches.data, path, client.id, watchRecursive)
}

// ---- containers ---------------------------------------------------------------------------------------------------------------------------------------------

/** Containers that had a child and have none, and TTL nodes nobody changed for their time, are deleted by the leader (reference 1.8). */
export function onContainerTimer(world: World, node: Node, server: Server): void {
  if (!server.established) return
  const nowMs = Math.floor(world.now / 1000)
  for (const path of [...server.tree.containers]) {
    const znode = server.tree.nodes.get(path)
    if (znode === undefined || znode.children.length > 0) continue
    const isContainer = znode.ttl === -1
    const isOver = isContainer ? znode.cversion > 0 || nowMs - znode.mtime > 300_000 : nowMs - znode.mtime > znode.ttl
    if (!isOver) continue
    const request = new Request()
    request.op = opDelete
    request.path = path
    submitRequest(world, node, server, server.id, 0, request, [])
    if (!server.established) return
  }
  world.setTimer(node, timerContainers, world.setup.options.containerCheckMicros)
}

