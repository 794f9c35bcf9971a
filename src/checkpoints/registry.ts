import type { CheckpointBackend } from './backend.ts'
import { checkedText, readChecked, type CheckpointKind } from './manifest.ts'

/**
 * Who says that a checkpoint is complete: the keeper of the pointers.
 *
 * A checkpoint is complete when its pointer is committed, not when its files are there (Flink: the pointer in ZooKeeper means that the data exists, never the other way round). The
 * local registry commits by writing one small file; the coordination ensemble commits under its leader latch and may refuse a leader that is none any more, or
 * not know what became of the write.
 */
export interface CheckpointRegistry {
  commit(pointer: CheckpointPointer): Promise<CommitOutcome>
  /** Oldest first. `notes`: what had to be said about them. */
  pointers(): Promise<{ readonly pointers: readonly CheckpointPointer[]; readonly notes: readonly string[] }>
  /** Takes pointers back, before their files go. */
  release(ids: readonly number[]): Promise<void>
}

export type CommitOutcome =
  /** `by`: what committed it, for people; null when there is nothing to say. */
  | { readonly kind: 'committed'; readonly by: string | null }
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may have been committed: the files must stay, and the checkpoint counts as failed. */
  | { readonly kind: 'unknown'; readonly reason: string }

export interface CheckpointPointer {
  readonly id: number
  readonly kind: CheckpointKind
  readonly name: string | null
  readonly triggeredAt: number
  readonly bytes: number
  /** The manifest's file, and the checksum of its bytes. */
  readonly manifest: string
  readonly crc32c: number
}

export const pointersFile = 'pointers'

/** Pointers in one file of the backend, replaced as a whole. */
export class LocalRegistry implements CheckpointRegistry {
  readonly #backend: CheckpointBackend
  #known: readonly CheckpointPointer[] | null = null

  constructor(backend: CheckpointBackend) {
    this.#backend = backend
  }

  async commit(pointer: CheckpointPointer): Promise<CommitOutcome> {
    const { pointers } = await this.pointers()
    await this.#write([...pointers.filter(({ id }) => id !== pointer.id), pointer])
    return { kind: 'committed', by: null }
  }

  async pointers(): ReturnType<CheckpointRegistry['pointers']> {
    if (this.#known !== null) return { pointers: this.#known, notes: [] }
    const bytes = await this.#backend.read(pointersFile)
    const read = bytes === null ? null : readChecked(bytes)
    if (read === null || (typeof read !== 'string' && Array.isArray(read.value))) {
      this.#known = read === null ? [] : (read.value as CheckpointPointer[])
      return { pointers: this.#known, notes: [] }
    }
    return { pointers: [], notes: [`The list of complete checkpoints cannot be read: ${typeof read === 'string' ? read : 'it is no list'}.`] }
  }

  async release(ids: readonly number[]): Promise<void> {
    const { pointers } = await this.pointers()
    const kept = pointers.filter(({ id }) => !ids.includes(id))
    if (kept.length < pointers.length) await this.#write(kept)
  }

  async #write(pointers: readonly CheckpointPointer[]): Promise<void> {
    // Until the write is known to have gone well, the file is what counts.
    this.#known = null
    await this.#backend.write(pointersFile, [checkedText(JSON.stringify(pointers))], true)
    this.#known = pointers
  }
}
