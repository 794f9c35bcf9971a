import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { joined, MemoryBackend, type CheckpointBackend } from '../../checkpoints/backend.ts'

/**
 * A document's checkpoints in the browser's storage: a database of their own, so that what is lost or large here never touches the documents.
 *
 * The last write before a pointer is `strict`, which flushes those before it; each file is one transaction and so whole or absent. Where storage is full, gone or forbidden, the
 * run goes on with its checkpoints in memory, and `trouble` says so: no lack of space fails a job.
 */
export class BrowserBackend implements CheckpointBackend {
  readonly #document: string
  readonly #memory = new MemoryBackend()
  readonly #onTrouble: (why: string) => void
  #trouble: string | null = null

  constructor(document: string, onTrouble: (why: string) => void) {
    this.#document = document
    this.#onTrouble = onTrouble
  }

  async write(name: string, parts: readonly Uint8Array[], durable: boolean): Promise<void> {
    // What is kept in memory from here on is newer than what storage has of that name.
    if (this.#trouble !== null) return this.#memory.write(name, parts)
    try {
      const transaction = (await database()).transaction('files', 'readwrite', { durability: durable ? 'strict' : 'relaxed' })
      await transaction.store.put({ bytes: joined(parts) }, [this.#document, name])
      await transaction.done
    } catch (error) {
      this.#fall(error)
      await this.#memory.write(name, parts)
    }
  }

  async read(name: string): Promise<Uint8Array | null> {
    const inMemory = await this.#memory.read(name)
    if (inMemory !== null) return inMemory
    try {
      return (await (await database()).get('files', [this.#document, name]))?.bytes ?? null
    } catch (error) {
      this.#fall(error)
      return null
    }
  }

  async list(): Promise<readonly string[]> {
    const names = new Set(await this.#memory.list())
    try {
      for (const [, name] of await (await database()).getAllKeys('files', IDBKeyRange.bound([this.#document], [this.#document, []]))) names.add(name)
    } catch (error) {
      this.#fall(error)
    }
    return [...names]
  }

  async remove(name: string): Promise<void> {
    await this.#memory.remove(name)
    try {
      await (await database()).delete('files', [this.#document, name])
    } catch (error) {
      this.#fall(error)
    }
  }

  #fall(error: unknown): void {
    if (this.#trouble !== null) return
    opening = null
    this.#trouble = error instanceof Error ? error.message || error.name : String(error)
    this.#onTrouble(this.#trouble)
  }
}

interface Schema extends DBSchema {
  files: { key: [document: string, name: string]; value: { readonly bytes: Uint8Array } }
}

let opening: Promise<IDBPDatabase<Schema>> | null = null

function database(): Promise<IDBPDatabase<Schema>> {
  opening ??= openDB<Schema>('millrace-checkpoints', 1, {
    upgrade: (fresh) => void fresh.createObjectStore('files'),
    blocking: (_from, _to, event) => {
      ;(event.target as IDBDatabase).close()
      opening = null
    },
    terminated: () => (opening = null),
  })
  return opening
}
