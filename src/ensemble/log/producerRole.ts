import { checksOf } from '../checks/checksOf.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { logOptionsOf, nodeOfBroker } from './broker.ts'
import { timerRole, timerRole2, type LogClient, type Role } from './logClient.ts'
import { partitionOfKey, stickyPartition, StickyPartitioner } from './partitioner.ts'
import { beginEpoch, enqueue, isDrained, onProduced, Producer, pump, queueOf, tagProduce } from './producer.ts'
import { LogRecord, noProducer } from './records.ts'
import { apiInitProducerId, ask, none, type InitProducerIdBody, type ProducerIdBody } from './requests.ts'

/** A producer at work: small batches of records to the workload's topics, with and without keys, as fast as its mean pause says. */
class ProducerMemory {
  producer = new Producer()
  sticky = new StickyPartitioner()
  isInitializing = false
}

const tagInit = 2

export const producerRole: Role = {
  boot(world, node, client) {
    const memory = new ProducerMemory()
    // Every other one asks only the leader: what it writes may be lost, and makes histories differ.
    if (client.role === 'producer' && node.id % 2 === 0) memory.producer.acks = 1
    world.setTimer(node, timerRole, 1 + client.chance.below(2 * logOptionsOf(world).thinkMicros))
    return memory
  },

  onMetadata(world, node, client) {
    drive(world, node, client)
  },

  onAnswer(world, node, client, pending, error, body) {
    const memory = client.memory as ProducerMemory
    const { producer } = memory
    if (pending.tag === tagInit) {
      memory.isInitializing = false
      if (error === none) beginEpoch(producer, (body as ProducerIdBody).producerId, (body as ProducerIdBody).producerEpoch)
    } else if (pending.tag === tagProduce && onProduced(world, node, client, producer, pending, error, body) !== none) producer.isDraining = true
    drive(world, node, client)
  },

  onTimer(world, node, client, timer) {
    if (timer === timerRole) {
      const { thinkMicros } = logOptionsOf(world)
      world.setTimer(node, timerRole, (world.resting ? 5 : 1) * (1 + client.chance.below(2 * thinkMicros)))
      produceSome(world, node, client)
    }
    drive(world, node, client)
  },
}

function drive(world: World, node: Node, client: LogClient): void {
  const memory = client.memory as ProducerMemory
  const { producer } = memory
  if (producer.acks === -1 && !memory.isInitializing && (producer.producerId === noProducer || (producer.isDraining && isDrained(producer)))) {
    memory.isInitializing = true
    const body: InitProducerIdBody = { transactionalId: null, producerId: producer.producerId, producerEpoch: producer.producerEpoch }
    ask(world, node, client.requests, nodeOfBroker(world, client.chance.below(logOptionsOf(world).brokers)), apiInitProducerId, body, tagInit, 1_000_000)
  }
  const again = pump(world, node, client, producer)
  if (again < Infinity) world.setTimer(node, timerRole2, Math.max(again - world.now, 1))
}

/** One to three records; half of the batches have keys, from few enough that compaction has work. */
function produceSome(world: World, _node: Node, client: LogClient): void {
  const memory = client.memory as ProducerMemory
  const options = logOptionsOf(world)
  const { chance } = client
  const specs = options.partitions.filter((spec) => !spec.topic.startsWith('__') && (client.role === 'keyed') === (spec.cleanup === 'compact') && spec.topic !== 'results')
  if (specs.length === 0 || memory.producer.queues.some((queue) => queue.batches.length > 20)) return
  const count = 1 + chance.below(3)
  const key = client.role === 'keyed' || chance.below(2) === 0 ? `key ${chance.below(client.role === 'keyed' ? 6 : 40)}` : null
  const partition = specs[key === null ? stickyPartition(memory.sticky, specs.length, 6_000, chance) : partitionOfKey(key, specs.length)]!.index
  const queue = queueOf(memory.producer, partition)
  const records: LogRecord[] = []
  for (let i = 0; i < count; i++) {
    const record = new LogRecord()
    record.key = key
    record.source = memory.producer.acks === -1 ? client.source : 0
    record.serial = queue.serialNext++
    record.value = client.role === 'keyed' && chance.below(4) === 0 ? null : `${client.source}.${record.serial}`
    records.push(record)
  }
  enqueue(world, memory.producer, partition, Object.freeze(records))
  checksOf(world)?.log?.onProduced()
}
