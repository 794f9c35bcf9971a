import { join } from 'node:path'
import { rowAt, type Batch } from '../columnar/batch.ts'
import type { Value } from '../columnar/column.ts'
import { changesOf, finalRows, rowText } from '../columnar/compareRows.ts'
import type { JsonObject } from '../columnar/json.ts'
import type { Schema } from '../columnar/schema.ts'
import { reasonOf } from './jobFile.ts'
import { makeFolderOf, OutputFile } from './outputFile.ts'
import { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { csvHead, csvLine, plainText } from '../streams/formats/writeCsv.ts'
import { fileOf, type FileFormat } from '../streams/formats/writeFile.ts'
import { tableOf, type ResultForm, type ResultWriter } from './resultWriter.ts'
import { RunError, UsageError } from './terminal.ts'

/**
 * Files that a job's own `file` sinks name, written where the job runs; paths are relative to the working directory. JSON lines and CSV are written as rows
 * come, Arrow and Parquet at the end; of an updating result, the final table.
 *
 * With `partitionBy` the path is a folder, with `column=value` folders inside, and the rows leave those columns out: the layout that Flink's
 * and Hive's file systems read.
 */
export interface FileSinkWriter extends ResultWriter {
  close(): void
}

/** `resuming`: files of an earlier run are there, and stay until `restore` says how much of them holds. */
export function fileSinkWriter(id: string, connector: JsonObject, form: ResultForm, resuming = false): FileSinkWriter {
  const names = Array.isArray(connector.partitionBy) ? (connector.partitionBy as readonly string[]) : []
  return new FileSink(id, connector.path as string, connector.format as FileFormat, form, names, resuming)
}

/** Formats of which a file is written whole, at the end. */
const isWhole = (format: FileFormat): boolean => format === 'arrow' || format === 'parquet'

class FileSink implements FileSinkWriter {
  readonly #id: string
  readonly #path: string
  readonly #format: FileFormat
  readonly #form: ResultForm
  /** The columns in the file. */
  readonly #schema: Schema
  /** Indices of the columns in the file, and of those in folder names. */
  readonly #written: readonly number[]
  readonly #partition: readonly number[]
  /** Open files by folder, the longest open first. */
  readonly #files = new Map<string, OutputFile>()
  readonly #begun = new Set<string>()
  /** Bytes in each file when it was closed or looked at last. */
  readonly #lengths = new Map<string, number>()
  /** Of a result that can only be written whole. */
  #held: Batch[] = []
  rowCount = 0

  constructor(id: string, path: string, format: FileFormat, form: ResultForm, partitionBy: readonly string[], resuming: boolean) {
    this.#id = id
    this.#path = path
    this.#format = format
    this.#form = form
    const { fields } = form.schema
    this.#partition = partitionBy.map((name) => fields.findIndex((field) => field.name === name))
    this.#written = fields.map((_, i) => i).filter((i) => !this.#partition.includes(i))
    this.#schema = { fields: this.#written.map((i) => fields[i]!) }
    // An empty result is a file too; folders come with their first row.
    if (this.#partition.length === 0 && !resuming) this.#open('')
  }

  snapshot(): Uint8Array {
    const writer = new StateWriter()
    for (const file of this.#files.values()) file.flush()
    for (const [folder, file] of this.#files) this.#lengths.set(folder, file.length)
    writer.number('rows', this.rowCount)
    writer.strings('folders', [...this.#lengths.keys()])
    writer.numbers('lengths', [...this.#lengths.values()])
    if (this.#held.length > 0) {
      if (this.#form.updating) this.#held = [tableOf(this.#held, this.#form)]
      writer.number('held', this.#held.length)
      this.#held.forEach((batch, i) => writer.at(i).batch('held', batch))
    }
    return writer.finish()
  }

  restore(written: Uint8Array | null): void {
    // Files that are not in `begun` are written anew when their first row comes.
    if (written === null) return
    const reader = StateReader.open(written)
    this.rowCount = reader.number('rows')
    const lengths = reader.numbers('lengths')
    reader.strings('folders').forEach((folder, i) => {
      this.#begun.add(folder)
      this.#lengths.set(folder, lengths[i]!)
      this.#open(folder).truncate(lengths[i]!)
    })
    this.#held = reader.has('held') ? Array.from({ length: reader.number('held') }, (_, i) => reader.at(i).batch('held', this.#form.schema)) : []
  }

  receive(batch: Batch): void {
    if (this.#form.updating || isWhole(this.#format)) this.#held.push(batch)
    else this.#write(Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)))
  }

  async finish(): Promise<void> {
    const changes = changesOf(this.#held)
    const rows = this.#form.updating ? finalRows(changes, this.#form.schema, this.#form.key) : Array.from(changes, ({ values }) => values)
    if (isWhole(this.#format)) await this.#writeWhole(rows)
    else this.#write(rows)
    // An empty result is a file too.
    if (this.#partition.length === 0) this.#open('')
    this.close()
  }

  close(): void {
    for (const file of this.#files.values()) file.close()
    this.#files.clear()
  }

  #folderOf(values: readonly Value[]): string {
    const { fields } = this.#form.schema
    return this.#partition.map((i) => `${encodeURIComponent(fields[i]!.name)}=${folderText(values[i] ?? null, fields[i]!.type)}`).join('/')
  }

  async #writeWhole(rows: readonly (readonly Value[])[]): Promise<void> {
    const rowsOf = new Map<string, (readonly Value[])[]>(this.#partition.length === 0 ? [['', []]] : [])
    for (const values of rows) {
      const folder = this.#folderOf(values)
      const written = this.#written.map((i) => values[i] ?? null)
      const list = rowsOf.get(folder)
      if (list === undefined) rowsOf.set(folder, [written])
      else list.push(written)
    }
    for (const [folder, list] of rowsOf) this.#open(folder).write(await fileOf(this.#format, this.#schema, list))
    this.rowCount += rows.length
  }

  #write(rows: readonly (readonly Value[])[]): void {
    const textOf = new Map<string, string>()
    for (const values of rows) {
      const folder = this.#folderOf(values)
      const written = this.#written.map((i) => values[i] ?? null)
      const line = this.#format === 'json' ? rowText(written, this.#schema) : csvLine(written, this.#schema)
      textOf.set(folder, `${textOf.get(folder) ?? ''}${line}\n`)
    }
    for (const [folder, text] of textOf) this.#open(folder).write(text)
    this.rowCount += rows.length
  }

  #open(folder: string): OutputFile {
    const open = this.#files.get(folder)
    if (open !== undefined) return open
    const path = this.#partition.length === 0 ? this.#path : join(this.#path, folder, `part-0.${this.#format === 'json' ? 'jsonl' : this.#format}`)
    let file: OutputFile
    const begun = this.#begun.has(folder)
    try {
      makeFolderOf(path)
      file = new OutputFile(path, path, begun)
    } catch (error) {
      // Folders come with their first row, when the job is running.
      throw new (this.#partition.length === 0 ? UsageError : RunError)(`error: the sink ${this.#id} cannot write ${path}: ${reasonOf(error, true)}`)
    }
    if (this.#files.size >= filesOpenMax) {
      const [oldest, longestOpen] = this.#files.entries().next().value!
      longestOpen.flush()
      this.#lengths.set(oldest, longestOpen.length)
      longestOpen.close()
      this.#files.delete(oldest)
    }
    this.#files.set(folder, file)
    if (this.#format === 'csv' && !begun) file.write(`${csvHead(this.#schema)}\n`)
    this.#begun.add(folder)
    return file
  }
}

/** Far below what an operating system allows a process. */
const filesOpenMax = 200

type FieldType = Schema['fields'][number]['type']

/** A value in the name of a folder: nothing in it can leave the folder. */
function folderText(value: Value, type: FieldType): string {
  if (value === null) return '__DEFAULT_PARTITION__'
  return encodeURIComponent(plainText(value, type)).replaceAll('.', '%2E')
}
