import type { JsonObject } from '../../../columnar/json.ts'
import { printType } from '../../../columnar/dataType.ts'
import { parseTimestamp, timestampText } from '../../../columnar/valueText.ts'
import type { ConfigField } from '../../../job/configField.ts'
import { sourceProblems } from '../../../job/problemCatalogue.ts'
import { nexmarkColumns, nexmarkDefaults, nexmarkStreamNames, type NexmarkOptions, type NexmarkStreamName } from '../../../streams/nexmarkModel.ts'
import type { Connector } from './connector.ts'
import { checkKnownColumns } from './known.ts'
import { splitsField } from './shared.ts'

const countMax = Number.MAX_SAFE_INTEGER

function optional(key: keyof NexmarkOptions, label: string, min: number, max: number, help: string, advanced = true): ConfigField {
  return { key, label, control: 'integer', min, max, optional: true, default: Number(nexmarkDefaults[key]), advanced, help }
}

export const nexmark: Connector = {
  variant: {
    type: 'nexmark',
    label: 'Nexmark auction',
    summary: 'Persons, auctions and bids of an auction site, generated: the data of the Nexmark benchmark.',
    fields: [
      {
        key: 'stream',
        label: 'Stream',
        control: 'choice',
        choices: [
          { value: 'bid', label: 'Bids' },
          { value: 'auction', label: 'Auctions' },
          { value: 'person', label: 'Persons' },
          { value: 'all', label: 'All events in one stream' },
        ],
        help: 'Of 50 events one is a person, three are auctions and 46 are bids. Streams of one seed describe one world. All events in one stream are wide rows, as in the benchmark: event_type is 0, 1 or 2, and of person, auction and bid two are NULL.',
      },
      optional('events', 'Events', 0, countMax, 'Events of all three kinds together; 0 goes on without end.', false),
      optional('seed', 'Seed', -2_147_483_648, 2_147_483_647, 'Another seed gives other values.', false),
      optional('eventsPerSecond', 'Events a second of event time', 1, 1_000_000_000, 'Sets how far apart the event times are, not how fast rows come.', false),
      {
        key: 'baseTime',
        label: 'First event time',
        control: 'text',
        optional: true,
        default: timestampText(nexmarkDefaults.baseTimeMs, 0),
        advanced: true,
        pattern: String.raw`\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,3})?`,
        help: 'Such as 2026-01-31 12:00:00.',
      },
      optional('outOfOrderGroupSize', 'Shuffled in groups of', 1, 1_000_000, 'Events come out of order within groups of this many; 1 keeps them in order.'),
      optional('personProportion', 'Persons', 1, 1000, 'Share of persons among the events.'),
      optional('auctionProportion', 'Auctions', 1, 1000, 'Share of auctions among the events.'),
      optional('bidProportion', 'Bids', 0, 1000, 'Share of bids among the events.'),
      optional('hotAuctionRatio', 'Bids off hot auctions: one in', 1, 1_000_000_000, 'The others go to a hot auction.'),
      optional('hotBidderRatio', 'Bids not by hot bidders: one in', 1, 1_000_000_000, 'The others come from a hot bidder.'),
      optional('hotSellerRatio', 'Auctions not by hot sellers: one in', 1, 1_000_000_000, 'The others come from a hot seller.'),
      optional('personSize', 'Bytes of a person', 0, 1000, 'Reached on average by filling the column extra.'),
      optional('auctionSize', 'Bytes of an auction', 0, 1000, 'Reached on average by filling the column extra.'),
      optional('bidSize', 'Bytes of a bid', 0, 1000, 'Reached on average by filling the column extra.'),
      {
        key: 'repeatBidderOffset',
        label: 'Bidder ids as in the public generator',
        control: 'boolean',
        optional: true,
        default: false,
        advanced: true,
        help: 'The public generator adds the first id to a bidder twice, so that bidders are persons 1000 ids later. On to compare with its results.',
      },
      splitsField,
    ],
  },
  subtitle: (connector) => {
    const { events } = nexmarkOptions(connector)
    return `nexmark ${streamOf(connector) ?? ''} · ${events === 0 ? 'no end' : events.toLocaleString('en')}`
  },
  proposal: (connector) => {
    const stream = streamOf(connector)
    if (stream === null) return null
    return {
      columns: nexmarkColumns[stream].map(({ name, type }) => ({ name, type: printType(type) })),
      watermark: { column: 'dateTime', delayMs: 4000 },
    }
  },
  check: (config, columns, report) => {
    const connector = config.connector as JsonObject
    const stream = streamOf(connector)
    if (stream !== null) checkKnownColumns(config, columns, `The Nexmark stream "${stream}"`, nexmarkColumns[stream], true, report)
    if (typeof connector.baseTime === 'string' && parseTimestamp(connector.baseTime) === null) {
      report('connector.baseTime', sourceProblems.badField('baseTime', `${JSON.stringify(connector.baseTime)} is no time. Write it like "2026-01-31 12:00:00".`))
    }
    if (connector.events === 0 && typeof connector.splits === 'number' && connector.splits > 1) report('connector.splits', sourceProblems.splitsWithoutEnd())
  },
  leavesOut: true,
}

export function streamOf(connector: JsonObject): NexmarkStreamName | null {
  return nexmarkStreamNames.find((name) => name === connector.stream) ?? null
}

export function nexmarkOptions(connector: JsonObject): NexmarkOptions {
  const options: Record<string, number | boolean> = { ...nexmarkDefaults }
  for (const key of Object.keys(nexmarkDefaults)) {
    const value = connector[key]
    if (typeof value === 'number' || typeof value === 'boolean') options[key] = value
  }
  const base = typeof connector.baseTime === 'string' ? parseTimestamp(connector.baseTime) : null
  if (base !== null) options.baseTimeMs = base.ms
  return options as unknown as NexmarkOptions
}
