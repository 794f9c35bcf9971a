// The kernels as RxJS's users would write them: one object a row, one operator call a row. A chain that is the only one of its kind in a program is inlined whole, so others run first.
import { EMPTY, filter, from, groupBy, map, merge, mergeMap, reduce, scan, toArray } from 'rxjs'

const windowOf = (time) => Math.floor(time / 10_000)
const windowsOf = (time) => Array.from({ length: 5 }, (_, i) => Math.floor(time / 2000) - i)

function countOf(stream) {
  let count = 0
  stream.subscribe(() => void count++)
  return count
}

function others(bids) {
  const some = bids.slice(0, 20_000)
  for (let turn = 0; turn < 3; turn++) {
    countOf(from(some).pipe(filter((bid) => bid.auction % 2 === 0), map((bid) => bid.price)))
    countOf(from(some).pipe(map((bid) => String(bid.dateTime)), filter((text) => text.endsWith('7'))))
    countOf(from(some).pipe(map(({ price }) => [price, -price]), filter(([price]) => price > 10), map((pair) => ({ pair }))))
    countOf(from(some).pipe(groupBy((bid) => bid.auction % 5), mergeMap((group) => group.pipe(reduce((sum, bid) => sum + bid.price, 0)))))
  }
}

const of = (stream) => ({ bids, persons, auctions }) => {
  others(bids)
  return () => countOf(stream({ bids, persons, auctions }))
}

export const kernels = {
  q1: of(({ bids }) => from(bids).pipe(map((bid) => ({ auction: bid.auction, bidder: bid.bidder, price: (bid.price * 908) / 1000, dateTime: bid.dateTime })))),
  q2: of(({ bids }) => from(bids).pipe(filter((bid) => bid.auction % 123 === 0), map((bid) => ({ auction: bid.auction, price: bid.price })))),
  q5: of(({ bids }) =>
    from(bids).pipe(
      mergeMap((bid) => windowsOf(bid.dateTime).map((window) => ({ window, auction: bid.auction }))),
      groupBy((row) => row.window),
      mergeMap((window) =>
        window.pipe(
          groupBy((row) => row.auction),
          mergeMap((group) => group.pipe(reduce((counted, row) => ({ ...row, num: counted.num + 1 }), { num: 0 }))),
          toArray(),
          mergeMap((counts) => {
            const most = counts.reduce((max, { num }) => Math.max(max, num), 0)
            return counts.filter(({ num }) => num >= most)
          }),
        ),
      ),
    ),
  ),
  q7: of(({ bids }) =>
    from(bids).pipe(
      groupBy((bid) => windowOf(bid.dateTime)),
      mergeMap((window) =>
        window.pipe(
          toArray(),
          mergeMap((rows) => {
            const highest = rows.reduce((max, { price }) => Math.max(max, price), 0)
            return rows.filter(({ price }) => price === highest)
          }),
        ),
      ),
    ),
  ),
  q8: of(({ persons, auctions }) =>
    merge(from(persons).pipe(map(({ id, dateTime }) => ({ side: 0, id, dateTime }))), from(auctions).pipe(map(({ seller, dateTime }) => ({ side: 1, id: seller, dateTime })))).pipe(
      groupBy((row) => `${windowOf(row.dateTime)} ${row.id}`),
      mergeMap((group) => group.pipe(reduce((sides, row) => ({ id: row.id, left: sides.left || row.side === 0, right: sides.right || row.side === 1 }), { id: 0, left: false, right: false }))),
      mergeMap((found) => (found.left && found.right ? [found] : EMPTY)),
    ),
  ),
  q11: of(({ bids }) =>
    from(bids).pipe(
      groupBy((bid) => bid.bidder),
      mergeMap((group) =>
        group.pipe(
          toArray(),
          mergeMap((rows) => {
            const sessions = []
            for (const { bidder, dateTime } of rows) {
              const last = sessions.at(-1)
              if (last !== undefined && dateTime <= last.end) {
                last.end = dateTime + 10_000
                last.count++
              } else sessions.push({ bidder, start: dateTime, end: dateTime + 10_000, count: 1 })
            }
            return sessions
          }),
        ),
      ),
    ),
  ),
  // Every later bid is told; what is left in the end is one row a pair.
  q18: ({ bids }) => {
    others(bids)
    return () => {
      const last = new Map()
      from(bids)
        .pipe(
          groupBy((bid) => `${bid.bidder} ${bid.auction}`),
          mergeMap((group) => group.pipe(scan((before, bid) => (bid.dateTime >= before.dateTime ? bid : before)), map((bid) => ({ key: group.key, bid })))),
        )
        .subscribe(({ key, bid }) => void last.set(key, bid))
      return last.size
    }
  },
}

export const cannot = {}
