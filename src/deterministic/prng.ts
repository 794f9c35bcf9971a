/**
 * Seeded chance, the only chance in Millrace.
 *
 * Two generators. `Prng` is a sequence (xoshiro128**, Blackman and Vigna 2018, "Scrambled linear pseudorandom number generators"), for
 * simulations; `split` derives an independent stream by name, so that adding a consumer of chance does not change the others. `hash32` is
 * counter-based: the n-th value of a stream without the n − 1 before it, for generators that must replay from any offset.
 */
export class Prng {
  #a: number
  #b: number
  #c: number
  #d: number
  readonly seed: number

  constructor(seed: number) {
    this.seed = seed
    this.#a = hash32(seed, 0x9e3779b9)
    this.#b = hash32(seed, 0x243f6a88)
    this.#c = hash32(seed, 0xb7e15162)
    this.#d = hash32(seed, 0x6a09e667) | 1
  }

  /** Uniform in [0, 2^32). */
  uint32(): number {
    const result = Math.imul(rotl(Math.imul(this.#b, 5), 7), 9)
    const t = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= t
    this.#d = rotl(this.#d, 11)
    return result >>> 0
  }

  /** Uniform integer in [0, bound); bound in 1…2^32. */
  below(bound: number): number {
    return Math.floor((this.uint32() / 4_294_967_296) * bound)
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    return (this.uint32() >>> 5) * 1.1102230246251565e-16 * 67_108_864 + (this.uint32() >>> 6) * 1.1102230246251565e-16
  }

  /** An independent stream for the named purpose. */
  split(purpose: string): Prng {
    let code = this.seed | 0
    for (let i = 0; i < purpose.length; i++) code = hash32(code, purpose.charCodeAt(i))
    return new Prng(code)
  }
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k))
}

/** A well-mixed 32-bit integer (signed) of a counter and a stream number: Murmur3's finaliser over both. */
export function hash32(counter: number, stream: number): number {
  let h = Math.imul(counter ^ Math.imul(stream, 0x9e3779b1), 0x85ebca6b)
  h ^= h >>> 15
  h = Math.imul(h ^ stream, 0xc2b2ae35)
  h ^= h >>> 13
  h = Math.imul(h, 0x27d4eb2f)
  return h ^ (h >>> 16)
}
