import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const inputs = { left: 'ts TIMESTAMP(3) EVENT, currency STRING, amount INT', right: 'since TIMESTAMP(3) EVENT, currency STRING, rate INT' }
const left = (text: string) => ({ to: 'left', rows: `ts | currency | amount\n${text}` })
const right = (text: string) => ({ to: 'right', rows: `since | currency | rate\n${text}` })
const changes = (text: string) => ({ to: 'right', rows: `op | since | currency | rate\n${text}` })
const config = { type: 'left', on: [{ left: 'currency', right: 'currency' }], leftTime: 'ts' }
const columns = [{ name: 'ts', expression: 'l.ts' }, { name: 'amount', expression: 'l.amount' }, { name: 'rate', expression: 'r.rate' }]

export const cases: readonly OperatorCase[] = [
  {
    name: 'gives each row the version that was true at its time; a deleted one is none (TJ-1, left)',
    config: { ...config, columns },
    inputs,
    schema: 'ts TIMESTAMP(3) EVENT, amount INT, rate INT',
    steps: [changes('+I | 2 | EUR | 110\n+U | 6 | EUR | 120\n-D | 9 | EUR | 120'), left('1 | EUR | 1\n5 | EUR | 2\n6 | EUR | 3\n8 | EUR | 4\n9 | EUR | 5'), { watermark: 10 }, left('5 | EUR | 6')],
    expect: { out: 'ts | amount | rate\n1 | 1 | null\n5 | 2 | 110\n6 | 3 | 120\n8 | 4 | 120\n9 | 5 | null\n5 | 6 | null' },
    ordered: true,
  },
  {
    name: 'an inner join leaves out rows without a version (TJ-1, inner)',
    config: { ...config, type: 'inner', columns },
    inputs,
    steps: [changes('+I | 2 | EUR | 110\n+U | 6 | EUR | 120\n-D | 9 | EUR | 120'), left('1 | EUR | 1\n5 | EUR | 2\n6 | EUR | 3\n8 | EUR | 4\n9 | EUR | 5'), { watermark: 10 }],
    expect: { out: 'ts | amount | rate\n5 | 2 | 110\n6 | 3 | 120\n8 | 4 | 120' },
    ordered: true,
  },
  {
    name: 'rows wait for the watermark, in order of arrival, and versions may come after them',
    config,
    inputs,
    schema: 'ts TIMESTAMP(3) EVENT, currency STRING, amount INT, since TIMESTAMP(3), currency0 STRING, rate INT',
    steps: [left('7 | EUR | 1\n3 | USD | 2'), right('5 | EUR | 110\n1 | USD | 90'), { watermark: 3 }, right('6 | EUR | 115'), { watermark: 7 }],
    expect: { out: 'ts | currency | amount | since | currency0 | rate\n3 | USD | 2 | 1 | USD | 90\n7 | EUR | 1 | 6 | EUR | 115' },
    ordered: true,
  },
  {
    name: 'of versions at one time the last holds, and NULL is a key like any other',
    config: { ...config, columns },
    inputs,
    steps: [right('1 | EUR | 1\n1 | EUR | 2\n1 | null | 9'), left('1 | EUR | 1\n2 | null | 2'), { watermark: 2 }],
    expect: { out: 'ts | amount | rate\n1 | 1 | 2\n2 | 2 | 9' },
    ordered: true,
  },
  {
    name: 'the newest version at the watermark is kept for what comes later',
    config: { ...config, columns },
    inputs,
    steps: [right('1 | EUR | 1\n2 | EUR | 2'), { watermark: 5 }, left('6 | EUR | 1\n1 | EUR | 2   -- late: the version it asks for is gone\n3 | EUR | 3   -- late, but the newest version was true then'), { watermark: 6 }],
    expect: { out: 'ts | amount | rate\n6 | 1 | 2\n1 | 2 | null\n3 | 3 | 2' },
    ordered: true,
  },
  {
    name: 'a version for which the condition does not hold is none',
    config: { ...config, condition: 'l.amount < r.rate', columns },
    inputs,
    steps: [right('1 | EUR | 10'), left('2 | EUR | 5\n3 | EUR | 15'), { watermark: 3 }],
    expect: { out: 'ts | amount | rate\n2 | 5 | 10\n3 | 15 | null' },
    ordered: true,
  },
  {
    name: 'keeps the kind of the left row',
    config: { ...config, columns },
    inputs,
    steps: [right('1 | EUR | 10'), { to: 'left', rows: 'op | ts | currency | amount\n+I | 2 | EUR | 5\n-U | 2 | EUR | 5\n+U | 3 | EUR | 6' }, { watermark: 3 }],
    expect: { out: 'op | ts | amount | rate\n+I | 2 | 5 | 10\n-U | 2 | 5 | 10\n+U | 3 | 6 | 10' },
    ordered: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for its settings', config: {}, inputs, problems: ['MR-103 type', 'MR-103 on', 'MR-103 leftTime'] },
  { name: 'versions need a key', config: { ...config, on: [] }, inputs, problems: ['MR-158 on'] },
  { name: 'versions need a time', config, inputs: { ...inputs, right: 'currency STRING, rate INT' }, problems: ['MR-191 on'] },
  { name: 'looks up as of event time', config: { ...config, leftTime: 'p' }, inputs: { ...inputs, left: 'p TIMESTAMP_LTZ(3) PROCESSING, currency STRING' }, problems: ['MR-190 leftTime'] },
]
