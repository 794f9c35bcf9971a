import { withNullable } from '../columnar/dataType.ts'
import type { Field, Schema } from '../columnar/schema.ts'
import { freeName, namedExpressionsOf, pairsOf } from '../job/joinConfig.ts'
import type { OperatorInput } from '../job/operatorSpec.ts'
import type { JsonObject } from '../columnar/json.ts'
import { joinExpressionToSql } from '../sql/expressionToSql.ts'
import type { FlinkVersion } from '../sql/flinkVersion.ts'
import { flinkType } from '../sql/flinkType.ts'
import { columnSql, printFrom, quoted } from '../sql/printStatement.ts'
import type { From, SelectColumn, Sql } from '../sql/statement.ts'

/** The columns a join gives: its own, or all of the left and then all of the right, a taken name getting a number as in Flink. */
export function joinColumns(config: JsonObject, left: Schema, right: Schema, version: FlinkVersion): SelectColumn[] {
  const named = namedExpressionsOf(config, 'columns')
  if (named !== null) return named.map(({ name, expression }) => ({ expression: joinExpressionToSql(expression, namesOf(left), namesOf(right), version), as: name }))
  const taken = new Set(left.fields.map((field) => field.name))
  return [
    ...left.fields.map((field) => ({ expression: columnSql(field.name, 'l'), as: field.name })),
    ...right.fields.map((field) => {
      const name = freeName(field.name, taken)
      taken.add(name)
      return { expression: columnSql(field.name, 'r'), as: name }
    }),
  ]
}

/** `on` and the further condition; `more` are conditions of the operator itself. */
export function joinCondition(config: JsonObject, left: Schema, right: Schema, version: FlinkVersion, more: readonly string[] = []): Sql {
  const parts = [
    ...pairsOf(config).map((pair) => `\`l\`.${quoted(pair.left)} = \`r\`.${quoted(pair.right)}`),
    ...more,
    ...(typeof config.condition === 'string' ? [`(${joinExpressionToSql(config.condition, namesOf(left), namesOf(right), version).sql})`] : []),
  ]
  return { sql: parts.length === 0 ? 'TRUE' : parts.join(' AND ') }
}

export function namesOf(schema: Schema): ReadonlySet<string> {
  return new Set(schema.fields.map((field) => field.name))
}

/**
 * A side of a regular join, whose time attributes Flink wants to be plain timestamps. Behind a Top-N a column may be one to Flink still, though it is none here: an equality of two would make an interval join, which
 * Flink refuses over updates (docs/flink-facts.md). A cast to a column's own type costs nothing where it is plain.
 */
export function plainSide(table: string, { schema, updating }: OperatorInput, as: string): From {
  const isCast = ({ time, type }: Field): boolean => time !== undefined || (updating === true && (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision === 3)
  if (!schema.fields.some(isCast)) return { kind: 'table', name: table, as }
  const columns = schema.fields.map((field): SelectColumn => (isCast(field) ? { expression: { sql: `CAST(${quoted(field.name)} AS ${flinkType(withNullable(field.type, true))})` }, as: field.name } : { expression: columnSql(field.name) }))
  return { kind: 'query', query: { kind: 'select', columns, from: { kind: 'table', name: table } }, as }
}

/** Left rows that have a match, or have none. */
export function existsSql(type: 'semi' | 'anti', right: From, on: Sql): Sql {
  return { sql: `${type === 'anti' ? 'NOT ' : ''}EXISTS (\nSELECT 1\nFROM ${printFrom(right)}\nWHERE ${on.sql}\n)` }
}
