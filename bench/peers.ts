import { filter, from, groupBy, map, mergeMap, reduce } from 'rxjs'
import { rowAt, type Batch } from '../src/columnar/batch.ts'
import type { Operators } from '../src/runtime/engineThread.ts'
import { installedOperators } from '../src/runtime/installedOperators.ts'
import { runToEnd } from '../src/runtime/launch/inProcess.ts'
import { compare, type Comparison } from './harness.ts'
import { planOf, windowedJob } from './jobs.ts'

/**
 * The same questions put to RxJS, the way its users would write them: one object a row, one operator call a row. Both have their rows ready in memory and run in the same
 * thread; Millrace's part is the whole job, with its tasks and watermarks. A program uses an operator with many functions, and a chain that is the only one of its kind is
 * inlined whole; so RxJS runs other chains first.
 */
interface Bid {
  readonly auction: number
  readonly price: number
  readonly dateTime: number
}

export async function benchPeers(events: number): Promise<Comparison[]> {
  const received = await runToEnd(planOf(events, 1, [], 'collect'))
  const batches = [...received.values()].flat()
  const operators = replaying(batches)
  const bids: Bid[] = batches.flatMap((batch) =>
    Array.from({ length: batch.rowCount }, (_, row) => {
      const [auction, price, dateTime] = rowAt(batch, row)
      return { auction: Number(auction), price: Number(price), dateTime: Number(dateTime) }
    }),
  )
  pollute(bids.slice(0, 20_000))
  const filtered = planOf(events, 1, [
    { id: 'dear', kind: 'filter', config: { where: 'price > 1000' } },
    { id: 'euros', kind: 'project', config: { columns: [{ name: 'auction', expression: 'auction' }, { name: 'euros', expression: 'price * 2' }] } },
  ])
  const windowed = windowedJob(events, 1)
  return [
    await compare(
      `filter and map, ${bids.length.toLocaleString('en')} bids`,
      [
        { name: 'Millrace', pass: () => runToEnd(filtered, { operators }) },
        { name: 'RxJS', pass: () => countOf(from(bids).pipe(filter((bid) => bid.price > 1000), map((bid) => ({ auction: bid.auction, euros: bid.price * 2 })))) },
      ],
      { rows: bids.length, turns: 5, warmups: 1, goal: { against: 'RxJS', atLeast: 5 } },
    ),
    await compare(
      `count and sum by auction in ten-second windows, ${bids.length.toLocaleString('en')} bids`,
      [
        { name: 'Millrace', pass: () => runToEnd(windowed, { operators }) },
        {
          name: 'RxJS',
          pass: () =>
            countOf(
              from(bids).pipe(
                groupBy((bid) => `${Math.floor(bid.dateTime / 10_000)} ${bid.auction}`),
                mergeMap((group) => group.pipe(reduce((sums, bid) => ({ key: group.key, bids: sums.bids + 1, total: sums.total + bid.price }), { key: '', bids: 0, total: 0 }))),
              ),
            ),
        },
      ],
      { rows: bids.length, turns: 5, warmups: 1, goal: { against: 'RxJS', atLeast: 50 } },
    ),
  ]
}

/** The rooms, with sources that give these batches. */
function replaying(batches: readonly Batch[]): Operators {
  const create = (): { open(): Promise<void>; next(): Batch | 'end' } => {
    let at = 0
    return { open: () => Promise.resolve(), next: () => batches[at++] ?? 'end' }
  }
  return { ...installedOperators, runtimeOf: (kind) => (kind === 'source' ? { role: 'source', create } : installedOperators.runtimeOf(kind)) }
}

function pollute(bids: readonly Bid[]): void {
  for (let turn = 0; turn < 3; turn++) {
    countOf(from(bids).pipe(filter((bid) => bid.auction % 2 === 0), map((bid) => bid.price)))
    countOf(from(bids).pipe(map((bid) => String(bid.dateTime)), filter((text) => text.endsWith('7'))))
    countOf(from(bids).pipe(map(({ price }) => [price, -price]), filter(([price]) => price! > 10), map((pair) => ({ pair }))))
    countOf(from(bids).pipe(groupBy((bid) => bid.auction % 5), mergeMap((group) => group.pipe(reduce((sum, bid) => sum + bid.price, 0)))))
  }
}

function countOf(stream: { subscribe(next: () => void): unknown }): number {
  let count = 0
  stream.subscribe(() => void count++)
  return count
}
