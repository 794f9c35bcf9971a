import type { Expression } from '../expression/expression.ts'
import { children, parseExpression } from '../expression/parse.ts'

/** Where an expression names columns: for renaming them and for telling which are read at all. */
export type ColumnUse = Extract<Expression, { kind: 'column' }>

export function columnUses(expression: Expression): ColumnUse[] {
  const uses: ColumnUse[] = []
  collect(expression, uses)
  return uses
}

function collect(expression: Expression, uses: ColumnUse[]): void {
  if (expression.kind === 'column') uses.push(expression)
  else for (const child of children(expression)) collect(child, uses)
}

/**
 * Names that a text may read from the input with this qualifier (null for an only input). Rather too many than too few: `a.b` counts as column b and, because it may be
 * field b of a ROW, as column a.
 */
export function columnsRead(text: string, qualifier: string | null): Set<string> {
  const { expression } = parseExpression(text)
  const names = new Set<string>()
  for (const use of expression === null ? [] : columnUses(expression)) {
    if (use.qualifier === null || use.qualifier === qualifier) names.add(use.name)
    else if (qualifier === null || (use.qualifier !== 'l' && use.qualifier !== 'r')) names.add(use.qualifier)
  }
  return names
}

/** The column's name where a text is nothing but one; null otherwise. */
export function columnsNamedOnly(text: string): string | null {
  const { expression } = parseExpression(text)
  return expression?.kind === 'column' && expression.qualifier === null ? expression.name : null
}
