import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batch } from '../columnar/batch.ts'
import { batchOf } from '../columnar/batchBuilder.ts'
import { rowTexts } from '../columnar/compareRows.ts'
import { bigintType, booleanType, decimalType, doubleType, intType, stringType, type DataType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import type { Column, Value } from '../columnar/column.ts'
import { RowStore } from './rowStore.ts'

const listType: DataType = { kind: 'ARRAY', element: intType, nullable: true }
const types = [booleanType, intType, doubleType, bigintType, decimalType(38, 1), stringType, listType]
const schema: Schema = { fields: types.map((type, i) => ({ name: `c${i}`, type })) }
const row: fc.Arbitrary<Value[]> = fc
  .tuple(fc.boolean(), fc.integer({ min: -9, max: 9 }), fc.double(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.string(), fc.array(fc.integer({ min: 0, max: 9 })))
  .chain((values) => fc.tuple(...values.map((value) => fc.option(fc.constant<Value>(value), { freq: 4 }))))
const narrow = row.map((values) => values.map((value, i) => (i === 3 || i === 4 ? (value === null ? null : BigInt(Number(value as bigint) % 1000)) : value)))

describe('row store', () => {
  it('gives back what was put in, across batches, dictionaries, NULLs and wide values', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.oneof(row, narrow), { maxLength: 8 }), { maxLength: 6 }), fc.infiniteStream(fc.nat()), (batches, picks) => {
        const store = new RowStore(schema)
        let kept: Value[][] = []
        for (const rows of batches) {
          const batch = picks.next().value % 2 === 0 ? batchOf(schema, rows) : withTextsThatComeOnce(batchOf(schema, rows))
          const chosen = Int32Array.from(rows.keys()).filter(() => picks.next().value % 3 !== 0)
          expect(store.appendRows(batch, chosen, chosen.length)).toBe(kept.length)
          kept.push(...Array.from(chosen, (i) => rows[i]!))
          store.appendRange(batch, 0, Math.min(2, rows.length))
          kept.push(...rows.slice(0, 2))
          expect(textsOf(store)).toEqual(rowTexts([batchOf(schema, kept)]))
          if (picks.next().value % 2 === 0) {
            const stay = Int32Array.from(kept.keys()).filter(() => picks.next().value % 2 === 0)
            store.keep(stay, stay.length)
            kept = Array.from(stay, (i) => kept[i]!)
            expect(textsOf(store)).toEqual(rowTexts([batchOf(schema, kept)]))
          }
        }
      }),
    )
  })
})

/** The same with a text for each row, as a source that makes them gives them. */
function withTextsThatComeOnce(batch: Batch): Batch {
  const columns = batch.columns.map((column): Column => {
    if (column.storage !== 'string') return column
    const values = Array.from({ length: batch.rowCount }, (_, row) => column.dictionary.values[column.codes[row]!]!)
    return { ...column, codes: Int32Array.from(values.keys()), dictionary: { values: values.length === 0 ? [''] : values, distinct: false } }
  })
  return { ...batch, columns }
}

function textsOf(store: RowStore): string[] {
  const all = Int32Array.from({ length: store.rowCount }, (_, i) => i)
  return rowTexts([{ schema, columns: store.gather(all, all.length), rowCount: all.length, kinds: null, watermarks: null }])
}
