import { rowAt, rowKind, type Batch } from '../columnar/batch.ts'
import { rowText } from '../columnar/compareRows.ts'
import type { Json, JsonObject } from '../columnar/json.ts'
import { fieldIndex, type Schema } from '../columnar/schema.ts'
import { jsonTextOf } from '../columnar/valueJson.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { Clock } from '../deterministic/clock.ts'
import { recordOf, type LogRecord } from '../ensemble/log/records.ts'
import { Partitioner, type Topic, type Topics, type TopicTransaction } from '../ensemble/log/topics.ts'
import { chanceOf } from '../ensemble/world/chance.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'
import { StoreSink, type StoreTables } from './storeTables.ts'

/**
 * Sinks whose rows outlive the run: topics and tables of the store. Written in two phases (Flink: KafkaSink's EXACTLY_ONCE, TwoPhaseCommittingSink): rows of an epoch are one transaction of each
 * subtask, and when a checkpoint is complete the transactions of the epochs below it commit. What a restart leaves open is aborted, and its rows come again.
 *
 * The rows that a checkpoint will commit are stored with it (`StagedRows`), so a process that dies between the two is followed by one that commits them: `recommit`.
 */
export interface TransactionalSink {
  /** Rows of one epoch, in order per subtask. */
  write(subtask: number, epoch: number, batch: Batch): void
  /** Rows of a run that takes no checkpoints, or asks for at least once: visible as they come. */
  append(subtask: number, batch: Batch): void
  commit(checkpoint: number): void
  abort(): void
  /** What a checkpoint covers, in a process that has not written it. */
  recommit(checkpoint: number, rows: readonly { readonly subtask: number; readonly batch: Batch }[]): void
  /** Something is written and not committed, or not acknowledged by the brokers that keep it. */
  readonly isOpen: boolean
}

/** Where such sinks write: whoever runs jobs keeps them from run to run. */
export interface DurableStores {
  readonly topics: Topics
  readonly tables: StoreTables
  /** The job's name within transactional ids, so that two jobs do not fence each other. */
  readonly owner: string
  /** The last checkpoint of an operator that is known to be in storage; 0 before the first. What a checkpoint covers is committed once. */
  readonly committed?: (operator: string) => number
  /**
   * What an operator has committed stands in its topic or table. `checkpoint` is Infinity at the end of the input, null for rows that no transaction holds. `ends`: up to where that is the case in each partition of its
   * topic; behind them may be more already, of a later checkpoint.
   */
  readonly onCommit?: (operator: string, checkpoint: number | null, ends?: readonly number[]) => void
}

export function transactionalSinks(plan: PhysicalPlan, stores: DurableStores, clock: Clock): ReadonlyMap<string, TransactionalSink> {
  const sinks = new Map<string, TransactionalSink>()
  for (const chain of plan.chains) {
    for (const { spec, role } of chain.operators) {
      if (role !== 'sink') continue
      const connector = spec.config.connector as JsonObject | undefined
      if (connector?.type === 'topic') sinks.set(spec.id, new TopicSink(spec, connector, stores, clock))
      else if (connector?.type === 'store') sinks.set(spec.id, new StoreSink(spec, connector, stores))
    }
  }
  return sinks
}

/** The topic that a sink writes, made if there is none. */
export function ensuredTopic(connector: JsonObject, topics: Topics): Topic {
  return topics.ensure(connector.topic as string, typeof connector.partitions === 'number' ? connector.partitions : 1)
}

/** The topic that a sink writes or a source reads; null for other connectors. */
export function topicOf(spec: OperatorSpec): string | null {
  const connector = spec.config.connector as JsonObject | undefined
  return connector?.type === 'topic' && typeof connector.topic === 'string' ? connector.topic : null
}

class TopicSink implements TransactionalSink {
  readonly #operator: string
  readonly #topic: Topic
  readonly #stores: DurableStores
  readonly #clock: Clock
  readonly #recordsOf: (batch: Batch) => readonly LogRecord[]
  readonly #isTransactional: boolean
  /** By subtask: each is a producer. */
  readonly #placing = new Map<number, (record: LogRecord) => number>()
  readonly #place: (subtask: number) => (record: LogRecord) => number
  #open: { readonly subtask: number; readonly epoch: number; readonly transaction: TopicTransaction }[] = []

  constructor(spec: OperatorSpec, connector: JsonObject, stores: DurableStores, clock: Clock) {
    const input = spec.inputs[0]!
    this.#operator = spec.id
    this.#topic = ensuredTopic(connector, stores.topics)
    this.#stores = stores
    this.#clock = clock
    this.#isTransactional = connector.deliveryGuarantee !== 'at-least-once'
    this.#recordsOf = recordMaker(spec.config, connector, input.schema, input.updating === true)
    const count = this.#topic.partitions.length
    this.#place = (subtask) => {
      if (connector.partitioner === 'fixed') return () => subtask % count
      if (connector.partitioner === 'round-robin') {
        let next = subtask
        return () => next++ % count
      }
      const partitioner = new Partitioner(count, chanceOf(subtask, spec.id))
      return (record) => partitioner.partitionOf(record)
    }
  }

  get isOpen(): boolean {
    return this.#open.length > 0 || this.#topic.unreplicated > 0
  }

  write(subtask: number, epoch: number, batch: Batch): void {
    if (!this.#isTransactional) {
      this.append(subtask, batch)
      return
    }
    let open = this.#open.find((candidate) => candidate.subtask === subtask && candidate.epoch === epoch)
    if (open === undefined) {
      open = { subtask, epoch, transaction: this.#stores.topics.begin(`${this.#stores.owner}/${this.#operator}-${subtask}-${epoch}`, this.#now()) }
      this.#open.push(open)
    }
    const { transaction } = open
    this.#deal(subtask, batch, (partition, records) => transaction.append(this.#topic, partition, records, this.#now()))
  }

  append(subtask: number, batch: Batch): void {
    this.#deal(subtask, batch, (partition, records) => this.#topic.partitions[partition]!.append(records, this.#now()))
    this.#committed(null)
  }

  commit(checkpoint: number): void {
    for (const { epoch, transaction } of this.#open) if (epoch < checkpoint) transaction.commit(this.#now())
    // Only now is nothing of it open: a reader that is told of the first marker must not take the other partitions for ended.
    this.#open = this.#open.filter(({ epoch }) => epoch >= checkpoint)
    this.#stores.topics.tell(this.#topic)
    this.#committed(checkpoint)
  }

  /** Told when the brokers have it, if there are some. */
  #committed(checkpoint: number | null): void {
    const { onCommit } = this.#stores
    if (onCommit === undefined) return
    const ends = this.#topic.partitions.map(({ stableEnd }) => stableEnd)
    this.#topic.whenReplicated(() => onCommit(this.#operator, checkpoint, ends))
  }

  abort(): void {
    for (const { transaction } of this.#open) transaction.abort(this.#now())
    this.#open = []
  }

  recommit(checkpoint: number, rows: readonly { readonly subtask: number; readonly batch: Batch }[]): void {
    if (!this.#isTransactional || (this.#stores.committed?.(this.#operator) ?? 0) >= checkpoint) return
    for (const { subtask, batch } of rows) this.write(subtask, checkpoint - 1, batch)
    this.commit(checkpoint)
  }

  #deal(subtask: number, batch: Batch, append: (partition: number, records: readonly LogRecord[]) => void): void {
    let place = this.#placing.get(subtask)
    if (place === undefined) {
      place = this.#place(subtask)
      this.#placing.set(subtask, place)
    }
    const parts = this.#topic.partitions.map((): LogRecord[] => [])
    for (const record of this.#recordsOf(batch)) parts[place(record)]!.push(record)
    parts.forEach((records, partition) => {
      if (records.length > 0) append(partition, records)
    })
  }

  #now(): number {
    return Math.floor(this.#clock.now())
  }
}

/** Rows as records, in the formats of the Flink connector that the sink is exported as: `json`, `debezium-json`, or the keys and values of `upsert-kafka`. */
function recordMaker(config: JsonObject, connector: JsonObject, schema: Schema, updating: boolean): (batch: Batch) => readonly LogRecord[] {
  const upsertKey = namesOf(config.key)
  const keyed = upsertKey.length > 0 ? upsertKey : namesOf(connector.keyFields)
  const columns = keyed.map((name) => fieldIndex(schema, name))
  const keySchema: Schema = { fields: columns.map((column) => schema.fields[column]!) }
  return (batch) => {
    const records: LogRecord[] = []
    for (let row = 0; row < batch.rowCount; row++) {
      const kind = batch.kinds === null ? rowKind.insert : batch.kinds[row]!
      const takesAway = kind === rowKind.updateBefore || kind === rowKind.delete
      // An upsert's new row says what became of the old one.
      if (upsertKey.length > 0 && kind === rowKind.updateBefore) continue
      const values = rowAt(batch, row)
      const key = keyed.length === 0 ? null : rowText(columns.map((column) => values[column]!), keySchema)
      if (upsertKey.length > 0) records.push(recordOf(key, takesAway ? null : rowText(values, schema)))
      else if (!updating) records.push(recordOf(key, rowText(values, schema)))
      else records.push(recordOf(key, takesAway ? `{"before":${rowText(values, schema)},"after":null,"op":"d"}` : `{"before":null,"after":${rowText(values, schema)},"op":"c"}`))
    }
    return records
  }
}

export function namesOf(list: Json | undefined): readonly string[] {
  return Array.isArray(list) ? (list as readonly string[]) : []
}

/** A key as text: its values in order. */
export function keyText(values: Parameters<typeof rowText>[0], columns: readonly number[], schema: Schema): string {
  return columns.map((column) => jsonTextOf(values[column] ?? null, schema.fields[column]!.type)).join(',')
}
