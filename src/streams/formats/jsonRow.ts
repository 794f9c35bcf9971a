import type { RowKindText } from '../../columnar/batch.ts'
import { rowKindTexts } from '../../columnar/batch.ts'
import type { Value } from '../../columnar/column.ts'
import { ExactNumber, type Json, type JsonObject } from '../../columnar/json.ts'
import type { Schema } from '../../columnar/schema.ts'
import { NotOfType } from '../../columnar/valueJson.ts'
import { jsonReader, type ReadJson } from './fastValue.ts'
import { readWritten } from './writtenNumbers.ts'

/**
 * One row of JSON: an object by column name, or a list in column order. A missing key is NULL, an unknown key is ignored (job format, section 2).
 * With `changelog` the row stands in `{ "kind": "+I", "row": … }`.
 *
 * `written`: numbers may be written as texts, as in files and topics that others write; not in a job's own rows.
 */
export interface JsonRow {
  readonly kind: RowKindText
  readonly values: readonly Value[]
}

export class JsonRowReader {
  readonly #schema: Schema
  readonly #read: readonly ReadJson[]
  /** Position in a list of each field of the schema; lists hold all columns, the schema perhaps not. */
  readonly #positions: readonly number[]
  readonly #width: number
  readonly #changelog: boolean

  constructor(schema: Schema, listColumns: readonly string[], changelog: boolean, written = false) {
    this.#schema = schema
    this.#read = schema.fields.map(({ type }) => (written ? readWritten(type, jsonReader(type)) : jsonReader(type)))
    this.#positions = schema.fields.map((field) => listColumns.indexOf(field.name))
    this.#width = listColumns.length
    this.#changelog = changelog
  }

  read(json: Json): JsonRow | NotOfType {
    if (!this.#changelog) return this.#readRow(json, '+I')
    if (!isObject(json) || !Object.hasOwn(json, 'row')) return new NotOfType('a change needs the form {"kind": "+I", "row": …}')
    const kind = json.kind as RowKindText
    if (!rowKindTexts.includes(kind)) return new NotOfType(`the "kind" of a change is "+I", "-U", "+U" or "-D", found ${JSON.stringify(json.kind ?? null)}`)
    return this.#readRow(json.row!, kind)
  }

  #readRow(json: Json, kind: RowKindText): JsonRow | NotOfType {
    const fields = this.#schema.fields
    const values: Value[] = []
    if (Array.isArray(json)) {
      const list = json as readonly Json[]
      if (list.length !== this.#width) return new NotOfType(`it has ${list.length} ${list.length === 1 ? 'value' : 'values'}, expected ${this.#width}, one for each column`)
      for (let i = 0; i < fields.length; i++) {
        const value = this.#read[i]!(list[this.#positions[i]!])
        if (value instanceof NotOfType) return new NotOfType(`${fields[i]!.name}: ${value.reason}`)
        values.push(value)
      }
      return { kind, values }
    }
    if (!isObject(json)) return new NotOfType('a row is an object by column name or a list of values')
    for (let i = 0; i < fields.length; i++) {
      const { name } = fields[i]!
      const value = this.#read[i]!(Object.hasOwn(json, name) ? json[name] : null)
      if (value instanceof NotOfType) return new NotOfType(`${name}: ${value.reason}`)
      values.push(value)
    }
    return { kind, values }
  }
}

function isObject(json: Json): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof ExactNumber)
}
