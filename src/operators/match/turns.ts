import { rowsByRound } from '../../engine/rounds.ts'

/** No row: time alone goes on. */
export const timeAlone = -1

/**
 * What is to be done with the keys of a batch, in order: a row to match, or time that goes on. Keys know nothing of each other, so it is worked off in turns, the first of every key together, then every second: a condition is then
 * asked for the rows of many keys in one call.
 */
export class Turns {
  /** By number: the key's slot, the row's position or `timeAlone`, the time, and the watermark that has gone out before. */
  slots: Int32Array = new Int32Array(1024)
  positions: Int32Array = new Int32Array(1024)
  times: Float64Array = new Float64Array(1024)
  watermarks: Float64Array = new Float64Array(1024)
  count = 0
  /** By slot, how much there is of a key. */
  #met: Int32Array = new Int32Array(0)
  /** By slot, the number of what is last of a key that has any. */
  #last: Int32Array = new Int32Array(0)
  #rounds: Int32Array = new Int32Array(1024)

  fitKeys(count: number): void {
    if (this.#met.length >= count) return
    const met = new Int32Array(Math.max(64, count, this.#met.length * 2))
    met.set(this.#met)
    this.#met = met
    const last = new Int32Array(met.length)
    last.set(this.#last)
    this.#last = last
  }

  has(slot: number): boolean {
    return this.#met[slot]! > 0
  }

  /** Whether time has gone on so far already, with nothing behind it. */
  endsAt(slot: number, time: number): boolean {
    const last = this.#last[slot]!
    return this.has(slot) && this.positions[last] === timeAlone && this.times[last] === time
  }

  push(slot: number, position: number, time: number, watermark: number): void {
    if (this.count === this.slots.length) this.#grow()
    this.slots[this.count] = slot
    this.positions[this.count] = position
    this.times[this.count] = time
    this.watermarks[this.count] = watermark
    this.#rounds[this.count] = this.#met[slot]!++
    this.#last[slot] = this.count++
  }

  /** Numbers turn by turn, those of each in order, as long as turns have at least `least`; no later turn has more than one before it. Then all that are left, in order. */
  take(least: number): { readonly turns: readonly Int32Array[]; readonly rest: Int32Array } {
    const { count } = this
    const rounds = this.#rounds
    let roundCount = 0
    for (let i = 0; i < count; i++) {
      if (rounds[i]! >= roundCount) roundCount = rounds[i]! + 1
      this.#met[this.slots[i]!] = 0
    }
    const sizes = new Int32Array(roundCount + 1)
    for (let i = 0; i < count; i++) sizes[rounds[i]!]!++
    let wide = 0
    while (sizes[wide]! >= least) wide++
    for (let i = 0; i < count; i++) if (rounds[i]! > wide) rounds[i] = wide
    const parts = rowsByRound(rounds, count, wide + 1)
    const rest = parts.pop()!
    return { turns: parts, rest }
  }

  clear(): void {
    this.count = 0
  }

  #grow(): void {
    const length = this.count * 2
    const grown = (array: Int32Array): Int32Array => {
      const larger = new Int32Array(length)
      larger.set(array)
      return larger
    }
    const grownTimes = (array: Float64Array): Float64Array => {
      const larger = new Float64Array(length)
      larger.set(array)
      return larger
    }
    this.slots = grown(this.slots)
    this.positions = grown(this.positions)
    this.#rounds = grown(this.#rounds)
    this.times = grownTimes(this.times)
    this.watermarks = grownTimes(this.watermarks)
  }
}
