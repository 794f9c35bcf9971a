import * as fc from 'fast-check'
import type { JsonObject } from '../../../../columnar/json.ts'
import type { Edge, Operator } from '../../../../job/job.ts'
import { joined, type JoinType } from '../evaluator.ts'
import { aggregateOf, callText, groups, tableOf, topN, type AggregateCall, type GroupColumn, type TableRow } from '../tableEvaluator.ts'
import type { RunOptions } from '../runProgram.ts'
import type { Check } from './check.ts'
import { agree, allJoinTypes, calls, changes, changing, evaluated, isBelow, jobOf } from './evaluator.ts'

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
      joined(rows, itself ? rows : other, (l, r) => l.k !== null && l.k === r.k && (!conditional || isBelow(l.v, r.v)), type as JoinType).map(([l, r]) =>
        isHalf ? l! : { k: l?.k ?? null, v: r?.v ?? null, t: l?.t ?? r?.t ?? null },
      ),
  }
})

const steps = fc.array(fc.oneof(filters, projects, unions, distinct, { weight: 3, arbitrary: groupings }, { weight: 2, arbitrary: rankings }, { weight: 2, arbitrary: joins }), { minLength: 2, maxLength: 4 })
const ways = fc.constantFrom<RunOptions>({ batchRows: 3 }, { batchRows: 1, edgesShown: false }, { edgesShown: false, parallelism: 2 }, { batchRows: 2, rewrites: false, parallelism: 3 })

export const tableChainChecks: readonly Check[] = [
  agree('operators one behind the other over tables that are corrected', [changes, changes, steps, ways], (left, right, chosen, options) => {
    const other = tableOf(right)
    let table: readonly TableRow[] = tableOf(left)
    let from = 'l'
    const operators: Operator[] = [changing('l', left), changing('r', right)]
    const edges: Edge[] = []
    for (const [i, step] of chosen.entries()) {
      const id = i === chosen.length - 1 ? 'op' : `step${i}`
      const made = step.operators(id, from, 'r')
      operators.push(...made.operators)
      edges.push(...made.edges)
      table = step.table(table, other)
      from = id
    }
    return evaluated(jobOf(operators.filter(({ id }) => id !== 'r' || edges.some((edge) => edge.from === 'r')), edges), table.map(({ k, v, t }): JsonObject => ({ k, v, t })), options)
  }, 3),
]
