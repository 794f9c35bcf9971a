import type { Batch } from '../../columnar/batch.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new Union(spec) }

/** Rows pass as they are, under the first input's names. The watermark is the task's minimum over all inputs. */
class Union implements OperatorRuntime {
  readonly #schema: Schema
  #context!: OperatorContext

  constructor(spec: OperatorSpec) {
    this.#schema = spec.outputs[0]!.schema
  }

  open(context: OperatorContext): void {
    this.#context = context
  }

  processBatch(_input: number, batch: Batch): void {
    this.#context.emit(0, { ...batch, schema: this.#schema })
  }

  onWatermark(watermark: number): number {
    return watermark
  }
}
