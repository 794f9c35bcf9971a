import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnOf } from '../columnar/batchBuilder.ts'
import { valuesOf } from '../columnar/concat.ts'
import type { Dictionary, StringColumn } from '../columnar/column.ts'
import { stringType } from '../columnar/dataType.ts'
import { compileScalar } from './compile.ts'
import { testContext, typed } from './testing/evaluate.ts'

/** A row: which branch it takes, and the code and NULL of each text. */
const row = fc.record({ k: fc.constantFrom('a', 'b', 'c', 'd', null), a: fc.option(fc.nat(3)), b: fc.option(fc.nat(3)) })
/** A batch, with the dictionaries that its texts come from: few, so that they are met again. */
const batch = fc.record({ rows: fc.array(row, { maxLength: 8 }), a: fc.nat(2), b: fc.nat(5) })

/** Texts of a dictionary that grows each time it is used. */
function textsOf(dictionary: Dictionary, name: string): void {
  for (let i = 0; i < 4; i++) dictionary.values.push(`${name}${dictionary.values.length}`)
}
const string = ['STRING', [null]] as const

describe('texts that come from several dictionaries', () => {
  it.each([
    ["CASE WHEN k = 'a' THEN a WHEN k = 'b' THEN b WHEN k = 'c' THEN 'text' END", (k: string | null, a: string | null, b: string | null) => (k === 'a' ? a : k === 'b' ? b : k === 'c' ? 'text' : null)],
    ["CASE WHEN k <> 'a' THEN b ELSE UPPER(a) END", (k: string | null, a: string | null, b: string | null) => (k !== null && k !== 'a' ? b : (a?.toUpperCase() ?? null))],
    ["IF(k = 'a', a, 'text')", (k: string | null, a: string | null) => (k === 'a' ? a : 'text')],
  ] as const)('are the same in %s whether dictionaries stay, grow, come back or go', (expression, expected) => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
        const compiled = compileScalar(typed(expression, { k: string, a: string, b: string }))
        const dictionaries = Array.from({ length: 9 }, (): Dictionary => ({ values: [], distinct: false }))
        const seen: { readonly column: ReturnType<typeof compiled>; readonly texts: readonly (string | null)[] }[] = []
        for (const { rows, a, b } of batches) {
          const column = (name: 'a' | 'b', dictionary: Dictionary): StringColumn => {
            textsOf(dictionary, name)
            const first = dictionary.values.length - 4
            const nulls = Uint8Array.from(rows, (each) => (each[name] === null ? 1 : 0))
            return { storage: 'string', codes: Int32Array.from(rows, (each) => (each[name] === null ? 0 : (first + each[name] * 7) % dictionary.values.length)), dictionary, nulls: nulls.includes(1) ? nulls : null }
          }
          const columns = [columnOf(stringType, rows.map(({ k }) => k)), column('a', dictionaries[a]!), column('b', dictionaries[3 + b]!)]
          const [as, bs] = [valuesOf(columns[1]!, rows.length), valuesOf(columns[2]!, rows.length)] as (string | null)[][]
          seen.push({ column: compiled([columns], rows.length, testContext), texts: rows.map(({ k }, i) => expected(k, as![i]!, bs![i]!)) })
        }
        // Batches that were given before are what they were.
        for (const { column, texts } of seen) expect(valuesOf(column, texts.length)).toEqual(texts)
      }),
      { numRuns: 200 },
    )
  })

  it('have one dictionary from the second batch on, while theirs stay', () => {
    const compiled = compileScalar(typed("CASE WHEN k = 'a' THEN a ELSE 'text' END", { k: string, a: string }))
    const columns = [columnOf(stringType, ['a', 'b']), columnOf(stringType, ['x', 'y'])]
    const given = [1, 2, 3].map(() => compiled([columns], 2, testContext) as StringColumn)
    expect(given.map((column) => valuesOf(column, 2))).toEqual([['x', 'text'], ['x', 'text'], ['x', 'text']])
    expect(given[2]!.dictionary).toBe(given[1]!.dictionary)
    expect(given[2]!.dictionary.values).toEqual(['x', 'text'])
  })
})
