import { freshArrays, ReusedArrays, Scratch } from '../columnar/arrays.ts'
import { rowAt, withWatermarks, type Batch } from '../columnar/batch.ts'
import { RowError } from '../columnar/rowError.ts'
import type { Schema } from '../columnar/schema.ts'
import type { Value } from '../columnar/column.ts'
import type { EdgeTap } from './edgeTap.ts'
import type { ExchangeWriter } from './exchange.ts'
import type { OperatorCounters, OperatorRuntime } from './operatorRuntime.ts'
import { maxWatermark, noWatermark } from './watermark.ts'

/**
 * One operator inside a task: its run time, what it counts, and where its output goes. Rows reach the next operator of a chain by a call; at the end
 * of the chain they are written to exchanges.
 *
 * A source's head is a node without a run time: the task emits through it.
 */
export class OperatorNode implements OperatorCounters {
  readonly id: string
  readonly inputSchemas: readonly Schema[]
  readonly runtime: OperatorRuntime | null
  /** By output port. */
  readonly targets: readonly (readonly OutputTarget[])[]
  /** What its run time may make its batches of. */
  readonly arrays = new ReusedArrays()
  /** For watermarks of batches, where nobody keeps them. */
  readonly #watermarks = new Scratch(32_768)
  /** Another run time of this operator, opened, that emits through this node; null where there is no way to make one. See `rescaledInFlight.ts`. */
  twin: (() => OperatorRuntime) | null = null
  rowsIn = 0
  rowsOut = 0
  lateRows = 0
  poisonRows = 0
  /** The operator's own watermark. */
  watermark = noWatermark
  /** What it last forwarded. */
  forwarded = noWatermark
  /** A source's: the watermarks of the first row it let through and of the rows so far. Infinity at the end of the input is none of them. */
  firstWatermark: number | null = null
  lastWatermark: number | null = null

  constructor(id: string, inputSchemas: readonly Schema[], runtime: OperatorRuntime | null, targets: readonly (readonly OutputTarget[])[]) {
    this.id = id
    this.inputSchemas = inputSchemas
    this.runtime = runtime
    this.targets = targets
  }

  receive(input: number, batch: Batch): void {
    this.rowsIn += batch.rowCount
    // All that it made of its last batch has gone through the chain.
    this.arrays.reset()
    try {
      this.runtime!.processBatch(input, batch.trailing ? this.#told(batch) : batch)
    } catch (error) {
      throw this.failureOf(error, { batch, schema: this.inputSchemas[input]! })
    }
  }

  /** Watermarks that trail the times of a batch, as the run time takes them. */
  #told(batch: Batch): Batch {
    const { watermarks, keeps } = this.runtime!
    if (watermarks === 'trailing') return batch
    if (watermarks === 'none') return { ...batch, trailing: null }
    return withWatermarks(batch, keeps === 'nothing' || keeps === 'rows' ? this.#watermarks.reset() : freshArrays)
  }

  /** The operator's watermark rose. */
  advance(watermark: number): void {
    if (!(watermark > this.watermark)) return
    this.watermark = watermark
    let forward: number
    try {
      forward = this.runtime!.onWatermark(watermark)
    } catch (error) {
      throw this.failureOf(error, null)
    }
    this.forward(forward)
  }

  forward(watermark: number): void {
    if (!(watermark > this.forwarded)) return
    this.forwarded = watermark
    for (const port of this.targets) {
      for (const target of port) {
        target.tap.watermark = watermark
        if (target.node !== null) target.node.advance(watermark)
        else target.exchange!.watermark(watermark)
      }
    }
  }

  emit(port: number, batch: Batch): void {
    if (batch.rowCount === 0) return
    const targets = this.targets[port]
    // A port that nobody listens to, such as `late`.
    if (targets === undefined || targets.length === 0) return
    this.rowsOut += batch.rowCount
    for (const target of targets) {
      target.tap.pass(batch, this.forwarded)
      if (target.node !== null) target.node.receive(target.input, batch)
      else target.exchange!.write(batch, this.forwarded)
    }
  }

  processingTime(time: number): void {
    try {
      this.runtime!.onProcessingTime?.(time)
    } catch (error) {
      throw this.failureOf(error, null)
    }
  }

  flush(): void {
    try {
      this.runtime?.flush?.()
    } catch (error) {
      throw this.failureOf(error, null)
    }
  }

  inputEnded(input: number): void {
    let held: number | void
    try {
      held = this.runtime!.onInputEnd?.(input)
    } catch (error) {
      throw this.failureOf(error, null)
    }
    if (typeof held === 'number') this.forward(held)
  }

  /** After all inputs have ended. */
  finish(): void {
    this.advance(maxWatermark)
    try {
      this.runtime!.finish?.()
    } catch (error) {
      throw this.failureOf(error, null)
    }
  }

  failureOf(error: unknown, at: { readonly batch: Batch; readonly schema: Schema } | null): TaskFailure {
    if (error instanceof TaskFailure) return error
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof RowError && at !== null) return new TaskFailure('row', this.id, message, { schema: at.schema, values: rowAt(at.batch, error.row) })
    return new TaskFailure('operator', this.id, message, null, error)
  }
}

export interface OutputTarget {
  readonly tap: EdgeTap
  /** The next operator of the chain, or null where the edge leaves the chain by `exchange`. */
  readonly node: OperatorNode | null
  readonly input: number
  readonly exchange: ExchangeWriter | null
}

/**
 * A task cannot go on. `row`: one row of the user's makes an expression fail; `source`: a source could not be opened or read; `operator`: anything
 * else an operator threw.
 */
export class TaskFailure extends Error {
  readonly code: 'row' | 'source' | 'operator'
  readonly operatorId: string
  readonly row: { readonly schema: Schema; readonly values: readonly Value[] } | null
  constructor(code: TaskFailure['code'], operatorId: string, message: string, row: TaskFailure['row'], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'TaskFailure'
    this.code = code
    this.operatorId = operatorId
    this.row = row
  }
}
