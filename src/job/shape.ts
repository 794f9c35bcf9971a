import { ExactNumber, type Json, type JsonObject } from '../columnar/json.ts'
import { describeJson, isObject } from './checkConfig.ts'
import { joinPath } from '../columnar/jsonPath.ts'
import type { Report } from './problem.ts'
import { documentProblems } from './problemCatalogue.ts'

/**
 * The form of a document's parts, as data. `rebuild` makes a checked copy that holds known keys only; `jsonSchema.ts` publishes the
 * same data; `canonical.ts` takes the order of keys from it.
 */
export type Shape =
  | { readonly kind: 'text'; readonly lengthMax: number; readonly pattern?: RegExp; readonly help?: string }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number; readonly default?: number; readonly help?: string }
  | { readonly kind: 'number'; readonly help?: string }
  | { readonly kind: 'boolean'; readonly default?: boolean; readonly help?: string }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default?: string; readonly help?: string }
  /** Already checked by the reader: the document's format and version. */
  | { readonly kind: 'constant'; readonly value: string | number }
  | { readonly kind: 'object'; readonly keys: ObjectKeys; readonly help?: string }
  /** An object whose keys are the user's. */
  | { readonly kind: 'record'; readonly value: Shape; readonly help?: string }
  | { readonly kind: 'list'; readonly item: Shape; readonly countMax: number; readonly help?: string }
  /** Any JSON value; `object` asks for an object. Only sizes are checked. `absent` is what a missing key means. */
  | { readonly kind: 'json'; readonly object?: boolean; readonly absent?: JsonObject; readonly help?: string }

export interface ObjectKeys {
  readonly [key: string]: { readonly shape: Shape; readonly optional: boolean }
}

/** Longest text anywhere in a document, in UTF-8 bytes. */
export const textBytesMax = 100_000

/** What a key that is not known means: an error, or (in a document from a newer version) a warning. */
export type UnknownKeys = 'error' | 'warn'

/** A copy of the value with exactly the shape, or undefined when something essential is not there. Every fault is reported. */
export function rebuild(value: Json, shape: Shape, path: string, report: Report, unknownKeys: UnknownKeys): Json | undefined {
  const wrong = (expected: string): undefined => {
    report(path, documentProblems.wrongShape(expected, describeJson(value)))
    return undefined
  }
  switch (shape.kind) {
    case 'constant':
      return shape.value
    case 'text':
      if (typeof value !== 'string') return wrong('a text')
      if (value.length > shape.lengthMax && [...value].length > shape.lengthMax) {
        report(path, documentProblems.tooLarge('The text', [...value].length, shape.lengthMax, 'characters', 'Shorten it.'))
        return undefined
      }
      if (shape.pattern !== undefined && !shape.pattern.test(value)) {
        report(path, documentProblems.badOperatorId(describeJson(value)))
        return undefined
      }
      return checkedText(value, path, report)
    case 'integer':
      if (!(typeof value === 'number' && Number.isInteger(value)) && !(value instanceof ExactNumber)) return wrong('a whole number')
      if (typeof value === 'number' && value >= shape.min && value <= shape.max) return value
      report(path, documentProblems.outOfRange(describeJson(value), `a whole number from ${shape.min} to ${shape.max}`))
      return undefined
    case 'number': {
      const number = value instanceof ExactNumber ? Number(value.text) : value
      if (typeof number !== 'number') return wrong('a number')
      if (Math.abs(number) <= 1e9) return number
      report(path, documentProblems.outOfRange(describeJson(value), 'a number from -1e9 to 1e9'))
      return undefined
    }
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong('true or false')
    case 'choice':
      if (typeof value !== 'string') return wrong(`one of ${shape.choices.map((choice) => JSON.stringify(choice)).join(', ')}`)
      if (shape.choices.includes(value)) return value
      report(path, documentProblems.unknownChoice(describeJson(value), shape.choices))
      return undefined
    case 'list': {
      if (!Array.isArray(value)) return wrong('a list')
      if (value.length > shape.countMax) {
        report(path, documentProblems.tooLarge('The list', value.length, shape.countMax, 'entries', 'Split the job.'))
        return undefined
      }
      const items: Json[] = []
      value.forEach((item: Json, i) => {
        const rebuilt = rebuild(item, shape.item, `${path}[${i}]`, report, unknownKeys)
        if (rebuilt !== undefined) items.push(rebuilt)
      })
      return items
    }
    case 'object':
      return isObject(value) ? rebuildObject(value, shape.keys, path, report, unknownKeys) : wrong('an object')
    case 'record': {
      if (!isObject(value)) return wrong('an object')
      const entries: [string, Json][] = []
      for (const key of Object.keys(value)) {
        checkedText(key, path, report)
        const rebuilt = rebuild(value[key]!, shape.value, joinPath(path, key), report, unknownKeys)
        if (rebuilt !== undefined) entries.push([key, rebuilt])
      }
      // fromEntries defines keys, so a key `__proto__` stays a key.
      return Object.fromEntries(entries)
    }
    case 'json':
      return shape.object === true && !isObject(value) ? wrong('an object') : rebuildJson(value, path, report)
  }
}

function rebuildObject(value: JsonObject, keys: ObjectKeys, path: string, report: Report, unknownKeys: UnknownKeys): Json | undefined {
  const result: Record<string, Json> = {}
  let complete = true
  for (const key of Object.keys(keys)) {
    const { shape, optional } = keys[key]!
    const at = joinPath(path, key)
    if (!Object.hasOwn(value, key)) {
      if (optional) continue
      if (shape.kind === 'json' && shape.absent !== undefined) {
        result[key] = shape.absent
        continue
      }
      report(at, documentProblems.missingKey(key, expectedOf(shape)))
      complete = false
      continue
    }
    const rebuilt = rebuild(value[key]!, shape, at, report, unknownKeys)
    if (rebuilt !== undefined) result[key] = rebuilt
    else if (!optional) complete = false
  }
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(keys, key)) continue
    report(joinPath(path, key), unknownKeys === 'error' ? documentProblems.unknownKey(key, Object.keys(keys)) : documentProblems.keyNotKept(key))
  }
  return complete ? result : undefined
}

/** A copy of free-form JSON; nesting was bounded when it was read. */
function rebuildJson(value: Json, path: string, report: Report): Json {
  if (typeof value === 'string') return checkedText(value, path, report)
  if (Array.isArray(value)) return value.map((item: Json, i) => rebuildJson(item, `${path}[${i}]`, report))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value).map((key) => [checkedText(key, path, report), rebuildJson(value[key]!, joinPath(path, key), report)] as const),
  )
}

function checkedText(text: string, path: string, report: Report): string {
  // A UTF-16 unit takes at most three bytes, so short texts need no count.
  if (text.length * 3 > textBytesMax) {
    const bytes = utf8Length(text)
    if (bytes > textBytesMax) report(path, documentProblems.tooLarge('The text', bytes, textBytesMax, 'bytes', 'Shorten it, or keep the data in a file.'))
  }
  return text
}

export function utf8Length(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) bytes++
    else if (code < 0x8_00) bytes += 2
    else if (code >= 0xd8_00 && code < 0xdc_00 && i + 1 < text.length) {
      bytes += 4
      i++
    } else bytes += 3
  }
  return bytes
}

function expectedOf(shape: Shape): string {
  switch (shape.kind) {
    case 'constant':
      return JSON.stringify(shape.value)
    case 'text':
      return 'a text'
    case 'integer':
      return 'a whole number'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${shape.choices.map((choice) => JSON.stringify(choice)).join(', ')}`
    case 'list':
      return 'a list'
    case 'object':
    case 'record':
      return 'an object'
    case 'json':
      return shape.object === true ? 'an object' : 'a value'
  }
}
