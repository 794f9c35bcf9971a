import { checksOf } from '../checks/checksOf.ts'
import type { World } from '../world/world.ts'
import { brokerOf, cellHighWatermarks, HighWatermarks, logOptionsOf, nodeOfBroker } from './broker.ts'
import type { ClusterImage, PartitionState } from './clusterImage.ts'
import { jobQueues } from './jobRole.ts'
import { logOptions, type LogOptions, type PartitionSpec } from './logOptions.ts'
import type { LogEntry } from './records.ts'
import { endOffsetOf, roleLeader, type ReplicaLog } from './replica.ts'

/**
 * The topics of a job behind the brokers of its run's ensemble: three brokers beside the servers, every partition on each of them, two that must be in sync. They begin with what the topics held, as brokers
 * that were stopped cleanly do; what the job's sinks append comes by `jobRole.ts`. Times are in the proportion of the live ensemble's (decision 0140): sessions of one second instead of eighteen.
 */
export interface LiveTopic {
  readonly name: string
  /** What each partition holds. */
  readonly partitions: readonly (readonly LogEntry[])[]
}

export const liveBrokers = 3

export function liveLogOptions(topics: readonly LiveTopic[], brokerSessionMs: number): LogOptions {
  return logOptions({
    brokers: liveBrokers,
    topics: topics.map(({ name, partitions }) => ({ name, partitions: partitions.length, replicas: liveBrokers })),
    clients: ['sinks'],
    brokerSessionMs,
    replicaLagMaxMicros: 2_000_000,
    requestTimeoutMicros: 500_000,
    // A job's topics keep everything, so nothing is cleaned.
    retentionCheckMicros: 60_000_000,
  })
}

/** Before the world's first event: every replica has it all, on disk. */
export function loadTopics(world: World, topics: readonly LiveTopic[]): void {
  for (const spec of logOptionsOf(world).partitions) {
    const entries = topics.find(({ name }) => name === spec.topic)!.partitions[spec.partition]!
    for (const broker of spec.replicas) {
      const disk = world.disks[nodeOfBroker(world, broker)]!
      const log = disk.logs[spec.index] as ReplicaLog
      log.entries = [...entries]
      log.durable = entries.length
    }
    const ghost = checksOf(world)?.log?.of(spec.index)
    if (ghost === undefined || entries.length === 0) continue
    ghost.log = [...entries]
    ghost.end = entries.at(-1)!.endOffset
  }
  for (let broker = 0; broker < liveBrokers; broker++) {
    const disk = world.disks[nodeOfBroker(world, broker)]!
    const ends = new HighWatermarks()
    ends.byPartition = disk.logs.map((log) => endOffsetOf(log as ReplicaLog))
    disk.cells[cellHighWatermarks] = ends
  }
}

/** What one of the brokers knows of the cluster: the newest of them all. */
export function newestImage(world: World): ClusterImage | null {
  let newest: ClusterImage | null = null
  for (let id = 0; id < logOptionsOf(world).brokers; id++) {
    const image = world.nodes[nodeOfBroker(world, id)]!.up ? (brokerOf(world, id)?.image ?? null) : null
    if (image !== null && (newest === null || image.controllerEpoch > newest.controllerEpoch || (image.controllerEpoch === newest.controllerEpoch && image.version > newest.version))) newest = image
  }
  return newest
}

/** A consumer would find a leader: a broker that is up and leads, as itself and the newest image say. */
export function hasLeader(world: World, index: number, image: ClusterImage | null): boolean {
  const leader = image?.partitions[index]?.leader ?? -1
  if (leader < 0) return false
  const node = world.nodes[nodeOfBroker(world, leader)]!
  return node.up && !node.paused && brokerOf(world, leader)?.replicas[index]?.role === roleLeader
}

/** Every replica is in sync, and the partition has its leader. */
export function isFullyInSync(world: World, index: number): boolean {
  const image = newestImage(world)
  return hasLeader(world, index, image) && image!.partitions[index]!.isr.length === logOptionsOf(world).partitions[index]!.replicas.length
}

/** How long an append may be under way before anybody asks why, in virtual µs. */
const patienceMicros = 300_000

/** Why the job's sinks wait for a partition, in a sentence; null while none waits for longer than replication takes. */
export function topicObstacle(world: World): string | null {
  const queues = jobQueues(world)
  if (queues === null) return null
  const image = newestImage(world)
  for (const { partition, entries, refusal, since } of queues) {
    if (entries.length === 0 || world.now - since < patienceMicros) continue
    const spec = logOptionsOf(world).partitions[partition]!
    const state = image?.partitions[partition] ?? null
    const waiting = entries.length === 1 ? 'one batch of the sink waits' : `${entries.length} batches of the sink wait`
    if (!hasLeader(world, partition, image)) return `${spec.name} has no leader${downText(world, spec)}: ${waiting} until the controller has elected one.`
    if (state !== null && (state.isr.length < spec.minInsyncReplicas || refusal !== 0)) return tooFew(world, spec, state, waiting)
    return `${waiting} for ${spec.name}: the in-sync replicas ${state?.isr.join(', ') ?? ''} have not fetched them yet${downText(world, spec)}.`
  }
  return null
}

function tooFew(world: World, spec: PartitionSpec, { isr }: PartitionState, waiting: string): string {
  const inSync = isr.length === 0 ? 'no broker is' : isr.length === 1 ? `only broker ${isr[0]} is` : `brokers ${isr.join(' and ')} are`
  return `${spec.name}: ${inSync} in sync and min.insync.replicas is ${spec.minInsyncReplicas}${downText(world, spec)}; ${waiting} to be acknowledged.`
}

function downText(world: World, { replicas }: PartitionSpec): string {
  const down = replicas.filter((id) => !world.nodes[nodeOfBroker(world, id)]!.up).toSorted((a, b) => a - b)
  return down.length === 0 ? '' : ` (broker${down.length === 1 ? '' : 's'} ${down.join(' and ')} ${down.length === 1 ? 'is' : 'are'} down)`
}
