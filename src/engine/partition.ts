import type { Batch } from '../columnar/batch.ts'
import { KeyHasher, subtaskOfKeyGroup, toKeyGroups } from '../columnar/hashColumns.ts'
import type { Schema } from '../columnar/schema.ts'

/**
 * Which subtask each row of a batch goes to, as one list of rows for each.
 *
 * By key group as in Flink, so that the owner of a key is the one that a cluster would choose. The lists are kept from batch to batch: read them before
 * the next call.
 */
export class KeyPartition {
  readonly rows: readonly Int32Array[]
  readonly counts: Int32Array
  readonly #columns: readonly number[]
  readonly #hasher: KeyHasher
  readonly #maxParallelism: number
  readonly #subtaskOfGroup: Int32Array
  #groups = new Int32Array(0)
  readonly #rows: Int32Array[]

  constructor(schema: Schema, columns: readonly number[], parallelism: number, maxParallelism: number) {
    this.#columns = columns
    this.#hasher = new KeyHasher(columns.map((column) => schema.fields[column]!.type))
    this.#maxParallelism = maxParallelism
    this.#subtaskOfGroup = Int32Array.from({ length: maxParallelism }, (_, group) => subtaskOfKeyGroup(group, parallelism, maxParallelism))
    this.#rows = Array.from({ length: parallelism }, () => new Int32Array(0))
    this.rows = this.#rows
    this.counts = new Int32Array(parallelism)
  }

  split(batch: Batch): void {
    const { rowCount } = batch
    if (this.#groups.length < rowCount) {
      const room = Math.max(4096, rowCount)
      this.#groups = new Int32Array(room)
      for (let i = 0; i < this.#rows.length; i++) this.#rows[i] = new Int32Array(room)
    }
    this.#hasher.hash(this.#columns.map((column) => batch.columns[column]!), rowCount, this.#groups)
    toKeyGroups(this.#groups, rowCount, this.#maxParallelism)
    this.counts.fill(0)
    distribute(this.#groups, rowCount, this.#subtaskOfGroup, this.#rows, this.counts)
  }
}

function distribute(groups: Int32Array, rowCount: number, subtaskOfGroup: Int32Array, rows: readonly Int32Array[], counts: Int32Array): void {
  for (let row = 0; row < rowCount; row++) {
    const subtask = subtaskOfGroup[groups[row]!]!
    const count = counts[subtask]!
    rows[subtask]![count] = row
    counts[subtask] = count + 1
  }
}
