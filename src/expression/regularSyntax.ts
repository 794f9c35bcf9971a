/**
 * java.util.regex's syntax read into a tree, and the tree written for another engine.
 *
 * Flags are resolved while reading: `(?i)` folds ASCII letters into their sets (Java's default), `(?s)` decides what a dot is, `(?m)` what `^` and `$` are, so
 * that the tree means one thing without them. Sets are code point ranges, on which Java's unions and intersections are computed.
 */
export type Range = readonly [low: number, high: number]

export type PatternNode =
  | { readonly kind: 'set'; readonly ranges: readonly Range[]; readonly properties: readonly string[]; readonly negated: boolean }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly items: readonly PatternNode[] }
  /** `index` is null for a group that captures nothing. */
  | { readonly kind: 'group'; readonly index: number | null; readonly item: PatternNode }
  | { readonly kind: 'repeat'; readonly item: PatternNode; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: 'assert'; readonly what: Assertion }

type Assertion = 'begin' | 'beginLine' | 'end' | 'endLine' | 'veryEnd' | 'word' | 'notWord'

export interface PatternFault {
  /** `invalid`: no regular expression in Flink either. */
  readonly fault: 'invalid' | 'unsupported'
  readonly message: string
}

class Fault {
  readonly fault: PatternFault
  constructor(fault: PatternFault) {
    this.fault = fault
  }
}

const patternLengthMax = 10_000
const nestingMax = 100
const repeatMax = 1000
const pointMax = 0x10ffff

export function readPattern(pattern: string): { readonly node: PatternNode; readonly groupCount: number } | PatternFault {
  if (pattern.length > patternLengthMax) return { fault: 'unsupported', message: `The regular expression has ${pattern.length} characters; the most is ${patternLengthMax}.` }
  const reader = new Reader(pattern)
  try {
    const node = reader.whole()
    return { node, groupCount: reader.groupCount }
  } catch (error) {
    if (error instanceof Fault) return error.fault
    throw error
  }
}

interface Flags {
  readonly fold: boolean
  readonly dotAll: boolean
  readonly lines: boolean
}

type SetNode = PatternNode & { readonly kind: 'set' }

const plainSet = (ranges: readonly Range[], negated = false): SetNode => ({ kind: 'set', ranges, properties: [], negated })

const digits: readonly Range[] = [[0x30, 0x39]]
const upper: readonly Range[] = [[0x41, 0x5a]]
const lower: readonly Range[] = [[0x61, 0x7a]]
const wordChars: readonly Range[] = [...digits, ...upper, [0x5f, 0x5f], ...lower]
const blanks: readonly Range[] = [[0x09, 0x0d], [0x20, 0x20]]
const horizontal: readonly Range[] = [[0x09, 0x09], [0x20, 0x20], [0xa0, 0xa0], [0x1680, 0x1680], [0x180e, 0x180e], [0x2000, 0x200a], [0x202f, 0x202f], [0x205f, 0x205f], [0x3000, 0x3000]]
const vertical: readonly Range[] = [[0x0a, 0x0d], [0x85, 0x85], [0x2028, 0x2029]]
const terminators: readonly Range[] = [[0x0a, 0x0a], [0x0d, 0x0d], [0x85, 0x85], [0x2028, 0x2029]]
const punctuation: readonly Range[] = [[0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]]

const classEscapes: Readonly<Record<string, readonly Range[]>> = { d: digits, w: wordChars, s: blanks, h: horizontal, v: vertical }

/** POSIX classes, which in Java are ASCII. */
const posixClasses: Readonly<Record<string, readonly Range[]>> = {
  Lower: lower, Upper: upper, ASCII: [[0, 0x7f]], Alpha: [...upper, ...lower], Digit: digits, Alnum: [...digits, ...upper, ...lower], Punct: punctuation,
  Graph: [[0x21, 0x7e]], Print: [[0x20, 0x7e]], Blank: [[0x09, 0x09], [0x20, 0x20]], Cntrl: [[0, 0x1f], [0x7f, 0x7f]], XDigit: [...digits, [0x41, 0x46], [0x61, 0x66]], Space: blanks,
}

const categories = new Set('L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Co Cn'.split(' '))
const scripts = new Set('Latin Greek Cyrillic Armenian Hebrew Arabic Devanagari Bengali Tamil Thai Georgian Hangul Ethiopic Hiragana Katakana Han Common'.split(' '))

class Reader {
  readonly #chars: readonly string[]
  readonly #pattern: string
  #at = 0
  #flags: Flags = { fold: false, dotAll: false, lines: false }
  #depth = 0
  groupCount = 0

  constructor(pattern: string) {
    this.#pattern = pattern
    this.#chars = Array.from(pattern)
  }

  whole(): PatternNode {
    const node = this.#choice()
    if (this.#at < this.#chars.length) this.#invalid('a closing parenthesis has no opening one')
    return node
  }

  #invalid(what: string): never {
    throw new Fault({ fault: 'invalid', message: `"${this.#pattern}" is no regular expression: ${what}, at character ${this.#at + 1}.` })
  }

  #unsupported(what: string): never {
    throw new Fault({ fault: 'unsupported', message: `The regular expression "${this.#pattern}" uses ${what}, which Flink knows and Millrace does not: it runs patterns in linear time only.` })
  }

  #peek(ahead = 0): string | undefined {
    return this.#chars[this.#at + ahead]
  }

  #take(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#chars[this.#at + i] !== text[i]) return false
    this.#at += text.length
    return true
  }

  #choice(): PatternNode {
    if (++this.#depth > nestingMax) this.#unsupported(`more than ${nestingMax} nested groups`)
    const items = [this.#sequence()]
    while (this.#take('|')) items.push(this.#sequence())
    this.#depth--
    return items.length === 1 ? items[0]! : { kind: 'choice', items }
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = []
    for (;;) {
      const char = this.#peek()
      if (char === undefined || char === '|' || char === ')') break
      if (this.#take('\\Q')) {
        const end = this.#pattern.length
        while (this.#at < end && this.#peek() !== undefined && !this.#take('\\E')) items.push(this.#single(this.#chars[this.#at++]!.codePointAt(0)!))
        continue
      }
      const atom = this.#atom()
      if (atom === null) continue
      items.push(this.#quantified(atom))
    }
    return items.length === 1 ? items[0]! : { kind: 'sequence', items }
  }

  #single(point: number): SetNode {
    return plainSet(this.#folded([[point, point]]))
  }

  #folded(ranges: readonly Range[]): readonly Range[] {
    if (!this.#flags.fold) return ranges
    const added: Range[] = []
    for (const [low, high] of ranges) {
      const [fromUpper, toUpper] = [Math.max(low, 0x41), Math.min(high, 0x5a)]
      if (fromUpper <= toUpper) added.push([fromUpper + 32, toUpper + 32])
      const [fromLower, toLower] = [Math.max(low, 0x61), Math.min(high, 0x7a)]
      if (fromLower <= toLower) added.push([fromLower - 32, toLower - 32])
    }
    return merged([...ranges, ...added])
  }

  /** Null for what stands for nothing, such as a change of flags. */
  #atom(): PatternNode | null {
    const char = this.#peek()!
    switch (char) {
      case '(':
        return this.#group()
      case '[':
        this.#at++
        return this.#bracket()
      case '.':
        this.#at++
        return this.#flags.dotAll ? plainSet([[0, pointMax]]) : plainSet(terminators, true)
      case '^':
        this.#at++
        return { kind: 'assert', what: this.#flags.lines ? 'beginLine' : 'begin' }
      case '$':
        this.#at++
        return { kind: 'assert', what: this.#flags.lines ? 'endLine' : 'end' }
      case '*':
      case '+':
      case '?':
        return this.#invalid(`there is nothing before "${char}" to repeat`)
      case '{':
        // A count of nothing: Java takes `{2}` there too, and no brace that stands for itself.
        return { kind: 'sequence', items: [] }
      case '\\':
        return this.#escape()
      default:
        this.#at++
        return this.#single(char.codePointAt(0)!)
    }
  }

  #quantified(atom: PatternNode): PatternNode {
    let node = atom
    for (;;) {
      let min: number
      let max: number
      if (this.#take('*')) [min, max] = [0, Infinity]
      else if (this.#take('+')) [min, max] = [1, Infinity]
      else if (this.#take('?')) [min, max] = [0, 1]
      else if (this.#peek() === '{') {
        const match = /^\{(\d+)(,(\d*))?\}/.exec(this.#chars.slice(this.#at, this.#at + 24).join(''))
        if (match === null) this.#invalid('after "{" a number of repetitions is missing')
        this.#at += match[0].length
        min = Number(match[1])
        max = match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3])
        if (min > max) this.#invalid(`it repeats at least ${min} and at most ${max} times`)
        if (min > repeatMax || (max !== Infinity && max > repeatMax)) this.#unsupported(`more than ${repeatMax} repetitions`)
      } else return node
      const lazy = this.#take('?')
      if (!lazy && this.#peek() === '+') this.#unsupported('a possessive quantifier')
      node = { kind: 'repeat', item: node, min, max, lazy }
    }
  }

  #group(): PatternNode | null {
    this.#at++
    const outer = this.#flags
    let index: number | null = null
    if (this.#take('?')) {
      if (this.#take('=') || this.#take('!')) this.#unsupported('a look-ahead')
      if (this.#take('>')) this.#unsupported('an atomic group')
      if (this.#take('<=') || this.#take('<!')) this.#unsupported('a look-behind')
      if (this.#take('<')) {
        const start = this.#at
        while (this.#peek() !== undefined && /[A-Za-z0-9]/.test(this.#peek()!)) this.#at++
        if (this.#at === start || !this.#take('>')) this.#invalid('the name of a group must be letters and digits in < >')
        index = ++this.groupCount
      } else if (this.#take(':')) index = null
      else {
        let on = true
        const flags = { ...this.#flags }
        for (;;) {
          const flag = this.#peek()
          if (flag === undefined) this.#invalid('a group is not closed')
          this.#at++
          if (flag === ':') break
          if (flag === ')') {
            this.#flags = flags
            return null
          }
          if (flag === '-') on = false
          else if (flag === 'i') flags.fold = on
          else if (flag === 's') flags.dotAll = on
          else if (flag === 'm') flags.lines = on
          else if ('xudU'.includes(flag)) this.#unsupported(`the flag ${flag}`)
          else this.#invalid(`there is no flag ${flag}`)
        }
        this.#flags = flags
      }
    } else index = ++this.groupCount
    const item = this.#choice()
    if (!this.#take(')')) this.#invalid('a group is not closed')
    this.#flags = outer
    return { kind: 'group', index, item }
  }

  #escape(): PatternNode {
    this.#at++
    const char = this.#peek()
    if (char === undefined) this.#invalid('a backslash at the end stands for nothing')
    switch (char) {
      case 'b':
      case 'B':
        this.#at++
        if (this.#peek() === '{') this.#unsupported('\\b{...}')
        return { kind: 'assert', what: char === 'b' ? 'word' : 'notWord' }
      case 'A':
        this.#at++
        return { kind: 'assert', what: 'begin' }
      case 'z':
        this.#at++
        return { kind: 'assert', what: 'veryEnd' }
      case 'Z':
        this.#at++
        return { kind: 'assert', what: 'end' }
      case 'R':
        this.#at++
        return { kind: 'choice', items: [{ kind: 'sequence', items: [plainSet([[0x0d, 0x0d]]), plainSet([[0x0a, 0x0a]])] }, plainSet(vertical)] }
      case 'G':
      case 'X':
      case 'N':
        return this.#unsupported(`\\${char}`)
      case 'k':
        return this.#unsupported('a reference to a group')
      case 'E':
        this.#at++
        return { kind: 'sequence', items: [] }
    }
    if (/[1-9]/.test(char)) this.#unsupported('a reference to a group')
    const set = this.#classEscape()
    return set ?? this.#single(this.#charEscape())
  }

  /** `\d` and its like, at the letter; null when it is none. */
  #classEscape(): SetNode | null {
    const char = this.#peek()!
    const known = classEscapes[char.toLowerCase()]
    if (known !== undefined) {
      this.#at++
      return plainSet(known, char !== char.toLowerCase())
    }
    if (char !== 'p' && char !== 'P') return null
    this.#at++
    let name = this.#peek() ?? ''
    this.#at++
    if (name === '{') {
      const start = this.#at
      while (this.#peek() !== undefined && this.#peek() !== '}') this.#at++
      name = this.#chars.slice(start, this.#at).join('')
      if (!this.#take('}')) this.#invalid('after \\p{ the closing brace is missing')
    }
    const negated = char === 'P'
    const posix = posixClasses[name]
    if (posix !== undefined) {
      const folds = this.#flags.fold && (name === 'Lower' || name === 'Upper')
      return plainSet(folds ? [...upper, ...lower] : posix, negated)
    }
    const bare = name.replace(/^(?:Is|general_category=|gc=|script=|sc=)/, '')
    if (categories.has(bare)) return { kind: 'set', ranges: [], properties: [bare], negated }
    if (scripts.has(bare) && bare !== name) return { kind: 'set', ranges: [], properties: [`Script=${bare}`], negated }
    if (name === 'IsAlphabetic') return this.#unsupported('\\p{IsAlphabetic}; write \\p{L}')
    return this.#unsupported(`\\p{${name}}`)
  }

  #charEscape(): number {
    const char = this.#peek()!
    this.#at++
    switch (char) {
      case 't':
        return 0x09
      case 'n':
        return 0x0a
      case 'r':
        return 0x0d
      case 'f':
        return 0x0c
      case 'a':
        return 0x07
      case 'e':
        return 0x1b
      case '0': {
        const match = /^(?:[0-3][0-7]{2}|[0-7]{1,2})/.exec(this.#chars.slice(this.#at, this.#at + 3).join(''))
        if (match === null) this.#invalid('after \\0 octal digits are missing')
        this.#at += match[0].length
        return Number.parseInt(match[0], 8)
      }
      case 'x':
        return this.#hex(this.#peek() === '{' ? /^\{([0-9A-Fa-f]{1,6})\}/ : /^([0-9A-Fa-f]{2})/)
      case 'u':
        return this.#hex(/^([0-9A-Fa-f]{4})/)
      case 'c': {
        const control = this.#peek()
        if (control === undefined) this.#invalid('after \\c a letter is missing')
        this.#at++
        return control.codePointAt(0)! ^ 64
      }
    }
    if (/[A-Za-z]/.test(char)) this.#invalid(`\\${char} stands for nothing`)
    return char.codePointAt(0)!
  }

  #hex(form: RegExp): number {
    const match = form.exec(this.#chars.slice(this.#at, this.#at + 8).join(''))
    if (match === null) this.#invalid('hexadecimal digits are missing')
    this.#at += match[0].length
    const point = Number.parseInt(match[1]!, 16)
    if (point > pointMax) this.#invalid('there is no such character')
    return point
  }

  /** After `[`, to its `]`. */
  #bracket(): SetNode {
    if (++this.#depth > nestingMax) this.#unsupported(`more than ${nestingMax} nested sets`)
    const negated = this.#take('^')
    let whole: SetNode | null = null
    let ranges: Range[] = []
    const properties: string[] = []
    let first = true
    const part = (): SetNode => plainOrProperties(merged(this.#folded(ranges)), [...properties])
    for (;;) {
      const char = this.#peek()
      if (char === undefined) this.#invalid('a set is not closed with "]"')
      if (char === ']' && !first) {
        this.#at++
        break
      }
      first = false
      if (this.#take('&&')) {
        whole = whole === null ? part() : this.#intersection(whole, part())
        ranges = []
        properties.length = 0
        continue
      }
      if (char === '[') {
        this.#at++
        this.#include(this.#bracket(), ranges, properties)
        continue
      }
      let low: number
      if (char === '\\') {
        this.#at++
        if (this.#peek() === undefined) this.#invalid('a backslash at the end stands for nothing')
        if (this.#take('Q')) {
          while (this.#peek() !== undefined && !this.#take('\\E')) {
            const point = this.#chars[this.#at++]!.codePointAt(0)!
            ranges.push([point, point])
          }
          continue
        }
        const set = this.#classEscape()
        if (set !== null) {
          this.#include(set, ranges, properties)
          continue
        }
        low = this.#charEscape()
      } else {
        this.#at++
        low = char.codePointAt(0)!
      }
      let high = low
      const after = this.#peek(1)
      if (this.#peek() === '-' && after !== undefined && after !== ']' && after !== '[') {
        this.#at++
        if (this.#take('\\')) high = this.#charEscape()
        else high = this.#chars[this.#at++]!.codePointAt(0)!
        if (high < low) this.#invalid('a range in a set runs backwards')
      }
      ranges.push([low, high])
    }
    this.#depth--
    const last = part()
    const set = whole === null ? last : this.#intersection(whole, last)
    return negated ? { ...set, negated: !set.negated } : set
  }

  #include(set: SetNode, ranges: Range[], properties: string[]): void {
    if (!set.negated) {
      ranges.push(...set.ranges)
      properties.push(...set.properties)
    } else if (set.properties.length === 0) ranges.push(...inverted(set.ranges))
    else if (set.ranges.length === 0 && set.properties.length === 1) properties.push(`^${set.properties[0]!}`)
    else this.#unsupported('a negated set of properties inside a set')
  }

  #intersection(a: SetNode, b: SetNode): SetNode {
    if (a.properties.length > 0 || b.properties.length > 0) this.#unsupported('an intersection (&&) of properties')
    const [x, y] = [a, b].map((set) => (set.negated ? inverted(set.ranges) : merged(set.ranges)))
    return plainSet(inverted(merged([...inverted(x!), ...inverted(y!)])))
  }
}

function plainOrProperties(ranges: readonly Range[], properties: readonly string[]): SetNode {
  return { kind: 'set', ranges, properties, negated: false }
}

/** In order, without overlaps. */
function merged(ranges: readonly Range[]): readonly Range[] {
  const sorted = ranges.toSorted((a, b) => a[0] - b[0])
  const out: [number, number][] = []
  for (const [low, high] of sorted) {
    const last = out.at(-1)
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high)
    else out.push([low, high])
  }
  return out
}

function inverted(ranges: readonly Range[]): readonly Range[] {
  const out: Range[] = []
  let next = 0
  for (const [low, high] of merged(ranges)) {
    if (low > next) out.push([next, low - 1])
    next = high + 1
  }
  if (next <= pointMax) out.push([next, pointMax])
  return out
}

/** The tree as a pattern of the language's own engine (with the flag u) or of RE2. */
export function emitPattern(node: PatternNode, engine: 'js' | 're2'): string {
  const point = (value: number): string => (engine === 'js' ? `\\u{${value.toString(16)}}` : `\\x{${value.toString(16)}}`)
  const terminator = '[\\n\\r\\u{85}\\u{2028}\\u{2029}]'
  const assertions: Record<Assertion, string> =
    engine === 'js'
      ? {
          begin: '^', veryEnd: '$', word: '\\b', notWord: '\\B',
          beginLine: `(?:^|(?<=${terminator})(?<!\\r(?=\\n))(?!$))`, end: `(?:$|(?=\\r\\n$)|(?<!\\r(?=\\n))(?=${terminator}$))`, endLine: `(?:$|(?=\\r\\n)|(?<!\\r(?=\\n))(?=${terminator}))`,
        }
      : { begin: '\\A', beginLine: '(?m:^)', end: '\\z', endLine: '(?m:$)', veryEnd: '\\z', word: '\\b', notWord: '\\B' }
  const write = (part: PatternNode): string => {
    switch (part.kind) {
      case 'set': {
        const [range] = part.ranges
        if (!part.negated && part.properties.length === 0) {
          if (part.ranges.length === 0) return engine === 'js' ? '[]' : '[^\\x{0}-\\x{10ffff}]'
          if (part.ranges.length === 1 && range![0] === range![1]) return /^[A-Za-z0-9 ]$/.test(String.fromCodePoint(range![0])) ? String.fromCodePoint(range![0]) : point(range![0])
        }
        const ranges = part.ranges.map(([low, high]) => (low === high ? point(low) : `${point(low)}-${point(high)}`)).join('')
        const properties = part.properties.map((name) => {
          const negated = name.startsWith('^')
          const bare = negated ? name.slice(1) : name
          return `\\${negated ? 'P' : 'p'}{${engine === 'js' ? bare : bare.replace('Script=', '')}}`
        }).join('')
        return `[${part.negated ? '^' : ''}${ranges}${properties}]`
      }
      case 'sequence':
        return part.items.map((item) => (item.kind === 'choice' ? `(?:${write(item)})` : write(item))).join('')
      case 'choice':
        return part.items.map(write).join('|')
      case 'group':
        return `(${part.index === null ? '?:' : ''}${write(part.item)})`
      case 'repeat': {
        const item = part.item.kind === 'set' || part.item.kind === 'group' ? write(part.item) : `(?:${write(part.item)})`
        const { min, max } = part
        const times = min === 0 && max === Infinity ? '*' : min === 1 && max === Infinity ? '+' : min === 0 && max === 1 ? '?' : `{${min}${max === min ? '' : `,${max === Infinity ? '' : max}`}}`
        return `${item}${times}${part.lazy ? '?' : ''}`
      }
      case 'assert':
        return assertions[part.what]
    }
  }
  return write(node)
}
