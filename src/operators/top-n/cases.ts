import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'item STRING, price BIGINT'
const inputs = { in: input }
const rows = (text: string) => ({ rows: `item | price\n${text}` })
const changes = (text: string) => ({ rows: `op | item | price\n${text}` })
const byPrice = [{ column: 'price', direction: 'DESC' }]
const four = rows('A | 10\nB | 20\nC | 15\nD | 15')

export const cases: readonly OperatorCase[] = [
  {
    name: 'a better row comes in and the worst goes out; a tie with the worst changes nothing (TOP-1, no rank)',
    config: { partitionBy: [], orderBy: byPrice, n: 2 },
    inputs,
    schema: input,
    steps: [four],
    expect: { out: 'op | item | price\n+I | A | 10\n+I | B | 20\n-D | A | 10\n+I | C | 15' },
    ordered: true,
  },
  {
    name: 'with a rank column every row whose rank changes is updated (TOP-1, with rank)',
    config: { partitionBy: [], orderBy: byPrice, n: 2, rankColumn: 'rank' },
    inputs,
    schema: 'item STRING, price BIGINT, rank BIGINT NOT NULL',
    steps: [four],
    expect: {
      out: `
        op | item | price | rank
        +I | A | 10 | 1
        -U | A | 10 | 1
        +U | B | 20 | 1
        +I | A | 10 | 2
        -U | A | 10 | 2
        +U | C | 15 | 2`,
    },
    ordered: true,
  },
  {
    name: 'the only row is updated (TOP-1, N = 1)',
    config: { partitionBy: [], orderBy: byPrice, n: 1 },
    inputs,
    steps: [rows('A | 10\nB | 20\nC | 20')],
    expect: { out: 'op | item | price\n+I | A | 10\n-U | A | 10\n+U | B | 20' },
    ordered: true,
  },
  {
    name: 'ranks each group by itself, NULL being one of them and the lowest value',
    config: { partitionBy: ['item'], orderBy: [{ column: 'price' }], n: 2 },
    inputs,
    steps: [rows('A | 3\nnull | 1\nA | 2\nnull | null\nA | null\nnull | 5')],
    expect: {
      out: `
        op | item | price
        +I | A    | 3
        +I | null | 1
        +I | A    | 2
        +I | null | null
        -D | A    | 3
        +I | A    | null`,
    },
  },
  {
    name: 'a row that is taken back makes room for the next one',
    config: { partitionBy: [], orderBy: byPrice, n: 2 },
    inputs,
    steps: [changes('+I | A | 10\n+I | B | 20\n+I | C | 15\n-D | B | 20\n-D | C | 15\n-D | A | 10\n-D | Z | 1')],
    expect: {
      out: `
        op | item | price
        +I | A | 10
        +I | B | 20
        -D | A | 10
        +I | C | 15
        -D | B | 20
        +I | A | 10
        -D | C | 15
        -D | A | 10`,
    },
    ordered: true,
  },
  {
    name: 'an update moves a row through the ranks',
    config: { partitionBy: [], orderBy: byPrice, n: 3, rankColumn: 'rank' },
    inputs,
    steps: [changes('+I | A | 30\n+I | B | 20\n-U | A | 30\n+U | A | 10')],
    expect: {
      out: `
        op | item | price | rank
        +I | A | 30 | 1
        +I | B | 20 | 2
        -U | A | 30 | 1
        +U | B | 20 | 1
        -D | B | 20 | 2
        +I | A | 10 | 2`,
    },
    ordered: true,
  },
  {
    name: 'of equal rows one is taken back, and N = 1 is updated to the next',
    config: { partitionBy: [], orderBy: byPrice, n: 1 },
    inputs,
    steps: [changes('+I | A | 10\n+I | A | 10\n+I | B | 5\n-D | A | 10\n-D | A | 10')],
    expect: { out: 'op | item | price\n+I | A | 10\n-U | A | 10\n+U | A | 10\n-U | A | 10\n+U | B | 5' },
    ordered: true,
  },
  {
    name: 'orders by several columns, and event time is event time no longer',
    config: { partitionBy: [], orderBy: [{ column: 'k', direction: 'ASC' }, { column: 'ts', direction: 'DESC' }], n: 2 },
    inputs: { in: 'ts TIMESTAMP(3) EVENT, k STRING' },
    schema: 'ts TIMESTAMP(3), k STRING',
    steps: [{ rows: 'ts | k\n1 | b\n2 | a\n3 | a' }],
    expect: { out: 'op | ts | k\n+I | 1 | b\n+I | 2 | a\n-D | 1 | b\n+I | 3 | a' },
    ordered: true,
  },
  {
    name: 'with a time to live, the first row of a group is gone when nothing replaced it for so long',
    config: { partitionBy: [], orderBy: byPrice, n: 1 },
    inputs,
    schema: input,
    stateTtlMs: 100,
    steps: [{ processingTime: 1000 }, rows('A | 10'), { processingTime: 1099 }, rows('B | 5\nC | 20'), { processingTime: 1198 }, rows('D | 15'), { processingTime: 1199 }, rows('E | 1')],
    expect: { out: 'op | item | price\n+I | A | 10\n-U | A | 10\n+U | C | 20\n+I | E | 1' },
    ordered: true,
  },
  {
    name: 'with a time to live, what cannot be found any more is not taken back, and rows of one place in the order live together',
    config: { partitionBy: [], orderBy: byPrice, n: 2 },
    inputs,
    stateTtlMs: 100,
    steps: [{ processingTime: 1000 }, changes('+I | A | 10\n+I | B | 20'), { processingTime: 1060 }, changes('+I | C | 20'), { processingTime: 1100 }, changes('-D | A | 10\n+I | D | 5\n-D | B | 20'), { processingTime: 1200 }, changes('-D | C | 20\n+I | E | 1')],
    expect: { out: 'op | item | price\n+I | A | 10\n+I | B | 20\n-D | A | 10\n+I | C | 20\n-D | B | 20\n+I | D | 5\n+I | E | 1' },
    ordered: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for an order and a number of rows', config: { partitionBy: [] }, inputs, problems: ['MR-103 orderBy', 'MR-103 n'] },
  { name: 'knows only its input', config: { partitionBy: ['seller'], orderBy: [{ column: 'cost' }], n: 1 }, inputs, problems: ['MR-111 partitionBy[0]', 'MR-111 orderBy[0].column'] },
  { name: 'orders by a column once', config: { partitionBy: ['item', 'item'], orderBy: [{ column: 'price' }, { column: 'price' }], n: 1 }, inputs, problems: ['MR-182 partitionBy[1]', 'MR-180 orderBy[1].column'] },
  { name: 'ranks by what has an order', config: { partitionBy: [], orderBy: [{ column: 'tags' }], n: 1 }, inputs: { in: 'id INT, tags ARRAY<STRING>' }, problems: ['MR-181 orderBy[0].column'] },
  { name: 'gives the rank a name of its own', config: { partitionBy: [], orderBy: byPrice, n: 1, rankColumn: 'price' }, inputs, problems: ['MR-183 rankColumn'] },
  { name: 'keeps one row at least', config: { partitionBy: [], orderBy: byPrice, n: 0 }, inputs, problems: ['MR-107 n'] },
]
