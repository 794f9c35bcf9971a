import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../columnar/batchBuilder.ts'
import type { Value } from '../columnar/column.ts'
import { valuesOf } from '../columnar/concat.ts'
import type { DataType } from '../columnar/dataType.ts'
import { keyGroupRange } from '../columnar/hashColumns.ts'
import type { Schema } from '../columnar/schema.ts'
import { StateReader, StateWriter, wholeState } from '../columnar/stateCodec.ts'
import { KeyEncoder } from './keyEncoder.ts'
import { KeyedRestore } from './keyedState.ts'
import { KeyTable } from './keyTable.ts'
import { KeyPartition } from './partition.ts'

const type = (kind: string, rest: object = {}): DataType => ({ kind, nullable: true, ...rest }) as DataType
const kinds: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  [type('BIGINT'), fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.constantFrom(2n ** 60n, -(2n ** 62n)))],
  [type('INT'), fc.integer({ min: -3, max: 3 })],
  [type('VARCHAR', { length: 2_147_483_647 }), fc.constantFrom('', 'a', 'ü', 'a text of some length', '😀')],
  [type('DOUBLE'), fc.constantFrom(0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY)],
  [type('BOOLEAN'), fc.boolean()],
  [type('DECIMAL', { precision: 38, scale: 2 }), fc.constantFrom(0n, 12345n, 10n ** 30n)],
  [type('TIMESTAMP', { precision: 3 }), fc.constantFrom(0, 1_700_000_000_000)],
]
const rows = fc
  .array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 3 })
  .chain((columns) => fc.tuple(fc.constant(columns.map(([of]) => of)), fc.array(fc.tuple(...columns.map(([, values]) => fc.option(values, { freq: 6 }))), { maxLength: 40 })))

function tableOf(types: readonly DataType[], values: readonly (readonly Value[])[]): { readonly encoder: KeyEncoder; readonly table: KeyTable; readonly slots: Int32Array } {
  const schema: Schema = { fields: types.map((of, i) => ({ name: `k${i}`, type: of })) }
  const encoder = new KeyEncoder(types)
  const table = new KeyTable(types.length)
  const slots = new Int32Array(values.length)
  table.slotsOf(encoder.encode(batchOf(schema, values).columns, values.length), 0, values.length, slots)
  return { encoder, table, slots }
}

function snapshotOf(encoder: KeyEncoder, table: KeyTable): Uint8Array {
  const writer = new StateWriter()
  encoder.snapshot(writer.at('encoder'))
  table.snapshot(writer.at('keys'))
  return writer.finish()
}

function keysOf(encoder: KeyEncoder, table: KeyTable): string[] {
  const columns = encoder.types.map((_, column) => valuesOf(encoder.decode(column, table.keysOf(column), table.size), table.size))
  return Array.from({ length: table.size }, (_, slot) => columns.map((values) => (Object.is(values[slot], -0) ? '-0' : String(values[slot]))).join('|'))
}

describe('keys out of a snapshot', () => {
  it('have the slots they had, and new keys come behind them', () => {
    fc.assert(
      fc.property(rows, ([types, values]) => {
        const { encoder, table, slots } = tableOf(types, values)
        const fresh = { encoder: new KeyEncoder(types), table: new KeyTable(types.length) }
        const reader = StateReader.open(snapshotOf(encoder, table))
        const given = new KeyedRestore(reader, reader.at('encoder'), fresh.encoder).slots(reader.at('keys'), fresh.table)
        expect([...given]).toEqual(Array.from({ length: table.size }, (_, slot) => slot))
        expect(keysOf(fresh.encoder, fresh.table)).toEqual(keysOf(encoder, table))
        // The same rows find them again.
        const schema: Schema = { fields: types.map((of, i) => ({ name: `k${i}`, type: of })) }
        const again = new Int32Array(values.length)
        fresh.table.slotsOf(fresh.encoder.encode(batchOf(schema, values).columns, values.length), 0, values.length, again)
        expect([...again]).toEqual([...slots])
        expect(fresh.table.size).toBe(table.size)
      }),
    )
  })

  it('go at another parallelism where the exchange sends their rows, each to one subtask', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), fc.constantFrom(128, 96), ([types, values], before, after, maxParallelism) => {
        const schema: Schema = { fields: types.map((of, i) => ({ name: `k${i}`, type: of })) }
        const batch = batchOf(schema, values)
        const columns = types.map((_, column) => column)
        const old = new KeyPartition(schema, columns, before + 1, maxParallelism)
        old.split(batch)
        const parts = Array.from({ length: before + 1 }, (_, part) => tableOf(types, Array.from(old.rows[part]!.subarray(0, old.counts[part]), (row) => values[row]!)))
        const all = new Set(keysOf(...(Object.values(tableOf(types, values)).slice(0, 2) as [KeyEncoder, KeyTable])))
        const now = new KeyPartition(schema, columns, after + 1, maxParallelism)
        now.split(batch)
        const found: string[] = []
        for (let subtask = 0; subtask <= after; subtask++) {
          const fresh = { encoder: new KeyEncoder(types), table: new KeyTable(types.length) }
          parts.forEach(({ encoder, table }, part) => {
            const share = { ...wholeState, keyGroups: keyGroupRange(subtask, after + 1, maxParallelism), maxParallelism, part, parts: before + 1, subtask, parallelism: after + 1 }
            const reader = StateReader.open(snapshotOf(encoder, table), share)
            const keyed = new KeyedRestore(reader, reader.at('encoder'), fresh.encoder)
            const holds = keyed.holds(reader.at('keys'), types.length)
            const slots = keyed.slots(reader.at('keys'), fresh.table)
            expect(holds).toBe(slots.some((slot) => slot >= 0))
            const names = keysOf(encoder, table)
            slots.forEach((slot, at) => slot >= 0 && expect(keysOf(fresh.encoder, fresh.table)[slot]).toBe(names[at]))
          })
          const own = tableOf(types, Array.from(now.rows[subtask]!.subarray(0, now.counts[subtask]), (row) => values[row]!))
          expect(keysOf(fresh.encoder, fresh.table).toSorted()).toEqual(keysOf(own.encoder, own.table).toSorted())
          found.push(...keysOf(fresh.encoder, fresh.table))
        }
        expect(found.toSorted()).toEqual([...all].toSorted())
      }),
    )
  })
})
