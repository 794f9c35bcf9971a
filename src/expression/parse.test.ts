import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printType } from '../columnar/dataType.ts'
import { tokens } from './lexer.ts'
import { parseExpression, parseType } from './parse.ts'
import { checkScalar } from './typeOf.ts'

const fragments = [
  'a', '`a b`', "'text'", "'", '1', '1.5', '1e400', '.', ',', '(', ')', '[', ']', '+', '-', '*', '/', '||', '=', '<>', '!=', '<', 'AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'LIKE', 'ESCAPE', 'IS', 'NULL', 'CASE', 'WHEN', 'THEN',
  'ELSE', 'END', 'CAST', 'TRY_CAST', 'AS', 'INT', 'DECIMAL', 'ROW', 'ARRAY', 'MAP', 'INTERVAL', 'DAY', 'TO', 'SECOND', 'DATE', 'TIMESTAMP', 'EXTRACT', 'FROM', 'HOUR', 'TRIM', 'BOTH', 'COUNT', 'DISTINCT', 'FILTER', 'WHERE',
  'JSON_VALUE', 'RETURNING', 'ON', 'EMPTY', 'ERROR', 'DEFAULT', 'COALESCE', 'SUBSTRING', 'POSITION', 'FLOOR', 'MOD', '--', '/*', "U&'\\00", '`', '"', '\u0000', '😀', ' ', '\n',
]

describe('the parser', () => {
  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const { expression, problems } = parseExpression(text)
        expect(expression === null).toBe(problems.length > 0)
        for (const { span } of problems) expect(span.start <= span.end && span.start >= 0 && span.end <= text.length).toBe(true)
        parseType(text)
      }),
      { numRuns: 1000 },
    )
  })

  it('never throws on any sequence of words, nor does the checker', () => {
    const scope = { inputs: [{ qualifier: null, schema: { fields: [{ name: 'a', type: { kind: 'INT', nullable: true } as const }] } }] }
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 25 }), fc.constantFrom(' ', ''), (words, between) => {
        const text = words.join(between)
        const { typed, problems } = checkScalar(text, scope)
        expect(typed === null).toBe(problems.length > 0)
        for (const problem of problems) expect(problem.message).toMatch(/[.?]$/)
        parseType(text)
      }),
      { numRuns: 1000 },
    )
  })

  it('covers the whole text with its tokens', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 25 }), (words) => {
        const text = words.join(' ')
        let end = 0
        for (const { span } of tokens(text)) {
          expect(span.start).toBeGreaterThanOrEqual(end)
          end = span.end
        }
        expect(end).toBe(text.length)
      }),
    )
  })

  it.each([
    ['', 'MR-200 0-0 There is no expression here.'],
    ['a +', 'MR-201 2-3 The expression ends too early: expected a value'],
    ['a b', 'MR-201 2-3 Expected an operator or the end of the expression, found "b".'],
    ['rank > 1', 'MR-201 0-4 Expected a value: a column, a number, a text in single quotes or a function, found "rank". If rank is the name of a column, write it in backticks: `rank`.'],
    ["'open", 'MR-201 0-5 This text has no closing quote.'],
    ['a /* b', 'MR-201 2-6 This comment does not end.'],
    ['a == b', 'MR-201 3-4 Flink SQL compares with a single "="'],
    ['"a"', 'MR-201 0-1 Double quotes mean nothing in Flink SQL.'],
    ['(a', 'MR-201 1-2 The expression ends too early: expected ")" to close the parenthesis.'],
    ['a)', 'MR-201 1-2 This ")" closes nothing.'],
    ['a AS b', 'MR-201 2-4 An expression has no AS'],
    ['a;', 'MR-201 1-2 An expression has no semicolon.'],
    ['a IN ()', 'MR-201 0-7 The list of IN is empty.'],
    ['a IN (SELECT b)', 'MR-218 6-12 A sub-query cannot stand in an expression.'],
    ['CAST(a AS TIMESTAMP)', 'MR-205 10-19 TIMESTAMP without a precision means microseconds'],
    ['CAST(a AS LONG)', 'MR-205 10-14 Expected a type such as BIGINT'],
    ['CAST(a AS DECIMAL(50))', 'MR-205 10-21 A DECIMAL has 1 to 38 digits, not 50.'],
    ["INTERVAL '100' DAY", 'MR-204 0-18 The field DAY of this interval has 3 digits'],
    ['INTERVAL 5 DAY', "MR-201 9-10 The number of an INTERVAL is written in quotes: INTERVAL '5' SECOND."],
    ["DATE '2026-02-30'", "MR-204 5-17 '2026-02-30' is no date."],
    ['9223372036854775808', 'MR-204 0-19 9223372036854775808 is beyond the range of BIGINT.'],
    ['`AND`(a)', 'MR-201 0-6 AND is not called like a function. Write a AND b.'],
    ['SUM(a) OVER (PARTITION BY b)', 'MR-218 7-11 OVER cannot stand in an expression.'],
    ['(a, b)', 'MR-201 2-3 Expected ")" here. Several values in parentheses are written ROW(a, b).'],
  ])('says of %j: %s', (text, expected) => {
    const [problem] = parseExpression(text).problems
    expect(`${problem!.code} ${problem!.span.start}-${problem!.span.end} ${problem!.message}`.slice(0, expected.length)).toBe(expected)
  })

  it('goes on behind a faulty argument', () => {
    const { problems } = parseExpression('COALESCE(a +, b, * c, d)')
    expect(problems.map((problem) => problem.span.start)).toEqual([12, 17])
  })

  it('refuses what is too long, too large or too deep, without running out of stack', () => {
    expect(parseExpression('a'.repeat(10_001)).problems[0]!.code).toBe('MR-203')
    expect(parseExpression('('.repeat(9_000)).problems[0]!.code).toBe('MR-203')
    expect(parseExpression(`${'a+'.repeat(4_999)}a`).problems[0]!.code).toBe('MR-203')
    expect(parseExpression(`COALESCE(${'1,'.repeat(4_980)}1)`).expression).not.toBeNull()
    expect(parseExpression(`${'-a='.repeat(2_500)}1`).problems[0]!.code).toBe('MR-203')
    expect(parseExpression('SUBSTRING('.repeat(240) + 's' + ' FROM 1)'.repeat(240)).problems).toEqual([])
    expect(parseType('ARRAY<'.repeat(1_600)).problems[0]!.code).toBe('MR-203')
  })

  it.each([
    ['int', 'INT'],
    ['integer not null', 'INT NOT NULL'],
    ['decimal', 'DECIMAL(10, 0)'],
    ['numeric(5)', 'DECIMAL(5, 0)'],
    ['varchar(7)', 'VARCHAR(7)'],
    ['character varying(7)', 'VARCHAR(7)'],
    ['string', 'STRING'],
    ['double precision', 'DOUBLE'],
    ['timestamp(3) with local time zone', 'TIMESTAMP_LTZ(3)'],
    ['int array', 'ARRAY<INT>'],
    ['map<string, array<int not null>>', 'MAP<STRING, ARRAY<INT NOT NULL>>'],
    ['row(a int, `b c` row<d date>) not null', 'ROW<a INT, `b c` ROW<d DATE>> NOT NULL'],
    ['multiset<string>', 'MULTISET<STRING>'],
  ])('reads the type %s as %s', (text, printed) => {
    expect(printType(parseType(text).type!)).toBe(printed)
  })
})
