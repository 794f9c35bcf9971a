import { ExactNumber, type Json, type JsonObject } from '../columnar/json.ts'
import { printJson } from '../columnar/jsonText.ts'

/**
 * SQL/JSON paths as Flink reads them (SqlJsonUtils over Jayway JsonPath): `lax` or `strict`, then `$` and steps: `.name`, `['name']`, `[0]`, `[-1]`, `[0, 1]`, `[1:3]`, `[*]`, `.*`.
 *
 * Strict is the default. A path that is not there is an error when strict and nothing when lax. A path with a wildcard, slice or several indices gives a list of what it finds,
 * however much that is. Deep scans (`..`) and filters (`?(...)`) are refused.
 */
export interface JsonPath {
  readonly mode: 'lax' | 'strict'
  readonly steps: readonly JsonPathStep[]
  /** False when the path may stand for several places. */
  readonly definite: boolean
}

type JsonPathStep =
  | { readonly kind: 'members'; readonly names: readonly string[] }
  | { readonly kind: 'elements'; readonly indices: readonly number[] }
  | { readonly kind: 'slice'; readonly start: number | null; readonly end: number | null }
  | { readonly kind: 'all' }

export interface JsonPathFault {
  readonly fault: string
}

export function readJsonPath(text: string): JsonPath | JsonPathFault {
  const head = /^\s*(strict|lax)\s+/i.exec(text)
  const mode = head === null || head[1]!.toLowerCase() === 'strict' ? 'strict' : 'lax'
  let rest = text.slice(head === null ? 0 : head[0].length).trim()
  const whole = rest
  const fault = (what: string): JsonPathFault => ({ fault: `The JSON path '${text}' ${what}` })
  if (!rest.startsWith('$')) return fault("must begin with $, after lax or strict: 'lax $.name'.")
  rest = rest.slice(1)
  const steps: JsonPathStep[] = []
  while (rest !== '') {
    if (rest.startsWith('..')) return fault('has a deep scan (..), which is not supported. Name the steps one by one.')
    let match = /^\.\*/.exec(rest) ?? /^\[\s*\*\s*\]/.exec(rest)
    if (match !== null) steps.push({ kind: 'all' })
    else if ((match = /^\.([^.[\]()*\s'"]+)/.exec(rest)) !== null) {
      if (rest[match[0].length] === '(') return fault(`has the function ${match[1]}(), which is not supported.`)
      steps.push({ kind: 'members', names: [match[1]!] })
    } else if (/^\[\s*\?/.test(rest)) return fault('has a filter (?), which is not supported. Take the list and filter its elements after UNNEST.')
    else if ((match = /^\[\s*((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*)\s*\]/.exec(rest)) !== null) {
      const names = [...match[1]!.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map((name) => (name[1] ?? name[2]!).replace(/\\(.)/g, '$1'))
      steps.push({ kind: 'members', names })
    } else if ((match = /^\[\s*(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*)\s*\]/.exec(rest)) !== null) steps.push({ kind: 'elements', indices: match[1]!.split(',').map(Number) })
    else if ((match = /^\[\s*(-?\d{1,9})?\s*:\s*(-?\d{1,9})?\s*\]/.exec(rest)) !== null) {
      steps.push({ kind: 'slice', start: match[1] === undefined ? null : Number(match[1]), end: match[2] === undefined ? null : Number(match[2]) })
    } else return fault(`cannot be read at "${rest.slice(0, 20)}" (character ${text.length - rest.length + (whole.length - whole.trimEnd().length) + 1}). Steps are .name, ['name'], [0] and [*].`)
    rest = rest.slice(match[0].length)
  }
  const definite = steps.every((step) => (step.kind === 'members' && step.names.length === 1) || (step.kind === 'elements' && step.indices.length === 1))
  return { mode, steps, definite }
}

/** What stands at a definite path, or the list of what an indefinite one finds; `missing` when a definite path leads nowhere. */
export function jsonAt(root: Json, path: JsonPath): { readonly value: Json; readonly place: readonly (string | number)[] } | 'missing' {
  let found: { value: Json; place: (string | number)[] }[] = [{ value: root, place: [] }]
  for (const step of path.steps) {
    const next: typeof found = []
    for (const { value, place } of found) for (const [key, child] of children(value, step)) next.push({ value: child, place: [...place, key] })
    found = next
    if (found.length === 0) break
  }
  if (path.definite) return found[0] ?? 'missing'
  return { value: found.map(({ value }) => value), place: [] }
}

function children(value: Json, step: JsonPathStep): [string | number, Json][] {
  if (Array.isArray(value)) {
    const list = value as readonly Json[]
    const at = (index: number): number => (index < 0 ? list.length + index : index)
    switch (step.kind) {
      case 'all':
        return list.map((child, i) => [i, child])
      case 'elements':
        return step.indices.map(at).filter((i) => i >= 0 && i < list.length).map((i) => [i, list[i]!])
      case 'slice': {
        const start = Math.max(0, at(step.start ?? 0))
        const end = Math.min(list.length, step.end === null ? list.length : at(step.end))
        return list.slice(start, Math.max(start, end)).map((child, i) => [start + i, child])
      }
      case 'members':
        return []
    }
  }
  if (!isObject(value)) return []
  if (step.kind === 'all') return Object.entries(value)
  if (step.kind !== 'members') return []
  return step.names.filter((name) => Object.hasOwn(value, name)).map((name) => [name, value[name]!])
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
}

export function isScalar(value: Json): boolean {
  return !Array.isArray(value) && !isObject(value)
}

/** The text of a value as JSON_QUERY gives it: no blanks, keys in order. */
export function sortedJsonText(value: Json): string {
  return printJson(sorted(value))
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted)
  if (!isObject(value)) return value
  const entries = Object.keys(value)
    .toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map((key): [string, Json] => [key, sorted(value[key]!)])
  return Object.fromEntries(entries)
}

/** A JSON number as java.math.BigDecimal prints it: `1.50` stays, `1e3` is `1E+3`. */
export function bigDecimalText(number: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number)
  if (match === null) return number
  const fraction = match[3] ?? ''
  const digits = (match[2]! + fraction).replace(/^0+(?=\d)/, '')
  const scale = fraction.length - Number(match[4] ?? 0)
  const sign = match[1]!
  const adjusted = digits.length - 1 - scale
  if (scale >= 0 && adjusted >= -6) {
    if (scale === 0) return sign + digits
    const padded = digits.padStart(scale + 1, '0')
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
  }
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`
  return `${sign}${mantissa}${adjusted === 0 ? '' : `E${adjusted > 0 ? '+' : ''}${adjusted}`}`
}
