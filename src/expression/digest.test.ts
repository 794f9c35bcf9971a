import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestText, type DigestName } from './digest.ts'

describe('message digests', () => {
  it.each<DigestName>(['MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'])('%s agrees with the platform for every length and content', (name) => {
    for (let length = 0; length < 300; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255)
      expect(digestText(name, bytes)).toBe(createHash(name.toLowerCase()).update(bytes).digest('hex'))
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      expect(digestText(name, bytes)).toBe(createHash(name.toLowerCase()).update(bytes).digest('hex'))
    }))
  })
})
