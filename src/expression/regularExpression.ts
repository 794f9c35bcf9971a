import { linearPattern, type LinearPattern } from './linearEngine.ts'
import { emitPattern, readPattern, type PatternFault, type PatternNode } from './regularSyntax.ts'

/**
 * Regular expressions with java.util.regex's meaning, run without a way to blow up.
 *
 * The pattern is read by Millrace itself (`regularSyntax.ts`), because the dialects differ in small ways: what a dot, `\s`, `$` and `(?i)` mean. Then it is
 * written for one of two engines. RE2 takes time linear in the text whatever the pattern, and is slow; the language's own engine is twenty times
 * faster and can take exponential time, so it gets only patterns whose worst case is a small polynomial, and only short texts. Look-around, backreferences and
 * possessive quantifiers have no linear-time form and are refused. RE2 itself is fetched by those who run expressions (`linearEngine.ts`); reading and
 * judging a pattern works without it.
 */
export interface RegularExpression {
  readonly groupCount: number
  /** Whether some part of the text matches. */
  readonly test: (text: string) => boolean
  /** A group of the first match; null when nothing matches or the group took no part. */
  readonly extract: (text: string, group: number) => string | null
  /** Every match replaced by the text as it stands. */
  readonly replaceAll: (text: string, replacement: string) => string
}

export type { PatternFault }

const kept = new Map<string, RegularExpression | PatternFault>()
const keptMax = 512

export function regularExpression(pattern: string): RegularExpression | PatternFault {
  let known = kept.get(pattern)
  if (known === undefined) {
    known = compiled(pattern)
    if (kept.size >= keptMax) kept.clear()
    kept.set(pattern, known)
  }
  return known
}

export function isPatternFault(result: RegularExpression | PatternFault): result is PatternFault {
  return 'fault' in result
}

function compiled(pattern: string): RegularExpression | PatternFault {
  const read = readPattern(pattern)
  if ('fault' in read) return read
  const { node, groupCount } = read
  const textMax = plainTextMax(node)
  const endsBeforeTerminator = hasEnd(node)
  const plain = textMax > 0 || endsBeforeTerminator ? new RegExp(emitPattern(node, 'js'), 'u') : null
  const global = plain === null ? null : new RegExp(plain.source, 'gu')
  if (tooLarge(node)) return { fault: 'unsupported', message: `The regular expression "${pattern}" is too large: with its repetitions written out it has more than ${sizeMax} parts, or ${nestedRepeatMax} turns within each other.` }
  let linear: LinearPattern | null = null
  const linearOf = (): LinearPattern => (linear ??= linearPattern(emitPattern(node, 're2')))
  const usesPlain = (text: string): boolean => text.length <= textMax || (endsBeforeTerminator && endsInTerminator(text))
  const required = requiredText(node)
  return {
    groupCount,
    test: (text) => {
      if (required !== '' && !text.includes(required)) return false
      return usesPlain(text) ? plain!.test(text) : linearOf().test(text)
    },
    extract: (text, group) => {
      if (group < 0 || group > groupCount || (required !== '' && !text.includes(required))) return null
      if (usesPlain(text)) return plain!.exec(text)?.[group] ?? null
      return linearOf().find(text, group) ?? null
    },
    replaceAll: (text, replacement) => {
      if (required !== '' && !text.includes(required)) return text
      return usesPlain(text) ? text.replace(global!, () => replacement) : linearOf().replaceAll(text, replacement)
    },
  }
}

/** RE2 refuses more than this in nested counts, `(a{40}){40}`; the size is ours, far below RE2's, since it writes repetitions out. */
const nestedRepeatMax = 1000
const sizeMax = 100_000

function tooLarge(node: PatternNode): boolean {
  return sizeOf(node) > sizeMax || !repeatsWithin(node, nestedRepeatMax)
}

/** Parts of the pattern with its repetitions written out, as RE2 counts them. */
function sizeOf(node: PatternNode): number {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return 1
    case 'sequence':
      return node.items.reduce((sum, item) => sum + sizeOf(item), 0)
    case 'choice':
      return node.items.reduce((sum, item) => sum + sizeOf(item) + 1, 0)
    case 'group':
      return 2 + sizeOf(node.item)
    case 'repeat':
      return node.max === Infinity ? 2 + Math.max(1, node.min) * sizeOf(node.item) : node.max * (sizeOf(node.item) + 1)
  }
}

function repeatsWithin(node: PatternNode, turns: number): boolean {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return true
    case 'sequence':
    case 'choice':
      return node.items.every((item) => repeatsWithin(item, turns))
    case 'group':
      return repeatsWithin(node.item, turns)
    case 'repeat': {
      const count = node.max === Infinity ? Math.max(1, node.min) : Math.max(1, node.max)
      return count <= turns && repeatsWithin(node.item, Math.floor(turns / count))
    }
  }
}

/** The dollar sign also stands before a line terminator that ends the text, which RE2 cannot say. */
function hasEnd(node: PatternNode): boolean {
  switch (node.kind) {
    case 'assert':
      return node.what === 'end' || node.what === 'endLine'
    case 'sequence':
    case 'choice':
      return node.items.some(hasEnd)
    case 'group':
    case 'repeat':
      return hasEnd(node.item)
    case 'set':
      return false
  }
}

function endsInTerminator(text: string): boolean {
  const last = text.at(-1)
  return last === '\n' || last === '\r' || last === '\u0085' || last === '\u2028' || last === '\u2029'
}

/**
 * The longest text the backtracking engine may be given: with n repetitions of single characters its time is at most about length^(n + 1). 0 when repetitions nest, or
 * hold a group (whose text the engines keep differently from turn to turn).
 */
function plainTextMax(node: PatternNode): number {
  let repeats = 0
  let choices = 0
  const visit = (part: PatternNode): boolean => {
    switch (part.kind) {
      case 'set':
      case 'assert':
        return true
      case 'choice':
        choices += part.items.length
        return part.items.every(visit)
      case 'sequence':
        return part.items.every(visit)
      case 'group':
        return visit(part.item)
      case 'repeat':
        repeats++
        return isFixed(part.item) || (part.max === 1 && visit(part.item))
    }
  }
  if (!visit(node) || choices > 64) return 0
  return [16_384, 16_384, 512, 96][repeats] ?? 0
}

function isFixed(node: PatternNode): boolean {
  switch (node.kind) {
    case 'set':
      return true
    case 'sequence':
      return node.items.every(isFixed)
    case 'group':
      return node.index === null && isFixed(node.item)
    default:
      return false
  }
}

/** A text that every match contains: the longest run of plain characters outside choices and repetitions. Most rows do not match, and `includes` is quick. */
function requiredText(node: PatternNode): string {
  let best = ''
  let run = ''
  const end = (): void => {
    if (run.length > best.length) best = run
    run = ''
  }
  const visit = (part: PatternNode): void => {
    switch (part.kind) {
      case 'set': {
        const [range] = part.ranges
        if (!part.negated && part.properties.length === 0 && part.ranges.length === 1 && range![0] === range![1]) run += String.fromCodePoint(range![0])
        else end()
        return
      }
      case 'assert':
        return
      case 'sequence':
        part.items.forEach(visit)
        return
      case 'group':
        visit(part.item)
        return
      case 'choice':
      case 'repeat':
        end()
    }
  }
  visit(node)
  end()
  return best
}
