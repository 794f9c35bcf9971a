import { gatherRows, type Batch } from '../../src/columnar/batch.ts'
import { isNullAt, valueAt } from '../../src/columnar/column.ts'
import { fieldIndex } from '../../src/columnar/schema.ts'
import type { OperatorRuntime } from '../../src/engine/operatorRuntime.ts'
import type { Job, Operator } from '../../src/job/job.ts'
import type { OperatorSpec } from '../../src/job/operatorSpec.ts'
import { windowOf, type WindowConfig } from '../../src/job/windowOf.ts'
import { instead, type Course } from './instead.ts'

/**
 * The buffer before Flink's window operators, for tumbling windows with an offset: rows wait in it until a watermark reaches the end of a window *without the offset*, and then count only where
 * the watermark before that one had not closed their own window. (Flink: `AbstractWindowAggProcessor.advanceProgress`, `TimeWindowUtil.getNextTriggerWatermark`, which is given no offset, and the
 * combiners, which set no timer for a window that has fired.) What does not count is kept from Millrace's operator; everything else is its own.
 */
export function bufferedWindow(runtime: OperatorRuntime, operator: Operator, _spec: OperatorSpec, { job }: Course): OperatorRuntime {
  const window = windowBefore(job, operator)
  if (window?.type !== 'tumble') return runtime
  const own = windowOf(operator.config) !== null
  const buffer: { batch: Batch; end: number }[] = []
  let watermark = -Infinity
  let nextTrigger = -Infinity
  const advance = (to: number): void => {
    if (to <= watermark) return
    if (to >= nextTrigger) {
      for (const { batch, end } of buffer.splice(0)) if (watermark < end - 1) runtime.processBatch(0, batch)
      const aligned = Math.floor(to / window.sizeMs) * window.sizeMs + window.sizeMs - 1
      nextTrigger = to === Infinity ? Infinity : aligned > to ? aligned : aligned + window.sizeMs
    }
    watermark = to
    runtime.onWatermark(to)
  }
  return instead(runtime, {
    processBatch: (_input, batch) => {
      const column = batch.columns[fieldIndex(batch.schema, own ? window.timeColumn : 'window_end')]!
      for (let row = 0; row < batch.rowCount; row++) {
        if (batch.watermarks !== null) advance(batch.watermarks[row]!)
        if (isNullAt(column, row)) continue
        const at = Number(valueAt(column, row))
        const end = own ? Math.floor((at - window.offsetMs) / window.sizeMs) * window.sizeMs + window.offsetMs + window.sizeMs : at
        buffer.push({ batch: { ...gatherRows(batch, Int32Array.of(row), 1), watermarks: null }, end })
      }
    },
    onWatermark: (to) => {
      advance(to)
      return to
    },
  })
}

/** The window the operator works by: its own, or the one its rows carry. */
function windowBefore(job: Job, operator: Operator): WindowConfig | null {
  for (let at: Operator | undefined = operator; at !== undefined; ) {
    const window = windowOf(at.config)
    if (window !== null) return window
    const edge = job.edges.find(({ to, toPort }) => to === at!.id && (toPort === undefined || toPort === 'left'))
    at = job.operators.find(({ id }) => id === edge?.from)
  }
  return null
}
