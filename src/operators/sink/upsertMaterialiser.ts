import { rowKind, type Batch } from '../../columnar/batch.ts'
import type { Column } from '../../columnar/column.ts'
import { fieldIndex } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { ChangeList } from '../../engine/changes.ts'
import { columnsText, schemaText } from '../../engine/keyedState.ts'
import type { OperatorContext, OperatorRuntime, SinkPort } from '../../engine/operatorRuntime.ts'
import { RowsByKey } from '../../engine/rowsByKey.ts'
import { stateTtlOf, type StateTtl } from '../../engine/stateTtl.ts'
import { sameRow } from '../../expression/rowOrder.ts'
import type { OperatorInput, OperatorSpec } from '../../job/operatorSpec.ts'

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
  /** In order of arrival. */
  readonly #rows: RowsByKey
  readonly #changes = new ChangeList()
  /** By slot of the key. */
  readonly #ttl: StateTtl | null
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
    this.#rows = new RowsByKey(schema, this.#keyColumns)
  }

  open(context: OperatorContext): void {
    this.#context = context
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount, kinds } = batch
    if (rowCount === 0) return
    const { store, lists } = this.#rows
    const { first, slots } = this.#rows.take(batch)
    this.#columns = this.#told.map((column) => store.column(column))
    const now = this.#ttl === null ? 0 : this.#context.processingTime()
    this.#ttl?.fit(this.#rows.keyCount)
    for (let row = 0; row < rowCount; row++) {
      const slot = slots[row]!
      if (this.#ttl !== null) {
        if (this.#ttl.isExpired(slot, now)) this.#rows.held -= lists[slot]!.splice(0).length
        this.#ttl.touch(slot, now)
      }
      const kind = kinds === null ? rowKind.insert : kinds[row]!
      if (kind === rowKind.updateBefore || kind === rowKind.delete) this.#takeBack(lists[slot]!, first + row)
      else this.#add(lists[slot]!, first + row)
    }
    const changes = this.#changes.take(store, this.#input.schema, {})
    this.#sweep()
    if (changes !== null) this.#port.deliver(changes)
  }

  #add(rows: number[], position: number): void {
    this.#changes.push(rows.length === 0 ? rowKind.insert : rowKind.updateAfter, position)
    const at = (this.#input.upsertKeys ?? []).length === 0 ? -1 : this.#find(rows, position)
    if (at >= 0) rows[at] = position
    else {
      rows.push(position)
      this.#rows.held++
    }
  }

  #takeBack(rows: number[], position: number): void {
    const at = this.#find(rows, position)
    if (at < 0) return
    rows.splice(at, 1)
    this.#rows.held--
    if (rows.length === 0) this.#changes.push(rowKind.delete, position)
    else if (at === rows.length) this.#changes.push(rowKind.updateAfter, rows.at(-1)!)
  }

  /** The first of the rows that is told to be the one at `position`; -1 for none. */
  #find(rows: readonly number[], position: number): number {
    for (let at = 0; at < rows.length; at++) if (sameRow(this.#columns, rows[at]!, this.#columns, position)) return at
    return -1
  }

  /** Clears rows away that no key holds. */
  #sweep(): void {
    const { store, lists } = this.#rows
    if (this.#ttl?.isTimeToLook(store.rowCount) === true) {
      const now = this.#context.processingTime()
      lists.forEach((rows, slot) => (this.#rows.held -= this.#ttl!.isExpired(slot, now) ? rows.splice(0).length : 0))
      this.#ttl.hasLooked(store.rowCount)
    }
    this.#rows.sweep()
  }

  onWatermark(watermark: number): number {
    return watermark
  }

  stateSchema(): StateSchema {
    const { schema } = this.#input
    return { key: columnsText(schema, this.#keyColumns), rows: schemaText(schema), 'rows told by': columnsText(schema, this.#told) }
  }

  snapshot(writer: StateWriter): void {
    this.#rows.snapshot(writer)
    this.#ttl?.snapshot(writer, this.#rows.keyCount)
  }

  restore(reader: StateReader): void {
    const { slots } = this.#rows.restore(reader)
    this.#ttl?.restore(reader, slots, this.#context.processingTime())
  }

  stateBytes(): number {
    return this.#rows.bytes
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldRows: this.#rows.held }
  }
}
