import { withNullable, type DataType } from '../columnar/dataType.ts'
import { fieldIndex, type Schema } from '../columnar/schema.ts'
import { typeAggregate, type CheckedAggregate } from './aggregates.ts'
import { expressionCode } from './codes.ts'
import type { Expression, ExpressionProblem, Span, TypedExpression } from './expression.ts'
import { functionTable } from './functions.ts'
import { parseExpression, sameExpression } from './parse.ts'
import { nearest } from './suggest.ts'
import { requireBoolean, requireColumnType, typeScalar } from './typeOf.ts'

/**
 * Expressions of MATCH_RECOGNIZE: scalar expressions whose columns belong to the rows that a pattern's variables have taken (`A.price`, `LAST(A.price, 1)`, `SUM(B.amount)`).
 *
 * Checking takes every reference to such rows out of the expression and puts a column in its place, as `aggregates.ts` does with aggregate calls, so that what is left is an ordinary scalar
 * expression: over the current row (input 0, conditions only) and over the references (input 1). Parser and types are the language's own.
 *
 * The rules are Flink's: `A.x` means LAST(A.x); a bare `x` is of the last row whatever its variable, which in a condition is the current row; so is the variable a condition defines. An aggregate and
 * FIRST or LAST look at one variable. A reference to a variable without rows is NULL.
 */
export type PatternReference =
  /** A value of one row: the first or last that the variable took, `offset` rows inwards. `variable` null: any variable. `value` is over the row's columns (input 0). */
  | { readonly kind: 'row'; readonly variable: string | null; readonly end: 'first' | 'last'; readonly offset: number; readonly value: TypedExpression; readonly type: DataType }
  /** An aggregate over the rows that the variable took; its input 0 is not used. */
  | { readonly kind: 'aggregate'; readonly variable: string | null; readonly aggregate: CheckedAggregate; readonly type: DataType }

export interface CheckedPatternExpression {
  readonly references: readonly PatternReference[]
  readonly result: TypedExpression
  /** It is MATCH_ROWTIME() or MATCH_PROCTIME() alone, and so a time attribute. */
  readonly time: 'event' | 'processing' | null
}

export interface PatternScope {
  readonly schema: Schema
  /** Names of the pattern's variables. */
  readonly variables: readonly string[]
  /** The event-time column that rows are ordered by; null with processing time. */
  readonly timeColumn: string | null
}

export interface PatternExpressionResult {
  readonly checked: CheckedPatternExpression | null
  readonly problems: readonly ExpressionProblem[]
}

const referencesQualifier = '\u0000rows'

/** The condition of a variable: which rows it takes. */
export function checkPatternCondition(text: string, variable: string, scope: PatternScope): PatternExpressionResult {
  return check(text, scope, variable)
}

/** A column of what comes out of a match. */
export function checkMeasure(text: string, scope: PatternScope): PatternExpressionResult {
  return check(text, scope, null)
}

/** The columns of the input that the text reads through bare names and variables. */
export function patternColumnsRead(text: string, variables: ReadonlySet<string>): Set<string> {
  const names = new Set<string>()
  const { expression } = parseExpression(text)
  const visit = (part: Expression): void => {
    if (part.kind === 'column') {
      names.add(part.name)
      if (part.qualifier !== null && !variables.has(part.qualifier)) names.add(part.qualifier)
    } else if (part.kind === 'call') {
      part.args.forEach(visit)
      if (part.filter !== null) visit(part.filter)
    } else if (part.kind === 'cast' || part.kind === 'field') visit(part.operand)
    else if (part.kind === 'element') {
      visit(part.operand)
      visit(part.index)
    }
  }
  if (expression !== null) visit(expression)
  return names
}

function check(text: string, scope: PatternScope, defined: string | null): PatternExpressionResult {
  const { expression, problems } = parseExpression(text)
  if (expression === null) return { checked: null, problems }
  const checker = new PatternChecker(scope, defined)
  const remaining = checker.rewritten(expression)
  if (checker.problems.length > 0) return { checked: null, problems: checker.problems }
  const references = checker.references.map(({ reference }) => reference)
  const typed = typeScalar(remaining, {
    inputs: [
      { qualifier: null, schema: defined === null ? { fields: [] } : scope.schema },
      { qualifier: referencesQualifier, schema: { fields: references.map(({ type }, i) => ({ name: referenceName(i), type })) } },
    ],
  })
  if (typed.typed === null) return { checked: null, problems: typed.problems }
  const sound = defined === null ? requireColumnType(typed.typed) : requireBoolean(typed.typed)
  if (sound.typed === null) return { checked: null, problems: sound.problems }
  return { checked: { references, result: sound.typed, time: timeOf(expression) }, problems: [] }
}

function referenceName(index: number): string {
  // No column can have this name in a text, so it is never ambiguous.
  return `\u0000${index}`
}

function timeOf(expression: Expression): CheckedPatternExpression['time'] {
  if (expression.kind !== 'call') return null
  return expression.name === 'MATCH_ROWTIME' ? 'event' : expression.name === 'MATCH_PROCTIME' ? 'processing' : null
}

type CallNode = Expression & { readonly kind: 'call' }

/** What Flink leaves out of the standard's row pattern functions, and what to use. */
const refused: Readonly<Record<string, string>> = {
  PREV: 'PREV is not supported in MATCH_RECOGNIZE on Flink either. Use LAST(variable.column, 1), which counts rows of the variable.',
  NEXT: 'NEXT is not supported in MATCH_RECOGNIZE on Flink either. Name the row that follows in the pattern, with a variable of its own.',
  CLASSIFIER: 'CLASSIFIER is not supported in MATCH_RECOGNIZE on Flink either. Compare COUNT(variable.column) of the variables instead.',
  MATCH_NUMBER: 'MATCH_NUMBER is not supported in MATCH_RECOGNIZE on Flink either. Number the matches in an operator behind this one.',
}

class PatternChecker {
  readonly problems: ExpressionProblem[] = []
  readonly references: { readonly reference: PatternReference; readonly inner: Expression }[] = []
  readonly #scope: PatternScope
  /** The variable whose condition this is; null in a measure. */
  readonly #defined: string | null

  constructor(scope: PatternScope, defined: string | null) {
    this.#scope = scope
    this.#defined = defined
  }

  #report(code: string, span: Span, message: string): void {
    this.problems.push({ code, severity: 'error', span, message })
  }

  /** The expression with a column in place of each reference. */
  rewritten(expression: Expression): Expression {
    switch (expression.kind) {
      case 'literal':
        return expression
      case 'column':
        return this.#row(expression, expression, 'last', 0)
      case 'call':
        return this.#call(expression)
      case 'field':
        return this.#field(expression)
      case 'cast':
        return { ...expression, operand: this.rewritten(expression.operand) }
      case 'element':
        return { ...expression, operand: this.rewritten(expression.operand), index: this.rewritten(expression.index) }
    }
  }

  /** Flink's validator looks for the ROW column among the variables and does not find it. */
  #field<E extends Expression>(expression: E): E {
    this.#report(expressionCode.unsupported, expression.span, 'The fields of a ROW cannot be reached in MATCH_RECOGNIZE on Flink. Take the field out into a column of its own, in a Project before this operator.')
    return expression
  }

  #call(call: CallNode): Expression {
    const { name, args } = call
    if (name === 'FIRST' || name === 'LAST') return this.#firstOrLast(call, name === 'FIRST' ? 'first' : 'last')
    if (name === 'MATCH_ROWTIME' || name === 'MATCH_PROCTIME') return this.#matchTime(call)
    const refusal = refused[name]
    if (refusal !== undefined) {
      this.#report(expressionCode.unsupported, call.span, refusal)
      return call
    }
    if (functionTable.get(name)?.kind === 'aggregate') return this.#aggregate(call)
    return { ...call, args: args.map((argument) => this.rewritten(argument)) }
  }

  #firstOrLast(call: CallNode, end: 'first' | 'last'): Expression {
    const [value, offset] = call.args
    if (value === undefined || call.args.length > 2 || call.distinct || call.filter !== null) {
      this.#report(expressionCode.arguments, call.span, `${call.name} takes a column of a variable, and how many rows to go inwards from there: ${call.name}(A.price, 1).`)
      return call
    }
    let rows = 0
    if (offset !== undefined) {
      if (offset.kind !== 'literal' || typeof offset.value !== 'number' || !Number.isInteger(offset.value) || offset.value < 0) {
        this.#report(expressionCode.arguments, offset.span, `The second argument of ${call.name} is a number of rows, written out: 0 or more.`)
        return call
      }
      rows = offset.value
    }
    if (this.#nested(value)) return call
    return this.#row(call, value, end, rows)
  }

  #matchTime(call: CallNode): Expression {
    const event = call.name === 'MATCH_ROWTIME'
    if (this.#defined !== null) {
      this.#report(expressionCode.unsupported, call.span, `${call.name} tells the time of a whole match, so it can stand only in a measure.`)
      return call
    }
    if (!event) {
      if (call.args.length > 0) this.#report(expressionCode.arguments, call.span, 'MATCH_PROCTIME takes no argument.')
      return { ...call, name: 'PROCTIME', args: [] }
    }
    const { timeColumn } = this.#scope
    const argument = call.args[0]
    if (timeColumn === null) {
      this.#report(expressionCode.unsupported, call.span, 'The rows are ordered by processing time, so a match has no event time. Use MATCH_PROCTIME().')
      return call
    }
    const wrong = call.args.length > 1 || (argument !== undefined && (argument.kind !== 'column' || argument.qualifier !== null || argument.name !== timeColumn))
    if (wrong) {
      this.#report(expressionCode.arguments, call.span, `MATCH_ROWTIME takes the column that the rows are ordered by, or nothing. Write MATCH_ROWTIME(${timeColumn}).`)
      return call
    }
    return this.#row(call, { kind: 'column', name: timeColumn, qualifier: null, span: call.span }, 'last', 0, false)
  }

  #aggregate(call: CallNode): Expression {
    if (call.distinct) {
      this.#report(expressionCode.unsupported, call.span, 'DISTINCT aggregates are not supported in MATCH_RECOGNIZE on Flink either. Remove DISTINCT, or count in an operator behind this one.')
      return call
    }
    if (call.filter !== null) {
      this.#report(expressionCode.unsupported, call.span, `FILTER is not supported in MATCH_RECOGNIZE on Flink either. Write the condition into the argument: ${call.name}(CASE WHEN … THEN … END).`)
      return call
    }
    if (call.args.some((argument) => this.#nested(argument))) return call
    const variable = this.#variableOf(call)
    if (variable === undefined) return call
    const inner = this.#bare(call)
    const { aggregate, problems } = typeAggregate(inner, { inputs: [{ qualifier: null, schema: this.#scope.schema }] })
    this.problems.push(...problems)
    if (aggregate === null) return call
    return this.#reference({ kind: 'aggregate', variable, aggregate, type: aggregate.type }, inner)
  }

  /** A reference to a row; the row itself where that is the current one. */
  #row(whole: Expression, value: Expression, end: 'first' | 'last', offset: number, nullable = true): Expression {
    const variable = this.#variableOf(value)
    if (variable === undefined) return whole
    const inner = this.#bare(value)
    const current = this.#defined !== null && (variable === null || variable === this.#defined) && end === 'last' && offset === 0
    if (current) return inner
    const { typed, problems } = typeScalar(inner, { inputs: [{ qualifier: null, schema: this.#scope.schema }] })
    this.problems.push(...problems)
    if (typed === null) return whole
    const type = withNullable(typed.type, nullable)
    return this.#reference({ kind: 'row', variable, end, offset, value: typed, type }, inner, whole.span)
  }

  #reference(reference: PatternReference, inner: Expression, span: Span = inner.span): Expression {
    let index = this.references.findIndex((known) => sameReference(known.reference, reference) && sameExpression(known.inner, inner))
    if (index < 0) index = this.references.push({ reference, inner }) - 1
    return { kind: 'column', name: referenceName(index), qualifier: referencesQualifier, span }
  }

  /** Reports a FIRST, LAST or other row function inside another one. */
  #nested(expression: Expression): boolean {
    if (expression.kind === 'call') {
      const name = expression.name
      if (name === 'FIRST' || name === 'LAST' || name === 'MATCH_ROWTIME' || name === 'MATCH_PROCTIME' || refused[name] !== undefined || functionTable.get(name)?.kind === 'aggregate') {
        this.#report(expressionCode.arguments, expression.span, `${name} cannot stand inside another function that looks at the rows of a match. Take it out of there.`)
        return true
      }
      return expression.args.some((argument) => this.#nested(argument)) || (expression.filter !== null && this.#nested(expression.filter))
    }
    if (expression.kind === 'field') {
      this.#field(expression)
      return true
    }
    if (expression.kind === 'cast') return this.#nested(expression.operand)
    if (expression.kind === 'element') return this.#nested(expression.operand) || this.#nested(expression.index)
    return false
  }

  /** The one variable whose rows the expression reads; null for those of any. Undefined after a problem was reported. */
  #variableOf(expression: Expression): string | null | undefined {
    const found = new Set<string | null>()
    const before = this.problems.length
    const visit = (part: Expression): void => {
      switch (part.kind) {
        case 'literal':
          return
        case 'column':
          found.add(this.#qualifierOf(part))
          return
        case 'call':
          part.args.forEach(visit)
          if (part.filter !== null) visit(part.filter)
          return
        case 'cast':
        case 'field':
          visit(part.operand)
          return
        case 'element':
          visit(part.operand)
          visit(part.index)
      }
    }
    visit(expression)
    if (this.problems.length > before) return undefined
    if (found.size > 1) {
      const names = [...found].map((name) => name ?? 'any variable (a bare column)')
      this.#report(expressionCode.arguments, expression.span, `This looks at rows of ${names.join(' and of ')}. A function over rows looks at one variable: put the same one before every column in it.`)
      return undefined
    }
    return [...found][0] ?? null
  }

  #qualifierOf({ qualifier, span }: Expression & { readonly kind: 'column' }): string | null {
    if (qualifier === null) return null
    const { schema, variables } = this.#scope
    if (variables.includes(qualifier)) return qualifier
    if (fieldIndex(schema, qualifier) >= 0) {
      this.#report(expressionCode.unsupported, span, `The fields of a ROW cannot be reached in MATCH_RECOGNIZE on Flink. Take ${qualifier}'s out into a column of its own, in a Project before this operator.`)
      return null
    }
    const near = nearest(qualifier, variables)
    this.#report(expressionCode.unknownColumn, { start: span.start, end: span.start + qualifier.length }, `There is no variable ${qualifier} in the pattern. ${near === null ? `Its variables are ${variables.join(', ')}.` : `Did you mean ${near}?`}`)
    return null
  }

  /** The expression with variables taken off: over the columns of one row. */
  #bare<E extends Expression>(expression: E): E {
    const strip = (part: Expression): Expression => {
      switch (part.kind) {
        case 'literal':
          return part
        case 'column':
          return part.qualifier !== null && this.#scope.variables.includes(part.qualifier) ? { ...part, qualifier: null } : part
        case 'call':
          return { ...part, args: part.args.map(strip), filter: part.filter === null ? null : strip(part.filter) }
        case 'cast':
        case 'field':
          return { ...part, operand: strip(part.operand) }
        case 'element':
          return { ...part, operand: strip(part.operand), index: strip(part.index) }
      }
    }
    return strip(expression) as E
  }
}

function sameReference(a: PatternReference, b: PatternReference): boolean {
  if (a.kind !== b.kind || a.variable !== b.variable || a.type.nullable !== b.type.nullable) return false
  return a.kind === 'aggregate' || (b.kind === 'row' && a.end === b.end && a.offset === b.offset)
}
