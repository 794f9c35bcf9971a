import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const inputs = { left: 'ts TIMESTAMP(3) EVENT, id INT', right: 'id INT, name STRING' }
const left = (text: string) => ({ to: 'left', rows: `ts | id\n${text}` })
const right = (text: string) => ({ to: 'right', rows: `id | name\n${text}` })
const on = [{ left: 'id', right: 'id' }]
const columns = [{ name: 'ts', expression: 'l.ts' }, { name: 'id', expression: 'l.id' }, { name: 'name', expression: 'r.name' }]

export const cases: readonly OperatorCase[] = [
  {
    name: 'reads the table first: rows that come before wait, in order',
    config: { type: 'left', on, columns },
    inputs,
    schema: 'ts TIMESTAMP(3) EVENT, id INT, name STRING',
    steps: [left('1 | 2\n2 | 1'), right('1 | one\n2 | two'), left('3 | 3'), { ends: 'right' }, left('4 | 1\n5 | null')],
    expect: { out: 'ts | id | name\n1 | 2 | two\n2 | 1 | one\n3 | 3 | null\n4 | 1 | one\n5 | null | null' },
    ordered: true,
  },
  {
    name: 'an inner join drops rows that are not in the table, and gives a row once for each entry',
    config: { type: 'inner', on },
    inputs,
    schema: 'ts TIMESTAMP(3) EVENT, id INT, id0 INT, name STRING',
    steps: [right('1 | one\n1 | uno\nnull | none'), { ends: 'right' }, left('1 | 1\n2 | 2\n3 | null')],
    expect: { out: 'ts | id | id0 | name\n1 | 1 | 1 | one\n1 | 1 | 1 | uno' },
    ordered: true,
  },
  {
    name: 'an entry counts only where the condition holds',
    config: { type: 'left', on, condition: "r.name <> 'uno'", columns },
    inputs,
    steps: [right('1 | one\n1 | uno\n2 | uno'), { ends: 'right' }, left('1 | 1\n2 | 2')],
    expect: { out: 'ts | id | name\n1 | 1 | one\n2 | 2 | null' },
    ordered: true,
  },
  {
    name: 'changes of the table are applied before it is used, and rows keep their kinds',
    config: { type: 'left', on, columns },
    inputs,
    steps: [
      { to: 'right', rows: 'op | id | name\n+I | 1 | one\n-U | 1 | one\n+U | 1 | uno\n+I | 2 | two\n-D | 2 | two' },
      { ends: 'right' },
      { to: 'left', rows: 'op | ts | id\n+I | 1 | 1\n-D | 1 | 1\n+I | 2 | 2' },
    ],
    expect: { out: 'op | ts | id | name\n+I | 1 | 1 | uno\n-D | 1 | 1 | uno\n+I | 2 | 2 | null' },
    ordered: true,
  },
  {
    name: 'an empty table finds nothing',
    config: { type: 'inner', on },
    inputs,
    steps: [left('1 | 1')],
    expect: {},
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for its settings', config: {}, inputs, problems: ['MR-103 type', 'MR-103 on'] },
  { name: 'compares what can be compared', config: { type: 'left', on: [{ left: 'id', right: 'name' }] }, inputs, problems: ['MR-150 on[0]'] },
  { name: 'looks up as of a time attribute', config: { type: 'left', on, leftTime: 'id' }, inputs, problems: ['MR-104 leftTime'] },
]
