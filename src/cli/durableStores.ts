import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { JsonObject } from '../columnar/json.ts'
import { Topics } from '../ensemble/log/topics.ts'
import type { Job } from '../job/job.ts'
import { definitionOf } from '../operators/catalog.ts'
import type { SinkWriters } from '../runtime/jobCheckpoints.ts'
import { MemoryTables } from '../runtime/storeTables.ts'
import type { DurableStores } from '../runtime/transactionalSinks.ts'
import { assignment } from './jobOverrides.ts'
import { TableFile } from './tableFiles.ts'
import { UsageError } from './terminal.ts'
import { TopicFile, topicOfFile } from './topicFiles.ts'

/**
 * Topics and tables of a run on the command line: they live as long as the run, but those that `--topic` and `--store` give a file.
 *
 * Files follow commits, and a checkpoint knows how long they were; a run that goes on from it cuts them back and commits again what the checkpoint covers.
 */
export class FileStores implements SinkWriters {
  readonly stores: DurableStores
  readonly #topics = new Topics()
  readonly #topicFiles = new Map<string, TopicFile>()
  /** Of sinks that write: the file of each operator. */
  readonly #writtenTopics = new Map<string, TopicFile>()
  readonly #tableFiles = new Map<string, TableFile>()
  /** A file that could not be written; the run ends over it. */
  #failure: unknown = null

  constructor(job: Job, topicFlags: readonly string[], folder: string | undefined, resuming: boolean) {
    const sinks = job.operators.flatMap(({ id, kind, config }) => (definitionOf(kind)?.family === 'sink' ? [{ id, key: namesOf(config.key), connector: config.connector as JsonObject | undefined }] : []))
    const named = new Set<string>()
    for (const flag of topicFlags) {
      const [name, path] = assignment('--topic', flag)
      if (named.has(name)) throw new UsageError(`error: --topic names ${name} twice`)
      named.add(name)
      const writers = sinks.filter(({ connector }) => connector?.type === 'topic' && connector.topic === name)
      const isRead = job.operators.some(({ kind, config }) => definitionOf(kind)?.family === 'source' && (config.connector as JsonObject | undefined)?.type === 'topic' && (config.connector as JsonObject).topic === name)
      if (writers.length === 0 && !isRead) throw new UsageError(`error: --topic ${name}: no source reads this topic and no sink writes it; the job's topics are ${topicsOf(job).join(', ') || 'none'}`)
      const file = resolve(path)
      if (writers.length === 0 && !existsSync(file)) throw new UsageError(`error: --topic ${name}: there is no file ${path}, and no sink of the job writes the topic`)
      const partitions = writers[0]?.connector?.partitions
      const topicFile = new TopicFile(file, topicOfFile(this.#topics, name, file, typeof partitions === 'number' ? partitions : 1))
      this.#topicFiles.set(name, topicFile)
      if (writers.length > 0) topicFile.open()
      for (const { id } of writers) this.#writtenTopics.set(id, topicFile)
      // One that is gone on from is read when it is known how much of it holds.
      if (!resuming || writers.length === 0) topicFile.load()
    }
    if (folder !== undefined) {
      for (const { id, key, connector } of sinks) {
        if (connector?.type !== 'store') continue
        const table = connector.table as string
        const other = sinks.find((sink) => sink.id !== id && sink.connector?.type === 'store' && sink.connector.table === table && this.#tableFiles.has(sink.id))
        if (other !== undefined) throw new UsageError(`error: --store: the sinks ${other.id} and ${id} both write the table ${table}; give each a table of its own, or put a union before one`)
        this.#tableFiles.set(id, new TableFile(resolve(folder), table, key, resuming))
      }
    }
    const memory = new MemoryTables()
    this.stores = {
      topics: this.#topics,
      owner: job.name,
      tables: {
        commit: (table, changes, { operator }) => {
          const file = this.#tableFiles.get(operator)
          if (file === undefined) memory.commit(table, changes)
          else this.#try(() => file.commit(changes))
        },
      },
      onCommit: (operator) => this.#try(() => this.#writtenTopics.get(operator)?.commit()),
    }
  }

  /** Throws what kept a file from being written. */
  check(): void {
    if (this.#failure !== null) throw this.#failure
  }

  snapshot(operator: string): Uint8Array | null {
    return this.#writtenTopics.get(operator)?.snapshot() ?? this.#tableFiles.get(operator)?.snapshot() ?? null
  }

  restore(operator: string, written: Uint8Array | null): void {
    this.#tableFiles.get(operator)?.restore(written)
    const topic = this.#writtenTopics.get(operator)
    if (topic === undefined || this.#restored.has(topic)) return
    // Sinks of one topic know the same of its file.
    this.#restored.add(topic)
    if (written !== null) topic.truncate(written)
    topic.load()
    if (written !== null) topic.skipTo(written)
  }
  readonly #restored = new Set<TopicFile>()

  /** The run has ended well. */
  finish(): void {
    this.check()
    for (const file of this.#tableFiles.values()) file.finish()
  }

  close(): void {
    for (const file of this.#topicFiles.values()) file.close()
    for (const file of this.#tableFiles.values()) file.close()
  }

  #try(write: () => void): void {
    try {
      if (this.#failure === null) write()
    } catch (error) {
      this.#failure = error
    }
  }
}

function topicsOf(job: Job): string[] {
  return [...new Set(job.operators.flatMap(({ config }) => {
    const connector = config.connector as JsonObject | undefined
    return connector?.type === 'topic' ? [String(connector.topic)] : []
  }))]
}

function namesOf(key: unknown): readonly string[] {
  return Array.isArray(key) ? (key as readonly string[]) : []
}
