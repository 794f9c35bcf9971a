import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'key STRING, v BIGINT'
const rows = 'op | key | v\n+I | a | 1\n-U | a | 1\n+U | a | 2\n+I | null | 3'

export const cases: readonly OperatorCase[] = [
  { name: 'hands every change to the shell, for a live table', config: { connector: { type: 'collect' } }, inputs: { in: input }, steps: [{ rows }], expect: { delivered: rows }, ordered: true },
  {
    name: 'hands every change to the shell, for a file',
    config: { connector: { type: 'file', path: 'out.jsonl', format: 'json' }, key: ['key'] },
    inputs: { in: input },
    steps: [{ rows }],
    expect: { delivered: rows },
    ordered: true,
  },
  { name: 'swallows rows as a blackhole', config: { connector: { type: 'blackhole' } }, inputs: { in: input }, steps: [{ rows }], expect: {} },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for a connector', config: {}, inputs: { in: input }, problems: ['MR-103 connector'] },
  { name: 'refuses a connector it does not have', config: { connector: { type: 'carrier-pigeon' } }, inputs: { in: input }, problems: ['MR-106 connector.type: `collect`'] },
  { name: 'wants the path of a file', config: { connector: { type: 'file', format: 'csv' } }, inputs: { in: input }, problems: ['MR-103 connector.path'] },
  { name: 'draws numbers', config: { connector: { type: 'chart', x: 'tz', y: ['key', 'v'] } }, inputs: { in: input }, problems: ['MR-111 connector.x', 'MR-162 connector.y[0]'] },
  { name: 'knows its columns', config: { connector: { type: 'collect' }, key: ['kez', 'v', 'v'] }, inputs: { in: input }, problems: ['MR-111 key[0]: Did you mean `key`?', 'MR-160 key[2]'] },
]
