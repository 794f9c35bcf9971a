import { freshArrays, type Arrays } from '../columnar/arrays.ts'
import type { Column, Dictionary, Float64Column, Int32Column, Int64Column, DecimalColumn, BoolColumn, StringColumn, ObjectColumn, Nulls, Value } from '../columnar/column.ts'
import { storageOf } from '../columnar/column.ts'
import type { DataType } from '../columnar/dataType.ts'
import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { jsonTextOf } from '../columnar/valueJson.ts'
import type { KeyTable } from './keyTable.ts'
import { TextIndex } from './textIndex.ts'

/**
 * Key columns as doubles, one number for each distinct value, and back.
 *
 * Integers, dates, times and timestamps stand for themselves: a BIGINT column without NULLs is used as it lies. Everything that does not
 * fit an exact integer below 2^53 is interned: value number n is written as n + 0.5, which no integer equals. That covers wide BIGINT and
 * DECIMAL values, DOUBLE (so that NaN equals itself and -0 is told from 0, as in Flink's binary rows), BYTES and nested values. Strings are
 * always interned, as whole numbers, with a cache from dictionary code to number for each dictionary met. NULL is -0.5: a group
 * of its own; joins, where NULL matches nothing, ask `hasNull`.
 *
 * Two sides of a join share one encoder, so that equal values meet whatever side they came from.
 *
 * Interned values stay until `shrink`, which the owner of the tables calls when few of them are alive.
 */
export class KeyEncoder {
  readonly types: readonly DataType[]
  readonly #columns: ColumnEncoder[]
  readonly #encoded: Float64Array[]

  constructor(types: readonly DataType[]) {
    this.types = types
    this.#columns = types.map((type) => new ColumnEncoder(type))
    this.#encoded = types.map(() => emptyKeys)
  }

  /** One array of keys for each column; valid until the next call. Not to be written: an array may be the column's own. */
  encode(columns: readonly Column[], rowCount: number): readonly Float64Array[] {
    for (let i = 0; i < this.#columns.length; i++) this.#encoded[i] = this.#columns[i]!.encode(columns[i]!, rowCount)
    return this.#encoded
  }

  /** The column that `count` encoded keys of one key column stand for. The column shares nothing with `keys`; numbers are in an array of `arrays`. */
  decode(column: number, keys: Float64Array, count: number, arrays: Arrays = freshArrays): Column {
    return this.#columns[column]!.decode(keys, count, arrays)
  }

  /** Bytes held for interned values, roughly: a short text or number and its place in a map. */
  get bytes(): number {
    return this.internedCount * 64
  }

  /** Values interned so far. */
  get internedCount(): number {
    return this.#columns.reduce((sum, column) => sum + column.internedCount, 0)
  }

  /**
   * Forgets interned values that no table holds, renumbering the keys in the tables. Worth it when `internedCount` is several times the
   * number of keys in all tables together. `tables` must be all tables filled through this encoder.
   */
  shrink(tables: readonly KeyTable[]): void {
    this.#columns.forEach((column, i) => column.shrink(tables, i))
    for (const table of tables) table.rehash()
  }

  /** Writes what is interned: keys in tables mean nothing without it. */
  snapshot(writer: StateWriter): void {
    this.#columns.forEach((column, i) => column.snapshot(writer.at(i)))
  }

  /** Takes what an encoder of the same types wrote. Nothing may have been encoded before; with several states see `KeyedRestore`. `onlyDecodes`: nothing will be encoded afterwards either. */
  restore(reader: StateReader, onlyDecodes = false): void {
    this.#columns.forEach((column, i) => column.restore(reader.at(i), onlyDecodes))
  }

  /** Whether shrinking now would free most of what is interned. */
  wantsShrink(keysAlive: number): boolean {
    return this.internedCount > 65_536 && this.internedCount > keysAlive * this.types.length * 4
  }
}

export const nullKey = -0.5
const emptyKeys = new Float64Array(0)

class ColumnEncoder {
  readonly #type: DataType
  readonly #raw: boolean
  #scratch = emptyKeys
  #values: Value[] = []
  #strings: string[] = []
  #dictionary: Dictionary
  /** Of short texts. */
  #texts = new TextIndex(this.#strings)
  #numberOf = new Map<Value, number>()
  #caches = new WeakMap<Dictionary, Int32Array>()

  constructor(type: DataType) {
    this.#type = type
    // DOUBLE and FLOAT share storage with TIMESTAMP, but only the latter are always integers.
    this.#raw = type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ' || type.kind === 'INTERVAL_DAY_TIME'
    this.#dictionary = { values: this.#strings, distinct: true }
  }

  get internedCount(): number {
    return this.#values.length + this.#strings.length
  }

  encode(column: Column, rowCount: number): Float64Array {
    if (column.nulls === null) {
      if (column.storage === 'int64' && column.values !== null) return column.values
      if (column.storage === 'float64' && this.#raw) return column.values
    }
    if (this.#scratch.length < rowCount) this.#scratch = new Float64Array(Math.max(1024, rowCount))
    const keys = this.#scratch
    switch (column.storage) {
      case 'bool':
        encodeBool(column, rowCount, keys)
        break
      case 'int32':
        encodeInt32(column, rowCount, keys)
        break
      case 'float64':
        if (this.#raw) encodeFloat64(column, rowCount, keys)
        else this.#internDoubles(column, rowCount, keys)
        break
      case 'int64':
      case 'decimal':
        if (column.values !== null) encodeSafeIntegers(column.values, rowCount, keys)
        else this.#internWide(column, rowCount, keys)
        break
      case 'string':
        this.#encodeStrings(column, rowCount, keys)
        break
      case 'object':
        this.#internObjects(column, rowCount, keys)
        break
    }
    if (column.nulls !== null) markNulls(column.nulls, rowCount, keys)
    return keys
  }

  #encodeStrings(column: StringColumn, rowCount: number, keys: Float64Array): void {
    const { dictionary, codes, nulls } = column
    let cache = this.#caches.get(dictionary)
    if (cache === undefined || cache.length < dictionary.values.length) {
      const grown = new Int32Array(Math.max(dictionary.values.length, (cache?.length ?? 0) * 2))
      if (cache !== undefined) grown.set(cache)
      cache = grown
      this.#caches.set(dictionary, cache)
    }
    for (let row = 0; row < rowCount; row++) {
      const code = codes[row]!
      let number = cache[code]!
      if (number === 0) {
        if (nulls !== null && nulls[row] === 1) continue
        number = this.#internString(dictionary.values[code]!) + 1
        cache[code] = number
      }
      keys[row] = number - 1
    }
  }

  #internString(text: string): number {
    const isShort = TextIndex.isShort(text)
    let number = isShort ? this.#texts.find(text) : (this.#numberOf.get(text) ?? -1)
    if (number < 0) {
      number = this.#strings.push(text) - 1
      if (isShort) this.#texts.add(text, number)
      else this.#numberOf.set(text, number)
    }
    return number
  }

  #intern(identity: Value, value: Value): number {
    let number = this.#numberOf.get(identity)
    if (number === undefined) {
      number = this.#values.length
      this.#values.push(value)
      this.#numberOf.set(identity, number)
    }
    return number + 0.5
  }

  #internDoubles(column: Float64Column, rowCount: number, keys: Float64Array): void {
    for (let row = 0; row < rowCount; row++) {
      if (column.nulls !== null && column.nulls[row] === 1) continue
      const value = column.values[row]!
      keys[row] = this.#intern(Object.is(value, -0) ? '-0' : value, value)
    }
  }

  #internWide(column: Int64Column | DecimalColumn, rowCount: number, keys: Float64Array): void {
    for (let row = 0; row < rowCount; row++) {
      if (column.nulls !== null && column.nulls[row] === 1) continue
      const value = column.wide![row]!
      const number = Number(value)
      keys[row] = Number.isSafeInteger(number) ? number : this.#intern(value, value)
    }
  }

  #internObjects(column: ObjectColumn, rowCount: number, keys: Float64Array): void {
    for (let row = 0; row < rowCount; row++) {
      if (column.nulls !== null && column.nulls[row] === 1) continue
      const value = column.values[row]!
      keys[row] = this.#intern(jsonTextOf(value, this.#type), value)
    }
  }

  decode(keys: Float64Array, count: number, arrays: Arrays): Column {
    const nulls = nullsOf(keys, count)
    switch (storageOf(this.#type)) {
      case 'bool': {
        const values = new Uint8Array(count)
        for (let i = 0; i < count; i++) values[i] = keys[i]!
        return { storage: 'bool', values, nulls }
      }
      case 'int32': {
        const values = new Int32Array(count)
        for (let i = 0; i < count; i++) values[i] = keys[i]!
        return { storage: 'int32', values, nulls }
      }
      case 'float64': {
        const values = copied(keys, count, arrays)
        if (!this.#raw) for (let i = 0; i < count; i++) values[i] = keys[i] === nullKey ? 0 : (this.#values[keys[i]! - 0.5] as number)
        else if (nulls !== null) zeroNulls(values, nulls)
        return { storage: 'float64', values, nulls }
      }
      case 'int64':
        if (this.internedCount > 0 && hasInterned(keys, count)) {
          return { storage: 'int64', values: null, wide: BigInt64Array.from(this.#bigints(keys, count)), nulls }
        }
        return { storage: 'int64', values: safeIntegers(keys, count, nulls, arrays), wide: null, nulls }
      case 'decimal':
        if (this.internedCount > 0 && hasInterned(keys, count)) return { storage: 'decimal', values: null, wide: this.#bigints(keys, count), nulls }
        return { storage: 'decimal', values: safeIntegers(keys, count, nulls, arrays), wide: null, nulls }
      case 'string': {
        const codes = arrays.int32(count)
        // A NULL's -0.5 becomes code 0, as a column's NULL slots must hold.
        for (let i = 0; i < count; i++) codes[i] = keys[i]!
        if (this.#strings.length === 0) return { storage: 'string', codes, dictionary: { values: [''], distinct: true }, nulls }
        return { storage: 'string', codes, dictionary: this.#dictionary, nulls }
      }
      case 'object': {
        const values: Value[] = []
        for (let i = 0; i < count; i++) values.push(keys[i] === nullKey ? null : this.#values[keys[i]! - 0.5]!)
        return { storage: 'object', values, nulls }
      }
    }
  }

  #bigints(keys: Float64Array, count: number): bigint[] {
    const values: bigint[] = []
    for (let i = 0; i < count; i++) {
      const key = keys[i]!
      values.push(key === nullKey ? 0n : Number.isInteger(key) ? BigInt(key) : (this.#values[key - 0.5] as bigint))
    }
    return values
  }

  snapshot(writer: StateWriter): void {
    switch (storageOf(this.#type)) {
      case 'string':
        writer.dictionary('strings', this.#dictionary)
        return
      case 'float64':
        writer.numbers('doubles', this.#values as readonly number[])
        return
      case 'int64':
      case 'decimal':
        writer.bigints('wide', this.#values as readonly bigint[])
        return
      case 'object':
        writer.values('values', this.#values)
        return
      case 'bool':
      case 'int32':
    }
  }

  restore(reader: StateReader, onlyDecodes: boolean): void {
    // In order, so that numbers are given out as before.
    switch (storageOf(this.#type)) {
      case 'string':
        this.#strings = reader.strings('strings')
        this.#dictionary = { values: this.#strings, distinct: true }
        this.#texts = new TextIndex(this.#strings)
        if (onlyDecodes) return
        this.#texts.addAll(this.#strings)
        for (let number = 0; number < this.#strings.length; number++) if (!TextIndex.isShort(this.#strings[number]!)) this.#numberOf.set(this.#strings[number]!, number)
        return
      case 'float64':
        for (const value of reader.float64('doubles')) this.#intern(Object.is(value, -0) ? '-0' : value, value)
        return
      case 'int64':
      case 'decimal':
        for (const value of reader.bigints('wide')) this.#intern(value, value)
        return
      case 'object':
        for (const value of reader.values('values')) this.#intern(jsonTextOf(value, this.#type), value)
        return
      case 'bool':
      case 'int32':
    }
  }

  shrink(tables: readonly KeyTable[], column: number): void {
    if (this.internedCount === 0) return
    const oldStrings = this.#strings
    const oldValues = this.#values
    const oldNumberOf = this.#numberOf
    const asString = storageOf(this.#type) === 'string'
    // Identities by number, because a value's identity in the map is not always the value.
    const identities: Value[] = []
    for (const [identity, number] of oldNumberOf) identities[number] = identity
    this.#strings = []
    this.#values = []
    this.#texts = new TextIndex(this.#strings)
    this.#numberOf = new Map()
    this.#caches = new WeakMap()
    this.#dictionary = { values: this.#strings, distinct: true }
    for (const table of tables) {
      const keys = table.keysOf(column)
      for (let slot = 0; slot < table.size; slot++) {
        const key = keys[slot]!
        if (key === nullKey) continue
        if (asString) keys[slot] = this.#internString(oldStrings[key]!)
        else if (!Number.isInteger(key)) keys[slot] = this.#intern(identities[key - 0.5]!, oldValues[key - 0.5]!)
      }
    }
  }
}

// One loop per array class.
function encodeBool(column: BoolColumn, rowCount: number, keys: Float64Array): void {
  const values = column.values
  for (let row = 0; row < rowCount; row++) keys[row] = values[row]!
}
function encodeInt32(column: Int32Column, rowCount: number, keys: Float64Array): void {
  const values = column.values
  for (let row = 0; row < rowCount; row++) keys[row] = values[row]!
}
function encodeFloat64(column: Float64Column, rowCount: number, keys: Float64Array): void {
  keys.set(column.values.subarray(0, rowCount))
}
function encodeSafeIntegers(values: Float64Array, rowCount: number, keys: Float64Array): void {
  keys.set(values.subarray(0, rowCount))
}
function markNulls(nulls: Uint8Array, rowCount: number, keys: Float64Array): void {
  for (let row = 0; row < rowCount; row++) if (nulls[row] === 1) keys[row] = nullKey
}

function nullsOf(keys: Float64Array, count: number): Nulls {
  for (let i = 0; i < count; i++) {
    if (keys[i] !== nullKey) continue
    const nulls = new Uint8Array(count)
    for (let j = i; j < count; j++) if (keys[j] === nullKey) nulls[j] = 1
    return nulls
  }
  return null
}

function hasInterned(keys: Float64Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (keys[i] !== nullKey && !Number.isInteger(keys[i])) return true
  return false
}

function copied(keys: Float64Array, count: number, arrays: Arrays): Float64Array {
  const values = arrays.float64(count)
  values.set(keys.length === count ? keys : keys.subarray(0, count))
  return values
}

function safeIntegers(keys: Float64Array, count: number, nulls: Nulls, arrays: Arrays): Float64Array {
  const values = copied(keys, count, arrays)
  if (nulls !== null) zeroNulls(values, nulls)
  return values
}

function zeroNulls(values: Float64Array, nulls: Uint8Array): void {
  for (let i = 0; i < values.length; i++) if (nulls[i] === 1) values[i] = 0
}

/** True when some key column is NULL in the row: such a row matches nothing in a join. */
export function hasNull(columns: readonly Column[], row: number): boolean {
  for (const column of columns) if (column.nulls !== null && column.nulls[row] === 1) return true
  return false
}
