/**
 * Memory that snapshots are copied into, used again and again.
 *
 * A copy into pages that were touched before takes a tenth of a copy into fresh ones (measured: 9 ms against 87 for 64 MB), and the task stands still meanwhile. So what was stored comes back, and pieces are twice
 * as large as the last power of two, so that growing state needs new ones seldom; pages that nobody touches cost nothing. Small states take fresh memory.
 *
 * It keeps no more pieces than were on their way at once, of the sizes asked for last.
 */
export class SnapshotMemory {
  /** Smallest first. */
  #free: ArrayBuffer[] = []

  /** A piece of at least so many bytes, in which anything may stand. Detached from its object: it is passed on. */
  readonly take = (bytes: number): ArrayBuffer => {
    if (bytes < keptBytesMin) return new ArrayBuffer(bytes)
    const fitting = this.#free.findIndex(({ byteLength }) => byteLength >= bytes)
    if (fitting >= 0) return this.#free.splice(fitting, 1)[0]!
    // The largest is too small for its task now.
    this.#free.pop()
    return new ArrayBuffer(2 ** Math.ceil(Math.log2(bytes)))
  }

  give(memory: readonly ArrayBuffer[]): void {
    this.#free.push(...memory.filter(({ byteLength }) => byteLength >= keptBytesMin))
    this.#free.sort((a, b) => a.byteLength - b.byteLength)
  }
}

const keptBytesMin = 256 * 1024
