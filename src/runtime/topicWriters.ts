import type { JsonObject } from '../columnar/json.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { Topics } from '../ensemble/log/topics.ts'
import { ensuredTopic, topicOf, type TransactionalSink } from './transactionalSinks.ts'

/** Which topics this run still writes: a topic is written until every subtask of every sink on it has ended, and what they wrote has been committed. */
export class TopicWriters {
  readonly #sinks: readonly { readonly operator: string; readonly topic: string; readonly subtasks: number }[]
  readonly #transactional: ReadonlyMap<string, TransactionalSink>
  readonly #writing = new Map<string, Set<number>>()

  constructor(plan: PhysicalPlan, transactional: ReadonlyMap<string, TransactionalSink>) {
    this.#transactional = transactional
    this.#sinks = plan.chains.flatMap(({ operators, parallelism }) =>
      operators.flatMap(({ spec, role }) => {
        const topic = role === 'sink' ? topicOf(spec) : null
        return topic === null ? [] : [{ operator: spec.id, topic, subtasks: parallelism }]
      }),
    )
    this.begin()
  }

  /** All tasks begin, or begin again. */
  begin(): void {
    for (const { operator, subtasks } of this.#sinks) this.#writing.set(operator, new Set(Array.from({ length: subtasks }, (_, subtask) => subtask)))
  }

  /** A subtask has given up its last row: the topic it wrote, null when it is none. */
  ended(operator: string, subtask: number): string | null {
    this.#writing.get(operator)?.delete(subtask)
    return this.#sinks.find((sink) => sink.operator === operator)?.topic ?? null
  }

  isWritten(topic: string): boolean {
    return this.#sinks.some((sink) => sink.topic === topic && (this.#writing.get(sink.operator)!.size > 0 || this.#transactional.get(sink.operator)!.isOpen))
  }
}

/** The topics of a job, by name; those it writes are made. One that it only reads and that nobody has written is not among them. */
export function topicsOf(plan: PhysicalPlan, topics: Topics): readonly string[] {
  const names = new Set<string>()
  for (const { operators } of plan.chains) {
    for (const { spec, role } of operators) {
      const name = topicOf(spec)
      if (name === null) continue
      if (role === 'sink') ensuredTopic(spec.config.connector as JsonObject, topics)
      names.add(name)
    }
  }
  return [...names].filter((name) => topics.get(name) !== undefined)
}

/** How many splits sources have that read topics, by operator: a partition is one. */
export function splitsNow(plan: PhysicalPlan, topics: Topics): Readonly<Record<string, number>> {
  const splits: Record<string, number> = {}
  for (const { operators } of plan.chains) {
    for (const { spec, role } of operators) {
      const topic = role === 'source' ? topicOf(spec) : null
      // One that is not there is asked for by one reader, which says so.
      if (topic !== null) splits[spec.id] = topics.get(topic)?.partitions.length ?? 1
    }
  }
  return splits
}
