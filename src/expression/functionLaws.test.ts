import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnOf } from '../columnar/batchBuilder.ts'
import { gather, valueAt, type Column, type Value } from '../columnar/column.ts'
import { printType } from '../columnar/dataType.ts'
import { RowError } from '../columnar/rowError.ts'
import { compileScalar } from './compile.ts'
import type { Scope } from './expression.ts'
import { functionTable } from './functions.ts'
import { printExpression } from './print.ts'
import { testContext, typeOfText } from './testing/evaluate.ts'
import { checkScalar } from './typeOf.ts'

/**
 * Laws that every entry of the function table keeps, whatever it computes: found with calls on columns and literals of all types.
 */
const values: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  TINYINT: fc.integer({ min: -128, max: 127 }),
  INT: fc.oneof(fc.integer({ min: -5, max: 12 }), fc.constantFrom(-2147483648, 2147483647, 1000)),
  BIGINT: fc.oneof(fc.bigInt({ min: -5n, max: 12n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  DOUBLE: fc.oneof(fc.constantFrom(0, 1, -1.5, 2.5, Number.NaN, Number.POSITIVE_INFINITY), fc.double()),
  'DECIMAL(10, 2)': fc.bigInt({ min: -9_999_999_999n, max: 9_999_999_999n }),
  BOOLEAN: fc.boolean(),
  STRING: fc.oneof(
    fc.constantFrom('', 'a', ' b ', 'Ab,cd', '12', '-3.5', 'yyyy-MM-dd', '2026-01-31 12:00:00', '2026-02-28', '{"a": [1, {"b": null}]}', '$.a', 'lax $.a[0]', '(a)|b', '[', '%b_', '\\', 'é😀', 'UTC', 'utf-8', '2', 'a=1&b=2', 'https://h:80/p?q=1#r'),
    fc.string({ maxLength: 6 }),
  ),
  BYTES: fc.uint8Array({ maxLength: 4 }),
  DATE: fc.integer({ min: -200_000, max: 200_000 }),
  TIME: fc.integer({ min: 0, max: 86_399_999 }),
  'TIMESTAMP(3)': fc.integer({ min: -10_000_000_000_000, max: 10_000_000_000_000 }),
  'TIMESTAMP_LTZ(3)': fc.integer({ min: -10_000_000_000_000, max: 10_000_000_000_000 }),
  'ARRAY<INT>': fc.array(fc.option(fc.integer({ min: 0, max: 5 })), { maxLength: 4 }),
  'ARRAY<STRING>': fc.array(fc.option(fc.constantFrom('a', 'b', 'ab')), { maxLength: 4 }),
  'MAP<STRING, INT>': fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }).map((keys) => keys.map((key, i) => [key, i])),
  'ROW<x INT, y STRING>': fc.tuple(fc.option(fc.integer()), fc.option(fc.constantFrom('p', 'q'))).map((row) => [...row]),
}
const types = Object.keys(values)
/** A nullable column and one without NULLs of each type. */
const fields = types.flatMap((type, i) => [{ name: `c${i}`, type: typeOfText(type) }, { name: `n${i}`, type: typeOfText(`${type} NOT NULL`) }])
const scope: Scope = { inputs: [{ qualifier: null, schema: { fields: [...fields, { name: 'ts', type: typeOfText('TIMESTAMP(3)'), time: 'event' }] } }] }
const rowCount = 5

const batch: fc.Arbitrary<Value[][]> = fc.tuple(
  ...types.flatMap((type) => [
    fc.array(fc.option(values[type]!, { freq: 3 }), { minLength: rowCount, maxLength: rowCount }),
    fc.array(values[type]!, { minLength: rowCount, maxLength: rowCount }),
  ]),
  fc.array(fc.nat(1_000_000), { minLength: rowCount, maxLength: rowCount }),
)

const literals = ['NULL', '0', '1', '2', '-1', '3', "'a'", "''", "','", "'yyyy-MM-dd HH:mm:ss'", "'%a%'", "'$.a'", "'b+'", "'UTC'", '1.5', '2e0', 'TRUE', "DATE '2026-01-31'", "TIMESTAMP '2026-01-31 12:00:00'", "INTERVAL '1' DAY", "INTERVAL '2' MONTH", "X'00ff'"]
const units = ['SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR']
const families: readonly (readonly string[])[] = [
  [...named('TINYINT', 'INT', 'BIGINT', 'DECIMAL(10, 2)'), '0', '1', '2', '-1', '1.5', 'NULL'],
  [...named('DOUBLE', 'INT'), '2e0', '1', '0'],
  [...named('STRING'), ...literals.filter((literal) => literal.startsWith("'")), 'NULL'],
  [...named('STRING', 'INT'), '1', '2', "','", "'a'"],
  [...named('BOOLEAN'), 'TRUE', 'NULL'],
  [...named('DATE', 'TIME', 'TIMESTAMP(3)', 'TIMESTAMP_LTZ(3)'), 'ts', "INTERVAL '1' DAY", "INTERVAL '2' MONTH", "TIMESTAMP '2026-01-31 12:00:00'"],
  [...named('TIMESTAMP(3)', 'TIMESTAMP_LTZ(3)', 'STRING', 'INT'), "'yyyy-MM-dd HH:mm:ss'", "'UTC'", '3', 'ts'],
  [...named('ARRAY<INT>', 'INT'), '1'],
  [...named('ARRAY<STRING>', 'MAP<STRING, INT>', 'STRING'), "'a'", "','"],
  ['ts'],
  [...named('BYTES', 'STRING'), "'utf-8'", "X'00ff'"],
  [...named('BOOLEAN'), ...named('INT'), ...named('STRING')],
  [...fields.map((field) => field.name), ...literals],
]
function named(...wanted: string[]): string[] {
  return wanted.flatMap((type) => [`c${types.indexOf(type)}`, `n${types.indexOf(type)}`])
}
const argumentLists = fc.constantFrom(...families).chain((family) => fc.array(fc.constantFrom(...family), { maxLength: 4 }))
const samples = fc.sample(fc.tuple(argumentLists, fc.constantFrom(...units)), { numRuns: 1200, seed: 7 })

/** How a call is written. */
function callText(name: string, args: readonly string[], unit: string): string {
  const [a, b, c] = [args[0] ?? 'c1', args[1] ?? 'c1', args[2] ?? 'c1']
  switch (name) {
    case 'NOT':
      return `NOT ${a}`
    case 'BETWEEN':
      return `${a} BETWEEN ${b} AND ${c}`
    case 'IN':
      return `${a} IN (${args.slice(1).join(', ') || b})`
    case 'LIKE':
      return args.length > 2 ? `${a} LIKE ${b} ESCAPE ${c}` : `${a} LIKE ${b}`
    case 'CASE':
      return `CASE WHEN ${a} THEN ${b} ELSE ${c} END`
    case 'IS JSON':
      return `${a} IS JSON`
    case 'JSON_VALUE':
    case 'JSON_EXISTS':
    case 'JSON_QUERY':
      return `${name}(${a}, '$.a')`
    case 'EXTRACT':
      return `EXTRACT(${unit} FROM ${a})`
    case 'TIMESTAMPADD':
    case 'TIMESTAMPDIFF':
      return `${name}(${unit}, ${a}, ${b})`
    case 'ARRAY':
    case 'MAP':
      return `${name}[${name === 'MAP' ? `${a}, ${b}` : args.join(', ')}]`
    case 'ITEM':
      return `${a}[${b}]`
    case 'TRIM':
      return args.length > 1 ? `TRIM(LEADING ${b} FROM ${a})` : `TRIM(${a})`
    case 'POSITION':
      return `POSITION(${a} IN ${b})`
    case 'FLOOR':
    case 'CEIL':
      return args.length > 1 ? `${name}(${a} TO ${unit})` : `${name}(${a})`
  }
  const definition = functionTable.get(name)!
  if (/^[A-Z]/.test(name) && (definition.callable !== false || definition.name !== name)) return `${name}(${args.join(', ')})`
  if (name.startsWith('IS ') && !name.endsWith('FROM')) return `${a} ${name}`
  return args.length === 1 && (name === '-' || name === '+') ? `${name} ${a}` : `${a} ${name} ${b}`
}

function run(compiled: ReturnType<typeof compileScalar>, columns: readonly Column[], count: number): Value[] | RowError {
  try {
    const column = compiled([columns], count, testContext)
    return Array.from({ length: count }, (_, i) => valueAt(column, i))
  } catch (error) {
    if (error instanceof RowError) return error
    throw error
  }
}

// The functions of one table share the sample of argument lists; each uses what it is typed for.
const names = [...functionTable].filter(([, definition]) => definition.kind !== 'aggregate' && definition.kind !== 'over').map(([name]) => name)

describe('every function', () => {
  for (const name of names) {
    it(`${name} runs on whatever it is typed for, row by row as in batches, and as printed`, () => {
      const texts = samples.map(([args, unit]) => callText(name, args, unit))
      const valid = [...new Set(texts)].filter((text) => checkScalar(text, scope).typed !== null)
      expect(valid.length, `calls of ${name} that are typed`).toBeGreaterThan(0)
      fc.assert(
        fc.property(fc.constantFrom(...valid), batch, (text, rows) => {
          const typed = checkScalar(text, scope).typed!
          const columns = rows.map((column, i) => columnOf(scope.inputs[0]!.schema.fields[i]!.type, column))
          const compiled = compileScalar(typed)
          const whole = run(compiled, columns, rowCount)
          // Each row alone gives what it gives in a batch; the row a batch fails on fails alone.
          for (let row = 0; row < rowCount; row++) {
            const alone = run(compiled, columns.map((column) => gather(column, Int32Array.of(row), 1)), 1)
            if (whole instanceof RowError) {
              if (whole.row === row) expect(alone, `${text}, row ${row}`).toBeInstanceOf(RowError)
            } else expect(alone, `${text}, row ${row}`).toEqual([whole[row]])
          }
          if (!(whole instanceof RowError) && !typed.type.nullable) expect(whole, `${text} is ${printType(typed.type)}`).not.toContain(null)
          const printed = printExpression(typed, scope)
          const again = checkScalar(printed, scope)
          expect(again.problems, `${text} printed as ${printed}`).toEqual([])
          expect(printType(again.typed!.type), printed).toBe(printType(typed.type))
          const repeated = run(compileScalar(again.typed!), columns, rowCount)
          if (whole instanceof RowError) expect(repeated, printed).toBeInstanceOf(RowError)
          else expect(repeated, printed).toEqual(whole)
        }),
        { numRuns: 15 },
      )
    })
  }
})
