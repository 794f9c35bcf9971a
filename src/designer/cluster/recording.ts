import type { World } from '../../ensemble/world/world.ts'
import type { Status } from './status.ts'

/**
 * What happened in a run, for drawing and telling: messages with their way and fate, disk writes, transactions applied, states of machines, cuts, eras and the
 * sentences the protocol said of itself. Times are the world's microseconds. It is only ever written by `recorder.ts`; the past does not change except by `forget`,
 * which takes back everything from an event on when somebody acts in the past.
 *
 * It keeps the newest `messagesMax` messages and what belongs to them; a moment before that can still be visited, it only has no picture left.
 */
export const messageKinds = ['vote', 'proposal', 'ack', 'commit', 'sync', 'request', 'client', 'watch', 'job', 'log', 'fetch', 'ping'] as const
export type MessageKind = (typeof messageKinds)[number]

/** Under way, arrived, waiting at a paused machine, or lost and why. */
export type Fate = 'underWay' | 'delivered' | 'held' | 'lostDown' | 'lostBroken' | 'lostCut'

export interface Message {
  readonly kind: MessageKind
  readonly from: number
  readonly to: number
  readonly payload: object
  readonly sent: number
  /** Events that had happened when it was sent. */
  readonly sentEvent: number
  arrives: number
  /** The event of its arrival, or Infinity. */
  arrivedEvent: number
  fate: Fate
}

export type DiskKind = 'fsync' | 'cell' | 'truncate'
export interface DiskWrite {
  readonly node: number
  readonly kind: DiskKind
  readonly from: number
  readonly fromEvent: number
  to: number
  toEvent: number
  fate: 'underWay' | 'done' | 'lost'
}

export interface Applied {
  readonly node: number
  readonly time: number
  readonly event: number
  readonly zxid: number
}

/** A stretch of one machine's life. `to` is Infinity for the last one. */
export interface Stretch {
  readonly status: Status
  readonly from: number
  readonly fromEvent: number
  to: number
}

export type EraKind = 'start' | 'lost' | 'election' | 'sync' | 'broadcast' | 'noQuorum'
/** A stretch of the ensemble's life: what most of it was doing. */
export interface Era {
  readonly kind: EraKind
  /** Epoch of a broadcast, round of an election. */
  readonly number: number
  readonly leader: number
  readonly from: number
  readonly fromEvent: number
  to: number
}

/** Ways that are cut for a while, each as `from * nodes + to`. */
export interface Cut {
  readonly ways: readonly number[]
  /** Servers that have no uncut way to a majority. */
  readonly apart: readonly number[]
  readonly from: number
  readonly fromEvent: number
  to: number
  toEvent: number
}

export interface Note {
  readonly node: number
  readonly time: number
  readonly event: number
  readonly act: string
  readonly text: string
}

const messagesMax = 200_000

export class Recording {
  messages: Message[] = []
  writes: DiskWrite[] = []
  applied: Applied[] = []
  notes: Note[] = []
  eras: Era[] = []
  cuts: Cut[] = []
  /** By node. */
  lives: Stretch[][] = []
  /** The longest way a message took, within reason: how far before a window its messages may begin. */
  longestFlight = 0
  /** Counts what changed the past: pictures of it are void. */
  generation = 0
  /** Nothing before this is complete any more. */
  completeFrom = 0
  readonly world: { readonly servers: number; readonly observers: number; readonly nodes: number; readonly names: readonly string[]; readonly kinds: readonly string[] }

  constructor(world: World) {
    const { servers, observers } = world.setup.options
    this.world = { servers, observers, nodes: world.nodes.length, names: world.nodes.map(({ name }) => name), kinds: world.nodes.map(({ kind }) => world.setup.kinds[kind]!.name) }
    this.lives = world.nodes.map(() => [])
  }

  /** Keeps memory bounded: the older half goes. */
  thin(): void {
    if (this.messages.length <= messagesMax) return
    this.messages = this.messages.slice(messagesMax >> 1)
    this.completeFrom = this.messages[0]!.sent
    const since = this.completeFrom
    this.writes = this.writes.slice(firstAfter(this.writes, since, (write) => write.from))
    this.applied = this.applied.slice(firstAfter(this.applied, since, (mark) => mark.time))
    if (this.notes.length > messagesMax) this.notes = this.notes.slice(messagesMax >> 1)
  }

  /** What came after this event never happened; what was under way then is under way again. */
  forget(event: number): void {
    this.generation++
    const began = (at: { readonly fromEvent: number }): boolean => at.fromEvent <= event
    cutTail(this.messages, (message) => message.sentEvent <= event)
    for (let i = this.messages.length - 1; i >= 0; i--) {
      const message = this.messages[i]!
      if (message.arrivedEvent <= event) continue
      message.arrivedEvent = Infinity
      message.fate = 'underWay'
    }
    cutTail(this.writes, began)
    for (const write of this.writes) {
      if (write.toEvent <= event) continue
      write.toEvent = Infinity
      write.fate = 'underWay'
    }
    cutTail(this.applied, (mark) => mark.event <= event)
    cutTail(this.notes, (note) => note.event <= event)
    for (const list of [this.eras, ...this.lives] as { readonly fromEvent: number; to: number }[][]) {
      cutTail(list, began)
      const last = list[list.length - 1]
      if (last !== undefined) last.to = Infinity
    }
    cutTail(this.cuts, began)
    const cut = this.cuts[this.cuts.length - 1]
    if (cut !== undefined && cut.toEvent > event) cut.to = cut.toEvent = Infinity
  }
}

function cutTail<T>(list: T[], stays: (item: T) => boolean): void {
  let length = list.length
  while (length > 0 && !stays(list[length - 1]!)) length--
  list.length = length
}

/** Index of the first whose time is at least this; the list is in order of time. */
export function firstAfter<T>(list: readonly T[], time: number, timeOf: (item: T) => number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (timeOf(list[middle]!) < time) low = middle + 1
    else high = middle
  }
  return low
}

/** The stretch that holds at a time; null before the first. */
export function stretchAt<T extends { readonly from: number }>(list: readonly T[], time: number): T | null {
  const after = firstAfter(list, time + 1e-9, (stretch) => stretch.from)
  return after === 0 ? null : list[after - 1]!
}
