import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../columnar/batchBuilder.ts'
import { bigintType } from '../columnar/dataType.ts'
import { keyGroupOf, KeyHasher, subtaskOfKeyGroup } from '../columnar/hashColumns.ts'
import type { Schema } from '../columnar/schema.ts'
import { KeyPartition } from './partition.ts'

const schema: Schema = { fields: [{ name: 'key', type: bigintType }] }

describe('a partition by key', () => {
  it('sends BIGINT keys to the same subtask whether they come again or never', () => {
    // Few keys are remembered; many new ones make it hash whole batches for a while.
    const keys = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer(), fc.integer({ min: -(2 ** 52), max: 2 ** 52 })), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(fc.array(keys, { minLength: 1, maxLength: 60 }), fc.constantFrom(2, 3, 7), fc.constantFrom(128, 100), (batches, parallelism, maxParallelism) => {
        const partition = new KeyPartition(schema, [0], parallelism, maxParallelism)
        const hasher = new KeyHasher([bigintType])
        for (const values of batches) {
          partition.split(batchOf(schema, values.map((value) => [BigInt(value)])))
          const expected = Array.from({ length: parallelism }, (): number[] => [])
          values.forEach((value, row) => expected[subtaskOfKeyGroup(keyGroupOf(hasher.hashLong(value), maxParallelism), parallelism, maxParallelism)]!.push(row))
          expect(partition.rows.map((rows, i) => [...rows.subarray(0, partition.counts[i])])).toEqual(expected)
        }
      }),
      { numRuns: 100 },
    )
  })
})
