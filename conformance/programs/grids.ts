import { functionTable } from '../../src/expression/functions.ts'
import { parseType } from '../../src/expression/parse.ts'
import { checkScalar } from '../../src/expression/typeOf.ts'
import type { Schema } from '../../src/columnar/schema.ts'
import type { Json } from '../../src/columnar/json.ts'
import { ExactNumber } from '../../src/columnar/json.ts'

/**
 * The expression language over a grid of values: every function of the table with every shape of arguments that it takes, the operators over pairs of types,
 * and every cast, over rows that hold NULL, extremes, Unicode and the edges of time.
 *
 * The expressions are made, not written: a function that joins the table joins the grid. Only what the type checker accepts is asked.
 */
export interface Grid {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly Json[])[]
  readonly expressions: readonly GridExpression[]
  readonly timeZone: string
}

export interface GridExpression {
  readonly text: string
  /** What it is about, for the list of differences: a function, an operator, `CAST`. */
  readonly about: string
}

const columns = [
  { name: 'b', type: 'BOOLEAN' },
  { name: 't', type: 'TINYINT' },
  { name: 's', type: 'SMALLINT' },
  { name: 'i', type: 'INT' },
  { name: 'j', type: 'INT NOT NULL' },
  { name: 'l', type: 'BIGINT' },
  { name: 'f', type: 'FLOAT' },
  { name: 'd', type: 'DOUBLE' },
  { name: 'p', type: 'DECIMAL(10, 2)' },
  { name: 'q', type: 'DECIMAL(20, 6)' },
  { name: 'x', type: 'STRING' },
  { name: 'y', type: 'STRING NOT NULL' },
  { name: 'n', type: 'STRING' },
  { name: 'c', type: 'CHAR(5)' },
  { name: 'da', type: 'DATE' },
  { name: 'ti', type: 'TIME' },
  { name: 'ts', type: 'TIMESTAMP(3)' },
  { name: 'tz', type: 'TIMESTAMP_LTZ(3)' },
  { name: 'by', type: 'BYTES' },
  { name: 'arr', type: 'ARRAY<INT>' },
  { name: 'mp', type: 'MAP<STRING, INT>' },
  { name: 'js', type: 'STRING' },
]

const exact = (text: string): Json => new ExactNumber(text)
const rows: readonly (readonly Json[])[] = [
  [true, 1, 2, 3, 2, 4, 1.5, 2.5, exact('12.34'), exact('1.500000'), 'Hello World', 'World', '12', 'abcde', '2024-02-29', '12:34:56', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.789Z', 'AAEC', [1, 2, 3], [['a', 1], ['b', 2]], '{"a":1,"b":[1,2,{"c":"x"}],"d":null}'],
  [false, -1, -2, -3, 3, -4, -1.5, -2.5, exact('-12.34'), exact('-1.500000'), 'straße ǅ İ', 'ß', '-7', 'äöü', '1999-12-31', '00:00:00', '1969-12-31 23:59:59.999', '1970-01-01 00:00:00.000Z', '', [], [], '[1,2,3]'],
  [null, null, null, null, 1, null, null, null, null, null, null, '', null, null, null, null, null, null, null, null, null, null],
  [true, 127, 32767, 2147483647, 7, exact('9223372036854775807'), 3.4e38, 1.7976931348623157e308, exact('99999999.99'), exact('99999999999999.999999'), '😀 a,b,,c 漢字', ',', '1.5', '😀', '9999-12-31', '23:59:59', '2999-12-31 23:59:59.999', '2038-01-19 03:14:07.000Z', '/////w==', [3, null, 3], [['k', null]], '"text"'],
  [false, -128, -32768, exact('-2147483648'), -2, exact('-9223372036854775808'), 1e-40, 5e-324, exact('-99999999.99'), exact('0.000001'), '', 'a', '0', '', '0001-01-01', '00:00:01', '1900-01-01 00:00:00.000', '2024-03-10 09:59:59.999Z', 'gA==', [-2147483648, 2147483647], [['', 0]], ''],
  [true, 0, 0, 0, 10, 0, 0, 0, exact('0.00'), exact('0.000000'), "  it's %_\\ ", '%', ' 3 ', ' a ', '2024-12-30', '11:59:59', '2024-11-03 01:30:00.000', '2024-11-03 08:30:00.000Z', 'YWJj', [0], [['x', 1], ['y', 1]], '{"a":{"b":true},"a b":2.50}'],
  [false, 5, 100, 255, 5, exact('9007199254740993'), 0.1, 0.30000000000000004, exact('0.05'), exact('2.345678'), 'aaa.bbb.aaa', 'aaa', '255', 'ABC', '2000-01-01', '06:07:08', '2000-01-01 00:00:00.000', '2000-01-01 00:00:00.000Z', 'AA==', [1, 1, 2, 2], [['1', 10], ['2', 20]], '{"a":[{"b":1},{"b":2}]}'],
  [null, 10, -7, -100, 4, 1000000007, 'NaN', 'Infinity', exact('1.10'), exact('-0.000001'), 'NULL', 'L', 'true', 'x', '1582-10-15', '13:14:15', '2016-12-31 23:59:59.500', '2016-12-31 23:59:59.500Z', 'w6k=', [7, 8, 9, 10], [['q', -1]], 'not json'],
]

const inputs: Schema = {
  fields: columns.map(({ name, type }) => {
    const parsed = parseType(type).type
    if (parsed === null) throw new Error(`${type} is no type`)
    return { name, type: parsed }
  }),
}

function accepts(text: string): boolean {
  return checkScalar(text, { inputs: [{ qualifier: null, schema: inputs }] }).typed !== null
}

/** Reads a clock or chance. */
const unrepeatable = /^(NOW|PROCTIME|CURRENT_|LOCALTIME|RAND|UUID|CURRENT_WATERMARK|UNIX_TIMESTAMP$)/

const basis = columns.map(({ name }) => name)
const literals = ['2', '-1', "'a'", "','"]
const small = ['i', 'l', 'd', 'p', 'x', 'n', 'ts', 'da', 'js', 'arr', ...literals, "'yyyy-MM-dd'", "'$.a'"]

/** Takes `most` of the items, spread evenly, so that a cap does not cut off the last types. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  return items.length <= most ? items : Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!)
}

function functionExpressions(): GridExpression[] {
  return [...new Set(functionTable.values())]
    .filter((definition) => definition.kind !== 'aggregate' && !unrepeatable.test(definition.name))
    .flatMap((definition) => {
      const { name } = definition
      const examples = definition.examples.map(({ expression }) => expression)
      const call = (args: readonly string[]): string => `${name}(${args.join(', ')})`
      const made =
        definition.callable === false
          ? []
          : [
              ...[call([])].filter(accepts),
              ...basis.map((a) => call([a])).filter(accepts),
              ...spread([...basis, ...literals].flatMap((a) => [...basis, ...literals].map((b) => call([a, b]))).filter(accepts), 12),
              ...spread(small.flatMap((a) => small.flatMap((b) => small.map((c) => call([a, b, c])))).filter(accepts), 8),
            ]
      return [...examples, ...made].map((text) => ({ text, about: name }))
    })
}

const numeric = ['t', 's', 'i', 'j', 'l', 'f', 'd', 'p', 'q', '2', '1.5', '1e0']

function operatorExpressions(): GridExpression[] {
  const pairs = numeric.flatMap((a) => numeric.map((b) => [a, b] as const)).filter(([a, b]) => !/^\d/.test(a) || !/^\d/.test(b))
  const arithmetic = ['+', '-', '*'].flatMap((op) => pairs.map(([a, b]) => ({ text: `${a} ${op} ${b}`, about: op })))
  const division = ['/', '%'].flatMap((op) => pairs.map(([a, b]) => ({ text: /^\d/.test(b) ? `${a} ${op} ${b}` : `${a} ${op} NULLIF(${b}, 0)`, about: op })))
  const compared = basis.flatMap((a) => basis.map((b) => [a, b] as const))
  const comparison = ['=', '<', '>=', 'IS DISTINCT FROM'].flatMap((op) => spread(compared.map(([a, b]) => `${a} ${op} ${b}`).filter(accepts), 40).map((text) => ({ text, about: op })))
  const logic = ['b AND (i > 0)', 'b OR (i > 0)', 'NOT b', 'b IS TRUE', 'b IS NOT TRUE', 'b IS UNKNOWN', 'b IS NOT FALSE', '(i > 0) AND (x IS NULL)'].map((text) => ({ text, about: 'logic' }))
  const time = [
    ...["INTERVAL '1' DAY", "INTERVAL '1' MONTH", "INTERVAL '1' YEAR", "INTERVAL '1:30' HOUR TO MINUTE", "INTERVAL '0.001' SECOND"].flatMap((interval) => ['da', 'ts', 'tz', 'ti'].flatMap((time) => [`${time} + ${interval}`, `${time} - ${interval}`])),
    ...['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'DOW', 'DOY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'EPOCH', 'ISODOW', 'ISOYEAR', 'DECADE', 'CENTURY', 'MILLENNIUM'].flatMap((unit) => ['da', 'ti', 'ts', 'tz'].map((time) => `EXTRACT(${unit} FROM ${time})`)),
    ...['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'].flatMap((unit) => ['da', 'ts', 'tz', 'ti'].flatMap((time) => [`FLOOR(${time} TO ${unit})`, `CEIL(${time} TO ${unit})`])),
    ...['SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'].flatMap((unit) => [`TIMESTAMPADD(${unit}, 1, ts)`, `TIMESTAMPADD(${unit}, -1, da)`, `TIMESTAMPDIFF(${unit}, ts, TIMESTAMP '2024-02-29 12:34:56.789')`, `TIMESTAMPDIFF(${unit}, da, DATE '2024-02-29')`]),
  ].map((text) => ({ text, about: 'time' }))
  const forms = [
    'CASE WHEN i > 0 THEN 1 WHEN i < 0 THEN -1 ELSE 0 END', "CASE i WHEN 3 THEN 'three' WHEN -3 THEN 'minus three' END", 'CASE WHEN b THEN i ELSE d END', 'CASE WHEN b THEN p ELSE q END', 'CASE WHEN b THEN c ELSE x END',
    'i BETWEEN -3 AND 3', 'i NOT BETWEEN 0 AND 300', "x BETWEEN 'A' AND 'Z'", 'i IN (3, -3, 0)', 'i NOT IN (3, NULL)', 'i IN (3, NULL)', "x IN ('', 'NULL')", 'd IN (2.5, 0)', 'l IN (3, 9223372036854775807)',
    'i IN (2.5, 3.9)', 'i IN (4294967299)', 't IN (259, -253)', 'f IN (2.5, 1.1)', 'CAST(p AS BIGINT) IN (p)', 'CAST(d AS INT) IN (d, d)', 'p IN (q, i)', "i IN ('3')", 'x IN (3)', "da IN ('2024-02-29')", 'i NOT IN (2.5)',
    "x LIKE '%o%'", "x LIKE '_%'", "x NOT LIKE 'a%'", "x LIKE '%\\_%'", "x LIKE '%!_%' ESCAPE '!'", "x SIMILAR TO '[a-z.]*'", "x SIMILAR TO '%(World|aaa)%'",
    "TRIM(x)", "TRIM(LEADING FROM x)", "TRIM(TRAILING ' ' FROM x)", "TRIM(BOTH 'a' FROM x)", 'SUBSTRING(x FROM 2)', 'SUBSTRING(x FROM 2 FOR 3)', 'SUBSTRING(x FROM -3)', "POSITION('a' IN x)", "OVERLAY(x PLACING 'zz' FROM 2)", "OVERLAY(x PLACING 'zz' FROM 2 FOR 3)",
    'x || y', 'c || x', 'arr[1]', "mp['a']", 'arr[CARDINALITY(arr)]', 'CARDINALITY(arr)', 'CARDINALITY(mp)', 'ARRAY[i, j]', "MAP['a', i]", 'ROW(i, x)', '-i', '-t', '-l', '-p', '-d', '+i',
    "JSON_VALUE(js, '$.a')", "JSON_VALUE(js, '$.a' RETURNING INT)", "JSON_VALUE(js, 'lax $.b[2].c')", "JSON_QUERY(js, '$.b')", "JSON_QUERY(js, '$.b' WITH WRAPPER)", "JSON_EXISTS(js, '$.a')", "js IS JSON", 'js IS JSON OBJECT', 'js IS JSON ARRAY', 'js IS JSON SCALAR',
    "DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm:ss.SSS')", "DATE_FORMAT(tz, 'EEE, d MMM yyyy')", "DATE_FORMAT(ts, 'DDD w u Q')", "TO_TIMESTAMP(x)", "TO_TIMESTAMP('2024-02-30 00:00:00')", "TO_DATE('29.02.2024', 'dd.MM.yyyy')", 'TO_TIMESTAMP_LTZ(l, 3)', 'TO_TIMESTAMP_LTZ(i, 0)', "FROM_UNIXTIME(i)", "UNIX_TIMESTAMP('2024-03-10 02:30:00')", "CONVERT_TZ('2024-03-10 02:30:00', 'America/Los_Angeles', 'UTC')",
  ].map((text) => ({ text, about: text.replace(/[( ].*$/, '').toUpperCase() }))
  return [...arithmetic, ...division, ...comparison, ...logic, ...time, ...forms].filter(({ text }) => accepts(text))
}

const castTargets = ['BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL(5, 1)', 'DECIMAL(38, 10)', 'STRING', 'CHAR(3)', 'VARCHAR(4)', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP(3)', 'TIMESTAMP(0)', 'TIMESTAMP_LTZ(3)', 'ARRAY<STRING>', 'MAP<STRING, STRING>']

function castExpressions(): GridExpression[] {
  return basis.flatMap((column) => castTargets.map((target) => ({ text: `TRY_CAST(${column} AS ${target})`, about: 'CAST' })).filter(({ text }) => accepts(text)))
}

function unique(expressions: readonly GridExpression[]): GridExpression[] {
  const seen = new Set<string>()
  return expressions.filter(({ text }) => !seen.has(text) && seen.add(text) !== undefined)
}

const zoned = (expressions: readonly GridExpression[]): GridExpression[] => expressions.filter(({ text }) => /\btz\b|UNIX|LTZ|CONVERT_TZ|FROM_UNIXTIME/.test(text))

/** Made when they are first asked for: some ten thousand candidates are type-checked, which a program alone has no need of. */
function grid(name: string, timeZone: string, make: () => GridExpression[]): Grid {
  let made: readonly GridExpression[] | null = null
  return {
    name,
    columns,
    rows,
    timeZone,
    get expressions() {
      made ??= unique(make())
      return made
    },
  }
}

const functions = grid('functions', 'UTC', functionExpressions)
const operators = grid('operators', 'UTC', operatorExpressions)
const casts = grid('casts', 'UTC', castExpressions)

export const grids: readonly Grid[] = [functions, operators, casts, grid('zoned', 'America/Los_Angeles', () => [functions, operators, casts].flatMap(({ expressions }) => zoned(expressions)))]
