import { applyFault, leaderOf, type Fault } from './faults.ts'
import { isLeading, makeJobManagerKind, termRunning, termStepNames, type JobManagerState } from './jobmanager/jobManager.ts'
import { leadingJobManager } from './jobmanager/leading.ts'
import { liveMaster, LiveRequest, onRequest, type LiveEffect, type LiveRequestKind } from './jobmanager/liveMaster.ts'
import { outsideDisk, outsideKind, outsideOf } from './jobmanager/outside.ts'
import { JobAppend, jobQueues, onJobAppend, sinksKnowLeaders } from './log/jobRole.ts'
import { hasLeader, isFullyInSync, liveLogOptions, loadTopics, newestImage, topicObstacle, type LiveTopic } from './log/liveTopics.ts'
import type { LogEntry } from './log/records.ts'
import { makeEnsemble } from './simulation.ts'
import { Timeline } from './timeline.ts'
import { Disk } from './world/disk.ts'
import { WorldOptions } from './world/options.ts'
import type { World } from './world/world.ts'
import { quorum } from './zab/quorum.ts'
import { phaseBroadcast } from './zab/server.ts'
import { serverOf } from './zab/serverNode.ts'

/**
 * The live control plane: one world of servers and JobManagers that is driven by a clock outside and keeps the checkpoint pointers of a job that runs outside. The same
 * state machines as in the simulation; only who asks and who moves time is different.
 *
 * ```
 * const live = new LiveEnsemble({ seed: 7 })
 * live.advance(now)                                 // as often as you like; now in virtual ms, growing
 * const ticket = live.commitPointer(job, 12, file)  // asks; the answer is an effect
 * for (const effect of live.takeEffects()) …        // leader, leaderLost, done, refused
 * live.act(fault('crash', live.leader().jobManager, 0))   // what a hand does to it
 * live.waitsFor()                                   // why nothing completes, or null
 * live.append('orders', 0, entry)                   // a sink of the job appends
 * live.acknowledged('orders', 0)                    // how far its partition is replicated
 * ```
 *
 * Promises: a ticket is answered `done` only when a quorum has what it asked for, and exactly once; after `leader` with another token the job starts from the newest of
 * its `pointers`, and no commit asked for before will take effect any more. Without a quorum nothing is answered; it waits. Everything that came from outside is kept as
 * choices of `timeline`, so the run can be scrubbed and replayed. It reads no clock.
 *
 * Timeouts: a tick of 250 ms and sessions of one second instead of ZooKeeper's sample of two and Flink's of sixty (decision 0140); ratios are unchanged.
 */
export interface LiveOptions {
  readonly seed: number
  readonly servers?: number
  readonly jobManagers?: number
  readonly options?: Partial<WorldOptions>
  /** Topics the job writes or reads: kept by three brokers of this ensemble. */
  readonly topics?: readonly LiveTopic[]
}

export const liveTickMicros = 250_000
export const liveSessionMs = 1_000

export interface LiveLeader {
  /** Machine of the JobManager that leads, −1 while none does. */
  readonly jobManager: number
  readonly name: string
  readonly token: number
  readonly pointers: readonly number[]
}

export class LiveEnsemble {
  readonly timeline: Timeline
  #ticket = 0
  #effect = 0
  /** Partition numbers of the brokers, by topic and partition. */
  readonly #partitions = new Map<string, number>()

  constructor({ seed, servers = 3, jobManagers = 2, options, topics = [] }: LiveOptions) {
    const world = makeLiveWorld(seed, servers, jobManagers, topics, options)
    this.timeline = new Timeline(world)
    for (const { topic, partition, index } of world.setup.options.log?.partitions ?? []) this.#partitions.set(`${topic}-${partition}`, index)
    if (topics.length > 0) this.#bringUp()
  }

  /** The newest moment, for whoever shows it; it moves only in `advance`. */
  get world(): World {
    return this.timeline.head
  }

  /** Lets everything happen up to this virtual time. */
  advance(toMs: number): void {
    this.timeline.advance(Infinity, Math.floor(toMs * 1000))
  }

  act(fault: Fault): void {
    this.timeline.act(fault)
  }

  /** The job that runs; its document, and the checkpoints it may start from. Replaces the one before. */
  startJob(job: string, document: string, pointers: readonly { readonly id: number; readonly location: string }[] = []): number {
    return this.#ask('job', job, document, 0, pointers.map(({ id }) => id), pointers.map(({ location }) => location))
  }

  endJob(job: string): number {
    return this.#ask('end', job, '', 0, [], [])
  }

  commitPointer(job: string, checkpoint: number, location: string): number {
    return this.#ask('commit', job, location, checkpoint, [], [])
  }

  releasePointers(job: string, checkpoints: readonly number[]): number {
    return this.#ask('release', job, '', 0, checkpoints, [])
  }

  /** What happened since the last call, oldest first. */
  takeEffects(): readonly LiveEffect[] {
    const { effects, effectsBefore } = outsideOf(this.world)!
    const fresh = effects.slice(Math.max(0, this.#effect - effectsBefore)) as LiveEffect[]
    this.#effect = effectsBefore + effects.length
    return fresh
  }

  leader(): LiveLeader {
    const { world } = this
    const node = world.nodes[leadingJobManager(world)]
    const state = node?.state as JobManagerState | undefined
    if (node === undefined || !node.up || state === undefined || !isLeading(state)) return { jobManager: -1, name: '', token: 0, pointers: [] }
    const { token, pointers } = state.term!
    return { jobManager: node.id, name: node.name, token, pointers }
  }

  /** Why a pointer cannot be committed now, in a sentence; null when nothing stands in the way. */
  waitsFor(): string | null {
    return obstacle(this.world)
  }

  // ---- topics

  append(topic: string, partition: number, entry: LogEntry): void {
    const append = new JobAppend()
    append.partition = this.#partitions.get(`${topic}-${partition}`)!
    append.entry = entry
    this.timeline.act(append)
  }

  /** Everything below this offset is behind the high watermark; 0 while nothing was acknowledged in this run. */
  acknowledged(topic: string, partition: number): number {
    return jobQueues(this.world)?.[this.#partitions.get(`${topic}-${partition}`)!]?.acknowledged ?? 0
  }

  /** By topic and partition, `orders-0`: those that have a leader to read from. */
  readable(): ReadonlySet<string> {
    const { world } = this
    const image = newestImage(world)
    return new Set([...this.#partitions].flatMap(([name, index]) => (hasLeader(world, index, image) ? [name] : [])))
  }

  /** Why the job's sinks wait for their topics, in a sentence; null when they do not. */
  topicsWaitFor(): string | null {
    return this.#partitions.size === 0 ? null : topicObstacle(this.world)
  }

  /** Brokers are there, with every replica in sync, before a job begins that writes to them. */
  #bringUp(): void {
    const isUp = (): boolean => sinksKnowLeaders(this.world) && [...this.#partitions.values()].every((index) => isFullyInSync(this.world, index))
    for (let ms = 0; ms < bringUpMsMax && !isUp(); ms += 50) this.advance(ms)
  }

  #ask(kind: LiveRequestKind, job: string, text: string, checkpoint: number, checkpoints: readonly number[], locations: readonly string[]): number {
    const request = new LiveRequest()
    request.ticket = ++this.#ticket
    request.kind = kind
    request.job = job
    request.text = text
    request.checkpoint = checkpoint
    request.checkpoints = checkpoints
    request.locations = locations
    this.timeline.act(request)
    return request.ticket
  }
}

const bringUpMsMax = 20_000

function makeLiveWorld(seed: number, servers: number, jobManagers: number, topics: readonly LiveTopic[], changes: Partial<WorldOptions> = {}): World {
  const options = new WorldOptions()
  options.servers = servers
  options.clients = 0
  options.tickMicros = liveTickMicros
  if (topics.length > 0) options.log = liveLogOptions(topics, liveSessionMs)
  Object.assign(options, changes)
  const jobManagerKind = makeJobManagerKind({ sessionTimeoutMs: liveSessionMs, tolerateSuspended: true, master: liveMaster })
  const world = makeEnsemble({
    seed,
    options,
    profile: null,
    applyFault: (at, choice) => (choice instanceof LiveRequest ? onRequest(at, choice) : choice instanceof JobAppend ? onJobAppend(at, choice) : applyFault(at, choice)),
    extraKinds: [outsideKind, jobManagerKind],
    extraMachines: [
      { name: 'file system', kind: outsideKind, disk: outsideDisk() },
      ...Array.from({ length: jobManagers }, (_, i) => ({ name: `JobManager ${i}`, kind: jobManagerKind, disk: new Disk() })),
    ],
  })
  if (topics.length > 0) loadTopics(world, topics)
  return world
}

function obstacle(world: World): string | null {
  const { servers } = world.setup.options
  const ensembleLeader = leaderOf(world)
  const leader = ensembleLeader < 0 ? null : serverOf(world, ensembleLeader)
  let following = 0
  const down: string[] = []
  for (let sid = 0; sid < servers; sid++) {
    const node = world.nodes[sid]!
    const server = serverOf(world, sid)
    if (!node.up) down.push(`${node.name} is down`)
    else if (node.paused) down.push(`${node.name} is paused`)
    else if (leader !== null && sid !== ensembleLeader && world.isCut(sid, ensembleLeader)) down.push(`${node.name} is cut off`)
    if (node.up && !node.paused && server !== null && leader !== null && server.newEpoch === leader.newEpoch && server.phase === phaseBroadcast && (sid === ensembleLeader || !world.isCut(sid, ensembleLeader))) following |= 1 << sid
  }
  if (leader === null || !quorum(world, following)) {
    const need = Math.floor(servers / 2) + 1
    return `No quorum: ${down.length > 0 ? down.join(', ') : 'the servers are electing a leader'}. A pointer is committed when ${need} of ${servers} servers have it on disk.`
  }
  const candidate = world.nodes[leadingJobManager(world)]
  if (candidate === undefined) return 'There is no JobManager.'
  const state = candidate.state as JobManagerState | null
  if (!candidate.up) return `${candidate.name} is down, and no other JobManager leads yet.`
  if (candidate.paused) return `${candidate.name} leads and is paused.`
  if (state === null || state.term === null || state.term.isEnding) return 'No JobManager leads: the latch goes to the next in line when the session of the last leader ends.'
  if (state.term.step !== termRunning) return `${candidate.name} is taking over: ${termStepNames[state.term.step]}.`
  if (!state.zk.isOpen) return `${candidate.name} leads but has no connection to a server.`
  return null
}
