import type { Batch } from '../columnar/batch.ts'
import { gather, storageOf, type BoolColumn, type Column, type DecimalColumn, type Dictionary, type Float64Column, type Int32Column, type Int64Column, type Nulls, type ObjectColumn, type StringColumn, type Value } from '../columnar/column.ts'
import type { Schema } from '../columnar/schema.ts'
import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'

/**
 * Rows kept by an operator, in columns: what a join buffers until the other side comes.
 *
 * Rows are appended a batch at a time and known by their position. They are copied, because a batch's arrays are far longer than the few rows that may
 * be kept of it. Reading is by `gather`, so a join emits pairs of positions and fetches columns afterwards. Rows go all at once (`clear`) or by `keep`, which
 * renumbers those that stay; whoever holds positions follows.
 *
 * String columns keep the codes of a shared dictionary as long as all rows come with the same one; otherwise they move to a dictionary of their own,
 * with a cache from foreign codes to own ones. Texts of a dictionary that may have one twice are mostly texts that come once: they are added without being looked for.
 */
export class RowStore {
  readonly #schema: Schema
  readonly #columns: StoredColumn[]
  #count = 0

  constructor(schema: Schema) {
    this.#schema = schema
    this.#columns = schema.fields.map((field) => storedColumn(storageOf(field.type)))
  }

  get schema(): Schema {
    return this.#schema
  }

  /** Rows held; positions are 0 … rowCount - 1. */
  get rowCount(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#columns.reduce((sum, column) => sum + column.bytes, 0)
  }

  /** Appends rows [start, end) of a batch of the store's schema; returns the position of the first. */
  appendRange(batch: Batch, start: number, end: number): number {
    const first = this.#count
    for (let i = 0; i < this.#columns.length; i++) this.#columns[i]!.append(batch.columns[i]!, null, start, end - start, first)
    this.#count += end - start
    return first
  }

  /** Appends the given rows of a batch; returns the position of the first. */
  appendRows(batch: Batch, rows: Int32Array, count: number): number {
    const first = this.#count
    for (let i = 0; i < this.#columns.length; i++) this.#columns[i]!.append(batch.columns[i]!, rows, 0, count, first)
    this.#count += count
    return first
  }

  /** The stored columns as they lie: `rowCount` rows. Valid until the next append, keep or clear; not to be emitted. */
  columns(): Column[] {
    return this.#columns.map((column) => column.view(this.#count))
  }

  column(index: number): Column {
    return this.#columns[index]!.view(this.#count)
  }

  /** Fresh columns of the rows at these positions, in that order. */
  gather(positions: Int32Array, count: number): Column[] {
    return this.#columns.map((column) => gather(column.view(this.#count), positions, count))
  }

  /** Keeps only the rows at these ascending positions; they get the positions 0 … count - 1. */
  keep(positions: Int32Array, count: number): void {
    const columns = this.gather(positions, count)
    this.#columns.forEach((stored, i) => {
      stored.clear()
      stored.append(columns[i]!, null, 0, count, 0)
    })
    this.#count = count
  }

  clear(): void {
    for (const column of this.#columns) column.clear()
    this.#count = 0
  }

  /** Writes all rows, by position. */
  snapshot(writer: StateWriter): void {
    writer.columns('rows', this.columns(), this.#count)
  }

  /** The rows that a store of this schema wrote, as one batch of views: for `appendRange` and `appendRows`. */
  rowsIn(reader: StateReader): Batch {
    return { schema: this.#schema, columns: reader.columns('rows'), rowCount: reader.rowCount('rows'), kinds: null, watermarks: null }
  }
}

interface StoredColumn {
  readonly bytes: number
  /** Copies rows [start, start + count), or `rows[0 … count)` when given, to position `at` on. */
  append(column: Column, rows: Int32Array | null, start: number, count: number, at: number): void
  view(count: number): Column
  clear(): void
}

function storedColumn(storage: Column['storage']): StoredColumn {
  switch (storage) {
    case 'bool':
      return new StoredBools()
    case 'int32':
      return new StoredInt32s()
    case 'float64':
      return new StoredFloat64s()
    case 'int64':
      return new StoredBigints()
    case 'decimal':
      return new StoredDecimals()
    case 'string':
      return new StoredStrings()
    case 'object':
      return new StoredObjects()
  }
}

const rowsInitial = 64

/** A cleared store keeps arrays up to this many rows for its next rows; nothing that was handed out shares them. */
const rowsKept = 65_536

function capacityFor(needed: number, current: number): number {
  let capacity = Math.max(rowsInitial, current)
  while (capacity < needed) capacity *= 2
  return capacity
}

/** The null mask of a stored column; there is none until the first NULL. */
class StoredNulls {
  #mask: Uint8Array | null = null

  get bytes(): number {
    return this.#mask?.byteLength ?? 0
  }

  append(nulls: Nulls, rows: Int32Array | null, start: number, count: number, at: number): void {
    if (nulls === null) {
      // Positions may be taken again after `clear`, so the stretch must be wiped.
      if (this.#mask !== null) this.#fit(at + count).fill(0, at, at + count)
      return
    }
    const mask = this.#fit(at + count)
    if (rows === null) mask.set(nulls.subarray(start, start + count), at)
    else for (let i = 0; i < count; i++) mask[at + i] = nulls[rows[i]!]!
  }

  #fit(needed: number): Uint8Array {
    if (this.#mask === null || this.#mask.length < needed) {
      const grown = new Uint8Array(capacityFor(needed, this.#mask?.length ?? 0))
      if (this.#mask !== null) grown.set(this.#mask)
      this.#mask = grown
    }
    return this.#mask
  }

  view(count: number): Nulls {
    // The mask may be shorter than the column when the last rows had no mask to speak of.
    return this.#mask === null ? null : this.#fit(count)
  }

  clear(): void {
    this.#mask = null
  }
}

class StoredBools implements StoredColumn {
  #values: Uint8Array = new Uint8Array(0)
  readonly #nulls = new StoredNulls()
  get bytes(): number {
    return this.#values.byteLength + this.#nulls.bytes
  }
  append(column: BoolColumn, rows: Int32Array | null, start: number, count: number, at: number): void {
    if (this.#values.length < at + count) {
      const grown = new Uint8Array(capacityFor(at + count, this.#values.length))
      grown.set(this.#values)
      this.#values = grown
    }
    if (rows === null) this.#values.set(column.values.subarray(start, start + count), at)
    else for (let i = 0; i < count; i++) this.#values[at + i] = column.values[rows[i]!]!
    this.#nulls.append(column.nulls, rows, start, count, at)
  }
  view(count: number): Column {
    return { storage: 'bool', values: this.#values, nulls: this.#nulls.view(count) }
  }
  clear(): void {
    if (this.#values.length > rowsKept) this.#values = new Uint8Array(0)
    this.#nulls.clear()
  }
}

function copyInt32s(target: Int32Array, source: Int32Array, rows: Int32Array | null, start: number, count: number, at: number): Int32Array {
  if (target.length < at + count) {
    const grown = new Int32Array(capacityFor(at + count, target.length))
    grown.set(target)
    target = grown
  }
  if (rows === null) target.set(source.subarray(start, start + count), at)
  else for (let i = 0; i < count; i++) target[at + i] = source[rows[i]!]!
  return target
}

function copyFloat64s(target: Float64Array, source: Float64Array, rows: Int32Array | null, start: number, count: number, at: number): Float64Array {
  if (target.length < at + count) {
    const grown = new Float64Array(capacityFor(at + count, target.length))
    grown.set(target)
    target = grown
  }
  if (rows === null) target.set(source.subarray(start, start + count), at)
  else for (let i = 0; i < count; i++) target[at + i] = source[rows[i]!]!
  return target
}

class StoredInt32s implements StoredColumn {
  #values: Int32Array = new Int32Array(0)
  readonly #nulls = new StoredNulls()
  get bytes(): number {
    return this.#values.byteLength + this.#nulls.bytes
  }
  append(column: Int32Column, rows: Int32Array | null, start: number, count: number, at: number): void {
    this.#values = copyInt32s(this.#values, column.values, rows, start, count, at)
    this.#nulls.append(column.nulls, rows, start, count, at)
  }
  view(count: number): Column {
    return { storage: 'int32', values: this.#values, nulls: this.#nulls.view(count) }
  }
  clear(): void {
    if (this.#values.length > rowsKept) this.#values = new Int32Array(0)
    this.#nulls.clear()
  }
}

class StoredFloat64s implements StoredColumn {
  #values: Float64Array = new Float64Array(0)
  readonly #nulls = new StoredNulls()
  get bytes(): number {
    return this.#values.byteLength + this.#nulls.bytes
  }
  append(column: Float64Column, rows: Int32Array | null, start: number, count: number, at: number): void {
    this.#values = copyFloat64s(this.#values, column.values, rows, start, count, at)
    this.#nulls.append(column.nulls, rows, start, count, at)
  }
  view(count: number): Column {
    return { storage: 'float64', values: this.#values, nulls: this.#nulls.view(count) }
  }
  clear(): void {
    if (this.#values.length > rowsKept) this.#values = new Float64Array(0)
    this.#nulls.clear()
  }
}

/** BIGINT: doubles until a batch with wide values comes, then 64-bit integers until the store is cleared. */
class StoredBigints implements StoredColumn {
  #values: Float64Array = new Float64Array(0)
  #wide: BigInt64Array | null = null
  readonly #nulls = new StoredNulls()
  get bytes(): number {
    return this.#values.byteLength + (this.#wide?.byteLength ?? 0) + this.#nulls.bytes
  }
  append(column: Int64Column, rows: Int32Array | null, start: number, count: number, at: number): void {
    if (column.values !== null && this.#wide === null) this.#values = copyFloat64s(this.#values, column.values, rows, start, count, at)
    else this.#appendWide(column, rows, start, count, at)
    this.#nulls.append(column.nulls, rows, start, count, at)
  }
  #appendWide(column: Int64Column, rows: Int32Array | null, start: number, count: number, at: number): void {
    if (this.#wide === null || this.#wide.length < at + count) {
      const grown = new BigInt64Array(capacityFor(at + count, this.#wide?.length ?? this.#values.length))
      if (this.#wide !== null) grown.set(this.#wide)
      else for (let i = 0; i < at; i++) grown[i] = BigInt(this.#values[i]!)
      this.#wide = grown
    }
    for (let i = 0; i < count; i++) {
      const row = rows === null ? start + i : rows[i]!
      this.#wide[at + i] = column.values !== null ? BigInt(column.values[row]!) : column.wide![row]!
    }
  }
  view(count: number): Column {
    const nulls = this.#nulls.view(count)
    return this.#wide === null ? { storage: 'int64', values: this.#values, wide: null, nulls } : { storage: 'int64', values: null, wide: this.#wide, nulls }
  }
  clear(): void {
    if (this.#values.length > rowsKept) this.#values = new Float64Array(0)
    this.#wide = null
    this.#nulls.clear()
  }
}

/** DECIMAL: as BIGINT, with BigInts of any width. */
class StoredDecimals implements StoredColumn {
  #values: Float64Array = new Float64Array(0)
  #wide: bigint[] | null = null
  readonly #nulls = new StoredNulls()
  get bytes(): number {
    return this.#values.byteLength + (this.#wide?.length ?? 0) * 24 + this.#nulls.bytes
  }
  append(column: DecimalColumn, rows: Int32Array | null, start: number, count: number, at: number): void {
    if (column.values !== null && this.#wide === null) this.#values = copyFloat64s(this.#values, column.values, rows, start, count, at)
    else {
      if (this.#wide === null) this.#wide = Array.from(this.#values.subarray(0, at), BigInt)
      this.#wide.length = at
      for (let i = 0; i < count; i++) {
        const row = rows === null ? start + i : rows[i]!
        this.#wide.push(column.values !== null ? BigInt(column.values[row]!) : column.wide![row]!)
      }
    }
    this.#nulls.append(column.nulls, rows, start, count, at)
  }
  view(count: number): Column {
    const nulls = this.#nulls.view(count)
    return this.#wide === null ? { storage: 'decimal', values: this.#values, wide: null, nulls } : { storage: 'decimal', values: null, wide: this.#wide, nulls }
  }
  clear(): void {
    if (this.#values.length > rowsKept) this.#values = new Float64Array(0)
    this.#wide = null
    this.#nulls.clear()
  }
}

class StoredStrings implements StoredColumn {
  #codes: Int32Array = new Int32Array(0)
  readonly #nulls = new StoredNulls()
  /** The dictionary of all rows so far while there was only one. */
  #shared: Dictionary | null = null
  #own: { strings: string[]; codeOf: Map<string, number>; dictionary: Dictionary } | null = null
  #caches = new WeakMap<Dictionary, Int32Array>()

  get bytes(): number {
    return this.#codes.byteLength + this.#nulls.bytes + (this.#own === null ? 0 : this.#own.strings.length * 32)
  }

  append(column: StringColumn, rows: Int32Array | null, start: number, count: number, at: number): void {
    this.#nulls.append(column.nulls, rows, start, count, at)
    if (this.#own === null && (this.#shared === null || this.#shared === column.dictionary)) {
      this.#shared = column.dictionary
      this.#codes = copyInt32s(this.#codes, column.codes, rows, start, count, at)
      return
    }
    if (this.#own === null) {
      // Code 0 stands under NULLs, so it must mean something even before the first text.
      const strings = ['']
      this.#own = { strings, codeOf: new Map([['', 0]]), dictionary: { values: strings, distinct: this.#shared!.distinct && column.dictionary.distinct } }
      this.#translate(this.#shared!, this.#codes, null, 0, at, 0)
      this.#shared = null
    }
    this.#codes = copyInt32s(this.#codes, column.codes, rows, start, count, at)
    this.#translate(column.dictionary, column.codes, rows, start, count, at, column.nulls)
  }

  #translate(dictionary: Dictionary, codes: Int32Array, rows: Int32Array | null, start: number, count: number, at: number, nulls: Nulls = this.#nulls.view(start + count)): void {
    const { strings, codeOf, dictionary: ownDictionary } = this.#own!
    const looksFor = dictionary.distinct || ownDictionary.distinct
    let cache = this.#caches.get(dictionary)
    if (cache === undefined || cache.length < dictionary.values.length) {
      const grown = new Int32Array(Math.max(dictionary.values.length, (cache?.length ?? 0) * 2))
      if (cache !== undefined) grown.set(cache)
      cache = grown
      this.#caches.set(dictionary, cache)
    }
    for (let i = 0; i < count; i++) {
      const row = rows === null ? start + i : rows[i]!
      if (nulls !== null && nulls[row] === 1) {
        this.#codes[at + i] = 0
        continue
      }
      const code = codes[row]!
      let own = cache[code]!
      if (own === 0) {
        const text = dictionary.values[code]!
        own = looksFor ? (codeOf.get(text) ?? -1) + 1 : 0
        if (own === 0) {
          strings.push(text)
          own = strings.length
          if (looksFor) codeOf.set(text, own - 1)
        }
        cache[code] = own
      }
      this.#codes[at + i] = own - 1
    }
  }

  view(count: number): Column {
    const dictionary = this.#own?.dictionary ?? this.#shared ?? emptyDictionary
    return { storage: 'string', codes: this.#codes, dictionary, nulls: this.#nulls.view(count) }
  }

  clear(): void {
    if (this.#codes.length > rowsKept) this.#codes = new Int32Array(0)
    this.#nulls.clear()
    this.#shared = null
    this.#own = null
    this.#caches = new WeakMap()
  }
}

const emptyDictionary: Dictionary = { values: [''], distinct: true }

class StoredObjects implements StoredColumn {
  #values: Value[] = []
  readonly #nulls = new StoredNulls()
  get bytes(): number {
    return this.#values.length * 64 + this.#nulls.bytes
  }
  append(column: ObjectColumn, rows: Int32Array | null, start: number, count: number, at: number): void {
    this.#values.length = at
    for (let i = 0; i < count; i++) this.#values.push(column.values[rows === null ? start + i : rows[i]!]!)
    this.#nulls.append(column.nulls, rows, start, count, at)
  }
  view(count: number): Column {
    return { storage: 'object', values: this.#values, nulls: this.#nulls.view(count) }
  }
  clear(): void {
    this.#values = []
    this.#nulls.clear()
  }
}
