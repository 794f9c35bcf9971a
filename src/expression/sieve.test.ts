import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column } from '../columnar/column.ts'
import type { Comparison } from './compareKernels.ts'
import { allRows, multiplesOf, sieveComparison, sieveMultiples } from './sieve.ts'

const holds: Record<Comparison, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}
const comparison = fc.constantFrom(...(Object.keys(holds) as Comparison[]))
const corner = fc.constantFrom(0, -0, 1, -1, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, Infinity, -Infinity, NaN, 2 ** 53 - 1, 1 - 2 ** 53)
const double = fc.oneof(corner, fc.double(), fc.integer())
const int32 = fc.oneof(fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)), fc.integer({ min: -5, max: 5 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }))

/** The rows a comparison keeps, over all rows and over every second one. */
function kept(operator: Comparison, column: Column, rowCount: number, constant: number): { all: number[]; among: number[] } {
  const rows = new Int32Array(rowCount)
  const all = [...rows.subarray(0, sieveComparison(operator, column, constant, rowCount, rows, allRows))]
  const some = Int32Array.from({ length: Math.ceil(rowCount / 2) }, (_, i) => i * 2)
  const among = [...some.subarray(0, sieveComparison(operator, column, constant, rowCount, some, some.length))]
  return { all, among }
}

function expected(operator: Comparison, values: readonly number[], constant: number): { all: number[]; among: number[] } {
  const all = values.flatMap((value, row) => (holds[operator](value, constant) ? [row] : []))
  return { all, among: all.filter((row) => row % 2 === 0) }
}

describe('a comparison with a constant', () => {
  it('keeps the rows that JavaScript would, for doubles with zeros of both signs, NaN and infinities', () => {
    fc.assert(
      fc.property(comparison, fc.array(double, { maxLength: 40 }), double, (operator, values, constant) => {
        const column: Column = { storage: 'float64', values: Float64Array.from(values), nulls: null }
        // The constant itself is among the values more often than chance would have it.
        const withConstant = [...values, constant]
        expect(kept(operator, { ...column, values: Float64Array.from(withConstant) }, withConstant.length, constant)).toEqual(expected(operator, withConstant, constant))
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps the rows that JavaScript would, for 32-bit integers', () => {
    fc.assert(
      fc.property(comparison, fc.array(int32, { maxLength: 40 }), fc.oneof(int32, corner), (operator, values, constant) => {
        const column: Column = { storage: 'int32', values: Int32Array.from(values), nulls: null }
        expect(kept(operator, column, values.length, constant)).toEqual(expected(operator, values, constant))
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['int32', 'float64'] as const)('keeps equal rows of a long %s column, few or many, and none beyond it', (storage) => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 700 }), fc.integer({ min: 1, max: 300 }), fc.nat(3), (rowCount, every, beyond) => {
        const values = Array.from({ length: rowCount }, (_, row) => (row % every === 0 ? 7 : row + 10))
        const longer = [...values, ...Array.from({ length: beyond }, () => 7)]
        const column = { storage, values: storage === 'int32' ? Int32Array.from(longer) : Float64Array.from(longer), nulls: null } as Column
        expect(kept('=', column, rowCount, 7)).toEqual(expected('=', values, 7))
      }),
    )
  })
})

describe('multiples of a divisor', () => {
  const divisor = fc.oneof(
    fc.integer({ min: 2, max: 300 }),
    fc.integer({ min: 2, max: 2 ** 31 - 1 }),
    fc.integer({ min: 1, max: 30 }).map((shift) => 2 ** shift),
    fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 2 ** 22 })).map(([shift, odd]) => 2 ** shift * (odd | 1)),
  )
  /** Multiples, their neighbours and anything else, in as many rows as make them few or many. */
  const values = (by: number, most: number) => {
    const multiple = fc.integer({ min: -Math.floor(most / by), max: Math.floor(most / by) }).map((times) => times * by)
    const near = fc.tuple(multiple, fc.integer({ min: -2, max: 2 })).map(([value, more]) => Math.max(-most - 1, Math.min(most, value + more)))
    const other = fc.oneof(fc.integer({ min: -most - 1, max: most }), fc.constantFrom(0, -1, 1, most, -most - 1))
    return fc.oneof(
      fc.array(fc.oneof(multiple, near, other), { maxLength: 60 }),
      fc.tuple(fc.array(multiple, { maxLength: 3 }), fc.array(other, { minLength: 60, maxLength: 200 })).map(([some, others]) => [...others.slice(0, 30), ...some, ...others.slice(30)]),
    )
  }
  const keptRows = (column: Parameters<typeof sieveMultiples>[1], by: number, rowCount: number): { all: number[]; among: number[] } => {
    const rows = new Int32Array(rowCount)
    const all = [...rows.subarray(0, sieveMultiples(multiplesOf(by), column, rowCount, rows, allRows)!)]
    const some = Int32Array.from({ length: Math.ceil(rowCount / 2) }, (_, i) => i * 2)
    const among = [...some.subarray(0, sieveMultiples(multiplesOf(by), column, rowCount, some, some.length)!)]
    return { all, among }
  }
  const dividedRows = (list: readonly number[], by: number, nulls: Uint8Array | null): { all: number[]; among: number[] } => {
    const all = list.flatMap((value, row) => (value % by === 0 && nulls?.[row] !== 1 ? [row] : []))
    return { all, among: all.filter((row) => row % 2 === 0) }
  }

  it('are found without dividing, among integers of 32 bits', () => {
    fc.assert(
      fc.property(divisor.chain((by) => fc.tuple(fc.constant(by), values(by, 2 ** 31 - 1))), ([by, list]) => {
        expect(keptRows({ storage: 'int32', values: Int32Array.from(list), nulls: null }, by, list.length)).toEqual(dividedRows(list, by, null))
      }),
      { numRuns: 3000 },
    )
  })

  it('are found among BIGINTs in doubles, those beyond 32 bits too, and NULL is none', () => {
    fc.assert(
      fc.property(
        divisor.chain((by) => fc.tuple(fc.constant(by), fc.oneof(values(by, 2 ** 53 - 2), values(by, 2 ** 31 - 1), values(by, 2 ** 33)))),
        fc.nat(7),
        ([by, list], every) => {
          const nulls = every === 0 ? null : Uint8Array.from(list, (_, row) => (row % every === 0 ? 1 : 0))
          const held = list.map((value, row) => (nulls?.[row] === 1 ? 0 : value))
          expect(keptRows({ storage: 'int64', values: Float64Array.from(held), wide: null, nulls }, by, held.length)).toEqual(dividedRows(held, by, nulls))
        },
      ),
      { numRuns: 3000 },
    )
  })
})
