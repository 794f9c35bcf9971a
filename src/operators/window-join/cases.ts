import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const left = 'id BIGINT, ts TIMESTAMP(3) EVENT, a STRING'
const right = 'id BIGINT, ts TIMESTAMP(3) EVENT, b STRING'
const inputs = { left, right }
const config = { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 10 }, on: [{ left: 'id', right: 'id' }] }

const l = (rows: string) => ({ to: 'left', rows: `id | ts | a\n${rows}` })
const r = (rows: string) => ({ to: 'right', rows: `id | ts | b\n${rows}` })
const windowed = 'window_start | window_end | window_time'
const both = `id | ts | a | id0 | ts0 | b | ${windowed}`

const worked = [l('1 | 2 | L1\n2 | 3 | L2\nnull | 4 | LNULL'), r('1 | 8 | R8\n1 | 9 | R9\n3 | 5 | R3'), { watermark: 9 }]
const pairs = `1 | 2 | L1 | 1 | 8 | R8 | 0 | 10 | 9\n1 | 2 | L1 | 1 | 9 | R9 | 0 | 10 | 9`
const lonelyLeft = `2 | 3 | L2 | null | null | null | 0 | 10 | 9\nnull | 4 | LNULL | null | null | null | 0 | 10 | 9`
const lonelyRight = `null | null | null | 3 | 5 | R3 | 0 | 10 | 9`

export const cases: readonly OperatorCase[] = [
  {
    name: 'pairs rows of one window by key; NULL keys never match (WJ-1, inner)',
    config: { ...config, type: 'inner' },
    inputs,
    schema:
      'id BIGINT, ts TIMESTAMP(3), a STRING, id0 BIGINT, ts0 TIMESTAMP(3), b STRING, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT',
    steps: worked,
    expect: { out: `${both}\n${pairs}` },
    ordered: true,
    unended: true,
  },
  { name: 'gives left rows without a match when the window closes (WJ-1, left)', config: { ...config, type: 'left' }, inputs, steps: worked, expect: { out: `${both}\n${pairs}\n${lonelyLeft}` }, ordered: true, unended: true },
  { name: 'gives right rows without a match when the window closes (WJ-1, right)', config: { ...config, type: 'right' }, inputs, steps: worked, expect: { out: `${both}\n${pairs}\n${lonelyRight}` }, ordered: true, unended: true },
  { name: 'gives both sides without a match when the window closes (WJ-1, full)', config: { ...config, type: 'full' }, inputs, steps: worked, expect: { out: `${both}\n${pairs}\n${lonelyLeft}\n${lonelyRight}` }, ordered: true, unended: true },
  {
    name: 'gives each left row that has a match once (WJ-1, semi)',
    config: { ...config, type: 'semi' },
    inputs,
    schema: 'id BIGINT, ts TIMESTAMP(3), a STRING, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT',
    steps: worked,
    expect: { out: `id | ts | a | ${windowed}\n1 | 2 | L1 | 0 | 10 | 9` },
    unended: true,
  },
  {
    name: 'gives each left row that has no match (WJ-1, anti)',
    config: { ...config, type: 'anti' },
    inputs,
    steps: worked,
    expect: { out: `id | ts | a | ${windowed}\n2 | 3 | L2 | 0 | 10 | 9\nnull | 4 | LNULL | 0 | 10 | 9` },
    ordered: true,
    unended: true,
  },
  {
    name: 'drops late rows of either side and counts them, and keeps windows apart',
    config: { ...config, type: 'inner' },
    inputs,
    steps: [l('1 | 1 | in time\n1 | 11 | next'), { watermark: 9 }, r('1 | 2 | late\n1 | 12 | next'), l('1 | 9 | late'), { watermark: 19 }, r('1 | 19 | late')],
    expect: { out: `${both}\n1 | 11 | next | 1 | 12 | next | 10 | 20 | 19` },
    lateRows: 3,
    ordered: true,
  },
  {
    name: 'pairs rows in every hopping window they share',
    config: { ...config, window: { type: 'hop', timeColumn: 'ts', sizeMs: 20, slideMs: 10 }, type: 'full' },
    inputs,
    steps: [l('1 | 5 | L'), r('1 | 15 | R'), { watermark: 9 }, l('1 | 6 | behind one window')],
    expect: {
      out: `
        ${both}
        1 | 5 | L | null | null | null | -10 | 10 | 9
        1 | 5 | L | 1 | 15 | R | 0 | 20 | 19
        1 | 6 | behind one window | 1 | 15 | R | 0 | 20 | 19
        null | null | null | 1 | 15 | R | 10 | 30 | 29`,
    },
    lateRows: 0,
  },
  {
    name: 'pairs rows in every step of a cumulating window from the first that has both',
    config: { ...config, window: { type: 'cumulate', timeColumn: 'ts', sizeMs: 6, stepMs: 2 }, type: 'inner' },
    inputs,
    steps: [l('1 | 1 | L'), r('1 | 3 | R')],
    expect: { out: `${both}\n1 | 1 | L | 1 | 3 | R | 0 | 4 | 3\n1 | 1 | L | 1 | 3 | R | 0 | 6 | 5` },
  },
  {
    name: 'lets only pairs that meet the condition count as matches',
    config: { ...config, type: 'full', condition: 'r.ts > l.ts' },
    inputs,
    steps: [l('1 | 5 | L5\n1 | 7 | L7'), r('1 | 6 | R6\n1 | 4 | R4')],
    expect: {
      out: `
        ${both}
        1 | 5 | L5 | 1 | 6 | R6 | 0 | 10 | 9
        1 | 7 | L7 | null | null | null | 0 | 10 | 9
        null | null | null | 1 | 4 | R4 | 0 | 10 | 9`,
    },
    ordered: true,
  },
  {
    name: 'tests the condition for semi and anti joins',
    config: { ...config, type: 'anti', condition: "r.b <> 'no'" },
    inputs,
    steps: [l('1 | 1 | matched\n2 | 1 | alone'), r('1 | 1 | no\n1 | 2 | yes\n2 | 2 | no\n2 | 3 | null')],
    expect: { out: `id | ts | a | ${windowed}\n2 | 1 | alone | 0 | 10 | 9` },
  },
  {
    name: 'a row whose window is NULL, as an outer join pads it, is in none',
    config: { type: 'semi', on: [{ left: 'id', right: 'id' }] },
    inputs: {
      left: 'id BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3) EVENT',
      right: 'id BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3) EVENT',
    },
    steps: [
      { to: 'left', rows: `id | ${windowed}\n1 | null | null | 9\n2 | 0 | 10 | 9\n1 | null | 10 | 9` },
      { to: 'right', rows: `id | ${windowed}\n1 | null | null | 9\n2 | 0 | 10 | 9` },
    ],
    expect: { out: `id | ${windowed}\n2 | 0 | 10 | 9` },
  },
  {
    name: 'joins the windows that both sides carry (cascade)',
    config: { type: 'left', on: [{ left: 'id', right: 'id' }] },
    inputs: {
      left: 'id BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3) EVENT, n BIGINT',
      right: 'id BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3) EVENT, n BIGINT',
    },
    schema:
      'id BIGINT, n BIGINT, id0 BIGINT, n0 BIGINT, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT',
    steps: [
      { to: 'left', rows: `id | ${windowed} | n\n1 | 0 | 10 | 9 | 5\n1 | 10 | 20 | 19 | 6\n1 | 5 | 10 | 9 | 7` },
      { to: 'right', rows: `id | ${windowed} | n\n1 | 0 | 10 | 9 | 50\n1 | 10 | 20 | 19 | 60` },
      { watermark: 9 },
      { to: 'right', rows: `id | ${windowed} | n\n1 | 0 | 10 | 9 | 51   -- late` },
    ],
    expect: {
      out: `
        id | n | id0 | n0 | ${windowed}
        1 | 5 | 1 | 50 | 0 | 10 | 9
        1 | 7 | null | null | 5 | 10 | 9
        1 | 6 | 1 | 60 | 10 | 20 | 19`,
    },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'computes its output columns, and pairs everything where no columns are equal',
    config: { ...config, on: [], type: 'left', columns: [{ name: 'pair', expression: "a || '-' || COALESCE(b, '?')" }, { name: 'sum', expression: 'l.id + r.id' }] },
    inputs,
    schema: 'pair STRING, sum BIGINT, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT',
    steps: [l('1 | 1 | a\n2 | 12 | b'), r('3 | 2 | c\n4 | 2 | d')],
    expect: { out: `pair | sum | ${windowed}\na-c | 4 | 0 | 10 | 9\na-d | 5 | 0 | 10 | 9\n"b-?" | null | 10 | 20 | 19` },
    ordered: true,
  },
  {
    name: 'numbers names that the left side has, until they are free',
    config: { ...config, type: 'inner' },
    inputs: { left: 'id BIGINT, id0 BIGINT, ts TIMESTAMP(3) EVENT', right: 'id BIGINT, ts TIMESTAMP(3) EVENT, id1 BIGINT' },
    schema:
      'id BIGINT, id0 BIGINT, ts TIMESTAMP(3), id1 BIGINT, ts0 TIMESTAMP(3), id10 BIGINT, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT',
    steps: [{ to: 'left', rows: 'id | id0 | ts\n1 | 2 | 3' }, { to: 'right', rows: 'id | ts | id1\n1 | 4 | 5' }],
    expect: { out: `id | id0 | ts | id1 | ts0 | id10 | ${windowed}\n1 | 2 | 3 | 1 | 4 | 5 | 0 | 10 | 9` },
  },
  { name: 'gives nothing when nothing came', config: { ...config, type: 'full' }, inputs, steps: [{ watermark: 50 }], expect: {} },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'needs windows on both sides', config: { type: 'inner', on: [{ left: 'id', right: 'id' }] }, inputs, problems: ['MR-140 window'] },
  {
    name: 'needs the same windows on both sides',
    config: { type: 'inner', on: [{ left: 'id', right: 'id' }] },
    inputs: { left, right: 'id BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3)' },
    problems: ['MR-144 window: The left input has none'],
  },
  {
    name: 'needs times of one kind',
    config: { ...config, type: 'inner' },
    inputs: { left, right: 'id BIGINT, ts TIMESTAMP_LTZ(3) EVENT' },
    problems: ['MR-145 window: TIMESTAMP_LTZ(3)'],
  },
  { name: 'needs a time on the right', config: { ...config, type: 'inner' }, inputs: { left, right: 'id BIGINT, ts TIMESTAMP(3)' }, problems: ['MR-110 window.timeColumn'] },
  { name: 'has no sessions', config: { ...config, type: 'inner', window: { type: 'session', timeColumn: 'ts', gapMs: 5 } }, inputs, problems: ['MR-106 window.type', 'MR-140 window'] },
  { name: 'gives a semi join no columns of its own', config: { ...config, type: 'semi', columns: [{ name: 'a', expression: 'a' }] }, inputs, problems: ['MR-109 columns'] },
  { name: 'keeps the names of the window columns', config: { ...config, type: 'inner', columns: [{ name: 'window_end', expression: 'a' }] }, inputs, problems: ['MR-112 columns[0].name'] },
  { name: 'checks the condition', config: { ...config, type: 'inner', condition: 'l.nope = 1' }, inputs, problems: ['MR-210 condition'] },
]
