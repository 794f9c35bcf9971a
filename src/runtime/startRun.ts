import { BatchDecoder } from '../columnar/batchCodec.ts'
import type { Schema } from '../columnar/schema.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import { systemClock, type Clock } from '../deterministic/clock.ts'
import type { FileAccess, OpenFile } from '../engine/operatorRuntime.ts'
import { remoteChannelsOf, workerCountOf } from './channels.ts'
import { initialState, step, type CoordinatorCommand, type CoordinatorEvent, type CoordinatorState } from './coordinator.ts'
import type { JobRun, JobStatus, RunEvent, Speed } from './jobRun.ts'
import type { CarrierChoice, EngineLink, Launcher } from './launcher.ts'
import { RunMetrics } from './runMetrics.ts'
import { ringMemory } from './slots.ts'
import { bellMemory, canWaitForBells } from './waiting.ts'
import type { Carriers, FromEngine, ToEngine } from './wire.ts'

/**
 * Starts a plan on a launcher's engines and stands for it in the shell: it carries out what the coordinator says, opens files for sources, puts the numbers of
 * all engines together and hands rows of sinks to the listeners.
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
  readonly clock?: Clock
}

/** A run, and what joins its workers. */
export interface StartedRun extends JobRun {
  readonly carrier: Carriers['kind']
  readonly workers: number
}

/** Ms that engines get to close their files before they are ended. */
const graceMs = 1000
const slotCount = 8
const slotBytesMax = 256 * 1024
/** Shared memory for all rings of a run together. */
const ringBytesMax = 64 * 1024 * 1024

export function startRun(plan: PhysicalPlan, options: RunOptions): StartedRun {
  const run = new Run(plan, options)
  run.start()
  return run
}

class Run implements StartedRun {
  readonly carrier: Carriers['kind']
  readonly workers: number
  readonly #plan: PhysicalPlan
  readonly #options: RunOptions
  readonly #clock: Clock
  readonly #engines: Engine[] = []
  readonly #listeners = new Set<(event: RunEvent) => void>()
  readonly #metrics: RunMetrics
  readonly #previewRows: number
  readonly #watched = new Map<number, number>()
  readonly #sinkSchemas = new Map<string, Schema>()
  /** Before anyone listened. */
  #unheard: RunEvent[] | null = []
  #state: CoordinatorState
  #status: JobStatus = { kind: 'created' }
  #ended: () => void = () => {}
  readonly #gone: Promise<void>
  #terminated: Promise<unknown>[] = []

  constructor(plan: PhysicalPlan, options: RunOptions) {
    this.#plan = plan
    this.#options = options
    this.#clock = options.clock ?? systemClock()
    this.workers = options.launcher.usesWorkers ? workerCountOf(plan) : 1
    this.carrier = this.workers === 1 || remoteChannelsOf(plan).length === 0 ? 'none' : options.carrier !== 'transferred' && mayShareMemory() ? 'shared' : 'transferred'
    this.#state = initialState(this.workers, options.speed ?? { kind: 'max' }, options.paused === true)
    this.#previewRows = options.previewRows ?? 3
    this.#metrics = new RunMetrics(plan, this.#clock.now(), (edge) => this.#watched.get(edge) ?? this.#previewRows)
    for (const chain of plan.chains) for (const { spec, role } of chain.operators) if (role === 'sink') this.#sinkSchemas.set(spec.id, spec.inputs[0]!.schema)
    this.#gone = new Promise((resolve) => {
      this.#ended = resolve
    })
  }

  get status(): JobStatus {
    return this.#status
  }

  start(): void {
    const carriers = this.#carriers()
    for (let worker = 0; worker < this.workers; worker++) {
      const link = this.#launched(worker)
      this.#engines.push({ link, carriers: carriers[worker]!, decoders: new Map(), files: [], events: null, isTerminated: false })
    }
    this.#dispatch({ kind: 'start', at: this.#clock.now() })
  }

  /** A worker that cannot even be made is one that dies when it is deployed. */
  #launched(worker: number): EngineLink {
    try {
      return this.#options.launcher.launch(worker, (why) => this.#dispatch({ kind: 'died', engine: worker, why }))
    } catch (error) {
      const cannot = (): Promise<never> => Promise.reject(error as Error)
      return { control: { position: cannot, release: cannot, step: cannot, watch: cannot, cancel: cannot }, deploy: cannot, terminate: () => Promise.resolve() }
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

  async stop(): Promise<void> {
    this.#dispatch({ kind: 'stop' })
    await this.#gone
  }

  #dispatch(event: CoordinatorEvent): void {
    const { state, commands } = step(this.#state, event)
    this.#state = state
    for (const command of commands) this.#carryOut(command)
    if (state.phase === 'over' && this.#terminated.length === this.#engines.length) void Promise.all(this.#terminated).then(this.#ended)
  }

  #carryOut(command: CoordinatorCommand): void {
    switch (command.kind) {
      case 'deploy':
        this.#deploy(command.engine)
        break
      case 'position': {
        const { engine, round } = command
        void this.#engines[engine]!.link.control.position().then((position) => this.#dispatch({ kind: 'positioned', engine, round, position, at: this.#clock.now() }), ignore)
        break
      }
      case 'release':
        void this.#engines[command.engine]!.link.control.release(command.pace).catch(ignore)
        break
      case 'step':
        void this.#engines[command.engine]!.link.control.step().then(() => this.#dispatch({ kind: 'stepped', at: this.#clock.now() }), ignore)
        break
      case 'cancel': {
        const { engine } = command
        void this.#engines[engine]!.link.control.cancel().then(() => this.#dispatch({ kind: 'cancelled', engine }), ignore)
        break
      }
      case 'terminate': {
        const engine = this.#engines[command.engine]!
        if (engine.isTerminated) break
        engine.isTerminated = true
        engine.events?.close()
        this.#terminated.push(engine.link.terminate())
        break
      }
      case 'startGrace':
        setTimeout(() => this.#dispatch({ kind: 'graceOver' }), graceMs)
        break
      case 'status':
        // The last numbers come before the last word.
        if (command.status.kind === 'finished' || command.status.kind === 'failed') for (const event of this.#metrics.frame(this.#clock.now())) this.#tell(event)
        this.#status = command.status
        this.#tell({ kind: 'status', status: command.status })
        break
    }
  }

  #deploy(worker: number): void {
    const engine = this.#engines[worker]!
    const { port1, port2 } = new MessageChannel()
    engine.events = port1
    port1.onmessage = (event: MessageEvent) => this.#hear(worker, event.data as FromEngine)
    const { carriers } = engine
    const deployment = {
      plan: this.#plan,
      worker,
      subtasks: this.#options.launcher.usesWorkers ? [worker] : Array.from({ length: workerCountOf(this.#plan) }, (_, i) => i),
      carriers,
      previewRows: this.#previewRows,
      eventTimeAsProcessingTime: this.#options.processingTime === 'event',
    }
    const transfer: Transferable[] = carriers.kind === 'transferred' ? carriers.peers.map(({ port }) => port) : []
    engine.link.deploy(deployment, port2, transfer).then(
      (failure) => this.#dispatch(failure === null ? { kind: 'deployed', engine: worker, at: this.#clock.now() } : { kind: 'failed', failure }),
      (error: unknown) => this.#dispatch({ kind: 'died', engine: worker, why: `${error instanceof Error ? error.message : String(error)}.` }),
    )
  }

  #hear(worker: number, message: FromEngine): void {
    const engine = this.#engines[worker]!
    if (engine.isTerminated) return
    switch (message.kind) {
      case 'report': {
        for (const event of this.#metrics.take(worker, message.report)) this.#tell(event)
        const live = this.#engines.flatMap((_, i) => (this.#state.engines[i]!.life === 'running' ? [i] : []))
        if (this.#state.phase === 'running' && this.#metrics.hasReportOf(live)) for (const event of this.#metrics.frame(this.#clock.now())) this.#tell(event)
        break
      }
      case 'sink': {
        const { operator, subtask, buffer, byteLength } = message
        const key = `${operator}/${subtask}`
        let decoder = engine.decoders.get(key)
        if (decoder === undefined) {
          decoder = new BatchDecoder(this.#sinkSchemas.get(operator)!)
          engine.decoders.set(key, decoder)
        }
        this.#tell({ kind: 'sink', operator, subtask, batch: decoder.decode(buffer, 0, byteLength) })
        this.#answer(engine, { kind: 'sinkTaken', operator, subtask })
        break
      }
      case 'finished':
        this.#dispatch({ kind: 'finished', engine: worker, at: this.#clock.now() })
        break
      case 'failed':
        this.#dispatch({ kind: 'failed', failure: message.failure })
        break
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

  #answer(engine: Engine, message: ToEngine): void {
    if (!engine.isTerminated) engine.events!.postMessage(message, [])
  }

  #tell(event: RunEvent): void {
    if (this.#unheard !== null) this.#unheard.push(event)
    else for (const listener of this.#listeners) listener(event)
  }

  /** What joins the workers, as each of them needs it. */
  #carriers(): Carriers[] {
    const workers = Array.from({ length: this.workers }, (_, worker) => worker)
    const places = remoteChannelsOf(this.#plan)
    if (this.carrier === 'none') return workers.map(() => ({ kind: 'none' }))
    const slotBytes = Math.max(16 * 1024, Math.min(slotBytesMax, Math.floor(ringBytesMax / (places.length * slotCount) / 1024) * 1024))
    if (this.carrier === 'shared') {
      const rings = places.map((_, channel) => ({ channel, memory: ringMemory(slotCount, slotBytes) }))
      const bells = bellMemory(this.workers)
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

/** Shared memory needs a cross-origin isolated page, and a way to wait without blocking. */
function mayShareMemory(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean }
  return typeof SharedArrayBuffer !== 'undefined' && crossOriginIsolated !== false && canWaitForBells
}
