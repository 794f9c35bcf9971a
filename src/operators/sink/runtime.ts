import type { Batch } from '../../columnar/batch.ts'
import type { JsonObject } from '../../columnar/json.ts'
import type { OperatorRuntime, SinkPort } from '../../engine/operatorRuntime.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

export const runtime: RuntimeFactory = { role: 'sink', create: (spec, port) => new Sink(spec, port) }

/**
 * Hands rows to the shell, which shows or writes them: the page and the command line differ there and nowhere else. Files are written by the
 * shell too, so that every shell writes them alike.
 */
class Sink implements OperatorRuntime {
  readonly #port: SinkPort | null

  constructor(spec: OperatorSpec, port: SinkPort) {
    const connector = spec.config.connector as JsonObject
    this.#port = connector.type === 'blackhole' ? null : port
  }

  processBatch(_input: number, batch: Batch): void {
    if (batch.rowCount > 0) this.#port?.deliver(batch)
  }

  onWatermark(watermark: number): number {
    return watermark
  }
}
