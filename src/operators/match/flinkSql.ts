import { namedExpressionsOf } from '../../job/joinConfig.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import { parseExpression } from '../../expression/parse.ts'
import { expressionToSql } from '../../sql/expressionToSql.ts'
import { columnSql, quoted } from '../../sql/printStatement.ts'
import type { Sql } from '../../sql/statement.ts'
import { orderSql } from '../rankSql.ts'
import { oneView, type FlinkVersion, type SqlEmitter } from '../sqlEmitter.ts'
import { parseAfterMatch, parsePattern, type AfterMatch, type PatternVariable } from './pattern.ts'

export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config } = context.spec
    const { variables } = parsePattern(config.pattern as string)
    const { skip } = parseAfterMatch((config.afterMatch as string | undefined) ?? 'SKIP PAST LAST ROW')
    const measures = namedExpressionsOf(config, 'measures') ?? []
    const define = namedExpressionsOf(config, 'define') ?? []
    const partitionBy = columnsOf(config, 'partitionBy')
    const timeColumn = orderOf(config)[0]!.column
    const columns = [...partitionBy, ...measures.map(({ name }) => name)].map((name) => ({ expression: columnSql(name) }))
    return oneView(
      context,
      {
        kind: 'select',
        columns,
        from: {
          kind: 'match',
          table: context.inputs[0]!,
          partitionBy,
          orderBy: orderSql(config),
          measures: measures.map(({ name, expression }) => ({ expression: measureSql(expression, timeColumn, context.version), as: name })),
          afterMatch: skipText(skip!),
          pattern: variables.map((variable) => `${quoted(variable.name)}${quantifierText(variable)}`).join(' '),
          ...(typeof config.withinMs === 'number' ? { withinMs: config.withinMs } : {}),
          // The grammar wants one condition at least.
          define: define.length === 0 ? [{ name: variables[0]!.name, condition: { sql: 'TRUE' } }] : define.map(({ name, expression }) => ({ name, condition: expressionToSql(expression, context.version) })),
          as: 'matched',
        },
      },
    )
  },
}

/** MATCH_ROWTIME() alone would give TIMESTAMP whatever the column is; with the column it has its type. */
function measureSql(text: string, timeColumn: string, version: FlinkVersion): Sql {
  const { expression } = parseExpression(text)
  if (expression?.kind === 'call' && expression.name === 'MATCH_ROWTIME') return { sql: `MATCH_ROWTIME(${quoted(timeColumn)})` }
  return expressionToSql(text, version)
}

function skipText(skip: AfterMatch): string {
  switch (skip.kind) {
    case 'pastLast':
      return 'SKIP PAST LAST ROW'
    case 'next':
      return 'SKIP TO NEXT ROW'
    case 'first':
    case 'last':
      return `SKIP TO ${skip.kind.toUpperCase()} ${quoted(skip.variable)}`
  }
}

function quantifierText({ least, most, greedy }: PatternVariable): string {
  const reluctant = greedy ? '' : '?'
  if (least === 1 && most === 1) return reluctant === '' ? '' : '{1}?'
  if (least === 0 && most === 1) return '?'
  if (most === null) return `${least === 0 ? '*' : least === 1 ? '+' : `{${least},}`}${reluctant}`
  return `${least === most ? `{${least}}` : `{${least}, ${most}}`}${reluctant}`
}
