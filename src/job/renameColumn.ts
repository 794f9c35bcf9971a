import type { JsonObject } from '../columnar/json.ts'
import { isReserved } from '../expression/keywords.ts'
import { parseExpression } from '../expression/parse.ts'
import { columnUses } from './columnUses.ts'

/**
 * Expressions and lists of columns that follow when an input's column is renamed.
 *
 * Only the name itself is replaced in the text, so that spelling and spacing of the rest stay the user's. A text that does not parse is left as it is: its
 * Problem will say what is missing. `qualifier` is `l` or `r` in joins; a bare name is then followed too, which is right where it was unambiguous.
 */
export function renameInExpression(text: string, qualifier: string | null, from: string, to: string): string {
  const { expression } = parseExpression(text)
  if (expression === null) return text
  const uses = columnUses(expression).filter((use) => use.name === from && (use.qualifier === null || use.qualifier === qualifier))
  uses.sort((a, b) => b.span.start - a.span.start)
  let result = text
  for (const { span, qualifier: written } of uses) {
    result = result.slice(0, span.start) + (written === null ? '' : `${written}.`) + quoteIdentifier(to) + result.slice(span.end)
  }
  return result
}

/** A column's name as an expression writes it: in backticks where it is a reserved word or no plain identifier. */
export function quoteIdentifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !isReserved(name) ? name : `\`${name.replaceAll('`', '``')}\``
}

/** A list of `{ name, expression }` under `key`, with the expressions following. */
export function renameInNamed(config: JsonObject, key: string, qualifier: string | null, from: string, to: string): JsonObject {
  const named = config[key]
  if (!Array.isArray(named)) return config
  return {
    ...config,
    [key]: named.map((entry: JsonObject) =>
      typeof entry.expression === 'string' ? { ...entry, expression: renameInExpression(entry.expression, qualifier, from, to) } : entry,
    ),
  }
}

/** A list of column names under `key`. */
export function renameInColumns(config: JsonObject, key: string, from: string, to: string): JsonObject {
  const columns = config[key]
  return Array.isArray(columns) ? { ...config, [key]: columns.map((name) => (name === from ? to : name)) } : config
}
