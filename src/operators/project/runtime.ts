import type { Arrays } from '../../columnar/arrays.ts'
import { eventTimeColumn, withWatermarks, type Batch } from '../../columnar/batch.ts'
import type { Column, Float64Column } from '../../columnar/column.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { compileScalar, readsWatermark } from '../../expression/compile.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { checkScalar } from '../../expression/typeOf.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new Project(spec) }

class Project implements OperatorRuntime {
  readonly keeps = 'emitted'
  readonly watermarks: 'trailing' | undefined
  readonly #schema: Schema
  /** The time attribute's column before and behind; -1 where there is none. */
  readonly #timeIn: number
  readonly #timeOut: number
  readonly #columns: readonly ReturnType<typeof compileScalar>[]
  #context!: OperatorContext
  #evaluation!: EvaluationContext
  readonly #inputs: (readonly Column[])[] = [[]]

  constructor(spec: OperatorSpec) {
    this.#schema = spec.outputs[0]!.schema
    this.#timeIn = eventTimeColumn(spec.inputs[0]!.schema)
    this.#timeOut = eventTimeColumn(this.#schema)
    const scope = { inputs: [{ qualifier: null, schema: spec.inputs[0]!.schema }] }
    // Known once the operator is opened, which is before any row.
    const arrays: Arrays = { uint8: (n) => this.#context.arrays.uint8(n), int32: (n) => this.#context.arrays.int32(n), float64: (n) => this.#context.arrays.float64(n) }
    let reads = false
    this.#columns = namedExpressionsOf(spec.config, 'columns')!.map(({ name, expression }) => {
      const { typed, problems } = checkScalar(expression, scope)
      if (typed === null) throw new Error(`project ${spec.id} was deployed with a column ${name} that does not compile: ${problems[0]?.message}`)
      reads ||= readsWatermark(typed)
      return compileScalar(typed, arrays)
    })
    this.watermarks = reads ? undefined : 'trailing'
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
  }

  processBatch(_input: number, batch: Batch): void {
    this.#inputs[0] = batch.columns
    this.#evaluation.watermarks = batch.watermarks
    const columns: Column[] = []
    for (const column of this.#columns) columns.push(column(this.#inputs, batch.rowCount, this.#evaluation))
    // Columns that only pass keep their arrays: the time attribute is such a one where it is there still.
    const inOrder = batch.inOrder === true && this.#timeOut >= 0 && (columns[this.#timeOut] as Float64Column).values === (batch.columns[this.#timeIn] as Float64Column).values
    const { rowCount, kinds, watermarks, trailing } = inOrder ? batch : withWatermarks(batch, this.#context.arrays)
    this.#context.emit(0, { schema: this.#schema, columns, rowCount, kinds, watermarks, inOrder, trailing: trailing ?? null })
  }

  onWatermark(watermark: number): number {
    this.#evaluation.watermark = watermark
    return watermark
  }
}
