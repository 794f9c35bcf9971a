import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from './testing/evaluate.ts'

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '\ud83d', '\ude00'), maxLength: 8 })
const quoted = (text: string): string => `'${text}'`

describe('the length of a text with a part replaced', () => {
  it('is that of the text that would be made', () => {
    fc.assert(
      fc.property(fc.array(fc.option(letters), { minLength: 1, maxLength: 6 }), fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), maxLength: 2 }), fc.string({ unit: fc.constantFrom('a', 'x', '😀'), maxLength: 3 }), (texts, part, replacement) => {
        const columns = { t: ['STRING', texts] } as const
        const replaced = `REPLACE(t, ${quoted(part)}, ${quoted(replacement)})`
        // Made, because what is measured is a column.
        const made = evaluate(replaced, columns)
        expect(evaluate(`CHAR_LENGTH(${replaced})`, columns)).toEqual(evaluate('CHAR_LENGTH(m)', { m: ['STRING', made] }))
      }),
      { numRuns: 300 },
    )
  })

  it('is also counted where the text is computed, a constant or missing', () => {
    expect(evaluate("CHAR_LENGTH(REPLACE(t || 'abab', 'ab', ''))", { t: ['STRING', ['xab', null, '']] })).toEqual([1, null, 0])
    expect(evaluate("CHAR_LENGTH(REPLACE('banana', 'an', 'x'))")).toEqual([4])
    expect(evaluate('CHAR_LENGTH(REPLACE(t, part, \'\'))', { t: ['STRING', ['banana', 'b']], part: ['STRING', ['an', 'b']] })).toEqual([2, 0])
  })
})
