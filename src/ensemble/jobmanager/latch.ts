import { checksOf } from '../checks/checksOf.ts'
import { suffixOf } from '../client/recipes/asking.ts'
import { submit, type PendingOp, type ZkClient } from '../client/zkClient.ts'
import type { Node } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { connectionLoss, modeEphemeralSequential, noNode, ok, opCreate, opDelete, opExists, opGetChildren, Request, type Reply, type WatchEvent } from '../znodes/types.ts'
import { latchFolder } from './layout.ts'

/**
 * The leader latch of a JobManager, after Curator's LeaderLatch (reference 1.12, 2.1): an ephemeral sequence node with a name of its own; the lowest leads, everybody
 * else watches only the one before it and lists again when that goes. Before it claims anything it looks whether the node belongs to its present session:
 * an older session's node may still stand, and goes any moment.
 *
 * The token is the czxid of the node: it grows with every new contender, whatever happens to the folder. That somebody holds the latch says nothing about what he
 * may still do: the fence is in the writes (`fencedMulti`).
 */
export const latchIdle = 0
export const latchCreating = 1
export const latchFinding = 2
export const latchListing = 3
export const latchVerifying = 4
export const latchWaiting = 5
export const latchHolding = 6

export const tagLatchCreate = 1
export const tagLatchFind = 2
export const tagLatchList = 3
export const tagLatchVerify = 4
export const tagLatchWatch = 5
export const tagLatchDelete = 6
export const latchTagMax = 9

export class Latch {
  step = latchIdle
  attempts = 0
  path = ''
  token = 0
  awaited = ''
}

export interface LatchOwner {
  onGranted(world: World, node: Node): void
  onRevoked(world: World, node: Node, why: string): void
}

/** The session stands (again): look where we are in the line, or join it. */
export function latchConnected(world: World, node: Node, zk: ZkClient, latch: Latch): void {
  if (latch.step === latchIdle) join(world, node, zk, latch)
  else if (latch.step === latchCreating || latch.step === latchFinding) {
    latch.step = latchFinding
    ask(world, node, zk, opGetChildren, latchFolder, tagLatchFind, false)
  } else list(world, node, zk, latch)
}

/** The session is over, and with it the node. */
export function latchExpired(world: World, node: Node, latch: Latch, owner: LatchOwner): void {
  const held = latch.step === latchHolding
  latch.step = latchIdle
  latch.path = ''
  latch.token = 0
  if (held) owner.onRevoked(world, node, 'its session has expired')
}

/** The connection is gone and the strict policy stops acting now; the node still stands, and the next connection looks again. */
export function latchSuspended(world: World, node: Node, latch: Latch, owner: LatchOwner): void {
  if (latch.step !== latchHolding) return
  latch.step = latchWaiting
  owner.onRevoked(world, node, 'its connection is suspended')
}

/** A write found the latch node gone. */
export function latchFenced(world: World, node: Node, zk: ZkClient, latch: Latch): void {
  latch.step = latchListing
  list(world, node, zk, latch)
}

export function latchTimer(world: World, node: Node, zk: ZkClient, latch: Latch): void {
  if (latch.step === latchIdle) join(world, node, zk, latch)
}

function join(world: World, node: Node, zk: ZkClient, latch: Latch): void {
  latch.attempts++
  latch.step = latchCreating
  const request = new Request()
  request.op = opCreate
  request.path = `${latchFolder}/_c_${node.id}.${node.incarnation}.${latch.attempts}-latch-`
  request.mode = modeEphemeralSequential
  request.data = node.name
  if (!submit(world, node, zk, request, tagLatchCreate)) latch.step = latchIdle
}

function list(world: World, node: Node, zk: ZkClient, latch: Latch): void {
  if (latch.step !== latchHolding) latch.step = latchListing
  ask(world, node, zk, opGetChildren, latchFolder, tagLatchList, world.setup.options.bugs.latchHerd)
}

function ask(world: World, node: Node, zk: ZkClient, op: number, path: string, tag: number, watch: boolean): boolean {
  const request = new Request()
  request.op = op
  request.path = path
  request.watch = watch
  return submit(world, node, zk, request, tag)
}

export function latchReply(world: World, node: Node, zk: ZkClient, latch: Latch, op: PendingOp, reply: Reply, owner: LatchOwner): void {
  if (reply.error === connectionLoss) return
  switch (op.tag) {
    case tagLatchCreate:
      if (latch.step !== latchCreating) return
      if (reply.error !== ok) {
        latch.step = latchIdle
        return
      }
      latch.path = reply.path
      latch.token = reply.zxid
      list(world, node, zk, latch)
      return
    case tagLatchFind: {
      if (latch.step !== latchFinding) return
      const mine = reply.children?.filter((name) => isOwn(node, name)).toSorted((a, b) => suffixOf(a) - suffixOf(b))[0]
      if (mine === undefined) {
        // The creation never happened.
        latch.step = latchIdle
        join(world, node, zk, latch)
        return
      }
      latch.path = `${latchFolder}/${mine}`
      list(world, node, zk, latch)
      return
    }
    case tagLatchList:
      if (latch.step === latchListing || latch.step === latchHolding) onListed(world, node, zk, latch, reply.children ?? [], owner)
      return
    case tagLatchVerify:
      if (latch.step !== latchVerifying) return
      if (reply.error === ok && reply.stat!.ephemeralOwner === zk.session) {
        latch.token = reply.stat!.czxid
        latch.step = latchHolding
        world.trace?.note(world, node.id, 'leader', `holds the latch ${latch.path.slice(latchFolder.length + 1)}, token ${zxidText(latch.token)}`)
        owner.onGranted(world, node)
      } else {
        latch.step = latchIdle
        join(world, node, zk, latch)
      }
      return
    case tagLatchWatch:
      if (latch.step === latchWaiting && reply.error === noNode) list(world, node, zk, latch)
  }
}

/** Made by this process, in this session or one before. */
function isOwn(node: Node, name: string): boolean {
  return name.startsWith(`_c_${node.id}.${node.incarnation}.`)
}

function onListed(world: World, node: Node, zk: ZkClient, latch: Latch, children: readonly string[], owner: LatchOwner): void {
  const own = latch.path.slice(latchFolder.length + 1)
  if (!children.includes(own)) {
    const held = latch.step === latchHolding
    latch.step = latchIdle
    if (held) owner.onRevoked(world, node, 'its latch node is gone')
    join(world, node, zk, latch)
    return
  }
  // A creation that was taken for lost and was not: its node would stand in everybody's way for as long as this session lives.
  for (const name of children) {
    if (name === own || !isOwn(node, name)) continue
    const request = new Request()
    request.op = opDelete
    request.path = `${latchFolder}/${name}`
    submit(world, node, zk, request, tagLatchDelete)
  }
  // Still the holder: the node stands, and nobody gets before it.
  if (latch.step === latchHolding) return
  const mine = suffixOf(own)
  let awaited = ''
  for (const name of children) if (suffixOf(name) < mine && (awaited === '' || suffixOf(name) > suffixOf(awaited))) awaited = name
  if (awaited === '') {
    latch.step = latchVerifying
    ask(world, node, zk, opExists, latch.path, tagLatchVerify, false)
    return
  }
  latch.step = latchWaiting
  latch.awaited = `${latchFolder}/${awaited}`
  world.trace?.note(world, node.id, 'leader', `stands by behind ${awaited}`)
  if (!world.setup.options.bugs.latchHerd) ask(world, node, zk, opExists, latch.awaited, tagLatchWatch, true)
}

export function latchWatch(world: World, node: Node, zk: ZkClient, latch: Latch, event: WatchEvent): void {
  if (event.path !== latchFolder && !event.path.startsWith(`${latchFolder}/`)) return
  if (!event.rearmed) checksOf(world)?.jobs.onWoken(checksOf(world)!, node.id, event.zxid, event.path)
  if (latch.step === latchWaiting) list(world, node, zk, latch)
}
