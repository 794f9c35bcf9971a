import { withWatermarks, type Batch } from './batch.ts'
import type { Column, Dictionary, Value } from './column.ts'
import { keyGroupOf } from './hashColumns.ts'
import type { Schema } from './schema.ts'

/**
 * An operator's state as bytes and back: named sections of arrays, texts and numbers, one blob for each operator and subtask.
 *
 * "Snapshots copy arrays; restore filters." A writer keeps references until `finish`, which copies each array once, so it must be called before any row is processed. It writes into memory that it is given, because pages that are
 * touched for the first time cost several times the copy. A
 * reader gives views of the blob, which are not to be written and not to be kept: whoever restores copies them into arrays with room to grow. Names say where a
 * value belongs (`at('left')` gives names a prefix); sections may be read in any order, and one that is missing or of another kind is refused in words.
 *
 * The blob describes itself: a table of contents with name, kind, length and place of each section, and the version of this layout. Bytes are little-endian, as every platform's are that runs this.
 * What the state of an operator is *made of* stands in the section `schema` (see `OperatorRuntime.stateSchema`), so that a changed operator is noticed before anything is read.
 *
 * It knows no operator and no key: which part of a blob belongs to a subtask is its `share`, and `engine/keyedState.ts` filters by it.
 */
export const stateVersion = 1

/** What an operator's state is made of, in words by topic (`key`, `aggregates`, `rows`): equal words, equal layout. */
export type StateSchema = Readonly<Record<string, string>>

/** Which part of the blobs of an operator is this subtask's. */
export interface StateShare {
  /** Key groups of this subtask, both ends included. Null: the blob is this subtask's own and all of it is kept. */
  readonly keyGroups: { readonly first: number; readonly last: number } | null
  readonly maxParallelism: number
  /** The subtask that wrote the blob, and how many there were. */
  readonly part: number
  readonly parts: number
  /** The subtask that reads, and how many there are now. */
  readonly subtask: number
  readonly parallelism: number
  /** The operator's own watermark when the state was written: the least of all old subtasks. Operators that remember a watermark take this one and need not write theirs. */
  readonly watermark: number
}

const kinds = { number: 0, text: 1, uint8: 2, int32: 3, float64: 4, int64: 5, strings: 6, bigints: 7, values: 8, columns: 9 } as const
type Kind = keyof typeof kinds
const kindNames = Object.keys(kinds) as Kind[]

interface Section {
  readonly name: string
  readonly kind: Kind
  readonly count: number
  readonly bytes: number
  /** Bytes that may stand for themselves (`parts`). */
  readonly own: Uint8Array | null
  write(buffer: ArrayBufferLike, at: number): void
}

/** Where the bytes of a state go: memory of at least so many, in which anything may stand. */
export type StateMemory = (bytes: number) => ArrayBufferLike

const freshMemory: StateMemory = (bytes) => new ArrayBuffer(bytes)

export class StateWriter {
  readonly #prefix: string
  readonly #sections: Section[]

  constructor(prefix = '', sections: Section[] = []) {
    this.#prefix = prefix
    this.#sections = sections
  }

  /** The same blob, with names that begin with this one. */
  at(name: string | number): StateWriter {
    return new StateWriter(`${this.#prefix}${name}.`, this.#sections)
  }

  number(name: string, value: number): void {
    this.#add(name, 'number', 1, 8, (buffer, at) => {
      new Float64Array(buffer, at, 1)[0] = value
    })
  }
  boolean(name: string, value: boolean): void {
    this.number(name, value ? 1 : 0)
  }
  text(name: string, value: string): void {
    this.#add(name, 'text', value.length, value.length * 2, (buffer, at) => writeUnits16(value, new Uint16Array(buffer, at, value.length), 0))
  }
  /** The first `count` elements, as for the other arrays. */
  uint8(name: string, values: Uint8Array, count: number = values.length): void {
    this.#add(name, 'uint8', count, count, (buffer, at) => new Uint8Array(buffer, at, count).set(values.subarray(0, count)))
  }
  /** Bytes that nobody changes any more: `parts` takes them as they are. */
  blob(name: string, bytes: Uint8Array): void {
    this.#add(name, 'uint8', bytes.length, bytes.length, (buffer, at) => new Uint8Array(buffer, at, bytes.length).set(bytes), bytes)
  }
  int32(name: string, values: Int32Array, count: number = values.length): void {
    this.#add(name, 'int32', count, count * 4, (buffer, at) => new Int32Array(buffer, at, count).set(values.subarray(0, count)))
  }
  float64(name: string, values: Float64Array, count: number = values.length): void {
    this.#add(name, 'float64', count, count * 8, (buffer, at) => new Float64Array(buffer, at, count).set(values.subarray(0, count)))
  }
  int64(name: string, values: BigInt64Array, count: number = values.length): void {
    this.#add(name, 'int64', count, count * 8, (buffer, at) => new BigInt64Array(buffer, at, count).set(values.subarray(0, count)))
  }
  /** A list of numbers that is no typed array. */
  numbers(name: string, values: readonly number[]): void {
    this.float64(name, Float64Array.from(values))
  }
  strings(name: string, values: readonly string[]): void {
    const packed = packStrings(values)
    this.#add(name, 'strings', values.length, packed.bytes, (buffer, at) => packed.write(buffer, at))
  }
  /** The strings of a dictionary, which only grow: of one that is written again and again only what is new has to be encoded. */
  dictionary(name: string, dictionary: Dictionary): void {
    const { values } = dictionary
    let written = writtenBefore.get(dictionary)
    if (written === undefined) {
      if (values.length < dictionaryKeptMin) return this.strings(name, values)
      written = new WrittenStrings(values)
      writtenBefore.set(dictionary, written)
    }
    const packed = written.packed()
    this.#add(name, 'strings', values.length, packed.bytes, (buffer, at) => packed.write(buffer, at))
  }
  /** Integers of any size. */
  bigints(name: string, values: readonly bigint[]): void {
    const packed = packStrings(values.map((value) => value.toString(36)))
    this.#add(name, 'bigints', values.length, packed.bytes, (buffer, at) => packed.write(buffer, at))
  }
  /** Values of any type, nested ones too. Slow: for what is not in columns. */
  values(name: string, values: readonly Value[]): void {
    const packed = packValues(values)
    this.#add(name, 'values', values.length, packed.length, (buffer, at) => new Uint8Array(buffer, at, packed.length).set(packed))
  }
  /** The first `count` rows of columns; strings go with the part of their dictionary that is used. */
  columns(name: string, columns: readonly Column[], count: number): void {
    const own = this.at(name)
    this.#add(name, 'columns', columns.length, 8, (buffer, at) => {
      new Float64Array(buffer, at, 1)[0] = count
    })
    columns.forEach((column, i) => writeColumn(own.at(i), column, count))
  }
  /** Rows with their kinds and watermarks. */
  batch(name: string, batch: Batch): void {
    const own = this.at(name)
    own.columns('columns', batch.columns, batch.rowCount)
    if (batch.kinds !== null) own.uint8('kinds', batch.kinds, batch.rowCount)
    const { watermarks } = withWatermarks(batch)
    if (watermarks !== null) own.float64('watermarks', watermarks, batch.rowCount)
  }
  schema(schema: StateSchema): void {
    const entries = Object.entries(schema)
    this.strings('schema', entries.flat())
  }

  /** Everything as one blob, copied. */
  finish(): Uint8Array<ArrayBuffer>
  finish(memory: StateMemory | undefined): Uint8Array
  finish(memory: StateMemory = freshMemory): Uint8Array {
    const { contents, bytes } = this.#measure()
    const buffer = memory(bytes)
    this.#writeContents(buffer, contents)
    let at = contents
    for (const section of this.#sections) at = writeSection(section, buffer, at)
    return new Uint8Array(buffer, 0, bytes)
  }

  /** The same bytes in parts, one after the other: large blobs are parts of their own and not copied. */
  parts(): Uint8Array[] {
    const { contents } = this.#measure()
    const stands = ({ own }: Section): boolean => own !== null && own.length >= ownPartBytesMin && own.length % 8 === 0
    const parts: Uint8Array[] = []
    const sections = this.#sections
    for (let first = 0; first <= sections.length; first++) {
      let last = first
      let bytes = first === 0 ? contents : 0
      for (; last < sections.length && !stands(sections[last]!); last++) bytes += aligned(sections[last]!.bytes)
      const buffer = new ArrayBuffer(bytes)
      if (first === 0) this.#writeContents(buffer, contents)
      let at = first === 0 ? contents : 0
      for (const section of sections.slice(first, last)) at = writeSection(section, buffer, at)
      if (bytes > 0) parts.push(new Uint8Array(buffer))
      if (last < sections.length) parts.push(sections[last]!.own!)
      first = last
    }
    return parts
  }

  /** Bytes of header and table of contents, and of everything. */
  #measure(): { readonly contents: number; readonly bytes: number } {
    let contents = headerBytes
    const names = new Set<string>()
    for (const { name, bytes } of this.#sections) {
      contents += entryWords * 4 + aligned(name.length * 2)
      if (names.has(name)) throw new Error(`two parts of a state are called "${name}"; one would be lost`)
      if (bytes > sectionBytesMax) throw new Error(`the part "${name}" of a state has ${bytes} bytes, more than ${sectionBytesMax}`)
      names.add(name)
    }
    return { contents, bytes: this.#sections.reduce((sum, { bytes }) => sum + aligned(bytes), contents) }
  }

  #writeContents(buffer: ArrayBufferLike, contents: number): void {
    const header = new Int32Array(buffer, 0, headerBytes / 4)
    header[0] = magic
    header[1] = stateVersion
    header[2] = this.#sections.length
    header[3] = 0
    let entry = headerBytes
    let at = contents
    for (const section of this.#sections) {
      const words = new Int32Array(buffer, entry, entryWords)
      words[0] = section.name.length
      words[1] = kinds[section.kind]
      words[2] = section.count
      words[3] = section.bytes
      // Blobs may be larger than 2 GB, sections may not: the place is a double.
      new Float64Array(buffer, entry + 16, 1)[0] = at
      writeUnits16(section.name, new Uint16Array(buffer, entry + entryWords * 4, section.name.length), 0)
      clearToAligned(buffer, entry + entryWords * 4 + section.name.length * 2)
      entry += entryWords * 4 + aligned(section.name.length * 2)
      at += aligned(section.bytes)
    }
  }

  #add(name: string, kind: Kind, count: number, bytes: number, write: Section['write'], own: Section['own'] = null): void {
    this.#sections.push({ name: this.#prefix + name, kind, count, bytes, own, write })
  }
}

/** Returns where the next one begins. */
function writeSection(section: Section, buffer: ArrayBufferLike, at: number): number {
  section.write(buffer, at)
  clearToAligned(buffer, at + section.bytes)
  return at + aligned(section.bytes)
}

/** Between sections there is nothing, whatever stood in the memory. */
function clearToAligned(buffer: ArrayBufferLike, at: number): void {
  if (at % 8 !== 0) new Uint8Array(buffer, at, aligned(at) - at).fill(0)
}

/** A blob that cannot be what is asked for. Of a changed operator `differences` says how; otherwise the blob is damaged. */
export class StateRefused extends Error {
  readonly differences: readonly string[]
  constructor(message: string, differences: readonly string[] = []) {
    super(message)
    this.name = 'StateRefused'
    this.differences = differences
  }
}

interface Place {
  readonly kind: Kind
  readonly count: number
  readonly bytes: number
  readonly at: number
}

export class StateReader {
  readonly share: StateShare
  readonly #blob: OpenBlob
  readonly #prefix: string

  private constructor(blob: OpenBlob, share: StateShare, prefix: string) {
    this.#blob = blob
    this.share = share
    this.#prefix = prefix
  }

  /** Throws `StateRefused` when these are not the bytes of a state. */
  static open(blob: Uint8Array, share: StateShare = wholeState): StateReader {
    return new StateReader(openBlob(blob), share, '')
  }

  /** Names that begin with this one. */
  at(name: string | number): StateReader {
    return new StateReader(this.#blob, this.share, `${this.#prefix}${name}.`)
  }

  /** Whether element `index` of a list that belongs to no key is this subtask's: lists are dealt out in turn, each part beginning at another subtask. */
  ownsElement(index: number): boolean {
    const { keyGroups, part, subtask, parallelism } = this.share
    return keyGroups === null || (part + index) % parallelism === subtask
  }

  /** Whether a key with this hash (`KeyHasher`) is this subtask's. */
  ownsHash(hash: number): boolean {
    const { keyGroups, maxParallelism } = this.share
    if (keyGroups === null) return true
    const group = keyGroupOf(hash, maxParallelism)
    return group >= keyGroups.first && group <= keyGroups.last
  }

  has(name: string): boolean {
    return this.#blob.places.has(this.#prefix + name)
  }
  number(name: string): number {
    return new Float64Array(this.#blob.buffer, this.#find(name, 'number').at, 1)[0]!
  }
  boolean(name: string): boolean {
    return this.number(name) !== 0
  }
  text(name: string): string {
    const { at, count } = this.#find(name, 'text')
    return textOfUnits(new Uint16Array(this.#blob.buffer, at, count), 0, count)
  }
  uint8(name: string): Uint8Array {
    const { at, count } = this.#find(name, 'uint8')
    return new Uint8Array(this.#blob.buffer, at, count)
  }
  int32(name: string): Int32Array {
    const { at, count } = this.#find(name, 'int32')
    return new Int32Array(this.#blob.buffer, at, count)
  }
  float64(name: string): Float64Array {
    const { at, count } = this.#find(name, 'float64')
    return new Float64Array(this.#blob.buffer, at, count)
  }
  int64(name: string): BigInt64Array {
    const { at, count } = this.#find(name, 'int64')
    return new BigInt64Array(this.#blob.buffer, at, count)
  }
  numbers(name: string): number[] {
    return [...this.float64(name)]
  }
  strings(name: string): string[] {
    return unpackStrings(this.#blob.buffer, this.#find(name, 'strings'), this.#prefix + name)
  }
  bigints(name: string): bigint[] {
    return unpackStrings(this.#blob.buffer, this.#find(name, 'bigints'), this.#prefix + name).map(bigintOf)
  }
  values(name: string): Value[] {
    const { at, bytes } = this.#find(name, 'values')
    return unpackValues(new Uint8Array(this.#blob.buffer, at, bytes), this.#prefix + name)
  }
  /** Rows of the columns written under this name. */
  rowCount(name: string): number {
    return new Float64Array(this.#blob.buffer, this.#find(name, 'columns').at, 1)[0]!
  }
  columns(name: string): Column[] {
    const { count } = this.#find(name, 'columns')
    const rowCount = this.rowCount(name)
    if (!Number.isSafeInteger(rowCount) || rowCount < 0) throw inside(this.#prefix + name)
    const own = this.at(name)
    const columns: Column[] = []
    // One at a time: a damaged count ends at the first column that is not there.
    for (let i = 0; i < count; i++) columns.push(readColumn(own.at(i), rowCount, `${this.#prefix}${name}.${i}`))
    return columns
  }
  batch(name: string, schema: Schema): Batch {
    const own = this.at(name)
    const columns = own.columns('columns')
    const rowCount = own.rowCount('columns')
    const kinds = own.has('kinds') ? own.uint8('kinds') : null
    const watermarks = own.has('watermarks') ? own.float64('watermarks') : null
    if (columns.length !== schema.fields.length || (kinds?.length ?? rowCount) < rowCount || (watermarks?.length ?? rowCount) < rowCount) throw inside(this.#prefix + name)
    return { schema, columns, rowCount, kinds, watermarks }
  }
  schema(): StateSchema {
    if (!this.has('schema')) return {}
    const words = this.strings('schema')
    const schema: Record<string, string> = {}
    for (let i = 0; i + 1 < words.length; i += 2) schema[words[i]!] = words[i + 1]!
    return schema
  }

  #find(name: string, kind: Kind): Place {
    const full = this.#prefix + name
    const place = this.#blob.places.get(full)
    if (place === undefined) throw new StateRefused(`The state has no part "${full}". It holds ${[...this.#blob.places.keys()].slice(0, 20).join(', ')}.`)
    if (place.kind !== kind) throw new StateRefused(`The part "${full}" of the state is ${place.kind}, not ${kind}.`)
    return place
  }
}

/** All of one blob, as its own subtask reads it. */
export const wholeState: StateShare = { keyGroups: null, maxParallelism: 128, part: 0, parts: 1, subtask: 0, parallelism: 1, watermark: -Infinity }

/** How a schema differs from the one that was written, a sentence for each topic; empty when they are equal. */
export function schemaDifferences(written: StateSchema, now: StateSchema): string[] {
  const differences: string[] = []
  for (const topic of new Set([...Object.keys(written), ...Object.keys(now)])) {
    const before = Object.hasOwn(written, topic) ? written[topic]! : null
    const after = Object.hasOwn(now, topic) ? now[topic]! : null
    if (before === after) continue
    if (before === null) differences.push(`${topic} is new: ${after}`)
    else if (after === null) differences.push(`${topic} is gone; it was ${before}`)
    else differences.push(`${topic} was ${before} and is now ${after}`)
  }
  return differences
}

const magic = 0x4d525354
const headerBytes = 16
/** Smaller ones are copied in no time. */
const ownPartBytesMin = 65_536
const sectionBytesMax = 2 ** 31 - 1
const entryWords = 6

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}

interface OpenBlob {
  readonly buffer: ArrayBufferLike
  readonly places: ReadonlyMap<string, Place>
}

function openBlob(given: Uint8Array): OpenBlob {
  // Sections lie at multiples of eight bytes of the blob, and so must the blob itself.
  const blob = given.byteOffset % 8 === 0 ? given : given.slice()
  const { buffer, byteOffset } = blob
  const damaged = (): StateRefused => new StateRefused(`These ${blob.byteLength} bytes are not an operator's state, or are damaged.`)
  if (blob.byteLength < headerBytes) throw damaged()
  const header = new Int32Array(buffer, byteOffset, headerBytes / 4)
  if (header[0] !== magic) throw damaged()
  if (header[1] !== stateVersion) throw new StateRefused(`The state is of version ${header[1]}; this version of Millrace reads version ${stateVersion}.`)
  const places = new Map<string, Place>()
  let entry = headerBytes
  for (let i = 0; i < header[2]!; i++) {
    if (entry + entryWords * 4 > blob.byteLength) throw damaged()
    const words = new Int32Array(buffer, byteOffset + entry, entryWords)
    const nameLength = words[0]!
    const kind = kindNames[words[1]!]
    const at = new Float64Array(buffer, byteOffset + entry + 16, 1)[0]!
    const bytes = words[3]!
    const next = entry + entryWords * 4 + aligned(nameLength * 2)
    const count = words[2]!
    if (kind === undefined || nameLength < 0 || next > blob.byteLength || bytes < 0 || !(at >= next) || at % 8 !== 0 || at + bytes > blob.byteLength) throw damaged()
    if (count < 0 || bytes < leastBytes[kind] + count * elementBytes[kind]) throw damaged()
    const name = textOfUnits(new Uint16Array(buffer, byteOffset + entry + entryWords * 4, nameLength), 0, nameLength)
    places.set(name, { kind, count, bytes, at: byteOffset + at })
    entry = next
  }
  return { buffer, places }
}

/** Least bytes of an element, so that a damaged count is noticed. */
const elementBytes: Readonly<Record<Kind, number>> = { number: 0, text: 2, uint8: 1, int32: 4, float64: 8, int64: 8, strings: 4, bigints: 4, values: 1, columns: 0 }
/** Least bytes of a section beside its elements: a number, a count of rows, the form of strings. */
const leastBytes: Readonly<Record<Kind, number>> = { number: 8, text: 0, uint8: 0, int32: 0, float64: 0, int64: 0, strings: 8, bigints: 8, values: 0, columns: 8 }

function inside(name: string): StateRefused {
  return new StateRefused(`The part "${name}" of the state is damaged: what it says of its own length does not fit its bytes.`)
}

// Columns: one section for each array, under the column's name.
function writeColumn(writer: StateWriter, column: Column, count: number): void {
  writer.text('storage', column.storage)
  if (column.nulls !== null) writer.uint8('nulls', column.nulls, count)
  switch (column.storage) {
    case 'bool':
      writer.uint8('data', column.values, count)
      return
    case 'int32':
      writer.int32('data', column.values, count)
      return
    case 'float64':
      writer.float64('data', column.values, count)
      return
    case 'int64':
      if (column.values !== null) writer.float64('data', column.values, count)
      else writer.int64('wide', column.wide!, count)
      return
    case 'decimal':
      if (column.values !== null) writer.float64('data', column.values, count)
      else writer.bigints('wide', column.wide!.slice(0, count))
      return
    case 'string': {
      const used = usedStrings(column.codes, column.dictionary, column.nulls, count)
      writer.int32('codes', used?.codes ?? column.codes, count)
      if (used === null) writer.dictionary('strings', column.dictionary)
      else writer.strings('strings', used.strings)
      writer.boolean('distinct', column.dictionary.distinct)
      return
    }
    case 'object':
      writer.values('data', column.nulls === null ? column.values.slice(0, count) : Array.from({ length: count }, (_, i) => (column.nulls![i] === 1 ? null : column.values[i]!)))
  }
}

function readColumn(reader: StateReader, count: number, name: string): Column {
  const storage = reader.text('storage') as Column['storage']
  const long = <A extends { readonly length: number }>(values: A): A => {
    if (values.length < count) throw inside(name)
    return values
  }
  const nulls = reader.has('nulls') ? long(reader.uint8('nulls')) : null
  switch (storage) {
    case 'bool':
      return { storage, values: long(reader.uint8('data')), nulls }
    case 'int32':
      return { storage, values: long(reader.int32('data')), nulls }
    case 'float64':
      return { storage, values: long(reader.float64('data')), nulls }
    case 'int64':
      return reader.has('data') ? { storage, values: long(reader.float64('data')), wide: null, nulls } : { storage, values: null, wide: long(reader.int64('wide')), nulls }
    case 'decimal':
      return reader.has('data') ? { storage, values: long(reader.float64('data')), wide: null, nulls } : { storage, values: null, wide: long(reader.bigints('wide')), nulls }
    case 'string':
      return { storage, codes: long(reader.int32('codes')), dictionary: { values: reader.strings('strings'), distinct: reader.boolean('distinct') }, nulls }
    case 'object':
      return { storage, values: long(reader.values('data')), nulls }
    default:
      throw new StateRefused(`A column of the state is stored as "${String(storage)}", which is not known; the state has ${count} rows of it.`)
  }
}

/** The strings in use and their codes; null when the dictionary is mostly in use, and goes as it is. */
function usedStrings(codes: Int32Array, dictionary: Dictionary, nulls: Uint8Array | null, count: number): { readonly codes: Int32Array; readonly strings: readonly string[] } | null {
  const { values } = dictionary
  if (values.length <= count * 2 || values.length <= 64) return null
  const places = new Map<number, number>([[0, 0]])
  const strings: string[] = [values[0] ?? '']
  const own = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    if (nulls !== null && nulls[i] === 1) continue
    let place = places.get(codes[i]!)
    if (place === undefined) {
      place = strings.push(values[codes[i]!]!) - 1
      places.set(codes[i]!, place)
    }
    own[i] = place
  }
  return { codes: own, strings }
}

interface Packed {
  readonly bytes: number
  write(buffer: ArrayBufferLike, at: number): void
}

/** How units are written: sixteen bits each, eight, or eight of which all are ASCII, which the platform turns into a text at once. */
const unitForms = { narrow: 0, wide: 1, ascii: 2 } as const

/** The form of the units, the lengths, the units of all strings one after the other. */
function packStrings(strings: readonly string[]): Packed {
  let units = 0
  for (const text of strings) units += text.length
  const lengthsBytes = aligned(strings.length * 4)
  // The platform's encoder is some ten times as quick as a loop over units; as many bytes as units says that all are ASCII.
  const ascii = units < asciiUnitsMax ? new platform.TextEncoder().encode(strings.join('')) : null
  if (ascii?.length === units) {
    return {
      bytes: 8 + lengthsBytes + units,
      write: (buffer, at) => {
        const lengths = writeForm(buffer, at, unitForms.ascii, strings.length)
        for (let i = 0; i < strings.length; i++) lengths[i] = strings[i]!.length
        new Uint8Array(buffer, at + 8 + lengthsBytes, units).set(ascii)
      },
    }
  }
  const wide = strings.some(needsSixteenBits)
  return {
    bytes: 8 + lengthsBytes + units * (wide ? 2 : 1),
    write: (buffer, at) => {
      const lengths = writeForm(buffer, at, wide ? unitForms.wide : unitForms.narrow, strings.length)
      const start = at + 8 + lengthsBytes
      const narrow = new Uint8Array(buffer, wide ? 0 : start, wide ? 0 : units)
      const broad = new Uint16Array(buffer, wide ? start : 0, wide ? units : 0)
      let unit = 0
      for (let i = 0; i < strings.length; i++) {
        const text = strings[i]!
        lengths[i] = text.length
        if (wide) writeUnits16(text, broad, unit)
        else writeUnits8(text, narrow, unit)
        unit += text.length
      }
    },
  }
}

/** Writes the form; returns where the lengths go. */
function writeForm(buffer: ArrayBufferLike, at: number, form: number, count: number): Int32Array {
  const head = new Int32Array(buffer, at, 2)
  head[0] = form
  head[1] = 0
  clearToAligned(buffer, at + 8 + count * 4)
  return new Int32Array(buffer, at + 8, count)
}

/** Dictionaries that were written, with the bytes of it. */
const writtenBefore = new WeakMap<Dictionary, WrittenStrings>()
/** Smaller ones are encoded in no time. */
const dictionaryKeptMin = 4096

/** The lengths and bytes of a list that only grows, as long as all of it is ASCII. */
class WrittenStrings {
  readonly #strings: readonly string[]
  #lengths: Int32Array = new Int32Array(0)
  #bytes: Uint8Array = new Uint8Array(0)
  #count = 0
  #units = 0
  #isAscii = true

  constructor(strings: readonly string[]) {
    this.#strings = strings
  }

  packed(): Packed {
    this.#encodeNew()
    if (!this.#isAscii) return packStrings(this.#strings)
    const count = this.#count
    const units = this.#units
    const lengthsBytes = aligned(count * 4)
    return {
      bytes: 8 + lengthsBytes + units,
      write: (buffer, at) => {
        writeForm(buffer, at, unitForms.ascii, count).set(this.#lengths.subarray(0, count))
        new Uint8Array(buffer, at + 8 + lengthsBytes, units).set(this.#bytes.subarray(0, units))
      },
    }
  }

  #encodeNew(): void {
    if (!this.#isAscii || this.#count === this.#strings.length) return
    const added = this.#strings.slice(this.#count)
    const bytes = new platform.TextEncoder().encode(added.join(''))
    let units = 0
    for (const text of added) units += text.length
    if (bytes.length !== units || this.#units + units >= asciiUnitsMax) {
      this.#isAscii = false
      this.#lengths = new Int32Array(0)
      this.#bytes = new Uint8Array(0)
      return
    }
    if (this.#lengths.length < this.#strings.length) {
      const lengths = new Int32Array(Math.max(this.#strings.length, this.#lengths.length * 2))
      lengths.set(this.#lengths)
      this.#lengths = lengths
    }
    if (this.#bytes.length < this.#units + units) {
      const grown = new Uint8Array(Math.max(this.#units + units, this.#bytes.length * 2))
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    for (let i = 0; i < added.length; i++) this.#lengths[this.#count + i] = added[i]!.length
    this.#bytes.set(bytes, this.#units)
    this.#count += added.length
    this.#units += units
  }
}

function unpackStrings(buffer: ArrayBufferLike, { at, count, bytes }: Place, name: string): string[] {
  const form = new Int32Array(buffer, at, 2)[0]
  const wide = form === unitForms.wide
  const lengths = new Int32Array(buffer, at + 8, count)
  const start = at + 8 + aligned(count * 4)
  let units = 0
  let least = 0
  for (let i = 0; i < count; i++) {
    units += lengths[i]!
    if (lengths[i]! < least) least = lengths[i]!
  }
  if (least < 0 || start + units * (wide ? 2 : 1) > at + bytes) throw inside(name)
  const narrow = new Uint8Array(buffer, wide ? 0 : start, wide ? 0 : units)
  const broad = new Uint16Array(buffer, wide ? start : 0, wide ? units : 0)
  const strings: string[] = new Array<string>(count)
  let unit = 0
  if (form === unitForms.ascii) {
    // A decoder refuses views of shared memory.
    const text = new platform.TextDecoder('utf-8', { ignoreBOM: true }).decode(narrow.buffer instanceof ArrayBuffer ? narrow : narrow.slice())
    for (let i = 0; i < count; i++) {
      strings[i] = text.slice(unit, unit + lengths[i]!)
      unit += lengths[i]!
    }
    return strings
  }
  for (let i = 0; i < count; i++) {
    const length = lengths[i]!
    strings[i] = wide ? textOfUnits(broad, unit, length) : textOfBytes(narrow, unit, length)
    unit += length
  }
  return strings
}

/** The platform's codecs: every place Millrace runs has them, though they are no part of the language. */
const platform = globalThis as unknown as {
  TextEncoder: new () => { encode(text: string): Uint8Array }
  TextDecoder: new (label: string, options: { readonly ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string }
}
/** A text has a greatest length. */
const asciiUnitsMax = 2 ** 28

function needsSixteenBits(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return true
  return false
}

function writeUnits8(text: string, target: Uint8Array, at: number): void {
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i)
}
function writeUnits16(text: string, target: Uint16Array, at: number): void {
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i)
}

const unitsAtOnce = 4096
function textOfUnits(units: Uint16Array, start: number, length: number): string {
  if (length <= unitsAtOnce) return String.fromCharCode(...units.subarray(start, start + length))
  let text = ''
  for (let at = start; at < start + length; at += unitsAtOnce) text += String.fromCharCode(...units.subarray(at, Math.min(start + length, at + unitsAtOnce)))
  return text
}
function textOfBytes(units: Uint8Array, start: number, length: number): string {
  if (length <= unitsAtOnce) return String.fromCharCode(...units.subarray(start, start + length))
  let text = ''
  for (let at = start; at < start + length; at += unitsAtOnce) text += String.fromCharCode(...units.subarray(at, Math.min(start + length, at + unitsAtOnce)))
  return text
}

/** A number in base 36, as `toString(36)` writes it. */
function bigintOf(text: string): bigint {
  const negative = text.startsWith('-')
  if (!/^-?[0-9a-z]+$/.test(text)) throw new StateRefused(`The state has "${text.slice(0, 40)}" where a whole number should be; it is damaged.`)
  let value = 0n
  // Ten digits at a time are exact in a double.
  for (let at = negative ? 1 : 0; at < text.length; at += 10) {
    const digits = text.slice(at, at + 10)
    value = value * 36n ** BigInt(digits.length) + BigInt(Number.parseInt(digits, 36))
  }
  return negative ? -value : value
}

/** Types nest by a few; bytes that say otherwise are damaged. */
const valueDepthMax = 200

const tags = { null: 0, false: 1, true: 2, number: 3, bigint: 4, text: 5, bytes: 6, list: 7 } as const

function packValues(values: readonly Value[]): Uint8Array {
  let bytes = new Uint8Array(256)
  let view = new DataView(bytes.buffer)
  let at = 0
  const room = (needed: number): void => {
    if (at + needed <= bytes.length) return
    const grown = new Uint8Array(Math.max(at + needed, bytes.length * 2))
    grown.set(bytes)
    bytes = grown
    view = new DataView(bytes.buffer)
  }
  const text = (tag: number, value: string): void => {
    room(5 + value.length * 2)
    bytes[at] = tag
    view.setUint32(at + 1, value.length, true)
    at += 5
    for (let i = 0; i < value.length; i++, at += 2) view.setUint16(at, value.charCodeAt(i), true)
  }
  const put = (value: Value): void => {
    if (value === null || typeof value === 'boolean') {
      room(1)
      bytes[at++] = value === null ? tags.null : value ? tags.true : tags.false
    } else if (typeof value === 'number') {
      room(9)
      bytes[at] = tags.number
      view.setFloat64(at + 1, value, true)
      at += 9
    } else if (typeof value === 'bigint') text(tags.bigint, value.toString(36))
    else if (typeof value === 'string') text(tags.text, value)
    else if (value instanceof Uint8Array) {
      room(5 + value.length)
      bytes[at] = tags.bytes
      view.setUint32(at + 1, value.length, true)
      bytes.set(value, at + 5)
      at += 5 + value.length
    } else {
      room(5)
      bytes[at] = tags.list
      view.setUint32(at + 1, value.length, true)
      at += 5
      for (const element of value) put(element)
    }
  }
  for (const value of values) put(value)
  return bytes.subarray(0, at)
}

function unpackValues(bytes: Uint8Array, name: string): Value[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const room = (needed: number): void => {
    if (at + needed > bytes.length) throw inside(name)
  }
  /** A count, and room for as many elements of so many bytes at least. */
  const counted = (elementBytes: number): number => {
    room(4)
    const length = view.getUint32(at, true)
    at += 4
    room(length * elementBytes)
    return length
  }
  const text = (): string => {
    const length = counted(2)
    let value = ''
    for (let i = 0; i < length; i++, at += 2) value += String.fromCharCode(view.getUint16(at, true))
    return value
  }
  const take = (depth: number): Value => {
    if (depth > valueDepthMax) throw inside(name)
    switch (bytes[at++]) {
      case tags.null:
        return null
      case tags.false:
        return false
      case tags.true:
        return true
      case tags.number:
        room(8)
        at += 8
        return view.getFloat64(at - 8, true)
      case tags.bigint:
        return bigintOf(text())
      case tags.text:
        return text()
      case tags.bytes: {
        const length = counted(1)
        at += length
        return bytes.slice(at - length, at)
      }
      case tags.list:
        return Array.from({ length: counted(1) }, () => take(depth + 1))
      default:
        throw new StateRefused(`A value in the state has the unknown tag ${bytes[at - 1]}.`)
    }
  }
  const values: Value[] = []
  while (at < bytes.length) values.push(take(0))
  return values
}
