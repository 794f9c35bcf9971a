/**
 * XXH32, the checksum of stored state (Collet: xxHash fast digest algorithm, in its repository): four sums of multiplications and rotations side by side, and a mix at the end.
 *
 * It finds torn writes and flipped bits, not forgeries: whoever can write the store can write the checksum too. A CRC-32C in JavaScript takes four to five times as long (measured), and state is written
 * every few seconds. Words are read as the platform has them, little-endian everywhere Millrace runs.
 */
const prime1 = 0x9e3779b1
const prime2 = 0x85ebca77
const prime3 = 0xc2b2ae3d
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1
const stripe = 16

/** Of the parts, one after the other, as an unsigned number. */
export function xxh32(parts: readonly Uint8Array[]): number {
  const sums = Int32Array.of(prime1 + prime2, prime2, 0, -prime1)
  // What is less than a stripe waits for the next part.
  const rest = new Uint8Array(stripe)
  let waiting = 0
  let total = 0
  for (const part of parts) {
    total += part.length
    let at = 0
    if (waiting > 0) {
      at = Math.min(stripe - waiting, part.length)
      rest.set(part.subarray(0, at), waiting)
      waiting += at
      if (waiting < stripe) continue
      addStripes(sums, new Int32Array(rest.buffer))
      waiting = 0
    }
    const end = at + ((part.length - at) & -stripe)
    const whole = part.subarray(at, end)
    const { buffer, byteOffset, length } = whole.byteOffset % 4 === 0 ? whole : whole.slice()
    addStripes(sums, new Int32Array(buffer, byteOffset, length / 4))
    rest.set(part.subarray(end))
    waiting = part.length - end
  }
  let hash = total < stripe ? prime5 | 0 : (rotated(sums[0]!, 1) + rotated(sums[1]!, 7) + rotated(sums[2]!, 12) + rotated(sums[3]!, 18)) | 0
  hash = (hash + total) | 0
  const words = new Int32Array(rest.buffer, 0, waiting >> 2)
  for (const word of words) hash = Math.imul(rotated((hash + Math.imul(word, prime3)) | 0, 17), prime4)
  for (const byte of rest.subarray(words.length * 4, waiting)) hash = Math.imul(rotated((hash + Math.imul(byte, prime5)) | 0, 11), prime1)
  hash = Math.imul(hash ^ (hash >>> 15), prime2)
  hash = Math.imul(hash ^ (hash >>> 13), prime3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function addStripes(sums: Int32Array, words: Int32Array): void {
  let a = sums[0]!
  let b = sums[1]!
  let c = sums[2]!
  let d = sums[3]!
  for (let i = 0; i + 3 < words.length; i += 4) {
    a = (a + Math.imul(words[i]!, prime2)) | 0
    a = Math.imul((a << 13) | (a >>> 19), prime1)
    b = (b + Math.imul(words[i + 1]!, prime2)) | 0
    b = Math.imul((b << 13) | (b >>> 19), prime1)
    c = (c + Math.imul(words[i + 2]!, prime2)) | 0
    c = Math.imul((c << 13) | (c >>> 19), prime1)
    d = (d + Math.imul(words[i + 3]!, prime2)) | 0
    d = Math.imul((d << 13) | (d >>> 19), prime1)
  }
  sums[0] = a
  sums[1] = b
  sums[2] = c
  sums[3] = d
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
