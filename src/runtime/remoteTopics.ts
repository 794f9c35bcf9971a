import type { TopicAccess, TopicCursor, TopicRecords, TopicRequest } from '../engine/topicAccess.ts'
import type { FromEngine, ToEngine } from './wire.ts'

/**
 * The shell's topics, asked for over an engine's port. Each cursor has one fetch on its way ahead of what it has given, and the shell answers it when there are records: the long poll of a
 * Kafka consumer, with one partition a request.
 */
export class RemoteTopics implements TopicAccess {
  readonly #post: (message: FromEngine) => void
  readonly #waiting = new Map<number, (message: Answer) => void>()
  #requests = 0

  constructor(post: (message: FromEngine) => void) {
    this.#post = post
  }

  async open(open: TopicRequest): Promise<TopicCursor> {
    const answer = await new Promise<Answer>((resolve) => this.#ask((request) => ({ kind: 'openTopic', request, open }), resolve))
    if (answer.kind === 'topicFailed') throw new Error(answer.message)
    if (answer.kind !== 'topicOpened') throw new Error(`unexpected answer ${answer.kind}`)
    return new RemoteCursor(open, answer.offset, answer.stop, (offset, then) => {
      this.#ask((request) => ({ kind: 'fetchTopic', request, topic: open.topic, partition: open.partition, offset, isolation: open.isolation }), (fetched) => {
        if (fetched.kind === 'topicFetched') then(fetched.records)
        else if (fetched.kind === 'topicFailed') then(new Error(fetched.message))
      })
    })
  }

  hear(message: Answer): void {
    const waiting = this.#waiting.get(message.request)
    this.#waiting.delete(message.request)
    waiting?.(message)
  }

  #ask(message: (request: number) => FromEngine, then: (message: Answer) => void): void {
    const request = ++this.#requests
    this.#waiting.set(request, then)
    this.#post(message(request))
  }
}

type Answer = Extract<ToEngine, { readonly kind: 'topicOpened' | 'topicFetched' | 'topicFailed' }>

type Fetched = TopicRecords | 'end' | Error

class RemoteCursor implements TopicCursor {
  readonly offset: number
  readonly stop: number
  readonly #fetch: (offset: number, then: (records: Fetched) => void) => void
  #next: number
  #there: Fetched | null = null
  #isAsked = false
  isLoading = true

  constructor({ partition, topic }: TopicRequest, offset: number, stop: number, fetch: (offset: number, then: (records: Fetched) => void) => void) {
    if (!Number.isInteger(offset)) throw new Error(`topic ${topic}, partition ${partition}: ${offset} is no offset`)
    this.offset = offset
    this.stop = stop
    this.#next = offset
    this.#fetch = fetch
  }

  seek(offset: number): void {
    this.#next = offset
  }

  poll(): TopicRecords | 'none' | 'end' {
    const there = this.#there
    if (there === 'end') return 'end'
    if (there instanceof Error) throw there
    this.#there = null
    if (there !== null) this.#next = there.next
    if (!this.#isAsked) {
      this.#isAsked = true
      this.#fetch(this.#next, (records) => {
        this.#isAsked = false
        this.isLoading = false
        this.#there = records
      })
    }
    return there ?? 'none'
  }
}
