import type { PeerMessage } from './wire.ts'

/**
 * The carriers between workers: fixed slots of bytes in order, one writer, one reader. Free slots are the credit.
 *
 * Two make the same promise: `Ring` in shared memory, and `Pool`, whose slots are buffers that are transferred there and back where the page may not share
 * memory. What stands in a slot is `carriedChannel.ts`'s business.
 */
export interface Slot {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  /** Capacity for a writer, content for a reader. */
  readonly byteLength: number
}

export interface SlotWriter {
  readonly slotCount: number
  free(): number
  /** The next free slot, to be filled and published. There must be one. */
  acquire(): Slot
  publish(byteLength: number): void
}

export interface SlotReader {
  /** The oldest published slot; null when there is none. */
  peek(): Slot | null
  /** Published slots that were not released. */
  used(): number
  /** Gives the slot that `peek` showed back to the writer. */
  release(): void
}

// Shared memory: published and released counts, each alone on its cache line, then the slots, each led by its content's length.
const publishedWord = 0
const releasedWord = 16
const ringHeaderBytes = 128
const slotHeaderBytes = 8

export function ringMemory(slotCount: number, slotBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(ringHeaderBytes + slotCount * (slotHeaderBytes + slotBytes))
}

/**
 * One end of a single-producer, single-consumer ring. The counts only grow (and wrap); each side writes its own. Both are sequentially consistent, so
 * when the writer finds the ring full, the reader's next release finds that too and rings the writer's bell.
 */
class RingEnd {
  protected readonly memory: SharedArrayBuffer
  protected readonly counts: Int32Array
  readonly slotCount: number
  protected readonly stride: number
  protected readonly bell: () => void

  constructor(memory: SharedArrayBuffer, slotCount: number, bell: () => void) {
    this.memory = memory
    this.counts = new Int32Array(memory, 0, ringHeaderBytes / 4)
    this.slotCount = slotCount
    this.stride = (memory.byteLength - ringHeaderBytes) / slotCount
    this.bell = bell
  }

  used(): number {
    return (Atomics.load(this.counts, publishedWord) - Atomics.load(this.counts, releasedWord)) | 0
  }

  protected offsetOf(count: number): number {
    return ringHeaderBytes + ((count >>> 0) % this.slotCount) * this.stride
  }
}

export class RingWriter extends RingEnd implements SlotWriter {
  free(): number {
    return this.slotCount - this.used()
  }
  acquire(): Slot {
    const offset = this.offsetOf(this.counts[publishedWord]!)
    return { buffer: this.memory, byteOffset: offset + slotHeaderBytes, byteLength: this.stride - slotHeaderBytes }
  }
  publish(byteLength: number): void {
    new Int32Array(this.memory, this.offsetOf(this.counts[publishedWord]!), 1)[0] = byteLength
    Atomics.add(this.counts, publishedWord, 1)
    this.bell()
  }
}

export class RingReader extends RingEnd implements SlotReader {
  peek(): Slot | null {
    if (this.used() === 0) return null
    const offset = this.offsetOf(this.counts[releasedWord]!)
    return { buffer: this.memory, byteOffset: offset + slotHeaderBytes, byteLength: new Int32Array(this.memory, offset, 1)[0]! }
  }
  release(): void {
    Atomics.add(this.counts, releasedWord, 1)
    // It was full before this release, so the writer may be waiting.
    if (this.used() >= this.slotCount - 1) this.bell()
  }
}

/** How the two ends of a pool talk: a port's `postMessage`, with the buffer transferred. */
export type PostPeer = (message: PeerMessage, transfer: readonly ArrayBuffer[]) => void

export class PoolWriter implements SlotWriter {
  readonly slotCount: number
  readonly #slotBytes: number
  readonly #channel: number
  readonly #post: PostPeer
  readonly #buffers: ArrayBuffer[] = []
  #free: number
  #filling: ArrayBuffer | null = null

  constructor(channel: number, slotCount: number, slotBytes: number, post: PostPeer) {
    this.slotCount = slotCount
    this.#slotBytes = slotBytes
    this.#channel = channel
    this.#post = post
    this.#free = slotCount
  }
  free(): number {
    return this.#free
  }
  acquire(): Slot {
    // Made when first needed: most channels never use all their slots.
    this.#filling ??= this.#buffers.pop() ?? new ArrayBuffer(this.#slotBytes)
    return { buffer: this.#filling, byteOffset: 0, byteLength: this.#slotBytes }
  }
  publish(byteLength: number): void {
    const buffer = this.#filling!
    this.#filling = null
    this.#free--
    this.#post({ kind: 'slot', channel: this.#channel, byteLength, buffer }, [buffer])
  }
  /** The reader sent a buffer back. */
  returned(buffer: ArrayBuffer): void {
    this.#buffers.push(buffer)
    this.#free++
  }
}

export class PoolReader implements SlotReader {
  readonly #channel: number
  readonly #post: PostPeer
  readonly #arrived: { readonly buffer: ArrayBuffer; readonly byteLength: number }[] = []

  constructor(channel: number, post: PostPeer) {
    this.#channel = channel
    this.#post = post
  }
  used(): number {
    return this.#arrived.length
  }
  arrive(buffer: ArrayBuffer, byteLength: number): void {
    this.#arrived.push({ buffer, byteLength })
  }
  peek(): Slot | null {
    const first = this.#arrived[0]
    return first === undefined ? null : { buffer: first.buffer, byteOffset: 0, byteLength: first.byteLength }
  }
  release(): void {
    const { buffer } = this.#arrived.shift()!
    this.#post({ kind: 'credit', channel: this.#channel, buffer }, [buffer])
  }
}
