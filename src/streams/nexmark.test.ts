import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowAt, type Batch } from '../columnar/batch.ts'
import type { Value } from '../columnar/column.ts'
import { rowTexts } from '../columnar/compareRows.ts'
import { NexmarkGenerator } from './nexmark.ts'
import { nexmarkBaseTimeMs, nexmarkColumns, nexmarkDefaults, nexmarkKinds, type NexmarkOptions, type NexmarkKind } from './nexmarkModel.ts'
import { reverseBits } from './nexmarkText.ts'

function generator(stream: NexmarkKind, options: Partial<NexmarkOptions> = {}, columns?: readonly string[], split = 0, splits = 1): NexmarkGenerator {
  const fields = nexmarkColumns[stream].filter((column) => columns === undefined || columns.includes(column.name))
  return new NexmarkGenerator(stream, { ...nexmarkDefaults, ...options }, { fields }, split, splits)
}

function batchesOf(from: NexmarkGenerator, rowsMax = 1000): Batch[] {
  const batches: Batch[] = []
  for (let batch = from.next(rowsMax); batch !== null; batch = from.next(rowsMax)) batches.push(batch)
  return batches
}

function rowsOf(stream: NexmarkKind, options: Partial<NexmarkOptions> = {}, columns?: readonly string[]): Value[][] {
  return batchesOf(generator(stream, options, columns)).flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)))
}

describe('nexmark', () => {
  it('numbers persons and auctions as the public generator does', () => {
    // Events 0, 50 and 5000 are persons 1000, 1001 and 1100; events 1, 3 and 51 are auctions 1000, 1002 and 1003.
    const persons = rowsOf('person', { events: 5001 }, ['id']).map(([id]) => id)
    expect([persons[0], persons[1], persons[100], persons.length]).toEqual([1000n, 1001n, 1100n, 101])
    const auctions = rowsOf('auction', { events: 52 }, ['id']).map(([id]) => id)
    expect(auctions).toEqual([1000n, 1001n, 1002n, 1003n])
  })

  it('sends hot bids to the first auction and second person of the newest blocks', () => {
    // Event 5004: newest person 100, newest auction 302.
    const hot = rowsOf('bid', { events: 5005, hotAuctionRatio: 1_000_000_000, hotBidderRatio: 1_000_000_000, repeatBidderOffset: true }, ['auction', 'bidder']).at(-1)
    expect(hot).toEqual([1300n, 2101n])
    const plain = rowsOf('bid', { events: 5005, hotBidderRatio: 1_000_000_000 }, ['bidder']).at(-1)
    expect(plain).toEqual([1101n])
  })

  it('makes one person, three auctions and 46 bids of every fifty events', () => {
    expect(nexmarkKinds.map((stream) => generator(stream, { events: 1000 }).rowsTotal)).toEqual([20, 60, 920])
    for (const stream of nexmarkKinds) expect(rowsOf(stream, { events: 1003 })).toHaveLength(generator(stream, { events: 1003 }).rowsTotal!)
  })

  it('spaces event times by the rate and never steps back', () => {
    const times = rowsOf('bid', { events: 2000, eventsPerSecond: 10_000 }, ['dateTime']).map(([time]) => time as number)
    // Event 4 is the first bid; ten events share a millisecond.
    expect(times[0]).toBe(nexmarkBaseTimeMs)
    expect(times.at(-1)).toBe(nexmarkBaseTimeMs + 199)
    expect(times.every((time, i) => i === 0 || time >= times[i - 1]!)).toBe(true)
  })

  it('keeps values in their ranges and refers to auctions and persons that are near', () => {
    const rows = rowsOf('bid', { events: 20_000 })
    for (const [i, [auction, bidder, price, channel, url, , extra]] of rows.entries()) {
      const newest = Math.floor((Math.floor(i / 46) * 50 + 49) / 50) * 3 + 1002
      expect(Number(auction)).toBeGreaterThanOrEqual(1000)
      expect(Number(auction)).toBeLessThanOrEqual(newest + 11)
      expect(Number(bidder)).toBeGreaterThanOrEqual(1000)
      expect(Number(price)).toBeGreaterThanOrEqual(100)
      expect(Number(price)).toBeLessThanOrEqual(100_000_000)
      expect(channel).toMatch(/^(Google|Facebook|Baidu|Apple|channel-\d{1,4})$/)
      expect(url).toMatch(/^https:\/\/www\.nexmark\.com\/[a-z_]*\/[a-z_]*\/[a-z_]*\/item\.htm\?query=1(&channel_id=\d+)?$/)
      expect((extra as string).length).toBeGreaterThanOrEqual(54)
      expect((extra as string).length).toBeLessThan(82)
    }
    const hot = rows.filter(([, , , channel]) => !(channel as string).startsWith('channel-')).length / rows.length
    expect(hot).toBeGreaterThan(0.47)
    expect(hot).toBeLessThan(0.53)
    // Log-uniform: as many below 10 000 as between 10 000 and 1 000 000.
    const cheap = rows.filter(([, , price]) => (price as bigint) < 10_000n).length / rows.length
    expect(cheap).toBeGreaterThan(0.31)
    expect(cheap).toBeLessThan(0.36)
  })

  it('gives the same rows from any position, batch size and set of columns', () => {
    const options = fc.record({
      seed: fc.integer(),
      eventsPerSecond: fc.integer({ min: 1, max: 10_000_000 }),
      outOfOrderGroupSize: fc.constantFrom(1, 1, 3, 10, 500),
      personProportion: fc.integer({ min: 1, max: 4 }),
      auctionProportion: fc.integer({ min: 1, max: 5 }),
      bidProportion: fc.integer({ min: 1, max: 60 }),
    })
    fc.assert(
      fc.property(fc.constantFrom(...nexmarkKinds), options, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 97 }), (stream, given, firstRows, batchRows) => {
        const all = { ...given, events: 700 }
        const whole = rowTexts(batchesOf(generator(stream, all)))
        const first = generator(stream, all)
        const head = first.next(firstRows)
        const second = generator(stream, all)
        second.seek(first.position)
        expect(rowTexts([...(head === null ? [] : [head]), ...batchesOf(second, batchRows)])).toEqual(whole)
        // One column alone has the values it has among the others.
        const column = nexmarkColumns[stream][2]!.name
        expect(rowsOf(stream, all, [column]).map((row) => row[0])).toEqual(rowsOf(stream, all).map((row) => row[2]))
      }),
      { numRuns: 60 },
    )
  })

  it('shuffles event times inside a group only', () => {
    const times = rowsOf('bid', { events: 5000, outOfOrderGroupSize: 100, eventsPerSecond: 1000 }, ['dateTime']).map(([time]) => time as number)
    const sorted = times.toSorted((a, b) => a - b)
    expect(times).not.toEqual(sorted)
    expect(sorted).toEqual(rowsOf('bid', { events: 5000, eventsPerSecond: 1000 }, ['dateTime']).map(([time]) => time))
    expect(Math.max(...times.map((time, i) => Math.max(0, ...times.slice(0, i)) - time))).toBeLessThan(100)
  })

  it('divides the events over splits without gap or overlap', () => {
    const ids = [0, 1, 2].flatMap((split) => batchesOf(generator('auction', { events: 1000 }, ['id'], split, 3)).flatMap((batch) => rowTexts([batch])))
    expect(ids.toSorted()).toEqual(rowTexts(batchesOf(generator('auction', { events: 1000 }, ['id']))).toSorted())
  })

  it('goes on without end when events is 0', () => {
    const endless = generator('bid', { events: 0 }, ['auction'])
    expect(endless.rowsTotal).toBeUndefined()
    endless.seek(50 * 2 ** 40)
    expect(rowAt(endless.next(1)!, 0)[0]).toBeGreaterThan(3n * 2n ** 40n)
  })

  it('gives other values for another seed', () => {
    expect(rowsOf('bid', { events: 100, seed: 1 }, ['price'])).not.toEqual(rowsOf('bid', { events: 100, seed: 2 }, ['price']))
  })

  it('reverses bits as the channel ids need', () => {
    expect(reverseBits(1)).toBe(-2_147_483_648)
    expect(reverseBits(6)).toBe(0x60000000)
  })
})
