import type { Batch } from '../../../columnar/batch.ts'
import { BatchBuilder } from '../../../columnar/batchBuilder.ts'
import type { Json } from '../../../columnar/json.ts'
import { printJson } from '../../../columnar/jsonText.ts'
import type { Schema } from '../../../columnar/schema.ts'
import { NotOfType } from '../../../columnar/valueJson.ts'
import { JsonRowReader } from '../../../streams/formats/jsonRow.ts'
import type { BadRow, ReaderPosition, RowReader } from '../../../streams/rowReader.ts'

/** Rows that are there without waiting: lists in the job, and generators. */
export class ListedRows implements RowReader {
  readonly rowsTotal: number
  readonly #rows: readonly Json[]
  readonly #reader: JsonRowReader
  readonly #builder: BatchBuilder
  readonly #badRow: BadRow
  #at = 0

  constructor(rows: readonly Json[], schema: Schema, listColumns: readonly string[], changelog: boolean, badRow: BadRow) {
    this.rowsTotal = rows.length
    this.#rows = rows
    this.#reader = new JsonRowReader(schema, listColumns, changelog)
    this.#builder = new BatchBuilder(schema)
    this.#badRow = badRow
  }

  async open(): Promise<void> {}
  async ready(): Promise<void> {}

  next(rowsMax: number): Batch | 'end' {
    while (this.#at < this.#rows.length && this.#builder.rowCount < rowsMax) {
      const json = this.#rows[this.#at++]!
      const row = this.#reader.read(json)
      if (row instanceof NotOfType) this.#badRow(this.#at, `${row.reason}.`, printJson(json))
      else this.#builder.append(row.values, row.kind)
    }
    return this.#builder.rowCount === 0 ? 'end' : this.#builder.finish()
  }

  position(): ReaderPosition {
    return { next: this.#at }
  }

  async seek({ next }: ReaderPosition): Promise<void> {
    this.#at = next!
  }

  flush(): Batch | null {
    return this.#builder.rowCount > 0 ? this.#builder.finish() : null
  }
}

export interface Generator {
  readonly rowsTotal: number | undefined
  /** See `RowReader`. */
  readonly risingColumn?: string | undefined
  next(rowsMax: number): Batch | null
  /** Where the next row comes from: a counter, so that going there costs nothing. */
  readonly position: number
  seek(position: number): void
}

export class GeneratedRows implements RowReader {
  readonly rowsTotal?: number
  readonly risingColumn: string | undefined
  readonly #generator: Generator

  constructor(generator: Generator) {
    this.#generator = generator
    if (generator.rowsTotal !== undefined) this.rowsTotal = generator.rowsTotal
    this.risingColumn = generator.risingColumn
  }

  async open(): Promise<void> {}
  async ready(): Promise<void> {}

  next(rowsMax: number): Batch | 'end' {
    return this.#generator.next(rowsMax) ?? 'end'
  }

  position(): ReaderPosition {
    return { next: this.#generator.position }
  }

  async seek({ next }: ReaderPosition): Promise<void> {
    this.#generator.seek(next!)
  }

  flush(): null {
    return null
  }
}
