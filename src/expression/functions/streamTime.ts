import { isTimestamp, printType, withNullable } from '../../columnar/dataType.ts'
import type { FunctionDefinition } from '../functionDefinition.ts'

/**
 * Where a row meets the stream's clocks: processing time and the watermark. Both come with the evaluation context; nothing here reads a clock.
 */
export const streamTimeFunctions: readonly FunctionDefinition[] = [
  {
    kind: 'scalar',
    name: 'PROCTIME',
    category: 'time',
    signatures: ['PROCTIME()'],
    summary: 'The processing time: when the row is worked on, not when it happened.',
    examples: [],
    nulls: 'own',
    contextual: true,
    resolve: (call) =>
      call.args.length > 0 ? { problem: 'PROCTIME takes no arguments. Write PROCTIME().' } : { args: [], result: { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false }, nullable: false },
    kernel: (call) => (_columns, rowCount, context) => {
      const values = call.buffers.float64(rowCount).fill(context.processingTime(), 0, rowCount)
      return { storage: 'float64', values, nulls: null }
    },
  },
  {
    kind: 'scalar',
    name: 'CURRENT_WATERMARK',
    category: 'time',
    signatures: ['CURRENT_WATERMARK(rowtime)'],
    summary: 'The watermark that had been reached before this row, NULL before the first; rows at or behind it are late.',
    examples: [],
    nulls: 'own',
    contextual: true,
    resolve: (call) => {
      if (call.args.length !== 1) return { problem: `CURRENT_WATERMARK takes 1 argument, found ${call.args.length}. Write CURRENT_WATERMARK(column) with the time column of the watermark.` }
      const { type, time } = call.args[0]!
      if (!isTimestamp(type)) return { problem: `CURRENT_WATERMARK takes the time column that has the watermark, found ${printType(withNullable(type, true))}.`, argument: 0 }
      if (time !== 'event') return { problem: 'CURRENT_WATERMARK takes a column that still carries event time. This one is a plain timestamp: it was computed, or has no watermark. Use the time column as it comes from the source.', argument: 0 }
      return { args: [type], result: { ...type, precision: 3 }, nullable: true }
    },
    kernel: (call) => (_columns, rowCount, context) => {
      const values = call.buffers.float64(rowCount)
      let nulls: Uint8Array | null = null
      for (let i = 0; i < rowCount; i++) {
        const watermark = context.watermarks === null ? context.watermark : context.watermarks[i]!
        if (watermark === Number.NEGATIVE_INFINITY) {
          nulls ??= new Uint8Array(rowCount)
          nulls[i] = 1
          values[i] = 0
        } else values[i] = watermark
      }
      return { storage: 'float64', values, nulls }
    },
  },
]
