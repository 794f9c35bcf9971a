import type { Batch } from '../columnar/batch.ts'
import type { Schema } from '../columnar/schema.ts'
import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { KeyedRestore } from './keyedState.ts'
import { KeyEncoder } from './keyEncoder.ts'
import { KeyTable } from './keyTable.ts'
import { RowStore } from './rowStore.ts'

/** Stored rows that no list holds are cleared away when they outnumber the others, and this many. */
const garbageMin = 4096

/**
 * Rows in lists by key, where rows come and go one by one: one store of rows for all keys, and for each key a list of positions in it.
 *
 * What order a list has, and which rows it keeps, is the operator's: it changes the lists itself and tells in `held` how many positions they have together. Every row of a batch is stored before it is looked at; rows that no
 * list holds stay until `sweep`, which moves the others together. Which key a row belongs to is by its slot, in order of first appearance.
 */
export class RowsByKey {
  readonly store: RowStore
  /** By slot of the key: positions in the store. */
  readonly lists: number[][] = []
  /** Positions in all lists together. */
  held = 0
  readonly #keyColumns: readonly number[]
  readonly #encoder: KeyEncoder
  readonly #keys: KeyTable
  #slots: Int32Array = new Int32Array(0)

  constructor(schema: Schema, keyColumns: readonly number[]) {
    this.#keyColumns = keyColumns
    this.#encoder = new KeyEncoder(keyColumns.map((column) => schema.fields[column]!.type))
    this.#keys = new KeyTable(keyColumns.length)
    this.store = new RowStore(schema)
  }

  /** Bytes held, for display. */
  get bytes(): number {
    return this.store.bytes + this.#keys.bytes + this.#encoder.bytes + this.held * 8
  }

  /** Stores the rows of a batch; row i is at position `first + i`, its key has slot `slots[i]`, until the next call. */
  take(batch: Batch): { readonly first: number; readonly slots: Int32Array } {
    const { rowCount } = batch
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(Math.max(1024, rowCount))
    this.#keys.slotsOf(this.#encoder.encode(this.#keyColumns.map((column) => batch.columns[column]!), rowCount), 0, rowCount, this.#slots)
    this.#fit()
    return { first: this.store.appendRange(batch, 0, rowCount), slots: this.#slots }
  }

  /** Clears rows away that no list holds, when they are most. Returns where the others were, in their order; null when nothing has moved. */
  sweep(): Int32Array | null {
    const { rowCount } = this.store
    if (rowCount - this.held <= Math.max(garbageMin, this.held)) return null
    const held = this.#positions().sort()
    const moved = new Int32Array(rowCount)
    for (let i = 0; i < held.length; i++) moved[held[i]!] = i
    for (const list of this.lists) for (let i = 0; i < list.length; i++) list[i] = moved[list[i]!]!
    this.store.keep(held, held.length)
    if (this.#encoder.wantsShrink(this.#keys.size)) this.#encoder.shrink([this.#keys])
    return held
  }

  snapshot(writer: StateWriter): void {
    this.#encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.store.snapshot(writer.at('store'))
    writer.int32('sizes', Int32Array.from(this.lists, (list) => list.length))
    writer.int32('positions', this.#positions())
  }

  /** Adds the rows that are ours. Returns by old slot and by old position what they are here, -1 for what is not ours. */
  restore(reader: StateReader): { readonly slots: Int32Array; readonly positions: Int32Array } {
    const slots = new KeyedRestore(reader, reader.at('encoder'), this.#encoder).slots(reader.at('keys'), this.#keys)
    this.#fit()
    const rows = this.store.rowsIn(reader.at('store'))
    const sizes = reader.int32('sizes')
    const written = reader.int32('positions')
    const ours = new Int32Array(written.length)
    const positions = new Int32Array(rows.rowCount).fill(-1)
    const first = this.store.rowCount
    let count = 0
    let at = 0
    for (let old = 0; old < sizes.length; old++) {
      const end = at + sizes[old]!
      for (; at < end; at++) {
        if (slots[old]! < 0) continue
        positions[written[at]!] = first + count
        this.lists[slots[old]!]!.push(first + count)
        ours[count++] = written[at]!
      }
    }
    this.store.appendRows(rows, ours, count)
    this.held += count
    return { slots, positions }
  }

  get keyCount(): number {
    return this.#keys.size
  }

  /** Of all lists, one after the other. */
  #positions(): Int32Array {
    const positions = new Int32Array(this.held)
    let count = 0
    for (const list of this.lists) for (const position of list) positions[count++] = position
    return positions
  }

  #fit(): void {
    while (this.lists.length < this.#keys.size) this.lists.push([])
  }
}
