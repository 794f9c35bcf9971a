import type { Value } from '../columnar/column.ts'
import { isCharacter, isInteger, isNumeric, isTimestamp, printType, sameType, stringLengthMax, withNullable, type DataType } from '../columnar/dataType.ts'
import { instantOf, wallClockOf } from '../columnar/timeZone.ts'
import { dateText, decimalFits, decimalText, msPerDay, parseDecimal, parseTimestamp, powerOfTen, rescaleDecimal, timeText, timestampText } from '../columnar/valueText.ts'
import { decimalOf } from './commonType.ts'
import { doubleText, floatText, parseDouble } from './numberText.ts'
import { dateOfText, timeOfText } from './timeOfText.ts'

/**
 * What each CAST means, for one value: the rules of Flink since 1.15 (flink-table-planner, functions/casting), legacy behaviour off.
 *
 * This is the definition; `cast.ts` does the same for whole columns and is tested against it. A value that cannot be cast gives a `CastFailure`,
 * which CAST turns into a failing row and TRY_CAST into NULL. Overflow of a DECIMAL is no failure but NULL.
 */
export class CastFailure {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** Why the cast does not exist, with a way out; null when it does. */
export function castProblem(from: DataType, to: DataType): string | null {
  if (from.kind === 'NULL' || sameType(from, to)) return null
  if (to.kind === 'NULL') return 'Nothing is cast to NULL.'
  const name = printType(withNullable(from, true))
  const refusal = `${/^[AEIOU]/.test(name) ? 'An' : 'A'} ${name} cannot be cast to ${printType(withNullable(to, true))}.`
  const isNested = (type: DataType): boolean => type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'MULTISET' || type.kind === 'ROW'
  const isInterval = (type: DataType): boolean => type.kind === 'INTERVAL_DAY_TIME' || type.kind === 'INTERVAL_YEAR_MONTH'
  if (isCharacter(to)) return null
  if (isNested(from) || isNested(to)) {
    if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return castProblem(from.element, to.element)
    if (from.kind === 'MULTISET' && to.kind === 'MULTISET') return castProblem(from.element, to.element)
    if (from.kind === 'MAP' && to.kind === 'MAP') return castProblem(from.key, to.key) ?? castProblem(from.value, to.value)
    if (from.kind === 'ROW' && to.kind === 'ROW') {
      if (from.fields.length !== to.fields.length) return `${refusal} They have ${from.fields.length} and ${to.fields.length} fields.`
      for (let i = 0; i < from.fields.length; i++) {
        const problem = castProblem(from.fields[i]!.type, to.fields[i]!.type)
        if (problem !== null) return problem
      }
      return null
    }
    return refusal
  }
  if (isInterval(from) || isInterval(to)) return `${refusal} Use TIMESTAMPDIFF for a number of units.`
  if (isCharacter(from)) return null
  if (from.kind === 'BYTES' || to.kind === 'BYTES') return `${refusal} Go through STRING.`
  const fromNumber = isNumeric(from) || from.kind === 'BOOLEAN'
  const toNumber = isNumeric(to) || to.kind === 'BOOLEAN'
  if (fromNumber && toNumber) return null
  if (isTimestamp(from) && isNumeric(to)) return `${refusal} Use UNIX_TIMESTAMP(CAST(... AS STRING)), or TIMESTAMPDIFF from a fixed point in time.`
  if (isNumeric(from) && isTimestamp(to)) return `${refusal} Use TO_TIMESTAMP_LTZ(number, 3) for milliseconds since 1970, or 0 for seconds.`
  if (fromNumber || toNumber) return refusal
  if ((from.kind === 'DATE' && to.kind === 'TIME') || (from.kind === 'TIME' && to.kind === 'DATE')) return refusal
  return null
}

/** Whether some value can make the cast fail. */
export function castFails(from: DataType, to: DataType): boolean {
  if (from.kind === 'NULL' || sameType(from, to)) return false
  if (isCharacter(from)) return !isCharacter(to) && to.kind !== 'BYTES'
  if ((from.kind === 'DOUBLE' || from.kind === 'FLOAT') && to.kind === 'DECIMAL') return true
  switch (from.kind) {
    case 'ARRAY':
    case 'MULTISET':
      return to.kind === from.kind && castFails(from.element, to.element)
    case 'MAP':
      return to.kind === 'MAP' && (castFails(from.key, to.key) || castFails(from.value, to.value))
    case 'ROW':
      return to.kind === 'ROW' && from.fields.some((field, i) => castFails(field.type, to.fields[i]!.type))
    default:
      return false
  }
}

/** Whether the cast needs the session time zone. */
export function castReadsZone(from: DataType, to: DataType): boolean {
  const zoned = (type: DataType): boolean =>
    type.kind === 'TIMESTAMP_LTZ' ||
    ((type.kind === 'ARRAY' || type.kind === 'MULTISET') && zoned(type.element)) ||
    (type.kind === 'MAP' && (zoned(type.key) || zoned(type.value))) ||
    (type.kind === 'ROW' && type.fields.some((field) => zoned(field.type)))
  return zoned(from) !== zoned(to) || (zoned(from) && isCharacter(to))
}

/** Whether a value that is not NULL can become NULL: by the overflow of a DECIMAL. */
export function castMayGiveNull(from: DataType, to: DataType): boolean {
  if (to.kind !== 'DECIMAL' || from.kind === 'NULL') return false
  if (isInteger(from) || from.kind === 'DECIMAL') {
    const exact = decimalOf(from)
    // Rounding away digits may carry into one more before the point.
    return to.precision - to.scale < exact.precision - exact.scale + (to.scale < exact.scale ? 1 : 0)
  }
  return from.kind === 'BOOLEAN' ? to.precision === to.scale : true
}

/** `value` is not null. */
export function castValue(value: Value, from: DataType, to: DataType, timeZone: string): Value | CastFailure {
  if (value === null || from.kind === 'NULL') return null
  if (isCharacter(to)) return fitted(textOf(value, from, timeZone), to)
  if (sameType(from, to)) return value
  if (isCharacter(from)) return fromText(value as string, to, timeZone)
  switch (to.kind) {
    case 'BOOLEAN':
      return typeof value === 'bigint' ? value !== 0n : value !== 0
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return toInteger(value, from, to.kind)
    case 'FLOAT':
      return Math.fround(toDouble(value, from))
    case 'DOUBLE':
      return toDouble(value, from)
    case 'DECIMAL':
      return toDecimal(value, from, to)
    case 'DATE':
      return Math.floor(wall(value as number, from, timeZone) / msPerDay)
    case 'TIME': {
      const ms = wall(value as number, from, timeZone)
      const ofDay = ms - Math.floor(ms / msPerDay) * msPerDay
      return ofDay - (ofDay % 1000)
    }
    case 'TIMESTAMP':
      return cutTo(toWall(value as number, from, timeZone), to.precision)
    case 'TIMESTAMP_LTZ':
      return cutTo(from.kind === 'TIMESTAMP_LTZ' ? (value as number) : instantOf(toWall(value as number, from, timeZone), timeZone), to.precision)
    case 'BYTES':
      return value
    case 'ARRAY':
      return castAll(value as readonly Value[], (from as typeof to).element, to.element, timeZone)
    case 'MULTISET':
      return castPairs(value as readonly Value[], (from as typeof to).element, to.element, countType, countType, timeZone)
    case 'MAP':
      return castPairs(value as readonly Value[], (from as typeof to).key, to.key, (from as typeof to).value, to.value, timeZone)
    case 'ROW': {
      const out: Value[] = []
      const fields = (from as typeof to).fields
      for (let i = 0; i < fields.length; i++) {
        const cast = castValue((value as readonly Value[])[i]!, fields[i]!.type, to.fields[i]!.type, timeZone)
        if (cast instanceof CastFailure) return cast
        out.push(cast)
      }
      return out
    }
    default:
      throw new Error(`no cast from ${from.kind} to ${to.kind}`)
  }
}

const countType: DataType = { kind: 'INT', nullable: false }

function castAll(values: readonly Value[], from: DataType, to: DataType, timeZone: string): Value | CastFailure {
  const out: Value[] = []
  for (const value of values) {
    const cast = castValue(value, from, to, timeZone)
    if (cast instanceof CastFailure) return cast
    out.push(cast)
  }
  return out
}

function castPairs(pairs: readonly Value[], fromKey: DataType, toKey: DataType, fromValue: DataType, toValue: DataType, timeZone: string): Value | CastFailure {
  const out: Value[] = []
  for (const pair of pairs as readonly (readonly Value[])[]) {
    const key = castValue(pair[0]!, fromKey, toKey, timeZone)
    const value = castValue(pair[1]!, fromValue, toValue, timeZone)
    if (key instanceof CastFailure) return key
    if (value instanceof CastFailure) return value
    out.push([key, value])
  }
  return out
}

// Numbers.

function toInteger(value: Value, from: DataType, to: 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT'): Value {
  if (typeof value === 'boolean') return to === 'BIGINT' ? (value ? 1n : 0n) : value ? 1 : 0
  if (from.kind === 'FLOAT' || from.kind === 'DOUBLE') {
    if (to === 'BIGINT') return saturatedBigint(value as number)
    return narrowed(saturatedInt(value as number), to)
  }
  const whole = from.kind === 'DECIMAL' ? (value as bigint) / powerOfTen(from.scale) : BigInt(value as number | bigint)
  return to === 'BIGINT' ? BigInt.asIntN(64, whole) : narrowed(Number(BigInt.asIntN(32, whole)), to)
}

/** Java's (int) of a double. */
export function saturatedInt(value: number): number {
  if (Number.isNaN(value)) return 0
  return value >= 2_147_483_647 ? 2_147_483_647 : value <= -2_147_483_648 ? -2_147_483_648 : Math.trunc(value) + 0
}

/** Java's (long) of a double. */
export function saturatedBigint(value: number): bigint {
  if (Number.isNaN(value)) return 0n
  if (value >= 2 ** 63) return 9_223_372_036_854_775_807n
  if (value <= -(2 ** 63)) return -9_223_372_036_854_775_808n
  return BigInt(Math.trunc(value))
}

function narrowed(value: number, to: 'TINYINT' | 'SMALLINT' | 'INT'): number {
  return to === 'TINYINT' ? (value << 24) >> 24 : to === 'SMALLINT' ? (value << 16) >> 16 : value
}

function toDouble(value: Value, from: DataType): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (from.kind === 'DECIMAL') return decimalToDouble(value as bigint, from.scale)
  return Number(value)
}

/** The nearest double, as BigDecimal.doubleValue gives it. */
export function decimalToDouble(unscaled: bigint, scale: number): number {
  return Number(decimalText(unscaled, scale))
}

function toDecimal(value: Value, from: DataType, to: DataType & { kind: 'DECIMAL' }): Value | CastFailure {
  let unscaled: bigint
  if (typeof value === 'boolean') unscaled = value ? powerOfTen(to.scale) : 0n
  else if (from.kind === 'FLOAT' || from.kind === 'DOUBLE') {
    // BigDecimal.valueOf(double): the shortest text of the double, which NaN and the infinities have not.
    const exact = Number.isFinite(value) ? parseDecimal(String(value)) : null
    if (exact === null) return new CastFailure(`${doubleText(value as number)} has no value as ${printType(withNullable(to, true))}.`)
    unscaled = rescaleDecimal(exact.unscaled, exact.scale, to.scale)
  } else unscaled = rescaleDecimal(BigInt(value as number | bigint), from.kind === 'DECIMAL' ? from.scale : 0, to.scale)
  return decimalFits(unscaled, to.precision) ? unscaled : null
}

// Times.

function wall(value: number, from: DataType, timeZone: string): number {
  return from.kind === 'TIMESTAMP_LTZ' ? wallClockOf(value, timeZone) : value
}

function toWall(value: number, from: DataType, timeZone: string): number {
  return from.kind === 'DATE' ? value * msPerDay : wall(value, from, timeZone)
}

export function cutTo(ms: number, precision: number): number {
  const unit = 10 ** (3 - precision)
  return unit === 1 ? ms : Math.floor(ms / unit) * unit
}

// Texts.

function fitted(text: string, to: DataType): string {
  const length = to.kind === 'CHAR' || to.kind === 'VARCHAR' ? to.length : stringLengthMax
  if (to.kind === 'VARCHAR' && (length === stringLengthMax || text.length <= length)) return text
  // Lengths count code points.
  const points = Array.from(text)
  if (points.length > length) return points.slice(0, length).join('')
  return to.kind === 'CHAR' ? text + ' '.repeat(length - points.length) : text
}

function textOf(value: Value, from: DataType, timeZone: string): string {
  switch (from.kind) {
    case 'BOOLEAN':
      return value === true ? 'TRUE' : 'FALSE'
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return String(value)
    case 'FLOAT':
      return floatText(value as number)
    case 'DOUBLE':
      return doubleText(value as number)
    case 'DECIMAL':
      return decimalText(value as bigint, from.scale)
    case 'CHAR':
    case 'VARCHAR':
      return value as string
    case 'BYTES':
      return utf8Text(value as Uint8Array)
    case 'DATE':
      return dateText(value as number)
    case 'TIME':
      return timeText(value as number, (value as number) % 1000 === 0 ? 0 : 3)
    case 'TIMESTAMP':
      return timestampText(value as number, from.precision)
    case 'TIMESTAMP_LTZ':
      return timestampText(wallClockOf(value as number, timeZone), from.precision)
    case 'INTERVAL_DAY_TIME': {
      const magnitude = Math.abs(value as number)
      const days = Math.floor(magnitude / msPerDay)
      return `${(value as number) < 0 ? '-' : '+'}${days} ${timeText(magnitude - days * msPerDay, 3)}`
    }
    case 'INTERVAL_YEAR_MONTH': {
      const magnitude = Math.abs(value as number)
      return `${(value as number) < 0 ? '-' : '+'}${Math.floor(magnitude / 12)}-${String(magnitude % 12).padStart(2, '0')}`
    }
    case 'ARRAY':
      return `[${(value as readonly Value[]).map((item) => innerText(item, from.element, timeZone)).join(', ')}]`
    case 'MULTISET':
      return `{${(value as readonly (readonly Value[])[]).map((pair) => `${innerText(pair[0]!, from.element, timeZone)}=${String(pair[1])}`).join(', ')}}`
    case 'MAP':
      return `{${(value as readonly (readonly Value[])[]).map((pair) => `${innerText(pair[0]!, from.key, timeZone)}=${innerText(pair[1]!, from.value, timeZone)}`).join(', ')}}`
    case 'ROW':
      return `(${(value as readonly Value[]).map((item, i) => innerText(item, from.fields[i]!.type, timeZone)).join(', ')})`
    case 'NULL':
      return 'NULL'
  }
}

function innerText(value: Value, type: DataType, timeZone: string): string {
  return value === null ? 'NULL' : textOf(value, type, timeZone)
}

function fromText(text: string, to: DataType, timeZone: string): Value | CastFailure {
  const failure = (wanted: string): CastFailure => new CastFailure(`'${text.length > 60 ? `${text.slice(0, 60)}…` : text}' is no ${wanted}. Use TRY_CAST to get NULL instead.`)
  switch (to.kind) {
    case 'BOOLEAN': {
      const word = text.trim().toLowerCase()
      if (['t', 'true', 'y', 'yes', '1'].includes(word)) return true
      if (['f', 'false', 'n', 'no', '0'].includes(word)) return false
      return failure('BOOLEAN')
    }
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT': {
      const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim())
      if (match === null || (match[2] === '' && (match[3] ?? '') === '')) return failure(to.kind)
      const magnitude = BigInt(match[2] || '0')
      const whole = match[1] === '-' ? -magnitude : magnitude
      const bits = { TINYINT: 8, SMALLINT: 16, INT: 32, BIGINT: 64 }[to.kind]
      if (BigInt.asIntN(bits, whole) !== whole) return failure(`${to.kind}: it is out of range`)
      return to.kind === 'BIGINT' ? whole : Number(whole)
    }
    case 'FLOAT':
    case 'DOUBLE': {
      const value = parseDouble(text)
      if (value === null) return failure(to.kind)
      return to.kind === 'FLOAT' ? Math.fround(value) : value
    }
    case 'DECIMAL': {
      const exact = parseDecimal(text.trim())
      if (exact === null) return failure(printType(withNullable(to, true)))
      const unscaled = rescaleDecimal(exact.unscaled, exact.scale, to.scale)
      return decimalFits(unscaled, to.precision) ? unscaled : null
    }
    case 'DATE': {
      return dateOfText(text) ?? failure('DATE')
    }
    case 'TIME': {
      const ms = timeOfText(text)
      // TIME is of whole seconds.
      return ms === null ? failure('TIME') : Math.trunc(ms / 1000) * 1000
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const parsed = /[TZz]|[+-]\d{2}:?\d{2}$/.test(text.slice(8)) ? null : parseTimestamp(text)
      if (parsed === null) return failure(to.kind)
      const ms = cutTo(parsed.ms, to.precision)
      return to.kind === 'TIMESTAMP' ? ms : instantOf(ms, timeZone)
    }
    case 'BYTES':
      return utf8Bytes(text)
    default:
      return failure(printType(to))
  }
}

/** UTF-8 by hand: the encoders of the platform are not part of the language. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes: number[] = []
  for (const char of text) {
    const point = char.codePointAt(0)!
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f))
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f))
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f))
  }
  return Uint8Array.from(bytes)
}

/** What is no UTF-8 becomes U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  let text = ''
  let i = 0
  while (i < bytes.length) {
    const first = bytes[i]!
    const length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0
    let point = length === 1 ? first : first & (0xff >> (length + 1))
    let valid = length > 0 && i + length <= bytes.length
    for (let k = 1; valid && k < length; k++) {
      const next = bytes[i + k]!
      if ((next & 0xc0) === 0x80) point = (point << 6) | (next & 0x3f)
      else valid = false
    }
    if (valid && ((length === 3 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) || (length === 4 && (point < 0x10000 || point > 0x10ffff)))) valid = false
    text += valid ? String.fromCodePoint(point) : '\uFFFD'
    i += valid ? length : 1
  }
  return text
}
