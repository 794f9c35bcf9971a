import { bigintType, intType, stringType, timestampType, type DataType } from '../columnar/dataType.ts'

/**
 * What the Nexmark streams look like: their columns and the settings of the generator, without the generator. Names, types and defaults are
 * those of the public repository nexmark/nexmark (views `person`, `auction`, `bid` and the table `datagen` beneath them, here `all`; `NexmarkConfiguration`), except for
 * the base time, which is a fixed recent one, and for two of our own: the seed and `repeatBidderOffset`.
 */
export type NexmarkKind = 'person' | 'auction' | 'bid'

/** In the order of their numbers in the column `event_type`. */
export const nexmarkKinds: readonly NexmarkKind[] = ['person', 'auction', 'bid']

export type NexmarkStreamName = NexmarkKind | 'all'

export const nexmarkStreamNames: readonly NexmarkStreamName[] = [...nexmarkKinds, 'all']

export interface NexmarkColumn {
  readonly name: string
  readonly type: DataType
  /** Some of its values are NULL. */
  readonly hasNulls?: true
}

const columnsOfKind: Readonly<Record<NexmarkKind, readonly NexmarkColumn[]>> = {
  person: [
    { name: 'id', type: bigintType },
    { name: 'name', type: stringType },
    { name: 'emailAddress', type: stringType },
    { name: 'creditCard', type: stringType },
    { name: 'city', type: stringType },
    { name: 'state', type: stringType },
    { name: 'dateTime', type: timestampType },
    { name: 'extra', type: stringType },
  ],
  auction: [
    { name: 'id', type: bigintType },
    { name: 'itemName', type: stringType },
    { name: 'description', type: stringType },
    { name: 'initialBid', type: bigintType },
    { name: 'reserve', type: bigintType },
    { name: 'dateTime', type: timestampType },
    { name: 'expires', type: timestampType },
    { name: 'seller', type: bigintType },
    { name: 'category', type: bigintType },
    { name: 'extra', type: stringType },
  ],
  bid: [
    { name: 'auction', type: bigintType },
    { name: 'bidder', type: bigintType },
    { name: 'price', type: bigintType },
    { name: 'channel', type: stringType },
    { name: 'url', type: stringType },
    { name: 'dateTime', type: timestampType },
    { name: 'extra', type: stringType },
  ],
}

const rowOf = (kind: NexmarkKind): NexmarkColumn => ({
  name: kind,
  type: { kind: 'ROW', fields: columnsOfKind[kind].map(({ name, type }) => ({ name, type })), nullable: true },
  hasNulls: true,
})

export const nexmarkColumns: Readonly<Record<NexmarkStreamName, readonly NexmarkColumn[]>> = {
  ...columnsOfKind,
  all: [{ name: 'event_type', type: intType }, ...nexmarkKinds.map(rowOf), { name: 'dateTime', type: timestampType }],
}

export interface NexmarkOptions {
  /** Events of all three kinds together, as in Nexmark: by default 92 of 100 are bids. 0 means without end. */
  readonly events: number
  readonly seed: number
  /** First event rate: sets how far apart event times are, not how fast the rows come. */
  readonly eventsPerSecond: number
  readonly personProportion: number
  readonly auctionProportion: number
  readonly bidProportion: number
  /** One bid in so many goes to an auction that is not hot; the others to a hot one. */
  readonly hotAuctionRatio: number
  readonly hotBidderRatio: number
  readonly hotSellerRatio: number
  /** Bytes of a row, reached by filling `extra`. */
  readonly personSize: number
  readonly auctionSize: number
  readonly bidSize: number
  /** Events are shuffled within groups of this many; 1 keeps them in order. */
  readonly outOfOrderGroupSize: number
  /** Ms since 1970-01-01 of the first event. */
  readonly baseTimeMs: number
  /**
   * Add the first person id to a bid's bidder twice, as the public generator does, so that bidders are persons 1000 ids later. Off, a bid's
   * bidder is a person's id.
   */
  readonly repeatBidderOffset: boolean
}

/** 2026-01-31 12:00:00 */
export const nexmarkBaseTimeMs = 1_769_860_800_000

export const nexmarkDefaults: NexmarkOptions = {
  events: 100_000,
  seed: 1,
  eventsPerSecond: 10_000,
  personProportion: 1,
  auctionProportion: 3,
  bidProportion: 46,
  hotAuctionRatio: 2,
  hotBidderRatio: 4,
  hotSellerRatio: 4,
  personSize: 200,
  auctionSize: 500,
  bidSize: 100,
  outOfOrderGroupSize: 1,
  baseTimeMs: nexmarkBaseTimeMs,
  repeatBidderOffset: false,
}
