import { crc32c } from './crc32c.ts'
import type { JobIdentity } from './jobIdentity.ts'

/**
 * The manifest of a checkpoint: of which job it is, its chunks with their checksums, and where in them every piece of its state lies. One JSON object and one line with the checksum of that
 * text; whoever reads it believes nothing before both are right. In version 1 no piece lay in more than one chunk, and pieces had the checksums.
 *
 * The text is ASCII (other characters are escaped), so that a folder without platform can write and read it.
 */
export interface Manifest {
  readonly format: typeof manifestFormat
  readonly version: number
  readonly id: number
  readonly kind: CheckpointKind
  /** What the user called a savepoint. */
  readonly name: string | null
  /** Ms since 1970, when it was triggered. */
  readonly triggeredAt: number
  readonly job: JobIdentity
  readonly parallelism: number
  /** Operators it holds state of: those that must be found again. */
  readonly stateful: readonly string[]
  /** The state is one run of bytes, cut into these. */
  readonly chunks: readonly StoredChunk[]
  readonly blobs: readonly BlobPlace[]
}

export type CheckpointKind = 'checkpoint' | 'savepoint'

/** `state`: of one subtask of a chain, under its first operator. `rows`: a sink's rows that this checkpoint commits. `writer`: what the shell keeps of a sink. */
export type BlobPart = 'state' | 'rows' | 'writer'

export interface StoredChunk {
  readonly name: string
  readonly bytes: number
  /** Null in version 1. */
  readonly xxh32: number | null
}

export interface BlobPlace {
  readonly operator: string
  readonly subtask: number
  readonly part: BlobPart
  /** In all chunks, one after the other. */
  readonly offset: number
  readonly bytes: number
  /** In version 1 only. */
  readonly crc32c?: number
}

export const manifestFormat = 'millrace/checkpoint'
export const manifestVersion = 2

export function manifestBytes(manifest: Manifest): Uint8Array {
  const body = asciiBytes(JSON.stringify(manifest))
  const end = asciiBytes(`\n${checksumText(crc32c(body))}\n`)
  const bytes = new Uint8Array(body.length + end.length)
  bytes.set(body)
  bytes.set(end, body.length)
  return bytes
}

/** The manifest, or in words why these bytes are none. */
export function readManifest(bytes: Uint8Array): Manifest | string {
  const body = checkedBody(bytes)
  if (typeof body === 'string') return body
  const value: unknown = parsed(asciiText(body))
  if (!isObject(value) || value.format !== manifestFormat) return 'it is not the manifest of a checkpoint'
  if (typeof value.version !== 'number' || value.version > manifestVersion) {
    return `it has format version ${String(value.version)}, and this Millrace reads up to ${manifestVersion}; use a newer one`
  }
  const manifest = value.version === 1 ? ofVersion1(value as unknown as Manifest) : (value as unknown as Manifest)
  const whole =
    manifest !== null &&
    typeof manifest.id === 'number' &&
    isObject(manifest.job) &&
    Array.isArray(manifest.job.operators) &&
    Array.isArray(manifest.stateful) &&
    Array.isArray(manifest.chunks) &&
    Array.isArray(manifest.blobs) &&
    manifest.blobs.every(({ offset, bytes: length }) => offset >= 0 && length >= 0 && offset + length <= manifest.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0))
  return whole ? manifest : 'its parts do not fit together'
}

/** Places were in one chunk each; null where they cannot have been. */
function ofVersion1(manifest: Manifest): Manifest | null {
  if (!Array.isArray(manifest.chunks) || !Array.isArray(manifest.blobs)) return null
  const starts: number[] = []
  let start = 0
  for (const { bytes } of manifest.chunks) {
    starts.push(start)
    start += bytes
  }
  const blobs = manifest.blobs as readonly (BlobPlace & { readonly chunk: number })[]
  if (!blobs.every(({ chunk, offset, bytes }) => offset + bytes <= (manifest.chunks[chunk]?.bytes ?? -1))) return null
  return {
    ...manifest,
    chunks: manifest.chunks.map(({ name, bytes }) => ({ name, bytes, xxh32: null })),
    blobs: blobs.map(({ operator, subtask, part, chunk, offset, bytes, crc32c: sum }) => ({ operator, subtask, part, offset: starts[chunk]! + offset, bytes, ...(sum === undefined ? {} : { crc32c: sum }) })),
  }
}

/** A text with the line of its checksum: for the manifest and for the pointers. */
export function checkedText(text: string): Uint8Array {
  const body = asciiBytes(text)
  return new Uint8Array([...body, ...asciiBytes(`\n${checksumText(crc32c(body))}\n`)])
}

export function readChecked(bytes: Uint8Array): { readonly value: unknown } | string {
  const body = checkedBody(bytes)
  return typeof body === 'string' ? body : { value: parsed(asciiText(body)) }
}

function checkedBody(bytes: Uint8Array): Uint8Array | string {
  // A line break, the checksum, a line break.
  const end = bytes.length - checksumText(0).length - 2
  if (end < 0) return `it is cut off after ${bytes.length} bytes`
  const body = bytes.subarray(0, end)
  const found = asciiText(bytes.subarray(end))
  const expected = `\n${checksumText(crc32c(body))}\n`
  return found === expected ? body : 'its checksum is wrong: it was torn or changed'
}

function checksumText(crc: number): string {
  return `crc32c ${crc.toString(16).padStart(8, '0')}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asciiBytes(text: string): Uint8Array {
  // Characters beyond ASCII stand only inside strings of the JSON, where an escape means the same.
  const escaped = text.replace(/[^\n\u0020-\u007e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const bytes = new Uint8Array(escaped.length)
  for (let i = 0; i < escaped.length; i++) bytes[i] = escaped.charCodeAt(i)
  return bytes
}

function asciiText(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += 8192) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)))
  return pieces.join('')
}
