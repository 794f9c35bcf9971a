import { stateConnected, stateExpired, submit } from '../client/zkClient.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { connectionLoss, eventChildrenChanged, modeEphemeral, nodeExists, noNode, ok, opCreate, opDelete, opExists, opGetData, opMulti, opSetData, Request, type Reply, type WatchEvent } from '../znodes/types.ts'
import { timerRegister, type Broker } from './broker.ts'
import { becomeController, listBrokers, load, onControllerReply, resign, zkList } from './controller.ts'

/**
 * What a broker does with the ensemble for itself: its ephemeral znode, whose czxid is its broker epoch (KIP-380), the race for `/controller`, and blocks of producer ids. A
 * znode left by its former session is replaced in one multi (KAFKA-7165), which is why a controller that compares ids alone can miss a restart altogether.
 */
const zkParent = 1
const zkOwn = 2
const zkRegister = 3
const zkControllerExists = 4
const zkControllerEpoch = 5
const zkElect = 6
const zkEpochOfOwn = 7
const zkIdsRead = 8
const zkIdsWrite = 9

const idBlock = 1_000

export function onBrokerSession(world: World, node: Node, broker: Broker): void {
  const { zk } = broker
  if (zk.state === stateExpired) {
    broker.epoch = 0
    broker.electing = false
    if (!world.setup.options.bugs.controllerUnfenced) resign(world, node, broker)
    return
  }
  broker.electing = false
  if (zk.state !== stateConnected) return
  if (broker.epoch === 0) register(world, node, broker)
  else {
    if (broker.controller !== null) load(world, node, broker, broker.controller)
    else seekControl(world, node, broker)
    if (broker.producerIdNext >= broker.producerIdEnd) ask(world, node, broker, opGetData, '/latest_producer_id_block', zkIdsRead)
  }
}

function request(op: number, path: string, data = '', mode = 0, version = -1): Request {
  const made = new Request()
  made.op = op
  made.path = path
  made.data = data
  made.mode = mode
  made.version = version
  return made
}

function ask(world: World, node: Node, broker: Broker, op: number, path: string, tag: number, data = '', watch = false, version = -1): void {
  const made = request(op, path, data, 0, version)
  made.watch = watch
  submit(world, node, broker.zk, made, tag)
}

function multi(world: World, node: Node, broker: Broker, parts: readonly Request[], tag: number): void {
  const made = request(opMulti, '')
  made.parts = parts
  submit(world, node, broker.zk, made, tag)
}

export function register(world: World, node: Node, broker: Broker): void {
  for (const [path, data] of [['/brokers', ''], ['/brokers/ids', ''], ['/brokers/topics', ''], ['/controller_epoch', '0'], ['/latest_producer_id_block', '0']] as const) ask(world, node, broker, opCreate, path, zkParent, data)
  ask(world, node, broker, opExists, `/brokers/ids/${broker.id}`, zkOwn)
}

export function seekControl(world: World, node: Node, broker: Broker): void {
  if (broker.electing || broker.controller !== null) return
  broker.electing = true
  ask(world, node, broker, opExists, '/controller', zkControllerExists, '', true)
}

export function onBrokerReply(world: World, node: Node, broker: Broker, tag: number, reply: Reply): void {
  if (tag >= zkList) return onControllerReply(world, node, broker, tag, reply)
  if (reply.error === connectionLoss) return
  const { zk } = broker
  const path = `/brokers/ids/${broker.id}`
  switch (tag) {
    case zkOwn: {
      if (broker.epoch !== 0) return
      const data = broker.wasUnclean ? 'unclean' : 'clean'
      if (reply.error === noNode) multi(world, node, broker, [request(opCreate, path, data, modeEphemeral)], zkRegister)
      // Its own create, whose answer was lost.
      else if (reply.stat!.ephemeralOwner === zk.session) registered(world, node, broker, reply.stat!.czxid)
      else multi(world, node, broker, [request(opDelete, path), request(opCreate, path, data, modeEphemeral)], zkRegister)
      return
    }
    case zkRegister:
      if (reply.error === ok) registered(world, node, broker, reply.zxid)
      else world.setTimer(node, timerRegister, 100_000)
      return
    case zkControllerExists:
      broker.electing = false
      if (reply.error === noNode || reply.stat!.ephemeralOwner === zk.session) {
        broker.electing = true
        ask(world, node, broker, opGetData, '/controller_epoch', reply.error === noNode ? zkControllerEpoch : zkEpochOfOwn)
      }
      return
    case zkControllerEpoch: {
      const create = request(opCreate, '/controller', String(broker.id), modeEphemeral)
      multi(world, node, broker, [create, request(opSetData, '/controller_epoch', String(Number(reply.data) + 1), 0, reply.stat!.version)], zkElect)
      return
    }
    case zkElect:
      broker.electing = false
      if (reply.error !== ok) return seekControl(world, node, broker)
      // The epoch it has just set is one nobody can raise while it holds the znode.
      broker.electing = true
      ask(world, node, broker, opGetData, '/controller_epoch', zkEpochOfOwn)
      return
    case zkEpochOfOwn:
      broker.electing = false
      if (reply.error === ok && broker.controller === null) becomeController(world, node, broker, Number(reply.data), reply.stat!.version)
      return
    case zkIdsRead: {
      if (reply.error !== ok) return
      const next = Number(reply.data)
      broker.producerIdNext = broker.producerIdEnd = next
      ask(world, node, broker, opSetData, '/latest_producer_id_block', zkIdsWrite, String(next + idBlock), false, reply.stat!.version)
      return
    }
    case zkIdsWrite:
      if (reply.error === ok) broker.producerIdEnd = broker.producerIdNext + idBlock
      else ask(world, node, broker, opGetData, '/latest_producer_id_block', zkIdsRead)
      return
    case zkParent:
      if (reply.error !== ok && reply.error !== nodeExists) return
  }
}

function registered(world: World, node: Node, broker: Broker, epoch: number): void {
  broker.epoch = epoch
  world.trace?.note(world, node.id, 'registered', `is registered${broker.wasUnclean ? ' after an unclean stop' : ''}`)
  if (broker.producerIdNext >= broker.producerIdEnd) ask(world, node, broker, opGetData, '/latest_producer_id_block', zkIdsRead)
  seekControl(world, node, broker)
}

export function onBrokerWatch(world: World, node: Node, broker: Broker, event: WatchEvent): void {
  if (event.path === '/controller') seekControl(world, node, broker)
  else if (event.path === '/brokers/ids' && event.type === eventChildrenChanged && broker.controller !== null) listBrokers(world, node, broker, broker.controller)
}
