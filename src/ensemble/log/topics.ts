import { stickyPartition, StickyPartitioner, partitionOfKey } from './partitioner.ts'
import { noteEntry, sequenceAfter } from './producerState.ts'
import { batchOf, controlAbort, controlCommit, controlNone, LogEntry, markerOf, type LogRecord } from './records.ts'
import { endOffsetOf, indexAt, lastStableOffset, Replica, ReplicaLog, settleTransactions } from './replica.ts'
import type { Chance } from '../world/chance.ts'

/**
 * Topics of real jobs: the log's entries, markers and producer states without a world around them. What a job writes is appended here once and read by reference, by this job or another.
 *
 * Promises: offsets of a partition only grow and never move; records of a transaction are read by `read_committed` readers when it has committed, all at once, and never when it was aborted;
 * a transactional id that begins anew fences its predecessor and aborts what that had open (KIP-98). Markers take an offset, as in Kafka. It keeps no time of its own, and stores nothing: `Topics.subscribe` tells whoever does.
 *
 * Where nobody replicates, this is the only copy and the high watermark is the end of the log. With a `TopicReplication` (the brokers of a run's ensemble, `liveTopics.ts`) every batch and every marker also goes to the
 * partition's leader there, and the high watermark is what these brokers have acknowledged: nobody reads beyond it. When the run ends its brokers go, and what was appended stays.
 */
export interface TopicReplication {
  /** A batch or a marker stands at the end of a partition: who replicates it says so by `TopicPartition.replicatedTo`, in order. */
  append(topic: string, partition: number, entry: LogEntry): void
  /** False while the partition has no leader to read from. */
  canRead(topic: string, partition: number): boolean
}

export class Topics {
  readonly #topics = new Map<string, Topic>()
  #replication: TopicReplication | null = null
  /** Epoch of the idempotent producer that batches outside of transactions are sent by: a new one for every set of brokers. */
  #producerEpoch = -1
  readonly #transactions = new Map<string, TopicTransaction>()
  readonly #producers = new Map<string, { readonly id: number; epoch: number }>()
  /** Transactions so far, which also names them for the brokers' checkers. */
  #begun = 0
  readonly #listeners = new Set<(topic: Topic) => void>()

  get(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  get all(): readonly Topic[] {
    return [...this.#topics.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The topic, made with so many partitions when there is none. One that exists keeps its own number. */
  ensure(name: string, partitions: number): Topic {
    let topic = this.#topics.get(name)
    if (topic === undefined) {
      topic = new Topic(name, partitions, {
        changed: (changed) => this.tell(changed),
        replication: () => (this.#replicated.has(name) ? this.#replication : null),
        producerEpoch: () => this.#producerEpoch,
      })
      this.#topics.set(name, topic)
      this.tell(topic)
    }
    return topic
  }

  remove(name: string): void {
    this.#topics.delete(name)
  }

  /** From now on these topics are replicated by somebody; what they hold already is taken to be there. */
  replicateBy(replication: TopicReplication, names: ReadonlySet<string>): void {
    this.stopReplicating()
    this.#replication = replication
    this.#replicated = names
    this.#producerEpoch++
  }

  /** The brokers are gone: what is appended here is all there is, and stands. */
  stopReplicating(): void {
    const names = this.#replicated
    this.#replication = null
    this.#replicated = new Set()
    for (const name of names) for (const partition of this.#topics.get(name)?.partitions ?? []) partition.replicatedTo(partition.endOffset)
  }
  #replicated: ReadonlySet<string> = new Set()

  /** Begins a transaction. What another instance with this transactional id has open is aborted (InitProducerId). */
  begin(transactionalId: string, timestamp: number): TopicTransaction {
    this.#transactions.get(transactionalId)?.abort(timestamp)
    let producer = this.#producers.get(transactionalId)
    if (producer === undefined) {
      producer = { id: this.#producers.size + 1, epoch: 0 }
      this.#producers.set(transactionalId, producer)
    }
    const known = producer
    const transaction = new TopicTransaction(transactionalId, producer.id, producer.epoch, ++this.#begun, () => {
      this.#transactions.delete(transactionalId)
      // The marker raises the epoch (KIP-890), so that one that comes twice is known.
      known.epoch++
    })
    this.#transactions.set(transactionalId, transaction)
    return transaction
  }

  /** Transactions that are neither committed nor aborted. */
  get open(): readonly TopicTransaction[] {
    return [...this.#transactions.values()]
  }

  /** Told after every append and every marker. */
  subscribe(listener: (topic: Topic) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Something about a topic has changed that is not in its log, such as who writes it. */
  tell(topic: Topic): void {
    for (const listener of this.#listeners) listener(topic)
  }
}

/** What a topic needs of those it belongs to. */
interface TopicHost {
  readonly changed: (topic: Topic) => void
  readonly replication: () => TopicReplication | null
  readonly producerEpoch: () => number
}

export class Topic {
  readonly name: string
  readonly partitions: readonly TopicPartition[]
  readonly #host: TopicHost
  #waits: { readonly ends: readonly number[]; readonly tell: () => void }[] = []
  /** Transactions that ended here. */
  committed = 0
  aborted = 0

  constructor(name: string, partitions: number, host: TopicHost) {
    this.name = name
    this.#host = host
    this.partitions = Array.from({ length: partitions }, (_, index) => new TopicPartition(name, index, host, () => this.#partitionChanged()))
  }

  /** Brokers keep it; false where this is the only copy. */
  get hasBrokers(): boolean {
    return this.#host.replication() !== null
  }

  /** Offsets that were appended and are not replicated yet. */
  get unreplicated(): number {
    let count = 0
    for (const { endOffset, highWatermark } of this.partitions) count += endOffset - highWatermark
    return count
  }

  /** Calls when all that stands here now is replicated: at once where it is. In the order asked. */
  whenReplicated(tell: () => void): void {
    const ends = this.partitions.map(({ endOffset }) => endOffset)
    if (this.#waits.length === 0 && this.#isReplicated(ends)) tell()
    else this.#waits.push({ ends, tell })
  }

  /** Readers may ask this partition's leader; where nobody replicates there is none to ask. */
  canRead(partition: number): boolean {
    return this.#host.replication()?.canRead(this.name, partition) ?? true
  }

  #isReplicated(ends: readonly number[]): boolean {
    return this.partitions.every(({ highWatermark }, i) => highWatermark >= ends[i]!)
  }

  #partitionChanged(): void {
    while (this.#waits.length > 0 && this.#isReplicated(this.#waits[0]!.ends)) this.#waits.shift()!.tell()
    this.#host.changed(this)
  }
}

/** Sends what belongs to no transaction; transactional producers count from 1. */
const idempotentProducer = 0

export type Isolation = 'read_committed' | 'read_uncommitted'

/** Records as columns, so that they cross to a worker in one piece. */
export interface FetchedRecords {
  readonly offsets: Float64Array
  readonly keys: readonly (string | null)[]
  readonly values: readonly (string | null)[]
  /** Ms since 1970. */
  readonly timestamps: Float64Array
  /** Where to read on: markers and aborted records are passed over. */
  readonly next: number
}

export class TopicPartition {
  readonly index: number
  readonly #replica = new Replica()
  readonly #topic: string
  readonly #host: TopicHost
  readonly #changed: () => void
  /** Of the idempotent producer. */
  #sequence = { epoch: -1, next: 0 }
  /** Records of all kinds of transactions, markers not counted. */
  recordCount = 0

  constructor(topic: string, index: number, host: TopicHost, changed: () => void) {
    this.#topic = topic
    this.index = index
    this.#host = host
    this.#replica.index = index
    this.#replica.log = new ReplicaLog()
    this.#changed = changed
  }

  /** For whoever brings brokers up with what is here. Entries do not change. */
  get entries(): readonly LogEntry[] {
    return this.#replica.log.entries as readonly LogEntry[]
  }

  /** The brokers have acknowledged everything below. */
  replicatedTo(offset: number): void {
    const replica = this.#replica
    if (offset <= replica.highWatermark) return
    replica.highWatermark = offset
    settleTransactions(replica)
    this.#changed()
  }

  get startOffset(): number {
    return this.#replica.log.startOffset
  }

  /** LEO. */
  get endOffset(): number {
    return endOffsetOf(this.#replica.log)
  }

  get highWatermark(): number {
    return this.#replica.highWatermark
  }

  /** LSO: `read_committed` readers get what is below. */
  get lastStableOffset(): number {
    return lastStableOffset(this.#replica)
  }

  /** What the last stable offset will be when everything that is appended is replicated. */
  get stableEnd(): number {
    let stable = this.endOffset
    for (const { openSince } of this.#replica.producers.values()) if (openSince >= 0 && openSince < stable) stable = openSince
    return stable
  }

  /** Producers with records here that are neither committed nor aborted. */
  get openTransactions(): number {
    let open = 0
    for (const { openSince } of this.#replica.producers.values()) if (openSince >= 0) open++
    return open
  }

  /** Appends records outside of any transaction and gives the first one's offset. `baseOffset` leaves a gap, where a log is brought back that had one. */
  append(records: readonly LogRecord[], timestamp: number, baseOffset = this.endOffset): number {
    const batch = batchOf(records, timestamp)
    if (this.#host.replication() !== null) {
      const epoch = this.#host.producerEpoch()
      if (this.#sequence.epoch !== epoch) this.#sequence = { epoch, next: 0 }
      batch.producerId = idempotentProducer
      batch.producerEpoch = epoch
      batch.baseSequence = this.#sequence.next
      this.#sequence.next = sequenceAfter(this.#sequence.next, batch.count)
    }
    return this.#push(batch, baseOffset)
  }

  /** What is appended from now on stands here or later; where a log is brought back of which markers are not known any more. */
  skipTo(offset: number): void {
    if (offset > this.endOffset) this.#push(batchOf([], 0), offset)
  }

  /** For transactions. */
  appendTransactional(records: readonly LogRecord[], producerId: number, producerEpoch: number, baseSequence: number, transaction: number, timestamp: number): number {
    const batch = batchOf(records, timestamp)
    batch.transaction = transaction
    batch.producerId = producerId
    batch.producerEpoch = producerEpoch
    batch.baseSequence = baseSequence
    batch.isTransactional = true
    return this.#push(batch, this.endOffset)
  }

  appendMarker(producerId: number, producerEpoch: number, commits: boolean, transaction: number, timestamp: number): void {
    this.#push(markerOf(producerId, producerEpoch, commits ? controlCommit : controlAbort, 0, transaction, timestamp), this.endOffset)
  }

  #push(batch: ReturnType<typeof batchOf>, baseOffset: number): number {
    const replica = this.#replica
    if (baseOffset < this.endOffset) throw new Error(`partition ${this.index} ends at offset ${this.endOffset}, and a batch was to stand at ${baseOffset}`)
    const entry = new LogEntry()
    entry.baseOffset = baseOffset
    entry.endOffset = baseOffset + batch.count
    entry.batch = batch
    replica.log.entries.push(entry)
    const openSince = batch.control === controlNone ? -1 : (replica.producers.get(batch.producerId)?.openSince ?? -1)
    const aborted = noteEntry(replica.producers, entry)
    if (aborted !== null) replica.aborted.push(aborted)
    // A producer that has nothing open is not asked again: its id is of one epoch of one writer.
    if (batch.control !== controlNone) replica.producers.delete(batch.producerId)
    else this.recordCount += batch.count
    const replication = this.#host.replication()
    if (replication === null) {
      replica.highWatermark = entry.endOffset
      this.#changed()
      return baseOffset
    }
    if (openSince >= 0) replica.unreplicated.push({ first: openSince, last: entry.baseOffset })
    replication.append(this.#topic, this.index, entry)
    this.#changed()
    return baseOffset
  }

  /** Up to so many records from an offset on, by whole batches once one has begun; none when there are none yet. `below`: nothing from there on. */
  read(from: number, isolation: Isolation, recordsMax: number, below = Infinity): FetchedRecords {
    const replica = this.#replica
    const { log } = replica
    const entries = log.entries as LogEntry[]
    const limit = Math.min(isolation === 'read_committed' ? lastStableOffset(replica) : replica.highWatermark, below)
    const keys: (string | null)[] = []
    const values: (string | null)[] = []
    const offsets: number[] = []
    const timestamps: number[] = []
    let next = Math.max(from, log.startOffset)
    for (let i = indexAt(log, next); i < entries.length && keys.length < recordsMax; i++) {
      const entry = entries[i]!
      if (entry.endOffset > limit) break
      const { batch } = entry
      if (batch.control === controlNone && !(isolation === 'read_committed' && this.#isAborted(entry))) {
        for (let r = Math.max(0, next - entry.baseOffset); r < batch.records.length; r++) {
          const record = batch.records[r]!
          offsets.push(entry.baseOffset + r)
          timestamps.push(batch.timestamp)
          keys.push(record.key)
          values.push(record.value)
        }
      }
      next = entry.endOffset
    }
    return { offsets: Float64Array.from(offsets), keys, values, timestamps: Float64Array.from(timestamps), next }
  }

  /** The first offset whose batch is not older than this; the end where all are. */
  offsetOfTime(timestamp: number): number {
    for (const entry of this.#replica.log.entries as LogEntry[]) if (entry.batch.control === controlNone && entry.batch.timestamp >= timestamp) return entry.baseOffset
    return this.endOffset
  }

  #isAborted({ batch, baseOffset }: LogEntry): boolean {
    return batch.isTransactional && this.#replica.aborted.some((range) => range.producerId === batch.producerId && range.firstOffset <= baseOffset && baseOffset < range.lastOffset)
  }
}

/** Records of one producer, in any partitions, that become visible together. */
export class TopicTransaction {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly #number: number
  readonly #ended: () => void
  /** With the next sequence in each. */
  readonly #touched = new Map<TopicPartition, { readonly topic: Topic; sequence: number }>()
  state: 'open' | 'committed' | 'aborted' = 'open'
  recordCount = 0

  constructor(transactionalId: string, producerId: number, producerEpoch: number, number: number, ended: () => void) {
    this.transactionalId = transactionalId
    this.#number = number
    this.producerId = producerId
    this.producerEpoch = producerEpoch
    this.#ended = ended
  }

  append(topic: Topic, partition: number, records: readonly LogRecord[], timestamp: number): number {
    if (this.state !== 'open') throw new Error(`transaction ${this.transactionalId} of producer epoch ${this.producerEpoch} is ${this.state}; ${records.length} more records came for partition ${partition} of ${topic.name}`)
    const at = topic.partitions[partition]!
    let touched = this.#touched.get(at)
    if (touched === undefined) {
      touched = { topic, sequence: 0 }
      this.#touched.set(at, touched)
    }
    const offset = at.appendTransactional(records, this.producerId, this.producerEpoch, touched.sequence, this.#number, timestamp)
    touched.sequence += records.length
    this.recordCount += records.length
    return offset
  }

  commit(timestamp: number): void {
    this.#end(true, timestamp)
  }

  abort(timestamp: number): void {
    this.#end(false, timestamp)
  }

  #end(commits: boolean, timestamp: number): void {
    if (this.state !== 'open') return
    this.state = commits ? 'committed' : 'aborted'
    this.#ended()
    for (const topic of new Set([...this.#touched.values()].map(({ topic }) => topic))) {
      if (commits) topic.committed++
      else topic.aborted++
    }
    for (const partition of this.#touched.keys()) partition.appendMarker(this.producerId, this.producerEpoch + 1, commits, this.#number, timestamp)
  }
}

/** Deals one writer's records out to partitions: by key as Kafka does, in turn of full batches without (reference 3.7). */
export class Partitioner {
  readonly #sticky = new StickyPartitioner()
  readonly #chance: Chance
  readonly #partitions: number

  constructor(partitions: number, chance: Chance) {
    this.#partitions = partitions
    this.#chance = chance
  }

  partitionOf(record: LogRecord): number {
    if (this.#partitions === 1) return 0
    if (record.key !== null) return partitionOfKey(record.key, this.#partitions)
    return stickyPartition(this.#sticky, this.#partitions, record.value?.length ?? 0, this.#chance)
  }
}
