import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'ts TIMESTAMP(3) EVENT, key STRING, v BIGINT'
const inputs = { in: input }
const sum = [{ name: 'total', expression: 'SUM(v)' }]
const rows = (text: string) => ({ rows: `ts | key | v\n${text}` })
const changes = (text: string) => ({ rows: `op | ts | key | v\n${text}` })
const tumble10 = { type: 'tumble', timeColumn: 'ts', sizeMs: 10 }
const windowed = 'window_start | window_end | window_time'

export const cases: readonly OperatorCase[] = [
  {
    name: 'sums per key in tumbling windows, drops the late row, and closes what is open at the end (WIN-2)',
    config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 10_000 }, groupBy: ['key'], aggregates: sum },
    inputs,
    schema:
      'key STRING, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT, total BIGINT',
    steps: [
      rows('1000 | A | 1'),
      rows('9000 | A | 2'),
      { watermark: 7000 },
      rows('12500 | A | 4'),
      { watermark: 10_500 },
      rows('8000 | A | 8   -- late'),
      rows('21000 | B | 16'),
      { watermark: 19_000 },
    ],
    expect: {
      out: `
        key | ${windowed} | total
        A | 0     | 10000 | 9999  | 3
        A | 10000 | 20000 | 19999 | 4
        B | 20000 | 30000 | 29999 | 16`,
      late: 'ts | key | v\n8000 | A | 8',
    },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'takes a row behind the watermark as long as its window is open, to the millisecond',
    config: { window: tumble10, groupBy: [], aggregates: sum },
    inputs,
    steps: [{ watermark: 8 }, rows('1 | a | 1'), { watermark: 9 }, rows('9 | a | 2   -- late: fired at W = 9\n10 | a | 4')],
    expect: { out: `${windowed} | total\n0 | 10 | 9 | 1\n10 | 20 | 19 | 4`, late: 'ts | key | v\n9 | a | 2' },
    lateRows: 1,
  },
  {
    name: 'counts a row of a fired slice in the hopping windows that are still open (WIN-3)',
    config: { window: { type: 'hop', timeColumn: 'ts', sizeMs: 20, slideMs: 10 }, groupBy: [], aggregates: sum },
    inputs,
    steps: [
      rows('5 | a | 1'),
      { watermark: 9 },
      rows('7 | a | 2   -- slice fired, last window not'),
      { watermark: 19 },
      rows('6 | a | 4   -- late'),
      { watermark: 29 },
    ],
    expect: { out: `${windowed} | total\n-10 | 10 | 9 | 1\n0 | 20 | 19 | 3`, late: 'ts | key | v\n6 | a | 4' },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'merges the slices of a hopping window by key, in order of first appearance',
    config: { window: { type: 'hop', timeColumn: 'ts', sizeMs: 30, slideMs: 10 }, groupBy: ['key'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, ...sum] },
    inputs,
    steps: [rows('1 | a | 1\n2 | b | 2\n11 | c | 4\n12 | a | 8\n21 | b | 16')],
    expect: {
      out: `
        key | ${windowed} | n | total
        a | -20 | 10 | 9  | 1 | 1
        b | -20 | 10 | 9  | 1 | 2
        a | -10 | 20 | 19 | 2 | 9
        b | -10 | 20 | 19 | 1 | 2
        c | -10 | 20 | 19 | 1 | 4
        a | 0   | 30 | 29 | 2 | 9
        b | 0   | 30 | 29 | 2 | 18
        c | 0   | 30 | 29 | 1 | 4
        c | 10  | 40 | 39 | 1 | 4
        a | 10  | 40 | 39 | 1 | 8
        b | 10  | 40 | 39 | 1 | 16
        b | 20  | 50 | 49 | 1 | 16`,
    },
    ordered: true,
  },
  {
    name: 'gives a cumulating result at every step after the first row of a key, with or without new rows (WIN-4)',
    config: { window: { type: 'cumulate', timeColumn: 'ts', sizeMs: 6, stepMs: 2 }, groupBy: ['key'], aggregates: sum },
    inputs,
    steps: [rows('1 | a | 1\n3 | b | 5'), { watermark: 1 }, { watermark: 3 }, rows('5 | a | 10'), { watermark: 5 }],
    expect: {
      out: `
        key | ${windowed} | total
        a | 0 | 2 | 1 | 1
        a | 0 | 4 | 3 | 1
        b | 0 | 4 | 3 | 5
        a | 0 | 6 | 5 | 11
        b | 0 | 6 | 5 | 5`,
    },
    ordered: true,
  },
  {
    name: 'adds a row of a fired step to the steps that are still to come',
    config: { window: { type: 'cumulate', timeColumn: 'ts', sizeMs: 6, stepMs: 2 }, groupBy: [], aggregates: sum },
    inputs,
    steps: [rows('1 | a | 1'), { watermark: 3 }, rows('0 | a | 2   -- behind two steps'), { watermark: 5 }, rows('4 | a | 4   -- late'), rows('6 | a | 8')],
    expect: {
      out: `${windowed} | total\n0 | 2 | 1 | 1\n0 | 4 | 3 | 1\n0 | 6 | 5 | 3\n6 | 8 | 7 | 8\n6 | 10 | 9 | 8\n6 | 12 | 11 | 8`,
      late: 'ts | key | v\n4 | a | 4',
    },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'keeps rows exactly one gap apart in one session, and parts them beyond (WIN-5)',
    config: { window: { type: 'session', timeColumn: 'ts', gapMs: 10 }, groupBy: ['key'], aggregates: sum },
    inputs,
    steps: [rows('0 | touch | 1\n0 | apart | 1\n10 | touch | 2\n11 | apart | 2')],
    expect: {
      out: `
        key | ${windowed} | total
        apart | 0  | 10 | 9  | 1
        touch | 0  | 20 | 19 | 3
        apart | 11 | 21 | 20 | 2`,
    },
    ordered: true,
  },
  {
    name: 'parts sessions by all the columns of the group, NULL being a value of each',
    config: { window: { type: 'session', timeColumn: 'ts', gapMs: 10 }, groupBy: ['key', 'v'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, ...sum] },
    inputs,
    steps: [rows('0 | a | 1\n4 | a | 2\n6 | null | 1\n8 | a | null\n10 | a | 1\n12 | null | null\n15 | null | 1\n17 | a | null\n21 | a | 1\n30 | null | null')],
    expect: {
      out: `
        key  | v    | ${windowed} | n | total
        a    | 2    | 4  | 14 | 13 | 1 | 2
        a    | 1    | 0  | 20 | 19 | 2 | 2
        null | null | 12 | 22 | 21 | 1 | null
        null | 1    | 6  | 25 | 24 | 2 | 2
        a    | null | 8  | 27 | 26 | 2 | null
        a    | 1    | 21 | 31 | 30 | 1 | 1
        null | null | 30 | 40 | 39 | 1 | null`,
    },
  },
  {
    name: 'takes a row behind the watermark when the session it is in ends after it (WIN-5)',
    config: { window: { type: 'session', timeColumn: 'ts', gapMs: 10 }, groupBy: ['key'], aggregates: sum },
    inputs,
    steps: [{ watermark: 15 }, rows('4 | alone | 1   -- late: [4,14)\n8 | open | 2   -- [8,18)\n4 | open | 4   -- merges to [4,18)')],
    expect: { out: `key | ${windowed} | total\nopen | 4 | 18 | 17 | 6`, late: 'ts | key | v\n4 | alone | 1' },
    lateRows: 1,
  },
  {
    name: 'makes one session of two when a row closes the gap between them',
    config: {
      window: { type: 'session', timeColumn: 'ts', gapMs: 10 },
      groupBy: ['key'],
      aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'low', expression: 'MIN(v)' }, { name: 'kinds', expression: 'COUNT(DISTINCT v)' }],
    },
    inputs,
    steps: [rows('0 | a | 1\n18 | a | 2\n40 | a | 1\n0 | b | 9'), rows('9 | a | 2   -- bridges [0,10) and [18,28)'), { watermark: 27 }, rows('30 | a | 3')],
    expect: {
      out: `
        key | ${windowed} | n | low | kinds
        b | 0  | 10 | 9  | 1 | 9 | 1
        a | 0  | 28 | 27 | 3 | 1 | 2
        a | 30 | 50 | 49 | 2 | 1 | 2`,
    },
    ordered: true,
  },
  {
    name: 'reopens a key after its session has ended',
    config: { window: { type: 'session', timeColumn: 'ts', gapMs: 5 }, groupBy: ['key'], aggregates: sum },
    inputs,
    steps: [rows('0 | a | 1'), { watermark: 4 }, rows('3 | a | 2   -- the session is over: [3,8)'), { watermark: 7 }, rows('20 | a | 4')],
    expect: { out: `key | ${windowed} | total\na | 0 | 5 | 4 | 1\na | 3 | 8 | 7 | 2\na | 20 | 25 | 24 | 4` },
    ordered: true,
  },
  {
    name: 'treats NULL keys as one group, and passes over NULL values',
    config: { window: tumble10, groupBy: ['key'], aggregates: [...sum, { name: 'n', expression: 'COUNT(v)' }, { name: 'rows', expression: 'COUNT(*)' }] },
    inputs,
    steps: [rows('1 | null | 1\n2 | null | 2\n3 | a | null\n4 | "null" | 8')],
    expect: { out: `key | ${windowed} | total | n | rows\nnull | 0 | 10 | 9 | 3 | 2 | 2\na | 0 | 10 | 9 | null | 0 | 1\n"null" | 0 | 10 | 9 | 8 | 1 | 1` },
    ordered: true,
  },
  {
    name: 'wraps a BIGINT sum silently',
    config: { window: tumble10, groupBy: [], aggregates: sum },
    inputs,
    steps: [rows('1 | a | 9223372036854775807\n2 | a | 1'), rows('11 | a | 1')],
    expect: { out: `${windowed} | total\n0 | 10 | 9 | -9223372036854775808\n10 | 20 | 19 | 1` },
  },
  {
    name: 'groups by wide BIGINT keys without mixing neighbours',
    config: { window: tumble10, groupBy: ['v'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] },
    inputs,
    steps: [rows('1 | a | 5\n2 | a | 0'), rows('3 | a | 9007199254740993\n4 | a | 9007199254740992\n5 | a | 5'), rows('6 | a | 9007199254740993\n7 | a | 0')],
    expect: { out: `v | ${windowed} | n\n5 | 0 | 10 | 9 | 2\n0 | 0 | 10 | 9 | 2\n9007199254740993 | 0 | 10 | 9 | 2\n9007199254740992 | 0 | 10 | 9 | 1` },
    ordered: true,
  },
  {
    name: 'cuts time before 1970 like time after it (WIN-1)',
    config: { window: { ...tumble10, offsetMs: 3 }, groupBy: [], aggregates: sum },
    inputs,
    steps: [rows('-8 | a | 1\n-7 | a | 2\n2 | a | 4\n3 | a | 8\n12 | a | 16\n13 | a | 32')],
    expect: { out: `${windowed} | total\n-17 | -7 | -8 | 1\n-7 | 3 | 2 | 6\n3 | 13 | 12 | 24\n13 | 23 | 22 | 32` },
    ordered: true,
  },
  {
    name: 'takes a negative offset (WIN-1)',
    config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 600_000, offsetMs: -240_000 }, groupBy: [], aggregates: sum },
    inputs,
    steps: [rows('2021-06-30 00:00:04.000 | a | 1')],
    expect: { out: `${windowed} | total\n2021-06-29 23:56:00.000 | 2021-06-30 00:06:00.000 | 2021-06-30 00:05:59.999 | 1` },
  },
  {
    name: 'gives the distinct groups when there are no aggregates',
    config: { window: tumble10, groupBy: ['key', 'v'], aggregates: [] },
    inputs,
    schema: 'key STRING, v BIGINT, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT',
    steps: [rows('1 | a | 1\n2 | a | 2\n3 | a | 1\n4 | null | 1\n5 | null | null')],
    expect: { out: `key | v | ${windowed}\na | 1 | 0 | 10 | 9\na | 2 | 0 | 10 | 9\nnull | 1 | 0 | 10 | 9\nnull | null | 0 | 10 | 9` },
    ordered: true,
  },
  {
    name: 'computes with results and group columns',
    config: {
      window: tumble10,
      groupBy: ['key'],
      aggregates: [{ name: 'mean', expression: 'SUM(v) / COUNT(*)' }, { name: 'odd', expression: 'COUNT(*) FILTER (WHERE MOD(v, 2) = 1)' }, { name: 'v', expression: 'MAX(v * 10)' }],
    },
    inputs,
    steps: [rows('1 | a | 1\n2 | a | 2\n3 | a | 5\n4 | b | 4')],
    expect: { out: `key | ${windowed} | mean | odd | v\na | 0 | 10 | 9 | 2 | 2 | 50\nb | 0 | 10 | 9 | 4 | 0 | 40` },
  },
  {
    name: 'aggregates several grouping sets at once, with NULL for columns that a set leaves out',
    config: { window: tumble10, groupBy: ['key', 'v'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }], groupingSets: [['key', 'v'], ['key'], []] },
    inputs,
    schema: 'key STRING, v BIGINT, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT, n BIGINT NOT NULL',
    steps: [rows('1 | a | 1\n2 | a | 2\n3 | b | 1'), { watermark: 9 }, rows('4 | a | 1   -- late')],
    expect: {
      out: `
        key  | v    | ${windowed} | n
        a    | 1    | 0 | 10 | 9 | 1
        a    | 2    | 0 | 10 | 9 | 1
        b    | 1    | 0 | 10 | 9 | 1
        a    | null | 0 | 10 | 9 | 2
        b    | null | 0 | 10 | 9 | 1
        null | null | 0 | 10 | 9 | 3`,
      late: 'ts | key | v\n4 | a | 1',
    },
    lateRows: 1,
  },
  {
    name: 'groups by the windows that rows carry (cascade)',
    config: { groupBy: ['key'], aggregates: [{ name: 'peak', expression: 'MAX(n)' }] },
    inputs: { in: 'key STRING, id INT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3) EVENT, n BIGINT' },
    schema: 'key STRING, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL EVENT, peak BIGINT',
    steps: [
      { rows: `key | id | ${windowed} | n\na | 1 | 0 | 10 | 9 | 5\na | 2 | 0 | 10 | 9 | 7\nb | 1 | 0 | 10 | 9 | 1\na | 1 | 5 | 10 | 9 | 2` },
      { watermark: 9 },
      { rows: `key | id | ${windowed} | n\na | 3 | 0 | 10 | 9 | 100   -- late\na | 3 | 10 | 20 | 19 | 3` },
    ],
    expect: {
      out: `key | ${windowed} | peak\na | 0 | 10 | 9 | 7\nb | 0 | 10 | 9 | 1\na | 5 | 10 | 9 | 2\na | 10 | 20 | 19 | 3`,
      late: `key | id | ${windowed} | n\na | 3 | 0 | 10 | 9 | 100`,
    },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'corrects a result for rows within the allowed lateness, and drops later ones (WIN-6)',
    config: { window: tumble10, groupBy: ['key'], aggregates: sum, allowedLatenessMs: 5 },
    inputs,
    steps: [rows('3 | a | 1\n3 | b | 100'), { watermark: 9 }, rows('4 | a | 2   -- corrects at once'), { watermark: 13 }, rows('5 | a | 4\n6 | c | 8'), { watermark: 14 }, rows('5 | a | 16   -- late')],
    expect: {
      out: `
        key | ${windowed} | total
        a | 0 | 10 | 9 | 1
        b | 0 | 10 | 9 | 100
        a | 0 | 10 | 9 | 3
        a | 0 | 10 | 9 | 7
        c | 0 | 10 | 9 | 8`,
      late: 'ts | key | v\n5 | a | 16',
    },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'corrects exactly those hopping windows that have fired and are not closed',
    config: { window: { type: 'hop', timeColumn: 'ts', sizeMs: 20, slideMs: 10 }, groupBy: [], aggregates: sum, allowedLatenessMs: 5 },
    inputs,
    steps: [rows('5 | a | 1'), { watermark: 9 }, rows('5 | a | 2   -- corrects [-10,10)'), { watermark: 14 }, rows('5 | a | 4   -- [-10,10) is closed, [0,20) open'), { watermark: 19 }, rows('15 | a | 8   -- corrects [0,20)')],
    expect: { out: `${windowed} | total\n-10 | 10 | 9 | 1\n-10 | 10 | 9 | 3\n0 | 20 | 19 | 7\n0 | 20 | 19 | 15\n10 | 30 | 29 | 8` },
    ordered: true,
  },
  {
    name: 'corrects steps of a cumulating window within the allowed lateness',
    config: { window: { type: 'cumulate', timeColumn: 'ts', sizeMs: 4, stepMs: 2 }, groupBy: [], aggregates: sum, allowedLatenessMs: 10 },
    inputs,
    steps: [rows('1 | a | 1\n3 | a | 2'), { watermark: 3 }, rows('0 | a | 4   -- corrects both steps')],
    expect: { out: `${windowed} | total\n0 | 2 | 1 | 1\n0 | 4 | 3 | 3\n0 | 2 | 1 | 5\n0 | 4 | 3 | 7` },
    ordered: true,
  },
  {
    name: 'corrects a session within the allowed lateness, and takes it up again when it grows',
    config: { window: { type: 'session', timeColumn: 'ts', gapMs: 10 }, groupBy: ['key'], aggregates: sum, allowedLatenessMs: 8 },
    inputs,
    steps: [rows('0 | a | 1'), { watermark: 9 }, rows('0 | a | 2   -- corrects [0,10)'), { watermark: 12 }, rows('8 | a | 4   -- grows to [0,18)'), { watermark: 17 }, { watermark: 25 }, rows('9 | a | 8   -- [9,19) is past but not closed\n7 | b | 16   -- late')],
    expect: { out: `key | ${windowed} | total\na | 0 | 10 | 9 | 1\na | 0 | 10 | 9 | 3\na | 0 | 18 | 17 | 7\na | 9 | 19 | 18 | 8`, late: 'ts | key | v\n7 | b | 16' },
    lateRows: 1,
    ordered: true,
  },
  {
    name: 'aligns windows over TIMESTAMP_LTZ in the session time zone',
    config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 86_400_000 }, groupBy: [], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] },
    inputs: { in: 'ts TIMESTAMP_LTZ(3) EVENT' },
    timeZone: 'Asia/Tokyo',
    schema: 'window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP_LTZ(3) NOT NULL EVENT, n BIGINT NOT NULL',
    steps: [{ rows: 'ts\n2026-01-01 14:59:59.999Z\n2026-01-01 15:00:00.000Z\n2026-01-02 14:00:00.000Z' }, { watermark: Date.UTC(2026, 0, 1, 14, 59, 59, 998) }, { watermark: Date.UTC(2026, 0, 1, 14, 59, 59, 999) }],
    expect: {
      out: `
        ${windowed} | n
        2026-01-01 00:00:00.000 | 2026-01-02 00:00:00.000 | 2026-01-01 14:59:59.999Z | 1
        2026-01-02 00:00:00.000 | 2026-01-03 00:00:00.000 | 2026-01-02 14:59:59.999Z | 2`,
    },
    ordered: true,
  },
  {
    name: 'puts both passes of a repeated hour into one window, and fires it after the second',
    config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 3_600_000 }, groupBy: [], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] },
    inputs: { in: 'ts TIMESTAMP_LTZ(3) EVENT' },
    timeZone: 'America/Los_Angeles',
    // 2021-11-07 01:00 to 02:00 happens at 08:00Z and again at 09:00Z.
    steps: [
      { rows: 'ts\n2021-11-07 08:30:00.000Z' },
      { watermark: Date.UTC(2021, 10, 7, 9, 0) },
      { rows: 'ts\n2021-11-07 09:30:00.000Z' },
      { watermark: Date.UTC(2021, 10, 7, 9, 59, 59, 999) },
      { rows: 'ts\n2021-11-07 09:45:00.000Z   -- late' },
    ],
    expect: {
      out: `${windowed} | n\n2021-11-07 01:00:00.000 | 2021-11-07 02:00:00.000 | 2021-11-07 08:59:59.999Z | 2`,
      late: 'ts\n2021-11-07 09:45:00.000Z',
    },
    lateRows: 1,
  },
  {
    name: 'windows processing time by the clock, and leaves open windows open at the end',
    config: { window: { type: 'tumble', timeColumn: 'p', sizeMs: 10 }, groupBy: ['key'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] },
    inputs: { in: 'key STRING, p TIMESTAMP_LTZ(3) PROCESSING' },
    schema: 'key STRING, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP_LTZ(3) NOT NULL PROCESSING, n BIGINT NOT NULL',
    steps: [
      { processingTime: 101 },
      { rows: 'key | p\na | 0\nb | 0' },
      { processingTime: 105 },
      { rows: 'key | p\na | 0' },
      { watermark: 1000 },
      { processingTime: 109 },
      { processingTime: 125 },
      { rows: 'key | p\na | 0' },
    ],
    expect: { out: `key | ${windowed} | n\na | 100 | 110 | 109 | 2\nb | 100 | 110 | 109 | 1` },
  },
  {
    name: 'ends processing-time sessions by the clock',
    config: { window: { type: 'session', timeColumn: 'p', gapMs: 10 }, groupBy: ['key'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] },
    inputs: { in: 'key STRING, p TIMESTAMP_LTZ(3) PROCESSING' },
    steps: [
      { processingTime: 100 },
      { rows: 'key | p\na | 0' },
      { processingTime: 105 },
      { rows: 'key | p\na | 0' },
      { processingTime: 112 },
      { processingTime: 114 },
      { rows: 'key | p\nb | 0' },
    ],
    expect: { out: `key | ${windowed} | n\na | 100 | 115 | 114 | 2` },
  },
  {
    name: 'changes count in the windows of their own times, and a group that is left without rows gives no result',
    config: { window: tumble10, groupBy: ['key'], aggregates: [...sum, { name: 'n', expression: 'COUNT(*)' }] },
    inputs,
    steps: [
      changes('+I | 1 | a | 1\n+I | 3 | b | 7\n-U | 1 | a | 1\n+U | 2 | a | 5\n-D | 3 | b | 7\n+I | 4 | c | 1\n+I | 4 | c | 2\n-D | 4 | c | 1'),
      { watermark: 9 },
      changes('-U | 2 | a | 5   -- late\n+U | 12 | a | 6'),
    ],
    expect: {
      out: `key | ${windowed} | total | n\na | 0 | 10 | 9 | 5 | 1\nc | 0 | 10 | 9 | 2 | 1\na | 10 | 20 | 19 | 6 | 1`,
      late: 'op | ts | key | v\n-U | 2 | a | 5',
    },
    lateRows: 1,
  },
  {
    name: 'a row that is taken back leaves those hopping windows that have not fired',
    config: { window: { type: 'hop', timeColumn: 'ts', sizeMs: 20, slideMs: 10 }, groupBy: ['key'], aggregates: [...sum, { name: 'least', expression: 'MIN(v)' }, { name: 'values', expression: 'COUNT(DISTINCT v)' }] },
    inputs,
    steps: [
      changes('+I | 5 | a | 3\n+I | 6 | a | 8\n+I | 15 | a | 8\n+I | 7 | b | 1'),
      { watermark: 9 },
      changes('-D | 5 | a | 3\n-D | 7 | b | 1'),
      { watermark: 19 },
      changes('-D | 6 | a | 8   -- late\n-U | 15 | a | 8\n+U | 16 | a | 9'),
    ],
    expect: {
      out: `
        key | ${windowed} | total | least | values
        a | -10 | 10 | 9  | 11 | 3 | 2
        b | -10 | 10 | 9  | 1  | 1 | 1
        a | 0   | 20 | 19 | 16 | 8 | 1
        a | 10  | 30 | 29 | 9  | 9 | 1`,
      late: 'op | ts | key | v\n-D | 6 | a | 8',
    },
    lateRows: 1,
  },
  {
    name: 'a cumulating result goes down when rows are taken back, and pauses while its group has none',
    config: { window: { type: 'cumulate', timeColumn: 'ts', sizeMs: 6, stepMs: 2 }, groupBy: ['key'], aggregates: [{ name: 'most', expression: 'MAX(v)' }, ...sum] },
    inputs,
    steps: [
      changes('+I | 1 | a | 5\n+I | 1 | a | 2\n+I | 1 | b | 1'),
      { watermark: 1 },
      changes('-D | 1 | a | 5\n-D | 1 | b | 1'),
      { watermark: 3 },
      changes('+I | 5 | b | 4'),
    ],
    expect: {
      out: `
        key | ${windowed} | most | total
        a | 0 | 2 | 1 | 5 | 7
        b | 0 | 2 | 1 | 1 | 1
        a | 0 | 4 | 3 | 2 | 2
        a | 0 | 6 | 5 | 2 | 2
        b | 0 | 6 | 5 | 4 | 4`,
    },
  },
  {
    name: 'a session keeps the extent that a row gave it when that row is taken back',
    config: { window: { type: 'session', timeColumn: 'ts', gapMs: 10 }, groupBy: ['key'], aggregates: [...sum, { name: 'n', expression: 'COUNT(*)' }] },
    inputs,
    steps: [changes('+I | 0 | a | 1\n+I | 8 | a | 2\n-D | 8 | a | 2\n+I | 0 | b | 1\n-D | 0 | b | 1\n+I | 0 | c | 3\n-U | 0 | c | 3\n+U | 10 | c | 4')],
    expect: { out: `key | ${windowed} | total | n\na | 0 | 18 | 17 | 1 | 1\nc | 0 | 20 | 19 | 4 | 1` },
  },
  {
    name: 'what only takes rows back gives a result of fewer than none, as on Flink',
    config: { window: tumble10, groupBy: ['key'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, ...sum, { name: 'most', expression: 'MAX(v)' }, { name: 'mean', expression: 'AVG(v)' }] },
    inputs,
    steps: [changes('-D | 1 | a | 5')],
    expect: { out: `key | ${windowed} | n | total | most | mean\na | 0 | 10 | 9 | -1 | -5 | null | 5` },
  },
  {
    name: 'grouping sets lose and keep groups each by their own rows',
    config: { window: tumble10, groupBy: ['key'], aggregates: sum, groupingSets: [['key'], []] },
    inputs,
    steps: [changes('+I | 1 | a | 1\n+I | 2 | b | 2\n-D | 1 | a | 1')],
    expect: { out: `key | ${windowed} | total\nb | 0 | 10 | 9 | 2\nnull | 0 | 10 | 9 | 2` },
  },
  { name: 'gives nothing for an empty input', config: { window: tumble10, groupBy: [], aggregates: sum }, inputs, steps: [{ watermark: 100 }], expect: {} },
]

export const problemCases: readonly ProblemCase[] = [
  {
    name: 'needs a time attribute, and says what it found',
    config: { window: { ...tumble10, timeColumn: 'key' }, groupBy: [], aggregates: sum },
    inputs,
    problems: ['MR-104 window.timeColumn: `key` has type STRING'],
  },
  {
    name: 'needs a watermark on the time column',
    config: { window: tumble10, groupBy: [], aggregates: sum },
    inputs: { in: 'ts TIMESTAMP(3), at TIMESTAMP(3) EVENT, v BIGINT' },
    problems: ['MR-110 window.timeColumn: `at`'],
  },
  {
    name: 'suggests the column that was meant',
    config: { window: { ...tumble10, timeColumn: 'tz' }, groupBy: ['keyy'], aggregates: [{ name: 'n', expression: 'SUM(w)' }] },
    inputs,
    problems: ['MR-111 window.timeColumn: Did you mean `ts`?', 'MR-111 groupBy[0]: Did you mean `key`?', 'MR-210 aggregates[0].expression'],
  },
  {
    name: 'wants whole slices and small offsets',
    config: { window: { type: 'hop', timeColumn: 'ts', sizeMs: 25, slideMs: 10, offsetMs: -25 }, groupBy: [], aggregates: sum },
    inputs,
    problems: ['MR-142 window.slideMs', 'MR-143 window.offsetMs'],
  },
  { name: 'wants whole steps', config: { window: { type: 'cumulate', timeColumn: 'ts', sizeMs: 25, stepMs: 10 }, groupBy: [], aggregates: sum }, inputs, problems: ['MR-142 window.stepMs'] },
  { name: 'needs a window from somewhere', config: { groupBy: [], aggregates: sum }, inputs, problems: ['MR-140 window'] },
  {
    name: 'wants aggregates of columns that are not in the group, and each name once',
    config: { window: tumble10, groupBy: ['key'], aggregates: [{ name: 'key', expression: 'SUM(v)' }, { name: 'x', expression: 'v' }, { name: 'y', expression: 'SUM(v) + v' }] },
    inputs,
    problems: ['MR-112 aggregates[0].name', 'MR-215 aggregates[1].expression', 'MR-156 aggregates[2].expression: MAX(v)'],
  },
  {
    name: 'keeps grouping sets within the group',
    config: { window: tumble10, groupBy: ['key'], aggregates: sum, groupingSets: [['key'], ['v']] },
    inputs,
    problems: ['MR-147 groupingSets[1][0]'],
  },
  {
    name: 'warns that allowed lateness does not go to Flink SQL',
    config: { window: tumble10, groupBy: [], aggregates: sum, allowedLatenessMs: 5 },
    inputs,
    problems: ['MR-149 allowedLatenessMs'],
  },
  {
    name: 'keeps sessions to the group',
    config: { window: { type: 'session', timeColumn: 'ts', gapMs: 5, partitionBy: ['v'] }, groupBy: ['key'], aggregates: sum, groupingSets: [['key'], []] },
    inputs,
    problems: ['MR-146 window.partitionBy', 'MR-157 groupingSets'],
  },
  {
    name: 'advises against cutting carried windows anew',
    config: { window: { ...tumble10 }, groupBy: [], aggregates: [] },
    inputs: { in: 'window_start TIMESTAMP(3), window_end TIMESTAMP(3), ts TIMESTAMP(3) EVENT' },
    problems: ['MR-141 window'],
  },
]
