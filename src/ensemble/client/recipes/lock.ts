import { checksOf } from '../../checks/checksOf.ts'
import type { Node } from '../../world/node.ts'
import { zxidText } from '../../world/trace.ts'
import type { World } from '../../world/world.ts'
import { connectionLoss, modeContainer, modeEphemeralSequential, noNode, ok, opCheck, opMulti, opSetData, Request } from '../../znodes/types.ts'
import { timerProgram, type ClientState, type Program } from '../clientNode.ts'
import { stateConnected, stateDisconnected, submit } from '../zkClient.ts'
import { askChildren, askCreate, askDelete, askExists, suffixOf } from './asking.ts'

/**
 * Locks without a herd: an ephemeral sequence node each, its name carrying who made it; the lowest holds, everybody else watches only the one it waits for and lists
 * again when that goes (reference 1.12). The same machine is a shared lock (a reader waits for the last writer before it) and a leader latch (whoever holds acts
 * until told otherwise, each act in one multi with a check of its own latch node).
 *
 * A lock is no fence: a holder that was paused past its session still believes. What it does to the guarded resource carries the czxid of its lock node, and the
 * resource refuses tokens lower than it has seen.
 */
export interface LockStyle {
  readonly name: string
  readonly folder: string
  readonly isReader: (node: Node) => boolean
  readonly isLatch: boolean
  readonly holdMicros: number
  readonly writeMicros: number
}

const idle = 0
const creating = 1
const listing = 2
const waiting = 3
const holding = 4
const releasing = 5
const finding = 6

const tagParent = 1
const tagCreate = 2
const tagList = 3
const tagWatch = 4
const tagRelease = 5
const tagFind = 6
const tagAct = 7

class LockMemory {
  step = idle
  prefix = ''
  attempt = 0
  path = ''
  token = 0
  awaited = ''
  heldSince = 0
}

export function lockProgram(style: LockStyle): Program {
  return {
    name: style.name,

    boot: () => new LockMemory(),

    onState(world, node, state) {
      const memory = state.memory as LockMemory
      if (state.zk.state === stateConnected) {
        if (memory.step === waiting || memory.step === listing) list(world, node, state, memory, style)
        else if (memory.step === creating || memory.step === finding) find(world, node, state, memory, style)
        world.setTimer(node, timerProgram, 1 + state.chance.below(200_000))
      } else if (state.zk.state !== stateDisconnected) {
        if (memory.step === holding) world.trace?.note(world, node.id, 'recipe', 'learns that its session is gone and no longer acts as the holder')
        memory.step = idle
        memory.path = ''
      } else if (memory.step === releasing) memory.step = holding
      // Suspended: the strict way is to stop acting; the timer below asks for the state before every act.
    },

    onTimer(world, node, state) {
      const memory = state.memory as LockMemory
      if (memory.step === holding) {
        // A holder that does not know it was paused acts here: this is the stale write.
        act(world, node, state, memory, style)
        if (!style.isLatch && world.now - memory.heldSince > style.holdMicros && state.zk.state === stateConnected) {
          memory.step = releasing
          world.trace?.note(world, node.id, 'recipe', `releases the lock ${memory.path}`)
          askDelete(world, node, state, tagRelease, memory.path)
        }
        world.setTimer(node, timerProgram, style.writeMicros)
        return
      }
      if (memory.step === idle && state.zk.state === stateConnected) {
        memory.attempt++
        memory.prefix = `${style.isReader(node) ? 'r' : 'w'}-${node.id}.${node.incarnation}.${memory.attempt}-`
        memory.step = creating
        askCreate(world, node, state, tagCreate, `${style.folder}/${memory.prefix}`, modeEphemeralSequential)
      }
      if (state.zk.state === stateConnected) world.setTimer(node, timerProgram, 200_000 + state.chance.below(200_000))
    },

    onReply(world, node, state, { tag }, reply) {
      const memory = state.memory as LockMemory
      switch (tag) {
        case tagParent:
          if (memory.step === creating) memory.step = idle
          return
        case tagCreate:
          if (memory.step !== creating) return
          if (reply.error === noNode) {
            askCreate(world, node, state, tagParent, style.folder, modeContainer)
            return
          }
          // The result may be unknown: it is looked for by name on reconnecting, or at once when still connected.
          if (reply.error === connectionLoss) return
          if (reply.error !== ok) {
            memory.step = idle
            return
          }
          memory.path = reply.path
          memory.token = reply.zxid
          list(world, node, state, memory, style)
          return
        case tagFind: {
          if (memory.step !== finding || reply.error === connectionLoss) return
          const mine = reply.children?.find((name) => name.startsWith(memory.prefix))
          if (mine === undefined) {
            memory.step = idle
            return
          }
          memory.path = `${style.folder}/${mine}`
          memory.token = 0
          list(world, node, state, memory, style)
          return
        }
        case tagList:
          if (memory.step === listing && reply.error !== connectionLoss) onListed(world, node, state, memory, style, reply.children ?? [])
          return
        case tagWatch:
          if (memory.step !== waiting || reply.error === connectionLoss) return
          // For one's own node the stat brings the token; for the awaited one absence means: look again.
          if (reply.path === memory.path && reply.error === ok) {
            memory.token = reply.stat!.czxid
            list(world, node, state, memory, style)
          } else if (reply.error === noNode) list(world, node, state, memory, style)
          return
        case tagRelease:
          if (memory.step !== releasing) return
          memory.step = reply.error === connectionLoss ? holding : idle
          return
        case tagAct:
          if (reply.error === noNode && memory.step === holding) memory.step = idle
      }
    },

    onWatch(world, node, state, event) {
      const memory = state.memory as LockMemory
      if (!event.rearmed) checksOf(world)?.recipes.onWoken(checksOf(world)!, node.id, event.zxid, style.folder)
      if (memory.step !== waiting) return
      if (world.setup.options.bugs.lockByFirstSeen && event.path === memory.awaited) hold(world, node, state, memory, style)
      else list(world, node, state, memory, style)
    },
  }
}

function list(world: World, node: Node, state: ClientState, memory: LockMemory, style: LockStyle): void {
  memory.step = listing
  askChildren(world, node, state, tagList, style.folder, world.setup.options.bugs.lockHerd)
}

function find(world: World, node: Node, state: ClientState, memory: LockMemory, style: LockStyle): void {
  memory.step = finding
  askChildren(world, node, state, tagFind, style.folder, false)
}

function onListed(world: World, node: Node, state: ClientState, memory: LockMemory, style: LockStyle, children: readonly string[]): void {
  const own = memory.path.slice(style.folder.length + 1)
  if (!children.includes(own)) {
    memory.step = idle
    return
  }
  const mine = suffixOf(own)
  let awaited = ''
  for (const name of children) {
    if (suffixOf(name) >= mine || (style.isReader(node) && name.startsWith('r'))) continue
    if (awaited === '' || suffixOf(name) > suffixOf(awaited)) awaited = name
  }
  memory.step = waiting
  if (awaited === '') {
    if (memory.token === 0) askExists(world, node, state, tagWatch, memory.path, false)
    else hold(world, node, state, memory, style)
    return
  }
  memory.awaited = `${style.folder}/${awaited}`
  world.trace?.note(world, node.id, 'recipe', `waits behind ${memory.awaited}`)
  if (!world.setup.options.bugs.lockHerd) askExists(world, node, state, tagWatch, memory.awaited, true)
}

function hold(world: World, node: Node, state: ClientState, memory: LockMemory, style: LockStyle): void {
  memory.step = holding
  memory.heldSince = world.now
  world.trace?.note(world, node.id, 'recipe', `holds ${style.isLatch ? 'the latch' : 'the lock'} ${memory.path}, token ${zxidText(memory.token)}`)
  checksOf(world)?.recipes.onHeld(checksOf(world)!, node.id, memory.path, style.folder, style.isReader(node))
  if (style.isLatch) askCreate(world, node, state, 0, '/led')
  world.setTimer(node, timerProgram, 1)
}

function act(world: World, node: Node, state: ClientState, memory: LockMemory, style: LockStyle): void {
  if (style.isReader(node)) return
  if (style.isLatch) {
    // Where the resource is a znode, the fence is the check in the same multi.
    const check = new Request()
    check.op = opCheck
    check.path = memory.path
    const change = new Request()
    change.op = opSetData
    change.path = '/led'
    change.data = String(memory.token)
    const multi = new Request()
    multi.op = opMulti
    multi.parts = world.setup.options.bugs.noFencing ? [change] : [check, change]
    submit(world, node, state.zk, multi, tagAct)
    return
  }
  writeResource(world, node, memory.token)
}

/** The guarded resource stands outside the ensemble: it keeps the highest token it accepted and refuses lower ones. */
function writeResource(world: World, node: Node, token: number): void {
  const { resource } = world
  const isStale = token < resource.tokenMax
  if (isStale && !world.setup.options.bugs.noFencing) {
    resource.refused++
    world.trace?.note(world, node.id, 'resource', `has its write with token ${zxidText(token)} refused: ${zxidText(resource.tokenMax)} was there before`)
    return
  }
  if (isStale) checksOf(world)?.fail('LOCK-2', node.id, `writes with token ${zxidText(token)} after ${zxidText(resource.tokenMax)} was accepted`)
  resource.tokenMax = Math.max(resource.tokenMax, token)
  resource.accepted++
}
