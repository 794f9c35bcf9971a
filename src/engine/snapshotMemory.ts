/**
 * Memory that snapshots are copied into, used again and again.
 *
 * A copy into pages that were touched before takes a tenth of a copy into fresh ones (measured: 9 ms against 87 for 64 MB), and the task stands still meanwhile. So what was stored comes back, and pieces are twice
 * as large as the last power of two, so that growing state needs new ones seldom; pages that nobody touches cost nothing. Small states take fresh memory.
 *
 * Pieces are shared memory where there is any, so that whoever stores them reads them where they are; elsewhere they are copied on their way out (docs/decisions/0246: nothing is transferred). While they are read they are on loan,
 * under a number, which is all that has to come back.
 *
 * It keeps no more pieces than were on their way at once, of the sizes asked for last.
 */
export class SnapshotMemory {
  readonly #isShared: boolean
  /** Smallest first. */
  #free: ArrayBufferLike[] = []
  /** By number. */
  readonly #onLoan = new Map<number, readonly ArrayBufferLike[]>()
  #loans = 0

  constructor(isShared: boolean) {
    this.#isShared = isShared
  }

  /** A piece of at least so many bytes, in which anything may stand. It is to be lent. */
  readonly take = (bytes: number): ArrayBufferLike => {
    if (bytes < keptBytesMin) return new ArrayBuffer(bytes)
    const fitting = this.#free.findIndex(({ byteLength }) => byteLength >= bytes)
    if (fitting >= 0) return this.#free.splice(fitting, 1)[0]!
    // The largest is too small for its task now.
    this.#free.pop()
    const size = 2 ** Math.ceil(Math.log2(bytes))
    return this.#isShared ? new SharedArrayBuffer(size) : new ArrayBuffer(size)
  }

  /** The pieces among these are read by others until `giveBack` is called with this number. */
  lend(parts: readonly Uint8Array[]): number {
    const pieces = new Set(parts.map(({ buffer }) => buffer).filter(({ byteLength }) => byteLength >= keptBytesMin))
    this.#onLoan.set(++this.#loans, [...pieces])
    return this.#loans
  }

  giveBack(loan: number): void {
    this.#free.push(...(this.#onLoan.get(loan) ?? []))
    this.#onLoan.delete(loan)
    this.#free.sort((a, b) => a.byteLength - b.byteLength)
  }
}

const keptBytesMin = 256 * 1024
