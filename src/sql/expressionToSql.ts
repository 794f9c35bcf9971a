import type { Expression } from '../expression/expression.ts'
import { parseExpression } from '../expression/parse.ts'
import { printWithNames } from '../expression/print.ts'
import { inDialect } from './dialect.ts'
import type { FlinkVersion } from './flinkVersion.ts'
import { quoted } from './printStatement.ts'
import type { Sql } from './statement.ts'

/**
 * A text of the expression language as Flink reads it: parsed and printed again, with every column quoted. The language is Flink's own scalar dialect, so no meaning changes on the way; what a
 * version has no name for is written with what it has (`dialect.ts`).
 * Only texts that have been checked come here.
 */
export function expressionToSql(text: string, version: FlinkVersion): Sql {
  const { expression } = parseExpression(text)
  if (expression === null) throw new Error(`an expression that does not parse was exported: ${text}`)
  return parsedToSql(expression, version)
}

export function parsedToSql(expression: Expression, version: FlinkVersion): Sql {
  return { sql: printWithNames(inDialect(expression, version), (qualifier, name) => (qualifier === null ? quoted(name) : `${quoted(qualifier)}.${quoted(name)}`), quoted) }
}

/** The same over the two sides of a join: a bare name that only one side has is qualified with it. */
export function joinExpressionToSql(text: string, left: ReadonlySet<string>, right: ReadonlySet<string>, version: FlinkVersion): Sql {
  const { expression } = parseExpression(text)
  if (expression === null) throw new Error(`an expression that does not parse was exported: ${text}`)
  return {
    sql: printWithNames(
      inDialect(expression, version),
      (qualifier, name) => {
        if (qualifier === 'l' || qualifier === 'r') return `${quoted(qualifier)}.${quoted(name)}`
        if (qualifier !== null) return `${quoted(left.has(qualifier) ? 'l' : 'r')}.${quoted(qualifier)}.${quoted(name)}`
        return left.has(name) && !right.has(name) ? `\`l\`.${quoted(name)}` : right.has(name) && !left.has(name) ? `\`r\`.${quoted(name)}` : quoted(name)
      },
      quoted,
    ),
  }
}
