/**
 * A binary heap of runs by the row they began with.
 *
 * Runs that began with the same row are equal to it, and which of them comes first is seen in the results: Flink keeps its runs in a `java.util.PriorityQueue` and goes through them in the order
 * in which that array happens to lie. So this is that heap, step by step (sift up, sift down, remove and rebuild as OpenJDK's does), and not any heap.
 */
export interface Ordered {
  /** What it is ordered by: the number of the run's first row, Infinity for a run that has not begun. */
  readonly began: number
}

export class StateHeap<T extends Ordered> {
  /** As they lie in the heap. Not to be written. */
  readonly items: T[] = []

  clear(): void {
    this.items.length = 0
  }

  peek(): T | undefined {
    return this.items[0]
  }

  add(item: T): void {
    this.items.push(item)
    this.#up(this.items.length - 1, item)
  }

  poll(): T | undefined {
    const { items } = this
    const first = items[0]
    const last = items.pop()
    if (items.length > 0) this.#down(0, last!)
    return first
  }

  /** Takes out what `gone` says, and orders the rest anew. */
  removeAll(gone: (item: T) => boolean): void {
    const { items } = this
    let kept = 0
    for (const item of items) if (!gone(item)) items[kept++] = item
    if (kept === items.length) return
    items.length = kept
    for (let i = (kept >>> 1) - 1; i >= 0; i--) this.#down(i, items[i]!)
  }

  #up(at: number, item: T): void {
    const { items } = this
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (item.began >= items[parent]!.began) break
      items[at] = items[parent]!
      at = parent
    }
    items[at] = item
  }

  #down(at: number, item: T): void {
    const { items } = this
    const half = items.length >>> 1
    while (at < half) {
      let child = 2 * at + 1
      if (child + 1 < items.length && items[child]!.began > items[child + 1]!.began) child++
      if (item.began <= items[child]!.began) break
      items[at] = items[child]!
      at = child
    }
    items[at] = item
  }
}
