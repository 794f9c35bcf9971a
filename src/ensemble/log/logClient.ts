import { chanceOf, type Chance } from '../world/chance.ts'
import type { Node, NodeKind } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { logOptionsOf, nodeOfBroker } from './broker.ts'
import type { ClusterImage } from './clusterImage.ts'
import { roles } from './roles.ts'
import type { LogRole } from './logOptions.ts'
import { answered, apiMetadata, ApiResponse, ask, none, overdue, requestTimedOut, Requests, type PendingRequest } from './requests.ts'

/**
 * A client of the log: what it knows of the cluster, its requests under way, and one role that uses them. It knows nothing but what brokers told it, asks any of them for the
 * rest, and keeps nothing over a crash.
 */
export class LogClient {
  chance!: Chance
  requests = new Requests()
  image: ClusterImage | null = null
  isAskingMetadata = false
  /** When it may ask for metadata again (Kafka's retry.backoff.ms). */
  metadataAfter = 0
  role: LogRole = 'reader'
  memory: object = {}
  /** Unique for this machine and boot. */
  source = 0
}

/** What a client does: the events of its machine as they concern it. */
export interface Role {
  boot(world: World, node: Node, client: LogClient): object
  /** The cluster's image is new. */
  onMetadata(world: World, node: Node, client: LogClient): void
  onAnswer(world: World, node: Node, client: LogClient, pending: PendingRequest, error: number, body: unknown): void
  onTimer(world: World, node: Node, client: LogClient, timer: number): void
}

const timerRequests = 0
const timerMetadata = 4
const metadataBackoffMicros = 100_000
export const timerRole = 1
export const timerRole2 = 2
export const timerRole3 = 3
const tagMetadata = -1

export const logClientKind: NodeKind = {
  name: 'log client',

  boot(world, node) {
    const options = logOptionsOf(world)
    const client = new LogClient()
    const number = node.id - nodeOfBroker(world, options.brokers)
    client.chance = chanceOf(world.setup.seed, `log client ${node.id} boot ${node.incarnation}`)
    client.requests.timer = timerRequests
    client.role = options.clients[number]!
    client.source = node.id * 4_096 + node.incarnation
    node.state = client
    client.memory = roles[client.role].boot(world, node, client)
    refresh(world, node, client)
  },

  onTimer(world, node, timer) {
    const client = node.state as LogClient
    if (timer === timerRequests) for (const late of overdue(world, node, client.requests)) onAnswer(world, node, client, late, requestTimedOut, null)
    else if (timer === timerMetadata) {
      client.isAskingMetadata = false
      refresh(world, node, client)
    } else roles[client.role].onTimer(world, node, client, timer)
  },

  onDisk() {},

  onMessage(world, node, _connection, _from, message) {
    if (!(message instanceof ApiResponse)) return
    const client = node.state as LogClient
    const pending = answered(client.requests, message)
    if (pending !== null) onAnswer(world, node, client, pending, message.error, message.body)
  },

  onConnect: () => false,
  onConnected() {},
  onDisconnected() {},
}

function onAnswer(world: World, node: Node, client: LogClient, pending: PendingRequest, error: number, body: unknown): void {
  if (pending.tag !== tagMetadata) return roles[client.role].onAnswer(world, node, client, pending, error, body)
  client.isAskingMetadata = false
  client.metadataAfter = world.now + metadataBackoffMicros
  const image = body as ClusterImage | null
  if (error !== none || image === null) return refresh(world, node, client)
  // An older broker's view must not replace a newer one.
  const { image: known } = client
  if (known === null || image.controllerEpoch > known.controllerEpoch || (image.controllerEpoch === known.controllerEpoch && image.version > known.version)) client.image = image
  roles[client.role].onMetadata(world, node, client)
}

/** Asks some broker who leads what. */
export function refresh(world: World, node: Node, client: LogClient): void {
  if (client.isAskingMetadata) return
  client.isAskingMetadata = true
  if (client.metadataAfter > world.now) return world.setTimer(node, timerMetadata, client.metadataAfter - world.now)
  const broker = client.chance.below(logOptionsOf(world).brokers)
  ask(world, node, client.requests, nodeOfBroker(world, broker), apiMetadata, null, tagMetadata, 500_000)
}

/** The machine that leads a partition as far as this client knows; −1: unknown. */
export function leaderNode(world: World, client: LogClient, partition: number): number {
  const leader = client.image?.partitions[partition]?.leader ?? -1
  return leader < 0 ? -1 : nodeOfBroker(world, leader)
}

