import { isCharacter, printType, sameType, withNullable, type DataType } from '../columnar/dataType.ts'
import { fieldIndex, type Field } from '../columnar/schema.ts'
import { untypedNull } from './bareNull.ts'
import { CastFailure, castFails, castMayGiveNull, castProblem, castReadsZone, castValue } from './castValue.ts'
import { expressionCode } from './codes.ts'
import type { Expression, ExpressionProblem, Scope, Span, TypedExpression } from './expression.ts'
import type { ArgumentType } from './functionDefinition.ts'
import { functionTable } from './functions.ts'
import { printName } from './keywords.ts'
import { parseExpression } from './parse.ts'
import { nearest } from './suggest.ts'

/**
 * Checking: every name found, every type known, every implicit cast made explicit, by Flink's rules.
 *
 * An implicit cast has the span of its operand (an explicit one is longer), which is how the printer knows to leave it out. Implicit casts of literals are tried
 * here, so that a text that is no date is a problem and not a failing job. Problems of several operands are reported together; the tree is null if there is any.
 */
export interface TypedResult {
  readonly typed: TypedExpression | null
  readonly problems: readonly ExpressionProblem[]
}

/** Parses and types an expression that gives a column its values. */
export function checkScalar(text: string, scope: Scope): TypedResult {
  const result = check(text, scope)
  return result.typed === null ? result : requireColumnType(result.typed)
}

export function requireColumnType(typed: TypedExpression): TypedResult {
  const problem = noColumnType(typed.type)
  return problem === null ? { typed, problems: [] } : { typed: null, problems: [{ code: expressionCode.mismatch, severity: 'error', span: typed.span, message: problem }] }
}

/** Parses and types a condition: the result must be BOOLEAN. */
export function checkPredicate(text: string, scope: Scope): TypedResult {
  const result = check(text, scope)
  return result.typed === null ? result : requireBoolean(result.typed)
}

function check(text: string, scope: Scope): TypedResult {
  const { expression, problems } = parseExpression(text)
  return expression === null ? { typed: null, problems } : typeScalar(expression, scope)
}

/** Why no column can have the type, anywhere inside it; null when one can. */
function noColumnType(type: DataType): string | null {
  switch (type.kind) {
    case 'NULL':
      return bareNullText(null)
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return 'An INTERVAL exists only inside an expression; it cannot be a column. Add it to a time, or count units with TIMESTAMPDIFF.'
    case 'ARRAY':
    case 'MULTISET':
      return noColumnType(type.element)
    case 'MAP':
      return noColumnType(type.key) ?? noColumnType(type.value)
    case 'ROW':
      return type.fields.map((field) => noColumnType(field.type)).find((problem) => problem !== null) ?? null
    default:
      return null
  }
}

/** `type`: what it would be taken for. */
export function bareNullText(type: DataType | null): string {
  return type === null || type.kind === 'NULL' ? 'A bare NULL has no type. Write what it is, for example CAST(NULL AS STRING).' : `A bare NULL has no type, and Flink refuses it here. Write CAST(NULL AS ${printType(withNullable(type, true))}).`
}

export function requireBoolean(typed: TypedExpression): TypedResult {
  if (typed.type.kind === 'BOOLEAN') return { typed, problems: [] }
  if (typed.kind === 'literal' && typed.type.kind === 'NULL') return { typed: { ...typed, type: { kind: 'BOOLEAN', nullable: true } }, problems: [] }
  const message = `A condition must be BOOLEAN; this is ${printType(withNullable(typed.type, true))}. Compare it with something, for example "= 1" or "IS NOT NULL".`
  return { typed: null, problems: [{ code: expressionCode.notBoolean, severity: 'error', span: typed.span, message }] }
}

export function typeScalar(expression: Expression, scope: Scope): TypedResult {
  const checker = new Checker(scope)
  const typed = checker.type(expression)
  return { typed: checker.problems.length === 0 ? typed : null, problems: checker.problems }
}

/** Flink functions whose result is not determined by the row. */
const chanceFunctions = new Set(['RAND', 'RAND_INTEGER', 'UUID'])

class Checker {
  readonly problems: ExpressionProblem[] = []
  readonly #scope: Scope

  constructor(scope: Scope) {
    this.#scope = scope
  }

  #report(code: string, span: Span, message: string): null {
    this.problems.push({ code, severity: 'error', span, message })
    return null
  }

  type(expression: Expression): TypedExpression | null {
    switch (expression.kind) {
      case 'literal':
        return expression
      case 'column':
        return this.#column(expression)
      case 'call':
        return this.#call(expression)
      case 'cast': {
        const operand = this.type(expression.operand)
        return operand === null ? null : this.#cast(operand, expression.type, expression.mode, expression.span)
      }
      case 'field': {
        const operand = this.type(expression.operand)
        return operand === null ? null : this.#field(operand, expression.name, expression.span)
      }
      case 'element':
        return this.#resolve('ITEM', [expression.operand, expression.index], [], expression.span)
    }
  }

  // Columns.

  #column(expression: Expression & { kind: 'column' }): TypedExpression | null {
    const { name, qualifier, span } = expression
    if (qualifier === null) return this.#bareColumn(name, span)
    const input = this.#scope.inputs.findIndex((candidate) => candidate.qualifier === qualifier)
    if (input >= 0) {
      const { schema } = this.#scope.inputs[input]!
      const column = fieldIndex(schema, name)
      if (column >= 0) return columnOf(input, column, schema.fields[column]!, span)
      return this.#unknownColumn(name, span, schema.fields.map((field) => field.name), `the ${qualifier} side`, qualifier)
    }
    // `a.b` may also be the field b of the ROW column a.
    if (this.#scope.inputs.some((candidate) => fieldIndex(candidate.schema, qualifier) >= 0)) {
      const operand = this.#bareColumn(qualifier, { start: span.start, end: span.start + qualifier.length })
      return operand === null ? null : this.#field(operand, name, span)
    }
    const sides = this.#scope.inputs.flatMap((candidate) => (candidate.qualifier === null ? [] : [candidate.qualifier]))
    const way = sides.length > 0 ? `The sides are called ${sides.join(' and ')}.` : `There is one input here, so its columns are written without a prefix${this.#has(name) ? `: ${printName(name)}` : ''}.`
    return this.#report(expressionCode.unknownColumn, span, `There is no input or ROW column called ${qualifier}. ${way}`)
  }

  #has(name: string): boolean {
    return this.#scope.inputs.some((input) => fieldIndex(input.schema, name) >= 0)
  }

  #bareColumn(name: string, span: Span): TypedExpression | null {
    const found: { input: number; column: number; field: Field }[] = []
    this.#scope.inputs.forEach((input, i) => {
      const column = fieldIndex(input.schema, name)
      if (column >= 0) found.push({ input: i, column, field: input.schema.fields[column]! })
    })
    if (found.length === 1) return columnOf(found[0]!.input, found[0]!.column, found[0]!.field, span)
    if (found.length > 1) {
      const ways = found.map((hit) => `${this.#scope.inputs[hit.input]!.qualifier ?? 'input'}.${printName(name)}`)
      return this.#report(expressionCode.ambiguousColumn, span, `Several inputs have a column ${name}. Write ${ways.join(' or ')}.`)
    }
    return this.#unknownColumn(name, span, this.#scope.inputs.flatMap((input) => input.schema.fields.map((field) => field.name)), 'the input', null)
  }

  #unknownColumn(name: string, span: Span, known: readonly string[], where: string, qualifier: string | null): null {
    const prefix = qualifier === null ? '' : `${qualifier}.`
    const exact = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase())
    const near = exact ?? nearest(name, known)
    let way: string
    if (exact !== undefined) way = `Names of columns are case-sensitive: write ${prefix}${printName(exact)}.`
    else if (near !== null) way = `Did you mean ${prefix}${printName(near)}?`
    else if (known.length === 0) way = 'It has no columns yet: connect an input first.'
    else way = `Its columns are ${known.slice(0, 8).map(printName).join(', ')}${known.length > 8 ? ', …' : ''}. A text is written in single quotes.`
    return this.#report(expressionCode.unknownColumn, span, `There is no column ${name} in ${where}. ${way}`)
  }

  #field(operand: TypedExpression, name: string, span: Span): TypedExpression | null {
    if (operand.type.kind !== 'ROW') {
      return this.#report(expressionCode.unknownField, span, `Only a ROW has fields; this is ${printType(withNullable(operand.type, true))}, so it has no ${name}. Remove ".${name}".`)
    }
    const { fields } = operand.type
    const index = fields.findIndex((field) => field.name === name)
    if (index < 0) {
      const near = fields.find((field) => field.name.toLowerCase() === name.toLowerCase())?.name ?? nearest(name, fields.map((field) => field.name))
      const way = near === null ? `Its fields are ${fields.map((field) => printName(field.name)).join(', ')}.` : `Did you mean ${printName(near)}?`
      return this.#report(expressionCode.unknownField, span, `The ROW has no field ${name}. ${way}`)
    }
    const type = fields[index]!.type
    return { kind: 'field', operand, index, type: withNullable(type, type.nullable || operand.type.nullable), span }
  }

  // Casts.

  #cast(operand: TypedExpression, type: DataType, mode: 'cast' | 'try', span: Span): TypedExpression | null {
    const refusal = castProblem(operand.type, type)
    if (refusal !== null) return this.#report(expressionCode.cast, span, refusal)
    const nullable = operand.type.nullable || castMayGiveNull(operand.type, type) || (mode === 'try' && castFails(operand.type, type))
    return { kind: 'cast', operand, type: withNullable(type, nullable), mode, span }
  }

  // Calls.

  #call(expression: Expression & { kind: 'call' }): TypedExpression | null {
    const definition = functionTable.get(expression.name)
    if (definition === undefined) {
      if (chanceFunctions.has(expression.name)) {
        const message = `${expression.name} gives another result each time, so a replay of the job would not give the same rows. Bring the value in as a column of the source.`
        return this.#report(expressionCode.unsupported, expression.span, message)
      }
      const near = nearest(expression.name, callableNames())
      const way = near === null ? 'The completion list shows the functions there are.' : `Did you mean ${near}?`
      return this.#report(expressionCode.unknownFunction, { start: expression.span.start, end: Math.min(expression.span.end, expression.span.start + expression.name.length) }, `There is no function ${expression.name}. ${way}`)
    }
    if (definition.kind === 'aggregate') {
      return this.#report(expressionCode.aggregateHere, expression.span, `${expression.name} looks at many rows, but an expression here sees one. Use a Window aggregate or Group aggregate operator.`)
    }
    if (definition.kind === 'over') {
      return this.#report(expressionCode.aggregateHere, expression.span, `${expression.name} is about the rows before a row, but an expression here sees one row alone. Use an Over aggregate operator.`)
    }
    if (expression.distinct || expression.filter !== null) {
      return this.#report(expressionCode.arguments, expression.span, `${expression.distinct ? 'DISTINCT' : 'FILTER'} belongs to aggregates such as COUNT; ${expression.name} is none. Remove it.`)
    }
    if (expression.symbols[0] === '*') return this.#report(expressionCode.arguments, expression.span, `A star stands only in COUNT(*). Give ${expression.name} a column.`)
    return this.#resolve(expression.name, expression.args, expression.symbols, expression.span)
  }

  #resolve(name: string, operands: readonly Expression[], symbols: readonly string[], span: Span): TypedExpression | null {
    const args = operands.map((operand) => this.type(operand))
    if (args.includes(null)) return null
    const call = this.resolved(name, args as TypedExpression[], symbols, span)
    const nothing = call === null ? null : untypedNull(name, operands, symbols)
    return nothing === null ? call : this.#report(expressionCode.mismatch, operands[nothing]!.span, bareNullText(call?.kind === 'call' ? call.args[nothing]!.type : null))
  }

  resolved(name: string, args: readonly TypedExpression[], symbols: readonly string[], span: Span): TypedExpression | null {
    const definition = functionTable.get(name)
    if (definition === undefined) throw new Error(`the function table has no ${name}`)
    const resolution = definition.resolve({
      name,
      args: args.map((argument) => this.#argumentType(argument)),
      symbols,
    })
    if ('problem' in resolution) {
      const place = resolution.argument === undefined ? span : (args[resolution.argument]?.span ?? span)
      return this.#report(resolution.code ?? expressionCode.arguments, place, resolution.problem)
    }
    if (resolution.args.length !== args.length) throw new Error(`${name} resolved ${args.length} arguments to ${resolution.args.length}`)
    const cast: TypedExpression[] = []
    for (let i = 0; i < args.length; i++) {
      const coerced = this.#coerced(args[i]!, resolution.args[i]!, resolution.lenient === true)
      if (coerced === null) return null
      cast.push(coerced)
    }
    const nullable = resolution.nullable ?? cast.some((argument) => argument.type.nullable)
    return { kind: 'call', name, args: cast, symbols, type: withNullable(resolution.result, nullable), span }
  }

  #argumentType(argument: TypedExpression): ArgumentType {
    const plain = { type: argument.type, constant: argument.kind === 'literal' ? argument.value : undefined, span: argument.span }
    const time = argument.kind === 'column' ? this.#scope.inputs[argument.input]?.schema.fields[argument.column]?.time : undefined
    return time === undefined ? plain : { ...plain, time }
  }

  /** The argument as the type its function takes. */
  #coerced(argument: TypedExpression, type: DataType, lenient: boolean): TypedExpression | null {
    if (type.kind === 'NULL' || sameType(argument.type, type)) return argument
    // Texts of any length are one storage; a cast would cut them.
    if (isCharacter(argument.type) && isCharacter(type)) return argument
    const refusal = castProblem(argument.type, type)
    if (refusal !== null) return this.#report(expressionCode.cast, argument.span, refusal)
    if (argument.kind === 'literal' && !castReadsZone(argument.type, type)) {
      const value = castValue(argument.value, argument.type, type, 'UTC')
      if (value instanceof CastFailure) return this.#report(expressionCode.literal, argument.span, value.message.replace(/ Use TRY_CAST.*$/, ''))
      return { kind: 'cast', operand: argument, type: withNullable(type, value === null), mode: 'cast', span: argument.span }
    }
    const mode = lenient ? 'try' : 'cast'
    const nullable = argument.type.nullable || castMayGiveNull(argument.type, type) || (lenient && castFails(argument.type, type))
    return { kind: 'cast', operand: argument, type: withNullable(type, nullable), mode, span: argument.span }
  }
}

function columnOf(input: number, column: number, field: Field, span: Span): TypedExpression {
  return { kind: 'column', input, column, type: field.type, span }
}

function callableNames(): string[] {
  return [...functionTable].filter(([name, definition]) => definition.callable !== false || name !== definition.name).map(([name]) => name)
}

/**
 * A call on checked arguments, with its implicit casts: for those who build expressions from parts (aggregates over partial results, planners).
 */
export function typedCall(name: string, args: readonly TypedExpression[], symbols: readonly string[], span: Span): TypedResult {
  const checker = new Checker({ inputs: [] })
  const typed = checker.resolved(name, args, symbols, span)
  return { typed: checker.problems.length === 0 ? typed : null, problems: checker.problems }
}
