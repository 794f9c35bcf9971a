import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const left = 'k BIGINT, ts TIMESTAMP(3) EVENT, a STRING'
const right = 'k BIGINT, ts TIMESTAMP(3) EVENT, b STRING'
const inputs = { left, right }

/** `l.ts BETWEEN r.ts - 5 AND r.ts + 2`, that is `r.ts BETWEEN l.ts - 2 AND l.ts + 5`. */
const config = { on: [{ left: 'k', right: 'k' }], leftTime: 'ts', rightTime: 'ts', lowerMs: -2, upperMs: 5 }

const l = (rows: string) => ({ to: 'left', rows: `k | ts | a\n${rows}` })
const r = (rows: string) => ({ to: 'right', rows: `k | ts | b\n${rows}` })

export const cases: readonly OperatorCase[] = [
  {
    name: 'pairs rows within the bounds, edges included, and gives a left row without a match when it can have none any more (IJ-1)',
    config: { ...config, type: 'left' },
    inputs,
    schema: 'k BIGINT, ts TIMESTAMP(3) EVENT, a STRING, k0 BIGINT, ts0 TIMESTAMP(3) EVENT, b STRING',
    steps: [
      l('1 | 10 | L10'),
      r('1 | 15 | R15   -- the edge is included'),
      r('1 | 16 | R16'),
      l('1 | 20 | L20'),
      { watermark: 25 },
      { watermark: 26 },
      { watermark: 30 },
      l('1 | 12 | L12   -- R15 and R16 have expired'),
    ],
    expect: {
      out: `
        k | ts | a   | k0   | ts0  | b
        1 | 10 | L10 | 1    | 15   | R15
        1 | 20 | L20 | null | null | null
        1 | 12 | L12 | null | null | null`,
    },
    ordered: true,
  },
  {
    name: 'joins on arrival, whatever side comes first, and multiplies duplicates',
    config: { ...config, type: 'inner' },
    inputs,
    steps: [r('1 | 8 | R8\n1 | 8 | R8b\n2 | 8 | other key'), l('1 | 10 | L10\n1 | 10 | L10b\n1 | 11 | too late for R8'), r('1 | 16 | too late for L10')],
    expect: {
      out: `
        k | ts | a                | k0 | ts0 | b
        1 | 10 | L10              | 1  | 8   | R8
        1 | 10 | L10              | 1  | 8   | R8b
        1 | 10 | L10b             | 1  | 8   | R8
        1 | 10 | L10b             | 1  | 8   | R8b
        1 | 11 | too late for R8  | 1  | 16  | too late for L10`,
    },
    oneSubtaskOnly: true,
  },
  {
    name: 'never pairs NULL keys, and gives them alone where their side is outer',
    config: { ...config, type: 'full' },
    inputs,
    schema: 'k BIGINT, ts TIMESTAMP(3) EVENT, a STRING, k0 BIGINT, ts0 TIMESTAMP(3) EVENT, b STRING',
    steps: [l('null | 10 | L\n1 | 10 | L1'), r('null | 10 | R\n1 | 10 | R1')],
    expect: {
      out: `
        k    | ts   | a    | k0   | ts0  | b
        1    | 10   | L1   | 1    | 10   | R1
        null | 10   | L    | null | null | null
        null | null | null | null | 10   | R`,
    },
  },
  {
    name: 'gives unmatched rows of the right side at their own time',
    config: { ...config, type: 'right' },
    inputs,
    steps: [r('1 | 10 | R10\n2 | 10 | R10b'), l('2 | 10 | L10b'), { watermark: 12 }, l('1 | 12 | L12   -- R10 is still there: W is 12, it goes at 13'), { watermark: 13 }],
    expect: {
      out: `
        k | ts | a   | k0 | ts0 | b
        2 | 10 | L10b | 2  | 10  | R10b
        1 | 12 | L12 | 1  | 10  | R10`,
    },
    ordered: true,
  },
  {
    name: 'counts only pairs that meet the condition as matches',
    config: { ...config, type: 'full', condition: "l.a <> 'no' AND r.b = 'yes'" },
    inputs,
    steps: [l('1 | 10 | no\n1 | 10 | ok'), r('1 | 10 | yes\n1 | 10 | nay')],
    expect: {
      out: `
        k    | ts   | a    | k0   | ts0  | b
        1    | 10   | ok   | 1    | 10   | yes
        1    | 10   | no   | null | null | null
        null | null | null | 1    | 10   | nay`,
    },
  },
  {
    name: 'computes its output columns from both rows, keeping bare time attributes',
    config: { ...config, type: 'left', columns: [{ name: 'at', expression: 'r.ts' }, { name: 'both', expression: 'COALESCE(b, a)' }, { name: 'd', expression: 'l.k + r.k' }] },
    inputs,
    schema: 'at TIMESTAMP(3) EVENT, both STRING, d BIGINT',
    steps: [l('1 | 10 | L\n2 | 10 | M'), r('1 | 11 | R')],
    expect: { out: 'at | both | d\n11 | R | 2\nnull | M | null' },
    ordered: true,
  },
  {
    name: 'pairs every row with every other when no columns are equal',
    config: { ...config, type: 'inner', on: [] },
    inputs,
    steps: [l('1 | 10 | L'), r('2 | 10 | R\n3 | 11 | S\n4 | 30 | T')],
    expect: { out: 'k | ts | a | k0 | ts0 | b\n1 | 10 | L | 2 | 10 | R\n1 | 10 | L | 3 | 11 | S' },
  },
  {
    name: 'does not hold a row that can find no partner any more, and gives it at once',
    config: { ...config, type: 'full' },
    inputs,
    steps: [{ watermark: 100 }, l('1 | 95 | gone: 95 + 5 <= W\n1 | 96 | held'), r('1 | 98 | gone: 98 + 2 <= W\n1 | 99 | held'), { watermark: 101 }],
    expect: {
      out: `
        k    | ts   | a                    | k0   | ts0  | b
        1    | 95   | gone: 95 + 5 <= W    | null | null | null
        1    | 96   | held                 | 1    | 98   | gone: 98 + 2 <= W
        1    | 96   | held                 | 1    | 99   | held`,
    },
    ordered: true,
  },
  {
    name: 'keeps a wide BIGINT key apart from its neighbours',
    config: { ...config, type: 'inner' },
    inputs,
    steps: [l('9007199254740993 | 1 | L'), r('9007199254740992 | 1 | near\n9007199254740993 | 1 | R'), l('5 | 1 | narrow'), r('5 | 1 | R5')],
    expect: {
      out: `
        k                | ts | a      | k0               | ts0 | b
        9007199254740993 | 1  | L      | 9007199254740993 | 1   | R
        5                | 1  | narrow | 5                | 1   | R5`,
    },
  },
  {
    name: 'joins in processing time by when rows arrive',
    config: { ...config, type: 'left', leftTime: 'p', rightTime: 'p', lowerMs: 0, upperMs: 10 },
    inputs: { left: 'k BIGINT, p TIMESTAMP_LTZ(3) PROCESSING', right: 'k BIGINT, p TIMESTAMP_LTZ(3) PROCESSING' },
    steps: [
      { processingTime: 100 },
      { to: 'left', rows: 'k | p\n1 | 0\n2 | 0' },
      { processingTime: 110 },
      { to: 'right', rows: 'k | p\n1 | 0' },
      { processingTime: 111 },
      { to: 'right', rows: 'k | p\n2 | 0' },
    ],
    expect: { out: 'k | p | k0 | p0\n1 | 0 | 1 | 0\n2 | 0 | null | null' },
    ordered: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  {
    name: 'wants time attributes of one kind',
    config: { ...config, type: 'inner', rightTime: 'p' },
    inputs: { left, right: 'k BIGINT, p TIMESTAMP_LTZ(3) PROCESSING' },
    problems: ['MR-145 rightTime'],
  },
  {
    name: 'says why a column is no time',
    config: { ...config, type: 'inner', leftTime: 'a', rightTime: 'at' },
    inputs: { left, right: 'k BIGINT, at TIMESTAMP(3), b STRING' },
    problems: ['MR-104 leftTime: has type STRING', 'MR-110 rightTime'],
  },
  { name: 'warns of crossed bounds', config: { ...config, type: 'inner', lowerMs: 3, upperMs: -3 }, inputs, problems: ['MR-151 upperMs: 3 ms'] },
  { name: 'knows the columns of each side', config: { ...config, type: 'inner', on: [{ left: 'kk', right: 'a' }] }, inputs, problems: ['MR-111 on[0].left', 'MR-111 on[0].right'] },
  { name: 'compares only what can be compared', config: { ...config, type: 'inner', on: [{ left: 'k', right: 'b' }] }, inputs, problems: ['MR-150 on[0]'] },
  { name: 'advises against joining everything', config: { ...config, type: 'inner', on: [] }, inputs, problems: ['MR-152 on'] },
  { name: 'has no semi join', config: { ...config, type: 'semi' }, inputs, problems: ['MR-106 type'] },
  { name: 'wants to know which side a shared name is of', config: { ...config, type: 'inner', condition: 'ts > l.ts' }, inputs, problems: ['MR-211 condition'] },
]
