import type { JsonObject } from '../../columnar/json.ts'

/** What a chart sink's settings say: known before there are rows to draw. */
export interface ChartConfig {
  readonly form: 'line' | 'bar' | 'points'
  readonly x: string
  readonly y: readonly string[]
  readonly series: string | null
}

/** Null for other sinks, and for settings that are not whole. */
export function chartConfigOf(config: JsonObject): ChartConfig | null {
  const connector = config.connector as JsonObject | undefined
  if (connector?.type !== 'chart' || typeof connector.x !== 'string' || !Array.isArray(connector.y)) return null
  const form = connector.form === 'bar' || connector.form === 'points' ? connector.form : 'line'
  return { form, x: connector.x, y: connector.y as readonly string[], series: typeof connector.series === 'string' ? connector.series : null }
}
