import { batchRowsTarget, rowAt, type Batch } from '../../columnar/batch.ts'
import { cellText } from '../../columnar/batchText.ts'
import { sliceBatch } from '../../columnar/concat.ts'
import type { Column, Float64Column } from '../../columnar/column.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { RowError } from '../../columnar/rowError.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { SourceContext, SourcePosition, SourceRuntime } from '../../engine/operatorRuntime.ts'
import { compileScalar, type CompiledScalar } from '../../expression/compile.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { checkScalar } from '../../expression/typeOf.ts'
import { columnsRead } from '../../job/columnUses.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { RowReader } from '../../streams/rowReader.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { sourceColumns, watermarkColumn } from './columns.ts'
import { readerOf } from './readers/reader.ts'
import { TopicReader } from './readers/topic.ts'

/**
 * Reads rows and adds the computed columns.
 *
 * Only columns of the plan's output schema, and what computed columns and the watermark need, are read. A row that cannot be read fails the job or is
 * skipped and counted, as `connector.onError` says. A NULL in the watermark column is for the task to refuse, which knows how to show a row.
 */
export const runtime: RuntimeFactory = { role: 'source', create: (spec) => new Source(spec) }

class Source implements SourceRuntime {
  readonly #spec: OperatorSpec
  readonly #schema: Schema
  readonly #physical: Schema
  readonly #all: Schema
  /** How each output column comes about: by its place among the columns read, or computed from them. */
  readonly #outputs: readonly OutputColumn[]
  /** The column of event time among the outputs, or -1. */
  readonly #time: number
  #eventTimesRead: SourceContext['eventTimesRead']
  #watermark: CompiledScalar | null = null
  readonly #watermarkSpec: { readonly text: string } | null
  #reader: RowReader | null = null
  #evaluation!: EvaluationContext
  readonly #inputs: (readonly Column[])[] = [[]]
  /** Thrown when the rows before it have been delivered. */
  #failure: unknown = null
  /** Event times are known never to fall. */
  #rises = false
  /** Rows given so far. */
  #given = 0
  /** Rows are passed over that were read before: what is wrong with them was told then. */
  #seeking = false

  constructor(spec: OperatorSpec) {
    this.#spec = spec
    this.#schema = spec.outputs[0]!.schema
    const { columns, physical } = sourceColumns(spec.config)
    this.#all = physical
    const used = this.#schema.fields.map((field) => {
      const column = columns.find((candidate) => candidate.name === field.name)
      if (column === undefined) throw new Error(`source ${spec.id} was deployed with a column ${field.name} that its config does not explain`)
      return column
    })
    const needed = new Set<string>()
    const entries = spec.config.columns as readonly JsonObject[]
    for (const column of used) {
      if (column.computed === null) needed.add(column.name)
      else for (const name of columnsRead(entries.find((entry) => entry.name === column.name)!.expression as string, null)) needed.add(name)
    }
    // A row needs a column to be counted by, even when nobody reads any.
    if (!physical.fields.some((field) => needed.has(field.name))) needed.add(physical.fields[0]!.name)
    this.#physical = { fields: physical.fields.filter((field) => needed.has(field.name)).map(({ name, type }) => ({ name, type })) }
    const allPhysical = { inputs: [{ qualifier: null, schema: this.#physical }] }
    this.#outputs = used.map((column): OutputColumn => {
      if (column.computed === null) return { kind: 'read', index: fieldIndex(this.#physical, column.name) }
      // Typed anew: positions are those of the columns read.
      const text = entries.find((entry) => entry.name === column.name)!.expression as string
      const { typed, problems } = checkScalar(text, allPhysical)
      if (typed === null) throw new Error(`source ${spec.id} was deployed with a column ${column.name} that does not compile: ${problems[0]?.message}`)
      return { kind: 'computed', name: column.name, evaluate: compileScalar(typed) }
    })
    this.#time = used.findIndex((column) => column.name === watermarkColumn(spec.config))
    const expression = (spec.config.watermark as JsonObject | undefined)?.expression
    this.#watermarkSpec = typeof expression === 'string' ? { text: expression } : null
  }

  /** Set once the reader knows. */
  rowsTotal?: number
  #rowsMax = Infinity

  async open(context: SourceContext): Promise<void> {
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
    this.#eventTimesRead = context.eventTimesRead?.bind(context)
    // A clock that follows the rows stands somewhere else at each of them, however they are cut into batches.
    if (this.#eventTimesRead !== undefined && this.#schema.fields.some((field) => field.time === 'processing')) this.#rowsMax = 1
    const connector = this.#spec.config.connector as JsonObject
    const skip = connector.onError === 'skip'
    const badRow = (row: number, reason: string, text: string): void => {
      // Every split sees every bad row, and the first one tells; a partition has its own.
      if ((context.split > 0 && connector.type !== 'topic') || this.#seeking) return
      context.poison(row, reason, text.length > poisonTextMax ? `${text.slice(0, poisonTextMax)}…` : text)
      context.counters.poisonRows++
      if (!skip) throw new Error(`Row ${row} cannot be read: ${reason} Row ${row} is: ${shortened(text)}. Correct it or the column's type, or set "When a row cannot be read" to skip.`)
    }
    this.#reader = await readerOf({ connector, schema: this.#physical, physical: this.#all, listColumns: this.#all.fields.map((field) => field.name), context, badRow })
    const time = this.#outputs[this.#time]
    this.#rises = time?.kind === 'read' && this.#physical.fields[time.index]!.name === this.#reader.risingColumn
    await this.#reader.open()
    if (this.#reader.rowsTotal !== undefined) this.rowsTotal = this.#reader.rowsTotal
  }

  get polled(): 'loading' | 'waiting' | undefined {
    if (!(this.#reader instanceof TopicReader)) return undefined
    return this.#reader.isLoading ? 'loading' : 'waiting'
  }

  next(rowsMax: number): Batch | 'wait' | 'end' {
    if (this.#failure !== null) throw this.#failure
    const rows = this.#read(() => {
      const read = this.#reader!.next(Math.min(rowsMax, this.#rowsMax))
      return read === 'wait' || read === 'end' ? read : this.#withComputed(read)
    }, () => this.#reader!.flush())
    if (rows !== 'wait' && rows !== 'end') this.#given += rows.rowCount
    return rows
  }

  position(): SourcePosition {
    return { rows: this.#given, at: this.#reader!.position?.() ?? {} }
  }

  async seek({ rows, at }: SourcePosition): Promise<void> {
    const reader = this.#reader!
    this.#seeking = true
    try {
      if (reader.seek !== undefined && Object.keys(at).length > 0) await reader.seek(at)
      else await passOver(reader, rows)
    } finally {
      this.#seeking = false
    }
    this.#given = rows
  }

  /** Rows before the trouble come out first, so that what a failing job has done does not depend on how its rows were cut into batches. */
  #read(read: () => Batch | 'wait' | 'end', before: () => Batch | null): Batch | 'wait' | 'end' {
    try {
      return read()
    } catch (error) {
      const rows = error instanceof ComputationFailed ? error.before : before()
      if (rows === null || rows.rowCount === 0) throw error
      this.#failure = error
      return this.#read(() => this.#withComputed(rows), () => null)
    }
  }

  #withComputed(read: Batch): Batch {
    this.#inputs[0] = read.columns
    // Event time comes first: a processing clock that follows it must have seen these rows when another column asks it.
    let times: Column | null = null
    if (this.#time >= 0 && this.#eventTimesRead !== undefined) {
      times = this.#column(this.#outputs[this.#time]!, read)
      if (times.storage === 'float64') this.#eventTimesRead(times, read.rowCount)
    }
    const columns = this.#outputs.map((output, index) => (index === this.#time && times !== null ? times : this.#column(output, read)))
    return { schema: this.#schema, columns, rowCount: read.rowCount, kinds: read.kinds, watermarks: null, inOrder: this.#rises }
  }

  #column(output: OutputColumn, read: Batch): Column {
    if (output.kind === 'read') return read.columns[output.index]!
    try {
      return output.evaluate(this.#inputs, read.rowCount, this.#evaluation)
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      throw new ComputationFailed(output.name, error, read)
    }
  }

  async ready(): Promise<void> {
    await this.#reader!.ready()
  }

  watermarkOf(batch: Batch): Float64Array {
    if (this.#watermark === null) {
      const { typed } = checkScalar(this.#watermarkSpec!.text, { inputs: [{ qualifier: null, schema: this.#schema }] })
      this.#watermark = compileScalar(typed!)
    }
    const column = this.#watermark([batch.columns], batch.rowCount, this.#evaluation) as Float64Column
    if (column.nulls === null) return column.values
    const candidates = new Float64Array(batch.rowCount)
    for (let i = 0; i < batch.rowCount; i++) candidates[i] = column.nulls[i] === 1 ? Number.NaN : column.values[i]!
    return candidates
  }
}

/** For readers that can only count: the rows before the place are read and dropped. */
async function passOver(reader: RowReader, rows: number): Promise<void> {
  for (let left = rows; left > 0; ) {
    const read = reader.next(Math.min(left, batchRowsTarget))
    if (read === 'wait') await reader.ready()
    else if (read === 'end') throw new Error(`The source has ended after ${rows - left} rows, but ${rows} had been read of it. It was changed meanwhile; start the job anew.`)
    else left -= read.rowCount
  }
}

/** The row's values go into the sentence: the row is not in any stream yet, so nobody else can show it. */
class ComputationFailed extends Error {
  readonly before: Batch
  constructor(column: string, failure: RowError, read: Batch) {
    const { fields } = read.schema
    const values = rowAt(read, failure.row).map((value, i) => `${fields[i]!.name} = ${cellText(value, fields[i]!.type)}`)
    super(`The column ${column} cannot be computed: ${failure.message} The row is: ${shortened(values.join(', '))}.`, { cause: failure })
    this.before = sliceBatch(read, 0, failure.row)
  }
}

interface ComputedColumn {
  readonly kind: 'computed'
  readonly name: string
  readonly evaluate: CompiledScalar
}
type OutputColumn = { readonly kind: 'read'; readonly index: number } | ComputedColumn

const poisonTextMax = 2000

function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}
