// The kernels in TanStack's db-ivm: differential operators over multisets, fed 4096 rows at a time; results are corrected as rows come, as it does.
import { D2, MultiSet, concat, consolidate, distinct, filter, groupBy, groupByOperators, join, map, output, reduce } from '@tanstack/db-ivm'

const { count, max } = groupByOperators

const windowOf = (time) => Math.floor(time / 10_000)

/** `build` makes the graph of its inputs; rows that the result has in the end are counted. */
const of = (build, ...names) => (data) => () => {
  const graph = new D2()
  const inputs = names.map(() => graph.newInput())
  let rows = 0
  build(...inputs).pipe(output((changes) => {
    for (const [, multiplicity] of changes.getInner()) rows += multiplicity
  }))
  graph.finalize()
  names.forEach((name, i) => {
    const all = data[name]
    for (let start = 0; start < all.length; start += 4096) {
      inputs[i].sendData(new MultiSet(all.slice(start, start + 4096).map((row) => [row, 1])))
      graph.run()
    }
  })
  return rows
}

export const kernels = {
  q1: of((bids) => bids.pipe(map((bid) => ({ auction: bid.auction, bidder: bid.bidder, price: (bid.price * 908) / 1000, dateTime: bid.dateTime }))), 'bids'),
  q2: of((bids) => bids.pipe(filter((bid) => bid.auction % 123 === 0), map((bid) => ({ auction: bid.auction, price: bid.price }))), 'bids'),
  q5: of((bids) => {
    const inWindow = (i) => bids.pipe(map((bid) => ({ window: Math.floor(bid.dateTime / 2000) - i, auction: bid.auction })))
    const rows = [1, 2, 3, 4].reduce((all, i) => all.pipe(concat(inWindow(i))), inWindow(0))
    const counts = rows.pipe(groupBy((row) => ({ window: row.window, auction: row.auction }), { num: count() }), map(([, row]) => row))
    const most = counts.pipe(groupBy((row) => ({ window: row.window }), { most: max((row) => row.num) }), map(([, row]) => [row.window, row.most]))
    return counts.pipe(map((row) => [row.window, row]), join(most, 'inner'), filter(([, [row, highest]]) => row.num >= highest), consolidate())
  }, 'bids'),
  q7: of((bids) => {
    const highest = bids.pipe(groupBy((bid) => ({ window: windowOf(bid.dateTime) }), { price: max((bid) => bid.price) }), map(([, row]) => [`${row.window} ${row.price}`, row.price]))
    return bids.pipe(map((bid) => [`${windowOf(bid.dateTime)} ${bid.price}`, bid]), join(highest, 'inner'), consolidate())
  }, 'bids'),
  q8: of((persons, auctions) => {
    const sellers = auctions.pipe(map((auction) => [`${windowOf(auction.dateTime)} ${auction.seller}`, auction.seller]), distinct())
    return persons.pipe(map((person) => [`${windowOf(person.dateTime)} ${person.id}`, person.id]), distinct(), join(sellers, 'inner'), consolidate())
  }, 'persons', 'auctions'),
  q11: of((bids) => bids.pipe(
    map((bid) => [bid.bidder, bid.dateTime]),
    reduce((values) => {
      const times = values.flatMap(([time, multiplicity]) => Array.from({ length: multiplicity }, () => time)).sort((a, b) => a - b)
      const sessions = []
      for (const time of times) {
        const last = sessions.at(-1)
        if (last !== undefined && time <= last.end) {
          last.end = time + 10_000
          last.count++
        } else sessions.push({ start: time, end: time + 10_000, count: 1 })
      }
      return sessions.map((session) => [session, 1])
    }),
    consolidate(),
  ), 'bids'),
  q18: of((bids) => bids.pipe(
    map((bid) => [`${bid.bidder} ${bid.auction}`, bid]),
    reduce((values) => {
      let last = null
      for (const [bid, multiplicity] of values) if (multiplicity > 0 && (last === null || bid.dateTime >= last.dateTime)) last = bid
      return last === null ? [] : [[last, 1]]
    }),
    consolidate(),
  ), 'bids'),
}

export const cannot = {}
