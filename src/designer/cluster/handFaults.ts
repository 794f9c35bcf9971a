import { neverChanges } from '../../ensemble/world/copy.ts'
import type { World } from '../../ensemble/world/world.ts'
import { applyFault, fault, leaderOf, type Fault } from '../../ensemble/faults.ts'
import { submitRequest } from '../../ensemble/zab/requests.ts'
import { logOf } from '../../ensemble/zab/server.ts'
import { serverOf } from '../../ensemble/zab/serverNode.ts'
import { opCloseSession, Request } from '../../ensemble/znodes/types.ts'

/**
 * What a hand can do to a run: the faults of the world, and three that only a hand wants. Like all faults they are data; a run records each with the number of
 * events before it, so that going back and forth does them again at the same place.
 */
export type HandAction =
  | { readonly kind: 'kill' | 'restart' | 'pause' | 'resume' | 'isolate' | 'slowDisk' | 'loseTail'; readonly node: number }
  | { readonly kind: 'cut' | 'cutOneWay'; readonly node: number; readonly other: number }
  | { readonly kind: 'heal' }
  | { readonly kind: 'expireSession'; readonly session: number }
export type HandKind = HandAction['kind']

export class HandFault {
  readonly action: HandAction
  /** It strikes between events: at this time, which lies before whatever is due next. */
  readonly at: number
  constructor(action: HandAction, at: number) {
    this.action = action
    this.at = at
  }
}
neverChanges(HandFault)

/** How long a disk stays slow, and how long a server stays apart: until somebody heals. */
const slowMicros = 5_000_000

/** The world's way of taking faults, and a hand's. */
export function applyHandFault(world: World, object: object): void {
  if (!(object instanceof HandFault)) return applyFault(world, object)
  const { action, at } = object
  if (at > world.now) world.now = at
  switch (action.kind) {
    case 'loseTail':
      return loseTail(world, action.node)
    case 'expireSession':
      return expire(world, action.session)
    case 'restart':
      applyFault(world, fault('restart', action.node))
      return
    case 'resume':
      world.trace?.note(world, action.node, 'heal', 'runs again')
      applyFault(world, fault('resume', action.node))
      return
    case 'heal':
      world.trace?.note(world, -1, 'heal', 'every way is open again')
      applyFault(world, fault('heal'))
      return
    case 'cut':
      world.trace?.note(world, action.node, 'fault', `is cut off from ${world.nodes[action.other]!.name}`)
      return applyFault(world, fault('cut', action.node, 0, action.other))
    case 'cutOneWay':
      world.trace?.note(world, action.node, 'fault', `reaches ${world.nodes[action.other]!.name} no more, and still hears it`)
      return applyFault(world, fault('cutOneWay', action.node, 0, action.other))
    case 'slowDisk':
      world.trace?.note(world, action.node, 'fault', `has a slow disk for ${slowMicros / 1e6} s: 400 ms more for each write`)
      return applyFault(world, fault('slowDisk', action.node, slowMicros))
    default:
      return applyFault(world, plain(action.kind, action.node))
  }
}

function plain(kind: 'kill' | 'pause' | 'isolate', node: number): Fault {
  return fault(kind === 'kill' ? 'crash' : kind, node)
}

/** A crash in which nothing survives that was not yet durable: no append, no cell. */
function loseTail(world: World, id: number): void {
  const disk = world.disks[id]!
  const log = disk.logs[0] === undefined ? null : logOf(world, id)
  const lost = log === null ? 0 : log.entries.length - log.durable
  if (log !== null) log.entries.length = log.durable
  disk.pending.length = 0
  world.trace?.note(world, id, 'fault', `crashes and loses what was not synced: ${lost === 1 ? '1 transaction' : `${lost} transactions`}`)
  world.crash(world.nodes[id]!)
  world.counters.faults++
  world.counters.lastFault = world.now
}

/** The way operators do it: somebody who knows the session closes it. The leader proposes a closeSession and every server removes the ephemerals. */
function expire(world: World, session: number): void {
  const id = leaderOf(world)
  const server = id < 0 ? null : serverOf(world, id)
  if (server === null || world.nodes[id]!.paused || !server.tree.sessions.has(session)) return
  world.trace?.note(world, id, 'fault', `closes session ${session.toString(16)} on request`)
  const request = new Request()
  request.op = opCloseSession
  submitRequest(world, world.nodes[id]!, server, id, session, request, [])
  world.counters.faults++
  world.counters.lastFault = world.now
}
