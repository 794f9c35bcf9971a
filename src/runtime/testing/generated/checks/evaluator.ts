import * as fc from 'fast-check'
import type { JsonObject } from '../../../../columnar/json.ts'
import type { Job, Operator } from '../../../../job/job.ts'
import {
  deduplicate, intervalJoin, joined, overFrames, temporalJoin, windowAggregate, windowDeduplicate, windowJoin, windowsOf, windowTopN,
  type EvaluatedWindow, type EventRow, type GridWindow, type Pair,
} from '../evaluator.ts'
import { programText } from '../arbitraryProgram.ts'
import { rowsAtSinks, type RunOptions } from '../runProgram.ts'
import { aggregateOf, callText, compareValues, groups, tableOf, topN, type AggregateCall, type Change, type GroupColumn, type TableRow } from '../tableEvaluator.ts'
import { compareTables, type Check, type Tables } from './check.ts'

/** What the engine and a naive evaluation agree on: one operator with a drawn config over drawn rows, with rows behind the watermark where one input is read. */

const start = Date.UTC(2026, 0, 31, 12)
export const delays = fc.constantFrom(0, 1, 500, 1000, 2000)
const steps = fc.constantFrom(0, 1, 499, 500, 501, 999, 1000, 1001, 3000)
const row = (behind: readonly number[]): fc.Arbitrary<{ k: number | null; step: number; behind: number; v: number | null }> =>
  fc.record({ k: fc.constantFrom(1, 2, null), step: steps, behind: fc.constantFrom(...behind), v: fc.constantFrom(-5, -1, 0, 2, 3, 8, null) })
export const late = fc.array(row([0, 0, 1, 500, 1000, 1001, 2500, 6000]), { maxLength: 14 }).map(rowsOf)
// Read with a delay of 1 ms, so that rows at one moment are all in time.
export const inTime = fc.array(row([0]), { maxLength: 8 }).map(rowsOf)
const windows: fc.Arbitrary<EvaluatedWindow> = fc.oneof(
  fc.record({ type: fc.constant('tumble' as const), sizeMs: fc.constantFrom(1000, 2000) }),
  fc.record({ type: fc.constant('hop' as const), sizeMs: fc.constantFrom(1000, 2000, 3000), slideMs: fc.constantFrom(500, 1000) }),
  fc.record({ type: fc.constant('cumulate' as const), sizeMs: fc.constantFrom(1000, 2000, 3000), stepMs: fc.constantFrom(500, 1000) }),
  fc.record({ type: fc.constant('session' as const), gapMs: fc.constantFrom(500, 1000) }),
)

function rowsOf(drawn: readonly { k: number | null; step: number; behind: number; v: number | null }[]): EventRow[] {
  let now = start
  return drawn.map(({ k, step, behind, v }) => {
    now += step
    return { k, ts: now - behind, v }
  })
}

export function timeText(ts: number): string {
  return new Date(ts).toISOString().replace('T', ' ').slice(0, 23)
}

export function source(id: string, rows: readonly EventRow[], delayMs: number): Operator {
  const columns = [{ name: 'k', type: 'INT' }, { name: 'ts', type: 'TIMESTAMP(3)' }, { name: 'v', type: 'BIGINT' }]
  return { id, kind: 'source', config: { connector: { type: 'inline', rows: rows.map(({ k, ts, v }) => [k, timeText(ts), v]) }, columns, watermark: { column: 'ts', delayMs } } }
}

export function jobOf(operators: readonly Operator[], edges: Job['edges']): Job {
  return { format: 'millrace/job', version: 1, name: 'evaluated', operators: [...operators, { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }], edges: [...edges, { from: 'op', to: 'out' }] }
}

export const joinTypes = fc.constantFrom('inner' as const, 'left' as const, 'right' as const, 'full' as const)
export const allJoinTypes = fc.constantFrom('inner' as const, 'left' as const, 'right' as const, 'full' as const, 'semi' as const, 'anti' as const)
const on = [{ left: 'k', right: 'k' }]

function eventJson(row: EventRow | null, suffix = ''): JsonObject {
  return { [`k${suffix}`]: row?.k ?? null, [`ts${suffix}`]: row === null ? null : timeText(row.ts), [`v${suffix}`]: row?.v ?? null }
}

/** Semi and anti joins give the left row alone. */
function pairJson([l, r]: Pair, type: string): JsonObject {
  return type === 'semi' || type === 'anti' ? eventJson(l) : { ...eventJson(l), ...eventJson(r, '0') }
}

function windowJson(start: number, end: number): JsonObject {
  return { window_start: timeText(start), window_end: timeText(end), window_time: timeText(end - 1) }
}

function one(kind: string, config: object, rows: readonly EventRow[], delayMs: number): Job {
  return jobOf([source('rows', rows, delayMs), { id: 'op', kind, config: config as JsonObject }], [{ from: 'rows', to: 'op' }])
}

function two(kind: string, config: object, left: Operator, right: Operator): Job {
  return jobOf([left, right, { id: 'op', kind, config: config as JsonObject }], [{ from: left.id, to: 'op', toPort: 'left' }, { from: right.id, to: 'op', toPort: 'right' }])
}

/** Sizes are multiples of what they are cut into. */
function isWhole(window: EvaluatedWindow): boolean {
  return !(window.type === 'hop' && window.sizeMs % window.slideMs !== 0) && !(window.type === 'cumulate' && window.sizeMs % window.stepMs !== 0)
}

export const wholeWindows = windows.filter(isWhole)
export const gridWindows = wholeWindows.filter((window): window is GridWindow => window.type !== 'session')

/** Inserts, corrections and deletions of rows that are there. */
export const changes = fc
  .array(
    fc.record({
      act: fc.constantFrom('insert', 'insert', 'insert', 'update', 'delete'),
      at: fc.nat(20),
      row: fc.record({ k: fc.constantFrom(1, 2, null), v: fc.constantFrom(-5, -1, 0, 2, 3, 8, null), t: fc.constantFrom('a', 'b', 'ä', null) }),
    }),
    { maxLength: 14 },
  )
  .map((acts) => {
    const table: TableRow[] = []
    return acts.flatMap(({ act, at, row }): Change[] => {
      if (act === 'insert' || table.length === 0) {
        table.push(row)
        return [{ kind: '+I', row }]
      }
      const place = at % table.length
      const before = table[place]!
      if (act === 'delete') table.splice(place, 1)
      else table[place] = row
      return act === 'delete' ? [{ kind: '-D', row: before }] : [{ kind: '-U', row: before }, { kind: '+U', row }]
    })
  })

export function changing(id: string, rows: readonly Change[]): Operator {
  const columns = [{ name: 'k', type: 'INT' }, { name: 'v', type: 'BIGINT' }, { name: 't', type: 'STRING' }]
  return { id, kind: 'source', config: { connector: { type: 'inline', changelog: true, rows: rows.map(({ kind, row: { k, v, t } }) => ({ kind, row: [k, v, t] })) }, columns } }
}

export const calls: fc.Arbitrary<AggregateCall> = fc.oneof(
  fc.record({ name: fc.constantFrom('COUNT' as const, 'SUM' as const, 'MIN' as const, 'MAX' as const, 'AVG' as const), column: fc.constant('v' as const), distinct: fc.boolean(), above: fc.constantFrom(null, null, 0) }),
  fc.record({ name: fc.constantFrom('COUNT' as const, 'MIN' as const, 'MAX' as const), column: fc.constant('t' as const), distinct: fc.boolean(), above: fc.constantFrom(null, 0) }),
  fc.record({ name: fc.constant('COUNT' as const), column: fc.constant('*' as const), distinct: fc.constant(false), above: fc.constantFrom(null, 0) }),
)

interface Evaluated {
  readonly job: Job
  readonly expected: readonly JsonObject[]
  readonly options: RunOptions
}

export function evaluated(job: Job, expected: readonly JsonObject[], options: RunOptions = { batchRows: 3 }): Evaluated {
  return { job, expected, options }
}

/** The job's rows are the evaluator's, in any order. `times`: so many values for each program asked for. */
export function agree<T extends unknown[]>(name: string, drawn: { [K in keyof T]: fc.Arbitrary<T[K]> }, evaluate: (...values: T) => Evaluated, times = 1): Check {
  const check: Check<T> = {
    name,
    drawn: fc.tuple<T>(...drawn),
    times,
    run: async (values, tally) => {
      const { job, expected, options } = evaluate(...values)
      compareTables(tally, name, await rowsOut(job, options), { out: expected.map((row) => JSON.stringify(row)) }, () => programText(job))
    },
    text: (values) => programText(evaluate(...values).job),
  }
  return check as Check
}

/** As the evaluator writes numbers, which are all small. */
async function rowsOut(job: Job, options: RunOptions): Promise<Tables> {
  const tables = await rowsAtSinks(job, options)
  return tables.out === undefined ? tables : { out: tables.out.map((text) => JSON.stringify(JSON.parse(text))) }
}

export const evaluatorChecks: readonly Check[] = [
  agree('window aggregates, with late rows', [late, delays, wholeWindows], (rows, delayMs, window) => {
    const aggregates = [{ name: 'n', expression: 'COUNT(*)' }, { name: 's', expression: 'SUM(v)' }, { name: 'lo', expression: 'MIN(v)' }, { name: 'hi', expression: 'MAX(v)' }, { name: 'mean', expression: 'AVG(v)' }]
    const config = { window: { ...window, timeColumn: 'ts' }, groupBy: ['k'], aggregates }
    const expected = windowAggregate(rows, delayMs, window).map(({ k, start: from, end, n, sum, low, high, mean }) => ({ k, ...windowJson(from, end), n, s: sum, lo: low, hi: high, mean }))
    return evaluated(one('window-aggregate', config, rows, delayMs), expected)
  }, 3),
  agree('interval joins', [inTime, inTime, fc.constantFrom(-1000, -1, 0, 500), fc.constantFrom(0, 1, 1000), joinTypes], (left, right, lowerMs, span, type) => {
    const config = { type, on, leftTime: 'ts', rightTime: 'ts', lowerMs, upperMs: lowerMs + span }
    return evaluated(two('interval-join', config, source('l', left, 1), source('r', right, 1)), intervalJoin(left, right, lowerMs, lowerMs + span, type).map((pair) => pairJson(pair, type)))
  }),
  agree('window joins', [inTime, inTime, gridWindows, allJoinTypes], (left, right, window, type) => {
    const config = { type, window: { ...window, timeColumn: 'ts' }, on }
    const expected = windowJoin(left, right, window, type).map(({ pair, start: from, end }) => ({ ...pairJson(pair, type), ...windowJson(from, end) }))
    return evaluated(two('window-join', config, source('l', left, 1), source('r', right, 1)), expected)
  }),
  agree('temporal joins', [inTime, inTime, fc.constantFrom('inner' as const, 'left' as const)], (left, right, type) =>
    evaluated(two('temporal-join', { type, on, leftTime: 'ts' }, source('l', left, 1), source('r', right, 1)), temporalJoin(left, right, type).map((pair) => pairJson(pair, type)))),
  agree('lookup joins', [late, delays, inTime, fc.constantFrom('inner' as const, 'left' as const), fc.boolean()], (left, delayMs, right, type, conditional) => {
    const config = { type, on, ...(conditional ? { condition: 'l.v < r.v' } : {}) }
    const pairs = joined(left, right, (l, r) => l.k !== null && l.k === r.k && (!conditional || isBelow(l.v, r.v)), type)
    return evaluated(two('lookup-join', config, source('l', left, delayMs), source('r', right, 1)), pairs.map((pair) => pairJson(pair, type)))
  }),
  agree('windows behind a lookup join, with late rows', [late, delays, wholeWindows, fc.boolean()], (rows, delayMs, window, timed) => {
    const table = source('table', [1, 2].map((k) => ({ k, ts: start + 60_000, v: k })), 0)
    const { watermark: _watermark, ...untimed } = table.config
    const join: Operator = { id: 'join', kind: 'lookup-join', config: { type: 'left', on, columns: [...['k', 'ts', 'v'].map((name) => ({ name, expression: `l.${name}` })), { name: 'x', expression: 'r.v' }] } }
    const op: Operator = { id: 'op', kind: 'window-aggregate', config: { window: { ...window, timeColumn: 'ts' }, groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'x', expression: 'MAX(x)' }] } }
    const edges = [{ from: 'rows', to: 'join', toPort: 'left' }, { from: 'table', to: 'join', toPort: 'right' }, { from: 'join', to: 'op' }]
    const expected = windowAggregate(rows, delayMs, window).map(({ k, start: from, end, n }) => ({ k, ...windowJson(from, end), n, x: k }))
    return evaluated(jobOf([source('rows', rows, delayMs), timed ? table : { ...table, config: untimed }, join, op], edges), expected)
  }),
  agree('windows that are assigned', [late, delays, gridWindows], (rows, delayMs, window) => {
    const expected = rows.flatMap((row) => windowsOf(row.ts, window).map(({ start: from, end }) => ({ ...eventJson(row), ...windowJson(from, end) })))
    return evaluated(one('window-assign', { window: { ...window, timeColumn: 'ts' } }, rows, delayMs), expected)
  }),
  agree('the best rows of windows, with late rows', [late, delays, gridWindows, fc.boolean(), fc.integer({ min: 1, max: 3 })], (rows, delayMs, window, descending, n) => {
    const config = { window: { ...window, timeColumn: 'ts' }, partitionBy: ['k'], orderBy: [{ column: 'v', direction: descending ? 'DESC' : 'ASC' }], n, rankColumn: 'rank' }
    const ranked = windowTopN(rows, delayMs, window, (a, b) => (descending ? -1 : 1) * compareValues(a.v, b.v), n)
    return evaluated(one('window-top-n', config, rows, delayMs), ranked.map(({ row, start: from, end, rank }) => ({ ...eventJson(row), ...windowJson(from, end), rank })))
  }),
  agree('the first and last rows of windows, with late rows', [late, delays, gridWindows, fc.constantFrom('first' as const, 'last' as const)], (rows, delayMs, window, keep) => {
    const config = { window: { ...window, timeColumn: 'ts' }, keys: ['k'], orderBy: [{ column: 'ts' }], keep }
    const expected = windowDeduplicate(rows, delayMs, window, keep).map(({ row, start: from, end }) => ({ ...eventJson(row), ...windowJson(from, end) }))
    return evaluated(one('window-deduplicate', config, rows, delayMs), expected)
  }),
  agree('first and last rows, with late rows', [late, delays, fc.constantFrom('first' as const, 'last' as const)], (rows, delayMs, keep) =>
    evaluated(one('deduplicate', { keys: ['k'], orderBy: [{ column: 'ts' }], keep }, rows, delayMs), deduplicate(rows, delayMs, keep).map((row) => eventJson(row))), 2),
  agree('over aggregates, with late rows where the frame has no bound', [late, delays, inTime, fc.constantFrom('rows' as const, 'range' as const), fc.constantFrom('unbounded' as const, 1, 2, 500, 1000), fc.array(calls.filter(({ column }) => column !== 't'), { minLength: 1, maxLength: 3 })], (some, delay, timely, type, preceding, aggregates) => {
    // With a bound a row is late by what its key has given, not by the watermark; and what a row of a frame takes back, DISTINCT does not do on Flink.
    const [rows, delayMs] = preceding === 'unbounded' ? [some, delay] : [timely, 1]
    const asked = preceding === 'unbounded' ? aggregates : aggregates.map((call) => ({ ...call, distinct: false }))
    const config = { partitionBy: ['k'], orderBy: [{ column: 'ts' }], frame: { type, preceding }, aggregates: [...asked.map((call, i) => ({ name: `a${i}`, expression: callText(call) })), ...(preceding === 'unbounded' ? [{ name: 'n', expression: 'ROW_NUMBER()' }] : [])] }
    const expected = overFrames(rows, delayMs, { type, preceding }).map(({ row, frame, number }) => ({
      ...eventJson(row),
      ...Object.fromEntries(asked.map((call, i) => [`a${i}`, aggregateOf(call, frame)])),
      ...(preceding === 'unbounded' ? { n: number } : {}),
    }))
    return evaluated(one('over-aggregate', config, rows, delayMs), expected)
  }, 2),
  agree('groups of a table that is corrected, and sets of groups', [changes, fc.subarray(['k', 't'] as GroupColumn[]), fc.option(fc.array(fc.subarray(['k', 't'] as GroupColumn[]), { minLength: 1, maxLength: 3 })), fc.array(calls, { maxLength: 4 })], (rows, groupBy, drawn, some) => {
    const sets = drawn?.map((set) => set.filter((column) => groupBy.includes(column))) ?? null
    // One that groups by nothing and asks nothing has no columns.
    const aggregates: readonly AggregateCall[] = groupBy.length + some.length > 0 ? some : [{ name: 'COUNT', column: '*', distinct: false, above: null }]
    const config = { groupBy, aggregates: aggregates.map((call, i) => ({ name: `a${i}`, expression: callText(call) })), ...(sets === null ? {} : { groupingSets: sets }) }
    const expected = groups(tableOf(rows), groupBy, sets ?? [groupBy]).map(({ group, rows: grouped }) => ({
      ...Object.fromEntries(groupBy.map((column, i) => [column, group[i]!])),
      ...Object.fromEntries(aggregates.map((call, i) => [`a${i}`, aggregateOf(call, grouped)])),
    }))
    return evaluated(jobOf([changing('rows', rows), { id: 'op', kind: 'group-aggregate', config: config as unknown as JsonObject }], [{ from: 'rows', to: 'op' }]), expected as JsonObject[])
  }, 3),
  agree('the best rows of a table that is corrected', [changes, fc.subarray(['k', 't'] as GroupColumn[], { maxLength: 1 }), fc.shuffledSubarray(['k', 'v', 't'] as const, { minLength: 3 }), fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), fc.integer({ min: 1, max: 3 }), fc.boolean()], (rows, partitionBy, columns, descending, n, ranked) => {
    // All columns: rows that tie are the same.
    const order = columns.map((column, i) => ({ column, descending: descending[i]! }))
    const config = { partitionBy, orderBy: order.map((term) => ({ column: term.column, direction: term.descending ? 'DESC' : 'ASC' })), n, ...(ranked ? { rankColumn: 'rank' } : {}) }
    const expected = topN(tableOf(rows), partitionBy, order, n).map(({ row: { k, v, t }, rank }) => ({ k, v, t, ...(ranked ? { rank } : {}) }))
    return evaluated(jobOf([changing('rows', rows), { id: 'op', kind: 'top-n', config: config as unknown as JsonObject }], [{ from: 'rows', to: 'op' }]), expected)
  }, 3),
  agree('regular joins of tables that are corrected', [changes, changes, allJoinTypes, fc.boolean(), fc.boolean()], (left, right, type, equal, conditional) => {
    const config = { type, on: equal ? on : [], ...(conditional || !equal ? { condition: 'l.v < r.v' } : {}) }
    const pairs = joined(tableOf(left), tableOf(right), (l, r) => (!equal || (l.k !== null && l.k === r.k)) && ((equal && !conditional) || isBelow(l.v, r.v)), type)
    const side = (row: TableRow | null, suffix: string): JsonObject => ({ [`k${suffix}`]: row?.k ?? null, [`v${suffix}`]: row?.v ?? null, [`t${suffix}`]: row?.t ?? null })
    const expected = pairs.map(([l, r]) => (type === 'semi' || type === 'anti' ? side(l, '') : { ...side(l, ''), ...side(r, '0') }))
    return evaluated(two('regular-join', config, changing('l', left), changing('r', right)), expected)
  }, 3),
  agree('conditions and unions of tables that are corrected', [changes, changes], (left, right) => {
    const operators: Operator[] = [changing('l', left), changing('r', right), { id: 'all', kind: 'union', config: {} }, { id: 'some', kind: 'filter', config: { where: "v > 0 OR t = 'a'" } }]
    const expected = [...tableOf(left), ...tableOf(right)].filter(({ v, t }) => (v !== null && v > 0) || t === 'a').map(({ k, v, t }) => ({ k: k === null ? null : k + 1, w: v === null ? t : 'v' }))
    const columns = [{ name: 'k', expression: 'k + 1' }, { name: 'w', expression: "CASE WHEN v IS NULL THEN t ELSE 'v' END" }]
    const job = jobOf([...operators, { id: 'op', kind: 'project', config: { columns } }], [{ from: 'l', to: 'all' }, { from: 'r', to: 'all' }, { from: 'all', to: 'some' }, { from: 'some', to: 'op' }])
    return evaluated(job, expected)
  }),
  agree('elements of arrays', [fc.array(fc.option(fc.array(fc.constantFrom(1, 2, null), { maxLength: 3 })), { maxLength: 6 }), fc.boolean(), fc.boolean()], (arrays, outer, numbered) => {
    const rows: Operator = { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: arrays.map((array, i) => [i, array]) }, columns: [{ name: 'i', type: 'INT' }, { name: 'a', type: 'ARRAY<INT>' }] } }
    const config = { expression: 'a', columns: [{ name: 'e' }], ...(outer ? { outer } : {}), ...(numbered ? { ordinalityColumn: 'o' } : {}) }
    const expected = arrays.flatMap((a, i): JsonObject[] => {
      const elements = (a ?? []).map((e, at) => ({ i, a, e, ...(numbered ? { o: at + 1 } : {}) }))
      return elements.length === 0 && outer ? [{ i, a, e: null, ...(numbered ? { o: null } : {}) }] : elements
    })
    return evaluated(jobOf([rows, { id: 'op', kind: 'unnest', config: config as JsonObject }], [{ from: 'rows', to: 'op' }]), expected)
  }),
]

/** Three-valued: NULL is below nothing. */
export function isBelow(a: number | null, b: number | null): boolean {
  return a !== null && b !== null && a < b
}
