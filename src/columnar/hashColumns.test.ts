import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnOf } from './batchBuilder.ts'
import type { Column, Value } from './column.ts'
import { bigintType, booleanType, decimalType, doubleType, intType, stringType, timestampType, type DataType } from './dataType.ts'
import { defaultMaxParallelism, javaLongHash, javaStringHash, keyGroupOf, keyGroupRange, KeyHasher, subtaskOfKeyGroup, toKeyGroups } from './hashColumns.ts'

const m = 128
function keyGroups(types: readonly DataType[], rows: readonly (readonly Value[])[]): number[] {
  const hashes = new Int32Array(rows.length)
  new KeyHasher(types).hash(types.map((type, i) => columnOf(type, rows.map((row) => row[i]!))), rows.length, hashes)
  toKeyGroups(hashes, rows.length, m)
  return [...hashes]
}

describe('key groups (KG-1)', () => {
  it('of Java integers and longs', () => {
    const keys = [0, 1, 2, 3, 7, 42, 100, 1000]
    expect(keys.map((key) => keyGroupOf(key, m))).toEqual([94, 86, 127, 113, 113, 29, 64, 7])
    expect(keys.map((key) => keyGroupOf(javaLongHash(BigInt(key)), m))).toEqual([94, 86, 127, 113, 113, 29, 64, 7])
    expect([94, 86, 127, 113, 113, 29, 64, 7].map((group) => subtaskOfKeyGroup(group, 4, m))).toEqual([2, 2, 3, 3, 3, 0, 2, 0])
    expect(javaLongHash(-1n)).toBe(0)
    expect(javaLongHash(-(2n ** 63n))).toBe(-2_147_483_648)
  })
  it('of Java strings', () => {
    expect(['a', 'A', 'b', 'key1', 'hello'].map((key) => keyGroupOf(javaStringHash(key), m))).toEqual([81, 104, 22, 41, 35])
  })
  it('of SQL BIGINT key rows', () => {
    const groups = keyGroups([bigintType], [0n, 1n, 2n, 3n, 7n, 42n, 1000n, 1001n, 2001n].map((key) => [key]))
    expect(groups).toEqual([102, 94, 93, 112, 4, 69, 112, 20, 69])
    expect(groups.map((group) => subtaskOfKeyGroup(group, 4, m))).toEqual([3, 2, 2, 3, 0, 2, 3, 0, 2])
  })
  it('of SQL STRING key rows, in the slot and behind it', () => {
    expect(keyGroups([stringType], ['a', 'A', 'apple', 'Google', 'channel-1'].map((key) => [key]))).toEqual([4, 89, 32, 17, 2])
  })
})

describe('key group ranges', () => {
  it('follow the default number of key groups (KG-2)', () => {
    expect([1, 85, 86, 170, 171, 1000, 30_000].map(defaultMaxParallelism)).toEqual([128, 128, 256, 256, 256, 2048, 32_768])
  })
  it('are those of Flink (KG-3) and agree with the owner of each group', () => {
    expect([0, 1, 2].map((subtask) => keyGroupRange(subtask, 3, 128))).toEqual([{ first: 0, last: 42 }, { first: 43, last: 85 }, { first: 86, last: 127 }])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 40, max: 300 }), (parallelism, maxParallelism) => {
        for (let group = 0; group < maxParallelism; group++) {
          const range = keyGroupRange(subtaskOfKeyGroup(group, parallelism, maxParallelism), parallelism, maxParallelism)
          expect(group >= range.first && group <= range.last).toBe(true)
        }
      }),
    )
  })
})

/**
 * The same hash, written the other way round: the whole binary row of one key as bytes, then hashed word by word. It shares nothing with the
 * column-wise code but the constants of Murmur3.
 */
function rowHash(types: readonly DataType[], values: readonly Value[]): number {
  const headerBytes = Math.ceil((types.length + 8) / 64) * 8
  const bytes: number[] = new Array<number>(headerBytes + types.length * 8).fill(0)
  const put = (at: number, value: bigint, count: number): void => {
    for (let i = 0; i < count; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 255n)
  }
  types.forEach((type, i) => {
    const slot = headerBytes + i * 8
    const value = values[i]!
    const place = (content: number[], room: number): void => {
      put(slot, (BigInt(bytes.length) << 32n) | BigInt(content.length), 8)
      bytes.push(...content, ...new Array<number>(room - content.length).fill(0))
    }
    if (value === null) {
      bytes[(i + 8) >> 3]! |= 1 << ((i + 8) & 7)
      if (type.kind === 'DECIMAL' && type.precision > 18) place([], 16)
      return
    }
    switch (type.kind) {
      case 'BOOLEAN':
        bytes[slot] = value === true ? 1 : 0
        break
      case 'TINYINT':
        put(slot, BigInt(value as number), 1)
        break
      case 'SMALLINT':
        put(slot, BigInt(value as number), 2)
        break
      case 'INT':
      case 'DATE':
      case 'TIME':
        put(slot, BigInt(value as number), 4)
        break
      case 'BIGINT':
      case 'TIMESTAMP':
        put(slot, BigInt(value as bigint), 8)
        break
      case 'DOUBLE':
        put(slot, new BigUint64Array(Float64Array.of(value as number).buffer)[0]!, 8)
        break
      case 'DECIMAL': {
        const unscaled = value as bigint
        if (type.precision <= 18) put(slot, unscaled, 8)
        else {
          let length = 1
          while (BigInt.asIntN(length * 8, unscaled) !== unscaled) length++
          place(Array.from({ length }, (_, k) => Number((unscaled >> BigInt(8 * (length - 1 - k))) & 255n)), 16)
        }
        break
      }
      default: {
        const content = [...(value instanceof Uint8Array ? value : new TextEncoder().encode(value as string))]
        if (content.length <= 7) {
          content.forEach((byte, k) => (bytes[slot + k] = byte))
          bytes[slot + 7] = content.length | 0x80
        } else place(content, Math.ceil(content.length / 8) * 8)
      }
    }
  })
  const words = new Int32Array(Uint8Array.from(bytes).buffer)
  const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k))
  let h = 42
  for (const word of words) h = (Math.imul(rotl(h ^ Math.imul(rotl(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593), 13), 5) + 0xe6546b64) | 0
  h ^= bytes.length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const valuesByType: readonly [DataType, fc.Arbitrary<Value>][] = [
  [booleanType, fc.boolean()],
  [{ kind: 'TINYINT', nullable: true }, fc.integer({ min: -128, max: 127 })],
  [{ kind: 'SMALLINT', nullable: true }, fc.integer({ min: -32_768, max: 32_767 })],
  [intType, fc.integer()],
  [timestampType, fc.integer({ min: -8e12, max: 8e12 })],
  [bigintType, fc.oneof(fc.bigInt({ min: -9_007_199_254_740_991n, max: 9_007_199_254_740_991n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))],
  [doubleType, fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, Infinity))],
  [decimalType(18, 4), fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n })],
  [decimalType(38, 4), fc.oneof(fc.bigInt({ min: -300n, max: 300n }), fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }))],
  [stringType, fc.oneof(fc.string({ maxLength: 9 }), fc.string({ unit: 'binary', maxLength: 20 }))],
  [{ kind: 'BYTES', nullable: true }, fc.uint8Array({ maxLength: 20 })],
]

describe('hashed columns', () => {
  it('equal the hash of each binary row', () => {
    const keys = fc.array(fc.nat(valuesByType.length - 1), { minLength: 1, maxLength: 60 }).chain((chosen) =>
      fc.record({
        types: fc.constant(chosen.map((i) => valuesByType[i]![0])),
        rows: fc.array(fc.tuple(...chosen.map((i) => fc.option(valuesByType[i]![1], { freq: 6 }))), { minLength: 1, maxLength: 8 }),
      }),
    )
    fc.assert(
      fc.property(keys, ({ types, rows }) => {
        const hashes = new Int32Array(rows.length)
        new KeyHasher(types).hash(types.map((type, i) => columnOf(type, rows.map((row) => row[i]!))), rows.length, hashes)
        expect([...hashes]).toEqual(rows.map((row) => rowHash(types, row)))
      }),
    )
  })

  it('make key groups of any number', () => {
    for (const maxParallelism of [1, 7, 100, 128, 1000, 4096]) {
      const hashes = Int32Array.of(0, -1, 42, 123_456_789, -2_147_483_648)
      const groups = Array.from(hashes, (hash) => keyGroupOf(hash, maxParallelism))
      toKeyGroups(hashes, hashes.length, maxParallelism)
      expect([...hashes]).toEqual(groups)
    }
  })

  it('follow a dictionary that grows', () => {
    const dictionary = { values: ['a'], distinct: true }
    const hasher = new KeyHasher([stringType])
    const hashes = new Int32Array(3)
    hasher.hash([{ storage: 'string', codes: Int32Array.of(0), dictionary, nulls: null }], 1, hashes)
    dictionary.values.push('channel-1', 'apple')
    hasher.hash([{ storage: 'string', codes: Int32Array.of(1, 2, 0), dictionary, nulls: null }], 3, hashes)
    toKeyGroups(hashes, 3, m)
    expect([...hashes]).toEqual([2, 32, 4])
  })

  it('are the same for NULL whatever a kernel has left under it', () => {
    const nulls = Uint8Array.of(1, 1)
    const dictionary = { values: ['', 'x'], distinct: true }
    const columns: [DataType, Column][] = [
      [booleanType, { storage: 'bool', values: Uint8Array.of(0, 1), nulls }],
      [intType, { storage: 'int32', values: Int32Array.of(0, -7), nulls }],
      [bigintType, { storage: 'int64', values: Float64Array.of(0, 5), wide: null, nulls }],
      [bigintType, { storage: 'int64', values: null, wide: BigInt64Array.of(0n, 2n ** 60n), nulls }],
      [decimalType(18, 2), { storage: 'decimal', values: null, wide: [0n, 12n], nulls }],
      [decimalType(38, 2), { storage: 'decimal', values: null, wide: [0n, 10n ** 30n], nulls }],
      [doubleType, { storage: 'float64', values: Float64Array.of(0, 0.5), nulls }],
      [timestampType, { storage: 'float64', values: Float64Array.of(0, 99), nulls }],
      [stringType, { storage: 'string', codes: Int32Array.of(0, 1), dictionary, nulls }],
    ]
    for (const [type, column] of columns) {
      const hashes = new Int32Array(2)
      new KeyHasher([type]).hash([column], 2, hashes)
      expect(hashes[1], column.storage).toBe(hashes[0])
    }
  })
})
