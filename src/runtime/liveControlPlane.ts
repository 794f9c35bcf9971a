import type { CheckpointPointer, CheckpointRegistry, CommitOutcome } from '../checkpoints/registry.ts'
import type { Clock } from '../deterministic/clock.ts'
import { fault, type Fault } from '../ensemble/faults.ts'
import type { LiveEffect } from '../ensemble/jobmanager/liveMaster.ts'
import { LiveEnsemble, type LiveLeader } from '../ensemble/live.ts'
import type { Topics } from '../ensemble/log/topics.ts'
import { topicsOnEnsemble, type TopicsOnEnsemble } from '../ensemble/log/topicsOnEnsemble.ts'
import type { Timeline } from '../ensemble/timeline.ts'
import type { World } from '../ensemble/world/world.ts'

/**
 * A live ensemble as the keeper of a job's checkpoint pointers: moves its virtual time along with a real clock, turns commits into requests to the leading JobManager, and
 * tells the run when leadership has changed.
 *
 * A commit ends when a quorum has the pointer, and not before; without a quorum it waits, and `status` says for what. What the ensemble has committed is then written to the
 * `local` registry too, which is what outlives the page: the ensemble's disks do not. It decides nothing: who leads and what is committed is `ensemble/`.
 *
 * Topics that it is given are kept by three brokers of the same world while it lives: their high watermark is what those have acknowledged (decision 0213).
 */
export interface ControlPlane {
  /** The job that begins now, and the checkpoints it may begin from. */
  startJob(document: string, pointers: readonly CheckpointPointer[]): void
  /** It runs no more: what waits for a quorum is given up. */
  endJob(): void
  /** Called when another leader has taken over a job that was running: it starts anew from the newest committed checkpoint. Returns the way to stop listening. */
  onTakeover(listener: (takeover: Takeover) => void): () => void
}

export interface Takeover {
  readonly jobManager: string
  readonly newest: number | null
}

export interface ControlPlaneStatus {
  readonly leader: LiveLeader
  /** Checkpoints whose pointers wait for a quorum. */
  readonly waiting: readonly number[]
  /** Why nothing can be committed now; null when nothing stands in the way. */
  readonly waitsFor: string | null
  /** Why sinks wait for their topics; null when they do not. */
  readonly topicsWaitFor: string | null
  readonly takeovers: number
}

export interface LiveControlPlaneOptions {
  readonly local: CheckpointRegistry
  readonly clock: Clock
  readonly seed: number
  readonly servers?: number
  readonly jobManagers?: number
  /** Those the job writes or reads, all of them there. */
  readonly topics?: { readonly topics: Topics; readonly names: readonly string[] }
}

/** Ms between looks while a commit waits, and otherwise. */
const busyMs = 4
const idleMs = 25

export class LiveControlPlane implements CheckpointRegistry, ControlPlane {
  readonly #ensemble: LiveEnsemble
  readonly #topics: TopicsOnEnsemble | null
  readonly #local: CheckpointRegistry
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  readonly #takeoverListeners = new Set<(takeover: Takeover) => void>()
  readonly #tickets = new Map<number, Ticket>()
  /** Ids in the ensemble. */
  readonly #known = new Set<number>()
  #timer: ReturnType<typeof setTimeout> | null = null
  #lastNow: number
  #virtualMs = 0
  #speed = 1
  #job = ''
  #jobs = 0
  /** The token the job runs under; 0 before anybody has led it. */
  #token = 0
  #takeovers = 0
  #isClosed = false
  #isPumping = false
  /** The next look comes soon. */
  #isBusy = false

  constructor({ local, clock, seed, servers, jobManagers, topics }: LiveControlPlaneOptions) {
    const held = (topics?.names ?? []).map((name) => ({ name, partitions: topics!.topics.get(name)!.partitions.map(({ entries }) => entries) }))
    this.#ensemble = new LiveEnsemble({ seed, topics: held, ...(servers === undefined ? {} : { servers }), ...(jobManagers === undefined ? {} : { jobManagers }) })
    // Brokers that had to be up first have used some of its time.
    this.#virtualMs = this.#ensemble.world.now / 1000
    this.#local = local
    this.#clock = clock
    this.#lastNow = clock.now()
    this.#topics = held.length === 0 ? null : topicsOnEnsemble(topics!.topics, topics!.names, this.#ensemble, () => this.#appended())
    this.#wait()
  }

  // ---- for the store: CheckpointRegistry

  async commit(pointer: CheckpointPointer): Promise<CommitOutcome> {
    const answer = await this.#ask(this.#ensemble.commitPointer(this.#job, pointer.id, pointer.manifest), pointer.id)
    if (answer.kind !== 'done') return answer.kind === 'refused' ? { kind: 'refused', reason: answer.why } : { kind: 'unknown', reason: answer.why }
    this.#known.add(pointer.id)
    await this.#local.commit(pointer)
    return { kind: 'committed', by: answer.by }
  }

  pointers(): ReturnType<CheckpointRegistry['pointers']> {
    return this.#local.pointers()
  }

  async release(ids: readonly number[]): Promise<void> {
    const known = ids.filter((id) => this.#known.has(id))
    if (known.length > 0 && this.#job !== '') {
      const answer = await this.#ask(this.#ensemble.releasePointers(this.#job, known), null)
      // Pointers that still stand lead to files that must stay.
      if (answer.kind !== 'done') throw new Error(`the pointers of checkpoints ${known.join(', ')} could not be taken back: ${answer.why}`)
      for (const id of known) this.#known.delete(id)
    }
    await this.#local.release(ids)
  }

  // ---- for the run: ControlPlane

  startJob(document: string, pointers: readonly CheckpointPointer[]): void {
    this.#job = `job-${++this.#jobs}`
    this.#token = 0
    this.#known.clear()
    for (const { id } of pointers) this.#known.add(id)
    void this.#ask(this.#ensemble.startJob(this.#job, document, pointers.map(({ id, manifest }) => ({ id, location: manifest }))), null)
  }

  endJob(): void {
    for (const [ticket, waiting] of this.#tickets) {
      this.#tickets.delete(ticket)
      waiting.resolve({ kind: 'unknown', why: 'the run ended before a quorum had answered' })
    }
    if (this.#job !== '' && !this.#isClosed) this.#ensemble.endJob(this.#job)
    this.#job = ''
    this.#known.clear()
  }

  onTakeover(listener: (takeover: Takeover) => void): () => void {
    this.#takeoverListeners.add(listener)
    return () => this.#takeoverListeners.delete(listener)
  }

  // ---- for a page

  get status(): ControlPlaneStatus {
    const waiting = [...this.#tickets.values()].flatMap(({ checkpoint }) => (checkpoint === null ? [] : [checkpoint]))
    return { leader: this.#ensemble.leader(), waiting, waitsFor: this.#ensemble.waitsFor(), topicsWaitFor: this.#ensemble.topicsWaitFor(), takeovers: this.#takeovers }
  }

  /** The newest moment, to be looked at; and its whole history. */
  get world(): World {
    return this.#ensemble.world
  }
  get timeline(): Timeline {
    return this.#ensemble.timeline
  }
  /** How far the last `pump` came, in the world's µs: everything due until then has happened. */
  get nowMicros(): number {
    return Math.floor(this.#virtualMs * 1000)
  }

  act(what: Fault): void {
    this.pump()
    this.#ensemble.act(what)
    this.pump()
  }

  /** Kills the JobManager that leads, for good or for some time. */
  killLeader(forMs = 0): void {
    const { jobManager } = this.#ensemble.leader()
    if (jobManager >= 0) this.act(fault('crash', jobManager, forMs * 1000))
  }

  /** Virtual seconds for each real one; 0 holds everything. */
  setSpeed(speed: number): void {
    this.pump()
    this.#speed = speed
  }

  /** Hears of every turn in which something happened that `status` may show. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#isClosed = true
    this.endJob()
    this.#topics?.close()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  /** A sink has appended: what it waits for does not depend on timers, which are slow in a page that is not looked at. */
  #appended(): void {
    if (this.#clock.now() - this.#lastNow >= busyMs) this.pump()
    if (!this.#isBusy) this.#wait()
  }

  /** Moves virtual time to where the clock is, and passes on what happened. */
  pump(): void {
    // What is acknowledged may lead to the next append.
    if (this.#isPumping || this.#isClosed) return
    this.#isPumping = true
    const effects = this.#move()
    this.#isPumping = false
    if (effects.length > 0 || this.#tickets.size > 0) for (const listener of this.#listeners) listener()
  }

  #move(): readonly LiveEffect[] {
    const now = this.#clock.now()
    this.#virtualMs += Math.max(0, now - this.#lastNow) * this.#speed
    this.#lastNow = now
    this.#ensemble.advance(this.#virtualMs)
    const effects = this.#ensemble.takeEffects()
    for (const effect of effects) this.#hear(effect)
    this.#topics?.look()
    return effects
  }

  #hear(effect: LiveEffect): void {
    switch (effect.kind) {
      case 'done':
      case 'refused': {
        const waiting = this.#tickets.get(effect.ticket)
        this.#tickets.delete(effect.ticket)
        // The job's own ticket is done by whoever leads it from now on.
        if (waiting?.isStart === true && effect.kind === 'done') this.#token = this.#ensemble.leader().token
        waiting?.resolve(effect.kind === 'done' ? { kind: 'done', by: effect.by } : { kind: 'refused', why: effect.why })
        return
      }
      case 'leader': {
        if (this.#token === 0 || effect.token === this.#token || effect.job !== this.#job) return
        this.#token = effect.token
        this.#takeovers++
        const takeover = { jobManager: this.#ensemble.world.nodes[effect.jobManager]!.name, newest: effect.pointers.at(-1) ?? null }
        for (const listener of this.#takeoverListeners) listener(takeover)
        return
      }
      case 'leaderLost':
    }
  }

  #ask(ticket: number, checkpoint: number | null): Promise<Answer> {
    const isStart = checkpoint === null && this.#token === 0
    const answer = new Promise<Answer>((resolve) => this.#tickets.set(ticket, { resolve, checkpoint, isStart }))
    this.#wait()
    return answer
  }

  #wait(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#isClosed) return
    this.#isBusy = this.#tickets.size > 0 || this.#topics?.isBusy === true
    this.#timer = setTimeout(
      () => {
        this.pump()
        this.#wait()
      },
      this.#isBusy ? busyMs : idleMs,
    )
  }
}

type Answer = { readonly kind: 'done'; readonly by: string } | { readonly kind: 'refused'; readonly why: string } | { readonly kind: 'unknown'; readonly why: string }

interface Ticket {
  readonly resolve: (answer: Answer) => void
  readonly checkpoint: number | null
  readonly isStart: boolean
}
