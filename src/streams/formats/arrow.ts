import { DataType as ArrowType, RecordBatchReader, TimeUnit, Type, type RecordBatch, type Vector } from 'apache-arrow'
import type { Batch } from '../../columnar/batch.ts'
import type { Value } from '../../columnar/column.ts'
import { bigintType, booleanType, decimalPrecisionMax, decimalType, doubleType, intType, stringType, timestampLtzType, timestampType, type DataType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { OpenFile } from '../openFile.ts'
import type { FileInput, RowReader } from '../rowReader.ts'
import { arrowLimits, checkFooter, checkMessage } from './arrowMessages.ts'
import { TypedRows } from './typedFile.ts'

/**
 * Rows of an Arrow file or stream, a record batch at a time.
 *
 * What the footer and the batches claim is checked against what is there before rows are made of it. Timestamps finer than a millisecond are cut. A damaged or cut-off file fails with a sentence.
 */
const magic = 'ARROW1'
const pieceBytes = 1_048_576

export interface ArrowFile {
  readonly schema: Schema
  /** The next record batch; null at the end. Rejects with a sentence. */
  next(): Promise<RecordBatch | null>
}

export async function openArrow(name: string, file: OpenFile): Promise<ArrowFile> {
  try {
    const reader = await RecordBatchReader.from(await sourceOf(file))
    await reader.open()
    // Text and other data that is not Arrow reads as a stream without a schema.
    if (reader.schema === undefined || reader.schema === null) throw new Error('it does not begin with a schema')
    const schema: Schema = { fields: reader.schema.fields.map((field) => ({ name: field.name, type: { ...typeOfArrow(field.type), nullable: field.nullable } as DataType })) }
    return {
      schema,
      next: async () => {
        try {
          const result = await reader.next()
          return result.done === true ? null : (result.value as RecordBatch)
        } catch (error) {
          throw damaged(name, error)
        }
      },
    }
  } catch (error) {
    throw damaged(name, error)
  }
}

function damaged(name: string, error: unknown): Error {
  const detail = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
  return new Error(`${name} cannot be read as Arrow: ${detail === '' ? 'it makes no sense' : detail}. It may be damaged or cut off; write it again.`)
}

/** A file is read through its footer, because not every writer repeats the schema at its front; a stream front to back. Both in the shapes that the library takes. */
async function sourceOf(file: OpenFile): Promise<AsyncIterable<Uint8Array>> {
  const head = await file.read(0, Math.min(8, file.size))
  if (asciiOf(head.subarray(0, 6)) !== magic) return pieces(file)
  const tail = await file.read(Math.max(0, file.size - 10), file.size)
  if (file.size < 20 || asciiOf(tail.subarray(4)) !== magic) throw new Error('it does not end with "ARROW1"')
  const footerBytes = new DataView(tail.buffer, tail.byteOffset, 4).getInt32(0, true)
  if (footerBytes <= 0 || footerBytes > file.size - 18 || footerBytes > arrowLimits.metadataBytesMax) throw new Error(`its footer claims ${footerBytes} bytes, the file has ${file.size}`)
  const blocks = checkFooter(await file.read(file.size - 10 - footerBytes, file.size - 10), file.size)
  for (const block of blocks) {
    const metadata = await file.read(block.offset, block.offset + block.metadataBytes)
    const { start, bytes } = prefixOf(metadata)
    if (start + bytes > metadata.length || bytes === 0) throw new Error('a message is longer than its block')
    if (checkMessage(metadata.subarray(start, start + bytes)) > block.bodyBytes) throw new Error('the data of a message is longer than its block')
  }
  const handle = {
    fd: 0,
    stat: async () => ({ size: file.size }),
    read: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
      const bytes = await file.read(position, Math.min(file.size, position + length))
      buffer.set(bytes, offset)
      return { bytesRead: bytes.length, buffer }
    },
    close: async () => {},
  }
  return handle as unknown as AsyncIterable<Uint8Array>
}

/** A stream's bytes, message by message, each looked at first. */
async function* pieces(file: OpenFile): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; ) {
    const { start, bytes } = prefixOf(await file.read(at, Math.min(file.size, at + 8)))
    if (bytes === 0) {
      yield await file.read(at, Math.min(file.size, at + start))
      return
    }
    if (bytes < 0 || bytes > arrowLimits.metadataBytesMax || at + start + bytes > file.size) throw new Error(at === 0 ? 'it does not begin with a schema' : 'a message reaches beyond the file')
    const metadata = await file.read(at, at + start + bytes)
    const bodyBytes = checkMessage(metadata.subarray(start))
    const end = at + start + bytes + bodyBytes
    if (end > file.size) throw new Error('the data of a message reaches beyond the file')
    yield metadata
    for (let from = at + start + bytes; from < end; from += pieceBytes) yield await file.read(from, Math.min(end, from + pieceBytes))
    at = end
  }
}

/** Where a message's metadata starts and how long it is: four bytes of length, since format version 5 behind four bytes of 255. Length 0 ends a stream. */
function prefixOf(bytes: Uint8Array): { readonly start: number; readonly bytes: number } {
  if (bytes.length < 4) throw new Error('a message reaches beyond the file')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== 0xff_ff_ff_ff) return { start: 4, bytes: view.getInt32(0, true) }
  return { start: 8, bytes: bytes.length < 8 ? 0 : view.getInt32(4, true) }
}

function asciiOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

/** Why a column cannot have as many values as its batch claims, or null: a few bytes can claim billions of rows. */
function columnTrouble(column: Vector, rows: number): string | null {
  if (column.length !== rows) return `a column has ${column.length} values in a batch of ${rows} rows`
  for (const data of column.data) {
    const { type, length, values, valueOffsets } = data as { type: ArrowType; length: number; values?: ArrayLike<unknown>; valueOffsets?: ArrayLike<unknown> }
    if (ArrowType.isUtf8(type) || ArrowType.isBinary(type) || ArrowType.isList(type) || ArrowType.isMap(type) || ArrowType.isLargeUtf8(type) || ArrowType.isLargeBinary(type)) {
      if ((valueOffsets?.length ?? 0) < length + 1 && length > 0) return 'a column is shorter than its batch claims'
    } else if (!ArrowType.isStruct(type) && !ArrowType.isNull(type) && !ArrowType.isFixedSizeList(type)) {
      const stored = values?.length ?? 0
      if ((ArrowType.isBool(type) ? stored * 8 : stored) < length) return 'a column is shorter than its batch claims'
    }
  }
  return null
}

export function typeOfArrow(type: ArrowType): DataType {
  if (ArrowType.isDictionary(type)) return typeOfArrow(type.dictionary as ArrowType)
  if (ArrowType.isBool(type)) return booleanType
  if (ArrowType.isInt(type)) {
    const bits = type.bitWidth + (type.isSigned ? 0 : 1)
    return bits <= 8 ? { kind: 'TINYINT', nullable: true } : bits <= 16 ? { kind: 'SMALLINT', nullable: true } : bits <= 32 ? intType : bits <= 64 ? bigintType : decimalType(20, 0)
  }
  if (ArrowType.isFloat(type)) return type.precision === 2 ? doubleType : { kind: 'FLOAT', nullable: true }
  if (ArrowType.isUtf8(type) || ArrowType.isLargeUtf8(type)) return stringType
  if (ArrowType.isDecimal(type)) return decimalType(Math.min(type.precision, decimalPrecisionMax), type.scale)
  if (ArrowType.isDate(type)) return { kind: 'DATE', nullable: true }
  if (ArrowType.isTime(type)) return { kind: 'TIME', nullable: true }
  if (ArrowType.isTimestamp(type)) return type.timezone === null || type.timezone === undefined || type.timezone === '' ? timestampType : timestampLtzType
  if (ArrowType.isBinary(type) || ArrowType.isLargeBinary(type) || ArrowType.isFixedSizeBinary(type)) return { kind: 'BYTES', nullable: true }
  if (ArrowType.isList(type) || ArrowType.isFixedSizeList(type)) return { kind: 'ARRAY', element: typeOfArrow((type as { valueType: ArrowType }).valueType), nullable: true }
  if (ArrowType.isStruct(type)) return { kind: 'ROW', fields: type.children.map((field) => ({ name: field.name, type: typeOfArrow(field.type as ArrowType) })), nullable: true }
  if (ArrowType.isMap(type)) {
    const [key, value] = (type.children[0]!.type as { children: { type: ArrowType }[] }).children
    return { kind: 'MAP', key: typeOfArrow(key!.type), value: typeOfArrow(value!.type), nullable: true }
  }
  throw new Error(`it holds a column of type ${String(type)}, which is not read`)
}

export class ArrowReader implements RowReader {
  readonly #input: FileInput
  readonly #wanted: Schema
  #arrow!: ArrowFile
  #rows!: TypedRows
  #columns: readonly Vector[] = []
  #positions: readonly number[] = []
  #count = 0
  #at = 0
  #ended = false

  constructor(input: FileInput, wanted: Schema) {
    this.#input = input
    this.#wanted = wanted
  }

  async open(): Promise<void> {
    this.#arrow = await openArrow(this.#input.name, this.#input.file)
    const { schema } = this.#arrow
    this.#rows = new TypedRows(this.#input.name, schema, this.#wanted, this.#input.badRow)
    this.#positions = this.#wanted.fields.map((field) => schema.fields.findIndex((candidate) => candidate.name === field.name))
    await this.ready()
  }

  async ready(): Promise<void> {
    const batch = await this.#arrow.next()
    if (batch === null) {
      this.#ended = true
      return
    }
    this.#columns = this.#positions.map((position) => batch.getChildAt(position)!)
    for (const column of this.#columns) {
      const trouble = columnTrouble(column, batch.numRows)
      if (trouble !== null) throw damaged(this.#input.name, trouble)
    }
    this.#count = batch.numRows
    this.#at = 0
  }

  next(rowsMax: number): Batch | 'wait' | 'end' {
    while (this.#rows.rowCount < rowsMax) {
      if (this.#at >= this.#count) {
        if (this.#rows.rowCount > 0) return this.#rows.finish()
        return this.#ended ? 'end' : 'wait'
      }
      const row = this.#at++
      this.#rows.append(this.#valuesOf(row))
    }
    return this.#rows.finish()
  }

  flush(): Batch | null {
    return this.#rows.rowCount > 0 ? this.#rows.finish() : null
  }

  #valuesOf(row: number): Value[] {
    try {
      return this.#columns.map((column) => valueOfArrow(column.get(row), column.type))
    } catch (error) {
      throw damaged(this.#input.name, error)
    }
  }
}

/** A value of the library as a value of `typeOfArrow`. */
export function valueOfArrow(raw: unknown, type: ArrowType): Value {
  if (raw === null || raw === undefined) return null
  if (ArrowType.isDictionary(type)) return valueOfArrow(raw, type.dictionary as ArrowType)
  if (ArrowType.isDecimal(type)) return wordsToBigInt(raw as Uint32Array)
  if (ArrowType.isDate(type)) return Math.floor(Number(raw) / 86_400_000)
  if (ArrowType.isTimestamp(type)) return Math.floor(Number(raw))
  if (ArrowType.isTime(type)) {
    const value = Number(raw)
    return type.unit === TimeUnit.SECOND ? value * 1000 : type.unit === TimeUnit.MILLISECOND ? value : Math.floor(value / (type.unit === TimeUnit.MICROSECOND ? 1000 : 1_000_000))
  }
  if (ArrowType.isInt(type)) return type.bitWidth === 64 || (type.bitWidth === 32 && !type.isSigned) ? BigInt(raw as bigint | number) : (raw as number)
  if (ArrowType.isList(type) || ArrowType.isFixedSizeList(type)) {
    const item = (type as { valueType: ArrowType }).valueType
    return Array.from(raw as Iterable<unknown>, (element) => valueOfArrow(element, item))
  }
  if (ArrowType.isStruct(type)) return type.children.map((field) => valueOfArrow((raw as Record<string, unknown>)[field.name], field.type as ArrowType))
  if (ArrowType.isMap(type)) {
    const [key, value] = (type.children[0]!.type as { children: { type: ArrowType }[] }).children
    return Array.from(raw as Iterable<readonly [unknown, unknown]>, ([k, v]) => [valueOfArrow(k, key!.type), valueOfArrow(v, value!.type)])
  }
  if (type.typeId === Type.Null) return null
  return raw as Value
}

/** Little-endian 32-bit words, two's complement. */
function wordsToBigInt(words: Uint32Array): bigint {
  let value = 0n
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i]!)
  return BigInt.asIntN(words.length * 32, value)
}
