import { describe, expect, it } from 'vitest'
import { columnOf } from '../columnar/batchBuilder.ts'
import { gather, valueAt, type Column, type Value } from '../columnar/column.ts'
import { printType } from '../columnar/dataType.ts'
import { RowError } from '../columnar/rowError.ts'
import { compileScalar } from './compile.ts'
import { evaluate, evaluateText, problemsOf, scopeOf, selected, testContext, typed, typeOfText, type Columns } from './testing/evaluate.ts'
import { checkPredicate, checkScalar } from './typeOf.ts'

const max = 9223372036854775807n
const min = -9223372036854775808n

describe('value semantics of Flink', () => {
  // The worked examples of Flink's rules, then the edges.
  it.each([
    ['0.908 * CAST(100 AS BIGINT)', '90.800', 'DECIMAL(24, 3)'],
    ['5/2', '2', 'INT'],
    ['-5/2', '-2', 'INT'],
    ['MOD(-5,3)', '-2', 'INT'],
    ['2147483647 + 1', '-2147483648', 'INT'],
    ['CAST(1.235 AS DECIMAL(3,2))', '1.24', 'DECIMAL(3, 2)'],
    ['CAST(123.4 AS DECIMAL(3,2))', 'NULL', 'DECIMAL(3, 2)'],
    ['CAST(300 AS TINYINT)', '44', 'TINYINT'],
    ['UNKNOWN AND FALSE', 'FALSE', 'BOOLEAN'],
    ['UNKNOWN OR TRUE', 'TRUE', 'BOOLEAN'],
    ['NOT UNKNOWN', 'NULL', 'BOOLEAN'],
    ['9223372036854775807 + 1', '-9223372036854775808', 'BIGINT'],
    ['-9223372036854775808 - 1', '9223372036854775807', 'BIGINT'],
    ['9223372036854775807 * 2', '-2', 'BIGINT'],
    ['-9223372036854775808 / -1', '-9223372036854775808', 'BIGINT'],
    ['9007199254740992 + 1', '9007199254740993', 'BIGINT'],
    ['3037000500 * 3037000500', '-9223372036709301616', 'BIGINT'],
    ['CAST(127 AS TINYINT) + CAST(1 AS TINYINT)', '-128', 'TINYINT'],
    ['1 + CAST(1 AS BIGINT)', '2', 'BIGINT'],
    ['1.10 + 2.205', '3.305', 'DECIMAL(5, 3)'],
    ['1.0 / 3.0', '0.333333', 'DECIMAL(8, 6)'],
    ['2 / 3.0', '0.666667', 'DECIMAL(17, 6)'],
    ['7.5 % 2', '1.5', 'DECIMAL(2, 1)'],
    ['1e0 / 0', 'Infinity', 'DOUBLE'],
    ['0e0 / 0', 'NaN', 'DOUBLE'],
    ['1.5 * 2e0', '3.0', 'DOUBLE'],
    ['CAST(1.1 AS FLOAT) + 1', '2.1', 'FLOAT'],
    ["CAST('99999999999999999999999999999999999999' AS DECIMAL(38, 0)) + 1", 'NULL', 'DECIMAL(38, 0)'],
    ["CAST('99999999999999999999' AS DECIMAL(20, 0)) * 10.5", '1049999999999999999989.5', 'DECIMAL(24, 1)'],
    ["CAST('12345678901234567890.123456789' AS DECIMAL(38, 9)) * CAST('1000.000000001' AS DECIMAL(38, 9))", '12345678901246913569024.691357', 'DECIMAL(38, 6)'],
    ['CAST(2.5 AS INT)', '2', 'INT'],
    ['CAST(-2.5 AS BIGINT)', '-2', 'BIGINT'],
    ['CAST(1e20 AS INT)', '2147483647', 'INT'],
    ['CAST(1e20 AS BIGINT)', '9223372036854775807', 'BIGINT'],
    ["CAST('NaN' AS DOUBLE) > 1", 'FALSE', 'BOOLEAN'],
    ['CAST(CAST(1e20 AS DOUBLE) AS TINYINT)', '-1', 'TINYINT'],
    ["CAST(' 12.9 ' AS INT)", '12', 'INT'],
    ["TRY_CAST('' AS INT)", 'NULL', 'INT'],
    ["TRY_CAST('9999999999' AS INT)", 'NULL', 'INT'],
    ["CAST('Yes' AS BOOLEAN)", 'TRUE', 'BOOLEAN'],
    ['CAST(0.0 AS BOOLEAN)', 'FALSE', 'BOOLEAN'],
    ['CAST(TRUE AS STRING)', 'TRUE', 'STRING'],
    ["CAST(TIMESTAMP '2026-01-31 12:00:00.129' AS TIMESTAMP(1))", '2026-01-31 12:00:00.1', 'TIMESTAMP(1)'],
    ["CAST(TIMESTAMP '2026-01-31 12:00:00' AS STRING)", '2026-01-31 12:00:00', 'STRING'],
    ["CAST('hello' AS CHAR(3))", 'hel', 'CHAR(3)'],
    ["CAST('a' AS CHAR(3)) = 'a  '", 'TRUE', 'BOOLEAN'],
    ['CAST(1e7 AS STRING)', '1.0E7', 'STRING'],
    ['CAST(1e-3 AS STRING)', '0.001', 'STRING'],
    ['CAST(CAST(0.1 AS FLOAT) AS STRING)', '0.1', 'STRING'],
    ["DATE '2026-01-31' + INTERVAL '1' MONTH", '2026-02-28', 'DATE'],
    ["TIMESTAMP '2026-03-31 10:00:00' - INTERVAL '1' MONTH", '2026-02-28 10:00:00', 'TIMESTAMP(0)'],
    ["TIME '23:30:00' + INTERVAL '1' HOUR", '00:30:00', 'TIME'],
    ["CAST(INTERVAL '1' DAY + INTERVAL '2' HOUR AS STRING)", '+1 02:00:00.000', 'STRING'],
    ["CAST(INTERVAL '2' HOUR * 3 AS STRING)", '+0 06:00:00.000', 'STRING'],
    ["TIMESTAMP '2026-01-01 00:00:00' = '2026-01-01 00:00:00'", 'TRUE', 'BOOLEAN'],
    ["1 NOT IN (2, NULL)", 'NULL', 'BOOLEAN'],
    // The list is read in the type of the value.
    ['1 IN (1.5, 9)', 'TRUE', 'BOOLEAN'],
    ['1 IN (4294967297)', 'TRUE', 'BOOLEAN'],
    ['CAST(0.5 AS BIGINT) IN (0.5, 0.5)', 'TRUE', 'BOOLEAN'],
    ['CAST(1.3 AS DECIMAL(3, 1)) IN (1.34, CAST(2.01 AS DOUBLE))', 'FALSE', 'BOOLEAN'],
    ['CAST(2.0 AS DECIMAL(3, 1)) IN (1.34, CAST(2.01 AS DOUBLE))', 'TRUE', 'BOOLEAN'],
    ["1 IN ('1.7')", 'TRUE', 'BOOLEAN'],
    ["'1' IN (1)", 'TRUE', 'BOOLEAN'],
    ["DATE '2026-01-31' IN ('2026-01-30', '2026-01-31')", 'TRUE', 'BOOLEAN'],
    ['1 IS DISTINCT FROM NULL', 'TRUE', 'BOOLEAN'],
    ["'\uFFFD' < '😀'", 'TRUE', 'BOOLEAN'],
    ["CASE WHEN FALSE THEN 1 ELSE 2.50 END", '2.50', 'DECIMAL(12, 2)'],
    ["COALESCE(NULL, 'a', 'bc')", 'a', 'VARCHAR(2)'],
    ['GREATEST(1, 2.5, CAST(3 AS BIGINT))', '3.0', 'DECIMAL(20, 1)'],
    ['ROUND(12.345, 2)', '12.35', 'DECIMAL(5, 2)'],
    ['ROUND(-12.5)', '-13', 'DECIMAL(3, 0)'],
    ['ROUND(2.5e0)', '3.0', 'DOUBLE'],
    ['ROUND(155, -1)', '160', 'INT'],
    ['ROUND(155, -2147483647)', '0', 'INT'],
    ['TRUNCATE(1.5e300, -2147483647)', '0.0', 'DOUBLE'],
    ['TRUNCATE(-12.345, 1)', '-12.3', 'DECIMAL(4, 1)'],
    ['FLOOR(-0.5)', '-1', 'DECIMAL(2, 0)'],
    ['CEIL(CAST(5 AS BIGINT))', '5', 'BIGINT'],
    ['SIGN(-0.05)', '-1.00', 'DECIMAL(3, 2)'],
    ["FLOOR(TIMESTAMP '2026-08-19 10:00:00' TO WEEK)", '2026-08-16 00:00:00', 'TIMESTAMP(0)'],
    ["CEIL(DATE '2026-02-15' TO QUARTER)", '2026-04-01', 'DATE'],
    ['ROW(1, ARRAY[2.5, 3])', '(1, [2.5, 3.0])', 'ROW<`EXPR$0` INT NOT NULL, `EXPR$1` ARRAY<DECIMAL(11, 1) NOT NULL> NOT NULL>'],
    ["MAP['a', 1, 'a', 2]['a']", '2', 'INT'],
    ["MAP['a', 1, 'b', 2] = MAP['b', 2, 'a', 1]", 'TRUE', 'BOOLEAN'],
    ['ARRAY[1, NULL] = ARRAY[1, NULL]', 'TRUE', 'BOOLEAN'],
    ["CAST(TIMESTAMP '1969-12-31 23:59:59' AS DATE)", '1969-12-31', 'DATE'],
    ["CAST(DATE '2026-01-31' AS TIMESTAMP(3))", '2026-01-31 00:00:00.000', 'TIMESTAMP(3)'],
    ["CAST(TIMESTAMP '1969-12-31 23:59:59' AS TIME)", '23:59:59', 'TIME'],
    ["CAST('14' AS TIME)", '14:00:00', 'TIME'],
    ["CAST(' 12:34:56.789 ' AS TIME)", '12:34:56', 'TIME'],
    ["CAST('14:30:00-02:00' AS TIME)", '12:30:00', 'TIME'],
    ["TRY_CAST('25' AS TIME)", 'NULL', 'TIME'],
    ["CAST('2026' AS DATE)", '2026-01-01', 'DATE'],
    ["CAST('2026-3 12:00' AS DATE)", '2026-03-01', 'DATE'],
    ['CAST(4.9E-324 AS STRING)', '4.9E-324', 'STRING'],
    ['CHR(9223372036854775807)', 'ÿ', 'STRING'],
    ['FROM_UNIXTIME(9223372036854775807)', '1969-12-31 23:59:59', 'STRING'],
    ["TIMESTAMPDIFF(WEEK, DATE '9999-12-31', DATE '2024-02-29')", '2827', 'INT'],
    ["FLOOR(DATE '0001-01-01' TO WEEK)", '0001-01-02', 'DATE'],
    ["CEIL(DATE '0001-01-01' TO YEAR)", '0002-01-01', 'DATE'],
    ['ARRAY[1, 2][3]', 'NULL', 'INT'],
    ['CAST(ARRAY[1, 2] AS ARRAY<STRING>)[2]', '2', 'STRING'],
    ["CAST(ROW(1, 'x') AS ROW<a BIGINT, b STRING>).b", 'x', 'STRING'],
    ["CAST(X'c3a9' AS STRING)", 'é', 'STRING'],
  ])('%s is %s, a %s', (text, result, type) => {
    const found = evaluateText(text)
    expect([found.text, found.type.replace(/ NOT NULL$/, '')]).toEqual([result, type])
  })

  it('carries nullability through', () => {
    const columns: Columns = { a: ['INT', []], b: ['INT NOT NULL', []], s: ['STRING NOT NULL', []] }
    const type = (text: string): string => printType(typed(text, columns).type)
    expect(type('a + b')).toBe('INT')
    expect(type('b + 1')).toBe('INT NOT NULL')
    expect(type('COALESCE(a, b)')).toBe('INT NOT NULL')
    expect(type('a IS NULL')).toBe('BOOLEAN NOT NULL')
    expect(type('CASE WHEN a > 1 THEN b END')).toBe('INT')
    expect(type('CASE WHEN a > 1 THEN b ELSE 0 END')).toBe('INT NOT NULL')
    expect(type('TRY_CAST(s AS INT)')).toBe('INT')
    expect(type('CAST(s AS INT)')).toBe('INT NOT NULL')
    expect(type('NULLIF(b, 0)')).toBe('INT')
    expect(type('b * 1.5')).toBe('DECIMAL(13, 1) NOT NULL')
    // An overflow gives NULL, whatever the operands.
    expect(type('CAST(b AS DECIMAL(3, 1))')).toBe('DECIMAL(3, 1)')
    expect(type('CAST(b AS DECIMAL(38, 10)) * CAST(b AS DECIMAL(38, 10))')).toBe('DECIMAL(38, 6)')
  })

  it('keeps what a BIGINT or a DECIMAL of 38 digits holds', () => {
    const b: Columns = { b: ['BIGINT', [max, min, 9007199254740993n, 1n, null]] }
    expect(evaluate('b + 1', b)).toEqual([min, min + 1n, 9007199254740994n, 2n, null])
    expect(evaluate('-b', b)).toEqual([-max, min, -9007199254740993n, -1n, null])
    expect(evaluate('ABS(b)', b)).toEqual([max, min, 9007199254740993n, 1n, null])
    expect(evaluate('b % 1000', b)).toEqual([807, -808, 993, 1, null])
    expect(evaluate('b = 9007199254740993', b)).toEqual([false, false, true, false, null])
    expect(evaluate('b IN (9007199254740992, 1)', b)).toEqual([false, false, false, true, null])
    expect(evaluate('CAST(b AS DECIMAL(38, 18))', b)[0]).toBe(max * 10n ** 18n)
    const d: Columns = { d: ['DECIMAL(38, 2)', [10n ** 38n - 1n, 5n, null]] }
    expect(evaluate('d - d', d)).toEqual([0n, 0n, null])
    expect(evaluate('d * 2', d)).toEqual([null, 10n, null])
    expect(evaluate('d / 3', d)[1]).toBe(16667n)
  })
})

describe('CASE over texts', () => {
  const columns: Columns = { s: ['STRING', ['b', 'a', null, 'c', 'a', 'z', '']], n: ['INT', [1, 2, 3, 0, 5, 6, 7]] }
  it.each([
    ["CASE s WHEN 'a' THEN n WHEN 'b' THEN -1 END", [-1, 2, null, null, 5, null, null]],
    ["CASE s WHEN 'a' THEN n WHEN 'b' THEN -1 WHEN 'a' THEN 99 ELSE 0 END", [-1, 2, 0, 0, 5, 0, 0]],
    ["CASE LOWER(s) WHEN '' THEN 'none' WHEN 'c' THEN s ELSE s || '!' END", ['b!', 'a!', null, 'c', 'a!', 'z!', 'none']],
    ["CASE s WHEN 'c' THEN 0 ELSE 10 / n END", [10, 5, 3, 0, 2, 1, 1]],
    ["CASE WHEN s = 'a' THEN n WHEN 'b' = s THEN -1 WHEN s = 'a' THEN 99 ELSE 0 END", [-1, 2, 0, 0, 5, 0, 0]],
    ["CASE WHEN LOWER(s) = '' THEN 'none' WHEN LOWER(s) = 'c' THEN s ELSE s || '!' END", ['b!', 'a!', null, 'c', 'a!', 'z!', 'none']],
    ["CASE WHEN s = 'a' THEN n WHEN UPPER(s) = 'B' THEN -1 WHEN s <> 'z' THEN 0 END", [-1, 2, null, 0, 5, null, 0]],
    ["CASE s WHEN 'q' THEN 1 END", [null, null, null, null, null, null, null]],
  ] as const)('takes the first branch with the text: %s', (text, expected) => {
    expect(evaluate(text, columns)).toEqual(expected)
  })

  it('fails only for rows that take the failing branch', () => {
    expect(() => evaluate("CASE s WHEN 'a' THEN 0 ELSE 10 / n END", columns)).toThrow(expect.objectContaining({ row: 3 }))
  })
})

describe('failing rows', () => {
  const columns: Columns = { n: ['INT', [6, null, 4]], d: ['INT', [3, 0, 0]], s: ['STRING', ['1', 'x', null]] }

  it('are named by their place in the batch', () => {
    expect(() => evaluate('n / d', columns)).toThrow(new RowError(2, 'Division by zero. Guard the divisor, for example with NULLIF(divisor, 0), which gives NULL instead.'))
    expect(() => evaluate('CAST(s AS INT)', columns)).toThrow(new RowError(1, "'x' is no INT. Use TRY_CAST to get NULL instead."))
    expect(() => evaluate('CASE WHEN n = 4 THEN n / d ELSE 0 END', columns)).toThrow(expect.objectContaining({ row: 2 }))
    expect(() => evaluate('COALESCE(n, 1) / 0', columns)).toThrow(expect.objectContaining({ row: 0 }))
    expect(() => evaluate('1.5 / (n - n)', columns)).toThrow(RowError)
  })

  it.each([
    ['CASE WHEN d = 0 THEN -1 ELSE n / d END', [2, -1, -1]],
    ['IF(d <> 0, n / d, CAST(NULL AS INT))', [2, null, null]],
    ['COALESCE(n, 1 / d)', 'fails'],
    ['COALESCE(d, 1 / d)', [3, 0, 0]],
    ['d <> 0 AND n / d > 1', [true, false, false]],
    ['d = 0 OR n / d > 1', [true, true, true]],
    ['CASE d WHEN 0 THEN 0 WHEN n / d THEN 1 ELSE 2 END', [2, 0, 0]],
    ["CASE WHEN s = '1' THEN CAST(s AS INT) END", [1, null, null]],
    ['n / NULLIF(d, 0)', [2, null, null]],
    ['TRUE OR 1 / 0 = 1', [true, true, true]],
    ['1 / 0', 'fails'],
    ['CAST(NULL AS INT) + 1 / 0', 'fails'],
  ] as const)('are only those that reach the failure: %s', (text, expected) => {
    let found: Value[] | 'fails'
    try {
      found = evaluate(text, columns)
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      found = 'fails'
    }
    expect(found).toEqual(expected)
  })

  it('do not hide behind a NULL on the left of an AND, as on Flink', () => {
    expect(() => selected('n > 5 AND 1 / d = 1', { n: ['INT', [null]], d: ['INT', [0]] })).toThrow(RowError)
    expect(selected('n > 5 AND 1 / d = 0', { n: ['INT', [1, 6]], d: ['INT', [0, 2]] })).toEqual([1])
  })
})

describe('conditions', () => {
  const columns: Columns = { a: ['BIGINT', [1n, 5n, null, 9n, 7n]], s: ['STRING', ['x', 'y', 'x', null, 'x']], f: ['DOUBLE', [0, Number.NaN, 1, 2, 3]] }
  it.each([
    ['a > 4', [1, 3, 4]],
    ['4 < a', [1, 3, 4]],
    ["a > 4 AND s = 'x'", [4]],
    ["s = 'x' AND a > 0 AND a <> 7", [0]],
    ["s IN ('x', 'z')", [0, 2, 4]],
    ['MOD(a, 2) = 1 AND a < 9', [0, 1, 4]],
    ['f <> 1', [0, 1, 3, 4]],
    ['NOT (f = f)', [1]],
    ['a IS NULL OR s IS NULL', [2, 3]],
    ["'x' <> s AND a > 0", [1]],
    ["s >= 'x' AND s < 'y' AND f < 3", [0, 2]],
    ['TRUE', [0, 1, 2, 3, 4]],
    ['UNKNOWN', []],
    ['NULL', []],
  ])('%s selects %j', (text, rows) => {
    expect(selected(text, columns)).toEqual(rows)
  })

  it('must be BOOLEAN', () => {
    expect(checkPredicate('a', scopeOf(columns)).problems[0]).toMatchObject({ code: 'MR-216', message: 'A condition must be BOOLEAN; this is BIGINT. Compare it with something, for example "= 1" or "IS NOT NULL".' })
  })
})

describe('what a compiled expression hands out', () => {
  const scope = scopeOf({ a: ['BIGINT', []], s: ['STRING', []] })
  const batch = (values: readonly bigint[]): Column[] => [columnOf(typeOfText('BIGINT'), values), columnOf(typeOfText('STRING'), values.map(String))]

  it.each(['a', 'a + 1', 'CAST(a AS DECIMAL(19, 0))', 'CAST(a AS DOUBLE)', 'COALESCE(a, 0)', 'NULLIF(a + 1, 5)', 'CASE WHEN a > 1 THEN a + 1 ELSE a END', '+a', 's', 'a > 1', 'CAST(CAST(a AS INT) AS DECIMAL(10, 0))', 'FLOOR(a * 2)', '5'])(
    'stays as it is when %s runs again',
    (text) => {
      const compiled = compileScalar(checkScalar(text, scope).typed!)
      const first = compiled([batch([1n, 2n, 3n])], 3, testContext)
      const before = [0, 1, 2].map((row) => valueAt(first, row))
      compiled([batch([100n, 200n, 300n, 400n])], 4, testContext)
      compiled([batch([2n ** 60n])], 1, testContext)
      expect([0, 1, 2].map((row) => valueAt(first, row))).toEqual(before)
    },
  )

  it('may be empty', () => {
    for (const text of ['a + 1', 'CASE WHEN a > 1 THEN s END', 'CAST(s AS INT)', "s = 'x'", '1 / 0', 'COALESCE(a, 1 / 0)']) {
      expect(() => compileScalar(checkScalar(text, scope).typed!)([batch([])], 0, testContext)).not.toThrow()
    }
  })

  it('is the same for long columns, short dictionaries and gathered rows', () => {
    const values = Array.from({ length: 5000 }, (_, i) => BigInt(i % 7))
    const [a, s] = batch(values)
    const rows = Int32Array.from({ length: 2500 }, (_, i) => i * 2)
    for (const text of ["s = '3'", "s > '3'", "s IN ('1', '2')", "CASE WHEN s = '3' THEN a / 2 ELSE a END", 'CAST(s AS BIGINT) * a']) {
      const compiled = compileScalar(checkScalar(text, scope).typed!)
      const whole = compiled([[a!, s!]], 5000, testContext)
      const part = compiled([[gather(a!, rows, 2500), gather(s!, rows, 2500)]], 2500, testContext)
      for (let i = 0; i < 2500; i++) expect(valueAt(part, i)).toEqual(valueAt(whole, 2 * i))
    }
  })
})

describe('time in the stream', () => {
  const scope = { inputs: [{ qualifier: null, schema: { fields: [{ name: 'ts', type: typeOfText('TIMESTAMP(3)'), time: 'event' as const }] } }] }
  const ts = [columnOf(typeOfText('TIMESTAMP(3)'), [1000, 2000, 3000])]

  it('CURRENT_WATERMARK is the watermark before each row, NULL before the first', () => {
    const compiled = compileScalar(checkScalar('CURRENT_WATERMARK(ts)', scope).typed!)
    const values = (context: typeof testContext): Value[] => {
      const column = compiled([ts], 3, context)
      return [0, 1, 2].map((row) => valueAt(column, row))
    }
    expect(values(testContext)).toEqual([null, null, null])
    expect(values({ ...testContext, watermark: 500 })).toEqual([500, 500, 500])
    expect(values({ ...testContext, watermarks: Float64Array.of(Number.NEGATIVE_INFINITY, 900, 2500) })).toEqual([null, 900, 2500])
  })

  it('CURRENT_WATERMARK keeps to its rows within a branch', () => {
    const compiled = compileScalar(checkScalar('CASE WHEN ts > TIMESTAMP \'1970-01-01 00:00:01\' THEN CURRENT_WATERMARK(ts) END', scope).typed!)
    const column = compiled([ts], 3, { ...testContext, watermarks: Float64Array.of(1, 2, 3) })
    expect([0, 1, 2].map((row) => valueAt(column, row))).toEqual([null, 2, 3])
  })

  it('CURRENT_WATERMARK wants a column that carries event time', () => {
    expect(problemsOf('CURRENT_WATERMARK(ts)', { ts: ['TIMESTAMP(3)', []] })[0]).toMatch(/^MR-213 CURRENT_WATERMARK takes a column that still carries event time/)
  })

  it('PROCTIME is asked for once a batch', () => {
    expect(evaluate('PROCTIME()', { a: ['INT', [1, 2]] })).toEqual([1_700_000_000_000, 1_700_000_000_000])
  })

  it('casts between TIMESTAMP and TIMESTAMP_LTZ go through the session time zone, gaps and overlaps included', () => {
    const berlin = { ...testContext, timeZone: 'Europe/Berlin' }
    const columns: Columns = { w: ['TIMESTAMP(3)', ['2026-01-15T12:00Z', '2026-07-15T12:00Z', '2026-03-29T02:30Z', '2026-10-25T02:30Z'].map((text) => Date.parse(text))] }
    const instants = evaluate('CAST(w AS TIMESTAMP_LTZ(3))', columns, berlin).map((ms) => new Date(ms as number).toISOString())
    expect(instants).toEqual(['2026-01-15T11:00:00.000Z', '2026-07-15T10:00:00.000Z', '2026-03-29T01:30:00.000Z', '2026-10-25T00:30:00.000Z'])
    expect(evaluate('CAST(CAST(CAST(w AS TIMESTAMP_LTZ(3)) AS TIMESTAMP(3)) AS STRING)', columns, berlin)).toEqual(['2026-01-15 12:00:00.000', '2026-07-15 12:00:00.000', '2026-03-29 03:30:00.000', '2026-10-25 02:30:00.000'])
  })
})

describe('names', () => {
  const join = { inputs: ['l', 'r'].map((qualifier) => ({ qualifier, schema: { fields: [{ name: 'id', type: typeOfText('BIGINT') }, { name: qualifier === 'l' ? 'price' : 'item', type: typeOfText(qualifier === 'l' ? 'INT' : 'ROW<id INT, name STRING>') }] } })) }
  const messages = (text: string): string[] => checkScalar(text, join).problems.map((problem) => `${problem.code} ${problem.message}`)

  it('are those of the sides, bare where that is clear', () => {
    expect(checkScalar('l.id = r.id AND price > 0 AND item.name IS NOT NULL AND r.item.id = 1', join).problems).toEqual([])
    expect(messages('id = 1')).toEqual(['MR-211 Several inputs have a column id. Write l.id or r.id.'])
  })

  it.each([
    ['prise > 1', 'MR-210 There is no column prise in the input. Did you mean price?'],
    ['PRICE > 1', 'MR-210 There is no column PRICE in the input. Names of columns are case-sensitive: write price.'],
    ['l.item = 1', 'MR-210 There is no column item in the l side. Its columns are id, price. A text is written in single quotes.'],
    ['x.id = 1', 'MR-210 There is no input or ROW column called x. The sides are called l and r.'],
    ['item.nam', 'MR-219 The ROW has no field nam. Did you mean name?'],
    ['price.x', 'MR-219 Only a ROW has fields; this is INT, so it has no x. Remove ".x".'],
    ['ABSS(price)', 'MR-212 There is no function ABSS. Did you mean ABS?'],
    ['RAND()', 'MR-218 RAND gives another result each time, so a replay of the job would not give the same rows. Bring the value in as a column of the source.'],
    ['COUNT(*)', 'MR-215 COUNT looks at many rows, but an expression here sees one. Use a Window aggregate or Group aggregate operator.'],
    ['ABS(DISTINCT price)', 'MR-213 DISTINCT belongs to aggregates such as COUNT; ABS is none. Remove it.'],
  ])('%s gives %s', (text, message) => {
    expect(messages(text)).toEqual([message])
  })

  it.each([
    ['NULL', 'MR-214 A bare NULL has no type. Write what it is, for example CAST(NULL AS STRING).'],
    ['ARRAY[NULL]', 'MR-214 A bare NULL has no type. Write what it is, for example CAST(NULL AS STRING).'],
    ["INTERVAL '1' DAY", 'MR-214 An INTERVAL exists only inside an expression; it cannot be a column. Add it to a time, or count units with TIMESTAMPDIFF.'],
  ])('refuses %s as the value of a column', (text, message) => {
    expect(messages(text)).toEqual([message])
  })

  it('reports what is wrong with every operand', () => {
    expect(checkScalar('foo + bar', join).problems.map((problem) => problem.span)).toEqual([{ start: 0, end: 3 }, { start: 6, end: 9 }])
  })
})

describe('types that do not fit', () => {
  const columns: Columns = { n: ['INT', []], s: ['STRING', []], ts: ['TIMESTAMP(3)', []], lt: ['TIMESTAMP_LTZ(3)', []], d: ['DATE', []], x: ['DOUBLE', []], a: ['ARRAY<INT>', []], p: ['BOOLEAN', []] }
  it.each([
    ["n = '1'", 'MR-214 Flink SQL does not compare INT and CHAR(1). Cast the text: CAST(... AS INT), or the number: CAST(... AS STRING).'],
    ['s > 5', 'MR-214 Flink SQL does not compare STRING and INT. Cast the text: CAST(... AS INT), or the number: CAST(... AS STRING).'],
    ["ts > '2026-01-01 00:00:00'", "MR-214 Flink SQL compares TIMESTAMP(3) with a text only by \"=\". Write TIMESTAMP '2026-01-01 00:00:00'."],
    ["ts = 'soon'", "MR-204 'soon' is no TIMESTAMP."],
    ['ts > d', 'MR-214 Flink SQL does not compare TIMESTAMP(3) and DATE. Cast one to the type of the other, for example CAST(... AS DATE).'],
    ['ts - ts', 'MR-213 Flink SQL does not subtract TIMESTAMP(3) from TIMESTAMP(3). Use TIMESTAMPDIFF(SECOND, earlier, later).'],
    ['ts + 1', "MR-213 A number cannot be added to TIMESTAMP(3). Give it a unit, for example INTERVAL '1' HOUR."],
    ['s + s', 'MR-213 Texts are joined with ||, not with +. Write a || b, or CONCAT(a, b).'],
    ["s * 2", 'MR-213 * cannot take STRING and INT. Convert the text with CAST(... AS BIGINT), CAST(... AS DOUBLE) or CAST(... AS DECIMAL(p, s)).'],
    ['MOD(x, 2)', 'MR-213 The remainder is defined for integers and DECIMALs only, found DOUBLE. Cast it, for example to DECIMAL(20, 6).'],
    ['CAST(ts AS BIGINT)', 'MR-217 A TIMESTAMP(3) cannot be cast to BIGINT. Use UNIX_TIMESTAMP(CAST(... AS STRING)), or TIMESTAMPDIFF from a fixed point in time.'],
    ['CAST(n AS TIMESTAMP_LTZ(3))', 'MR-217 An INT cannot be cast to TIMESTAMP_LTZ(3). Use TO_TIMESTAMP_LTZ(number, 3) for milliseconds since 1970, or 0 for seconds.'],
    ['CASE WHEN n THEN 1 END', 'MR-213 A condition of CASE must be BOOLEAN, found INT. Compare it with something.'],
    ["CASE WHEN p THEN 1 ELSE 'a' END", 'MR-214 The results of CASE must have one type, but this is CHAR(1) beside INT. Cast it, for example CAST(... AS INT).'],
    ['p AND n', 'MR-213 AND takes BOOLEAN conditions, found INT. Make it a condition, for example with a comparison such as "= 1" or "IS NOT NULL".'],
    ['a > a', 'MR-214 ARRAY<INT> and ARRAY<INT> have no order. They can be compared with = and <> only.'],
    ['a[0]', 'MR-213 The elements of an array are counted from 1, found 0.'],
    ['n[1]', 'MR-213 Only an ARRAY or a MAP has elements, found INT.'],
    ['ROUND(1.5, n)', 'MR-213 The digits of ROUND on a DECIMAL(2, 1) must be a literal, because they decide the type of the result. Cast the number to DOUBLE for digits that vary.'],
    ['ABS(s)', 'MR-213 ABS takes a numeric type as argument 1 ("number"), found STRING. Convert it with CAST(... AS BIGINT), CAST(... AS DOUBLE) or CAST(... AS DECIMAL(p, s)).'],
    ['SQRT()', 'MR-213 SQRT takes 1 argument, found 0. Write SQRT(number).'],
    ['n IN (1, s)', 'MR-214 Flink SQL does not compare INT and STRING. Cast the text: CAST(... AS INT), or the number: CAST(... AS STRING).'],
    ['FLOOR(n TO DAY)', 'MR-213 FLOOR(... TO DAY) takes a TIMESTAMP, DATE or TIME, found INT. Leave out "TO DAY" for a number.'],
  ])('%s: %s', (text, message) => {
    expect(problemsOf(text, columns)).toEqual([message])
  })
})
