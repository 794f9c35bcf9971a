import type { Batch } from '../../columnar/batch.ts'
import { BatchBuilder } from '../../columnar/batchBuilder.ts'
import { readJson } from '../../columnar/jsonText.ts'
import type { Schema } from '../../columnar/schema.ts'
import { NotOfType } from '../../columnar/valueJson.ts'
import { TextPieces, utf8Length } from '../openFile.ts'
import type { FileInput, ReaderPosition, RowReader } from '../rowReader.ts'
import { JsonRowReader } from './jsonRow.ts'

/**
 * JSON lines: one row a line, blank lines skipped. Numbers pass through no double where that would lose digits. A file that is one list of objects, as many tools
 * write it, is read as the rows of that list; rows are then numbered by their place in it.
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
  #form: 'not known' | 'lines' | 'list' = 'not known'
  #listEnded = false
  /** A row's beginning: its place in the file, and the rows before it. */
  #mark = { byte: 0, row: 0 }

  constructor(input: FileInput, schema: Schema, listColumns: readonly string[], changelog: boolean, pieceBytes?: number) {
    this.#input = input
    this.#rows = new JsonRowReader(schema, listColumns, changelog, true)
    this.#builder = new BatchBuilder(schema)
    this.#pieces = new TextPieces(input.name, input.file, pieceBytes)
  }

  async open(): Promise<void> {
    if (!this.#pieces.ended) await this.ready()
  }

  position(): ReaderPosition {
    return { byte: this.#mark.byte, before: this.#mark.row, row: this.#row, list: this.#form === 'list' ? 1 : 0 }
  }

  /** Rows between the mark and the place are read again and dropped. */
  async seek({ byte, before, row, list }: ReaderPosition): Promise<void> {
    this.#pieces.seek(byte!)
    this.#text = ''
    this.#at = 0
    this.#row = before!
    this.#skipping = false
    this.#listEnded = false
    this.#form = byte === 0 ? 'not known' : list === 1 ? 'list' : 'lines'
    while (this.#row < row!) {
      const next = this.#form === 'not known' ? null : this.#form === 'list' ? this.#nextOfList() : this.#nextLine()
      if (next !== null) {
        if (this.#skipping) this.#skipping = false
        else this.#row++
      } else if (this.#pieces.ended || this.#listEnded) return
      else await this.ready()
    }
  }

  async ready(): Promise<void> {
    const rest = this.#text.slice(this.#at)
    const restBytes = this.#skipping || this.#form === 'not known' ? null : utf8Length(rest)
    if (restBytes !== null) this.#mark = { byte: this.#pieces.given - restBytes, row: this.#row }
    const piece = await this.#pieces.next()
    this.#text = rest + piece
    this.#at = 0
    if (this.#form === 'not known') this.#tellForm()
    if (this.#text.length <= rowLengthMax || (this.#form === 'lines' && this.#text.includes('\n'))) return
    if (this.#form === 'list') throw new Error(`Row ${this.#row + 1} of ${this.#input.name} is longer than ${rowLengthMax.toLocaleString('en')} characters. Write one row a line.`)
    if (!this.#skipping) {
      this.#row++
      this.#input.badRow(this.#row, `the line is longer than ${rowLengthMax.toLocaleString('en')} characters.`, this.#text.slice(0, 200))
    }
    this.#skipping = true
    this.#text = ''
  }

  /** A bracket and a brace: a list of objects; so is an empty list. Other brackets begin a row that is a list of values. */
  #tellForm(): void {
    const start = /^\uFEFF?\s*(?:(\[)\s*([{\]])?)?/.exec(this.#text)!
    if (start[0].length === this.#text.length && !this.#pieces.ended) return
    this.#form = start[2] === undefined ? 'lines' : 'list'
    if (this.#form === 'list') this.#at = this.#text.indexOf('[') + 1
  }

  next(rowsMax: number): Batch | 'wait' | 'end' {
    if (this.#form === 'not known' && !this.#pieces.ended) return 'wait'
    while (this.#builder.rowCount < rowsMax) {
      const row = this.#form === 'list' ? this.#nextOfList() : this.#nextLine()
      if (row === null) {
        if (!this.#pieces.ended && !this.#listEnded) return this.#builder.rowCount > 0 ? this.#builder.finish() : 'wait'
        break
      }
      if (this.#skipping) {
        this.#skipping = false
        continue
      }
      this.#row++
      this.#readRow(row)
    }
    return this.#builder.rowCount > 0 ? this.#builder.finish() : 'end'
  }

  /** The next line, or null when it is not whole yet or there is none. */
  #nextLine(): string | null {
    let end = this.#text.indexOf('\n', this.#at)
    if (end < 0) {
      if (!this.#pieces.ended || this.#at >= this.#text.length) return null
      end = this.#text.length
    }
    const line = this.#text.slice(this.#at, end)
    this.#at = end + 1
    return line
  }

  /** The next element of the list, or null when it is not whole yet or there is none. What it holds is for the JSON reader to judge. */
  #nextOfList(): string | null {
    const text = this.#text
    let at = this.#at
    while (at < text.length && isBetween(text.charCodeAt(at))) at++
    this.#at = at
    if (at >= text.length) return null
    let depth = 0
    let inText = false
    for (let end = at; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (inText) {
        if (code === 0x5c) end++
        else if (code === 0x22) inText = false
      } else if (code === 0x22) inText = true
      else if (code === 0x7b || code === 0x5b) depth++
      else if (code === 0x2c ? depth === 0 : code === 0x7d || code === 0x5d) {
        if (depth > 0 && --depth > 0) continue
        // The brace or bracket belongs to the element, unless it is the list's own.
        const own = code !== 0x2c && isOpening(text.charCodeAt(at))
        this.#at = own ? end + 1 : end
        if (end === at && code === 0x5d) {
          this.#listEnded = true
          return null
        }
        return text.slice(at, this.#at)
      }
    }
    if (!this.#pieces.ended) return null
    this.#at = text.length
    return text.slice(at)
  }

  flush(): Batch | null {
    return this.#builder.rowCount > 0 ? this.#builder.finish() : null
  }

  #readRow(text: string): void {
    if (text.trim() === '') return
    const result = readJson(text, { duplicateKeys: 'last' })
    if (result.kind === 'error') {
      this.#input.badRow(this.#row, `it is not JSON: ${result.error.detail} (character ${result.error.column})`, text)
      return
    }
    const row = this.#rows.read(result.value)
    if (row instanceof NotOfType) this.#input.badRow(this.#row, `${row.reason}.`, text)
    else this.#builder.append(row.values, row.kind)
  }
}

/** White space and commas. */
function isBetween(code: number): boolean {
  return code === 0x2c || code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function isOpening(code: number): boolean {
  return code === 0x7b || code === 0x5b
}
