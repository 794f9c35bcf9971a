import { chanceOf, type Chance } from '../world/chance.ts'
import { Disk } from '../world/disk.ts'
import type { Node, NodeKind } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import type { Reply, WatchEvent } from '../znodes/types.ts'
import { connectClient, newSession, onSessionConnected, onSessionDisconnected, onSessionMessage, onSessionTimer, stateExpired, ZkClient, type PendingOp, type SessionOwner } from './zkClient.ts'

/**
 * A client machine: one session and a program that uses it. Programs are state machines over replies, events and timers; what they remember is plain data in
 * `memory`, made by their `boot`. A client keeps nothing over a crash: it comes back as somebody new.
 */
export interface Program {
  readonly name: string
  /** Makes the program's memory. */
  boot(world: World, node: Node, state: ClientState): object
  onState(world: World, node: Node, state: ClientState): void
  onReply(world: World, node: Node, state: ClientState, op: PendingOp, reply: Reply): void
  onWatch(world: World, node: Node, state: ClientState, event: WatchEvent): void
  onTimer(world: World, node: Node, state: ClientState, timer: number): void
}

export class ClientState {
  zk = new ZkClient()
  chance!: Chance
  memory: object = {}
  /** Counts sessions of this boot. */
  sessions = 1
}

const timerSession = 0
/** Timers from here on belong to the program. */
export const timerProgram = 1

/** A client kind that runs these programs; `programOf` says which one a machine runs. */
export function makeClientKind(programOf: (world: World, node: Node) => Program, timeoutMs: number): NodeKind {
  const owner: SessionOwner = {
    onState(world, node, zk) {
      const state = node.state as ClientState
      programOf(world, node).onState(world, node, state)
      if (zk.state !== stateExpired) return
      state.sessions++
      newSession(world, node, zk)
    },
    onReply(world, node, _zk, op, reply) {
      programOf(world, node).onReply(world, node, node.state as ClientState, op, reply)
    },
    onWatch(world, node, _zk, event) {
      programOf(world, node).onWatch(world, node, node.state as ClientState, event)
    },
  }
  return {
    name: 'client',

    boot(world, node) {
      const state = new ClientState()
      // Each boot draws from a stream of its own, so that what happened before it does not shift it.
      state.chance = chanceOf(world.setup.seed, `client ${node.id} boot ${node.incarnation}`)
      state.zk.chance = chanceOf(world.setup.seed, `session ${node.id} boot ${node.incarnation}`)
      state.zk.requestedMs = timeoutMs
      state.zk.timeoutMs = timeoutMs
      state.zk.timer = timerSession
      state.zk.readOnlyAllowed = world.setup.options.readOnlyMode
      node.state = state
      checksOf(world)?.onSessionEnd(node.id)
      state.memory = programOf(world, node).boot(world, node, state)
      connectClient(world, node, state.zk)
    },

    onTimer(world, node, timer) {
      const state = node.state as ClientState
      if (timer === timerSession) onSessionTimer(world, node, state.zk, owner)
      else programOf(world, node).onTimer(world, node, state, timer)
    },

    onDisk() {},

    onMessage(world, node, connection, _from, message) {
      const { zk } = node.state as ClientState
      if (connection === zk.connection) onSessionMessage(world, node, zk, message, owner)
    },

    onConnect: () => false,

    onConnected(world, node, connection) {
      const { zk } = node.state as ClientState
      if (connection === zk.connection) onSessionConnected(world, node, zk)
    },

    onDisconnected(world, node, connection) {
      const { zk } = node.state as ClientState
      if (connection === zk.connection) onSessionDisconnected(world, node, zk, owner)
    },
  }
}

export function clientDisk(): Disk {
  return new Disk()
}
