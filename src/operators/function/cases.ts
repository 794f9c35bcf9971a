import type { JsonObject } from '../../columnar/json.ts'
import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const inputs = { in: 'ts TIMESTAMP(3) EVENT, k STRING, v BIGINT' }
const columns = (text: string) => text.split(/,(?![^<(]*[>)])/).map((column) => ({ name: column.trim().split(' ')[0]!, type: column.trim().split(' ').slice(1).join(' ') }))
const rows = (text: string) => ({ rows: `ts | k | v\n${text}` })

export const cases: readonly OperatorCase[] = [
  {
    name: 'each row gives none, one or many, and event time goes on under its name',
    config: { code: 'function onRow(row, emit) { for (let i = 0; i < row.v; i++) emit({ ...row, v: i, k: row.k + i }) }', outputColumns: columns('ts TIMESTAMP(3), k STRING, v BIGINT') },
    inputs,
    schema: 'ts TIMESTAMP(3) EVENT, k STRING, v BIGINT',
    steps: [rows('1000 | a | 2\n2000 | b | 0\n3000 | c | 1')],
    expect: { out: 'ts | k | v\n1000 | a0 | 0\n1000 | a1 | 1\n3000 | c0 | 0' },
    ordered: true,
  },
  {
    name: 'a column that is not set is NULL, and one of another name or type is no event time',
    config: { code: 'const onRow = (row, emit) => emit({ at: row.ts, text: `${row.k}!` })', outputColumns: columns('at TIMESTAMP(3), text STRING, more INT') },
    inputs,
    schema: 'at TIMESTAMP(3), text STRING, more INT',
    steps: [rows('1000 | a | 2\n2000 | null | 0')],
    expect: { out: 'at | text | more\n1000 | a! | null\n2000 | null! | null' },
    ordered: true,
  },
  {
    name: 'values of every type go in and come out as they were',
    config: {
      code: 'function onRow(row, emit) { emit(row) }',
      outputColumns: columns('b BOOLEAN, t TINYINT, i INT, l BIGINT, f FLOAT, d DOUBLE, p DECIMAL(20, 2), s STRING, y BYTES, da DATE, ti TIME, ts TIMESTAMP(3), z TIMESTAMP_LTZ(3), a ARRAY<BIGINT>, m MAP<STRING, INT>, r ROW<x INT, y STRING>'),
    },
    inputs: { in: 'b BOOLEAN, t TINYINT, i INT, l BIGINT, f FLOAT, d DOUBLE, p DECIMAL(20, 2), s STRING, y BYTES, da DATE, ti TIME, ts TIMESTAMP(3), z TIMESTAMP_LTZ(3), a ARRAY<BIGINT>, m MAP<STRING, INT>, r ROW<x INT, y STRING>' },
    steps: [
      {
        rows: `b | t | i | l | f | d | p | s | y | da | ti | ts | z | a | m | r
        true | -128 | 7 | 9223372036854775807 | 1.5 | 0.1 | 123456789012345678.25 | ü🙂 | AQI= | 2026-01-31 | 12:00:00 | 2026-01-31 12:00:00.123 | 2026-01-31 12:00:00.123Z | [1,9007199254740993] | [["a",1]] | {"x":1,"y":"z"}
        null | null | null | null | null | NaN | null | null | null | null | null | null | null | null | null | null`,
      },
    ],
    expect: {
      out: `b | t | i | l | f | d | p | s | y | da | ti | ts | z | a | m | r
        true | -128 | 7 | 9223372036854775807 | 1.5 | 0.1 | 123456789012345678.25 | ü🙂 | AQI= | 2026-01-31 | 12:00:00 | 2026-01-31 12:00:00.123 | 2026-01-31 12:00:00.123Z | [1,9007199254740993] | [["a",1]] | {"x":1,"y":"z"}
        null | null | null | null | null | NaN | null | null | null | null | null | null | null | null | null | null`,
    },
    ordered: true,
  },
  {
    name: 'state belongs to a key, NULL being one, and is kept from row to row',
    config: {
      code: 'function onRow(row, emit, state) { state.count = (state.count ?? 0) + 1; state.seen = [...(state.seen ?? []), row.v]; emit({ k: row.k, count: state.count, seen: state.seen.join() }) }',
      outputColumns: columns('k STRING, count INT, seen STRING'),
      keyBy: ['k'],
    },
    inputs,
    steps: [rows('1000 | a | 1\n2000 | b | 2\n3000 | a | 3\n4000 | null | 4'), rows('5000 | null | 5\n6000 | a | 6')],
    expect: { out: 'k | count | seen\na | 1 | 1\nb | 1 | 2\na | 2 | 1,3\nnull | 1 | 4\nnull | 2 | 4,5\na | 3 | 1,3,6' },
  },
  {
    name: 'state may hold Maps, Sets, Dates, BigInts and numbers that are none',
    config: {
      code: `function onRow(row, emit, state) {
        state.map ??= new Map(); state.set ??= new Set(); state.big ??= 0n; state.nan ??= NaN; state.at ??= new Date(row.ts)
        state.map.set(row.v, row.ts); state.set.add(row.v % 2); state.big += BigInt(row.v)
        emit({ k: row.k, text: [state.map.size, state.set.size, state.big * 10000000000000000n, state.nan, state.at.toISOString()].join(' ') })
      }`,
      outputColumns: columns('k STRING, text STRING'),
      keyBy: ['k'],
    },
    inputs,
    steps: [rows('1000 | a | 1\n2000 | a | 3\n3000 | a | 4')],
    expect: { out: 'k | text\na | 1 1 10000000000000000 NaN 1970-01-01T00:00:01.000Z\na | 2 1 40000000000000000 NaN 1970-01-01T00:00:01.000Z\na | 3 2 80000000000000000 NaN 1970-01-01T00:00:01.000Z' },
  },
  {
    name: 'a timer of event time rings for its key when the watermark has reached it, once for each time',
    config: {
      code: `
        function onRow(row, emit, state) { state.last = row.v; setTimer(row.ts + 1000); setTimer(row.ts + 1000) }
        function onTimer(time, emit, state, key) { emit({ k: key.k, at: time, last: state.last }); if (state.last > 1) { state.last--; setTimer(time + 500) } }`,
      outputColumns: columns('k STRING, at TIMESTAMP(3), last INT'),
      keyBy: ['k'],
      timers: 'event-time',
    },
    inputs,
    steps: [rows('1000 | a | 1\n1500 | b | 2'), { watermark: 1999 }, { watermark: 2000 }, rows('2100 | a | 1'), { watermark: 4000 }],
    expect: { out: 'k | at | last\na | 2000 | 1\nb | 2500 | 2\nb | 3000 | 1\na | 3100 | 1' },
  },
  {
    name: 'a timer of processing time rings when the clock has reached it',
    config: {
      code: 'function onRow(row, emit, state) { state.n = (state.n ?? 0) + 1; setTimer(Date.now() + 100) }\nfunction onTimer(time, emit, state, key) { emit({ k: key.k, n: state.n, at: Date.now() }) }',
      outputColumns: columns('k STRING, n INT, at BIGINT'),
      keyBy: ['k'],
      timers: 'processing-time',
    },
    inputs,
    steps: [{ processingTime: 1000 }, rows('1000 | a | 1\n1500 | b | 2'), { processingTime: 1099 }, rows('1000 | a | 3'), { processingTime: 1100 }, { processingTime: 2000 }],
    expect: { out: 'k | n | at\na | 2 | 1100\nb | 1 | 1100\na | 2 | 2000' },
  },
  {
    name: 'the clock stands still, knows UTC alone, and chance has a seed',
    config: {
      code: 'function onRow(row, emit) { const a = new Date(2026, 0, 31, 12); emit({ now: Date.now(), same: +new Date() === Date.now(), hour: a.getHours(), iso: new Date("2026-01-31T12:00:00").toISOString(), zone: a.getTimezoneOffset(), ok: Math.random() < 1 && Math.random() !== Math.random() }) }',
      outputColumns: columns('now BIGINT, same BOOLEAN, hour INT, iso STRING, zone INT, ok BOOLEAN'),
    },
    inputs,
    steps: [{ processingTime: 5000 }, rows('1 | a | 1')],
    expect: { out: 'now | same | hour | iso | zone | ok\n5000 | true | 12 | 2026-01-31T12:00:00.000Z | 0 | true' },
  },
]

const problem = (name: string, more: JsonObject, ...problems: readonly string[]): ProblemCase => ({ name, config: { code: 'function onRow(row, emit) {}', outputColumns: columns('v INT'), ...more }, inputs, problems })

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for code and what it emits', config: {}, inputs, problems: ['MR-103 code', 'MR-103 outputColumns'] },
  problem('asks for the function that is called', { code: 'emit(1)' }, 'MR-198 code'),
  problem('asks for the function that timers call', { keyBy: ['k'], timers: 'event-time' }, 'MR-198 code: onTimer'),
  problem('has timers for keys alone', { timers: 'event-time', code: 'onRow onTimer' }, 'MR-109 timers'),
  problem('knows the columns of its input', { keyBy: ['q', 'k', 'k'] }, 'MR-111 keyBy[0]', 'MR-182 keyBy[2]'),
  problem('wants names and types', { outputColumns: [{ name: '', type: 'INT' }, { name: 'a', type: 'TEXT' }, { name: 'b', expression: 'v' }, { name: 'c', type: 'INT' }, { name: 'c', type: 'INT' }] }, 'MR-113 outputColumns[0].name', 'MR-170 outputColumns[1].type', 'MR-199 outputColumns[2]', 'MR-112 outputColumns[4].name'),
]
