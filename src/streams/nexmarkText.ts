import { hash32 } from '../deterministic/prng.ts'

/**
 * Nexmark's texts. A random text is a piece of one long random text, cut at a place chosen by the event's number: a cut costs a tenth of a
 * text made letter by letter, shares its memory, and has the same length and letter statistics. The long texts hold a special character
 * with probability 1/13 (Nexmark's `nextString`) or none (`nextExactString`).
 */
const poolLength = 65_536
const cutMax = 1024

export class TextPool {
  readonly #text: string

  constructor(seed: number, special: string | null) {
    const codes = new Uint16Array(poolLength + cutMax)
    const specialCode = special === null ? -1 : special.charCodeAt(0)
    for (let i = 0; i < codes.length; i++) {
      const isSpecial = specialCode >= 0 && below(hash32(i, seed), 13) === 0
      codes[i] = isSpecial ? specialCode : 97 + below(hash32(i, seed ^ 0x5bd1e995), 26)
    }
    const parts: string[] = []
    for (let i = 0; i < codes.length; i += 8192) parts.push(String.fromCharCode(...codes.subarray(i, i + 8192)))
    this.#text = parts.join('')
  }

  /** A piece of exactly this length, at most 1024. */
  exact(counter: number, stream: number, length: number): string {
    const start = hash32(counter, stream) >>> 16
    return this.#text.substring(start, start + (length < cutMax ? length : cutMax))
  }

  /** Nexmark's `nextString`: 3 to max - 1 characters, then trimmed. */
  upTo(counter: number, stream: number, max: number): string {
    const h = hash32(counter, stream)
    const start = h >>> 16
    return this.#text.substring(start, start + 3 + (((h & 0xffff) * (max - 3)) >>> 16)).trim()
  }
}

/** Uniform in [0, bound) from 32 random bits: multiply and shift, in doubles. */
export function below(bits: number, bound: number): number {
  return Math.floor((bits >>> 0) * (bound / 4_294_967_296))
}

export const firstNames: readonly string[] = ['Peter', 'Paul', 'Luke', 'John', 'Saul', 'Vicky', 'Kate', 'Julie', 'Sarah', 'Deiter', 'Walter']
export const lastNames: readonly string[] = ['Shultz', 'Abrams', 'Spencer', 'White', 'Bartels', 'Walton', 'Smith', 'Jones', 'Noris']
export const cities: readonly string[] = [
  'Phoenix',
  'Los Angeles',
  'San Francisco',
  'Boise',
  'Portland',
  'Bend',
  'Redmond',
  'Seattle',
  'Kent',
  'Cheyenne',
]
export const states: readonly string[] = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY']

const hotChannels: readonly string[] = ['Google', 'Facebook', 'Baidu', 'Apple']
export const hotChannelCount = hotChannels.length
export const coldChannelCount = 10_000

/** All channels: the four hot ones, then `channel-0` to `channel-9999`. Codes below 4 are hot. */
export function channelNames(): string[] {
  const names = [...hotChannels]
  for (let i = 0; i < coldChannelCount; i++) names.push(`channel-${i}`)
  return names
}

/** The URL of each channel, by the same code: three random folders, and for nine of ten of the cold channels their id, the number with its bits reversed. */
export function channelUrls(seed: number): string[] {
  const pool = new TextPool(hash32(seed, 0x75726c), '_')
  const urls: string[] = []
  for (let code = 0; code < hotChannelCount + coldChannelCount; code++) {
    const folders = `${pool.upTo(code, 11, 5)}/${pool.upTo(code, 12, 5)}/${pool.upTo(code, 13, 5)}`
    const number = code - hotChannelCount
    const id = number >= 0 && below(hash32(code, seed ^ 14), 10) > 0 ? `&channel_id=${Math.abs(reverseBits(number))}` : ''
    urls.push(`https://www.nexmark.com/${folders}/item.htm?query=1${id}`)
  }
  return urls
}

/** Java's `Integer.reverse`. */
export function reverseBits(value: number): number {
  let result = 0
  for (let i = 0; i < 32; i++) result = (result << 1) | ((value >>> i) & 1)
  return result
}
