import type { Topic, Topics } from '../ensemble/log/topics.ts'
import type { TopicAccess, TopicCursor, TopicRecords, TopicRequest } from '../engine/topicAccess.ts'

/**
 * What a run's sources read of topics, in the shell: where they start, what they are given, and when there is nothing more to come.
 *
 * A topic ends for this run when none of its sinks writes it any more and none of their transactions is open: nobody else can write it. A start at the latest offset or at a time is found out
 * once for each partition, so that a restart before the first checkpoint begins where the run began.
 */
export const recordsPerFetch = 2048

export class TopicReads {
  readonly #topics: Topics
  readonly #isWritten: (topic: string) => boolean
  readonly #starts = new Map<string, { readonly offset: number; readonly stop: number }>()
  /** Fetches that wait, by topic. */
  #parked: { readonly topic: Topic; readonly look: () => boolean }[] = []
  readonly #unsubscribe: () => void

  constructor(topics: Topics, isWritten: (topic: string) => boolean) {
    this.#topics = topics
    this.#isWritten = isWritten
    this.#unsubscribe = topics.subscribe((topic) => this.look(topic))
  }

  open({ operator, topic: name, partition, start }: TopicRequest): { readonly offset: number; readonly stop: number } {
    const topic = this.#topics.get(name)
    if (topic === undefined) {
      const names = this.#topics.all.map((other) => other.name)
      throw new Error(`There is no topic ${JSON.stringify(name)} to read${names.length === 0 ? '; there is none at all' : `; the topics are ${names.join(', ')}`}. Write it with a sink of this job or of one run before, or on the command line load it with --topic ${name}=FILE.`)
    }
    const key = `${operator}/${partition}`
    let found = this.#starts.get(key)
    if (found === undefined) {
      const log = topic.partitions[partition]!
      const offset = start.kind === 'earliest' ? log.startOffset : start.kind === 'latest' ? log.highWatermark : start.kind === 'time' ? log.offsetOfTime(start.timestamp) : start.offset
      // An offset that the partition does not have: Kafka's consumers would go to one end or the other by themselves (auto.offset.reset), Flink's fail.
      if (offset < log.startOffset || offset > log.endOffset) throw new Error(`Partition ${partition} of topic ${name} has the offsets ${log.startOffset} to ${log.endOffset}, and reading was to start at ${offset}. Start at one of these.`)
      found = { offset, stop: log.highWatermark }
      this.#starts.set(key, found)
    }
    return found
  }

  /** Answers at once or when there is something. */
  fetch(name: string, partition: number, offset: number, isolation: TopicRequest['isolation'], answer: (records: TopicRecords | 'end' | Error) => void): void {
    const topic = this.#topics.get(name)!
    const look = (): boolean => {
      try {
        const records = this.read(name, partition, offset, isolation)
        if (records === 'none') return false
        answer(records)
      } catch (error) {
        answer(error as Error)
      }
      return true
    }
    if (!look()) this.#parked.push({ topic, look })
  }

  read(name: string, partition: number, offset: number, isolation: TopicRequest['isolation']): TopicRecords | 'none' | 'end' {
    const topic = this.#topics.get(name)!
    const log = topic.partitions[partition]!
    if (offset > log.endOffset) {
      throw new Error(`Partition ${partition} of topic ${name} ends at offset ${log.endOffset}, and reading was to go on at ${offset}: the topic is not the one that was read when the checkpoint was taken. Bring that one back, or start the job anew.`)
    }
    // A consumer asks the partition's leader, and waits while there is none.
    if (!topic.canRead(partition)) return 'none'
    const records = log.read(offset, isolation, recordsPerFetch)
    if (records.next > offset) return records
    return this.#isWritten(name) ? 'none' : 'end'
  }

  /** Something about a topic has changed, or about who writes it. */
  look(topic: Topic | null): void {
    if (this.#parked.length === 0) return
    const looked = this.#parked
    this.#parked = []
    const left = looked.filter((parked) => (topic !== null && parked.topic !== topic) || !parked.look())
    this.#parked = this.#parked.length === 0 ? left : [...left, ...this.#parked]
  }

  /** New engines come: nobody waits for the old ones' answers. */
  forget(): void {
    this.#parked = []
  }

  close(): void {
    this.#parked = []
    this.#unsubscribe()
  }
}

/** Topics for engines in the shell's own thread. */
export function localTopics(reads: TopicReads): TopicAccess {
  return { open: (request) => new Promise((resolve) => resolve(new LocalCursor(reads, request))) }
}

class LocalCursor implements TopicCursor {
  readonly offset: number
  readonly stop: number
  readonly isLoading = false
  readonly #reads: TopicReads
  readonly #request: TopicRequest
  #next: number

  constructor(reads: TopicReads, request: TopicRequest) {
    const { offset, stop } = reads.open(request)
    this.offset = offset
    this.stop = stop
    this.#next = offset
    this.#reads = reads
    this.#request = request
  }

  seek(offset: number): void {
    this.#next = offset
  }

  poll(): TopicRecords | 'none' | 'end' {
    const { topic, partition, isolation } = this.#request
    const records = this.#reads.read(topic, partition, this.#next, isolation)
    if (typeof records !== 'string') this.#next = records.next
    return records
  }
}
