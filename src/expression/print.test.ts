import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DataType } from '../columnar/dataType.ts'
import type { Expression } from './expression.ts'
import { parseExpression, sameExpression } from './parse.ts'
import { printExpression } from './print.ts'
import { checkScalar } from './typeOf.ts'
import { scopeOf } from './testing/evaluate.ts'

const span = { start: 0, end: 0 }

function parsed(text: string): Expression {
  const { expression, problems } = parseExpression(text)
  if (expression === null) throw new Error(`${text}: ${problems.map((problem) => problem.message).join('; ')}`)
  return expression
}

const call = (name: string, args: readonly Expression[], symbols: readonly string[] = [], more: { distinct?: boolean; filter?: Expression | null } = {}): Expression => ({
  kind: 'call', name, args, symbols, distinct: more.distinct ?? false, filter: more.filter ?? null, span,
})

const name = fc.oneof(fc.constantFrom('a', 'b', 'price', 'date', 'order', 'dateTime', 'Ünï', 'with space', 'back`tick', 'NULL', '1st'), fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/\p{Cs}/u.test(text)))
const text = fc.oneof(fc.constantFrom('', "it's", '100%', '\\', 'line\nbreak', '😀', "U&'", '--', '\u0001'), fc.string({ maxLength: 12, unit: 'binary' })).filter((candidate) => !/\p{Cs}/u.test(candidate) && !candidate.includes('\0'))

const literal: fc.Arbitrary<Expression> = fc
  .oneof(
    fc.integer({ min: -2147483647, max: 2147483647 }).map((value) => [value, { kind: 'INT', nullable: false }] as const),
    fc.constantFrom(-9223372036854775808n, 9223372036854775807n, 2147483648n, -2147483648n).map((value) => [value, { kind: 'BIGINT', nullable: false }] as const),
    fc.tuple(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.integer({ min: 1, max: 38 }), fc.integer({ min: 0, max: 37 })).map(([value, precision, cut]) => {
      const scale = Math.max(1, precision - cut)
      return [value % 10n ** BigInt(precision), { kind: 'DECIMAL', precision, scale, nullable: false }] as const
    }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => [value, { kind: 'DOUBLE', nullable: false }] as const),
    text.map((value) => [value, { kind: 'CHAR', length: value.length, nullable: false }] as const),
    fc.boolean().map((value) => [value, { kind: 'BOOLEAN', nullable: false }] as const),
    fc.constant([null, { kind: 'NULL', nullable: true }] as const),
    fc.constant([null, { kind: 'BOOLEAN', nullable: true }] as const),
    fc.uint8Array({ maxLength: 5 }).map((value) => [value, { kind: 'BYTES', nullable: false }] as const),
    fc.integer({ min: -354285, max: 2932896 }).map((value) => [value, { kind: 'DATE', nullable: false }] as const),
    fc.integer({ min: 0, max: 86_399_999 }).map((value) => [value, { kind: 'TIME', nullable: false }] as const),
    fc.tuple(fc.integer({ min: -30_000_000_000_000, max: 253_402_300_799_000 }), fc.integer({ min: 0, max: 3 })).map(([ms, precision]) => {
      const unit = 10 ** (3 - precision)
      return [Math.floor(ms / unit) * unit, { kind: 'TIMESTAMP', precision, nullable: false }] as const
    }),
    fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -200, max: 200 }).map((days) => days * 86_400_000)).map((value) => [value + 0, { kind: 'INTERVAL_DAY_TIME', nullable: false }] as const),
    fc.integer({ min: -40_000, max: 40_000 }).map((value) => [value + 0, { kind: 'INTERVAL_YEAR_MONTH', nullable: false }] as const),
  )
  .map(([value, type]) => ({ kind: 'literal', value, type: type as DataType, span }) as Expression)

const castType: fc.Arbitrary<DataType> = fc.constantFrom<DataType>(
  { kind: 'BIGINT', nullable: true },
  { kind: 'DECIMAL', precision: 10, scale: 2, nullable: true },
  { kind: 'VARCHAR', length: 2147483647, nullable: true },
  { kind: 'CHAR', length: 3, nullable: true },
  { kind: 'TIMESTAMP', precision: 3, nullable: true },
  { kind: 'TIMESTAMP_LTZ', precision: 0, nullable: true },
  { kind: 'ARRAY', element: { kind: 'INT', nullable: false }, nullable: true },
  { kind: 'MAP', key: { kind: 'VARCHAR', length: 2147483647, nullable: true }, value: { kind: 'MULTISET', element: { kind: 'DATE', nullable: true }, nullable: true }, nullable: true },
  { kind: 'ROW', fields: [{ name: 'order', type: { kind: 'INT', nullable: true } }, { name: 'b c', type: { kind: 'BOOLEAN', nullable: false } }], nullable: true },
  { kind: 'INTERVAL_DAY_TIME', nullable: true },
)

const { tree } = fc.letrec<{ tree: Expression }>((tie) => {
  const one = tie('tree')
  const many = (minLength: number, maxLength = 4): fc.Arbitrary<Expression[]> => fc.array(one, { minLength, maxLength })
  const unsigned = one.filter((operand) => !(operand.kind === 'literal' && typeof operand.value !== 'string' && typeof operand.value !== 'boolean'))
  return {
    tree: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      literal,
      name.map((column): Expression => ({ kind: 'column', name: column, qualifier: null, span })),
      fc.tuple(name, name).map(([qualifier, column]): Expression => ({ kind: 'column', name: column, qualifier, span })),
      fc.tuple(fc.constantFrom('+', '-', '*', '/', '%', '||', '=', '<>', '<', '<=', '>', '>='), one, one).map(([operator, a, b]) => call(operator, [a, b])),
      fc.tuple(fc.constantFrom('+', '-'), fc.oneof(one, unsigned)).map(([operator, a]) => call(operator, [a])),
      fc.tuple(fc.constantFrom('AND', 'OR'), many(2)).map(([operator, args]) => call(operator, args)),
      one.map((a) => call('NOT', [a])),
      fc.tuple(fc.constantFrom('IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS NOT FALSE', 'IS UNKNOWN'), one).map(([form, a]) => call(form, [a])),
      fc.tuple(fc.constantFrom('IS DISTINCT FROM', 'IS NOT DISTINCT FROM'), one, one).map(([form, a, b]) => call(form, [a, b])),
      one.map((a) => call('IS JSON', [a], ['OBJECT'])),
      fc.tuple(one, one, one).map((args) => call('BETWEEN', args)),
      many(2).map((args) => call('IN', args)),
      many(2, 3).filter((args) => args.length >= 2).map((args) => call('LIKE', args)),
      many(2, 5).map((args) => call('CASE', args)),
      many(3, 6).map((args) => call('CASE', args, ['SIMPLE'])),
      fc.tuple(fc.constantFrom('COALESCE', 'LOWER', 'IF', 'LEFT', 'MY_FUNCTION', 'DATE', 'my fn'.toUpperCase()), many(0)).map(([f, args]) => call(f, args)),
      fc.tuple(fc.constantFrom('COUNT', 'SUM'), one, fc.boolean(), fc.option(one)).map(([f, a, distinct, filter]) => call(f, [a], [], { distinct, filter })),
      fc.constant(call('COUNT', [], ['*'])),
      fc.constant(call('CURRENT_TIMESTAMP', [])),
      one.map((a) => call('EXTRACT', [a], ['HOUR'])),
      fc.tuple(fc.constantFrom('FLOOR', 'CEIL'), one, fc.constantFrom([], ['DAY'])).map(([f, a, symbols]) => call(f, [a], symbols)),
      fc.tuple(fc.constantFrom('TIMESTAMPADD', 'TIMESTAMPDIFF'), one, one).map(([f, a, b]) => call(f, [a, b], ['MINUTE'])),
      fc.tuple(fc.constantFrom('BOTH', 'LEADING', 'TRAILING'), many(1, 2)).map(([side, args]) => call('TRIM', args, [side])),
      many(2, 3).map((args) => call('SUBSTRING', args)),
      fc.tuple(one, one).map((args) => call('POSITION', args)),
      fc.tuple(fc.constantFrom('STRING', 'INT'), fc.constantFrom('NULL', 'ERROR', 'DEFAULT'), fc.constantFrom('NULL', 'ERROR', 'DEFAULT'), many(4, 4)).map(([type, empty, error, args]) =>
        call('JSON_VALUE', args.slice(0, 2 + Number(empty === 'DEFAULT') + Number(error === 'DEFAULT')), [type, empty, error]),
      ),
      fc.tuple(one, one, fc.constantFrom('TRUE', 'FALSE', 'UNKNOWN', 'ERROR')).map(([a, b, error]) => call('JSON_EXISTS', [a, b], [error])),
      many(1).map((args) => call('ROW', args)),
      many(1).map((args) => call('ARRAY', args)),
      fc.tuple(one, one).map((args) => call('MAP', args)),
      fc.tuple(one, castType, fc.constantFrom<'cast' | 'try'>('cast', 'try')).map(([operand, type, mode]): Expression => ({ kind: 'cast', operand, type, mode, span })),
      fc.tuple(one, name).map(([operand, field]): Expression => ({ kind: 'field', operand, name: field, span })),
      fc.tuple(one, one).map(([operand, index]): Expression => ({ kind: 'element', operand, index, span })),
    ),
  }
})

describe('printing', () => {
  it('is undone by parsing', () => {
    fc.assert(
      fc.property(tree, (expression) => {
        const printed = printExpression(expression)
        fc.pre(printed.length <= 10_000)
        const { expression: again, problems } = parseExpression(printed)
        if (again === null) throw new Error(`${printed}: ${problems[0]?.message}`)
        if (!sameExpression(expression, again)) throw new Error(`${printed} became ${printExpression(again)}`)
      }),
      { numRuns: 1500 },
    )
  })

  it.each([
    ['a+b*c', 'a + b * c'],
    ['(a+b)*c', '(a + b) * c'],
    ['a-(b-c)', 'a - (b - c)'],
    ['(a-b)-c', 'a - b - c'],
    ['not (a and b) or c', 'NOT (a AND b) OR c'],
    ['not a like b', 'a NOT LIKE b'],
    ['a || b || c', 'a || b || c'],
    ['- - 5', '- -5'],
    ['-(5)', '-(5)'],
    ['price != .5', 'price <> .5'],
    ["interval '90' minute", "INTERVAL '90' MINUTE"],
    ["interval '1 02:03:04.5' day to second", "INTERVAL '1 02:03:04.500' DAY TO SECOND"],
    ["interval '2' year", "INTERVAL '2' YEAR"],
    ['cast(a as timestamp(3) with local time zone)', 'CAST(a AS TIMESTAMP_LTZ(3))'],
    ['`order`.`x y`', '`order`.`x y`'],
    ['substring(s from 2 for 3)', 'SUBSTRING(s, 2, 3)'],
    ['case when a then 1 else 2 end', 'CASE WHEN a THEN 1 ELSE 2 END'],
    ["trim(both 'x' from s)", "TRIM(BOTH 'x' FROM s)"],
    ["U&'\\00e9\\\\'", "'é\\'"],
    ['count(distinct a) filter (where b > 1)', 'COUNT(DISTINCT a) FILTER (WHERE b > 1)'],
    ['a[1].b', 'a[1].b'],
    ['a = (b = c)', 'a = (b = c)'],
  ])('writes %s as %s', (from, to) => {
    expect(printExpression(parsed(from))).toBe(to)
  })

  it('leaves implicit casts out of a typed tree', () => {
    const columns = { price: ['BIGINT', []], rate: ['DECIMAL(4, 3)', []], ts: ['TIMESTAMP(3)', []], r: ['ROW<x INT>', []] } as const
    const scope = scopeOf(columns)
    for (const source of ['price * rate > 5', "ts = '2026-01-01 00:00:00'", 'CAST(price AS DOUBLE) + 1', 'COALESCE(r.x, 0)', 'ARRAY[price, 1][2]', "price IN (1, 2.50, -3E0)"]) {
      expect(printExpression(checkScalar(source, scope).typed!, scope)).toBe(source)
    }
  })
})
