import { rowAt, rowKindAt, type Batch, type RowKindText } from '../../columnar/batch.ts'
import type { Value } from '../../columnar/column.ts'
import type { Schema } from '../../columnar/schema.ts'

/**
 * The newest rows a sink received, bounded: batches are kept as they came and dropped whole from the far end, so that receiving costs nothing per row
 * and a table reads only the rows it shows. `rowsSeen` counts all rows ever.
 */
export interface SinkRows {
  readonly schema: Schema | null
  readonly rowsSeen: number
  /** Rows held, oldest first; `rowsSeen - rowCount` is the number of the first of them. */
  readonly rowCount: number
  row(index: number): { readonly kind: RowKindText; readonly values: readonly Value[]; readonly subtask: number }
}

/** Rows held per sink: a few screens of scrolling, some tens of megabytes at most. */
export const sinkRowsMax = 50_000

export class SinkBuffer {
  private batches: { readonly batch: Batch; readonly subtask: number; readonly epoch: number; readonly start: number }[] = []
  private held = 0
  private seen = 0
  /** Rows ever received, by epoch: those that are no longer held can be taken back too. */
  private readonly seenOf = new Map<number, number>()

  append(batch: Batch, subtask: number, epoch = 0): void {
    if (batch.rowCount === 0) return
    this.batches.push({ batch, subtask, epoch, start: this.seen })
    this.seenOf.set(epoch, (this.seenOf.get(epoch) ?? 0) + batch.rowCount)
    this.seen += batch.rowCount
    this.held += batch.rowCount
    let drop = 0
    while (drop < this.batches.length - 1 && this.held - this.batches[drop]!.batch.rowCount >= sinkRowsMax) {
      this.held -= this.batches[drop]!.batch.rowCount
      drop += 1
    }
    if (drop > 0) this.batches = this.batches.slice(drop)
  }

  /** The job goes on from a checkpoint (null: from its beginning): rows that it does not cover will come again. */
  takeBack(checkpoint: number | null): void {
    const covered = checkpoint ?? -Infinity
    for (const [epoch, rows] of this.seenOf) {
      if (epoch < covered) continue
      this.seen -= rows
      this.seenOf.delete(epoch)
    }
    const kept = this.batches.filter(({ epoch }) => epoch < covered)
    this.held = kept.reduce((sum, { batch }) => sum + batch.rowCount, 0)
    let start = this.seen - this.held
    this.batches = kept.map((entry) => {
      const moved = { ...entry, start }
      start += entry.batch.rowCount
      return moved
    })
  }

  /** An unchanging view of what is held now. */
  view(): SinkRows {
    const batches = [...this.batches]
    const first = batches[0]?.start ?? 0
    return {
      schema: batches[batches.length - 1]?.batch.schema ?? null,
      rowsSeen: this.seen,
      rowCount: this.held,
      row(index) {
        const wanted = first + index
        let low = 0
        let high = batches.length - 1
        while (low < high) {
          const middle = (low + high + 1) >> 1
          if (batches[middle]!.start <= wanted) low = middle
          else high = middle - 1
        }
        const { batch, subtask, start } = batches[low]!
        return { kind: rowKindAt(batch, wanted - start), values: rowAt(batch, wanted - start), subtask }
      },
    }
  }
}

export const noSinkRows: SinkRows = {
  schema: null,
  rowsSeen: 0,
  rowCount: 0,
  row() {
    throw new RangeError('no rows')
  },
}
