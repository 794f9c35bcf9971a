import type { ChannelReader } from './channel.ts'
import type { CheckpointBarrier } from './checkpoint.ts'

/**
 * Which channels of a task have brought the barrier of the checkpoint that is being taken (Flink: SingleCheckpointBarrierHandler, CheckpointBarrierTracker).
 *
 * Aligned, a channel that brought it is blocked: its elements stay where they are, and its sender runs out of credit, so nothing is held here. At least once, no channel is blocked. One checkpoint at a time: a newer barrier
 * gives up the older checkpoint, and barriers of checkpoints that are over pass unnoticed.
 */
export interface AlignedChannel {
  readonly reader: ChannelReader
  readonly ended: boolean
  blocked: boolean
}

interface PendingCheckpoint {
  readonly barrier: CheckpointBarrier
  readonly startedAt: number
  readonly arrived: Set<AlignedChannel>
}

export class Alignment {
  readonly #channels: readonly AlignedChannel[]
  #pending: PendingCheckpoint | null = null
  /** Triggered, but no barrier has come yet. */
  #announced: CheckpointBarrier | null = null
  /** Checkpoints up to this one are over for this task. */
  #settled = 0

  constructor(channels: readonly AlignedChannel[]) {
    this.#channels = channels
  }

  get pending(): PendingCheckpoint | null {
    return this.#pending
  }

  announce(barrier: CheckpointBarrier): void {
    if (barrier.checkpoint > this.#settled) this.#announced = barrier
  }

  /** The task ends: the checkpoint that it was told of and will see no barrier of. */
  takeAnnounced(): CheckpointBarrier | null {
    const announced = this.#announced
    this.#announced = null
    return announced
  }

  /** Whether the end of the task is still to be told for this checkpoint. */
  endedWith(barrier: CheckpointBarrier): boolean {
    if (barrier.checkpoint <= this.#settled) return false
    this.#settled = barrier.checkpoint
    return true
  }

  /** A channel brought a barrier. Returns the one whose checkpoint it gives up, if any. */
  arrive(channel: AlignedChannel, barrier: CheckpointBarrier, now: number): CheckpointBarrier | null {
    if (barrier.checkpoint <= this.#settled) return null
    let superseded: CheckpointBarrier | null = null
    let pending = this.#pending
    if (pending !== null && pending.barrier.checkpoint < barrier.checkpoint) {
      superseded = pending.barrier
      this.abort(superseded.checkpoint)
      pending = null
    }
    pending ??= { barrier, startedAt: now, arrived: new Set() }
    this.#pending = pending
    pending.arrived.add(channel)
    if (barrier.alignment !== 'atLeastOnce') channel.blocked = true
    return superseded
  }

  /** Every channel that can still bring the barrier has brought it. */
  get isWhole(): boolean {
    const pending = this.#pending
    return pending !== null && this.#channels.every((channel) => channel.ended || pending.arrived.has(channel))
  }

  /** Elements that wait in blocked channels. */
  waiting(): number {
    return this.#channels.reduce((sum, { blocked, reader }) => (blocked ? sum + reader.waiting() : sum), 0)
  }

  /** The checkpoint was taken. */
  settle(): void {
    this.abort(this.#pending!.barrier.checkpoint)
  }

  abort(checkpoint: number): void {
    if (checkpoint > this.#settled) this.#settled = checkpoint
    if (this.#announced !== null && this.#announced.checkpoint <= checkpoint) this.#announced = null
    if (this.#pending === null || this.#pending.barrier.checkpoint > checkpoint) return
    this.#pending = null
    for (const channel of this.#channels) channel.blocked = false
  }
}
