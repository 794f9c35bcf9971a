import type { Chance } from '../world/chance.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { logOptionsOf, nodeOfBroker } from './broker.ts'
import type { ClusterImage } from './clusterImage.ts'
import type { LogRole } from './logOptions.ts'
import { apiMetadata, ask, Requests, type PendingRequest } from './requests.ts'

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

export const timerRequests = 0
export const timerMetadata = 4
export const metadataBackoffMicros = 100_000
export const timerRole = 1
export const timerRole2 = 2
export const timerRole3 = 3
export const tagMetadata = -1

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

