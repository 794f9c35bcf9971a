/**
 * What is due, ordered by (time, sequence): a binary heap of slot numbers over typed columns, so that scheduling an event allocates nothing and copying the
 * whole queue is a handful of array copies. Time is virtual and in whole microseconds; the sequence makes the order total (reference rule 5.2.2).
 *
 * Sequence numbers are handed out here and never reused; an event that is held back while its node is paused comes back under its old number, which keeps
 * every connection in order.
 */
export class EventQueue {
  size = 0
  seqNext = 1
  heap = new Int32Array(256)
  time = new Float64Array(256)
  seq = new Float64Array(256)
  kind = new Uint8Array(256)
  node = new Int32Array(256)
  a = new Int32Array(256)
  b = new Int32Array(256)
  payload: (object | null)[] = []
  free = new Int32Array(256)
  freeCount = 0
  slots = 0

  schedule(time: number, kind: number, node: number, a: number, b: number, payload: object | null): void {
    this.scheduleAs(this.seqNext++, time, kind, node, a, b, payload)
  }

  scheduleAs(seq: number, time: number, kind: number, node: number, a: number, b: number, payload: object | null): void {
    let slot: number
    if (this.freeCount > 0) slot = this.free[--this.freeCount]!
    else {
      slot = this.slots++
      if (slot === this.heap.length) this.#grow()
    }
    this.time[slot] = time
    this.seq[slot] = seq
    this.kind[slot] = kind
    this.node[slot] = node
    this.a[slot] = a
    this.b[slot] = b
    this.payload[slot] = payload
    // Sift up.
    const { heap, time: times, seq: seqs } = this
    let at = this.size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      const other = heap[parent]!
      if (times[other]! < time || (times[other]! === time && seqs[other]! < seq)) break
      heap[at] = other
      at = parent
    }
    heap[at] = slot
  }

  /** Time of what is due first, or Infinity. */
  timeOfFirst(): number {
    return this.size === 0 ? Infinity : this.time[this.heap[0]!]!
  }

  /** Takes what is due first: its slot, valid until the next call of `schedule`. */
  take(): number {
    const { heap, time, seq } = this
    const first = heap[0]!
    const size = --this.size
    if (size > 0) {
      const last = heap[size]!
      const lastTime = time[last]!
      const lastSeq = seq[last]!
      let at = 0
      for (;;) {
        let child = 2 * at + 1
        if (child >= size) break
        let slot = heap[child]!
        if (child + 1 < size) {
          const right = heap[child + 1]!
          if (time[right]! < time[slot]! || (time[right]! === time[slot]! && seq[right]! < seq[slot]!)) {
            child++
            slot = right
          }
        }
        if (lastTime < time[slot]! || (lastTime === time[slot]! && lastSeq < seq[slot]!)) break
        heap[at] = slot
        at = child
      }
      heap[at] = last
    }
    this.free[this.freeCount++] = first
    return first
  }

  #grow(): void {
    const size = this.heap.length * 2
    const wider = <A extends Int32Array | Float64Array | Uint8Array>(from: A, to: A): A => {
      to.set(from as never)
      return to
    }
    this.heap = wider(this.heap, new Int32Array(size))
    this.time = wider(this.time, new Float64Array(size))
    this.seq = wider(this.seq, new Float64Array(size))
    this.kind = wider(this.kind, new Uint8Array(size))
    this.node = wider(this.node, new Int32Array(size))
    this.a = wider(this.a, new Int32Array(size))
    this.b = wider(this.b, new Int32Array(size))
    this.free = wider(this.free, new Int32Array(size))
  }
}
