import { freshArrays, Scratch } from '../columnar/arrays.ts'
import type { Batch } from '../columnar/batch.ts'
import type { Float64Column } from '../columnar/column.ts'
import type { Schema } from '../columnar/schema.ts'
import type { JsonObject } from '../columnar/json.ts'
import type { StateMemory } from '../columnar/stateCodec.ts'
import type { Chain, ChainOperator, PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { Clock } from '../deterministic/clock.ts'
import type { CheckpointBarrier, TaskSnapshot } from '../engine/checkpoint.ts'
import { LocalChannel, type ChannelReader, type ChannelWriter } from '../engine/channel.ts'
import { EdgeTap } from '../engine/edgeTap.ts'
import { ExchangeWriter, type ExchangeKind, type Outlet } from '../engine/exchange.ts'
import { OperatorNode, TaskFailure, type OutputTarget } from '../engine/operatorNode.ts'
import type { FileAccess, OperatorRuntime, SinkPort, SourceRuntime } from '../engine/operatorRuntime.ts'
import type { TopicAccess } from '../engine/topicAccess.ts'
import { SourceTask, type Gate, type SourceWatermark } from '../engine/sourceTask.ts'
import { OperatorTask, ProcessingTimers, type Task } from '../engine/task.ts'
import type { RuntimeFactory } from '../operators/runtimeFactory.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'
import { arrivingAt, channelsOf, receiverOf, type ChannelPlace } from './channels.ts'
import type { TaskStart } from './wire.ts'

/**
 * The subtasks of a job that live in one thread, and the order in which they get to work.
 *
 * A worker hosts subtask i of every chain (Flink's default slot sharing); an in-process run hosts all of them. The scheduler is synchronous:
 * it goes through the tasks from the sinks up, again and again, until nothing moves or its time is over. Tasks nearer the sinks come
 * first, so what is on its way is worked off before more is read. It never waits and knows no timers; its host does the waiting.
 */
export interface ThreadSetup {
  readonly plan: PhysicalPlan
  /** Subtask numbers hosted here. */
  readonly subtasks: readonly number[]
  readonly operators: Operators
  readonly clock: Clock
  /** Pins processing time to the highest event time read here, for tests. */
  readonly eventTimeAsProcessingTime?: boolean
  readonly files: FileAccess
  readonly topics?: TopicAccess
  /** Splits of sources that are known only when the job runs, by operator: the partitions of their topics. */
  readonly splits?: Readonly<Record<string, number>>
  /** This thread's end of a channel to or from another. */
  readonly writerTo: (place: ChannelPlace, schema: Schema) => ChannelWriter
  readonly readerFrom: (place: ChannelPlace, schema: Schema) => ChannelReader
  readonly sink: (operator: string, subtask: number, schema: Schema) => { readonly port: SinkPort; readonly outlet: Outlet | null }
  readonly poison: (operator: string, row: number, reason: string, text: string) => void
  /** Sources wait for each other: see `Gate.inTurn`. */
  readonly inTurn?: boolean
  /** A source has no rows yet; `ready` resolves when it may have. */
  readonly sourceWaits: (ready: Promise<void>) => void
  readonly previewRows: number
  /** Where snapshots go; absent when no checkpoint will be taken. */
  readonly snapshots?: { readonly memory?: StateMemory; acknowledge(snapshot: TaskSnapshot): void; decline(checkpoint: number, chain: number, subtask: number, reason: string): void }
}

/** What the runtime must know of rooms. */
export interface Operators {
  runtimeOf(kind: string): RuntimeFactory | undefined
  /** Splits of a source: how many of its subtasks can read at once. */
  splitsOf(spec: OperatorSpec): number
  /** What these operators need and only some jobs do; awaited before a thread is made. Null or absent: everything is there. */
  fetchedFor?(specs: readonly OperatorSpec[]): Promise<void> | null
}

export interface Subtask {
  readonly chain: Chain
  readonly subtask: number
  readonly task: Task
  readonly source: SourceTask | null
  readonly nodes: readonly { readonly node: OperatorNode; readonly operator: ChainOperator; readonly runtime: OperatorRuntime | null; readonly sources: readonly SourceRuntime[] }[]
  readonly taps: readonly { readonly tap: EdgeTap; readonly exchange: ExchangeWriter | null }[]
  finished: boolean
}

/** Elements a task may take before the next one has its turn. */
const elementsPerTurn = 16

interface SourceEntry {
  readonly runtime: SourceRuntime
  readonly number: number
  readonly splits: number
  /** Where its batches' arrays come from: known when the whole chain is. */
  readonly arrays: { scratch: Scratch | null }
}

/** Whether a batch that this node emits is no longer looked at by anyone once the call returns; or at most its rows. */
function leavesNothing(node: OperatorNode, atMost: 'nothing' | 'rows' = 'nothing'): boolean {
  return node.targets.every((port) =>
    port.every(({ node: next }) => {
      const keeps = next?.runtime?.keeps
      return next !== null && (keeps === 'nothing' || keeps === atMost || (keeps === 'emitted' && leavesNothing(next, atMost)))
    }),
  )
}

export class EngineThread {
  readonly subtasks: readonly Subtask[]
  readonly gate: Gate
  readonly #setup: ThreadSetup
  readonly #local = new Map<string, LocalChannel>()
  readonly #fromSinksUp: readonly Subtask[]
  /** Those of them that read. */
  readonly #reading: readonly Subtask[]
  readonly #opening: (() => Promise<void>)[] = []
  #eventTimeMax = -Infinity
  #unfinished: number
  #turn = 0
  #moved = false
  #sourceWaits = false

  constructor(setup: ThreadSetup) {
    this.#setup = setup
    this.gate = { until: -Infinity, inTurn: setup.inTurn === true, inStep: setup.eventTimeAsProcessingTime === true }
    this.subtasks = setup.plan.chains.flatMap((chain) => setup.subtasks.filter((subtask) => subtask < chain.parallelism).map((subtask) => this.#subtask(chain, subtask)))
    const { snapshots, plan } = setup
    if (snapshots !== undefined) {
      for (const { chain, subtask, task } of this.subtasks) {
        task.listener = {
          place: { chain: chain.id, subtask, parallelism: chain.parallelism, maxParallelism: plan.settings.maxParallelism },
          operators: chain.operators.map(({ spec }) => ({ operator: spec.id, kind: spec.kind })),
          ...(snapshots.memory === undefined ? {} : { memory: snapshots.memory }),
          acknowledge: (snapshot) => snapshots.acknowledge(this.#withEventTime(snapshot)),
          decline: (checkpoint, reason) => snapshots.decline(checkpoint, chain.id, subtask, reason),
        }
      }
    }
    this.#fromSinksUp = this.subtasks.toReversed()
    this.#reading = this.#fromSinksUp.filter(({ source }) => source !== null)
    this.#unfinished = this.subtasks.length
  }

  /** Opens the sources. Rejects with the failure of the first that cannot be opened. */
  async open(): Promise<void> {
    await Promise.all(this.#opening.map((open) => open()))
  }

  /** After `open`, before the first `pass`: tasks that are named begin where their snapshot was. */
  async restore(starts: readonly TaskStart[]): Promise<void> {
    // Before anything else: what was in flight is processed at the time it was.
    for (const { restore } of starts) {
      for (const { eventTimeRead } of restore.kind === 'same' ? restore.snapshot.splits : restore.splits) this.#eventTimeMax = Math.max(this.#eventTimeMax, eventTimeRead ?? -Infinity)
    }
    for (const subtask of this.subtasks) {
      const start = starts.find((candidate) => candidate.chain === subtask.chain.id && candidate.subtask === subtask.subtask)
      if (start === undefined) continue
      try {
        await subtask.task.restore(start.restore)
      } catch (error) {
        throw failedSubtask(error, subtask)
      }
    }
  }

  /** Every task hears of it, from the sinks up, so that none is met by a barrier it does not know. */
  triggerCheckpoint(barrier: CheckpointBarrier): void {
    for (const subtask of this.#fromSinksUp) {
      try {
        subtask.task.triggerCheckpoint(barrier)
      } catch (error) {
        throw failedSubtask(error, subtask)
      }
    }
  }

  abortCheckpoint(checkpoint: number): void {
    for (const { task } of this.subtasks) task.abortCheckpoint(checkpoint)
  }

  /** Rows that sources here have let through. */
  rowsRead(): number {
    let rows = 0
    for (const { source } of this.subtasks) if (source !== null) rows += source.nodes[0]!.rowsOut
    return rows
  }

  get isFinished(): boolean {
    return this.#unfinished === 0
  }

  /**
   * Works until nothing moves or the clock reaches `until`. True: there is more to do at once. A task that fails throws its `FailedSubtask`.
   * With `until` Infinity the clock is read for timers only, and the run depends on nothing but plan and data.
   */
  run(until: number): boolean {
    const { clock } = this.#setup
    for (;;) {
      const moved = this.pass()
      if (!moved) return false
      if (until !== Infinity && clock.now() >= until) return true
    }
  }

  /** Gives each task one turn. True when any did something. Where sources wait for each other, it stops at one that waits and goes on there. */
  pass(): boolean {
    if (this.#setup.eventTimeAsProcessingTime === true) return this.#passInStep()
    let moved = this.#moved
    this.#moved = false
    for (; this.#turn < this.#fromSinksUp.length; this.#turn++) {
      if (this.#advance(this.#fromSinksUp[this.#turn]!)) moved = true
      if (this.#sourceWaits && this.gate.inTurn) {
        this.#moved = moved
        return true
      }
    }
    this.#turn = 0
    return moved
  }

  /**
   * The same where processing time follows the rows: whatever is on its way is worked off before a source reads, and one source reads at a time, so that each row is met by the clock that it moved, wherever an exchange takes it.
   */
  #passInStep(): boolean {
    let moved = false
    for (const subtask of this.#fromSinksUp) if (subtask.source === null && this.#advance(subtask)) moved = true
    if (moved) return true
    for (let tried = 0; tried < this.#reading.length; tried++) {
      const source = this.#reading[this.#turn]!
      if (this.#advance(source)) moved = true
      if (this.#sourceWaits && this.gate.inTurn) return true
      this.#turn = this.#turn + 1 === this.#reading.length ? 0 : this.#turn + 1
      if (moved) return true
    }
    return false
  }

  #advance(subtask: Subtask): boolean {
    this.#sourceWaits = false
    if (subtask.finished) return false
    const { clock } = this.#setup
    const { task } = subtask
    const before = task.time.state
    if (before !== 'busy') task.time.enter(before, clock.now())
    let state: typeof before
    try {
      state = task.advance(elementsPerTurn)
    } catch (error) {
      throw failedSubtask(error, subtask)
    }
    if (state !== 'busy' || before !== 'busy') task.time.enter(state, clock.now())
    if (state !== 'finished') return state === 'busy'
    subtask.finished = true
    this.#unfinished--
    return true
  }

  /** When something is due although nothing arrives; Infinity when nothing is. */
  nextWake(): number {
    let wake = Infinity
    for (const { task, finished } of this.subtasks) if (!finished) wake = Math.min(wake, task.nextWake())
    return wake
  }

  /** Event time of the next row over all sources here: see `SourceTask.nextTime`. */
  nextTime(): { readonly time: number | null; readonly loading: boolean } {
    let time: number | null = null
    let loading = false
    this.#eachSource((source) => {
      const next = source.nextTime()
      loading ||= next.loading
      if (next.time !== null) time = Math.min(time ?? Infinity, next.time)
    })
    return { time, loading }
  }

  /** Lets the one next row through, and everything that follows from it. */
  step(): void {
    let chosen: SourceTask | null = null
    let least = Infinity
    this.#eachSource((source) => {
      const { time } = source.nextTime()
      if (time === null || (chosen !== null && time >= least)) return
      chosen = source
      least = time
    })
    if (chosen !== null) this.#eachSource((source) => source === chosen && source.step())
  }

  close(): void {
    for (const { source } of this.subtasks) source?.close()
  }

  #eachSource(visit: (source: SourceTask) => void): void {
    for (const subtask of this.subtasks) {
      if (subtask.source === null || subtask.finished) continue
      try {
        visit(subtask.source)
      } catch (error) {
        throw failedSubtask(error, subtask)
      }
    }
  }

  /** Whole milliseconds, as PROCTIME() has them: the machine's clock is finer. */
  #processingTime(): number {
    return this.#setup.eventTimeAsProcessingTime === true ? Math.max(0, this.#eventTimeMax) : Math.floor(this.#setup.clock.now())
  }

  #subtask(chain: Chain, subtask: number): Subtask {
    const { plan, clock } = this.#setup
    const processingClock = this.#setup.eventTimeAsProcessingTime === true ? { now: () => this.#processingTime() } : clock
    const outlets: Outlet[] = []
    const taps: { readonly tap: EdgeTap; readonly exchange: ExchangeWriter | null }[] = []
    const nodes: OperatorNode[] = []
    const behind = new Map<number, ExchangeWriter>()
    const sources: SourceEntry[] = []
    const entries: Subtask['nodes'][number][] = []
    const timers = new ProcessingTimers((node, time) => nodes[node]!.processingTime(time))

    // From the last to the first, because an operator's targets are nodes behind it.
    for (let index = chain.operators.length - 1; index >= 0; index--) {
      const operator = chain.operators[index]!
      const { spec } = operator
      const targets: OutputTarget[][] = spec.outputs.map(() => [])
      for (const output of operator.outputs) {
        const { schema } = spec.outputs[output.output]!
        // The job's edge is shown by the rows before what a rewrite put into it, with how full the way behind it is.
        const hidden = output.hidden === true
        const tap = new EdgeTap(output.edge, schema, hidden ? 0 : this.#setup.previewRows, hidden)
        const exchange = output.kind === 'exchange' ? this.#exchangeWriter(plan.exchanges[output.exchange]!.id, subtask, schema) : null
        if (exchange !== null) outlets.push(exchange)
        if (hidden && exchange !== null) behind.set(output.edge, exchange)
        if (!hidden) taps.push({ tap, exchange: exchange ?? behind.get(output.edge) ?? null })
        targets[output.output]!.push(output.kind === 'chained' ? { tap, node: nodes[output.operator]!, input: output.input, exchange: null } : { tap, node: null, input: 0, exchange })
      }
      const factory = this.#setup.operators.runtimeOf(spec.kind)
      if (factory === undefined) throw new TaskFailure('operator', spec.id, `There is no run time for operators of kind ${spec.kind}.`, null)
      let runtime: OperatorRuntime | null = null
      if (factory.role === 'operator') runtime = factory.create(spec)
      else if (factory.role === 'sink') {
        const { port, outlet } = this.#setup.sink(spec.id, subtask, spec.inputs[0]!.schema)
        if (outlet !== null) outlets.push(outlet)
        runtime = factory.create(spec, port)
      }
      const node = new OperatorNode(spec.phase === undefined || spec.phase.kind === 'global' ? spec.id : spec.phase.of, spec.inputs.map((input) => input.schema), runtime, targets)
      nodes[index] = node
      if (factory.role === 'source') sources.push(...this.#sources(factory.create, spec, chain, subtask, node))
      entries[index] = { node, operator, runtime, sources: factory.role === 'source' ? sources.map((source) => source.runtime) : [] }
    }

    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[index]!
      if (leavesNothing(node)) node.arrays.reuse()
      const context = {
        operatorId: node.id,
        subtask,
        parallelism: chain.parallelism,
        maxParallelism: plan.settings.maxParallelism,
        timeZone: plan.settings.timeZone,
        emit: (port: number, batch: Batch) => node.emit(port, batch),
        processingTime: () => this.#processingTime(),
        scheduleProcessingTimer: (time: number) => timers.schedule(index, time),
        counters: node,
      }
      try {
        node.runtime?.open?.({ ...context, arrays: node.arrays })
      } catch (error) {
        throw new FailedSubtask(node.failureOf(error, null), subtask)
      }
      const { spec } = chain.operators[index]!
      const factory = this.#setup.operators.runtimeOf(spec.kind)
      if (factory?.role !== 'operator') continue
      node.twin = () => {
        const runtime = factory.create(spec)
        // Its batches go on through this node, whose arrays they must outlive.
        runtime.open?.({ ...context, arrays: freshArrays })
        return runtime
      }
    }

    const head = entries[0]!
    if (head.operator.role === 'source') {
      const watermark = sourceWatermark(head.operator.spec)
      // Rows that leave the chain as they came wait in the exchange, and with them the arrays they are in.
      const reuses = leavesNothing(nodes[0]!)
      const splits = sources.map(({ runtime, number, splits, arrays }) => {
        arrays.scratch = reuses ? new Scratch() : null
        return { number, splits, runtime, watermark, scratch: arrays.scratch }
      })
      const { schema } = head.operator.spec.outputs[0]!
      const source = new SourceTask(splits, schema, nodes, outlets, this.gate, timers, processingClock, (ready) => {
        this.#sourceWaits = true
        this.#setup.sourceWaits(
          ready.catch((error: unknown) => {
            throw failedSubtask(error, { subtask, chain })
          }),
        )
      }, leavesNothing(nodes[0]!, 'rows'))
      return { chain, subtask, task: source, source, nodes: entries, taps, finished: false }
    }
    const inputs = head.operator.spec.inputs.map(({ port, schema }, input) => ({ port, channels: this.#readers(chain, input, subtask, schema) }))
    return { chain, subtask, task: new OperatorTask(inputs, nodes, outlets, timers, processingClock), source: null, nodes: entries, taps, finished: false }
  }

  #sources(create: (spec: OperatorSpec) => SourceRuntime, spec: OperatorSpec, chain: Chain, subtask: number, node: OperatorNode): SourceEntry[] {
    const splits = this.#setup.splits?.[spec.id] ?? this.#setup.operators.splitsOf(spec)
    const sources: SourceEntry[] = []
    for (let split = subtask; split < splits; split += chain.parallelism) {
      const source = create(spec)
      const arrays: SourceEntry['arrays'] = { scratch: null }
      sources.push({ runtime: source, number: split, splits, arrays })
      this.#opening.push(async () => {
        try {
          await source.open({
            operatorId: spec.id,
            split,
            splits,
            timeZone: this.#setup.plan.settings.timeZone,
            processingTime: () => this.#processingTime(),
            ...(this.#setup.eventTimeAsProcessingTime === true ? { eventTimesRead: (times: Float64Column, rowCount: number) => this.#followEventTime(times, rowCount) } : {}),
            files: this.#setup.files,
            ...(this.#setup.topics === undefined ? {} : { topics: this.#setup.topics }),
            arrays: arrays.scratch ?? freshArrays,
            counters: node,
            poison: (row, reason, text) => this.#setup.poison(spec.id, row, reason, text),
          })
        } catch (error) {
          throw new FailedSubtask(new TaskFailure('source', spec.id, error instanceof Error ? error.message : String(error), null, error), subtask)
        }
      })
    }
    return sources
  }

  /** Where processing time follows the data, it is where it was after a restore. */
  #withEventTime(snapshot: TaskSnapshot): TaskSnapshot {
    if (this.#setup.eventTimeAsProcessingTime !== true || snapshot.splits.length === 0) return snapshot
    return { ...snapshot, splits: snapshot.splits.map((split) => ({ ...split, eventTimeRead: this.#eventTimeMax })) }
  }

  /** Where processing time follows the data, each read moves it. */
  #followEventTime(times: Float64Column, rowCount: number): void {
    for (let row = 0; row < rowCount; row++) {
      if (times.values[row]! > this.#eventTimeMax && (times.nulls === null || times.nulls[row] === 0)) this.#eventTimeMax = times.values[row]!
    }
  }

  #exchangeWriter(id: number, from: number, schema: Schema): ExchangeWriter {
    const { plan } = this.#setup
    const exchange = plan.exchanges.find((candidate) => candidate.id === id)!
    const places = channelsOf(plan, exchange).filter((place) => place.from === from)
    const { operator, types } = receiverOf(plan, exchange)
    const receivers = places.map((place) => ({ operator, input: exchange.toInput, subtask: place.to, channel: arrivingAt(plan, exchange.toChain, place.to).findIndex((other) => other.exchange === id && other.from === from), types }))
    const writers = places.map((place) => (this.#setup.subtasks.includes(place.to) ? this.#localChannel(place) : this.#setup.writerTo(place, schema)))
    const { partitioning } = exchange
    const kind: ExchangeKind =
      partitioning.kind === 'hash'
        ? { kind: 'hash', columns: partitioning.columns, maxParallelism: plan.settings.maxParallelism }
        : partitioning.kind === 'rebalance'
          ? { kind: 'rebalance', first: from }
          : partitioning
    return new ExchangeWriter(kind, schema, writers, receivers)
  }

  #readers(chain: Chain, input: number, to: number, schema: Schema): ChannelReader[] {
    const { plan } = this.#setup
    return arrivingAt(plan, chain.id, to, input)
      .map((place) => (this.#setup.subtasks.includes(place.from) ? this.#localChannel(place) : this.#setup.readerFrom(place, schema)))
  }

  #localChannel(place: ChannelPlace): LocalChannel {
    const key = `${place.exchange}:${place.from}:${place.to}`
    let channel = this.#local.get(key)
    if (channel === undefined) {
      channel = new LocalChannel()
      this.#local.set(key, channel)
    }
    return channel
  }
}

/** A failure and the subtask it happened in. */
export class FailedSubtask extends Error {
  readonly failure: TaskFailure
  readonly subtask: number
  constructor(failure: TaskFailure, subtask: number) {
    super(failure.message, { cause: failure })
    this.name = 'FailedSubtask'
    this.failure = failure
    this.subtask = subtask
  }
}

function failedSubtask(error: unknown, { subtask, chain }: Pick<Subtask, 'subtask' | 'chain'>): FailedSubtask {
  if (error instanceof FailedSubtask) return error
  if (error instanceof TaskFailure) return new FailedSubtask(error, subtask)
  return new FailedSubtask(new TaskFailure('operator', chain.operators[0]!.spec.id, error instanceof Error ? error.message : String(error), null, error), subtask)
}

/** The declared watermark of a source; its config was checked when the job was. */
function sourceWatermark(spec: OperatorSpec): SourceWatermark | null {
  const watermark = spec.config.watermark as JsonObject | undefined
  if (watermark === undefined) return null
  const { schema } = spec.outputs[0]!
  const column = schema.fields.findIndex((field) => field.name === watermark.column)
  if (column < 0) throw new TaskFailure('source', spec.id, `The watermark column ${String(watermark.column)} is not among the columns that are read: ${schema.fields.map((field) => field.name).join(', ')}.`, null)
  return {
    column,
    columnName: schema.fields[column]!.name,
    delayMs: typeof watermark.delayMs === 'number' ? watermark.delayMs : watermark.expression === undefined ? 0 : null,
    idleTimeoutMs: typeof watermark.idleTimeoutMs === 'number' ? watermark.idleTimeoutMs : 0,
  }
}
