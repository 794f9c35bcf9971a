import type { JsonObject } from '../../columnar/json.ts'

/** Worked cases of the source: what it reads as a table, or why it fails. Each is read whole, row by row, and with every column left out in turn. */
export interface SourceCase {
  readonly name: string
  readonly config: JsonObject
  /** Files by path, as text. */
  readonly files?: Readonly<Record<string, string>>
  /** Columns as inferred. */
  readonly schema?: string
  readonly rows?: string
  /** Rows that could not be read: `number: reason`. */
  readonly poison?: readonly string[]
  /** Part of the sentence with which the job fails; `rows` are then those that come before. */
  readonly fails?: string
}

const readings = [
  { name: 'at', type: 'TIMESTAMP(3)' },
  { name: 'sensor', type: 'STRING' },
  { name: 'value', type: 'DECIMAL(6, 2)' },
]
const csv = 'sensor,at,value\na,2026-01-31 12:00:00,1.5\n"b, c",2026-01-31 12:00:01.25,\n'

export const cases: readonly SourceCase[] = [
  {
    name: 'reads rows in the job and makes the watermark column event time',
    config: {
      connector: { type: 'inline', rows: [['2026-01-31 12:00:00', 'a', 1.5], ['2026-01-31T12:00:01.25Z', null, null]] },
      columns: readings,
      watermark: { column: 'at', delayMs: 1000 },
    },
    schema: 'at TIMESTAMP(3) *event*, sensor STRING, value DECIMAL(6, 2)',
    rows: `
      at                      | sensor | value
      2026-01-31 12:00:00.000 | a      | 1.50
      2026-01-31 12:00:01.250 | null   | null`,
  },
  {
    name: 'reads changes',
    config: {
      connector: { type: 'inline', changelog: true, rows: [{ kind: '+I', row: ['a', 1] }, { kind: '-U', row: ['a', 1] }, { kind: '+U', row: { sensor: 'a', n: 2 } }, { kind: '-D', row: ['a', 2] }] },
      columns: [{ name: 'sensor', type: 'STRING' }, { name: 'n', type: 'BIGINT' }],
    },
    rows: `
      op | sensor | n
      +I | a      | 1
      -U | a      | 1
      +U | a      | 2
      -D | a      | 2`,
  },
  {
    name: 'computes columns, also the watermark column, from what is read',
    config: {
      connector: { type: 'inline', rows: [['2026-01-31 12:00:00', 2], ['2026-01-31 12:00:01', 9007199254740992]] },
      columns: [
        { name: 'twice', expression: 'n * 2' },
        { name: 'text', type: 'STRING' },
        { name: 'at', expression: 'CAST(`text` AS TIMESTAMP(3))' },
        { name: 'n', type: 'BIGINT' },
      ],
      watermark: { column: 'at', delayMs: 0 },
    },
    schema: 'twice BIGINT, text STRING, at TIMESTAMP(3) *event*, n BIGINT',
    rows: `
      twice             | text                | at                      | n
      4                 | 2026-01-31 12:00:00 | 2026-01-31 12:00:00.000 | 2
      18014398509481984 | 2026-01-31 12:00:01 | 2026-01-31 12:00:01.000 | 9007199254740992`,
  },
  {
    name: 'adds the processing time',
    config: { connector: { type: 'inline', rows: [[1]] }, columns: [{ name: 'n', type: 'INT' }, { name: 'seen', expression: 'PROCTIME()' }] },
    schema: 'n INT, seen TIMESTAMP_LTZ(3) NOT NULL *processing*',
    rows: `
      n | seen
      1 | 1970-01-01 00:16:40.000Z`,
  },
  {
    name: 'reads all Nexmark events as one stream of wide rows',
    config: {
      connector: { type: 'nexmark', stream: 'all', events: 6, eventsPerSecond: 1_000_000 },
      columns: [{ name: 'event_type', type: 'INT' }, { name: 'dateTime', type: 'TIMESTAMP(3)' }],
      watermark: { column: 'dateTime', delayMs: 4000 },
    },
    schema: 'event_type INT, dateTime TIMESTAMP(3) *event*',
    rows: `
      event_type | dateTime
      0          | 2026-01-31 12:00:00.000
      1          | 2026-01-31 12:00:00.000
      1          | 2026-01-31 12:00:00.000
      1          | 2026-01-31 12:00:00.000
      2          | 2026-01-31 12:00:00.000
      2          | 2026-01-31 12:00:00.000`,
  },
  {
    name: 'finds the columns of a CSV file by its header',
    config: { connector: { type: 'file', path: 'readings.csv', format: 'csv' }, columns: readings },
    files: { 'readings.csv': csv },
    rows: `
      at                      | sensor | value
      2026-01-31 12:00:00.000 | a      | 1.50
      2026-01-31 12:00:01.250 | b, c   | null`,
  },
  {
    name: 'reads a CSV file without header by place, between semicolons',
    config: { connector: { type: 'file', path: 'readings.csv', format: 'csv', header: false, delimiter: ';' }, columns: readings },
    files: { 'readings.csv': '2026-01-31 12:00:00;a;1\r\n' },
    rows: `
      at                      | sensor | value
      2026-01-31 12:00:00.000 | a      | 1.00`,
  },
  {
    name: 'reads JSON lines by key',
    config: { connector: { type: 'file', path: 'readings.jsonl', format: 'json' }, columns: readings },
    files: { 'readings.jsonl': '{"value": 1.005, "at": "2026-01-31 12:00:00", "other": []}\n\n{"sensor": "b"}\n' },
    rows: `
      at                      | sensor | value
      2026-01-31 12:00:00.000 | null   | 1.01
      null                    | b      | null`,
  },
  {
    name: 'skips rows that cannot be read and keeps why',
    config: { connector: { type: 'file', path: 'readings.csv', format: 'csv', onError: 'skip' }, columns: readings },
    files: { 'readings.csv': `${csv}c,yesterday,1\nd,2026-01-31 12:00:02\ne,2026-01-31 12:00:03,2\n` },
    rows: `
      at                      | sensor | value
      2026-01-31 12:00:00.000 | a      | 1.50
      2026-01-31 12:00:01.250 | b, c   | null
      2026-01-31 12:00:03.000 | e      | 2.00`,
    poison: ['4: at: expected TIMESTAMP(3), found "yesterday".', '5: it has 2 fields, the header has 3.'],
  },
  {
    name: 'fails on the first row that cannot be read, unless told otherwise',
    config: { connector: { type: 'file', path: 'readings.csv', format: 'csv' }, columns: readings },
    files: { 'readings.csv': `${csv}c,yesterday,1\nd,2026-01-31 12:00:02,1\n` },
    rows: `
      at                      | sensor | value
      2026-01-31 12:00:00.000 | a      | 1.50
      2026-01-31 12:00:01.250 | b, c   | null`,
    fails: 'Row 4 cannot be read: at: expected TIMESTAMP(3), found "yesterday". Row 4 is: c,yesterday,1.',
    poison: ['4: at: expected TIMESTAMP(3), found "yesterday".'],
  },
  {
    name: 'fails with the row when a column cannot be computed',
    config: { connector: { type: 'inline', rows: [[6, 2], [7, 0], [8, 1]] }, columns: [{ name: 'a', type: 'INT' }, { name: 'b', type: 'INT' }, { name: 'ratio', expression: 'a / b' }] },
    rows: `
      a | b | ratio
      6 | 2 | 3`,
    fails: 'The row is: a = 7, b = 0.',
  },
  {
    name: 'fails when the file is not there',
    config: { connector: { type: 'file', path: 'other.csv', format: 'csv' }, columns: readings },
    files: { 'readings.csv': csv },
    fails: 'There is no file other.csv.',
  },
  {
    name: 'generates rows by rules',
    config: {
      connector: {
        type: 'datagen',
        rows: 3,
        fields: { at: { kind: 'time', start: '2026-01-31 12:00:00', stepMs: 500 }, n: { kind: 'sequence', start: 10, step: -5 }, key: { kind: 'constant', value: 'k' } },
      },
      columns: [{ name: 'at', type: 'TIMESTAMP(3)' }, { name: 'n', type: 'INT' }, { name: 'key', type: 'STRING' }],
    },
    rows: `
      at                      | n  | key
      2026-01-31 12:00:00.000 | 10 | k
      2026-01-31 12:00:00.500 | 5  | k
      2026-01-31 12:00:01.000 | 0  | k`,
  },
]
