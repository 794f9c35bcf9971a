import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowAt, type Batch } from '../columnar/batch.ts'
import type { Value } from '../columnar/column.ts'
import { NexmarkGenerator } from './nexmark.ts'
import { nexmarkColumns, nexmarkDefaults, nexmarkKinds, type NexmarkOptions } from './nexmarkModel.ts'
import { WideNexmarkGenerator } from './nexmarkWide.ts'

function rowsOf(generator: { next(rowsMax: number): Batch | null }, rowsMax = 1000): Value[][] {
  const rows: Value[][] = []
  for (let batch = generator.next(rowsMax); batch !== null; batch = generator.next(rowsMax)) for (let row = 0; row < batch.rowCount; row++) rows.push(rowAt(batch, row))
  return rows
}

function wide(options: NexmarkOptions, columns?: readonly string[], split = 0, splits = 1): WideNexmarkGenerator {
  return new WideNexmarkGenerator(options, { fields: nexmarkColumns.all.filter(({ name }) => columns === undefined || columns.includes(name)) }, split, splits)
}

describe('the wide Nexmark stream', () => {
  it('holds the rows of the three streams, each where its event stands', () => {
    const options = fc.record({
      seed: fc.integer(),
      eventsPerSecond: fc.integer({ min: 1, max: 10_000_000 }),
      outOfOrderGroupSize: fc.constantFrom(1, 1, 3, 10, 500),
      personProportion: fc.integer({ min: 1, max: 4 }),
      auctionProportion: fc.integer({ min: 1, max: 5 }),
      bidProportion: fc.integer({ min: 0, max: 60 }),
    })
    fc.assert(
      fc.property(options, fc.constantFrom([0, 1], [0, 2], [1, 2]), fc.integer({ min: 1, max: 97 }), (given, [split, splits], rowsMax) => {
        const all: NexmarkOptions = { ...nexmarkDefaults, ...given, events: 601 }
        const generator = wide(all, undefined, split, splits)
        const rows = rowsOf(generator, rowsMax)
        expect(rows).toHaveLength(generator.rowsTotal!)
        for (const [type, kind] of nexmarkKinds.entries()) {
          const own = rows.filter((row) => row[0] === type)
          const { length } = nexmarkColumns[kind]
          expect(own.map((row) => row[1 + type])).toEqual(rowsOf(new NexmarkGenerator(kind, all, { fields: nexmarkColumns[kind] }, split, splits)))
          const timeOf = nexmarkColumns[kind].findIndex(({ name }) => name === 'dateTime')
          expect(own.every((row) => (row[1 + type] as Value[]).length === length && (row[1 + type] as Value[])[timeOf] === row[4])).toBe(true)
          expect(own.every((row) => row.slice(1, 4).every((value, i) => i === type || value === null))).toBe(true)
        }
        if (given.outOfOrderGroupSize === 1) expect(rows.every((row, i) => i === 0 || (rows[i - 1]![4] as number) <= (row[4] as number))).toBe(true)
      }),
      { numRuns: 12 },
    )
  })

  it('gives the same rows from any position and of any columns', () => {
    const options = { ...nexmarkDefaults, events: 300 }
    const whole = rowsOf(wide(options))
    const later = wide(options)
    later.seek(123)
    expect(rowsOf(later, 7)).toEqual(whole.slice(123))
    expect(rowsOf(wide(options, ['bid', 'dateTime']))).toEqual(whole.map((row) => [row[3], row[4]]))
  })

  it('goes on without end when events is 0', () => {
    const endless = wide({ ...nexmarkDefaults, events: 0 })
    expect(endless.rowsTotal).toBeUndefined()
    endless.seek(50 * 2 ** 40)
    const row = rowAt(endless.next(1)!, 0)
    expect([row[0], (row[1] as Value[])[0]]).toEqual([0, 2n ** 40n + 1000n])
  })
})
