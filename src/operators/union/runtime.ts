import { eventTimeColumn, type Batch } from '../../columnar/batch.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new Union(spec) }

/** Rows pass as they are, under the first input's names. The watermark is the task's minimum over all inputs. */
class Union implements OperatorRuntime {
  readonly #schema: Schema
  readonly #timeColumn: number
  #context!: OperatorContext

  constructor(spec: OperatorSpec) {
    this.#schema = spec.outputs[0]!.schema
    this.#timeColumn = eventTimeColumn(this.#schema)
  }

  open(context: OperatorContext): void {
    this.#context = context
  }

  processBatch(_input: number, batch: Batch): void {
    // A column that is a time attribute in one input is none behind another that has it not: then nothing is in order.
    const inOrder = batch.inOrder === true && this.#timeColumn >= 0 && eventTimeColumn(batch.schema) === this.#timeColumn
    this.#context.emit(0, { ...batch, schema: this.#schema, inOrder })
  }

  onWatermark(watermark: number): number {
    return watermark
  }
}
