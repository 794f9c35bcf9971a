import { valueAt, type Column, type Value } from '../../columnar/column.ts'
import { printType, stringLengthMax, type DataType, type RowField } from '../../columnar/dataType.ts'
import { base64Text, NotOfType, valueOfJson } from '../../columnar/valueJson.ts'
import { dateText, decimalFits, decimalText, msPerDay, parseDecimal, rescaleDecimal } from '../../columnar/valueText.ts'
import type { GuestType } from './sandbox.ts'

/**
 * Values on their way into the sandbox and out of it, as JSON.
 *
 * In: numbers are numbers; BIGINT is a number while that is exact and a BigInt beyond; DECIMAL is its text, exact; TIMESTAMP and TIMESTAMP_LTZ are milliseconds since 1970, TIME milliseconds of the day,
 * DATE its text; BYTES base64; ARRAY a list, MAP and MULTISET pairs, ROW an object. Out: the same, and whatever else says the same without doubt, such as a Date for a TIMESTAMP or an object for a MAP with texts as
 * keys. Nothing is converted that could be a mistake: a text is no number and a number no text.
 */
export function guestTypeOf(type: DataType): GuestType {
  switch (type.kind) {
    case 'FLOAT':
    case 'DOUBLE':
      return { k: 'double' }
    case 'BIGINT':
      return { k: 'bigint' }
    case 'ARRAY':
      return { k: 'array', e: guestTypeOf(type.element) }
    case 'MAP':
      return { k: 'pairs', e: guestTypeOf(type.key), v: guestTypeOf(type.value) }
    case 'MULTISET':
      return { k: 'pairs', e: guestTypeOf(type.element), v: { k: 'plain' } }
    case 'ROW':
      return { k: 'row', f: type.fields.map((field) => [field.name, guestTypeOf(field.type)] as const) }
    default:
      return { k: 'plain' }
  }
}

/** Rows [start, end) of a column as a JSON list; `plain`: what stands in it needs no translation inside. */
export interface GuestColumn {
  readonly text: string
  readonly plain: boolean
}

export function guestColumn(column: Column, type: DataType, start: number, end: number): GuestColumn {
  if (column.storage === 'string') {
    const texts: (string | null)[] = []
    const { codes, dictionary, nulls } = column
    for (let row = start; row < end; row++) texts.push(nulls !== null && nulls[row] === 1 ? null : dictionary.values[codes[row]!]!)
    return { text: JSON.stringify(texts), plain: true }
  }
  if (column.nulls === null) {
    // Numbers as they lie.
    if (column.storage === 'int64' && column.values !== null) return { text: `[${column.values.subarray(start, end).join(',')}]`, plain: true }
    if (column.storage === 'int32' && type.kind !== 'DATE') return { text: `[${column.values.subarray(start, end).join(',')}]`, plain: true }
    if (column.storage === 'float64' && allOrdinary(column.values, start, end)) return { text: `[${column.values.subarray(start, end).join(',')}]`, plain: true }
  }
  const parts: string[] = []
  for (let row = start; row < end; row++) parts.push(guestText(valueAt(column, row), type))
  return { text: `[${parts.join(',')}]`, plain: false }
}

/** Numbers that JSON can write: no NaN, no infinity, no -0. */
function allOrdinary(values: Float64Array, start: number, end: number): boolean {
  for (let row = start; row < end; row++) {
    const value = values[row]!
    if (!Number.isFinite(value) || (value === 0 && Object.is(value, -0))) return false
  }
  return true
}

function guestText(value: Value, type: DataType): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'FLOAT':
    case 'DOUBLE':
      return Number.isFinite(value as number) ? (Object.is(value, -0) ? '"-0"' : String(value)) : `"${String(value)}"`
    case 'BIGINT': {
      const number = Number(value)
      return Number.isSafeInteger(number) ? String(number) : `"${String(value)}"`
    }
    case 'DECIMAL':
      return `"${decimalText(BigInt(value as bigint), type.scale)}"`
    case 'CHAR':
    case 'VARCHAR':
      return JSON.stringify(value)
    case 'BYTES':
      return `"${base64Text(value as Uint8Array)}"`
    case 'DATE':
      return `"${dateText(value as number)}"`
    case 'ARRAY':
      return `[${(value as readonly Value[]).map((element) => guestText(element, type.element)).join(',')}]`
    case 'MAP':
      return `[${(value as readonly Value[][]).map(([key, entry]) => `[${guestText(key!, type.key)},${guestText(entry!, type.value)}]`).join(',')}]`
    case 'MULTISET':
      return `[${(value as readonly Value[][]).map(([element, count]) => `[${guestText(element!, type.element)},${String(count)}]`).join(',')}]`
    case 'ROW':
      return `[${type.fields.map((field, i) => guestText((value as readonly Value[])[i]!, field.type)).join(',')}]`
    default:
      return String(value)
  }
}

/** What came out of the sandbox for a column, or why it is no value of its type. `given` is JSON of the guest's own making: anything may stand there. */
export function valueOfGuest(given: unknown, type: DataType): Value | NotOfType {
  if (given === null || given === undefined) return type.nullable ? null : new NotOfType(`${printType(type)} must not be null`)
  if (typeof given === 'number' && type.kind === 'BIGINT' && Number.isSafeInteger(given)) return BigInt(given)
  if (typeof given === 'string' && type.kind === 'VARCHAR' && type.length === stringLengthMax && !/[\uD800-\uDFFF]/.test(given)) return given
  const exact = bigintOf(given)
  const number = numberOf(given)
  const wrong = (): NotOfType => new NotOfType(`${describeGuest(given)} is no ${printType({ ...type, nullable: true } as DataType)}${hintFor(given, type)}`)
  switch (type.kind) {
    case 'BOOLEAN':
      return typeof given === 'boolean' ? given : wrong()
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT': {
      const integer = exact ?? (number !== null && Number.isInteger(number) ? BigInt(number) : null)
      if (integer === null) return wrong()
      const bits = type.kind === 'TINYINT' ? 8 : type.kind === 'SMALLINT' ? 16 : 32
      return BigInt.asIntN(bits, integer) === integer ? Number(integer) : new NotOfType(`${String(integer).slice(0, 40)} is outside the range of ${type.kind}`)
    }
    case 'BIGINT': {
      if (exact === null && number !== null && Number.isInteger(number) && !Number.isSafeInteger(number)) {
        return new NotOfType(`${number} is beyond 2^53, where a number is not exact: give a BigInt`)
      }
      const integer = exact ?? (number !== null && Number.isInteger(number) ? BigInt(number) : null)
      if (integer === null) return wrong()
      return BigInt.asIntN(64, integer) === integer ? integer : new NotOfType(`${String(integer).slice(0, 40)} is outside the range of BIGINT`)
    }
    case 'FLOAT':
    case 'DOUBLE': {
      const double = number ?? (exact === null ? null : Number(exact))
      return double === null ? wrong() : type.kind === 'FLOAT' ? Math.fround(double) : double
    }
    case 'DECIMAL': {
      const text = typeof given === 'string' ? given : exact !== null ? String(exact) : number !== null && Number.isFinite(number) ? String(number) : null
      const parsed = text === null ? null : parseDecimal(text)
      if (parsed === null) return wrong()
      const unscaled = rescaleDecimal(parsed.unscaled, parsed.scale, type.scale)
      return decimalFits(unscaled, type.precision) ? unscaled : new NotOfType(`${text!.slice(0, 60)} does not fit ${printType(type)}`)
    }
    case 'CHAR':
    case 'VARCHAR':
      if (typeof given !== 'string') return wrong()
      if (type.length !== stringLengthMax && [...given].length > type.length) return new NotOfType(`a text of ${[...given].length} characters is longer than ${printType(type)}`)
      // Half a surrogate pair has no UTF-8.
      return given.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')
    case 'TIME': {
      if (number !== null) return Number.isInteger(number) && number >= 0 && number < msPerDay ? number : new NotOfType(`${number} is no millisecond of a day`)
      return typeof given === 'string' ? valueOfJson(given, type) : wrong()
    }
    case 'DATE': {
      const ms = dateOf(given)
      if (ms !== null) return Number.isFinite(ms) ? Math.floor(ms / msPerDay) : new NotOfType('an invalid Date is no DATE')
      return typeof given === 'string' ? valueOfJson(given, type) : wrong()
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const ms = dateOf(given) ?? number
      if (ms === null) return typeof given === 'string' ? valueOfJson(given, type) : wrong()
      if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return new NotOfType(`${ms} is no time`)
      const unit = 10 ** (3 - type.precision)
      return Math.floor(ms / unit) * unit
    }
    case 'BYTES':
      return typeof given === 'string' ? valueOfJson(given, type) : wrong()
    case 'ARRAY':
      return listOf(Array.isArray(given) ? given : tagged(given, 's'), (element) => valueOfGuest(element, type.element)) ?? wrong()
    case 'MAP':
      return pairsOf(given, type.key, type.value) ?? wrong()
    case 'MULTISET':
      return pairsOf(given, type.element, { kind: 'INT', nullable: false }) ?? wrong()
    case 'ROW': {
      const entries = entriesOf(given)
      if (entries === null) return wrong()
      const unknown = entries.find(([key]) => !type.fields.some((field) => field.name === key))
      if (unknown !== undefined) return new NotOfType(`${printType(type)} has no field ${unknown[0].slice(0, 60)}`)
      return listOf(type.fields, (field: RowField) => valueOfGuest(entries.find(([key]) => key === field.name)?.[1], field.type)) ?? wrong()
    }
    default:
      return wrong()
  }
}

/** The value behind a tag such as `{ "b": "12" }`, as a list or a text. */
function tagged(given: unknown, tag: string): unknown {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && Object.hasOwn(given, tag) ? (given as Record<string, unknown>)[tag] : undefined
}

function bigintOf(given: unknown): bigint | null {
  const text = tagged(given, 'b')
  return typeof text === 'string' && /^-?\d{1,1000}$/.test(text) ? BigInt(text) : null
}

function numberOf(given: unknown): number | null {
  if (typeof given === 'number') return given
  const text = tagged(given, 'd')
  return text === 'NaN' ? Number.NaN : text === 'Infinity' ? Infinity : text === '-Infinity' ? -Infinity : text === '-0' ? -0 : null
}

function dateOf(given: unknown): number | null {
  const ms = tagged(given, 't')
  return ms === undefined ? null : (numberOf(ms) ?? Number.NaN)
}

function entriesOf(given: unknown): readonly (readonly [string, unknown])[] | null {
  const entries = tagged(given, 'o')
  return Array.isArray(entries) && entries.every((entry) => Array.isArray(entry) && typeof entry[0] === 'string') ? (entries as (readonly [string, unknown])[]) : null
}

function pairsOf(given: unknown, key: DataType, value: DataType): Value | NotOfType | null {
  const pairs = entriesOf(given) ?? (Array.isArray(given) ? given : tagged(given, 'm'))
  return listOf(pairs, (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 ? listOf([key, value], (type: DataType) => valueOfGuest(pair[type === key ? 0 : 1], type))! : new NotOfType('an entry is no [key, value] pair'),
  )
}

function listOf<E>(given: unknown, valueOf: (element: E) => Value | NotOfType): Value | NotOfType | null {
  if (!Array.isArray(given)) return null
  const values: Value[] = []
  for (const element of given) {
    const value = valueOf(element as E)
    if (value instanceof NotOfType) return value
    values.push(value)
  }
  return values
}

/** A value as a message names it. */
function describeGuest(given: unknown): string {
  if (typeof given === 'string') return `the text ${JSON.stringify(given.length > 40 ? `${given.slice(0, 40)}…` : given)}`
  if (typeof given === 'boolean') return String(given)
  const number = numberOf(given)
  if (number !== null) return `the number ${number}`
  const exact = bigintOf(given)
  if (exact !== null) return `the BigInt ${String(exact).slice(0, 40)}`
  if (dateOf(given) !== null) return 'a Date'
  const other = tagged(given, 'x')
  if (typeof other === 'string') return other.slice(0, 40)
  return Array.isArray(given) ? 'a list' : tagged(given, 'm') !== undefined ? 'a Map' : tagged(given, 's') !== undefined ? 'a Set' : 'an object'
}

function hintFor(given: unknown, type: DataType): string {
  if ((type.kind === 'CHAR' || type.kind === 'VARCHAR') && (numberOf(given) !== null || bigintOf(given) !== null || typeof given === 'boolean')) return ': write String(…) around it'
  if (typeof given === 'string' && ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE'].includes(type.kind)) return ': write Number(…) around it'
  const number = numberOf(given)
  if (number !== null && !Number.isInteger(number) && ['TINYINT', 'SMALLINT', 'INT', 'BIGINT'].includes(type.kind)) return ': round it first, for example with Math.round'
  return ''
}
