import { holdsInterval, intType, sameType, stringLengthMax, withNullable, type DataType, type RowField } from '../columnar/dataType.ts'
import type { Value } from '../columnar/column.ts'
import { parseDate, parseTime, parseTimestamp } from '../columnar/valueText.ts'
import { expressionCode } from './codes.ts'
import type { Expression, ExpressionProblem, Span } from './expression.ts'
import { functionTable } from './functions.ts'
import { isReserved } from './keywords.ts'
import { tokens, type Token } from './lexer.ts'

/**
 * From text to tree: a Pratt parser for Flink SQL's scalar expressions and types.
 *
 * Promises: never throws, whatever the text; every problem has a span and a way out; parsing the printed tree gives the tree back. After an
 * error inside an argument list it goes on behind the next comma or parenthesis, so that one text can show several squiggles, but the tree is null.
 * Operator precedence is Calcite's (`SqlStdOperatorTable`). Names are not looked up here: that is `typeOf.ts`.
 *
 * `AND` and `OR` take any number of arguments, `NOT LIKE` and friends are `NOT` around the positive form.
 */
export const expressionLengthMax = 10_000
export const expressionNodesMax = 5000
export const expressionDepthMax = 250

export interface ParsedExpression {
  readonly expression: Expression | null
  readonly problems: readonly ExpressionProblem[]
}

export interface ParsedType {
  readonly type: DataType | null
  readonly problems: readonly ExpressionProblem[]
}

export function parseExpression(text: string): ParsedExpression {
  if (text.length > expressionLengthMax) {
    const message = `This expression has ${text.length} characters; the most is ${expressionLengthMax}. Split it over several columns of a Project.`
    return { expression: null, problems: [problem(expressionCode.limit, { start: 0, end: text.length }, message)] }
  }
  return new Parser(text).wholeExpression()
}

/** The type of a column. */
export function parseType(text: string): ParsedType {
  if (text.length > expressionLengthMax) {
    const message = `This type has ${text.length} characters; the most is ${expressionLengthMax}.`
    return { type: null, problems: [problem(expressionCode.limit, { start: 0, end: text.length }, message)] }
  }
  const parsed = new Parser(text).wholeType()
  if (parsed.type === null || !holdsInterval(parsed.type)) return parsed
  return { type: null, problems: [problem(expressionCode.mismatch, { start: 0, end: text.length }, 'An INTERVAL exists only inside an expression; it cannot be a column. Use BIGINT for a number of units.')] }
}

/** How tightly operators bind: Calcite's precedences. Shared with the printer. */
export const power = {
  or: 10,
  and: 20,
  not: 26,
  is: 28,
  comparison: 30,
  between: 32,
  additive: 40,
  multiplicative: 60,
  unary: 80,
  postfix: 100,
} as const

export const binaryPowers: Readonly<Record<string, number>> = {
  '=': power.comparison,
  '<>': power.comparison,
  '<': power.comparison,
  '<=': power.comparison,
  '>': power.comparison,
  '>=': power.comparison,
  '+': power.additive,
  '-': power.additive,
  '*': power.multiplicative,
  '/': power.multiplicative,
  '%': power.multiplicative,
  '||': power.multiplicative,
}

/** Functions that are written without parentheses. */
export const bareFunctions: ReadonlySet<string> = new Set(['CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP'])

function problem(code: string, span: Span, message: string): ExpressionProblem {
  return { code, severity: 'error', span, message }
}

/** Unwinds to the nearest list or to the top after a problem has been recorded; never leaves this file. */
class Unparsable extends Error {}

const msOfUnit: Readonly<Record<string, number>> = { WEEK: 604_800_000, DAY: 86_400_000, HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1000 }
const monthsOfUnit: Readonly<Record<string, number>> = { YEAR: 12, QUARTER: 3, MONTH: 1 }
const dayTimeUnits = ['DAY', 'HOUR', 'MINUTE', 'SECOND']
const typeWords = new Set(
  'BOOLEAN TINYINT SMALLINT INT INTEGER BIGINT FLOAT REAL DOUBLE DECIMAL DEC NUMERIC CHAR CHARACTER VARCHAR STRING BYTES BINARY VARBINARY DATE TIME TIMESTAMP TIMESTAMP_LTZ ARRAY MAP MULTISET ROW INTERVAL'.split(
    ' ',
  ),
)

class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  readonly #problems: ExpressionProblem[] = []
  #at = 0
  #nodes = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokens(text)
  }

  wholeExpression(): ParsedExpression {
    if (this.#peek().kind === 'end') {
      const message = 'There is no expression here. Write one, for example the name of a column.'
      return { expression: null, problems: [problem(expressionCode.empty, { start: 0, end: this.#text.length }, message)] }
    }
    const expression = this.#attempt(() => {
      const parsed = this.#expression(0)
      this.#mustEnd()
      return parsed
    })
    if (expression !== null && this.#problems.length === 0) {
      const depth = depthOf(expression)
      if (depth > expressionDepthMax) {
        this.#report(expressionCode.limit, expression.span, `This expression is ${depth} levels deep; the most is ${expressionDepthMax}. Split it over several columns of a Project.`)
      }
    }
    return { expression: this.#problems.length === 0 ? expression : null, problems: this.#problems }
  }

  wholeType(): ParsedType {
    if (this.#peek().kind === 'end') {
      const message = 'There is no type here. Write one, for example BIGINT, STRING or TIMESTAMP(3).'
      return { type: null, problems: [problem(expressionCode.type, { start: 0, end: this.#text.length }, message)] }
    }
    const type = this.#attempt(() => {
      const parsed = this.#type()
      this.#mustEnd()
      return parsed
    })
    return { type: this.#problems.length === 0 ? type : null, problems: this.#problems }
  }

  // Tokens.

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!
  }

  #next(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#at++
    return token
  }

  #isWord(word: string, ahead = 0): boolean {
    const token = this.#peek(ahead)
    return token.kind === 'word' && token.upper === word
  }

  #isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.#peek(ahead)
    return token.kind === 'symbol' && token.text === symbol
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false
    this.#at++
    return true
  }

  #takeWords(...words: string[]): boolean {
    if (!words.every((word, i) => this.#isWord(word, i))) return false
    this.#at += words.length
    return true
  }

  #takeSymbol(symbol: string): boolean {
    if (!this.#isSymbol(symbol)) return false
    this.#at++
    return true
  }

  #expectWord(word: string, after: string): void {
    if (!this.#takeWord(word)) this.#unexpected(`${word} ${after}`)
  }

  #expectSymbol(symbol: string, purpose: string): void {
    if (!this.#takeSymbol(symbol)) this.#unexpected(`"${symbol}" ${purpose}`)
  }

  #mustEnd(): void {
    const token = this.#peek()
    if (token.kind === 'end') return
    if (token.kind === 'symbol' && token.text === ';') this.#fail(expressionCode.syntax, token.span, 'An expression has no semicolon. Remove it.')
    if (token.kind === 'word' && token.upper === 'AS') {
      this.#fail(expressionCode.syntax, token.span, 'An expression has no AS: the column gets its name in the field beside it. Remove AS and what follows.')
    }
    if (token.kind === 'symbol' && (token.text === ')' || token.text === ']')) {
      this.#fail(expressionCode.syntax, token.span, `This "${token.text}" closes nothing. Remove it, or add the opening one.`)
    }
    this.#unexpected('an operator or the end of the expression')
  }

  // Problems.

  #report(code: string, span: Span, message: string): void {
    this.#problems.push(problem(code, span, message))
  }

  #fail(code: string, span: Span, message: string): never {
    this.#report(code, span, message)
    throw new Unparsable()
  }

  #unexpected(wanted: string): never {
    const token = this.#peek()
    if (token.kind === 'bad') this.#fail(expressionCode.syntax, token.span, token.reason)
    if (token.kind === 'end') this.#fail(expressionCode.syntax, { start: Math.max(0, this.#text.trimEnd().length - 1), end: this.#text.length }, `The expression ends too early: expected ${wanted}.`)
    const found = `"${clip(this.#text.slice(token.span.start, token.span.end))}"`
    const way = token.kind === 'word' && isReserved(token.upper) ? ` If ${token.text} is the name of a column, write it in backticks: \`${token.text}\`.` : ''
    this.#fail(expressionCode.syntax, token.span, `Expected ${wanted}, found ${found}.${way}`)
  }

  #attempt<T>(parse: () => T): T | null {
    try {
      return parse()
    } catch (error) {
      if (error instanceof Unparsable) return null
      throw error
    }
  }

  #span(start: number): Span {
    return { start, end: this.#at === 0 ? start : this.#tokens[this.#at - 1]!.span.end }
  }

  #node(expression: Expression): Expression {
    if (++this.#nodes > expressionNodesMax) {
      this.#fail(expressionCode.limit, expression.span, `This expression has more than ${expressionNodesMax} parts. Split it over several columns of a Project.`)
    }
    return expression
  }

  #call(name: string, args: readonly Expression[], start: number, symbols: readonly string[] = []): Expression {
    return this.#node({ kind: 'call', name, args, symbols, distinct: false, filter: null, span: this.#span(start) })
  }

  #literal(value: Value, type: DataType, start: number): Expression {
    return this.#node({ kind: 'literal', value, type, span: this.#span(start) })
  }

  // Operators.

  #expression(least: number): Expression {
    if (++this.#depth > expressionDepthMax) {
      this.#fail(expressionCode.limit, this.#peek().span, `This expression is nested more than ${expressionDepthMax} levels deep. Split it over several columns of a Project.`)
    }
    const start = this.#peek().span.start
    let left = this.#prefix()
    for (;;) {
      const extended = this.#infix(left, start, least)
      if (extended === null) break
      left = extended
    }
    this.#depth--
    return left
  }

  /** `left` with one more operator behind it, or null when none that binds at least as tightly follows. */
  #infix(left: Expression, start: number, least: number): Expression | null {
    const token = this.#peek()
    if (token.kind === 'symbol') {
      if (token.text === '[') {
        this.#at++
        const index = this.#expression(0)
        this.#expectSymbol(']', 'after the index')
        return this.#node({ kind: 'element', operand: left, index, span: this.#span(start) })
      }
      if (token.text === '.') {
        this.#at++
        return this.#node({ kind: 'field', operand: left, name: this.#fieldName(), span: this.#span(start) })
      }
      const name = token.text === '!=' ? '<>' : token.text
      const binding = binaryPowers[name]
      if (binding === undefined || binding < least) return null
      this.#at++
      if (name === '=' && this.#isSymbol('=')) this.#fail(expressionCode.syntax, this.#peek().span, 'Flink SQL compares with a single "=". Remove one of them.')
      return this.#call(name, [left, this.#expression(binding + 1)], start)
    }
    if (token.kind !== 'word') return null
    switch (token.upper) {
      case 'AND':
      case 'OR': {
        const binding = token.upper === 'AND' ? power.and : power.or
        if (binding < least) return null
        const args = [left]
        while (this.#takeWord(token.upper)) args.push(this.#expression(binding + 1))
        return this.#call(token.upper, args, start)
      }
      case 'IS':
        return this.#is(left, start, least)
      case 'NOT': {
        const following = this.#peek(1)
        if (power.between < least || following.kind !== 'word' || !['BETWEEN', 'IN', 'LIKE', 'SIMILAR', 'RLIKE'].includes(following.upper)) return null
        this.#at++
        const positive = this.#membership(left, start)
        return positive === null ? null : this.#call('NOT', [positive], start)
      }
      default:
        return power.between < least ? null : this.#membership(left, start)
    }
  }

  /** BETWEEN, IN and LIKE. */
  #membership(left: Expression, start: number): Expression | null {
    const operand = power.between + 1
    if (this.#takeWord('BETWEEN')) {
      if (this.#isWord('SYMMETRIC')) {
        this.#fail(expressionCode.unsupported, this.#peek().span, 'BETWEEN SYMMETRIC is not supported. Write BETWEEN LEAST(a, b) AND GREATEST(a, b).')
      }
      this.#takeWord('ASYMMETRIC')
      const low = this.#expression(operand)
      this.#expectWord('AND', 'between the two bounds of BETWEEN')
      return this.#call('BETWEEN', [left, low, this.#expression(operand)], start)
    }
    if (this.#takeWord('IN')) {
      this.#expectSymbol('(', 'after IN')
      if (this.#isWord('SELECT')) this.#fail(expressionCode.unsupported, this.#peek().span, 'A sub-query cannot stand in an expression. Use a join with the other stream instead.')
      const list = this.#list(')', 'the list of IN')
      if (list.length === 0) this.#fail(expressionCode.syntax, this.#span(start), 'The list of IN is empty. Put at least one value into it.')
      return this.#call('IN', [left, ...list], start)
    }
    if (this.#takeWord('LIKE')) {
      const pattern = this.#expression(operand)
      return this.#call('LIKE', this.#takeWord('ESCAPE') ? [left, pattern, this.#expression(operand)] : [left, pattern], start)
    }
    if (this.#isWord('SIMILAR') || this.#isWord('RLIKE')) {
      this.#fail(expressionCode.unsupported, this.#peek().span, 'SIMILAR TO is not supported. Use LIKE, or REGEXP(text, pattern) for regular expressions.')
    }
    return null
  }

  #is(left: Expression, start: number, least: number): Expression | null {
    const negative = this.#isWord('NOT', 1)
    const ahead = negative ? 2 : 1
    const not = negative ? 'NOT ' : ''
    if (this.#isWord('DISTINCT', ahead)) {
      if (power.comparison < least) return null
      this.#at += ahead + 1
      this.#expectWord('FROM', 'after IS DISTINCT')
      return this.#call(`IS ${not}DISTINCT FROM`, [left, this.#expression(power.comparison + 1)], start)
    }
    if (power.is < least) return null
    for (const word of ['NULL', 'TRUE', 'FALSE', 'UNKNOWN']) {
      if (this.#isWord(word, ahead)) {
        this.#at += ahead + 1
        return this.#call(`IS ${not}${word}`, [left], start)
      }
    }
    if (this.#isWord('JSON', ahead)) {
      this.#at += ahead + 1
      const kind = ['VALUE', 'SCALAR', 'OBJECT', 'ARRAY'].find((word) => this.#takeWord(word)) ?? 'VALUE'
      const call = this.#call('IS JSON', [left], start, [kind])
      return negative ? this.#call('NOT', [call], start) : call
    }
    this.#at += ahead
    this.#unexpected('NULL, TRUE, FALSE, UNKNOWN, DISTINCT FROM or JSON after IS')
  }

  #prefix(): Expression {
    const token = this.#peek()
    const start = token.span.start
    if (this.#takeWord('NOT')) return this.#call('NOT', [this.#expression(power.not)], start)
    if (this.#takeSymbol('-')) {
      // A number directly behind the sign is one literal, so that the least BIGINT can be written.
      if (this.#peek().kind === 'number') return this.#number(true, start)
      return this.#call('-', [this.#expression(power.unary)], start)
    }
    if (this.#takeSymbol('+')) return this.#call('+', [this.#expression(power.unary)], start)
    return this.#primary()
  }

  // Operands.

  #primary(): Expression {
    const token = this.#peek()
    const start = token.span.start
    switch (token.kind) {
      case 'number':
        return this.#number(false, start)
      case 'string':
        this.#at++
        this.#checkText(token.text, token.span)
        return this.#literal(token.text, { kind: 'CHAR', length: token.text.length, nullable: false }, start)
      case 'bytes': {
        this.#at++
        const bytes = new Uint8Array(token.text.length / 2)
        for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(token.text.slice(2 * i, 2 * i + 2), 16)
        return this.#literal(bytes, { kind: 'BYTES', nullable: false }, start)
      }
      case 'symbol': {
        if (token.text === '(') {
          this.#at++
          if (this.#isWord('SELECT')) this.#fail(expressionCode.unsupported, this.#peek().span, 'A sub-query cannot stand in an expression. Use a join with the other stream instead.')
          const inner = this.#expression(0)
          if (this.#isSymbol(',')) this.#fail(expressionCode.syntax, this.#peek().span, 'Expected ")" here. Several values in parentheses are written ROW(a, b).')
          this.#expectSymbol(')', 'to close the parenthesis')
          return inner
        }
        if (token.text === '*') this.#fail(expressionCode.syntax, token.span, 'Expected a value before "*". A star alone stands only in COUNT(*).')
        return this.#unexpected('a value: a column, a number, a text in single quotes or a function')
      }
      case 'name':
        if (this.#isSymbol('(', 1)) return this.#function(token.text.toUpperCase())
        this.#at++
        return this.#column(token.text, start)
      case 'word':
        return this.#word(token, start)
      default:
        return this.#unexpected('a value: a column, a number, a text in single quotes or a function')
    }
  }

  #word(token: Token & { kind: 'word' }, start: number): Expression {
    const following = this.#peek(1)
    switch (token.upper) {
      case 'NULL':
        this.#at++
        return this.#literal(null, { kind: 'NULL', nullable: true }, start)
      case 'TRUE':
      case 'FALSE':
        this.#at++
        return this.#literal(token.upper === 'TRUE', { kind: 'BOOLEAN', nullable: false }, start)
      case 'UNKNOWN':
        this.#at++
        return this.#literal(null, { kind: 'BOOLEAN', nullable: true }, start)
      case 'CASE':
        return this.#case(start)
      case 'CAST':
      case 'TRY_CAST':
        return this.#cast(token.upper, start)
      case 'INTERVAL':
        return this.#interval(start)
      case 'DATE':
      case 'TIME':
      case 'TIMESTAMP':
        if (following.kind === 'string') return this.#temporal(token.upper, start)
        break
      case 'ARRAY':
      case 'MAP':
        if (following.kind === 'symbol' && following.text === '[') {
          this.#at += 2
          const args = this.#list(']', `the ${token.upper}`)
          if (token.upper === 'MAP' && args.length % 2 !== 0) this.#fail(expressionCode.syntax, this.#span(start), 'A MAP takes keys and values in turn: MAP[key, value, key, value]. One of them is missing.')
          return this.#call(token.upper, args, start)
        }
        break
      case 'SELECT':
        return this.#fail(expressionCode.unsupported, token.span, 'A query cannot stand here: an expression computes one value from the columns of a row.')
    }
    if (following.kind === 'symbol' && following.text === '(') return this.#function(token.upper)
    if (bareFunctions.has(token.upper)) {
      this.#at++
      return this.#call(token.upper, [], start)
    }
    if (isReserved(token.upper)) this.#unexpected('a value: a column, a number, a text in single quotes or a function')
    this.#at++
    return this.#column(token.text, start)
  }

  /** A name; with another behind a dot it is a qualified column, or a field of a ROW: the checker knows which. */
  #column(name: string, start: number): Expression {
    if (this.#isSymbol('.')) {
      this.#at++
      const second = this.#fieldName()
      return this.#node({ kind: 'column', name: second, qualifier: name, span: this.#span(start) })
    }
    return this.#node({ kind: 'column', name, qualifier: null, span: this.#span(start) })
  }

  #fieldName(): string {
    const token = this.#peek()
    if (token.kind === 'name' || (token.kind === 'word' && !isReserved(token.upper))) {
      this.#at++
      return token.text
    }
    if (token.kind === 'symbol' && token.text === '*') this.#fail(expressionCode.syntax, token.span, 'A star cannot stand in an expression. Name one column.')
    return this.#unexpected('a name after "."')
  }

  #checkText(text: string, span: Span): void {
    // NUL and half a surrogate pair do not survive the way through Flink's SQL gateway and its files.
    if (/\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)) {
      this.#fail(expressionCode.literal, span, 'This text contains a NUL character or half of a surrogate pair, which cannot be stored as UTF-8. Remove it.')
    }
  }

  #number(negative: boolean, start: number): Expression {
    const token = this.#next()
    const text = token.text
    if (/[eE]/.test(text)) {
      const value = Number(text)
      if (!Number.isFinite(value)) this.#fail(expressionCode.literal, token.span, `${clip(text)} is beyond the range of DOUBLE.`)
      return this.#literal(negative ? -value : value, { kind: 'DOUBLE', nullable: false }, start)
    }
    const point = text.indexOf('.')
    if (point < 0 || point === text.length - 1) {
      const magnitude = BigInt(point < 0 ? text : text.slice(0, point))
      if (magnitude <= 2_147_483_647n) return this.#literal(Number(negative ? -magnitude : magnitude), withNullable(intType, false), start)
      if (magnitude > 9_223_372_036_854_775_807n && !(negative && magnitude === 9_223_372_036_854_775_808n)) {
        const message = `${clip(text)} is beyond the range of BIGINT. For a DECIMAL write it with a point, ${clip(text)}.0, or as CAST('${clip(text)}' AS DECIMAL(${Math.min(38, text.length)}, 0)).`
        this.#fail(expressionCode.literal, token.span, message)
      }
      return this.#literal(negative ? -magnitude : magnitude, { kind: 'BIGINT', nullable: false }, start)
    }
    const precision = text.length - 1
    if (precision > 38) this.#fail(expressionCode.literal, token.span, `This number has ${precision} digits; a DECIMAL has at most 38. Write it as a DOUBLE, with an exponent: ${clip(text)}E0.`)
    const scale = text.length - point - 1
    const unscaled = BigInt(text.slice(0, point) + text.slice(point + 1))
    return this.#literal(negative ? -unscaled : unscaled, { kind: 'DECIMAL', precision, scale, nullable: false }, start)
  }

  #temporal(word: 'DATE' | 'TIME' | 'TIMESTAMP', start: number): Expression {
    this.#at++
    const token = this.#next()
    const text = token.text
    if (word === 'DATE') {
      const days = /^\d{4}-\d{1,2}-\d{1,2}$/.test(text) ? parseDate(text) : null
      if (days === null) this.#fail(expressionCode.literal, token.span, `'${clip(text)}' is no date. Write it as DATE '2026-01-31'.`)
      return this.#literal(days, { kind: 'DATE', nullable: false }, start)
    }
    const fraction = /\.(\d+)$/.exec(text)?.[1] ?? ''
    if (fraction.length > 3) this.#fail(expressionCode.literal, token.span, `'${clip(text)}' is finer than a millisecond, which Millrace does not keep. Leave out the digits after the third.`)
    if (word === 'TIME') {
      const ms = /^\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?$/.test(text) ? parseTime(text) : null
      if (ms === null) this.#fail(expressionCode.literal, token.span, `'${clip(text)}' is no time of day. Write it as TIME '12:30:00'.`)
      return this.#literal(ms, { kind: 'TIME', nullable: false }, start)
    }
    const timestamp = /^\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?$/.test(text) ? parseTimestamp(text) : null
    if (timestamp === null) this.#fail(expressionCode.literal, token.span, `'${clip(text)}' is no timestamp. Write it as TIMESTAMP '2026-01-31 12:30:00'.`)
    return this.#literal(timestamp.ms, { kind: 'TIMESTAMP', precision: fraction.length, nullable: false }, start)
  }

  /** INTERVAL [-]'text' UNIT[(precision)] [TO UNIT[(precision)]]. The leading field has two digits unless a precision says more, as in Flink. */
  #interval(start: number): Expression {
    this.#at++
    const minus = this.#takeSymbol('-')
    if (!minus) this.#takeSymbol('+')
    const token = this.#peek()
    if (token.kind === 'number') this.#fail(expressionCode.syntax, token.span, `The number of an INTERVAL is written in quotes: INTERVAL '${clip(token.text)}' SECOND.`)
    if (token.kind !== 'string') this.#unexpected("a text such as '5' after INTERVAL")
    this.#at++
    const first = this.#intervalUnit()
    let leading = 2
    if (this.#isSymbol('(')) {
      this.#at++
      leading = this.#digits('the number of digits', 1, 10)
      if (first === 'SECOND' && this.#takeSymbol(',')) this.#digits('the number of fractional digits', 0, 9)
      this.#expectSymbol(')', 'after the precision')
    }
    let last = first
    if (this.#takeWord('TO')) {
      last = this.#intervalUnit()
      if (last === 'SECOND' && this.#takeSymbol('(')) {
        this.#digits('the number of fractional digits', 0, 9)
        this.#expectSymbol(')', 'after the precision')
      }
    }
    const value = this.#intervalValue(token.text, token.span, first, last, leading, this.#span(start))
    if (!Number.isSafeInteger(value)) this.#fail(expressionCode.literal, token.span, `'${clip(token.text)}' is too long an interval. Use a shorter one.`)
    const months = monthsOfUnit[first] !== undefined
    const type: DataType = months ? { kind: 'INTERVAL_YEAR_MONTH', nullable: false } : { kind: 'INTERVAL_DAY_TIME', nullable: false }
    return this.#literal(minus ? 0 - value : value, type, start)
  }

  #intervalUnit(): string {
    const token = this.#peek()
    if (token.kind === 'word') {
      const unit = token.upper.replace(/S$/, '')
      if (msOfUnit[unit] !== undefined || monthsOfUnit[unit] !== undefined) {
        this.#at++
        return unit
      }
    }
    return this.#unexpected('a unit: YEAR, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND')
  }

  #digits(what: string, least: number, most: number): number {
    const token = this.#peek()
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) return this.#unexpected(what)
    this.#at++
    const value = Number(token.text)
    if (value < least || value > most) this.#fail(expressionCode.type, token.span, `${clip(token.text)} is out of range for ${what}: it goes from ${least} to ${most}.`)
    return value
  }

  #intervalValue(text: string, textSpan: Span, first: string, last: string, leading: number, whole: Span): number {
    const bad = (example: string): never => this.#fail(expressionCode.literal, textSpan, `'${clip(text)}' is no interval of ${first === last ? first : `${first} TO ${last}`}. Write it as INTERVAL ${example}.`)
    const tooLong = (digits: string): void => {
      if (digits.length > leading) {
        this.#fail(expressionCode.literal, whole, `The field ${first} of this interval has ${digits.length} digits, and ${first} alone means at most ${leading}. Write ${first}(${digits.length}).`)
      }
    }
    const match = /^\s*([+-]?)(.*?)\s*$/.exec(text)
    if (match === null) return bad(`'1' ${first}`)
    const sign = match[1] === '-' ? -1 : 1
    const body = match[2]!
    if (first === last) {
      const part = first === 'SECOND' ? /^(\d+)(?:\.(\d{1,9}))?$/.exec(body) : /^(\d+)$/.exec(body)
      if (part === null) return bad(`'1' ${first}`)
      tooLong(part[1]!)
      const fraction = part[2] ?? ''
      if (/[1-9]/.test(fraction.slice(3))) this.#fail(expressionCode.literal, textSpan, `'${clip(text)}' is finer than a millisecond, which Millrace does not keep. Leave out the digits after the third.`)
      const unit = msOfUnit[first] ?? monthsOfUnit[first]!
      return 0 + sign * (Number(part[1]) * unit + Number(fraction.slice(0, 3).padEnd(3, '0')))
    }
    if (first === 'YEAR' && last === 'MONTH') {
      const part = /^(\d+)-(\d{1,2})$/.exec(body)
      if (part === null || Number(part[2]) > 11) return bad(`'1-6' YEAR TO MONTH`)
      tooLong(part[1]!)
      return 0 + sign * (Number(part[1]) * 12 + Number(part[2]))
    }
    const from = dayTimeUnits.indexOf(first)
    const to = dayTimeUnits.indexOf(last)
    if (from < 0 || to <= from) return this.#fail(expressionCode.literal, whole, `An interval cannot go from ${first} to ${last}. Write YEAR TO MONTH, or two of DAY, HOUR, MINUTE, SECOND in that order.`)
    const fields = dayTimeUnits.slice(from, to + 1)
    const pattern = fields.map((unit, i) => (i === 0 ? String.raw`(\d+)` : `${fields[i - 1] === 'DAY' ? String.raw`\s+` : ':'}${String.raw`(\d{1,2})`}`) + (unit === 'SECOND' ? String.raw`(?:\.(\d{1,9}))?` : '')).join('')
    const example = `'${fields.map((unit, i) => (i === 0 ? '1' : `${fields[i - 1] === 'DAY' ? ' ' : ':'}0${unit === 'SECOND' ? '5' : '2'}`)).join('')}' ${first} TO ${last}`
    const part = new RegExp(`^${pattern}$`).exec(body)
    if (part === null) return bad(example)
    tooLong(part[1]!)
    let ms = 0
    for (let i = 0; i < fields.length; i++) {
      const value = Number(part[i + 1])
      if (i > 0 && value > (fields[i] === 'HOUR' ? 23 : 59)) return bad(example)
      ms += value * msOfUnit[fields[i]!]!
    }
    if (last === 'SECOND') ms += Number((part[fields.length + 1] ?? '').slice(0, 3).padEnd(3, '0'))
    return 0 + sign * ms
  }

  #case(start: number): Expression {
    this.#at++
    const args: Expression[] = []
    const simple = !this.#isWord('WHEN')
    if (simple) args.push(this.#expression(0))
    let branches = 0
    while (this.#takeWord('WHEN')) {
      args.push(this.#expression(0))
      if (simple && this.#isSymbol(',')) this.#fail(expressionCode.unsupported, this.#peek().span, 'Several values after WHEN are not supported. Write a WHEN for each.')
      this.#expectWord('THEN', 'after the condition of WHEN')
      args.push(this.#expression(0))
      branches++
    }
    if (branches === 0) this.#unexpected('WHEN in the CASE')
    if (this.#takeWord('ELSE')) args.push(this.#expression(0))
    this.#expectWord('END', 'at the end of the CASE')
    return this.#call('CASE', args, start, simple ? ['SIMPLE'] : [])
  }

  #cast(word: 'CAST' | 'TRY_CAST', start: number): Expression {
    this.#at++
    this.#expectSymbol('(', `after ${word}`)
    const operand = this.#expression(0)
    this.#expectWord('AS', `and a type, as in ${word}(x AS BIGINT)`)
    const type = this.#type()
    this.#expectSymbol(')', `to close ${word}`)
    return this.#node({ kind: 'cast', operand, type: withNullable(type, true), mode: word === 'CAST' ? 'cast' : 'try', span: this.#span(start) })
  }

  /** Expressions separated by commas up to the closing symbol, which is taken. Goes on behind a faulty one. */
  #list(close: string, what: string): Expression[] {
    const items: Expression[] = []
    if (this.#takeSymbol(close)) return items
    let failed = false
    do {
      const depth = this.#depth
      const item = this.#attempt(() => {
        const parsed = this.#expression(0)
        if (!this.#isSymbol(',') && !this.#isSymbol(close)) this.#unexpected(`"," or "${close}" in ${what}`)
        return parsed
      })
      if (item === null) {
        failed = true
        this.#depth = depth
        if (this.#nodes > expressionNodesMax || this.#problems.length >= 20) throw new Unparsable()
        this.#skipItem(close)
      } else items.push(item)
    } while (this.#takeSymbol(','))
    if (!this.#takeSymbol(close)) this.#unexpected(`"${close}" to close ${what}`)
    if (failed) throw new Unparsable()
    return items
  }

  #skipItem(close: string): void {
    let open = 0
    for (;;) {
      const token = this.#peek()
      if (token.kind === 'end') return
      if (token.kind === 'symbol') {
        if (open === 0 && (token.text === ',' || token.text === close)) return
        if (token.text === '(' || token.text === '[') open++
        if (token.text === ')' || token.text === ']') {
          if (open === 0) return
          open--
        }
      }
      this.#at++
    }
  }

  // Calls.

  #function(name: string): Expression {
    const start = this.#peek().span.start
    this.#at += 2
    switch (name) {
      case 'EXTRACT': {
        const unit = this.#unit('EXTRACT')
        this.#expectWord('FROM', 'after the unit of EXTRACT')
        const operand = this.#expression(0)
        this.#expectSymbol(')', 'to close EXTRACT')
        return this.#call(name, [operand], start, [unit])
      }
      case 'TIMESTAMPADD':
      case 'TIMESTAMPDIFF': {
        const unit = this.#unit(name)
        this.#expectSymbol(',', `after the unit of ${name}`)
        return this.#call(name, this.#list(')', `the arguments of ${name}`), start, [unit.replace(/^SQL_TSI_/, '')])
      }
      case 'TRIM':
        return this.#trim(start)
      case 'POSITION': {
        const part = this.#expression(power.between + 1)
        if (!this.#takeWord('IN')) this.#expectSymbol(',', 'or IN after the first argument of POSITION')
        const whole = this.#expression(0)
        this.#expectSymbol(')', 'to close POSITION')
        return this.#call(name, [part, whole], start)
      }
      case 'SUBSTRING': {
        const text = this.#expression(0)
        if (this.#takeWord('FROM')) {
          const args = [text, this.#expression(0)]
          if (this.#takeWord('FOR')) args.push(this.#expression(0))
          this.#expectSymbol(')', 'to close SUBSTRING')
          return this.#call(name, args, start)
        }
        if (this.#takeSymbol(',')) return this.#call(name, [text, ...this.#list(')', 'the arguments of SUBSTRING')], start)
        this.#expectSymbol(')', 'to close SUBSTRING')
        return this.#call(name, [text], start)
      }
      case 'OVERLAY': {
        const text = this.#expression(0)
        if (this.#takeWord('PLACING')) {
          const args = [text, this.#expression(0)]
          this.#expectWord('FROM', 'after what OVERLAY places')
          args.push(this.#expression(0))
          if (this.#takeWord('FOR')) args.push(this.#expression(0))
          this.#expectSymbol(')', 'to close OVERLAY')
          return this.#call(name, args, start)
        }
        if (this.#takeSymbol(',')) return this.#call(name, [text, ...this.#list(')', 'the arguments of OVERLAY')], start)
        this.#expectSymbol(')', 'to close OVERLAY')
        return this.#call(name, [text], start)
      }
      case 'FLOOR':
      case 'CEIL':
      case 'CEILING': {
        const operand = this.#expression(0)
        const symbols = this.#takeWord('TO') ? [this.#unit(name)] : []
        this.#expectSymbol(')', `to close ${name}`)
        return this.#call(name === 'CEILING' ? 'CEIL' : name, [operand], start, symbols)
      }
      case 'JSON_VALUE':
      case 'JSON_EXISTS':
      case 'JSON_QUERY':
        return this.#json(name, start)
      default:
        return this.#plainFunction(name, start)
    }
  }

  #unit(of: string): string {
    const token = this.#peek()
    if (token.kind !== 'word') return this.#unexpected(`a unit of time such as HOUR in ${of}`)
    this.#at++
    return token.upper
  }

  #plainFunction(name: string, start: number): Expression {
    const definition = functionTable.get(name)
    if (definition?.callable === false && definition.name === name) {
      this.#fail(expressionCode.syntax, this.#span(start), `${name} is not called like a function. Write ${definition.signatures[0]!}.`)
    }
    let distinct = false
    let args: Expression[] = []
    let symbols: string[] = []
    if (this.#isSymbol('*') && this.#isSymbol(')', 1)) {
      this.#at += 2
      symbols = ['*']
    } else {
      if (this.#takeWord('DISTINCT')) distinct = true
      else this.#takeWord('ALL')
      args = this.#list(')', `the arguments of ${name}`)
    }
    let filter: Expression | null = null
    if (this.#isWord('FILTER') && this.#isSymbol('(', 1)) {
      this.#at += 2
      this.#expectWord('WHERE', 'after FILTER (')
      filter = this.#expression(0)
      this.#expectSymbol(')', 'to close FILTER')
    }
    if (this.#isWord('OVER')) this.#fail(expressionCode.unsupported, this.#peek().span, 'OVER cannot stand in an expression. Use the Over aggregate operator instead.')
    return this.#node({ kind: 'call', name, args, symbols, distinct, filter, span: this.#span(start) })
  }

  /** TRIM([BOTH | LEADING | TRAILING] [characters] FROM text) or TRIM(text): arguments are the text, then the characters. */
  #trim(start: number): Expression {
    const side = ['BOTH', 'LEADING', 'TRAILING'].find((word) => this.#takeWord(word))
    if (side !== undefined && this.#takeWord('FROM')) {
      const text = this.#expression(0)
      this.#expectSymbol(')', 'to close TRIM')
      return this.#call('TRIM', [text], start, [side])
    }
    const first = this.#expression(0)
    if (this.#takeWord('FROM')) {
      const text = this.#expression(0)
      this.#expectSymbol(')', 'to close TRIM')
      return this.#call('TRIM', [text, first], start, [side ?? 'BOTH'])
    }
    if (side !== undefined) this.#unexpected(`FROM, as in TRIM(${side} ' ' FROM text)`)
    this.#expectSymbol(')', 'to close TRIM')
    return this.#call('TRIM', [first], start, ['BOTH'])
  }

  /**
   * JSON_VALUE's symbols: [type after RETURNING as text, behaviour on empty, behaviour on error]; JSON_EXISTS: [behaviour on error];
   * JSON_QUERY: [type, wrapper, on empty, on error]. A DEFAULT's value is a further argument, that of ON EMPTY first.
   */
  #json(name: 'JSON_VALUE' | 'JSON_EXISTS' | 'JSON_QUERY', start: number): Expression {
    const args = [this.#expression(0)]
    this.#expectSymbol(',', `after the first argument of ${name}`)
    args.push(this.#expression(0))
    let type = 'STRING'
    if (name !== 'JSON_EXISTS' && this.#takeWord('RETURNING')) {
      const from = this.#peek().span.start
      this.#type()
      type = this.#text.slice(from, this.#span(from).end)
    }
    let wrapper = 'WITHOUT'
    if (name === 'JSON_QUERY') {
      if (this.#takeWord('WITHOUT')) {
        this.#takeWord('ARRAY')
        this.#expectWord('WRAPPER', 'after WITHOUT')
      } else if (this.#takeWord('WITH')) {
        wrapper = this.#takeWord('CONDITIONAL') ? 'CONDITIONAL' : (this.#takeWord('UNCONDITIONAL'), 'UNCONDITIONAL')
        this.#takeWord('ARRAY')
        this.#expectWord('WRAPPER', 'after WITH')
      }
    }
    let onEmpty = 'NULL'
    let onError = name === 'JSON_EXISTS' ? 'FALSE' : 'NULL'
    const words = name === 'JSON_EXISTS' ? ['TRUE', 'FALSE', 'UNKNOWN', 'ERROR'] : name === 'JSON_VALUE' ? ['NULL', 'ERROR', 'DEFAULT'] : ['NULL', 'ERROR', 'EMPTY']
    let seenEmpty = false
    let seenError = false
    let defaultOnEmpty: Expression | null = null
    let defaultOnError: Expression | null = null
    while (!this.#isSymbol(')')) {
      const word = words.find((candidate) => this.#takeWord(candidate))
      if (word === undefined) this.#unexpected(`")" or one of ${words.join(', ')} in ${name}`)
      const behaviour = word === 'EMPTY' ? (this.#takeWord('OBJECT') ? 'EMPTY OBJECT' : (this.#takeWord('ARRAY'), 'EMPTY ARRAY')) : word
      const value = word === 'DEFAULT' ? this.#expression(0) : null
      this.#expectWord('ON', `after ${behaviour}`)
      if (name !== 'JSON_EXISTS' && !seenEmpty && !seenError && this.#takeWord('EMPTY')) {
        seenEmpty = true
        onEmpty = behaviour
        defaultOnEmpty = value
      } else if (!seenError && this.#takeWord('ERROR')) {
        seenError = true
        onError = behaviour
        defaultOnError = value
      } else this.#unexpected(name === 'JSON_EXISTS' ? 'ERROR after ON' : 'EMPTY, then ERROR, each once, after ON')
    }
    this.#expectSymbol(')', `to close ${name}`)
    if (defaultOnEmpty !== null) args.push(defaultOnEmpty)
    if (defaultOnError !== null) args.push(defaultOnError)
    const symbols = name === 'JSON_EXISTS' ? [onError] : name === 'JSON_VALUE' ? [type, onEmpty, onError] : [type, wrapper, onEmpty, onError]
    return this.#call(name, args, start, symbols)
  }

  // Types.

  #type(): DataType {
    if (++this.#depth > expressionDepthMax) this.#fail(expressionCode.limit, this.#peek().span, `This type is nested more than ${expressionDepthMax} levels deep.`)
    let type = this.#nullability(this.#bareType())
    for (;;) {
      if (this.#takeWord('ARRAY')) type = this.#nullability({ kind: 'ARRAY', element: type, nullable: true })
      else if (this.#takeWord('MULTISET')) type = this.#nullability({ kind: 'MULTISET', element: type, nullable: true })
      else break
    }
    this.#depth--
    return type
  }

  #nullability(type: DataType): DataType {
    if (this.#takeWords('NOT', 'NULL')) return withNullable(type, false)
    // `RETURNING INT NULL ON EMPTY`: there NULL is a behaviour, not a nullability.
    if (!this.#isWord('ON', 1)) this.#takeWord('NULL')
    return type
  }

  #bareType(): DataType {
    const token = this.#peek()
    const nullable = true
    if (token.kind !== 'word' || !typeWords.has(token.upper)) {
      if (token.kind === 'bad') this.#fail(expressionCode.syntax, token.span, token.reason)
      const found = token.kind === 'end' ? 'nothing' : `"${clip(this.#text.slice(token.span.start, token.span.end))}"`
      const hint = token.kind === 'word' ? typeHint(token.upper) : ''
      this.#fail(expressionCode.type, token.span, `Expected a type such as BIGINT, DOUBLE, DECIMAL(10, 2), STRING, BOOLEAN or TIMESTAMP(3), found ${found}.${hint}`)
    }
    this.#at++
    switch (token.upper) {
      case 'BOOLEAN':
      case 'TINYINT':
      case 'SMALLINT':
      case 'INT':
      case 'BIGINT':
      case 'FLOAT':
      case 'BYTES':
      case 'DATE':
        return { kind: token.upper, nullable }
      case 'INTEGER':
        return { kind: 'INT', nullable }
      case 'REAL':
        return { kind: 'FLOAT', nullable }
      case 'DOUBLE':
        this.#takeWord('PRECISION')
        return { kind: 'DOUBLE', nullable }
      case 'DECIMAL':
      case 'DEC':
      case 'NUMERIC': {
        const [precision, scale] = this.#sizes(2)
        const p = precision ?? 10
        const s = scale ?? 0
        const span = this.#span(token.span.start)
        if (p < 1 || p > 38) this.#fail(expressionCode.type, span, `A DECIMAL has 1 to 38 digits, not ${p}.`)
        if (s > p) this.#fail(expressionCode.type, span, `DECIMAL(${p}, ${s}) has more digits after the point than digits. Raise the precision or lower the scale.`)
        return { kind: 'DECIMAL', precision: p, scale: s, nullable }
      }
      case 'CHAR':
      case 'CHARACTER': {
        const varying = this.#takeWord('VARYING')
        const length = this.#length(token.span.start)
        return varying ? { kind: 'VARCHAR', length: length ?? 1, nullable } : { kind: 'CHAR', length: length ?? 1, nullable }
      }
      case 'VARCHAR':
        return { kind: 'VARCHAR', length: this.#length(token.span.start) ?? 1, nullable }
      case 'STRING':
        return { kind: 'VARCHAR', length: stringLengthMax, nullable }
      case 'BINARY':
      case 'VARBINARY':
        this.#takeWord('VARYING')
        return this.#fail(expressionCode.type, token.span, `${token.upper} is not supported. Use BYTES.`)
      case 'TIME': {
        const [precision] = this.#sizes(1)
        if ((precision ?? 0) > 3) this.#tooFine('TIME', precision!, token.span.start)
        this.#takeWords('WITHOUT', 'TIME', 'ZONE')
        return { kind: 'TIME', nullable }
      }
      case 'TIMESTAMP':
      case 'TIMESTAMP_LTZ': {
        const [precision] = this.#sizes(1)
        let kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ' = token.upper
        if (this.#takeWords('WITH', 'LOCAL', 'TIME', 'ZONE')) kind = 'TIMESTAMP_LTZ'
        else if (this.#takeWords('WITH', 'TIME', 'ZONE')) this.#fail(expressionCode.type, this.#span(token.span.start), 'TIMESTAMP WITH TIME ZONE is not supported by Flink SQL either. Use TIMESTAMP_LTZ(3).')
        else this.#takeWords('WITHOUT', 'TIME', 'ZONE')
        if (precision === undefined) {
          this.#fail(expressionCode.type, this.#span(token.span.start), `${kind} without a precision means microseconds, which Millrace does not keep. Write ${kind}(3).`)
        }
        if (precision > 3) this.#tooFine(kind, precision, token.span.start)
        return { kind, precision, nullable }
      }
      case 'INTERVAL': {
        const first = this.#intervalUnit()
        if (this.#isSymbol('(')) this.#sizes(2)
        if (this.#takeWord('TO')) {
          this.#intervalUnit()
          if (this.#isSymbol('(')) this.#sizes(1)
        }
        return monthsOfUnit[first] === undefined ? { kind: 'INTERVAL_DAY_TIME', nullable } : { kind: 'INTERVAL_YEAR_MONTH', nullable }
      }
      case 'ARRAY':
      case 'MULTISET': {
        this.#openAngle(token.upper)
        const element = this.#type()
        this.#closeAngle(token.upper)
        return { kind: token.upper, element, nullable }
      }
      case 'MAP': {
        this.#openAngle('MAP')
        const key = this.#type()
        this.#expectSymbol(',', 'between the types of key and value')
        const value = this.#type()
        this.#closeAngle('MAP')
        return { kind: 'MAP', key, value, nullable }
      }
      default:
        return this.#rowType(token.span.start)
    }
  }

  #rowType(start: number): DataType {
    const round = this.#takeSymbol('(')
    if (!round) {
      if (this.#takeSymbol('<>')) return { kind: 'ROW', fields: [], nullable: true }
      this.#openAngle('ROW')
    }
    const fields: RowField[] = []
    if (!(round ? this.#isSymbol(')') : this.#isSymbol('>'))) {
      do {
        const token = this.#peek()
        // Reserved words too, unlike Flink: `printType` leaves them bare in documents, and Flink SQL is printed with backticks.
        if (token.kind !== 'name' && token.kind !== 'word') this.#unexpected('the name of a field')
        this.#at++
        const name = token.text
        if (fields.some((field) => field.name === name)) this.#fail(expressionCode.type, token.span, `The ROW has two fields called ${name}. Rename one of them.`)
        fields.push({ name, type: this.#type() })
      } while (this.#takeSymbol(','))
    }
    if (round) this.#expectSymbol(')', 'to close ROW')
    else this.#closeAngle('ROW')
    if (fields.length === 0) this.#fail(expressionCode.type, this.#span(start), 'A ROW needs at least one field: ROW<name STRING>.')
    return { kind: 'ROW', fields, nullable: true }
  }

  #openAngle(what: string): void {
    if (!this.#takeSymbol('<')) this.#unexpected(`"<" after ${what}, as in ${what === 'MAP' ? 'MAP<STRING, INT>' : what === 'ROW' ? 'ROW<name STRING>' : `${what}<INT>`}`)
  }

  #closeAngle(what: string): void {
    this.#expectSymbol('>', `to close ${what}`)
  }

  #sizes(most: number): number[] {
    const sizes: number[] = []
    if (!this.#takeSymbol('(')) return sizes
    do sizes.push(this.#digits('a number of digits', 0, 1000))
    while (sizes.length < most && this.#takeSymbol(','))
    this.#expectSymbol(')', 'after the precision')
    return sizes
  }

  #length(start: number): number | undefined {
    if (!this.#takeSymbol('(')) return undefined
    const length = this.#digits('a length', 0, stringLengthMax)
    this.#expectSymbol(')', 'after the length')
    if (length === 0) this.#fail(expressionCode.type, this.#span(start), 'The length of a CHAR or VARCHAR is at least 1.')
    return length
  }

  #tooFine(kind: string, precision: number, start: number): never {
    return this.#fail(expressionCode.type, this.#span(start), `${kind}(${precision}) is finer than a millisecond, which Millrace does not keep. Use ${kind}(3).`)
  }
}

function typeHint(word: string): string {
  const known: Record<string, string> = {
    LONG: 'BIGINT', INT64: 'BIGINT', INT32: 'INT', BYTE: 'TINYINT', SHORT: 'SMALLINT', TEXT: 'STRING', BOOL: 'BOOLEAN', DATETIME: 'TIMESTAMP(3)', NUMBER: 'DECIMAL(38, 10)', JSON: 'STRING', BLOB: 'BYTES',
  }
  const hint = known[word]
  return hint === undefined ? '' : ` Use ${hint}.`
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** Greatest distance from the root to a leaf. Iterative: the tree may be deeper than the stack. */
function depthOf(root: Expression): number {
  let level: Expression[] = [root]
  let depth = 0
  while (level.length > 0) {
    depth++
    level = level.flatMap(children)
  }
  return depth
}

/** The operands of a node, in the order they are written. */
export function children(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return []
    case 'call':
      return expression.filter === null ? expression.args : [...expression.args, expression.filter]
    case 'cast':
    case 'field':
      return [expression.operand]
    case 'element':
      return [expression.operand, expression.index]
  }
}

/** Equal but for spans. */
export function sameExpression(a: Expression, b: Expression): boolean {
  if (a.kind !== b.kind) return false
  switch (a.kind) {
    case 'literal': {
      const other = b as typeof a
      return sameType(a.type, other.type, true) && sameValue(a.value, other.value)
    }
    case 'column': {
      const other = b as typeof a
      return a.name === other.name && a.qualifier === other.qualifier
    }
    case 'call': {
      const other = b as typeof a
      return (
        a.name === other.name &&
        a.distinct === other.distinct &&
        a.symbols.length === other.symbols.length &&
        a.symbols.every((symbol, i) => symbol === other.symbols[i]) &&
        a.args.length === other.args.length &&
        a.args.every((argument, i) => sameExpression(argument, other.args[i]!)) &&
        (a.filter === null ? other.filter === null : other.filter !== null && sameExpression(a.filter, other.filter))
      )
    }
    case 'cast': {
      const other = b as typeof a
      return a.mode === other.mode && sameType(a.type, other.type, true) && sameExpression(a.operand, other.operand)
    }
    case 'field': {
      const other = b as typeof a
      return a.name === other.name && sameExpression(a.operand, other.operand)
    }
    case 'element': {
      const other = b as typeof a
      return sameExpression(a.operand, other.operand) && sameExpression(a.index, other.index)
    }
  }
}

function sameValue(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i])
  return Object.is(a, b)
}
