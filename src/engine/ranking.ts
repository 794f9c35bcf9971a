import type { Column } from '../columnar/column.ts'

/**
 * Ranked lists of stored rows: positions, best first. Ties are decided by arrival, which is the order in which rows are placed; so a list needs no sort that keeps equals
 * in order, only a binary search for each row.
 */
export interface RowComparison {
  /** Negative when row `a` of `left` comes before row `b` of `right`. */
  compare(left: readonly Column[], a: number, right: readonly Column[], b: number): number
}

/** Where the row belongs: behind all that come before it or tie with it. */
export function placeAfterEquals(order: RowComparison, columns: readonly Column[], ranked: readonly number[], position: number): number {
  const last = ranked.length - 1
  // Most rows of a stream that is ranked by time, or that rank low, come last.
  if (last < 0 || order.compare(columns, ranked[last]!, columns, position) <= 0) return last + 1
  let low = 0
  let high = last
  while (low < high) {
    const middle = (low + high) >> 1
    if (order.compare(columns, ranked[middle]!, columns, position) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Where the row belongs: before all that tie with it. */
export function placeBeforeEquals(order: RowComparison, columns: readonly Column[], ranked: readonly number[], position: number): number {
  let low = 0
  let high = ranked.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (order.compare(columns, ranked[middle]!, columns, position) < 0) low = middle + 1
    else high = middle
  }
  return low
}
