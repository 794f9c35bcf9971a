import type { IDBPTransaction } from 'idb'
import type { JsonObject } from '../../columnar/json.ts'
import { recordOf } from '../../ensemble/log/records.ts'
import { Topics, type Topic } from '../../ensemble/log/topics.ts'
import type { Job } from '../../job/job.ts'
import type { TableChange } from '../../runtime/storeTables.ts'
import type { DurableStores } from '../../runtime/transactionalSinks.ts'
import { storesDatabase, type RecordChunk, type StoresSchema } from './storesDatabase.ts'
import { storesChanged, storesTrouble } from './storesView.ts'

/**
 * Topics and tables of the page. Topics are in memory once a job has named them; what is committed goes into the browser's storage too, so that another job, or this one after a reload, finds it. Tables are in
 * storage only.
 *
 * What one sink commits with one checkpoint is one transaction there, with the checkpoint's number: a run that goes on from a checkpoint after a reload commits what it covers unless it is there already. Where storage fails, topics
 * go on in memory, and `storesTrouble` says so: no lack of space fails a job.
 */
const topics = new Topics()
/** By topic and partition: records below are in storage, or on their way. */
const written = new Map<string, { readonly offsets: number[]; chunks: number }>()
/** Writes, one after the other. */
let writing: Promise<unknown> = Promise.resolve()

export function pageTopics(): Topics {
  return topics
}

topics.subscribe(storesChanged)

/** Everything a run of this job needs. What the job's topics hold is read first; `resume`: it goes on from a checkpoint of an earlier run. */
export async function storesFor(job: Job, document: string, resume: boolean): Promise<DurableStores> {
  await settled()
  const committed = new Map<string, number>()
  try {
    for (const name of topicNames(job)) await load(name)
    for (const { id, config } of job.operators) {
      const type = (config.connector as JsonObject | undefined)?.type
      if (type !== 'topic' && type !== 'store') continue
      const database = await storesDatabase()
      if (resume) committed.set(id, (await database.get('commits', [document, id])) ?? 0)
      // Its checkpoints are other ones from here on.
      else await database.delete('commits', [document, id])
    }
  } catch (error) {
    storesTrouble(error)
  }
  let changes: { readonly table: string; readonly changes: readonly TableChange[] }[] = []
  const topicOf = new Map(job.operators.flatMap(({ id, config }) => {
    const connector = config.connector as JsonObject | undefined
    return connector?.type === 'topic' ? [[id, String(connector.topic)] as const] : []
  }))
  return {
    topics,
    owner: document,
    tables: { commit: (table, some) => void changes.push({ table, changes: some }) },
    committed: (operator) => committed.get(operator) ?? 0,
    onCommit: (operator, checkpoint, ends) => {
      const topic = topics.get(topicOf.get(operator) ?? '')
      const chunks = topic === undefined ? [] : newChunks(topic, ends ?? [])
      const tables = changes
      changes = []
      if (chunks.length > 0 || tables.length > 0 || (checkpoint !== null && Number.isFinite(checkpoint))) keep({ document, operator, checkpoint, topic, chunks, tables })
    },
  }
}

/** Resolves when what was committed is in storage. */
export async function settled(): Promise<void> {
  await writing
}

/** Removes a topic with everything in it, here and in storage. */
export function removeTopic(name: string): void {
  topics.remove(name)
  written.delete(name)
  storesChanged()
  queue(async () => {
    const transaction = (await storesDatabase()).transaction(['topics', 'records'], 'readwrite')
    await transaction.objectStore('topics').delete(name)
    await transaction.objectStore('records').delete(rangeOf(name))
    await transaction.done
  })
}

export function emptyTable(table: string): void {
  queue(async () => {
    const transaction = (await storesDatabase()).transaction(['tables', 'rows'], 'readwrite')
    await transaction.objectStore('tables').delete(table)
    await transaction.objectStore('rows').delete(rangeOf(table))
    await transaction.done
    storesChanged()
  })
}

/** Rows of a table as JSON, in the order of their keys, and how many there are in all. */
export async function tableRows(table: string, most: number): Promise<{ readonly rows: readonly string[]; readonly count: number }> {
  await settled()
  const database = await storesDatabase()
  const count = await database.count('rows', rangeOf(table))
  return { rows: (await database.getAll('rows', rangeOf(table), most)).map(({ row }) => row), count }
}

/** Topics that are in storage and perhaps not read yet. */
export async function storedTopicNames(): Promise<readonly string[]> {
  return (await storesDatabase()).getAllKeys('topics')
}

/** Reads a topic out of storage, once. */
export async function load(name: string): Promise<void> {
  if (topics.get(name) !== undefined) return
  const database = await storesDatabase()
  const known = await database.get('topics', name)
  if (known === undefined || topics.get(name) !== undefined) return
  const chunks = await database.getAll('records', rangeOf(name))
  const topic = topics.ensure(name, known.partitions)
  topic.committed = known.committed
  topic.aborted = known.aborted
  for (const { partition, offsets, timestamps, keys, values } of chunks) {
    const log = topic.partitions[partition]!
    // Records that follow each other and are of one time stand in one batch.
    for (let from = 0; from < offsets.length; ) {
      let to = from + 1
      while (to < offsets.length && offsets[to] === offsets[to - 1]! + 1 && timestamps[to] === timestamps[from]) to++
      const records = Array.from({ length: to - from }, (_, i) => recordOf(keys[from + i]!, values[from + i]!))
      log.append(records, timestamps[from]!, offsets[from]!)
      from = to
    }
  }
  written.set(name, { offsets: topic.partitions.map(({ endOffset }) => endOffset), chunks: chunks.length })
}

function topicNames(job: Job): string[] {
  return [...new Set(job.operators.flatMap(({ config }) => {
    const connector = config.connector as JsonObject | undefined
    return connector?.type === 'topic' ? [String(connector.topic)] : []
  }))]
}

/** Committed records that are not in storage yet, up to these offsets. */
function newChunks(topic: Topic, ends: readonly number[]): RecordChunk[] {
  let known = written.get(topic.name)
  if (known === undefined) {
    known = { offsets: topic.partitions.map(({ startOffset }) => startOffset), chunks: 0 }
    written.set(topic.name, known)
  }
  const { offsets: from } = known
  return topic.partitions.flatMap((log, partition) => {
    const { offsets, timestamps, keys, values, next } = log.read(from[partition]!, 'read_committed', Infinity, ends[partition])
    from[partition] = next
    return offsets.length === 0 ? [] : [{ partition, offsets, timestamps, keys, values }]
  })
}

interface Commit {
  readonly document: string
  readonly operator: string
  readonly checkpoint: number | null
  readonly topic: Topic | undefined
  readonly chunks: readonly RecordChunk[]
  readonly tables: readonly { readonly table: string; readonly changes: readonly TableChange[] }[]
}

function keep({ document, operator, checkpoint, topic, chunks, tables }: Commit): void {
  const first = topic === undefined ? 0 : written.get(topic.name)!.chunks
  if (topic !== undefined) written.get(topic.name)!.chunks += chunks.length
  const header = topic === undefined ? null : { partitions: topic.partitions.length, committed: topic.committed, aborted: topic.aborted }
  queue(async () => {
    const transaction = (await storesDatabase()).transaction(['topics', 'records', 'tables', 'rows', 'commits'], 'readwrite', { durability: 'relaxed' })
    if (topic !== undefined && header !== null && chunks.length > 0) {
      void transaction.objectStore('topics').put(header, topic.name)
      chunks.forEach((chunk, i) => void transaction.objectStore('records').put(chunk, [topic.name, first + i]))
    }
    for (const { table, changes } of tables) await applyChanges(transaction, table, changes)
    if (checkpoint !== null && Number.isFinite(checkpoint)) void transaction.objectStore('commits').put(checkpoint, [document, operator])
    await transaction.done
    if (tables.length > 0) storesChanged()
  })
}

type Writing = IDBPTransaction<StoresSchema, ('topics' | 'records' | 'tables' | 'rows' | 'commits')[], 'readwrite'>

async function applyChanges(transaction: Writing, table: string, changes: readonly TableChange[]): Promise<void> {
  const rows = transaction.objectStore('rows')
  const tables = transaction.objectStore('tables')
  let next = (await tables.get(table))?.next ?? 0
  for (const { kind, key, row } of changes) {
    const adds = kind === '+I' || kind === '+U'
    if (key !== null) {
      if (adds) void rows.put({ table, row }, [table, key])
      else if (kind === '-D') void rows.delete([table, key])
    } else if (adds) void rows.put({ table, row }, [table, next++])
    else {
      const one = await rows.index('byRow').getKey([table, row])
      if (one !== undefined) void rows.delete(one)
    }
  }
  void tables.put({ next }, table)
}

function queue(work: () => Promise<void>): void {
  writing = writing.then(work).catch(storesTrouble)
}

/** All keys that begin with this name. */
function rangeOf(name: string): IDBKeyRange {
  return IDBKeyRange.bound([name], [name, []])
}
