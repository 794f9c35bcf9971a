import type { JsonObject } from '../../columnar/json.ts'
import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'ts TIMESTAMP(3) EVENT, k STRING, price BIGINT'
const inputs = { in: input }
const orderBy = [{ column: 'ts' }]
const rows = (text: string) => ({ rows: `ts | k | price\n${text}` })
const dip = {
  partitionBy: ['k'],
  orderBy,
  pattern: 'A B+ C',
  define: [
    { name: 'B', expression: 'price < LAST(A.price)' },
    { name: 'C', expression: 'C.price >= A.price' },
  ],
  measures: [
    { name: 'from_price', expression: 'A.price' },
    { name: 'lowest', expression: 'MIN(B.price)' },
    { name: 'last_low', expression: 'LAST(B.price)' },
    { name: 'rows_low', expression: 'COUNT(B.price)' },
    { name: 'to_price', expression: 'C.price' },
  ],
}

/** Rows one second apart, one letter each, for one key: what a variable takes is its letter. */
const letters = (text: string) => ({ rows: `ts | c\n${[...text].map((c, i) => `${(i + 1) * 1000} | ${c}`).join('\n')}` })
const letterInput = { in: 'ts TIMESTAMP(3) EVENT, c STRING' }
const is = (name: string, ...letters: readonly string[]) => ({ name, expression: `c IN (${letters.map((letter) => `'${letter}'`).join(', ')})` })
/** The match as a text, and its first and last row's second. */
const found = [
  { name: 'text', expression: 'LISTAGG(c)' },
  { name: 'first_s', expression: 'EXTRACT(SECOND FROM FIRST(ts))' },
  { name: 'last_s', expression: 'EXTRACT(SECOND FROM LAST(ts))' },
]
const spelled = (name: string, pattern: string, define: readonly { name: string; expression: string }[], text: string, expected: string, more: JsonObject = {}): OperatorCase => ({
  name,
  config: { partitionBy: [], orderBy, pattern, define, measures: found, ...more },
  inputs: letterInput,
  steps: [letters(text)],
  expect: expected === '' ? {} : { out: `text | first_s | last_s\n${expected}` },
})
const ab = [is('A', 'a'), is('B', 'b')]
const abc = [...ab, is('C', 'c')]

export const cases: readonly OperatorCase[] = [
  {
    name: 'rows that follow each other in a pattern give one row, for each key by itself',
    config: dip,
    inputs,
    schema: 'k STRING, from_price BIGINT, lowest BIGINT, last_low BIGINT, rows_low BIGINT NOT NULL, to_price BIGINT',
    steps: [rows('1000 | x | 10\n2000 | y | 5\n3000 | x | 7\n4000 | x | 8\n5000 | y | 4\n6000 | x | 12\n7000 | y | 6\n8000 | x | 9')],
    expect: { out: 'k | from_price | lowest | last_low | rows_low | to_price\nx | 10 | 7 | 8 | 2 | 12\ny | 5 | 4 | 4 | 1 | 6' },
  },
  spelled('another row in between ends what has begun', 'A B C', abc, 'abxcabc', 'a,b,c | 5 | 7'),
  spelled('a variable without a condition takes every row', 'A X C', [is('A', 'a'), is('C', 'c')], 'azcaac', 'a,z,c | 1 | 3\na,a,c | 4 | 6'),
  spelled('* takes none or many', 'A B* C', abc, 'acxabbbc', 'a,c | 1 | 2\na,b,b,b,c | 4 | 8'),
  spelled('? takes none or one', 'A B? C', abc, 'acabcabbc', 'a,c | 1 | 2\na,b,c | 3 | 5'),
  spelled('{n} takes so many', 'A B{2} C', abc, 'abcabbcabbbc', 'a,b,b,c | 4 | 7'),
  spelled('{n,} takes so many or more', 'A B{2,} C', abc, 'abcabbcabbbc', 'a,b,b,c | 4 | 7\na,b,b,b,c | 8 | 12'),
  spelled('{n,m} takes from so many to so many', 'A B{1,2} C', abc, 'acabcabbcabbbc', 'a,b,c | 3 | 5\na,b,b,c | 6 | 9'),
  spelled('{0,m} takes none to so many', 'A B{0,2} C', abc, 'acabcabbcabbbc', 'a,c | 1 | 2\na,b,c | 3 | 5\na,b,b,c | 6 | 9'),
  spelled('a greedy variable does not give back what it could take', 'A B+ C', [is('A', 'a'), is('B', 'b', 'c'), is('C', 'c')], 'abccx', ''),
  spelled('a reluctant variable stops where the next one can take the row', 'A B+? C', [is('A', 'a'), is('B', 'b', 'c'), is('C', 'c')], 'abcccx', 'a,b,c | 1 | 3'),
  spelled('reluctant *? takes none where it can', 'A B*? C', [is('A', 'a'), is('B', 'b', 'c'), is('C', 'c')], 'acccabccx', 'a,c | 1 | 2\na,b,c | 5 | 7'),
  spelled('at the end a reluctant variable takes as few as it needs', 'A B{2,}?', ab, 'abbbb', 'a,b,b | 1 | 3'),
  spelled('at the end ? takes nothing, and the match is whole', 'A B?', ab, 'abab', 'a | 1 | 1\na | 3 | 3'),
  spelled('behind SKIP TO NEXT ROW both ends of ? are found once', 'A B?', ab, 'abab', 'a | 1 | 1\na | 3 | 3', { afterMatch: 'SKIP TO NEXT ROW' }),
  spelled('a range at the end that is reluctant', 'A B{1,3}?', ab, 'abbbb', 'a,b | 1 | 2'),
  spelled('a greedy variable first', 'A+ B', [is('A', 'a', 'b'), is('B', 'b')], 'aabab', ''),
  spelled('a greedy variable first, told apart', 'A+ B', ab, 'aabab', 'a,a,b | 1 | 3\na,b | 4 | 5'),
  spelled('an optional variable first', 'A? B C', abc, 'bcabcc', 'b,c | 1 | 2\na,b,c | 3 | 5'),
  spelled('a greedy variable before an optional end is asked whether it takes the row that was just taken', 'A B* C{0,2}?', [is('A', 'a', 'd'), is('B', 'b', 'd'), is('C', 'c')], 'abbcdbbcabx', 'a | 1 | 1\nd,b,b,c | 5 | 8\na | 9 | 9'),
  spelled('behind a greedy variable, optional rows in the middle', 'A B+ C{0,2} D', [...abc, is('D', 'd')], 'abdabbcdabccdabcccd', 'a,b,d | 1 | 3\na,b,b,c,d | 4 | 8\na,b,c,c,d | 9 | 13'),
  spelled('behind a bounded greedy variable no row is taken that it would take, not even when it has all its rows', 'A B{1,2} C', [is('A', 'a'), is('B', 'b'), is('C', 'b', 'c')], 'abbbcabbcabcabbx', 'a,b,b,c | 6 | 9\na,b,c | 10 | 12'),
  spelled('behind a bounded greedy variable without a condition nothing is ever taken', 'A B{1,2} C', [is('A', 'a'), is('C', 'c')], 'abcabbcx', ''),
  spelled('parentheses without a quantifier change nothing', 'A (B C)', abc, 'abcab', 'a,b,c | 1 | 3'),
  spelled('SKIP PAST LAST ROW goes on behind the match', 'A A2 A3', [is('A', 'a'), is('A2', 'a'), is('A3', 'a')], 'aaaaaaa', 'a,a,a | 1 | 3\na,a,a | 4 | 6'),
  spelled('SKIP TO NEXT ROW goes on with the second row', 'A A2 A3', [is('A', 'a'), is('A2', 'a'), is('A3', 'a')], 'aaaaa', 'a,a,a | 1 | 3\na,a,a | 2 | 4\na,a,a | 3 | 5', {
    afterMatch: 'SKIP TO NEXT ROW',
  }),
  spelled('SKIP TO FIRST goes on with the first row of a variable', 'A B+ C', [is('A', 'a', 'b'), is('B', 'b'), is('C', 'c')], 'abbbcabc', 'a,b,b,b,c | 1 | 5\nb,b,b,c | 2 | 5\nb,b,c | 3 | 5\na,b,c | 6 | 8', {
    afterMatch: 'SKIP TO FIRST B',
  }),
  spelled('SKIP TO LAST goes on with the last row of a variable', 'A B+ C', [is('A', 'a', 'b', 'c'), is('B', 'b'), is('C', 'c')], 'abbbcbc', 'a,b,b,b,c | 1 | 5\nc,b,c | 5 | 7', { afterMatch: 'SKIP TO LAST C' }),
  spelled('the shorter of two matches that begin together comes first and skips the other', 'A B+? C', [is('A', 'a'), is('B', 'b', 'c'), is('C', 'c')], 'abcbc', 'a,b,c | 1 | 3'),
  spelled('SKIP TO NEXT ROW takes away all that began with the match', 'A B+? C', [is('A', 'a', 'b'), is('B', 'b', 'c'), is('C', 'c')], 'abbcbcc', 'a,b,b,c | 1 | 4\nb,b,c | 2 | 4\nb,c,b,c | 3 | 6\nb,c,c | 5 | 7', { afterMatch: 'SKIP TO NEXT ROW' }),
  spelled('a match that began later waits for one that began before', 'A X+? C', [is('A', 'a'), is('C', 'c')], 'aabc', 'a,a,b,c | 1 | 4'),
  spelled('within: the last row comes before the time is over', 'A B+? C', abc, 'abbcabbbc', 'a,b,b,c | 1 | 4', { withinMs: 4000 }),
  spelled('within: exactly the time is too long', 'A B C', abc, 'abc', '', { withinMs: 2000 }),
  spelled('within: a match that was held back comes out when the earlier one is out of time', 'A X+? C D', [is('A', 'a'), is('C', 'c'), is('D', 'd')], 'axaacdxxxxxxx', 'a,x,a,a,c,d | 1 | 6', { withinMs: 8000 }),
  {
    name: 'a variable without rows gives NULL and counts none, and an expression computes with what there is',
    config: {
      partitionBy: ['k'],
      orderBy,
      pattern: 'A B? C',
      define: [{ name: 'B', expression: 'price < 5' }, { name: 'C', expression: 'price > 10' }],
      measures: [
        { name: 'b', expression: 'B.price' },
        { name: 'counted', expression: 'COUNT(B.price)' },
        { name: 'summed', expression: 'SUM(B.price)' },
        { name: 'difference', expression: 'C.price - COALESCE(B.price, A.price)' },
        { name: 'averaged', expression: 'AVG(price)' },
        { name: 'said', expression: "UPPER(k) || CAST(FIRST(price) AS STRING)" },
      ],
    },
    inputs,
    schema: 'k STRING, b BIGINT, counted BIGINT NOT NULL, summed BIGINT, difference BIGINT, averaged BIGINT, said STRING',
    steps: [rows('1000 | x | 7\n2000 | x | 4\n3000 | x | 12\n4000 | x | 8\n5000 | x | 13')],
    expect: { out: 'k | b | counted | summed | difference | averaged | said\nx | 4 | 1 | 4 | 8 | 7 | X7\nx | null | 0 | null | 5 | 10 | X8' },
  },
  {
    name: 'FIRST and LAST count rows of their variable inwards',
    config: {
      partitionBy: [],
      orderBy,
      pattern: 'A B{3} C',
      define: [{ name: 'C', expression: 'price = 0' }],
      measures: ['FIRST(B.price)', 'FIRST(B.price, 1)', 'FIRST(B.price, 3)', 'LAST(B.price)', 'LAST(B.price, 1)', 'LAST(B.price, 2)', 'LAST(price, 1)', 'FIRST(price, 1)', 'LAST(B.price * 2 + 1, 1)'].map((expression, i) => ({ name: `m${i}`, expression })),
    },
    inputs,
    steps: [rows('1000 | x | 1\n2000 | x | 2\n3000 | y | 3\n4000 | x | 4\n5000 | z | 0')],
    expect: { out: 'm0 | m1 | m2 | m3 | m4 | m5 | m6 | m7 | m8\n2 | 3 | null | 4 | 3 | 2 | 4 | 2 | 7' },
  },
  {
    name: 'a condition looks back at its own rows and at other variables',
    config: {
      partitionBy: ['k'],
      orderBy,
      pattern: 'A UP+ DOWN+? E',
      define: [
        { name: 'UP', expression: 'UP.price > COALESCE(LAST(UP.price, 1), A.price)' },
        { name: 'DOWN', expression: 'DOWN.price < LAST(UP.price) AND COUNT(DOWN.price) <= 2' },
        { name: 'E', expression: 'E.price < FIRST(UP.price) AND SUM(E.price) < MAX(UP.price) + AVG(DOWN.price)' },
      ],
      measures: [{ name: 'top', expression: 'LAST(UP.price)' }, { name: 'ups', expression: 'COUNT(UP.price)' }, { name: 'downs', expression: 'COUNT(DOWN.price)' }, { name: 'e', expression: 'E.price' }],
    },
    inputs,
    steps: [rows('1000 | x | 5\n2000 | x | 6\n3000 | x | 9\n4000 | x | 8\n5000 | x | 4\n6000 | x | 5\n7000 | x | 7\n8000 | x | 6\n9000 | x | 6\n10000 | x | 1')],
    expect: { out: 'k | top | ups | downs | e\nx | 9 | 2 | 1 | 4\nx | 7 | 1 | 1 | 6' },
  },
  {
    name: 'rows are matched in order of time, and those of one time by the further order, then as they came',
    config: {
      partitionBy: [],
      orderBy: [{ column: 'ts' }, { column: 'price', direction: 'DESC' }],
      pattern: 'A B C',
      define: [],
      measures: [{ name: 'text', expression: 'LISTAGG(k)' }],
    },
    inputs,
    steps: [rows('3000 | e | 1\n1000 | b | 5\n1000 | a | 7\n3000 | d | 2\n1000 | c | 5\n3000 | f | 1')],
    expect: { out: 'text\na,b,c\nd,e,f' },
  },
  {
    name: 'rows wait for the watermark; one that is behind it is dropped and counted',
    config: { partitionBy: [], orderBy, pattern: 'A B', define: [], measures: [{ name: 'text', expression: 'LISTAGG(k)' }, { name: 'at', expression: 'MATCH_ROWTIME(ts)' }] },
    inputs,
    schema: 'text STRING, at TIMESTAMP(3) NOT NULL EVENT',
    steps: [rows('2000 | b | 1\n1000 | a | 1\n4000 | d | 1'), { watermark: 2000 }, rows('1500 | late | 1\n2000 | late2 | 1\n2001 | c | 1'), { watermark: 5000 }],
    expect: { out: 'text | at\na,b | 1970-01-01 00:00:02.000\nc,d | 1970-01-01 00:00:04.000' },
    lateRows: 2,
  },
  {
    name: 'NULL is a key of its own, and a condition that is NULL takes no row',
    config: { partitionBy: ['k'], orderBy, pattern: 'A B', define: [{ name: 'B', expression: 'price > A.price' }], measures: [{ name: 'a', expression: 'A.price' }, { name: 'b', expression: 'B.price' }] },
    inputs,
    steps: [rows('1000 | null | 1\n2000 | x | 1\n3000 | null | 2\n4000 | x | null\n5000 | x | 3\n6000 | x | 4')],
    expect: { out: 'k | a | b\nnull | 1 | 2\nx | 3 | 4' },
  },
  {
    name: 'TIMESTAMP_LTZ is event time too',
    config: { partitionBy: [], orderBy, pattern: 'A B', define: [], measures: [{ name: 'at', expression: 'MATCH_ROWTIME()' }, { name: 'k', expression: 'B.k' }] },
    inputs: { in: 'ts TIMESTAMP_LTZ(3) EVENT, k STRING' },
    schema: 'at TIMESTAMP_LTZ(3) NOT NULL EVENT, k STRING',
    steps: [{ rows: 'ts | k\n1000 | a\n2000 | b' }],
    expect: { out: 'at | k\n2000 | b' },
  },
  {
    name: 'aggregates of many kinds look at the rows of a variable',
    config: {
      partitionBy: [],
      orderBy,
      pattern: 'A+ B',
      define: [{ name: 'A', expression: 'price > 0' }, { name: 'B', expression: 'price = 0' }],
      measures: ['SUM(A.price)', 'AVG(A.price)', 'MIN(A.k)', 'MAX(A.k)', 'COUNT(A.k)', 'SUM(A.price * A.price)', 'STDDEV_POP(A.price)', 'FIRST_VALUE(A.k)', 'LAST_VALUE(A.k)', "LISTAGG(A.k, '-')", 'COUNT(*)'].map((expression, i) => ({ name: `m${i}`, expression })),
    },
    inputs,
    steps: [rows('1000 | b | 1\n2000 | null | 2\n3000 | a | 6\n4000 | c | 0')],
    expect: { out: 'm0 | m1 | m2 | m3 | m4 | m5 | m6 | m7 | m8 | m9 | m10\n9 | 3 | a | b | 2 | 41 | 2 | b | a | b-a | 4' },
  },
  {
    name: 'names that are words of SQL or no words at all',
    config: {
      partitionBy: ['group_by'],
      orderBy: [{ column: 'time' }],
      pattern: '`SELECT` `ä b`+? `Select`',
      define: [{ name: 'Select', expression: '`Select`.`order` > `ä b`.`order`' }],
      measures: [{ name: 'from', expression: '`SELECT`.`order`' }, { name: 'to', expression: '`ä b`.`order` + `Select`.`order`' }],
    },
    inputs: { in: 'time TIMESTAMP(3) EVENT, order INT, group_by STRING' },
    steps: [{ rows: 'time | order | group_by\n1 | 1 | x\n2 | 2 | x\n3 | 3 | x' }],
    expect: { out: 'group_by | from | to\nx | 1 | 5' },
  },
  {
    name: 'a condition may look at a variable that comes later, which has no rows yet',
    config: {
      partitionBy: [],
      orderBy,
      pattern: 'A{1}? B+? C',
      define: [{ name: 'A', expression: 'C.price IS NULL AND COUNT(C.price) = 0 AND A.price > 0' }, { name: 'B', expression: 'B.price > LAST(B.price, 1) OR LAST(B.price, 1) IS NULL' }, { name: 'C', expression: 'C.price < A.price' }],
      measures: [{ name: 'one', expression: '1' }, { name: 'text', expression: 'LISTAGG(k)' }],
    },
    inputs,
    steps: [rows('1000 | a | 0\n2000 | b | 5\n3000 | c | 3\n4000 | d | 4\n5000 | e | 2')],
    expect: { out: 'one | text\n1 | b,c,d' },
  },
  {
    name: 'functions look at values of one row, and CASE takes some rows of a variable',
    config: {
      partitionBy: [],
      orderBy,
      pattern: 'A+ B',
      define: [{ name: 'A', expression: 'price > 0' }, { name: 'B', expression: 'price = 0' }],
      measures: [
        { name: 'low', expression: 'COUNT(CASE WHEN A.price < 3 THEN 1 END)' },
        { name: 'text', expression: "LAST(UPPER(A.k) || '!', 1)" },
        { name: 'day', expression: "DATE_FORMAT(FIRST(ts), 'ss')" },
        { name: 'kind', expression: "CASE WHEN COUNT(A.price) > 2 THEN 'many' ELSE 'few' END" },
      ],
    },
    inputs,
    steps: [rows('1000 | b | 1\n2000 | x | 2\n3000 | a | 6\n4000 | c | 0')],
    expect: { out: 'low | text | day | kind\n2 | X! | 01 | many' },
  },
  {
    name: 'elements of arrays belong to variables too, and a ROW is passed on whole',
    config: {
      partitionBy: [],
      orderBy,
      pattern: 'A B',
      define: [{ name: 'B', expression: 'list[1] = 7 AND B.list[2] > A.list[2]' }],
      measures: [{ name: 'e', expression: 'LAST(B.list[2])' }, { name: 'r', expression: 'A.r' }],
    },
    inputs: { in: 'ts TIMESTAMP(3) EVENT, r ROW<x INT>, list ARRAY<INT>' },
    steps: [{ rows: 'ts | r | list\n1000 | {"x":2} | [7,1]\n2000 | {"x":1} | [7,2]\n3000 | {"x":4} | [7,3]' }],
    expect: { out: 'e | r\n2 | {"x":2}' },
  },
]

const problem = (name: string, more: JsonObject, ...problems: readonly string[]): ProblemCase => ({
  name,
  config: { partitionBy: ['k'], orderBy, pattern: 'A B', define: [], measures: [{ name: 'x', expression: 'A.price' }], ...more },
  inputs,
  problems,
})
const condition = (expression: string) => ({ define: [{ name: 'B', expression }] })
const measure = (expression: string) => ({ measures: [{ name: 'x', expression }] })

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for what a match cannot do without', config: {}, inputs, problems: ['MR-103 partitionBy', 'MR-103 orderBy', 'MR-103 pattern', 'MR-103 define', 'MR-103 measures'] },
  problem('knows only its input', { partitionBy: ['q'], orderBy: [{ column: 't' }] }, 'MR-111 partitionBy[0]', 'MR-111 orderBy[0].column'),
  problem('orders by time first, forwards', { orderBy: [{ column: 'price' }, { column: 'ts' }] }, 'MR-194 orderBy[0].column: `ts`'),
  problem('orders by time first, not backwards', { orderBy: [{ column: 'ts', direction: 'DESC' }] }, 'MR-194 orderBy[0].direction'),
  problem('needs a pattern', { pattern: ' ' }, 'MR-192 pattern: There is no pattern', 'MR-210 measures[0].expression'),
  problem('refuses alternation', { pattern: 'A | B' }, 'MR-192 pattern: Alternation'),
  problem('refuses PERMUTE', { pattern: 'PERMUTE(A, B)' }, 'MR-192 pattern: PERMUTE'),
  problem('refuses exclusion', { pattern: 'A {- B -} C' }, 'MR-192 pattern: Exclusion'),
  problem('refuses anchors', { pattern: '^ A B' }, 'MR-192 pattern: The anchor'),
  problem('refuses a quantifier behind a group', { pattern: '(A B)+ C' }, 'MR-192 pattern: A quantifier behind a group'),
  problem('refuses a reluctant ?', { pattern: 'A?? B' }, 'MR-192 pattern: A reluctant "??"'),
  problem('refuses greed at the end', { pattern: 'A B+' }, 'MR-192 pattern: Write B+?,'),
  problem('refuses an optional variable behind a greedy one', { pattern: 'A+ B* C' }, 'MR-192 pattern: Make A reluctant'),
  problem('refuses a variable that stands twice', { pattern: 'A B A' }, 'MR-192 pattern: stands in the pattern twice'),
  problem('refuses a pattern without a row', { pattern: 'A? B*?' }, 'MR-192 pattern: At least one variable must need a row'),
  problem('refuses quantifiers that are none', { pattern: 'A{3,2} B' }, 'MR-192 pattern: at least 3 rows and at most 2'),
  problem('refuses no rows at all', { pattern: 'A B{0} C' }, 'MR-192 pattern: no rows at all'),
  problem('wants parentheses closed', { pattern: 'A (B C' }, 'MR-192 pattern: not closed'),
  problem('goes on after a match as Flink can', { afterMatch: 'SKIP' }, 'MR-193 afterMatch'),
  problem('skips to a variable there is', { afterMatch: 'SKIP TO LAST Q' }, 'MR-195 afterMatch'),
  problem('does not skip to where it began', { afterMatch: 'SKIP TO FIRST A' }, 'MR-197 afterMatch'),
  problem('defines variables of the pattern, once', { define: [{ name: 'Q', expression: 'TRUE' }, { name: 'B', expression: 'TRUE' }, { name: 'B', expression: 'TRUE' }] }, 'MR-195 define[0].name', 'MR-196 define[2].name'),
  problem('names columns once', { measures: [{ name: 'k', expression: 'A.price' }, { name: '', expression: 'B.price' }] }, 'MR-112 measures[0].name', 'MR-113 measures[1].name'),
  problem('wants a condition', condition('B.price + 1'), 'MR-216 define[0].expression'),
  problem('wants a type', measure('NULL'), 'MR-214 measures[0].expression'),
  problem('knows its variables and columns', condition('Quux.price = 1 AND B.price = 2'), 'MR-210 define[0].expression: Its variables are A, B'),
  problem('knows columns of variables', measure('A.prise'), 'MR-210 measures[0].expression'),
  problem('looks at one variable in a function', measure('SUM(A.price * B.price)'), 'MR-213 measures[0].expression: one variable'),
  problem('mixes no bare column with a variable in a function', measure('LAST(A.price + price)'), 'MR-213 measures[0].expression: one variable'),
  problem('puts no such function into another', measure('SUM(LAST(A.price))'), 'MR-213 measures[0].expression: LAST cannot stand inside'),
  problem('counts rows inwards with a number', measure('LAST(A.price, B.price)'), 'MR-213 measures[0].expression: a number of rows'),
  problem('refuses DISTINCT', measure('COUNT(DISTINCT A.price)'), 'MR-218 measures[0].expression'),
  problem('refuses FILTER', measure('COUNT(A.price) FILTER (WHERE A.price > 1)'), 'MR-218 measures[0].expression: CASE WHEN'),
  problem('refuses PREV', condition('B.price > PREV(B.price)'), 'MR-218 define[0].expression: LAST(variable.column, 1)'),
  problem('tells the time of a match in measures alone', condition('MATCH_ROWTIME() > ts'), 'MR-218 define[0].expression'),
  problem('tells the time that rows are ordered by', measure('MATCH_ROWTIME(price)'), 'MR-213 measures[0].expression'),
]
