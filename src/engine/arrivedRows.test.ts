import { describe, expect, it } from 'vitest'
import { batchOf } from '../columnar/batchBuilder.ts'
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
