import { checksOf } from '../../checks/checksOf.ts'
import { connectionLoss, modeEphemeral, modePersistent, modeSequential, nodeExists, noNode, ok } from '../../znodes/types.ts'
import { timerProgram, type Program } from '../clientNode.ts'
import { stateConnected } from '../zkClient.ts'
import { askChildren, askCreate, askData, askDelete, askExists, askSet } from './asking.ts'

/**
 * Group membership, configuration with a watch, a queue and a double barrier (reference 1.12). All re-read after
 * every reconnect: what a watch would have told in between may be gone.
 */
const tagParent = 1
const tagOwn = 2
const tagList = 3
const tagTake = 4

export class MemberMemory {
  members: readonly string[] = []
  view = 0
}

export const membershipProgram: Program = {
  name: 'membership',
  boot: () => new MemberMemory(),
  onState(world, node, state) {
    if (state.zk.state !== stateConnected) return
    askCreate(world, node, state, tagParent, '/members', modePersistent)
  },
  onReply(world, node, state, { tag }, reply) {
    if (reply.error === connectionLoss) return
    const memory = state.memory as MemberMemory
    if (tag === tagParent) askCreate(world, node, state, tagOwn, `/members/m${node.id}-${state.zk.session.toString(16)}`, modeEphemeral, `${node.name}:2181`)
    else if (tag === tagOwn) askChildren(world, node, state, tagList, '/members', true)
    else if (tag === tagList && reply.error === ok) {
      memory.members = reply.children!
      memory.view = reply.zxid
      world.trace?.note(world, node.id, 'recipe', `sees ${reply.children!.length} members: ${reply.children!.join(', ')}`)
    }
  },
  onWatch(world, node, state) {
    askChildren(world, node, state, tagList, '/members', true)
  },
  onTimer() {},
}

class ConfigMemory {
  version = -1
  applied = 0
}

/** The first client changes the configuration now and then, all apply it by version. */
export const configProgram: Program = {
  name: 'config',
  boot: () => new ConfigMemory(),
  onState(world, node, state) {
    if (state.zk.state !== stateConnected) return
    askCreate(world, node, state, tagParent, '/config', modePersistent, '0')
    world.setTimer(node, timerProgram, 300_000 + state.chance.below(500_000))
  },
  onReply(world, node, state, { tag }, reply) {
    const memory = state.memory as ConfigMemory
    if (tag === tagParent && (reply.error === ok || reply.error === nodeExists)) askData(world, node, state, tagList, '/config', true)
    if (tag !== tagList || reply.error !== ok) return
    if (reply.stat!.version < memory.version) checksOf(world)?.fail('CLI-1', node.id, `reads configuration version ${reply.stat!.version} after version ${memory.version}`)
    if (reply.stat!.version > memory.version) world.trace?.note(world, node.id, 'recipe', `applies version ${reply.stat!.version} of the configuration`)
    memory.version = reply.stat!.version
    memory.applied++
  },
  onWatch(world, node, state) {
    askData(world, node, state, tagList, '/config', true)
  },
  onTimer(world, node, state) {
    if (state.zk.state !== stateConnected) return
    if (node.id % 3 === 0) askSet(world, node, state, tagOwn, '/config', String(world.now))
    world.setTimer(node, timerProgram, 300_000 + state.chance.below(500_000))
  },
}

class QueueMemory {
  items: string[] = []
  taking = ''
}

/** Every client puts items in and takes the lowest; the deletion that succeeds decides whose an item is. */
export const queueProgram: Program = {
  name: 'queue',
  boot: () => new QueueMemory(),
  onState(world, node, state) {
    const memory = state.memory as QueueMemory
    memory.taking = ''
    memory.items = []
    if (state.zk.state !== stateConnected) return
    askCreate(world, node, state, tagParent, '/queue', modePersistent)
    world.setTimer(node, timerProgram, 100_000 + state.chance.below(200_000))
  },
  onReply(world, node, state, { tag, request }, reply) {
    const memory = state.memory as QueueMemory
    if (tag === tagList) {
      memory.items = [...(reply.children ?? [])]
      take(memory)
    } else if (tag === tagTake) {
      memory.taking = ''
      if (reply.error === ok) world.trace?.note(world, node.id, 'recipe', `takes ${request.path}`)
      if (reply.error === ok) checksOf(world)?.recipes.onTaken(checksOf(world)!, node.id, request.path)
      if (reply.error === ok || reply.error === noNode) take(memory)
    }
    function take(of: QueueMemory): void {
      const next = of.items.shift()
      if (next === undefined || of.taking !== '') return
      of.taking = next
      askDelete(world, node, state, tagTake, `/queue/${next}`)
    }
  },
  onWatch() {},
  onTimer(world, node, state) {
    if (state.zk.state !== stateConnected) return
    const memory = state.memory as QueueMemory
    askCreate(world, node, state, tagOwn, '/queue/i-', modeSequential)
    if (memory.taking === '') askChildren(world, node, state, tagList, '/queue', false)
    world.setTimer(node, timerProgram, 100_000 + state.chance.below(200_000))
  },
}

const enteringStep = 1
const insideStep = 2
const leavingStep = 3

class BarrierMemory {
  step = 0
  round = 0
  until = 0
}

/**
 * A double barrier for all clients, round after round: everybody enters with an ephemeral, the last one opens, everybody leaves before the next round. A member
 * that dies inside takes its ephemeral with it, so nobody waits for it when leaving.
 */
export const doubleBarrierProgram: Program = {
  name: 'doubleBarrier',
  boot: () => new BarrierMemory(),
  onState(world, node, state) {
    if (state.zk.state !== stateConnected) return
    askCreate(world, node, state, tagParent, '/barrier', modePersistent)
    world.setTimer(node, timerProgram, 50_000 + state.chance.below(100_000))
  },
  onReply(world, node, state, { tag }, reply) {
    const memory = state.memory as BarrierMemory
    if (reply.error === connectionLoss) return
    const need = world.setup.options.clients
    if (tag === tagOwn && memory.step === enteringStep) askExists(world, node, state, tagTake, '/barrier/ready', true)
    else if (tag === tagTake && memory.step === enteringStep) {
      if (reply.error === ok) pass()
      else askChildren(world, node, state, tagList, '/barrier', false)
    } else if (tag === tagList && reply.error === ok) {
      const inside = reply.children!.filter((name) => name !== 'ready')
      if (memory.step === enteringStep && inside.length >= need) askCreate(world, node, state, tagOwn, '/barrier/ready', modePersistent)
      else if (memory.step === leavingStep && inside.length === 0) {
        askDelete(world, node, state, 0, '/barrier/ready')
        memory.step = 0
        world.trace?.note(world, node.id, 'recipe', 'leaves: nobody is inside any more')
      }
    }
    function pass(): void {
      memory.step = insideStep
      memory.round++
      world.trace?.note(world, node.id, 'recipe', `passes the double barrier: all ${need} are inside`)
      memory.until = world.now + 200_000
      checksOf(world)?.recipes.onPassed(checksOf(world)!, node.id, need, reply.zxid)
    }
  },
  onWatch(world, node, state) {
    if ((state.memory as BarrierMemory).step === enteringStep) askExists(world, node, state, tagTake, '/barrier/ready', true)
  },
  onTimer(world, node, state) {
    const memory = state.memory as BarrierMemory
    if (state.zk.state !== stateConnected) return
    const own = `/barrier/n${node.id}`
    if (memory.step === 0) {
      memory.step = enteringStep
      askCreate(world, node, state, tagOwn, own, modeEphemeral)
    } else if (memory.step === enteringStep) askChildren(world, node, state, tagList, '/barrier', false)
    else if (memory.step === insideStep && world.now > memory.until) {
      memory.step = leavingStep
      askDelete(world, node, state, 0, own)
    } else if (memory.step === leavingStep) askChildren(world, node, state, tagList, '/barrier', false)
    world.setTimer(node, timerProgram, 50_000 + state.chance.below(100_000))
  },
}
