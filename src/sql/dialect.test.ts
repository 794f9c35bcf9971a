import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printText } from '../expression/print.ts'
import { evaluateText } from '../expression/testing/evaluate.ts'
import { expressionToSql } from './expressionToSql.ts'

/** A rewritten type may lose its NOT NULL, which Flink says of no column that a view gives. */
function said(text: string): { readonly text: string; readonly type: string } {
  const { text: value, type } = evaluateText(text)
  return { text: value, type: type.replace(' NOT NULL', '') }
}

describe('expressions in the words of Flink 1.20', () => {
  it.each([
    ["STARTSWITH(x, 'a')", "POSITION('a' IN `x`) = 1"],
    ["NOT ENDSWITH(x, y || 'a')", "NOT POSITION(REVERSE(`y` || 'a') IN REVERSE(`x`)) = 1"],
    ["COUNT(*) FILTER (WHERE STARTSWITH(BTRIM(x), 'a'))", "COUNT(*) FILTER (WHERE POSITION('a' IN CAST(TRIM(`x`) AS STRING)) = 1)"],
    ["a % 3 + -b % (c * 2)", "MOD(`a`, 3) + MOD(-`b`, `c` * 2)"],
    ["BTRIM(r.`a`, 'xy')", "CAST(TRIM(BOTH 'xy' FROM `r`.`a`) AS STRING)"],
    ['UPPER(x)', 'UPPER(`x`)'],
  ])('%s is %s', (text, sql) => {
    expect(expressionToSql(text, '1.20').sql).toBe(sql)
  })

  it('are untouched for 2.2', () => {
    expect(expressionToSql("ENDSWITH(BTRIM(x), 'a')", '2.2').sql).toBe("ENDSWITH(BTRIM(`x`), 'a')")
  })

  it('have the same values', () => {
    const text = fc.array(fc.constantFrom('a', 'b', ' ', 'é', '😀'), { maxLength: 5 }).map((parts) => printText(parts.join('')))
    const argument = fc.oneof(text, fc.constant('CAST(NULL AS STRING)'))
    fc.assert(
      fc.property(fc.constantFrom('STARTSWITH', 'ENDSWITH', 'BTRIM'), argument, argument, (name, a, b) => {
        const written = `${name}(${a}, ${b})`
        expect(said(expressionToSql(written, '1.20').sql)).toEqual(said(written))
      }),
      { numRuns: 300 },
    )
  })
})
