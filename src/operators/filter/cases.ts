import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'ts TIMESTAMP(3) EVENT, key STRING, v BIGINT'

export const cases: readonly OperatorCase[] = [
  {
    name: 'keeps rows for which the condition is true, and drops false and unknown alike',
    config: { where: 'v > 1' },
    inputs: { in: input },
    schema: input,
    steps: [
      {
        rows: `
          ts | key | v
          1  | a   | 1
          2  | b   | 2
          3  | c   | null   -- unknown
          4  | d   | 3`,
      },
    ],
    expect: {
      out: `
        ts | key | v
        2  | b   | 2
        4  | d   | 3`,
    },
    ordered: true,
  },
  {
    name: 'passes updates and deletes on with their kinds',
    config: { where: "key <> 'b'" },
    inputs: { in: input },
    steps: [
      {
        rows: `
          op | ts | key  | v
          +I | 1  | a    | 1
          -U | 1  | a    | 1
          +U | 1  | a    | 2
          -D | 2  | b    | 2
          +I | 2  | null | 2`,
      },
    ],
    expect: {
      out: `
        op | ts | key | v
        +I | 1  | a   | 1
        -U | 1  | a   | 1
        +U | 1  | a   | 2`,
    },
    ordered: true,
  },
  {
    name: 'gives nothing when no row fits',
    config: { where: 'FALSE' },
    inputs: { in: input },
    steps: [{ rows: 'ts | key | v\n1 | a | 1' }, { watermark: 5 }],
    expect: {},
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for a condition', config: {}, inputs: { in: input }, problems: ['MR-103 where'] },
  { name: 'wants a condition, not a value', config: { where: 'v + 1' }, inputs: { in: input }, problems: ['MR-216 where'] },
  { name: 'knows only its input', config: { where: 'w > 1' }, inputs: { in: input }, problems: ['MR-210 where'] },
]
