import { joined, type CheckpointBackend } from './backend.ts'
import { crc32c } from './crc32c.ts'
import { differencesOf, type Difference, type JobIdentity } from './jobIdentity.ts'
import { manifestBytes, manifestFormat, manifestVersion, readManifest, type BlobPart, type BlobPlace, type CheckpointKind, type Manifest, type StoredChunk } from './manifest.ts'
import { LocalRegistry, type CheckpointPointer, type CheckpointRegistry, type CommitOutcome } from './registry.ts'
import { xxh32 } from './xxh32.ts'

/**
 * Checkpoints in files: state in chunks, then a manifest that names them, then the pointer that makes it complete.
 *
 * The order is the promise: a pointer is written only when everything it leads to is durable, and taken back before anything it leads to is removed, so a crash at any moment
 * leaves whole checkpoints and, at worst, files that nobody points to. Every file of a checkpoint is new; nothing is overwritten in place. What is read is checked, and a checkpoint that is torn or
 * changed is passed over for the one before it, which is said and never done in silence.
 */
export class CheckpointStore {
  readonly #backend: CheckpointBackend
  readonly registry: CheckpointRegistry

  constructor(backend: CheckpointBackend, registry: CheckpointRegistry = new LocalRegistry(backend)) {
    this.#backend = backend
    this.registry = registry
  }

  /** Writes a checkpoint and has its pointer committed. Rejects when a file cannot be written; what was written of it is removed again, as far as that goes. */
  async write(checkpoint: CheckpointContent): Promise<{ readonly pointer: CheckpointPointer; readonly outcome: CommitOutcome }> {
    const folder = folderOf(checkpoint.kind, checkpoint.id)
    const { chunks, places } = chunksOf(checkpoint.blobs)
    let pointer: CheckpointPointer
    try {
      const written: StoredChunk[] = []
      // Durable before the manifest: most backends need one flush for all that was written before it, and then the last one does it.
      for (const [i, parts] of chunks.entries()) {
        const chunk: StoredChunk = { name: `${folder}/chunk-${i}`, bytes: bytesOf(parts), xxh32: xxh32(parts) }
        await this.#backend.write(chunk.name, parts, i === chunks.length - 1)
        written.push(chunk)
      }
      const manifest: Manifest = {
        format: manifestFormat,
        version: manifestVersion,
        id: checkpoint.id,
        kind: checkpoint.kind,
        name: checkpoint.name,
        triggeredAt: checkpoint.triggeredAt,
        job: checkpoint.job,
        parallelism: checkpoint.parallelism,
        stateful: checkpoint.stateful,
        chunks: written,
        blobs: places,
      }
      const text = manifestBytes(manifest)
      pointer = {
        id: checkpoint.id,
        kind: checkpoint.kind,
        name: checkpoint.name,
        triggeredAt: checkpoint.triggeredAt,
        bytes: written.reduce((sum, { bytes }) => sum + bytes, text.length),
        manifest: `${folder}/manifest`,
        crc32c: crc32c(text),
      }
      await this.#backend.write(pointer.manifest, [text], true)
    } catch (error) {
      await this.#sweep(folder).catch(ignore)
      throw error
    }
    const outcome = await this.registry.commit(pointer)
    if (outcome.kind === 'refused') await this.#sweep(folder).catch(ignore)
    return { pointer, outcome }
  }

  /** Complete checkpoints as far as they are known, oldest first. */
  async list(): Promise<readonly CheckpointPointer[]> {
    return (await this.#pointers()).pointers
  }

  /** The same with what their manifests say, without reading any state. */
  async stored(): Promise<readonly StoredCheckpoint[]> {
    const { pointers } = await this.#pointers()
    return Promise.all(
      pointers.map(async (pointer): Promise<StoredCheckpoint> => {
        const bytes = await this.#backend.read(pointer.manifest)
        const manifest = bytes === null ? `its manifest ${pointer.manifest} is missing` : readManifest(bytes)
        return typeof manifest === 'string' ? { pointer, parallelism: null, damage: manifest } : { pointer, parallelism: manifest.parallelism, damage: null }
      }),
    )
  }

  /**
   * The newest checkpoint that is whole, or the newest not after `upTo`; null when there is none. `left` are of a course of the job that was left and do not count. A checkpoint
   * that cannot be read is passed over, with a note for each. One that is of another job is not: it is given back as `refused`, because an older one would be of that job too.
   */
  async open(job: JobIdentity, upTo = Infinity, left: ReadonlySet<number> = new Set()): Promise<OpenedCheckpoint | RefusedCheckpoint | { readonly kind: 'none'; readonly notes: readonly string[] }> {
    const { pointers, notes } = await this.#pointers()
    const said = [...notes]
    for (const pointer of pointers.filter(({ id }) => id <= upTo && !left.has(id)).toReversed()) {
      const read = await this.#read(pointer)
      if (typeof read === 'string') {
        said.push(`${titleOf(pointer)} is passed over: ${read}.`)
        continue
      }
      const differences = differencesOf(read.manifest.job, job, new Set(read.manifest.stateful))
      if (differences.length > 0) return { kind: 'refused', pointer, job: read.manifest.job, differences, notes: said }
      return { kind: 'opened', pointer, manifest: read.manifest, blobs: read.blobs, notes: said }
    }
    return { kind: 'none', notes: said }
  }

  /** Keeps the newest `retained` checkpoints and every savepoint; removes the rest, and what no pointer leads to. `busy`: being written. */
  async prune(retained: number, busy: readonly number[] = []): Promise<void> {
    const { pointers } = await this.registry.pointers()
    const checkpoints = pointers.filter(({ kind }) => kind === 'checkpoint')
    const subsumed = checkpoints.slice(0, Math.max(0, checkpoints.length - retained))
    if (subsumed.length > 0) await this.registry.release(subsumed.map(({ id }) => id))
    for (const { kind, id } of subsumed) if (!busy.includes(id)) await this.#sweep(folderOf(kind, id))
  }

  async remove(pointer: CheckpointPointer): Promise<void> {
    await this.registry.release([pointer.id])
    await this.#sweep(folderOf(pointer.kind, pointer.id))
  }

  /** Removes checkpoints of earlier runs, and what interrupted ones left; savepoints stay. */
  async clear(): Promise<void> {
    const { pointers } = await this.registry.pointers()
    await this.registry.release(pointers.flatMap(({ id, kind }) => (kind === 'checkpoint' ? [id] : [])))
    const kept = new Set(pointers.flatMap(({ id, kind }) => (kind === 'savepoint' ? [folderOf(kind, id)] : [])))
    for (const name of await this.#backend.list()) if (name.includes('/') && !kept.has(name.slice(0, name.lastIndexOf('/')))) await this.#backend.remove(name)
  }

  /** Without a readable list of pointers, every manifest that is whole counts. */
  async #pointers(): Promise<{ readonly pointers: readonly CheckpointPointer[]; readonly notes: readonly string[] }> {
    const known = await this.registry.pointers()
    if (known.notes.length === 0) return known
    const pointers: CheckpointPointer[] = []
    for (const name of await this.#backend.list()) {
      if (!name.endsWith('/manifest')) continue
      const bytes = await this.#backend.read(name)
      const manifest = bytes === null ? 'it is gone' : readManifest(bytes)
      if (typeof manifest === 'string') continue
      const { id, kind, name: title, triggeredAt } = manifest
      pointers.push({ id, kind, name: title, triggeredAt, bytes: manifest.chunks.reduce((sum, chunk) => sum + chunk.bytes, bytes!.length), manifest: name, crc32c: crc32c(bytes!) })
    }
    return { pointers: pointers.toSorted((a, b) => a.id - b.id), notes: [...known.notes, `Found by their manifests instead: ${pointers.length}.`] }
  }

  /** A checkpoint with all its state, or in words what is wrong with it. */
  async #read(pointer: CheckpointPointer): Promise<{ readonly manifest: Manifest; readonly blobs: readonly ReadBlob[] } | string> {
    const bytes = await this.#backend.read(pointer.manifest)
    if (bytes === null) return `its manifest ${pointer.manifest} is missing`
    const manifest = readManifest(bytes)
    if (typeof manifest === 'string') return `its manifest cannot be used: ${manifest}`
    if (crc32c(bytes) !== pointer.crc32c || manifest.id !== pointer.id) return 'its manifest is another than the one that was committed'
    const chunks: Uint8Array[] = []
    for (const { name, bytes: length, xxh32: sum } of manifest.chunks) {
      const chunk = await this.#backend.read(name)
      if (chunk === null) return `${name} is missing`
      if (chunk.length !== length) return `${name} has ${chunk.length} bytes and should have ${length}`
      if (sum !== null && xxh32([chunk]) !== sum) return `${name} has changed: its checksum is wrong`
      chunks.push(chunk)
    }
    const blobs: ReadBlob[] = []
    for (const { operator, subtask, part, offset, bytes: length, crc32c: sum } of manifest.blobs) {
      const found = rangeOf(chunks, offset, length)
      if (sum !== undefined && crc32c(found) !== sum) return `the state of ${operator}, subtask ${subtask}, has changed: its checksum is wrong`
      blobs.push({ operator, subtask, part, bytes: found })
    }
    return { manifest, blobs }
  }

  async #sweep(folder: string): Promise<void> {
    for (const name of await this.#backend.list()) if (name.startsWith(`${folder}/`)) await this.#backend.remove(name)
  }
}

export interface CheckpointContent {
  readonly id: number
  readonly kind: CheckpointKind
  readonly name: string | null
  readonly triggeredAt: number
  readonly job: JobIdentity
  readonly parallelism: number
  readonly stateful: readonly string[]
  readonly blobs: readonly StoredBlob[]
}

export interface StoredCheckpoint {
  readonly pointer: CheckpointPointer
  /** Null where the manifest cannot be read; then `damage` says why. */
  readonly parallelism: number | null
  readonly damage: string | null
}

interface BlobOf {
  readonly operator: string
  readonly subtask: number
  readonly part: BlobPart
}

export interface StoredBlob extends BlobOf {
  /** One after the other. They are read until `write` has resolved. */
  readonly parts: readonly Uint8Array[]
}

export interface ReadBlob extends BlobOf {
  readonly bytes: Uint8Array
}

export interface OpenedCheckpoint {
  readonly kind: 'opened'
  readonly pointer: CheckpointPointer
  readonly manifest: Manifest
  readonly blobs: readonly ReadBlob[]
  /** Checkpoints that were passed over, and why. */
  readonly notes: readonly string[]
}

export interface RefusedCheckpoint {
  readonly kind: 'refused'
  readonly pointer: CheckpointPointer
  readonly job: JobIdentity
  readonly differences: readonly Difference[]
  readonly notes: readonly string[]
}

/** Where state is cut: a file of this size is checked, copied and stored in a few milliseconds, after which others have their turn. */
const chunkBytes = 4 * 1024 * 1024

function chunksOf(blobs: readonly StoredBlob[]): { readonly chunks: readonly (readonly Uint8Array[])[]; readonly places: readonly BlobPlace[] } {
  const chunks: Uint8Array[][] = []
  const places: BlobPlace[] = []
  let offset = 0
  for (const { operator, subtask, part, parts } of blobs) {
    const bytes = bytesOf(parts)
    places.push({ operator, subtask, part, offset, bytes })
    for (const piece of parts) {
      for (let at = 0; at < piece.length; ) {
        const used = offset % chunkBytes
        if (used === 0) chunks.push([])
        const cut = piece.subarray(at, at + chunkBytes - used)
        chunks.at(-1)!.push(cut)
        at += cut.length
        offset += cut.length
      }
    }
  }
  return { chunks, places }
}

/** A view where the range lies in one chunk. */
function rangeOf(chunks: readonly Uint8Array[], offset: number, length: number): Uint8Array {
  const found: Uint8Array[] = []
  let start = 0
  for (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, offset - start), Math.max(0, offset + length - start))
    if (part.length > 0) found.push(part)
    start += chunk.length
  }
  return found.length === 1 ? found[0]! : joined(found)
}

function bytesOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

function folderOf(kind: CheckpointKind, id: number): string {
  return `${kind}-${id}`
}

export function titleOf({ kind, id, name }: Pick<CheckpointPointer, 'kind' | 'id' | 'name'>): string {
  return kind === 'savepoint' ? `Savepoint ${id}${name === null ? '' : ` “${name}”`}` : `Checkpoint ${id}`
}

function ignore(): void {}
