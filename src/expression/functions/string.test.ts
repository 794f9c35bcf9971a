import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { likeTest } from '../likePattern.ts'
import { evaluate, evaluateText, problemsOf } from '../testing/evaluate.ts'

const n = 'CAST(NULL AS STRING)'

describe('functions of texts', () => {
  it.each([
    // NULL, empty, beyond the end, surrogate pairs.
    [`UPPER(${n})`, 'NULL'],
    ["'a' || ''", 'a'],
    [`'a' || ${n}`, 'NULL'],
    ["CONCAT_WS(',', '', '')", ','],
    [`CONCAT_WS(',', ${n}, ${n})`, ''],
    ["CHAR_LENGTH('')", '0'],
    ["CHAR_LENGTH('a😀é')", '3'],
    ["SUBSTRING('a😀b', 2, 1)", '😀'],
    ["SUBSTRING('a😀b', -2)", '😀b'],
    ["SUBSTRING('a😀b', -3, 2)", 'a😀'],
    ["SUBSTRING('abc', -4)", ''],
    ["SUBSTRING('abc', 4)", ''],
    ["SUBSTRING('abc', 3, 2147483647)", 'c'],
    ["SUBSTRING('', 1)", ''],
    ["SUBSTRING('', 1, -1)", 'NULL'],
    ["SUBSTRING('abc', 2147483647)", ''],
    ["SUBSTRING('abc', 2, 0)", ''],
    ["LEFT('😀b', 1)", '😀'],
    ["LEFT('ab', 0)", ''],
    ["RIGHT('a😀', 1)", '😀'],
    ["RIGHT('ab', -1)", ''],
    ["POSITION('' IN 'abc')", '1'],
    ["POSITION('b' IN '😀b')", '2'],
    ["LOCATE('', 'abc', 3)", '1'],
    ["LOCATE('c', 'abc', -5)", '3'],
    ["LOCATE('a', 'abc', 9)", '0'],
    ["INSTR('abcabc', 'c', 0)", '0'],
    ["INSTR('abcabc', 'c', -1)", '6'],
    ["INSTR('abcabc', 'c', -2)", '3'],
    ["REPLACE('aaa', 'aa', 'b')", 'ba'],
    ["REPLACE('abc', '', '-')", '-a-b-c-'],
    ["SPLIT_INDEX('', ',', 0)", 'NULL'],
    ["SPLIT_INDEX('a,b,', ',', 2)", ''],
    ["SPLIT_INDEX('a,b', ',', -1)", 'NULL'],
    ["SPLIT_INDEX('a--b', '--', 1)", 'b'],
    ["SPLIT_INDEX('a b', '', 1)", 'b'],
    ["SPLIT_INDEX('a,b', 0, 0)", 'NULL'],
    ["SPLIT_INDEX('a,b', 300, 0)", 'NULL'],
    ["LPAD('hi', -1, 'x')", 'NULL'],
    ["LPAD('hi', 4, '')", 'NULL'],
    ["LPAD('hi', 5, 'ab')", 'abahi'],
    ["LPAD('hi', 0, 'ab')", ''],
    ["RPAD('hi', 1, 'ab')", 'h'],
    ["RPAD('😀', 1, 'x')", '?'],
    ["REPEAT('😀', 2)", '😀😀'],
    ["REVERSE('')", ''],
    ["REVERSE('a😀é')", 'é😀a'],
    ["ASCII('é')", '-61'],
    ["CHR(0)", '\u0000'],
    ["CHR(256)", '\u0000'],
    ["INITCAP('éa b-c 3d')", 'éA B-C 3d'],
    ["TRIM('\t a ')", '\t a'],
    ["TRIM(BOTH '' FROM ' a ')", ' a '],
    ["TRIM(TRAILING '😀x' FROM 'a😀x😀')", 'a'],
    ["TRIM('')", ''],
    ["RTRIM('abc', 'cb')", 'a'],
    ["LOWER('İ')", 'i̇'],
    ["UPPER('ß')", 'SS'],
    ["OVERLAY('abc', 'X', 9)", 'abc'],
    ["OVERLAY('abcdef', 'X', 2, 3)", 'aXef'],
    ["OVERLAY('abcdef' PLACING 'X' FROM 2 FOR 3)", 'aXef'],
    ["OVERLAY('abcdef' PLACING 'XY' || 'Z' FROM 1 + 1)", 'aXYZef'],
    ["HASH_CODE('polygenelubricants')", '-2147483648'],
    ["HASH_CODE('')", '0'],
    ["MD5('')", 'd41d8cd98f00b204e9800998ecf8427e'],
    ["FROM_BASE64(TO_BASE64('é😀'))", 'é😀'],
    ["REGEXP('a\nb', 'a.b')", 'FALSE'],
    ["REGEXP_EXTRACT('abc', '(x)?b', 1)", 'NULL'],
    ["REGEXP_EXTRACT('abc', 'b', 7)", 'NULL'],
    ["REGEXP_EXTRACT('abc', 'b', -1)", 'NULL'],
    ["REGEXP_REPLACE('a😀b', '.', '-')", '---'],
    ["'é' LIKE '_'", 'TRUE'],
    ["'😀' LIKE '_'", 'TRUE'],
    ["'a\\b' LIKE 'a\\b'", 'TRUE'],
    ["'' LIKE ''", 'TRUE'],
    ["'' LIKE '%'", 'TRUE'],
    ["'abab' LIKE '%ab%ab'", 'TRUE'],
    ["'ab' LIKE 'ab%ab'", 'FALSE'],
    ["'a_c' LIKE 'a!_c' ESCAPE '!'", 'TRUE'],
    ["'abc' LIKE 'a!_c' ESCAPE '!'", 'FALSE'],
    [`'a' LIKE ${n}`, 'NULL'],
    ["'a' NOT LIKE 'b%'", 'TRUE'],
  ])('%s is %j', (text, result) => {
    expect(evaluateText(text).text).toBe(result)
  })

  it('digest the UTF-8 bytes of a text', () => {
    expect(evaluateText("SHA256('é😀')").text).toBe(createHash('sha256').update('é😀').digest('hex'))
  })

  it('work on columns row by row and entry by entry alike', () => {
    const columns = { s: ['STRING', ['a,b', null, 'c', 'a,b', '', 'c,d,e']], i: ['INT', [1, 0, 0, null, 0, 2]], p: ['STRING', ['a', 'b', null, '%', '', 'c%']] } as const
    expect(evaluate("SPLIT_INDEX(s, ',', 1)", columns)).toEqual(['b', null, null, 'b', null, 'd'])
    expect(evaluate("SPLIT_INDEX(s, ',', i)", columns)).toEqual(['b', null, 'c', null, null, 'e'])
    expect(evaluate('s LIKE p', columns)).toEqual([false, null, null, true, true, true])
    expect(evaluate("s || '!'", columns)).toEqual(['a,b!', null, 'c!', 'a,b!', '!', 'c,d,e!'])
    expect(evaluate('CONCAT_WS(p, s, s)', columns)).toEqual(['a,baa,b', '', null, 'a,b%a,b', '', 'c,d,ec%c,d,e'])
    expect(evaluate("REGEXP_EXTRACT(s, '([a-c]),', 1)", columns)).toEqual(['a', null, null, 'a', null, 'c'])
    expect(evaluate('REGEXP(s, p)', { s: ['STRING', ['ab', 'ab', 'ab']], p: ['STRING', ['b$', '[', '']] })).toEqual([true, false, false])
    expect(evaluate('REGEXP_EXTRACT(s, p)', { s: ['STRING', ['ab', 'ab']], p: ['STRING', ['b$', '[']] })).toEqual(['b', null])
  })

  it('say in words what is wrong with a pattern', () => {
    expect(problemsOf("REGEXP('a', '[')")[0]).toMatch(/^MR-213 .*no regular expression/)
    expect(problemsOf("REGEXP('a', 'a(?=b)')")[0]).toMatch(/^MR-218 .*look-ahead/)
    expect(problemsOf("'a' LIKE 'a!b' ESCAPE '!'")[0]).toMatch(/must be followed by/)
    expect(problemsOf("'a' LIKE 'a' ESCAPE '!!'")[0]).toMatch(/one character/)
    expect(problemsOf("'a' || 1")[0]).toMatch(/CAST/)
    expect(problemsOf("SHA2('a', 1)")[0]).toMatch(/224, 256, 384 or 512/)
  })

  it('fail the row, not the page, when a text would be too long', () => {
    expect(() => evaluate("REPEAT(s, 2147483647)", { s: ['STRING', ['abc']] })).toThrow(/most is/)
    expect(() => evaluate('LPAD(s, 2147483647, s)', { s: ['STRING', ['abc']] })).toThrow(/most is/)
    expect(() => evaluate('FROM_BASE64(s)', { s: ['STRING', ['*']] })).toThrow(/base64/)
  })

  it('LIKE agrees with the pattern spelled as a regular expression', () => {
    const unit = fc.constantFrom('a', 'b', '%', '_', '.', '😀')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 6 }), fc.string({ unit: fc.constantFrom('a', 'b', '.', '😀', '%'), maxLength: 8 }), (pattern, text) => {
        const source = Array.from(pattern).map((char) => (char === '%' ? '[^]*' : char === '_' ? '.' : char === '.' ? '\\.' : char)).join('')
        const test = likeTest(pattern, null)
        expect(typeof test === 'function' && test(text)).toBe(new RegExp(`^${source}$`, 'u').test(text))
      }),
      { numRuns: 1000 },
    )
  })
})
