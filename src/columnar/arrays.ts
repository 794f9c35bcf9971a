/**
 * Where the arrays of a batch come from. What they hold is not defined.
 *
 * Allocating a column costs more than filling it, and every column that is thrown away brings the next collection nearer, whose helpers then take the time of the other workers
 * (measured: a third of all of it). So who makes batches for a receiver that keeps nothing takes their arrays from a `Scratch`.
 */
export interface Arrays {
  uint8(length: number): Uint8Array
  int32(length: number): Int32Array
  float64(length: number): Float64Array
}

/** Arrays for one batch after the other. */
export interface BatchArrays extends Arrays {
  /** Begins a new batch. Where nobody keeps them, the arrays of the last one are used again. */
  reset(): void
}

/**
 * Arrays of their own, zeroed. Short ones share a buffer with those that were asked for before and after them, because memory outside the heap costs the same for a few numbers as for hundreds (measured: 600 to 900 ns for 16 to 64
 * doubles, 60 to 200 in a shared buffer). So their `buffer` says nothing, and one that is kept keeps a piece of 16 kB.
 */
export const freshArrays: BatchArrays = {
  reset: () => undefined,
  uint8: (length) => (length <= shortBytes ? new Uint8Array(pieceOf(length), pieceAt, length) : new Uint8Array(length)),
  int32: (length) => (length <= shortBytes / 4 ? new Int32Array(pieceOf(length * 4), pieceAt, length) : new Int32Array(length)),
  float64: (length) => (length <= shortBytes / 8 ? new Float64Array(pieceOf(length * 8), pieceAt, length) : new Float64Array(length)),
}

const shortBytes = 2048
const pieceBytes = 16_384
const nothing = new ArrayBuffer(0)
let piece = nothing
let pieceAt = 0
let pieceEnd = 0

/** The buffer that has room for so many bytes, at `pieceAt`. */
function pieceOf(bytes: number): ArrayBuffer {
  if (pieceEnd + bytes > piece.byteLength) {
    piece = new ArrayBuffer(pieceBytes)
    pieceEnd = 0
  }
  pieceAt = pieceEnd
  pieceEnd += (bytes + 7) & ~7
  return piece
}

/** One piece of memory that is used again for each batch, taken when first needed. */
export class Scratch implements Arrays {
  #memory = nothing
  #used = 0
  readonly #initialBytes: number

  constructor(initialBytes = 256 * 1024) {
    this.#initialBytes = initialBytes
  }

  /** Begins a new batch; the last one is lost. */
  reset(): this {
    this.#used = 0
    return this
  }
  uint8(length: number): Uint8Array {
    // The place first: it may change the memory.
    const place = this.#place(length)
    return new Uint8Array(this.#memory, place, length)
  }
  int32(length: number): Int32Array {
    const place = this.#place(length * 4)
    return new Int32Array(this.#memory, place, length)
  }
  float64(length: number): Float64Array {
    const place = this.#place(length * 8)
    return new Float64Array(this.#memory, place, length)
  }
  #place(bytes: number): number {
    const needed = (bytes + 7) & ~7
    if (this.#used + needed > this.#memory.byteLength) {
      // Arrays given out before stay on the old memory, which they keep alive.
      this.#memory = new ArrayBuffer(Math.max(needed, this.#initialBytes, this.#memory.byteLength * 2))
      this.#used = 0
    }
    const place = this.#used
    this.#used += needed
    return place
  }
}

/** Arrays that are used again once it is known that nobody keeps them, and fresh before. */
export class ReusedArrays implements BatchArrays {
  #scratch: Scratch | null = null

  reuse(): void {
    this.#scratch = new Scratch()
  }
  /** Begins a new batch. */
  reset(): void {
    this.#scratch?.reset()
  }
  uint8(length: number): Uint8Array {
    return this.#scratch === null ? freshArrays.uint8(length) : this.#scratch.uint8(length)
  }
  int32(length: number): Int32Array {
    return this.#scratch === null ? freshArrays.int32(length) : this.#scratch.int32(length)
  }
  float64(length: number): Float64Array {
    return this.#scratch === null ? freshArrays.float64(length) : this.#scratch.float64(length)
  }
}
