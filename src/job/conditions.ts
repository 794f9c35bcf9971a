import type { Schema } from '../columnar/schema.ts'
import { checkAggregate } from '../expression/aggregates.ts'
import { traitsOf } from '../expression/compile.ts'
import type { Expression, Scope } from '../expression/expression.ts'
import { parseExpression } from '../expression/parse.ts'
import { printExpression } from '../expression/print.ts'
import { checkPredicate, checkScalar } from '../expression/typeOf.ts'
import { columnUses } from './columnUses.ts'

/**
 * Conditions as lists of conjuncts, for the rewrites that ask them earlier: a row goes on when the whole is TRUE, which is when each conjunct is.
 *
 * Where a condition is asked decides on which rows it is computed, so only what cannot fail and depends on nothing but its row may be moved, and only past expressions of which the same is
 * true: otherwise a row that failed the job would be gone before, or one would fail it that never came so far.
 */
export function conjunctsOf(text: string): readonly Expression[] | null {
  const { expression } = parseExpression(text)
  if (expression === null) return null
  return expression.kind === 'call' && expression.name === 'AND' ? expression.args : [expression]
}

export function conditionText(conjuncts: readonly Expression[]): string {
  const [first] = conjuncts
  if (first === undefined) return 'TRUE'
  return printExpression(conjuncts.length === 1 ? first : { kind: 'call', name: 'AND', args: conjuncts, symbols: [], distinct: false, filter: null, span: first.span })
}

/** The condition is sound, cannot fail, and depends on its row alone: not on a clock, a time zone or the watermark. */
export function isPureCondition(text: string, scope: Scope): boolean {
  const { typed } = checkPredicate(text, scope)
  if (typed === null) return false
  const { fails, contextual } = traitsOf(typed)
  return !fails && !contextual
}

export function isPureScalar(text: string, scope: Scope): boolean {
  const { typed } = checkScalar(text, scope)
  if (typed === null) return false
  const { fails, contextual } = traitsOf(typed)
  return !fails && !contextual
}

/** No argument, condition or result of the aggregates can fail, whatever rows there are. */
export function arePureAggregates(texts: readonly string[], schema: Schema): boolean {
  return texts.every((text) => {
    const { aggregate } = checkAggregate(text, { inputs: [{ qualifier: null, schema }] })
    if (aggregate === null) return false
    const parts = [aggregate.result, ...aggregate.calls.flatMap((call) => [...call.args, ...(call.filter === null ? [] : [call.filter])])]
    return parts.every((part) => {
      const { fails, contextual } = traitsOf(part)
      return !fails && !contextual
    })
  })
}

/** The expression with every column replaced; null when one has nothing to take its place, or may be a field of a row. */
export function replaceColumns(expression: Expression, replacement: (name: string, qualifier: string | null) => Expression | null): Expression | null {
  let whole = true
  const replaced = walk(expression, (column) => {
    const found = replacement(column.name, column.qualifier)
    if (found === null) whole = false
    return found ?? column
  })
  return whole ? replaced : null
}

function walk(expression: Expression, column: (use: Extract<Expression, { kind: 'column' }>) => Expression): Expression {
  switch (expression.kind) {
    case 'literal':
      return expression
    case 'column':
      return column(expression)
    case 'call':
      return { ...expression, args: expression.args.map((argument) => walk(argument, column)), filter: expression.filter === null ? null : walk(expression.filter, column) }
    case 'cast':
    case 'field':
      return { ...expression, operand: walk(expression.operand, column) }
    case 'element':
      return { ...expression, operand: walk(expression.operand, column), index: walk(expression.index, column) }
  }
}

export function bareColumn(name: string): Expression {
  return { kind: 'column', name, qualifier: null, span: { start: 0, end: 0 } }
}

/** Names the expression uses, when it uses bare names alone; null otherwise. */
export function bareNames(expression: Expression): ReadonlySet<string> | null {
  const uses = columnUses(expression)
  return uses.every((use) => use.qualifier === null) ? new Set(uses.map((use) => use.name)) : null
}

/** A condition on columns that pass unchanged: itself, when all it names is among them. */
export function onColumns(condition: Expression, columns: readonly string[]): Expression | null {
  const names = bareNames(condition)
  return names !== null && [...names].every((name) => columns.includes(name)) ? condition : null
}
