import { rowAt, type Batch } from '../../columnar/batch.ts'
import { cellText } from '../../columnar/batchText.ts'
import type { Column, Float64Column } from '../../columnar/column.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { SourceContext, SourceRuntime } from '../../engine/operatorRuntime.ts'
import { compileScalar, type CompiledScalar } from '../../expression/compile.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { checkScalar } from '../../expression/typeOf.ts'
import { columnsRead } from '../../job/columnUses.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { RowReader } from '../../streams/rowReader.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { sourceColumns, watermarkColumn } from './columns.ts'
import { readerOf } from './readers/reader.ts'

/**
 * Reads rows, adds the computed columns, and lets no row without an event time pass.
 *
 * Only columns of the plan's output schema, and what computed columns and the watermark need, are read. A row that cannot be read fails the job or is
 * skipped and counted, as `connector.onError` says. As on Flink, a NULL in the watermark column always fails the job: it could be placed nowhere in time.
 */
export const runtime: RuntimeFactory = { role: 'source', create: (spec) => new Source(spec) }

class Source implements SourceRuntime {
  readonly #spec: OperatorSpec
  readonly #schema: Schema
  readonly #physical: Schema
  readonly #all: Schema
  /** How each output column comes about: by its place among the columns read, or computed from them. */
  readonly #outputs: readonly OutputColumn[]
  readonly #timeColumn: number
  #watermark: CompiledScalar | null = null
  readonly #watermarkSpec: { readonly text: string } | null
  #reader: RowReader | null = null
  #evaluation!: EvaluationContext
  readonly #inputs: (readonly Column[])[] = [[]]

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
      return { kind: 'computed', evaluate: compileScalar(typed) }
    })
    const timeColumn = watermarkColumn(spec.config)
    this.#timeColumn = timeColumn === null ? -1 : fieldIndex(this.#schema, timeColumn)
    const expression = (spec.config.watermark as JsonObject | undefined)?.expression
    this.#watermarkSpec = typeof expression === 'string' ? { text: expression } : null
  }

  /** Set once the reader knows. */
  rowsTotal?: number

  async open(context: SourceContext): Promise<void> {
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
    const connector = this.#spec.config.connector as JsonObject
    const skip = connector.onError === 'skip'
    const badRow = (row: number, reason: string, text: string): void => {
      context.poison(row, reason, text.length > poisonTextMax ? `${text.slice(0, poisonTextMax)}…` : text)
      context.counters.poisonRows++
      if (!skip) throw new Error(`Row ${row} cannot be read: ${reason} Row ${row} is: ${shortened(text)}. Correct it or the column's type, or set "When a row cannot be read" to skip.`)
    }
    this.#reader = await readerOf({ connector, schema: this.#physical, physical: this.#all, listColumns: this.#all.fields.map((field) => field.name), context, badRow })
    await this.#reader.open()
    if (this.#reader.rowsTotal !== undefined) this.rowsTotal = this.#reader.rowsTotal
  }

  next(rowsMax: number): Batch | 'wait' | 'end' {
    const read = this.#reader!.next(rowsMax)
    if (read === 'wait' || read === 'end') return read
    this.#inputs[0] = read.columns
    const columns: Column[] = []
    for (const output of this.#outputs) {
      columns.push(output.kind === 'read' ? read.columns[output.index]! : output.evaluate(this.#inputs, read.rowCount, this.#evaluation))
    }
    const batch: Batch = { schema: this.#schema, columns, rowCount: read.rowCount, kinds: read.kinds, watermarks: null }
    if (this.#timeColumn >= 0) this.#refuseNullTime(batch, columns[this.#timeColumn]! as Float64Column)
    return batch
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

  #refuseNullTime(batch: Batch, column: Float64Column): void {
    const nulls = column.nulls
    if (nulls === null) return
    const row = nulls.subarray(0, batch.rowCount).indexOf(1)
    if (row < 0) return
    const name = this.#schema.fields[this.#timeColumn]!.name
    const values = rowAt(batch, row).map((value, i) => `${this.#schema.fields[i]!.name} = ${cellText(value, this.#schema.fields[i]!.type)}`)
    throw new Error(
      `The event time ${name} of a row is NULL, so the row has no place in time: ${shortened(values.join(', '))}. Give the column a value in the data, or compute one with COALESCE.`,
    )
  }
}

type OutputColumn = { readonly kind: 'read'; readonly index: number } | { readonly kind: 'computed'; readonly evaluate: CompiledScalar }

const poisonTextMax = 2000

function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}
