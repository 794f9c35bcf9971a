import * as fc from 'fast-check'
import type { JsonObject } from '../../../../columnar/json.ts'
import type { Edge, Operator } from '../../../../job/job.ts'
import { deduplicate, intervalJoin, joined, temporalJoin, windowAggregate, windowJoin, type EventRow } from '../evaluator.ts'
import { aggregateOf, callText, groups, tableOf, topN, type AggregateCall, type Change, type GroupColumn, type TableRow } from '../tableEvaluator.ts'
import type { RunOptions } from '../runProgram.ts'
import type { Check } from './check.ts'
import { agree, allJoinTypes, calls, changes, changing, delays, evaluated, gridWindows, inTime, isBelow, jobOf, joinTypes, late, source, timeText, wholeWindows } from './evaluator.ts'

/**
 * Several operators one behind the other over tables that are corrected: what one gives, with its corrections, is what the next one takes. Each step makes a table of the same three columns of another, once as operators and once as a
 * function over plain rows.
 */
interface Step {
  /** Behind `from`, with `other` at hand; the last operator is called `id`. */
  operators(id: string, from: string, other: string): { readonly operators: readonly Operator[]; readonly edges: readonly Edge[] }
  table(rows: readonly TableRow[], other: readonly TableRow[]): readonly TableRow[]
}

type ColumnTexts = readonly [k: string, v: string, t: string]

function project(id: string, [k, v, t]: ColumnTexts): Operator {
  return { id, kind: 'project', config: { columns: [{ name: 'k', expression: k }, { name: 'v', expression: v }, { name: 't', expression: t }] } }
}

function chain(operators: readonly Operator[], from: string): ReturnType<Step['operators']> {
  return { operators, edges: operators.map(({ id }, i) => ({ from: i === 0 ? from : operators[i - 1]!.id, to: id })) }
}

const conditions: readonly { readonly where: string; readonly holds: (row: TableRow) => boolean }[] = [
  { where: 'v > 0', holds: ({ v }) => v !== null && v > 0 },
  { where: "t <> 'a'", holds: ({ t }) => t !== null && t !== 'a' },
  { where: 'k IS NOT NULL AND v IS NOT NULL', holds: ({ k, v }) => k !== null && v !== null },
  { where: "k = 1 OR t = 'a'", holds: ({ k, t }) => k === 1 || t === 'a' },
]
const filters = fc.constantFrom(...conditions).map(({ where, holds }): Step => ({
  operators: (id, from) => chain([{ id, kind: 'filter', config: { where } }], from),
  table: (rows) => rows.filter(holds),
}))

const projections: readonly { readonly columns: ColumnTexts; readonly row: (row: TableRow) => TableRow }[] = [
  { columns: ['k', 'v + 1', 't'], row: ({ k, v, t }) => ({ k, v: v === null ? null : v + 1, t }) },
  { columns: ['CAST(v AS INT)', 'CAST(k AS BIGINT)', 't'], row: ({ k, v, t }) => ({ k: v, v: k, t }) },
  { columns: ['k', 'CASE WHEN v < 0 THEN 0 ELSE v END', "COALESCE(t, 'b')"], row: ({ k, v, t }) => ({ k, v: v !== null && v < 0 ? 0 : v, t: t ?? 'b' }) },
]
const projects = fc.constantFrom(...projections).map(({ columns, row }): Step => ({
  operators: (id, from) => chain([project(id, columns)], from),
  table: (rows) => rows.map(row),
}))

const unions = fc.constant<Step>({
  operators: (id, from, other) => ({ operators: [{ id, kind: 'union', config: {} }], edges: [{ from, to: id }, { from: other, to: id }] }),
  table: (rows, other) => [...rows, ...other],
})

/** Rows that are the same become one. */
const distinct = fc.constant<Step>({
  operators: (id, from) => chain([{ id, kind: 'group-aggregate', config: { groupBy: ['k', 'v', 't'], aggregates: [] } }], from),
  table: (rows) => [...new Map(rows.map((row) => [JSON.stringify([row.k, row.v, row.t]), row])).values()],
})

/** The number asked of each group stands for v, the greatest text for t where that is no group. */
const groupings = fc.tuple(calls.filter(({ name, column }) => name === 'COUNT' || column === 'v'), fc.constantFrom<GroupColumn[]>(['k'], ['k', 't'])).map(([call, groupBy]): Step => {
  const greatest: AggregateCall = { name: 'MAX', column: 't', distinct: false, above: null }
  const isByText = groupBy.includes('t')
  const aggregates = [{ name: 'n', expression: callText(call) }, ...(isByText ? [] : [{ name: 'most', expression: callText(greatest) }])]
  return {
    operators: (id, from) => chain([{ id: `${id}_groups`, kind: 'group-aggregate', config: { groupBy, aggregates } }, project(id, ['k', 'n', isByText ? 't' : 'most'])], from),
    table: (rows) =>
      groups(rows, groupBy, [groupBy]).map(({ group, rows: grouped }) => ({
        k: group[0] as number | null,
        v: aggregateOf(call, grouped) as number | null,
        t: (isByText ? group[1]! : aggregateOf(greatest, grouped)) as string | null,
      })),
  }
})

/** All columns, so that rows that tie are the same; the rank stands for v where it is asked for. */
const rankings = fc.tuple(fc.subarray(['k', 't'] as GroupColumn[], { maxLength: 1 }), fc.shuffledSubarray(['k', 'v', 't'] as const, { minLength: 3 }), fc.boolean(), fc.integer({ min: 1, max: 3 }), fc.boolean()).map(([partitionBy, columns, descending, n, ranked]): Step => {
  const order = columns.map((column, i) => ({ column, descending: descending === (i % 2 === 0) }))
  const config = { partitionBy, orderBy: order.map((term) => ({ column: term.column, direction: term.descending ? 'DESC' : 'ASC' })), n, ...(ranked ? { rankColumn: 'place' } : {}) }
  return {
    operators: (id, from) => chain([{ id: `${id}_best`, kind: 'top-n', config }, project(id, ['k', ranked ? 'place' : 'v', 't'])], from),
    table: (rows) => topN(rows, partitionBy, order, n).map(({ row: { k, v, t }, rank }) => ({ k, v: ranked ? rank : v, t })),
  }
})

/** With the other table or with itself; what pairs brings the other side's number. */
const joins = fc.tuple(allJoinTypes, fc.boolean(), fc.boolean()).map(([type, conditional, itself]): Step => {
  const config = { type, on: [{ left: 'k', right: 'k' }], ...(conditional ? { condition: 'l.v < r.v' } : {}) }
  const isHalf = type === 'semi' || type === 'anti'
  return {
    operators: (id, from, other) => ({
      operators: [{ id: `${id}_pairs`, kind: 'regular-join', config }, project(id, isHalf ? ['k', 'v', 't'] : ['k', 'v0', 'COALESCE(t, t0)'])],
      edges: [{ from, to: `${id}_pairs`, toPort: 'left' }, { from: itself ? from : other, to: `${id}_pairs`, toPort: 'right' }, { from: `${id}_pairs`, to: id }],
    }),
    table: (rows, other) =>
      joined(rows, itself ? rows : other, (l, r) => l.k !== null && l.k === r.k && (!conditional || isBelow(l.v, r.v)), type).map(([l, r]) =>
        isHalf ? l! : { k: l?.k ?? null, v: r?.v ?? null, t: l?.t ?? r?.t ?? null },
      ),
  }
})

const steps = (least: number): fc.Arbitrary<Step[]> => fc.array(fc.oneof(filters, projects, unions, distinct, { weight: 3, arbitrary: groupings }, { weight: 2, arbitrary: rankings }, { weight: 2, arbitrary: joins }), { minLength: least, maxLength: 4 })
const ways = fc.constantFrom<RunOptions>({ batchRows: 3 }, { batchRows: 1, edgesShown: false }, { edgesShown: false, parallelism: 2 }, { batchRows: 2, rewrites: false, parallelism: 3 })

/** What the steps begin with. */
interface Start {
  readonly operators: readonly Operator[]
  readonly edges: readonly Edge[]
  /** The operator whose rows they are. */
  readonly last: string
  readonly table: readonly TableRow[]
}

const corrected = changes.map((rows): Start => ({ operators: [changing('l', rows)], edges: [], last: 'l', table: tableOf(rows) }))

/** Event time ends here: a text of it goes on as t. */
function timed(operator: Omit<Operator, 'id'>, sources: readonly Operator[], [v, time]: readonly [v: string, time: string], table: readonly TableRow[]): Start {
  const operators = [...sources, { id: 'timed', ...operator }, project('start', ['k', v, `CAST(${time} AS STRING)`])]
  const ports = sources.length === 1 ? [{}] : [{ toPort: 'left' }, { toPort: 'right' }]
  return { operators, edges: [...sources.map(({ id }, i): Edge => ({ from: id, to: 'timed', ...ports[i] })), { from: 'timed', to: 'start' }], last: 'start', table }
}

function rowOf(l: EventRow | null, r: EventRow | null): TableRow {
  return { k: l?.k ?? null, v: r?.v ?? null, t: l === null ? null : timeText(l.ts) }
}

const onKey = [{ left: 'k', right: 'k' }]
const keep = fc.constantFrom('first' as const, 'last' as const)
const event: fc.Arbitrary<Start> = fc.oneof(
  fc.tuple(late, delays, wholeWindows).map(([rows, delayMs, window]) => {
    const config = { window: { ...window, timeColumn: 'ts' }, groupBy: ['k'], aggregates: [{ name: 's', expression: 'SUM(v)' }] } as unknown as JsonObject
    return timed({ kind: 'window-aggregate', config }, [source('rows', rows, delayMs)], ['s', 'window_end'], windowAggregate(rows, delayMs, window).map(({ k, sum, end }) => ({ k, v: sum, t: timeText(end) })))
  }),
  fc.tuple(late, delays, keep).map(([rows, delayMs, which]) => {
    const config = { keys: ['k'], orderBy: [{ column: 'ts' }], keep: which }
    return timed({ kind: 'deduplicate', config }, [source('rows', rows, delayMs)], ['v', 'ts'], deduplicate(rows, delayMs, which).map((row) => rowOf(row, row)))
  }),
  fc.tuple(inTime, inTime, joinTypes).map(([left, right, type]) => {
    const config = { type, on: onKey, leftTime: 'ts', rightTime: 'ts', lowerMs: -1000, upperMs: 500 }
    return timed({ kind: 'interval-join', config }, [source('rows', left, 1), source('others', right, 1)], ['v0', 'ts'], intervalJoin(left, right, -1000, 500, type).map(([l, r]) => rowOf(l, r)))
  }),
  fc.tuple(inTime, inTime, gridWindows, joinTypes).map(([left, right, window, type]) => {
    const config = { type, window: { ...window, timeColumn: 'ts' }, on: onKey }
    return timed({ kind: 'window-join', config }, [source('rows', left, 1), source('others', right, 1)], ['v0', 'ts'], windowJoin(left, right, window, type).map(({ pair: [l, r] }) => rowOf(l, r)))
  }),
  fc.tuple(inTime, inTime, fc.constantFrom('inner' as const, 'left' as const)).map(([left, right, type]) =>
    timed({ kind: 'temporal-join', config: { type, on: onKey, leftTime: 'ts' } }, [source('rows', left, 1), source('others', right, 1)], ['v0', 'ts'], temporalJoin(left, right, type).map(([l, r]) => rowOf(l, r)))),
)

function chained(start: Start, right: readonly Change[], chosen: readonly Step[], options: RunOptions): ReturnType<typeof evaluated> {
  const other = tableOf(right)
  let { table, last: from } = start
  const operators = [...start.operators]
  const edges = [...start.edges]
  for (const [i, step] of chosen.entries()) {
    const id = i === chosen.length - 1 ? 'op' : `step${i}`
    const made = step.operators(id, from, 'r')
    operators.push(...made.operators)
    edges.push(...made.edges)
    table = step.table(table, other)
    from = id
  }
  if (edges.some((edge) => edge.from === 'r')) operators.unshift(changing('r', right))
  return evaluated(jobOf(operators, edges), table.map(({ k, v, t }): JsonObject => ({ k, v, t })), options)
}

export const tableChainChecks: readonly Check[] = [
  agree('operators one behind the other over tables that are corrected', [corrected, changes, steps(2), ways], chained, 3),
  agree('tables behind windows, joins and deduplication by time, with late rows', [event, changes, steps(1), ways], chained, 3),
]
