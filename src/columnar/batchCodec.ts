import { Scratch } from './arrays.ts'
import { withWatermarks, type Batch } from './batch.ts'
import type { Column, DecimalColumn, Dictionary, Nulls, StringColumn, Value } from './column.ts'
import type { Schema } from './schema.ts'

/**
 * Batches as bytes, for the way between workers: typed arrays are copied whole, strings travel as codes.
 *
 * An encoder and a decoder make a pair and keep state: a dictionary that comes a second time is taken for a shared one, and from then on each of its strings is
 * sent once, when a row first uses it. So batches must be decoded in the order in which they were encoded. A dictionary met only once goes along with its
 * batch, reduced to the strings in use.
 *
 * The decoder copies what it reads: a batch lives as long as anyone wants it, the buffer it came in does not. The bytes are for the same machine (its byte
 * order) and the same version of Millrace; they are no file format.
 *
 * Layout, everything at multiples of eight bytes: row count, flags; kinds; watermarks; then for each column its form and whether it has nulls, the nulls,
 * and the data as the form says.
 */
export class BatchEncoder {
  readonly #seenOnce = new WeakSet<Dictionary>()
  readonly #shared = new WeakMap<Dictionary, SentDictionary>()
  readonly #slots: SentDictionary[] = []
  #nextSlot = 0
  /** For watermarks that a batch tells by its times. */
  readonly #watermarks = new Scratch(32_768)
  #batch: Batch | null = null
  #strings: (PreparedStrings | null)[] = []
  #objects: (Uint8Array | null)[] = []
  #bytes = 0

  /** The bytes the batch will take. `write` must follow before the next `prepare`: the receiver is taken to know what this batch brings. */
  prepare(told: Batch): number {
    const batch = withWatermarks(told, this.#watermarks.reset())
    const { rowCount } = batch
    this.#batch = batch
    this.#strings = []
    this.#objects = []
    let bytes = 16
    if (batch.kinds !== null) bytes += aligned(rowCount)
    if (batch.watermarks !== null) bytes += rowCount * 8
    for (const column of batch.columns) {
      bytes += 8
      if (column.nulls !== null) bytes += aligned(rowCount)
      let strings: PreparedStrings | null = null
      let object: Uint8Array | null = null
      switch (column.storage) {
        case 'bool':
          bytes += aligned(rowCount)
          break
        case 'int32':
          bytes += aligned(rowCount * 4)
          break
        case 'float64':
        case 'int64':
          bytes += rowCount * 8
          break
        case 'decimal':
          bytes += column.values !== null ? rowCount * 8 : rowCount * 16
          break
        case 'string':
          strings = this.#prepareStrings(column, rowCount)
          bytes += 24 + aligned(strings.added.length * 4) + aligned(strings.units * (strings.wide ? 2 : 1)) + aligned(rowCount * 4)
          break
        case 'object':
          object = objectBytes(column.values, column.nulls, rowCount)
          bytes += 8 + aligned(object.length)
          break
      }
      this.#strings.push(strings)
      this.#objects.push(object)
    }
    this.#bytes = bytes
    return bytes
  }

  /** Writes the prepared batch at a multiple of eight bytes. */
  write(buffer: ArrayBufferLike, byteOffset: number): void {
    const batch = this.#batch
    if (batch === null) throw new Error('write without prepare')
    this.#batch = null
    const { rowCount } = batch
    let at = byteOffset
    const header = new Int32Array(buffer, at, 4)
    header[0] = rowCount
    header[1] = (batch.kinds === null ? 0 : hasKinds) | (batch.watermarks === null ? 0 : hasWatermarks) | (batch.inOrder === true ? isInOrder : 0)
    header[2] = batch.columns.length
    header[3] = 0
    at += 16
    if (batch.kinds !== null) {
      new Uint8Array(buffer, at, rowCount).set(batch.kinds.subarray(0, rowCount))
      at += aligned(rowCount)
    }
    if (batch.watermarks !== null) {
      new Float64Array(buffer, at, rowCount).set(batch.watermarks.subarray(0, rowCount))
      at += rowCount * 8
    }
    batch.columns.forEach((column, i) => {
      const head = new Int32Array(buffer, at, 2)
      head[0] = formOf(column)
      head[1] = column.nulls === null ? 0 : 1
      at += 8
      if (column.nulls !== null) {
        new Uint8Array(buffer, at, rowCount).set(column.nulls.subarray(0, rowCount))
        at += aligned(rowCount)
      }
      at = this.#writeColumn(column, i, rowCount, buffer, at)
    })
    if (at !== byteOffset + this.#bytes) throw new Error(`batch took ${at - byteOffset} bytes, not the ${this.#bytes} it was prepared for`)
  }

  #writeColumn(column: Column, index: number, rowCount: number, buffer: ArrayBufferLike, at: number): number {
    switch (column.storage) {
      case 'bool':
        new Uint8Array(buffer, at, rowCount).set(column.values.subarray(0, rowCount))
        return at + aligned(rowCount)
      case 'int32':
        new Int32Array(buffer, at, rowCount).set(column.values.subarray(0, rowCount))
        return at + aligned(rowCount * 4)
      case 'float64':
        new Float64Array(buffer, at, rowCount).set(column.values.subarray(0, rowCount))
        return at + rowCount * 8
      case 'int64':
        if (column.values !== null) new Float64Array(buffer, at, rowCount).set(column.values.subarray(0, rowCount))
        else new BigInt64Array(buffer, at, rowCount).set(column.wide!.subarray(0, rowCount))
        return at + rowCount * 8
      case 'decimal':
        if (column.values !== null) {
          new Float64Array(buffer, at, rowCount).set(column.values.subarray(0, rowCount))
          return at + rowCount * 8
        }
        writeDecimals(column, rowCount, new BigInt64Array(buffer, at, rowCount * 2))
        return at + rowCount * 16
      case 'string':
        return writeStrings(this.#strings[index]!, column.dictionary.distinct, rowCount, buffer, at)
      case 'object': {
        const bytes = this.#objects[index]!
        new Int32Array(buffer, at, 2)[0] = bytes.length
        new Uint8Array(buffer, at + 8, bytes.length).set(bytes)
        return at + 8 + aligned(bytes.length)
      }
    }
  }

  #prepareStrings(column: StringColumn, rowCount: number): PreparedStrings {
    const { dictionary } = column
    let sent = this.#shared.get(dictionary)
    if (sent === undefined && this.#seenOnce.has(dictionary)) sent = this.#share(dictionary)
    this.#seenOnce.add(dictionary)
    let id = transient
    if (sent === undefined) sent = new SentDictionary(dictionary, transient)
    else {
      if (sent.count > sharedStringsMax) sent = this.#share(dictionary, sent.id)
      id = sent.id
    }
    const isNew = sent.count === 0
    const prepared = sent.codesOf(column, rowCount)
    return { ...prepared, id, isNew }
  }

  /** Gives a dictionary a number; numbers are few and taken anew, the longest-held first. */
  #share(dictionary: Dictionary, again?: number): SentDictionary {
    const id = again ?? this.#nextSlot
    if (again === undefined) this.#nextSlot = (this.#nextSlot + 1) % sharedDictionariesMax
    const before = this.#slots[id]
    if (before !== undefined) this.#shared.delete(before.dictionary)
    const sent = new SentDictionary(dictionary, id)
    this.#slots[id] = sent
    this.#shared.set(dictionary, sent)
    return sent
  }
}

const hasKinds = 1
const hasWatermarks = 2
const isInOrder = 4
const transient = -1
/** Shared dictionaries a channel remembers at once. */
const sharedDictionariesMax = 64
/** Strings of one shared dictionary before it is begun anew: the receiver keeps all that were sent. */
const sharedStringsMax = 1 << 20

const forms = { bool: 0, int32: 1, float64: 2, int64: 3, wideInt64: 4, decimal: 5, wideDecimal: 6, string: 7, object: 8 } as const

function formOf(column: Column): number {
  if (column.storage === 'int64') return column.values !== null ? forms.int64 : forms.wideInt64
  if (column.storage === 'decimal') return column.values !== null ? forms.decimal : forms.wideDecimal
  return forms[column.storage]
}

function aligned(bytes: number): number {
  return (bytes + 7) & ~7
}

interface PreparedStrings {
  readonly id: number
  readonly isNew: boolean
  readonly codes: Int32Array
  /** Strings the receiver does not know yet, in order of their codes. */
  readonly added: readonly string[]
  /** UTF-16 units of `added` together. */
  readonly units: number
  /** Some unit needs sixteen bits. */
  readonly wide: boolean
}

/** Which strings of a dictionary the receiver has, under which codes. Code 0 is always the empty string, which stands under NULLs too. */
class SentDictionary {
  readonly dictionary: Dictionary
  readonly id: number
  /** The receiver's code of each of ours; -1: not sent. */
  #codes = new Int32Array(0)
  /** Codes given out; 0 before the first batch. */
  count = 0

  constructor(dictionary: Dictionary, id: number) {
    this.dictionary = dictionary
    this.id = id
  }

  codesOf(column: StringColumn, rowCount: number): { readonly codes: Int32Array; readonly added: readonly string[]; readonly units: number; readonly wide: boolean } {
    const strings = this.dictionary.values
    if (this.#codes.length < strings.length) {
      const grown = new Int32Array(this.id === transient ? strings.length : Math.max(strings.length, this.#codes.length * 2)).fill(-1)
      grown.set(this.#codes)
      this.#codes = grown
    }
    const sent = this.#codes
    const codes = new Int32Array(rowCount)
    const added: string[] = []
    let units = 0
    let wide = false
    let count = Math.max(1, this.count)
    const { nulls } = column
    for (let row = 0; row < rowCount; row++) {
      if (nulls !== null && nulls[row] === 1) continue
      const code = column.codes[row]!
      let known = sent[code]!
      if (known < 0) {
        const text = strings[code]!
        if (text === '') known = 0
        else {
          known = count++
          added.push(text)
          units += text.length
          wide ||= needsSixteenBits(text)
        }
        sent[code] = known
      }
      codes[row] = known
    }
    this.count = count
    return { codes, added, units, wide }
  }
}

function needsSixteenBits(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return true
  return false
}

function writeStrings(strings: PreparedStrings, distinct: boolean, rowCount: number, buffer: ArrayBufferLike, start: number): number {
  const { id, isNew, added, units, wide, codes } = strings
  const head = new Int32Array(buffer, start, 6)
  head[0] = id
  head[1] = (isNew ? 1 : 0) | (distinct ? 2 : 0) | (wide ? 4 : 0)
  head[2] = added.length
  head[3] = units
  let at = start + 24
  const lengths = new Int32Array(buffer, at, added.length)
  for (let i = 0; i < added.length; i++) lengths[i] = added[i]!.length
  at += aligned(added.length * 4)
  if (wide) writeUnits16(added, new Uint16Array(buffer, at, units))
  else writeUnits8(added, new Uint8Array(buffer, at, units))
  at += aligned(units * (wide ? 2 : 1))
  new Int32Array(buffer, at, rowCount).set(codes)
  return at + aligned(rowCount * 4)
}

function writeUnits8(strings: readonly string[], target: Uint8Array): void {
  let at = 0
  for (const text of strings) for (let i = 0; i < text.length; i++) target[at++] = text.charCodeAt(i)
}
function writeUnits16(strings: readonly string[], target: Uint16Array): void {
  let at = 0
  for (const text of strings) for (let i = 0; i < text.length; i++) target[at++] = text.charCodeAt(i)
}

/** Low half, then high: 38 digits fit 128 bits. */
function writeDecimals(column: DecimalColumn, rowCount: number, target: BigInt64Array): void {
  const wide = column.wide!
  for (let row = 0; row < rowCount; row++) {
    const value = wide[row]!
    target[row * 2] = BigInt.asIntN(64, value)
    target[row * 2 + 1] = value >> 64n
  }
}

export class BatchDecoder {
  readonly #schema: Schema
  readonly #shared: Dictionary[] = []

  constructor(schema: Schema) {
    this.#schema = schema
  }

  /** The batch in these bytes, copied: into `memory`, as long as that is not used again, where it has room. `byteOffset` is a multiple of eight. */
  decode(source: ArrayBufferLike, byteOffset: number, byteLength: number, memory: ArrayBuffer | null = null): Batch {
    const buffer = memory !== null && memory.byteLength >= aligned(byteLength) ? memory : new ArrayBuffer(aligned(byteLength))
    new Uint8Array(buffer).set(new Uint8Array(source, byteOffset, byteLength))
    const header = new Int32Array(buffer, 0, 4)
    const rowCount = header[0]!
    const flags = header[1]!
    const columnCount = header[2]!
    const cursor: Cursor = { buffer, at: 16, rowCount }
    const kinds = (flags & hasKinds) === 0 ? null : takeUint8(cursor)
    let watermarks: Float64Array | null = null
    if ((flags & hasWatermarks) !== 0) watermarks = takeFloat64(cursor)
    const columns: Column[] = []
    for (let i = 0; i < columnCount; i++) columns.push(this.#column(cursor))
    return { schema: this.#schema, columns, rowCount, kinds, watermarks, inOrder: (flags & isInOrder) !== 0 }
  }

  #column(cursor: Cursor): Column {
    const { buffer, rowCount } = cursor
    const head = new Int32Array(buffer, cursor.at, 2)
    cursor.at += 8
    const nulls: Nulls = head[1] === 0 ? null : takeUint8(cursor)
    switch (head[0]) {
      case forms.bool:
        return { storage: 'bool', values: takeUint8(cursor), nulls }
      case forms.int32:
        return { storage: 'int32', values: takeInt32(cursor), nulls }
      case forms.float64:
        return { storage: 'float64', values: takeFloat64(cursor), nulls }
      case forms.int64:
        return { storage: 'int64', values: takeFloat64(cursor), wide: null, nulls }
      case forms.wideInt64: {
        const wide = new BigInt64Array(buffer, cursor.at, rowCount)
        cursor.at += rowCount * 8
        return { storage: 'int64', values: null, wide, nulls }
      }
      case forms.decimal:
        return { storage: 'decimal', values: takeFloat64(cursor), wide: null, nulls }
      case forms.wideDecimal: {
        const halves = new BigInt64Array(buffer, cursor.at, rowCount * 2)
        cursor.at += rowCount * 16
        const wide: bigint[] = new Array<bigint>(rowCount)
        for (let row = 0; row < rowCount; row++) wide[row] = (halves[row * 2 + 1]! << 64n) | BigInt.asUintN(64, halves[row * 2]!)
        return { storage: 'decimal', values: null, wide, nulls }
      }
      case forms.string:
        return this.#strings(cursor, nulls)
      case forms.object: {
        const length = new Int32Array(buffer, cursor.at, 2)[0]!
        const values = objectValues(new Uint8Array(buffer, cursor.at + 8, length), rowCount)
        cursor.at += 8 + aligned(length)
        return { storage: 'object', values, nulls }
      }
      default:
        throw new Error(`a column of unknown form ${head[0]}: encoder and decoder are of different versions`)
    }
  }

  #strings(cursor: Cursor, nulls: Nulls): StringColumn {
    const { buffer } = cursor
    const head = new Int32Array(buffer, cursor.at, 6)
    const id = head[0]!
    const flags = head[1]!
    const addedCount = head[2]!
    const units = head[3]!
    cursor.at += 24
    const lengths = new Int32Array(buffer, cursor.at, addedCount)
    cursor.at += aligned(addedCount * 4)
    const wide = (flags & 4) !== 0
    const text = wide ? textOf16(new Uint16Array(buffer, cursor.at, units)) : textOf8(new Uint8Array(buffer, cursor.at, units))
    cursor.at += aligned(units * (wide ? 2 : 1))
    let dictionary: Dictionary | undefined = id === transient || (flags & 1) !== 0 ? undefined : this.#shared[id]
    if (dictionary === undefined) {
      dictionary = { values: [''], distinct: (flags & 2) !== 0 }
      if (id !== transient) this.#shared[id] = dictionary
    }
    let start = 0
    for (let i = 0; i < addedCount; i++) {
      const end = start + lengths[i]!
      dictionary.values.push(text.slice(start, end))
      start = end
    }
    return { storage: 'string', codes: takeInt32(cursor), dictionary, nulls }
  }
}

interface Cursor {
  readonly buffer: ArrayBuffer
  readonly rowCount: number
  at: number
}

function takeUint8(cursor: Cursor): Uint8Array {
  const values = new Uint8Array(cursor.buffer, cursor.at, cursor.rowCount)
  cursor.at += aligned(cursor.rowCount)
  return values
}
function takeInt32(cursor: Cursor): Int32Array {
  const values = new Int32Array(cursor.buffer, cursor.at, cursor.rowCount)
  cursor.at += aligned(cursor.rowCount * 4)
  return values
}
function takeFloat64(cursor: Cursor): Float64Array {
  const values = new Float64Array(cursor.buffer, cursor.at, cursor.rowCount)
  cursor.at += cursor.rowCount * 8
  return values
}

/** Arguments that one call takes on every engine. */
const unitsPerCall = 8192
function textOf8(units: Uint8Array): string {
  let text = ''
  for (let at = 0; at < units.length; at += unitsPerCall) text += String.fromCharCode(...units.subarray(at, at + unitsPerCall))
  return text
}
function textOf16(units: Uint16Array): string {
  let text = ''
  for (let at = 0; at < units.length; at += unitsPerCall) text += String.fromCharCode(...units.subarray(at, at + unitsPerCall))
  return text
}

// Nested values, one tag each. Rare beside the typed columns, so written for shortness.
const tags = { null: 0, false: 1, true: 2, number: 3, bigint: 4, string: 5, bytes: 6, list: 7 } as const

class ByteWriter {
  bytes = new Uint8Array(256)
  length = 0
  room(count: number): number {
    const at = this.length
    this.length += count
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.bytes.length * 2))
      grown.set(this.bytes.subarray(0, at))
      this.bytes = grown
    }
    return at
  }
  byte(value: number): void {
    const at = this.room(1)
    this.bytes[at] = value
  }
  uint32(value: number): void {
    const at = this.room(4)
    new DataView(this.bytes.buffer).setUint32(at, value, true)
  }
  text(tag: number, text: string): void {
    this.byte(tag)
    this.uint32(text.length)
    const at = this.room(text.length * 2)
    const view = new DataView(this.bytes.buffer)
    for (let i = 0; i < text.length; i++) view.setUint16(at + i * 2, text.charCodeAt(i), true)
  }
  value(value: Value): void {
    if (value === null) this.byte(tags.null)
    else if (typeof value === 'boolean') this.byte(value ? tags.true : tags.false)
    else if (typeof value === 'number') {
      this.byte(tags.number)
      const at = this.room(8)
      new DataView(this.bytes.buffer).setFloat64(at, value, true)
    } else if (typeof value === 'bigint') this.text(tags.bigint, String(value))
    else if (typeof value === 'string') this.text(tags.string, value)
    else if (value instanceof Uint8Array) {
      this.byte(tags.bytes)
      this.uint32(value.length)
      const at = this.room(value.length)
      this.bytes.set(value, at)
    } else {
      this.byte(tags.list)
      this.uint32(value.length)
      for (const item of value) this.value(item)
    }
  }
}

function objectBytes(values: readonly Value[], nulls: Nulls, rowCount: number): Uint8Array {
  const writer = new ByteWriter()
  for (let row = 0; row < rowCount; row++) writer.value(nulls !== null && nulls[row] === 1 ? null : values[row]!)
  return writer.bytes.subarray(0, writer.length)
}

function objectValues(bytes: Uint8Array, rowCount: number): Value[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  const uint32 = (): number => {
    at += 4
    return view.getUint32(at - 4, true)
  }
  const text = (): string => {
    const length = uint32()
    let result = ''
    for (let i = 0; i < length; i++) result += String.fromCharCode(view.getUint16(at + i * 2, true))
    at += length * 2
    return result
  }
  const value = (): Value => {
    switch (bytes[at++]) {
      case tags.false:
        return false
      case tags.true:
        return true
      case tags.number:
        at += 8
        return view.getFloat64(at - 8, true)
      case tags.bigint:
        return BigInt(text())
      case tags.string:
        return text()
      case tags.bytes: {
        const length = uint32()
        at += length
        return bytes.slice(at - length, at)
      }
      case tags.list: {
        const items: Value[] = []
        for (let rest = uint32(); rest > 0; rest--) items.push(value())
        return items
      }
      default:
        return null
    }
  }
  const values: Value[] = []
  for (let row = 0; row < rowCount; row++) values.push(value())
  return values
}
