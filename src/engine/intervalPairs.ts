import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { KeyTable } from './keyTable.ts'
import { Timers } from './timers.ts'

/** What happened, in order: pairs of positions, -1 for "none". */
export class PairEvents {
  left: Int32Array = new Int32Array(1024)
  right: Int32Array = new Int32Array(1024)
  /** The operator's watermark when it happened; for a row that leaves because of a watermark, the one before. */
  watermarks: Float64Array = new Float64Array(1024)
  count = 0

  push(left: number, right: number, watermark: number): void {
    if (this.count === this.left.length) this.#grow()
    this.left[this.count] = left
    this.right[this.count] = right
    this.watermarks[this.count] = watermark
    this.count++
  }

  #grow(): void {
    const left = new Int32Array(this.count * 2)
    const right = new Int32Array(this.count * 2)
    const watermarks = new Float64Array(this.count * 2)
    left.set(this.left)
    right.set(this.right)
    watermarks.set(this.watermarks)
    this.left = left
    this.right = right
    this.watermarks = watermarks
  }
}

/** Events found before the owner should turn them into rows: bounds memory when one row has very many partners. */
const eventsMax = 8192

/**
 * Which rows of two streams pair by key and by closeness in time, and which rows never will: the state of an interval join.
 *
 * The rules are those of Flink's TimeIntervalJoin, with right times in [left + lower, left + upper]:
 * - A row meets what the other side holds at its arrival; matches come out at once.
 * - It is held if the watermark is below the last time at which a partner may come: `W < t + upper` for a left row, `W < t - lower` for a right one.
 * - One timer for each key and side removes rows that expired, at `t + upper + 1` (`t - lower + 1`) of the row that set it, and is set again for the earliest
 *   row left. Rows met on the way that expired are removed then. So a late row still pairs with whatever is left.
 * - A row of an outer side that never paired comes out alone when it is removed, or at once when it cannot be held.
 * - The operator's time is max(W, 0), as there.
 *
 * Rows are positions in the owner's stores, each batch appended as a whole. Events come out in order as pairs of positions with -1 for "none"; a lone row is
 * announced as a *candidate*, because whether its pairs satisfy the join's condition is only known to the owner. After an event of a lone row nothing about it follows.
 */
export class IntervalPairs {
  readonly #lowerMs: number
  readonly #upperMs: number
  readonly #outer: readonly [boolean, boolean]
  readonly events = new PairEvents()
  /** Rows of a side at or before this time were found expired, whatever their key; see `arrive`. */
  readonly #expired: [number, number] = [0, 0]
  #keys: KeyTable
  readonly #sides: readonly [Side, Side] = [new Side(), new Side()]
  #timers: Timers
  #watermark = -Infinity
  /** The operator's time: max(watermark, 0). */
  #time = 0
  #keysCheckedAt = 4096

  constructor(keyWidth: number, lowerMs: number, upperMs: number, outerLeft: boolean, outerRight: boolean) {
    this.#lowerMs = lowerMs
    this.#upperMs = upperMs
    this.#outer = [outerLeft, outerRight]
    this.#keys = new KeyTable(keyWidth)
    this.#timers = new Timers(Math.max(1, Math.abs(upperMs - lowerMs) / 16))
  }

  get keys(): KeyTable {
    return this.#keys
  }
  /** Rows held on a side. */
  held(side: number): number {
    return this.#sides[side]!.held
  }
  /** When the next timer rings; Infinity for never. */
  nextTimer(): number {
    return this.#timers.next()
  }
  get bytes(): number {
    return this.#keys.bytes + this.#timers.bytes + this.#sides[0].bytes + this.#sides[1].bytes
  }

  /** How long after its own time a row of this side may still find a partner. */
  #reach(side: number): number {
    return side === 0 ? this.#upperMs : -this.#lowerMs
  }

  /** Moves the operator's time; expired rows leave. */
  advance(watermark: number): void {
    this.#time = Math.max(watermark, 0)
    if (this.#timers.earliest <= watermark) this.#timers.advance(watermark, this.#ring)
    this.#watermark = watermark
  }

  readonly #ring = (_time: number, payload: number): void => {
    const side = payload & 1
    const key = payload >> 1
    const state = this.#sides[side]!
    state.timer[key] = Number.NaN
    let earliest = Infinity
    const limit = this.#time - this.#reach(side) - 1
    let before = -1
    for (let row = state.heads[key]!; row >= 0; ) {
      const next = state.next[row]!
      if (state.times[row]! <= limit) {
        this.#leave(side, row)
        state.remove(key, row, before)
      } else {
        if (state.times[row]! < earliest) earliest = state.times[row]!
        before = row
      }
      row = next
    }
    this.#expired[side] = limit
    if (earliest < Infinity) this.#setTimer(side, key, earliest)
  }

  #setTimer(side: number, key: number, time: number): void {
    const at = time + this.#reach(side) + 1
    this.#sides[side]!.timer[key] = at
    this.#timers.set(at, key * 2 + side)
  }

  #leave(side: number, row: number): void {
    if (this.#outer[side] !== true) return
    if (side === 0) this.events.push(row, -1, this.#watermark)
    else this.events.push(-1, row, this.#watermark)
  }

  /** Room for the rows of a batch, which take the positions from `first` on; call before `arrive`. */
  reserve(side: number, first: number, count: number): void {
    this.#sides[side]!.reserve(first + count, this.#keys.size)
    this.#sides[1 - side]!.reserve(0, this.#keys.size)
  }

  /**
   * Rows [start, end) of a batch arrive, row i at position `first + i` with the key `slots[i]`. `watermarks` are those before each row, where they move. A row with
   * `unequal[i] === 1` has a NULL in its key, which equals nothing. Stops early when many events wait to be taken; returns the row it stopped before.
   */
  arrive(side: number, first: number, slots: Int32Array, times: Float64Array, start: number, end: number, watermarks: Float64Array | null, unequal: Uint8Array | null): number {
    const otherSide = 1 - side
    const other = this.#sides[otherSide]!
    const own = this.#sides[side]!
    const { events } = this
    const otherTimes = other.times
    const otherNext = other.next
    const otherHeads = other.heads
    const lowBy = side === 0 ? this.#lowerMs : -this.#upperMs
    const highBy = side === 0 ? this.#upperMs : -this.#lowerMs
    const otherReach = this.#reach(otherSide)
    for (let i = start; i < end; i++) {
      if (events.count >= eventsMax) return i
      if (watermarks !== null && watermarks[i]! > this.#watermark) this.advance(watermarks[i]!)
      const row = first + i
      const key = slots[i]!
      const time = times[i]!
      const high = time + highBy
      const watermark = this.#watermark
      // Flink skips the search when the interval ends before what was last seen to be expired, over all keys.
      if (this.#expired[otherSide]! < high) {
        const low = time + lowBy
        const limit = this.#time - otherReach - 1
        this.#expired[otherSide] = limit
        const joins = unequal === null || unequal[i] === 0
        let before = -1
        for (let candidate = otherHeads[key]!; candidate >= 0; ) {
          const next = otherNext[candidate]!
          const otherTime = otherTimes[candidate]!
          if (joins && otherTime >= low && otherTime <= high) {
            if (side === 0) events.push(row, candidate, watermark)
            else events.push(candidate, row, watermark)
          }
          if (otherTime <= limit) {
            this.#leave(otherSide, candidate)
            other.remove(key, candidate, before)
          } else before = candidate
          candidate = next
        }
      }
      if (this.#time < high) {
        own.append(key, row, time)
        if (Number.isNaN(own.timer[key]!)) this.#setTimer(side, key, time)
      } else this.#leave(side, row)
    }
    return end
  }

  /** Writes keys, rows by position, and timers. All events must have been taken. */
  snapshot(writer: StateWriter): void {
    this.#keys.snapshot(writer.at('keys'))
    this.#sides.forEach((side, i) => side.snapshot(writer.at(i), this.#keys.size))
    this.#timers.snapshot(writer.at('timers'))
    writer.numbers('times', [this.#watermark, this.#time, ...this.#expired])
  }

  /**
   * Takes what was written, in addition to what is here. `keyOf[old]` is a key's slot in `keys`, -1 where it is not ours. For each side `append` is given the old positions, ascending, of the rows that are ours, and
   * returns the position here of the first; they follow each other.
   */
  restore(reader: StateReader, keyOf: Int32Array, append: (side: number, positions: Int32Array) => number): void {
    this.#sides.forEach((side, i) => {
      const own = reader.at(i)
      const positions = side.heldIn(own, keyOf)
      const first = append(i, positions)
      side.reserve(first + positions.length, this.#keys.size)
      side.restore(own, keyOf, positions, first)
    })
    // One timer of each key and side counts.
    const timerOf = [reader.at(0).float64('timer'), reader.at(1).float64('timer')]
    this.#timers.restore(reader.at('timers'), (payload, time) => {
      const key = keyOf[payload >> 1]!
      return key < 0 || timerOf[payload & 1]![payload >> 1] !== time ? -1 : key * 2 + (payload & 1)
    })
    const [watermark, time, left, right] = reader.numbers('times') as [number, number, number, number]
    const { keyGroups, watermark: known } = reader.share
    this.#watermark = keyGroups === null ? watermark : known
    this.#time = keyGroups === null ? time : Math.max(known, 0)
    // What was found expired saves a search and no more; Flink forgets it too.
    if (keyGroups === null) {
      this.#expired[0] = left
      this.#expired[1] = right
    }
  }

  /**
   * Rows of a side that are still held, ascending, when few are: the owner keeps those, and they are renumbered here in the same way. Null when it
   * is not worth it. `stored` is the number of rows in the owner's store.
   */
  compact(side: number, stored: number): Int32Array | null {
    const state = this.#sides[side]!
    if (stored < 8192 || state.held * 2 > stored) return null
    return state.renumber()
  }

  /** When most keys hold nothing any more, the keys that do, as a new table for `keys`. */
  dropKeys(): void {
    const [left, right] = this.#sides
    const size = this.#keys.size
    if (size < this.#keysCheckedAt || this.#keys.width === 0) return
    const live: number[] = []
    for (let key = 0; key < size; key++) if (left.heads[key]! >= 0 || right.heads[key]! >= 0) live.push(key)
    // Looking at all keys is worth it only when there are several times as many as were alive last time.
    this.#keysCheckedAt = Math.max(4096, live.length * 4)
    if (live.length * 4 > size) return
    const kept = Array.from({ length: this.#keys.width }, (_, column) => {
      const keys = this.#keys.keysOf(column)
      return Float64Array.from(live, (key) => keys[key]!)
    })
    const table = new KeyTable(this.#keys.width, live.length)
    table.slotsOf(kept, 0, live.length, new Int32Array(live.length))
    this.#keys = table
    const timers = new Timers(Math.max(1, Math.abs(this.#upperMs - this.#lowerMs) / 16))
    this.#sides.forEach((state, side) => {
      state.keepKeys(live)
      live.forEach((_, key) => {
        if (!Number.isNaN(state.timer[key]!)) timers.set(state.timer[key]!, key * 2 + side)
      })
    })
    this.#timers = timers
  }
}

/** Rows of one side: a chain for each key, in order of arrival, over arrays by position. */
class Side {
  times: Float64Array = new Float64Array(0)
  next: Int32Array = new Int32Array(0)
  #alive: Uint8Array = new Uint8Array(0)
  heads: Int32Array = new Int32Array(0)
  #tails: Int32Array = new Int32Array(0)
  /** When each key's timer rings; NaN for none. */
  timer: Float64Array = new Float64Array(0)
  held = 0
  #rows = 0

  get bytes(): number {
    return this.times.byteLength + this.next.byteLength + this.#alive.byteLength + this.heads.byteLength * 4
  }

  reserve(rows: number, keys: number): void {
    if (rows > this.#rows) this.#rows = rows
    if (rows > this.times.length) {
      let capacity = Math.max(1024, this.times.length)
      while (capacity < rows) capacity *= 2
      const times = new Float64Array(capacity)
      const next = new Int32Array(capacity)
      const alive = new Uint8Array(capacity)
      times.set(this.times)
      next.set(this.next)
      alive.set(this.#alive)
      this.times = times
      this.next = next
      this.#alive = alive
    }
    if (keys > this.heads.length) {
      let capacity = Math.max(256, this.heads.length)
      while (capacity < keys) capacity *= 2
      const heads = new Int32Array(capacity).fill(-1)
      const tails = new Int32Array(capacity).fill(-1)
      const timer = new Float64Array(capacity).fill(Number.NaN)
      heads.set(this.heads)
      tails.set(this.#tails)
      timer.set(this.timer)
      this.heads = heads
      this.#tails = tails
      this.timer = timer
    }
  }

  snapshot(writer: StateWriter, keyCount: number): void {
    this.reserve(0, keyCount)
    writer.float64('times', this.times, this.#rows)
    writer.int32('next', this.next, this.#rows)
    writer.int32('heads', this.heads, keyCount)
    writer.float64('timer', this.timer, keyCount)
  }

  /** Old positions of the rows of our keys, ascending. */
  heldIn(reader: StateReader, keyOf: Int32Array): Int32Array {
    const next = reader.int32('next')
    const heads = reader.int32('heads')
    const positions: number[] = []
    for (let old = 0; old < keyOf.length; old++) {
      if (keyOf[old]! >= 0) for (let row = heads[old]!; row >= 0; row = next[row]!) positions.push(row)
    }
    return Int32Array.from(positions).sort()
  }

  /** Chains of our keys, whose rows `positions` stand at `first` and behind. */
  restore(reader: StateReader, keyOf: Int32Array, positions: Int32Array, first: number): void {
    const times = reader.float64('times')
    const next = reader.int32('next')
    const heads = reader.int32('heads')
    const timer = reader.float64('timer')
    const moved = new Int32Array(times.length)
    for (let i = 0; i < positions.length; i++) moved[positions[i]!] = first + i
    for (let old = 0; old < keyOf.length; old++) {
      const key = keyOf[old]!
      if (key < 0) continue
      for (let row = heads[old]!; row >= 0; row = next[row]!) this.append(key, moved[row]!, times[row]!)
      this.timer[key] = timer[old]!
    }
  }

  append(key: number, row: number, time: number): void {
    this.times[row] = time
    this.next[row] = -1
    this.#alive[row] = 1
    const tail = this.#tails[key]!
    if (tail < 0) this.heads[key] = row
    else this.next[tail] = row
    this.#tails[key] = row
    this.held++
  }

  /** `before` is the row before it in the chain, -1 for none. */
  remove(key: number, row: number, before: number): void {
    const next = this.next[row]!
    if (before < 0) this.heads[key] = next
    else this.next[before] = next
    if (next < 0) this.#tails[key] = before
    this.#alive[row] = 0
    this.held--
  }

  renumber(): Int32Array {
    const kept = new Int32Array(this.held)
    const numberOf = new Int32Array(this.#rows)
    let count = 0
    for (let row = 0; row < this.#rows; row++) {
      if (this.#alive[row] === 0) continue
      numberOf[row] = count
      kept[count++] = row
    }
    for (let i = 0; i < count; i++) {
      const row = kept[i]!
      const next = this.next[row]!
      // Ascending, so what is overwritten was read already.
      this.times[i] = this.times[row]!
      this.next[i] = next < 0 ? -1 : numberOf[next]!
    }
    for (let key = 0; key < this.heads.length; key++) {
      if (this.heads[key]! < 0) continue
      this.heads[key] = numberOf[this.heads[key]!]!
      this.#tails[key] = numberOf[this.#tails[key]!]!
    }
    this.#alive.fill(1, 0, count)
    this.#alive.fill(0, count, this.#rows)
    this.#rows = count
    return kept
  }

  keepKeys(live: readonly number[]): void {
    const heads = new Int32Array(Math.max(256, live.length)).fill(-1)
    const tails = new Int32Array(heads.length).fill(-1)
    const timer = new Float64Array(heads.length).fill(Number.NaN)
    live.forEach((old, key) => {
      heads[key] = this.heads[old]!
      tails[key] = this.#tails[old]!
      if (heads[key]! >= 0) timer[key] = this.timer[old]!
    })
    this.heads = heads
    this.#tails = tails
    this.timer = timer
  }
}
