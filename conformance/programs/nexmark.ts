import type { JsonObject } from '../../src/columnar/json.ts'
import type { Edge, Operator } from '../../src/job/job.ts'
import { jobOf, type Program, type ProgramSet } from '../src/program.ts'

/**
 * The queries of the Nexmark benchmark (Tucker et al., "NEXMark: A Benchmark for Queries over Data Streams", and its SQL forms), as Millrace draws them, over rows of
 * Millrace's own seeded generator. Left out: queries over processing time or an external table (q6, q10, q12, q13), and what has no operator yet.
 */
const columnsOf = {
  bid: { auction: 'BIGINT', bidder: 'BIGINT', price: 'BIGINT', channel: 'STRING', url: 'STRING', dateTime: 'TIMESTAMP(3)', extra: 'STRING' },
  auction: { id: 'BIGINT', itemName: 'STRING', initialBid: 'BIGINT', reserve: 'BIGINT', dateTime: 'TIMESTAMP(3)', expires: 'TIMESTAMP(3)', seller: 'BIGINT', category: 'BIGINT' },
  person: { id: 'BIGINT', name: 'STRING', city: 'STRING', state: 'STRING', dateTime: 'TIMESTAMP(3)' },
} as const

function stream(id: string, of: keyof typeof columnsOf, events: number): Operator {
  return {
    id,
    kind: 'source',
    config: {
      connector: { type: 'nexmark', stream: of, events, seed: 42 },
      columns: Object.entries(columnsOf[of]).map(([name, type]) => ({ name, type })),
      watermark: { column: 'dateTime', delayMs: 4000 },
    },
  }
}

const sink: Operator = { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }

/** A query of operators in a row, fed by one stream. */
function chain(name: string, says: string, of: keyof typeof columnsOf, events: number, steps: readonly (readonly [kind: string, config: JsonObject])[]): Program {
  const operators = [stream('events', of, events), ...steps.map(([kind, config], i): Operator => ({ id: `step${i}`, kind, config })), sink]
  const edges: Edge[] = operators.slice(1).map((operator, i) => ({ from: operators[i]!.id, to: operator.id }))
  return { name: `nexmark-${name}`, says, job: jobOf(`nexmark-${name}`, operators, edges) }
}

function joined(name: string, says: string, left: readonly [keyof typeof columnsOf, number], right: readonly [keyof typeof columnsOf, number], kind: string, config: JsonObject): Program {
  return {
    name: `nexmark-${name}`,
    says,
    job: jobOf(`nexmark-${name}`, [stream('l', ...left), stream('r', ...right), { id: 'joined', kind, config }, sink], [
      { from: 'l', to: 'joined', toPort: 'left' },
      { from: 'r', to: 'joined', toPort: 'right' },
      { from: 'joined', to: 'out' },
    ]),
  }
}

const column = (name: string, expression = `\`${name}\``): JsonObject => ({ name, expression })
const tumble10 = { type: 'tumble', timeColumn: 'dateTime', sizeMs: 10_000 }

export const nexmarkPrograms: ProgramSet = {
  name: 'nexmark',
  programs: [
    chain('q0', 'rows pass as they are', 'bid', 100, [['project', { columns: Object.keys(columnsOf.bid).map((name) => column(name)) }]]),
    chain('q1', 'prices are converted with a decimal factor', 'bid', 200, [['project', { columns: [column('auction'), column('bidder'), column('price', '0.908 * price'), column('dateTime')] }]]),
    chain('q2', 'bids on chosen auctions are kept', 'bid', 5000, [['filter', { where: 'MOD(auction, 123) = 0' }], ['project', { columns: [column('auction'), column('price')] }]]),
    joined('q3', 'sellers of some states meet their auctions of a category', ['auction', 3000], ['person', 3000], 'regular-join', {
      type: 'inner',
      on: [{ left: 'seller', right: 'id' }],
      condition: "l.category = 10 AND r.state IN ('OR', 'ID', 'CA')",
      columns: [column('name', 'r.name'), column('city', 'r.city'), column('state', 'r.state'), column('id', 'l.id')],
    }),
    chain('q5-counts', 'bids are counted per auction in hopping windows', 'bid', 1000, [
      ['window-aggregate', { window: { type: 'hop', timeColumn: 'dateTime', sizeMs: 10_000, slideMs: 2000 }, groupBy: ['auction'], aggregates: [column('n', 'COUNT(*)')] }],
    ]),
    chain('q7-highest', 'the highest price of each window', 'bid', 5000, [['window-aggregate', { window: tumble10, groupBy: [], aggregates: [column('price', 'MAX(price)'), column('n', 'COUNT(*)'), column('bidders', 'COUNT(DISTINCT bidder)')] }]]),
    joined('q8', 'new persons who open an auction in the same window', ['person', 3000], ['auction', 3000], 'window-join', {
      window: tumble10,
      type: 'inner',
      on: [{ left: 'id', right: 'seller' }],
      columns: [column('id', 'l.id'), column('name', 'l.name'), column('auction', 'r.id')],
    }),
    chain('q11', 'bids of each bidder are counted in sessions', 'bid', 1000, [['window-aggregate', { window: { type: 'session', timeColumn: 'dateTime', gapMs: 1000 }, groupBy: ['bidder'], aggregates: [column('n', 'COUNT(*)')] }]]),
    chain('q14', 'bids within a range, with the time of day in words', 'bid', 2000, [
      ['filter', { where: '0.908 * price > 1000000 AND 0.908 * price < 50000000' }],
      [
        'project',
        {
          columns: [
            column('auction'),
            column('price', '0.908 * price'),
            column('part', "CASE WHEN HOUR(`dateTime`) >= 8 AND HOUR(`dateTime`) <= 18 THEN 'dayTime' WHEN HOUR(`dateTime`) <= 6 OR HOUR(`dateTime`) >= 20 THEN 'nightTime' ELSE 'otherTime' END"),
            column('dateTime'),
          ],
        },
      ],
    ]),
    chain('q16', 'bids per channel and day, counted by rank of price', 'bid', 2000, [
      ['project', { columns: [column('channel'), column('day', "DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')"), column('minute', "DATE_FORMAT(`dateTime`, 'HH:mm')"), column('price'), column('bidder'), column('auction')] }],
      [
        'group-aggregate',
        {
          groupBy: ['channel', 'day'],
          aggregates: [
            column('minute', 'MAX(`minute`)'),
            column('total', 'COUNT(*)'),
            column('low', 'COUNT(*) FILTER (WHERE price < 10000)'),
            column('middle', 'COUNT(*) FILTER (WHERE price >= 10000 AND price < 1000000)'),
            column('high', 'COUNT(*) FILTER (WHERE price >= 1000000)'),
            column('bidders', 'COUNT(DISTINCT bidder)'),
            column('auctions', 'COUNT(DISTINCT auction)'),
          ],
        },
      ],
    ]),
    chain('q17', 'prices per auction and day', 'bid', 500, [
      ['project', { columns: [column('auction'), column('day', "DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')"), column('price')] }],
      ['group-aggregate', { groupBy: ['auction', 'day'], aggregates: [column('n', 'COUNT(*)'), column('low', 'MIN(price)'), column('high', 'MAX(price)'), column('mean', 'AVG(price)'), column('total', 'SUM(price)')] }],
    ]),
    chain('q21', 'a channel id comes out of the channel or out of the address', 'bid', 500, [
      [
        'project',
        {
          columns: [
            column('auction'),
            column('channel'),
            column('channel_id', "CASE WHEN LOWER(channel) = 'apple' THEN '0' WHEN LOWER(channel) = 'google' THEN '1' WHEN LOWER(channel) = 'facebook' THEN '2' WHEN LOWER(channel) = 'baidu' THEN '3' ELSE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) END"),
          ],
        },
      ],
    ]),
    chain('q22', 'directories of an address', 'bid', 300, [
      ['project', { columns: [column('auction'), column('channel'), column('dir1', "SPLIT_INDEX(url, '/', 3)"), column('dir2', "SPLIT_INDEX(url, '/', 4)"), column('dir3', "SPLIT_INDEX(url, '/', 5)")] }],
    ]),
  ],
  incomparable: [],
}
