import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import { opCloseSession, Request } from '../znodes/types.ts'
import { submitRequest } from './requests.ts'
import { timerContainers, timerSessions, TrackedSession, type Server } from './server.ts'

/**
 * Which sessions live: the leader's business alone (reference 1.7). A deadline is the last touch plus the timeout, rounded up to the next multiple of the tick and
 * always strictly later, so that a bucket of sessions expires as a batch. A new leader gives every session its full timeout again.
 */
export function startTracking(world: World, node: Node, server: Server): void {
  const { tickMicros, containerCheckMicros, bugs } = world.setup.options
  server.sessions.clear()
  server.buckets.clear()
  for (const [session, timeoutMs] of server.tree.sessions) {
    if (bugs.noRearmOnElection) putDeadline(server, session, (Math.floor(world.now / tickMicros) + 1) * tickMicros)
    else touch(world, server, session, timeoutMs)
  }
  server.bucketNext = (Math.floor(world.now / tickMicros) + 1) * tickMicros
  world.setTimer(node, timerSessions, server.bucketNext - world.now)
  world.setTimer(node, timerContainers, containerCheckMicros)
}

export function addSession(world: World, server: Server, session: number, timeoutMs: number, origin: number): void {
  touch(world, server, session, timeoutMs)
  server.sessions.get(session)!.owner = origin
}

function touch(world: World, server: Server, session: number, timeoutMs: number): void {
  const { tickMicros, bugs } = world.setup.options
  checksOf(world)?.onTouch(world, server, session, timeoutMs)
  const periods = Math.floor((world.now + timeoutMs * 1000) / tickMicros)
  putDeadline(server, session, (bugs.expiryEarly ? periods : periods + 1) * tickMicros)
}

function putDeadline(server: Server, session: number, deadline: number): void {
  let tracked = server.sessions.get(session)
  if (tracked === undefined) server.sessions.set(session, (tracked = new TrackedSession()))
  if (tracked.deadline === deadline) return
  tracked.deadline = deadline
  const bucket = server.buckets.get(deadline)
  // An entry left in an earlier bucket is void: the map has the last word.
  if (bucket === undefined) server.buckets.set(deadline, [session])
  else bucket.push(session)
}

/** The leader heard of a session, itself or through a learner's ping. */
export function touchSession(world: World, server: Server, session: number): void {
  const tracked = server.sessions.get(session)
  if (tracked === undefined || tracked.closing) return
  const timeout = server.tree.sessions.get(session)
  if (timeout !== undefined) touch(world, server, session, timeout)
}

/** A client came back to some server: its timeout if the session lives, else 0. From now on that server owns it. */
export function revalidateSession(world: World, server: Server, session: number, origin: number): number {
  const timeout = server.tree.sessions.get(session)
  const tracked = server.sessions.get(session)
  if (timeout === undefined || tracked === undefined || tracked.closing) return 0
  tracked.owner = origin
  touch(world, server, session, timeout)
  return timeout
}

export function forgetSession(server: Server, session: number): void {
  server.sessions.delete(session)
}

export function onSessionTimer(world: World, node: Node, server: Server): void {
  if (!server.established) return
  const { tickMicros } = world.setup.options
  while (server.bucketNext <= world.now) {
    const bucket = server.buckets.get(server.bucketNext)
    if (bucket !== undefined) {
      server.buckets.delete(server.bucketNext)
      for (const session of bucket) {
        const tracked = server.sessions.get(session)
        if (tracked === undefined || tracked.deadline !== server.bucketNext || tracked.closing) continue
        checksOf(world)?.onExpired(world, server, session)
        world.counters.expired++
        world.trace?.note(world, node.id, 'expired', `expires session ${session.toString(16)}`)
        const request = new Request()
        request.op = opCloseSession
        submitRequest(world, node, server, server.id, session, request, [])
        if (!server.established) return
      }
    }
    server.bucketNext += tickMicros
  }
  world.setTimer(node, timerSessions, server.bucketNext - world.now)
}
