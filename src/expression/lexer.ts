import type { Span } from './expression.ts'

/**
 * Splits an expression's text into tokens. Never fails: what it cannot read becomes a token of kind `bad` that says why, and lexing goes on.
 *
 * Lexical rules are Flink SQL's: strings in single quotes with '' for a quote, names in backticks with `` for a backtick, `U&'\0041'` for code
 * points, `X'0A'` for bytes, `--` and slash-star comments.
 */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly upper: string; readonly span: Span }
  | { readonly kind: 'name'; readonly text: string; readonly span: Span }
  | { readonly kind: 'number'; readonly text: string; readonly span: Span }
  | { readonly kind: 'string'; readonly text: string; readonly span: Span }
  | { readonly kind: 'bytes'; readonly text: string; readonly span: Span }
  | { readonly kind: 'symbol'; readonly text: string; readonly span: Span }
  | { readonly kind: 'bad'; readonly text: string; readonly reason: string; readonly span: Span }
  | { readonly kind: 'end'; readonly text: ''; readonly span: Span }

const symbols = ['||', '<>', '!=', '<=', '>=', '=', '<', '>', '+', '-', '*', '/', '%', '(', ')', '[', ']', ',', '.', ';', '{', '}', ':', '?']
const wordStart = /[\p{L}_$]/u
const wordPattern = /[\p{L}_$][\p{L}\p{M}\p{Nd}_$]*/uy
const numberPattern = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y
const blankPattern = /(?:\s|--[^\n\r]*|\/\*[^]*?\*\/)+/y

export function tokens(text: string): Token[] {
  const found: Token[] = []
  let at = 0
  const matched = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? null
  }
  while (at < text.length) {
    const blank = matched(blankPattern)
    if (blank !== null) {
      at += blank.length
      continue
    }
    const start = at
    const char = text[at]!
    if (char === "'" || char === '`') {
      const { value, end } = quoted(text, at, char)
      at = end ?? text.length
      const span = { start, end: at }
      if (end === null) {
        const what = char === "'" ? 'This text has no closing quote. Add a \' at its end; a quote inside text is written twice.' : 'This name has no closing backtick. Add a ` at its end.'
        found.push({ kind: 'bad', text: value, reason: what, span })
      } else if (char === "'") found.push({ kind: 'string', text: value, span })
      else if (value === '') found.push({ kind: 'bad', text: value, reason: 'A name in backticks must not be empty. Write the name of a column between them.', span })
      else found.push({ kind: 'name', text: value, span })
      continue
    }
    if ((char === 'u' || char === 'U') && text.startsWith("&'", at + 1)) {
      const { value, end } = quoted(text, at + 2, "'")
      at = end ?? text.length
      const span = { start, end: at }
      const decoded = unescapeUnicode(value)
      if (end === null) found.push({ kind: 'bad', text: value, reason: "This text has no closing quote. Add a ' at its end.", span })
      else if (decoded === null) found.push({ kind: 'bad', text: value, reason: "In U&'...' a \\ must be followed by four hexadecimal digits or by another \\.", span })
      else found.push({ kind: 'string', text: decoded, span })
      continue
    }
    if ((char === 'x' || char === 'X') && text[at + 1] === "'") {
      const { value, end } = quoted(text, at + 1, "'")
      at = end ?? text.length
      const span = { start, end: at }
      if (end !== null && /^(?:[0-9a-fA-F]{2})*$/.test(value)) found.push({ kind: 'bytes', text: value, span })
      else found.push({ kind: 'bad', text: value, reason: "Bytes are written as X'...' with two hexadecimal digits each.", span })
      continue
    }
    const number = matched(numberPattern)
    if (number !== null) {
      at += number.length
      found.push({ kind: 'number', text: number, span: { start, end: at } })
      continue
    }
    if (wordStart.test(String.fromCodePoint(text.codePointAt(at)!))) {
      const word = matched(wordPattern)!
      at += word.length
      found.push({ kind: 'word', text: word, upper: word.toUpperCase(), span: { start, end: at } })
      continue
    }
    if (text.startsWith('/*', at)) {
      at = text.length
      found.push({ kind: 'bad', text: '/*', reason: 'This comment does not end. Add */.', span: { start, end: at } })
      continue
    }
    const symbol = symbols.find((candidate) => text.startsWith(candidate, at))
    if (symbol !== undefined) {
      at += symbol.length
      found.push({ kind: 'symbol', text: symbol, span: { start, end: at } })
      continue
    }
    const odd = String.fromCodePoint(text.codePointAt(at)!)
    at += odd.length
    const reason =
      odd === '"'
        ? 'Double quotes mean nothing in Flink SQL. Text goes in single quotes, a column name in backticks.'
        : `The character ${JSON.stringify(odd)} has no meaning here. Remove it, or put it in quotes if it belongs to a text.`
    found.push({ kind: 'bad', text: odd, reason, span: { start, end: at } })
  }
  found.push({ kind: 'end', text: '', span: { start: text.length, end: text.length } })
  return found
}

/** The text between quotes that start at `at`, doubled quotes undone; `end` is null when they do not close. */
function quoted(text: string, at: number, quote: string): { value: string; end: number | null } {
  let value = ''
  let from = at + 1
  for (;;) {
    const next = text.indexOf(quote, from)
    if (next < 0) return { value: value + text.slice(from), end: null }
    value += text.slice(from, next)
    if (text[next + 1] !== quote) return { value, end: next + 1 }
    value += quote
    from = next + 2
  }
}

function unescapeUnicode(text: string): string | null {
  let out = ''
  let from = 0
  for (;;) {
    const next = text.indexOf('\\', from)
    if (next < 0) return out + text.slice(from)
    out += text.slice(from, next)
    if (text[next + 1] === '\\') {
      out += '\\'
      from = next + 2
      continue
    }
    const digits = text.slice(next + 1, next + 5)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) return null
    out += String.fromCharCode(Number.parseInt(digits, 16))
    from = next + 5
  }
}
