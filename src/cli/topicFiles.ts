import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { ExactNumber, type Json, type JsonObject } from '../columnar/json.ts'
import { printJson, readJson } from '../columnar/jsonText.ts'
import { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { recordOf, type LogRecord } from '../ensemble/log/records.ts'
import type { Topic, Topics } from '../ensemble/log/topics.ts'
import { reasonOf } from './jobFile.ts'
import { makeFolderOf, OutputFile } from './outputFile.ts'
import { UsageError } from './terminal.ts'

/**
 * A topic as a file: what `--topic NAME=FILE` brings in, and what the job commits to it. JSON lines: first `{"topic", "partitions"}`, then a record a line, `{"partition", "offset", "timestamp", "key", "value"}`, in the
 * order in which they were committed. Only committed records are in it, so their offsets may leave gaps, as in Kafka, where markers and aborted records stand between them.
 *
 * A line of any other form is read as the value of a record without a key, so a file of rows is a topic too.
 */
export class TopicFile {
  readonly #path: string
  readonly #topic: Topic
  #output: OutputFile | null = null
  /** By partition: records below stand in the file. */
  readonly #written: number[]

  constructor(path: string, topic: Topic) {
    this.#path = path
    this.#topic = topic
    this.#written = topic.partitions.map(({ endOffset }) => endOffset)
  }

  /** The job writes the topic: what it commits is appended. */
  open(): void {
    const isNew = !existsSync(this.#path)
    makeFolderOf(this.#path)
    this.#output = new OutputFile(this.#path, this.#path, true)
    if (isNew || this.#output.length === 0) this.#output.write(`${JSON.stringify({ topic: this.#topic.name, partitions: this.#topic.partitions.length })}\n`)
  }

  /** Writes what has been committed since. */
  commit(): void {
    let text = ''
    this.#topic.partitions.forEach((partition, index) => {
      for (;;) {
        const { offsets, keys, values, timestamps, next } = partition.read(this.#written[index]!, 'read_committed', 1000)
        if (next === this.#written[index]) break
        this.#written[index] = next
        for (let i = 0; i < offsets.length; i++) text += `{"partition":${index},"offset":${offsets[i]!},"timestamp":${timestamps[i]!},"key":${keys[i] ?? 'null'},"value":${values[i] ?? 'null'}}\n`
      }
    })
    if (text !== '') this.#output?.write(text)
  }

  /** Its length, and up to where each partition is in it, markers included: readers' offsets may stand behind one. */
  snapshot(): Uint8Array {
    this.#output!.flush()
    const writer = new StateWriter()
    writer.number('length', this.#output!.length)
    writer.numbers('written', this.#written)
    return writer.finish()
  }

  /** Back to how the file was, before it is read. */
  truncate(written: Uint8Array | null): void {
    this.#output!.truncate(written === null ? 0 : StateReader.open(written).number('length'))
    if (this.#output!.length === 0) this.#output!.write(`${JSON.stringify({ topic: this.#topic.name, partitions: this.#topic.partitions.length })}\n`)
  }

  /** Reads the file into the topic. */
  load(): void {
    loadTopic(this.#path, this.#topic)
    this.#topic.partitions.forEach(({ endOffset }, index) => (this.#written[index] = endOffset))
  }

  /** The offsets that a checkpoint knows are those of this log again. */
  skipTo(written: Uint8Array): void {
    StateReader.open(written)
      .numbers('written')
      .forEach((offset, index) => {
        this.#topic.partitions[index]?.skipTo(offset)
        this.#written[index] = Math.max(this.#written[index]!, offset)
      })
  }

  close(): void {
    this.#output?.close()
  }
}

/** The topic that a file holds, made with as many partitions as it says; `partitions` where it says nothing. */
export function topicOfFile(topics: Topics, name: string, path: string, partitions: number): Topic {
  return topics.ensure(name, existsSync(path) ? (partitionsOf(path) ?? partitions) : partitions)
}

function partitionsOf(path: string): number | null {
  let line: string
  try {
    line = firstLine(path)
  } catch (error) {
    throw new UsageError(`error: --topic: ${path} cannot be read: ${reasonOf(error)}`)
  }
  const header = headerOf(line)
  if (header !== null) return header
  let most = 0
  eachLine(path, (json) => {
    if (isRecord(json) && typeof json.partition === 'number') most = Math.max(most, json.partition)
  })
  return most > 0 ? most + 1 : null
}

function firstLine(path: string): string {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(4096)
    const text = new StringDecoder('utf8').write(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)))
    return text.slice(0, text.includes('\n') ? text.indexOf('\n') : undefined)
  } finally {
    closeSync(file)
  }
}

function headerOf(line: string): number | null {
  const result = readJson(line, { duplicateKeys: 'last' })
  if (result.kind === 'error' || !isObject(result.value)) return null
  const { topic, partitions } = result.value
  return typeof topic === 'string' && typeof partitions === 'number' && Number.isInteger(partitions) && partitions > 0 && partitions <= 1024 && Object.keys(result.value).length === 2 ? partitions : null
}

function eachLine(path: string, visit: (json: Json, line: number) => void): void {
  const text = readFileSync(path, 'utf8')
  let number = 0
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    const line = text.slice(at, end < 0 ? text.length : end)
    at = end < 0 ? text.length : end + 1
    number++
    if (line.trim() === '') continue
    const result = readJson(line, { duplicateKeys: 'last' })
    if (result.kind === 'error') throw new UsageError(`error: --topic: line ${number} of ${path} is not JSON: ${result.error.detail} (character ${result.error.column})`)
    visit(result.value, number)
  }
}

function loadTopic(path: string, topic: Topic): void {
  const { partitions } = topic
  // Batches of records that follow each other and are of one time.
  const pending = partitions.map(() => ({ base: 0, timestamp: 0, records: [] as LogRecord[] }))
  const push = (partition: number): void => {
    const { records, timestamp, base } = pending[partition]!
    if (records.length > 0) partitions[partition]!.append(records, timestamp, base)
  }
  eachLine(path, (json, line) => {
    if (line === 1 && headerOf(printJson(json)) !== null) return
    const record = isRecord(json) ? json : { value: json }
    const partition = numberOf(record.partition ?? 0)
    const waiting = pending[partition]
    if (waiting === undefined) throw new UsageError(`error: --topic ${topic.name}: line ${line} of ${path} stands in partition ${printJson(record.partition!)}, and the topic has ${partitions.length}`)
    const end = waiting.records.length > 0 ? waiting.base + waiting.records.length : partitions[partition]!.endOffset
    const offset = record.offset === undefined ? end : numberOf(record.offset)
    if (!(offset >= end)) throw new UsageError(`error: --topic ${topic.name}: line ${line} of ${path} has offset ${printJson(record.offset!)}, and partition ${partition} has got to ${end}`)
    const timestamp = record.timestamp === undefined ? 0 : numberOf(record.timestamp)
    const made = recordOf(textOf(record.key), textOf(record.value))
    if (waiting.records.length > 0 && offset === end && timestamp === waiting.timestamp && waiting.records.length < batchRecordsMax) {
      waiting.records.push(made)
      return
    }
    push(partition)
    pending[partition] = { base: offset, timestamp, records: [made] }
  })
  partitions.forEach((_, partition) => push(partition))
}

const batchRecordsMax = 1000

/** A record's key or value as JSON text. */
function textOf(json: Json | undefined): string | null {
  return json === undefined || json === null ? null : printJson(json)
}

function numberOf(json: Json): number {
  return typeof json === 'number' ? json : NaN
}

const recordKeys: ReadonlySet<string> = new Set(['partition', 'offset', 'timestamp', 'key', 'value'])

function isRecord(json: Json): json is JsonObject {
  return isObject(json) && Object.hasOwn(json, 'value') && Object.keys(json).every((key) => recordKeys.has(key))
}

function isObject(json: Json): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof ExactNumber)
}
