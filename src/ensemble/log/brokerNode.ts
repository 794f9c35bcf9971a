import { connectClient, newSession, onSessionConnected, onSessionDisconnected, onSessionMessage, onSessionTimer, stateExpired, type SessionOwner } from '../client/zkClient.ts'
import { checksOf } from '../checks/checksOf.ts'
import { flush, writeCell } from '../world/disk.ts'
import type { Node, NodeKind } from '../world/node.ts'
import type { World } from '../world/world.ts'
import {
  cellClean,
  cellHighWatermarks,
  freshBroker,
  HighWatermarks,
  logOptionsOf,
  ticketNobody,
  timerCleaner,
  timerController,
  timerFetch,
  timerGroups,
  timerIsr,
  timerPurgatory,
  timerRegister,
  timerRequests,
  timerSession,
  timerTransactions,
  timerWriteBack,
  type Broker,
} from './broker.ts'
import { mayStopUncleanly } from './atlas.ts'
import { clean } from './cleaner.ts'
import { onAlterPartition, onControllerTimer, onImageAnswer, tagImage } from './controller.ts'
import { bootCoordinators, onCoordinatorAnswer, onCoordinatorRequest, onGroupTimer, onTransactionTimer } from './coordinators.ts'
import { onBrokerReply, onBrokerSession, onBrokerWatch, register } from './registration.ts'
import { endOffsetOf, rebuild, Replica, type ReplicaLog } from './replica.ts'
import { onAlterAnswer, onConsume, onFetch, onFetchAnswer, onFetchTimer, onIsrTimer, onLeaderAndIsr, onListOffsets, onProduce, onPurgatoryTimer, tagAlter, tagFetch } from './replicaManager.ts'
import type { PartitionState } from './clusterImage.ts'
import {
  answer,
  answered,
  apiAlterPartition,
  apiConsume,
  apiFetch,
  apiLeaderAndIsr,
  apiListOffsets,
  apiMetadata,
  apiProduce,
  ApiRequest,
  ApiResponse,
  none,
  overdue,
  requestTimedOut,
  type AlterPartitionBody,
  type FetchedBody,
  type LeaderAndIsrBody,
  type PendingRequest,
} from './requests.ts'

/** A broker as a kind of machine: this file only hands events to the part they belong to. */
const owner: SessionOwner = {
  onState(world, node, zk) {
    const broker = node.state as Broker
    onBrokerSession(world, node, broker)
    if (zk.state === stateExpired) newSession(world, node, zk)
  },
  onReply(world, node, _zk, op, reply) {
    onBrokerReply(world, node, node.state as Broker, op.tag, reply)
  },
  onWatch(world, node, _zk, event) {
    onBrokerWatch(world, node, node.state as Broker, event)
  },
}

export const brokerKind: NodeKind = {
  name: 'broker',

  boot(world, node) {
    const broker = freshBroker(world, node)
    const options = logOptionsOf(world)
    const disk = world.disks[node.id]!
    node.state = broker
    // The marker of a clean stop is used up by starting; a first start has nothing to lose.
    broker.wasUnclean = node.incarnation > 1 && disk.cells[cellClean] === 0
    disk.cells[cellClean] = 0
    const { byPartition } = disk.cells[cellHighWatermarks] as HighWatermarks
    broker.replicas = options.partitions.map((spec) => {
      if (!spec.replicas.includes(broker.id)) return null
      const replica = new Replica()
      replica.index = spec.index
      replica.log = disk.logs[spec.index] as ReplicaLog
      replica.highWatermark = Math.min(Math.max(byPartition[spec.index] ?? 0, replica.log.startOffset), endOffsetOf(replica.log))
      rebuild(world, replica)
      return replica
    })
    bootCoordinators(broker)
    world.trace?.note(world, node.id, 'boot', `starts${broker.wasUnclean ? ' after an unclean stop' : ''}`)
    checksOf(world)?.onSessionEnd(node.id)
    connectClient(world, node, broker.zk)
    world.setTimer(node, timerWriteBack, options.writeBackMicros)
    world.setTimer(node, timerIsr, options.replicaLagMaxMicros >> 1)
    world.setTimer(node, timerCleaner, options.retentionCheckMicros)
  },

  beforeCrash(world, node) {
    const broker = node.state as Broker
    const disk = world.disks[node.id]!
    const roll = world.diskChance.below(3)
    const isUnclean = mayStopUncleanly(world, broker)
    // A process that dies leaves the page cache to the system; only a machine that loses power loses what was not written back.
    if (roll !== 0 || !isUnclean) for (const log of disk.logs) log.durable = log.entries.length
    disk.cells[cellClean] = isUnclean || broker.wasUnclean ? 0 : 1
    if (!isUnclean) disk.cells[cellHighWatermarks] = highWatermarksOf(broker)
    world.trace?.note(world, node.id, 'fault', isUnclean ? (roll === 0 ? 'loses power' : 'is killed') : 'is shut down')
    checksOf(world)?.log?.onStop(world, broker, isUnclean)
  },

  onTimer(world, node, timer) {
    const broker = node.state as Broker
    switch (timer) {
      case timerSession:
        return onSessionTimer(world, node, broker.zk, owner)
      case timerRequests:
        for (const late of overdue(world, node, broker.requests)) onAnswer(world, node, broker, late, requestTimedOut, null)
        return
      case timerPurgatory:
        return onPurgatoryTimer(world, node, broker)
      case timerWriteBack:
        return writeBack(world, node, broker)
      case timerIsr:
        return onIsrTimer(world, node, broker)
      case timerController:
        return onControllerTimer(world, node, broker)
      case timerFetch:
        return onFetchTimer(world, node, broker)
      case timerTransactions:
        return onTransactionTimer(world, node, broker)
      case timerGroups:
        return onGroupTimer(world, node, broker)
      case timerCleaner:
        clean(world, node, broker)
        world.setTimer(node, timerCleaner, logOptionsOf(world).retentionCheckMicros)
        return
      case timerRegister:
        return register(world, node, broker)
    }
  },

  onDisk() {},

  onMessage(world, node, connection, from, message) {
    const broker = node.state as Broker
    if (message instanceof ApiRequest) onRequest(world, node, broker, from, message)
    else if (message instanceof ApiResponse) {
      const pending = answered(broker.requests, message)
      if (pending !== null) onAnswer(world, node, broker, pending, message.error, message.body)
    } else if (connection !== null && connection === broker.zk.connection) onSessionMessage(world, node, broker.zk, message, owner)
  },

  onConnect: () => false,

  onConnected(world, node, connection) {
    const { zk } = node.state as Broker
    if (connection === zk.connection) onSessionConnected(world, node, zk)
  },

  onDisconnected(world, node, connection) {
    const { zk } = node.state as Broker
    if (connection === zk.connection) onSessionDisconnected(world, node, zk, owner)
  },
}

function onRequest(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  switch (request.api) {
    case apiProduce:
      return onProduce(world, node, broker, from, request)
    case apiFetch:
      return onFetch(world, node, broker, from, request)
    case apiConsume:
      return onConsume(world, node, broker, from, request)
    case apiListOffsets:
      return onListOffsets(world, node, broker, from, request)
    case apiMetadata:
      return answer(world, node, from, request, none, broker.image)
    case apiLeaderAndIsr: {
      onLeaderAndIsr(world, node, broker, from, request)
      const { image } = request.body as LeaderAndIsrBody
      // The controller counts on what this broker is now: the loss is dealt with.
      if (broker.image === image && image.brokerEpochs[broker.id] === broker.epoch && broker.wasUnclean) {
        broker.wasUnclean = false
        checksOf(world)?.log?.onRecognised(broker.id)
      }
      return
    }
    case apiAlterPartition:
      return onAlterPartition(world, node, broker, from, request)
    default:
      return onCoordinatorRequest(world, node, broker, from, request)
  }
}

function onAnswer(world: World, node: Node, broker: Broker, pending: PendingRequest, error: number, body: unknown): void {
  switch (pending.tag) {
    case tagFetch:
      return onFetchAnswer(world, node, broker, pending.correlation, error, body as FetchedBody | null)
    case tagAlter:
      return onAlterAnswer(world, node, broker, pending.request.body as AlterPartitionBody, error, error === none ? (body as PartitionState) : null)
    case tagImage:
      return onImageAnswer(broker, pending.request.body as LeaderAndIsrBody, (pending.to - node.id) + broker.id, error)
    default:
      return onCoordinatorAnswer(world, node, broker, pending, error, body)
  }
}

/** The system writes its cache back and the broker its high watermarks; nobody waits for either. */
function writeBack(world: World, node: Node, broker: Broker): void {
  for (const replica of broker.replicas) if (replica !== null && replica.log.durable < replica.log.entries.length) flush(world, node.id, replica.index, ticketNobody)
  writeCell(world, node.id, cellHighWatermarks, highWatermarksOf(broker), ticketNobody)
  world.setTimer(node, timerWriteBack, logOptionsOf(world).writeBackMicros)
}

function highWatermarksOf(broker: Broker): HighWatermarks {
  const made = new HighWatermarks()
  made.byPartition = broker.replicas.map((replica) => replica?.highWatermark ?? 0)
  return made
}
