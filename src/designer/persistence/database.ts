import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { DocumentRecord, SnapshotRecord, StepRecord } from './journal.ts'

/**
 * The browser's storage for documents, versions and dropped files.
 *
 * Commits use `durability: 'strict'`: since Chromium 121 the default may report a commit that a power cut undoes. The connection is dropped and opened
 * again when the browser loses it (Safari does), closed when another tab needs to upgrade, and never kept across a version change. A database that comes up
 * empty although the witness remembers documents is reported as lost, not taken for a first visit.
 */
export interface Schema extends DBSchema {
  documents: { key: string; value: DocumentRecord; indexes: { changedAt: number } }
  snapshots: { key: string; value: SnapshotRecord }
  steps: { key: [string, number]; value: StepRecord }
  versions: { key: [string, number]; value: VersionRecord }
  files: { key: string; value: FileRecord }
}

export interface VersionRecord {
  readonly id: string
  readonly number: number
  readonly name: string
  readonly at: number
  /** Canonical text of the job. */
  readonly text: string
}

export interface FileRecord {
  readonly name: string
  readonly blob: Blob
  readonly size: number
  readonly addedAt: number
}

export type Database = IDBPDatabase<Schema>

export interface DatabaseEvents {
  /** The storage was made new although documents are remembered. */
  readonly onLost: () => void
  /** Another tab of an older build keeps the database at its version. */
  readonly onBlocked: () => void
  /** A newer build in another tab wants to upgrade: the connection has been closed. */
  readonly onReplaced: () => void
}

const databaseName = 'millrace'
const databaseVersion = 1

let opening: Promise<Database> | null = null
let open: Database | null = null
let events: DatabaseEvents = { onLost: () => undefined, onBlocked: () => undefined, onReplaced: () => undefined }
let flushBeforeClose: () => Promise<void> = () => Promise.resolve()

export function watchDatabase(handlers: DatabaseEvents, flush: () => Promise<void>): void {
  events = handlers
  flushBeforeClose = flush
}

export function database(): Promise<Database> {
  opening ??= openDB<Schema>(databaseName, databaseVersion, {
    upgrade(db, oldVersion, _newVersion, _transaction, event) {
      if (oldVersion < 1) {
        const documents = db.createObjectStore('documents', { keyPath: 'id' })
        documents.createIndex('changedAt', 'changedAt')
        db.createObjectStore('snapshots', { keyPath: 'id' })
        db.createObjectStore('steps', { keyPath: ['id', 'number'] })
        db.createObjectStore('versions', { keyPath: ['id', 'number'] })
        db.createObjectStore('files', { keyPath: 'name' })
        // Chromium says so itself when a damaged log made it start over.
        const dataLoss = (event as IDBVersionChangeEvent & { readonly dataLoss?: string }).dataLoss
        if (dataLoss === 'total' || rememberedDocuments() > 0) queueMicrotask(() => events.onLost())
      }
    },
    blocked: () => events.onBlocked(),
    blocking() {
      void flushBeforeClose().finally(() => {
        forget()
        events.onReplaced()
      })
    },
    terminated: forget,
  }).then(
    (db) => {
      open = db
      return db
    },
    (error: unknown) => {
      opening = null
      throw error
    },
  )
  return opening
}

function forget(): void {
  open?.close()
  open = null
  opening = null
}

/** Does the work once more on a new connection when the browser has lost the old one. */
export async function withDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  try {
    return await work(await database())
  } catch (error) {
    if (!(error instanceof DOMException) || (error.name !== 'InvalidStateError' && error.name !== 'UnknownError')) throw error
    forget()
    return work(await database())
  }
}

// The witness: what was last confirmed, in a second store, because a database can come back empty or older without any error.

const witnessKey = 'millrace:witness'

export function witness(): Readonly<Record<string, number>> {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(witnessKey) ?? '{}')
    if (typeof read !== 'object' || read === null) return {}
    return Object.fromEntries(Object.entries(read).filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
  } catch {
    return {}
  }
}

export function witnessed(id: string, revision: number | null): void {
  try {
    const { [id]: _, ...others } = witness()
    localStorage.setItem(witnessKey, JSON.stringify(revision === null ? others : { ...others, [id]: revision }))
  } catch {
    // No second store: the first one still stands alone.
  }
}

function rememberedDocuments(): number {
  return Object.keys(witness()).length
}

export function clearWitness(): void {
  try {
    localStorage.removeItem(witnessKey)
  } catch {
    // As above.
  }
}
