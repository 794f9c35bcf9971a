import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnOf } from '../columnar/batchBuilder.ts'
import { valuesOf } from '../columnar/concat.ts'
import { bigintType, booleanType, decimalType, doubleType, intType, stringType, timestampType, type DataType } from '../columnar/dataType.ts'
import type { Value } from '../columnar/column.ts'
import { jsonTextOf } from '../columnar/valueJson.ts'
import { KeyEncoder } from './keyEncoder.ts'
import { KeyTable } from './keyTable.ts'

const bytesType: DataType = { kind: 'BYTES', nullable: true }
const small = fc.integer({ min: -3, max: 3 })
const valuesByType: readonly [DataType, fc.Arbitrary<Value>][] = [
  [booleanType, fc.boolean()],
  [intType, small],
  [timestampType, fc.integer({ min: -2, max: 2 }).map((n) => n * 1e12)],
  [bigintType, fc.oneof(small.map(BigInt), fc.constantFrom(2n ** 62n, -(2n ** 63n), 2n ** 53n, 2n ** 53n + 1n))],
  [decimalType(38, 2), fc.oneof(small.map(BigInt), fc.constantFrom(10n ** 37n, 10n ** 37n + 1n))],
  [doubleType, fc.constantFrom(0, -0, 0.5, -0.5, Number.NaN, Infinity, -Infinity, 1e300)],
  [stringType, fc.constantFrom('', 'a', 'A', 'null', '-0', 'ß', '0')],
  [bytesType, fc.constantFrom(Uint8Array.of(), Uint8Array.of(1), Uint8Array.of(1, 0))],
]

/** Batches of rows over some key columns. */
const keyed = fc.subarray(valuesByType.map((_, i) => i), { minLength: 0, maxLength: 3 }).chain((chosen) => {
  const row = fc.tuple(...chosen.map((i) => fc.option(valuesByType[i]![1], { freq: 5 })))
  return fc.record({ types: fc.constant(chosen.map((i) => valuesByType[i]![0])), batches: fc.array(fc.array(row, { maxLength: 30 }), { maxLength: 6 }) })
})

describe('key table', () => {
  it('gives equal keys one slot, in order of appearance, whatever batches they come in', () => {
    fc.assert(
      fc.property(keyed, fc.boolean(), ({ types, batches }, shrink) => {
        const encoder = new KeyEncoder(types)
        const table = new KeyTable(types.length, 4)
        const slotOf = new Map<string, number>()
        const seen: (readonly Value[])[] = []
        for (const rows of batches) {
          const columns = types.map((type, i) => columnOf(type, rows.map((row) => row[i]!)))
          const slots = new Int32Array(rows.length)
          table.slotsOf(encoder.encode(columns, rows.length), 0, rows.length, slots)
          rows.forEach((row, i) => {
            const text = row.map((value, k) => jsonTextOf(value, types[k]!)).join(',')
            if (!slotOf.has(text)) {
              slotOf.set(text, slotOf.size)
              seen.push(row)
            }
            expect(slots[i]).toBe(slotOf.get(text))
          })
          const found = new Int32Array(rows.length)
          table.find(encoder.encode(columns, rows.length), 0, rows.length, found)
          expect(found).toEqual(slots)
          if (shrink) encoder.shrink([table])
        }
        expect(table.size).toBe(slotOf.size)
        types.forEach((type, k) => {
          const values = valuesOf(encoder.decode(k, table.keysOf(k), table.size), table.size)
          expect(values.map((value) => jsonTextOf(value, type))).toEqual(seen.map((row) => jsonTextOf(row[k]!, type)))
        })
      }),
    )
  })

  it('knows key 0, keeps NULL apart, and starts anew when cleared', () => {
    const encoder = new KeyEncoder([bigintType])
    const table = new KeyTable(1)
    const slots = new Int32Array(4)
    table.slotsOf(encoder.encode([columnOf(bigintType, [0n, null, 0n, null])], 4), 0, 4, slots)
    expect([...slots]).toEqual([0, 1, 0, 1])
    table.clear()
    expect(table.size).toBe(0)
    table.slotsOf(encoder.encode([columnOf(bigintType, [7n])], 1), 0, 1, slots)
    expect(slots[0]).toBe(0)
  })

  it.each([1, 2, 3])('grows past its first capacity, with %s key columns', (width) => {
    const table = new KeyTable(width, 4)
    const columns = Array.from({ length: width }, (_, column) => Float64Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 2500) * (column + 1) + 2 ** (31 * column)))
    const slots = new Int32Array(5000)
    table.slotsOf(columns, 0, 5000, slots)
    expect(table.size).toBe(2500)
    expect(slots.subarray(2500)).toEqual(slots.subarray(0, 2500))
    const found = new Int32Array(5000)
    table.find(columns, 0, 5000, found)
    expect(found).toEqual(slots)
  })

  it.each([1, 7, 8, 4096, -8])('tells keys apart that are multiples of %s', (step) => {
    const table = new KeyTable(1, 4)
    const keys = Float64Array.from({ length: 3000 }, (_, i) => (i % 1500) * step)
    const slots = new Int32Array(3000)
    table.slotsOf([keys], 0, 3000, slots)
    expect(slots).toEqual(Int32Array.from({ length: 3000 }, (_, i) => i % 1500))
  })

  it.each([1, 2])('says when a range surely has none of its %s keys', (size) => {
    const table = new KeyTable(1)
    table.slotsOf([Float64Array.of(5, 6)], 0, size, new Int32Array(2))
    const found = new Int32Array(3).fill(9)
    const keys = [Float64Array.of(5, 1, 5, 2, 3, 4, 5)]
    expect(table.find(keys, 1, 4, found)).toBe(true)
    expect([...found]).toEqual([-1, 0, -1])
    if (size === 1) expect(table.find(keys, 3, 6, found)).toBe(false)
    else table.find(keys, 3, 6, found)
    expect([...found]).toEqual([-1, -1, -1])
  })

  it('gives slots alike while keys lie together, spread, leave the whole numbers and come after it was cleared', () => {
    const near = fc.integer({ min: -700, max: 3000 })
    const far = fc.constantFrom(1e6, -1e6, 2 ** 31, 2 ** 53 - 1, -(2 ** 53) + 1)
    const odd = fc.constantFrom(-0.5, 0.5, 7.5)
    const run = fc.record({ from: fc.oneof({ arbitrary: near, weight: 6 }, { arbitrary: far, weight: 1 }), count: fc.nat(200), step: fc.constantFrom(1, 1, 1, 2, 5, -1) })
    // In no order: far apart while they are few, close together when they are many.
    const scattered = fc.record({ from: near, count: fc.nat(1500), range: fc.constantFrom(1500, 4000, 20_000) }).map(({ from, count, range }) => Array.from({ length: count }, (_, i) => from + ((i * 7919) % range)))
    const batch: fc.Arbitrary<readonly number[]> = fc.oneof({ arbitrary: run.map(({ from, count, step }) => Array.from({ length: count }, (_, i) => Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, from + i * step)))), weight: 8 }, { arbitrary: scattered, weight: 3 }, { arbitrary: fc.array(odd, { maxLength: 3 }), weight: 1 })
    fc.assert(
      fc.property(fc.array(fc.record({ keys: batch, clear: fc.integer({ min: 0, max: 9 }), within: fc.boolean() }), { maxLength: 30 }), (steps) => {
        const table = new KeyTable(1, 8)
        let slotOf = new Map<number, number>()
        for (const { keys, clear, within } of steps) {
          if (clear === 0) {
            table.clear()
            slotOf = new Map()
          }
          const asked = Float64Array.from([...keys, -3, 12.5, 1e15])
          const found = new Int32Array(asked.length)
          table.find([asked], 0, asked.length, found)
          expect([...found]).toEqual(Array.from(asked, (key) => slotOf.get(key) ?? -1))
          const slots = new Int32Array(keys.length)
          if (within) expect(table.slotsWithin(Float64Array.from(keys), new Float64Array(keys.length), 0, 1, 0, keys.length, slots)).toBe(keys.length)
          else table.slotsOf([Float64Array.from(keys)], 0, keys.length, slots)
          for (const key of keys) if (!slotOf.has(key)) slotOf.set(key, slotOf.size)
          expect([...slots]).toEqual(Array.from(keys, (key: number) => slotOf.get(key)))
          expect(table.size).toBe(slotOf.size)
          expect([...table.keysOf(0).subarray(0, table.size)]).toEqual([...slotOf.keys()])
        }
      }),
    )
  })

  it('stops hashing keys in no order once they lie close together, and goes on so after it was cleared', () => {
    const table = new KeyTable(1)
    const keys = Float64Array.from({ length: 10_000 }, (_, i) => 5000 + ((i * 7919) % 10_000))
    const bytes = [1, 2].map(() => {
      table.clear()
      table.slotsOf([keys], 0, keys.length, new Int32Array(keys.length))
      return table.bytes
    })
    // Dense keys and four bytes a cell; a hash table holds each key beside its cell as well.
    expect(bytes).toEqual([16_384 * 8 + 16_384 * 4, 16_384 * 8 + 16_384 * 4])
  })

  it('needs no more for keys that lie together than a hash table does', () => {
    const bytesOf = (step: number): number => {
      const table = new KeyTable(1)
      table.slotsOf([Float64Array.from({ length: 10_000 }, (_, i) => i * step)], 0, 10_000, new Int32Array(10_000))
      return table.bytes
    }
    expect(bytesOf(1)).toBeLessThan(bytesOf(1000))
    expect(bytesOf(4)).toBeLessThanOrEqual(bytesOf(1000))
  })

  it('forgets interned values that no table holds', () => {
    const encoder = new KeyEncoder([stringType])
    const table = new KeyTable(1)
    const slots = new Int32Array(3)
    table.slotsOf(encoder.encode([columnOf(stringType, ['a', 'b', 'c'])], 3), 0, 3, slots)
    const rest = new KeyTable(1)
    rest.slotsOf(encoder.encode([columnOf(stringType, ['c', null])], 2), 0, 2, slots)
    encoder.shrink([rest])
    expect(encoder.internedCount).toBe(1)
    expect(valuesOf(encoder.decode(0, rest.keysOf(0), rest.size), 2)).toEqual(['c', null])
    rest.slotsOf(encoder.encode([columnOf(stringType, [null, 'c'])], 2), 0, 2, slots)
    expect([slots[0], slots[1]]).toEqual([1, 0])
  })
})
