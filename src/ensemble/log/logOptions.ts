import { neverChanges } from '../world/copy.ts'
import type { AssignorName } from './assignors.ts'

/**
 * What the brokers of a world are configured with. Times are whole microseconds; defaults are Kafka's, except the lag limit (10 s as before Kafka 2.5 instead of 30 s, so that
 * a minute of faults sees replicas leave) and intervals that would only cost events.
 */
export class LogOptions {
  brokers = 3
  topics: readonly TopicSpec[] = []
  /** Made of the topics by `logOptions`. */
  partitions: readonly PartitionSpec[] = []
  /** One machine each. */
  clients: readonly LogRole[] = []
  replicaLagMaxMicros = 10_000_000
  fetchWaitMaxMicros = 500_000
  /** How long anybody waits for an answer before asking again. */
  requestTimeoutMicros = 2_000_000
  /** A producer gives a batch up after this. */
  deliveryTimeoutMicros = 30_000_000
  /** The page cache is written back this often: nothing in the protocol waits for it. */
  writeBackMicros = 2_000_000
  highWatermarkCheckpointMicros = 5_000_000
  retentionCheckMicros = 5_000_000
  brokerSessionMs = 6_000
  minInsyncReplicas = 2
  transactionTimeoutMicros = 15_000_000
  groupSessionMicros = 10_000_000
  groupHeartbeatMicros = 3_000_000
  rebalanceTimeoutMicros = 5_000_000
  initialRebalanceDelayMicros = 500_000
  /** The assignor of the consumer group, and what it reads. */
  assignor: AssignorName = 'range'
  groupTopics: readonly string[] = []
  /** Mean pause of a producer between two batches. */
  thinkMicros = 150_000
}

export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  readonly replicas: number
  readonly minInsyncReplicas?: number
  readonly cleanup?: 'delete' | 'compact'
  /** Records kept at least; retention by count stands for retention by bytes. */
  readonly retentionRecords?: number
}

/** What a client machine does; `sinks` are those of a job outside the world. */
export type LogRole = 'producer' | 'reader' | 'transactions' | 'group' | 'keyed' | 'sinks'

/** One partition of the world's topics, in the one numbering everybody uses. */
export class PartitionSpec {
  index = 0
  topic = ''
  partition = 0
  /** Brokers by number, preferred leader first. */
  replicas: readonly number[] = []
  minInsyncReplicas = 1
  cleanup: 'delete' | 'compact' = 'delete'
  retentionRecords = Infinity

  get name(): string {
    return `${this.topic}-${this.partition}`
  }

  get path(): string {
    return `/brokers/topics/${this.topic}/partitions/${this.partition}/state`
  }
}
neverChanges(LogOptions)
neverChanges(PartitionSpec)

/** Options with these changes, and the partitions that follow from them. */
export function logOptions(changes: Partial<LogOptions>): LogOptions {
  const options = Object.assign(new LogOptions(), changes)
  options.partitions = partitionsOf(options)
  return options
}

export const offsetsTopic = '__consumer_offsets'
export const transactionsTopic = '__transaction_state'

/** Assigns replicas round robin, as Kafka does without racks: partition p begins at broker p, the others follow. */
function partitionsOf(options: LogOptions): readonly PartitionSpec[] {
  const specs: PartitionSpec[] = []
  for (const topic of options.topics) {
    for (let partition = 0; partition < topic.partitions; partition++) {
      const spec = new PartitionSpec()
      spec.index = specs.length
      spec.topic = topic.name
      spec.partition = partition
      spec.replicas = Array.from({ length: Math.min(topic.replicas, options.brokers) }, (_, i) => (specs.length + i) % options.brokers)
      spec.minInsyncReplicas = topic.minInsyncReplicas ?? options.minInsyncReplicas
      spec.cleanup = topic.cleanup ?? 'delete'
      spec.retentionRecords = topic.retentionRecords ?? Infinity
      specs.push(spec)
    }
  }
  return Object.freeze(specs)
}
