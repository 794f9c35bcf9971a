/**
 * CSV text as records, a piece at a time: RFC 4180, with LF, CRLF or CR at the end of a record.
 *
 * An empty field is NULL, a quoted empty field is the empty text. A quote inside an unquoted field is a quote. A record that breaks the rules (an
 * unclosed quote, text behind a closing quote, a field or record beyond the limits) is returned as broken, and reading goes on behind
 * the line on which it began, so that one stray quote does not swallow the rest of the file.
 */
export const fieldLengthMax = 1_000_000
export const recordLengthMax = 10_000_000
export const recordFieldsMax = 10_000

export type CsvRecord =
  | { readonly kind: 'record'; readonly fields: readonly (string | null)[]; readonly text: string }
  | { readonly kind: 'broken'; readonly reason: string; readonly text: string }

/**
 * Names of the columns of a header: what it says, but each once. A second `a` is `a_2`, a blank name is `column_` and its place; a name that the header says itself stays with the field
 * that says it.
 */
export function headerNames(fields: readonly (string | null)[]): string[] {
  const said = fields.map((name) => (name ?? '').trim())
  const all = new Set(said)
  const taken = new Set<string>()
  return said.map((name, index) => {
    const wish = name === '' ? `column_${index + 1}` : name
    let unique = wish
    for (let n = 2; taken.has(unique) || (unique !== name && all.has(unique)); n++) unique = `${wish}_${n}`
    taken.add(unique)
    return unique
  })
}

const quote = 0x22
const lineFeed = 0x0a
const carriageReturn = 0x0d

export class CsvParser {
  readonly #delimiter: number
  #text = ''
  #at = 0
  #last = false
  #started = false

  constructor(delimiter = ',') {
    this.#delimiter = delimiter.charCodeAt(0)
  }

  /** Gives more text; `last` says that no more will come. */
  feed(text: string, last: boolean): void {
    this.#text = this.#at === 0 ? this.#text + text : this.#text.slice(this.#at) + text
    this.#at = 0
    this.#last = last
    if (!this.#started && this.#text.length > 0) {
      this.#started = true
      if (this.#text.codePointAt(0) === 0xfe_ff) this.#at = 1
    }
  }

  /** The text that no record was made of yet. */
  get rest(): string {
    return this.#text.slice(this.#at)
  }

  /** Forgets all text, to go on elsewhere. */
  reset(): void {
    this.#text = ''
    this.#at = 0
    this.#last = false
  }

  /** The next record, or null when it is not whole yet (or, after the last text, when there is none). */
  next(): CsvRecord | null {
    const text = this.#text
    const length = text.length
    const start = this.#at
    if (start >= length) return null
    const fields: (string | null)[] = []
    let at = start
    for (;;) {
      let value: string | null
      if (at < length && text.charCodeAt(at) === quote) {
        // A doubled quote is one quote; pieces between them are joined.
        let from = at + 1
        let parts = ''
        for (;;) {
          const end = text.indexOf('"', from)
          if (end < 0 || end - at > fieldLengthMax) {
            if (end < 0 && !this.#last && length - at <= fieldLengthMax) return null
            return this.#broken(start, end < 0 && this.#last ? 'a quoted field is not closed.' : `a field is longer than ${fieldLengthMax.toLocaleString('en')} characters; a quote may be missing.`)
          }
          if (end + 1 >= length && !this.#last) return null
          if (text.charCodeAt(end + 1) !== quote) {
            value = parts === '' ? text.slice(at + 1, end) : parts + text.slice(from, end)
            at = end + 1
            break
          }
          parts += text.slice(from, end + 1)
          from = end + 2
        }
        if (at < length) {
          const code = text.charCodeAt(at)
          if (code !== this.#delimiter && code !== lineFeed && code !== carriageReturn) return this.#broken(start, 'there is text behind a closing quote.')
        }
      } else {
        const from = at
        while (at < length) {
          const code = text.charCodeAt(at)
          if (code === this.#delimiter || code === lineFeed || code === carriageReturn) break
          at++
        }
        if (at >= length && !this.#last && at - start <= recordLengthMax) return null
        if (at - from > fieldLengthMax) return this.#broken(start, `a field is longer than ${fieldLengthMax.toLocaleString('en')} characters.`)
        value = at === from ? null : text.slice(from, at)
      }
      fields.push(value)
      if (fields.length > recordFieldsMax) return this.#broken(start, `it has more than ${recordFieldsMax.toLocaleString('en')} fields.`)
      if (at - start > recordLengthMax) return this.#broken(start, `it is longer than ${recordLengthMax.toLocaleString('en')} characters.`)
      if (at >= length) {
        if (!this.#last) return null
        this.#at = length
        return { kind: 'record', fields, text: text.slice(start, at) }
      }
      const code = text.charCodeAt(at)
      if (code === this.#delimiter) {
        at++
        continue
      }
      if (code === carriageReturn && at + 1 >= length && !this.#last) return null
      const end = at
      this.#at = at + (code === carriageReturn && text.charCodeAt(at + 1) === lineFeed ? 2 : 1)
      return { kind: 'record', fields, text: text.slice(start, end) }
    }
  }

  /** The record cannot be read: go on behind the line where it began. Null when that line's end is still to come, so that it does not matter how the text was cut. */
  #broken(start: number, reason: string): CsvRecord | null {
    const text = this.#text
    let end = start
    while (end < text.length && text.charCodeAt(end) !== lineFeed && text.charCodeAt(end) !== carriageReturn) end++
    const cut = end >= text.length || (text.charCodeAt(end) === carriageReturn && end + 1 >= text.length)
    if (cut && !this.#last && end - start <= fieldLengthMax) return null
    this.#at = Math.min(text.length, end + (text.charCodeAt(end) === carriageReturn && text.charCodeAt(end + 1) === lineFeed ? 2 : 1))
    return { kind: 'broken', reason, text: text.slice(start, Math.min(end, start + 200)) }
  }
}
