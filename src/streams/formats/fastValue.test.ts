import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Value } from '../../columnar/column.ts'
import { bigintType, booleanType, decimalType, doubleType, intType, stringType, timestampLtzType, timestampType, type DataType } from '../../columnar/dataType.ts'
import { readJson } from '../../columnar/jsonText.ts'
import { NotOfType, valueOfJson } from '../../columnar/valueJson.ts'
import { valueOfText } from './csvValue.ts'
import { jsonReader, textReader } from './fastValue.ts'

const types: DataType[] = [intType, bigintType, doubleType, decimalType(8, 2), decimalType(38, 0), decimalType(3, 3), stringType, booleanType, timestampType, timestampLtzType, { kind: 'TIMESTAMP', precision: 1, nullable: true }]

/** Numbers for BIGINT and DECIMAL are the same values as bigints. */
function plain(value: Value | NotOfType, type: DataType): unknown {
  if (value instanceof NotOfType) return { reason: value.reason }
  return (type.kind === 'BIGINT' || type.kind === 'DECIMAL') && value !== null ? BigInt(value as number | bigint) : value
}

const digits = fc.stringMatching(/^-?[0-9]{0,18}(\.[0-9]{0,6})?([eE][+-]?[0-9]{1,2})?$/)
const time = fc.stringMatching(/^[0-9]{4}-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{0,5})?(Z|z|\+01:00)?$/)
const text = fc.oneof(digits, time, fc.string(), fc.constantFrom('', '-', '.', '-.', '0', '-0', '-0.0', '1.', '.5', '+1', ' 1', 'true', 'NaN', '2147483648', '-2147483648', '2026-02-29 00:00:00', '2024-02-29T23:59:59.999Z', '0000-01-01 00:00:00', '2026-01-31 12:00:00.'))

describe('fast values', () => {
  it('are those of the careful readers of text', () => {
    const readers = types.map((type) => ({ type, read: textReader(type) }))
    fc.assert(
      fc.property(fc.constantFrom(...readers), text, ({ type, read }, given) => {
        expect(plain(read(given), type)).toEqual(plain(valueOfText(given, type), type))
      }),
      { numRuns: 3000 },
    )
  })

  it('are those of the careful reader of JSON', () => {
    const readers = types.map((type) => ({ type, read: jsonReader(type) }))
    const json = fc.oneof(text.map((given) => JSON.stringify(given)), digits, fc.json())
    fc.assert(
      fc.property(fc.constantFrom(...readers), json, ({ type, read }, given) => {
        const result = readJson(given, { duplicateKeys: 'last' })
        if (result.kind === 'error') return
        expect(plain(read(result.value), type)).toEqual(plain(valueOfJson(result.value, type), type))
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps a NULL out of a NOT NULL column', () => {
    expect(jsonReader({ ...bigintType, nullable: false } as DataType)(null)).toBeInstanceOf(NotOfType)
  })
})
