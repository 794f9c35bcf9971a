import type { Batch } from '../../columnar/batch.ts'
import { BatchBuilder } from '../../columnar/batchBuilder.ts'
import { cellText } from '../../columnar/batchText.ts'
import type { Value } from '../../columnar/column.ts'
import { printType } from '../../columnar/dataType.ts'
import type { Field, Schema } from '../../columnar/schema.ts'
import { NotOfType } from '../../columnar/valueJson.ts'
import type { BadRow } from '../rowReader.ts'
import { readAs, type ReadAs } from './readAs.ts'

/**
 * What Parquet and Arrow share: the file knows its own columns and types, the source declares which it wants and as what. Rows come as values of the
 * file's types, in the order of the wanted columns.
 */
export class TypedRows {
  readonly #schema: Schema
  readonly #from: readonly Field[]
  readonly #read: readonly ReadAs[]
  readonly #builder: BatchBuilder
  readonly #badRow: BadRow
  readonly #values: Value[]
  #row = 0

  /** Throws with a sentence when a column is not in the file or cannot be what is declared. */
  constructor(name: string, file: Schema, wanted: Schema, badRow: BadRow) {
    this.#schema = wanted
    this.#badRow = badRow
    this.#builder = new BatchBuilder(wanted)
    this.#values = wanted.fields.map(() => null)
    this.#from = wanted.fields.map((field) => {
      const found = file.fields.find((candidate) => candidate.name === field.name)
      if (found !== undefined) return found
      const names = file.fields.map((candidate) => candidate.name)
      throw new Error(`${name} has no column "${field.name}". It has ${names.slice(0, 12).join(', ')}${names.length > 12 ? `, … (${names.length} in all)` : ''}. Correct the column's name at the source.`)
    })
    this.#read = wanted.fields.map((field, i) => {
      const read = readAs(this.#from[i]!.type, field.type)
      if (read !== null) return read
      throw new Error(`${name} holds ${printType(this.#from[i]!.type)} in "${field.name}", which cannot be read as ${printType(field.type)}. Declare the column as ${printType(this.#from[i]!.type)} and convert it in a Project.`)
    })
  }

  get rowCount(): number {
    return this.#builder.rowCount
  }

  append(values: readonly Value[]): void {
    this.#row++
    for (let i = 0; i < this.#read.length; i++) {
      const value = soundOr(() => this.#read[i]!(values[i]!), new NotOfType('the value makes no sense'))
      if (value instanceof NotOfType) {
        const text = values.map((cell, at) => `${this.#from[at]!.name} = ${soundOr(() => cellText(cell, this.#from[at]!.type), '?')}`).join(', ')
        this.#badRow(this.#row, `${this.#schema.fields[i]!.name}: ${value.reason}.`, text)
        return
      }
      this.#values[i] = value
    }
    this.#builder.append(this.#values)
  }

  finish(): Batch {
    return this.#builder.finish()
  }
}

/** A damaged file can hold values that are not of the type it claims; what they are used for may then throw. */
function soundOr<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
