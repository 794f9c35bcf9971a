import { connectionLoss, modeEphemeral, modeEphemeralSequential, modePersistent, noNode, ok } from '../../znodes/types.ts'
import { timerProgram, type Program } from '../clientNode.ts'
import { stateConnected } from '../zkClient.ts'
import { askChildren, askCreate, askData, askDelete, askExists } from './asking.ts'

/**
 * A barrier and service discovery (reference 1.12). Of the clients some keep the barrier or offer the service, the others stand before it or look for it. What a watch would have told over a lost connection may be
 * gone, so all is asked again after every reconnect. That what is read is true is the checkers' business for every client (CLI-2, WAT-5), not the recipes'.
 */
const tagParent = 1
const tagOwn = 2
const tagLook = 3
const tagOpen = 4
const tagCall = 5

class BarrierMemory {
  closed = false
  waiting = false
}

/** One client closes a barrier and opens it again; whoever comes while its znode is there waits for the deletion. */
export const barrierProgram: Program = {
  name: 'barrier',
  boot: () => new BarrierMemory(),
  onState(world, node, state) {
    if (state.zk.state !== stateConnected) return
    ;(state.memory as BarrierMemory).waiting = false
    world.setTimer(node, timerProgram, 200_000 + state.chance.below(300_000))
  },
  onReply(world, node, state, { tag }, reply) {
    if (reply.error === connectionLoss) return
    const memory = state.memory as BarrierMemory
    if (tag === tagOwn || tag === tagOpen) {
      memory.closed = tag === tagOwn
      if (reply.error === ok) world.trace?.note(world, node.id, 'recipe', memory.closed ? 'closes the barrier' : 'opens the barrier')
    } else if (tag === tagLook) {
      const wasWaiting = memory.waiting
      memory.waiting = reply.error === ok
      if (memory.waiting !== wasWaiting) world.trace?.note(world, node.id, 'recipe', memory.waiting ? 'waits at the barrier' : 'passes the barrier')
    }
  },
  onWatch(world, node, state) {
    askExists(world, node, state, tagLook, '/gate', true)
  },
  onTimer(world, node, state) {
    if (state.zk.state !== stateConnected) return
    const memory = state.memory as BarrierMemory
    if (node.id % 3 === 0) {
      if (memory.closed) askDelete(world, node, state, tagOpen, '/gate')
      else askCreate(world, node, state, tagOwn, '/gate', modeEphemeral)
      world.setTimer(node, timerProgram, 800_000 + state.chance.below(400_000))
      return
    }
    if (!memory.waiting) askExists(world, node, state, tagLook, '/gate', true)
    world.setTimer(node, timerProgram, 300_000 + state.chance.below(300_000))
  },
}

class DiscoveryMemory {
  instances: readonly string[] = []
  /** Whose turn it is. */
  next = 0
}

const folder = '/services'

/** Two of three clients offer a service under an ephemeral sequential znode with their address; the third calls the instances in turn, as it last heard of them. */
export const discoveryProgram: Program = {
  name: 'discovery',
  boot: () => new DiscoveryMemory(),
  onState(world, node, state) {
    if (state.zk.state !== stateConnected) return
    askCreate(world, node, state, tagParent, folder, modePersistent)
    if (isCaller(node.id)) world.setTimer(node, timerProgram, 300_000 + state.chance.below(300_000))
  },
  onReply(world, node, state, { tag, request }, reply) {
    if (reply.error === connectionLoss) return
    const memory = state.memory as DiscoveryMemory
    if (tag === tagParent) {
      if (isCaller(node.id)) askChildren(world, node, state, tagLook, folder, true)
      else askCreate(world, node, state, tagOwn, `${folder}/${state.zk.session.toString(16)}-`, modeEphemeralSequential, `${node.name}:8080`)
    } else if (tag === tagOwn && reply.error === ok) world.trace?.note(world, node.id, 'recipe', `offers the service at ${request.data}`)
    else if (tag === tagLook && reply.error === ok) {
      memory.instances = reply.children!.toSorted()
      world.trace?.note(world, node.id, 'recipe', `knows ${memory.instances.length} instances of the service`)
    } else if (tag === tagCall) world.trace?.note(world, node.id, 'recipe', reply.error === noNode ? 'finds the instance gone' : `calls ${reply.data}`)
  },
  onWatch(world, node, state) {
    askChildren(world, node, state, tagLook, folder, true)
  },
  onTimer(world, node, state) {
    if (state.zk.state !== stateConnected) return
    const memory = state.memory as DiscoveryMemory
    const instance = memory.instances[memory.next++ % Math.max(1, memory.instances.length)]
    if (instance !== undefined) askData(world, node, state, tagCall, `${folder}/${instance}`, false)
    world.setTimer(node, timerProgram, 700_000 + state.chance.below(300_000))
  },
}

function isCaller(id: number): boolean {
  return id % 3 === 0
}
