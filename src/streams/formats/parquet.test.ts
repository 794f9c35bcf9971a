import { openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bigintType, decimalType, doubleType, intType, printType, stringType, timestampType, type DataType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { OpenFile } from '../openFile.ts'
import type { Batch } from '../../columnar/batch.ts'
import { rowTexts } from '../../columnar/compareRows.ts'
import { openBytes, readAll, rowsOf, type BadRowSeen } from '../testing/openBytes.ts'
import { parquetBytes, type WrittenColumn } from '../testing/parquetWriter.ts'
import { openParquet, ParquetReader } from './parquet.ts'
import { unpackZstd } from './zstd.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const fields = (types: Record<string, DataType>): Schema => ({ fields: Object.entries(types).map(([name, type]) => ({ name, type })) })

async function read(content: Uint8Array | OpenFile, wanted: Schema) {
  const bad: BadRowSeen[] = []
  const file = content instanceof Uint8Array ? openBytes(content) : content
  const reader = new ParquetReader({ name: 'data.parquet', file, badRow: (row, reason, cell) => bad.push({ row, reason, text: cell }) }, wanted)
  return { rows: rowsOf(await readAll(reader, 3)), bad, rowsTotal: reader.rowsTotal }
}

const columns: readonly WrittenColumn[] = [
  { name: 'n', type: 2, optional: true, values: [1n, null, 2n ** 63n - 1n, -5n] },
  { name: 'price', type: 7, typeLength: 16, converted: 5, precision: 38, scale: 2, values: [1n, -1n, 10n ** 37n, -(10n ** 37n)].map(bigEndian) },
  { name: 'at', type: 2, converted: 10, values: [1_769_860_800_123_999n, -1n, 0n, 1000n] },
  { name: 'day', type: 1, converted: 6, values: [0, 20_484, -1, 1] },
  { name: 'name', type: 6, converted: 0, optional: true, values: [text('é'), null, text(''), text('x')] },
  { name: 'raw', type: 6, values: [text('é'), text('a'), text('b'), text('c')] },
  { name: 'ok', type: 0, values: [1, 0, 1, 1] },
  { name: 'f', type: 5, values: [0.5, -1, Number.NaN, Infinity] },
]

function bigEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, i) => Number((BigInt.asUintN(128, value) >> BigInt((15 - i) * 8)) & 255n))
}

/** One raw block in a frame that says its size (RFC 8878, 3.1.1). */
function zstdFrame(content: Uint8Array, claimed: number): Uint8Array {
  const frame = new DataView(new ArrayBuffer(12 + content.length))
  frame.setUint32(0, 0xfd2fb528, true)
  frame.setUint8(4, 0xa0)
  frame.setUint32(5, claimed, true)
  const block = 1 | (content.length << 3)
  frame.setUint16(9, block & 0xffff, true)
  frame.setUint8(11, block >> 16)
  const bytes = new Uint8Array(frame.buffer)
  bytes.set(content, 12)
  return bytes
}

describe('parquet', () => {
  it('knows its columns and their types', async () => {
    const { schema } = await openParquet('data.parquet', openBytes(parquetBytes([columns])))
    expect(schema.fields.map(({ name, type }) => `${name} ${printType(type)}`)).toEqual([
      'n BIGINT',
      'price DECIMAL(38, 2) NOT NULL',
      'at TIMESTAMP(3) NOT NULL',
      'day DATE NOT NULL',
      'name STRING',
      'raw BYTES NOT NULL',
      'ok BOOLEAN NOT NULL',
      'f DOUBLE NOT NULL',
    ])
  })

  it('reads the wanted columns over row groups without losing a digit', async () => {
    const wanted = fields({ name: stringType, n: bigintType, price: decimalType(38, 2), at: timestampType, day: { kind: 'DATE', nullable: true }, ok: { kind: 'BOOLEAN', nullable: true }, f: doubleType })
    const { rows, bad, rowsTotal } = await read(parquetBytes([columns, columns]), wanted)
    const once = [
      ['é', 1n, 1n, 1_769_860_800_123, 0, true, 0.5],
      [null, null, -1n, -1, 20_484, false, -1],
      ['', 2n ** 63n - 1n, 10n ** 37n, 0, -1, true, Number.NaN],
      ['x', -5n, -(10n ** 37n), 1, 1, true, Infinity],
    ]
    expect(rows).toEqual([...once, ...once])
    expect([bad, rowsTotal]).toEqual([[], 8])
  })

  it('reads a column as another type when its values fit', async () => {
    const { rows, bad } = await read(parquetBytes([columns]), fields({ n: { kind: 'TINYINT', nullable: true }, price: doubleType, day: stringType }))
    expect(rows).toEqual([[1, 0.01, '1970-01-01'], [null, -0.01, '2026-01-31'], [-5, -1e35, '1970-01-02']])
    expect(bad).toEqual([{ row: 3, reason: 'n: 9223372036854775807 is outside the range of TINYINT.', text: 'n = 9223372036854775807, price = 100000000000000000000000000000000000.00, day = 1969-12-31' }])
    await expect(read(parquetBytes([columns]), fields({ ok: intType }))).rejects.toThrow('data.parquet holds BOOLEAN NOT NULL in "ok", which cannot be read as INT')
    await expect(read(parquetBytes([columns]), fields({ okay: intType }))).rejects.toThrow('data.parquet has no column "okay". It has n, price')
  })

  it('unpacks gzip pages', async () => {
    const zipped = { ...columns[5]!, packed: gzipSync, claims: { codec: 2 } }
    expect((await read(parquetBytes([[zipped]]), fields({ raw: { kind: 'BYTES', nullable: true } }))).rows).toHaveLength(4)
  })

  it('unpacks ZSTD pages, and refuses one that holds more or less than it claims', async () => {
    const packed = (claimed: (length: number) => number) => ({ ...columns[5]!, packed: (page: Uint8Array) => zstdFrame(page, claimed(page.length)), claims: { codec: 6 } })
    const wanted = fields({ raw: { kind: 'BYTES', nullable: true } })
    expect((await read(parquetBytes([[packed((length) => length)]]), wanted)).rows).toEqual([['é'], ['a'], ['b'], ['c']].map(([each]) => [text(each!)]))
    const more = { ...packed((length) => length), claims: { codec: 6, pageBytes: 9 } }
    await expect(read(parquetBytes([[more]]), wanted)).rejects.toThrow('a ZSTD frame unpacks to more than 9 bytes')
    const less = { ...packed((length) => length), claims: { codec: 6, pageBytes: 999 } }
    await expect(read(parquetBytes([[less]]), wanted)).rejects.toThrow('its page claims 999')
    const cut = { ...columns[5]!, packed: (page: Uint8Array) => zstdFrame(page, page.length).subarray(0, -3), claims: { codec: 6 } }
    await expect(read(parquetBytes([[cut]]), wanted)).rejects.toThrow('cannot be read as Parquet')
  })

  it('unpacks what the zstd program packs', () => {
    const packed = Uint8Array.from(atob('KLUv/QRotQAAeHRyaXAsem9uZSxmYXJlCgEARqSadS96PJI='), (character) => character.charCodeAt(0))
    expect(new TextDecoder().decode(unpackZstd(packed, 600))).toBe('trip,zone,fare\n'.repeat(40))
    expect(() => unpackZstd(packed, 599)).toThrow('more than 599 bytes')
  })

  it('knows the footer of a file of three million rows without reading the rows', async () => {
    const path = join(import.meta.dirname, '../../../node_modules/vega-datasets/data/flights-3m.parquet')
    const handle = openSync(path, 'r')
    let bytesRead = 0
    const file: OpenFile = {
      size: statSync(path).size,
      read: async (start, end) => {
        const bytes = new Uint8Array(end - start)
        readSync(handle, bytes, 0, end - start, start)
        bytesRead += end - start
        return bytes
      },
    }
    const { schema, metadata } = await openParquet('flights-3m.parquet', file)
    expect(Number(metadata.num_rows)).toBe(3_000_000)
    expect(schema.fields.map(({ name, type }) => `${name} ${printType(type)}`)).toEqual(['date TIMESTAMP(3)', 'delay BIGINT', 'distance BIGINT', 'origin STRING', 'destination STRING'])
    expect(bytesRead).toBeLessThan(600_000)
    // Written by another program, packed with ZSTD, and with the extremes of each page in its header.
    const reader = new ParquetReader({ name: 'flights-3m.parquet', file, badRow: () => {} }, schema)
    await reader.open()
    expect(rowTexts([reader.next(2) as Batch])).toEqual([
      '{"date":"2001-01-01 00:01:00.000","delay":33,"distance":2176,"origin":"LAS","destination":"PHL"}',
      '{"date":"2001-01-01 00:01:00.000","delay":19,"distance":215,"origin":"ATL","destination":"SAV"}',
    ])
  })

  it('reads windows of large row groups in order', async () => {
    const values = Array.from({ length: 5000 }, (_, i) => i)
    const { rows } = await read(parquetBytes([[{ name: 'n', type: 1, values }], [{ name: 'n', type: 1, values }]]), fields({ n: intType }))
    expect(rows.map(([value]) => value)).toEqual([...values, ...values])
  })

  const n: WrittenColumn = { name: 'n', type: 1, values: [1, 2, 3] }
  it.each<[string, Uint8Array, RegExp]>([
    ['something else', text('not a parquet file at all'), /does not end with "PAR1"/],
    ['almost nothing', text('PAR1'), /it has only 4 bytes/],
    ['a cut-off file', parquetBytes([[n]]).slice(0, -20), /does not end with "PAR1"/],
    ['a footer longer than the file', Uint8Array.from([...text('PAR1'), 0, 0, 0, 0, 255, 255, 255, 0, ...text('PAR1')]), /its footer claims 16777215 bytes/],
    ['more rows than its groups hold', parquetBytes([[n]], { rows: 1_000_000_000 }), /row groups hold 3 rows, the footer says 1000000000/],
    ['a negative number of rows', parquetBytes([[n]], { groupRows: -3 }), /negative number of rows/],
    ['a page that claims gigabytes', parquetBytes([[{ ...n, claims: { pageBytes: 2_000_000_000 } }]]), /a page unpacks to 1,908 MB; at most 64 MB/],
    ['a page that claims billions of values', parquetBytes([[{ ...n, claims: { pageValues: 2_000_000_000, chunkValues: 2_000_000_000 } }]]), /a page holds 2,000,000,000 values/],
    ['pages that hold fewer values than the footer says', parquetBytes([[{ ...n, claims: { chunkValues: 5 } }]]), /hold 3 values, the footer says 5/],
    ['a column outside of the file', parquetBytes([[{ ...n, claims: { offset: 1_000_000 } }]]), /lies outside of the file/],
    ['a codec that is not read', parquetBytes([[{ ...n, claims: { codec: 4 } }]]), /packed with BROTLI, which is not read/],
  ])('refuses %s', async (_, bytes, expected) => {
    await expect(read(bytes, fields({ n: intType }))).rejects.toThrow(expected)
  })

  it('gives rows or a sentence for any damage to a file', async () => {
    const sound = parquetBytes([columns.map((column) => ({ ...column, values: column.values.slice(0, 3) }))])
    const wanted = fields({ n: bigintType, price: decimalType(38, 2), name: stringType, f: doubleType })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (changes) => {
        const damaged = sound.slice()
        for (const [at, value] of changes) damaged[at] = value
        try {
          const { rows } = await read(damaged, wanted)
          expect(rows.length).toBeLessThanOrEqual(1000)
        } catch (error) {
          expect(String(error)).toMatch(/data\.parquet (cannot be read as Parquet: .*(write it again|may be)|has no column|holds |is packed)/s)
        }
      }),
      { numRuns: 400 },
    )
  })
})
