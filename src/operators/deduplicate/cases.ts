import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'ts TIMESTAMP(3) EVENT, key STRING, v STRING'
const inputs = { in: input }
const rows = (text: string) => ({ rows: `ts | key | v\n${text}` })
const byTime = [{ column: 'ts' }]
const first = { keys: ['key'], orderBy: byTime, keep: 'first' }
const last = { keys: ['key'], orderBy: byTime, keep: 'last' }

export const cases: readonly OperatorCase[] = [
  {
    name: 'keeps the last row of each key and corrects it at once, ties going to the later arrival (DD-1)',
    config: last,
    inputs,
    schema: input,
    steps: [rows('1 | k | a\n3 | k | b\n2 | k | c\n3 | k | d')],
    expect: { out: 'op | ts | key | v\n+I | 1 | k | a\n-U | 1 | k | a\n+U | 3 | k | b\n-U | 3 | k | b\n+U | 3 | k | d' },
    ordered: true,
  },
  {
    name: 'keeps the first row once the watermark has reached it; a row behind the watermark is late (DD-3)',
    config: first,
    inputs,
    schema: input,
    steps: [rows('3 | k | a\n1 | k | b\n1 | k | c'), { watermark: 1 }, rows('0 | k | z\n0 | m | y\n1 | n | x'), { watermark: 2 }],
    expect: { out: 'ts | key | v\n1 | k | b\n1 | n | x' },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'takes a row at the watermark itself, and gives what waits at the end of input',
    config: first,
    inputs,
    steps: [{ watermark: 5 }, rows('5 | a | at\n4 | b | late\n9 | c | later\n7 | c | sooner')],
    expect: { out: 'ts | key | v\n5 | a | at\n7 | c | sooner' },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'a late row does not spoil the key for the next one',
    config: first,
    inputs,
    steps: [{ watermark: 10 }, rows('4 | a | late\n11 | a | good'), { watermark: 11 }, rows('12 | a | again')],
    expect: { out: 'ts | key | v\n11 | a | good' },
    lateRows: 1,
  },
  {
    name: 'NULL is a key like any other',
    config: last,
    inputs,
    steps: [rows('1 | null | a\n2 | null | b\n1 | x | c')],
    expect: { out: 'op | ts | key | v\n+I | 1 | null | a\n-U | 1 | null | a\n+U | 2 | null | b\n+I | 1 | x | c' },
  },
  {
    name: 'keeps the first to arrive in processing time',
    config: { keys: ['key'], orderBy: [{ column: 'p' }], keep: 'first' },
    inputs: { in: 'key STRING, v INT, p TIMESTAMP_LTZ(3) PROCESSING' },
    steps: [{ rows: 'key | v | p\na | 1 | 0\nb | 2 | 0\na | 3 | 0' }],
    expect: { out: 'key | v | p\na | 1 | 0\nb | 2 | 0' },
  },
  {
    name: 'keeps the last to arrive in processing time, and says nothing when it is the same',
    config: { keys: ['key'], orderBy: [{ column: 'p' }], keep: 'last' },
    inputs: { in: 'key STRING, v INT, p TIMESTAMP_LTZ(3) PROCESSING' },
    steps: [{ rows: 'key | v | p\na | 1 | 0\na | 1 | 7\na | 3 | 8' }],
    expect: { out: 'op | key | v | p\n+I | a | 1 | 0\n-U | a | 1 | 0\n+U | a | 3 | 8' },
  },
  {
    name: 'without keys keeps one row in all',
    config: { keys: [], orderBy: byTime, keep: 'first' },
    inputs,
    steps: [rows('4 | a | x\n2 | b | y\n3 | c | z')],
    expect: { out: 'ts | key | v\n2 | b | y' },
  },
  {
    name: 'with a time to live, a key whose row was not replaced for so long begins anew; an older row that comes does not keep it alive',
    config: last,
    inputs,
    stateTtlMs: 100,
    steps: [{ processingTime: 1000 }, rows('5 | k | a'), { processingTime: 1050 }, rows('3 | k | older'), { processingTime: 1099 }, rows('6 | k | b'), { processingTime: 1199 }, rows('1 | k | anew')],
    expect: { out: 'op | ts | key | v\n+I | 5 | k | a\n-U | 5 | k | a\n+U | 6 | k | b\n+I | 1 | k | anew' },
    ordered: true,
  },
  {
    name: 'with a time to live, a row waits for its watermark however long, and a key may have another when it had one so long ago',
    config: first,
    inputs,
    stateTtlMs: 100,
    steps: [
      { processingTime: 1000 },
      rows('5 | k | a'),
      { processingTime: 5000 },
      rows('4 | k | sooner'),
      { watermark: 5 },
      { processingTime: 5099 },
      rows('7 | k | too soon'),
      { processingTime: 5100 },
      rows('8 | k | another'),
      { watermark: 9 },
    ],
    expect: { out: 'ts | key | v\n4 | k | sooner\n8 | k | another' },
    ordered: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for its settings', config: {}, inputs, problems: ['MR-103 keys', 'MR-103 orderBy', 'MR-103 keep'] },
  { name: 'orders by time, ascending', config: { ...first, orderBy: [{ column: 'v' }] }, inputs, problems: ['MR-184 orderBy: `ts`'] },
  { name: 'does not turn time round', config: { ...first, orderBy: [{ column: 'ts', direction: 'DESC' }] }, inputs, problems: ['MR-184 orderBy'] },
  { name: 'knows only its input', config: { ...first, keys: ['id'] }, inputs, problems: ['MR-111 keys[0]'] },
]
