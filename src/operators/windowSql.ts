import type { WindowConfig } from '../job/windowConfig.ts'
import type { WindowFunction } from '../sql/statement.ts'

/** A window of a config as the table function over a view. Argument orders are SQL's: slide before size, step before size. */
export function windowFunction(window: WindowConfig, table: string, timeColumn: string, partitionBy: readonly string[] = []): WindowFunction {
  const at = { kind: 'window', table, timeColumn } as const
  switch (window.type) {
    case 'tumble':
      return { ...at, function: 'TUMBLE', intervals: withOffset([window.sizeMs], window.offsetMs) }
    case 'hop':
      return { ...at, function: 'HOP', intervals: withOffset([window.slideMs, window.sizeMs], window.offsetMs) }
    case 'cumulate':
      return { ...at, function: 'CUMULATE', intervals: withOffset([window.stepMs, window.sizeMs], window.offsetMs) }
    case 'session':
      return { ...at, function: 'SESSION', intervals: [window.gapMs], partitionBy }
  }
}

function withOffset(intervals: readonly number[], offsetMs: number): readonly number[] {
  return offsetMs === 0 ? intervals : [...intervals, offsetMs]
}
