import { readdirSync, readFileSync } from 'node:fs'
import { deflateSync } from 'fflate'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { definitions } from '../../operators/catalog.ts'
import { canonicalText } from '../../job/canonical.ts'
import { parseJob } from '../../job/parseJob.ts'
import { definitionOf, setDefinitions } from '../store/definitions.ts'
import { linkLengthMax, linkOf, textOfLink } from './link.ts'

const page = 'https://example.org/millrace/'
const hashOf = (link: string): string => new URL(link).hash
const encoded = (bytes: Uint8Array): string => `#job=${Buffer.from(bytes).toString('base64url')}`
const jobs = readdirSync('examples')
  .filter((file) => file.endsWith('.json'))
  .map((file) => parseJob(readFileSync(`examples/${file}`, 'utf8')).job!)

beforeAll(() => setDefinitions(definitions))

describe('a link', () => {
  it('holds the canonical text of every example in less than a tenth of what programs cut off at', () => {
    for (const job of jobs) {
      const link = linkOf(job, page)
      expect(link.startsWith(`${page}#job=`)).toBe(true)
      expect(link.length).toBeLessThan(linkLengthMax / 10)
      expect(textOfLink(hashOf(link))).toBe(canonicalText(job, definitionOf))
    }
  })

  it('keeps any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
      const job = { ...jobs[0]!, name }
      expect(textOfLink(hashOf(linkOf(job, page)))).toBe(canonicalText(job, definitionOf))
    }))
  })

  it('that is cut off gives the whole text, no text, or one that the reader of jobs refuses', () => {
    const whole = hashOf(linkOf(jobs[0]!, page))
    // The last character may hold nothing but filling.
    const sound = textOfLink(whole)
    fc.assert(fc.property(fc.integer({ min: 0, max: whole.length - 6 }), fc.constantFrom('', 'A', '%', '='), (length, more) => {
      const text = textOfLink(whole.slice(0, 5 + length) + more)
      expect(text === sound || text === null || parseJob(text).job === null).toBe(true)
    }))
  })

  it('that unpacks to more than a document may have is given up', () => {
    const spaces = new Uint8Array(10 * 1024 * 1024 + 1).fill(32)
    expect(textOfLink(encoded(deflateSync(spaces, { level: 1 })))).toBe(null)
    expect(textOfLink(encoded(deflateSync(spaces.subarray(1), { level: 1 })))).toHaveLength(spaces.length - 1)
  })
})
