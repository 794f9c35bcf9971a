import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { xxh32 } from './xxh32.ts'

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

describe('XXH32', () => {
  it('gives the published values', () => {
    expect(xxh32([])).toBe(0x02cc5d05)
    expect(xxh32([ascii('a')])).toBe(0x550d7456)
    expect(xxh32([ascii('abc')])).toBe(0x32d153ff)
    expect(xxh32([ascii('Nobody inspects the spammish repetition')])).toBe(0xe2293b2f)
  })

  it('is the same in one piece and in three', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(200), (bytes, first, second) => {
        const [low, high] = [Math.min(first, second), Math.max(first, second)]
        expect(xxh32([bytes.subarray(0, low), bytes.subarray(low, high), bytes.subarray(high)])).toBe(xxh32([bytes]))
      }),
    )
  })

  it('is another for every flipped bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (bytes, at) => {
        const flipped = Uint8Array.from(bytes)
        flipped[at % bytes.length]! ^= 1 << (at % 8)
        expect(xxh32([flipped])).not.toBe(xxh32([bytes]))
      }),
    )
  })
})
