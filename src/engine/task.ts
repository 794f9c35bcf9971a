import { eventTimeColumn, watermarkBefore, type Batch } from '../columnar/batch.ts'
import { Alignment } from './alignment.ts'
import type { ChannelSnapshot, CheckpointBarrier, CheckpointedTask, CheckpointListener, InFlight, InFlightReceiver, OperatorSnapshot, TaskRestore } from './checkpoint.ts'
import { decodeInFlight, encodeInFlight, ReplayedChannel } from './inFlight.ts'
import type { Clock } from '../deterministic/clock.ts'
import type { ChannelReader, Element } from './channel.ts'
import type { Outlet } from './exchange.ts'
import type { OperatorNode } from './operatorNode.ts'
import { typesText } from './keyedState.ts'
import { announceWatermarks, bytesOf, finishedSnapshots, operatorSnapshots, processInFlight, resend, restoreOperators, sendBarrier } from './taskSnapshot.ts'
import { advanceBatch, CombinedWatermark, noWatermark, staysInOrder, WatermarkValve } from './watermark.ts'

/**
 * One subtask of a chain: takes elements from its channels and drives the chain's operators, synchronously, when told to advance.
 *
 * Promises: rows of one channel are processed in order; a watermark reaches an operator after the rows before it; the operator's watermark never falls;
 * the chain ends once, after every channel has. A task does not take input while one of its writers is out of credit, so what
 * it may exceed the credit by is the output of one element. It decides nothing about when it runs, and it never waits.
 *
 * Channels of one input port share a valve (Flink's union of channels); several ports are combined by the two-input rule.
 */
export interface Task extends CheckpointedTask {
  /** Works off what is there, at most about `elementsMax` elements. */
  advance(elementsMax: number): TaskState
  readonly nodes: readonly OperatorNode[]
  readonly outlets: readonly Outlet[]
  readonly time: TaskTime
  /** When it wants to be advanced although nothing arrives: a processing-time timer, an idle timeout; Infinity when never. */
  nextWake(): number
}

/** `busy`: did something, ask again. `idle`: nothing to do until something arrives. `backPressured`: nothing to do until a receiver takes something. */
export type TaskState = 'busy' | 'idle' | 'backPressured' | 'finished'

/** Where the time of a task goes: the milliseconds between two looks count for the state it was in. */
export class TaskTime {
  busyMs = 0
  idleMs = 0
  backPressuredMs = 0
  state: TaskState = 'idle'
  #since: number | null = null

  enter(state: TaskState, now: number): void {
    const ms = now - (this.#since ?? now)
    this.#since = now
    if (this.state === 'busy') this.busyMs += ms
    else if (this.state === 'idle') this.idleMs += ms
    else if (this.state === 'backPressured') this.backPressuredMs += ms
    this.state = state
  }
}

export interface TaskInput {
  /** Inputs of one port share a valve. */
  readonly port: string
  readonly channels: readonly ChannelReader[]
}

export class OperatorTask implements Task {
  readonly nodes: readonly OperatorNode[]
  readonly outlets: readonly Outlet[]
  readonly time = new TaskTime()
  listener: CheckpointListener | null = null
  readonly #head: OperatorNode
  readonly #clock: Clock
  readonly #channels: readonly InputChannel[]
  readonly #valves: readonly WatermarkValve[]
  readonly #combined: CombinedWatermark
  readonly #openChannels: number[]
  readonly #timers: ProcessingTimers
  readonly #alignment: Alignment<InputChannel>
  /** What the first barrier of an unaligned checkpoint found; it is acknowledged when the others have come. */
  #copied: Copied | null = null
  #idle = false
  #next = 0
  #open: number
  #finished = false

  constructor(inputs: readonly TaskInput[], nodes: readonly OperatorNode[], outlets: readonly Outlet[], timers: ProcessingTimers, clock: Clock) {
    this.nodes = nodes
    this.outlets = outlets
    this.#head = nodes[0]!
    this.#clock = clock
    this.#timers = timers
    const ports = [...new Set(inputs.map((input) => input.port))]
    const counts = new Int32Array(ports.length)
    this.#channels = inputs.flatMap(({ port, channels }, input) =>
      channels.map((reader) => {
        const valve = ports.indexOf(port)
        return { reader, input, valve, part: counts[valve]!++, ended: false, blocked: false }
      }),
    )
    this.#valves = Array.from(counts, (count) => new WatermarkValve(count))
    this.#combined = new CombinedWatermark(ports.length)
    this.#passOverUntimed()
    this.#openChannels = inputs.map(({ channels }) => channels.length)
    this.#open = this.#channels.length
    this.#alignment = new Alignment(this.#channels)
  }

  advance(elementsMax: number): TaskState {
    if (this.#finished) return hasCredit(this.outlets) ? 'finished' : 'backPressured'
    if (this.#open === 0) {
      // Restored from between the last end and what follows from it.
      this.#finish()
      return 'busy'
    }
    const { wanted } = this.#alignment
    if (wanted !== null) this.#lookForBarriers(wanted)
    for (let taken = 0; taken < elementsMax; ) {
      if (!hasCredit(this.outlets)) return taken > 0 ? 'busy' : 'backPressured'
      const rang = this.#timers.fire(this.#clock.now())
      if (this.#poll() === null) {
        const sent = flush(this.outlets)
        return taken > 0 || rang || sent ? 'busy' : 'idle'
      }
      taken++
      if (this.#finished) return 'busy'
    }
    return 'busy'
  }

  nextWake(): number {
    return this.#timers.next()
  }

  /** Takes one element of the next channel that has one, in turn. */
  #poll(): Element | null {
    const channels = this.#channels
    const passing = this.#head.runtime?.keeps === 'nothing' && !this.#alignment.records
    for (let tried = 0; tried < channels.length; tried++) {
      const channel = channels[this.#next]!
      this.#next = this.#next + 1 === channels.length ? 0 : this.#next + 1
      if (channel.ended || channel.blocked) continue
      const element = channel.reader.poll(passing)
      if (element === null) continue
      this.#alignment.took(channel, element)
      this.#take(channel, element)
      return element
    }
    return null
  }

  #take(channel: InputChannel, element: Element): void {
    const valve = this.#valves[channel.valve]!
    switch (element.kind) {
      case 'batch':
        this.#process(channel, valve, element.batch)
        if (element.watermark === noWatermark) return
        valve.advance(channel.part, element.watermark)
        break
      case 'watermark':
        valve.advance(channel.part, element.watermark)
        break
      case 'idle':
        valve.setIdle(channel.part)
        break
      case 'active':
        valve.setActive(channel.part)
        break
      case 'barrier':
        this.#barrier(channel, element.barrier, [])
        return
      case 'end':
        channel.ended = true
        valve.setActive(channel.part)
        valve.advance(channel.part, Infinity)
        if (--this.#openChannels[channel.input]! === 0) this.#head.inputEnded(channel.input)
        if (--this.#open === 0) {
          // At least once, the barrier may be missing from channels that have ended since.
          this.#aligned()
          this.#finish()
          return
        }
        this.#combine(channel.valve)
        // A channel that has ended has no barrier to bring any more.
        this.#aligned()
        return
    }
    this.#combine(channel.valve)
  }

  /** Rows with watermarks of their own get the operator's instead. */
  #process(channel: InputChannel, valve: WatermarkValve, batch: Batch): void {
    const head = this.#head
    const several = this.#channels.length > 1
    const inOrder = several && batch.inOrder === true && staysInOrder(batch, eventTimeColumn(batch.schema), head.watermark)
    if (batch.watermarks === null && !batch.trailing) {
      head.receive(channel.input, !several || inOrder === batch.inOrder ? batch : { ...batch, inOrder })
      return
    }
    // A stream with one channel is its own minimum.
    if (!several) {
      head.receive(channel.input, batch)
      valve.advance(0, watermarkBefore(batch, batch.rowCount - 1)!)
    } else {
      let moved = advanceBatch(valve, channel.part, batch)
      let { watermark } = valve
      if (this.#valves.length > 1) {
        // A valve that stands still moves no other.
        if (moved !== null) moved = advanceBatch(this.#combined, channel.valve, moved)
        watermark = this.#combined.watermark
      }
      const still = moved !== null || watermark === head.watermark ? null : new Float64Array(batch.rowCount).fill(watermark)
      head.receive(channel.input, moved === null ? { ...batch, watermarks: still, inOrder, trailing: null } : { ...moved, inOrder })
    }
    this.#combine(channel.valve)
  }

  /** A valve may have moved: so may the operator's watermark and idleness. */
  #combine(index: number): void {
    const valve = this.#valves[index]!
    const combined = this.#combined
    combined.advance(index, valve.watermark)
    if (valve.idle) combined.setIdle(index)
    else combined.setActive(index)
    if (combined.watermark > this.#head.watermark) this.#head.advance(combined.watermark)
    if (combined.idle === this.#idle) return
    this.#idle = combined.idle
    if (this.#idle) for (const node of this.nodes) node.flush()
    for (const outlet of this.outlets) {
      if (this.#idle) outlet.idle()
      else outlet.active()
    }
  }

  #finish(): void {
    this.#finished = true
    this.#head.advance(Infinity)
    finishChain(this.nodes, this.outlets, 0)
    const announced = this.#alignment.takeAnnounced()
    if (announced !== null) this.#acknowledgeEnd(announced)
  }

  triggerCheckpoint(barrier: CheckpointBarrier): void {
    if (this.listener === null) return
    if (this.#finished) this.#acknowledgeEnd(barrier)
    else this.#alignment.announce(barrier)
  }

  abortCheckpoint(checkpoint: number): void {
    this.#alignment.abort(checkpoint)
    if (this.#alignment.pending === null) this.#copied = null
  }

  /** Unaligned barriers are looked for before their turn, credit or not: that is what makes them quick. */
  #lookForBarriers(checkpoint: number): void {
    for (const channel of this.#channels) {
      if (!this.#alignment.awaits(channel)) continue
      const found = channel.reader.takeBarrier(checkpoint)
      if (found !== null) this.#barrier(channel, found.barrier, found.overtaken)
    }
  }

  #barrier(channel: InputChannel, barrier: CheckpointBarrier, overtaken: readonly Element[]): void {
    const arrival = this.#alignment.arrive(channel, barrier, overtaken, this.#clock.now())
    if (arrival === null) return
    if (arrival.superseded !== null) {
      this.#copied = null
      this.listener?.decline(arrival.superseded.checkpoint, `checkpoint ${barrier.checkpoint} came before it was whole`)
    }
    if (arrival.first && barrier.alignment === 'unaligned') this.#copied = this.#copy(barrier)
    this.#aligned()
  }

  /** The barrier goes on, and everything is copied. */
  #copy(barrier: CheckpointBarrier): Copied {
    const inFlight = sendBarrier(barrier, this.nodes, this.outlets)
    const now = this.#clock.now()
    const operators = this.listener === null ? [] : operatorSnapshots(this.listener, this.nodes, this.#timers)
    return { operators, channels: this.#channelSnapshots(), inFlight, syncMs: this.#clock.now() - now }
  }

  /** The checkpoint is taken when every channel has brought its barrier. */
  #aligned(): void {
    const alignment = this.#alignment
    if (!alignment.isWhole) return
    const { barrier, startedAt } = alignment.pending!
    const alignmentMs = this.#clock.now() - startedAt
    const waiting = alignment.waiting()
    const { operators, channels, inFlight, syncMs } = this.#copied ?? this.#copy(barrier)
    this.#copied = null
    const { listener } = this
    const arrived = [...alignment.inFlight].map(([channel, elements]) => encodeInFlight('in', this.#channels.indexOf(channel), 0, this.#receiverOf(channel), elements))
    listener?.acknowledge({
      checkpoint: barrier.checkpoint,
      place: listener.place,
      finished: false,
      operators,
      channels,
      splits: [],
      inFlight: [...arrived, ...inFlight],
      stateBytes: bytesOf(operators),
      startDelayMs: Math.max(0, startedAt - barrier.timestamp),
      alignmentMs,
      syncMs,
      bufferedElements: waiting + [...alignment.inFlight.values()].reduce((sum, elements) => sum + elements.length, 0),
    })
    alignment.settle()
  }

  #channelSnapshots(): ChannelSnapshot[] {
    return this.#channels.map(({ valve, part, ended }) => ({ ...this.#valves[valve]!.channel(part), combined: this.#valves[valve]!.watermark, ended }))
  }

  #acknowledgeEnd(barrier: CheckpointBarrier): void {
    const { listener } = this
    if (listener === null || !this.#alignment.endedWith(barrier)) return
    const times = { stateBytes: 0, startDelayMs: Math.max(0, this.#clock.now() - barrier.timestamp), alignmentMs: 0, syncMs: 0, bufferedElements: 0 }
    listener.acknowledge({ checkpoint: barrier.checkpoint, place: listener.place, finished: true, operators: finishedSnapshots(listener), channels: [], splits: [], inFlight: [], ...times })
  }

  async restore(restore: TaskRestore): Promise<void> {
    if (restore.kind === 'same' && restore.snapshot.finished) {
      this.#finished = true
      for (const outlet of this.outlets) outlet.end()
      return
    }
    restoreOperators(this.nodes, this.#timers, restore)
    if (restore.kind === 'same') {
      this.#restoreChannels(restore.snapshot.channels)
      for (const part of restore.snapshot.inFlight) {
        if (part.side === 'out') continue
        const channel = this.#channels[part.channel]!
        channel.reader = new ReplayedChannel(decodeInFlight(part, this.#head.inputSchemas[channel.input]!), channel.reader)
      }
      resend(restore.snapshot, this.outlets)
    } else {
      announceWatermarks(this.nodes)
      if (this.listener !== null) processInFlight(this.nodes, this.listener, restore)
      // New channels promise at least what the operator was promised.
      const { watermark } = this.#head
      this.#valves.forEach((valve, index) => {
        const own = this.#channels.filter((channel) => channel.valve === index)
        valve.restore(own.map(() => ({ watermark, idle: false, aligned: true })), watermark)
        this.#combined.advance(index, watermark)
      })
    }
  }

  #receiverOf(channel: InputChannel): InFlightReceiver {
    const { listener } = this
    const { input } = channel
    return { operator: listener?.operators[0]!.operator ?? '', input, subtask: listener?.place.subtask ?? 0, channel: this.#channels.indexOf(channel), types: typesText(this.#head.inputSchemas[input]!.fields.map(({ type }) => type)) }
  }

  /** An input whose time is none of the operator's never holds the others back. */
  #passOverUntimed(): void {
    for (const { input, valve } of this.#channels) if (this.#head.runtime?.untimed?.includes(input) === true) this.#combined.advance(valve, Infinity)
  }

  #restoreChannels(channels: readonly ChannelSnapshot[]): void {
    this.#valves.forEach((valve, index) => {
      const own = channels.filter((_, i) => this.#channels[i]!.valve === index)
      valve.restore(own, own[0]?.combined ?? noWatermark)
    })
    this.#combined.restore(
      this.#valves.map(({ watermark }) => watermark),
      this.#valves.map(({ idle }) => idle),
      this.#head.watermark,
    )
    this.#passOverUntimed()
    this.#idle = this.#combined.idle
    channels.forEach(({ ended }, i) => {
      if (!ended) return
      const channel = this.#channels[i]!
      channel.ended = true
      this.#openChannels[channel.input]!--
      this.#open--
    })
  }
}

interface Copied {
  readonly operators: readonly OperatorSnapshot[]
  readonly channels: readonly ChannelSnapshot[]
  readonly inFlight: readonly InFlight[]
  readonly syncMs: number
}

interface InputChannel {
  /** Another one after a restore, with what was in flight before it. */
  reader: ChannelReader
  readonly input: number
  readonly valve: number
  readonly part: number
  ended: boolean
  /** Brought the barrier of a checkpoint that waits for others. */
  blocked: boolean
}

/** Nodes of a chain are in topological order, so each has all its input before it finishes. */
export function finishChain(nodes: readonly OperatorNode[], outlets: readonly Outlet[], first: number): void {
  for (let i = first; i < nodes.length; i++) {
    if (i > 0) {
      nodes[i]!.advance(Infinity)
      nodes[i]!.inputEnded(0)
    }
    nodes[i]!.finish()
  }
  for (const outlet of outlets) outlet.end()
}

export function hasCredit(outlets: readonly Outlet[]): boolean {
  let credit = true
  for (const outlet of outlets) if (!outlet.hasCredit()) credit = false
  return credit
}

/** Sends what is collected; true when there was something. */
export function flush(outlets: readonly Outlet[]): boolean {
  let sent = false
  for (const outlet of outlets) if (outlet.flush()) sent = true
  return sent
}

/** Processing-time timers of all operators of a task, by time, then by order of asking. One per operator and time. */
export class ProcessingTimers {
  #timers: { readonly time: number; readonly node: number }[] = []
  readonly #ring: (node: number, time: number) => void

  constructor(ring: (node: number, time: number) => void) {
    this.#ring = ring
  }

  schedule(node: number, time: number): void {
    let at = this.#timers.length
    while (at > 0 && this.#timers[at - 1]!.time > time) at--
    for (let i = at - 1; i >= 0 && this.#timers[i]!.time === time; i--) if (this.#timers[i]!.node === node) return
    this.#timers.splice(at, 0, { time, node })
  }

  next(): number {
    return this.#timers[0]?.time ?? Infinity
  }

  /** Times that a node asked for. */
  of(node: number): number[] {
    return this.#timers.filter((timer) => timer.node === node).map(({ time }) => time)
  }

  /** True when there was one due. */
  fire(now: number): boolean {
    const due = this.next() <= now
    while (this.#timers.length > 0 && this.#timers[0]!.time <= now) {
      const { node, time } = this.#timers.shift()!
      this.#ring(node, time)
    }
    return due
  }
}
