import { describe, expect, it } from 'vitest'
import type { Value } from '../../columnar/column.ts'
import { bigintType, booleanType, decimalType, doubleType, intType, printType, stringType, timestampLtzType, timestampType, type DataType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import { rowTexts, rowText } from '../../columnar/compareRows.ts'
import { openParquet, ParquetReader } from './parquet.ts'
import { openBytes, readAll } from '../testing/openBytes.ts'
import { parquetFile } from './writeParquet.ts'

const nested: DataType = { kind: 'ROW', fields: [{ name: 'a', type: intType }, { name: 'b', type: { kind: 'ARRAY', element: stringType, nullable: true } }], nullable: true }
const schema: Schema = {
  fields: [
    { name: 'b', type: booleanType },
    { name: 'tiny', type: { kind: 'TINYINT', nullable: true } },
    { name: 'small', type: { kind: 'SMALLINT', nullable: true } },
    { name: 'i', type: intType },
    { name: 'n', type: bigintType },
    { name: 'single', type: { kind: 'FLOAT', nullable: true } },
    { name: 'f', type: doubleType },
    { name: 'd9', type: decimalType(9, 2) },
    { name: 'd18', type: decimalType(18, 4) },
    { name: 'd38', type: decimalType(38, 2) },
    { name: 's', type: stringType },
    { name: 'x', type: { kind: 'BYTES', nullable: true } },
    { name: 'day', type: { kind: 'DATE', nullable: true } },
    { name: 'time', type: { kind: 'TIME', nullable: true } },
    { name: 'ts', type: timestampType },
    { name: 'at', type: timestampLtzType },
    { name: 'list', type: { kind: 'ARRAY', element: bigintType, nullable: true } },
    { name: 'map', type: { kind: 'MAP', key: stringType, value: decimalType(20, 0), nullable: true } },
    { name: 'row', type: nested },
    { name: 'rows', type: { kind: 'ARRAY', element: nested, nullable: true } },
  ],
}
const rows: readonly (readonly Value[])[] = [
  [true, -128, 32_767, -5, 9_223_372_036_854_775_807n, 0.5, 0.1, -999_999_999n, 999_999_999_999_999_999n, -(10n ** 38n - 1n), 'ü"', Uint8Array.of(0, 255), 20_484, 43_200_123, 1_769_860_800_123, 1_769_860_800_123, [1n, null, 3n], [['k', 7n], ['l', null]], [7, ['y', null]], [[1, ['z']], null]],
  [false, 127, -32_768, 2_147_483_647, -9_223_372_036_854_775_808n, Number.NaN, -Infinity, 1n, -1n, 10n ** 38n - 1n, '', new Uint8Array(0), -1, 0, -1, 0, [], [], [null, []], []],
  schema.fields.map(() => null),
]

async function readBack(bytes: Uint8Array): Promise<string[]> {
  const problems: string[] = []
  const reader = new ParquetReader({ name: 'result.parquet', file: openBytes(bytes), badRow: (row, reason) => problems.push(`${row}: ${reason}`) }, schema)
  const texts = rowTexts(await readAll(reader, 100))
  expect(problems).toEqual([])
  return texts
}

describe('a Parquet file', () => {
  it('holds every value as it was, and NULL in every type', async () => {
    expect(await readBack(parquetFile(schema, rows))).toEqual(rows.map((row) => rowText(row, schema)))
    expect(await readBack(parquetFile(schema, []))).toEqual([])
  })

  it('says the types that its columns have', async () => {
    const strict: Schema = { fields: [...schema.fields, { name: 'sure', type: { ...bigintType, nullable: false } as DataType }] }
    const known = (await openParquet('result.parquet', openBytes(parquetFile(strict, [])))).schema
    expect(known.fields.map(({ name, type }) => `${name} ${printType(type)}`)).toEqual(strict.fields.map(({ name, type }) => `${name} ${printType(type)}`.replace('MAP<STRING,', 'MAP<STRING NOT NULL,')))
  })

  it('keeps rows over several row groups', async () => {
    const many = Array.from({ length: 250_001 }, (_, i) => [BigInt(i)])
    const counted: Schema = { fields: [{ name: 'n', type: bigintType }] }
    const { metadata } = await openParquet('result.parquet', openBytes(parquetFile(counted, many)))
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([100_000, 100_000, 50_001])
  })
})
