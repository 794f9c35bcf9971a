import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const inputs = { in: 'k STRING, v INT' }
const rows = (text: string) => ({ rows: `k | v\n${text}` })
const changes = (text: string) => ({ rows: `op | k | v\n${text}` })
const sum = [{ name: 'total', expression: 'SUM(v)' }]

export const cases: readonly OperatorCase[] = [
  {
    name: 'every row updates the result of its group (GA-1)',
    config: { groupBy: ['k'], aggregates: sum },
    inputs,
    schema: 'k STRING, total INT',
    steps: [changes('+I | a | 1\n+I | a | 2\n-D | a | 1\n-D | a | 2')],
    expect: { out: 'op | k | total\n+I | a | 1\n-U | a | 1\n+U | a | 3\n-U | a | 3\n+U | a | 2\n-D | a | 2' },
    ordered: true,
  },
  {
    name: 'a row that changes nothing says nothing (GA-2)',
    config: { groupBy: ['k'], aggregates: [{ name: 'most', expression: 'MAX(v)' }] },
    inputs,
    steps: [rows('a | 5\na | 3\na | 7')],
    expect: { out: 'op | k | most\n+I | a | 5\n-U | a | 5\n+U | a | 7' },
    ordered: true,
  },
  {
    name: 'groups take turns within a batch, NULL being one of them',
    config: { groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'known', expression: 'COUNT(v)' }] },
    inputs,
    schema: 'k STRING, n BIGINT NOT NULL, known BIGINT NOT NULL',
    steps: [rows('a | 1\nnull | 2\na | null\nb | 3\nnull | 4')],
    expect: {
      out: `
        op | k | n | known
        +I | a | 1 | 1
        +I | null | 1 | 1
        -U | a | 1 | 1
        +U | a | 2 | 1
        +I | b | 1 | 1
        -U | null | 1 | 1
        +U | null | 2 | 2`,
    },
    ordered: true,
  },
  {
    name: 'the greatest value goes back when it is taken back, and so does a distinct one',
    config: { groupBy: ['k'], aggregates: [{ name: 'most', expression: 'MAX(v)' }, { name: 'different', expression: 'COUNT(DISTINCT v)' }] },
    inputs,
    steps: [changes('+I | a | 5\n+I | a | 7\n+I | a | 7\n-D | a | 7\n-D | a | 7')],
    expect: {
      out: `
        op | k | most | different
        +I | a | 5 | 1
        -U | a | 5 | 1
        +U | a | 7 | 2
        -U | a | 7 | 2
        +U | a | 5 | 1`,
    },
    ordered: true,
  },
  {
    name: 'a group that was emptied begins anew, and what is taken back from nothing is passed over',
    config: { groupBy: ['k'], aggregates: sum },
    inputs,
    steps: [changes('-D | a | 9\n+I | a | 1\n-D | a | 1\n-D | a | 1\n+I | a | 4')],
    expect: { out: 'op | k | total\n+I | a | 1\n-D | a | 1\n+I | a | 4' },
    ordered: true,
  },
  {
    name: 'without a group all rows have one result, which comes with the first of them',
    config: { groupBy: [], aggregates: [{ name: 'average', expression: 'SUM(v) / COUNT(*)' }] },
    inputs,
    schema: 'average BIGINT',
    steps: [rows('a | 4\nb | 7')],
    expect: { out: 'op | average\n+I | 4\n-U | 4\n+U | 5' },
    ordered: true,
  },
  {
    name: 'gives nothing for no rows, also without a group',
    config: { groupBy: [], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] },
    inputs,
    steps: [],
    expect: {},
  },
  {
    name: 'without aggregates gives each group once',
    config: { groupBy: ['k'], aggregates: [] },
    inputs,
    schema: 'k STRING',
    steps: [rows('a | 1\nb | 2\na | 3')],
    expect: { out: 'k\na\nb' },
    ordered: true,
  },
  {
    name: 'grouping sets give a result for each set, with NULL for what it leaves out',
    config: { groupBy: ['k'], aggregates: sum, groupingSets: [['k'], []] },
    inputs,
    schema: 'k STRING, total INT',
    steps: [rows('a | 1\nb | 2')],
    expect: { out: 'op | k | total\n+I | a | 1\n+I | b | 2\n+I | null | 1\n-U | null | 1\n+U | null | 3' },
    oneSubtaskOnly: true,
  },
  {
    name: 'aggregates take only the rows of their filter',
    config: { groupBy: ['k'], aggregates: [{ name: 'high', expression: 'COUNT(*) FILTER (WHERE v > 5)' }] },
    inputs,
    steps: [rows('a | 1\na | 9\na | 2')],
    expect: { out: 'op | k | high\n+I | a | 0\n-U | a | 0\n+U | a | 1' },
    ordered: true,
  },
  {
    name: 'with a time to live, a group that was not written for so long begins anew, and is as if it had never been for what is taken back',
    config: { groupBy: ['k'], aggregates: sum },
    inputs,
    stateTtlMs: 100,
    steps: [
      { processingTime: 1000 },
      changes('+I | a | 1\n+I | b | 2'),
      { processingTime: 1099 },
      changes('+I | a | 1   -- written at 1099'),
      { processingTime: 1100 },
      changes('-D | b | 2   -- expired at 1100\n+I | b | 5\n+I | a | 1'),
      { processingTime: 1199 },
      changes('-U | a | 1\n+U | a | 4'),
      { processingTime: 1300 },
      changes('+I | a | 8\n-D | b | 5'),
    ],
    expect: { out: 'op | k | total\n+I | a | 1\n+I | b | 2\n-U | a | 1\n+U | a | 2\n+I | b | 5\n-U | a | 2\n+U | a | 3\n-U | a | 3\n+U | a | 2\n-U | a | 2\n+U | a | 6\n+I | a | 8' },
    ordered: true,
  },
  {
    name: 'with a time to live, a result that is the same is given again',
    config: { groupBy: ['k'], aggregates: [{ name: 'most', expression: 'MAX(v)' }] },
    inputs,
    stateTtlMs: 86_400_000,
    steps: [rows('a | 5\na | 3')],
    expect: { out: 'op | k | most\n+I | a | 5\n-U | a | 5\n+U | a | 5' },
    ordered: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for its settings', config: {}, inputs, problems: ['MR-103 groupBy', 'MR-103 aggregates'] },
  { name: 'knows only its input', config: { groupBy: ['key'], aggregates: [] }, inputs, problems: ['MR-111 groupBy[0]'] },
  { name: 'wants one value for a group', config: { groupBy: ['k'], aggregates: [{ name: 'x', expression: 'SUM(v) + v' }] }, inputs, problems: ['MR-156 aggregates[0].expression'] },
  { name: 'names each result once', config: { groupBy: ['k'], aggregates: [{ name: 'k', expression: 'COUNT(*)' }] }, inputs, problems: ['MR-112 aggregates[0].name'] },
  { name: 'groups in a set by what is in the group', config: { groupBy: ['k'], aggregates: sum, groupingSets: [['v']] }, inputs, problems: ['MR-147 groupingSets[0][0]'] },
]
