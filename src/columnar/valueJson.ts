import { ExactNumber, type Json } from './json.ts'
import { printType, stringLengthMax, type DataType } from './dataType.ts'
import type { Value } from './column.ts'
import {
  dateText,
  decimalFits,
  decimalText,
  parseDate,
  parseDecimal,
  parseTime,
  parseTimestamp,
  rescaleDecimal,
  timestampText,
  timeText,
} from './valueText.ts'

/**
 * Values as JSON and back, by type: the one place that knows section 2 of the job format. BIGINT and DECIMAL are written in full and read
 * without passing through a double (the reader keeps such numbers as `ExactNumber`).
 */

/** JSON text of a value. NULL is `null`; a row's values in schema order are the caller's. */
export function jsonTextOf(value: Value, type: DataType): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'BOOLEAN':
      return value === true ? 'true' : 'false'
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return String(value)
    case 'FLOAT':
    case 'DOUBLE': {
      const number = value as number
      if (Number.isNaN(number)) return '"NaN"'
      if (number === Infinity) return '"Infinity"'
      if (number === -Infinity) return '"-Infinity"'
      return Object.is(number, -0) ? '-0.0' : type.kind === 'FLOAT' ? shortestFloat(number) : String(number)
    }
    case 'DECIMAL':
      return decimalText(BigInt(value as bigint | number), type.scale)
    case 'CHAR':
    case 'VARCHAR':
      return JSON.stringify(value)
    case 'BYTES':
      return JSON.stringify(base64Text(value as Uint8Array))
    case 'DATE':
      return `"${dateText(value as number)}"`
    case 'TIME':
      return `"${timeText(value as number, (value as number) % 1000 === 0 ? 0 : 3)}"`
    case 'TIMESTAMP':
      return `"${timestampText(value as number, type.precision)}"`
    case 'TIMESTAMP_LTZ':
      return `"${timestampText(value as number, type.precision)}Z"`
    case 'ARRAY':
      return `[${(value as Value[]).map((element) => jsonTextOf(element, type.element)).join(',')}]`
    case 'MAP':
      return `[${(value as Value[][]).map(([k, v]) => `[${jsonTextOf(k!, type.key)},${jsonTextOf(v!, type.value)}]`).join(',')}]`
    case 'MULTISET':
      return `[${(value as Value[][]).map(([element, n]) => `[${jsonTextOf(element!, type.element)},${String(n)}]`).join(',')}]`
    case 'ROW':
      return `{${type.fields.map((field, i) => `${JSON.stringify(field.name)}:${jsonTextOf((value as Value[])[i]!, field.type)}`).join(',')}}`
    case 'NULL':
      return 'null'
  }
}

/** The shortest decimal that reads back as the same 32-bit float. */
function shortestFloat(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return String(value)
}

/** What a JSON value is not, in words; thrown nowhere, returned. */
export class NotOfType {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

/** The value a JSON document holds at a place of the given type, or why it is none. */
export function valueOfJson(json: Json | undefined, type: DataType): Value | NotOfType {
  if (json === null || json === undefined) return type.nullable ? null : new NotOfType(`${printType(type)} must not be null`)
  switch (type.kind) {
    case 'BOOLEAN':
      if (typeof json === 'boolean') return json
      break
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT': {
      const bits = type.kind === 'TINYINT' ? 8 : type.kind === 'SMALLINT' ? 16 : 32
      const number = integerOf(json)
      if (number === null) break
      const limit = 1n << BigInt(bits - 1)
      return number >= -limit && number < limit ? Number(number) : new NotOfType(`${shortened(String(number))} is outside the range of ${type.kind}`)
    }
    case 'BIGINT': {
      const number = integerOf(json)
      if (number === null) break
      return BigInt.asIntN(64, number) === number ? number : new NotOfType(`${shortened(String(number))} is outside the range of BIGINT`)
    }
    case 'FLOAT':
    case 'DOUBLE': {
      const number = doubleOf(json)
      if (number === null) break
      return type.kind === 'FLOAT' ? Math.fround(number) : number
    }
    case 'DECIMAL': {
      const parsed = json instanceof ExactNumber ? parseDecimal(json.text) : typeof json === 'number' ? parseDecimal(String(json)) : null
      if (parsed === null) break
      const unscaled = rescaleDecimal(parsed.unscaled, parsed.scale, type.scale)
      return decimalFits(unscaled, type.precision) ? unscaled : new NotOfType(`${shortened(decimalText(parsed.unscaled, parsed.scale))} does not fit ${printType(type)}`)
    }
    case 'CHAR':
    case 'VARCHAR':
      if (typeof json !== 'string') break
      if (type.length !== stringLengthMax && [...json].length > type.length) return new NotOfType(`a text of ${[...json].length} characters is longer than ${printType(type)}`)
      return json
    case 'BYTES': {
      const bytes = typeof json === 'string' ? parseBase64(json) : null
      if (bytes !== null) return bytes
      break
    }
    case 'DATE': {
      const days = typeof json === 'string' ? parseDate(json) : null
      if (days !== null) return days
      break
    }
    case 'TIME': {
      const ms = typeof json === 'string' ? parseTime(json) : null
      if (ms !== null) return ms
      break
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const parsed = typeof json === 'string' ? parseTimestamp(json) : null
      if (parsed === null) break
      if (parsed.cut) return new NotOfType(`${describeJson(json)} has more than millisecond precision`)
      return cutToPrecision(parsed.ms, type.precision)
    }
    case 'ARRAY':
      return Array.isArray(json) ? listOf(json, (element) => valueOfJson(element, type.element)) : new NotOfType(`expected a list for ${printType(type)}`)
    case 'MAP':
    case 'MULTISET': {
      const keyType = type.kind === 'MAP' ? type.key : type.element
      const valueType: DataType = type.kind === 'MAP' ? type.value : { kind: 'INT', nullable: false }
      if (!Array.isArray(json)) break
      return listOf(json, (pair) =>
        Array.isArray(pair) && pair.length === 2
          ? listOf([0, 1], (i) => (i === 0 ? valueOfJson(pair[0], keyType) : valueOfJson(pair[1], valueType)))
          : new NotOfType(`expected [key, value] pairs for ${printType(type)}`),
      )
    }
    case 'ROW':
      if (typeof json !== 'object' || Array.isArray(json) || json instanceof ExactNumber) break
      return listOf(type.fields, (field) => {
        const value = valueOfJson(Object.hasOwn(json, field.name) ? (json as Record<string, Json>)[field.name] : null, field.type)
        return value instanceof NotOfType ? new NotOfType(`${field.name}: ${value.reason}`) : value
      })
    case 'NULL':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      break
  }
  return new NotOfType(`expected ${printType(type)}, found ${describeJson(json)}`)
}

function listOf<T>(items: readonly T[], valueOf: (item: T) => Value | NotOfType): Value | NotOfType {
  const values: Value[] = []
  for (const item of items) {
    const value = valueOf(item)
    if (value instanceof NotOfType) return value
    values.push(value)
  }
  return values
}

export function cutToPrecision(ms: number, precision: number): number {
  if (precision >= 3) return ms
  const unit = 10 ** (3 - precision)
  return Math.floor(ms / unit) * unit
}

function integerOf(json: Json): bigint | null {
  if (typeof json === 'number') {
    if (!Number.isInteger(json)) return null
    if (Number.isSafeInteger(json)) return BigInt(json)
  } else if (!(json instanceof ExactNumber)) return null
  // A double beyond the safe range means its shortest text: that is what the JSON reader promises, and its own digits differ from what was written.
  const parsed = parseDecimal(typeof json === 'number' ? String(json) : json.text)
  if (parsed === null) return null
  const unit = 10n ** BigInt(parsed.scale)
  return parsed.unscaled % unit === 0n ? parsed.unscaled / unit : null
}

function doubleOf(json: Json): number | null {
  if (typeof json === 'number') return json
  if (json instanceof ExactNumber) return Number(json.text)
  if (json === 'NaN') return Number.NaN
  if (json === 'Infinity') return Infinity
  return json === '-Infinity' ? -Infinity : null
}

function describeJson(json: Json): string {
  return shortened(json instanceof ExactNumber ? json.text : JSON.stringify(json))
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function base64Text(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += base64Digits[word >> 18]! + base64Digits[(word >> 12) & 63]!
    text += i + 1 < bytes.length ? base64Digits[(word >> 6) & 63]! : '='
    text += i + 2 < bytes.length ? base64Digits[word & 63]! : '='
  }
  return text
}

export function parseBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  for (let i = 0, at = 0; i < text.length; i += 4) {
    let word = 0
    for (let j = 0; j < 4; j++) word = (word << 6) | Math.max(0, base64Digits.indexOf(text[i + j]!))
    if (at < bytes.length) bytes[at++] = word >> 16
    if (at < bytes.length) bytes[at++] = (word >> 8) & 255
    if (at < bytes.length) bytes[at++] = word & 255
  }
  return bytes
}
