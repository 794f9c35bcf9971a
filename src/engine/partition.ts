import type { Batch } from '../columnar/batch.ts'
import type { Dictionary } from '../columnar/column.ts'
import { keyGroupOf, KeyHasher, subtaskOfKeyGroup, toKeyGroups } from '../columnar/hashColumns.ts'
import type { Schema } from '../columnar/schema.ts'

/**
 * Which subtask each row of a batch goes to, as one list of rows for each.
 *
 * By key group as in Flink, so that the owner of a key is the one that a cluster would choose. The lists are kept from batch to batch: read them before
 * the next call.
 *
 * The hash is most of the work and keys come again, so the two commonest kinds of key are remembered: BIGINTs in a small direct-mapped table, strings by
 * dictionary code.
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
  /** Batches still to be hashed as a whole, because remembering does not help. */
  #hashesAll = 0
  #rememberedKeys: Float64Array | null = null
  #rememberedSubtasks: Int32Array | null = null
  readonly #subtaskOfCode = new WeakMap<Dictionary, Int32Array>()

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
    this.counts.fill(0)
    const key = batch.columns[this.#columns[0]!]!
    if (this.#columns.length === 1 && key.nulls === null) {
      if (key.storage === 'int64' && key.values !== null && this.#hashesAll === 0) {
        this.#splitLongs(key.values, rowCount)
        return
      }
      if (key.storage === 'string') {
        this.#splitCodes(key.codes, key.dictionary, rowCount)
        return
      }
    }
    if (this.#hashesAll > 0) this.#hashesAll--
    this.#hasher.hash(this.#columns.map((column) => batch.columns[column]!), rowCount, this.#groups)
    toKeyGroups(this.#groups, rowCount, this.#maxParallelism)
    distribute(this.#groups, rowCount, this.#subtaskOfGroup, this.#rows, this.counts)
  }

  #splitLongs(values: Float64Array, rowCount: number): void {
    // NaN equals nothing, so an empty place is never taken for a key.
    const keys = (this.#rememberedKeys ??= new Float64Array(rememberedMax).fill(Number.NaN))
    const subtasks = (this.#rememberedSubtasks ??= new Int32Array(rememberedMax))
    const rows = this.#rows
    const { counts } = this
    let unknown = 0
    for (let row = 0; row < rowCount; row++) {
      const value = values[row]!
      const place = value & (rememberedMax - 1)
      if (keys[place] !== value) {
        unknown++
        keys[place] = value
        subtasks[place] = this.#subtaskOf(this.#hasher.hashLong(value))
      }
      const subtask = subtasks[place]!
      const count = counts[subtask]!
      rows[subtask]![count] = row
      counts[subtask] = count + 1
    }
    if (unknown * 4 > rowCount) this.#hashesAll = hashedBatches
  }

  #splitCodes(codes: Int32Array, dictionary: Dictionary, rowCount: number): void {
    let subtasks = this.#subtaskOfCode.get(dictionary)
    if (subtasks === undefined || subtasks.length < dictionary.values.length) {
      const grown = new Int32Array(Math.max(dictionary.values.length, (subtasks?.length ?? 0) * 2)).fill(-1)
      if (subtasks !== undefined) grown.set(subtasks)
      subtasks = grown
      this.#subtaskOfCode.set(dictionary, subtasks)
    }
    const rows = this.#rows
    const { counts } = this
    for (let row = 0; row < rowCount; row++) {
      const code = codes[row]!
      let subtask = subtasks[code]!
      if (subtask < 0) {
        subtask = this.#subtaskOf(this.#hasher.hashText(dictionary, code))
        subtasks[code] = subtask
      }
      const count = counts[subtask]!
      rows[subtask]![count] = row
      counts[subtask] = count + 1
    }
  }

  #subtaskOf(hash: number): number {
    return this.#subtaskOfGroup[keyGroupOf(hash, this.#maxParallelism)]!
  }
}

/** Batches that are hashed as a whole after one in which a quarter of the keys was new: such as those of partial rows, whose keys do not come again soon. */
const hashedBatches = 32

/** Keys remembered at once; a power of two. */
const rememberedMax = 8192

function distribute(groups: Int32Array, rowCount: number, subtaskOfGroup: Int32Array, rows: readonly Int32Array[], counts: Int32Array): void {
  for (let row = 0; row < rowCount; row++) {
    const subtask = subtaskOfGroup[groups[row]!]!
    const count = counts[subtask]!
    rows[subtask]![count] = row
    counts[subtask] = count + 1
  }
}
