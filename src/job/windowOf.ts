import type { JsonObject } from '../columnar/json.ts'

/** The `window` of a config as data, without the rules (`windowConfig.ts`), which bring every sentence that can be said of a job. */
export type WindowConfig =
  | { readonly type: 'tumble'; readonly timeColumn: string; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly type: 'hop'; readonly timeColumn: string; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number }
  | { readonly type: 'cumulate'; readonly timeColumn: string; readonly sizeMs: number; readonly stepMs: number; readonly offsetMs: number }
  | { readonly type: 'session'; readonly timeColumn: string; readonly gapMs: number; readonly partitionBy: readonly string[] | null }

/** The window of a config; null when it is absent or not complete yet. */
export function windowOf(config: JsonObject): WindowConfig | null {
  const window = config.window as JsonObject | undefined
  if (window === undefined || typeof window.timeColumn !== 'string') return null
  const { type, timeColumn, sizeMs, slideMs, stepMs, gapMs, partitionBy } = window
  const offsetMs = typeof window.offsetMs === 'number' ? window.offsetMs : 0
  if (type === 'session') {
    return typeof gapMs === 'number' ? { type, timeColumn, gapMs, partitionBy: Array.isArray(partitionBy) ? (partitionBy as string[]) : null } : null
  }
  if (typeof sizeMs !== 'number') return null
  if (type === 'tumble') return { type, timeColumn, sizeMs, offsetMs }
  if (type === 'hop' && typeof slideMs === 'number') return { type, timeColumn, sizeMs, slideMs, offsetMs }
  if (type === 'cumulate' && typeof stepMs === 'number') return { type, timeColumn, sizeMs, stepMs, offsetMs }
  return null
}
