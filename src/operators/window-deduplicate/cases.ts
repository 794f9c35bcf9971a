import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'ts TIMESTAMP(3) EVENT, key STRING, v STRING'
const inputs = { in: input }
const rows = (text: string) => ({ rows: `ts | key | v\n${text}` })
const tumble10 = { type: 'tumble', timeColumn: 'ts', sizeMs: 10 }
const windowed = 'window_start | window_end | window_time'
const config = (keep: string) => ({ window: tumble10, keys: ['key'], orderBy: [{ column: 'ts' }], keep })

export const cases: readonly OperatorCase[] = [
  {
    name: 'keeps the last row of each key, of equal times the later arrival (WDD-1, last)',
    config: config('last'),
    inputs,
    schema:
      'ts TIMESTAMP(3), key STRING, v STRING, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT',
    steps: [rows('5 | k | x\n3 | k | y\n5 | k | z')],
    expect: { out: `ts | key | v | ${windowed}\n5 | k | z | 0 | 10 | 9` },
  },
  {
    name: 'keeps the first row of each key, of equal times the earlier arrival (WDD-1, first)',
    config: config('first'),
    inputs,
    steps: [rows('5 | k | x\n3 | k | y\n3 | k | z\n4 | m | w')],
    expect: { out: `ts | key | v | ${windowed}\n3 | k | y | 0 | 10 | 9\n4 | m | w | 0 | 10 | 9` },
  },
  {
    name: 'begins anew in each window, and drops rows of a window that has closed',
    config: config('first'),
    inputs,
    steps: [rows('5 | k | a'), { watermark: 9 }, rows('4 | k | late\n11 | k | b\n10 | k | c')],
    expect: { out: `ts | key | v | ${windowed}\n5 | k | a | 0 | 10 | 9\n10 | k | c | 10 | 20 | 19` },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'takes the windows that rows carry',
    config: { keys: ['key'], orderBy: [{ column: 'ts' }], keep: 'last' },
    inputs: { in: 'ts TIMESTAMP(3), key STRING, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3) EVENT' },
    schema: 'ts TIMESTAMP(3), key STRING, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3) EVENT',
    steps: [{ rows: `ts | key | ${windowed}\n1 | null | 0 | 10 | 9\n7 | null | 0 | 10 | 9\n3 | null | 0 | 20 | 19` }, { watermark: 9 }],
    expect: { out: `ts | key | ${windowed}\n7 | null | 0 | 10 | 9\n3 | null | 0 | 20 | 19` },
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'needs a window', config: { keys: ['key'], orderBy: [{ column: 'ts' }], keep: 'first' }, inputs, problems: ['MR-140 window'] },
  { name: 'orders by time', config: { ...config('first'), orderBy: [{ column: 'v' }] }, inputs, problems: ['MR-184 orderBy'] },
  { name: 'asks for its settings', config: { window: tumble10 }, inputs, problems: ['MR-103 keys', 'MR-103 orderBy', 'MR-103 keep'] },
]
