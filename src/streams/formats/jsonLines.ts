import type { Batch } from '../../columnar/batch.ts'
import { BatchBuilder } from '../../columnar/batchBuilder.ts'
import { readJson } from '../../columnar/jsonText.ts'
import type { Schema } from '../../columnar/schema.ts'
import { NotOfType } from '../../columnar/valueJson.ts'
import { TextPieces } from '../openFile.ts'
import type { FileInput, RowReader } from '../rowReader.ts'
import { JsonRowReader } from './jsonRow.ts'

/**
 * JSON lines: one row a line, blank lines skipped. Numbers pass through no double where that would lose digits.
 *
 * Reads a piece of the file at a time; at most one piece and one unfinished line are held. A line beyond `rowLengthMax` is a bad row, skipped to
 * its end.
 */
export const rowLengthMax = 10_000_000

export class JsonLinesReader implements RowReader {
  readonly #input: FileInput
  readonly #rows: JsonRowReader
  readonly #builder: BatchBuilder
  readonly #pieces: TextPieces
  #text = ''
  #at = 0
  #row = 0
  /** Inside a line that is too long: drop everything up to its end. */
  #skipping = false

  constructor(input: FileInput, schema: Schema, listColumns: readonly string[], changelog: boolean, pieceBytes?: number) {
    this.#input = input
    this.#rows = new JsonRowReader(schema, listColumns, changelog)
    this.#builder = new BatchBuilder(schema)
    this.#pieces = new TextPieces(input.name, input.file, pieceBytes)
  }

  async open(): Promise<void> {
    if (!this.#pieces.ended) await this.ready()
  }

  async ready(): Promise<void> {
    const piece = await this.#pieces.next()
    this.#text = this.#text.slice(this.#at) + piece
    this.#at = 0
    if (this.#text.length > rowLengthMax && !this.#text.includes('\n')) {
      if (!this.#skipping) {
        this.#row++
        this.#input.badRow(this.#row, `the line is longer than ${rowLengthMax.toLocaleString('en')} characters.`, this.#text.slice(0, 200))
      }
      this.#skipping = true
      this.#text = ''
    }
  }

  next(rowsMax: number): Batch | 'wait' | 'end' {
    while (this.#builder.rowCount < rowsMax) {
      let end = this.#text.indexOf('\n', this.#at)
      if (end < 0) {
        if (!this.#pieces.ended) return this.#builder.rowCount > 0 ? this.#builder.finish() : 'wait'
        if (this.#at >= this.#text.length) break
        end = this.#text.length
      }
      const line = this.#text.slice(this.#at, end)
      this.#at = end + 1
      if (this.#skipping) {
        this.#skipping = false
        continue
      }
      this.#row++
      this.#readLine(line)
    }
    return this.#builder.rowCount > 0 ? this.#builder.finish() : 'end'
  }

  flush(): Batch | null {
    return this.#builder.rowCount > 0 ? this.#builder.finish() : null
  }

  #readLine(line: string): void {
    if (line.trim() === '') return
    const result = readJson(line, { duplicateKeys: 'last' })
    if (result.kind === 'error') {
      this.#input.badRow(this.#row, `it is not JSON: ${result.error.detail} (character ${result.error.column})`, line)
      return
    }
    const row = this.#rows.read(result.value)
    if (row instanceof NotOfType) this.#input.badRow(this.#row, `${row.reason}.`, line)
    else this.#builder.append(row.values, row.kind)
  }
}
