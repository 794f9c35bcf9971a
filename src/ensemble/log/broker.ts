import { ZkClient } from '../client/zkClient.ts'
import { chanceOf, type Chance } from '../world/chance.ts'
import { AppendLog, Disk } from '../world/disk.ts'
import { neverChanges } from '../world/copy.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { ClusterImage } from './clusterImage.ts'
import type { Controller } from './controller.ts'
import type { GroupCoordinator } from './groupCoordinator.ts'
import type { LogOptions } from './logOptions.ts'
import { Replica, ReplicaLog } from './replica.ts'
import { Requests, type ApiRequest, type FetchBody } from './requests.ts'
import type { TransactionCoordinator } from './transactionCoordinator.ts'

/** What a broker holds in memory; a crash leaves it its disk. */
export class Broker {
  /** Its number, which names it to the others. */
  id = 0
  zk = new ZkClient()
  chance!: Chance
  requests = new Requests()
  /** The czxid of its znode; 0 before it is registered. */
  epoch = 0
  /** It came up after an unclean stop: what it held may be gone, and the controller must know (KIP-966). */
  wasUnclean = false
  controllerEpoch = 0
  image: ClusterImage | null = null
  /** By partition index; null where it holds no replica. */
  replicas: (Replica | null)[] = []
  fetchers: Fetcher[] = []
  delayedFetches: DelayedFetch[] = []
  purgatoryRings = 0
  /** Leaders whose proposal of in-sync replicas must be sent again. */
  unanswered: Replica[] = []
  fetchRings = 0
  controller: Controller | null = null
  /** Reads before it may become controller: the version of the epoch's znode. */
  electing = false
  groups!: GroupCoordinator
  transactions!: TransactionCoordinator
  /** Producer ids it may hand out (a block from the ensemble). */
  producerIdNext = 0
  producerIdEnd = 0
  /** Writes of its coordinators that wait for the high watermark. */
  awaiting: Awaited[] = []
}

/** One loop that fetches from one leader. */
export class Fetcher {
  leader = 0
  /** Correlation of the fetch under way; 0 is none. */
  correlation = 0
  /** Not before then. */
  notBefore = 0
}

/** A fetch of a follower that waits for something to read. */
export class DelayedFetch {
  from = 0
  request: ApiRequest | null = null
  body: FetchBody | null = null
  deadline = 0
}

/** A coordinator wants to know when what it appended is committed, or that it never will be by this leader. */
export class Awaited {
  partition = 0
  leaderEpoch = 0
  endOffset = 0
  /** Which coordinator, and its own words. */
  purpose = 0
  about: object | null = null
}

export const timerSession = 0
export const timerRequests = 1
export const timerPurgatory = 2
export const timerWriteBack = 3
export const timerIsr = 4
export const timerController = 5
export const timerFetch = 6
export const timerTransactions = 7
export const timerGroups = 8
export const timerCleaner = 9
export const timerRegister = 10

export const cellHighWatermarks = 0
/** 1 after a clean stop, 0 otherwise. */
export const cellClean = 1

export const ticketNobody = 0

/** A replica's high watermarks as they stand on disk. */
export class HighWatermarks {
  byPartition: readonly number[] = []
}
neverChanges(HighWatermarks)

export function brokerDisk(options: LogOptions): Disk {
  const disk = new Disk()
  // A log for every partition, empty where the broker holds no replica, so that one number names a partition everywhere.
  disk.logs = options.partitions.map((): AppendLog => new ReplicaLog())
  disk.cells = [new HighWatermarks(), 0]
  return disk
}

export function logOptionsOf(world: World): LogOptions {
  return world.setup.options.log!
}

/** The machine of a broker, and back. */
export function nodeOfBroker(world: World, broker: number): number {
  const { servers, observers, clients } = world.setup.options
  return servers + observers + clients + broker
}

export function brokerOf(world: World, broker: number): Broker | null {
  return world.nodes[nodeOfBroker(world, broker)]!.state as Broker | null
}

export function isBrokerNode(world: World, id: number): boolean {
  const { log } = world.setup.options
  const first = nodeOfBroker(world, 0)
  return log !== null && id >= first && id < first + log.brokers
}

export function freshBroker(world: World, node: Node): Broker {
  const broker = new Broker()
  broker.id = node.id - nodeOfBroker(world, 0)
  broker.chance = chanceOf(world.setup.seed, `broker ${broker.id} boot ${node.incarnation}`)
  broker.zk.chance = chanceOf(world.setup.seed, `session ${node.id} boot ${node.incarnation}`)
  broker.zk.requestedMs = broker.zk.timeoutMs = logOptionsOf(world).brokerSessionMs
  broker.zk.timer = timerSession
  broker.requests.timer = timerRequests
  return broker
}
