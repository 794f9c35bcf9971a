import type { ChannelReader, Element } from './channel.ts'
import type { CheckpointBarrier } from './checkpoint.ts'

/**
 * Which channels of a task have brought the barrier of the checkpoint that is being taken (Flink: SingleCheckpointBarrierHandler, CheckpointBarrierTracker).
 *
 * Aligned, a channel that brought it is blocked: its elements stay where they are, and its sender runs out of credit, so nothing is held here. At least once, no channel is blocked. Unaligned, none is either: the state is
 * copied at the first barrier, and what the others bring until theirs is written down as in flight. One checkpoint at a time: a newer barrier gives up the older checkpoint, and barriers of checkpoints that are over pass
 * unnoticed.
 */
export interface AlignedChannel {
  readonly reader: ChannelReader
  readonly ended: boolean
  blocked: boolean
}

export interface PendingCheckpoint<C> {
  readonly barrier: CheckpointBarrier
  readonly startedAt: number
  readonly arrived: ReadonlySet<C>
}

export class Alignment<C extends AlignedChannel> {
  readonly #channels: readonly C[]
  #pending: (PendingCheckpoint<C> & { readonly arrived: Set<C> }) | null = null
  /** Triggered, but no barrier has come yet. */
  #announced: CheckpointBarrier | null = null
  /** Checkpoints up to this one are over for this task. */
  #settled = 0
  readonly #inFlight = new Map<C, Element[]>()

  constructor(channels: readonly C[]) {
    this.#channels = channels
  }

  get pending(): PendingCheckpoint<C> | null {
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

  /** The checkpoint whose barriers may have overtaken what waits in the channels; null when there is none to look for. */
  get wanted(): number | null {
    const barrier = this.#pending?.barrier ?? this.#announced
    return barrier !== null && barrier.alignment === 'unaligned' ? barrier.checkpoint : null
  }

  /** A channel that may still bring the barrier. */
  awaits(channel: C): boolean {
    return !channel.ended && this.#pending?.arrived.has(channel) !== true
  }

  /**
   * A channel brought a barrier, which overtook some elements. `first`: it is the first of its checkpoint. `superseded`: the checkpoint that is given up for it. Null when its checkpoint is over.
   */
  arrive(channel: C, barrier: CheckpointBarrier, overtaken: readonly Element[], now: number): { readonly first: boolean; readonly superseded: CheckpointBarrier | null } | null {
    // One that a newer barrier has overtaken by another channel counts for nothing.
    if (barrier.checkpoint <= this.#settled || barrier.checkpoint < (this.#pending?.barrier.checkpoint ?? 0)) return null
    let superseded: CheckpointBarrier | null = null
    if (this.#pending !== null && this.#pending.barrier.checkpoint < barrier.checkpoint) {
      superseded = this.#pending.barrier
      this.abort(superseded.checkpoint)
    }
    const first = this.#pending === null
    this.#pending ??= { barrier, startedAt: now, arrived: new Set() }
    this.#pending.arrived.add(channel)
    if (barrier.alignment === 'aligned') channel.blocked = true
    for (const element of overtaken) this.#record(channel, element)
    return { first, superseded }
  }

  /** Whether elements may be kept that are taken now. */
  get records(): boolean {
    return this.#pending !== null && this.#pending.barrier.alignment === 'unaligned'
  }

  /** An element was taken from a channel: in flight, when it came before the barrier and the state is copied already. */
  took(channel: C, element: Element): void {
    if (this.#pending === null || this.#pending.barrier.alignment !== 'unaligned' || this.#pending.arrived.has(channel)) return
    this.#record(channel, element)
  }

  #record(channel: C, element: Element): void {
    if (element.kind === 'barrier') return
    const elements = this.#inFlight.get(channel)
    if (elements === undefined) this.#inFlight.set(channel, [element])
    else elements.push(element)
  }

  /** By channel, what was in flight. */
  get inFlight(): ReadonlyMap<C, readonly Element[]> {
    return this.#inFlight
  }

  /** Every channel that can still bring the barrier has brought it. */
  get isWhole(): boolean {
    return this.#pending !== null && !this.#channels.some((channel) => this.awaits(channel))
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
    this.#inFlight.clear()
    for (const channel of this.#channels) channel.blocked = false
  }
}
