import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnOf } from '../columnar/batchBuilder.ts'
import { valueAt, type Column, type Value } from '../columnar/column.ts'
import { printType, type DataType } from '../columnar/dataType.ts'
import { RowError } from '../columnar/rowError.ts'
import { castKernel } from './cast.ts'
import { CastFailure, castFails, castProblem, castValue } from './castValue.ts'
import { compilePredicate, compileScalar } from './compile.ts'
import type { Scope } from './expression.ts'
import { checkScalar } from './typeOf.ts'
import { testContext, typeOfText } from './testing/evaluate.ts'
import { Failure, valueOf } from './testing/oracle.ts'

/** Columns of every kind of storage and of both forms of BIGINT and DECIMAL. */
const columnTypes: readonly (readonly [name: string, type: string])[] = [
  ['t', 'TINYINT'], ['s', 'SMALLINT'], ['i', 'INT'], ['j', 'INT'], ['b', 'BIGINT'], ['c', 'BIGINT'], ['d', 'DECIMAL(10, 2)'], ['e', 'DECIMAL(38, 10)'], ['g', 'DECIMAL(5, 4)'],
  ['f', 'FLOAT'], ['x', 'DOUBLE'], ['y', 'DOUBLE'], ['p', 'BOOLEAN'], ['q', 'BOOLEAN'], ['u', 'STRING'], ['v', 'STRING'],
]
const scope: Scope = { inputs: [{ qualifier: null, schema: { fields: columnTypes.map(([name, type]) => ({ name, type: typeOfText(type) })) } }] }

function nearEdges(edges: readonly bigint[], min: bigint, max: bigint): fc.Arbitrary<bigint> {
  return fc.oneof(
    fc.bigInt({ min: -20n > min ? -20n : min, max: 20n < max ? 20n : max }),
    fc.constantFrom(...edges).chain((edge) => fc.bigInt({ min: -3n, max: 3n }).map((step) => edge + step)).filter((value) => value >= min && value <= max),
    fc.bigInt({ min, max }),
  )
}
const powers = [15n, 31n, 32n, 52n, 53n, 62n, 63n].flatMap((bits) => [2n ** bits, -(2n ** bits)])

function valueOfType(type: DataType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'TINYINT':
      return fc.integer({ min: -128, max: 127 })
    case 'SMALLINT':
      return fc.oneof(fc.integer({ min: -32768, max: 32767 }), fc.constantFrom(-32768, 32767, 0))
    case 'INT':
      return nearEdges(powers, -(2n ** 31n), 2n ** 31n - 1n).map(Number)
    case 'BIGINT':
      return nearEdges(powers, -(2n ** 63n), 2n ** 63n - 1n)
    case 'DECIMAL': {
      const limit = 10n ** BigInt(type.precision) - 1n
      return nearEdges([...powers, limit, -limit, 5n, 50n, 500n], -limit, limit)
    }
    case 'FLOAT':
      return fc.oneof(fc.float(), fc.constantFrom(0, -0, 1.5)).map(Math.fround)
    case 'DOUBLE':
      return fc.oneof(fc.double(), fc.constantFrom(0, -0, 0.5, 2.5, 1e20, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53))
    case 'BOOLEAN':
      return fc.boolean()
    case 'CHAR':
    case 'VARCHAR':
      return fc
        .oneof(fc.constantFrom('', 'a', 'b', 'Z', 'é', '\uFFFD', '😀', ' 12 ', '3.7', '-99999999999', 'true', '2026-01-31'), fc.string({ maxLength: 4 }))
        .map((text) => castValue(text, typeOfText('STRING'), type, 'UTC') as string)
    case 'DATE':
      return fc.integer({ min: -800_000, max: 2_900_000 })
    case 'TIME':
      return fc.integer({ min: 0, max: 86_399_999 })
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }).map((ms) => Math.floor(ms / 10 ** (3 - type.precision)) * 10 ** (3 - type.precision))
    default:
      throw new Error(`no values of ${type.kind}`)
  }
}

/** Batches of one to six rows; a column has NULLs in half of the batches, and stays small in half, so that both paths run. */
const batch = fc.integer({ min: 1, max: 6 }).chain((rowCount) =>
  fc.tuple(
    ...columnTypes.map(([, text]) => {
      const type = typeOfText(text)
      const value = valueOfType(type)
      const small = type.kind === 'BIGINT' || type.kind === 'DECIMAL' ? fc.bigInt({ min: -1000n, max: 1000n }) : value
      return fc.tuple(fc.boolean(), fc.boolean()).chain(([nullable, safe]) => fc.array(nullable ? fc.option(safe ? small : value, { freq: 3 }) : safe ? small : value, { minLength: rowCount, maxLength: rowCount }))
    }),
  ),
)

const literalText = fc.oneof(fc.integer({ min: -200, max: 200 }).map(String), fc.constantFrom('0', '1', '0.908', '-2.50', '1e0', '2147483647', '9223372036854775807', '-9223372036854775808', '99999999999999999999.5', '.0001', '3E-2'))
const exactColumn = fc.constantFrom('t', 's', 'i', 'j', 'b', 'c', 'd', 'e', 'g')

const { number, condition } = fc.letrec<{ number: string; condition: string }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    exactColumn,
    fc.constantFrom('f', 'x', 'y'),
    literalText,
    fc.tuple(tie('number'), fc.constantFrom('+', '-', '*', '/'), tie('number')).map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
    fc.tuple(exactColumn, exactColumn).map(([a, b]) => `MOD(${a}, ${b})`),
    fc.tuple(exactColumn, fc.integer({ min: -200, max: 200 })).map(([a, b]) => `${a} % ${b}`),
    tie('number').map((a) => `-(${a})`),
    tie('number').map((a) => `ABS(${a})`),
    fc.tuple(tie('condition'), tie('number'), tie('number')).map(([c, a, b]) => `CASE WHEN ${c} THEN ${a} ELSE ${b} END`),
    fc.tuple(tie('number'), tie('number'), tie('number')).map(([x, v, a]) => `CASE ${x} WHEN ${v} THEN ${a} END`),
    fc.tuple(tie('condition'), tie('number'), tie('number')).map(([c, a, b]) => `IF(${c}, ${a}, ${b})`),
    fc.tuple(tie('number'), tie('number')).map(([a, b]) => `COALESCE(${a}, ${b})`),
    fc.tuple(exactColumn, exactColumn).map(([a, b]) => `NULLIF(${a}, ${b})`),
    fc.tuple(tie('number'), tie('number'), fc.constantFrom('GREATEST', 'LEAST')).map(([a, b, f]) => `${f}(${a}, ${b})`),
    fc.tuple(tie('number'), fc.constantFrom('TINYINT', 'INT', 'BIGINT', 'DECIMAL(12, 3)', 'DECIMAL(38, 0)', 'DOUBLE', 'FLOAT')).map(([a, type]) => `CAST(${a} AS ${type})`),
    fc.tuple(fc.constantFrom('u', 'v'), fc.constantFrom('INT', 'BIGINT', 'DECIMAL(6, 2)')).map(([a, type]) => `TRY_CAST(${a} AS ${type})`),
  ),
  condition: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    fc.constantFrom('p', 'q', 'TRUE', 'FALSE', 'UNKNOWN'),
    fc.tuple(tie('number'), fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM'), tie('number')).map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
    fc.tuple(fc.constantFrom('u', 'v', "'a'", "'é'"), fc.constantFrom('=', '<>', '<', '<=', '>', '>='), fc.constantFrom('u', 'v', "'b'", "'\uFFFD'", "'😀'")).map(([a, operator, b]) => `${a} ${operator} ${b}`),
    fc.tuple(fc.array(tie('condition'), { minLength: 2, maxLength: 3 }), fc.constantFrom(' AND ', ' OR ')).map(([all, operator]) => all.map((c) => `(${c})`).join(operator)),
    tie('condition').map((c) => `NOT (${c})`),
    fc.tuple(tie('condition'), fc.constantFrom('IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS NOT FALSE')).map(([c, form]) => `(${c}) ${form}`),
    fc.tuple(tie('number'), tie('number'), tie('number')).map(([a, b, c]) => `(${a}) BETWEEN (${b}) AND (${c})`),
    fc.tuple(tie('number'), fc.array(literalText, { minLength: 1, maxLength: 4 })).map(([a, list]) => `(${a}) IN (${list.join(', ')})`),
    fc.tuple(exactColumn, exactColumn, exactColumn).map(([a, b, c]) => `${a} IN (${b}, NULL, ${c})`),
    fc.constantFrom('u', 'v').map((a) => `${a} IN ('a', 'b', '')`),
  ),
}))

function rowsOf(columns: readonly (readonly Value[])[]): Value[][] {
  return columns[0]!.map((_, row) => columns.map((values) => values[row]!))
}

function columnsOf(columns: readonly (readonly Value[])[]): Column[] {
  return columns.map((values, i) => columnOf(typeOfText(columnTypes[i]![1]), values))
}

/** Rows that each expression has, or 'fails'. */
function expected(text: string, rows: readonly (readonly Value[])[]): Value[] | 'fails' | null {
  const { typed } = checkScalar(text, scope)
  if (typed === null) return null
  try {
    return rows.map((row) => valueOf(typed, row))
  } catch (error) {
    if (error instanceof Failure) return 'fails'
    throw error
  }
}

function outcome<T>(run: () => T): T | 'fails' {
  try {
    return run()
  } catch (error) {
    if (error instanceof RowError) return 'fails'
    throw error
  }
}

describe('compiled expressions', () => {
  it('mean what the plain reading in BigInts means, batch after batch', () => {
    let checked = 0
    fc.assert(
      fc.property(fc.oneof(number, condition), batch, batch, (text, first, second) => {
        const { typed } = checkScalar(text, scope)
        if (typed === null) return
        checked++
        const compiled = compileScalar(typed)
        const run = (columns: readonly (readonly Value[])[]): { column: Column; values: Value[] } | 'fails' =>
          outcome(() => {
            const column = compiled([columnsOf(columns)], columns[0]!.length, testContext)
            return { column, values: columns[0]!.map((_, i) => valueAt(column, i)) }
          })
        const one = run(first)
        expect(one === 'fails' ? one : one.values, text).toEqual(expected(text, rowsOf(first)))
        const two = run(second)
        expect(two === 'fails' ? two : two.values, text).toEqual(expected(text, rowsOf(second)))
        // What was handed out is not written again.
        if (one !== 'fails') expect(first[0]!.map((_, i) => valueAt(one.column, i)), `${text}, handed out`).toEqual(one.values)
      }),
      { numRuns: 2500 },
    )
    expect(checked).toBeGreaterThan(1200)
  })

  it('say for every column of a type that is not nullable that it has no NULL', () => {
    fc.assert(
      fc.property(number, batch, (text, columns) => {
        const { typed } = checkScalar(text, scope)
        if (typed === null || typed.type.nullable) return
        const values = expected(text, rowsOf(columns))
        if (values !== 'fails') expect(values, `${text} ${printType(typed.type)}`).not.toContain(null)
      }),
      { numRuns: 2000 },
    )
  })

  it('select the rows whose condition is TRUE, in order', () => {
    fc.assert(
      fc.property(condition, batch, (text, columns) => {
        const { typed } = checkScalar(text, scope)
        if (typed === null || typed.type.kind !== 'BOOLEAN') return
        const values = expected(text, rowsOf(columns))
        const rowCount = columns[0]!.length
        const rows = new Int32Array(rowCount)
        const found = outcome(() => Array.from(rows.subarray(0, compilePredicate(typed)([columnsOf(columns)], rowCount, testContext, rows))))
        expect(found, text).toEqual(values === 'fails' ? values : values!.flatMap((value, i) => (value === true ? [i] : [])))
      }),
      { numRuns: 2000 },
    )
  })
})

const castTypes = [
  'BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL(3, 2)', 'DECIMAL(18, 4)', 'DECIMAL(38, 20)', 'DECIMAL(20, 0)', 'CHAR(3)', 'VARCHAR(2)', 'STRING', 'DATE', 'TIME', 'TIMESTAMP(0)', 'TIMESTAMP(3)', 'TIMESTAMP_LTZ(3)',
].map(typeOfText)

describe('casts of columns', () => {
  const fresh = { uint8: (n: number) => new Uint8Array(n), int32: (n: number) => new Int32Array(n), float64: (n: number) => new Float64Array(n), bigint64: (n: number) => new BigInt64Array(n) }
  for (const from of castTypes) {
    it(`from ${printType(from)} give what the cast of each value gives`, () => {
      fc.assert(
        fc.property(fc.constantFrom(...castTypes), fc.array(fc.option(valueOfType(from), { freq: 5 }), { minLength: 1, maxLength: 8 }), fc.constantFrom('UTC', 'Europe/Berlin'), (to, values, timeZone) => {
          if (castProblem(from, to) !== null) return
          const context = { ...testContext, timeZone }
          const wanted = values.map((value) => (value === null ? null : castValue(value, from, to, timeZone)))
          const tried = wanted.map((value) => (value instanceof CastFailure ? null : value))
          if (!castFails(from, to)) expect(tried).toEqual(wanted)
          const column = columnOf(from, values)
          const attempt = castKernel(from, to, 'try', fresh)
          const result = attempt === null ? column : attempt(column, values.length, context)
          expect(values.map((_, i) => valueAt(result, i))).toEqual(tried)
          const failing = wanted.findIndex((value) => value instanceof CastFailure)
          if (failing >= 0) expect(() => castKernel(from, to, 'cast', fresh)!(column, values.length, context)).toThrow(expect.objectContaining({ row: failing }))
        }),
        { numRuns: 200 },
      )
    })
  }
})
