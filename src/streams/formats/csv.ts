import type { Batch } from '../../columnar/batch.ts'
import { BatchBuilder } from '../../columnar/batchBuilder.ts'
import type { Value } from '../../columnar/column.ts'
import type { Schema } from '../../columnar/schema.ts'
import { NotOfType } from '../../columnar/valueJson.ts'
import { TextPieces, utf8Length } from '../openFile.ts'
import type { FileInput, ReaderPosition, RowReader } from '../rowReader.ts'
import { CsvParser, headerNames } from './csvText.ts'
import { textReader, type ReadText } from './fastValue.ts'

/**
 * Rows of a CSV file. With a header, columns are found by name and others are ignored; without, they stand in the order of `listColumns`. A row
 * with another number of fields than the header is a bad row. Blank lines are skipped unless the file has a single column.
 */
export interface CsvOptions {
  readonly header: boolean
  readonly delimiter: string
}

export class CsvReader implements RowReader {
  readonly rowsTotal?: number
  readonly #input: FileInput
  readonly #schema: Schema
  readonly #listColumns: readonly string[]
  readonly #options: CsvOptions
  readonly #builder: BatchBuilder
  readonly #pieces: TextPieces
  readonly #parser: CsvParser
  readonly #values: Value[]
  readonly #read: readonly ReadText[]
  #positions: readonly number[] = []
  #width = 0
  #row = 0
  /** A record's beginning: its place in the file, and the records before it. */
  #mark = { byte: 0, row: 0 }

  constructor(input: FileInput, schema: Schema, listColumns: readonly string[], options: CsvOptions, rowsTotal?: number, pieceBytes?: number) {
    if (rowsTotal !== undefined) this.rowsTotal = rowsTotal
    this.#input = input
    this.#schema = schema
    this.#listColumns = listColumns
    this.#options = options
    this.#builder = new BatchBuilder(schema)
    this.#pieces = new TextPieces(input.name, input.file, pieceBytes)
    this.#parser = new CsvParser(options.delimiter)
    this.#values = schema.fields.map(() => null)
    this.#read = schema.fields.map((field) => textReader(field.type))
  }

  async open(): Promise<void> {
    if (!this.#options.header) {
      this.#positions = this.#schema.fields.map((field) => this.#listColumns.indexOf(field.name))
      this.#width = this.#listColumns.length
      if (!this.#pieces.ended) await this.ready()
      return
    }
    for (;;) {
      if (this.#pieces.ended) break
      await this.ready()
      const record = this.#parser.next()
      if (record === null) continue
      if (record.kind === 'broken') throw new Error(`The header of ${this.#input.name} cannot be read: ${record.reason}`)
      this.#row = 1
      const names = headerNames(record.fields)
      this.#width = names.length
      this.#positions = this.#schema.fields.map((field) => {
        const position = names.indexOf(field.name.trim())
        if (position < 0) {
          throw new Error(
            `${this.#input.name} has no column "${field.name}". Its header names ${names.slice(0, 12).join(', ')}${names.length > 12 ? `, … (${names.length} in all)` : ''}. Correct the column's name at the source, or turn "First row names the columns" off.`,
          )
        }
        return position
      })
      return
    }
    throw new Error(`${this.#input.name} is empty: not even a header. Choose another file, or turn "First row names the columns" off.`)
  }

  position(): ReaderPosition {
    return { byte: this.#mark.byte, before: this.#mark.row, row: this.#row }
  }

  /** Records between the mark and the place are read again and dropped. */
  async seek({ byte, before, row }: ReaderPosition): Promise<void> {
    this.#pieces.seek(byte!)
    this.#parser.reset()
    this.#row = before!
    while (this.#row < row!) {
      if (this.#parser.next() !== null) this.#row++
      else if (this.#pieces.ended) return
      else await this.ready()
    }
  }

  async ready(): Promise<void> {
    const { rest } = this.#parser
    const restBytes = utf8Length(rest)
    if (restBytes !== null) this.#mark = { byte: this.#pieces.given - restBytes, row: this.#row }
    const text = await this.#pieces.next()
    this.#parser.feed(text, this.#pieces.ended)
  }

  next(rowsMax: number): Batch | 'wait' | 'end' {
    while (this.#builder.rowCount < rowsMax) {
      const record = this.#parser.next()
      if (record === null) {
        if (!this.#pieces.ended) return this.#builder.rowCount > 0 ? this.#builder.finish() : 'wait'
        break
      }
      this.#row++
      if (record.kind === 'broken') this.#input.badRow(this.#row, record.reason, record.text)
      else this.#readRecord(record.fields, record.text)
    }
    return this.#builder.rowCount > 0 ? this.#builder.finish() : 'end'
  }

  flush(): Batch | null {
    return this.#builder.rowCount > 0 ? this.#builder.finish() : null
  }

  #readRecord(fields: readonly (string | null)[], text: string): void {
    if (fields.length === 1 && fields[0] === null && this.#width !== 1) return
    if (fields.length !== this.#width) {
      const expected = this.#options.header ? 'the header has' : 'the source has'
      this.#input.badRow(this.#row, `it has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}, ${expected} ${this.#width}.`, text)
      return
    }
    const schemaFields = this.#schema.fields
    for (let i = 0; i < schemaFields.length; i++) {
      const field = fields[this.#positions[i]!] ?? null
      if (field === null) {
        if (!schemaFields[i]!.type.nullable) return this.#input.badRow(this.#row, `${schemaFields[i]!.name} is empty but must not be NULL.`, text)
        this.#values[i] = null
        continue
      }
      const value = this.#read[i]!(field)
      if (value instanceof NotOfType) return this.#input.badRow(this.#row, `${schemaFields[i]!.name}: ${value.reason}.`, text)
      this.#values[i] = value
    }
    this.#builder.append(this.#values)
  }
}
