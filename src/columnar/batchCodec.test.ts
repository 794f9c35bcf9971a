import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gatherRows, rowAt, rowKindAt, rowKindTexts, type Batch } from './batch.ts'
import { batchOf } from './batchBuilder.ts'
import { BatchDecoder, BatchEncoder } from './batchCodec.ts'
import type { Dictionary, StringColumn, Value } from './column.ts'
import { sliceBatch } from './concat.ts'
import { bigintType, booleanType, decimalType, doubleType, intType, stringType, timestampType, type DataType } from './dataType.ts'
import type { Schema } from './schema.ts'

const columns: readonly [DataType, fc.Arbitrary<Value>][] = [
  [booleanType, fc.boolean()],
  [intType, fc.integer()],
  [doubleType, fc.double()],
  [timestampType, fc.integer()],
  [bigintType, fc.bigInt({ min: -1000n, max: 1000n })],
  [bigintType, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  [decimalType(10, 2), fc.bigInt({ min: -1000n, max: 1000n })],
  [decimalType(38, 0), fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })],
  [stringType, fc.string({ unit: 'binary', maxLength: 6 })],
  [stringType, fc.constantFrom('', 'a', 'ä', '€')],
  [{ kind: 'BYTES', nullable: true }, fc.uint8Array({ maxLength: 5 })],
  [{ kind: 'ARRAY', element: stringType, nullable: true }, fc.array(fc.option(fc.string({ maxLength: 3 })), { maxLength: 3 })],
  [{ kind: 'MAP', key: stringType, value: bigintType, nullable: true }, fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.bigInt()), { maxLength: 2 })],
]
const schema: Schema = { fields: columns.map(([type], i) => ({ name: `c${i}`, type })) }
const row = fc.record({ values: fc.tuple(...columns.map(([, value]) => fc.option(value, { freq: 4 }))), kind: fc.constantFrom(...rowKindTexts), watermark: fc.integer() })

function throughBytes(encoder: BatchEncoder, decoder: BatchDecoder, batch: Batch, buffer: new (bytes: number) => ArrayBufferLike = ArrayBuffer): Batch {
  const bytes = encoder.prepare(batch)
  const memory = new buffer(bytes + 24)
  encoder.write(memory, 16)
  return decoder.decode(memory, 16, bytes)
}

function content(batch: Batch): unknown {
  return Array.from({ length: batch.rowCount }, (_, i) => [rowKindAt(batch, i), batch.watermarks?.[i] ?? null, rowAt(batch, i)])
}

describe('batches as bytes', () => {
  it('come back as they were, from private and from shared memory, whole, in parts and gathered', () => {
    fc.assert(
      fc.property(fc.array(fc.array(row, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 }), fc.boolean(), fc.boolean(), (batches, kinds, watermarks) => {
        const encoder = new BatchEncoder()
        const decoder = new BatchDecoder(schema)
        for (const rows of batches) {
          const batch: Batch = {
            ...batchOf(schema, rows.map(({ values }) => values), kinds ? rows.map(({ kind }) => kind) : undefined),
            watermarks: watermarks ? Float64Array.from(rows, ({ watermark }) => watermark).sort() : null,
          }
          expect(content(throughBytes(encoder, decoder, batch))).toEqual(content(batch))
          const part = sliceBatch(batch, Math.floor(rows.length / 2), rows.length)
          expect(content(throughBytes(encoder, decoder, part, SharedArrayBuffer))).toEqual(content(part))
          const odd = gatherRows(batch, Int32Array.from(rows.keys()).filter((i) => i % 2 === 1), Math.floor(rows.length / 2))
          expect(content(throughBytes(encoder, decoder, odd))).toEqual(content(odd))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('say still whether they are in order', () => {
    for (const inOrder of [true, false]) expect(throughBytes(new BatchEncoder(), new BatchDecoder(schema), { ...batchOf(schema, []), inOrder }).inOrder).toBe(inOrder)
  })

  it('do not follow the buffer when it is written again', () => {
    const encoder = new BatchEncoder()
    const memory = new SharedArrayBuffer(1000)
    const batch = batchOf({ fields: [{ name: 'v', type: bigintType }] }, [[1n], [2n]])
    const bytes = encoder.prepare(batch)
    encoder.write(memory, 0)
    const read = new BatchDecoder(batch.schema).decode(memory, 0, bytes)
    new Uint8Array(memory).fill(255)
    expect(content(read)).toEqual(content(batch))
  })
})

describe('a shared dictionary', () => {
  const strings: Schema = { fields: [{ name: 's', type: stringType }] }
  const ofCodes = (dictionary: Dictionary, ...codes: number[]): Batch => ({
    schema: strings,
    columns: [{ storage: 'string', codes: Int32Array.from(codes), dictionary, nulls: null }],
    rowCount: codes.length,
    kinds: null,
    watermarks: null,
  })
  const dictionaryOf = (batch: Batch): Dictionary => (batch.columns[0] as StringColumn).dictionary

  it('sends each string once, when a row first uses it', () => {
    const encoder = new BatchEncoder()
    const decoder = new BatchDecoder(strings)
    const dictionary: Dictionary = { values: ['alpha', 'beta', 'never used', ''], distinct: true }
    const first = throughBytes(encoder, decoder, ofCodes(dictionary, 1, 3))
    expect(dictionaryOf(first)).toEqual({ values: ['', 'beta'], distinct: true })
    const second = throughBytes(encoder, decoder, ofCodes(dictionary, 1, 0))
    const bytesKnown = encoder.prepare(ofCodes(dictionary, 0, 1))
    encoder.write(new ArrayBuffer(bytesKnown), 0)
    dictionary.values.push('gamma, rather long for a word')
    const third = throughBytes(encoder, decoder, ofCodes(dictionary, 4, 0, 3))
    expect(dictionaryOf(third)).toBe(dictionaryOf(second))
    expect(content(third)).toEqual(content(ofCodes({ values: ['gamma, rather long for a word', 'alpha', ''], distinct: true }, 0, 1, 2)))
    expect(dictionaryOf(third).values).toEqual(['', 'beta', 'alpha', 'gamma, rather long for a word'])
    expect(encoder.prepare(ofCodes(dictionary, 4, 0, 3)) - bytesKnown).toBe(8)
  })

  it('may be one of many: the longest-held number is given to the next', () => {
    const encoder = new BatchEncoder()
    const decoder = new BatchDecoder(strings)
    const dictionaries = Array.from({ length: 200 }, (_, i) => ({ values: [`d${i}`, `e${i}`], distinct: true }))
    for (let round = 0; round < 3; round++) {
      for (const [i, dictionary] of dictionaries.entries()) {
        expect(content(throughBytes(encoder, decoder, ofCodes(dictionary, 1, 0)))).toEqual([['+I', null, [`e${i}`]], ['+I', null, [`d${i}`]]])
      }
    }
  })
})
