import { gatherRows, type Batch } from '../../columnar/batch.ts'
import type { Column, Float64Column } from '../../columnar/column.ts'
import { fieldIndex } from '../../columnar/schema.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { sessionTime, wallClock, type SessionTime } from '../../engine/sessionTime.ts'
import { WindowGrid, type GridWindow } from '../../engine/windows.ts'
import { WindowTimes } from '../../engine/windowTimes.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { windowOf } from '../../job/windowConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new WindowAssign(spec) }

/**
 * The bare window function (Flink: WindowTableFunctionOperator): no state, and no row is late. A row without a time is in no window; it is dropped and counted with the late
 * ones, as Flink counts it apart.
 */
class WindowAssign implements OperatorRuntime {
  readonly #spec: OperatorSpec
  readonly #grid: WindowGrid
  readonly #timeColumn: number
  readonly #processing: boolean
  #time: SessionTime = wallClock
  #times!: WindowTimes
  #context!: OperatorContext

  constructor(spec: OperatorSpec) {
    const { schema } = spec.inputs[0]!
    const window = windowOf(spec.config)!
    this.#spec = spec
    this.#grid = new WindowGrid(window as GridWindow)
    this.#timeColumn = fieldIndex(schema, window.timeColumn)
    this.#processing = schema.fields[this.#timeColumn]!.time === 'processing'
  }

  open(context: OperatorContext): void {
    const { schema } = this.#spec.inputs[0]!
    this.#context = context
    this.#time = schema.fields[this.#timeColumn]!.type.kind === 'TIMESTAMP_LTZ' ? sessionTime(context.timeZone) : wallClock
    this.#times = new WindowTimes(schema, this.#timeColumn, this.#time)
  }

  processBatch(_input: number, arrived: Batch): void {
    const batch = this.#processing ? arrived : this.#withTimes(arrived)
    if (batch.rowCount === 0) return
    const grid = this.#grid
    const times = this.#times.of(batch, this.#processing ? this.#context.processingTime() : 0)
    let count = 0
    for (let row = 0; row < batch.rowCount; row++) {
      const end = grid.sliceEnd(times[row]!)
      count += (grid.lastWindowEnd(end) - end) / grid.sliceMs + 1
    }
    const rows = new Int32Array(count)
    const starts = new Float64Array(count)
    const ends = new Float64Array(count)
    const windowTimes = new Float64Array(count)
    let at = 0
    for (let row = 0; row < batch.rowCount; row++) {
      const first = grid.sliceEnd(times[row]!)
      const last = grid.lastWindowEnd(first)
      for (let end = first; end <= last; end += grid.sliceMs) {
        rows[at] = row
        starts[at] = grid.startOf(end)
        ends[at] = end
        windowTimes[at++] = this.#time.identity ? end - 1 : this.#time.instantOf(end - 1)
      }
    }
    const gathered = gatherRows(batch, rows, count)
    const bounds = [starts, ends, windowTimes].map((values): Column => ({ storage: 'float64', values, nulls: null }))
    this.#context.emit(0, { ...gathered, schema: this.#spec.outputs[0]!.schema, columns: [...gathered.columns, ...bounds] })
  }

  #withTimes(batch: Batch): Batch {
    const { nulls } = batch.columns[this.#timeColumn] as Float64Column
    if (nulls === null) return batch
    const rows = new Int32Array(batch.rowCount)
    let count = 0
    for (let row = 0; row < batch.rowCount; row++) if (nulls[row] !== 1) rows[count++] = row
    if (count === batch.rowCount) return { ...batch, columns: batch.columns.map((column, i) => (i === this.#timeColumn ? { ...column, nulls: null } : column)) }
    this.#context.counters.lateRows += batch.rowCount - count
    const kept = gatherRows(batch, rows, count)
    return { ...kept, columns: kept.columns.map((column, i) => (i === this.#timeColumn ? { ...column, nulls: null } : column)) }
  }

  onWatermark(watermark: number): number {
    return watermark
  }
}
