import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const first = 'ts TIMESTAMP(3) EVENT, key STRING, v BIGINT NOT NULL'
const second = 'at TIMESTAMP(3) EVENT, name STRING, amount BIGINT'

export const cases: readonly OperatorCase[] = [
  {
    name: 'puts rows together under the names of the first input, and keeps duplicates and kinds',
    config: {},
    inputs: { in: [first, second] },
    schema: 'ts TIMESTAMP(3) EVENT, key STRING, v BIGINT',
    steps: [
      { rows: 'ts | key | v\n1 | a | 1\n2 | b | 2' },
      { rows: 'op | at | name | amount\n+I | 1 | a | 1\n-D | 3 | null | null', to: 'in#1' },
      { watermark: 2 },
    ],
    expect: {
      out: `
        op | ts | key  | v
        +I | 1  | a    | 1
        +I | 2  | b    | 2
        +I | 1  | a    | 1
        -D | 3  | null | null`,
    },
    ordered: true,
  },
  {
    name: 'turns a time attribute that only one input has into a plain timestamp',
    config: {},
    inputs: { in: ['ts TIMESTAMP(3) EVENT', 'ts TIMESTAMP(3)'] },
    schema: 'ts TIMESTAMP(3)',
    steps: [{ rows: 'ts\n1' }, { rows: 'ts\n2', to: 'in#1' }],
    expect: { out: 'ts\n1\n2' },
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'wants equal types by position', config: {}, inputs: { in: ['a BIGINT, b STRING', 'x BIGINT, y INT'] }, problems: ['MR-153 : `y` INT'] },
  { name: 'wants equally many columns', config: {}, inputs: { in: ['a BIGINT, b STRING', 'x BIGINT'] }, problems: ['MR-154 '] },
  { name: 'says which time attribute is lost', config: {}, inputs: { in: ['ts TIMESTAMP(3) EVENT', 'ts TIMESTAMP(3)'] }, problems: ['MR-155 '] },
]
