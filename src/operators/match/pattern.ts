import type { PatternElement } from '../../engine/pattern/states.ts'
import type { Span } from '../../expression/expression.ts'
import { printName } from '../../expression/keywords.ts'
import { tokens, type Token } from '../../expression/lexer.ts'

/**
 * The row pattern of MATCH_RECOGNIZE and what follows a match, from their SQL text: `A B+? C{2,}` and `SKIP TO LAST B`.
 *
 * Only what Flink runs is read: variables in a row, each once, with a quantifier. Alternation, groups with a quantifier, PERMUTE, exclusion, anchors, reluctant `??` and a greedy quantifier at the end
 * are in the standard and refused by Flink's planner; here each is a sentence at its place. Never throws; the problems are worded by who asks (`matchProblems`).
 */
export interface PatternVariable extends PatternElement {
  readonly name: string
  readonly span: Span
}

/** What keeps a text from being a pattern: a whole sentence with a way out, and where. */
export interface PatternFault {
  readonly span: Span
  readonly message: string
}

export interface ParsedPattern {
  /** With a fault: every name in the text, so that conditions and measures are not found wrong for it. */
  readonly variables: readonly PatternVariable[]
  readonly fault: PatternFault | null
}

export type AfterMatch = { readonly kind: 'pastLast' } | { readonly kind: 'next' } | { readonly kind: 'first' | 'last'; readonly variable: string; readonly span: Span }

/** States are made for each row that must be there, so their number has a limit. */
const repetitionsMax = 1000

export const patternLengthMax = 10_000

class Fault extends Error {
  readonly span: Span

  constructor(span: Span, message: string) {
    super(message)
    this.span = span
  }
}

export function parsePattern(text: string): ParsedPattern {
  const reader = new PatternReader(text)
  try {
    reader.whole()
    return { variables: reader.variables, fault: null }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { variables: namesIn(text), fault: { span: error.span, message: error.message } }
  }
}

function namesIn(text: string): PatternVariable[] {
  const found = new Map<string, PatternVariable>()
  for (const token of tokens(text.slice(0, patternLengthMax))) {
    if ((token.kind === 'word' || token.kind === 'name') && !found.has(token.text)) found.set(token.text, { name: token.text, least: 1, most: 1, greedy: true, span: token.span })
  }
  return [...found.values()]
}

/** Whether it takes as many rows as it can; where it has no choice it does not. */
function isGreedy({ least, most, greedy }: PatternElement): boolean {
  return greedy && least !== most && !(least === 0 && most === 1)
}

class PatternReader {
  readonly variables: PatternVariable[] = []
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#text = text.slice(0, patternLengthMax)
    this.#tokens = tokens(this.#text)
  }

  whole(): void {
    this.#sequence(0)
    const { variables } = this
    if (variables.length === 0) this.#fail('There is no pattern. Write variables in the order in which their rows follow, for example A B+ C.')
    const last = variables.at(-1)!
    if (isGreedy(last)) {
      const quantifier = this.#text.slice(last.span.start + this.#nameLength(last), last.span.end)
      throw new Fault(last.span, `The last variable must not be greedy: it would wait for ever for one more row. Write ${printName(last.name)}${quantifier}?, which takes as few rows as can be, or let another variable follow.`)
    }
    if (variables.every(({ least }) => least === 0)) {
      throw new Fault({ start: variables[0]!.span.start, end: last.span.end }, `This pattern is whole without any row. At least one variable must need a row, for example ${printName(last.name)} without a quantifier.`)
    }
  }

  #nameLength({ span }: PatternVariable): number {
    return this.#tokens.find((token) => token.span.start === span.start)!.span.end - span.start
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!
  }

  #isSymbol(text: string, ahead = 0): boolean {
    const token = this.#peek(ahead)
    return token.kind === 'symbol' && token.text === text
  }

  #take(text: string): boolean {
    if (!this.#isSymbol(text)) return false
    this.#at++
    return true
  }

  #fail(message: string): never {
    const { span } = this.#peek()
    throw new Fault(span.end > span.start ? span : { start: Math.max(0, span.start - 1), end: Math.max(1, span.start) }, message)
  }

  /** Variables and groups up to the end, or to the parenthesis that closes this one. */
  #sequence(depth: number): void {
    if (depth > 50) this.#fail('The parentheses are nested too deeply. Remove them: without a quantifier they change nothing.')
    for (;;) {
      const token = this.#peek()
      if (token.kind === 'end') {
        if (depth > 0) this.#fail('A parenthesis is not closed. Add ")".')
        return
      }
      if (token.kind === 'bad') this.#fail(this.#badly(token))
      if (token.kind === 'symbol' && token.text === ')') {
        if (depth === 0) this.#fail('This ")" closes nothing. Remove it.')
        return
      }
      if (token.kind === 'symbol' && token.text === '(') this.#group(depth)
      else if (token.kind === 'word' || token.kind === 'name') this.#variable(token)
      else this.#fail(this.#misplaced(token))
    }
  }

  #group(depth: number): void {
    this.#at++
    const before = this.variables.length
    this.#sequence(depth + 1)
    if (this.variables.length === before) this.#fail('There is nothing in these parentheses. Remove them.')
    this.#at++
    if (['*', '+', '?', '{'].some((symbol) => this.#isSymbol(symbol))) this.#fail('A quantifier behind a group is not supported by Flink either. Put quantifiers behind single variables.')
  }

  #variable(token: Token & { kind: 'word' | 'name' }): void {
    if (token.kind === 'word' && token.upper === 'PERMUTE' && this.#isSymbol('(', 1)) this.#fail('PERMUTE is not supported by Flink either. Use one operator for each order and a Union behind them.')
    this.#at++
    const known = this.variables.find(({ name }) => name === token.text)
    const range = this.#range()
    if (known !== undefined) {
      throw new Fault(token.span, `The variable ${printName(token.text)} stands in the pattern twice; on Flink each stands once. Use another name with the same condition.`)
    }
    const previous = this.variables.at(-1)
    const span = { start: token.span.start, end: this.#tokens[this.#at - 1]!.span.end }
    // Flink looks at the sign and not at the meaning: `{0,n}` it takes.
    if (previous !== undefined && isGreedy(previous) && range.least === 0 && (range.most === null || range.most === 1)) {
      throw new Fault(span, `Behind a greedy variable (${printName(previous.name)}) Flink takes no optional one. Make ${printName(previous.name)} reluctant with a further "?", or write {0,n} here.`)
    }
    this.variables.push({ name: token.text, ...range, span })
  }

  #range(): PatternElement {
    const range = this.#rows()
    if (range === null) return { least: 1, most: 1, greedy: true }
    const again = this.#peek()
    if (!this.#take('?')) {
      if (again.kind === 'symbol' && ['*', '+', '{'].includes(again.text)) this.#fail('A variable takes one quantifier. Remove this one.')
      return { ...range, greedy: true }
    }
    if (range.least === 0 && range.most === 1) {
      throw new Fault(again.span, 'A reluctant "??" is not supported by Flink either. Write one "?", or leave the variable out.')
    }
    return { ...range, greedy: false }
  }

  #rows(): { least: number; most: number | null } | null {
    if (this.#take('*')) return { least: 0, most: null }
    if (this.#take('+')) return { least: 1, most: null }
    if (this.#take('?')) return { least: 0, most: 1 }
    const open = this.#peek().span
    if (!this.#take('{')) return null
    if (this.#isSymbol('-')) this.#fail('Exclusion "{- … -}" is not supported by Flink either. Leave what it holds out of the measures instead.')
    if (this.#isSymbol(',')) this.#fail('Flink does not take a quantifier without a least number. Write {0, n}.')
    const least = this.#number()
    let most: number | null = least
    if (this.#take(',')) most = this.#isSymbol('}') ? null : this.#number()
    if (!this.#take('}')) this.#fail('The quantifier is not closed. Write it as {2}, {2,} or {2,5}.')
    const span = { start: open.start, end: this.#tokens[this.#at - 1]!.span.end }
    if (most !== null && most < least) throw new Fault(span, `This quantifier asks for at least ${least} rows and at most ${most}. Swap the numbers.`)
    if (most === 0) throw new Fault(span, 'A quantifier of no rows at all takes the variable out of the pattern. Remove the variable.')
    return { least, most }
  }

  #number(): number {
    const token = this.#peek()
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) this.#fail('A number of rows stands here, as in {2}, {2,} or {2,5}.')
    const value = Number(token.text)
    if (value > repetitionsMax) this.#fail(`At most ${repetitionsMax} rows can be asked for by a number. Use + and ask for the number in a condition, with COUNT.`)
    this.#at++
    return value
  }

  #badly(token: Token & { kind: 'bad' }): string {
    if (token.text === '|') return this.#misplaced(token)
    if (token.text === '^') return 'The anchor "^" is not supported by Flink either: a stream has no partition that begins here. Remove it.'
    return token.reason
  }

  #misplaced(token: Token): string {
    if (token.text.startsWith('|')) return 'Alternation "|" is not supported by Flink either. Use one variable whose condition has OR, or one operator for each branch and a Union behind them.'
    if (token.text === '{' && this.#isSymbol('-', 1)) return 'Exclusion "{- … -}" is not supported by Flink either. Leave what it holds out of the measures instead.'
    if (['*', '+', '?', '{'].includes(token.text)) return 'A quantifier stands behind a variable. Put a variable before it.'
    if (token.text === ',') return 'Variables of a pattern follow each other without commas. Remove it.'
    return `Expected a variable, found "${token.text.slice(0, 20)}". A pattern is variables with quantifiers, for example A B+ C.`
  }
}

/** `SKIP PAST LAST ROW`, `SKIP TO NEXT ROW`, `SKIP TO FIRST B`, `SKIP TO LAST B`, `SKIP TO B` (the last); a leading AFTER MATCH is passed over. */
export function parseAfterMatch(text: string): { readonly skip: AfterMatch | null; readonly fault: PatternFault | null } {
  const found = tokens(text.slice(0, patternLengthMax)).filter((token) => token.kind !== 'end')
  let at = 0
  const word = (expected: string): boolean => {
    const token = found[at]
    if (token?.kind !== 'word' || token.upper !== expected) return false
    at++
    return true
  }
  const words = (...expected: readonly string[]): boolean => {
    const from = at
    if (expected.every(word)) return true
    at = from
    return false
  }
  const ended = (skip: AfterMatch) => (at === found.length ? { skip, fault: null } : fault())
  const fault = (): { readonly skip: null; readonly fault: PatternFault } => ({
    skip: null,
    fault: { span: { start: 0, end: text.length }, message: 'After a match goes on with one of SKIP PAST LAST ROW, SKIP TO NEXT ROW, SKIP TO FIRST A, SKIP TO LAST A, where A is a variable of the pattern.' },
  })
  words('AFTER', 'MATCH')
  if (words('SKIP', 'PAST', 'LAST', 'ROW')) return ended({ kind: 'pastLast' })
  if (words('SKIP', 'TO', 'NEXT', 'ROW')) return ended({ kind: 'next' })
  if (!words('SKIP', 'TO')) return fault()
  const behind = found[at + 1]
  const first = behind !== undefined && word('FIRST')
  if (!first && behind !== undefined) word('LAST')
  const token = found[at]
  if (token === undefined || (token.kind !== 'word' && token.kind !== 'name')) return fault()
  at++
  return ended({ kind: first ? 'first' : 'last', variable: token.text, span: token.span })
}
