import { rowAt, rowKindAt, type Batch, type RowKindText } from '../columnar/batch.ts'
import { batchOf } from '../columnar/batchBuilder.ts'
import type { Value } from '../columnar/column.ts'
import { changesOf, finalRows, rowText } from '../columnar/compareRows.ts'
import type { Schema } from '../columnar/schema.ts'
import { StateReader, StateWriter } from '../columnar/stateCodec.ts'
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
  /** What brings a new writer to where this one is, for a checkpoint; what it has written is on disk then. */
  snapshot(): Uint8Array
  /** Before any row: goes on from there, and cuts off what was written later; null: all of it. */
  restore(written: Uint8Array | null): void
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

/** Where lines go; standard output has no length and cannot be cut. */
export interface LineOutput {
  write(text: string): void
  readonly length?: number
  truncate?(length: number): void
  flush?(): void
}

export function resultWriter(form: ResultForm, output: LineOutput): ResultWriter {
  if (form.changelog) return new ChangeWriter(form, output)
  return form.updating ? new TableWriter(form, output) : new RowWriter(form, output)
}

/** The table that these changes leave, as one batch: what a checkpoint keeps of a result that is written at the end. */
export function tableOf(batches: readonly Batch[], { schema, key }: ResultForm): Batch {
  return batchOf(schema, finalRows(changesOf(batches), schema, key).map((values) => [...values]))
}

/** Written in pieces of this many characters: one call a row would be most of the work. */
const pieceLength = 65_536

abstract class LineWriter implements ResultWriter {
  rowCount = 0
  protected readonly form: ResultForm
  readonly #output: LineOutput
  #pending = ''

  constructor(form: ResultForm, output: LineOutput) {
    this.form = form
    this.#output = output
  }

  snapshot(): Uint8Array {
    this.#output.flush?.()
    const writer = new StateWriter()
    writer.numbers('written', [this.rowCount, this.#output.length ?? 0])
    this.write(writer)
    return writer.finish()
  }

  restore(written: Uint8Array | null): void {
    if (written === null) {
      this.#output.truncate?.(0)
      return
    }
    const reader = StateReader.open(written)
    const [rows, length] = reader.numbers('written')
    this.rowCount = rows!
    this.#output.truncate?.(length!)
    this.read(reader)
  }

  /** What a kind of writer holds beside its file. */
  protected write(_writer: StateWriter): void {}
  protected read(_reader: StateReader): void {}

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
    if (this.#pending !== '') this.#output.write(this.#pending)
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
  #batches: Batch[] = []

  receive(batch: Batch): void {
    this.#batches.push(batch)
  }

  protected override write(writer: StateWriter): void {
    // The changes so far become the table that they leave, or each checkpoint would hold more than the last.
    this.#batches = [tableOf(this.#batches, this.form)]
    writer.batch('table', this.#batches[0]!)
  }

  protected override read(reader: StateReader): void {
    this.#batches = [reader.batch('table', this.form.schema)]
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

  protected override write(writer: StateWriter): void {
    writer.strings('keys', [...this.#rows.keys()])
    writer.strings('rows', [...this.#rows.values()].map(({ text, retracted }) => `${retracted ? '-' : '+'}${text}`))
  }

  protected override read(reader: StateReader): void {
    const rows = reader.strings('rows')
    reader.strings('keys').forEach((key, i) => this.#rows.set(key, { text: rows[i]!.slice(1), retracted: rows[i]!.startsWith('-') }))
  }

  #change(kind: RowKindText, values: readonly Value[]): void {
    const text = rowText(values, this.form.schema)
    if (this.form.key === null || !this.form.updating) {
      this.#say(kind, text)
      return
    }
    const key = this.form.key.map((column) => jsonTextOf(values[column] ?? null, this.form.schema.fields[column]!.type)).join(',')
    const held = this.#rows.get(key)
    if (kind === '-U' || kind === '-D') {
      if (kind === '-D') this.#rows.delete(key)
      else if (held !== undefined) held.retracted = true
      this.#say(kind, text)
      return
    }
    if (held !== undefined && !held.retracted) this.#say('-U', held.text)
    // An update of a key that holds nothing is its first row.
    this.#say(held === undefined ? '+I' : '+U', text)
    this.#rows.set(key, { text, retracted: false })
  }

  #say(kind: RowKindText, text: string): void {
    this.line(`{"kind":"${kind}","row":${text}}`)
  }
}
