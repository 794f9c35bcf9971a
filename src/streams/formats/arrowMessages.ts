/**
 * Looks at Arrow's messages before the library does. Their metadata is FlatBuffers, where a length is a number that nobody has checked: four damaged
 * bytes make a reader allocate for billions of fields. Here every vector must fit into the bytes it stands in, tables may nest and repeat only so much,
 * and rows, buffers and bodies must be within the file and the limits.
 *
 * The layouts are those of the Arrow format's `Schema.fbs`, `Message.fbs` and `File.fbs`; only the parts that hold lengths are followed.
 */
export const arrowLimits = {
  metadataBytesMax: 33_554_432,
  bodyBytesMax: 268_435_456,
  rowsMax: 8_388_608,
  tablesMax: 200_000,
  depthMax: 64,
} as const

type Part =
  | { readonly slot: number; readonly kind: 'bytes' }
  | { readonly slot: number; readonly kind: 'numbers'; readonly size: number }
  | { readonly slot: number; readonly kind: 'table'; readonly table: () => readonly Part[] }
  | { readonly slot: number; readonly kind: 'tables'; readonly table: () => readonly Part[] }

const keyValue: readonly Part[] = [
  { slot: 0, kind: 'bytes' },
  { slot: 1, kind: 'bytes' },
]
const pairs = (slot: number): Part => ({ slot, kind: 'tables', table: () => keyValue })
const union: readonly Part[] = []
/** Union types' ids and time zones, the vectors inside a type, by type id: Timestamp 10, Union 14. */
const typeParts: Readonly<Record<number, readonly Part[]>> = { 10: [{ slot: 1, kind: 'bytes' }], 14: [{ slot: 1, kind: 'numbers', size: 4 }] }
const dictionaryEncoding: readonly Part[] = [{ slot: 1, kind: 'table', table: () => union }]
const field: readonly Part[] = [
  { slot: 0, kind: 'bytes' },
  { slot: 4, kind: 'table', table: () => dictionaryEncoding },
  { slot: 5, kind: 'tables', table: () => field },
  pairs(6),
]
const schema: readonly Part[] = [{ slot: 1, kind: 'tables', table: () => field }, pairs(2), { slot: 3, kind: 'numbers', size: 8 }]
const recordBatch: readonly Part[] = [
  { slot: 1, kind: 'numbers', size: 16 },
  { slot: 2, kind: 'numbers', size: 16 },
  { slot: 3, kind: 'table', table: () => union },
  { slot: 4, kind: 'numbers', size: 8 },
]
const dictionaryBatch: readonly Part[] = [{ slot: 1, kind: 'table', table: () => recordBatch }]
const headers: Readonly<Record<number, readonly Part[]>> = { 1: schema, 2: dictionaryBatch, 3: recordBatch }
const footer: readonly Part[] = [
  { slot: 1, kind: 'table', table: () => schema },
  { slot: 2, kind: 'numbers', size: 24 },
  { slot: 3, kind: 'numbers', size: 24 },
  pairs(4),
]

export interface ArrowBlock {
  readonly offset: number
  readonly metadataBytes: number
  readonly bodyBytes: number
}

/** Bytes of the message's body. Throws with the trouble found. */
export function checkMessage(bytes: Uint8Array): number {
  const reader = new FlatReader(bytes)
  const message = reader.root()
  const header = headers[reader.byte(message, 1)]
  if (header === undefined) throw new Error(`a message of an unknown kind (${reader.byte(message, 1)})`)
  const at = reader.target(message, 2)
  if (at === null) throw new Error('a message without contents')
  reader.check(at, header, 0)
  reader.check(message, [pairs(4)], 0)
  const bodyBytes = reader.long(message, 3)
  if (bodyBytes < 0 || bodyBytes > arrowLimits.bodyBytesMax) throw new Error(`a message claims ${bodyBytes.toLocaleString('en')} bytes of data; at most ${arrowLimits.bodyBytesMax.toLocaleString('en')} are read at a time`)
  const batch = header === recordBatch ? at : header === dictionaryBatch ? reader.target(at, 1) : null
  if (batch !== null) checkBatch(reader, batch, bodyBytes)
  return bodyBytes
}

function checkBatch(reader: FlatReader, batch: number, bodyBytes: number): void {
  const rows = reader.long(batch, 0)
  if (rows < 0 || rows > arrowLimits.rowsMax) throw new Error(`a batch claims ${rows.toLocaleString('en')} rows; at most ${arrowLimits.rowsMax.toLocaleString('en')} are read at a time`)
  for (const at of reader.structs(batch, 1, 16)) {
    const length = reader.longAt(at)
    // Lists hold more elements than their batch has rows, but never more than the body has room for, or their parent's fixed size.
    if (length < 0 || (length > rows && length > bodyBytes * 8)) throw new Error(`a column claims ${length.toLocaleString('en')} values in ${bodyBytes.toLocaleString('en')} bytes`)
  }
  for (const at of reader.structs(batch, 2, 16)) {
    const offset = reader.longAt(at)
    const length = reader.longAt(at + 8)
    if (offset < 0 || length < 0 || offset + length > bodyBytes) throw new Error('a buffer lies outside of its batch')
  }
}

/** Where the messages of a file lie. Throws with the trouble found. */
export function checkFooter(bytes: Uint8Array, fileBytes: number): ArrowBlock[] {
  const reader = new FlatReader(bytes)
  const root = reader.root()
  reader.check(root, footer, 0)
  return [2, 3].flatMap((slot) =>
    reader.structs(root, slot, 24).map((at): ArrowBlock => {
      const block = { offset: reader.longAt(at), metadataBytes: reader.intAt(at + 8), bodyBytes: reader.longAt(at + 16) }
      if (block.offset < 8 || block.metadataBytes < 8 || block.bodyBytes < 0 || block.offset + block.metadataBytes + block.bodyBytes > fileBytes) throw new Error('its footer points outside of the file')
      if (block.metadataBytes > arrowLimits.metadataBytesMax || block.bodyBytes > arrowLimits.bodyBytesMax) throw new Error(`a batch of ${block.bodyBytes.toLocaleString('en')} bytes; at most ${arrowLimits.bodyBytesMax.toLocaleString('en')} are read at a time`)
      return block
    }),
  )
}

class FlatReader {
  readonly #view: DataView
  readonly #bytes: number
  #tables = 0

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#bytes = bytes.byteLength
  }

  root(): number {
    return this.#table(this.#offset(0))
  }

  /** Follows the parts of a table; throws when one does not fit. */
  check(table: number, parts: readonly Part[], depth: number): void {
    if (depth > arrowLimits.depthMax || ++this.#tables > arrowLimits.tablesMax) throw new Error('its schema is deeper or larger than any schema')
    for (const part of parts) {
      const at = this.#slot(table, part.slot)
      if (at === null) continue
      const target = this.#offset(at)
      if (part.kind === 'table') this.check(this.#table(target), part.table(), depth + 1)
      else {
        const count = this.#vector(target, part.kind === 'bytes' ? 1 : part.kind === 'numbers' ? part.size : 4)
        if (part.kind !== 'tables') continue
        for (let i = 0; i < count; i++) {
          const item = this.#table(this.#offset(target + 4 + i * 4))
          this.check(item, part.table(), depth + 1)
          if (part.table() === field) this.#checkType(item, depth)
        }
      }
    }
  }

  #checkType(table: number, depth: number): void {
    const parts = typeParts[this.byte(table, 2)]
    const at = this.#slot(table, 3)
    if (at !== null) this.check(this.#table(this.#offset(at)), parts ?? [], depth + 1)
  }

  byte(table: number, slot: number): number {
    const at = this.#slot(table, slot)
    return at === null ? 0 : this.#view.getUint8(this.#within(at, 1))
  }

  long(table: number, slot: number): number {
    const at = this.#slot(table, slot)
    return at === null ? 0 : this.longAt(at)
  }

  longAt(at: number): number {
    return Number(this.#view.getBigInt64(this.#within(at, 8), true))
  }

  intAt(at: number): number {
    return this.#view.getInt32(this.#within(at, 4), true)
  }

  /** The table that a slot points to. */
  target(table: number, slot: number): number | null {
    const at = this.#slot(table, slot)
    return at === null ? null : this.#table(this.#offset(at))
  }

  /** Places of the structs in a vector. */
  structs(table: number, slot: number, size: number): number[] {
    const at = this.#slot(table, slot)
    if (at === null) return []
    const target = this.#offset(at)
    return Array.from({ length: this.#vector(target, size) }, (_, i) => target + 4 + i * size)
  }

  #offset(at: number): number {
    return this.#within(at + this.#view.getUint32(this.#within(at, 4), true), 4)
  }

  #table(at: number): number {
    const vtable = at - this.intAt(at)
    const size = this.#view.getUint16(this.#within(vtable, 4), true)
    this.#within(vtable, size)
    return at
  }

  #slot(table: number, slot: number): number | null {
    const vtable = table - this.intAt(table)
    const size = this.#view.getUint16(this.#within(vtable, 4), true)
    const at = 4 + slot * 2
    if (at + 2 > size) return null
    const offset = this.#view.getUint16(this.#within(vtable + at, 2), true)
    return offset === 0 ? null : this.#within(table + offset, 1)
  }

  #vector(at: number, size: number): number {
    const count = this.#view.getUint32(this.#within(at, 4), true)
    this.#within(at + 4, count * size)
    return count
  }

  #within(at: number, size: number): number {
    if (at < 0 || at + size > this.#bytes) throw new Error('its metadata points outside of itself')
    return at
  }
}
