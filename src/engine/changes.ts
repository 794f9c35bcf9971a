import type { Batch } from '../columnar/batch.ts'
import { rowKind } from '../columnar/batch.ts'
import type { Column } from '../columnar/column.ts'
import type { Schema } from '../columnar/schema.ts'
import type { RowStore } from './rowStore.ts'

/**
 * The changes that an operator gives while it works through a batch: which stored row, of what kind, at which rank. They are collected as numbers and become
 * columns once, at the end of the batch, so that a change costs no object. Until then stored rows must keep their positions.
 */
export class ChangeList {
  #positions: Int32Array = new Int32Array(256)
  #kinds: Uint8Array = new Uint8Array(256)
  #ranks: Float64Array = new Float64Array(256)
  #watermarks: Float64Array = new Float64Array(256)
  #count = 0
  /** The watermark that has gone out before the changes that follow: what the receiver must know to tell whether they are late. */
  watermark = -Infinity

  get count(): number {
    return this.#count
  }

  /** `rank` is for operators that give one; 0 otherwise. */
  push(kind: number, position: number, rank = 0): void {
    if (this.#count === this.#positions.length) this.#grow()
    this.#positions[this.#count] = position
    this.#kinds[this.#count] = kind
    this.#ranks[this.#count] = rank
    this.#watermarks[this.#count] = this.watermark
    this.#count++
  }

  #grow(): void {
    const length = this.#count * 2
    const positions = new Int32Array(length)
    positions.set(this.#positions)
    this.#positions = positions
    const kinds = new Uint8Array(length)
    kinds.set(this.#kinds)
    this.#kinds = kinds
    this.#ranks = twice(this.#ranks)
    this.#watermarks = twice(this.#watermarks)
  }

  /**
   * The changes as a batch, followed by a BIGINT column of ranks where `ranked`, each with its watermark where `timed`; null when there are none. The list is empty
   * afterwards.
   */
  take(store: RowStore, schema: Schema, { ranked = false, timed = false }: { readonly ranked?: boolean; readonly timed?: boolean }): Batch | null {
    const rowCount = this.#count
    if (rowCount === 0) return null
    this.#count = 0
    const columns: Column[] = store.gather(this.#positions, rowCount)
    if (ranked) columns.push({ storage: 'int64', values: this.#ranks.slice(0, rowCount), wide: null, nulls: null })
    const kinds = this.#kinds.slice(0, rowCount)
    return { schema, columns, rowCount, kinds: kinds.every((kind) => kind === rowKind.insert) ? null : kinds, watermarks: timed ? this.#watermarks.slice(0, rowCount) : null }
  }
}

function twice(array: Float64Array): Float64Array {
  const grown = new Float64Array(array.length * 2)
  grown.set(array)
  return grown
}
