import type { WindowConfig } from '../../job/windowOf.ts'

/**
 * Which windows the timeline draws for one operator, and how. Windows that are cut by the clock alone lie where they lie whatever the rows, so they follow from the
 * operator's settings: a window stands on the ruler as soon as event time has reached its start, and is closed once the operator's watermark has reached its last
 * millisecond (`end - 1`; Flink's rule for SQL windows). Sessions are made by rows and are not drawn.
 */
export interface WindowBar {
  readonly start: number
  readonly end: number
  /** Overlapping windows stand in rows under each other. */
  readonly row: number
  readonly closed: boolean
}

export interface WindowBars {
  readonly bars: readonly WindowBar[]
  readonly rows: number
  /** Where too many overlap to be told apart, every n-th of them is drawn. */
  readonly every: number
}

export type AlignedWindow = Exclude<WindowConfig, { readonly type: 'session' }>

const rowsMax = 5
const barsMax = 400

/** The windows between two instants of the ruler; `watermark` is the operator's own, null before the first. None when they would be too narrow to be seen. */
export function windowBars(window: AlignedWindow, from: number, front: number, watermark: number | null): WindowBars {
  const { period, lengths } = cut(window)
  const overlap = Math.max(1, Math.ceil(window.sizeMs / period), lengths.length)
  const every = Math.ceil(overlap / rowsMax)
  const rows = Math.min(rowsMax, Math.ceil(overlap / every))
  const bars: WindowBar[] = []
  const first = Math.floor((from - window.offsetMs - window.sizeMs) / period) + 1
  const last = Math.floor((front - window.offsetMs) / period)
  if (((last - first + 1) * lengths.length) / every > barsMax) return { bars, rows, every }
  for (let index = first; index <= last; index++) {
    const start = index * period + window.offsetMs
    lengths.forEach((length, step) => {
      const place = lengths.length > 1 ? step : modulo(index, overlap)
      if (place % every !== 0 || start + length <= from) return
      bars.push({ start, end: start + length, row: place / every, closed: watermark !== null && watermark >= start + length - 1 })
    })
  }
  return { bars, rows, every }
}

/** How far starts lie apart, and the lengths of the windows that begin at each. */
function cut(window: AlignedWindow): { readonly period: number; readonly lengths: readonly number[] } {
  if (window.type === 'tumble') return { period: window.sizeMs, lengths: [window.sizeMs] }
  if (window.type === 'hop') return { period: window.slideMs, lengths: [window.sizeMs] }
  const steps = Math.floor(window.sizeMs / window.stepMs)
  return { period: window.sizeMs, lengths: Array.from({ length: Math.min(steps, barsMax) }, (_, step) => (step + 1) * window.stepMs) }
}

function modulo(a: number, b: number): number {
  return ((a % b) + b) % b
}
