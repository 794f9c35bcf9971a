import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'k STRING, v BIGINT, ts TIMESTAMP(3) EVENT'
const inputs = { in: input }
const rows = (text: string) => ({ rows: `k | v | ts\n${text}` })
const byTime = [{ column: 'ts', direction: 'ASC' }]
const sum = [{ name: 's', expression: 'SUM(v)' }]
const over = (frame: object, aggregates: readonly { name: string; expression: string }[] = sum) => ({ partitionBy: ['k'], orderBy: byTime, frame, aggregates }) as never
/** OVER-1 and OVER-2 of flink-semantics.md section 4. */
const example = [rows('k | 1 | 10\nk | 2 | 12\nk | 4 | 12'), { watermark: 12 }, rows('k | 8 | 11\nm | 5 | 11\nk | 16 | 18'), { watermark: 18 }]

export const cases: readonly OperatorCase[] = [
  {
    name: 'sums the rows of the last 5 ms, peers together; a row behind the last that came out is late (OVER-1, OVER-2)',
    config: over({ type: 'range', preceding: 5 }),
    inputs,
    schema: `${input}, s BIGINT`,
    steps: example,
    expect: { out: 'k | v | ts | s\nk | 1 | 10 | 1\nk | 2 | 12 | 7\nk | 4 | 12 | 7\nm | 5 | 11 | 5\nk | 16 | 18 | 16' },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'sums a row and the one before it, peers one by one (OVER-1, OVER-2)',
    config: over({ type: 'rows', preceding: 1 }),
    inputs,
    steps: example,
    expect: { out: 'k | v | ts | s\nk | 1 | 10 | 1\nk | 2 | 12 | 3\nk | 4 | 12 | 6\nm | 5 | 11 | 5\nk | 16 | 18 | 20' },
    lateRows: 1,
  },
  {
    name: 'sums all rows before, peers together; a row at or behind the watermark is late (OVER-1, OVER-2)',
    config: over({ type: 'range', preceding: 'unbounded' }),
    inputs,
    steps: example,
    expect: { out: 'k | v | ts | s\nk | 1 | 10 | 1\nk | 2 | 12 | 7\nk | 4 | 12 | 7\nk | 16 | 18 | 23' },
    lateRows: 2,
  },
  {
    name: 'sums all rows before, one by one, in order of their time',
    config: over({ type: 'rows', preceding: 'unbounded' }),
    inputs,
    steps: [rows('k | 4 | 30\nk | 1 | 10\nm | 7 | 20\nk | 2 | 20'), { watermark: 20 }, rows('k | 8 | 25\nm | 1 | 40')],
    expect: { out: 'k | v | ts | s\nk | 1 | 10 | 1\nm | 7 | 20 | 7\nk | 2 | 20 | 3\nk | 8 | 25 | 11\nk | 4 | 30 | 15\nm | 1 | 40 | 8' },
    ordered: true,
  },
  {
    name: 'a row exactly the range before still counts, one millisecond more does not',
    config: over({ type: 'range', preceding: 1000 }, [{ name: 'n', expression: 'COUNT(*)' }, { name: 'least', expression: 'MIN(v)' }]),
    inputs,
    schema: `${input}, n BIGINT NOT NULL, least BIGINT`,
    steps: [rows('k | 5 | 1000\nk | 7 | 2000\nk | 9 | 2001\nk | 3 | 3001\nk | 8 | 10000')],
    expect: { out: 'k | v | ts | n | least\nk | 5 | 1000 | 1 | 5\nk | 7 | 2000 | 2 | 5\nk | 9 | 2001 | 2 | 7\nk | 3 | 3001 | 2 | 3\nk | 8 | 10000 | 1 | 8' },
  },
  {
    name: 'takes all aggregates back when a row leaves the frame: NULLs, the greatest, the first, distinct values, a filter',
    config: over({ type: 'rows', preceding: 2 }, [
      { name: 's', expression: 'SUM(v)' },
      { name: 'a', expression: 'AVG(v)' },
      { name: 'most', expression: 'MAX(v)' },
      { name: 'first', expression: 'FIRST_VALUE(v)' },
      { name: 'd', expression: 'COUNT(DISTINCT v)' },
      { name: 'big', expression: 'COUNT(*) FILTER (WHERE v > 4)' },
    ]),
    inputs,
    steps: [rows('k | null | 1\nk | 9 | 2\nk | 4 | 3\nk | 4 | 4\nk | null | 5\nk | null | 6\nk | null | 7')],
    expect: {
      out: `
        k | v    | ts | s    | a    | most | first | d | big
        k | null | 1  | null | null | null | null  | 0 | 0
        k | 9    | 2  | 9    | 9    | 9    | 9     | 1 | 1
        k | 4    | 3  | 13   | 6    | 9    | 9     | 2 | 1
        k | 4    | 4  | 17   | 5    | 9    | 9     | 2 | 1
        k | null | 5  | 8    | 4    | 4    | 4     | 1 | 0
        k | null | 6  | 4    | 4    | 4    | 4     | 1 | 0
        k | null | 7  | null | null | null | null  | 0 | 0`,
    },
  },
  {
    name: 'an average is the sum, which wraps in the type of the column, by the count',
    config: over(
      { type: 'rows', preceding: 'unbounded' },
      ['t', 's', 'i', 'f', 'p'].map((column) => ({ name: `a${column}`, expression: `AVG(${column})` })),
    ),
    inputs: { in: 'k STRING, t TINYINT, s SMALLINT, i INT, f FLOAT, p DECIMAL(10, 2), ts TIMESTAMP(3) EVENT' },
    schema: 'k STRING, t TINYINT, s SMALLINT, i INT, f FLOAT, p DECIMAL(10, 2), ts TIMESTAMP(3) EVENT, at TINYINT, as SMALLINT, ai INT, af FLOAT, ap DECIMAL(38, 6)',
    steps: [
      {
        rows: `
          k | t    | s      | i           | f        | p           | ts
          k | null | null   | null        | null     | null        | 1
          k | -128 | -32768 | -2147483648 | 16777216 | 0.01        | 2
          k | -128 | -32768 | -2147483648 | 1        | 0.02        | 3
          k | -128 | -32768 | -2147483648 | 1        | 99999999.99 | 4
          k | 100  | 30000  | 2000000000  | 1        | 1           | 5`,
      },
    ],
    expect: {
      out: `
        k | t    | s      | i           | f        | p           | ts | at   | as     | ai          | af        | ap
        k | null | null   | null        | null     | null        | 1  | null | null   | null        | null      | null
        k | -128 | -32768 | -2147483648 | 16777216 | 0.01        | 2  | -128 | -32768 | -2147483648 | 16777216  | 0.010000
        k | -128 | -32768 | -2147483648 | 1        | 0.02        | 3  | 0    | 0      | 0           | 8388608   | 0.015000
        k | -128 | -32768 | -2147483648 | 1        | 99999999.99 | 4  | -42  | -10922 | -715827882  | 5592405.5 | 33333333.340000
        k | 100  | 30000  | 2000000000  | 1        | 1           | 5  | -7   | -692   | -36870912   | 4194304   | 25000000.255000`,
    },
  },
  {
    name: 'computes with the aggregates and the row itself',
    config: over({ type: 'rows', preceding: 'unbounded' }, [{ name: 'change', expression: 'v - AVG(v) + SUM(v) / COUNT(*)' }]),
    inputs,
    schema: `${input}, change BIGINT`,
    steps: [rows('k | 10 | 1\nk | 20 | 2\nk | 60 | 3')],
    expect: { out: 'k | v | ts | change\nk | 10 | 1 | 10\nk | 20 | 2 | 20\nk | 60 | 3 | 60' },
  },
  {
    name: 'NULL is a partition of its own; without partitions all rows are one',
    config: { partitionBy: [], orderBy: [{ column: 'ts' }], frame: { type: 'rows', preceding: 'unbounded' }, aggregates: [{ name: 'n', expression: 'COUNT(k)' }, { name: 's', expression: 'SUM(v)' }] },
    inputs,
    steps: [rows('a | 1 | 1\nnull | 2 | 2\nb | 4 | 3')],
    expect: { out: 'k | v | ts | n | s\na | 1 | 1 | 1 | 1\nnull | 2 | 2 | 1 | 3\nb | 4 | 3 | 2 | 7' },
    ordered: true,
  },
  {
    name: 'numbers the rows of a partition',
    config: over({ type: 'rows', preceding: 'unbounded' }, [{ name: 'n', expression: 'ROW_NUMBER()' }]),
    inputs,
    schema: `${input}, n BIGINT NOT NULL`,
    steps: [rows('a | 1 | 1\nb | 2 | 2\na | 4 | 3\na | 4 | 2')],
    expect: { out: 'k | v | ts | n\na | 1 | 1 | 1\nb | 2 | 2 | 1\na | 4 | 2 | 2\na | 4 | 3 | 3' },
  },
  {
    name: 'LAG gives the value of an earlier row of the partition',
    config: over({ type: 'rows', preceding: 'unbounded' }, [{ name: 'before', expression: 'LAG(v)' }, { name: 'change', expression: 'v - LAG(v)' }, { name: 'two', expression: 'LAG(v, 2, -1)' }]),
    inputs,
    steps: [rows('a | 1 | 1\nb | 2 | 2\na | 4 | 3\na | null | 4\na | 9 | 5'), { watermark: 5 }, rows('a | 5 | 6\nb | 6 | 7')],
    expect: {
      out: `
        k | v    | ts | before | change | two
        a | 1    | 1  | null   | null   | -1
        b | 2    | 2  | null   | null   | -1
        a | 4    | 3  | 1      | 3      | -1
        a | null | 4  | 4      | null   | 1
        a | 9    | 5  | null   | null   | 4
        a | 5    | 6  | 9      | -4     | null
        b | 6    | 7  | 2      | 4      | -1`,
    },
  },
  {
    name: 'sums, numbers and looks back at once',
    config: over({ type: 'rows', preceding: 'unbounded' }, [{ name: 's', expression: 'SUM(v)' }, { name: 'n', expression: 'ROW_NUMBER()' }, { name: 'change', expression: 'v - LAG(v, 1, v)' }]),
    inputs,
    steps: [rows('a | 1 | 1\na | 2 | 2\na | 3 | 2\na | 4 | 3')],
    expect: { out: 'k | v | ts | s | n | change\na | 1 | 1 | 1 | 1 | 0\na | 2 | 2 | 3 | 2 | 0\na | 3 | 2 | 6 | 3 | 1\na | 4 | 3 | 10 | 4 | 1' },
  },
  {
    name: 'ranks rows of one time alike, as the last of them',
    config: over({ type: 'rows', preceding: 'unbounded' }, [{ name: 'r', expression: 'RANK()' }, { name: 'd', expression: 'DENSE_RANK()' }]),
    inputs,
    steps: [rows('a | 1 | 1\na | 2 | 2\na | 3 | 2\nb | 9 | 2\na | 4 | 3')],
    expect: { out: 'k | v | ts | r | d\na | 1 | 1 | 1 | 1\na | 2 | 2 | 3 | 3\na | 3 | 2 | 3 | 3\nb | 9 | 2 | 1 | 1\na | 4 | 3 | 4 | 4' },
  },
  {
    name: 'LAG looks back from the last row of a time',
    config: over({ type: 'rows', preceding: 'unbounded' }, [{ name: 'before', expression: 'LAG(v)' }]),
    inputs,
    steps: [rows('a | 1 | 1\na | 2 | 2\na | 3 | 2\na | 4 | 3')],
    expect: { out: 'k | v | ts | before\na | 1 | 1 | null\na | 2 | 2 | 2\na | 3 | 2 | 2\na | 4 | 3 | 3' },
  },
  {
    name: 'with a bounded frame rows at or before 1970 are late, as Flink begins at 0',
    config: over({ type: 'rows', preceding: 1 }),
    inputs,
    steps: [rows('a | 1 | -5\na | 2 | 0\na | 3 | 1')],
    expect: { out: 'k | v | ts | s\na | 3 | 1 | 3' },
    lateRows: 2,
  },
  {
    name: 'without a bound rows before 1970 are rows like others',
    config: over({ type: 'range', preceding: 'unbounded' }),
    inputs,
    steps: [rows('a | 1 | -5\na | 2 | 0\na | 3 | 1')],
    expect: { out: 'k | v | ts | s\na | 1 | -5 | 1\na | 2 | 0 | 3\na | 3 | 1 | 6' },
  },
  {
    name: 'forgets a partition half a range after its frame is empty, and with it how far it had come',
    config: over({ type: 'range', preceding: 1000 }, [{ name: 'n', expression: 'COUNT(*)' }]),
    inputs,
    steps: [rows('k | 1 | 5000'), { watermark: 5000 }, rows('k | 2 | 4500'), { watermark: 6501 }, rows('k | 3 | 4500'), { watermark: 6600 }],
    expect: { out: 'k | v | ts | n\nk | 1 | 5000 | 1\nk | 3 | 4500 | 1' },
    lateRows: 1,
  },
  {
    name: 'in processing time each row comes out at once',
    config: { partitionBy: ['k'], orderBy: [{ column: 'pt' }], frame: { type: 'rows', preceding: 1 }, aggregates: sum },
    inputs: { in: 'k STRING, v BIGINT, pt TIMESTAMP_LTZ(3) PROCESSING' },
    steps: [{ rows: 'k | v | pt\na | 1 | 0\na | 2 | 0\nb | 4 | 0\na | 8 | 0' }],
    expect: { out: 'k | v | pt | s\na | 1 | 0 | 1\na | 2 | 0 | 3\nb | 4 | 0 | 4\na | 8 | 0 | 10' },
    ordered: true,
  },
  {
    name: 'in processing time a range waits for its millisecond to end',
    config: { partitionBy: ['k'], orderBy: [{ column: 'pt' }], frame: { type: 'range', preceding: 10 }, aggregates: sum },
    inputs: { in: 'k STRING, v BIGINT, pt TIMESTAMP_LTZ(3) PROCESSING' },
    steps: [{ processingTime: 100 }, { rows: 'k | v | pt\na | 1 | 0\na | 2 | 0' }, { processingTime: 105 }, { rows: 'k | v | pt\na | 4 | 0' }, { processingTime: 115 }, { rows: 'k | v | pt\na | 8 | 0' }, { processingTime: 120 }],
    expect: { out: 'k | v | pt | s\na | 1 | 0 | 3\na | 2 | 0 | 3\na | 4 | 0 | 7\na | 8 | 0 | 12' },
  },
  {
    name: 'with a time to live, a partition that was idle for half as much again begins anew; a row sets its timer later only where that would ring within the time to live',
    config: over({ type: 'rows', preceding: 'unbounded' }, [{ name: 's', expression: 'SUM(v)' }, { name: 'n', expression: 'ROW_NUMBER()' }, { name: 'before', expression: 'LAG(v)' }]),
    inputs,
    stateTtlMs: 100,
    steps: [
      ...[[1000, 1, 10], [1050, 2, 20], [1150, 4, 30], [1300, 8, 40], [1451, 16, 50]].flatMap(([time, v, ts]) => [{ processingTime: time! }, rows(`k | ${v} | ${ts}`), { watermark: ts! }]),
    ],
    expect: { out: 'k | v | ts | s | n | before\nk | 1 | 10 | 1 | 1 | null\nk | 2 | 20 | 3 | 2 | 1\nk | 4 | 30 | 7 | 3 | 2\nk | 8 | 40 | 15 | 4 | 4\nk | 16 | 50 | 16 | 1 | null' },
  },
  {
    name: 'with a time to live, nothing is dropped while rows wait for the watermark, however long',
    config: over({ type: 'range', preceding: 'unbounded' }),
    inputs,
    stateTtlMs: 100,
    steps: [{ processingTime: 1000 }, rows('k | 1 | 10'), { watermark: 10 }, rows('k | 2 | 20'), { processingTime: 5000 }, rows('m | 9 | 20'), { watermark: 20 }, { processingTime: 5151 }, rows('k | 4 | 30')],
    expect: { out: 'k | v | ts | s\nk | 1 | 10 | 1\nk | 2 | 20 | 3\nm | 9 | 20 | 9\nk | 4 | 30 | 4' },
  },
  {
    name: 'with a time to live and a number of rows, the time that came out last is forgotten too; a late row keeps its partition',
    config: over({ type: 'rows', preceding: 2 }),
    inputs,
    stateTtlMs: 100,
    steps: [{ processingTime: 1000 }, rows('k | 1 | 10'), { watermark: 10 }, { processingTime: 1100 }, rows('k | 2 | 5'), { processingTime: 1250 }, rows('k | 4 | 10'), { processingTime: 1401 }, rows('k | 8 | 5'), { watermark: 11 }],
    expect: { out: 'k | v | ts | s\nk | 1 | 10 | 1\nk | 8 | 5 | 8' },
    lateRows: 2,
  },
  {
    name: 'with a time to live, a range of time forgets by its frame alone',
    config: over({ type: 'range', preceding: 1000 }),
    inputs,
    stateTtlMs: 100,
    steps: [{ processingTime: 1000 }, rows('k | 1 | 10'), { watermark: 10 }, { processingTime: 90_000 }, rows('k | 2 | 20')],
    expect: { out: 'k | v | ts | s\nk | 1 | 10 | 1\nk | 2 | 20 | 3' },
  },
  {
    name: 'with a time to live, in processing time without a bound a partition begins anew when its last row is so long ago',
    config: { partitionBy: ['k'], orderBy: [{ column: 'pt' }], frame: { type: 'rows', preceding: 'unbounded' }, aggregates: sum },
    inputs: { in: 'k STRING, v BIGINT, pt TIMESTAMP_LTZ(3) PROCESSING' },
    stateTtlMs: 100,
    steps: [[1000, 1], [1099, 2], [1198, 4], [1298, 8]].flatMap(([time, v]) => [{ processingTime: time! }, { rows: `k | v | pt\na | ${v} | 0` }]),
    expect: { out: 'k | v | pt | s\na | 1 | 0 | 1\na | 2 | 0 | 3\na | 4 | 0 | 7\na | 8 | 0 | 8' },
    ordered: true,
  },
  {
    name: 'with a time to live, in processing time over a number of rows it does so by its timer',
    config: { partitionBy: ['k'], orderBy: [{ column: 'pt' }], frame: { type: 'rows', preceding: 5 }, aggregates: sum },
    inputs: { in: 'k STRING, v BIGINT, pt TIMESTAMP_LTZ(3) PROCESSING' },
    stateTtlMs: 100,
    steps: [[1000, 1], [1050, 2], [1150, 4], [1301, 8]].flatMap(([time, v]) => [{ processingTime: time! }, { rows: `k | v | pt\na | ${v} | 0` }]),
    expect: { out: 'k | v | pt | s\na | 1 | 0 | 1\na | 2 | 0 | 3\na | 4 | 0 | 7\na | 8 | 0 | 8' },
    ordered: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'the order must be a time attribute', config: { partitionBy: [], orderBy: [{ column: 'v' }], frame: { type: 'rows', preceding: 1 }, aggregates: sum }, inputs, problems: ['MR-185 orderBy: `ts`'] },
  { name: 'ascending', config: { partitionBy: [], orderBy: [{ column: 'ts', direction: 'DESC' }], frame: { type: 'rows', preceding: 1 }, aggregates: sum }, inputs, problems: ['MR-185 orderBy'] },
  { name: 'a call about the place looks at all rows before', config: over({ type: 'rows', preceding: 3 }, [{ name: 'n', expression: 'ROW_NUMBER()' }]), inputs, problems: ['MR-186 aggregates[0].expression'] },
  { name: 'a row alone is no aggregate', config: over({ type: 'rows', preceding: 3 }, [{ name: 'n', expression: 'v + 1' }]), inputs, problems: ['MR-215 aggregates[0].expression'] },
  { name: 'an aggregate of a place is not known', config: over({ type: 'rows', preceding: 'unbounded' }, [{ name: 'n', expression: 'SUM(ROW_NUMBER())' }]), inputs, problems: ['MR-215 aggregates[0].expression'] },
  { name: 'the frame is a number or unbounded', config: over({ type: 'rows', preceding: 'all' }), inputs, problems: ['MR-105 frame.preceding'] },
  { name: 'names are taken once', config: over({ type: 'rows', preceding: 1 }, [{ name: 'v', expression: 'SUM(v)' }]), inputs, problems: ['MR-112 aggregates[0].name'] },
]
