import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

/**
 * The browser's storage for what jobs write and other jobs read: topics and tables. A database of its own, shared by all documents, so that what is large or lost here never touches the documents.
 *
 * One transaction holds what one commit brings: records, rows and the number of the checkpoint that they belong to.
 */
export interface StoresSchema extends DBSchema {
  topics: { key: string; value: { readonly partitions: number; readonly committed: number; readonly aborted: number } }
  /** By topic and number, in the order of their commits. */
  records: { key: [topic: string, number: number]; value: RecordChunk }
  tables: { key: string; value: { readonly next: number } }
  /** By table and key, or by number where the table has no key. */
  rows: { key: [table: string, key: string | number]; value: { readonly table: string; readonly row: string }; indexes: { byRow: [string, string] } }
  /** By document and operator: the last checkpoint whose rows are here. */
  commits: { key: [document: string, operator: string]; value: number }
}

export interface RecordChunk {
  readonly partition: number
  readonly offsets: Float64Array
  readonly timestamps: Float64Array
  readonly keys: readonly (string | null)[]
  readonly values: readonly (string | null)[]
}

export type StoresDatabase = IDBPDatabase<StoresSchema>

let opening: Promise<StoresDatabase> | null = null

export function storesDatabase(): Promise<StoresDatabase> {
  opening ??= openDB<StoresSchema>('millrace-stores', 1, {
    upgrade(fresh) {
      fresh.createObjectStore('topics')
      fresh.createObjectStore('records')
      fresh.createObjectStore('tables')
      fresh.createObjectStore('rows').createIndex('byRow', ['table', 'row'])
      fresh.createObjectStore('commits')
    },
    blocking: (_from, _to, event) => {
      ;(event.target as IDBDatabase).close()
      opening = null
    },
    terminated: () => (opening = null),
  }).catch((error: unknown) => {
    opening = null
    throw error
  })
  return opening
}
