import type { Chance } from '../world/chance.ts'
import type { Connection } from '../world/connection.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import { purposeClient } from '../zab/messages.ts'
import {
  connectionLoss,
  ConnectReply,
  ConnectRequest,
  eventChildrenChanged,
  eventDeleted,
  noNode,
  ok,
  opAddWatch,
  opAuth,
  opCloseSession,
  opExists,
  opGetChildren,
  opGetData,
  opPing,
  opRemoveWatches,
  opSetWatches,
  Rearm,
  Reply,
  Request,
  WatchEvent,
} from '../znodes/types.ts'
import { watchRecursive } from '../znodes/watches.ts'

/**
 * The client library: one session, whatever server it happens to hang on (reference 1.7, 1.9). It pings after a third of the timeout, gives a connection up after two
 * thirds of silence, goes to the next server with its session and the last zxid it saw, and asks for its watches again. Replies come in the order of the
 * requests; what was under way when a connection broke ends as `connectionLoss`, which says nothing about whether it happened.
 *
 * It is embedded by whatever node needs a session (a client, a broker, a JobManager): the owner routes its connection's events and one timer here and listens.
 */
export const stateConnecting = 0
export const stateConnected = 1
/** Suspended: keep state, stop acting. */
export const stateDisconnected = 2
export const stateExpired = 3
export const stateClosed = 4
export const clientStateNames = ['CONNECTING', 'CONNECTED', 'DISCONNECTED', 'EXPIRED', 'CLOSED'] as const

/** What the owner hears. `reply.error` is `connectionLoss` for what was under way when the connection broke. */
export interface SessionOwner {
  onState(world: World, node: Node, client: ZkClient): void
  onReply(world: World, node: Node, client: ZkClient, op: PendingOp, reply: Reply): void
  onWatch(world: World, node: Node, client: ZkClient, event: WatchEvent): void
}

export class PendingOp {
  request!: Request
  /** The owner's own number for what it is doing. */
  tag = 0
  invoked = 0
  /** For the linearizability witness: the highest zxid acknowledged to anybody when this was called. */
  floor = 0
}

export class ZkClient {
  state = stateConnecting
  session = 0
  password = 0
  requestedMs = 6_000
  timeoutMs = 6_000
  lastZxid = 0
  cxidNext = 1
  server = -1
  connection: Connection | null = null
  isOpen = false
  readOnlyAllowed = false
  readOnly = false
  attemptSince = 0
  lastHeard = 0
  lastSent = 0
  timer = 0
  pending: PendingOp[] = []
  auth: string[] = []
  data = new Set<string>()
  exists = new Set<string>()
  children = new Set<string>()
  persistent = new Set<string>()
  recursive = new Set<string>()
  chance!: Chance
}

export function connectClient(world: World, node: Node, client: ZkClient): void {
  if (client.state === stateClosed || client.state === stateExpired) return
  const { servers, observers } = world.setup.options
  const count = servers + observers
  client.server = client.server < 0 ? client.chance.below(count) : (client.server + 1) % count
  client.attemptSince = world.now
  client.isOpen = false
  client.connection = world.connect(node.id, client.server, purposeClient)
  armTimer(world, node, client)
}

/** Starts over with a new session, after the old one expired. */
export function newSession(world: World, node: Node, client: ZkClient): void {
  if (client.connection !== null) world.close(node, client.connection)
  client.connection = null
  client.pending = []
  client.state = stateConnecting
  client.session = 0
  client.password = 0
  client.lastZxid = 0
  client.timeoutMs = client.requestedMs
  forgetWatches(client)
  checksOf(world)?.onSessionEnd(node.id)
  connectClient(world, node, client)
}

function forgetWatches(client: ZkClient): void {
  client.data.clear()
  client.exists.clear()
  client.children.clear()
  client.persistent.clear()
  client.recursive.clear()
}

function armTimer(world: World, node: Node, client: ZkClient): void {
  const third = Math.floor((client.timeoutMs * 1000) / 3)
  const due = client.state === stateConnected ? Math.min(client.lastHeard + 2 * third, client.lastSent + third) : client.attemptSince + third
  world.setTimer(node, client.timer, Math.max(due - world.now, 0) + 1)
}

export function onSessionTimer(world: World, node: Node, client: ZkClient, owner: SessionOwner): void {
  const third = Math.floor((client.timeoutMs * 1000) / 3)
  if (client.state === stateConnected) {
    if (world.now - client.lastHeard > 2 * third) return giveUp(world, node, client, owner)
    if (world.now - client.lastSent > third) submit(world, node, client, pingRequest(), 0)
  } else if (client.connection !== null && world.now - client.attemptSince > third) return giveUp(world, node, client, owner)
  else if (client.connection === null) {
    connectClient(world, node, client)
    return
  }
  if (client.state !== stateClosed && client.state !== stateExpired) armTimer(world, node, client)
}

function pingRequest(): Request {
  const request = new Request()
  request.op = opPing
  return request
}

function giveUp(world: World, node: Node, client: ZkClient, owner: SessionOwner): void {
  const { connection } = client
  client.connection = null
  if (connection !== null) world.close(node, connection)
  lost(world, node, client, owner)
}

export function onSessionConnected(world: World, node: Node, client: ZkClient): void {
  const request = new ConnectRequest()
  request.session = client.session
  request.password = client.password
  request.timeoutMs = client.requestedMs
  request.lastZxid = client.lastZxid
  request.readOnly = client.readOnlyAllowed
  client.lastHeard = world.now
  client.lastSent = world.now
  world.send(node, client.connection!, request)
}

export function onSessionDisconnected(world: World, node: Node, client: ZkClient, owner: SessionOwner): void {
  client.connection = null
  lost(world, node, client, owner)
}

function lost(world: World, node: Node, client: ZkClient, owner: SessionOwner): void {
  const wasOpen = client.state === stateConnected
  client.isOpen = false
  if (client.state === stateExpired || client.state === stateClosed) return
  client.state = client.session === 0 ? stateConnecting : stateDisconnected
  checksOf(world)?.onClientLost(node.id)
  const { pending } = client
  client.pending = []
  if (wasOpen) owner.onState(world, node, client)
  for (const op of pending) {
    if (op.request.op === opPing || op.request.op === opSetWatches) continue
    const reply = new Reply()
    reply.cxid = op.request.cxid
    reply.op = op.request.op
    reply.path = op.request.path
    reply.error = connectionLoss
    owner.onReply(world, node, client, op, reply)
  }
  // A moment later with the next server.
  client.attemptSince = world.now
  world.setTimer(node, client.timer, 1_000 + client.chance.below(100_000))
}

/** Sends a request; false when there is no connection to send it on. `request.cxid` is set here. */
export function submit(world: World, node: Node, client: ZkClient, request: Request, tag: number): boolean {
  if (client.state !== stateConnected) return false
  request.cxid = client.cxidNext++
  const op = new PendingOp()
  op.request = request
  op.tag = tag
  op.invoked = world.now
  client.pending.push(op)
  checksOf(world)?.onInvoked(op)
  client.lastSent = world.now
  world.send(node, client.connection!, request)
  return true
}

export function closeSession(world: World, node: Node, client: ZkClient): void {
  const request = new Request()
  request.op = opCloseSession
  submit(world, node, client, request, -1)
}

export function onSessionMessage(world: World, node: Node, client: ZkClient, message: object, owner: SessionOwner): void {
  client.lastHeard = world.now
  if (message instanceof Reply) {
    const op = client.pending.shift()
    checksOf(world)?.onReply(world, node.id, client, op ?? null, message)
    if (op === undefined) return
    // Answers to pings and credentials do not count as seen: they can come before the watches are armed again, and what happened in between would never be told.
    if (message.zxid > client.lastZxid && op.request.op !== opPing && op.request.op !== opAuth) client.lastZxid = message.zxid
    registerWatch(client, op.request, message)
    if (op.request.op === opPing || op.request.op === opSetWatches || op.request.op === opAuth) return
    world.counters.completed++
    if (op.request.op === opCloseSession && message.error === ok) client.state = stateClosed
    owner.onReply(world, node, client, op, message)
  } else if (message instanceof WatchEvent) {
    checksOf(world)?.onWatchEvent(world, node.id, message)
    unregisterWatch(client, message)
    owner.onWatch(world, node, client, message)
  } else onConnectReply(world, node, client, message as ConnectReply, owner)
}

function onConnectReply(world: World, node: Node, client: ZkClient, reply: ConnectReply, owner: SessionOwner): void {
  if (reply.session === 0) {
    world.trace?.note(world, node.id, 'session', `learns that its session ${client.session.toString(16)} has expired`)
    client.state = stateExpired
    const { connection } = client
    client.connection = null
    if (connection !== null) world.close(node, connection)
    owner.onState(world, node, client)
    return
  }
  const isBack = client.session === reply.session
  client.session = reply.session
  client.password = reply.password
  client.timeoutMs = reply.timeoutMs
  client.readOnly = reply.readOnly
  client.state = stateConnected
  client.isOpen = true
  world.trace?.note(world, node.id, 'session', `${isBack ? 'is back with' : 'has'} session ${client.session.toString(16)} at server ${client.server}`)
  for (const entry of client.auth) {
    const request = new Request()
    request.op = opAuth
    request.path = 'digest'
    request.data = entry
    submit(world, node, client, request, 0)
  }
  if (isBack && client.data.size + client.exists.size + client.children.size + client.persistent.size + client.recursive.size > 0) {
    const rearm = new Rearm()
    rearm.lastZxid = client.lastZxid
    rearm.data = [...client.data]
    rearm.exists = [...client.exists]
    rearm.children = [...client.children]
    rearm.persistent = [...client.persistent]
    rearm.recursive = [...client.recursive]
    const request = new Request()
    request.op = opSetWatches
    request.rearm = rearm
    submit(world, node, client, request, 0)
  }
  armTimer(world, node, client)
  owner.onState(world, node, client)
}

function registerWatch(client: ZkClient, request: Request, reply: Reply): void {
  if (request.op === opAddWatch && reply.error === ok) (request.watchMode === watchRecursive ? client.recursive : client.persistent).add(request.path)
  else if (request.op === opRemoveWatches && reply.error === ok) {
    for (const set of [client.data, client.exists, client.children, client.persistent, client.recursive]) set.delete(request.path)
  } else if (!request.watch) return
  else if (request.op === opExists && reply.error === noNode) client.exists.add(request.path)
  else if (reply.error !== ok) return
  else if (request.op === opGetChildren) client.children.add(request.path)
  else if (request.op === opGetData || request.op === opExists) client.data.add(request.path)
}

function unregisterWatch(client: ZkClient, event: WatchEvent): void {
  if (event.type === eventChildrenChanged) {
    client.children.delete(event.path)
    return
  }
  client.data.delete(event.path)
  client.exists.delete(event.path)
  if (event.type === eventDeleted) client.children.delete(event.path)
}
