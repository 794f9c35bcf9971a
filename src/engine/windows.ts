/**
 * Which windows a time belongs to: Flink SQL's tumbling, hopping and cumulating windows as a grid of slices.
 *
 * Time is cut into *slices* of equal width that do not overlap: a tumbling window is one slice, a hopping window of size s and slide d is the s/d slices
 * that end with it, a cumulating window grows by one slice a step. A slice is known by its end; a row is in exactly one. Whatever is
 * aggregated or buffered is kept by slice and put together when a window closes (Flink: SliceAssigners; Li et al. 2005, "No pane, no gain").
 *
 * Size must be a multiple of slide or step and |offset| smaller than the size; `definition.ts` of the rooms reports it otherwise. All arithmetic is on
 * doubles holding whole milliseconds, in the time in which windows are aligned (see `sessionTime.ts`). The division is exact enough:
 * below 2^52 ms the quotient of a time one below a boundary is distinguishable from the boundary's.
 */
export type GridWindow =
  | { readonly type: 'tumble'; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly type: 'hop'; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number }
  | { readonly type: 'cumulate'; readonly sizeMs: number; readonly stepMs: number; readonly offsetMs: number }

/** Start of the window of this size that contains the time. */
export function windowStart(time: number, sizeMs: number, offsetMs: number): number {
  return Math.floor((time - offsetMs) / sizeMs) * sizeMs + offsetMs
}

export class WindowGrid {
  readonly window: GridWindow
  readonly sliceMs: number
  readonly #offsetMs: number

  constructor(window: GridWindow) {
    this.window = window
    this.sliceMs = window.type === 'tumble' ? window.sizeMs : window.type === 'hop' ? window.slideMs : window.stepMs
    this.#offsetMs = window.offsetMs
  }

  /** End of the slice a time is in. */
  sliceEnd(time: number): number {
    return windowStart(time, this.sliceMs, this.#offsetMs) + this.sliceMs
  }

  /** End of the last window that contains the slice ending here. The first one ends with the slice; between them windows end every `sliceMs`. */
  lastWindowEnd(sliceEnd: number): number {
    const window = this.window
    switch (window.type) {
      case 'tumble':
        return sliceEnd
      case 'hop':
        return sliceEnd - window.slideMs + window.sizeMs
      case 'cumulate':
        return windowStart(sliceEnd - 1, window.sizeMs, window.offsetMs) + window.sizeMs
    }
  }

  /** Start of the window with this end. */
  startOf(windowEnd: number): number {
    const window = this.window
    return window.type === 'cumulate' ? windowStart(windowEnd - 1, window.sizeMs, window.offsetMs) : windowEnd - window.sizeMs
  }

  /** All windows a time is in, oldest first: `window-assign`, help pages and tests. */
  windowsOf(time: number): { readonly start: number; readonly end: number }[] {
    const first = this.sliceEnd(time)
    const last = this.lastWindowEnd(first)
    const windows: { start: number; end: number }[] = []
    for (let end = first; end <= last; end += this.sliceMs) windows.push({ start: this.startOf(end), end })
    return windows
  }
}
