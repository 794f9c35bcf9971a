import type { Column } from '../columnar/column.ts'
import { gather } from '../columnar/column.ts'
import { printType, type DataType } from '../columnar/dataType.ts'
import { KeyHasher } from '../columnar/hashColumns.ts'
import type { Json } from '../columnar/json.ts'
import { printJson } from '../columnar/jsonText.ts'
import type { Schema } from '../columnar/schema.ts'
import type { StateReader } from '../columnar/stateCodec.ts'
import { KeyEncoder } from './keyEncoder.ts'
import { KeyTable } from './keyTable.ts'

/**
 * Keys out of a snapshot: which of them are this subtask's, and which slots they have here.
 *
 * A key's group is computed anew from its values, as the exchange computes it for rows (Flink: KeyGroupRangeAssignment), so state by key needs nothing beside its keys to be found again at any
 * parallelism. An operator restores one state of each old subtask; encoder and tables are shared by all of them, so a key is translated from the numbers of the old encoder to those of the new one. Where the state is
 * this subtask's own and nothing is here yet, encoder and tables are taken as they are.
 */
export class KeyedRestore {
  readonly #reader: StateReader
  readonly #encoder: KeyEncoder
  /** The old encoder; null where the new one has become it. */
  readonly #from: KeyEncoder | null
  readonly #hashed: readonly number[]
  readonly #hasher: KeyHasher

  /**
   * `encoderState` is what `KeyEncoder.snapshot` wrote. `hashed`: the key columns that rows are distributed by, in the order of the operator's distribution; all where absent.
   */
  constructor(reader: StateReader, encoderState: StateReader, encoder: KeyEncoder, hashed: readonly number[] = encoder.types.map((_, column) => column)) {
    this.#reader = reader
    this.#encoder = encoder
    this.#hashed = hashed
    this.#hasher = new KeyHasher(hashed.map((column) => encoder.types[column]!))
    if (reader.share.keyGroups === null && encoder.internedCount === 0) {
      encoder.restore(encoderState)
      this.#from = null
    } else {
      this.#from = new KeyEncoder(encoder.types)
      this.#from.restore(encoderState, true)
    }
  }

  /** Adds a table's keys that are ours to `table`. Returns by old slot the slot here, -1 for a key that is not ours. */
  slots(tableState: StateReader, table: KeyTable): Int32Array {
    const { size, keys } = KeyTable.keysIn(tableState, table.width)
    const slots = new Int32Array(size)
    if (this.#from === null && table.size === 0) {
      table.restore(tableState)
      for (let slot = 0; slot < size; slot++) slots[slot] = slot
      return slots
    }
    const { rows, count, columns } = this.#ours(keys, size)
    const taken = new Int32Array(count)
    const gathered = columns.map((column) => gather(column, rows, count))
    table.slotsOf(this.#encoder.encode(gathered, count), 0, count, taken)
    slots.fill(-1)
    for (let i = 0; i < count; i++) slots[rows[i]!] = taken[i]!
    return slots
  }

  /** Whether any key of a table is ours. */
  holds(tableState: StateReader, width: number): boolean {
    const { size, keys } = KeyTable.keysIn(tableState, width)
    return this.#reader.share.keyGroups === null ? size > 0 : this.#ours(keys, size).count > 0
  }

  #ours(keys: readonly Float64Array[], size: number): { readonly rows: Int32Array; readonly count: number; readonly columns: readonly Column[] } {
    const from = this.#from ?? this.#encoder
    const columns = keys.map((column, i) => from.decode(i, column, size))
    const rows = ownRows(this.#reader, this.#hasher, this.#hashed.map((column) => columns[column]!), size)
    return { rows, count: rows.length, columns }
  }
}

/** Rows whose key is this subtask's. `hasher` is of the columns' types, in the order of the operator's distribution. */
export function ownRows(reader: StateReader, hasher: KeyHasher, columns: readonly Column[], rowCount: number): Int32Array {
  const rows = new Int32Array(rowCount)
  let count = 0
  if (reader.share.keyGroups === null) {
    for (let row = 0; row < rowCount; row++) rows[count++] = row
    return rows
  }
  const hashes = new Int32Array(rowCount)
  hasher.hash(columns, rowCount, hashes)
  for (let row = 0; row < rowCount; row++) if (reader.ownsHash(hashes[row]!)) rows[count++] = row
  return rows.subarray(0, count)
}

/** Words for `stateSchema`: types of key columns, columns of held rows, settings. */
export function typesText(types: readonly DataType[]): string {
  return types.length === 0 ? 'none' : types.map((type) => printType(type)).join(', ')
}
export function schemaText(schema: Schema): string {
  return schema.fields.map(({ name, type }) => `${name} ${printType(type)}`).join(', ')
}
export function columnsText(schema: Schema, columns: readonly number[]): string {
  return schemaText({ fields: columns.map((column) => schema.fields[column]!) }) || 'none'
}
export function settingText(value: Json | undefined): string {
  return value === undefined ? 'none' : printJson(value)
}
