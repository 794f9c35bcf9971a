/**
 * A second reader of scripts, for tests: Flink's lexical rules as its parser has them (Calcite's, back-quoted names), written without looking at our printer or our lexer. It holds that whatever
 * stands in a name or a text stays inside it. Fails on what Flink's lexer refuses.
 */
export interface FlinkToken {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol'
  readonly value: string
}

/** The tokens of each statement; a statement set is one statement for Flink and several here, since each of its INSERTs ends in a semicolon. */
export function flinkStatements(script: string): FlinkToken[][] {
  const statements: FlinkToken[][] = [[]]
  for (const token of flinkTokens(script)) {
    if (token.kind === 'symbol' && token.value === ';') statements.push([])
    else statements.at(-1)!.push(token)
  }
  if (statements.at(-1)!.length === 0) statements.pop()
  return statements
}

function* flinkTokens(script: string): Generator<FlinkToken> {
  const characters = Array.from({ length: script.length }, (_, i) => script.charCodeAt(i))
  const [quote, tick, dash, slash, star] = ["'", '`', '-', '/', '*'].map((character) => character.charCodeAt(0))
  let i = 0
  while (i < characters.length) {
    const c = characters[i]!
    if (c === 0x20 || c === 0x09 || c === 0x0a || c === 0x0d || c === 0x0c) {
      i++
    } else if ((c === dash && characters[i + 1] === dash) || (c === slash && characters[i + 1] === slash)) {
      while (i < characters.length && characters[i] !== 0x0a && characters[i] !== 0x0d) i++
    } else if (c === slash && characters[i + 1] === star) {
      const end = script.indexOf('*/', i + 2)
      if (end < 0) throw new Error('a comment does not end')
      i = end + 2
    } else if (c === quote || ((c === 0x55 || c === 0x75) && script.startsWith("&'", i + 1))) {
      const unicode = c !== quote
      let raw = ''
      let at = i + (unicode ? 3 : 1)
      for (;;) {
        if (at >= characters.length) throw new Error('a text does not end')
        if (characters[at] !== quote) raw += script[at++]!
        else if (characters[at + 1] === quote) {
          raw += "'"
          at += 2
        } else break
      }
      yield { kind: 'text', value: unicode ? decoded(raw) : raw }
      i = at + 1
    } else if (c === tick) {
      let name = ''
      let at = i + 1
      for (;;) {
        if (at >= characters.length) throw new Error('a name does not end')
        if (characters[at] === 0x0a || characters[at] === 0x0d) throw new Error('a line ends inside a name')
        if (characters[at] !== tick) name += script[at++]!
        else if (characters[at + 1] === tick) {
          name += '`'
          at += 2
        } else break
      }
      if (name === '') throw new Error('a name is empty')
      yield { kind: 'name', value: name }
      i = at + 1
    } else if (/[A-Za-z_]/.test(script[i]!)) {
      let at = i
      while (at < script.length && /[A-Za-z0-9_]/.test(script[at]!)) at++
      yield { kind: 'word', value: script.slice(i, at) }
      i = at
    } else if (/[0-9]/.test(script[i]!)) {
      let at = i
      while (at < script.length && /[0-9.]/.test(script[at]!)) at++
      yield { kind: 'number', value: script.slice(i, at) }
      i = at
    } else if ('()<>=+-*/%,.;[]!|{}?'.includes(script[i]!)) {
      yield { kind: 'symbol', value: script[i]! }
      i++
    } else {
      throw new Error(`Flink's lexer does not know U+${c.toString(16)} outside of quotes`)
    }
  }
}

function decoded(raw: string): string {
  return raw.replaceAll(/\\(?:\\|([0-9A-Fa-f]{4})|)/g, (escape, hex: string | undefined) => {
    if (escape === '\\\\') return '\\'
    if (hex === undefined) throw new Error('a backslash in a U& text starts nothing')
    return String.fromCharCode(Number.parseInt(hex, 16))
  })
}
