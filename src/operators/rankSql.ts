import { orderOf } from '../job/orderConfig.ts'
import type { JsonObject } from '../columnar/json.ts'
import type { Schema } from '../columnar/schema.ts'
import { columnSql, quoted } from '../sql/printStatement.ts'
import type { From, Select, SelectColumn } from '../sql/statement.ts'

/** A name for the row number that no column has. */
function rowNumberName(schema: Schema): string {
  let name = 'row_number'
  while (schema.fields.some((field) => field.name === name)) name += '_'
  return name
}

/** `price` DESC, `ts` ASC: NULL is the lowest value in Flink too, so no more needs saying. */
export function orderSql(config: JsonObject): string {
  return orderOf(config)
    .map(({ column, descending }) => `${quoted(column)} ${descending ? 'DESC' : 'ASC'}`)
    .join(', ')
}

/**
 * The rows with a row number of at most n: the one shape that Flink's planner knows as Top-N, deduplication and their window forms. `columns` come out, and the number under `rankColumn` where
 * one is wanted: left out it saves changes.
 */
export function rowNumberUpTo(options: {
  readonly from: From
  readonly schema: Schema
  readonly columns: readonly string[]
  readonly partitionBy: readonly string[]
  readonly order: string
  readonly n: number
  readonly rankColumn?: string
}): Select {
  const { from, schema, columns, partitionBy, order, n, rankColumn } = options
  const number = rankColumn ?? rowNumberName(schema)
  const partition = partitionBy.length === 0 ? '' : `PARTITION BY ${partitionBy.map(quoted).join(', ')} `
  const numbered: SelectColumn[] = [
    ...columns.map((name) => ({ expression: columnSql(name) })),
    { expression: { sql: `ROW_NUMBER() OVER (${partition}ORDER BY ${order})` }, as: number },
  ]
  return {
    kind: 'select',
    columns: [...columns.map((name) => ({ expression: columnSql(name) })), ...(rankColumn === undefined ? [] : [{ expression: columnSql(rankColumn) }])],
    from: { kind: 'query', query: { kind: 'select', columns: numbered, from }, as: 'numbered' },
    where: { sql: n === 1 ? `${quoted(number)} = 1` : `${quoted(number)} <= ${n}` },
  }
}
