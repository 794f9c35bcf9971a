import type { Batch } from '../columnar/batch.ts'
import type { Schema } from '../columnar/schema.ts'
import { StateReader, StateWriter } from '../columnar/stateCodec.ts'

/**
 * Rows that sinks have given up and nobody has seen yet: what makes sinks transactional (Flink: TwoPhaseCommitSinkFunction, and the collect sink's buffer with checkpointing).
 *
 * A row belongs to the epoch of the last barrier before it. Checkpoint c covers the epochs below c: when it is complete their rows are shown, in the order in which they came; when the job goes on
 * from it, the others are forgotten, because they will come again. The rows that c will show are stored with c, so that they are shown even if the process dies after c is complete.
 */
export class StagedRows {
  #rows: StagedBatch[] = []
  #bytes = 0

  /** Bytes of what waits, as it came over the wire. */
  get bytes(): number {
    return this.#bytes
  }

  add(rows: StagedBatch): void {
    this.#rows.push(rows)
    this.#bytes += rows.bytes
  }

  /** Taken: what a checkpoint covers. */
  committed(checkpoint: number): readonly StagedBatch[] {
    const taken = this.#rows.filter(({ epoch }) => epoch < checkpoint)
    this.#keep(this.#rows.filter(({ epoch }) => epoch >= checkpoint))
    return taken
  }

  /** Of one sink, what a checkpoint covers, as bytes; null when there is nothing. */
  encoded(operator: string, checkpoint: number): Uint8Array<ArrayBuffer> | null {
    const covered = this.#rows.filter((rows) => rows.operator === operator && rows.epoch < checkpoint)
    if (covered.length === 0) return null
    const writer = new StateWriter()
    writer.numbers('subtasks', covered.map(({ subtask }) => subtask))
    covered.forEach(({ batch }, i) => writer.at(i).batch('rows', batch))
    return writer.finish()
  }

  /** Of these operators; null: of all. */
  discard(operators: ReadonlySet<string> | null): void {
    this.#keep(operators === null ? [] : this.#rows.filter(({ operator }) => !operators.has(operator)))
  }

  #keep(rows: StagedBatch[]): void {
    this.#rows = rows
    this.#bytes = rows.reduce((sum, { bytes }) => sum + bytes, 0)
  }
}

export interface StagedBatch {
  readonly operator: string
  readonly subtask: number
  readonly epoch: number
  readonly batch: Batch
  readonly bytes: number
}

/** The rows that `StagedRows.encoded` wrote. */
export function decodedRows(bytes: Uint8Array, schema: Schema): { readonly subtask: number; readonly batch: Batch }[] {
  const reader = StateReader.open(bytes)
  return reader.numbers('subtasks').map((subtask, i) => ({ subtask, batch: reader.at(i).batch('rows', schema) }))
}
