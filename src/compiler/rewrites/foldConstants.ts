import type { JsonObject } from '../../columnar/json.ts'
import { valueAt } from '../../columnar/column.ts'
import { sameType } from '../../columnar/dataType.ts'
import { RowError } from '../../columnar/rowError.ts'
import { checkAggregate } from '../../expression/aggregates.ts'
import { compileScalar, traitsOf } from '../../expression/compile.ts'
import type { EvaluationContext, Expression, Scope } from '../../expression/expression.ts'
import { functionTable } from '../../expression/functions.ts'
import { children, parseExpression, sameExpression } from '../../expression/parse.ts'
import { hasLiteral, printExpression } from '../../expression/print.ts'
import { checkScalar } from '../../expression/typeOf.ts'
import type { DefinitionOf } from '../../job/operatorDefinition.ts'
import type { RewriteNote } from '../compile.ts'
import type { LogicalPlan } from '../logicalPlan.ts'
import { inputSchemasOf, type Rewritten } from './rewrite.ts'

/**
 * Constant folding: what is computed from literals alone is computed once, here; TRUE leaves an AND and FALSE an OR; a condition that is decided is written as its value.
 *
 * A constant that fails, such as 1 / 0, stays as it is and fails the job at the first row that reaches it, as on Flink. What depends on the time zone, a clock or the watermark stays too, and NULL, which
 * has no type of its own. An expression whose type would become another (a rounding to a computed number of digits) is left whole.
 *
 * Source: Calcite's ReduceExpressionsRule.
 */
export function foldConstants(plan: LogicalPlan, definitionOf: DefinitionOf): Rewritten {
  const notes: RewriteNote[] = []
  const operators = plan.operators.map((operator) => {
    const { spec } = operator
    const definition = definitionOf(spec.kind)!
    if (definition.mapExpressions === undefined) return operator
    const folded: string[] = []
    const config: JsonObject = definition.mapExpressions({
      config: spec.config,
      inputs: inputSchemasOf(definition, spec.inputs),
      map: (text, scope) => {
        const after = foldedText(text, scope, definition.condition !== undefined)
        if (after !== null) folded.push(`${oneLine(text)} as ${after}`)
        return after ?? text
      },
    })
    if (folded.length === 0) return operator
    for (const text of folded) notes.push({ rewrite: 'fold constants', operator: spec.id, text: `computes ${text}` })
    return { ...operator, spec: { ...spec, config } }
  })
  return notes.length === 0 ? { plan, notes } : { plan: { ...plan, operators }, notes }
}

/** The expression with its constants computed, or null when nothing changes. A condition may come to be NOT NULL, because FALSE and NULL drop the row alike; a column keeps its type. */
function foldedText(text: string, scope: Scope, asCondition: boolean): string | null {
  const { expression } = parseExpression(text)
  if (expression === null) return null
  const folded = fold(expression, scope, asCondition)
  if (sameExpression(folded, expression)) return null
  const after = printExpression(folded)
  return sameMeaning(text, after, scope, !asCondition) ? after : null
}

/** Typed alike, as a scalar or as an aggregate. */
function sameMeaning(before: string, after: string, scope: Scope, nullability: boolean): boolean {
  const typeOf = (text: string) => checkScalar(text, scope).typed?.type ?? checkAggregate(text, scope).aggregate?.type ?? null
  const [a, b] = [typeOf(before), typeOf(after)]
  return a !== null && b !== null && sameType(a, b, nullability)
}

function fold(expression: Expression, scope: Scope, decides: boolean): Expression {
  if (expression.kind === 'call' && (expression.name === 'AND' || expression.name === 'OR')) return foldLogic({ ...expression, args: expression.args.map((argument) => fold(argument, scope, decides)) }, scope, decides)
  if (expression.kind === 'literal' || expression.kind === 'column') return expression
  const whole = computed(expression)
  if (whole !== null) return whole
  switch (expression.kind) {
    case 'call':
      return { ...expression, args: expression.args.map((argument) => fold(argument, scope, false)), filter: expression.filter === null ? null : fold(expression.filter, scope, false) }
    case 'cast':
    case 'field':
      return { ...expression, operand: fold(expression.operand, scope, false) }
    case 'element':
      return { ...expression, operand: fold(expression.operand, scope, false), index: fold(expression.index, scope, false) }
  }
}

/** `TRUE AND x` is x. `FALSE AND x`, where the whole is a condition, is FALSE only when x cannot fail, because a NULL beside it would not keep it from failing. */
function foldLogic(call: Extract<Expression, { kind: 'call' }>, scope: Scope, decides: boolean): Expression {
  const neutral = call.name === 'AND'
  const others = call.args.filter((argument) => !isBoolean(argument, neutral))
  if (others.length === 0) return call.args[0]!
  const decided = !decides ? undefined : others.find((argument) => isBoolean(argument, !neutral))
  if (decided !== undefined && others.every((argument) => isPure(argument, scope))) return decided
  return others.length === 1 ? others[0]! : { ...call, args: others }
}

function isBoolean(expression: Expression, value: boolean): boolean {
  return expression.kind === 'literal' && expression.value === value
}

function isPure(expression: Expression, scope: Scope): boolean {
  const { typed } = checkScalar(printExpression(expression), scope)
  return typed !== null && !traitsOf(typed).fails
}

const nowhere: Scope = { inputs: [] }
const context: EvaluationContext = { timeZone: 'UTC', processingTime: () => 0, watermarks: null, watermark: -Infinity }

/** The value of a tree of literals as a literal that reads as itself; null where there is none. */
function computed(expression: Expression): Expression | null {
  if (!isConstant(expression)) return null
  const { typed } = checkScalar(printExpression(expression), nowhere)
  if (typed === null || !hasLiteral(typed.type) || traitsOf(typed).contextual) return null
  try {
    const value = valueAt(compileScalar(typed)([], 1, context), 0)
    if (value === null) return null
    const literal: Expression = { kind: 'literal', value, type: typed.type, span: expression.span }
    const read = checkScalar(printExpression(literal), nowhere).typed
    return read !== null && sameType(read.type, typed.type, true) ? literal : null
  } catch (error) {
    if (error instanceof RowError) return null
    throw error
  }
}

function isConstant(expression: Expression): boolean {
  if (expression.kind === 'column') return false
  if (expression.kind === 'call') {
    const definition = functionTable.get(expression.name)
    if (definition === undefined || definition.kind === 'aggregate' || expression.distinct || expression.filter !== null || expression.args.length === 0) return false
  }
  return children(expression).every(isConstant)
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
