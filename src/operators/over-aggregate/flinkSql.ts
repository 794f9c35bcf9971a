import { fieldOf } from '../../columnar/schema.ts'
import type { Expression } from '../../expression/expression.ts'
import { checkOver, isPlace, mapOverCalls } from '../../expression/over.ts'
import { parseExpression } from '../../expression/parse.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import { parsedToSql } from '../../sql/expressionToSql.ts'
import { printInterval, quoted } from '../../sql/printStatement.ts'
import type { From, SelectColumn } from '../../sql/statement.ts'
import { allColumns, noted, oneView, type SqlEmitter } from '../sqlEmitter.ts'
import { orderSql } from '../rankSql.ts'
import { frameOf, type Frame } from './definition.ts'

/**
 * Each call is computed over its frame within; the expressions around the calls follow outside, where Flink's planner would put them too. A select has one frame on a stream, and Flink's ranks and
 * LAG have that of a range: where the others count rows, the two are selects within each other.
 */
export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const { schema } = inputs[0]!
    const frame = frameOf(config)!
    const partitionBy = columnsOf(config, 'partitionBy')
    const partition = partitionBy.length === 0 ? '' : `PARTITION BY ${partitionBy.map(quoted).join(', ')} `
    const order = `${partition}ORDER BY ${orderSql(config)}`
    const preceding = frame.preceding === null ? 'UNBOUNDED PRECEDING' : frame.type === 'rows' ? `${frame.preceding} PRECEDING` : `${printInterval(frame.preceding)} PRECEDING`
    const framed = (unit: 'ROWS' | 'RANGE'): string => `${order} ${unit} BETWEEN ${preceding} AND CURRENT ROW`
    const calls: Record<'ROWS' | 'RANGE', SelectColumn[]> = { ROWS: [], RANGE: [] }
    const taken = new Set(schema.fields.map((field) => field.name))
    const add = (unit: 'ROWS' | 'RANGE', sql: string): Expression => {
      const as = freeName(taken)
      calls[unit].push({ expression: { sql }, as })
      return { kind: 'column', name: as, qualifier: null, span: { start: 0, end: 0 } }
    }
    const columns = (namedExpressionsOf(config, 'aggregates') ?? []).map(({ name, expression }): SelectColumn => {
      const { places } = checkOver(expression, schema).over!
      let place = 0
      const around = mapOverCalls(parseExpression(expression).expression!, (call) => {
        if (!isPlace(call.name)) {
          const unit = frame.type === 'rows' ? 'ROWS' : 'RANGE'
          return add(unit, `${parsedToSql(withoutFilter(call), context.version).sql} OVER (${framed(unit)})`)
        }
        const { name: kind, rows } = places[place++]!
        // Flink refuses a frame here: a row number has rows, the others a range.
        if (kind === 'ROW_NUMBER') return add('ROWS', `ROW_NUMBER() OVER (${order})`)
        const [value, offset, otherwise] = call.args
        if (otherwise === undefined) return add('RANGE', `${parsedToSql(call, context.version).sql} OVER (${order})`)
        // Flink takes what stands in for a missing row for an INT or a text, whatever it is cast to.
        const found = add('RANGE', `${parsedToSql({ ...call, args: [value!, offset!] }, context.version).sql} OVER (${order})`)
        const count = add('RANGE', `COUNT(*) OVER (${framed('RANGE')})`)
        const { span } = call
        const isThere: Expression = { ...call, name: '>', args: [count, { kind: 'literal', value: rows, type: { kind: 'INT', nullable: false }, span }], symbols: [] }
        return { ...call, name: 'CASE', args: [isThere, found, otherwise], symbols: [] }
      })
      return { expression: parsedToSql(around, context.version), as: name }
    })
    let from: From = { kind: 'table', name: context.inputs[0]! }
    const inner = allColumns(schema)
    for (const unit of ['ROWS', 'RANGE'] as const) {
      if (calls[unit].length === 0) continue
      from = { kind: 'query', query: { kind: 'select', columns: [...inner, ...calls[unit]], from }, as: unit === 'ROWS' ? 'framed' : 'placed' }
      for (const { as } of calls[unit]) inner.push({ expression: { sql: quoted(as!) } })
    }
    return oneView(context, { kind: 'select', columns: [...allColumns(schema), ...columns], from }, noted(ttlNotes(context.spec, frame)))
  },
}

/** In processing time over all rows before, Flink drops what was counted by the time to live and keeps for ever what is behind DISTINCT (docs/decisions/0266). */
function ttlNotes({ config, inputs, stateTtlMs = 0 }: OperatorSpec, frame: Frame): string[] {
  const { schema } = inputs[0]!
  if (stateTtlMs <= 0 || frame.preceding !== null || fieldOf(schema, orderOf(config)[0]!.column)?.time !== 'processing') return []
  const calls = (namedExpressionsOf(config, 'aggregates') ?? []).flatMap(({ expression }) => checkOver(expression, schema).over!.calls)
  if (!calls.some(({ name, distinct }) => distinct || name === 'COLLECT')) return []
  return ['A partition that expired begins anew; on Flink, values behind DISTINCT that were met before are never counted again.']
}

type Call = Expression & { readonly kind: 'call' }

/** `SUM(x) FILTER (WHERE c)` as `SUM(CASE WHEN c THEN x END)`: aggregates pass over NULLs. */
function withoutFilter(call: Call): Call {
  const { filter, span } = call
  if (filter === null) return call
  const nothing: Expression = { kind: 'literal', value: null, type: { kind: 'NULL', nullable: true }, span }
  const one: Expression = { kind: 'literal', value: 1, type: { kind: 'INT', nullable: false }, span }
  const [value = one, ...others] = call.args
  const chosen: Expression = { kind: 'call', name: 'CASE', args: [filter, value, nothing], symbols: [], distinct: false, filter: null, span }
  return { ...call, args: [chosen, ...others], symbols: call.symbols.filter((symbol) => symbol !== '*'), filter: null }
}

function freeName(taken: Set<string>): string {
  let number = 0
  while (taken.has(`over_${number}`)) number++
  taken.add(`over_${number}`)
  return `over_${number}`
}
