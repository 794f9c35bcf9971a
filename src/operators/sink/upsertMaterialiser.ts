import { rowKind, type Batch } from '../../columnar/batch.ts'
import type { Column } from '../../columnar/column.ts'
import { fieldIndex } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { ChangeList } from '../../engine/changes.ts'
import { columnsText, KeyedRestore, schemaText } from '../../engine/keyedState.ts'
import { KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime, SinkPort } from '../../engine/operatorRuntime.ts'
import { RowStore } from '../../engine/rowStore.ts'
import { stateTtlOf, type StateTtl } from '../../engine/stateTtl.ts'
import { sameRow } from '../../expression/rowOrder.ts'
import type { OperatorInput, OperatorSpec } from '../../job/operatorSpec.ts'

/** Stored rows that nobody holds are cleared away when they outnumber the others, and this many. */
const garbageMin = 4096

/**
 * A sink whose key is another one than that of the changes: several rows of one key may be there at a time, and taking one back brings the one before it to the surface. So all of them are kept, by key and in order
 * of arrival: a row that comes is the key's row (`+I` the first, else `+U`); of what is taken back only the last shows, by the one before it (`+U`) or by `-D` when it was the only one. What is taken
 * back and is not there is passed over. With a time to live, the rows of a key that was not written for so long are gone together.
 *
 * A row that comes again by the key of the changes, if there is one, takes the place of the one before it.
 *
 * Source: Flink's SinkUpsertMaterializer.
 */
export class UpsertMaterialiser implements OperatorRuntime {
  readonly #input: OperatorInput
  readonly #port: SinkPort
  readonly #keyColumns: readonly number[]
  /** What tells rows apart: the columns of the changes' own key, or all. */
  readonly #told: readonly number[]
  readonly #encoder: KeyEncoder
  readonly #keys: KeyTable
  readonly #store: RowStore
  readonly #changes = new ChangeList()
  /** By slot of the key: positions in the store, in order of arrival. */
  readonly #rows: number[][] = []
  /** By slot of the key. */
  readonly #ttl: StateTtl | null
  #held = 0
  #slots: Int32Array = new Int32Array(0)
  #columns: readonly Column[] = []
  #context!: OperatorContext

  constructor(spec: OperatorSpec, key: readonly string[], port: SinkPort) {
    const input = spec.inputs[0]!
    const { schema, upsertKeys } = input
    this.#input = input
    this.#ttl = stateTtlOf(spec)
    this.#port = port
    this.#keyColumns = key.map((name) => fieldIndex(schema, name))
    const [own] = upsertKeys ?? []
    this.#told = own === undefined ? schema.fields.map((_, column) => column) : own.map((name) => fieldIndex(schema, name))
    this.#encoder = new KeyEncoder(this.#keyColumns.map((column) => schema.fields[column]!.type))
    this.#keys = new KeyTable(this.#keyColumns.length)
    this.#store = new RowStore(schema)
  }

  open(context: OperatorContext): void {
    this.#context = context
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount, kinds } = batch
    if (rowCount === 0) return
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(Math.max(1024, rowCount))
    this.#keys.slotsOf(this.#encoder.encode(this.#keyColumns.map((column) => batch.columns[column]!), rowCount), 0, rowCount, this.#slots)
    while (this.#rows.length < this.#keys.size) this.#rows.push([])
    const first = this.#store.appendRange(batch, 0, rowCount)
    this.#look()
    const now = this.#ttl === null ? 0 : this.#context.processingTime()
    this.#ttl?.fit(this.#keys.size)
    for (let row = 0; row < rowCount; row++) {
      const slot = this.#slots[row]!
      if (this.#ttl !== null) {
        if (this.#ttl.isExpired(slot, now)) this.#held -= this.#rows[slot]!.splice(0).length
        this.#ttl.touch(slot, now)
      }
      const kind = kinds === null ? rowKind.insert : kinds[row]!
      if (kind === rowKind.updateBefore || kind === rowKind.delete) this.#takeBack(this.#rows[slot]!, first + row)
      else this.#add(this.#rows[slot]!, first + row)
    }
    const changes = this.#changes.take(this.#store, this.#input.schema, {})
    this.#sweep()
    if (changes !== null) this.#port.deliver(changes)
  }

  #add(rows: number[], position: number): void {
    this.#changes.push(rows.length === 0 ? rowKind.insert : rowKind.updateAfter, position)
    const at = (this.#input.upsertKeys ?? []).length === 0 ? -1 : this.#find(rows, position)
    if (at >= 0) rows[at] = position
    else {
      rows.push(position)
      this.#held++
    }
  }

  #takeBack(rows: number[], position: number): void {
    const at = this.#find(rows, position)
    if (at < 0) return
    rows.splice(at, 1)
    this.#held--
    if (rows.length === 0) this.#changes.push(rowKind.delete, position)
    else if (at === rows.length) this.#changes.push(rowKind.updateAfter, rows.at(-1)!)
  }

  /** The first of the rows that is told to be the one at `position`; -1 for none. */
  #find(rows: readonly number[], position: number): number {
    for (let at = 0; at < rows.length; at++) if (sameRow(this.#columns, rows[at]!, this.#columns, position)) return at
    return -1
  }

  #look(): void {
    this.#columns = this.#told.map((column) => this.#store.column(column))
  }

  /** Clears rows away that no key holds. */
  #sweep(): void {
    const { rowCount } = this.#store
    if (this.#ttl?.isTimeToLook(rowCount) === true) {
      const now = this.#context.processingTime()
      this.#rows.forEach((rows, slot) => (this.#held -= this.#ttl!.isExpired(slot, now) ? rows.splice(0).length : 0))
      this.#ttl.hasLooked(rowCount)
    }
    if (rowCount - this.#held <= Math.max(garbageMin, this.#held)) return
    const held = new Int32Array(this.#held)
    let count = 0
    for (const rows of this.#rows) for (const position of rows) held[count++] = position
    held.sort()
    const moved = new Int32Array(rowCount)
    for (let i = 0; i < count; i++) moved[held[i]!] = i
    for (const rows of this.#rows) for (let i = 0; i < rows.length; i++) rows[i] = moved[rows[i]!]!
    this.#store.keep(held, count)
    if (this.#encoder.wantsShrink(this.#keys.size)) this.#encoder.shrink([this.#keys])
  }

  onWatermark(watermark: number): number {
    return watermark
  }

  stateSchema(): StateSchema {
    const { schema } = this.#input
    return { key: columnsText(schema, this.#keyColumns), rows: schemaText(schema), 'rows told by': columnsText(schema, this.#told) }
  }

  snapshot(writer: StateWriter): void {
    this.#encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.#store.snapshot(writer.at('store'))
    writer.int32('sizes', Int32Array.from(this.#rows, (rows) => rows.length))
    writer.int32('positions', Int32Array.from(this.#rows.flat()))
    this.#ttl?.snapshot(writer, this.#keys.size)
  }

  restore(reader: StateReader): void {
    const slots = new KeyedRestore(reader, reader.at('encoder'), this.#encoder).slots(reader.at('keys'), this.#keys)
    while (this.#rows.length < this.#keys.size) this.#rows.push([])
    const sizes = reader.int32('sizes')
    const positions = reader.int32('positions')
    const ours = new Int32Array(positions.length)
    const first = this.#store.rowCount
    let count = 0
    let at = 0
    for (let old = 0; old < sizes.length; old++) {
      const end = at + sizes[old]!
      for (; at < end; at++) {
        if (slots[old]! < 0) continue
        this.#rows[slots[old]!]!.push(first + count)
        ours[count++] = positions[at]!
      }
    }
    this.#store.appendRows(this.#store.rowsIn(reader.at('store')), ours, count)
    this.#held += count
    this.#ttl?.restore(reader, slots, this.#context.processingTime())
  }

  stateBytes(): number {
    return this.#store.bytes + this.#keys.bytes + this.#encoder.bytes + this.#held * 8
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldRows: this.#held }
  }
}
