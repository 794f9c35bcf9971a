/**
 * Message digests over bytes: MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4). Written out here because the platform's are asynchronous or missing, and an
 * expression must give its result at once and the same one everywhere. For hashing data, not for keeping secrets.
 */
export type DigestName = 'MD5' | 'SHA1' | 'SHA224' | 'SHA256' | 'SHA384' | 'SHA512'

/** Lower-case hexadecimal. */
export function digestText(name: DigestName, bytes: Uint8Array): string {
  switch (name) {
    case 'MD5':
      return md5(bytes)
    case 'SHA1':
      return sha1(bytes)
    case 'SHA224':
      return sha256(bytes, sha224Start, 7)
    case 'SHA256':
      return sha256(bytes, sha256Start, 8)
    case 'SHA384':
      return sha512(bytes, sha384Start, 6)
    case 'SHA512':
      return sha512(bytes, sha512Start, 8)
  }
}

/** The message, a one bit, zeros, and the message's length in bits in the last `lengthBytes`, to whole blocks. */
function padded(bytes: Uint8Array, blockBytes: number, lengthBytes: number, littleEndian: boolean): DataView {
  const total = Math.ceil((bytes.length + 1 + lengthBytes) / blockBytes) * blockBytes
  const block = new Uint8Array(total)
  block.set(bytes)
  block[bytes.length] = 0x80
  const view = new DataView(block.buffer)
  const bits = bytes.length * 8
  const [high, low] = [Math.floor(bits / 4_294_967_296), bits >>> 0]
  if (littleEndian) {
    view.setUint32(total - 8, low, true)
    view.setUint32(total - 4, high, true)
  } else {
    view.setUint32(total - 8, high)
    view.setUint32(total - 4, low)
  }
  return view
}

function rotateLeft(x: number, n: number): number {
  return (x << n) | (x >>> (32 - n))
}
function rotateRight(x: number, n: number): number {
  return (x >>> n) | (x << (32 - n))
}

function hex32(x: number): string {
  return (x >>> 0).toString(16).padStart(8, '0')
}

// MD5: constants are floor(2^32 · |sin(i + 1)|).
const md5Constants = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 4_294_967_296))
const md5Shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

function md5(bytes: Uint8Array): string {
  const view = padded(bytes, 64, 8, true)
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    let [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]!]
    for (let i = 0; i < 64; i++) {
      const round = i >> 4
      const mixed = round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d)
      const word = round === 0 ? i : round === 1 ? (5 * i + 1) & 15 : round === 2 ? (3 * i + 5) & 15 : (7 * i) & 15
      const sum = (a + mixed + md5Constants[i]! + view.getInt32(offset + word * 4, true)) | 0
      a = d
      d = c
      c = b
      b = (b + rotateLeft(sum, md5Shifts[round * 4 + (i & 3)]!)) | 0
    }
    state[0]! += a
    state[1]! += b
    state[2]! += c
    state[3]! += d
  }
  const out = new DataView(new ArrayBuffer(16))
  state.forEach((word, i) => out.setInt32(i * 4, word, true))
  return Array.from({ length: 4 }, (_, i) => hex32(out.getInt32(i * 4))).join('')
}

function sha1(bytes: Uint8Array): string {
  const view = padded(bytes, 64, 8, false)
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  const words = new Int32Array(80)
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    for (let i = 0; i < 80; i++) words[i] = i < 16 ? view.getInt32(offset + i * 4) : rotateLeft(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1)
    let [a, b, c, d, e] = [state[0]!, state[1]!, state[2]!, state[3]!, state[4]!]
    for (let i = 0; i < 80; i++) {
      const mixed = i < 20 ? ((b & c) | (~b & d)) + 0x5a827999 : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1 : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc : (b ^ c ^ d) + 0xca62c1d6
      const next = (rotateLeft(a, 5) + mixed + e + words[i]!) | 0
      e = d
      d = c
      c = rotateLeft(b, 30)
      b = a
      a = next
    }
    state[0]! += a
    state[1]! += b
    state[2]! += c
    state[3]! += d
    state[4]! += e
  }
  return Array.from(state, hex32).join('')
}

// SHA-2: constants are the first bits of the fractional parts of roots of the first primes; kept as 64-bit numbers, whose upper halves SHA-256 uses.
const primes: readonly number[] = firstPrimes(80)

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n)
  return found
}

/** floor(prime^(1/root) · 2^64) mod 2^64. */
function rootFraction(prime: number, root: 2n | 3n): bigint {
  const target = BigInt(prime) << (64n * root)
  let low = 0n
  let high = 1n << 72n
  while (low < high) {
    const middle = (low + high + 1n) >> 1n
    if (middle ** root <= target) low = middle
    else high = middle - 1n
  }
  return BigInt.asUintN(64, low)
}

const sha512Constants: readonly bigint[] = primes.map((prime) => rootFraction(prime, 3n))
const sha256Constants = Int32Array.from(sha512Constants.slice(0, 64), (value) => Number(value >> 32n))
const sha512Start: readonly bigint[] = primes.slice(0, 8).map((prime) => rootFraction(prime, 2n))
const sha384Start: readonly bigint[] = primes.slice(8, 16).map((prime) => rootFraction(prime, 2n))
const sha256Start = Int32Array.from(sha512Start, (value) => Number(value >> 32n))
const sha224Start = Int32Array.from(sha384Start, (value) => Number(value & 0xffff_ffffn))

function sha256(bytes: Uint8Array, start: Int32Array, wordsOut: number): string {
  const view = padded(bytes, 64, 8, false)
  const state = Int32Array.from(start)
  const words = new Int32Array(64)
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        words[i] = view.getInt32(offset + i * 4)
        continue
      }
      const [x, y] = [words[i - 15]!, words[i - 2]!]
      const s0 = rotateRight(x, 7) ^ rotateRight(x, 18) ^ (x >>> 3)
      const s1 = rotateRight(y, 17) ^ rotateRight(y, 19) ^ (y >>> 10)
      words[i] = words[i - 16]! + s0 + words[i - 7]! + s1
    }
    let [a, b, c, d, e, f, g, h] = [state[0]!, state[1]!, state[2]!, state[3]!, state[4]!, state[5]!, state[6]!, state[7]!]
    for (let i = 0; i < 64; i++) {
      const s1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25)
      const first = (h + s1 + ((e & f) ^ (~e & g)) + sha256Constants[i]! + words[i]!) | 0
      const s0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22)
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + first) | 0
      d = c
      c = b
      b = a
      a = (first + second) | 0
    }
    ;[a, b, c, d, e, f, g, h].forEach((word, i) => {
      state[i]! += word
    })
  }
  return Array.from(state.subarray(0, wordsOut), hex32).join('')
}

const mask64 = 0xffff_ffff_ffff_ffffn
function rotateRight64(x: bigint, n: bigint): bigint {
  return ((x >> n) | (x << (64n - n))) & mask64
}

function sha512(bytes: Uint8Array, start: readonly bigint[], wordsOut: number): string {
  const view = padded(bytes, 128, 16, false)
  const state = [...start]
  const words = new Array<bigint>(80)
  for (let offset = 0; offset < view.byteLength; offset += 128) {
    for (let i = 0; i < 80; i++) {
      if (i < 16) {
        words[i] = view.getBigUint64(offset + i * 8)
        continue
      }
      const [x, y] = [words[i - 15]!, words[i - 2]!]
      const s0 = rotateRight64(x, 1n) ^ rotateRight64(x, 8n) ^ (x >> 7n)
      const s1 = rotateRight64(y, 19n) ^ rotateRight64(y, 61n) ^ (y >> 6n)
      words[i] = (words[i - 16]! + s0 + words[i - 7]! + s1) & mask64
    }
    let [a, b, c, d, e, f, g, h] = [state[0]!, state[1]!, state[2]!, state[3]!, state[4]!, state[5]!, state[6]!, state[7]!]
    for (let i = 0; i < 80; i++) {
      const s1 = rotateRight64(e, 14n) ^ rotateRight64(e, 18n) ^ rotateRight64(e, 41n)
      const first = (h + s1 + ((e & f) ^ (~e & mask64 & g)) + sha512Constants[i]! + words[i]!) & mask64
      const s0 = rotateRight64(a, 28n) ^ rotateRight64(a, 34n) ^ rotateRight64(a, 39n)
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) & mask64
      h = g
      g = f
      f = e
      e = (d + first) & mask64
      d = c
      c = b
      b = a
      a = (first + second) & mask64
    }
    ;[a, b, c, d, e, f, g, h].forEach((word, i) => {
      state[i] = (state[i]! + word) & mask64
    })
  }
  return state.slice(0, wordsOut).map((word) => word.toString(16).padStart(16, '0')).join('')
}
