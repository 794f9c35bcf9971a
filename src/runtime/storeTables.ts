import { rowAt, rowKindAt, type Batch, type RowKindText } from '../columnar/batch.ts'
import { rowText } from '../columnar/compareRows.ts'
import type { JsonObject } from '../columnar/json.ts'
import { fieldIndex, type Schema } from '../columnar/schema.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'
import { keyText, namesOf, type DurableStores, type TransactionalSink } from './transactionalSinks.ts'

/**
 * Tables that outlive a run: the embedded database behind the sink `store`. A table with a key holds the last row of each; one without holds every row, less those that were taken back.
 *
 * Only whole transactions reach a table, in the order of `commit`, so what is read of it is what some checkpoint covered. Where it is kept is the shell's: the browser's storage, or files.
 */
export interface StoreTables {
  /** The changes of one transaction. `checkpoint` is Infinity at the end of the input, null where rows come without transactions. It may become durable later, whole or not at all. */
  commit(table: string, changes: readonly TableChange[], by: { readonly operator: string; readonly checkpoint: number | null }): void
}

export interface TableChange {
  readonly kind: RowKindText
  /** Null for a table without a key. */
  readonly key: string | null
  /** The row as JSON. */
  readonly row: string
}

/** A table in memory. Rows stand in the order of their first coming. */
export class TableRows {
  /** By key, or by text with how often it is there. */
  readonly #rows = new Map<string, { readonly row: string; readonly count: number }>()
  /** Of a table that only grows: no need to find anything again. */
  #plain: string[] | null = []

  apply({ kind, key, row }: TableChange): void {
    const adds = kind === '+I' || kind === '+U'
    if (key !== null) {
      if (adds) this.#rows.set(key, { row, count: 1 })
      else if (kind === '-D') this.#rows.delete(key)
      return
    }
    if (this.#plain !== null) {
      if (adds) {
        this.#plain.push(row)
        return
      }
      const plain = this.#plain
      this.#plain = null
      for (const one of plain) this.#count(one, 1)
    }
    this.#count(row, adds ? 1 : -1)
  }

  get rows(): readonly string[] {
    const rows = this.#plain === null ? [] : [...this.#plain]
    for (const { row, count } of this.#rows.values()) for (let i = 0; i < count; i++) rows.push(row)
    return rows
  }

  #count(row: string, by: number): void {
    const count = (this.#rows.get(row)?.count ?? 0) + by
    if (count === 0) this.#rows.delete(row)
    else this.#rows.set(row, { row, count })
  }
}

/** Tables that live as long as their process. */
export class MemoryTables implements StoreTables {
  readonly #tables = new Map<string, TableRows>()

  commit(table: string, changes: readonly TableChange[]): void {
    let rows = this.#tables.get(table)
    if (rows === undefined) this.#tables.set(table, (rows = new TableRows()))
    for (const change of changes) rows.apply(change)
  }

  rows(table: string): readonly string[] {
    return this.#tables.get(table)?.rows ?? []
  }
}

/** Writes a table, one transaction for each checkpoint. */
export class StoreSink implements TransactionalSink {
  readonly #operator: string
  readonly #table: string
  readonly #schema: Schema
  readonly #key: readonly number[]
  readonly #stores: DurableStores
  #open: { readonly epoch: number; readonly changes: Changes }[] = []

  constructor(spec: OperatorSpec, connector: JsonObject, stores: DurableStores) {
    this.#operator = spec.id
    this.#table = connector.table as string
    this.#schema = spec.inputs[0]!.schema
    this.#key = namesOf(spec.config.key).map((name) => fieldIndex(this.#schema, name))
    this.#stores = stores
  }

  get isOpen(): boolean {
    return this.#open.length > 0
  }

  write(_subtask: number, epoch: number, batch: Batch): void {
    let open = this.#open.find((candidate) => candidate.epoch === epoch)
    if (open === undefined) {
      open = { epoch, changes: new Changes() }
      this.#open.push(open)
    }
    this.#changesOf(batch, open.changes)
  }

  append(_subtask: number, batch: Batch): void {
    const changes = new Changes()
    this.#changesOf(batch, changes)
    this.#commit(changes.all, null)
  }

  commit(checkpoint: number): void {
    const covered = this.#open.filter(({ epoch }) => epoch < checkpoint)
    this.#open = this.#open.filter(({ epoch }) => epoch >= checkpoint)
    this.#commit(covered.flatMap(({ changes }) => [...changes.all]), checkpoint)
  }

  abort(): void {
    this.#open = []
  }

  recommit(checkpoint: number, rows: readonly { readonly subtask: number; readonly batch: Batch }[]): void {
    if ((this.#stores.committed?.(this.#operator) ?? 0) >= checkpoint) return
    for (const { subtask, batch } of rows) this.write(subtask, checkpoint - 1, batch)
    this.commit(checkpoint)
  }

  #commit(changes: readonly TableChange[], checkpoint: number | null): void {
    if (changes.length > 0) this.#stores.tables.commit(this.#table, changes, { operator: this.#operator, checkpoint })
    this.#stores.onCommit?.(this.#operator, checkpoint)
  }

  #changesOf(batch: Batch, changes: Changes): void {
    for (let row = 0; row < batch.rowCount; row++) {
      const kind = rowKindAt(batch, row)
      // The new row of a key says what became of the old one.
      if (this.#key.length > 0 && kind === '-U') continue
      const values = rowAt(batch, row)
      changes.add({ kind, key: this.#key.length === 0 ? null : keyText(values, this.#key, this.#schema), row: rowText(values, this.#schema) })
    }
  }
}

/** What a transaction changes. Of a key only its last change: nobody can have seen the others. */
class Changes {
  readonly #plain: TableChange[] = []
  readonly #byKey = new Map<string, TableChange>()

  add(change: TableChange): void {
    if (change.key === null) this.#plain.push(change)
    else this.#byKey.set(change.key, change)
  }

  get all(): readonly TableChange[] {
    return this.#byKey.size === 0 ? this.#plain : [...this.#byKey.values()]
  }
}
