import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../columnar/batchBuilder.ts'
import { valuesOf } from '../columnar/concat.ts'
import type { Column } from '../columnar/column.ts'
import { intType } from '../columnar/dataType.ts'
import { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { ArrivedRows } from './arrivedRows.ts'

const schema = { fields: [{ name: 'x', type: intType }] }
const batch = batchOf(schema, [0, 1, 2, 3, 4, 5, 6, 7].map((x) => [x]))
const values = (rows: ArrivedRows): number[] => [...(rows.rows.column(0) as Extract<Column, { storage: 'int32' }>).values.subarray(0, rows.rows.rowCount)]

function filled(runs: readonly (readonly [first: number, until: number])[]): ArrivedRows {
  const rows = new ArrivedRows(schema)
  for (const [first, until] of runs) rows.append(batch, first, until, first)
  return rows
}

describe('rows with their arrivals', () => {
  it('are put together as they came', () => {
    const whole = new ArrivedRows(schema)
    whole.appendAll([filled([[1, 3], [6, 7]]), filled([]), filled([[0, 1], [3, 6], [7, 8]])])
    expect(values(whole)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    whole.clear()
    whole.appendAll([filled([[4, 5]]), filled([[2, 3]])])
    expect(values(whole)).toEqual([2, 4])
  })

  it('lie partly in the batches they came in and are the same rows in the same order', () => {
    const long = batchOf(schema, Array.from({ length: 2000 }, (_, x) => [x]))
    const ranges = fc.array(fc.tuple(fc.nat(1999), fc.integer({ min: 1, max: 1500 })), { maxLength: 12 })
    fc.assert(
      fc.property(ranges, (asked) => {
        const rows = new ArrivedRows(schema)
        const expected: number[] = []
        for (const [first, count] of asked) {
          const until = Math.min(2000, first + count)
          rows.append(long, first, until, expected.length)
          for (let x = first; x < until; x++) expected.push(x)
        }
        const parts = rows.parts().flatMap(({ columns, rowCount }) => valuesOf(columns[0]!, rowCount))
        expect(parts).toEqual(expected)
        expect(rows.rowCount).toBe(expected.length)
        expect(values(rows)).toEqual(expected)
        rows.append(batch, 0, 8, expected.length)
        expect(values(rows)).toEqual([...expected, 0, 1, 2, 3, 4, 5, 6, 7])
      }),
      { numRuns: 100 },
    )
  })

  it('keep them through a snapshot of which some rows are taken', () => {
    const writer = new StateWriter()
    filled([[1, 3], [6, 8]]).snapshot(writer)
    const reader = StateReader.open(writer.finish())
    const some = new ArrivedRows(schema)
    expect(some.restore(some.rows.rowsIn(reader), Int32Array.of(1, 3), reader)).toBe(8)
    const whole = new ArrivedRows(schema)
    whole.appendAll([some, filled([[3, 4]])])
    expect(values(whole)).toEqual([2, 3, 7])
  })
})
