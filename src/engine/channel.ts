import type { Batch } from '../columnar/batch.ts'
import type { CheckpointBarrier } from './checkpoint.ts'

/**
 * One direction from one subtask to another: elements in order, with credit.
 *
 * Credit is how back-pressure becomes real: a task whose writers have none left is not advanced. It does not refuse: what one input element makes
 * an operator emit (a window that fires for a million keys) is taken as a whole and waits in the writer, so a channel holds at most its
 * credit plus the output of one element. Same-thread channels pass references; between threads `runtime` brings its own.
 */
export type Element =
  /** `watermark` follows the batch; -Infinity when none does. */
  | { readonly kind: 'batch'; readonly batch: Batch; readonly watermark: number }
  | { readonly kind: 'watermark'; readonly watermark: number }
  /** The sender has nothing to say for now: leave it out of the minimum; `active` before it speaks again. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'active' }
  /** Between what belongs to the checkpoint and what comes after it. */
  | { readonly kind: 'barrier'; readonly barrier: CheckpointBarrier }
  /** Last element: all rows are sent, and so is every watermark. */
  | { readonly kind: 'end' }

export interface ChannelWriter {
  /** Passes on what waits, as far as the receiver has room; then: is there room for more? */
  hasCredit(): boolean
  send(element: Element): void
  /** Whether an element sent now is copied before `send` returns, so that its batch may be overwritten afterwards. */
  copiesNow(): boolean
  /** A batch goes as it is, at no cost for its rows. */
  readonly passesReferences?: boolean
  /** Share of the credit in use, 0…1. */
  fill(): number
  /** Sends a barrier ahead of everything that waits at this end, credit or not. Returns what it overtook, which then belongs to the sender's snapshot. */
  overtake(barrier: CheckpointBarrier): readonly Element[]
}

/** A barrier taken out of its place, and the elements before it that are still to be taken and that its sender does not answer for. */
export interface OvertakingBarrier {
  readonly barrier: CheckpointBarrier
  readonly overtaken: readonly Element[]
}

export interface ChannelReader {
  /** The next element, taken; null when there is none now. `passing`: its batch is not looked at any more when the next is polled, so that the memory it lies in may be used again. */
  poll(passing?: boolean): Element | null
  /** Elements that wait to be taken, as far as is known. */
  waiting(): number
  /** The unaligned barrier of this checkpoint, if it has come, before its turn; what it overtook stays to be taken. */
  takeBarrier(checkpoint: number): OvertakingBarrier | null
}

/** Elements in flight on one channel before its writer is out of credit. Flink: 2 exclusive buffers a channel and 8 for the gate. */
export const channelCredit = 8

/** Within one thread. */
export class LocalChannel implements ChannelWriter, ChannelReader {
  readonly passesReferences: boolean = true
  #queue: (Element | null)[] = []
  #first = 0

  hasCredit(): boolean {
    return this.#queue.length - this.#first < channelCredit
  }

  send(element: Element): void {
    this.#queue.push(element)
  }

  copiesNow(): boolean {
    return false
  }

  fill(): number {
    return Math.min(1, (this.#queue.length - this.#first) / channelCredit)
  }

  overtake(barrier: CheckpointBarrier): readonly Element[] {
    const overtaken = this.#queue.slice(this.#first) as Element[]
    this.#queue = [{ kind: 'barrier', barrier }, ...overtaken]
    this.#first = 0
    return overtaken
  }

  /** It can only be the first: its sender has put it there and answers for the rest. */
  takeBarrier(checkpoint: number): OvertakingBarrier | null {
    const first = this.#queue[this.#first]
    if (first === undefined || first === null || first.kind !== 'barrier' || first.barrier.checkpoint !== checkpoint) return null
    this.poll()
    return { barrier: first.barrier, overtaken: [] }
  }

  waiting(): number {
    return this.#queue.length - this.#first
  }

  poll(): Element | null {
    if (this.#first === this.#queue.length) return null
    const element = this.#queue[this.#first]!
    this.#queue[this.#first++] = null
    if (this.#first === this.#queue.length) {
      this.#queue.length = 0
      this.#first = 0
    } else if (this.#first > 64 && this.#first * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#first)
      this.#first = 0
    }
    return element
  }
}
