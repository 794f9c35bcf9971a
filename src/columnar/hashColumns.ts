import { storageOf, type BoolColumn, type Column, type DecimalColumn, type Dictionary, type Float64Column, type Int32Column, type Int64Column, type ObjectColumn, type StringColumn, type Value } from './column.ts'
import type { DataType } from './dataType.ts'
import { jsonTextOf } from './valueJson.ts'

/**
 * Which key group a row belongs to: Flink SQL's, bit for bit, a column at a time.
 *
 * Flink SQL hashes the key as a binary row: eight bytes of header (row kind and null bits), eight bytes for each field, then the bytes of fields that do
 * not fit there (strings over seven bytes, decimals over eighteen digits), all read as little-endian 32-bit words into Murmur3 with
 * seed 42. The hash is mixed once more and taken modulo the number of key groups. Sources: Flink's BinaryRowData, AbstractBinaryWriter, MurmurHashUtil,
 * KeyGroupRangeAssignment, MathUtils.
 *
 * Promised for BOOLEAN, integers, FLOAT, DOUBLE, DECIMAL, DATE, TIME, TIMESTAMP up to milliseconds, strings, BYTES and NULLs of these. A NaN is hashed in
 * its canonical form. ARRAY, MAP, MULTISET and ROW keys are hashed by their text: stable here, but not the key group that Flink
 * would choose.
 */
export class KeyHasher {
  readonly #types: readonly DataType[]
  readonly #fixedBytes: number
  readonly #headerWords: number
  readonly #texts = new WeakMap<Dictionary, EncodedTexts>()
  readonly #singleText: boolean
  /** The hash so far after a header without NULLs. */
  readonly #headerHash: number
  /** Some column may have bytes behind the slots. */
  readonly #hasVariable: boolean
  #header = new Int32Array(0)
  #cursors = new Int32Array(0)

  constructor(types: readonly DataType[]) {
    this.#types = types
    // Eight bits of row kind come before the null bits.
    this.#headerWords = Math.ceil((types.length + 8) / 64) * 2
    this.#fixedBytes = (this.#headerWords + types.length * 2) * 4
    this.#headerHash = seed
    for (let word = 0; word < this.#headerWords; word++) this.#headerHash = mixH(this.#headerHash, 0)
    this.#hasVariable = types.some((type) => storageOf(type) === 'string' || storageOf(type) === 'object' || (type.kind === 'DECIMAL' && !isCompactDecimal(type)))
    this.#singleText = types.length === 1 && (types[0]!.kind === 'VARCHAR' || types[0]!.kind === 'CHAR')
  }

  /** Java's `hashCode` of each row's key as a BinaryRowData, into `hashes`. */
  hash(columns: readonly Column[], rowCount: number, hashes: Int32Array): void {
    if (this.#singleText && columns[0]!.nulls === null) {
      this.#hashSingleText(columns[0] as StringColumn, rowCount, hashes)
      return
    }
    let hasNulls = false
    for (const column of columns) hasNulls ||= column.nulls !== null
    if (hasNulls) this.#hashHeader(columns, rowCount, hashes)
    else hashes.fill(this.#headerHash, 0, rowCount)
    const cursors = this.#hasVariable ? this.#cursorsFor(rowCount) : noCursors
    for (let i = 0; i < columns.length; i++) this.#hashFixed(columns[i]!, this.#types[i]!, rowCount, hashes, cursors)
    if (this.#hasVariable) {
      for (let i = 0; i < columns.length; i++) this.#hashVariable(columns[i]!, this.#types[i]!, rowCount, hashes)
      finish(hashes, cursors, rowCount)
    } else finishFixed(hashes, this.#fixedBytes, rowCount)
  }

  /** The hash of a key of one BIGINT that a double holds exactly, or of one TIMESTAMP. */
  hashLong(value: number): number {
    return finalise(mixH(mixH(this.#headerHash, value | 0), Math.floor(value / 4_294_967_296) | 0), this.#fixedBytes)
  }

  /** The hash of a key of one string. */
  hashText(dictionary: Dictionary, code: number): number {
    const texts = this.#textsOf(dictionary)
    if (texts.rowHashed[code] === 0) texts.hashRow(code)
    return texts.rowHashes[code]!
  }

  #cursorsFor(rowCount: number): Int32Array {
    if (this.#cursors.length < rowCount) this.#cursors = new Int32Array(Math.max(4096, rowCount))
    this.#cursors.fill(this.#fixedBytes, 0, rowCount)
    return this.#cursors
  }

  #hashHeader(columns: readonly Column[], rowCount: number, hashes: Int32Array): void {
    hashes.fill(seed, 0, rowCount)
    if (this.#header.length < rowCount) this.#header = new Int32Array(Math.max(4096, rowCount))
    const header = this.#header
    for (let word = 0; word < this.#headerWords; word++) {
      header.fill(0, 0, rowCount)
      for (let i = 0; i < columns.length; i++) {
        const { nulls } = columns[i]!
        if (nulls !== null && (i + 8) >> 5 === word) markNulls(nulls, rowCount, 1 << ((i + 8) & 31), header)
      }
      mixWords(header, rowCount, hashes)
    }
  }

  #hashFixed(column: Column, type: DataType, rowCount: number, hashes: Int32Array, cursors: Int32Array): void {
    switch (column.storage) {
      case 'bool':
        hashBool(column, rowCount, hashes)
        break
      case 'int32':
        hashInt32(column, narrowMask(type), rowCount, hashes)
        break
      case 'float64':
        if (type.kind === 'DOUBLE') hashDouble(column, rowCount, hashes)
        else if (type.kind === 'FLOAT') hashFloat(column, rowCount, hashes)
        else hashLongs(column.values, column.nulls, rowCount, hashes)
        break
      case 'int64':
        if (column.values !== null) hashLongs(column.values, column.nulls, rowCount, hashes)
        else hashWideLongs(column, rowCount, hashes)
        break
      case 'decimal':
        if (isCompactDecimal(type)) {
          if (column.values !== null) hashLongs(column.values, column.nulls, rowCount, hashes)
          else hashBigints(column, rowCount, hashes)
        } else hashDecimalPlaces(column, rowCount, hashes, cursors)
        break
      case 'string':
        hashTextPlaces(column, this.#textsOf(column.dictionary), rowCount, hashes, cursors)
        break
      case 'object':
        hashObjectPlaces(column, type, rowCount, hashes, cursors)
        break
    }
  }

  #hashVariable(column: Column, type: DataType, rowCount: number, hashes: Int32Array): void {
    if (column.storage === 'string') hashTextBytes(column, this.#textsOf(column.dictionary), rowCount, hashes)
    else if (column.storage === 'object') hashObjectBytes(column, type, rowCount, hashes)
    else if (column.storage === 'decimal' && !isCompactDecimal(type)) hashDecimalBytes(column, rowCount, hashes)
  }

  #textsOf(dictionary: Dictionary): EncodedTexts {
    let texts = this.#texts.get(dictionary)
    if (texts === undefined) {
      texts = new EncodedTexts(dictionary)
      this.#texts.set(dictionary, texts)
    }
    texts.grow()
    return texts
  }

  /** One string without NULLs, the commonest key: a whole row's hash is known for each code. */
  #hashSingleText(column: StringColumn, rowCount: number, hashes: Int32Array): void {
    const texts = this.#textsOf(column.dictionary)
    const { codes } = column
    const { rowHashes, rowHashed } = texts
    for (let row = 0; row < rowCount; row++) {
      const code = codes[row]!
      if (rowHashed[code] === 0) texts.hashRow(code)
      hashes[row] = rowHashes[code]!
    }
  }
}

const seed = 42
const noCursors = new Int32Array(0)

function mixK(k: number): number {
  const k1 = Math.imul(k, 0xcc9e2d51)
  return Math.imul((k1 << 15) | (k1 >>> 17), 0x1b873593)
}
function mixH(h: number, k: number): number {
  const h1 = h ^ mixK(k)
  return (Math.imul((h1 << 13) | (h1 >>> 19), 5) + 0xe6546b64) | 0
}
function finalise(h: number, bytes: number): number {
  let h1 = h ^ bytes
  h1 = Math.imul(h1 ^ (h1 >>> 16), 0x85ebca6b)
  h1 = Math.imul(h1 ^ (h1 >>> 13), 0xc2b2ae35)
  return h1 ^ (h1 >>> 16)
}

function markNulls(nulls: Uint8Array, rowCount: number, bit: number, header: Int32Array): void {
  for (let row = 0; row < rowCount; row++) if (nulls[row] === 1) header[row] = header[row]! | bit
}
function mixWords(words: Int32Array, rowCount: number, hashes: Int32Array): void {
  for (let row = 0; row < rowCount; row++) hashes[row] = mixH(hashes[row]!, words[row]!)
}
function finishFixed(hashes: Int32Array, bytes: number, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) hashes[row] = finalise(hashes[row]!, bytes)
}
function finish(hashes: Int32Array, cursors: Int32Array, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) hashes[row] = finalise(hashes[row]!, cursors[row]!)
}

// Flink writes 0 into the slot under a NULL; what a kernel has left under it here may be anything, and NULL keys must meet.
function hashBool({ values, nulls }: BoolColumn, rowCount: number, hashes: Int32Array): void {
  for (let row = 0; row < rowCount; row++) hashes[row] = mixH(mixH(hashes[row]!, nulls !== null && nulls[row] === 1 ? 0 : values[row]!), 0)
}
/** TINYINT and SMALLINT fill only one and two bytes of their slot. */
function narrowMask(type: DataType): number {
  return type.kind === 'TINYINT' ? 0xff : type.kind === 'SMALLINT' ? 0xffff : -1
}
function hashInt32({ values, nulls }: Int32Column, mask: number, rowCount: number, hashes: Int32Array): void {
  if (nulls === null) for (let row = 0; row < rowCount; row++) hashes[row] = mixH(mixH(hashes[row]!, values[row]! & mask), 0)
  else for (let row = 0; row < rowCount; row++) hashes[row] = mixH(mixH(hashes[row]!, nulls[row] === 1 ? 0 : values[row]! & mask), 0)
}
function hashLongs(values: Float64Array, nulls: Uint8Array | null, rowCount: number, hashes: Int32Array): void {
  if (nulls === null) {
    for (let row = 0; row < rowCount; row++) hashes[row] = mixH(mixH(hashes[row]!, values[row]! | 0), Math.floor(values[row]! / 4_294_967_296) | 0)
    return
  }
  for (let row = 0; row < rowCount; row++) {
    const value = nulls[row] === 1 ? 0 : values[row]!
    hashes[row] = mixH(mixH(hashes[row]!, value | 0), Math.floor(value / 4_294_967_296) | 0)
  }
}
function hashWideLongs(column: Int64Column, rowCount: number, hashes: Int32Array): void {
  const wide = column.wide!
  const { nulls } = column
  const words = new Int32Array(wide.buffer, wide.byteOffset, wide.length * 2)
  for (let row = 0; row < rowCount; row++) {
    const isNull = nulls !== null && nulls[row] === 1
    hashes[row] = mixH(mixH(hashes[row]!, isNull ? 0 : words[row * 2]!), isNull ? 0 : words[row * 2 + 1]!)
  }
}
function hashBigints(column: DecimalColumn, rowCount: number, hashes: Int32Array): void {
  const wide = column.wide!
  for (let row = 0; row < rowCount; row++) {
    const value = column.nulls !== null && column.nulls[row] === 1 ? 0n : wide[row]!
    hashes[row] = mixH(mixH(hashes[row]!, Number(BigInt.asIntN(32, value))), Number(BigInt.asIntN(32, value >> 32n)))
  }
}
function hashDouble({ values, nulls }: Float64Column, rowCount: number, hashes: Int32Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
  for (let row = 0; row < rowCount; row++) {
    if (nulls !== null && nulls[row] === 1) hashes[row] = mixH(mixH(hashes[row]!, 0), 0)
    else if (Number.isNaN(values[row])) hashes[row] = mixH(mixH(hashes[row]!, 0), 0x7ff80000)
    else hashes[row] = mixH(mixH(hashes[row]!, words[row * 2]!), words[row * 2 + 1]!)
  }
}
const floatScratch = new Float32Array(1)
const floatWord = new Int32Array(floatScratch.buffer)
function hashFloat({ values, nulls }: Float64Column, rowCount: number, hashes: Int32Array): void {
  for (let row = 0; row < rowCount; row++) {
    floatScratch[0] = nulls !== null && nulls[row] === 1 ? 0 : values[row]!
    hashes[row] = mixH(mixH(hashes[row]!, Number.isNaN(floatScratch[0]) ? 0x7fc00000 : floatWord[0]!), 0)
  }
}

/** Flink's `DecimalData.isCompact`: the unscaled value fits a long. */
function isCompactDecimal(type: DataType): boolean {
  return type.kind === 'DECIMAL' && type.precision <= 18
}

const decimalBytesMax = 16
/** A big decimal always takes sixteen bytes behind the fields; its slot says where and how many are used. NULL uses none. */
function hashDecimalPlaces(column: DecimalColumn, rowCount: number, hashes: Int32Array, cursors: Int32Array): void {
  for (let row = 0; row < rowCount; row++) {
    const bytes = column.nulls !== null && column.nulls[row] === 1 ? 0 : byteLength(unscaledAt(column, row))
    hashes[row] = mixH(mixH(hashes[row]!, bytes), cursors[row]!)
    cursors[row] = cursors[row]! + decimalBytesMax
  }
}
function hashDecimalBytes(column: DecimalColumn, rowCount: number, hashes: Int32Array): void {
  const bytes = new Uint8Array(decimalBytesMax)
  const words = new Int32Array(bytes.buffer)
  for (let row = 0; row < rowCount; row++) {
    bytes.fill(0)
    if (column.nulls === null || column.nulls[row] === 0) {
      let rest = unscaledAt(column, row)
      for (let i = byteLength(rest) - 1; i >= 0; i--) {
        bytes[i] = Number(rest & 255n)
        rest >>= 8n
      }
    }
    let hash = hashes[row]!
    for (let word = 0; word < 4; word++) hash = mixH(hash, words[word]!)
    hashes[row] = hash
  }
}
function unscaledAt(column: DecimalColumn, row: number): bigint {
  return column.values !== null ? BigInt(column.values[row]!) : column.wide![row]!
}
/** Bytes of Java's `BigInteger.toByteArray`: shortest two's complement, at least one. */
function byteLength(value: bigint): number {
  let bits = 1
  for (let rest = value < 0n ? ~value : value; rest > 0n; rest >>= 8n) bits += rest < 256n ? 32 - Math.clz32(Number(rest)) : 8
  return Math.ceil(bits / 8)
}

/** Up to seven bytes stand in the slot itself, with the length and a mark in the eighth. */
const inlineBytesMax = 7

function hashTextPlaces(column: StringColumn, texts: EncodedTexts, rowCount: number, hashes: Int32Array, cursors: Int32Array): void {
  const { codes, nulls } = column
  for (let row = 0; row < rowCount; row++) {
    if (nulls !== null && nulls[row] === 1) {
      hashes[row] = mixH(mixH(hashes[row]!, 0), 0)
      continue
    }
    const code = codes[row]!
    texts.encode(code)
    const bytes = texts.byteLengths[code]!
    const start = texts.starts[code]!
    if (bytes <= inlineBytesMax) hashes[row] = mixH(mixH(hashes[row]!, texts.words[start]!), texts.words[start + 1]!)
    else {
      hashes[row] = mixH(mixH(hashes[row]!, bytes), cursors[row]!)
      cursors[row] = cursors[row]! + roundedToWord(bytes)
    }
  }
}
function hashTextBytes(column: StringColumn, texts: EncodedTexts, rowCount: number, hashes: Int32Array): void {
  const { codes, nulls } = column
  for (let row = 0; row < rowCount; row++) {
    if (nulls !== null && nulls[row] === 1) continue
    const code = codes[row]!
    const bytes = texts.byteLengths[code]!
    if (bytes > inlineBytesMax) hashes[row] = texts.mixInto(hashes[row]!, texts.starts[code]!, bytes)
  }
}
function roundedToWord(bytes: number): number {
  return (bytes + 7) & ~7
}

/** The strings of one dictionary as the words that Flink hashes, each encoded when it is first met. */
class EncodedTexts {
  readonly #dictionary: Dictionary
  /** Bytes in UTF-8; -1 when not yet encoded. */
  byteLengths = new Int32Array(0)
  starts = new Int32Array(0)
  words = new Int32Array(64)
  rowHashes = new Int32Array(0)
  rowHashed = new Uint8Array(0)
  #used = 0

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary
  }

  /** Makes room for all codes the dictionary has by now. */
  grow(): void {
    const count = this.#dictionary.values.length
    if (count <= this.byteLengths.length) return
    const room = Math.max(count, this.byteLengths.length * 2)
    const before = this.byteLengths.length
    this.byteLengths = grownInt32(this.byteLengths, room)
    this.byteLengths.fill(-1, before)
    this.starts = grownInt32(this.starts, room)
    this.rowHashes = grownInt32(this.rowHashes, room)
    const rowHashed = new Uint8Array(room)
    rowHashed.set(this.rowHashed)
    this.rowHashed = rowHashed
  }

  encode(code: number): void {
    if (this.byteLengths[code]! >= 0) return
    const text = this.#dictionary.values[code]!
    // At most three bytes for each UTF-16 unit, and the marked slot.
    const needed = this.#used + ((text.length * 3 + 7) >> 3) * 2 + 2
    if (needed > this.words.length) this.words = grownInt32(this.words, Math.max(needed, this.words.length * 2))
    const start = this.#used
    const bytes = writeUtf8(text, new Uint8Array(this.words.buffer, start * 4))
    this.starts[code] = start
    this.byteLengths[code] = bytes
    if (bytes <= inlineBytesMax) {
      this.words[start + 1] = this.words[start + 1]! | ((bytes | 0x80) << 24)
      this.#used += 2
    } else this.#used += roundedToWord(bytes) >> 2
  }

  hashRow(code: number): void {
    this.encode(code)
    const bytes = this.byteLengths[code]!
    const start = this.starts[code]!
    // Header, then the one slot, then the bytes.
    let hash = mixH(mixH(seed, 0), 0)
    let total = 16
    if (bytes <= inlineBytesMax) hash = mixH(mixH(hash, this.words[start]!), this.words[start + 1]!)
    else {
      hash = this.mixInto(mixH(mixH(hash, bytes), 16), start, bytes)
      total += roundedToWord(bytes)
    }
    this.rowHashes[code] = finalise(hash, total)
    this.rowHashed[code] = 1
  }

  mixInto(hash: number, start: number, bytes: number): number {
    let mixed = hash
    const end = start + (roundedToWord(bytes) >> 2)
    for (let word = start; word < end; word++) mixed = mixH(mixed, this.words[word]!)
    return mixed
  }
}

function grownInt32(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length)
  grown.set(array)
  return grown
}

/** UTF-8 as Java writes it: a surrogate without its partner becomes a question mark. `bytes` must be zeroed and long enough. */
function writeUtf8(text: string, bytes: Uint8Array): number {
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) bytes[at++] = unit
    else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6)
      bytes[at++] = 0x80 | (unit & 63)
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes[at++] = 0xe0 | (unit >> 12)
      bytes[at++] = 0x80 | ((unit >> 6) & 63)
      bytes[at++] = 0x80 | (unit & 63)
    } else {
      const next = unit < 0xdc00 ? text.charCodeAt(i + 1) : 0
      if (next >= 0xdc00 && next <= 0xdfff) {
        const point = ((unit - 0xd800) << 10) + (next - 0xdc00) + 0x10000
        bytes[at++] = 0xf0 | (point >> 18)
        bytes[at++] = 0x80 | ((point >> 12) & 63)
        bytes[at++] = 0x80 | ((point >> 6) & 63)
        bytes[at++] = 0x80 | (point & 63)
        i++
      } else bytes[at++] = 0x3f
    }
  }
  return at
}

function objectBytes(value: Value, type: DataType): Uint8Array {
  if (value instanceof Uint8Array) return value
  const text = jsonTextOf(value, type)
  const bytes = new Uint8Array(text.length * 3)
  return bytes.subarray(0, writeUtf8(text, bytes))
}
function hashObjectPlaces(column: ObjectColumn, type: DataType, rowCount: number, hashes: Int32Array, cursors: Int32Array): void {
  const inline = new Uint8Array(8)
  const words = new Int32Array(inline.buffer)
  for (let row = 0; row < rowCount; row++) {
    if (column.nulls !== null && column.nulls[row] === 1) {
      hashes[row] = mixH(mixH(hashes[row]!, 0), 0)
      continue
    }
    const bytes = objectBytes(column.values[row]!, type)
    if (bytes.length <= inlineBytesMax) {
      inline.fill(0)
      inline.set(bytes)
      inline[7] = bytes.length | 0x80
      hashes[row] = mixH(mixH(hashes[row]!, words[0]!), words[1]!)
    } else {
      hashes[row] = mixH(mixH(hashes[row]!, bytes.length), cursors[row]!)
      cursors[row] = cursors[row]! + roundedToWord(bytes.length)
    }
  }
}
function hashObjectBytes(column: ObjectColumn, type: DataType, rowCount: number, hashes: Int32Array): void {
  for (let row = 0; row < rowCount; row++) {
    if (column.nulls !== null && column.nulls[row] === 1) continue
    const bytes = objectBytes(column.values[row]!, type)
    if (bytes.length <= inlineBytesMax) continue
    const padded = new Uint8Array(roundedToWord(bytes.length))
    padded.set(bytes)
    let hash = hashes[row]!
    for (const word of new Int32Array(padded.buffer)) hash = mixH(hash, word)
    hashes[row] = hash
  }
}

/** Flink's `MathUtils.murmurHash`, one Murmur3 round over the key's hash code: never negative. */
export function mixedHash(hash: number): number {
  const mixed = finalise(mixH(0, hash), 4)
  return mixed >= 0 ? mixed : mixed === -2_147_483_648 ? 0 : -mixed
}

export function keyGroupOf(hash: number, maxParallelism: number): number {
  return mixedHash(hash) % maxParallelism
}

/** The key group of each hash, in place. */
export function toKeyGroups(hashes: Int32Array, rowCount: number, maxParallelism: number): void {
  if ((maxParallelism & (maxParallelism - 1)) === 0) maskGroups(hashes, rowCount, maxParallelism - 1)
  else for (let row = 0; row < rowCount; row++) hashes[row] = mixedHash(hashes[row]!) % maxParallelism
}
function maskGroups(hashes: Int32Array, rowCount: number, mask: number): void {
  for (let row = 0; row < rowCount; row++) hashes[row] = mixedHash(hashes[row]!) & mask
}

/** The subtask that owns a key group. */
export function subtaskOfKeyGroup(keyGroup: number, parallelism: number, maxParallelism: number): number {
  return Math.floor((keyGroup * parallelism) / maxParallelism)
}

/** Key groups of a subtask, both ends included. */
export function keyGroupRange(subtask: number, parallelism: number, maxParallelism: number): { readonly first: number; readonly last: number } {
  return {
    first: Math.ceil((subtask * maxParallelism) / parallelism),
    last: Math.floor(((subtask + 1) * maxParallelism - 1) / parallelism),
  }
}

/** Flink's default for a parallelism: half as much again, rounded up to a power of two, within 128 and 32768. */
export function defaultMaxParallelism(parallelism: number): number {
  const wanted = parallelism + Math.floor(parallelism / 2)
  return Math.min(Math.max(2 ** Math.ceil(Math.log2(wanted)), 128), 32_768)
}

/** `Long.hashCode`; an `Integer` is its own hash. What the DataStream API keys by, unlike SQL. */
export function javaLongHash(value: bigint): number {
  return Number(BigInt.asIntN(32, value ^ BigInt.asIntN(64, BigInt.asUintN(64, value) >> 32n)))
}

/** `String.hashCode`. */
export function javaStringHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}
