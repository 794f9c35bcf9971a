import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'ts TIMESTAMP(3) EVENT, p TIMESTAMP_LTZ(3) PROCESSING, key STRING, v BIGINT'

export const cases: readonly OperatorCase[] = [
  {
    name: 'computes, renames and orders columns; a bare time attribute stays one, a computed one does not',
    config: {
      columns: [
        { name: 'doubled', expression: 'v * 2' },
        { name: 'at', expression: 'ts' },
        { name: 'later', expression: "ts + INTERVAL '1' SECOND" },
        { name: 'p', expression: 'p' },
        { name: 'key', expression: 'UPPER(key)' },
      ],
    },
    inputs: { in: input },
    schema: 'doubled BIGINT, at TIMESTAMP(3) EVENT, later TIMESTAMP(3), p TIMESTAMP_LTZ(3) PROCESSING, key STRING',
    steps: [
      {
        rows: `
          op | ts | p | key  | v
          +I | 1  | 5 | a    | 1
          -D | 2  | 6 | null | null`,
      },
      { watermark: 5 },
    ],
    expect: {
      out: `
        op | doubled | at | later | p | key
        +I | 2       | 1  | 1001  | 5 | A
        -D | null    | 2  | 1002  | 6 | null`,
    },
    ordered: true,
  },
  {
    name: 'wraps BIGINT silently, as Flink does',
    config: { columns: [{ name: 'v', expression: 'v + 1' }] },
    inputs: { in: 'v BIGINT' },
    steps: [{ rows: 'v\n9223372036854775807\n1' }],
    expect: { out: 'v\n-9223372036854775808\n2' },
    ordered: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'needs a column', config: { columns: [] }, inputs: { in: input }, problems: ['MR-108 columns'] },
  {
    name: 'wants each name once, and a name at all',
    config: { columns: [{ name: 'a', expression: 'v' }, { name: 'a', expression: 'key' }, { name: '', expression: 'v' }] },
    inputs: { in: input },
    problems: ['MR-112 columns[1].name', 'MR-113 columns[2].name'],
  },
  {
    name: 'points into the expression that is wrong',
    config: { columns: [{ name: 'a', expression: 'v' }, { name: 'b', expression: 'w + 1' }] },
    inputs: { in: input },
    problems: ['MR-210 columns[1].expression'],
  },
]
