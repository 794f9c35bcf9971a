import { BatchDecoder } from '../columnar/batchCodec.ts'
import type { Schema } from '../columnar/schema.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import { systemClock, type Clock } from '../deterministic/clock.ts'
import type { FileAccess, OpenFile } from '../engine/operatorRuntime.ts'
import { Topics, type Topic } from '../ensemble/log/topics.ts'
import { remoteChannelsOf, workerCountOf } from './channels.ts'
import type { CheckpointState } from './checkpointCoordinator.ts'
import { initialState, step, type CoordinatorCommand, type CoordinatorEvent, type CoordinatorState } from './coordinator.ts'
import { exactNumbersOf, type ExactPlace } from './exactNumbers.ts'
import type { Fault, FaultMoment } from './faults.ts'
import { JobCheckpoints, type Beginning, type FaultTolerance } from './jobCheckpoints.ts'
import type { JobRun, JobStatus, RunEvent, RunFailure, Speed } from './jobRun.ts'
import type { CarrierChoice, EngineLink, Launcher } from './launcher.ts'
import { placementOf, type Region } from './placement.ts'
import { checkpointsFail, leaderChanged } from './runFailure.ts'
import { RunMetrics } from './runMetrics.ts'
import { ringMemory } from './slots.ts'
import { MemoryTables } from './storeTables.ts'
import { TopicReads } from './topicReads.ts'
import { splitsNow, TopicWriters } from './topicWriters.ts'
import { topicOf, transactionalSinks, type DurableStores, type TransactionalSink } from './transactionalSinks.ts'
import { bellMemory, canWaitForBells, mayShareMemory } from './waiting.ts'
import type { Carriers, FromEngine, ToEngine } from './wire.ts'

/**
 * Starts a plan on a launcher's engines and stands for it in the shell: it carries out what the coordinator says, opens files for sources, puts the numbers of
 * all engines together and hands rows of sinks to the listeners. With `faultTolerance` it takes checkpoints, and a failure is answered with new engines that go on from the newest.
 *
 * A sink's batch is acknowledged when every listener has returned, so a slow shell slows the job down instead of filling its memory. Without
 * `subscribe` nothing is lost: what comes before the first listener is kept for it.
 */
export interface RunOptions {
  readonly launcher: Launcher
  readonly files: FileAccess
  readonly speed?: Speed
  /** Deploys and waits for `resume` or `step`. */
  readonly paused?: boolean
  /** Rows kept for each edge's preview. */
  readonly previewRows?: number
  readonly carrier?: CarrierChoice
  /** `event`: processing time follows the highest event time read, for tests. */
  readonly processingTime?: 'wall' | 'event'
  /** All subtasks in one engine: a clock that follows the rows is an engine's own, so subtasks in several would each know another time. A fault of any worker is that engine's. */
  readonly oneEngine?: boolean
  readonly clock?: Clock
  /** Absent: no checkpoints, and a failure is the end. */
  readonly faultTolerance?: FaultTolerance
  /** What topics and tables of the job's sources and sinks are; absent: they live as long as the run. */
  readonly stores?: DurableStores
  /** Faults to be met, each once; `exit` ends the whole process. */
  readonly faults?: readonly Fault[]
  readonly exit?: () => void
}

/** A run, and what joins its workers. */
export interface StartedRun extends JobRun {
  /** Faults that were asked for and have not happened. */
  readonly faultsLeft: readonly Fault[]
  readonly carrier: Carriers['kind']
  readonly workers: number
}

/** Ms that engines get to close their files before they are ended. */
const graceMs = 1000
const slotCount = 8
const slotBytesMax = 256 * 1024
/** Shared memory for all rings of a run together. */
const ringBytesMax = 64 * 1024 * 1024
/** Records of a topic that brokers have not acknowledged, beyond which its sinks wait. */
const unacknowledgedMax = 65_536

export function startRun(plan: PhysicalPlan, options: RunOptions): StartedRun {
  const run = new Run(plan, options)
  run.start()
  return run
}

class Run implements StartedRun {
  readonly carrier: Carriers['kind']
  readonly workers: number
  readonly #plan: PhysicalPlan
  readonly #regions: readonly Region[]
  readonly #exactNumbers: readonly (readonly ExactPlace[])[]
  readonly #options: RunOptions
  readonly #clock: Clock
  #engines: Engine[] = []
  readonly #listeners = new Set<(event: RunEvent) => void>()
  #metrics: RunMetrics
  readonly #startedAt: number
  readonly #checkpoints: JobCheckpoints | null
  /** The store is ready, and what the run begins from is known. */
  #begun: Promise<unknown> = Promise.resolve()
  /** What the engines' tasks begin from at their next deployment. */
  #beginning: Beginning = { pointer: null, starts: [] }
  readonly #topics: Topics
  readonly #transactional: ReadonlyMap<string, TransactionalSink>
  /** By sink. */
  readonly #topicsWritten = new Map<string, Topic>()
  #isFinishing = false
  readonly #writers: TopicWriters
  readonly #reads: TopicReads
  /** Each subtask of a chain in an engine of its own. */
  readonly #spreads: boolean
  #faults: readonly Fault[]
  readonly #previewRows: number
  readonly #watched = new Map<number, number>()
  readonly #sinkSchemas = new Map<string, Schema>()
  /** Before anyone listened. */
  #unheard: RunEvent[] | null = []
  #state: CoordinatorState
  #status: JobStatus = { kind: 'created' }
  #ended: () => void = () => {}
  /** Stops listening to the control plane; null when there is none, or no more. */
  #unlisten: (() => void) | null = null
  readonly #gone: Promise<void>
  #terminated: Promise<unknown>[] = []

  constructor(plan: PhysicalPlan, options: RunOptions) {
    this.#plan = plan
    this.#spreads = options.launcher.usesWorkers && options.oneEngine !== true
    this.#regions = placementOf(plan, this.#spreads)
    this.#exactNumbers = this.#regions.map((region) => exactNumbersOf(region.plan))
    this.#options = options
    this.#clock = options.clock ?? systemClock()
    this.workers = this.#regions.reduce((count, { engines }) => count + engines.length, 0)
    this.carrier = !this.#spreads || remoteChannelsOf(plan).length === 0 ? 'none' : options.carrier !== 'transferred' && mayShareMemory() && canWaitForBells ? 'shared' : 'transferred'
    const { faultTolerance } = options
    // Without checkpoints a restart would begin from nothing and show its rows twice: as on Flink, a failure is the end then.
    const restart = faultTolerance === undefined || faultTolerance.checkpoint.intervalMs === 0 ? null : faultTolerance.restart
    this.#state = initialState(this.workers, options.speed ?? { kind: 'max' }, options.paused === true, restart, this.#regions.flatMap(({ engines }, region) => engines.map(() => region)))
    this.#previewRows = options.previewRows ?? 3
    this.#startedAt = this.#clock.now()
    this.#metrics = this.#freshMetrics()
    this.#faults = options.faults ?? []
    for (const chain of plan.chains) for (const { spec, role } of chain.operators) if (role === 'sink') this.#sinkSchemas.set(spec.id, spec.inputs[0]!.schema)
    this.#gone = new Promise((resolve) => {
      this.#ended = resolve
    })
    const stores = options.stores ?? { topics: new Topics(), tables: new MemoryTables(), owner: plan.name ?? '' }
    this.#topics = stores.topics
    this.#transactional = transactionalSinks(plan, stores, this.#clock)
    for (const { operators } of plan.chains) {
      for (const { spec, role } of operators) {
        const topic = role === 'sink' ? topicOf(spec) : null
        if (topic !== null) this.#topicsWritten.set(spec.id, stores.topics.get(topic)!)
      }
    }
    this.#writers = new TopicWriters(plan, this.#transactional)
    this.#reads = new TopicReads(stores.topics, (topic) => this.#writers.isWritten(topic))
    this.#checkpoints =
      faultTolerance === undefined
        ? null
        : new JobCheckpoints(plan, faultTolerance, this.#sinkSchemas, this.#transactional, this.#clock, {
            trigger: (barrier) => {
              for (const { link, isTerminated } of this.#engines) if (!isTerminated) void link.control.triggerCheckpoint(barrier).catch(ignore)
            },
            abort: (checkpoint) => {
              for (const { link, isTerminated } of this.#engines) if (!isTerminated) void link.control.abortCheckpoint(checkpoint).catch(ignore)
            },
            fail: (reason) => this.#dispatch({ kind: 'failed', engine: null, failure: checkpointsFail(reason), at: this.#clock.now() }),
            show: (rows) => {
              for (const { operator, subtask, epoch, batch } of rows) this.#tell({ kind: 'sink', operator, subtask, epoch, batch })
            },
            changed: (checkpoints) => this.#tell({ kind: 'checkpoints', checkpoints }),
            moment: (moment, checkpoint) => this.#meetFaults(moment, checkpoint),
          })
  }

  get status(): JobStatus {
    return this.#status
  }

  get checkpoints(): CheckpointState | null {
    return this.#checkpoints?.state ?? null
  }

  get faultsLeft(): readonly Fault[] {
    return this.#faults
  }

  start(): void {
    const checkpoints = this.#checkpoints
    if (checkpoints !== null) {
      const { controlPlane, store } = this.#options.faultTolerance!
      this.#unlisten = controlPlane?.onTakeover(({ jobManager }) => this.#dispatch({ kind: 'restore', checkpoint: Infinity, failure: leaderChanged(jobManager) })) ?? null
      this.#begun = checkpoints.begin().then(
        async (beginning) => {
          if (!('code' in beginning)) controlPlane?.startJob(this.#plan.name ?? '', await store.list())
          this.#begin(beginning)
        },
        (error: unknown) => this.#begin(checkpointsFail(`their store cannot be used: ${error instanceof Error ? error.message : String(error)}`)),
      )
      // Only a run that goes on from somewhere must know from where before it starts.
      if (this.#options.faultTolerance!.resume !== undefined) return
    }
    this.#launch()
    this.#dispatch({ kind: 'start', at: this.#clock.now() })
  }

  #begin(beginning: Beginning | RunFailure): void {
    if (this.#state.phase === 'over') return
    if ('code' in beginning) {
      this.#dispatch({ kind: 'unrecoverable', failure: beginning })
      return
    }
    if (this.#options.faultTolerance!.resume === undefined) return
    this.#beginning = beginning
    this.#launch()
    this.#dispatch({ kind: 'start', at: this.#clock.now() })
  }

  /** New engines for those that are to be deployed: all, or those of the regions that failed. */
  #launch(): void {
    for (const region of this.#regions) {
      if (region.engines.some((engine) => this.#state.engines[engine]!.life !== 'deploying')) continue
      if (this.#writes(region)) {
        this.#reads.forget()
        this.#writers.begin()
      }
      const carriers = this.#carriers(region)
      for (const [i, worker] of region.engines.entries()) {
        const engine: Engine = { link: this.#launched(worker, () => this.#engines[worker] === engine), carriers: carriers[i]!, decoders: new Map(), files: [], events: null, isTerminated: false }
        this.#engines[worker] = engine
      }
    }
  }

  /** Topics are read and written by one region, if by any; see `regionsOf`. */
  #writes({ plan }: Region): boolean {
    return this.#regions.length === 1 || plan.chains.some(({ operators }) => operators.some(({ spec }) => topicOf(spec) !== null))
  }

  #regionOf(engine: number): number {
    return this.#state.regions[engine]!
  }

  /** The operators that begin again; null when all do. */
  #beginningAnew(): ReadonlySet<string> | null {
    const anew = this.#regions.filter(({ engines }) => engines.some((engine) => this.#state.engines[engine]!.life === 'deploying'))
    return anew.length === this.#regions.length ? null : new Set(anew.flatMap(({ operators }) => [...operators]))
  }

  /** A worker that cannot even be made is one that dies when it is deployed. */
  #launched(worker: number, isCurrent: () => boolean): EngineLink {
    try {
      return this.#options.launcher.launch(worker, (why) => {
        if (isCurrent()) this.#dispatch({ kind: 'died', engine: worker, why, at: this.#clock.now() })
      })
    } catch (error) {
      const cannot = (): Promise<never> => Promise.reject(error as Error)
      const control = { position: cannot, release: cannot, step: cannot, watch: cannot, triggerCheckpoint: cannot, abortCheckpoint: cannot, cancel: cannot }
      return { control, deploy: cannot, terminate: () => Promise.resolve() }
    }
  }

  subscribe(listener: (event: RunEvent) => void): () => void {
    this.#listeners.add(listener)
    const unheard = this.#unheard
    this.#unheard = null
    for (const event of unheard ?? []) listener(event)
    return () => this.#listeners.delete(listener)
  }

  pause(): void {
    this.#dispatch({ kind: 'pause' })
  }
  resume(): void {
    this.#dispatch({ kind: 'resume' })
  }
  step(): void {
    this.#dispatch({ kind: 'step' })
  }
  setSpeed(speed: Speed): void {
    this.#dispatch({ kind: 'setSpeed', speed })
  }

  watch(edge: number, rows: number): void {
    this.#watched.set(edge, rows)
    this.#tellWatch(edge, rows)
  }
  unwatch(edge: number): void {
    this.#watched.delete(edge)
    this.#tellWatch(edge, this.#previewRows)
  }
  #tellWatch(edge: number, rows: number): void {
    for (const { link, isTerminated } of this.#engines) if (!isTerminated) void link.control.watch(edge, rows).catch(ignore)
  }

  savepoint(name: string): void {
    this.#checkpoints?.savepoint(name)
  }
  restoreFrom(checkpoint: number): void {
    if (this.#checkpoints !== null) this.#dispatch({ kind: 'restore', checkpoint })
  }
  killWorker(worker: number): void {
    this.#kill(worker, 'it was killed.')
  }

  async stop(): Promise<void> {
    this.#dispatch({ kind: 'stop' })
    await this.#gone
  }

  /** What an engine that has been replaced still had to say is for nobody. */
  #dispatchOf(engine: Engine, event: CoordinatorEvent): void {
    if (!engine.isTerminated) this.#dispatch(event)
  }

  #dispatch(event: CoordinatorEvent): void {
    if (this.#isFinishing && (event.kind === 'died' || event.kind === 'restore' || event.kind === 'failed')) return
    const before = this.#state
    const { state, commands } = step(before, event)
    this.#state = state
    // An engine that is restored behind its end may have finished before it counts as deployed.
    if (state.phase === 'over' && before.phase !== 'over' && (event.kind === 'finished' || event.kind === 'deployed')) this.#checkpoints?.finished()
    else if (before.phase === 'running' && state.phase !== 'running') {
      this.#checkpoints?.stopped(state.phase === 'restarting' || state.failure !== null ? `cut short: ${state.failure?.message ?? 'the job went on from another checkpoint'}` : 'the job was cancelled')
    }
    if (before.paused !== state.paused) {
      if (state.paused) this.#checkpoints?.paused()
      else this.#checkpoints?.resumed()
    }
    for (const command of commands) this.#carryOut(command)
    if (before.phase === 'deploying' && state.phase === 'running') {
      for (const [edge, rows] of this.#watched) this.#tellWatch(edge, rows)
      void this.#begun.then(() => {
        if (this.#state.attempt === state.attempt && this.#state.phase === 'running') this.#checkpoints?.running()
      })
    }
    if (this.#state.phase === 'over' && before.phase !== 'over') {
      // What a job that ended well has written was committed in the moment it finished.
      for (const sink of this.#transactional.values()) sink.abort()
      this.#reads.close()
    }
    if (this.#state.phase === 'over' && this.#engines.every(({ isTerminated }) => isTerminated)) {
      this.#unlisten?.()
      // What waits for a quorum would otherwise wait for ever.
      if (this.#unlisten !== null) this.#options.faultTolerance!.controlPlane!.endJob()
      this.#unlisten = null
      void Promise.all([...this.#terminated, this.#checkpoints?.settled()]).then(this.#ended)
    }
  }

  #carryOut(command: CoordinatorCommand): void {
    switch (command.kind) {
      case 'deploy':
        this.#deploy(command.engine)
        break
      case 'position': {
        const { engine, round } = command
        const asked = this.#engines[engine]!
        void asked.link.control.position().then((position) => this.#dispatchOf(asked, { kind: 'positioned', engine, round, position, at: this.#clock.now() }), ignore)
        break
      }
      case 'release':
        void this.#engines[command.engine]!.link.control.release(command.pace).catch(ignore)
        break
      case 'step': {
        const asked = this.#engines[command.engine]!
        void asked.link.control.step().then(() => this.#dispatchOf(asked, { kind: 'stepped', at: this.#clock.now() }), ignore)
        break
      }
      case 'cancel': {
        const { engine } = command
        const asked = this.#engines[engine]!
        void asked.link.control.cancel().then(() => this.#dispatchOf(asked, { kind: 'cancelled', engine }), ignore)
        break
      }
      case 'terminate': {
        const engine = this.#engines[command.engine]
        if (engine !== undefined) this.#terminate(engine)
        break
      }
      case 'startGrace':
        setTimeout(() => this.#dispatch({ kind: 'graceOver' }), graceMs)
        break
      case 'wait':
        setTimeout(() => this.#dispatch({ kind: 'delayOver', attempt: command.attempt }), command.ms)
        break
      case 'recover':
        void this.#recover(command)
        break
      case 'status':
        // The last numbers come before the last word.
        if (command.status.kind === 'finished' || command.status.kind === 'failed') for (const event of this.#metrics.frame(this.#clock.now())) this.#tell(event)
        this.#status = command.status
        this.#tell({ kind: 'status', status: command.status })
        break
    }
  }

  #terminate(engine: Engine): void {
    if (engine.isTerminated) return
    engine.isTerminated = true
    engine.events?.close()
    this.#terminated.push(engine.link.terminate())
  }

  #kill(worker: number, why: string): void {
    const engine = this.#engines[worker]
    if (engine === undefined || engine.isTerminated) return
    this.#terminate(engine)
    this.#dispatch({ kind: 'died', engine: worker, why, at: this.#clock.now() })
  }

  async #recover({ attempt, upTo, failure }: Extract<CoordinatorCommand, { kind: 'recover' }>): Promise<void> {
    let beginning: Beginning | RunFailure
    try {
      await this.#begun
      // The old engines are gone before new ones read the same files and write the same sinks.
      await Promise.all(this.#terminated)
      if (this.#state.attempt !== attempt) return
      beginning = await this.#checkpoints!.recover(upTo, failure, this.#beginningAnew())
    } catch (error) {
      beginning = checkpointsFail(`their store cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    }
    if (this.#state.attempt !== attempt || this.#state.phase !== 'restarting') return
    if ('code' in beginning) {
      this.#dispatch({ kind: 'unrecoverable', failure: beginning })
      return
    }
    const takeBack = this.#options.faultTolerance!.uncommittedRows === 'shown' && this.#checkpoints!.takesBack
    const operators = this.#beginningAnew()
    this.#tell({ kind: 'restored', checkpoint: beginning.pointer?.id ?? null, takeBack, operators: operators === null ? null : [...operators] })
    this.#beginning = beginning
    if (operators === null) this.#metrics = this.#freshMetrics()
    else this.#state.engines.forEach(({ life }, engine) => life === 'deploying' && this.#metrics.forget(engine))
    this.#launch()
    this.#dispatch({ kind: 'recovered', attempt })
  }

  #freshMetrics(): RunMetrics {
    return new RunMetrics(this.#plan, this.#startedAt, (edge) => this.#watched.get(edge) ?? this.#previewRows)
  }

  #engineOf({ worker }: Fault): number | null {
    return worker === null || this.#spreads ? worker : 0
  }

  #meetFaults(moment: FaultMoment, checkpoint: number): void {
    const met = this.#faults.filter(({ when }) => when.kind === 'checkpoint' && when.checkpoint === checkpoint && when.moment === moment)
    if (met.length === 0) return
    this.#faults = this.#faults.filter((fault) => !met.includes(fault))
    for (const fault of met) {
      const worker = this.#engineOf(fault)
      if (worker === null) this.#options.exit?.()
      // Not in the middle of what the coordinator is saying.
      else queueMicrotask(() => this.#kill(worker, `it was killed, as the fault at checkpoint ${checkpoint} (${moment}) asks.`))
    }
  }

  #deploy(worker: number): void {
    const engine = this.#engines[worker]!
    const regionNumber = this.#regionOf(worker)
    const region = this.#regions[regionNumber]!
    const place = region.engines.indexOf(worker)
    const { port1, port2 } = new MessageChannel()
    engine.events = port1
    port1.onmessage = (event: MessageEvent) => this.#hear(worker, engine, event.data as FromEngine)
    const { carriers } = engine
    const subtasks = this.#spreads ? [place] : Array.from({ length: workerCountOf(this.#plan) }, (_, i) => i)
    const fault = this.#faults.find((candidate) => this.#engineOf(candidate) === worker && candidate.when.kind === 'rows')
    const deployment = {
      plan: region.plan,
      exactNumbers: this.#exactNumbers[regionNumber]!,
      worker: place,
      subtasks,
      carriers,
      previewRows: this.#previewRows,
      eventTimeAsProcessingTime: this.#options.processingTime === 'event',
      checkpoints: this.#checkpoints !== null,
      splits: splitsNow(this.#plan, this.#topics),
      restores: this.#beginning.starts.filter(({ chain, subtask }) => region.chains.has(chain) && subtasks.includes(subtask)),
      epoch: this.#beginning.pointer?.id ?? 0,
      haltAfterRows: fault?.when.kind === 'rows' ? fault.when.rows : null,
    }
    const transfer: Transferable[] = carriers.kind === 'transferred' ? carriers.peers.map(({ port }) => port) : []
    engine.link.deploy(deployment, port2, transfer).then(
      (failure) => this.#dispatchOf(engine, failure === null ? { kind: 'deployed', engine: worker, at: this.#clock.now() } : { kind: 'failed', engine: worker, failure, at: this.#clock.now() }),
      (error: unknown) => this.#dispatchOf(engine, { kind: 'died', engine: worker, why: `${error instanceof Error ? error.message : String(error)}.`, at: this.#clock.now() }),
    )
  }

  #hear(worker: number, engine: Engine, message: FromEngine): void {
    if (engine.isTerminated) return
    switch (message.kind) {
      case 'report': {
        this.#checkpoints?.look()
        for (const event of this.#metrics.take(worker, message.report)) this.#tell(event)
        const live = this.#engines.flatMap((_, i) => (this.#state.engines[i]!.life === 'running' ? [i] : []))
        if (this.#state.phase === 'running' && this.#metrics.hasReportOf(live)) for (const event of this.#metrics.frame(this.#clock.now())) this.#tell(event)
        break
      }
      case 'sink': {
        const { operator, subtask, epoch, buffer, byteLength } = message
        const key = `${operator}/${subtask}`
        let decoder = engine.decoders.get(key)
        if (decoder === undefined) {
          decoder = new BatchDecoder(this.#sinkSchemas.get(operator)!)
          engine.decoders.set(key, decoder)
        }
        const batch = decoder.decode(buffer, 0, byteLength)
        if (this.#checkpoints === null) {
          this.#transactional.get(operator)?.append(subtask, batch)
          this.#tell({ kind: 'sink', operator, subtask, epoch, batch })
        } else this.#checkpoints.received({ operator, subtask, epoch, batch, bytes: byteLength })
        const taken = (): void => this.#answer(engine, { kind: 'sinkTaken', operator, subtask })
        const topic = this.#topicsWritten.get(operator)
        // A producer that may hold no more makes its sink wait (Kafka's buffer.memory).
        if (topic === undefined || topic.unreplicated <= unacknowledgedMax) taken()
        else topic.whenReplicated(taken)
        break
      }
      case 'sinkEnded': {
        const topic = this.#writers.ended(message.operator, message.subtask)
        if (topic === null) break
        // Whoever reads the topic waits for what is not committed yet.
        if (this.#transactional.get(message.operator)!.isOpen) this.#checkpoints?.hurry()
        this.#reads.look(null)
        break
      }
      case 'openTopic': {
        const { request, open } = message
        try {
          this.#answer(engine, { kind: 'topicOpened', request, ...this.#reads.open(open) })
        } catch (error) {
          this.#answer(engine, { kind: 'topicFailed', request, message: error instanceof Error ? error.message : String(error) })
        }
        break
      }
      case 'fetchTopic': {
        const { request, topic, partition, offset, isolation } = message
        this.#reads.fetch(topic, partition, offset, isolation, (records) =>
          this.#answer(engine, records instanceof Error ? { kind: 'topicFailed', request, message: records.message } : { kind: 'topicFetched', request, records }),
        )
        break
      }
      case 'finished':
        this.#engineFinished(worker)
        break
      case 'failed':
        this.#dispatch({ kind: 'failed', engine: worker, failure: message.failure, at: this.#clock.now() })
        break
      case 'acknowledged':
        // A sink has its snapshot when the brokers have its rows (KafkaWriter.flush).
        this.#whenReplicated([...this.#topicsWritten.values()], () => {
          if (!engine.isTerminated) this.#checkpoints?.acknowledged(message, () => this.#answer(engine, { kind: 'snapshotTaken', loan: message.loan }))
        })
        break
      case 'declined':
        this.#checkpoints?.declined(message.checkpoint, `subtask ${message.task.subtask} of chain ${message.task.chain}: ${message.reason}`)
        break
      case 'halted': {
        const fault = this.#faults.find((candidate) => this.#engineOf(candidate) === worker && candidate.when.kind === 'rows')
        this.#faults = this.#faults.filter((candidate) => candidate !== fault)
        this.#kill(worker, 'it was killed, as the fault at a number of rows asks.')
        break
      }
      case 'openFile': {
        const { request } = message
        this.#options.files.open(message.path).then(
          (file) => {
            engine.files.push(file)
            this.#answer(engine, { kind: 'fileOpened', request, file: engine.files.length - 1, size: file.size })
          },
          (error: unknown) => this.#answer(engine, { kind: 'fileFailed', request, message: error instanceof Error ? error.message : String(error) }),
        )
        break
      }
      case 'readFile': {
        const { request } = message
        engine.files[message.file]!.read(message.start, message.end).then(
          (bytes) => this.#answer(engine, { kind: 'fileRead', request, bytes }),
          (error: unknown) => this.#answer(engine, { kind: 'fileFailed', request, message: error instanceof Error ? error.message : String(error) }),
        )
        break
      }
    }
  }

  /** The last engine ends the job: then what it wrote into topics is committed, and the job has finished when the brokers have that. Nothing can take it back any more, so nobody else is heard until then. */
  #engineFinished(worker: number): void {
    const ended = (): void => this.#dispatch({ kind: 'finished', engine: worker, at: this.#clock.now() })
    const others = this.#state.engines.filter(({ life }, i) => i !== worker && life !== 'finished')
    const topics = [...this.#topicsWritten.values()].filter(({ hasBrokers }) => hasBrokers)
    if (topics.length === 0 || others.length > 0 || this.#state.phase !== 'running') return ended()
    for (const sink of this.#transactional.values()) sink.commit(Infinity)
    this.#isFinishing = true
    this.#whenReplicated(topics, () => {
      this.#isFinishing = false
      ended()
    })
  }

  /** Calls when all that stands in these topics now is replicated; at once where nobody replicates. */
  #whenReplicated(topics: readonly Topic[], then: () => void): void {
    let left = topics.length
    if (left === 0) return then()
    for (const topic of topics) topic.whenReplicated(() => {
      if (--left === 0) then()
    })
  }

  #answer(engine: Engine, message: ToEngine): void {
    if (!engine.isTerminated) engine.events!.postMessage(message, [])
  }

  #tell(event: RunEvent): void {
    if (this.#unheard !== null) this.#unheard.push(event)
    else for (const listener of this.#listeners) listener(event)
  }

  /** What joins the workers of a region, as each of them needs it. */
  #carriers({ plan, engines }: Region): Carriers[] {
    const workers = engines.map((_, place) => place)
    const places = remoteChannelsOf(plan)
    if (this.carrier === 'none' || places.length === 0) return workers.map(() => ({ kind: 'none' }))
    const slotBytes = Math.max(16 * 1024, Math.min(slotBytesMax, Math.floor(ringBytesMax / (places.length * slotCount) / 1024) * 1024))
    if (this.carrier === 'shared') {
      const rings = places.map((_, channel) => ({ channel, memory: ringMemory(slotCount, slotBytes) }))
      const bells = bellMemory(workers.length)
      return workers.map((worker) => ({ kind: 'shared', slotCount, rings: rings.filter(({ channel }) => places[channel]!.from === worker || places[channel]!.to === worker), bells }))
    }
    const peers: { readonly worker: number; readonly port: MessagePort }[][] = workers.map(() => [])
    for (const first of workers) {
      for (const second of workers) {
        if (first >= second) continue
        const { port1, port2 } = new MessageChannel()
        peers[first]!.push({ worker: second, port: port1 })
        peers[second]!.push({ worker: first, port: port2 })
      }
    }
    return workers.map((worker) => ({ kind: 'transferred', slotCount, slotBytes, peers: peers[worker]! }))
  }
}

interface Engine {
  readonly link: EngineLink
  readonly carriers: Carriers
  readonly decoders: Map<string, BatchDecoder>
  readonly files: OpenFile[]
  events: MessagePort | null
  isTerminated: boolean
}

/** A call that fails because its engine is gone: the launcher reports the death itself. */
function ignore(): void {}
