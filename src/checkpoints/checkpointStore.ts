import type { CheckpointBackend } from './backend.ts'
import { crc32c } from './crc32c.ts'
import { differencesOf, type Difference, type JobIdentity } from './jobIdentity.ts'
import { manifestBytes, manifestFormat, manifestVersion, readManifest, type BlobPart, type BlobPlace, type CheckpointKind, type Manifest } from './manifest.ts'
import { LocalRegistry, type CheckpointPointer, type CheckpointRegistry, type CommitOutcome } from './registry.ts'

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
      const named = chunks.map((parts, i) => ({ name: `${folder}/chunk-${i}`, parts, bytes: bytesOf(parts) }))
      // Durable before the manifest: most backends need one flush for all that was written before it, and then the last one does it.
      for (const [i, { name, parts }] of named.entries()) await this.#backend.write(name, parts, i === named.length - 1)
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
        chunks: named.map(({ name, bytes }) => ({ name, bytes })),
        blobs: places,
      }
      const text = manifestBytes(manifest)
      pointer = {
        id: checkpoint.id,
        kind: checkpoint.kind,
        name: checkpoint.name,
        triggeredAt: checkpoint.triggeredAt,
        bytes: named.reduce((sum, { bytes }) => sum + bytes, text.length),
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
   * The newest checkpoint that is whole, or the newest not after `upTo`; null when there is none. A checkpoint that cannot be read is passed over, with a note for each. One
   * that is of another job is not: it is given back as `refused`, because an older one would be of that job too.
   */
  async open(job: JobIdentity, upTo = Infinity): Promise<OpenedCheckpoint | RefusedCheckpoint | { readonly kind: 'none'; readonly notes: readonly string[] }> {
    const { pointers, notes } = await this.#pointers()
    const said = [...notes]
    for (const pointer of pointers.filter(({ id }) => id <= upTo).toReversed()) {
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
  async #read(pointer: CheckpointPointer): Promise<{ readonly manifest: Manifest; readonly blobs: readonly StoredBlob[] } | string> {
    const bytes = await this.#backend.read(pointer.manifest)
    if (bytes === null) return `its manifest ${pointer.manifest} is missing`
    const manifest = readManifest(bytes)
    if (typeof manifest === 'string') return `its manifest cannot be used: ${manifest}`
    if (crc32c(bytes) !== pointer.crc32c || manifest.id !== pointer.id) return 'its manifest is another than the one that was committed'
    const chunks: Uint8Array[] = []
    for (const { name, bytes: length } of manifest.chunks) {
      const chunk = await this.#backend.read(name)
      if (chunk === null) return `${name} is missing`
      if (chunk.length !== length) return `${name} has ${chunk.length} bytes and should have ${length}`
      chunks.push(chunk)
    }
    const blobs: StoredBlob[] = []
    for (const place of manifest.blobs) {
      const found = chunks[place.chunk]!.subarray(place.offset, place.offset + place.bytes)
      if (crc32c(found) !== place.crc32c) return `${manifest.chunks[place.chunk]!.name} has changed: the checksum of ${place.operator}, subtask ${place.subtask}, is wrong`
      blobs.push({ operator: place.operator, subtask: place.subtask, part: place.part, bytes: found, crc32c: place.crc32c })
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

export interface StoredBlob {
  readonly operator: string
  readonly subtask: number
  readonly part: BlobPart
  readonly bytes: Uint8Array
  /** Made where the bytes were made, so that whatever happens to them on the way is found. */
  readonly crc32c: number
}

export interface OpenedCheckpoint {
  readonly kind: 'opened'
  readonly pointer: CheckpointPointer
  readonly manifest: Manifest
  readonly blobs: readonly StoredBlob[]
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

/** Small state is put together in chunks of about this size; a blob is never cut. */
const chunkBytes = 4 * 1024 * 1024

function chunksOf(blobs: readonly StoredBlob[]): { readonly chunks: readonly (readonly Uint8Array[])[]; readonly places: readonly BlobPlace[] } {
  const chunks: Uint8Array[][] = []
  const places: BlobPlace[] = []
  let used = Infinity
  for (const { operator, subtask, part, bytes, crc32c: sum } of blobs) {
    if (used + bytes.length > chunkBytes) {
      chunks.push([])
      used = 0
    }
    chunks.at(-1)!.push(bytes)
    places.push({ operator, subtask, part, chunk: chunks.length - 1, offset: used, bytes: bytes.length, crc32c: sum })
    used += bytes.length
  }
  return { chunks, places }
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
