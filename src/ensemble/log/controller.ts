import { submit } from '../client/zkClient.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { connectionLoss, noNode, ok, opCheck, opCreate, opGetChildren, opGetData, opMulti, opSetData, Request, type Reply } from '../znodes/types.ts'
import { logOptionsOf, nodeOfBroker, timerController, type Broker } from './broker.ts'
import { ClusterImage, stateFromText, stateOf, stateText, type PartitionState } from './clusterImage.ts'
import {
  answer,
  apiLeaderAndIsr,
  ask,
  coordinatorNotAvailable,
  fencedLeaderEpoch,
  ineligibleReplica,
  invalidUpdateVersion,
  none,
  notController,
  staleBrokerEpoch,
  type AlterPartitionBody,
  type ApiRequest,
  type LeaderAndIsrBody,
} from './requests.ts'

/**
 * The controller: the broker that holds `/controller` decides who leads which partition and who is in sync, writes it to the partition's znode and tells the brokers. Every
 * write goes in one multi with a check of `/controller_epoch`, so that a controller that was deposed without noticing changes nothing (KAFKA-6082), and under the
 * version it read (KIP-497). The rules for eligible leader replicas and unclean restarts are those of KIP-966, for which Kafka itself needs its Raft controller;
 * here the ensemble holds the state and the rules are the same (decision 0135).
 */
export class Controller {
  epoch = 0
  /** Version of `/controller_epoch`: what every write checks. */
  epochVersion = 0
  isLoading = true
  /** Counts loads: answers to what was asked before the last one mean nothing. */
  loads = 0
  /** Reads of the current load not answered yet. */
  reads = 0
  isListing = false
  mustListAgain = false
  /** Broker epoch by broker, 0 for those without a znode; and who came back without a clean stop. */
  brokers: number[] = []
  unclean: boolean[] = []
  listed: number[] = []
  listedUnclean: boolean[] = []
  states: (PartitionState | null)[] = []
  writing: (PartitionState | null)[] = []
  /** Who asked for the change being written. */
  askers: (Asker | null)[] = []
  /** Topics being created. */
  creating = 0
  version = 0
  image: ClusterImage | null = null
  /** By broker: the last image it has confirmed. */
  confirmed: number[] = []
}

export class Asker {
  from = 0
  request!: ApiRequest
}

/** Tags of requests to the ensemble: what, and which broker or partition. */
export const zkList = 1_000
const zkBroker = 2_000
const zkState = 3_000
const zkWrite = 4_000
const zkCreateTopic = 5_000
/** Tags carry the load they belong to in multiples of this. */
export const zkLoad = 10_000
export const tagImage = 10

export function becomeController(world: World, node: Node, broker: Broker, epoch: number, epochVersion: number): void {
  const options = logOptionsOf(world)
  const controller = new Controller()
  controller.epoch = epoch
  controller.epochVersion = epochVersion
  controller.brokers = Array.from({ length: options.brokers }, () => 0)
  controller.unclean = Array.from({ length: options.brokers }, () => false)
  controller.confirmed = Array.from({ length: options.brokers }, () => -1)
  controller.states = options.partitions.map(() => null)
  controller.writing = options.partitions.map(() => null)
  controller.askers = options.partitions.map(() => null)
  broker.controller = controller
  world.trace?.note(world, node.id, 'controller', `is the controller in controller epoch ${epoch}`)
  load(world, node, broker, controller)
}

export function resign(world: World, node: Node, broker: Broker): void {
  if (broker.controller === null) return
  world.trace?.note(world, node.id, 'controller', `is no longer the controller (epoch ${broker.controller.epoch})`)
  broker.controller = null
}

/** Reads everything anew: at the start, and whenever a write's fate is unknown. */
export function load(world: World, node: Node, broker: Broker, controller: Controller): void {
  controller.isLoading = true
  controller.loads++
  controller.isListing = false
  controller.mustListAgain = false
  controller.creating = 0
  controller.writing.fill(null)
  controller.askers.fill(null)
  controller.reads = 0
  for (const spec of logOptionsOf(world).partitions) {
    controller.reads++
    read(world, node, broker, opGetData, spec.path, false, zkState + spec.index, controller)
  }
  listBrokers(world, node, broker, controller)
}

function read(world: World, node: Node, broker: Broker, op: number, path: string, watch: boolean, tag: number, controller: Controller): void {
  const request = new Request()
  request.op = op
  request.path = path
  request.watch = watch
  submit(world, node, broker.zk, request, tag + controller.loads * zkLoad)
}

export function listBrokers(world: World, node: Node, broker: Broker, controller: Controller): void {
  if (controller.isListing) {
    controller.mustListAgain = true
    return
  }
  controller.isListing = true
  controller.reads++
  read(world, node, broker, opGetChildren, '/brokers/ids', true, zkList, controller)
}

export function onControllerReply(world: World, node: Node, broker: Broker, tagged: number, reply: Reply): void {
  const { controller } = broker
  const tag = tagged % zkLoad
  // A connection lost: all is read again when it is back.
  if (controller === null || reply.error === connectionLoss || Math.floor(tagged / zkLoad) !== controller.loads) return
  const index = tag % 1_000
  if (tag < zkBroker) onListed(world, node, broker, controller, reply)
  else if (tag < zkState) {
    controller.reads--
    if (reply.error === ok) {
      controller.listed[index] = reply.stat!.czxid
      controller.listedUnclean[index] = reply.data === 'unclean'
    }
  } else if (tag < zkWrite) {
    controller.reads--
    controller.states[index] = reply.error === ok ? stateFromText(index, reply.data, reply.stat!.version) : null
  } else if (tag < zkCreateTopic) {
    onWritten(world, node, broker, controller, index, reply)
    return
  } else {
    if (--controller.creating === 0) load(world, node, broker, controller)
    return
  }
  if (controller.reads === 0) onAllRead(world, node, broker, controller)
}

function onListed(world: World, node: Node, broker: Broker, controller: Controller, reply: Reply): void {
  controller.reads--
  const count = logOptionsOf(world).brokers
  controller.listed = Array.from({ length: count }, () => 0)
  controller.listedUnclean = Array.from({ length: count }, () => false)
  if (reply.error !== ok) return
  for (const name of reply.children!) {
    controller.reads++
    read(world, node, broker, opGetData, `/brokers/ids/${name}`, false, zkBroker + Number(name), controller)
  }
}

function onAllRead(world: World, node: Node, broker: Broker, controller: Controller): void {
  const wasListing = controller.isListing
  if (controller.isListing) {
    controller.isListing = false
    for (let id = 0; id < controller.listed.length; id++) {
      if (controller.brokers[id] === controller.listed[id]) continue
      world.trace?.note(world, node.id, 'brokers', controller.listed[id] === 0 ? `sees that broker ${id} is gone` : `sees broker ${id} with a new broker epoch${controller.listedUnclean[id]! ? ' after an unclean stop' : ''}`)
      controller.confirmed[id] = -1
    }
    controller.brokers = controller.listed
    controller.unclean = controller.listedUnclean
    if (controller.mustListAgain) {
      controller.mustListAgain = false
      listBrokers(world, node, broker, controller)
      if (controller.isLoading) return
    }
  }
  if (controller.isLoading) {
    controller.isLoading = false
    world.setTimer(node, timerController, 1_000_000)
    createTopics(world, node, broker, controller)
  } else if (!wasListing) return
  for (const spec of logOptionsOf(world).partitions) reconsider(world, node, broker, controller, spec.index)
  tell(world, node, broker, controller, true)
}

// ---- deciding -------------------------------------------------------------------------------------------------------------------------------------------------

/** Topics without znodes get them, with whoever lives as the first in-sync replicas. */
function createTopics(world: World, node: Node, broker: Broker, controller: Controller): void {
  const options = logOptionsOf(world)
  if (controller.creating > 0) return
  for (const topic of options.topics) {
    const specs = options.partitions.filter((spec) => spec.topic === topic.name)
    if (controller.states[specs[0]!.index] !== null) continue
    const parts: Request[] = [check(controller), create(`/brokers/topics/${topic.name}`, JSON.stringify({ partitions: Object.fromEntries(specs.map((spec) => [spec.partition, spec.replicas])), version: 2 })), create(`/brokers/topics/${topic.name}/partitions`, '')]
    let isPossible = true
    for (const spec of specs) {
      const alive = spec.replicas.filter((id) => controller.brokers[id] !== 0)
      if (alive.length === 0) isPossible = false
      else {
        const state = stateOf({ index: spec.index, leader: alive[0]!, leaderEpoch: 0, partitionEpoch: 0, isr: alive.toSorted((a, b) => a - b), elr: [], memberEpochs: controller.brokers.slice() })
        parts.push(create(spec.path.slice(0, -'/state'.length), ''), create(spec.path, stateText(state, controller.epoch)))
      }
    }
    if (!isPossible) continue
    controller.creating++
    multi(world, node, broker, parts, zkCreateTopic + controller.loads * zkLoad)
  }
}

function create(path: string, data: string): Request {
  const request = new Request()
  request.op = opCreate
  request.path = path
  request.data = data
  return request
}

function check(controller: Controller): Request {
  const request = new Request()
  request.op = opCheck
  request.path = '/controller_epoch'
  request.version = controller.epochVersion
  return request
}

function multi(world: World, node: Node, broker: Broker, parts: readonly Request[], tag: number): void {
  const request = new Request()
  request.op = opMulti
  request.parts = parts
  submit(world, node, broker.zk, request, tag)
}

function reconsider(world: World, node: Node, broker: Broker, controller: Controller, index: number): void {
  const state = controller.states[index]
  if (state === null || state === undefined || controller.writing[index] !== null) return
  const next = decide(world, controller, state)
  if (next !== null) write(world, node, broker, controller, state, next)
}

/** What must change now that these brokers live: null is nothing. */
export function decide(world: World, controller: Controller, state: PartitionState): PartitionState | null {
  const { bugs } = world.setup.options
  const spec = logOptionsOf(world).partitions[state.index]!
  const { brokers, unclean } = controller
  const lives = (id: number): boolean => brokers[id] !== 0
  const isSame = (id: number): boolean => bugs.brokerEpochIgnored || state.memberEpochs[id] === brokers[id]
  /** Came back without a clean stop: what it held may be gone. */
  const mayHaveLost = (id: number): boolean => lives(id) && !isSame(id) && unclean[id]!
  let isr = state.isr.filter((id) => lives(id) && isSame(id))
  let elr: readonly number[] = []
  if (bugs.lastReplicaStanding) {
    if (isr.length === 0) isr = state.isr.slice()
  } else if (isr.length < spec.minInsyncReplicas) elr = [...new Set([...state.elr, ...state.isr])].filter((id) => !isr.includes(id) && !mayHaveLost(id)).toSorted((a, b) => a - b)
  let leader = state.leader
  if (leader < 0 || !isr.includes(leader) || !lives(leader) || !isSame(leader)) {
    leader = spec.replicas.find((id) => isr.includes(id) && lives(id)) ?? -1
    if (leader < 0) {
      leader = spec.replicas.find((id) => elr.includes(id) && lives(id)) ?? (bugs.uncleanElection ? (spec.replicas.find(lives) ?? -1) : -1)
      if (leader >= 0) {
        isr = [leader]
        elr = elr.filter((id) => id !== leader)
        if (isr.length >= spec.minInsyncReplicas) elr = []
      }
    }
  }
  const memberEpochs = state.memberEpochs.map((epoch, id) => (lives(id) && (isr.includes(id) || elr.includes(id)) ? brokers[id]! : epoch))
  const isElection = leader !== state.leader || (leader >= 0 && !isSame(leader))
  if (!isElection && isr.join() === state.isr.join() && elr.join() === state.elr.join() && memberEpochs.join() === state.memberEpochs.join()) return null
  return stateOf({ index: state.index, leader, leaderEpoch: state.leaderEpoch + (isElection ? 1 : 0), partitionEpoch: state.partitionEpoch + 1, isr, elr, memberEpochs })
}

function write(world: World, node: Node, broker: Broker, controller: Controller, from: PartitionState, to: PartitionState): void {
  controller.writing[to.index] = to
  const request = new Request()
  request.op = opSetData
  request.path = logOptionsOf(world).partitions[to.index]!.path
  request.data = stateText(to, controller.epoch)
  request.version = from.partitionEpoch
  const parts = world.setup.options.bugs.controllerUnfenced ? [request] : [check(controller), request]
  multi(world, node, broker, parts, zkWrite + to.index + controller.loads * zkLoad)
  world.point(node, 'the controller has asked for a new state and told nobody')
}

function onWritten(world: World, node: Node, broker: Broker, controller: Controller, index: number, reply: Reply): void {
  const written = controller.writing[index]
  controller.writing[index] = null
  const asker = controller.askers[index]
  controller.askers[index] = null
  if (reply.error !== ok || written === null || written === undefined) {
    // Somebody else changed it, or this controller is deposed: what stands there decides.
    if (reply.error === noNode || !controller.isLoading) load(world, node, broker, controller)
    return
  }
  controller.states[index] = written
  const { leader, leaderEpoch, isr, elr } = written
  world.trace?.note(world, node.id, 'state', `${logOptionsOf(world).partitions[index]!.name}: leader ${leader < 0 ? 'none' : leader}, leader epoch ${leaderEpoch}, in sync ${isr.join(', ') || 'none'}${elr.length > 0 ? `, eligible ${elr.join(', ')}` : ''}`)
  if (asker !== null && asker !== undefined) answer(world, node, asker.from, asker.request, none, written)
  reconsider(world, node, broker, controller, index)
  tell(world, node, broker, controller, true)
}

export function onAlterPartition(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { controller } = broker
  const body = request.body as AlterPartitionBody
  if (controller === null || controller.isLoading) return answer(world, node, from, request, notController, body)
  const { bugs } = world.setup.options
  const state = controller.states[body.partition]
  if (state === null || state === undefined || controller.writing[body.partition] !== null) return answer(world, node, from, request, coordinatorNotAvailable, body)
  if (controller.brokers[body.broker] !== body.brokerEpoch && !bugs.brokerEpochIgnored) return answer(world, node, from, request, staleBrokerEpoch, body)
  if (state.leader !== body.broker || state.leaderEpoch !== body.leaderEpoch) return answer(world, node, from, request, fencedLeaderEpoch, body)
  if (state.partitionEpoch !== body.partitionEpoch) return answer(world, node, from, request, invalidUpdateVersion, body)
  for (const [i, id] of body.isr.entries()) {
    if (controller.brokers[id] === 0 || (controller.brokers[id] !== body.isrEpochs[i] && !bugs.brokerEpochIgnored)) return answer(world, node, from, request, ineligibleReplica, body)
  }
  const { minInsyncReplicas } = logOptionsOf(world).partitions[body.partition]!
  const elr = body.isr.length >= minInsyncReplicas || bugs.lastReplicaStanding ? [] : [...new Set([...state.elr, ...state.isr])].filter((id) => !body.isr.includes(id)).toSorted((a, b) => a - b)
  const memberEpochs = state.memberEpochs.map((epoch, id) => (body.isr.includes(id) ? controller.brokers[id]! : epoch))
  const asker = new Asker()
  asker.from = from
  asker.request = request
  controller.askers[body.partition] = asker
  write(world, node, broker, controller, state, stateOf({ index: state.index, leader: state.leader, leaderEpoch: state.leaderEpoch, partitionEpoch: state.partitionEpoch + 1, isr: body.isr, elr, memberEpochs }))
}

// ---- telling --------------------------------------------------------------------------------------------------------------------------------------------------

/** Sends the image to whoever has not confirmed it; `isNew` makes a new one first. */
function tell(world: World, node: Node, broker: Broker, controller: Controller, isNew: boolean): void {
  if (controller.isLoading) return
  if (isNew) {
    const image = new ClusterImage()
    image.controllerEpoch = controller.epoch
    image.controller = broker.id
    image.version = ++controller.version
    // Where this controller has decided otherwise and not yet written it, the old state must not be acted on: its leader may have lost what it had.
    image.partitions = Object.freeze(controller.states.map((state, index) => (controller.writing[index] !== null && controller.askers[index] === null ? null : state)))
    // A broker is shown once nothing counts on what it was before: who was removed after an unclean stop learns it no sooner than it is true.
    image.brokerEpochs = controller.brokers.map((epoch, id) => (isSettled(world, controller, id, epoch) ? epoch : 0))
    controller.image = image
  }
  const { image } = controller
  for (let id = 0; id < controller.brokers.length; id++) {
    if (controller.brokers[id] === 0 || controller.confirmed[id] === image!.version) continue
    const body: LeaderAndIsrBody = { brokerEpoch: controller.brokers[id]!, image: image! }
    ask(world, node, broker.requests, nodeOfBroker(world, id), apiLeaderAndIsr, body, tagImage, 1_000_000)
  }
}

function isSettled(world: World, controller: Controller, id: number, epoch: number): boolean {
  if (epoch === 0 || world.setup.options.bugs.brokerEpochIgnored) return true
  return controller.states.every((state) => state === null || state.memberEpochs[id] === epoch || !(state.isr.includes(id) || state.elr.includes(id)))
}

export function onImageAnswer(broker: Broker, body: LeaderAndIsrBody, to: number, error: number): void {
  const { controller } = broker
  if (controller === null || body.image.controllerEpoch !== controller.epoch || error !== none) return
  if (controller.brokers[to] === body.brokerEpoch) controller.confirmed[to] = Math.max(controller.confirmed[to]!, body.image.version)
}

export function onControllerTimer(world: World, node: Node, broker: Broker): void {
  const { controller } = broker
  if (controller === null || controller.isLoading) return
  if (broker.zk.isOpen) createTopics(world, node, broker, controller)
  tell(world, node, broker, controller, false)
  world.setTimer(node, timerController, 1_000_000)
}
