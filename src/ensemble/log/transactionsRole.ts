import { checksOf } from '../checks/checksOf.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { logOptionsOf } from './broker.ts'
import { leaderNode, refresh, timerRole, timerRole2, type LogClient, type Role } from './logClient.ts'
import { offsetsTopic, transactionsTopic } from './logOptions.ts'
import { beginEpoch, enqueue, isBusy, onProduced, Producer, pump, queueOf, tagProduce } from './producer.ts'
import { LogRecord, type LogEntry } from './records.ts'
import { visible } from './readerRole.ts'
import {
  apiAddPartitions,
  apiConsume,
  apiEndTransaction,
  apiInitProducerId,
  apiOffsetFetch,
  apiTransactionOffsets,
  ask,
  invalidProducerEpoch,
  invalidTransactionState,
  none,
  offsetOutOfRange,
  producerFenced,
  type AddPartitionsBody,
  type ConsumeBody,
  type ConsumedBody,
  type EndTransactionBody,
  type InitProducerIdBody,
  type OffsetFetchBody,
  type ProducerIdBody,
  type TransactionOffsetsBody,
} from './requests.ts'
import { coordinatorOf } from './transactionCoordinator.ts'

/**
 * Consume, transform, produce: reads the inputs, writes one output for every input record, and commits outputs and offsets in one transaction, some of which it aborts on purpose.
 * Every machine of this role uses the same transactional id, so whoever starts fences whoever was there: a zombie can wake up at any step and must change nothing.
 */
class TransactionsMemory {
  producer = new Producer()
  step = stepInit
  /** Correlation under way, so that late answers of an earlier step change nothing. */
  asking = 0
  positions = new Map<number, number>()
  /** Offsets to commit with this transaction. */
  next = new Map<number, number>()
  turn = 0
  transactions = 0
  isCommit = true
  failedBefore = 0
}

const stepInit = 1
const stepOffsets = 2
const stepRead = 3
const stepAdd = 4
const stepProduce = 5
const stepSendOffsets = 6
const stepEnd = 7
const stepRest = 8

const transactionalId = 'copy'
const groupId = 'copy'
const tagStep = 2

export const inputTopic = 'orders'
export const outputTopic = 'results'

export const transactionsRole: Role = {
  boot(world, node, client) {
    const memory = new TransactionsMemory()
    memory.producer.isTransactional = true
    world.setTimer(node, timerRole, 1_000_000 + client.chance.below(1_000_000))
    return memory
  },

  onMetadata(world, node, client) {
    go(world, node, client)
  },

  onTimer(world, node, client, timer) {
    const memory = client.memory as TransactionsMemory
    if (timer === timerRole && memory.step === stepRest) memory.step = stepInit
    go(world, node, client)
  },

  onAnswer(world, node, client, pending, error, body) {
    const memory = client.memory as TransactionsMemory
    if (pending.tag === tagProduce) {
      if (onProduced(world, node, client, memory.producer, pending, error, body) !== none) fenced(world, node, client, memory)
      return go(world, node, client)
    }
    if (pending.correlation !== memory.asking) return
    memory.asking = 0
    if (error === producerFenced || error === invalidProducerEpoch || error === invalidTransactionState) fenced(world, node, client, memory)
    else if (error === none) done(world, node, client, memory, body)
    else if (error === offsetOutOfRange && memory.step === stepRead) {
      const asked = pending.request.body as ConsumeBody
      const { logStart } = body as ConsumedBody
      if (asked.offset < logStart) memory.positions.set(asked.partition, logStart)
      memory.turn++
      return later(world, node, 200_000)
    } else {
      refresh(world, node, client)
      return later(world, node, 100_000 + client.chance.below(100_000))
    }
    go(world, node, client)
  },
}

function later(world: World, node: Node, delay: number): void {
  world.setTimer(node, timerRole, delay)
}

/** Somebody newer has the id: this one drops everything and tries to be the newer one after a while. */
function fenced(world: World, node: Node, client: LogClient, memory: TransactionsMemory): void {
  world.trace?.note(world, node.id, 'fenced', `finds its transactional id taken over (epoch ${memory.producer.producerEpoch})`)
  const producer = new Producer()
  producer.isTransactional = true
  for (const { partition, serialNext } of memory.producer.queues) queueOf(producer, partition).serialNext = serialNext
  memory.producer = producer
  memory.next = new Map()
  memory.step = stepRest
  memory.asking = 0
  later(world, node, 2_000_000 + client.chance.below(8_000_000))
}

function done(world: World, node: Node, client: LogClient, memory: TransactionsMemory, body: unknown): void {
  const { producer } = memory
  switch (memory.step) {
    case stepInit:
      beginEpoch(producer, (body as ProducerIdBody).producerId, (body as ProducerIdBody).producerEpoch)
      memory.step = stepOffsets
      return
    case stepOffsets:
      memory.positions = new Map(body as readonly (readonly [number, number])[])
      memory.step = stepRead
      return
    case stepRead:
      return onRead(world, node, client, memory, body as ConsumedBody)
    case stepAdd:
      memory.step = stepProduce
      memory.failedBefore = producer.failed
      return
    case stepSendOffsets:
      memory.step = stepEnd
      checksOf(world)?.log?.onDecided(producer.transaction, memory.isCommit)
      return
    case stepEnd: {
      const ended = body as ProducerIdBody
      checksOf(world)?.log?.onEnded(node.id, producer.transaction, memory.isCommit)
      world.trace?.note(world, node.id, 'transaction', `${memory.isCommit ? 'has committed' : 'has aborted'} its transaction`)
      if (ended.producerEpoch !== producer.producerEpoch) beginEpoch(producer, ended.producerId, ended.producerEpoch)
      producer.isDraining = false
      if (memory.isCommit) for (const [partition, offset] of memory.next) memory.positions.set(partition, offset)
      memory.next = new Map()
      memory.step = stepRead
    }
  }
}

function onRead(world: World, node: Node, client: LogClient, memory: TransactionsMemory, body: ConsumedBody): void {
  const { producer } = memory
  const partition = inputAt(world, memory.turn)
  const { entries, aborted } = body
  if (entries.length === 0) {
    memory.turn++
    return
  }
  const end = entries[entries.length - 1]!.endOffset
  const inputs = visible(entries, aborted)
  if (inputs.length === 0) {
    memory.positions.set(partition, end)
    return
  }
  memory.transactions++
  producer.transaction = client.source * 65_536 + memory.transactions
  memory.next.set(partition, end)
  memory.isCommit = client.chance.below(6) !== 0
  const output = outputFor(world, partition)
  enqueue(world, producer, output, outputsOf(client, producer, output, partition, inputs))
  checksOf(world)?.log?.onTransaction(producer.transaction, partition, memory.positions.get(partition) ?? 0, end)
  memory.step = stepAdd
}

/** One output for each input, which it names. */
function outputsOf(client: LogClient, producer: Producer, output: number, partition: number, inputs: readonly LogEntry[]): readonly LogRecord[] {
  const records: LogRecord[] = []
  const queue = queueOf(producer, output)
  for (const { batch, baseOffset, offsets } of inputs) {
    for (let i = 0; i < batch.records.length; i++) {
      const record = new LogRecord()
      record.key = `${partition}/${offsets === null ? baseOffset + i : offsets[i]!}`
      record.value = batch.records[i]!.value
      record.source = client.source
      record.serial = queue.serialNext++
      records.push(record)
    }
  }
  return Object.freeze(records)
}

function inputAt(world: World, turn: number): number {
  const inputs = logOptionsOf(world).partitions.filter((spec) => spec.topic === inputTopic)
  return inputs[turn % inputs.length]!.index
}

function outputFor(world: World, input: number): number {
  const outputs = logOptionsOf(world).partitions.filter((spec) => spec.topic === outputTopic)
  return outputs[input % outputs.length]!.index
}

/** Takes the step that is due, if nothing is under way. */
function go(world: World, node: Node, client: LogClient): void {
  const memory = client.memory as TransactionsMemory
  const { producer } = memory
  if (client.image === null || memory.asking !== 0 || memory.step === stepRest) return
  const coordinator = coordinatorOf(world, transactionsTopic, transactionalId)
  const group = coordinatorOf(world, offsetsTopic, groupId)
  const { producerId, producerEpoch, transaction } = producer
  switch (memory.step) {
    case stepInit:
      return request(world, node, client, memory, coordinator, apiInitProducerId, { transactionalId, producerId: -1, producerEpoch: -1 } satisfies InitProducerIdBody)
    case stepOffsets:
      return request(world, node, client, memory, group, apiOffsetFetch, { group: groupId } satisfies OffsetFetchBody)
    case stepRead: {
      const partition = inputAt(world, memory.turn)
      if (world.resting || memory.turn % 3 === 2) {
        // Not all the time.
        memory.turn++
        return later(world, node, 300_000)
      }
      return request(world, node, client, memory, partition, apiConsume, { partition, offset: memory.positions.get(partition) ?? 0, isReadCommitted: true } satisfies ConsumeBody)
    }
    case stepAdd: {
      const partitions = [...producer.queues.filter((queue) => queue.batches.length > 0).map((queue) => queue.partition), group]
      return request(world, node, client, memory, coordinator, apiAddPartitions, { transactionalId, producerId, producerEpoch, partitions, transaction } satisfies AddPartitionsBody)
    }
    case stepProduce: {
      const again = pump(world, node, client, producer)
      if (again < Infinity) world.setTimer(node, timerRole2, Math.max(again - world.now, 1))
      if (isBusy(producer)) return
      // A batch given up may be in the log or not: only an abort makes that not matter.
      if (producer.failed > memory.failedBefore) {
        memory.isCommit = false
        memory.step = stepEnd
        checksOf(world)?.log?.onDecided(transaction, false)
      } else memory.step = stepSendOffsets
      return go(world, node, client)
    }
    case stepSendOffsets:
      return request(world, node, client, memory, group, apiTransactionOffsets, { group: groupId, producerId, producerEpoch, transaction, offsets: [...memory.next] } satisfies TransactionOffsetsBody)
    case stepEnd:
      return request(world, node, client, memory, coordinator, apiEndTransaction, { transactionalId, producerId, producerEpoch, isCommit: memory.isCommit } satisfies EndTransactionBody)
  }
}

function request(world: World, node: Node, client: LogClient, memory: TransactionsMemory, partition: number, api: number, body: unknown): void {
  const to = leaderNode(world, client, partition)
  if (to < 0) {
    refresh(world, node, client)
    return later(world, node, 300_000)
  }
  memory.asking = ask(world, node, client.requests, to, api, body, tagStep, 1_000_000).correlation
}
