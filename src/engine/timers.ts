import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'

/**
 * Timers by time, for state that expires key by key: sessions, stored join rows.
 *
 * A timer is a time and a whole number that its owner understands (a session's slot, a row's id). Timers lie in buckets of equal width of time,
 * chained through int32 arrays; a bucket is sorted only when its time has come (3.8x a heap in typed arrays, measured).
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
  /** What rings in one turn of `advance`. */
  readonly #dueTimes: number[] = []
  readonly #duePayloads: number[] = []

  /** `widthMs`: about the step by which time advances; too small makes many buckets, too large sorts more at once. */
  constructor(widthMs: number) {
    // Whole, so that sorting may pack times and order into one number.
    this.#widthMs = Math.max(1, Math.ceil(widthMs))
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#times.byteLength + this.#payloads.byteLength + this.#next.byteLength
  }

  /** The smallest time a timer could have, rounded down to its bucket; Infinity without timers. */
  get earliest(): number {
    return this.#order.length === 0 ? Infinity : this.#order[0]! * this.#widthMs
  }

  /** The smallest time of a timer, exactly; Infinity without timers. Looks through the first bucket. */
  next(): number {
    let least = Infinity
    if (this.#order.length === 0) return least
    for (let entry = this.#buckets.get(this.#order[0]!)!; entry >= 0; entry = this.#next[entry]!) least = Math.min(least, this.#times[entry]!)
    return least
  }

  set(time: number, payload: number): void {
    let entry = this.#free
    if (entry >= 0) this.#free = this.#next[entry]!
    else {
      entry = this.#used++
      if (entry === this.#times.length) this.#grow()
    }
    const bucket = Math.floor(time / this.#widthMs)
    const head = this.#buckets.get(bucket)
    if (head === undefined) pushHeap(this.#order, bucket)
    this.#times[entry] = time
    this.#payloads[entry] = payload
    this.#next[entry] = head ?? -1
    this.#buckets.set(bucket, entry)
    this.#size++
  }

  /**
   * Takes out all timers with time <= `upTo` and calls `ring` for each, by time, then in the order in which they were set. `ring` may set new timers;
   * those that are due ring in the same call.
   */
  advance(upTo: number, ring: (time: number, payload: number) => void): void {
    while (this.#order.length > 0 && this.#order[0]! * this.#widthMs <= upTo) {
      const bucket = this.#order[0]!
      const times = this.#dueTimes
      const payloads = this.#duePayloads
      let due = 0
      let keptHead = -1
      let keptTail = -1
      for (let entry = this.#buckets.get(bucket)!; entry >= 0; ) {
        const next = this.#next[entry]!
        if (this.#times[entry]! <= upTo) {
          times[due] = this.#times[entry]!
          payloads[due++] = this.#payloads[entry]!
          this.#next[entry] = this.#free
          this.#free = entry
          this.#size--
        } else {
          if (keptTail < 0) keptHead = entry
          else this.#next[keptTail] = entry
          this.#next[entry] = -1
          keptTail = entry
        }
        entry = next
      }
      if (keptHead < 0) {
        this.#buckets.delete(bucket)
        popHeap(this.#order)
      } else this.#buckets.set(bucket, keptHead)
      if (due === 0) return
      // The chain is newest first. Timers are mostly set in order of time, so turning it round mostly sorts it.
      let sorted = true
      for (let i = due - 1; i > 0 && sorted; i--) sorted = times[i]! <= times[i - 1]!
      if (sorted) for (let i = due - 1; i >= 0; i--) ring(times[i]!, payloads[i]!)
      else {
        const start = bucket * this.#widthMs
        // Sorting numbers natively is far cheaper than with a comparison: time first, then the order of setting, in one double.
        if (this.#widthMs * 4_194_304 < 2 ** 52 && due < 4_194_304) {
          const order = new Float64Array(due)
          for (let i = 0; i < due; i++) order[i] = (times[i]! - start) * 4_194_304 + (due - 1 - i)
          order.sort()
          for (const code of order) {
            const i = due - 1 - (code % 4_194_304)
            ring(times[i]!, payloads[i]!)
          }
        } else {
          const order = Array.from({ length: due }, (_, i) => i).sort((a, b) => times[a]! - times[b]! || b - a)
          for (const i of order) ring(times[i]!, payloads[i]!)
        }
      }
    }
  }

  /** Writes all timers, those of one time in the order in which they were set. */
  snapshot(writer: StateWriter): void {
    const times = new Float64Array(this.#size)
    const payloads = new Int32Array(this.#size)
    // From the back, because chains are newest first.
    let at = this.#size
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
