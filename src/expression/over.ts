import type { Schema } from '../columnar/schema.ts'
import { intType, sameType, withNullable, type DataType } from '../columnar/dataType.ts'
import { typeAggregate, type AggregateCall } from './aggregates.ts'
import { expressionCode } from './codes.ts'
import type { Expression, ExpressionProblem, Scope, TypedExpression } from './expression.ts'
import { functionTable } from './functions.ts'
import { parseExpression } from './parse.ts'
import { typeScalar } from './typeOf.ts'

/**
 * Positions of an over-aggregate: an expression of the row's own columns, of aggregates over its frame, and of its place in the partition (`ROW_NUMBER()`, `LAG(price)`).
 *
 * The calls about its place become columns behind those of the row, and the aggregates columns of a second input, so that what is left is an ordinary scalar expression. Flink does the same
 * in two steps: an over operator that appends columns, and a calculation behind it.
 */
export interface OverCall {
  readonly name: 'ROW_NUMBER' | 'RANK' | 'DENSE_RANK' | 'LAG'
  /** Of LAG: the value, how many rows back, what stands where there is no such row (null: NULL). */
  readonly value: TypedExpression | null
  readonly rows: number
  readonly otherwise: TypedExpression | null
  readonly type: DataType
}

export interface CheckedOver {
  readonly places: readonly OverCall[]
  readonly calls: readonly AggregateCall[]
  /** Input 0: the row's columns, then one for each of `places`. Input 1: the results of `calls`. */
  readonly result: TypedExpression
  readonly type: DataType
}

export interface OverResult {
  readonly over: CheckedOver | null
  readonly problems: readonly ExpressionProblem[]
}

/** A name that no column can have been written as. */
const placeName = (index: number): string => `\u0000place${index}`

export function checkOver(text: string, schema: Schema): OverResult {
  const parsed = parseExpression(text)
  if (parsed.expression === null) return { over: null, problems: parsed.problems }
  const problems: ExpressionProblem[] = []
  const scope: Scope = { inputs: [{ qualifier: null, schema }] }
  const places: OverCall[] = []
  const remaining = withoutPlaces(parsed.expression, false, (call, within) => {
    if (within) {
      problems.push({ code: expressionCode.aggregateHere, severity: 'error', span: call.span, message: `${call.name} cannot stand within another call over the rows before. Compute it in an Over aggregate of its own before this one.` })
      return call
    }
    const typed = typePlace(call, scope, problems)
    if (typed === null) return call
    places.push(typed)
    return { kind: 'column', name: placeName(places.length - 1), qualifier: null, span: call.span }
  })
  if (problems.length > 0) return { over: null, problems }
  const extended: Scope = { inputs: [{ qualifier: null, schema: { fields: [...schema.fields, ...places.map(({ type }, i) => ({ name: placeName(i), type }))] } }] }
  if (!hasAggregate(remaining)) {
    if (places.length === 0) {
      const message = 'This looks at one row alone. Put it into an aggregate such as SUM or COUNT, use ROW_NUMBER() or LAG(column), or compute it in a Project.'
      return { over: null, problems: [{ code: expressionCode.aggregateHere, severity: 'error', span: parsed.expression.span, message }] }
    }
    const { typed, problems: found } = typeScalar(remaining, extended)
    return typed === null ? { over: null, problems: found } : { over: { places, calls: [], result: typed, type: typed.type }, problems: found }
  }
  const { aggregate, problems: found } = typeAggregate(remaining, extended, true)
  return aggregate === null ? { over: null, problems: found } : { over: { places, calls: aggregate.calls, result: aggregate.result, type: aggregate.type }, problems: found }
}

type CallNode = Expression & { readonly kind: 'call' }

/** The expression with each call over rows handed to `replace`: aggregates and places alike. For whoever writes them in another form. */
export function mapOverCalls(expression: Expression, replace: (call: CallNode) => Expression): Expression {
  if (expression.kind === 'call' && isOverCall(expression.name)) return replace(expression)
  return mapParts(expression, (part) => mapOverCalls(part, replace))
}

export function isPlace(name: string): boolean {
  return functionTable.get(name.toUpperCase())?.kind === 'over'
}

function isOverCall(name: string): boolean {
  const kind = functionTable.get(name.toUpperCase())?.kind
  return kind === 'aggregate' || kind === 'over'
}

function hasAggregate(expression: Expression): boolean {
  let found = false
  mapOverCalls(expression, (call) => {
    found ||= !isPlace(call.name)
    return call
  })
  return found
}

function withoutPlaces(expression: Expression, within: boolean, replace: (call: CallNode, within: boolean) => Expression): Expression {
  if (expression.kind === 'call' && isPlace(expression.name)) {
    for (const argument of expression.args) withoutPlaces(argument, true, replace)
    return replace(expression, within)
  }
  const inside = within || (expression.kind === 'call' && isOverCall(expression.name))
  return mapParts(expression, (part) => withoutPlaces(part, inside, replace))
}

function mapParts(expression: Expression, map: (part: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return expression
    case 'call':
      return { ...expression, args: expression.args.map(map), filter: expression.filter === null ? null : map(expression.filter) }
    case 'cast':
    case 'field':
      return { ...expression, operand: map(expression.operand) }
    case 'element':
      return { ...expression, operand: map(expression.operand), index: map(expression.index) }
  }
}

function typePlace(call: CallNode, scope: Scope, problems: ExpressionProblem[]): OverCall | null {
  const definition = functionTable.get(call.name.toUpperCase())!
  if (call.distinct || call.filter !== null || call.symbols.includes('*')) {
    const found = call.distinct ? 'DISTINCT' : call.filter !== null ? 'FILTER' : 'A star'
    problems.push({ code: expressionCode.arguments, severity: 'error', span: call.span, message: `${found} belongs to aggregates such as COUNT; ${call.name} is none. Remove it.` })
    return null
  }
  const args: TypedExpression[] = []
  for (const argument of call.args) {
    const result = typeScalar(argument, scope)
    problems.push(...result.problems)
    if (result.typed !== null) args.push(result.typed)
  }
  if (args.length < call.args.length) return null
  const resolution = definition.resolve({
    name: definition.name,
    symbols: call.symbols,
    args: args.map((argument) => ({ type: argument.type, constant: argument.kind === 'literal' ? argument.value : undefined, span: argument.span })),
  })
  if ('problem' in resolution) {
    problems.push({ code: resolution.code ?? expressionCode.arguments, severity: 'error', span: resolution.argument === undefined ? call.span : args[resolution.argument]!.span, message: resolution.problem })
    return null
  }
  const cast = (index: number): TypedExpression | null => {
    const argument = args[index]
    const wanted = resolution.args[index]
    if (argument === undefined || wanted === undefined) return null
    if (sameType(argument.type, wanted)) return argument
    return { kind: 'cast', operand: argument, type: withNullable(wanted, argument.type.nullable), mode: 'cast', span: argument.span }
  }
  const offset = args[1]
  return {
    name: definition.name as OverCall['name'],
    value: cast(0),
    rows: offset?.kind === 'literal' && sameType(withNullable(offset.type, true), withNullable(intType, true)) ? (offset.value as number) : 1,
    otherwise: cast(2),
    type: withNullable(resolution.result, resolution.nullable ?? true),
  }
}
