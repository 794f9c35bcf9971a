import { BatchDecoder, BatchEncoder } from '../columnar/batchCodec.ts'
import type { Schema } from '../columnar/schema.ts'
import type { ChannelReader, ChannelWriter, Element, OvertakingBarrier } from '../engine/channel.ts'
import type { CheckpointBarrier } from '../engine/checkpoint.ts'
import type { Slot, SlotReader, SlotWriter } from './slots.ts'

/**
 * A channel between two workers: elements in slots, whatever carries them.
 *
 * One element takes one slot, led by sixteen bytes that say what it is; watermarks, idleness and the end travel in order with the rows. A batch that does
 * not fit is written apart and sent in pieces, one slot each. Elements beyond the credit wait here, not yet encoded.
 */
const kinds = { batch: 0, watermark: 1, idle: 2, active: 3, end: 4, piece: 5, barrier: 6 } as const
const headerBytes = 16

export class CarriedWriter implements ChannelWriter {
  readonly #slots: SlotWriter
  readonly #encoder = new BatchEncoder()
  #waiting: Element[] = []
  #taken = 0
  /** A batch on its way in pieces. */
  #pieces: { readonly bytes: Uint8Array; sent: number } | null = null

  constructor(slots: SlotWriter) {
    this.#slots = slots
  }

  send(element: Element): void {
    this.#waiting.push(element)
    this.#pump()
  }

  hasCredit(): boolean {
    return this.copiesNow()
  }

  copiesNow(): boolean {
    this.#pump()
    return this.#waiting.length === 0 && this.#pieces === null && this.#slots.free() > 0
  }

  fill(): number {
    return 1 - this.#slots.free() / this.#slots.slotCount
  }

  /** What is encoded already goes first, and the reader looks for the barrier behind it; the rest is overtaken. */
  overtake(barrier: CheckpointBarrier): readonly Element[] {
    const overtaken = this.#waiting.slice(this.#taken)
    this.#waiting = [{ kind: 'barrier', barrier }, ...overtaken]
    this.#taken = 0
    this.#pump()
    return overtaken
  }

  #pump(): void {
    while (this.#slots.free() > 0) {
      if (this.#pieces !== null) {
        this.#sendPiece(this.#pieces)
        continue
      }
      if (this.#taken === this.#waiting.length) break
      const element = this.#waiting[this.#taken++]!
      const slot = this.#slots.acquire()
      const header = new Int32Array(slot.buffer, slot.byteOffset, 2)
      const watermark = new Float64Array(slot.buffer, slot.byteOffset + 8, 1)
      header[0] = kinds[element.kind]
      header[1] = 0
      if (element.kind === 'watermark') watermark[0] = element.watermark
      if (element.kind === 'barrier') {
        this.#slots.publish(writeBarrier(element.barrier, slot))
        continue
      }
      if (element.kind !== 'batch') {
        this.#slots.publish(headerBytes)
        continue
      }
      const bytes = this.#encoder.prepare(element.batch)
      header[1] = bytes
      watermark[0] = element.watermark
      if (bytes <= slot.byteLength - headerBytes) {
        this.#encoder.write(slot.buffer, slot.byteOffset + headerBytes)
        this.#slots.publish(headerBytes + bytes)
      } else {
        const apart = new ArrayBuffer(bytes)
        this.#encoder.write(apart, 0)
        this.#pieces = { bytes: new Uint8Array(apart), sent: 0 }
        this.#slots.publish(headerBytes)
      }
    }
    if (this.#taken === this.#waiting.length) {
      this.#waiting.length = 0
      this.#taken = 0
    } else if (this.#taken > 256) {
      this.#waiting = this.#waiting.slice(this.#taken)
      this.#taken = 0
    }
  }

  #sendPiece(pieces: { readonly bytes: Uint8Array; sent: number }): void {
    const slot = this.#slots.acquire()
    const count = Math.min(slot.byteLength - headerBytes, pieces.bytes.length - pieces.sent)
    new Int32Array(slot.buffer, slot.byteOffset, 2).set([kinds.piece, count])
    new Uint8Array(slot.buffer, slot.byteOffset + headerBytes, count).set(pieces.bytes.subarray(pieces.sent, pieces.sent + count))
    pieces.sent += count
    if (pieces.sent === pieces.bytes.length) this.#pieces = null
    this.#slots.publish(headerBytes + count)
  }
}

/** Several times what slots hold at once: the sender puts its barrier before all that waits for a slot. */
const aheadMax = 64

const alignments = ['aligned', 'unaligned', 'atLeastOnce'] as const

/** The checkpoint, when it was triggered, and in the header's second word what kind it is. */
function writeBarrier({ checkpoint, kind, alignment, timestamp }: CheckpointBarrier, slot: Slot): number {
  new Int32Array(slot.buffer, slot.byteOffset, 2)[1] = (kind === 'savepoint' ? 1 : 0) + alignments.indexOf(alignment) * 2
  new Float64Array(slot.buffer, slot.byteOffset + 8, 2).set([checkpoint, timestamp])
  return headerBytes + 8
}

function readBarrier(slot: Slot): CheckpointBarrier {
  const flags = new Int32Array(slot.buffer, slot.byteOffset, 2)[1]!
  const [checkpoint, timestamp] = new Float64Array(slot.buffer, slot.byteOffset + 8, 2) as unknown as [number, number]
  return { checkpoint, kind: (flags & 1) === 1 ? 'savepoint' : 'checkpoint', alignment: alignments[flags >> 1]!, timestamp }
}

export class CarriedReader implements ChannelReader {
  readonly #slots: SlotReader
  readonly #decoder: BatchDecoder
  /** Taken out of their slots before their turn. */
  readonly #ahead: Element[] = []
  /** Of the last batch that only passed. */
  #memory = new ArrayBuffer(0)
  #pieces: { readonly bytes: Uint8Array; received: number; readonly watermark: number } | null = null

  constructor(slots: SlotReader, schema: Schema) {
    this.#slots = slots
    this.#decoder = new BatchDecoder(schema)
  }

  waiting(): number {
    return this.#ahead.length + this.#slots.used()
  }

  /** Elements before the barrier are taken out of their slots, so that there is room for it; never more than `aheadMax` of them. */
  takeBarrier(checkpoint: number): OvertakingBarrier | null {
    const isWanted = (element: Element): boolean => element.kind === 'barrier' && element.barrier.checkpoint === checkpoint
    let at = this.#ahead.findIndex(isWanted)
    while (at < 0 && this.#ahead.length < aheadMax) {
      const element = this.#next()
      if (element === null) return null
      this.#ahead.push(element)
      if (isWanted(element)) at = this.#ahead.length - 1
    }
    if (at < 0) return null
    const [found] = this.#ahead.splice(at, 1) as [Element & { readonly kind: 'barrier' }]
    return { barrier: found.barrier, overtaken: this.#ahead.slice(0, at) }
  }

  poll(passing = false): Element | null {
    return this.#ahead.shift() ?? this.#next(passing)
  }

  #next(passing = false): Element | null {
    for (;;) {
      const slot = this.#slots.peek()
      if (slot === null) return null
      const header = new Int32Array(slot.buffer, slot.byteOffset, 2)
      const kind = header[0]!
      const byteLength = header[1]!
      const watermark = kind === kinds.batch || kind === kinds.watermark ? new Float64Array(slot.buffer, slot.byteOffset + 8, 1)[0]! : 0
      const element = this.#element(kind, byteLength, watermark, slot, passing)
      this.#slots.release()
      if (element !== null) return element
    }
  }

  #element(kind: number, byteLength: number, watermark: number, slot: Slot, passing: boolean): Element | null {
    switch (kind) {
      case kinds.batch:
        if (slot.byteLength >= headerBytes + byteLength) {
          if (passing && this.#memory.byteLength < byteLength) this.#memory = new ArrayBuffer(slot.byteLength)
          return { kind: 'batch', batch: this.#decoder.decode(slot.buffer, slot.byteOffset + headerBytes, byteLength, passing ? this.#memory : null), watermark }
        }
        this.#pieces = { bytes: new Uint8Array(byteLength), received: 0, watermark }
        return null
      case kinds.piece: {
        const pieces = this.#pieces!
        pieces.bytes.set(new Uint8Array(slot.buffer, slot.byteOffset + headerBytes, byteLength), pieces.received)
        pieces.received += byteLength
        if (pieces.received < pieces.bytes.length) return null
        this.#pieces = null
        return { kind: 'batch', batch: this.#decoder.decode(pieces.bytes.buffer, 0, pieces.bytes.length), watermark: pieces.watermark }
      }
      case kinds.watermark:
        return { kind: 'watermark', watermark }
      case kinds.idle:
        return { kind: 'idle' }
      case kinds.active:
        return { kind: 'active' }
      case kinds.end:
        return { kind: 'end' }
      case kinds.barrier:
        return { kind: 'barrier', barrier: readBarrier(slot) }
      default:
        throw new Error(`an element of unknown kind ${kind} came through a channel`)
    }
  }
}
