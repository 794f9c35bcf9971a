import { describe, expect, it } from 'vitest'
import type { Value } from '../../columnar/column.ts'
import { bigintType, booleanType, decimalType, doubleType, intType, stringType, timestampLtzType, timestampType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import { rowTexts, rowText } from '../../columnar/compareRows.ts'
import { openBytes, readAll } from '../testing/openBytes.ts'
import { ArrowReader } from './arrow.ts'
import { arrowFile } from './writeArrow.ts'

const schema: Schema = {
  fields: [
    { name: 'b', type: booleanType },
    { name: 'i', type: intType },
    { name: 'n', type: bigintType },
    { name: 'f', type: doubleType },
    { name: 'd', type: decimalType(38, 2) },
    { name: 's', type: stringType },
    { name: 'x', type: { kind: 'BYTES', nullable: true } },
    { name: 'day', type: { kind: 'DATE', nullable: true } },
    { name: 'time', type: { kind: 'TIME', nullable: true } },
    { name: 'ts', type: timestampType },
    { name: 'at', type: timestampLtzType },
    { name: 'list', type: { kind: 'ARRAY', element: bigintType, nullable: true } },
    { name: 'row', type: { kind: 'ROW', fields: [{ name: 'a', type: intType }, { name: 'b', type: stringType }], nullable: true } },
  ],
}

async function readBack(bytes: Uint8Array): Promise<string[]> {
  const problems: string[] = []
  const reader = new ArrowReader({ name: 'result.arrow', file: openBytes(bytes), badRow: (row, reason) => problems.push(`${row}: ${reason}`) }, schema)
  const texts = rowTexts(await readAll(reader, 100))
  expect(problems).toEqual([])
  return texts
}

describe('an Arrow file', () => {
  it('holds every value as it was, and NULL in every type', async () => {
    const rows: Value[][] = [
      [true, -5, 9_223_372_036_854_775_807n, 0.1, -12_345_678_901_234_567_890n, 'ü"', Uint8Array.of(0, 255), 20_484, 43_200_123, 1_769_860_800_123, 1_769_860_800_123, [1n, null, 3n], [7, null]],
      [false, 5, -9_223_372_036_854_775_808n, -0.5, 99n, '', new Uint8Array(0), -1, 0, -1, 0, [], [null, 'x']],
      schema.fields.map(() => null),
    ]
    expect(await readBack(arrowFile(schema, rows))).toEqual(rows.map((row) => rowText(row, schema)))
    expect(await readBack(arrowFile(schema, []))).toEqual([])
  })
})
