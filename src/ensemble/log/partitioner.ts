import type { Chance } from '../world/chance.ts'

/**
 * Where a record goes (reference 3.7). With a key: murmur2 over the key's UTF-8 bytes, sign bit cleared, modulo the number of partitions, bit for bit as Kafka's Java
 * client computes it. Without: sticky, one partition until a batch is full, then another at random (KIP-480).
 */
const seed = 0x9747b28c
const m = 0x5bd1e995

export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes
  let h = seed ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let k = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    k = Math.imul(k, m)
    h = Math.imul(h, m) ^ k
  }
  const rest = length - at
  if (rest === 3) h ^= bytes[at + 2]! << 16
  if (rest >= 2) h ^= bytes[at + 1]! << 8
  if (rest >= 1) {
    h ^= bytes[at]!
    h = Math.imul(h, m)
  }
  h ^= h >>> 13
  h = Math.imul(h, m)
  h ^= h >>> 15
  return h | 0
}

export function partitionOfKey(key: string, partitions: number): number {
  return (murmur2(utf8(key)) & 0x7fffffff) % partitions
}

/** Kafka's `Utils.abs(groupId.hashCode())` modulo: which partition of an internal topic coordinates a name. */
export function coordinatorPartition(name: string, partitions: number): number {
  let hash = 0
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0
  return (hash === -2_147_483_648 ? 0 : Math.abs(hash)) % partitions
}

export class StickyPartitioner {
  partition = -1
  /** Bytes given to this partition so far. */
  produced = 0
}

const batchBytes = 16_384

/** The partition for a record without a key, which takes this many bytes. */
export function stickyPartition(sticky: StickyPartitioner, partitions: number, bytes: number, chance: Chance): number {
  if (sticky.partition < 0 || sticky.produced >= batchBytes) {
    const last = sticky.partition
    // Another one, where there is another one.
    sticky.partition = last < 0 || partitions === 1 ? chance.below(partitions) : (last + 1 + chance.below(partitions - 1)) % partitions
    sticky.produced = 0
  }
  sticky.produced += bytes
  return sticky.partition
}

export function utf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i)
    if (code >= 0xd800 && code < 0xdc00 && i + 1 < text.length) code = 0x10000 + ((code - 0xd800) << 10) + (text.charCodeAt(++i) - 0xdc00)
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return Uint8Array.from(bytes)
}
