import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RE2JS } from 're2js'
import { isPatternFault, regularExpression } from './regularExpression.ts'
import { emitPattern, readPattern } from './regularSyntax.ts'

function sound(pattern: string) {
  const expression = regularExpression(pattern)
  if (isPatternFault(expression)) throw new Error(expression.message)
  return expression
}

describe('regular expressions', () => {
  it.each([
    ['(&|^)channel_id=([^&]*)', 'https://h/?query=1&channel_id=77&x=2', 2, '77'],
    ['(&|^)channel_id=([^&]*)', 'channel_id=5', 2, '5'],
    ['cid=([0-9]+)', 'q=1&cid=77', 1, '77'],
    ['cid=([0-9]+)', 'q=1&cid=77', 0, 'cid=77'],
    ['cid=([0-9]+)', 'q=1', 1, null],
    ['(a)|(b)', 'b', 1, null],
    ['(a)|(b)', 'b', 3, null],
    ['(?<year>\\d{4})-(\\d{2})', 'on 2026-01-31', 1, '2026'],
    ['a.c', 'a\nc', 0, null],
    ['a.c', 'a\rc', 0, null],
    ['(?s)a.c', 'a\nc', 0, 'a\nc'],
    ['.', '😀', 0, '😀'],
    ['\\s+', 'a\u000b b', 0, '\u000b '],
    ['\\w+', 'é-x', 0, 'x'],
    ['(?i)straße', 'STRAßE', 0, 'STRAßE'],
    ['(?i)[^a]', 'aA', 0, null],
    ['a$', 'a\n', 0, 'a'],
    ['a$', 'a\nb', 0, null],
    ['a\\z', 'a\n', 0, null],
    ['(?m)^b$', 'a\nb\nc', 0, 'b'],
    ['[a-z&&[^aeiou]]+', 'aeixyz', 0, 'xyz'],
    ['[a[0-9]]+', 'b7a', 0, '7a'],
    ['\\Qa.b\\E', 'axb a.b', 0, 'a.b'],
    ['\\p{Alpha}+', 'ä1ab', 0, 'ab'],
    ['\\p{L}+', '1äb', 0, 'äb'],
    ['\\u00e4', 'ä', 0, 'ä'],
    ['x*', 'aaa', 0, ''],
    ['a{2,3}?', 'aaaa', 0, 'aa'],
    ['[]a]+', ']a', 0, ']a'],
    ['[\\d\\-x]+', 'a-1x', 0, '-1x'],
    ['(?:(a)|b)*', 'ab', 1, 'a'],
  ])('%s in %j gives group %i as %j', (pattern, text, group, result) => {
    expect(sound(pattern).extract(text, group)).toBe(result)
  })

  it('replaces all matches by the text as it stands', () => {
    expect(sound('o+').replaceAll('foo boo', '$1\\')).toBe('f$1\\ b$1\\')
    expect(sound('x*').replaceAll('abc', '-')).toBe('-a-b-c-')
    expect(sound('(a|b)+c').replaceAll('xabcabcz', '')).toBe('xz')
  })

  it.each(['[', 'a{2,1}', '(', ')', '*a', 'a\\', '(?<>a)', '\\y', '[z-a]', 'a{x}'])('%s is no regular expression', (pattern) => {
    expect(regularExpression(pattern)).toMatchObject({ fault: 'invalid' })
  })

  it.each(['a(?=b)', '(a)\\1', '(?<=a)b', 'a++', '(?>a)', '\\Ga', '(?<n>a)\\k<n>', '(?x)a', 'a{2000}'])('%s is refused in words', (pattern) => {
    expect(regularExpression(pattern)).toMatchObject({ fault: 'unsupported' })
  })

  it.each(['(a{40}){40}', '(?:(?:a{10}){10}){11}', '(?:(?:a{10}){10}){10,}{2}', `(?:${'ab'.repeat(100)}){1000}`])('%s is refused as too large', (pattern) => {
    expect(regularExpression(pattern)).toMatchObject({ fault: 'unsupported', message: expect.stringContaining('too large') as string })
  })

  it('accepts no pattern that its engines refuse', () => {
    const atom = fc.constantFrom('a', '.', '[^a]', '\\d', '\\b', '^', '$', '\\R', '\\p{L}', '(?:)', '[^\\d\\p{Lu}]', '(?i)k')
    const count = fc.constantFrom('', '*', '+?', '?', '{0}', '{1}', '{2}', '{3,}', '{0,7}', '{32}', '{40,}', '{1000}')
    const pattern = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof({ depthSize: 'small', withCrossShrink: true }, atom, fc.tuple(tie('pattern'), count).map(([item, times]) => `(${item})${times}`), fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})${a}`)),
    })).pattern
    fc.assert(
      fc.property(pattern, (text) => {
        const read = readPattern(text)
        if ('fault' in read || isPatternFault(regularExpression(text))) return
        expect(() => RE2JS.compile(emitPattern(read.node, 're2')), emitPattern(read.node, 're2')).not.toThrow()
      }),
      { numRuns: 400 },
    )
  })

  it('knows no property that its engines do not', () => {
    for (const name of ['L', 'Lu', 'Cn', 'Cf', 'Co', 'Zp', 'Sk', 'Nl', 'Me', 'IsLatin', 'IsGreek', 'IsHan', 'IsHiragana', 'IsEthiopic', 'script=Common', 'IsHangul', 'IsThai']) {
      const read = readPattern(`\\p{${name}}[\\P{${name}}x]`)
      if ('fault' in read) continue
      expect(() => RE2JS.compile(emitPattern(read.node, 're2')), name).not.toThrow()
      expect(() => new RegExp(emitPattern(read.node, 'js'), 'u'), name).not.toThrow()
    }
  })

  it('takes no longer for a pattern made to explode', () => {
    const evil = sound('(a+)+b')
    expect(evil.test('a'.repeat(50_000))).toBe(false)
    const squared = sound('a*a*a*a*b')
    expect(squared.test(`${'a'.repeat(5000)}c`)).toBe(false)
  })

  it('means the same in both engines', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '(a)', '(?:ab)', '(a|b)', '\\w', '^', '\\b', 'é', '😀')
    const piece = fc.tuple(atom, fc.constantFrom('', '', '*', '+', '?', '*?', '{1,2}')).map(([item, times]) => (item === '^' || item === '\\b' ? item : item + times))
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '\n', 'é', '😀'), maxLength: 12 })
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), text, (pieces, subject) => {
        const pattern = pieces.join('')
        const read = readPattern(pattern)
        if ('fault' in read) throw new Error(read.message)
        const plain = new RegExp(emitPattern(read.node, 'js'), 'u').exec(subject)
        const matcher = RE2JS.compile(emitPattern(read.node, 're2')).matcher(subject)
        expect(matcher.find()).toBe(plain !== null)
        if (plain !== null) expect(matcher.group(0)).toBe(plain[0])
      }),
      { numRuns: 500 },
    )
  })
})
