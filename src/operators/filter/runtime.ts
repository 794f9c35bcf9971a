import { gatherRows, type Batch } from '../../columnar/batch.ts'
import type { Column } from '../../columnar/column.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { compilePredicate, readsWatermark } from '../../expression/compile.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { checkPredicate } from '../../expression/typeOf.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new Filter(spec) }

class Filter implements OperatorRuntime {
  readonly keeps = 'emitted'
  readonly watermarks: 'trailing' | undefined
  readonly #predicate: ReturnType<typeof compilePredicate>
  #context!: OperatorContext
  #evaluation!: EvaluationContext
  #rows = new Int32Array(0)
  readonly #inputs: (readonly Column[])[] = [[]]

  constructor(spec: OperatorSpec) {
    const { typed, problems } = checkPredicate(spec.config.where as string, { inputs: [{ qualifier: null, schema: spec.inputs[0]!.schema }] })
    if (typed === null) throw new Error(`filter ${spec.id} was deployed with a condition that does not compile: ${problems[0]?.message}`)
    this.#predicate = compilePredicate(typed)
    this.watermarks = readsWatermark(typed) ? undefined : 'trailing'
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
  }

  processBatch(_input: number, batch: Batch): void {
    if (this.#rows.length < batch.rowCount) this.#rows = new Int32Array(batch.rowCount)
    this.#inputs[0] = batch.columns
    this.#evaluation.watermarks = batch.watermarks
    const count = this.#predicate(this.#inputs, batch.rowCount, this.#evaluation, this.#rows)
    if (count === batch.rowCount) this.#context.emit(0, batch)
    else if (count > 0) this.#context.emit(0, { ...gatherRows(batch, this.#rows, count, this.#context.arrays), inOrder: batch.inOrder === true })
  }

  onWatermark(watermark: number): number {
    this.#evaluation.watermark = watermark
    return watermark
  }
}
