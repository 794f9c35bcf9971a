import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'ts TIMESTAMP(3) EVENT, v INT'
const inputs = { in: input }
const rows = (text: string) => ({ rows: `ts | v\n${text}` })
const windowed = 'window_start | window_end | window_time'

export const cases: readonly OperatorCase[] = [
  {
    name: 'gives a row its tumbling window; its time is a plain timestamp from then on (WIN-1)',
    config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 10, offsetMs: 3 } },
    inputs,
    schema: 'ts TIMESTAMP(3), v INT, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT',
    steps: [rows('12 | 1\n2 | 2\n-1 | 3')],
    expect: { out: `ts | v | ${windowed}\n12 | 1 | 3 | 13 | 12\n2 | 2 | -7 | 3 | 2\n-1 | 3 | -7 | 3 | 2` },
    ordered: true,
  },
  {
    name: 'gives a row once for each hopping window it is in, also when they have fired',
    config: { window: { type: 'hop', timeColumn: 'ts', sizeMs: 20, slideMs: 10 } },
    inputs,
    steps: [{ watermark: 50 }, rows('5 | 1')],
    expect: { out: `ts | v | ${windowed}\n5 | 1 | -10 | 10 | 9\n5 | 1 | 0 | 20 | 19` },
    ordered: true,
  },
  {
    name: 'gives a row to every later step of a cumulating window, and keeps the kinds of changes',
    config: { window: { type: 'cumulate', timeColumn: 'ts', sizeMs: 6, stepMs: 2 } },
    inputs,
    steps: [{ rows: 'op | ts | v\n+I | 3 | 1\n-U | 3 | 1\n+U | 5 | 2' }],
    expect: {
      out: `
        op | ts | v | ${windowed}
        +I | 3 | 1 | 0 | 4 | 3
        +I | 3 | 1 | 0 | 6 | 5
        -U | 3 | 1 | 0 | 4 | 3
        -U | 3 | 1 | 0 | 6 | 5
        +U | 5 | 2 | 0 | 6 | 5`,
    },
    ordered: true,
  },
  {
    name: 'a row without a time is in no window',
    config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 10 } },
    inputs,
    steps: [rows('1 | 1\nnull | 2\n3 | 3')],
    expect: { out: `ts | v | ${windowed}\n1 | 1 | 0 | 10 | 9\n3 | 3 | 0 | 10 | 9` },
    lateRows: 1,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for a window', config: {}, inputs, problems: ['MR-103 window'] },
  { name: 'windows by time', config: { window: { type: 'tumble', timeColumn: 'v', sizeMs: 10 } }, inputs, problems: ['MR-104 window.timeColumn'] },
  { name: 'cuts whole slides', config: { window: { type: 'hop', timeColumn: 'ts', sizeMs: 25, slideMs: 10 } }, inputs, problems: ['MR-142 window.slideMs'] },
]
