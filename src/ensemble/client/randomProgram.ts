import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { digestIdentity } from '../znodes/digestAuth.ts'
import {
  Acl,
  modeContainer,
  modeEphemeral,
  modeEphemeralSequential,
  modePersistent,
  modeSequential,
  modeTtl,
  ok,
  opAddWatch,
  opCheck,
  opCloseSession,
  opCreate,
  opDelete,
  opExists,
  opGetChildren,
  opGetData,
  opMulti,
  opSetAcl,
  opSetData,
  opSync,
  openAcl,
  permAll,
  permRead,
  Request,
  type Reply,
} from '../znodes/types.ts'
import { watchPersistent, watchRecursive } from '../znodes/watches.ts'
import { timerProgram, type ClientState, type Program } from './clientNode.ts'
import { newSession, stateConnected, submit, type PendingOp } from './zkClient.ts'

/**
 * The workload of the bulk runs: a client that does a bit of everything on a few shared paths, several requests under way at a time, so that requests, commits,
 * watches and faults meet. What it asks for is drawn from its own stream; what comes back is judged by the checkers, not here.
 */
const tops = Array.from({ length: 6 }, (_, i) => `/w${i}`)
const leaves = tops.map((top) => Array.from({ length: 4 }, (_, i) => `${top}/n${i}`))
const queues = tops.map((top) => `${top}/q-`)
const values = Array.from({ length: 64 }, (_, i) => `value ${i}`)

class RandomMemory {
  inFlight = 0
  /** Sequence nodes made here, to be deleted again. */
  made: string[] = []
  versions = new Map<string, number>()
}

const guarded = [new Acl(permAll, 'digest', digestIdentity('millrace', 'wheel')), new Acl(permRead, 'world', 'anyone')]
const secret = [new Acl(permAll, 'digest', digestIdentity('millrace', 'wheel'))]

export const randomProgram: Program = {
  name: 'random',

  boot(_world, node, state) {
    // Every other client has proved who it is.
    if (node.id % 2 === 0) state.zk.auth = ['millrace:wheel']
    return new RandomMemory()
  },

  onState(world, node, state) {
    const memory = state.memory as RandomMemory
    if (state.zk.state !== stateConnected) return
    memory.inFlight = 0
    schedule(world, node, state)
  },

  onReply(world, node, state, { request }: PendingOp, reply: Reply) {
    const memory = state.memory as RandomMemory
    memory.inFlight--
    if (reply.error !== ok) return
    if (request.op === opCreate && reply.path !== request.path) memory.made.push(reply.path)
    if (reply.stat !== null && memory.versions.size < 64) memory.versions.set(reply.path, reply.stat.version)
    if (request.op === opCloseSession) newSession(world, node, state.zk)
    if (request.op === opDelete) memory.versions.delete(request.path)
  },

  onWatch() {},

  onTimer(world, node, state) {
    const memory = state.memory as RandomMemory
    if (state.zk.state !== stateConnected) return
    if (memory.inFlight < world.setup.options.requestsInFlight) {
      const request = draw(state, memory, world.setup.options.rareOperations)
      // A session that closes right after creating an ephemeral must take it along.
      if (request.op === opCloseSession && submit(world, node, state.zk, lastEphemeral(state), 0)) memory.inFlight++
      if (submit(world, node, state.zk, request, 0)) memory.inFlight++
    }
    schedule(world, node, state)
  },
}

function schedule(world: World, node: Node, state: ClientState): void {
  // While recovery is judged, just enough is asked to see that everybody is served.
  const thinkMicros = world.setup.options.thinkMicros * (world.resting ? 40 : 1)
  world.setTimer(node, timerProgram, 1 + (thinkMicros >> 1) + state.chance.below(thinkMicros))
}

function lastEphemeral(state: ClientState): Request {
  const request = new Request()
  request.op = opCreate
  request.path = queues[state.chance.below(tops.length)]!
  request.mode = modeEphemeralSequential
  return request
}

function draw(state: ClientState, memory: RandomMemory, withRare: boolean): Request {
  const { chance } = state
  const roll = chance.below(1000)
  const top = chance.below(tops.length)
  const path = chance.below(3) === 0 ? tops[top]! : leaves[top]![chance.below(4)]!
  const request = new Request()
  request.path = path
  if (roll < 250) {
    request.op = opGetData
    request.watch = chance.below(3) === 0
  } else if (roll < 330) {
    request.op = opExists
    request.watch = chance.below(2) === 0
  } else if (roll < 400) {
    request.op = opGetChildren
    request.path = chance.below(4) === 0 ? '/' : tops[top]!
    request.watch = chance.below(2) === 0
  } else if (roll < 650) {
    request.op = opSetData
    request.data = values[chance.below(values.length)]!
    if (chance.below(3) === 0) request.version = memory.versions.get(path) ?? 0
  } else if (roll < 800) {
    request.op = opCreate
    request.data = values[chance.below(values.length)]!
    const kind = chance.below(10)
    if (kind < 3) request.mode = modePersistent
    else if (kind < 6) request.mode = modeEphemeral
    else {
      request.path = queues[top]!
      request.mode = kind < 8 ? modeEphemeralSequential : modeSequential
    }
  } else if (roll < 900) {
    request.op = opDelete
    if (memory.made.length > 0 && chance.below(2) === 0) request.path = memory.made.shift()!
    else if (chance.below(4) === 0) request.version = memory.versions.get(path) ?? 0
  } else if (roll < 940) {
    request.op = opMulti
    request.path = ''
    request.parts = multiParts(state, memory, top)
  } else if (roll < 970) {
    request.op = opSync
    request.path = '/'
  } else if (!withRare || roll < 985) {
    request.op = opGetData
    request.watch = true
  } else if (roll < 988) {
    request.op = opSetAcl
    request.acl = chance.below(3) === 0 ? secret : chance.below(2) === 0 ? guarded : openAcl
  } else if (roll < 991) {
    request.op = opAddWatch
    request.watchMode = chance.below(2) === 0 ? watchPersistent : watchRecursive
    request.path = request.watchMode === watchRecursive && chance.below(2) === 0 ? '/' : tops[top]!
  } else if (roll < 996) {
    request.op = opCreate
    request.path = chance.below(2) === 0 ? `/container${chance.below(3)}` : leaves[top]![chance.below(4)]!
    request.mode = request.path.startsWith('/container') ? modeContainer : modeTtl
    request.ttl = 5_000
  } else if (roll < 998) request.op = opCloseSession
  else {
    request.op = opCreate
    request.path = `/container${chance.below(3)}/c`
    request.mode = modeEphemeral
  }
  return request
}

function multiParts(state: ClientState, memory: RandomMemory, top: number): readonly Request[] {
  const { chance } = state
  const check = new Request()
  check.op = opCheck
  check.path = tops[top]!
  check.version = chance.below(2) === 0 ? -1 : (memory.versions.get(check.path) ?? 0)
  const change = new Request()
  change.op = opSetData
  change.path = leaves[top]![chance.below(4)]!
  change.data = values[chance.below(values.length)]!
  const creation = new Request()
  creation.op = opCreate
  creation.path = leaves[top]![chance.below(4)]!
  creation.mode = modePersistent
  const parts = [change, creation, check]
  if (chance.below(2) === 0) parts.reverse()
  return parts
}
