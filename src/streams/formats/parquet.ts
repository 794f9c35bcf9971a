import { gunzipSync } from 'fflate'
import { parquetMetadataAsync, parquetRead, parquetSchema, snappyUncompress, type Compressors, type FileMetaData, type SchemaTree } from 'hyparquet'
import type { Batch } from '../../columnar/batch.ts'
import type { Value } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import { utf8Decoder, type OpenFile } from '../openFile.ts'
import type { FileInput, RowReader } from '../rowReader.ts'
import { pageTrouble } from './parquetPages.ts'
import { decimalOf, schemaOfParquet, valueOfParquet } from './parquetSchema.ts'
import { TypedRows } from './typedFile.ts'

/**
 * Rows of a Parquet file, a window of rows at a time, only the columns wanted.
 *
 * What the footer and the page headers claim is checked against the file's size and against limits before anything is unpacked. Pages packed with Snappy, gzip,
 * ZSTD or not at all are read; others are refused by name. A file that is damaged fails with a sentence; there are no bad rows here but values that do not fit the declared type.
 */
export const parquetLimits = {
  footerBytesMax: 33_554_432,
  columnBytesMax: 268_435_456,
  pageBytesMax: 67_108_864,
  pageValuesMax: 8_388_608,
  /** Unpacked bytes for each packed one, beyond the first ten megabytes. */
  ratioMax: 200,
  /** Values unpacked at a time, over all wanted columns. */
  windowValuesMax: 1_000_000,
} as const

const readable = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD']

export interface ParquetFile {
  readonly metadata: FileMetaData
  readonly tree: SchemaTree
  readonly schema: Schema
}

/** Reads and checks the footer. Rejects with a sentence. */
export async function openParquet(name: string, file: OpenFile): Promise<ParquetFile> {
  const damaged = (detail: string): Error => new Error(`${name} cannot be read as Parquet: ${detail}. It may be damaged or cut off; write it again.`)
  if (file.size < 12) throw damaged(`it has only ${file.size} bytes`)
  const tail = await file.read(file.size - 8, file.size)
  if (tail[4] !== 0x50 || tail[5] !== 0x41 || tail[6] !== 0x52 || tail[7] !== 0x31) {
    throw damaged(tail[4] === 0x50 && tail[7] === 0x45 ? 'its footer is encrypted' : 'it does not end with "PAR1"')
  }
  const footerBytes = tail[0]! + tail[1]! * 256 + tail[2]! * 65_536 + tail[3]! * 16_777_216
  if (footerBytes > file.size - 12) throw damaged(`its footer claims ${footerBytes} bytes, the file has ${file.size}`)
  if (footerBytes > parquetLimits.footerBytesMax) throw damaged(`its footer has ${footerBytes.toLocaleString('en')} bytes; at most ${parquetLimits.footerBytesMax.toLocaleString('en')} are accepted`)
  let parquet: ParquetFile
  let trouble: string | null
  try {
    const metadata = await parquetMetadataAsync(bufferOf(file), { geoparquet: false })
    const tree = parquetSchema(metadata)
    parquet = { metadata, tree, schema: schemaOfParquet(tree) }
    trouble = rowTrouble(metadata)
  } catch (error) {
    throw damaged(`its footer makes no sense (${messageOf(error)})`)
  }
  if (trouble !== null) throw damaged(trouble)
  return parquet
}

function rowTrouble(metadata: FileMetaData): string | null {
  let rows = 0n
  for (const group of metadata.row_groups) {
    if (group.num_rows < 0n) return 'a row group claims a negative number of rows'
    rows += group.num_rows
  }
  return rows !== metadata.num_rows || rows > BigInt(Number.MAX_SAFE_INTEGER) ? `its row groups hold ${rows} rows, the footer says ${metadata.num_rows}` : null
}

export class ParquetReader implements RowReader {
  rowsTotal?: number
  readonly #input: FileInput
  readonly #wanted: Schema
  #parquet!: ParquetFile
  #rows!: TypedRows
  /** Metadata in which decimals are plain integers, so that the library does not make doubles of them. */
  #rawMetadata!: FileMetaData
  #trees: readonly { readonly tree: SchemaTree; readonly type: DataType }[] = []
  #group = 0
  #groupStart = 0
  #compressors: Compressors = compressors
  #at = 0
  #window: readonly (readonly unknown[])[] = []
  #windowAt = 0

  constructor(input: FileInput, wanted: Schema) {
    this.#input = input
    this.#wanted = wanted
  }

  async open(): Promise<void> {
    this.#parquet = await openParquet(this.#input.name, this.#input.file)
    const { metadata, tree, schema } = this.#parquet
    this.#rows = new TypedRows(this.#input.name, schema, this.#wanted, this.#input.badRow)
    this.#trees = this.#wanted.fields.map((field) => {
      const at = tree.children.findIndex((child) => child.element.name === field.name)
      return { tree: tree.children[at]!, type: schema.fields[at]!.type }
    })
    this.#rawMetadata = {
      ...metadata,
      schema: metadata.schema.map((element) => {
        if (decimalOf(element) === null) return element
        const { converted_type: _converted, logical_type: _logical, ...plain } = element
        return plain
      }),
    }
    this.rowsTotal = Number(metadata.num_rows)
    if (this.rowsTotal > 0) await this.ready()
  }

  async ready(): Promise<void> {
    const { metadata } = this.#parquet
    while (this.#at >= this.#groupStart + this.#rowsOf(this.#group)) {
      this.#groupStart += this.#rowsOf(this.#group)
      this.#group++
      if (this.#group >= metadata.row_groups.length) return
    }
    if (this.#at === this.#groupStart) await this.#checkGroup(this.#group)
    const end = Math.min(this.#groupStart + this.#rowsOf(this.#group), this.#at + Math.max(1, Math.floor(parquetLimits.windowValuesMax / this.#wanted.fields.length)))
    let window: readonly (readonly unknown[])[] = []
    try {
      await parquetRead({
        file: bufferOf(this.#input.file),
        metadata: this.#rawMetadata,
        columns: this.#wanted.fields.map((field) => field.name),
        rowStart: this.#at,
        rowEnd: end,
        rowFormat: 'array',
        utf8: false,
        compressors: this.#compressors,
        parsers,
        onComplete: (rows) => {
          window = rows as unknown[][]
        },
      })
    } catch (error) {
      throw this.#damaged(`rows ${this.#at + 1} to ${end} make no sense (${messageOf(error)})`)
    }
    if (window.length !== end - this.#at) throw this.#damaged(`rows ${this.#at + 1} to ${end} are ${window.length} rows`)
    this.#window = window
    this.#windowAt = 0
    this.#at = end
  }

  next(rowsMax: number): Batch | 'wait' | 'end' {
    while (this.#rows.rowCount < rowsMax) {
      if (this.#windowAt >= this.#window.length) {
        if (this.#rows.rowCount > 0) return this.#rows.finish()
        return this.#at < this.rowsTotal! ? 'wait' : 'end'
      }
      const row = this.#window[this.#windowAt++]!
      this.#rows.append(this.#valuesOf(row))
    }
    return this.#rows.finish()
  }

  flush(): Batch | null {
    return this.#rows.rowCount > 0 ? this.#rows.finish() : null
  }

  #valuesOf(row: readonly unknown[]): Value[] {
    try {
      return this.#trees.map(({ tree, type }, i) => valueOfParquet(row[i], tree, type))
    } catch (error) {
      throw this.#damaged(`a value makes no sense (${messageOf(error)})`)
    }
  }

  #rowsOf(group: number): number {
    return Number(this.#parquet.metadata.row_groups[group]?.num_rows ?? 0n)
  }

  async #checkGroup(index: number): Promise<void> {
    const { file } = this.#input
    const wanted = new Set(this.#wanted.fields.map((field) => field.name))
    for (const { meta_data: chunk, file_path: elsewhere } of this.#parquet.metadata.row_groups[index]!.columns) {
      const column = chunk?.path_in_schema[0]
      if (chunk === undefined || column === undefined) throw this.#damaged('the footer does not describe a column')
      if (!wanted.has(column)) continue
      if (elsewhere !== undefined) throw this.#damaged(`"${column}" is kept in another file`)
      if (!readable.includes(chunk.codec)) {
        throw new Error(`${this.#input.name} is packed with ${chunk.codec}, which is not read. Write it with Snappy, ZSTD, gzip or without compression.`)
      }
      if (chunk.codec === 'ZSTD') this.#compressors = { ...compressors, ZSTD: (await import('./zstd.ts')).unpackZstd }
      const start = Number(chunk.dictionary_page_offset === undefined || chunk.dictionary_page_offset <= 0n ? chunk.data_page_offset : chunk.dictionary_page_offset)
      const packed = Number(chunk.total_compressed_size)
      const unpacked = Number(chunk.total_uncompressed_size)
      const count = Number(chunk.num_values)
      if (!(start >= 4) || !(packed >= 0) || start + packed > file.size || !(unpacked >= 0) || !(count >= 0)) throw this.#damaged(`"${column}" lies outside of the file`)
      if (unpacked > parquetLimits.columnBytesMax || packed > parquetLimits.columnBytesMax) {
        throw new Error(
          `${this.#input.name} holds ${Math.ceil(Math.max(unpacked, packed) / 1_048_576)} MB of "${column}" in one row group; at most ${parquetLimits.columnBytesMax / 1_048_576} MB are read at a time. Write it with smaller row groups.`,
        )
      }
      if (unpacked > 10_485_760 && unpacked > packed * parquetLimits.ratioMax) throw this.#damaged(`"${column}" claims to unpack to ${Math.round(unpacked / packed)} times its size`)
      const trouble = pageTrouble(await file.read(start, start + packed), count, parquetLimits)
      if (trouble !== null) throw this.#damaged(`in "${column}" ${trouble}`)
    }
  }

  #damaged(detail: string): Error {
    return new Error(`${this.#input.name} cannot be read as Parquet: ${detail}. It may be damaged or cut off; write it again.`)
  }
}

const decoder = utf8Decoder()

const parsers = {
  timestampFromMilliseconds: (millis: bigint) => Number(millis),
  timestampFromMicroseconds: (micros: bigint) => floorDivide(micros, 1000n),
  timestampFromNanoseconds: (nanos: bigint) => floorDivide(nanos, 1_000_000n),
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes),
}

function floorDivide(value: bigint, unit: bigint): number {
  const quotient = value / unit
  return Number(value % unit < 0n ? quotient - 1n : quotient)
}

/** Unpacked sizes were checked against the limits with the page headers. */
const compressors: Compressors = {
  SNAPPY: (input, outputLength) => {
    const output = new Uint8Array(outputLength)
    snappyUncompress(input, output)
    return output
  },
  GZIP: (input, outputLength) => gunzipSync(input, { out: new Uint8Array(outputLength) }),
}

function bufferOf(file: OpenFile): { byteLength: number; slice: (start: number, end?: number) => Promise<ArrayBuffer> } {
  return {
    byteLength: file.size,
    slice: async (start, end = file.size) => {
      const bytes = await file.read(start < 0 ? file.size + start : start, end < 0 ? file.size + end : end)
      return bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer ? bytes.buffer : (bytes.slice().buffer as ArrayBuffer)
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
