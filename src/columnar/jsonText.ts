import { ExactNumber, type Json } from './json.ts'

/**
 * A strict JSON reader (RFC 8259) that says where, and that loses no digit.
 *
 * `JSON.parse` rounds numbers, keeps the last of two equal keys and gives no place that all browsers share, so jobs and data files are read
 * here. A number becomes a double when the double's shortest text means the same number, else an `ExactNumber` holding the text.
 * The reader keeps its own stack: nesting is bounded by `depthMax`, never by the machine. A key `__proto__` is a key like
 * any other and touches no prototype. A leading byte order mark is skipped. Unpaired surrogates are kept as they are.
 *
 * Nothing here throws on text; nothing is read that is not there.
 */
export interface JsonOptions {
  /** Containers inside containers, at most. */
  readonly depthMax?: number
  /** `refuse` (the default, for documents) or keep the `last`, as data files are read everywhere. */
  readonly duplicateKeys?: 'refuse' | 'last'
}

export type JsonResult = { readonly kind: 'value'; readonly value: Json } | { readonly kind: 'error'; readonly error: JsonError }

export interface JsonError {
  readonly kind: 'syntax' | 'depth' | 'duplicate key'
  /** The duplicated key, or a sentence. */
  readonly detail: string
  readonly offset: number
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
}

export const jsonDepthMax = 64

export function readJson(text: string, options: JsonOptions = {}): JsonResult {
  if (options.duplicateKeys === 'last' && isPlain(text, options.depthMax ?? jsonDepthMax)) {
    try {
      return { kind: 'value', value: JSON.parse(text) as Json }
    } catch {
      // Read again below, to say where it is wrong.
    }
  }
  const reader = new Reader(text, options.depthMax ?? jsonDepthMax, options.duplicateKeys ?? 'refuse', null)
  return reader.read()
}

/** A run of digits that a double may not hold, or an exponent. Inside a text it costs time, nothing else. */
const longNumber = /\d[\d.]{15}|\d[eE]/

/**
 * True when `JSON.parse` would read the text exactly as this reader does (equal keys apart), and faster: no number of more than 15 digits and no more
 * containers than may be nested. Rows of data files are mostly so.
 */
function isPlain(text: string, depthMax: number): boolean {
  if (longNumber.test(text)) return false
  let containers = 0
  for (const opening of ['{', '[']) {
    for (let at = text.indexOf(opening); at !== -1; at = text.indexOf(opening, at + 1)) if (++containers > depthMax) return false
  }
  return true
}

/** Where in the text the value at a path stands; where it is absent, the nearest enclosing value that is there. Null for text that is not JSON. */
export function spanOfValue(text: string, path: readonly (string | number)[]): { readonly start: number; readonly end: number } | null {
  const reader = new Reader(text, Infinity, 'last', path)
  return reader.read().kind === 'value' ? reader.found : null
}

export function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1
  let lineStart = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    lineStart = at + 1
  }
  return { line, column: offset - lineStart + 1 }
}

/** JSON text on one line; numbers as they were read. */
export function printJson(value: Json): string {
  return printJsonIndented(value, null)
}

/** JSON text with two spaces a level, in the order of each object's keys; `indent` is what the value's own line already has. Null: on one line. */
export function printJsonIndented(value: Json, indent: string | null): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return printNumber(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof ExactNumber) return value.text
  const inner = indent === null ? null : `${indent}  `
  const parts: string[] = []
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    for (const item of value as readonly Json[]) parts.push(printJsonIndented(item, inner))
    return inner === null ? `[${parts.join(',')}]` : `[\n${inner}${parts.join(`,\n${inner}`)}\n${indent!}]`
  }
  const object = value as { readonly [key: string]: Json }
  for (const key of Object.keys(object)) {
    if (object[key] === undefined) continue
    parts.push(`${JSON.stringify(key)}:${inner === null ? '' : ' '}${printJsonIndented(object[key], inner)}`)
  }
  if (parts.length === 0) return '{}'
  return inner === null ? `{${parts.join(',')}}` : `{\n${inner}${parts.join(`,\n${inner}`)}\n${indent!}}`
}

function printNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

type Container = { readonly kind: 'array'; readonly items: Json[] } | { readonly kind: 'object'; readonly entries: Record<string, Json>; key: string }

const quote = 0x22
const backslash = 0x5c

class Reader {
  found: { start: number; end: number } | null = null
  readonly #text: string
  readonly #depthMax: number
  readonly #duplicateKeys: 'refuse' | 'last'
  readonly #wanted: readonly (string | number)[] | null
  #at = 0
  /** How many segments of `wanted` `found` matches; -1 before the first. */
  #matched = -1
  #error: JsonError | null = null

  constructor(text: string, depthMax: number, duplicateKeys: 'refuse' | 'last', wanted: readonly (string | number)[] | null) {
    this.#text = text
    this.#depthMax = depthMax
    this.#duplicateKeys = duplicateKeys
    this.#wanted = wanted
  }

  read(): JsonResult {
    if (this.#text.codePointAt(0) === 0xfe_ff) this.#at = 1
    const value = this.#readValue()
    if (this.#error === null) {
      this.#skipSpace()
      if (this.#at < this.#text.length) this.#fail(`${this.#shown()} stands after the end of the value.`)
    }
    return this.#error === null ? { kind: 'value', value: value! } : { kind: 'error', error: this.#error }
  }

  /** One value with everything in it. `stack` holds the open containers; `starts` where they began. */
  #readValue(): Json | undefined {
    const stack: Container[] = []
    const starts: number[] = []
    for (;;) {
      this.#skipSpace()
      const start = this.#at
      let value: Json | undefined
      let valueStart = start
      const code = this.#text.charCodeAt(this.#at)
      if (code === 0x5b || code === 0x7b) {
        if (stack.length >= this.#depthMax) return this.#fail(`More than ${this.#depthMax} levels of nesting.`, 'depth')
        this.#at++
        this.#skipSpace()
        const isArray = code === 0x5b
        if (this.#text.charCodeAt(this.#at) === (isArray ? 0x5d : 0x7d)) {
          this.#at++
          value = isArray ? [] : {}
        } else {
          const container: Container = isArray ? { kind: 'array', items: [] } : { kind: 'object', entries: {}, key: '' }
          stack.push(container)
          starts.push(start)
          if (container.kind === 'object' && !this.#readKey(container)) return undefined
          continue
        }
      } else value = this.#readScalar(code)
      if (value === undefined) return undefined
      // Put the value where it belongs, and close what it completes.
      for (;;) {
        if (this.#wanted !== null) this.#match(stack, valueStart)
        const container = stack.at(-1)
        if (container === undefined) return value
        if (container.kind === 'array') container.items.push(value!)
        else setOwn(container.entries, container.key, value!)
        this.#skipSpace()
        const next = this.#text.charCodeAt(this.#at)
        if (next === 0x2c) {
          this.#at++
          if (container.kind === 'object') {
            this.#skipSpace()
            if (!this.#readKey(container)) return undefined
          }
          break
        }
        if (next !== (container.kind === 'array' ? 0x5d : 0x7d)) {
          return this.#fail(`Expected "," or "${container.kind === 'array' ? ']' : '}'}", found ${this.#shown()}.`)
        }
        this.#at++
        stack.pop()
        valueStart = starts.pop()!
        value = container.kind === 'array' ? container.items : container.entries
      }
    }
  }

  #readKey(container: { readonly entries: Record<string, Json>; key: string }): boolean {
    const start = this.#at
    if (this.#text.charCodeAt(this.#at) !== quote) {
      this.#fail(`Expected a key in double quotes, found ${this.#shown()}.`)
      return false
    }
    const key = this.#readString()
    if (key === undefined) return false
    if (this.#duplicateKeys === 'refuse' && Object.hasOwn(container.entries, key)) {
      this.#at = start
      this.#fail(key, 'duplicate key')
      return false
    }
    container.key = key
    this.#skipSpace()
    if (this.#text.charCodeAt(this.#at) !== 0x3a) {
      this.#fail(`Expected ":" after the key ${JSON.stringify(key.slice(0, 40))}, found ${this.#shown()}.`)
      return false
    }
    this.#at++
    return true
  }

  #readScalar(code: number): Json | undefined {
    if (code === quote) return this.#readString()
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.#readNumber()
    const text = this.#text
    if (text.startsWith('true', this.#at)) return this.#word(4, true)
    if (text.startsWith('false', this.#at)) return this.#word(5, false)
    if (text.startsWith('null', this.#at)) return this.#word(4, null)
    return this.#fail(`Expected a value, found ${this.#shown()}.`)
  }

  #word(length: number, value: Json): Json {
    this.#at += length
    return value
  }

  #readNumber(): Json | undefined {
    const text = this.#text
    const start = this.#at
    let at = start
    if (text.charCodeAt(at) === 0x2d) at++
    const integerStart = at
    while (isDigit(text.charCodeAt(at))) at++
    if (at === integerStart) {
      this.#at = at
      return this.#fail(`Expected a digit after "-", found ${this.#shown()}.`)
    }
    if (at - integerStart > 1 && text.charCodeAt(integerStart) === 0x30) return this.#fail('A number must not begin with a zero that is not all of its whole part.')
    let plain = true
    if (text.charCodeAt(at) === 0x2e) {
      plain = false
      const fractionStart = ++at
      while (isDigit(text.charCodeAt(at))) at++
      if (at === fractionStart) {
        this.#at = at
        return this.#fail(`Expected a digit after the decimal point, found ${this.#shown()}.`)
      }
    }
    const e = text.charCodeAt(at)
    if (e === 0x65 || e === 0x45) {
      plain = false
      at++
      const sign = text.charCodeAt(at)
      if (sign === 0x2b || sign === 0x2d) at++
      const exponentStart = at
      while (isDigit(text.charCodeAt(at))) at++
      if (at === exponentStart) {
        this.#at = at
        return this.#fail(`Expected a digit in the exponent, found ${this.#shown()}.`)
      }
    }
    this.#at = at
    const digits = text.slice(start, at)
    const number = Number(digits)
    if ((plain && at - integerStart <= 15) || holdsExactly(number, digits)) return number
    return new ExactNumber(digits)
  }

  #readString(): string | undefined {
    const text = this.#text
    let at = this.#at + 1
    let from = at
    let result = ''
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === quote) {
        result = from === this.#at + 1 ? text.slice(from, at) : result + text.slice(from, at)
        this.#at = at + 1
        return result
      }
      if (code === backslash) {
        result += text.slice(from, at)
        const escape = text[at + 1]
        if (escape === 'u') {
          const hex = text.slice(at + 2, at + 6)
          if (!/^[0-9a-fA-F]{4}$/.test(hex)) {
            this.#at = at
            return this.#fail(`"\\u" needs four hexadecimal digits, found ${JSON.stringify(hex)}.`)
          }
          result += String.fromCharCode(Number.parseInt(hex, 16))
          at += 6
        } else {
          const character = escape === undefined ? undefined : escapes.get(escape)
          if (character === undefined) {
            this.#at = at
            return this.#fail(`${JSON.stringify(`\\${escape ?? ''}`)} is no escape of JSON.`)
          }
          result += character
          at += 2
        }
        from = at
        continue
      }
      if (Number.isNaN(code)) return this.#fail('A text in double quotes is not closed.')
      if (code < 0x20) {
        this.#at = at
        return this.#fail(`A control character (U+${code.toString(16).padStart(4, '0').toUpperCase()}) in a text must be written as an escape.`)
      }
      at++
    }
  }

  #skipSpace(): void {
    const text = this.#text
    for (;;) {
      const code = text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  /** Keeps the value [start, at) if it is nearer to the wanted path than what was found so far. */
  #match(stack: readonly Container[], start: number): void {
    const wanted = this.#wanted!
    const depth = stack.length
    if (depth > wanted.length || depth <= this.#matched) return
    for (let i = 0; i < depth; i++) {
      const container = stack[i]!
      const segment = container.kind === 'array' ? container.items.length : container.key
      if (segment !== wanted[i]) return
    }
    this.#matched = depth
    this.found = { start, end: this.#at }
  }

  #shown(): string {
    if (this.#at >= this.#text.length) return 'the end of the text'
    return JSON.stringify(String.fromCodePoint(this.#text.codePointAt(this.#at)!))
  }

  #fail(detail: string, kind: JsonError['kind'] = 'syntax'): undefined {
    this.#error = { kind, detail, offset: this.#at, ...lineAndColumn(this.#text, this.#at) }
    return undefined
  }
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Assignment to `__proto__` would set a prototype; a definition makes a key. */
export function setOwn(object: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else object[key] = value
}

/** True when the double, printed, is the same number as the text. */
function holdsExactly(number: number, text: string): boolean {
  return Number.isFinite(number) && significant(String(number)) === significant(text)
}

/** A decimal number without sign as its significant digits and the exponent of ten they are scaled by: `1.50e3` and `1500` are both `15e2`. */
function significant(text: string): string {
  const match = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!
  const fraction = match[2] ?? ''
  const digits = (match[1]! + fraction).replace(/^0+/, '')
  const bare = digits.replace(/0+$/, '')
  return bare === '' ? '0' : `${bare}e${Number(match[3] ?? 0) - fraction.length + digits.length - bare.length}`
}
