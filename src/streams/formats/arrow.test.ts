import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  Bool,
  DateDay,
  Decimal,
  Dictionary,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  RecordBatch,
  Schema as ArrowSchema,
  Struct,
  Table,
  tableToIPC,
  TimestampMicrosecond,
  Utf8,
  vectorFromArray,
  type DataType as ArrowType,
} from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bigintType, decimalType, intType, printType, stringType, timestampType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import { openBytes, readAll, rowsOf, type BadRowSeen } from '../testing/openBytes.ts'
import { ArrowReader, openArrow } from './arrow.ts'

const vectors = {
  n: vectorFromArray([1n, null, 2n ** 63n - 1n], new Int64()),
  at: vectorFromArray([1_769_860_800_123, null, 0], new TimestampMicrosecond()),
  key: vectorFromArray(['a', 'b', 'a'], new Dictionary(new Utf8(), new Int32())),
  ok: vectorFromArray([true, false, null], new Bool()),
  list: vectorFromArray([[1, 2], null, []], new List(new Field('item', new Int32(), true))),
  row: vectorFromArray([{ x: 1.5 }, null, { x: null }], new Struct([new Field('x', new Float64(), true)])),
  day: vectorFromArray([new Date('2026-01-31'), null, new Date(0)], new DateDay()),
  price: vectorFromArray([Uint32Array.from([12_345, 0, 0, 0]), null, Uint32Array.from([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff])], new Decimal(2, 38)),
}
const table = new Table(vectors as never)

async function read(content: Uint8Array, wanted?: Schema) {
  const bad: BadRowSeen[] = []
  const file = openBytes(content)
  const schema = wanted ?? (await openArrow('data.arrow', file)).schema
  const reader = new ArrowReader({ name: 'data.arrow', file, badRow: (row, reason, text) => bad.push({ row, reason, text }) }, schema)
  return { schema, rows: rowsOf(await readAll(reader, 2)), bad }
}

describe('arrow', () => {
  it.each(['file', 'stream'] as const)('reads the %s format, nested values and dictionaries too', async (format) => {
    const { schema, rows } = await read(tableToIPC(table, format))
    expect(schema.fields.map(({ name, type }) => `${name} ${printType(type)}`)).toEqual([
      'n BIGINT',
      'at TIMESTAMP(3)',
      'key STRING',
      'ok BOOLEAN',
      'list ARRAY<INT>',
      'row ROW<x DOUBLE>',
      'day DATE',
      'price DECIMAL(38, 2)',
    ])
    expect(rows).toEqual([
      [1n, 1_769_860_800_123, 'a', true, [1, 2], [1.5], 20_484, 12_345n],
      [null, null, 'b', false, null, null, null, null],
      [2n ** 63n - 1n, 0, 'a', null, [], [null], 0, -1n],
    ])
  })

  it('reads the wanted columns, as the declared types', async () => {
    const wanted: Schema = { fields: [{ name: 'key', type: stringType }, { name: 'n', type: intType }, { name: 'price', type: decimalType(10, 0) }] }
    const { rows, bad } = await read(tableToIPC(table, 'stream'), wanted)
    expect(rows).toEqual([['a', 1, 123n], ['b', null, null]])
    expect(bad).toEqual([{ row: 3, reason: 'n: 9223372036854775807 is outside the range of INT.', text: 'key = a, n = 9223372036854775807, price = -0.01' }])
    await expect(read(tableToIPC(table), { fields: [{ name: 'at', type: bigintType }] })).rejects.toThrow('holds TIMESTAMP(3) in "at", which cannot be read as BIGINT')
  })

  it('reads a file of 200,000 rows', async () => {
    const bytes = readFileSync(join(import.meta.dirname, '../../../node_modules/vega-datasets/data/flights-200k.arrow'))
    const { schema } = await openArrow('flights.arrow', openBytes(bytes))
    const reader = new ArrowReader({ name: 'flights.arrow', file: openBytes(bytes), badRow: () => {} }, { fields: schema.fields.slice(0, 1) })
    expect((await readAll(reader, 4096)).reduce((total, batch) => total + batch.rowCount, 0)).toBeGreaterThan(199_000)
  })

  it.each([
    ['text', new TextEncoder().encode('a,b\n1,2\n')],
    ['nothing', new Uint8Array()],
    ['a cut-off file', tableToIPC(table, 'file').slice(0, 900)],
    ['a file without its end', tableToIPC(table, 'file').slice(0, -10)],
  ])('refuses %s with a sentence', async (_, bytes) => {
    await expect(read(bytes)).rejects.toThrow(/data\.arrow cannot be read as Arrow: .+ It may be damaged/)
  })

  it.each(['file', 'stream'] as const)('gives rows or a sentence, and no flood of memory, for any damage to a %s', async (format) => {
    const wanted: Schema = { fields: [{ name: 'n', type: bigintType }, { name: 'key', type: stringType }, { name: 'at', type: timestampType }] }
    const small = new Table(new ArrowSchema([new Field('n', new Int64() as ArrowType, true), new Field('key', new Utf8(), true), new Field('at', new TimestampMicrosecond(), true)]), [
      new RecordBatch({ n: vectors.n.data[0]!, key: vectorFromArray(['a', null, 'é'], new Utf8()).data[0]!, at: vectors.at.data[0]! } as never),
    ] as never)
    const sound = tableToIPC(small, format)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), async (changes) => {
        const damaged = sound.slice()
        for (const [at, value] of changes) damaged[at] = value
        try {
          await read(damaged, wanted)
        } catch (error) {
          expect(String(error)).toMatch(/data\.arrow (cannot be read as Arrow: |has no column|holds )/)
        }
      }),
      { numRuns: 200 },
    )
  })
})
