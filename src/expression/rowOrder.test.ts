import { describe, expect, it } from 'vitest'
import { columnOf } from '../columnar/batchBuilder.ts'
import { bigintType, booleanType, decimalType, doubleType, intType, stringType, timestampType, type DataType } from '../columnar/dataType.ts'
import type { Value } from '../columnar/column.ts'
import { RowOrder, sameRow } from './rowOrder.ts'

function sorted(type: DataType, values: readonly Value[], descending = false): Value[] {
  const columns = [columnOf(type, values)]
  const order = new RowOrder([{ column: 0, descending }], { fields: [{ name: 'v', type }] })
  return values.map((_, row) => row).toSorted((a, b) => order.compare(columns, a, columns, b)).map((row) => values[row]!)
}

describe('row order', () => {
  it('puts NULL lowest, so first when ascending and last when descending', () => {
    expect(sorted(intType, [2, null, 1])).toEqual([null, 1, 2])
    expect(sorted(intType, [2, null, 1], true)).toEqual([2, 1, null])
  })

  it('orders every storage by value', () => {
    expect(sorted(bigintType, [9_007_199_254_740_993n, 9_007_199_254_740_992n, -5n])).toEqual([-5n, 9_007_199_254_740_992n, 9_007_199_254_740_993n])
    expect(sorted(decimalType(38, 2), [10n ** 30n, 1n, -(10n ** 30n)])).toEqual([-(10n ** 30n), 1n, 10n ** 30n])
    expect(sorted(doubleType, [1.5, -0.5, -Infinity])).toEqual([-Infinity, -0.5, 1.5])
    expect(sorted(booleanType, [true, false])).toEqual([false, true])
    expect(sorted(timestampType, [5, -1, 3])).toEqual([-1, 3, 5])
    // By code point: the surrogate pair is the greatest, though its first unit is not.
    expect(sorted(stringType, ['\u{1f600}', '\uff5e', 'b', 'a'])).toEqual(['a', 'b', '\uff5e', '\u{1f600}'])
    expect(sorted({ kind: 'BYTES', nullable: true } as DataType, [Uint8Array.of(2), Uint8Array.of(1, 9), Uint8Array.of(1)])).toEqual([Uint8Array.of(1), Uint8Array.of(1, 9), Uint8Array.of(2)])
  })

  it('keeps the order of arrival among equals', () => {
    const columns = [columnOf(intType, [1, 1, 0]), columnOf(stringType, ['a', 'b', 'c'])]
    const order = new RowOrder([{ column: 0, descending: false }], { fields: [{ name: 'k', type: intType }, { name: 'v', type: stringType }] })
    expect([0, 1, 2].toSorted((a, b) => order.compare(columns, a, columns, b))).toEqual([2, 0, 1])
  })

  it('tells whether two rows are the same, whatever lies under a NULL', () => {
    const left = [columnOf(stringType, ['a', null]), columnOf(doubleType, [Number.NaN, 0])]
    const right = [columnOf(stringType, [null, 'a']), columnOf(doubleType, [0, Number.NaN])]
    expect(sameRow(left, 0, right, 1)).toBe(true)
    expect(sameRow(left, 1, right, 0)).toBe(true)
    expect(sameRow(left, 0, right, 0)).toBe(false)
    expect(sameRow([columnOf(doubleType, [0])], 0, [columnOf(doubleType, [-0])], 0)).toBe(false)
    expect(sameRow([columnOf(bigintType, [1n])], 0, [columnOf(bigintType, [1n, 1n << 60n])], 0)).toBe(true)
  })
})
