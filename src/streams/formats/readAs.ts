import type { Value } from '../../columnar/column.ts'
import { isCharacter, isNumeric, isTimestamp, printType, sameType, type DataType } from '../../columnar/dataType.ts'
import { cellText } from '../../columnar/batchText.ts'
import { ExactNumber } from '../../columnar/json.ts'
import { cutToPrecision, NotOfType, valueOfJson } from '../../columnar/valueJson.ts'
import { decimalText } from '../../columnar/valueText.ts'
import { valueOfText } from './csvValue.ts'

/**
 * A value that a typed file holds as one type, read as the type that the source declares: numbers as other numbers when they fit, texts as
 * anything that they spell, anything as text. Null says that the two types have nothing to do with each other.
 */
export type ReadAs = (value: Value) => Value | NotOfType

export function readAs(from: DataType, to: DataType): ReadAs | null {
  const convert = conversion(from, to)
  if (convert === null) return null
  return (value) => {
    if (value === null) return to.nullable ? null : new NotOfType(`${printType(to)} must not be NULL`)
    return convert(value)
  }
}

function conversion(from: DataType, to: DataType): ReadAs | null {
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return listOf(from.element, to.element)
  if (from.kind === 'ROW' && to.kind === 'ROW') return rowOf(from, to)
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    const key = readAs(from.key, to.key)
    const value = readAs(from.value, to.value)
    if (key === null || value === null) return null
    return (pairs) => all(pairs as readonly Value[], (pair) => all(pair as readonly Value[], (item, i) => (i === 0 ? key(item) : value(item))))
  }
  if (sameType(from, to)) return (value) => value
  if (isTimestamp(from) && isTimestamp(to)) return (value) => cutToPrecision(value as number, (to as { readonly precision: number }).precision)
  if (isNumeric(from) && isNumeric(to)) return (value) => valueOfJson(exactNumber(value, from), to)
  if (isCharacter(from)) return (value) => (isCharacter(to) ? valueOfJson(value as string, to) : valueOfText(value as string, to))
  if (isCharacter(to) && from.kind !== 'BYTES') return (value) => valueOfJson(cellText(value, from), to)
  return null
}

function exactNumber(value: Value, type: DataType): number | ExactNumber | string {
  if (type.kind === 'DECIMAL') return new ExactNumber(decimalText(value as bigint, type.scale))
  if (typeof value === 'bigint') return new ExactNumber(value.toString())
  const number = value as number
  return Number.isFinite(number) ? number : String(number)
}

function listOf(from: DataType, to: DataType): ReadAs | null {
  const element = readAs(from, to)
  return element === null ? null : (value) => all(value as readonly Value[], (item) => element(item))
}

function rowOf(from: DataType & { kind: 'ROW' }, to: DataType & { kind: 'ROW' }): ReadAs | null {
  const parts = to.fields.map((field) => {
    const at = from.fields.findIndex((candidate) => candidate.name === field.name)
    return { at, read: at < 0 ? null : readAs(from.fields[at]!.type, field.type) }
  })
  // A field that the file does not have is NULL; one of an unrelated type is no match.
  if (parts.some(({ at, read }) => at >= 0 && read === null)) return null
  return (value) => all(parts, ({ at, read }) => (read === null ? null : read((value as readonly Value[])[at]!)))
}

function all<T>(items: readonly T[], read: (item: T, i: number) => Value | NotOfType): Value | NotOfType {
  const values: Value[] = []
  for (const [i, item] of items.entries()) {
    const value = read(item, i)
    if (value instanceof NotOfType) return value
    values.push(value)
  }
  return values
}
