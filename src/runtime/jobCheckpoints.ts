import { titleOf, type CheckpointStore, type StoredBlob } from '../checkpoints/checkpointStore.ts'
import type { CheckpointPointer } from '../checkpoints/registry.ts'
import type { Schema } from '../columnar/schema.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { Clock } from '../deterministic/clock.ts'
import { decodeTaskSnapshot, restoresOf, type CheckpointBarrier, type TaskShape } from '../engine/checkpoint.ts'
import type { CheckpointSettings, RestartSettings } from '../job/job.ts'
import { taskShapesOf } from './channels.ts'
import { initialCheckpoints, stepCheckpoints, type CheckpointCommand, type CheckpointEvent, type CheckpointState } from './checkpointCoordinator.ts'
import type { RunFailure } from './jobRun.ts'
import type { ControlPlane } from './liveControlPlane.ts'
import { planIdentity } from './planIdentity.ts'
import { cannotRestore } from './runFailure.ts'
import { decodedRows, StagedRows, type StagedBatch } from './stagedRows.ts'
import type { TransactionalSink } from './transactionalSinks.ts'
import type { FromEngine, TaskStart } from './wire.ts'

/**
 * The checkpoints of one run: carries out what the checkpoint coordinator says, gathers the snapshots, has them stored, holds the sinks' rows back until they are covered, and finds
 * what a restarted job begins from.
 *
 * Everything here happens in the shell, which outlives the engines. What a checkpoint covers is shown in the moment it is complete, before anything else is heard, so no failure can
 * come between.
 */
export interface FaultTolerance {
  readonly checkpoint: Required<CheckpointSettings>
  readonly restart: Required<RestartSettings>
  readonly store: CheckpointStore
  /**
   * `held` (exactly-once only): rows of sinks are told when a checkpoint covers them. `shown`: at once, with the epoch they belong to, and a `restored` event says which of them to take back: for
   * shells that can.
   */
  readonly uncommittedRows: 'held' | 'shown'
  /** Goes on from the newest checkpoint in the store, or the newest up to a number. Absent: begins anew, and what the store has of earlier runs is removed, but savepoints. */
  readonly resume?: { readonly upTo: number | null }
  readonly sinks?: SinkWriters
  /** JobManagers and the ensemble behind them; absent: nobody but this process decides. */
  readonly controlPlane?: ControlPlane
}

/** What the shell's sinks have written must be known with a checkpoint, so that a later process can go on exactly there. */
export interface SinkWriters {
  /** Bytes that bring the sink back to what it has written now; null when it keeps nothing. */
  snapshot(operator: string): Uint8Array | null
  /** Null: it begins anew, whatever an earlier run has left. */
  restore(operator: string, written: Uint8Array | null): void
}

export interface CheckpointHost {
  readonly trigger: (barrier: CheckpointBarrier) => void
  readonly abort: (checkpoint: number) => void
  readonly fail: (reason: string) => void
  /** Rows that may be shown now. */
  readonly show: (rows: readonly StagedBatch[]) => void
  readonly changed: (state: CheckpointState) => void
  /** For faults: something has happened to a checkpoint. */
  readonly moment: (moment: 'triggered' | 'acknowledged' | 'writing' | 'completed', checkpoint: number) => void
}

/** What a start begins from. */
export interface Beginning {
  readonly pointer: CheckpointPointer | null
  readonly starts: readonly TaskStart[]
}

/** Bytes of held rows beyond which a checkpoint is taken before its time. */
const stagedBytesMax = 32 * 1024 * 1024

export class JobCheckpoints {
  readonly #plan: PhysicalPlan
  readonly #options: FaultTolerance
  readonly #clock: Clock
  readonly #host: CheckpointHost
  readonly #tasks: readonly TaskShape[]
  readonly #sinks: ReadonlyMap<string, Schema>
  readonly #transactional: ReadonlyMap<string, TransactionalSink>
  readonly #staged = new StagedRows()
  /** Of transactional sinks, where their rows are shown at once and so not held above: what a later process must commit. */
  readonly #uncommitted = new StagedRows()
  #state: CheckpointState
  /** Snapshots of the checkpoint in flight. */
  #snapshots: (Acknowledged & { readonly taken: () => void })[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #wakeAt = Infinity
  /** What was in the store when the job began anew, or newer than the checkpoint that was chosen to go on from: of a course of the job that is not this one. */
  #left: ReadonlySet<number> = new Set()
  /** Writes and removals in the store, one after the other. */
  #storing: Promise<unknown> = Promise.resolve()

  constructor(plan: PhysicalPlan, options: FaultTolerance, sinks: ReadonlyMap<string, Schema>, transactional: ReadonlyMap<string, TransactionalSink>, clock: Clock, host: CheckpointHost) {
    this.#plan = plan
    this.#options = options
    this.#clock = clock
    this.#host = host
    this.#sinks = sinks
    this.#transactional = transactional
    this.#tasks = taskShapesOf(plan)
    this.#state = initialCheckpoints(options.checkpoint)
  }

  get state(): CheckpointState {
    return this.#state
  }

  /** Whether sinks' rows wait for a checkpoint. Without one there is nothing to wait for. */
  get holdsRows(): boolean {
    const { checkpoint, uncommittedRows } = this.#options
    return uncommittedRows === 'held' && this.takesBack && checkpoint.intervalMs > 0
  }

  /** Whether rows that no checkpoint covers are void after a restore. */
  get takesBack(): boolean {
    return this.#options.checkpoint.mode === 'exactly-once'
  }

  /** All tasks run. */
  running(): void {
    this.#tell({ kind: 'running', tasks: this.#tasks.map(({ place }) => ({ chain: place.chain, subtask: place.subtask })), at: this.#clock.now() })
  }
  stopped(reason: string): void {
    this.#tell({ kind: 'stopped', reason, at: this.#clock.now() })
    this.#forgetSnapshots()
  }
  paused(): void {
    this.#tell({ kind: 'paused' })
  }
  resumed(): void {
    this.#tell({ kind: 'resumed', at: this.#clock.now() })
  }
  savepoint(name: string): void {
    this.#tell({ kind: 'savepoint', name, at: this.#clock.now() })
  }
  /** Engines report several times a second, in hidden pages too, where timers are slow. */
  look(): void {
    if (this.#clock.now() >= this.#wakeAt) this.#tell({ kind: 'tick', at: this.#clock.now() })
  }

  /** `taken` is called when the snapshot's bytes are not needed any more. */
  acknowledged(message: Acknowledged, taken: () => void): void {
    const { checkpoint, acknowledgement } = message
    const { inFlight } = this.#state
    if (inFlight?.id !== checkpoint) return taken()
    this.#snapshots.push({ ...message, taken })
    const at = this.#clock.now()
    if (inFlight.subtasks.length === 0) this.#host.moment('acknowledged', checkpoint)
    this.#tell({ kind: 'acknowledged', checkpoint, acknowledgement: { ...acknowledgement, endToEndMs: Math.max(0, at - inFlight.triggeredAt) }, at })
  }

  declined(checkpoint: number, reason: string): void {
    this.#tell({ kind: 'declined', checkpoint, reason, at: this.#clock.now() })
  }

  /** A sink gave up rows: shown now, or when they are covered. */
  received(rows: StagedBatch): void {
    const sink = this.#transactional.get(rows.operator)
    if (sink !== undefined && !this.#commits) sink.append(rows.subtask, rows.batch)
    else if (sink !== undefined) {
      sink.write(rows.subtask, rows.epoch, rows.batch)
      if (!this.holdsRows) this.#uncommitted.add(rows)
    }
    if (this.holdsRows) this.#staged.add(rows)
    else this.#host.show([rows])
    if (this.#staged.bytes + this.#uncommitted.bytes > stagedBytesMax) this.hurry()
  }

  /** Somebody waits for rows to be committed: a checkpoint is taken before its time. */
  hurry(): void {
    this.#tell({ kind: 'pressed', at: this.#clock.now() })
  }

  /** Whether there are checkpoints to commit rows with. */
  get #commits(): boolean {
    return this.takesBack && this.#options.checkpoint.intervalMs > 0
  }

  #commit(checkpoint: number): void {
    this.#uncommitted.committed(checkpoint)
    for (const sink of this.#transactional.values()) sink.commit(checkpoint)
  }

  #discard(operators: ReadonlySet<string> | null): void {
    this.#staged.discard(operators)
    this.#uncommitted.discard(operators)
    for (const [operator, sink] of this.#transactional) if (operators === null || operators.has(operator)) sink.abort()
  }

  /** The job has read everything: nothing can take back its rows any more. */
  finished(): void {
    this.stopped('the job ended first')
    this.#commit(Infinity)
    this.#host.show(this.#staged.committed(Infinity))
  }

  /** Gets the store ready. Null, or why the run cannot begin. */
  async begin(): Promise<Beginning | RunFailure> {
    const { store, resume } = this.#options
    if (resume === undefined) {
      await store.clear()
      this.#left = new Set((await store.list()).map(({ id }) => id))
      this.#state = initialCheckpoints(this.#options.checkpoint, (await this.#highest()) + 1)
      return { pointer: null, starts: [] }
    }
    this.#state = initialCheckpoints(this.#options.checkpoint, (await this.#highest()) + 1)
    const beginning = await this.#open(resume.upTo ?? Infinity, null)
    if ('code' in beginning) return beginning
    return beginning
  }

  /**
   * What the job goes on from after a failure (`upTo` null) or from a checkpoint the user chose; `operators`: only these do, a region (null: all). Held rows that it covers are
   * shown, the others of these operators forgotten. A failure goes back to what belongs to this course of the job, never to what it left when one began anew or chose an older checkpoint.
   */
  async recover(upTo: number | null, failure: RunFailure | null, operators: ReadonlySet<string> | null = null): Promise<Beginning | RunFailure> {
    // What is being written may become complete yet, and then it is the newest.
    await this.#storing
    return this.#open(upTo ?? Infinity, failure, operators)
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#storing
  }

  async #highest(): Promise<number> {
    return (await this.#options.store.list()).reduce((highest, { id }) => Math.max(highest, id), 0)
  }

  async #open(upTo: number, failure: RunFailure | null, region: ReadonlySet<string> | null = null): Promise<Beginning | RunFailure> {
    const { store } = this.#options
    const isChosen = upTo < Infinity
    const found = await store.open(planIdentity(this.#plan), upTo, isChosen ? undefined : this.#left)
    if (found.kind === 'refused') return cannotRestore(titleOf(found.pointer), found.differences.map(({ text }) => text))
    const reason = failure?.message ?? null
    const operators = region === null ? null : [...region]
    const { sinks } = this.#options
    const isNew = this.#state.counts.triggered === 0 && failure === null
    if (found.kind === 'none') {
      if (isNew) for (const operator of this.#sinks.keys()) sinks?.restore(operator, null)
      this.#discard(region)
      this.#tell({ kind: 'restored', restore: { at: this.#clock.now(), checkpoint: null, kind: null, reason, notes: found.notes, operators } })
      return { pointer: null, starts: [] }
    }
    const { pointer, blobs } = found
    if (isChosen) this.#left = new Set((await store.list()).flatMap(({ id }) => (id > pointer.id ? [id] : [])))
    const plan = restoresOf(this.#tasks, blobs.flatMap(({ part, bytes }) => (part === 'state' ? [decodeTaskSnapshot(bytes)] : [])))
    if (plan.refused.length > 0) return cannotRestore(titleOf(pointer), plan.refused)
    if (isNew) {
      // Another process took it: what its sinks had written then, and the rows that this checkpoint shows.
      for (const operator of this.#sinks.keys()) sinks?.restore(operator, blobs.find((blob) => blob.operator === operator && blob.part === 'writer')?.bytes ?? null)
      for (const { operator, part, bytes } of blobs) {
        const schema = this.#sinks.get(operator)
        if (part !== 'rows' || schema === undefined) continue
        const rows = decodedRows(bytes, schema)
        this.#transactional.get(operator)?.recommit(pointer.id, rows)
        this.#host.show(rows.map(({ subtask, batch }) => ({ operator, subtask, batch, epoch: 0, bytes: 0 })))
      }
    } else {
      this.#commit(pointer.id)
      this.#host.show(this.#staged.committed(pointer.id))
    }
    this.#discard(region)
    this.#tell({ kind: 'restored', restore: { at: this.#clock.now(), checkpoint: pointer.id, kind: pointer.kind, reason, notes: [...found.notes, ...plan.differences], operators } })
    return { pointer, starts: plan.restores.map((restore, i) => ({ chain: this.#tasks[i]!.place.chain, subtask: this.#tasks[i]!.place.subtask, restore })) }
  }

  #tell(event: CheckpointEvent): void {
    const { state, commands } = stepCheckpoints(this.#state, event)
    if (state === this.#state && commands.length === 0) return
    this.#state = state
    if (!state.isRunning && this.#timer !== null) {
      clearTimeout(this.#timer)
      this.#timer = null
      this.#wakeAt = Infinity
    }
    for (const command of commands) this.#carryOut(command)
    this.#host.changed(this.#state)
  }

  #carryOut(command: CheckpointCommand): void {
    switch (command.kind) {
      case 'trigger': {
        const { mode, unaligned } = this.#options.checkpoint
        this.#forgetSnapshots()
        this.#host.trigger({
          checkpoint: command.checkpoint,
          kind: command.savepoint ? 'savepoint' : 'checkpoint',
          alignment: mode === 'at-least-once' ? 'atLeastOnce' : unaligned && !command.savepoint ? 'unaligned' : 'aligned',
          timestamp: this.#clock.now(),
        })
        this.#host.moment('triggered', command.checkpoint)
        break
      }
      case 'write':
        this.#write(command.checkpoint)
        break
      case 'abort':
        this.#host.abort(command.checkpoint)
        break
      case 'complete':
        this.#commit(command.checkpoint)
        this.#host.show(this.#staged.committed(command.checkpoint))
        this.#host.moment('completed', command.checkpoint)
        this.#prune()
        break
      case 'fail':
        this.#host.fail(command.reason)
        break
      case 'wake':
        this.#wake(command.at)
        break
    }
  }

  #write(checkpoint: number): void {
    const { store, sinks } = this.#options
    const { kind, name, triggeredAt } = this.#state.inFlight!
    const blobs: StoredBlob[] = this.#snapshots.map(({ acknowledgement, snapshot }) => ({ operator: this.#headOf(acknowledgement.chain), subtask: acknowledgement.subtask, part: 'state', parts: snapshot }))
    const stateful = [...new Set(this.#snapshots.flatMap((snapshot) => snapshot.stateful))]
    for (const operator of this.#sinks.keys()) {
      const written = sinks?.snapshot(operator) ?? null
      if (written !== null) blobs.push({ operator, subtask: 0, part: 'writer', parts: [written] })
      if (sinks !== undefined || this.#transactional.has(operator)) {
        const rows = this.#staged.encoded(operator, checkpoint) ?? this.#uncommitted.encoded(operator, checkpoint)
        if (rows !== null) blobs.push({ operator, subtask: 0, part: 'rows', parts: [rows] })
      }
    }
    const snapshots = this.#snapshots
    this.#snapshots = []
    this.#host.moment('writing', checkpoint)
    const parallelism = Math.max(...this.#plan.chains.map((chain) => chain.parallelism))
    const written = store.write({ id: checkpoint, kind, name, triggeredAt, job: planIdentity(this.#plan), parallelism, stateful, blobs }).then(
      ({ outcome }) => {
        const at = this.#clock.now()
        if (outcome.kind === 'committed') this.#tell({ kind: 'written', checkpoint, committedBy: outcome.by, at })
        else this.#tell({ kind: 'writeFailed', checkpoint, reason: outcome.kind === 'refused' ? `was refused: ${outcome.reason}` : `may or may not be complete: ${outcome.reason}`, at })
      },
      (error: unknown) => this.#tell({ kind: 'writeFailed', checkpoint, reason: `could not be written: ${error instanceof Error ? error.message : String(error)}`, at: this.#clock.now() }),
    )
    this.#storing = written.finally(() => snapshots.forEach(({ taken }) => taken()))
  }

  /** Of a checkpoint that is not written. */
  #forgetSnapshots(): void {
    for (const { taken } of this.#snapshots) taken()
    this.#snapshots = []
  }

  #prune(): void {
    const { store, checkpoint } = this.#options
    this.#storing = this.#storing
      .then(() => store.prune(checkpoint.retained))
      .then(async () => {
        const kept = new Set((await store.list()).map(({ id }) => id))
        this.#tell({ kind: 'discarded', checkpoints: this.#state.history.flatMap(({ id, status }) => (status === 'completed' && !kept.has(id) ? [id] : [])) })
      })
      // What cannot be removed now is removed with the next.
      .catch(() => undefined)
  }

  #wake(at: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#wakeAt = at
    const ms = Math.max(0, at - this.#clock.now())
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#tell({ kind: 'tick', at: Math.max(at, this.#clock.now()) })
    }, ms)
  }

  #headOf(chain: number): string {
    return this.#plan.chains.find(({ id }) => id === chain)!.operators[0]!.spec.id
  }
}

type Acknowledged = Extract<FromEngine, { kind: 'acknowledged' }>
