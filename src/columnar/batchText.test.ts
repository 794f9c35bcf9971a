import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from './batchBuilder.ts'
import { parseBatch, printBatch } from './batchText.ts'
import { concatBatches, sliceBatch } from './concat.ts'
import { diffRows, finalRows, changesOf, rowTexts } from './compareRows.ts'
import { bigintType, booleanType, decimalType, doubleType, stringType, timestampType, type DataType } from './dataType.ts'
import { ExactNumber, type Json } from './json.ts'
import type { Schema } from './schema.ts'
import type { Value } from './column.ts'
import { jsonTextOf, NotOfType, valueOfJson } from './valueJson.ts'
import { dateOfDays, dateText, daysOfDate, decimalText, parseDate, parseDecimal, parseTimestamp, rescaleDecimal, timestampText } from './valueText.ts'

const schema: Schema = {
  fields: [
    { name: 'ts', type: timestampType, time: 'event' },
    { name: 'key', type: stringType },
    { name: 'v', type: bigintType },
  ],
}

describe('batch text', () => {
  it('reads a table with comments, nulls and kinds', () => {
    const batch = parseBatch(
      schema,
      `
      op | ts                      | key | v
      +I | 2026-01-31 12:00:01.000 | A   | 9223372036854775807
      -U | 1000                    | "x|"| 1`.replace('"x|"', 'null') + '   -- a comment\n',
    )
    expect(printBatch(batch)).toBe(
      ['op | ts                      | key  | v', '+I | 2026-01-31 12:00:01.000 | A    | 9223372036854775807', '-U | 1970-01-01 00:00:01.000 | null | 1'].join('\n'),
    )
  })

  it('prints what it reads', () => {
    const rows = fc.array(
      fc.tuple(fc.option(fc.integer({ min: -8e12, max: 8e12 })), fc.option(fc.string()), fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(rows, (values) => {
        const batch = batchOf(schema, values.map((row) => row.map((cell) => (typeof cell === 'string' ? cell.replaceAll(/[|\n\r]/g, '/').replaceAll('--', '-') : cell))))
        expect(rowTexts([parseBatch(schema, printBatch(batch))])).toEqual(rowTexts([batch]))
      }),
    )
  })

  it('slices and joins without loss', () => {
    const batch = parseBatch(schema, 'ts | key | v\n1 | a | 1\n2 | b | 99999999999999999999'.replace('99999999999999999999', '9007199254740993') + '\n3 | null | 3')
    const parts = [sliceBatch(batch, 0, 1), sliceBatch(batch, 1, 3)]
    expect(rowTexts([concatBatches(parts)!])).toEqual(rowTexts([batch]))
  })
})

describe('rows compared', () => {
  it('as a multiset, telling what is missing and what is extra', () => {
    expect(diffRows(['a', 'a', 'b'], ['a', 'c', 'b'])).toEqual({ missing: ['a'], extra: ['c'] })
  })
  it('as the table left by the changes', () => {
    const batch = batchOf(schema, [[1, 'a', 1n], [1, 'a', 1n], [2, 'a', 2n], [3, 'b', 3n]], ['+I', '-U', '+U', '+I'])
    expect(finalRows(changesOf([batch]), schema, null)).toEqual([[2, 'a', 2n], [3, 'b', 3n]])
    expect(finalRows(changesOf([batch]), schema, [1])).toEqual([[2, 'a', 2n], [3, 'b', 3n]])
  })
})

describe('value text', () => {
  it('agrees with the calendar of the language over the years 1 to 9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (days) => {
        const text = new Date(days * 86_400_000).toISOString().slice(0, 10)
        expect(dateText(days)).toBe(text)
        expect(parseDate(text)).toBe(days)
        const { year, month, day } = dateOfDays(days)
        expect(daysOfDate(year, month, day)).toBe(days)
      }),
    )
  })
  it.each([
    ['2026-01-31 12:00:00.123', Date.UTC(2026, 0, 31, 12, 0, 0, 123), false],
    ['2026-01-31T12:00:00Z', Date.UTC(2026, 0, 31, 12), false],
    ['2026-01-31T12:00:00+01:00', Date.UTC(2026, 0, 31, 11), false],
    ['2026-01-31', Date.UTC(2026, 0, 31), false],
    ['1969-12-31 23:59:59.999', -1, false],
    ['2026-01-31 12:00:00.1239', Date.UTC(2026, 0, 31, 12, 0, 0, 123), true],
  ])('reads %s', (text, ms, cut) => {
    expect(parseTimestamp(text)).toMatchObject({ ms, cut })
  })
  it.each(['2026-02-30 00:00:00', '2026-01-31 24:00:00', 'yesterday', '2026-1', ''])('refuses %s', (text) => {
    expect(parseTimestamp(text)).toBeNull()
  })
  it('prints a timestamp with exactly its digits', () => {
    expect([0, 1, 2, 3].map((precision) => timestampText(-1, precision))).toEqual([
      '1969-12-31 23:59:59',
      '1969-12-31 23:59:59.9',
      '1969-12-31 23:59:59.99',
      '1969-12-31 23:59:59.999',
    ])
  })
  it.each<[number, string]>([
    [1.5, '1970-01-01 00:00:00.001'],
    [59_999.999_9, '1970-01-01 00:00:59.999'],
    [-0.25, '1969-12-31 23:59:59.999'],
    [-1e-12, '1969-12-31 23:59:59.999'],
    [Date.UTC(2026, 0, 31, 12) + 0.062_5, '2026-01-31 12:00:00.000'],
  ])('cuts what lies below a millisecond: %s', (ms, text) => {
    expect(timestampText(ms)).toBe(text)
    expect(timestampText(ms, 0)).toBe(text.slice(0, 19))
  })
  it('reads, rounds and prints decimals exactly', () => {
    expect(parseDecimal('-12.30')).toEqual({ unscaled: -1230n, scale: 2 })
    expect(parseDecimal('1e3')).toEqual({ unscaled: 1000n, scale: 0 })
    expect(parseDecimal('.')).toBeNull()
    expect(rescaleDecimal(-125n, 2, 1)).toBe(-13n)
    expect(rescaleDecimal(124n, 2, 1)).toBe(12n)
    expect(decimalText(-5n, 3)).toBe('-0.005')
  })
})

describe('value JSON', () => {
  const types: readonly [DataType, fc.Arbitrary<Value>][] = [
    [booleanType, fc.boolean()],
    [bigintType, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
    [doubleType, fc.double()],
    [decimalType(38, 10), fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })],
    [stringType, fc.string({ unit: 'binary' })],
    [timestampType, fc.integer({ min: -6e13, max: 2e14 })],
    [{ kind: 'ARRAY', element: bigintType, nullable: true }, fc.array(fc.option(fc.bigInt({ min: -5n, max: 5n })))],
    [{ kind: 'BYTES', nullable: true }, fc.uint8Array()],
  ]
  it.each(types)('reads back what it writes: %j', (type, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        const text = jsonTextOf(value, type)
        expect(valueOfJson(reread(text), type)).toEqual(value)
      }),
    )
  })
  it('says what it expected', () => {
    expect(valueOfJson('x', bigintType)).toEqual(new NotOfType('expected BIGINT, found "x"'))
    expect(valueOfJson(300, { kind: 'TINYINT', nullable: true })).toEqual(new NotOfType('300 is outside the range of TINYINT'))
  })
})

/** JSON with every number kept as text, as the exact reader does for those a double cannot hold. */
function reread(text: string): Json {
  return /^-?\d/.test(text) ? new ExactNumber(text) : (JSON.parse(text) as Json)
}
