import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'

/**
 * Timers by time, for state that expires key by key: sessions, stored join rows.
 *
 * A timer is a time and a whole number that its owner understands (a session's slot, a row's id). Timers lie in buckets of equal width of time,
 * chained through int32 arrays; a bucket is sorted only when its time has come (3.8x a heap in typed arrays, measured). Then it is the front, which rings from its
 * beginning: time that moves by single milliseconds looks at each timer once. What is set for the front's time afterwards is put in its place there.
 * There is no cancelling: an owner whose plans changed ignores the timer when it rings, or sets it again.
 */
export class Timers {
  readonly #widthMs: number
  #times = new Float64Array(64)
  #payloads = new Int32Array(64)
  #next = new Int32Array(64)
  #used = 0
  #free = -1
  #size = 0
  /** First timer of each bucket. */
  readonly #buckets = new Map<number, number>()
  /** Bucket numbers as a binary min-heap. */
  readonly #order: number[] = []
  /** Timers before this time are in the front. */
  #frontEnd = -Infinity
  /** The sorted timers of the bucket that was opened last, from `#frontAt` on. */
  #front = new Int32Array(64)
  #frontAt = 0
  #frontCount = 0
  /** Timers set for the front's time after it was opened, sorted, from `#addedAt` on. */
  readonly #added: number[] = []
  #addedAt = 0

  /** `widthMs`: about the step by which time advances; too small makes many buckets, too large sorts more at once. */
  constructor(widthMs: number) {
    // Whole, so that sorting may pack times and order into one number.
    this.#widthMs = Math.max(1, Math.ceil(widthMs))
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#times.byteLength + this.#payloads.byteLength + this.#next.byteLength + this.#front.byteLength
  }

  /** The smallest time a timer could have, rounded down to its bucket before that is opened; Infinity without timers. */
  get earliest(): number {
    const entry = this.#first()
    if (entry >= 0) return this.#times[entry]!
    return this.#order.length === 0 ? Infinity : this.#order[0]! * this.#widthMs
  }

  /** The smallest time of a timer, exactly; Infinity without timers. Looks through the first bucket. */
  next(): number {
    const entry = this.#first()
    if (entry >= 0) return this.#times[entry]!
    let least = Infinity
    if (this.#order.length === 0) return least
    for (let at = this.#buckets.get(this.#order[0]!)!; at >= 0; at = this.#next[at]!) least = Math.min(least, this.#times[at]!)
    return least
  }

  set(time: number, payload: number): void {
    let entry = this.#free
    if (entry >= 0) this.#free = this.#next[entry]!
    else {
      entry = this.#used++
      if (entry === this.#times.length) this.#grow()
    }
    this.#times[entry] = time
    this.#payloads[entry] = payload
    this.#size++
    if (time < this.#frontEnd) {
      this.#add(entry, time)
      return
    }
    const bucket = Math.floor(time / this.#widthMs)
    const head = this.#buckets.get(bucket)
    if (head === undefined) pushHeap(this.#order, bucket)
    this.#next[entry] = head ?? -1
    this.#buckets.set(bucket, entry)
  }

  /** Mostly the last of the front: timers are mostly set in order of time. */
  #add(entry: number, time: number): void {
    const added = this.#added
    let low = this.#addedAt
    let high = added.length
    if (high === low || this.#times[added[high - 1]!]! <= time) {
      added.push(entry)
      return
    }
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#times[added[middle]!]! <= time) low = middle + 1
      else high = middle
    }
    added.splice(low, 0, entry)
  }

  /** The first timer of the front, -1 without. Of two at one time it is the one that was there when the bucket was opened. */
  #first(): number {
    const opened = this.#frontAt < this.#frontCount ? this.#front[this.#frontAt]! : -1
    if (this.#addedAt === this.#added.length) return opened
    const added = this.#added[this.#addedAt]!
    return opened >= 0 && this.#times[opened]! <= this.#times[added]! ? opened : added
  }

  /**
   * Takes out all timers with time <= `upTo` and calls `ring` for each, by time, then in the order in which they were set. `ring` may set new timers;
   * those that are due ring in the same call.
   */
  advance(upTo: number, ring: (time: number, payload: number) => void): void {
    for (;;) {
      const entry = this.#first()
      if (entry < 0) {
        if (this.#order.length === 0 || this.#order[0]! * this.#widthMs > upTo) return
        this.#open()
        continue
      }
      const time = this.#times[entry]!
      if (time > upTo) return
      if (this.#frontAt < this.#frontCount && this.#front[this.#frontAt] === entry) this.#frontAt++
      else if (++this.#addedAt === this.#added.length) {
        this.#added.length = 0
        this.#addedAt = 0
      }
      const payload = this.#payloads[entry]!
      this.#next[entry] = this.#free
      this.#free = entry
      this.#size--
      ring(time, payload)
    }
  }

  /** The first bucket becomes the front, which must be empty. */
  #open(): void {
    const bucket = this.#order[0]!
    popHeap(this.#order)
    let count = 0
    for (let entry = this.#buckets.get(bucket)!; entry >= 0; entry = this.#next[entry]!) count++
    if (this.#front.length < count) this.#front = new Int32Array(count * 2)
    const front = this.#front
    const times = this.#times
    // The chain is newest first. Timers are mostly set in order of time, so turning it round mostly sorts it.
    let at = count
    for (let entry = this.#buckets.get(bucket)!; entry >= 0; entry = this.#next[entry]!) front[--at] = entry
    this.#buckets.delete(bucket)
    let sorted = true
    for (let i = 1; i < count && sorted; i++) sorted = times[front[i - 1]!]! <= times[front[i]!]!
    if (!sorted) sortByTime(front.subarray(0, count), times, bucket * this.#widthMs, this.#widthMs)
    this.#frontEnd = (bucket + 1) * this.#widthMs
    this.#frontAt = 0
    this.#frontCount = count
  }

  /** Writes all timers, those of one time in the order in which they were set. */
  snapshot(writer: StateWriter): void {
    const times = new Float64Array(this.#size)
    const payloads = new Int32Array(this.#size)
    let at = 0
    const put = (entry: number): void => {
      times[at] = this.#times[entry]!
      payloads[at++] = this.#payloads[entry]!
    }
    for (let i = this.#frontAt; i < this.#frontCount; i++) put(this.#front[i]!)
    for (let i = this.#addedAt; i < this.#added.length; i++) put(this.#added[i]!)
    // From the back, because chains are newest first.
    at = this.#size
    for (const head of this.#buckets.values()) {
      for (let entry = head; entry >= 0; entry = this.#next[entry]!) {
        at--
        times[at] = this.#times[entry]!
        payloads[at] = this.#payloads[entry]!
      }
    }
    writer.float64('times', times)
    writer.int32('payloads', payloads)
  }

  /** Sets the timers that were written. `payloadOf` gives each its payload here; -1 leaves it out. */
  restore(reader: StateReader, payloadOf: (payload: number, time: number) => number): void {
    const times = reader.float64('times')
    const payloads = reader.int32('payloads')
    for (let i = 0; i < times.length; i++) {
      const payload = payloadOf(payloads[i]!, times[i]!)
      if (payload >= 0) this.set(times[i]!, payload)
    }
  }

  #grow(): void {
    const capacity = this.#times.length * 2
    const times = new Float64Array(capacity)
    const payloads = new Int32Array(capacity)
    const next = new Int32Array(capacity)
    times.set(this.#times)
    payloads.set(this.#payloads)
    next.set(this.#next)
    this.#times = times
    this.#payloads = payloads
    this.#next = next
  }
}

const orderBits = 4_194_304

/** By time, equal times as they stood. Sorting numbers natively is far cheaper than with a comparison: time first, then the place, in one double. */
function sortByTime(entries: Int32Array, times: Float64Array, start: number, widthMs: number): void {
  const count = entries.length
  const before = entries.slice()
  if (widthMs * orderBits < 2 ** 52 && count < orderBits) {
    const order = new Float64Array(count)
    for (let i = 0; i < count; i++) order[i] = (times[before[i]!]! - start) * orderBits + i
    order.sort()
    for (let i = 0; i < count; i++) entries[i] = before[order[i]! % orderBits]!
  } else {
    const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => times[before[a]!]! - times[before[b]!]! || a - b)
    for (let i = 0; i < count; i++) entries[i] = before[order[i]!]!
  }
}

function pushHeap(heap: number[], value: number): void {
  let at = heap.length
  heap.push(value)
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (heap[parent]! <= value) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = value
}

function popHeap(heap: number[]): void {
  const last = heap.pop()!
  if (heap.length === 0) return
  let at = 0
  for (;;) {
    let child = at * 2 + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++
    if (heap[child]! >= last) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
}
