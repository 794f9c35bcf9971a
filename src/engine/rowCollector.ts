import { freshArrays, type Arrays } from '../columnar/arrays.ts'
import { batchRowsTarget, eventTimeColumn, rowKind, trailingRows, type Batch } from '../columnar/batch.ts'
import type { BoolColumn, Column, DecimalColumn, Dictionary, Float64Column, Int32Column, Int64Column, Nulls, ObjectColumn, StringColumn, Value } from '../columnar/column.ts'

/**
 * Rows of many small batches on their way to one receiver, put together to one batch of about 4096.
 *
 * A hop costs per batch, so a shuffle that sends a quarter of each batch to each of four subtasks would lose most of its speed without this. Parts are
 * kept as references and row lists; `finish` gathers column by column. Watermarks between the parts are kept exactly: each row of the result
 * knows the watermark before it.
 */
export class RowCollector {
  #parts: Part[] = []
  #rowCount = 0

  get rowCount(): number {
    return this.#rowCount
  }

  /** `rows` null: all rows of the batch. `watermark` held before the batch where the batch does not say it for each row. */
  add(batch: Batch, rows: Int32Array | null, count: number, watermark: number): void {
    this.#parts.push({ batch, rows, count, watermark })
    this.#rowCount += count
  }

  get isFull(): boolean {
    // Many tiny parts hold many whole batches alive.
    return this.#rowCount >= batchRowsTarget || this.#parts.length >= 64
  }

  /**
   * The rows so far as one batch, where the receiver's own watermark is `known` when it arrives. Null when there are none. With `arrays` of a
   * `Scratch`, the batch is valid until they are used again.
   */
  finish(known: number, arrays: Arrays = freshArrays): Batch | null {
    const parts = this.#parts
    const rowCount = this.#rowCount
    if (rowCount === 0) return null
    this.#parts = []
    this.#rowCount = 0
    const first = parts[0]!
    if (parts.length === 1 && first.rows === null && first.batch.trailing) return first.batch
    const watermarks = watermarksOf(parts, rowCount, known, arrays)
    if (parts.length === 1 && first.rows === null) return watermarks === first.batch.watermarks ? first.batch : { ...first.batch, watermarks }
    return {
      schema: first.batch.schema,
      columns: first.batch.columns.map((_, i) => columnOfParts(parts, i, rowCount, arrays)),
      rowCount,
      kinds: kindsOf(parts, rowCount, arrays),
      watermarks,
      inOrder: areInOrder(parts),
    }
  }
}

interface Part {
  readonly batch: Batch
  readonly rows: Int32Array | null
  readonly count: number
  readonly watermark: number
}

/** Each is, and none begins before the last row of the one before it. */
function areInOrder(parts: readonly Part[]): boolean {
  if (!parts.every(({ batch }) => batch.inOrder === true)) return false
  const column = eventTimeColumn(parts[0]!.batch.schema)
  let last = -Infinity
  for (const { batch, rows, count } of parts) {
    const { values } = batch.columns[column] as Float64Column
    if (values[rows === null ? 0 : rows[0]!]! < last) return false
    last = values[rows === null ? count - 1 : rows[count - 1]!]!
  }
  return true
}

function watermarksOf(parts: readonly Part[], rowCount: number, known: number, arrays: Arrays): Float64Array | null {
  if (parts.every(({ batch, watermark }) => batch.watermarks === null && !batch.trailing && watermark === known)) return null
  const first = parts[0]!
  if (parts.length === 1 && first.rows === null && first.batch.watermarks !== null) return first.batch.watermarks
  const watermarks = arrays.float64(rowCount)
  let at = 0
  for (const { batch, rows, count, watermark } of parts) {
    if (batch.trailing) trailingRows(batch, batch.trailing, rows, count, watermarks, at)
    else if (batch.watermarks === null) watermarks.fill(watermark, at, at + count)
    else if (rows === null) watermarks.set(batch.watermarks.subarray(0, count), at)
    else gatherFloat64At(batch.watermarks, rows, count, watermarks, at)
    at += count
  }
  return watermarks
}

function kindsOf(parts: readonly Part[], rowCount: number, arrays: Arrays): Uint8Array | null {
  if (parts.every(({ batch }) => batch.kinds === null)) return null
  const kinds = arrays.uint8(rowCount).fill(rowKind.insert)
  let at = 0
  for (const { batch, rows, count } of parts) {
    if (batch.kinds !== null) copyUint8(batch.kinds, rows, count, kinds, at)
    at += count
  }
  return kinds
}

function columnOfParts(parts: readonly Part[], index: number, rowCount: number, arrays: Arrays): Column {
  const nulls = nullsOf(parts, index, rowCount, arrays)
  let at = 0
  const { storage } = parts[0]!.batch.columns[index]!
  switch (storage) {
    case 'bool': {
      const values = arrays.uint8(rowCount)
      for (const { batch, rows, count } of parts) {
        copyUint8((batch.columns[index] as BoolColumn).values, rows, count, values, at)
        at += count
      }
      return { storage, values, nulls }
    }
    case 'int32': {
      const values = arrays.int32(rowCount)
      for (const { batch, rows, count } of parts) {
        copyInt32((batch.columns[index] as Int32Column).values, rows, count, values, at)
        at += count
      }
      return { storage, values, nulls }
    }
    case 'float64': {
      const values = arrays.float64(rowCount)
      for (const { batch, rows, count } of parts) {
        copyFloat64((batch.columns[index] as Float64Column).values, rows, count, values, at)
        at += count
      }
      return { storage, values, nulls }
    }
    case 'int64':
      return int64OfParts(parts, index, rowCount, nulls, arrays)
    case 'decimal':
      return decimalOfParts(parts, index, rowCount, nulls, arrays)
    case 'string':
      return stringOfParts(parts, index, rowCount, nulls, arrays)
    case 'object': {
      const values: Value[] = new Array<Value>(rowCount)
      for (const { batch, rows, count } of parts) {
        const from = (batch.columns[index] as ObjectColumn).values
        for (let i = 0; i < count; i++) values[at++] = from[rows === null ? i : rows[i]!]!
      }
      return { storage, values, nulls }
    }
  }
}

function int64OfParts(parts: readonly Part[], index: number, rowCount: number, nulls: Nulls, arrays: Arrays): Int64Column {
  let at = 0
  if (parts.every(({ batch }) => (batch.columns[index] as Int64Column).values !== null)) {
    const values = arrays.float64(rowCount)
    for (const { batch, rows, count } of parts) {
      copyFloat64((batch.columns[index] as Int64Column).values!, rows, count, values, at)
      at += count
    }
    return { storage: 'int64', values, wide: null, nulls }
  }
  const wide = new BigInt64Array(rowCount)
  for (const { batch, rows, count } of parts) {
    const from = batch.columns[index] as Int64Column
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i]!
      wide[at++] = from.values !== null ? BigInt(from.values[row]!) : from.wide![row]!
    }
  }
  return { storage: 'int64', values: null, wide, nulls }
}

function decimalOfParts(parts: readonly Part[], index: number, rowCount: number, nulls: Nulls, arrays: Arrays): DecimalColumn {
  let at = 0
  if (parts.every(({ batch }) => (batch.columns[index] as DecimalColumn).values !== null)) {
    const values = arrays.float64(rowCount)
    for (const { batch, rows, count } of parts) {
      copyFloat64((batch.columns[index] as DecimalColumn).values!, rows, count, values, at)
      at += count
    }
    return { storage: 'decimal', values, wide: null, nulls }
  }
  const wide: bigint[] = new Array<bigint>(rowCount)
  for (const { batch, rows, count } of parts) {
    const from = batch.columns[index] as DecimalColumn
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i]!
      wide[at++] = from.values !== null ? BigInt(from.values[row]!) : from.wide![row]!
    }
  }
  return { storage: 'decimal', values: null, wide, nulls }
}

/**
 * Codes as they are while all parts share a dictionary; otherwise a new dictionary of the strings in use. Texts of a dictionary that may have one twice are mostly texts that come once: they are added
 * without being looked for.
 */
function stringOfParts(parts: readonly Part[], index: number, rowCount: number, nulls: Nulls, arrays: Arrays): StringColumn {
  const shared = (parts[0]!.batch.columns[index] as StringColumn).dictionary
  const codes = arrays.int32(rowCount)
  let at = 0
  if (parts.every(({ batch }) => (batch.columns[index] as StringColumn).dictionary === shared)) {
    for (const { batch, rows, count } of parts) {
      copyInt32((batch.columns[index] as StringColumn).codes, rows, count, codes, at)
      at += count
    }
    return { storage: 'string', codes, dictionary: shared, nulls }
  }
  // The slot under a NULL must hold code 0.
  codes.fill(0)
  const values: string[] = ['']
  const codeOf = new Map<string, number>([['', 0]])
  const newCodes = new Map<Dictionary, Int32Array>()
  const distinct = parts.every(({ batch }) => (batch.columns[index] as StringColumn).dictionary.distinct)
  for (const { batch, rows, count } of parts) {
    const column = batch.columns[index] as StringColumn
    const looksFor = column.dictionary.distinct
    let translated = newCodes.get(column.dictionary)
    if (translated === undefined) {
      translated = new Int32Array(column.dictionary.values.length).fill(-1)
      newCodes.set(column.dictionary, translated)
    }
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i]!
      if (column.nulls !== null && column.nulls[row] === 1) {
        at++
        continue
      }
      const code = column.codes[row]!
      let newCode = translated[code]!
      if (newCode < 0) {
        const text = column.dictionary.values[code]!
        newCode = looksFor ? (codeOf.get(text) ?? -1) : -1
        if (newCode < 0) {
          newCode = values.length
          values.push(text)
          if (looksFor) codeOf.set(text, newCode)
        }
        translated[code] = newCode
      }
      codes[at++] = newCode
    }
  }
  return { storage: 'string', codes, dictionary: { values, distinct }, nulls }
}

function nullsOf(parts: readonly Part[], index: number, rowCount: number, arrays: Arrays): Nulls {
  if (parts.every(({ batch }) => batch.columns[index]!.nulls === null)) return null
  const nulls = arrays.uint8(rowCount).fill(0)
  let at = 0
  for (const { batch, rows, count } of parts) {
    const from = batch.columns[index]!.nulls
    if (from !== null) copyUint8(from, rows, count, nulls, at)
    at += count
  }
  return nulls
}

// One loop per array class: see the note on storage in columnar/column.ts.
function copyUint8(from: Uint8Array, rows: Int32Array | null, count: number, to: Uint8Array, at: number): void {
  if (rows === null) to.set(from.subarray(0, count), at)
  else for (let i = 0; i < count; i++) to[at + i] = from[rows[i]!]!
}
function copyInt32(from: Int32Array, rows: Int32Array | null, count: number, to: Int32Array, at: number): void {
  if (rows === null) to.set(from.subarray(0, count), at)
  else for (let i = 0; i < count; i++) to[at + i] = from[rows[i]!]!
}
function copyFloat64(from: Float64Array, rows: Int32Array | null, count: number, to: Float64Array, at: number): void {
  if (rows === null) to.set(from.subarray(0, count), at)
  else gatherFloat64At(from, rows, count, to, at)
}
function gatherFloat64At(from: Float64Array, rows: Int32Array, count: number, to: Float64Array, at: number): void {
  for (let i = 0; i < count; i++) to[at + i] = from[rows[i]!]!
}
