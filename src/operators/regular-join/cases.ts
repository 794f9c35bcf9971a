import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const inputs = { left: 'id INT, l STRING', right: 'id INT, r STRING' }
const left = (text: string) => ({ to: 'left', rows: `id | l\n${text}` })
const right = (text: string) => ({ to: 'right', rows: `id | r\n${text}` })
const leftChanges = (text: string) => ({ to: 'left', rows: `op | id | l\n${text}` })
const rightChanges = (text: string) => ({ to: 'right', rows: `op | id | r\n${text}` })
const on = [{ left: 'id', right: 'id' }]
const pairs = 'op | id | l | id0 | r'

export const cases: readonly OperatorCase[] = [
  {
    name: 'a left row is padded until its first match comes, and again when its last is gone (RJ-1)',
    config: { type: 'left', on },
    inputs,
    schema: 'id INT, l STRING, id0 INT, r STRING',
    steps: [left('1 | x'), right('1 | p'), right('1 | q'), rightChanges('-D | 1 | p'), rightChanges('-D | 1 | q')],
    expect: {
      out: `
        ${pairs}
        +I | 1 | x | null | null
        -D | 1 | x | null | null
        +I | 1 | x | 1 | p
        +I | 1 | x | 1 | q
        -D | 1 | x | 1 | p
        -D | 1 | x | 1 | q
        +I | 1 | x | null | null`,
    },
    ordered: true,
    oneSubtaskOnly: true,
  },
  {
    name: 'an inner join pairs every row with every other of its key, whichever came first',
    config: { type: 'inner', on },
    inputs,
    steps: [left('1 | a\n2 | b\n1 | c\nnull | d'), right('1 | p\n3 | q\nnull | r\n1 | s'), left('3 | e')],
    expect: {
      out: `
        id | l | id0 | r
        1 | a | 1 | p
        1 | c | 1 | p
        1 | a | 1 | s
        1 | c | 1 | s
        3 | e | 3 | q`,
    },
  },
  {
    name: 'an inner join passes the kind of the row that came on',
    config: { type: 'inner', on },
    inputs,
    steps: [left('1 | a'), rightChanges('+I | 1 | p\n-U | 1 | p\n+U | 1 | q'), leftChanges('-D | 1 | a')],
    expect: { out: `${pairs}\n+I | 1 | a | 1 | p\n-U | 1 | a | 1 | p\n+U | 1 | a | 1 | q\n-D | 1 | a | 1 | q` },
    ordered: true,
  },
  {
    name: 'a full join pads both sides; rows with NULL in their key never match and stay padded',
    config: { type: 'full', on },
    inputs,
    steps: [left('1 | a\nnull | b'), right('null | p\n1 | q\n2 | r'), leftChanges('-D | null | b')],
    expect: {
      out: `
        ${pairs}
        +I | 1 | a | null | null
        +I | null | b | null | null
        +I | null | null | null | p
        -D | 1 | a | null | null
        +I | 1 | a | 1 | q
        +I | null | null | 2 | r
        -D | null | b | null | null`,
    },
  },
  {
    name: 'a right join pads the right side',
    config: { type: 'right', on },
    inputs,
    steps: [right('1 | p'), left('1 | a'), leftChanges('-D | 1 | a'), left('2 | b')],
    expect: { out: `${pairs}\n+I | null | null | 1 | p\n-D | null | null | 1 | p\n+I | 1 | a | 1 | p\n-D | 1 | a | 1 | p\n+I | null | null | 1 | p` },
    ordered: true,
  },
  {
    name: 'a semi join gives a left row once, while it has a match',
    config: { type: 'semi', on },
    inputs,
    schema: 'id INT, l STRING',
    steps: [left('1 | a\n2 | b'), right('1 | p\n1 | q'), left('1 | c'), rightChanges('-D | 1 | p\n-D | 1 | q')],
    expect: { out: 'op | id | l\n+I | 1 | a\n+I | 1 | c\n-D | 1 | a\n-D | 1 | c' },
  },
  {
    name: 'an anti join gives a left row while it has none',
    config: { type: 'anti', on },
    inputs,
    steps: [left('1 | a\nnull | b'), right('1 | p\nnull | q'), rightChanges('-D | 1 | p'), leftChanges('-D | 1 | a')],
    expect: { out: 'op | id | l\n+I | 1 | a\n+I | null | b\n-D | 1 | a\n+I | 1 | a\n-D | 1 | a' },
  },
  {
    name: 'a pair counts only where the condition holds',
    config: { type: 'left', on, condition: "l.l < r.r", columns: [{ name: 'text', expression: "l.l || COALESCE(r.r, '-')" }] },
    inputs,
    schema: 'text STRING',
    steps: [left('1 | m'), right('1 | a\n1 | z'), left('1 | b')],
    expect: { out: 'op | text\n+I | m-\n-D | m-\n+I | mz\n+I | bz' },
  },
  {
    name: 'without equal columns every row meets every other',
    config: { type: 'inner', on: [], condition: 'l.id < r.id' },
    inputs,
    steps: [left('1 | a\n2 | b'), right('2 | p\n3 | q')],
    expect: { out: 'id | l | id0 | r\n1 | a | 2 | p\n1 | a | 3 | q\n2 | b | 3 | q' },
  },
  {
    name: 'of rows that are the same one is taken back',
    config: { type: 'inner', on },
    inputs,
    steps: [leftChanges('+I | 1 | a\n+I | 1 | a\n-D | 1 | a'), right('1 | p')],
    expect: { out: 'id | l | id0 | r\n1 | a | 1 | p' },
  },
  {
    name: 'with a time to live, a row that was not written for so long finds no more pairs, and what was said of it stays',
    config: { type: 'inner', on },
    inputs,
    stateTtlMs: 100,
    steps: [{ processingTime: 1000 }, left('1 | a'), { processingTime: 1050 }, left('1 | b'), { processingTime: 1099 }, right('1 | p'), { processingTime: 1100 }, right('1 | q'), leftChanges('-D | 1 | a'), { processingTime: 1149 }, leftChanges('-D | 1 | b'), left('1 | c'), { processingTime: 1199 }, left('1 | d')],
    expect: { out: `${pairs}\n+I | 1 | a | 1 | p\n+I | 1 | b | 1 | p\n+I | 1 | b | 1 | q\n-D | 1 | a | 1 | p\n-D | 1 | a | 1 | q\n-D | 1 | b | 1 | p\n-D | 1 | b | 1 | q\n+I | 1 | c | 1 | p\n+I | 1 | c | 1 | q\n+I | 1 | d | 1 | q` },
    oneSubtaskOnly: true,
  },
  {
    name: 'with a time to live, matches keep a row of an outer side alive, since their number is written',
    config: { type: 'left', on },
    inputs,
    stateTtlMs: 100,
    steps: [{ processingTime: 1000 }, left('1 | a'), { processingTime: 1090 }, right('1 | p'), { processingTime: 1180 }, right('1 | q'), { processingTime: 1280 }, right('1 | r')],
    expect: { out: `${pairs}\n+I | 1 | a | null | null\n-D | 1 | a | null | null\n+I | 1 | a | 1 | p\n+I | 1 | a | 1 | q` },
    oneSubtaskOnly: true,
  },
  {
    name: 'with a time to live, a row that comes again keeps its like alive',
    config: { type: 'inner', on },
    inputs,
    stateTtlMs: 100,
    steps: [{ processingTime: 1000 }, left('1 | a'), { processingTime: 1090 }, left('1 | a'), { processingTime: 1150 }, right('1 | p'), { processingTime: 1190 }, right('1 | q')],
    expect: { out: `${pairs}\n+I | 1 | a | 1 | p\n+I | 1 | a | 1 | p` },
    oneSubtaskOnly: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for its settings', config: {}, inputs, problems: ['MR-103 type', 'MR-103 on'] },
  { name: 'compares what can be compared', config: { type: 'inner', on: [{ left: 'id', right: 'r' }] }, inputs, problems: ['MR-150 on[0]'] },
  { name: 'knows only its inputs', config: { type: 'inner', on: [{ left: 'key', right: 'id' }] }, inputs, problems: ['MR-111 on[0].left'] },
  { name: 'warns of a join without a key', config: { type: 'inner', on: [] }, inputs, problems: ['MR-152 on'] },
  { name: 'has no output columns of its own when it only asks for a match', config: { type: 'anti', on, columns: [{ name: 'x', expression: 'l.l' }] }, inputs, problems: ['MR-109 columns'] },
]
