import { rowKind, rowKindTexts, type Batch, type RowKindText } from './batch.ts'
import { storageOf, type Column, type Dictionary, type Nulls, type Value } from './column.ts'
import type { DataType } from './dataType.ts'
import type { Schema } from './schema.ts'

/**
 * Columns from single values, for the edges: files, inline rows, tests. Hot paths fill typed arrays themselves.
 *
 * A builder checks nothing: values must already be of the column's type (see `Value`); a BIGINT or DECIMAL may come as a safe number too.
 */
export class BatchBuilder {
  readonly #schema: Schema
  #columns: ColumnBuilder[]
  #kinds: number[] | null = null
  #rowCount = 0

  constructor(schema: Schema) {
    this.#schema = schema
    this.#columns = schema.fields.map((field) => columnBuilder(field.type))
  }

  get rowCount(): number {
    return this.#rowCount
  }

  append(values: readonly Value[], kind: RowKindText = '+I'): void {
    for (let i = 0; i < this.#columns.length; i++) this.#columns[i]!.append(values[i] ?? null)
    if (kind !== '+I' && this.#kinds === null) this.#kinds = new Array<number>(this.#rowCount).fill(rowKind.insert)
    this.#kinds?.push(rowKindTexts.indexOf(kind))
    this.#rowCount++
  }

  /** The rows so far; the builder is empty afterwards and may be filled again. */
  finish(): Batch {
    const batch: Batch = {
      schema: this.#schema,
      columns: this.#columns.map((column) => column.finish()),
      rowCount: this.#rowCount,
      kinds: this.#kinds === null ? null : Uint8Array.from(this.#kinds),
      watermarks: null,
    }
    this.#columns = this.#schema.fields.map((field) => columnBuilder(field.type))
    this.#kinds = null
    this.#rowCount = 0
    return batch
  }
}

/** A batch of rows given as values in schema order. */
export function batchOf(schema: Schema, rows: readonly (readonly Value[])[], kinds?: readonly RowKindText[]): Batch {
  const builder = new BatchBuilder(schema)
  rows.forEach((row, i) => builder.append(row, kinds?.[i] ?? '+I'))
  return builder.finish()
}

export function columnOf(type: DataType, values: readonly Value[]): Column {
  const builder = columnBuilder(type)
  for (const value of values) builder.append(value)
  return builder.finish()
}

export interface ColumnBuilder {
  append(value: Value): void
  finish(): Column
}

export function columnBuilder(type: DataType): ColumnBuilder {
  switch (storageOf(type)) {
    case 'bool':
      return new BoolBuilder()
    case 'int32':
      return new Int32Builder()
    case 'float64':
      return new Float64Builder()
    case 'int64':
      return new IntegerBuilder('int64')
    case 'decimal':
      return new IntegerBuilder('decimal')
    case 'string':
      return new StringBuilder()
    case 'object':
      return new ObjectBuilder()
  }
}

const rowsInitial = 64

/** Rows and the null mask, which comes to be at the first NULL. */
class NullsBuilder {
  #mask: Uint8Array | null = null
  mark(row: number, capacity: number): void {
    if (this.#mask === null) this.#mask = new Uint8Array(capacity)
    else if (this.#mask.length < capacity) {
      const grown = new Uint8Array(capacity)
      grown.set(this.#mask)
      this.#mask = grown
    }
    this.#mask[row] = 1
  }
  finish(rowCount: number): Nulls {
    if (this.#mask === null) return null
    const mask = new Uint8Array(rowCount)
    mask.set(this.#mask.subarray(0, rowCount))
    return mask
  }
}

class BoolBuilder implements ColumnBuilder {
  #values = new Uint8Array(rowsInitial)
  #nulls = new NullsBuilder()
  #count = 0
  append(value: Value): void {
    if (this.#count === this.#values.length) {
      const grown = new Uint8Array(this.#count * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    if (value === null) this.#nulls.mark(this.#count, this.#values.length)
    else this.#values[this.#count] = value === true ? 1 : 0
    this.#count++
  }
  finish(): Column {
    return { storage: 'bool', values: this.#values.subarray(0, this.#count), nulls: this.#nulls.finish(this.#count) }
  }
}

class Int32Builder implements ColumnBuilder {
  #values = new Int32Array(rowsInitial)
  #nulls = new NullsBuilder()
  #count = 0
  append(value: Value): void {
    if (this.#count === this.#values.length) {
      const grown = new Int32Array(this.#count * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    if (value === null) this.#nulls.mark(this.#count, this.#values.length)
    else this.#values[this.#count] = value as number
    this.#count++
  }
  finish(): Column {
    return { storage: 'int32', values: this.#values.subarray(0, this.#count), nulls: this.#nulls.finish(this.#count) }
  }
}

class Float64Builder implements ColumnBuilder {
  #values = new Float64Array(rowsInitial)
  #nulls = new NullsBuilder()
  #count = 0
  append(value: Value): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(this.#count * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    if (value === null) this.#nulls.mark(this.#count, this.#values.length)
    else this.#values[this.#count] = value as number
    this.#count++
  }
  finish(): Column {
    return { storage: 'float64', values: this.#values.subarray(0, this.#count), nulls: this.#nulls.finish(this.#count) }
  }
}

/** BIGINT and DECIMAL: doubles until a value leaves the safe range, then all of the batch in BigInt. */
class IntegerBuilder implements ColumnBuilder {
  readonly #storage: 'int64' | 'decimal'
  #values = new Float64Array(rowsInitial)
  #wide: bigint[] | null = null
  #nulls = new NullsBuilder()
  #count = 0
  constructor(storage: 'int64' | 'decimal') {
    this.#storage = storage
  }
  append(value: Value): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(this.#count * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    if (value === null) {
      this.#nulls.mark(this.#count, this.#values.length)
      this.#wide?.push(0n)
    } else if (this.#wide !== null) this.#wide.push(BigInt(value as bigint | number))
    else {
      const number = Number(value)
      if (Number.isSafeInteger(number)) this.#values[this.#count] = number === 0 ? 0 : number
      else {
        this.#wide = Array.from(this.#values.subarray(0, this.#count), BigInt)
        this.#wide.push(BigInt(value as bigint | number))
      }
    }
    this.#count++
  }
  finish(): Column {
    const nulls = this.#nulls.finish(this.#count)
    if (this.#wide === null) return { storage: this.#storage, values: this.#values.subarray(0, this.#count), wide: null, nulls }
    return this.#storage === 'int64'
      ? { storage: 'int64', values: null, wide: BigInt64Array.from(this.#wide), nulls }
      : { storage: 'decimal', values: null, wide: this.#wide, nulls }
  }
}

class StringBuilder implements ColumnBuilder {
  #codes = new Int32Array(rowsInitial)
  #strings: string[] = []
  #codeOf = new Map<string, number>()
  #nulls = new NullsBuilder()
  #count = 0
  append(value: Value): void {
    if (this.#count === this.#codes.length) {
      const grown = new Int32Array(this.#count * 2)
      grown.set(this.#codes)
      this.#codes = grown
    }
    if (value === null) this.#nulls.mark(this.#count, this.#codes.length)
    else {
      const text = value as string
      let code = this.#codeOf.get(text)
      if (code === undefined) {
        code = this.#strings.length
        this.#strings.push(text)
        this.#codeOf.set(text, code)
      }
      this.#codes[this.#count] = code
    }
    this.#count++
  }
  finish(): Column {
    // Code 0 must mean something even when every row is NULL.
    if (this.#strings.length === 0) this.#strings.push('')
    const dictionary: Dictionary = { values: this.#strings, distinct: true }
    return { storage: 'string', codes: this.#codes.subarray(0, this.#count), dictionary, nulls: this.#nulls.finish(this.#count) }
  }
}

class ObjectBuilder implements ColumnBuilder {
  #values: Value[] = []
  #nulls = new NullsBuilder()
  #capacity = rowsInitial
  append(value: Value): void {
    while (this.#values.length >= this.#capacity) this.#capacity *= 2
    if (value === null) this.#nulls.mark(this.#values.length, this.#capacity)
    this.#values.push(value)
  }
  finish(): Column {
    return { storage: 'object', values: this.#values, nulls: this.#nulls.finish(this.#values.length) }
  }
}
