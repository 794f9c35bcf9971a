import { eventTimesOf, type Batch, type Trailing } from '../columnar/batch.ts'
import { firstAtLeast } from './slices.ts'

/** The watermarks before the rows of a batch that tells them, for who asks for few of them: where they trail the times nobody has to make an array. */
export class RowWatermarks {
  readonly #array: Float64Array | null
  readonly #trailing: Trailing | null
  readonly #times: Float64Array | null

  private constructor(batch: Batch) {
    this.#array = batch.watermarks
    this.#trailing = batch.trailing ?? null
    this.#times = this.#trailing === null ? null : eventTimesOf(batch)
  }

  /** Null where the batch tells none: the receiver's holds for all rows. */
  static of(batch: Batch): RowWatermarks | null {
    return batch.watermarks === null && !batch.trailing ? null : new RowWatermarks(batch)
  }

  at(row: number): number {
    if (this.#array !== null) return this.#array[row]!
    const { before, delayMs } = this.#trailing!
    return row === 0 ? before : this.#times![row - 1]! - delayMs
  }

  /** The first row of [low, high) before which the watermark is at `bound` or above it; `high` when there is none. */
  firstAtLeast(low: number, high: number, bound: number): number {
    if (this.#array !== null) return firstAtLeast(this.#array, low, high, bound)
    if (low >= high || this.at(low) >= bound) return low
    // Whole milliseconds: moving the delay to the other side loses nothing.
    return firstAtLeast(this.#times!, low, high - 1, bound + this.#trailing!.delayMs) + 1
  }
}
