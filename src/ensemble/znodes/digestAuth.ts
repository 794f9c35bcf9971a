import type { Identity } from './types.ts'

/**
 * The digest scheme's identity: `user:base64(SHA-1(user:password))`, as ZooKeeper writes it into ACLs. SHA-1 stands here because the pure core has no platform
 * cryptography; it is what the scheme prescribes and guards nothing but simulated znodes.
 */
export function digestIdentity(user: string, password: string): string {
  return identityOf(`${user}:${password}`).id
}

/** Whom a client proves to be with `user:password`. */
export function identityOf(pair: string): Identity {
  let identity = known.get(pair)
  if (identity === undefined) {
    if (known.size > 1_000) known.clear()
    known.set(pair, (identity = { scheme: 'digest', id: `${pair.slice(0, pair.indexOf(':'))}:${base64(sha1(utf8(pair)))}` }))
  }
  return identity
}

/** A client proves who it is on every connection, always with the same words. */
const known = new Map<string, Identity>()

function utf8(text: string): number[] {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return bytes
}

function rotl(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by))
}

/** FIPS 180-4. */
export function sha1(message: readonly number[]): number[] {
  const padded = [...message, 0x80]
  while (padded.length % 64 !== 56) padded.push(0)
  const bits = message.length * 8
  for (let shift = 56; shift >= 0; shift -= 8) padded.push(Math.floor(bits / 2 ** shift) & 255)
  let [a0, b0, c0, d0, e0] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0]
  const w = new Int32Array(80)
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = (padded[block + 4 * i]! << 24) | (padded[block + 4 * i + 1]! << 16) | (padded[block + 4 * i + 2]! << 8) | padded[block + 4 * i + 3]!
    for (let i = 16; i < 80; i++) w[i] = rotl(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1)
    let [a, b, c, d, e] = [a0, b0, c0, d0, e0]
    for (let i = 0; i < 80; i++) {
      const round = Math.floor(i / 20)
      const f = round === 0 ? (b & c) | (~b & d) : round === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d
      const next = (rotl(a, 5) + f + e + w[i]! + [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][round]!) | 0
      e = d
      d = c
      c = rotl(b, 30)
      b = a
      a = next
    }
    a0 = (a0 + a) | 0
    b0 = (b0 + b) | 0
    c0 = (c0 + c) | 0
    d0 = (d0 + d) | 0
    e0 = (e0 + e) | 0
  }
  return [a0, b0, c0, d0, e0].flatMap((word) => [(word >>> 24) & 255, (word >>> 16) & 255, (word >>> 8) & 255, word & 255])
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64(bytes: readonly number[]): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += alphabet[word >> 18]! + alphabet[(word >> 12) & 63]!
    text += i + 1 < bytes.length ? alphabet[(word >> 6) & 63]! : '='
    text += i + 2 < bytes.length ? alphabet[word & 63]! : '='
  }
  return text
}
