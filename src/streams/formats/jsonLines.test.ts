import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { bigintType, booleanType, decimalType, doubleType, stringType, timestampType, type DataType } from '../../columnar/dataType.ts'
import { rowText, rowTexts } from '../../columnar/compareRows.ts'
import { rowAt } from '../../columnar/batch.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { Value } from '../../columnar/column.ts'
import { openBytes, readAll, type BadRowSeen } from '../testing/openBytes.ts'
import { JsonLinesReader } from './jsonLines.ts'

const nested: DataType = { kind: 'ROW', nullable: true, fields: [{ name: 'x', type: { kind: 'ARRAY', element: bigintType, nullable: true } }, { name: 'y z', type: stringType }] }
const schema: Schema = {
  fields: [
    { name: 'b', type: booleanType },
    { name: 'n', type: bigintType },
    { name: 'd', type: decimalType(38, 4) },
    { name: 'f', type: doubleType },
    { name: 's', type: stringType },
    { name: 't', type: timestampType },
    { name: '__proto__', type: nested },
  ],
}

async function read(content: string, options: { changelog?: boolean; pieceBytes?: number; rowsMax?: number } = {}) {
  const bad: BadRowSeen[] = []
  const reader = new JsonLinesReader(
    { name: 'data.jsonl', file: openBytes(content), badRow: (row, reason, text) => bad.push({ row, reason, text }) },
    schema,
    schema.fields.map((field) => field.name),
    options.changelog ?? false,
    options.pieceBytes,
  )
  return { batches: await readAll(reader, options.rowsMax), bad }
}

describe('json lines', () => {
  it('gives back what was written, in pieces and batches of any size', async () => {
    const row = fc.tuple(
      fc.option(fc.boolean()),
      fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      fc.option(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })),
      fc.option(fc.double()),
      fc.option(fc.string({ unit: 'grapheme' })),
      fc.option(fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 })),
      fc.option(fc.tuple(fc.option(fc.array(fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), { maxLength: 3 })), fc.option(fc.string()))),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 4 }), async (rows, pieceBytes, rowsMax) => {
        const batch = batchOf(schema, rows as Value[][])
        const lines = Array.from({ length: batch.rowCount }, (_, i) => rowText(rowAt(batch, i), schema))
        const { batches, bad } = await read(lines.join('\n'), { pieceBytes, rowsMax })
        expect(bad).toEqual([])
        expect(rowTexts(batches)).toEqual(lines)
        expect(batches.every((found) => found.rowCount <= rowsMax)).toBe(true)
      }),
    )
  })

  it('takes missing keys as NULL, ignores unknown ones and takes lists by place', async () => {
    const { batches } = await read('{"n": 1, "other": {"deep": [1]}}\r\n\r\n[true, 2, 1.5, "NaN", "x", "2026-01-31T12:00:00Z", {"x": [1]}]\n')
    expect(rowTexts(batches)).toEqual([
      '{"b":null,"n":1,"d":null,"f":null,"s":null,"t":null,"__proto__":null}',
      '{"b":true,"n":2,"d":1.5000,"f":"NaN","s":"x","t":"2026-01-31 12:00:00.000","__proto__":{"x":[1],"y z":null}}',
    ])
  })

  it('keeps bad rows with number and reason', async () => {
    const { batches, bad } = await read(['{"n": 1}', '{"n": "1.0"}', '{"n": 1', 'null', '[1]', '{"n": 1} {}', `${'['.repeat(100)}`, '{"n": 2}'].join('\n'))
    expect(batches[0]!.rowCount).toBe(2)
    expect(bad.map(({ row, reason }) => `${row}: ${reason}`)).toEqual([
      '2: n: expected BIGINT, found "1.0".',
      expect.stringMatching(/^3: it is not JSON: /),
      '4: a row is an object by column name or a list of values.',
      '5: it has 1 value, expected 7, one for each column.',
      expect.stringMatching(/^6: it is not JSON: /),
      expect.stringMatching(/^7: it is not JSON: More than 64 levels/),
    ])
  })

  // As Flink 2.2.1 and 1.20.3 answer: `SELECT * FROM` a table of the `json` format with `json.ignore-parse-errors`, which makes NULL of what cannot be read.
  it.each([
    ['"12"', '12', '12.0000', '12'],
    ['" -12 "', '-12', '-12.0000', '-12'],
    ['"+5"', '5', '5.0000', '5'],
    ['"12.50"', null, '12.5000', '12.5'],
    ['"1e3"', null, '1000.0000', '1000'],
    ['"12."', null, '12.0000', '12'],
    ['".5"', null, '0.5000', '0.5'],
    ['"1.00005"', null, '1.0001', '1.00005'],
    ['"9007199254740993"', '9007199254740993', '9007199254740993.0000', '9007199254740992'],
    ['"NaN"', null, null, '"NaN"'],
    ['"99999999999999999999"', null, '99999999999999999999.0000', '100000000000000000000'],
    ['""', null, null, null],
    ['"abc"', null, null, null],
    ['"0x1F"', null, null, null],
    ['"1_000"', null, null, null],
  ])('reads numbers written as texts: %s is BIGINT %s, DECIMAL(38, 4) %s, DOUBLE %s, or cannot be read', async (text, bigint, decimal, double) => {
    for (const [column, expected] of [['n', bigint], ['d', decimal], ['f', double]] as const) {
      const { batches, bad } = await read(`{"${column}": ${text}}`)
      expect(batches.flatMap((batch) => rowTexts([batch])).map((row) => new RegExp(`"${column}":([^,]*),`).exec(row)![1])).toEqual(expected === null ? [] : [expected])
      expect(bad).toHaveLength(expected === null ? 1 : 0)
    }
  })

  it('reads TRUE and FALSE as texts, and takes no other text for FALSE', async () => {
    const { batches, bad } = await read('{"b": "true"}\n{"b": " False"}\n{"b": "no"}\n{"n": 12.7}\n')
    expect(rowTexts(batches).map((row) => row.slice(0, 10))).toEqual(['{"b":true,', '{"b":false'])
    expect(bad.map(({ row, reason }) => `${row}: ${reason}`)).toEqual(['3: b: expected BOOLEAN, found "no".', '4: n: expected BIGINT, found 12.7.'])
  })

  it('reads a file that is one list of objects, however it is laid out and cut', async () => {
    const row = fc.record({ n: fc.integer(), s: fc.oneof(fc.string(), fc.constantFrom('],[', '}{', '\\"', '"', '\\')), __proto__: fc.record({ x: fc.array(fc.integer(), { maxLength: 2 }), 'y z': fc.string() }) }, { noNullPrototype: true })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), fc.constantFrom(undefined, 1, 4), fc.integer({ min: 1, max: 40 }), async (rows, indent, pieceBytes) => {
        const lines = await read(rows.map((one) => JSON.stringify(one)).join('\n'))
        const list = await read(JSON.stringify(rows, null, indent), { pieceBytes, rowsMax: 2 })
        expect(rowTexts(list.batches)).toEqual(rowTexts(lines.batches))
        expect(list.bad).toEqual([])
      }),
    )
  })

  it('keeps bad rows of a list by their place, and reads on', async () => {
    const { batches, bad } = await read('[{"n": 1}, {"n": x}, 7, {"n": 2},\n{"n": 3}, {"n": ')
    expect(batches.reduce((total, batch) => total + batch.rowCount, 0)).toBe(3)
    expect(bad.map(({ row }) => row)).toEqual([2, 3, 6])
    expect(await read(' [ ]\n')).toEqual({ batches: [], bad: [] })
    expect(await read('')).toEqual({ batches: [], bad: [] })
  })

  it('reads changes', async () => {
    const { batches, bad } = await read('{"kind":"+I","row":{"n":1}}\n{"kind":"-D","row":{"n":1}}\n{"kind":"?","row":{}}\n{"n":1}\n', { changelog: true })
    expect([...batches[0]!.kinds!]).toEqual([0, 3])
    expect(bad.map(({ row }) => row)).toEqual([3, 4])
  })
})
