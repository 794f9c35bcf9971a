/**
 * The kernels of the peers' benchmark written by hand over columns of doubles: the least that gives the same rows. Each knows its query, that times do not go back, and keeps tables of its own; results are
 * written into columns. Each returns how many rows its result has in the end.
 */
export interface HandRows {
  readonly bids: { readonly auction: Float64Array; readonly bidder: Float64Array; readonly price: Float64Array; readonly time: Float64Array }
  readonly auctions: { readonly seller: Float64Array; readonly time: Float64Array }
  readonly persons: { readonly id: Float64Array; readonly time: Float64Array }
}

/** Numbers to places: open addressing, keys of any whole double. Places are dense, in order of arrival. */
class Places {
  #mask: number
  #slots: Int32Array
  keys: Float64Array<ArrayBuffer>
  count = 0

  constructor(capacity: number) {
    const size = 2 ** Math.ceil(Math.log2(capacity * 2))
    this.#mask = size - 1
    this.#slots = new Int32Array(size).fill(-1)
    this.keys = new Float64Array(capacity)
  }

  /** The key's place; a new one when it has none. */
  of(key: number): number {
    const slots = this.#slots
    const mask = this.#mask
    let hash = Math.imul(key | 0, 0x9e37_79b1) ^ Math.imul((key / 4_294_967_296) | 0, 0x85eb_ca6b)
    hash ^= hash >>> 15
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = slots[slot]!
      if (place === -1) {
        if (this.count === this.keys.length) {
          this.#grow()
          return this.of(key)
        }
        slots[slot] = this.count
        this.keys[this.count] = key
        return this.count++
      }
      if (this.keys[place] === key) return place
    }
  }

  #grow(): void {
    const grown = new Places(this.keys.length * 2)
    for (let i = 0; i < this.count; i++) grown.of(this.keys[i]!)
    this.#mask = grown.#mask
    this.#slots = grown.#slots
    this.keys = grown.keys
  }

  clear(): void {
    this.#slots.fill(-1)
    this.count = 0
  }
}

function grownTo(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  if (values.length >= length) return values
  const grown = new Float64Array(Math.max(length, values.length * 2))
  grown.set(values)
  return grown
}

export const handLoops: Readonly<Record<string, (rows: HandRows) => number>> = {
  /** A DECIMAL of scale 3 as its unscaled number. */
  q1: ({ bids: { auction, bidder, price, time } }) => {
    const rows = auction.length
    const out = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)] as const
    for (let i = 0; i < rows; i++) {
      out[0][i] = auction[i]!
      out[1][i] = bidder[i]!
      out[2][i] = price[i]! * 908
      out[3][i] = time[i]!
    }
    return out[2].length
  },

  q2: ({ bids: { auction, price } }) => {
    const rows = auction.length
    const outAuction = new Float64Array(rows)
    const outPrice = new Float64Array(rows)
    let count = 0
    for (let i = 0; i < rows; i++) {
      const number = auction[i]!
      if (number - Math.floor(number / 123) * 123 !== 0) continue
      outAuction[count] = number
      outPrice[count++] = price[i]!
    }
    return count
  },

  /** Counts by slices of two seconds; at the end of each, five of them together. */
  q5: ({ bids: { auction, time } }) => {
    const slices = Array.from({ length: 5 }, () => ({ places: new Places(1024), counts: new Float64Array(1024) }))
    const merged = { places: new Places(1024), counts: new Float64Array(1024) }
    let out = new Float64Array(1024)
    let rows = 0
    let current = Math.floor(time[0]! / 2000)
    const close = (): void => {
      merged.places.clear()
      merged.counts.fill(0)
      for (const { places, counts } of slices) {
        for (let i = 0; i < places.count; i++) {
          const place = merged.places.of(places.keys[i]!)
          merged.counts = grownTo(merged.counts, place + 1)
          merged.counts[place]! += counts[i]!
        }
      }
      let most = 0
      for (let i = 0; i < merged.places.count; i++) most = Math.max(most, merged.counts[i]!)
      if (most === 0) return
      for (let i = 0; i < merged.places.count; i++) {
        if (merged.counts[i]! < most) continue
        out = grownTo(out, (rows + 1) * 2)
        out[rows * 2] = merged.places.keys[i]!
        out[rows++ * 2 + 1] = most
      }
    }
    const advance = (to: number): void => {
      for (; current < to; current++) {
        close()
        const next = slices[(current + 1) % 5]!
        next.places.clear()
        next.counts.fill(0)
      }
    }
    for (let i = 0; i < auction.length; i++) {
      const slice = Math.floor(time[i]! / 2000)
      if (slice > current) advance(slice)
      const into = slices[current % 5]!
      const place = into.places.of(auction[i]!)
      into.counts = grownTo(into.counts, place + 1)
      into.counts[place]!++
    }
    advance(current + 5)
    return rows
  },

  q7: ({ bids: { auction, bidder, price, time } }) => {
    let out = new Float64Array(1024)
    let rows = 0
    for (let from = 0; from < time.length; ) {
      const end = (Math.floor(time[from]! / 10_000) + 1) * 10_000
      let highest = 0
      let to = from
      for (; to < time.length && time[to]! < end; to++) if (price[to]! > highest) highest = price[to]!
      for (let i = from; i < to; i++) {
        if (price[i] !== highest) continue
        out = grownTo(out, (rows + 1) * 4)
        out[rows * 4] = auction[i]!
        out[rows * 4 + 1] = bidder[i]!
        out[rows * 4 + 2] = price[i]!
        out[rows++ * 4 + 3] = time[i]!
      }
      from = to
    }
    return rows
  },

  q8: ({ persons, auctions }) => {
    const people = new Places(1024)
    const sellers = new Places(1024)
    let out = new Float64Array(1024)
    let rows = 0
    let a = 0
    let p = 0
    while (p < persons.time.length || a < auctions.time.length) {
      const window = Math.floor(Math.min(persons.time[p] ?? Infinity, auctions.time[a] ?? Infinity) / 10_000)
      const end = (window + 1) * 10_000
      people.clear()
      sellers.clear()
      for (; p < persons.time.length && persons.time[p]! < end; p++) people.of(persons.id[p]!)
      for (; a < auctions.time.length && auctions.time[a]! < end; a++) sellers.of(auctions.seller[a]!)
      const found = sellers.count
      for (let i = 0; i < people.count; i++) {
        if (sellers.of(people.keys[i]!) >= found) continue
        out = grownTo(out, (rows + 1) * 2)
        out[rows * 2] = people.keys[i]!
        out[rows++ * 2 + 1] = window * 10_000
      }
    }
    return rows
  },

  /** Sessions that have ended are written when their bidder comes again or at the end of input. */
  q11: ({ bids: { bidder, time } }) => {
    const places = new Places(4096)
    let starts = new Float64Array(4096)
    let ends = new Float64Array(4096)
    let counts = new Float64Array(4096)
    let out = new Float64Array(4096)
    let rows = 0
    const write = (place: number): void => {
      out = grownTo(out, (rows + 1) * 4)
      out[rows * 4] = places.keys[place]!
      out[rows * 4 + 1] = counts[place]!
      out[rows * 4 + 2] = starts[place]!
      out[rows++ * 4 + 3] = ends[place]!
    }
    for (let i = 0; i < bidder.length; i++) {
      const place = places.of(bidder[i]!)
      if (place >= starts.length) {
        starts = grownTo(starts, place + 1)
        ends = grownTo(ends, place + 1)
        counts = grownTo(counts, place + 1)
      }
      const now = time[i]!
      if (counts[place] === 0 || now > ends[place]!) {
        if (counts[place]! > 0) write(place)
        starts[place] = now
        counts[place] = 0
      }
      ends[place] = now + 10_000
      counts[place]!++
    }
    for (let place = 0; place < places.count; place++) write(place)
    return rows
  },

  /** Each later bid takes the place of the one before: for a sink with a key, a row that says what is there now. */
  q18: ({ bids: { auction, bidder, price, time } }) => {
    const places = new Places(4096)
    let last = new Float64Array(4096)
    const rows = auction.length
    const kinds = new Uint8Array(rows)
    const out = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)] as const
    let count = 0
    for (let i = 0; i < rows; i++) {
      const known = places.count
      const place = places.of(bidder[i]! * 1_048_576 + auction[i]!)
      if (place === known) last = grownTo(last, place + 1)
      else if (time[i]! < last[place]!) continue
      last[place] = time[i]!
      kinds[count] = place === known ? 0 : 2
      out[0][count] = auction[i]!
      out[1][count] = bidder[i]!
      out[2][count] = price[i]!
      out[3][count++] = time[i]!
    }
    return places.count
  },
}
