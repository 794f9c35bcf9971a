import type { Column } from '../../columnar/column.ts'
import type { RowOrder } from '../../expression/rowOrder.ts'

/**
 * Rows of one key that wait for the watermark, in the order in which they will be matched: by time, by the further order columns, by arrival. Rows mostly come in order, so each is put in
 * from the end, and those that are due are always the first ones.
 */
export class WaitingRows {
  #positions: number[] = []
  #head = 0

  get count(): number {
    return this.#positions.length - this.#head
  }

  /** Position of the row that is next; -1: none waits. */
  get first(): number {
    return this.#head < this.#positions.length ? this.#positions[this.#head]! : -1
  }

  drop(): void {
    this.#head++
    if (this.#head === this.#positions.length) {
      this.#positions = []
      this.#head = 0
    } else if (this.#head >= 1024 && this.#head * 2 > this.#positions.length) {
      this.#positions = this.#positions.slice(this.#head)
      this.#head = 0
    }
  }

  insert(position: number, times: Float64Array, order: RowOrder | null, columns: readonly Column[]): void {
    const positions = this.#positions
    const before = (a: number, b: number): boolean => times[a]! < times[b]! || (!(times[a]! > times[b]!) && (order === null || order.compare(columns, a, columns, b) <= 0))
    const last = positions[positions.length - 1]
    if (last === undefined || before(last, position)) {
      positions.push(position)
      return
    }
    let low = this.#head
    let high = positions.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (before(positions[middle]!, position)) low = middle + 1
      else high = middle
    }
    positions.splice(low, 0, position)
  }

  each(visit: (position: number) => void): void {
    for (let i = this.#head; i < this.#positions.length; i++) visit(this.#positions[i]!)
  }

  renumber(moved: Int32Array): void {
    for (let i = this.#head; i < this.#positions.length; i++) this.#positions[i] = moved[this.#positions[i]!]!
  }
}
