import { ExactNumber, type Json, type JsonObject } from '../columnar/json.ts'
import type { ConfigField, Variant } from './configField.ts'
import { joinPath } from '../columnar/jsonPath.ts'
import type { Report } from './problem.ts'
import { configProblems } from './problemCatalogue.ts'

/**
 * An operator's config against its list of fields: unknown keys, missing fields, wrong JSON shapes, unknown choices and variants, numbers out
 * of range. One generic check for all operators; what columns exist and what expressions mean is for the room's `infer`.
 *
 * Returns the part of the config that has the right shape, rebuilt key by key: `infer` and `subtitle` may read it without looking
 * twice. A field of the wrong shape is left out as a whole, so list positions in later Problems stay those of the document.
 */
export function checkConfig(config: JsonObject, fields: readonly ConfigField[], report: Report): JsonObject {
  return checkFields(config, fields, '', [], report)
}

/** Longest expression, in UTF-16 units: what a person could still read. */
export const expressionLengthMax = 10_000

/** What a field of this control holds, in words. */
export function expectedShape(field: ConfigField): string {
  switch (field.control) {
    case 'text':
      return 'a text'
    case 'integer':
      return field.unbounded === true ? 'a whole number or "unbounded"' : 'a whole number'
    case 'duration':
      return `a duration in milliseconds, a whole number${field.unbounded === true ? ', or "unbounded"' : ''}`
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${field.choices.map((choice) => JSON.stringify(choice.value)).join(', ')}`
    case 'column':
      return 'the name of a column'
    case 'columns':
      return 'a list of column names'
    case 'columnSets':
      return 'a list of lists of column names'
    case 'expression':
      return 'an expression, as a text'
    case 'namedExpressions':
      return 'a list of { "name", "expression" }'
    case 'columnPairs':
      return 'a list of { "left", "right" } column names'
    case 'orderBy':
      return 'a list of { "column", "direction": "ASC" or "DESC" }'
    case 'schema':
      return field.inferred === true ? 'a list of { "name" } or { "name", "type" }' : 'a list of { "name", "type" } or { "name", "expression" }'
    case 'variant':
      return `an object whose "type" is one of ${field.variants.map((variant) => JSON.stringify(variant.type)).join(', ')}`
    case 'object':
    case 'json':
      return 'an object'
    case 'rows':
      return 'a list of rows, each a list of values'
    case 'code':
      return 'code, as a text'
  }
}

/** Where nothing stands yet the words are the form's; where something wrong does, it stands in the text of the job. */
function neededShape(field: ConfigField): string {
  return field.control === 'variant' ? `one of ${field.variants.map((variant) => variant.label).join(', ')}` : expectedShape(field)
}

function checkFields(config: JsonObject, fields: readonly ConfigField[], path: string, allowed: readonly string[], report: Report): JsonObject {
  const result: Record<string, Json> = {}
  for (const key of allowed) if (Object.hasOwn(config, key)) result[key] = config[key]!
  // Shapes first: `showWhen` may look at any other field and must find it well formed or absent.
  for (const field of fields) {
    const at = joinPath(path, field.key)
    const value = Object.hasOwn(config, field.key) ? config[field.key] : undefined
    if (value === undefined) continue
    const checked = checkField(value, field, at, report)
    if (checked !== undefined) result[field.key] = checked
  }
  for (const field of fields) {
    const at = joinPath(path, field.key)
    const present = Object.hasOwn(config, field.key)
    if (field.showWhen !== undefined && !field.showWhen(result)) {
      if (present) report(at, configProblems.notApplicable(field.label))
      delete result[field.key]
    } else if (!present && field.optional !== true) report(at, configProblems.missingField(field.label, neededShape(field)))
  }
  const known = [...allowed, ...fields.map((field) => field.key)]
  for (const key of Object.keys(config)) if (!known.includes(key)) report(joinPath(path, key), configProblems.unknownField(key, known))
  return result
}

/** The value, rebuilt, or undefined when its shape is wrong (then reported). */
function checkField(value: Json, field: ConfigField, at: string, reportAt: Report): Json | undefined {
  let reported = 0
  const report: Report = (place, finding) => {
    reported++
    reportAt(place, finding)
  }
  const wrong = (): undefined => {
    report(at, configProblems.wrongShape(field.label, expectedShape(field), describeJson(value)))
    return undefined
  }
  switch (field.control) {
    case 'text': {
      if (typeof value !== 'string') return isSecretReference(value) ? value : wrong()
      if (field.maxLength !== undefined && value.length > field.maxLength) {
        report(at, configProblems.outOfRange(field.label, `a text of ${value.length} characters`, `at most ${field.maxLength} characters long`))
        return undefined
      }
      if (field.pattern !== undefined && !new RegExp(`^(?:${field.pattern})$`, 'u').test(value)) {
        report(at, configProblems.outOfRange(field.label, describeJson(value), `of the form ${field.pattern}`))
        return undefined
      }
      return value
    }
    case 'integer':
      return field.unbounded === true && value === 'unbounded' ? value : checkInteger(value, field.min, field.max)
    case 'duration':
      if (field.unbounded === true && value === 'unbounded') return value
      return checkInteger(value, field.minMs ?? (field.signed === true ? undefined : 0), field.maxMs)
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong()
    case 'choice':
      if (typeof value !== 'string') return wrong()
      if (field.choices.some((choice) => choice.value === value)) return value
      report(at, configProblems.unknownChoice(field.label, describeJson(value), field.choices.map((choice) => choice.value)))
      return undefined
    case 'expression':
      return typeof value !== 'string' ? wrong() : shortEnough(value, at) ? value : undefined
    case 'column':
    case 'code':
      return typeof value === 'string' ? value : wrong()
    case 'columns':
      return checkList(value, field.minCount, 'column', (item) => (typeof item === 'string' ? item : undefined))
    case 'columnSets':
      return checkList(value, undefined, 'set', (item) =>
        Array.isArray(item) && item.every((column) => typeof column === 'string') ? [...item] : undefined,
      )
    case 'namedExpressions':
      return checkList(value, field.minCount, 'entry', (item, itemAt) => {
        const entry = checkRecord(item, itemAt, ['name', 'expression'], []) as JsonObject | undefined
        return entry !== undefined && shortEnough(entry.expression as string, `${itemAt}.expression`) ? entry : undefined
      })
    case 'columnPairs':
      return checkList(value, undefined, 'pair', (item, itemAt) => checkRecord(item, itemAt, ['left', 'right'], []))
    case 'orderBy':
      return checkList(value, field.minCount, 'column', (item, itemAt) => {
        const order = checkRecord(item, itemAt, ['column'], ['direction'])
        if (order === undefined) return undefined
        const direction = (order as JsonObject).direction
        if (direction === undefined || direction === 'ASC' || direction === 'DESC') return order
        report(`${itemAt}.direction`, configProblems.unknownChoice(field.label, describeJson(direction), ['ASC', 'DESC']))
        return undefined
      })
    case 'schema':
      return checkList(value, 1, 'column', (item, itemAt) => {
        const column = checkRecord(item, itemAt, ['name'], field.inferred === true ? ['type'] : ['type', 'expression']) as JsonObject | undefined
        if (column === undefined || field.inferred === true) return column
        return (column.type === undefined) === (column.expression === undefined) ? undefined : column
      })
    case 'variant': {
      if (!isObject(value)) return wrong()
      const type = value.type
      if (typeof type !== 'string') return wrong()
      const variant: Variant | undefined = field.variants.find((candidate) => candidate.type === type)
      if (variant === undefined) {
        report(joinPath(at, 'type'), configProblems.unknownChoice(field.label, describeJson(type), field.variants.map((candidate) => candidate.type)))
        return undefined
      }
      return checkFields(value, variant.fields, at, ['type'], report)
    }
    case 'object':
      return isObject(value) ? checkFields(value, field.fields, at, [], report) : wrong()
    case 'rows':
      return Array.isArray(value) ? (value as readonly Json[]) : wrong()
    case 'json':
      return isObject(value) ? value : wrong()
  }

  function shortEnough(expression: string, expressionAt: string): boolean {
    if (expression.length <= expressionLengthMax) return true
    report(expressionAt, configProblems.outOfRange(field.label, `an expression of ${expression.length} characters`, `at most ${expressionLengthMax} characters long`))
    return false
  }

  function checkInteger(number: Json, min: number | undefined, max: number | undefined): Json | undefined {
    if (typeof number !== 'number' || !Number.isInteger(number)) {
      if (!(number instanceof ExactNumber && /^-?\d+$/.test(number.text))) return wrong()
    } else if (Number.isSafeInteger(number) && number >= (min ?? -Infinity) && number <= (max ?? Infinity)) return number
    report(at, configProblems.outOfRange(field.label, describeJson(number), rangeText(min, max)))
    return undefined
  }

  function checkList(
    list: Json,
    minCount: number | undefined,
    what: string,
    checkItem: (item: Json, itemAt: string) => Json | undefined,
  ): Json | undefined {
    if (!Array.isArray(list)) return wrong()
    let sound = true
    const result: Json[] = []
    list.forEach((item: Json, i) => {
      const itemAt = `${at}[${i}]`
      const findingsBefore = reported
      const checked = checkItem(item, itemAt)
      if (checked !== undefined) result.push(checked)
      else {
        sound = false
        if (reported === findingsBefore) report(itemAt, configProblems.wrongShape(field.label, expectedShape(field), describeJson(item)))
      }
    })
    if (!sound) return undefined
    if (minCount !== undefined && result.length < minCount) report(at, configProblems.tooFew(field.label, result.length, minCount, what))
    return result
  }

  /** An object of texts with exactly these keys. */
  function checkRecord(item: Json, itemAt: string, required: readonly string[], optional: readonly string[]): Json | undefined {
    if (!isObject(item)) return undefined
    const known = [...required, ...optional]
    for (const key of Object.keys(item)) {
      if (known.includes(key)) continue
      report(joinPath(itemAt, key), configProblems.unknownField(key, known))
    }
    if (required.some((key) => !Object.hasOwn(item, key)) || known.some((key) => Object.hasOwn(item, key) && typeof item[key] !== 'string')) {
      report(itemAt, configProblems.wrongShape(field.label, expectedShape(field), describeJson(item)))
      return undefined
    }
    const result: Record<string, Json> = {}
    for (const key of known) if (Object.hasOwn(item, key)) result[key] = item[key]!
    return result
  }
}

function rangeText(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `a whole number from ${min} to ${max}`
  if (min !== undefined) return `a whole number of at least ${min}`
  return max === undefined ? 'a whole number of at most 15 digits' : `a whole number of at most ${max}`
}

export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof ExactNumber)
}

/** `{ "secret": "NAME" }`, which stands for a text that the job does not hold. */
export function isSecretReference(json: Json): boolean {
  return isObject(json) && Object.keys(json).length === 1 && typeof json.secret === 'string'
}

/** A JSON value in a sentence, cut to a readable length. */
export function describeJson(json: Json | undefined): string {
  if (json === undefined) return 'nothing'
  if (json === null || typeof json === 'boolean' || typeof json === 'number') return String(json)
  if (json instanceof ExactNumber) return json.text.length > 40 ? `${json.text.slice(0, 37)}...` : json.text
  if (typeof json === 'string') return JSON.stringify(json.length > 60 ? `${json.slice(0, 57)}...` : json)
  if (Array.isArray(json)) return json.length === 0 ? 'an empty list' : `a list of ${json.length}`
  const keys = Object.keys(json)
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 4).map((key) => JSON.stringify(key.slice(0, 40))).join(', ')}${keys.length > 4 ? ', …' : ''}`
}
