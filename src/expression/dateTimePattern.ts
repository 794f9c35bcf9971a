import { dateOfDays, daysInMonth, daysOfDate, msPerDay } from '../columnar/valueText.ts'

/**
 * Patterns of dates and times, in the two dialects Flink uses: java.time's DateTimeFormatter (DATE_FORMAT of a TIMESTAMP, TO_TIMESTAMP) and
 * java.text's SimpleDateFormat (FROM_UNIXTIME, UNIX_TIMESTAMP, TO_DATE, CONVERT_TZ, DATE_FORMAT of a text).
 *
 * They share most letters and differ in what they forgive: java.time reads the whole text, strictly, and only brings a day back into its month; SimpleDateFormat rolls every
 * field over (month 13 is January) and ignores what follows. Names are English. Letters whose meaning hangs on the machine's locale (`w`, `W`, `Y`, `e`, `c`, `z`) are refused.
 */
export type Dialect = 'java.time' | 'SimpleDateFormat'

export interface DateTimePattern {
  readonly dialect: Dialect
  /** The text of a wall clock, `offsetMs` east of UTC (SimpleDateFormat's `X` and `Z` show it). */
  readonly format: (wallMs: number, offsetMs: number) => string
  /** The same of a day since 1970 and the milliseconds since its midnight, where both together are more than a double holds. */
  readonly formatDay: (days: number, msOfDay: number, offsetMs: number) => string
  /** Null when the text does not follow the pattern. */
  readonly parse: (text: string) => ParsedWallClock | null
  /** The finest step of time that shows: equal steps give equal texts. */
  readonly stepMs: number
  /** A letter that can be written but not read back. */
  readonly unreadable: string | null
}

export interface ParsedWallClock {
  readonly wallMs: number
  /** Set when the text names its offset from UTC. */
  readonly offsetMs: number | null
}

export interface DateTimePatternFault {
  readonly fault: string
}

interface Literal {
  readonly kind: 'literal'
  readonly text: string
}
interface LetterPart {
  readonly kind: 'letter'
  readonly letter: string
  readonly count: number
}
interface OptionalPart {
  readonly kind: 'optional'
  readonly parts: readonly Part[]
}
type Part = Literal | LetterPart | OptionalPart

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
/** From Monday. */
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const quarters = ['1st quarter', '2nd quarter', '3rd quarter', '4th quarter']

const countMax: Readonly<Record<Dialect, Readonly<Record<string, number>>>> = {
  'java.time': { G: 5, u: 19, y: 19, Q: 5, q: 5, M: 5, L: 5, d: 2, D: 3, E: 5, a: 1, h: 2, H: 2, k: 2, K: 2, m: 2, s: 2, S: 9, A: 19, n: 19, N: 19 },
  SimpleDateFormat: { G: 9, y: 9, M: 9, L: 9, d: 9, D: 9, E: 9, u: 9, a: 9, h: 9, H: 9, k: 9, K: 9, m: 9, s: 9, S: 9, Z: 9, X: 3 },
}

const steps: Readonly<Record<string, number>> = { H: 3_600_000, h: 3_600_000, k: 3_600_000, K: 3_600_000, a: 3_600_000, m: 60_000, s: 1000, S: 1, A: 1, n: 1, N: 1 }

const kept = new Map<string, DateTimePattern | DateTimePatternFault>()

export function dateTimePattern(pattern: string, dialect: Dialect): DateTimePattern | DateTimePatternFault {
  const key = `${dialect} ${pattern}`
  let known = kept.get(key)
  if (known === undefined) {
    known = compiled(pattern, dialect)
    if (kept.size >= 512) kept.clear()
    kept.set(key, known)
  }
  return known
}

function compiled(pattern: string, dialect: Dialect): DateTimePattern | DateTimePatternFault {
  const parts = partsOf(pattern, dialect)
  if ('fault' in parts) return parts
  const letters = lettersOf(parts)
  const twoDigitYear = letters.find(({ letter, count }) => letter === 'y' && count <= 2) !== undefined
  const unreadable = letters.find(({ letter }) => letter === 'G' || letter === 'Q' || letter === 'q')?.letter ?? null
  const read = dialect === 'java.time' ? strictReader(parts) : lenientReader(parts)
  return {
    dialect,
    format: (wallMs, offsetMs) => {
      const days = Math.floor(wallMs / msPerDay)
      return formatted(parts, dialect, wallClock(days, wallMs - days * msPerDay), offsetMs)
    },
    formatDay: (days, msOfDay, offsetMs) => formatted(parts, dialect, wallClock(days, msOfDay), offsetMs),
    parse: read,
    stepMs: letters.reduce((least, { letter }) => Math.min(least, letter === 'X' || letter === 'Z' ? 60_000 : (steps[letter] ?? msPerDay)), msPerDay),
    // Which century two digits mean hangs, in SimpleDateFormat, on the day the job runs.
    unreadable: unreadable ?? (dialect === 'SimpleDateFormat' && twoDigitYear ? 'yy' : null),
  }
}

function lettersOf(parts: readonly Part[]): LetterPart[] {
  return parts.flatMap((part) => (part.kind === 'letter' ? [part] : part.kind === 'optional' ? lettersOf(part.parts) : []))
}

function partsOf(pattern: string, dialect: Dialect): Part[] | DateTimePatternFault {
  const stack: Part[][] = [[]]
  const literal = (text: string): void => {
    const parts = stack.at(-1)!
    const last = parts.at(-1)
    if (last?.kind === 'literal') parts[parts.length - 1] = { kind: 'literal', text: last.text + text }
    else parts.push({ kind: 'literal', text })
  }
  for (let i = 0; i < pattern.length; ) {
    const char = pattern[i]!
    if (/[A-Za-z]/.test(char)) {
      let end = i
      while (pattern[end] === char) end++
      const count = end - i
      const most = countMax[dialect][char]
      if (most === undefined) return { fault: letterFault(char, pattern) }
      if (count > most) return { fault: `The pattern '${pattern}' has the letter ${char} ${count} times in a row; the most is ${most}.` }
      stack.at(-1)!.push({ kind: 'letter', letter: char === 'L' ? 'M' : char === 'q' ? 'Q' : char, count })
      i = end
    } else if (char === "'") {
      let end = i + 1
      let text = ''
      for (;;) {
        if (end >= pattern.length) return { fault: `In the pattern '${pattern}' a quote is not closed. Write '' for the quote itself.` }
        if (pattern[end] === "'") {
          if (pattern[end + 1] !== "'") break
          end++
        }
        text += pattern[end]!
        end++
      }
      literal(end === i + 1 ? "'" : text)
      i = end + 1
    } else if (dialect === 'java.time' && char === '[') {
      stack.push([])
      i++
    } else if (dialect === 'java.time' && char === ']') {
      const parts = stack.pop()!
      if (stack.length === 0) return { fault: `In the pattern '${pattern}' a "]" has no "[".` }
      stack.at(-1)!.push({ kind: 'optional', parts })
      i++
    } else if (dialect === 'java.time' && (char === '{' || char === '}' || char === '#')) {
      return { fault: `In the pattern '${pattern}' the character ${char} is reserved. Put it in single quotes.` }
    } else {
      literal(char)
      i++
    }
  }
  while (stack.length > 1) {
    const parts = stack.pop()!
    stack.at(-1)!.push({ kind: 'optional', parts })
  }
  return stack[0]!
}

/** Whether java.time itself refuses the pattern, for which TO_TIMESTAMP gives NULL: what is left is refused here alone. */
export function isNoJavaPattern(pattern: string): boolean {
  const bare = pattern.replaceAll(/'[^']*'/g, '')
  if (bare.includes("'") || /[{}#]/.test(bare) || /[^\WuyGDMLdQqYwWEecFaBhHkKmsSAnNgVvzOXxp\d_]/.test(bare)) return true
  let open = 0
  for (const char of bare) {
    if (char === '[') open++
    else if (char === ']' && --open < 0) return true
  }
  return Object.entries(countMax['java.time']).some(([letter, most]) => bare.includes(letter.repeat(most + 1)))
}

function letterFault(letter: string, pattern: string): string {
  const near: Readonly<Record<string, string>> = { Y: 'y for the year', w: 'D for the day of the year', e: 'E for the name of the day', c: 'E for the name of the day', p: 'a fixed number of letters' }
  if ('wWYec'.includes(letter)) return `The letter ${letter} in the pattern '${pattern}' means something else in every country's calendar, so the result would hang on the machine. Use ${near[letter] ?? 'another letter'}.`
  if ('zVvOXxZ'.includes(letter)) return `The letter ${letter} in the pattern '${pattern}' stands for a time zone, which the value has not. Leave it out.`
  return `The pattern '${pattern}' has the letter ${letter}, which stands for nothing here. Letters for themselves go in single quotes; the letters of time are y M d H h m s S a E D.`
}

// Writing.

function padded(value: number, width: number): string {
  const digits = String(Math.abs(value)).padStart(width, '0')
  return value < 0 ? `-${digits}` : digits
}

interface WallClock {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly dayOfYear: number
  /** 1 is Monday. */
  readonly weekday: number
  readonly msOfDay: number
}

function wallClock(days: number, msOfDay: number): WallClock {
  const { year, month, day } = dateOfDays(days)
  return { year, month, day, dayOfYear: days - daysOfDate(year, 1, 1) + 1, weekday: ((((days + 3) % 7) + 7) % 7) + 1, msOfDay }
}

function formatted(parts: readonly Part[], dialect: Dialect, clock: WallClock, offsetMs: number): string {
  const write = (list: readonly Part[]): string => {
    let text = ''
    for (const part of list) text += part.kind === 'literal' ? part.text : part.kind === 'optional' ? write(part.parts) : letterText(part, dialect, clock, offsetMs)
    return text
  }
  return write(parts)
}

function letterText({ letter, count }: LetterPart, dialect: Dialect, clock: WallClock, offsetMs: number): string {
  const { year, month, day, msOfDay } = clock
  const hour = Math.floor(msOfDay / 3_600_000)
  const java = dialect === 'java.time'
  switch (letter) {
    case 'G':
      return java && count === 4 ? (year > 0 ? 'Anno Domini' : 'Before Christ') : java && count === 5 ? (year > 0 ? 'A' : 'B') : year > 0 ? 'AD' : 'BC'
    case 'u':
      if (!java) return padded(clock.weekday, count)
      return yearText(year, count)
    case 'y':
      if (!java) return count === 2 ? padded((year > 0 ? year : 1 - year) % 100, 2) : padded(year > 0 ? year : 1 - year, count)
      return yearText(year > 0 ? year : 1 - year, count)
    case 'M':
      return nameText(months[month - 1]!, count, month, java)
    case 'Q': {
      const quarter = Math.floor((month + 2) / 3)
      return count <= 2 ? padded(quarter, count) : count === 3 ? `Q${quarter}` : count === 4 ? quarters[quarter - 1]! : String(quarter)
    }
    case 'd':
      return padded(day, count)
    case 'D':
      return padded(clock.dayOfYear, count)
    case 'E': {
      const name = weekdays[clock.weekday - 1]!
      return count === 4 || (!java && count > 4) ? name : count === 5 ? name[0]! : name.slice(0, 3)
    }
    case 'a':
      return hour < 12 ? 'AM' : 'PM'
    case 'H':
      return padded(hour, count)
    case 'k':
      return padded(hour === 0 ? 24 : hour, count)
    case 'K':
      return padded(hour % 12, count)
    case 'h':
      return padded(hour % 12 === 0 ? 12 : hour % 12, count)
    case 'm':
      return padded(Math.floor(msOfDay / 60_000) % 60, count)
    case 's':
      return padded(Math.floor(msOfDay / 1000) % 60, count)
    case 'S':
      return java ? padded(msOfDay % 1000, 3).padEnd(9, '0').slice(0, count) : padded(msOfDay % 1000, count)
    case 'A':
      return padded(msOfDay, count)
    case 'n':
      return padded((msOfDay % 1000) * 1_000_000, count)
    case 'N':
      return padded(msOfDay * 1_000_000, count)
    default:
      return offsetText(letter, count, offsetMs)
  }
}

function yearText(year: number, count: number): string {
  if (count === 2) return padded(((year % 100) + 100) % 100, 2)
  const text = padded(year, count)
  return count >= 4 && year >= 10 ** count ? `+${text}` : text
}

function nameText(name: string, count: number, number: number, java: boolean): string {
  if (count <= 2) return padded(number, count)
  if (count === 3) return name.slice(0, 3)
  return java && count === 5 ? name[0]! : name
}

/** `X`: Z or +01, +0100, +01:00; `Z`: +0100. */
function offsetText(letter: string, count: number, offsetMs: number): string {
  if (letter === 'X' && offsetMs === 0) return 'Z'
  const minutes = Math.abs(Math.trunc(offsetMs / 60_000))
  const sign = offsetMs < 0 ? '-' : '+'
  const hours = padded(Math.floor(minutes / 60), 2)
  const rest = padded(minutes % 60, 2)
  if (letter === 'X' && count === 1) return sign + hours
  return `${sign}${hours}${letter === 'X' && count === 3 ? ':' : ''}${rest}`
}

// Reading.

type Fields = Record<string, number>

/** Widths of a numeric letter; null for one that is a text. */
function widths({ letter, count }: LetterPart): { readonly min: number; readonly max: number; readonly signed: boolean } | null {
  switch (letter) {
    case 'y':
    case 'u':
      return count === 2 ? { min: 2, max: 2, signed: false } : count < 4 ? { min: count, max: 19, signed: true } : { min: count, max: 19, signed: true }
    case 'M':
      return count === 1 ? { min: 1, max: 19, signed: false } : count === 2 ? { min: 2, max: 2, signed: false } : null
    case 'D':
      return count === 1 ? { min: 1, max: 19, signed: false } : count === 2 ? { min: 2, max: 3, signed: false } : { min: 3, max: 3, signed: false }
    case 'E':
    case 'a':
    case 'G':
    case 'Q':
      return null
    case 'S':
      return { min: count, max: count, signed: false }
    case 'A':
    case 'n':
    case 'N':
      return { min: count, max: 19, signed: false }
    default:
      return count === 1 ? { min: 1, max: 19, signed: false } : { min: count, max: count, signed: false }
  }
}

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9'

/** java.time: the whole text, each part exactly; optional parts where they fit. */
function strictReader(parts: readonly Part[]): (text: string) => ParsedWallClock | null {
  /** The offset after the parts; -1 when they do not fit. */
  const read = (list: readonly Part[], text: string, from: number, fields: Fields): number => {
    let at = from
    for (let i = 0; i < list.length; i++) {
      const part = list[i]!
      if (part.kind === 'literal') {
        if (!text.startsWith(part.text, at)) return -1
        at += part.text.length
      } else if (part.kind === 'optional') {
        const attempt = { ...fields }
        const end = read(part.parts, text, at, attempt)
        if (end >= 0) {
          Object.assign(fields, attempt)
          at = end
        }
      } else {
        at = readLetter(part, list, i, text, at, fields)
        if (at < 0) return -1
      }
    }
    return at
  }
  return (text) => {
    const fields: Fields = {}
    return read(parts, text, 0, fields) === text.length ? resolvedStrictly(fields) : null
  }
}

function readLetter(part: LetterPart, list: readonly Part[], index: number, text: string, from: number, fields: Fields): number {
  const width = widths(part)
  if (width === null) return readName(part, text, from, fields, true)
  let at = from
  let negative = false
  let plus = false
  if (width.signed && (text[at] === '-' || text[at] === '+')) {
    negative = text[at] === '-'
    plus = !negative
    at++
  }
  let end = at
  while (end - at < width.max && isDigit(text[end])) end++
  // Digits that the fixed-width fields right behind need are theirs.
  if (width.max > width.min) {
    let reserved = 0
    for (let k = index + 1; k < list.length; k++) {
      const next = list[k]!
      const following = next.kind === 'letter' ? widths(next) : null
      if (following === null || following.min !== following.max) break
      reserved += following.min
    }
    if (reserved > 0) {
      let run = end
      while (isDigit(text[run])) run++
      end = Math.min(end, Math.max(at + width.min, run - reserved))
    }
  }
  if (end - at < width.min) return -1
  if (part.count >= 4 && (part.letter === 'y' || part.letter === 'u') && (plus ? end - at <= width.min : !negative && end - at > width.min)) return -1
  const digits = text.slice(at, end)
  const value = (negative ? -1 : 1) * Number(digits)
  const name = part.letter
  const stored = name === 'S' ? Number(digits.slice(0, 3).padEnd(3, '0')) : (name === 'y' || name === 'u') && part.count === 2 ? 2000 + value : value
  if (fields[name] !== undefined && fields[name] !== stored) return -1
  fields[name] = stored
  return end
}

function readName(part: LetterPart, text: string, from: number, fields: Fields, strict: boolean): number {
  const rest = text.slice(from)
  const matches = (name: string): boolean => (strict ? rest.startsWith(name) : rest.slice(0, name.length).toLowerCase() === name.toLowerCase())
  if (part.letter === 'a') {
    const found = ['AM', 'PM'].findIndex(matches)
    if (found < 0) return -1
    fields['a'] = found
    return from + 2
  }
  if (part.letter !== 'M' && part.letter !== 'E') return -1
  const names = part.letter === 'M' ? months : weekdays
  const forms = strict ? [part.count === 4 ? 'full' : 'short'] : ['full', 'short']
  for (const form of forms) {
    const found = names.findIndex((name) => matches(form === 'full' ? name : name.slice(0, 3)))
    if (found < 0) continue
    fields[part.letter] = found + 1
    return from + (form === 'full' ? names[found]!.length : 3)
  }
  return -1
}

/** Fields beyond their range are no time; a day beyond its month's end is the last one, and 24:00 the next midnight (ResolverStyle.SMART). */
function resolvedStrictly(fields: Fields): ParsedWallClock | null {
  const within = (letter: string, least: number, most: number): boolean => fields[letter] === undefined || (fields[letter] >= least && fields[letter] <= most)
  if (!within('M', 1, 12) || !within('d', 1, 31) || !within('D', 1, 366) || !within('m', 0, 59) || !within('s', 0, 59) || !within('h', 1, 12) || !within('K', 0, 11) || !within('k', 1, 24)) return null
  if (!within('H', 0, 24) || !within('y', 1, 999_999_999)) return null
  const year = fields['u'] ?? fields['y'] ?? 1970
  let days: number
  if (fields['D'] !== undefined && fields['M'] === undefined && (fields['u'] ?? fields['y']) !== undefined) {
    days = daysOfDate(year, 1, 1) + fields['D'] - 1
    if (dateOfDays(days).year !== year) return null
  } else {
    const month = fields['M'] ?? 1
    days = daysOfDate(year, month, Math.min(fields['d'] ?? 1, daysInMonth(year, month)))
  }
  const whole = (fields['u'] ?? fields['y']) !== undefined && ((fields['M'] !== undefined && fields['d'] !== undefined) || fields['D'] !== undefined)
  if (whole && fields['E'] !== undefined && wallClock(days, 0).weekday !== fields['E']) return null
  let hour = fields['H'] ?? 0
  if (fields['H'] === undefined) {
    if (fields['k'] !== undefined) hour = fields['k'] % 24
    else if (fields['a'] !== undefined && (fields['h'] ?? fields['K']) !== undefined) hour = fields['a'] * 12 + ((fields['h'] ?? fields['K']!) % 12)
  }
  const rest = (fields['m'] ?? 0) * 60_000 + (fields['s'] ?? 0) * 1000 + (fields['S'] ?? 0)
  if (hour === 24 && rest !== 0) return null
  if (fields['A'] !== undefined) return fields['A'] < msPerDay ? { wallMs: days * msPerDay + fields['A'], offsetMs: null } : null
  const wallMs = days * msPerDay + hour * 3_600_000 + rest
  if (fields['N'] !== undefined) return { wallMs: days * msPerDay + Math.floor(fields['N'] / 1_000_000), offsetMs: null }
  return { wallMs: fields['n'] === undefined ? wallMs : wallMs + Math.floor(fields['n'] / 1_000_000), offsetMs: null }
}

/** SimpleDateFormat, lenient: blanks before a field are skipped, fields beyond their range carry over, what follows the pattern is ignored. */
function lenientReader(parts: readonly Part[]): (text: string) => ParsedWallClock | null {
  return (text) => {
    const fields: Fields = {}
    let offsetMs: number | null = null
    let at = 0
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!
      if (part.kind === 'literal') {
        if (!text.startsWith(part.text, at)) return null
        at += part.text.length
        continue
      }
      if (part.kind === 'optional') return null
      while (text[at] === ' ' || text[at] === '\t') at++
      if (part.letter === 'X' || part.letter === 'Z') {
        const match = /^(?:Z|(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?|GMT|UTC)/.exec(text.slice(at))
        if (match === null) return null
        offsetMs = match[1] === undefined ? 0 : (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60_000
        at += match[0].length
        continue
      }
      if (part.letter === 'E' || part.letter === 'a' || (part.letter === 'M' && part.count >= 3 && !isDigit(text[at]))) {
        at = readName(part, text, at, fields, false)
        if (at < 0) return null
        continue
      }
      const next = parts[i + 1]
      const abuts = next?.kind === 'letter' && next.letter !== 'E' && next.letter !== 'a' && next.letter !== 'X' && next.letter !== 'Z'
      const match = (abuts ? new RegExp(`^\\d{1,${part.count}}`) : /^-?\d{1,18}/).exec(text.slice(at))
      if (match === null) return null
      fields[part.letter] = Number(match[0])
      at += match[0].length
    }
    return { wallMs: resolvedLeniently(fields), offsetMs }
  }
}

function resolvedLeniently(fields: Fields): number {
  const year = fields['y'] ?? 1970
  const monthsTotal = year * 12 + (fields['M'] ?? 1) - 1
  const toYear = Math.floor(monthsTotal / 12)
  const first = fields['D'] !== undefined && fields['M'] === undefined ? daysOfDate(year, 1, 1) + fields['D'] - 1 : daysOfDate(toYear, monthsTotal - toYear * 12 + 1, 1) + (fields['d'] ?? 1) - 1
  const half = (fields['h'] === undefined ? (fields['K'] ?? 0) : fields['h'] % 12) + (fields['a'] ?? 0) * 12
  const hour = fields['H'] ?? (fields['k'] === undefined ? half : fields['k'] % 24)
  return first * msPerDay + hour * 3_600_000 + (fields['m'] ?? 0) * 60_000 + (fields['s'] ?? 0) * 1000 + (fields['S'] ?? 0)
}
