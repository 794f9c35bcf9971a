import { gatherRows, type Batch } from '../../../columnar/batch.ts'
import type { ReaderPosition, RowReader } from '../../../streams/rowReader.ts'

/**
 * One split of rows that stand in one place: of n splits, split k keeps the rows k, k + n, k + 2n, … Every split reads all of them, because a text has no
 * places to start from; what follows the source is then done side by side. Rows that cannot be read are not counted, so all splits agree.
 */
export class EveryNth implements RowReader {
  rowsTotal?: number
  position?: () => ReaderPosition
  seek?: (position: ReaderPosition) => Promise<void>
  readonly #rows: RowReader
  readonly #split: number
  readonly #splits: number
  #seen = 0

  constructor(rows: RowReader, split: number, splits: number) {
    this.#rows = rows
    this.#split = split
    this.#splits = splits
    if (rows.position !== undefined && rows.seek !== undefined) {
      this.position = () => ({ ...rows.position!(), seen: this.#seen })
      this.seek = async (position) => {
        await rows.seek!(position)
        this.#seen = position.seen!
      }
    }
  }

  async open(): Promise<void> {
    await this.#rows.open()
    if (this.#rows.rowsTotal !== undefined) this.rowsTotal = Math.max(0, Math.ceil((this.#rows.rowsTotal - this.#split) / this.#splits))
  }

  async ready(): Promise<void> {
    await this.#rows.ready()
  }

  next(rowsMax: number): Batch | 'wait' | 'end' {
    for (;;) {
      const batch = this.#rows.next(rowsMax)
      if (batch === 'wait' || batch === 'end') return batch
      const kept = this.#kept(batch)
      if (kept.rowCount > 0) return kept
    }
  }

  flush(): Batch | null {
    const batch = this.#rows.flush()
    return batch === null ? null : this.#kept(batch)
  }

  #kept(batch: Batch): Batch {
    const rows = new Int32Array(batch.rowCount)
    let count = 0
    for (let row = 0; row < batch.rowCount; row++) if ((this.#seen + row) % this.#splits === this.#split) rows[count++] = row
    this.#seen += batch.rowCount
    return gatherRows(batch, rows, count)
  }
}
