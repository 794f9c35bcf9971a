import type { Json, JsonObject } from '../../src/columnar/json.ts'
import type { Edge, Operator } from '../../src/job/job.ts'
import { jobOf, type Program, type ProgramSet } from '../src/program.ts'

/**
 * Topics and tables of the store: what one part of a job writes, as rows, changes or upserts, another part reads again; and what a table holds by its key. On Flink they are files here (`src/topicFiles.ts`), under the
 * schema, key and watermark of the exported script; records on real brokers are compared in `kafka/`.
 */
const times = [
  ['2026-01-31 12:00:01.000', 'A', 1, 5],
  ['2026-01-31 12:00:03.000', 'B', 1, 7],
  ['2026-01-31 12:00:09.500', 'A', 2, 7],
  ['2026-01-31 12:00:12.500', 'A', 1, 4],
  ['2026-01-31 12:00:08.000', 'A', 3, 100],
  ['2026-01-31 12:00:19.999', 'B', 2, null],
  ['2026-01-31 12:00:21.000', 'B', 3, 16],
  ['2026-01-31 12:00:11.000', 'C', 3, 1],
  ['2026-01-31 12:00:28.000', 'A', 1, 16],
  ['2026-01-31 12:00:45.000', 'C', 1, -9],
] as const

const columns = [
  { name: 'ts', type: 'TIMESTAMP(3)' },
  { name: 'k', type: 'STRING' },
  { name: 'id', type: 'INT' },
  { name: 'v', type: 'BIGINT' },
]
const watermark: JsonObject = { column: 'ts', delayMs: 2000 }

const bids: Operator = { id: 'bids', kind: 'source', config: { connector: { type: 'inline', rows: times }, columns, watermark } }
const collect: Operator = { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }

function write(id: string, topic: string, more: JsonObject = {}): Operator {
  return { id, kind: 'sink', config: { connector: { type: 'topic', topic }, ...more } }
}

function read(id: string, topic: string, columns: readonly JsonObject[], connector: JsonObject = {}, more: JsonObject = {}): Operator {
  return { id, kind: 'source', config: { connector: { type: 'topic', topic, ...connector }, columns, ...more } }
}

function changing(id: string, columns: readonly JsonObject[], rows: readonly (readonly [string, ...Json[]])[]): Operator {
  return { id, kind: 'source', config: { connector: { type: 'inline', changelog: true, rows: rows.map(([kind, ...row]) => ({ kind, row })) }, columns } }
}

/** `a > b > c` for each way through the job; `to:port`. */
function program(name: string, says: string, operators: readonly Operator[], ...ways: readonly string[]): Program {
  const edges = new Map<string, Edge>()
  for (const way of ways) {
    const steps = way.split(' > ')
    steps.slice(1).forEach((step, i) => {
      const [to, toPort] = step.split(':')
      edges.set(`${steps[i]!.split(':')[0]!}>${step}`, { from: steps[i]!.split(':')[0]!, to: to!, ...(toPort === undefined ? {} : { toPort }) })
    })
  }
  return { name, says, job: jobOf(name, operators, [...edges.values()]) }
}

const counted: Operator = { id: 'counted', kind: 'group-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'total', expression: 'SUM(v)' }] } }
const countedColumns = [{ name: 'k', type: 'STRING' }, { name: 'n', type: 'BIGINT NOT NULL' }, { name: 'total', type: 'BIGINT' }]
const byCount = (id: string): Operator => ({ id, kind: 'group-aggregate', config: { groupBy: ['n'], aggregates: [{ name: 'keys', expression: 'COUNT(*)' }, { name: 'most', expression: 'MAX(total)' }, { name: 'least', expression: 'MIN(total)' }] } })
const few: Operator = { id: 'few', kind: 'filter', config: { where: 'n < 4' } }

const pairColumns = [{ name: 'k', type: 'STRING' }, { name: 'v', type: 'STRING' }]
/** Two rows of one key, and the later is taken back before the earlier. */
const pairs = changing('pairs', pairColumns, [['+I', 'k', 'a'], ['+I', 'k', 'b'], ['+I', 'l', 'x'], ['-D', 'k', 'b'], ['+I', 'm', 'y'], ['+I', 'm', 'z'], ['-D', 'm', 'y'], ['-U', 'l', 'x'], ['+U', 'l', 'w']])
const gone = changing('gone', pairColumns, [['+I', 'k', 'a'], ['+I', 'k', 'b'], ['-D', 'k', 'b'], ['-D', 'k', 'a'], ['+I', 'l', 'x']])

const typed: readonly (readonly [string, string, ...Json[]])[] = [
  ['bo', 'BOOLEAN', true, false, null],
  ['ti', 'TINYINT', -128, 127, null],
  ['si', 'SMALLINT', -32768, 32767, null],
  ['i', 'INT', -2147483648, 2147483647, null],
  ['l', 'BIGINT', 9007199254740991, -1, null],
  ['f', 'FLOAT', 0.1, -1.5, null],
  ['d', 'DOUBLE', 0.1, 1e300, null],
  ['p', 'DECIMAL(10, 2)', 1.1, 99999999.99, null],
  ['s', 'STRING', 'Zürich 🙂 "quoted" \\ and \u2028', '', null],
  ['c', 'VARCHAR(5)', 'äöü', '', null],
  ['da', 'DATE', '2024-02-29', '1969-12-31', null],
  ['ti0', 'TIME', '23:59:59', '00:00:00', null],
  ['t3', 'TIMESTAMP(3)', '2026-01-31 12:00:00.020', '1969-12-31 23:59:59.999', null],
  ['t0', 'TIMESTAMP(0)', '2026-01-31 12:00:00', '1969-12-31 23:59:59', null],
  ['tz', 'TIMESTAMP_LTZ(3)', '2026-07-31 12:00:00.500Z', '1969-12-31 23:59:59.999Z', null],
  ['a', 'ARRAY<INT>', [1, null, 3], [], null],
  ['r', 'ROW<x INT, y ROW<z STRING>>', { x: 1, y: { z: 'in' } }, { x: null, y: { z: null } }, null],
  ['m', 'MAP<STRING, DOUBLE>', [['a', 1.5], ['b', null]], [], null],
]

export const storePrograms: ProgramSet = {
  name: 'topics-and-tables',
  programs: [
    program(
      'topic-rows-late-in-windows',
      'rows come out of a topic in their order, and are late by the watermark of its source',
      [bids, { id: 'some', kind: 'filter', config: { where: 'id < 4' } }, write('put', 'bids'), read('got', 'bids', columns, {}, { watermark }), { id: 'sums', kind: 'window-aggregate', config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 10_000 }, groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'total', expression: 'SUM(v)' }] } }, collect],
      'bids > some > put',
      'got > sums > out',
    ),
    program(
      'topic-of-every-type',
      'values of every type go through the records of a topic',
      [
        { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: [0, 1, 2].map((row) => typed.map((column) => column[row + 2]!)) }, columns: typed.map(([name, type]) => ({ name, type })) } },
        write('put', 'typed', { connector: { type: 'topic', topic: 'typed', keyFields: ['s', 'i'] } }),
        read('got', 'typed', typed.map(([name, type]) => ({ name, type }))),
        collect,
      ],
      'rows > put',
      'got > out',
    ),
    program('topic-of-changes', 'changes without a key go through a topic as they are', [bids, counted, few, write('put', 'counts'), read('got', 'counts', countedColumns, { format: 'debezium-json' }), byCount('by_count'), collect], 'bids > counted > few > put', 'got > by_count > out'),
    program('topic-of-upserts', 'a topic of upserts holds the last row of each key, and a row that a condition lets go is deleted', [bids, counted, few, write('put', 'counts', { key: ['k'] }), read('got', 'counts', countedColumns, { key: ['k'] }), byCount('by_count'), collect], 'bids > counted > few > put', 'got > by_count > out'),
    program('topic-of-upserts-by-another-key', 'of rows that share the key of a topic the latest that is left holds', [pairs, write('put', 'pairs', { key: ['k'] }), read('got', 'pairs', pairColumns, { key: ['k'] }), collect], 'pairs > put', 'got > out'),
    program(
      'topic-read-twice',
      'two sources read one topic, each to its end',
      [bids, write('put', 'bids'), read('got', 'bids', columns), read('again', 'bids', columns), { id: 'joined', kind: 'regular-join', config: { type: 'left', on: [{ left: 'k', right: 'k' }], condition: 'l.v < r.v' } }, collect],
      'bids > put',
      'got > joined:left',
      'again > joined:right',
      'joined > out',
    ),
    program(
      'topic-after-topic',
      'rows go through two topics, one after the other',
      [bids, write('put', 'first'), read('got', 'first', columns, {}, { watermark }), { id: 'wide', kind: 'over-aggregate', config: { partitionBy: ['k'], orderBy: [{ column: 'ts' }], frame: { type: 'rows', preceding: 'unbounded' }, aggregates: [{ name: 'so_far', expression: 'SUM(v)' }] } }, write('put_again', 'second'), read('got_again', 'second', [...columns, { name: 'so_far', type: 'BIGINT' }], {}, { watermark }), { id: 'windows', kind: 'window-aggregate', config: { window: { type: 'hop', timeColumn: 'ts', sizeMs: 20_000, slideMs: 10_000 }, groupBy: ['k'], aggregates: [{ name: 'high', expression: 'MAX(so_far)' }] } }, collect],
      'bids > put',
      'got > wide > put_again',
      'got_again > windows > out',
    ),
    program(
      'topic-of-versions',
      'rows find the version that a topic of upserts had at their time',
      [
        { id: 'orders', kind: 'source', config: { connector: { type: 'inline', rows: [['2026-01-31 12:00:01.000', 'EUR'], ['2026-01-31 12:00:05.000', 'EUR'], ['2026-01-31 12:00:06.000', 'EUR'], ['2026-01-31 12:00:08.000', 'USD'], ['2026-01-31 12:00:09.000', 'EUR']] }, columns: [{ name: 'ts', type: 'TIMESTAMP(3)' }, { name: 'c', type: 'STRING' }], watermark } },
        { id: 'rates', kind: 'source', config: { connector: { type: 'inline', rows: [['2026-01-31 12:00:02.000', 'EUR', 110], ['2026-01-31 12:00:06.000', 'EUR', 120], ['2026-01-31 12:00:07.000', 'USD', 100]] }, columns: [{ name: 'since', type: 'TIMESTAMP(3)' }, { name: 'c', type: 'STRING' }, { name: 'rate', type: 'INT' }] } },
        write('put', 'rates', { key: ['c'] }),
        read('got', 'rates', [{ name: 'since', type: 'TIMESTAMP(3)' }, { name: 'c', type: 'STRING' }, { name: 'rate', type: 'INT' }], { key: ['c'] }, { watermark: { column: 'since', delayMs: 0 } }),
        { id: 'joined', kind: 'temporal-join', config: { type: 'left', on: [{ left: 'c', right: 'c' }], leftTime: 'ts' } },
        collect,
      ],
      'rates > put',
      'orders > joined:left',
      'got > joined:right',
      'joined > out',
    ),
    program('table-of-rows-in-windows', 'rows that carry their window have two times that Flink knows as event time, of which a table takes one', [bids, { id: 'assigned', kind: 'window-assign', config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 10_000 } } }, { id: 'kept', kind: 'sink', config: { connector: { type: 'store', table: 'windows' } } }], 'bids > assigned > kept'),
    program('table-by-the-key-of-its-rows', 'a table of the store holds the last row of each key', [bids, counted, few, { id: 'kept', kind: 'sink', config: { connector: { type: 'store', table: 'totals' }, key: ['k'] } }], 'bids > counted > few > kept'),
    program('table-by-another-key', 'of rows that share the key of a table the latest that is left holds', [pairs, { id: 'kept', kind: 'sink', config: { connector: { type: 'store', table: 'pairs' }, key: ['k'] } }], 'pairs > kept'),
    program('table-whose-key-is-gone', 'the rows of a key come to the surface again one by one, until none is left (UM-1)', [gone, { id: 'kept', kind: 'sink', config: { connector: { type: 'store', table: 'pairs' }, key: ['k'] } }], 'gone > kept'),
    program('table-of-rows', 'a table without a key holds every row', [bids, { id: 'kept', kind: 'sink', config: { connector: { type: 'store', table: 'bids' } } }], 'bids > kept'),
  ],
  incomparable: [],
}
