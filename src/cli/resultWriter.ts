import { rowAt, rowKindAt, type Batch, type RowKindText } from '../columnar/batch.ts'
import type { Value } from '../columnar/column.ts'
import { changesOf, finalRows, rowText } from '../columnar/compareRows.ts'
import type { Schema } from '../columnar/schema.ts'
import { jsonTextOf } from '../columnar/valueJson.ts'

/**
 * What a sink received, as lines of JSON (job format, section 5).
 *
 * An insert-only result is written as it comes, one object a row. Of an updating result the final table is written at the end: the multiset left when all
 * changes are applied, or the last row of each key where the sink has one. With `changelog` every change is written as it comes, and each
 * `+U` follows its `-U`, also when the stream is keyed and does not carry the old row.
 */
export interface ResultWriter {
  receive(batch: Batch): void
  /** Writes what was held back. */
  finish(): void | Promise<void>
  /** Rows written so far. */
  readonly rowCount: number
}

export interface ResultForm {
  readonly schema: Schema
  /** Column indices of the sink's key; null without one. */
  readonly key: readonly number[] | null
  /** The result has updates or deletes. */
  readonly updating: boolean
  readonly changelog: boolean
}

export function resultWriter(form: ResultForm, write: (text: string) => void): ResultWriter {
  if (form.changelog) return new ChangeWriter(form, write)
  return form.updating ? new TableWriter(form, write) : new RowWriter(form, write)
}

/** Written in pieces of this many characters: one call a row would be most of the work. */
const pieceLength = 65_536

abstract class LineWriter implements ResultWriter {
  rowCount = 0
  protected readonly form: ResultForm
  readonly #write: (text: string) => void
  #pending = ''

  constructor(form: ResultForm, write: (text: string) => void) {
    this.form = form
    this.#write = write
  }

  abstract receive(batch: Batch): void

  finish(): void {
    this.flush()
  }

  protected line(text: string): void {
    this.rowCount++
    this.#pending += `${text}\n`
    if (this.#pending.length >= pieceLength) this.flush()
  }

  protected flush(): void {
    if (this.#pending !== '') this.#write(this.#pending)
    this.#pending = ''
  }
}

class RowWriter extends LineWriter {
  receive(batch: Batch): void {
    for (let row = 0; row < batch.rowCount; row++) this.line(rowText(rowAt(batch, row), this.form.schema))
    // A reader of a slow stream sees rows when they come, not when a piece is full.
    this.flush()
  }
}

class TableWriter extends LineWriter {
  readonly #batches: Batch[] = []

  receive(batch: Batch): void {
    this.#batches.push(batch)
  }

  override finish(): void {
    for (const values of finalRows(changesOf(this.#batches), this.form.schema, this.form.key)) this.line(rowText(values, this.form.schema))
    this.flush()
  }
}

class ChangeWriter extends LineWriter {
  /** The row that each key holds now, and whether a `-U` has just taken it away. */
  readonly #rows = new Map<string, { text: string; retracted: boolean }>()

  receive(batch: Batch): void {
    for (let row = 0; row < batch.rowCount; row++) this.#change(rowKindAt(batch, row), rowAt(batch, row))
    this.flush()
  }

  #change(kind: RowKindText, values: readonly Value[]): void {
    const text = rowText(values, this.form.schema)
    if (this.form.key === null || !this.form.updating) {
      this.#write(kind, text)
      return
    }
    const key = this.form.key.map((column) => jsonTextOf(values[column] ?? null, this.form.schema.fields[column]!.type)).join(',')
    const held = this.#rows.get(key)
    if (kind === '-U' || kind === '-D') {
      if (kind === '-D') this.#rows.delete(key)
      else if (held !== undefined) held.retracted = true
      this.#write(kind, text)
      return
    }
    if (held !== undefined && !held.retracted) this.#write('-U', held.text)
    // An update of a key that holds nothing is its first row.
    this.#write(held === undefined ? '+I' : '+U', text)
    this.#rows.set(key, { text, retracted: false })
  }

  #write(kind: RowKindText, text: string): void {
    this.line(`{"kind":"${kind}","row":${text}}`)
  }
}
