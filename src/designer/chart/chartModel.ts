import { cellText } from '../../columnar/batchText.ts'
import type { RowKindText } from '../../columnar/batch.ts'
import type { Value } from '../../columnar/column.ts'
import { isNumeric, isTimestamp, type DataType } from '../../columnar/dataType.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { ChartConfig } from './chartConfig.ts'

/**
 * A sink's rows as a chart: series of points, the span of both axes, and where their ticks stand. Plain data, so that it can be tested without a picture.
 *
 * One value stands at one place of a series: a later row of the same place replaces the earlier one, and a row that is taken back leaves a gap. So an updating result shows what holds now.
 */
export interface ChartRow {
  readonly kind: RowKindText
  readonly values: readonly Value[]
}

export interface ChartPoint {
  readonly x: number
  readonly y: number
}

export interface ChartSeries {
  readonly name: string
  /** By x, ascending. */
  readonly points: readonly ChartPoint[]
}

export interface Chart {
  readonly series: readonly ChartSeries[]
  /** Series beyond `seriesMax`, which are not drawn. */
  readonly seriesHidden: number
  readonly xAxis: Axis
  readonly yAxis: Axis
  /** What x means: a moment, a number, or the place of a text in `categories`. */
  readonly xKind: 'time' | 'number' | 'category'
  readonly categories: readonly string[]
}

export interface Axis {
  readonly low: number
  readonly high: number
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
}

export const seriesMax = 8
/** Points drawn of one series: the newest. */
export const pointsMax = 2000
/** Rows looked at: the newest. */
export const chartRowsMax = 10_000

/** Null where the columns are not there or hold nothing that can be drawn. */
export function chartOf(config: ChartConfig, schema: Schema, rowCount: number, rowAt: (index: number) => ChartRow): Chart | null {
  const x = fieldIndex(schema, config.x)
  const ys = config.y.map((name) => fieldIndex(schema, name))
  const series = config.series === null ? -1 : fieldIndex(schema, config.series)
  if (x < 0 || ys.length === 0 || ys.some((y) => y < 0) || (config.series !== null && series < 0)) return null
  const xType = schema.fields[x]!.type
  const xKind = isTimestamp(xType) ? 'time' : isNumeric(xType) ? 'number' : 'category'
  const categories: string[] = []
  const placeOf = new Map<string, number>()
  const found = new Map<string, Map<number, number>>()
  for (let i = Math.max(0, rowCount - chartRowsMax); i < rowCount; i++) {
    const { kind, values } = rowAt(i)
    const place = xKind === 'category' ? categoryOf(values[x] ?? null, xType, categories, placeOf) : numberOf(values[x] ?? null, xType)
    if (place === null) continue
    for (const y of ys) {
      const name = seriesName(config, schema, values, series, y, ys.length)
      let points = found.get(name)
      if (points === undefined) found.set(name, (points = new Map()))
      const value = numberOf(values[y] ?? null, schema.fields[y]!.type)
      if (kind === '-U' || kind === '-D') {
        if (points.get(place) === value) points.delete(place)
      } else if (value !== null) points.set(place, value)
    }
  }
  // By name, so that a series keeps its colour from run to run whatever comes first.
  const named = config.series === null ? [...found] : [...found].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
  const drawn = named.slice(0, seriesMax).map(([name, points]): ChartSeries => ({
    name,
    points: [...points].map(([at, y]) => ({ x: at, y })).sort((a, b) => a.x - b.x).slice(-pointsMax),
  }))
  const all = drawn.flatMap(({ points }) => points)
  if (all.length === 0) return null
  const span = (pick: (point: ChartPoint) => number): readonly [number, number] => all.reduce<readonly [number, number]>(([low, high], point) => [Math.min(low, pick(point)), Math.max(high, pick(point))], [Infinity, -Infinity])
  const [xLow, xHigh] = span((point) => point.x)
  const [yLow, yHigh] = span((point) => point.y)
  return {
    series: drawn,
    seriesHidden: Math.max(0, found.size - seriesMax),
    xAxis: xKind === 'time' ? timeAxis(xLow, xHigh) : xKind === 'number' ? numberAxis(xLow, xHigh, 6, false) : categoryAxis(categories),
    yAxis: numberAxis(yLow, yHigh, 5, true),
    xKind,
    categories,
  }
}

function seriesName(config: ChartConfig, schema: Schema, values: readonly Value[], series: number, y: number, yCount: number): string {
  const own = schema.fields[y]!.name
  if (series < 0) return own
  const text = cellText(values[series] ?? null, schema.fields[series]!.type)
  return yCount === 1 ? text : `${text} ${own}`
}

function categoryOf(value: Value, type: DataType, categories: string[], placeOf: Map<string, number>): number {
  const text = cellText(value, type)
  const known = placeOf.get(text)
  if (known !== undefined) return known
  placeOf.set(text, categories.length)
  return categories.push(text) - 1
}

function numberOf(value: Value, type: DataType): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return type.kind === 'DECIMAL' ? Number(value) / 10 ** type.scale : Number(value)
  return null
}

/** Ticks at 1, 2 or 5 times a power of ten; `fromZero` keeps zero in sight where the values are near it. */
export function numberAxis(least: number, most: number, wanted: number, fromZero: boolean): Axis {
  let [low, high] = [least, most]
  if (fromZero && low > 0 && low < high * 0.7) low = 0
  if (fromZero && high < 0 && high > low * 0.7) high = 0
  if (low === high) [low, high] = low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, high)]
  const step = niceStep((high - low) / wanted)
  if (fromZero) [low, high] = [Math.floor(low / step) * step, Math.ceil(high / step) * step]
  const ticks: { at: number; text: string }[] = []
  for (let count = Math.ceil(low / step); count * step <= high + step * 1e-9; count++) ticks.push({ at: count * step, text: numberText(count * step, step) })
  return { low, high, ticks }
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = rough / power
  return (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power
}

function numberText(value: number, step: number): string {
  const magnitude = Math.abs(value)
  const units: readonly (readonly [number, string])[] = [[1e12, ' T'], [1e9, ' G'], [1e6, ' M'], [1e4, ' k']]
  for (const [size, unit] of units) {
    if (magnitude < size) continue
    const divisor = size === 1e4 ? 1000 : size
    return `${trimmed(value / divisor, step / divisor)}${unit}`
  }
  return trimmed(value, step)
}

function trimmed(value: number, step: number): string {
  const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)))
  return value.toFixed(digits)
}

const timeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 604_800_000]

/** Ticks at whole seconds, minutes, hours, days, in UTC as the tables show them. */
export function timeAxis(least: number, most: number): Axis {
  const [low, high] = least === most ? [least - 500, most + 500] : [least, most]
  const step = timeSteps.find((candidate) => (high - low) / candidate <= 7) ?? Math.ceil((high - low) / 7 / 86_400_000) * 86_400_000
  const ticks: { at: number; text: string }[] = []
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) ticks.push({ at, text: timeText(at, step) })
  return { low, high, ticks }
}

function timeText(at: number, step: number): string {
  const iso = new Date(at).toISOString()
  if (step >= 86_400_000) return iso.slice(0, 10)
  if (step >= 60_000) return iso.slice(11, 16)
  return step >= 1000 ? iso.slice(11, 19) : iso.slice(14, 23)
}

function categoryAxis(categories: readonly string[]): Axis {
  const every = Math.max(1, Math.ceil(categories.length / 12))
  return {
    low: -0.5,
    high: categories.length - 0.5,
    ticks: categories.flatMap((text, at) => (at % every === 0 ? [{ at, text: text.length > 14 ? `${text.slice(0, 13)}…` : text }] : [])),
  }
}

/** The words of one place: its x, and what each series has there. */
export function readingAt(chart: Chart, x: number): { readonly at: number; readonly title: string; readonly values: readonly { readonly series: number; readonly text: string; readonly y: number }[] } | null {
  let nearest: number | null = null
  for (const { points } of chart.series) {
    const point = points[nearestIndex(points, x)]
    if (point !== undefined && (nearest === null || Math.abs(point.x - x) < Math.abs(nearest - x))) nearest = point.x
  }
  if (nearest === null) return null
  const at = nearest
  const title = chart.xKind === 'time' ? new Date(at).toISOString().replace('T', ' ').replace(/\.?0*Z$/, '') : chart.xKind === 'number' ? String(at) : (chart.categories[at] ?? '')
  const values = chart.series.flatMap(({ points }, series) => {
    const point = points[nearestIndex(points, at)]
    return point === undefined || point.x !== at ? [] : [{ series, text: String(Math.round(point.y * 1e6) / 1e6), y: point.y }]
  })
  return { at, title, values }
}

function nearestIndex(points: readonly ChartPoint[], x: number): number {
  let low = 0
  let high = points.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (points[middle]!.x < x) low = middle + 1
    else high = middle
  }
  return low > 0 && Math.abs(points[low - 1]!.x - x) <= Math.abs(points[low]!.x - x) ? low - 1 : low
}
