import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'ts TIMESTAMP(3) EVENT, item STRING, v INT'
const inputs = { in: input }
const rows = (text: string) => ({ rows: `ts | item | v\n${text}` })
const tumble10 = { type: 'tumble', timeColumn: 'ts', sizeMs: 10 }
const byV = [{ column: 'v', direction: 'DESC' }]
const windowed = 'window_start | window_end | window_time'
const counts = 'item STRING, n BIGINT, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT'

export const cases: readonly OperatorCase[] = [
  {
    name: 'gives the best two of a window when it closes; ties go to the earlier arrival (WTN-1)',
    config: { window: tumble10, partitionBy: [], orderBy: byV, n: 2, rankColumn: 'rank' },
    inputs,
    schema:
      'ts TIMESTAMP(3), item STRING, v INT, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT, rank BIGINT NOT NULL',
    steps: [rows('1 | a | 5\n2 | b | 7\n3 | c | 7\n4 | d | 6'), { watermark: 9 }],
    expect: { out: `ts | item | v | ${windowed} | rank\n2 | b | 7 | 0 | 10 | 9 | 1\n3 | c | 7 | 0 | 10 | 9 | 2` },
    ordered: true,
  },
  {
    name: 'the last row in time is the later of two that arrive with equal times, as in a deduplication',
    config: { window: tumble10, partitionBy: [], orderBy: [{ column: 'ts', direction: 'DESC' }], n: 1, rankColumn: 'rank' },
    inputs,
    steps: [rows('1 | a | 5\n4 | b | 7\n4 | c | 7\n3 | d | 6'), { watermark: 9 }],
    expect: { out: `ts | item | v | ${windowed} | rank\n4 | c | 7 | 0 | 10 | 9 | 1` },
  },
  {
    name: 'the last two in time keep to the order of arrival where times are equal',
    config: { window: tumble10, partitionBy: [], orderBy: [{ column: 'ts', direction: 'DESC' }], n: 2, rankColumn: 'rank' },
    inputs,
    steps: [rows('1 | a | 5\n4 | b | 7\n4 | c | 7\n3 | d | 6'), { watermark: 9 }],
    expect: { out: `ts | item | v | ${windowed} | rank\n4 | b | 7 | 0 | 10 | 9 | 1\n4 | c | 7 | 0 | 10 | 9 | 2` },
  },
  {
    name: 'ranks rows that carry their window, one ranking for each item, and drops what comes after it closed',
    config: { partitionBy: ['item'], orderBy: [{ column: 'n', direction: 'DESC' }], n: 1 },
    inputs: { in: counts },
    schema: counts,
    steps: [
      { rows: `item | n | ${windowed}\na | 3 | 0 | 10 | 9\nb | 1 | 0 | 10 | 9\na | 4 | 0 | 10 | 9\na | 1 | 10 | 20 | 19` },
      { watermark: 9 },
      { rows: `item | n | ${windowed}\nb | 9 | 0 | 10 | 9   -- late` },
    ],
    expect: { out: `item | n | ${windowed}\na | 4 | 0 | 10 | 9\nb | 1 | 0 | 10 | 9\na | 1 | 10 | 20 | 19` },
    lateRows: 1,
  },
  {
    name: 'a row counts in every hopping window that has not fired',
    config: { window: { type: 'hop', timeColumn: 'ts', sizeMs: 20, slideMs: 10 }, partitionBy: [], orderBy: byV, n: 1 },
    inputs,
    steps: [rows('5 | a | 1'), { watermark: 9 }, rows('6 | b | 2\n12 | c | 0'), { watermark: 29 }],
    expect: {
      out: `
        ts | item | v | ${windowed}
        5  | a | 1 | -10 | 10 | 9
        6  | b | 2 | 0   | 20 | 19
        12 | c | 0 | 10  | 30 | 29`,
    },
    ordered: true,
  },
  {
    name: 'cumulating windows rank all rows so far at every step',
    config: { window: { type: 'cumulate', timeColumn: 'ts', sizeMs: 6, stepMs: 2 }, partitionBy: [], orderBy: byV, n: 1 },
    inputs,
    steps: [rows('1 | a | 5\n3 | b | 9')],
    expect: { out: `ts | item | v | ${windowed}\n1 | a | 5 | 0 | 2 | 1\n3 | b | 9 | 0 | 4 | 3\n3 | b | 9 | 0 | 6 | 5` },
    ordered: true,
  },
  {
    name: 'of rows that tie the first to come ranks first, whichever part of a window it is in',
    config: { window: { type: 'hop', timeColumn: 'ts', sizeMs: 20, slideMs: 10 }, partitionBy: [], orderBy: byV, n: 1 },
    inputs,
    // The second row is earlier in time, and came later.
    steps: [rows('12 | a | 5\n8 | b | 5')],
    expect: { out: `ts | item | v | ${windowed}\n8 | b | 5 | -10 | 10 | 9\n12 | a | 5 | 0 | 20 | 19\n12 | a | 5 | 10 | 30 | 29` },
    ordered: true,
  },
  {
    name: 'an unknown value ranks last when the best comes first',
    config: { window: tumble10, partitionBy: [], orderBy: byV, n: 3, rankColumn: 'rank' },
    inputs,
    steps: [rows('1 | a | null\n2 | b | -1')],
    expect: { out: `ts | item | v | ${windowed} | rank\n2 | b | -1 | 0 | 10 | 9 | 1\n1 | a | null | 0 | 10 | 9 | 2` },
    ordered: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'needs a window', config: { partitionBy: [], orderBy: byV, n: 1 }, inputs, problems: ['MR-140 window'] },
  { name: 'asks for its settings', config: { window: tumble10 }, inputs, problems: ['MR-103 partitionBy', 'MR-103 orderBy', 'MR-103 n'] },
  { name: 'windows by time', config: { window: { ...tumble10, timeColumn: 'v' }, partitionBy: [], orderBy: byV, n: 1 }, inputs, problems: ['MR-104 window.timeColumn'] },
  { name: 'gives the rank a name of its own', config: { window: tumble10, partitionBy: [], orderBy: byV, n: 1, rankColumn: 'window_end' }, inputs, problems: ['MR-183 rankColumn'] },
  { name: 'says when the input has windows already', config: { window: { ...tumble10, timeColumn: 'ts' }, partitionBy: [], orderBy: [{ column: 'item' }], n: 1 }, inputs: { in: `${counts.replace('window_time TIMESTAMP(3) NOT NULL EVENT', 'ts TIMESTAMP(3) EVENT')}` }, problems: ['MR-141 window', 'MR-112 window', 'MR-112 window'] },
]
