import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import type { RowWatermarks } from './rowWatermarks.ts'
import { Timers } from './timers.ts'
import type { SessionTime } from './sessionTime.ts'

/**
 * Session windows of many keys: which session a row belongs to, which sessions become one, which end.
 *
 * A row at t is the session [t, t + gap). Sessions of a key merge when they overlap *or touch* (`a.start <= b.end && a.end >= b.start`), so rows exactly one gap
 * apart belong together (Flink: TimeWindow.intersects). A session is fired when the watermark reaches the timer of its last
 * millisecond; a row is late when the session it would be in, after merging, is closed already.
 *
 * Sessions have slots, dense small numbers that are reused, so that accumulators lie in arrays; a key is whatever slot the owner's key table gave it.
 * The store calls back where contents must follow: `merge(from, into)`. The slot of a merged or ended session is given out again only after `free`.
 * A key has few open sessions, mostly one: they form a chain.
 */
export class SessionStore {
  readonly #gapMs: number
  readonly #allowedLatenessMs: number
  readonly #time: SessionTime
  readonly #merge: (from: number, into: number) => void
  readonly #timers: Timers
  /** By session slot. A dead slot (merged away) has start NaN until its timer rings. */
  #starts = new Float64Array(64)
  #ends = new Float64Array(64)
  #next = new Int32Array(64)
  #keys = new Int32Array(64)
  #fired = new Uint8Array(64)
  /** The one timer of each session that counts: others that were set for it ring in vain. NaN without. */
  #timerAt = new Float64Array(64).fill(Number.NaN)
  #used = 0
  #freeSlots: number[] = []
  /** First session of each key; -1 for none. */
  #heads = new Int32Array(64).fill(-1)
  #open = 0

  constructor(gapMs: number, allowedLatenessMs: number, time: SessionTime, merge: (from: number, into: number) => void) {
    this.#gapMs = gapMs
    this.#allowedLatenessMs = allowedLatenessMs
    this.#time = time
    this.#merge = merge
    this.#timers = new Timers(Math.max(1, gapMs / 4))
  }

  /** Sessions held. */
  get open(): number {
    return this.#open
  }
  /** Slots ever in use at once: accumulators must have room for so many. */
  get slotsUsed(): number {
    return this.#used
  }
  get bytes(): number {
    return this.#starts.byteLength * 3 + this.#heads.byteLength + this.#timers.bytes
  }
  startOf(slot: number): number {
    return this.#starts[slot]!
  }
  endOf(slot: number): number {
    return this.#ends[slot]!
  }
  keyOf(slot: number): number {
    return this.#keys[slot]!
  }
  /** When the next timer rings; Infinity for never. It may turn out that its session was extended. */
  nextTimer(): number {
    return this.#timers.next()
  }
  /** False when surely nothing happens by this watermark. */
  firesBy(watermark: number): boolean {
    return this.#timers.earliest <= watermark
  }

  /** Whether a session's result is due, or was given already. */
  isFired(end: number, watermark: number): boolean {
    return watermark >= this.#time.timerOf(end - 1)
  }
  #isClosed(end: number, watermark: number): boolean {
    return watermark >= this.#time.timerOf(end - 1) + this.#allowedLatenessMs
  }

  /**
   * The usual case for rows [row, rowCount) in one loop: each falls into the one open session of its key, or extends it. Sessions go into `sessions` from `at` on. Returns the row it stopped before, because that one begins a session,
   * joins some, or is late: `sessionOf` knows. `watermark` holds before the first of them, and for all where `told` is null.
   */
  extend(keys: Int32Array, times: Float64Array, told: RowWatermarks | null, watermark: number, row: number, rowCount: number, sessions: Int32Array, at: number): number {
    if (this.#allowedLatenessMs > 0 || !this.#time.identity) return row
    const heads = this.#heads
    const starts = this.#starts
    const ends = this.#ends
    const next = this.#next
    const gapMs = this.#gapMs
    const keyCount = heads.length
    // No row has a higher one: only where that has passed a session each row's own decides.
    const last = told === null ? watermark : Math.max(watermark, told.at(rowCount - 1))
    for (; row < rowCount; row++) {
      const key = keys[row]!
      if (key >= keyCount) break
      const session = heads[key]!
      if (session < 0 || next[session]! >= 0) break
      const time = times[row]!
      const end = ends[session]!
      // Fired, and so closed, when the watermark reaches its last millisecond.
      if (!(time >= starts[session]! && time <= end)) break
      if (last >= end - 1 && (watermark >= end - 1 || told!.at(row) >= end - 1)) break
      // Of rows in order all reach as far, so that the processor can foretell it.
      if (time + gapMs >= end) ends[session] = time + gapMs
      sessions[at++] = session
    }
    return row
  }

  /** The session of a row at `time`, after merging; -1 when the row is late. */
  sessionOf(key: number, time: number, watermark: number): number {
    if (key >= this.#heads.length) this.#growHeads(key + 1)
    let start = time
    let end = time + this.#gapMs
    // The usual case first: one session, which the row falls into or extends.
    const head = this.#heads[key]!
    if (head >= 0 && this.#next[head]! < 0 && start >= this.#starts[head]! && start <= this.#ends[head]! && !this.#isClosed(this.#ends[head]!, watermark)) {
      if (end > this.#ends[head]!) this.#ends[head] = end
      return this.#late(head, watermark)
    }
    let into = -1
    for (let session = head; session >= 0; session = this.#next[session]!) {
      if (this.#starts[session]! > end || this.#ends[session]! < start || this.#isClosed(this.#ends[session]!, watermark)) continue
      start = Math.min(start, this.#starts[session]!)
      end = Math.max(end, this.#ends[session]!)
      if (into < 0) into = session
      else {
        // The older of the two keeps its slot.
        const [from, kept] = this.#starts[session]! < this.#starts[into]! ? [into, session] : [session, into]
        this.#starts[kept] = start
        this.#ends[kept] = end
        this.#fired[kept] = 0
        this.#merge(from, kept)
        this.#unlink(from)
        this.#starts[from] = Number.NaN
        this.#open--
        into = kept
      }
    }
    if (into < 0) {
      if (this.#isClosed(end, watermark)) return -1
      into = this.#create(key, start, end)
    } else {
      this.#starts[into] = start
      this.#ends[into] = end
    }
    return this.#late(into, watermark)
  }

  /** The owner gave this session's result without waiting for its timer, which had passed. */
  gaveResult(session: number): void {
    this.#fired[session] = 1
  }

  /** A session that gave its result and was extended beyond the watermark owes a new one at its new end. */
  #late(session: number, watermark: number): number {
    if (this.#fired[session] === 1 && !this.isFired(this.#ends[session]!, watermark)) {
      this.#fired[session] = 0
      this.#setTimer(session, this.#time.timerOf(this.#ends[session]! - 1))
    }
    return session
  }

  #create(key: number, start: number, end: number): number {
    const slot = this.#freeSlots.pop() ?? this.#used++
    if (slot === this.#starts.length) this.#grow()
    this.#starts[slot] = start
    this.#ends[slot] = end
    this.#keys[slot] = key
    this.#fired[slot] = 0
    this.#next[slot] = this.#heads[key]!
    this.#heads[key] = slot
    this.#setTimer(slot, this.#time.timerOf(end - 1))
    this.#open++
    return slot
  }

  #setTimer(session: number, time: number): void {
    this.#timerAt[session] = time
    this.#timers.set(time, session)
  }

  #unlink(session: number): void {
    const key = this.#keys[session]!
    if (this.#heads[key] === session) this.#heads[key] = this.#next[session]!
    else {
      let before = this.#heads[key]!
      while (this.#next[before] !== session) before = this.#next[before]!
      this.#next[before] = this.#next[session]!
    }
  }

  /**
   * All sessions that the watermark fires and that have not given a result yet, by end, then by start. `due` must read what it needs at once; `ended`
   * follows for each session that is gone, whose slot the owner clears before it is used again.
   */
  advance(watermark: number, due: (session: number) => void, ended: (session: number) => void): void {
    this.#timers.advance(watermark, (time, session) => {
      if (time !== this.#timerAt[session]) return
      this.#timerAt[session] = Number.NaN
      if (Number.isNaN(this.#starts[session]!)) {
        this.#freeSlots.push(session)
        return
      }
      const timer = this.#time.timerOf(this.#ends[session]! - 1)
      if (timer > time) {
        // Extended since the timer was set: it waits for its turn, which may be in this very call.
        this.#setTimer(session, timer)
        return
      }
      if (this.#fired[session] === 0) {
        this.#fired[session] = 1
        due(session)
      }
      if (timer + this.#allowedLatenessMs > watermark) {
        this.#setTimer(session, timer + this.#allowedLatenessMs)
        return
      }
      this.#unlink(session)
      this.#starts[session] = Number.NaN
      this.#open--
      this.#freeSlots.push(session)
      ended(session)
    })
  }

  /** Gives keys new numbers, when the owner's key table was rebuilt. `numberOf[old]` is the new one. */
  renumberKeys(numberOf: Int32Array, keyCount: number): void {
    const heads = new Int32Array(Math.max(64, keyCount)).fill(-1)
    for (let old = 0; old < this.#heads.length; old++) {
      const head = this.#heads[old]!
      if (head < 0) continue
      const key = numberOf[old]!
      heads[key] = head
      for (let session = head; session >= 0; session = this.#next[session]!) this.#keys[session] = key
    }
    this.#heads = heads
  }

  /** Keys that have an open session. */
  liveKeys(): number[] {
    const keys: number[] = []
    for (let key = 0; key < this.#heads.length; key++) if (this.#heads[key]! >= 0) keys.push(key)
    return keys
  }

  /** Writes all sessions by slot. */
  snapshot(writer: StateWriter): void {
    writer.float64('starts', this.#starts, this.#used)
    writer.float64('ends', this.#ends, this.#used)
    writer.int32('next', this.#next, this.#used)
    writer.int32('keys', this.#keys, this.#used)
    writer.uint8('fired', this.#fired, this.#used)
    writer.float64('timerAt', this.#timerAt, this.#used)
    writer.int32('heads', this.#heads)
    this.#timers.snapshot(writer.at('timers'))
  }

  /**
   * Takes sessions that were written, in addition to those that are here. `keyOf[old]` is a key's number here, -1 where it is not ours. Returns by old slot the slot here, -1 for none; sessions that were merged away
   * or have ended have none.
   */
  restore(reader: StateReader, keyOf: Int32Array): Int32Array {
    const starts = reader.float64('starts')
    const ends = reader.float64('ends')
    const next = reader.int32('next')
    const fired = reader.uint8('fired')
    const timerAt = reader.float64('timerAt')
    const heads = reader.int32('heads')
    const slots = new Int32Array(starts.length).fill(-1)
    for (let old = 0; old < keyOf.length; old++) {
      const key = keyOf[old]!
      if (key < 0 || old >= heads.length) continue
      if (key >= this.#heads.length) this.#growHeads(key + 1)
      // Chains keep their order, which decides what is merged into what.
      let before = -1
      for (let session = heads[old]!; session >= 0; session = next[session]!) {
        const slot = this.#freeSlots.pop() ?? this.#used++
        if (slot === this.#starts.length) this.#grow()
        this.#starts[slot] = starts[session]!
        this.#ends[slot] = ends[session]!
        this.#keys[slot] = key
        this.#fired[slot] = fired[session]!
        this.#timerAt[slot] = timerAt[session]!
        this.#next[slot] = -1
        if (before < 0) this.#heads[key] = slot
        else this.#next[before] = slot
        before = slot
        slots[session] = slot
        this.#open++
      }
    }
    // Timers that ring in vain are left behind.
    this.#timers.restore(reader.at('timers'), (session, time) => (timerAt[session] === time ? slots[session]! : -1))
    return slots
  }

  #growHeads(needed: number): void {
    let capacity = this.#heads.length
    while (capacity < needed) capacity *= 2
    const heads = new Int32Array(capacity).fill(-1)
    heads.set(this.#heads)
    this.#heads = heads
  }

  #grow(): void {
    const capacity = this.#starts.length * 2
    const starts = new Float64Array(capacity)
    const ends = new Float64Array(capacity)
    const next = new Int32Array(capacity)
    const keys = new Int32Array(capacity)
    const fired = new Uint8Array(capacity)
    const timerAt = new Float64Array(capacity).fill(Number.NaN)
    timerAt.set(this.#timerAt)
    this.#timerAt = timerAt
    starts.set(this.#starts)
    ends.set(this.#ends)
    next.set(this.#next)
    keys.set(this.#keys)
    fired.set(this.#fired)
    this.#starts = starts
    this.#ends = ends
    this.#next = next
    this.#keys = keys
    this.#fired = fired
  }
}
