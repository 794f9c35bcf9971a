import type { Value } from '../../columnar/column.ts'
import { stringLengthMax, type DataType } from '../../columnar/dataType.ts'
import type { Json } from '../../columnar/json.ts'
import { cutToPrecision, NotOfType, valueOfJson } from '../../columnar/valueJson.ts'
import { daysInMonth, daysOfDate } from '../../columnar/valueText.ts'
import { valueOfText } from './csvValue.ts'

/**
 * The usual forms of the usual types, read without regular expressions, BigInts or objects: files are mostly made of them. Everything else, and
 * everything that is wrong, goes to `valueOfText` and `valueOfJson`, which know all forms and the reasons; a property holds the two ways equal.
 * BIGINT and DECIMAL values that are safe as numbers are given as numbers, as the batch builder takes them.
 */
export type ReadText = (text: string) => Value | NotOfType
export type ReadJson = (json: Json | undefined) => Value | NotOfType

export function textReader(type: DataType): ReadText {
  switch (type.kind) {
    case 'VARCHAR':
      return type.length === stringLengthMax ? (text) => text : (text) => valueOfText(text, type)
    case 'BOOLEAN':
      return (text) => (text === 'true' ? true : text === 'false' ? false : valueOfText(text, type))
    case 'INT':
    case 'BIGINT': {
      const limit = type.kind === 'INT' ? 2_147_483_648 : Number.MAX_SAFE_INTEGER
      return (text) => {
        const value = wholeNumber(text)
        return value < limit && value > -limit ? value : valueOfText(text, type)
      }
    }
    case 'DOUBLE':
      return (text) => (isPlainNumber(text) ? Number(text) : valueOfText(text, type))
    case 'DECIMAL': {
      const { scale } = type
      const limit = Math.min(10 ** type.precision, 1e15)
      return (text) => {
        const value = unscaled(text, scale)
        return value < limit && value > -limit ? value : valueOfText(text, type)
      }
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const { precision } = type
      const days = new DayMemory()
      return (text) => {
        const ms = days.timestamp(text)
        return ms === ms ? cutToPrecision(ms, precision) : valueOfText(text, type)
      }
    }
    default:
      return (text) => valueOfText(text, type)
  }
}

export function jsonReader(type: DataType): ReadJson {
  switch (type.kind) {
    case 'VARCHAR':
      return type.length === stringLengthMax ? (json) => (typeof json === 'string' ? json : valueOfJson(json, type)) : (json) => valueOfJson(json, type)
    case 'BIGINT':
      return (json) => (typeof json === 'number' && Number.isSafeInteger(json) ? json : valueOfJson(json, type))
    case 'DOUBLE':
      return (json) => (typeof json === 'number' ? json : valueOfJson(json, type))
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const { precision } = type
      const days = new DayMemory()
      return (json) => {
        if (typeof json !== 'string') return valueOfJson(json, type)
        const ms = days.timestamp(json)
        return ms === ms ? cutToPrecision(ms, precision) : valueOfJson(json, type)
      }
    }
    default:
      return (json) => valueOfJson(json, type)
  }
}

/** Digits with an optional minus, at most fifteen; NaN for anything else. */
function wholeNumber(text: string): number {
  const length = text.length
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0
  if (length === start || length - start > 15) return Number.NaN
  let value = 0
  for (let i = start; i < length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return start === 1 ? (value === 0 ? 0 : -value) : value
}

/** `-12.5` at a scale, when its digits fit it and are few; NaN for anything else. */
function unscaled(text: string, scale: number): number {
  const length = text.length
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0
  if (length === start || length + scale > 15) return Number.NaN
  let value = 0
  let decimals = -1
  for (let i = start; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x2e && decimals < 0 && i > start && i < length - 1) decimals = 0
    else {
      const digit = code - 48
      if (digit < 0 || digit > 9) return Number.NaN
      value = value * 10 + digit
      if (decimals >= 0) decimals++
    }
  }
  const missing = scale - Math.max(0, decimals)
  if (missing < 0) return Number.NaN
  for (let i = 0; i < missing; i++) value *= 10
  return start === 1 ? (value === 0 ? 0 : -value) : value
}

/** Digits, at most one point between digits, an optional minus: what `Number` reads as everyone does. */
function isPlainNumber(text: string): boolean {
  const length = text.length
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0
  if (length === start) return false
  let points = 0
  for (let i = start; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x2e) {
      if (++points > 1 || i === start || i === length - 1) return false
    } else if (code < 48 || code > 57) return false
  }
  return true
}

/** `2026-01-31 12:00:00`, with `T`, up to three decimals and `Z`; neighbouring rows mostly share the day, so the last one is remembered. */
class DayMemory {
  #text = ''
  #startMs = 0

  timestamp(text: string): number {
    const length = text.length
    if (length < 19) return Number.NaN
    const separator = text.charCodeAt(10)
    if ((separator !== 0x20 && separator !== 0x54) || text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return Number.NaN
    const hour = twoDigits(text, 11)
    const minute = twoDigits(text, 14)
    const second = twoDigits(text, 17)
    // Comparisons with NaN are false, so this also refuses what is no digit.
    if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN
    let millis = 0
    let at = 19
    if (text.charCodeAt(at) === 0x2e) {
      let unit = 100
      for (at = 20; at < length; at++) {
        const digit = text.charCodeAt(at) - 48
        if (digit < 0 || digit > 9) break
        if (at > 22) return Number.NaN
        millis += digit * unit
        unit /= 10
      }
      if (at === 20) return Number.NaN
    }
    if (at < length && !(at === length - 1 && text.charCodeAt(at) === 0x5a)) return Number.NaN
    if (!text.startsWith(this.#text) || this.#text === '') {
      const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
      const month = twoDigits(text, 5)
      const day = twoDigits(text, 8)
      if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d || !(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return Number.NaN
      this.#text = text.slice(0, 10)
      this.#startMs = daysOfDate(year, month, day) * 86_400_000
    }
    return this.#startMs + ((hour * 60 + minute) * 60 + second) * 1000 + millis
  }
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
