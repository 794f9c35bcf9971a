import { freshArrays, type Arrays } from '../columnar/arrays.ts'
import type { Batch } from '../columnar/batch.ts'
import type { Column, Dictionary } from '../columnar/column.ts'
import type { Schema } from '../columnar/schema.ts'
import { hash32 } from '../deterministic/prng.ts'
import type { NexmarkKind, NexmarkOptions } from './nexmarkModel.ts'
import {
  below,
  channelNames,
  channelUrls,
  cities,
  coldChannelCount,
  firstNames,
  hotChannelCount,
  lastNames,
  states,
  TextPool,
} from './nexmarkText.ts'

/**
 * The Nexmark generator: an auction site's persons, auctions and bids, by the rules of the public repository nexmark/nexmark
 * (`GeneratorConfig`, `PersonGenerator`, `AuctionGenerator`, `BidGenerator`), seeded.
 *
 * Every value is a function of the seed, the event's number and the value's purpose (`hash32`), so a stream can start at any position
 * without what lies before it, and the three streams of one seed describe one world. Only the columns asked for are made. Arithmetic uses
 * nothing that differs between machines: the log-uniform price multiplies table entries made with square roots, not `Math.pow`.
 *
 * With `splits` above 1 each split has a contiguous block of event numbers and the same base time, and its events lie `splits` times as far
 * apart, as in Nexmark. Random draws repeat after 2^32 events; ids and times do not.
 */
export class NexmarkGenerator {
  /** Rows in all, or undefined when the stream has no end. Exact unless events are shuffled in groups that do not divide their number. */
  readonly rowsTotal: number | undefined
  /** Event numbers tell the time, so it never falls unless events are shuffled. */
  readonly risingColumn: string | undefined
  readonly #options: NexmarkOptions
  readonly #schema: Schema
  readonly #fill: readonly Fill[]
  readonly #rows: EventRows
  /** Position: number of the next event within the split. */
  #number = 0
  readonly #numberEnd: number

  constructor(stream: NexmarkKind, options: NexmarkOptions, schema: Schema, split = 0, splits = 1, arrays: Arrays = freshArrays) {
    this.#options = options
    this.#schema = schema
    const { firstEvent, numberEnd } = eventsOf(options, split, splits)
    this.#numberEnd = numberEnd
    this.risingColumn = options.outOfOrderGroupSize === 1 ? 'dateTime' : undefined
    this.#rows = new EventRows(stream, options, firstEvent, splits, arrays)
    this.rowsTotal = this.#numberEnd === Infinity ? undefined : this.#rows.rowsBefore(firstEvent + this.#numberEnd) - this.#rows.rowsBefore(firstEvent)
    const texts = textsOf(options.seed)
    this.#fill = schema.fields.map((field) => fillOf(stream, field.name, options, texts))
  }

  /** Where the next row comes from: give it to `seek` of an equal generator to go on from here. */
  get position(): number {
    return this.#number
  }

  seek(position: number): void {
    this.#number = position
  }

  /** The next rows, at most `rowsMax`; null at the end. */
  next(rowsMax: number): Batch | null {
    this.#number = this.#rows.load(this.#number, this.#numberEnd, rowsMax)
    const rows = this.#rows
    if (rows.count === 0) return null
    return {
      schema: this.#schema,
      columns: this.#fill.map((fill) => fill(rows, this.#options)),
      rowCount: rows.count,
      kinds: null,
      watermarks: null,
    }
  }
}

/** The events of a split: the number of the first in the whole stream, and how many there are; Infinity without end. */
export function eventsOf({ events }: NexmarkOptions, split: number, splits: number): { readonly firstEvent: number; readonly numberEnd: number } {
  if (events === 0) return { firstEvent: 0, numberEnd: Infinity }
  const perSplit = Math.floor(events / splits)
  const firstEvent = perSplit * split
  return { firstEvent, numberEnd: split === splits - 1 ? events - firstEvent : perSplit }
}

/**
 * Which events the rows of a batch are, as runs of events that follow one another and see the same newest person and auction. The bids of an epoch are
 * one run, so that what they share is computed once; persons, auctions and shuffled events are runs of one. Scratch arrays, reused from batch to batch.
 */
export class EventRows {
  /** Rows in all runs. */
  count = 0
  runs = 0
  /** Per run: its rows, its first event's id, the number its first event's time follows (its place in the split). */
  length = new Int32Array(0)
  event = new Float64Array(0)
  number = new Float64Array(0)
  /** Per run: number of the newest person and auction, without the first id added. */
  lastPerson = new Float64Array(0)
  lastAuction = new Float64Array(0)
  readonly #persons: number
  readonly #auctions: number
  readonly #total: number
  /** Events of this stream in each epoch of `total` events: places `first` to `first + each - 1`. */
  readonly #first: number
  readonly #each: number
  readonly #firstEvent: number
  readonly #groupSize: number
  /** All events of an epoch in one run. */
  readonly #whole: boolean
  /** For columns of the batch. */
  readonly arrays: Arrays
  readonly baseTimeMs: number
  readonly delayUs: number
  /** Events ahead at which an auction of now ends, half of the time. */
  readonly horizonEvents: number

  constructor(stream: NexmarkKind, options: NexmarkOptions, firstEvent: number, splits: number, arrays: Arrays) {
    this.arrays = arrays
    this.#persons = options.personProportion
    this.#auctions = options.auctionProportion
    this.#total = options.personProportion + options.auctionProportion + options.bidProportion
    this.#first = stream === 'person' ? 0 : stream === 'auction' ? this.#persons : this.#persons + this.#auctions
    this.#each = stream === 'person' ? this.#persons : stream === 'auction' ? this.#auctions : options.bidProportion
    this.#firstEvent = firstEvent
    this.#groupSize = options.outOfOrderGroupSize
    this.#whole = stream === 'bid'
    this.baseTimeMs = options.baseTimeMs
    this.delayUs = (1_000_000 / options.eventsPerSecond) * splits
    this.horizonEvents = Math.floor((100 * this.#total) / Math.max(1, this.#auctions))
  }

  /** Rows of the stream with an event id below this. */
  rowsBefore(event: number): number {
    const epoch = Math.floor(event / this.#total)
    return epoch * this.#each + Math.min(this.#each, Math.max(0, event - epoch * this.#total - this.#first))
  }

  /** Loads the next rows from event number `from` on; returns the number after the last event looked at. */
  load(from: number, end: number, rowsMax: number): number {
    if (this.length.length < rowsMax) {
      this.length = new Int32Array(rowsMax)
      this.event = new Float64Array(rowsMax)
      this.number = new Float64Array(rowsMax)
      this.lastPerson = new Float64Array(rowsMax)
      this.lastAuction = new Float64Array(rowsMax)
    }
    this.count = 0
    this.runs = 0
    return this.#groupSize === 1 ? this.#loadInOrder(from, end, rowsMax) : this.#loadShuffled(from, end, rowsMax)
  }

  #loadInOrder(from: number, end: number, rowsMax: number): number {
    const each = this.#each
    const row = this.rowsBefore(this.#firstEvent + from)
    const left = end === Infinity ? rowsMax : this.rowsBefore(this.#firstEvent + end) - row
    const count = Math.min(rowsMax, left)
    if (each === 0 || count <= 0) return end
    let epoch = Math.floor(row / each)
    let offset = this.#first + row - epoch * each
    const offsetEnd = this.#first + each
    let event = 0
    while (this.count < count) {
      const length = this.#whole ? Math.min(count - this.count, offsetEnd - offset) : 1
      event = epoch * this.#total + offset
      this.#addRun(length, event, event - this.#firstEvent, epoch, offset)
      event += length
      offset += length
      if (offset === offsetEnd) {
        epoch++
        offset = this.#first
      }
    }
    return event - this.#firstEvent
  }

  #loadShuffled(from: number, end: number, rowsMax: number): number {
    const group = this.#groupSize
    let next = from
    for (; next < end && this.count < rowsMax; next++) {
      const base = Math.floor(next / group) * group
      const adjusted = base + (((next - base) * 953) % group)
      const event = this.#firstEvent + adjusted
      const epoch = Math.floor(event / this.#total)
      const offset = event - epoch * this.#total
      if (offset >= this.#first && offset < this.#first + this.#each) this.#addRun(1, event, adjusted, epoch, offset)
    }
    return next
  }

  #addRun(length: number, event: number, number: number, epoch: number, offset: number): void {
    const run = this.runs++
    this.length[run] = length
    this.event[run] = event
    this.number[run] = number
    this.lastPerson[run] = epoch * this.#persons + (offset >= this.#persons ? this.#persons - 1 : offset)
    const place = offset - this.#persons
    this.lastAuction[run] = epoch * this.#auctions + (place < 0 ? -1 : place >= this.#auctions ? this.#auctions - 1 : place)
    this.count += length
  }
}

/** Makes one column of the rows. */
export type Fill = (rows: EventRows, options: NexmarkOptions) => Column

const firstId = 1000
const hotBlock = 100
const activePersons = 1000
const inFlightAuctions = 100
const lead = 10

/** Purposes of random draws; each is a stream of its own under the seed. */
const draw = {
  auction: 2,
  bidder: 4,
  price: 5,
  channel: 6,
  seller: 8,
  initialBid: 9,
  reserve: 10,
  expires: 11,
  category: 12,
  name: 13,
  email: 14,
  emailHost: 15,
  card: 16,
  cardRest: 17,
  city: 18,
  state: 19,
  itemName: 20,
  description: 21,
  extra: 22,
  extraLength: 23,
} as const

export function fillOf(stream: NexmarkKind, column: string, options: NexmarkOptions, texts: Texts): Fill {
  const fills: Record<string, (() => Fill) | undefined> =
    stream === 'person' ? personFills(options, texts) : stream === 'auction' ? auctionFills(options, texts) : bidFills(options, texts)
  const fill = fills[column]
  if (fill === undefined) throw new Error(`the Nexmark stream ${stream} has no column ${column}`)
  return fill()
}

function personFills(options: NexmarkOptions, texts: Texts): Record<string, () => Fill> {
  const seed = options.seed
  return {
    id: () => (rows) => int64(ids(rows.lastPerson, rows.count)),
    name: () => {
      const dictionary: Dictionary = { values: firstNames.flatMap((first) => lastNames.map((last) => `${first} ${last}`)), distinct: true }
      return (rows) => choice(rows, streamOf(seed, draw.name), dictionary)
    },
    emailAddress: () => (rows) =>
      madeTexts(rows, (counter) => `${texts.spaced.upTo(counter, draw.email, 7)}@${texts.spaced.upTo(counter, draw.emailHost, 5)}.com`),
    creditCard: () => {
      const first = streamOf(seed, draw.card)
      const rest = streamOf(seed, draw.cardRest)
      return (rows) =>
        madeTexts(rows, (counter) => {
          const digits = (bits: number, shift: number): string => String(((bits >>> shift) & 0xffff) % 10_000).padStart(4, '0')
          const a = hash32(counter, first)
          const b = hash32(counter, rest)
          return `${digits(a, 0)} ${digits(a, 16)} ${digits(b, 0)} ${digits(b, 16)}`
        })
    },
    city: () => (rows) => choice(rows, streamOf(seed, draw.city), cityDictionary),
    state: () => (rows) => choice(rows, streamOf(seed, draw.state), stateDictionary),
    dateTime: () => eventTime,
    // 8 bytes of id and 8 of time; names, mail, card, city and state at their usual lengths.
    extra: () => extraOf(options.personSize, 8 + 12 + 13 + 19 + 8 + 2 + 8, seed, texts),
  }
}

function auctionFills(options: NexmarkOptions, texts: Texts): Record<string, () => Fill> {
  const seed = options.seed
  return {
    id: () => (rows) => int64(ids(rows.lastAuction, rows.count)),
    itemName: () => (rows) => madeTexts(rows, (counter) => texts.spaced.upTo(counter, draw.itemName, 20)),
    description: () => (rows) => madeTexts(rows, (counter) => texts.spaced.upTo(counter, draw.description, 100)),
    initialBid: () => (rows) => int64(prices(rows, streamOf(seed, draw.initialBid))),
    reserve: () => (rows) => {
      const reserve = prices(rows, streamOf(seed, draw.initialBid))
      const more = prices(rows, streamOf(seed, draw.reserve))
      for (let i = 0; i < reserve.length; i++) reserve[i] = reserve[i]! + more[i]!
      return int64(reserve)
    },
    dateTime: () => eventTime,
    expires: () => {
      const stream = streamOf(seed, draw.expires)
      return (rows) => ({ storage: 'float64', values: expiries(rows, stream), nulls: null })
    },
    seller: () => {
      const stream = streamOf(seed, draw.seller)
      return (rows) => int64(persons(rows, stream, options.hotSellerRatio, 0, firstId))
    },
    category: () => {
      const stream = streamOf(seed, draw.category)
      return (rows) => int64(categories(rows, stream))
    },
    // Four BIGINTs, two times; item name and description at their usual lengths.
    extra: () => extraOf(options.auctionSize, 8 * 8 + 11 + 51, seed, texts),
  }
}

function bidFills(options: NexmarkOptions, texts: Texts): Record<string, () => Fill> {
  const seed = options.seed
  return {
    auction: () => {
      const stream = streamOf(seed, draw.auction)
      return (rows) => int64(auctions(rows, stream, options.hotAuctionRatio))
    },
    bidder: () => {
      const stream = streamOf(seed, draw.bidder)
      const offset = options.repeatBidderOffset ? firstId * 2 : firstId
      // The second person of the block is the hot bidder: the first is the hot seller.
      return (rows) => int64(persons(rows, stream, options.hotBidderRatio, 1, offset))
    },
    price: () => {
      const stream = streamOf(seed, draw.price)
      return (rows) => int64(prices(rows, stream))
    },
    channel: () => {
      const dictionary = channelDictionary
      const stream = streamOf(seed, draw.channel)
      return (rows) => ({ storage: 'string', codes: channelCodes(rows, stream), dictionary, nulls: null })
    },
    url: () => {
      const dictionary = urlDictionary(seed)
      const stream = streamOf(seed, draw.channel)
      return (rows) => ({ storage: 'string', codes: channelCodes(rows, stream), dictionary, nulls: null })
    },
    dateTime: () => eventTime,
    extra: () => extraOf(options.bidSize, 8 * 4, seed, texts),
  }
}

function streamOf(seed: number, purpose: number): number {
  return hash32(seed, purpose * 0x01000193)
}

function int64(values: Float64Array): Column {
  return { storage: 'int64', values, wide: null, nulls: null }
}

/** Ids of persons or auctions: their runs have one row. */
function ids(last: Float64Array, count: number): Float64Array {
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) values[i] = last[i]! + firstId
  return values
}

function eventTime(rows: EventRows): Column {
  const { runs, length, number, baseTimeMs, delayUs } = rows
  const values = rows.arrays.float64(rows.count)
  let at = 0
  for (let run = 0; run < runs; run++) {
    const first = number[run]!
    const rowsOfRun = length[run]!
    for (let i = 0; i < rowsOfRun; i++) values[at++] = baseTimeMs + Math.floor(Math.floor((first + i) * delayUs) / 1000)
  }
  return { storage: 'float64', values, nulls: null }
}

/**
 * Hot or not, and which of the others, out of one draw: with x uniform in [0, ratio), the row is hot when x >= 1, and otherwise x itself is the uniform number that
 * picks. Written without a branch, because which way it goes cannot be foretold.
 */
function auctions(rows: EventRows, stream: number, ratio: number): Float64Array {
  const { runs, length, event, lastAuction } = rows
  const values = rows.arrays.float64(rows.count)
  const toRatio = ratio / 4_294_967_296
  let at = 0
  for (let run = 0; run < runs; run++) {
    const last = lastAuction[run]!
    const low = last > inFlightAuctions ? last - inFlightAuctions : 0
    const span = last - low + 1 + lead
    const hot = Math.floor(last / hotBlock) * hotBlock - low
    const base = low + firstId
    const first = event[run]! | 0
    const rowsOfRun = length[run]!
    for (let i = 0; i < rowsOfRun; i++) {
      const x = (hash32((first + i) | 0, stream) >>> 0) * toRatio
      const isHot = Math.min(1, Math.floor(x))
      values[at++] = base + isHot * hot + (1 - isHot) * Math.floor(x * span)
    }
  }
  return values
}

function persons(rows: EventRows, stream: number, ratio: number, hotPlace: number, offset: number): Float64Array {
  const { runs, length, event, lastPerson } = rows
  const values = rows.arrays.float64(rows.count)
  const toRatio = ratio / 4_294_967_296
  let at = 0
  for (let run = 0; run < runs; run++) {
    const last = lastPerson[run]!
    const active = last + 1 < activePersons ? last + 1 : activePersons
    const low = last + 1 - active
    const span = active + lead
    const hot = Math.floor(last / hotBlock) * hotBlock + hotPlace - low
    const base = low + offset
    const first = event[run]! | 0
    const rowsOfRun = length[run]!
    for (let i = 0; i < rowsOfRun; i++) {
      const x = (hash32((first + i) | 0, stream) >>> 0) * toRatio
      const isHot = Math.min(1, Math.floor(x))
      values[at++] = base + isHot * hot + (1 - isHot) * Math.floor(x * span)
    }
  }
  return values
}

/** 10^(6u) of u = bits / 2^32, as a product over four groups of bits. Square roots round the same everywhere; powers need not. */
const priceTables = [new Float64Array(256), new Float64Array(256), new Float64Array(256), new Float64Array(256)] as const
{
  // root[k] = 10^(6 / 2^k): the factor that bit 32 - k of the 32 brings.
  const root = [1_000_000]
  for (let k = 1; k <= 32; k++) root.push(Math.sqrt(root[k - 1]!))
  for (const [group, table] of priceTables.entries()) {
    for (let i = 0; i < table.length; i++) {
      let product = 1
      for (let bit = 0; bit < 8; bit++) if (((i >>> bit) & 1) === 1) product *= root[(group + 1) * 8 - bit]!
      table[i] = product
    }
  }
}

/** Log-uniform between 100 and 100 000 000. */
function prices(rows: EventRows, stream: number): Float64Array {
  const { runs, length, event } = rows
  const [a, b, c, d] = priceTables
  const values = rows.arrays.float64(rows.count)
  let at = 0
  for (let run = 0; run < runs; run++) {
    const first = event[run]! | 0
    const rowsOfRun = length[run]!
    for (let i = 0; i < rowsOfRun; i++) {
      const bits = hash32((first + i) | 0, stream)
      values[at++] = Math.floor(a[bits >>> 24]! * b[(bits >>> 16) & 255]! * (c[(bits >>> 8) & 255]! * d[bits & 255]!) * 100 + 0.5)
    }
  }
  return values
}

/** Auctions only, whose runs have one row; so have those below. */
function categories(rows: EventRows, stream: number): Float64Array {
  const values = new Float64Array(rows.count)
  for (let i = 0; i < rows.count; i++) values[i] = 10 + below(hash32(rows.event[i]! | 0, stream), 5)
  return values
}

function expiries(rows: EventRows, stream: number): Float64Array {
  const { event, number, count, baseTimeMs, delayUs, horizonEvents } = rows
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const time = baseTimeMs + Math.floor(Math.floor(number[i]! * delayUs) / 1000)
    const horizon = baseTimeMs + Math.floor(Math.floor((number[i]! + horizonEvents) * delayUs) / 1000) - time
    values[i] = time + 1 + below(hash32(event[i]! | 0, stream), horizon * 2 > 1 ? horizon * 2 : 1)
  }
  return values
}

/** Half of the bids come over one of four hot channels, the others over any of ten thousand. The URL follows the channel. */
function channelCodes(rows: EventRows, stream: number): Int32Array {
  const { runs, length, event } = rows
  const codes = rows.arrays.int32(rows.count)
  let at = 0
  for (let run = 0; run < runs; run++) {
    const first = event[run]! | 0
    const rowsOfRun = length[run]!
    for (let i = 0; i < rowsOfRun; i++) {
      const bits = hash32((first + i) | 0, stream)
      const isHot = 1 - (bits & 1)
      const rest = bits >>> 1
      codes[at++] = isHot * (rest & (hotChannelCount - 1)) + (1 - isHot) * (hotChannelCount + Math.floor(rest * (coldChannelCount / 2_147_483_648)))
    }
  }
  return codes
}

let lastUrls: { readonly seed: number; readonly dictionary: Dictionary } | null = null

/** Ten thousand texts, the same for all splits and readers of a seed. */
function urlDictionary(seed: number): Dictionary {
  if (lastUrls?.seed !== seed) {
    const values = channelUrls(seed)
    lastUrls = { seed, dictionary: { values, distinct: new Set(values).size === values.length } }
  }
  return lastUrls.dictionary
}

const cityDictionary: Dictionary = { values: [...cities], distinct: true }
const channelDictionary: Dictionary = { values: channelNames(), distinct: true }
const stateDictionary: Dictionary = { values: [...states], distinct: true }

function choice(rows: EventRows, stream: number, dictionary: Dictionary): Column {
  const { event, count } = rows
  const codes = new Int32Array(count)
  const size = dictionary.values.length
  for (let i = 0; i < count; i++) codes[i] = below(hash32(event[i]! | 0, stream), size)
  return { storage: 'string', codes, dictionary, nulls: null }
}

/** 0, 1, 2, …: the codes of a column whose texts are its own. Never written after it was made, so batches share it. */
let ownCodes = new Int32Array(0)
function codesUpTo(count: number): Int32Array {
  if (ownCodes.length < count) ownCodes = Int32Array.from({ length: Math.max(count, 4096) }, (_, i) => i)
  return ownCodes.subarray(0, count)
}

function madeTexts(rows: EventRows, textOf: (counter: number) => string): Column {
  const values: string[] = []
  for (let run = 0; run < rows.runs; run++) {
    const first = rows.event[run]! | 0
    for (let i = 0; i < rows.length[run]!; i++) values.push(textOf((first + i) | 0))
  }
  return { storage: 'string', codes: codesUpTo(rows.count), dictionary: { values, distinct: false }, nulls: null }
}

/** Nexmark's `nextExtra`: fills the row to its average size, give or take a fifth. */
function extraOf(averageSize: number, otherSize: number, seed: number, texts: Texts): Fill {
  const desired = averageSize - otherSize
  if (desired <= 0) return (rows) => madeTexts(rows, () => '')
  const spread = Math.round(desired * 0.2)
  const lengthStream = streamOf(seed, draw.extraLength)
  return (rows) =>
    madeTexts(rows, (counter) => texts.letters.exact(counter, draw.extra, desired - spread + (spread === 0 ? 0 : below(hash32(counter, lengthStream), 2 * spread))))
}

/** The long texts of a seed, made when first needed, the same for all splits and readers of it. */
class Texts {
  readonly #seed: number
  #spaced: TextPool | null = null
  #letters: TextPool | null = null
  constructor(seed: number) {
    this.#seed = seed
  }
  get spaced(): TextPool {
    this.#spaced ??= new TextPool(hash32(this.#seed, 0x737063), ' ')
    return this.#spaced
  }
  get letters(): TextPool {
    this.#letters ??= new TextPool(hash32(this.#seed, 0x6c7472), null)
    return this.#letters
  }
}

let lastTexts: { readonly seed: number; readonly texts: Texts } | null = null

export function textsOf(seed: number): Texts {
  if (lastTexts?.seed !== seed) lastTexts = { seed, texts: new Texts(seed) }
  return lastTexts.texts
}
