import type { Dictionary, StringColumn } from '../columnar/column.ts'

/**
 * One dictionary for the texts of several, kept from batch to batch as long as those stay: what CASE and COALESCE give has the same dictionary in each batch then, their codes are looked up and not made anew, and whoever asks
 * something once for each text of a dictionary asks once.
 *
 * A dictionary is taken in when a second batch comes with it. So those that live for one batch never are, and what is kept holds few that are gone: beyond twice as many as there are sources it begins anew.
 */
export class TextUnion {
  readonly #dictionariesMax: number
  #values: string[] = []
  #dictionary: Dictionary = { values: this.#values, distinct: false }
  /** By dictionary and code, the code here + 1; 0 for a text that nobody has needed. */
  #codes = new Map<Dictionary, Int32Array>()
  #before: readonly Dictionary[] = []

  constructor(sources: number) {
    this.#dictionariesMax = sources * 2
  }

  /** The dictionary for texts of all these columns; null where one of them is met for the first time. */
  of(columns: readonly StringColumn[]): Dictionary | null {
    const before = this.#before
    this.#before = columns.map(({ dictionary }) => dictionary)
    if (!this.#before.every((dictionary) => this.#codes.has(dictionary) || before.includes(dictionary))) return null
    if (this.#codes.size > this.#dictionariesMax) {
      this.#values = []
      this.#dictionary = { values: this.#values, distinct: false }
      this.#codes = new Map()
    }
    for (const dictionary of this.#before) this.#makeRoom(dictionary)
    return this.#dictionary
  }

  #makeRoom(dictionary: Dictionary): void {
    const known = this.#codes.get(dictionary)
    const { length } = dictionary.values
    if (known !== undefined && known.length >= length) return
    const grown = new Int32Array(known === undefined ? length : Math.max(length, known.length * 2))
    if (known !== undefined) grown.set(known)
    this.#codes.set(dictionary, grown)
  }

  /** Codes of a column that `of` took, for `rows` of the result: row i of a compact column is for `rows[i]`, else each is for itself. Rows that are NULL are passed over. */
  write({ codes, dictionary, nulls }: StringColumn, compact: boolean, rows: Int32Array, out: Int32Array): void {
    const known = this.#codes.get(dictionary)!
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const at = compact ? i : row
      if (nulls !== null && nulls[at] === 1) continue
      const code = codes[at]!
      let own = known[code]!
      if (own === 0) {
        own = this.#values.push(dictionary.values[code]!)
        known[code] = own
      }
      out[row] = own - 1
    }
  }
}
