import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import { logOptionsOf } from './broker.ts'
import { leaderNode, refresh, type LogClient } from './logClient.ts'
import { sequenceAfter } from './producerState.ts'
import { noProducer, RecordBatch, type LogRecord } from './records.ts'
import { apiProduce, ask, invalidProducerEpoch, none, notEnoughReplicas, outOfOrderSequence, type PendingRequest, type ProduceBody } from './requests.ts'

/**
 * The idempotent producer (reference 3.4): a queue per partition, at most five batches under way in each, sequence numbers that stay with a batch however often it is sent.
 * A batch that nobody confirmed in time is given up without knowing whether it is in the log; then everything sent is waited for, the producer asks for a new
 * epoch, and sequences begin at 0 again (KIP-360).
 */
export class Producer {
  producerId = noProducer
  producerEpoch = -1
  acks: 0 | 1 | -1 = -1
  queues: ProducerQueue[] = []
  /** A batch was given up: nothing new is sent until all that was sent is settled. */
  isDraining = false
  isTransactional = false
  /** For the checkers. */
  transaction = 0
  acknowledged = 0
  failed = 0
}

export class ProducerQueue {
  partition = 0
  sequenceNext = 0
  /** Numbers records for the checkers. */
  serialNext = 1
  batches: QueuedBatch[] = []
}

export class QueuedBatch {
  records: readonly LogRecord[] = []
  /** Made when first sent. */
  batch: RecordBatch | null = null
  created = 0
  /** Correlation of the request under way, 0 is none. */
  correlation = 0
  notBefore = 0
}

const inFlightMax = 5
export const tagProduce = 1

export function queueOf(producer: Producer, partition: number): ProducerQueue {
  let queue = producer.queues.find((each) => each.partition === partition)
  if (queue === undefined) {
    queue = new ProducerQueue()
    queue.partition = partition
    producer.queues.push(queue)
  }
  return queue
}

export function enqueue(world: World, producer: Producer, partition: number, records: readonly LogRecord[]): void {
  const queued = new QueuedBatch()
  queued.records = records
  queued.created = world.now
  queueOf(producer, partition).batches.push(queued)
}

/** True while something waits to be sent or confirmed. */
export function isBusy(producer: Producer): boolean {
  return producer.queues.some((queue) => queue.batches.length > 0)
}

/** Sends what may be sent. Returns when to look again, or Infinity. */
export function pump(world: World, node: Node, client: LogClient, producer: Producer): number {
  const options = logOptionsOf(world)
  let again = Infinity
  for (const queue of producer.queues) {
    const { batches } = queue
    // Given up: only the head can be, since they are in the order they were made.
    while (batches.length > 0 && batches[0]!.correlation === 0 && world.now - batches[0]!.created > options.deliveryTimeoutMicros) {
      const dropped = batches.shift()!
      producer.failed++
      if (dropped.batch !== null && producer.acks === -1) producer.isDraining = true
    }
    if (producer.producerId === noProducer && producer.acks === -1) continue
    const leader = leaderNode(world, client, queue.partition)
    if (leader < 0 && batches.length > 0) {
      refresh(world, node, client)
      again = Math.min(again, world.now + 500_000)
      continue
    }
    for (let i = 0; i < batches.length && i < inFlightMax; i++) {
      const queued = batches[i]!
      if (queued.correlation !== 0) continue
      if (queued.batch === null && producer.isDraining) break
      if (queued.notBefore > world.now) {
        again = Math.min(again, queued.notBefore)
        break
      }
      if (queued.batch === null) queued.batch = sealed(world, producer, queue, queued.records)
      const body: ProduceBody = { partition: queue.partition, acks: producer.acks, batch: queued.batch }
      queued.correlation = ask(world, node, client.requests, leader, apiProduce, body, tagProduce, options.requestTimeoutMicros).correlation
    }
  }
  return again
}

function sealed(world: World, producer: Producer, queue: ProducerQueue, records: readonly LogRecord[]): RecordBatch {
  const batch = new RecordBatch()
  batch.producerId = producer.producerId
  batch.producerEpoch = producer.producerEpoch
  // Without acks=all there is no producer id and no order to keep.
  batch.baseSequence = producer.acks === -1 ? queue.sequenceNext : -1
  batch.isTransactional = producer.isTransactional
  batch.transaction = producer.transaction
  batch.timestamp = world.now
  batch.records = records
  batch.count = records.length
  queue.sequenceNext = sequenceAfter(queue.sequenceNext, records.length)
  return batch
}

/** What became of one batch: 0 go on, otherwise an error nothing can be retried after. */
export function onProduced(world: World, node: Node, client: LogClient, producer: Producer, pending: PendingRequest, error: number, body: unknown): number {
  const { partition, batch } = pending.request.body as ProduceBody
  const queue = queueOf(producer, partition)
  const at = queue.batches.findIndex((each) => each.correlation === pending.correlation)
  if (at < 0) return none
  const queued = queue.batches[at]!
  queued.correlation = 0
  if (error === none) {
    queue.batches.splice(at, 1)
    producer.acknowledged++
    world.counters.completed++
    checksOf(world)?.log?.onAcknowledged(world, node.id, partition, batch, producer.acks, (body as { readonly baseOffset: number }).baseOffset)
    return none
  }
  if (error === invalidProducerEpoch) return error
  // Out of order: one before it has not arrived yet, and this one is sent again behind it.
  queued.notBefore = world.now + (error === outOfOrderSequence ? 20_000 : error === notEnoughReplicas ? 300_000 : 100_000)
  if (error !== outOfOrderSequence) refresh(world, node, client)
  return none
}

/** Nothing is known to be under way any more: the producer may begin a new epoch. */
export function isDrained(producer: Producer): boolean {
  return producer.queues.every((queue) => queue.batches.every((each) => each.batch === null))
}

/** A new epoch: sequences begin again. */
export function beginEpoch(producer: Producer, producerId: number, producerEpoch: number): void {
  producer.producerId = producerId
  producer.producerEpoch = producerEpoch
  producer.isDraining = false
  for (const queue of producer.queues) queue.sequenceNext = 0
}
