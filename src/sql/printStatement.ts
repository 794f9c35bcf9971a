import { printDuration, printText } from '../expression/print.ts'
import type { From, MatchRecognize, Query, Select, Sql, Statement, TableStatement } from './statement.ts'

/**
 * Statements to text: the one door through which names, texts and intervals reach a script. Every name is in backticks, since about 400 words are reserved and most of them are ordinary; every
 * text is a literal whose control characters are code points. The same statement gives the same bytes. A name with a line break has no form that Flink reads, and half a character none at all: the
 * exporter refuses both before they come here.
 */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'set':
      return `SET ${printText(statement.key)} = ${printText(statement.value)};`
    case 'table':
      return `${printTable(statement)};`
    case 'view':
      return `CREATE TEMPORARY VIEW ${quoted(statement.name)} AS\n${printQuery(statement.query)};`
    case 'insert':
      return `INSERT INTO ${quoted(statement.table)}\n${printQuery(statement.query)};`
    case 'statement-set':
      return `EXECUTE STATEMENT SET\nBEGIN\n${statement.inserts.map(printStatement).join('\n')}\nEND;`
  }
}

/** A name in backticks. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

function printTable({ name, columns, watermark, primaryKey, options }: TableStatement): string {
  const lines = [
    ...columns.map((column) => ('type' in column ? `${quoted(column.name)} ${column.type}` : `${quoted(column.name)} AS ${column.expression.sql}`)),
    ...(watermark === undefined ? [] : [`WATERMARK FOR ${quoted(watermark.column)} AS ${watermark.expression.sql}`]),
    ...(primaryKey === undefined ? [] : [`PRIMARY KEY (${primaryKey.map(quoted).join(', ')}) NOT ENFORCED`]),
  ]
  const withOptions = options.map(([key, value]) => `${printText(key)} = ${printText(value)}`)
  return `CREATE TEMPORARY TABLE ${quoted(name)} (\n${indented(lines)}\n) WITH (\n${indented(withOptions)}\n)`
}

export function printQuery(query: Query): string {
  return query.kind === 'union-all' ? query.parts.map(printSelect).join('\nUNION ALL\n') : printSelect(query)
}

function printSelect({ columns, from, where, groupBy }: Select): string {
  const list = columns.map(({ expression, as }) => (as === undefined ? expression.sql : `${expression.sql} AS ${quoted(as)}`))
  return [
    `SELECT\n${indented(list)}`,
    `FROM ${printFrom(from)}`,
    ...(where === undefined ? [] : [`WHERE ${where.sql}`]),
    ...(groupBy === undefined ? [] : [`GROUP BY ${groupBy.map(({ sql }) => sql).join(', ')}`]),
  ].join('\n')
}

export function printFrom(from: From): string {
  switch (from.kind) {
    case 'table':
      return `${quoted(from.name)}${named(from.as)}`
    case 'query':
      return `(\n${printQuery(from.query)}\n)${named(from.as)}`
    case 'join':
      return `${printFrom(from.left)}\n${from.type} JOIN ${printFrom(from.right)}\nON ${from.on.sql}`
    case 'unnest': {
      const elements = `UNNEST(${from.collection.sql})${from.ordinality ? ' WITH ORDINALITY' : ''} AS ${quoted(from.as)} (${from.columns.map(quoted).join(', ')})`
      return from.outer ? `${printFrom(from.left)}\nLEFT JOIN ${elements}\nON TRUE` : `${printFrom(from.left)}\nCROSS JOIN ${elements}`
    }
    case 'as-of':
      return `${quoted(from.name)} FOR SYSTEM_TIME AS OF ${from.time.sql}${named(from.as)}`
    case 'match':
      return printMatch(from)
    case 'window': {
      // Several columns stand in parentheses here: after a comma the parser takes the next argument of the window function.
      const partitionBy = (from.partitionBy ?? []).map(quoted)
      const partition = partitionBy.length === 0 ? '' : ` PARTITION BY ${partitionBy.length === 1 ? partitionBy[0]! : `(${partitionBy.join(', ')})`}`
      const table = partition === '' ? `TABLE ${quoted(from.table)}` : `TABLE ${quoted(from.table)}${partition}`
      return `TABLE(${from.function}(${table}, DESCRIPTOR(${quoted(from.timeColumn)}), ${from.intervals.map(printInterval).join(', ')}))${named(from.as)}`
    }
  }
}

function printMatch({ table, partitionBy, orderBy, measures, afterMatch, pattern, withinMs, define, as }: MatchRecognize): string {
  const lines = [
    ...(partitionBy.length === 0 ? [] : [`PARTITION BY ${partitionBy.map(quoted).join(', ')}`]),
    `ORDER BY ${orderBy}`,
    `MEASURES\n${indented(measures.map((measure) => `${measure.expression.sql} AS ${quoted(measure.as)}`))}`,
    'ONE ROW PER MATCH',
    `AFTER MATCH ${afterMatch}`,
    `PATTERN (${pattern})${withinMs === undefined ? '' : ` WITHIN ${printInterval(withinMs)}`}`,
    `DEFINE\n${indented(define.map(({ name, condition }) => `${quoted(name)} AS ${condition.sql}`))}`,
  ]
  return `${quoted(table)}\nMATCH_RECOGNIZE (\n${lines.join('\n')}\n)${named(as)}`
}

function named(as: string | undefined): string {
  return as === undefined ? '' : ` AS ${quoted(as)}`
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join(',\n')
}

/**
 * A duration as a literal: in the largest unit that divides it, as the expression language prints its own. Two leading digits are the default, three the most that Flink's planner takes; longer
 * ones count days, hours, minutes and seconds.
 */
export function printInterval(ms: number): string {
  return `INTERVAL ${printDuration(ms)}`
}

/** A column by name, of one side of a join where a qualifier is given. */
export function columnSql(name: string, qualifier?: string): Sql {
  return { sql: qualifier === undefined ? quoted(name) : `${quoted(qualifier)}.${quoted(name)}` }
}
