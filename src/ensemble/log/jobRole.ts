import { checksOf } from '../checks/checksOf.ts'
import { neverChanges } from '../world/copy.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { isBrokerNode, logOptionsOf } from './broker.ts'
import { LogClient, leaderNode, refresh, timerRole, type Role } from './logClient.ts'
import { controlCommit, controlNone, type LogEntry, type RecordBatch } from './records.ts'
import { apiProduce, apiWriteMarkers, ask, none, notEnoughReplicas, notEnoughReplicasAfterAppend, type ProduceBody, type WriteMarkersBody } from './requests.ts'

/**
 * The sinks of a job that runs outside the world: what they append is sent to the leader of its partition with acks=all, in order, one request under way in each partition
 * (max.in.flight.requests.per.connection 1, so that batches of several producers keep the order they were given), and again until it is acknowledged.
 *
 * Offsets are given outside, where the log of the job's topics is (`topics.ts`), and hold here because nobody else writes: a batch that stands elsewhere stops the run. Batches know their producers, epochs and
 * sequences already, so one that comes twice is not appended twice; a transaction's markers are sent like a coordinator's (WriteTxnMarkers), and come twice as little because they raise the epoch (KIP-890).
 */
export class JobAppend {
  partition = 0
  entry!: LogEntry
}
neverChanges(JobAppend)

export class JobQueue {
  partition = 0
  entries: LogEntry[] = []
  /** Of the request under way; 0 is none. */
  correlation = 0
  notBefore = 0
  /** Everything below is behind the high watermark of a leader. */
  acknowledged = 0
  /** What the last answer said, if it was a refusal. */
  refusal = none
  /** When the first of `entries` began to wait to be acknowledged. */
  since = 0
}

class JobMemory {
  queues: JobQueue[] = []
}

const tagAppend = 1
/** Pauses before asking again (Kafka's retry.backoff.ms), and while too few replicas are in sync. */
const backoffMicros = 60_000
const tooFewMicros = 200_000

export const jobRole: Role = {
  boot(world) {
    const memory = new JobMemory()
    memory.queues = logOptionsOf(world).partitions.map(({ index }) => {
      const queue = new JobQueue()
      queue.partition = index
      return queue
    })
    return memory
  },

  onMetadata: drive,

  onAnswer(world, node, client, pending, error, body) {
    if (pending.tag !== tagAppend) return
    const queue = (client.memory as JobMemory).queues.find((each) => each.correlation === pending.correlation)
    if (queue === undefined) return
    queue.correlation = 0
    queue.refusal = error
    const entry = queue.entries[0]!
    if (error === none) {
      const { baseOffset } = body as { readonly baseOffset: number }
      if (baseOffset !== entry.baseOffset) throw new Error(`${logOptionsOf(world).partitions[queue.partition]!.name}: a batch was given offset ${entry.baseOffset} by the job's topic, and the brokers have it at ${baseOffset}; nobody but the job's sinks may write here`)
      if (entry.batch.control === controlNone) checksOf(world)?.log?.onAcknowledged(world, node.id, queue.partition, entry.batch, -1, baseOffset)
      queue.entries.shift()
      queue.acknowledged = entry.endOffset
      queue.since = world.now
      world.counters.completed++
    } else {
      queue.notBefore = world.now + (error === notEnoughReplicas || error === notEnoughReplicasAfterAppend ? tooFewMicros : backoffMicros)
      refresh(world, node, client)
    }
    pump(world, node, client, queue)
  },

  onTimer(world, node, client) {
    drive(world, node, client)
  },
}

/** From outside: the job has appended. */
export function onJobAppend(world: World, { partition, entry }: JobAppend): void {
  const node = jobNode(world)
  if (node === null) return
  const client = node.state as LogClient
  const queue = (client.memory as JobMemory).queues[partition]!
  queue.entries.push(entry)
  const { control, transaction } = entry.batch
  if (control !== controlNone) checksOf(world)?.log?.onDecided(transaction, control === controlCommit)
  if (queue.entries.length > 1) return
  queue.since = world.now
  pump(world, node, client, queue)
}

/** What became of it, by partition; null before the machine has started. */
export function jobQueues(world: World): readonly JobQueue[] | null {
  const node = jobNode(world)
  return node === null ? null : ((node.state as LogClient).memory as JobMemory).queues
}

/** The sinks have been told who leads every partition. */
export function sinksKnowLeaders(world: World): boolean {
  const node = jobNode(world)
  return node !== null && logOptionsOf(world).partitions.every(({ index }) => leaderNode(world, node.state as LogClient, index) >= 0)
}

function jobNode(world: World): Node | null {
  for (const node of world.nodes) {
    const { state } = node
    if (!isBrokerNode(world, node.id) && state instanceof LogClient && state.role === 'sinks') return node
  }
  return null
}

function drive(world: World, node: Node, client: LogClient): void {
  for (const queue of (client.memory as JobMemory).queues) pump(world, node, client, queue)
}

function pump(world: World, node: Node, client: LogClient, queue: JobQueue): void {
  const entry = queue.entries[0]
  if (entry === undefined || queue.correlation !== 0) return
  const leader = leaderNode(world, client, queue.partition)
  if (leader < 0 || queue.notBefore > world.now) {
    if (leader < 0) refresh(world, node, client)
    world.setTimer(node, timerRole, Math.max(queue.notBefore - world.now, backoffMicros))
    return
  }
  const { batch } = entry
  const isMarker = batch.control !== controlNone
  const body = isMarker ? markers(queue.partition, batch) : ({ partition: queue.partition, acks: -1, batch } satisfies ProduceBody)
  queue.correlation = ask(world, node, client.requests, leader, isMarker ? apiWriteMarkers : apiProduce, body, tagAppend, logOptionsOf(world).requestTimeoutMicros).correlation
}

function markers(partition: number, { producerId, producerEpoch, control, transaction }: RecordBatch): WriteMarkersBody {
  return { partition, producerId, producerEpoch, isCommit: control === controlCommit, coordinatorEpoch: 0, transactionalId: '', transaction }
}
