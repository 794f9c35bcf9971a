import type { Connection } from './connection.ts'
import type { World } from './world.ts'

/** Named timers a node can have at most; a kind numbers its own from 0. */
export const timersMax = 16

/**
 * A machine of the world: what survives a crash besides its disk is its number, its name and its kind. `state` is volatile: a crash drops it and the next boot
 * makes a new one from the disk.
 */
export class Node {
  id = 0
  name = ''
  /** Index into `World.setup.kinds`. */
  kind = 0
  up = false
  paused = false
  /** Counts boots; whatever was scheduled for an earlier one is stale. */
  incarnation = 0
  timers = new Int32Array(timersMax)
  /** Events that arrived while paused, delivered on resume in their old order. */
  held: HeldEvent[] = []
  state: object | null = null
}

export class HeldEvent {
  seq = 0
  kind = 0
  a = 0
  b = 0
  payload: object | null = null
}

/**
 * A kind of node: how machines of this sort boot and react. This is where the world is extended: a server of the ensemble, its client, a broker or a
 * JobManager is one such object in the setup's list. Handlers change only the node's own state and act on the rest through the doors of `World`
 * (send, set a timer, write to disk); they read neither clock nor chance other than the world's.
 */
export interface NodeKind {
  readonly name: string
  /** The node starts, on whatever its disk holds. Must set `node.state`. */
  boot(world: World, node: Node): void
  /** The machine is about to stop dead: what its disk keeps beyond what was flushed. */
  beforeCrash?(world: World, node: Node): void
  onTimer(world: World, node: Node, timer: number): void
  /** A disk operation has completed; `ticket` is what the caller named it. */
  onDisk(world: World, node: Node, ticket: number, length: number): void
  /** A message arrived: over a connection, or as a datagram (`connection` null). */
  onMessage(world: World, node: Node, connection: Connection | null, from: number, message: object): void
  /** Somebody connects; false refuses. */
  onConnect(world: World, node: Node, connection: Connection): boolean
  /** The connection this node asked for stands. */
  onConnected(world: World, node: Node, connection: Connection): void
  /** The other side closed or refused, or the connection broke and this side has noticed. */
  onDisconnected(world: World, node: Node, connection: Connection): void
}
