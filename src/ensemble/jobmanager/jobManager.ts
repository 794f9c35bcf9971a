import { checksOf } from '../checks/checksOf.ts'
import { connectClient, newSession, onSessionConnected, onSessionDisconnected, onSessionMessage, onSessionTimer, stateConnected, stateExpired, submit, ZkClient, type SessionOwner } from '../client/zkClient.ts'
import { chanceOf, type Chance } from '../world/chance.ts'
import type { Node, NodeKind } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { connectionLoss, modeEphemeral, modePersistent, nodeExists, noNode, ok, opCheck, opCreate, opDelete, opGetChildren, opGetData, opMulti, opSetData, Request, sessionExpired, sessionMoved, throttled, type Reply } from '../znodes/types.ts'
import { Latch, latchConnected, latchExpired, latchFenced, latchHolding, latchIdle, latchReply, latchSuspended, latchTagMax, latchTimer, latchWatch, tagLatchCreate, type LatchOwner } from './latch.ts'
import { checkpointsFolder, clusterFolders, connectionInfoPath, counterPath, grantedPath, jobGraphPath, jobGraphsFolder, lockPath, pointerPath } from './layout.ts'

/**
 * A JobManager: a contender for the leader latch that, once it leads, brings back jobs and their newest checkpoint and then runs them (reference 2.1 to 2.5). What "running" means
 * is its `Master`: with TaskManagers of the simulation (`jobMaster.ts`), or for the runtime of a page (`liveMaster.ts`).
 *
 * Every write of a leader is one multi with a check of its latch node, so that nothing of a deposed leader takes effect, however late it arrives (Flink's stores
 * write unchecked; FLINK-10333 proposes this). For the same reason a new leader begins with such a write, before it reads: whatever an older leader could still do lies
 * before that write, and whatever this session reads afterwards lies behind it. A `sync` would not be enough, since a deposed leader of the ensemble may answer it (ZOOKEEPER-1675).
 *
 * When the result of a write is unknown, it is neither done nor undone: the same write is asked for again on the next connection, and "node exists" then says that it had happened.
 */
export interface JobManagerOptions {
  readonly sessionTimeoutMs: number
  /** Flink's `high-availability.zookeeper.client.tolerate-suspended-connections`: go on leading until the session is known to be lost. */
  readonly tolerateSuspended: boolean
  readonly master: Master
}

/** What a leader does with what it recovered. */
export interface Master {
  /** No job is there: the parts of a write that makes one, or null to go on without. */
  firstJob(world: World, node: Node, term: Term): readonly Request[] | null
  /** Recovery is over. */
  onRunning(world: World, node: Node, state: JobManagerState, term: Term): void
  /** A fenced write has ended, well or not; never with an unknown result. */
  onWritten(world: World, node: Node, state: JobManagerState, term: Term, write: number, reply: Reply): void
  /** The connection broke while this write was under way. True: ask again. */
  onUnknown(world: World, node: Node, state: JobManagerState, term: Term, write: number): boolean
  onTimer(world: World, node: Node, state: JobManagerState, term: Term, timer: number): void
  onMessage(world: World, node: Node, state: JobManagerState, term: Term, from: number, message: object): void
  /** The term is over: this JobManager leads no more. */
  onEnd(world: World, node: Node, state: JobManagerState, term: Term, why: string): void
}

export const termFencing = 0
export const termJobs = 1
export const termFirstJob = 2
export const termGraph = 3
export const termPointers = 4
export const termLocking = 5
export const termCounter = 6
export const termPublishing = 7
export const termRunning = 8
export const termStepNames = ['fencing', 'reading jobs', 'storing the job', 'reading the job', 'reading checkpoint pointers', 'locking pointers', 'reading the counter', 'publishing its address', 'running'] as const

/** The time from being granted leadership to losing it. */
export class Term {
  token = 0
  /** The latch node that every write is checked against. */
  latchPath = ''
  /** Leadership is lost, and the word of it is on its way to the master. */
  isEnding = false
  endsBecause = ''
  since = 0
  step = termFencing
  job = ''
  document = ''
  /** Pointers in the ensemble, oldest first; those of them locked by this session. */
  pointers: number[] = []
  locked: number[] = []
  /** The next checkpoint id, and the version of its znode. */
  counter = 1
  counterVersion = 0
  /** Somebody else's address still stands where this leader's belongs. */
  infoIsStale = false
  /** The fenced write under way, in the master's numbers; 0 for none. Its parts, to ask again. */
  write = 0
  writing: readonly Request[] = []
  /** The master's own. */
  memory: object | null = null
}

export class JobManagerState {
  zk = new ZkClient()
  latch = new Latch()
  chance!: Chance
  term: Term | null = null
  /** Starts of jobs since this process began: with the token, the order of all of them. */
  attempts = 0
}

const timerSession = 0
const timerLatch = 1
const timerEnd = 2
/** Timers from here on belong to the master. */
export const timerMaster = 3

const tagFolder = 10
const tagStep = 11
/** Tags from here on are writes of the master. */
const tagWrite = 20

const retryMicros = 300_000
const firstRetryMicros = 20_000

export function makeJobManagerKind(options: JobManagerOptions): NodeKind {
  const { master } = options

  const latchOwner: LatchOwner = {
    onGranted(world, node) {
      const state = node.state as JobManagerState
      const term = new Term()
      if (state.term !== null) end(world, node, state, state.term, 'it is granted leadership anew')
      term.token = state.latch.token
      term.latchPath = state.latch.path
      term.since = world.now
      state.term = term
      world.trace?.note(world, node.id, 'leader', `is granted leadership with token ${zxidText(term.token)}`)
      if (world.setup.options.bugs.haReadsUnfenced) term.step = termJobs
      ask(world, node, state, term)
    },
    onRevoked(world, node, why) {
      const state = node.state as JobManagerState
      const { term } = state
      if (term === null || term.isEnding) return
      // The word reaches the master through its mailbox, behind whatever it is doing; until then it acts as before, and only the fence stands between.
      term.isEnding = true
      term.endsBecause = why
      world.setTimer(node, timerEnd, 1 + state.chance.below(600_000))
    },
  }

  function end(world: World, node: Node, state: JobManagerState, term: Term, why: string): void {
    state.term = null
    world.cancelTimer(node, timerEnd)
    world.trace?.note(world, node.id, 'leader', `leads no more: ${why}`)
    master.onEnd(world, node, state, term, why)
  }

  /** A write found the term's latch node gone: whatever the latch believes, this term is over. */
  function fenced(world: World, node: Node, state: JobManagerState, term: Term): void {
    const isLatchs = state.latch.path === term.latchPath
    end(world, node, state, term, 'its latch node is gone')
    if (isLatchs) latchFenced(world, node, state.zk, state.latch)
  }

  /** Asks for what the present step of recovery needs; asking twice does no harm. */
  function ask(world: World, node: Node, state: JobManagerState, term: Term): void {
    const { zk } = state
    switch (term.step) {
      case termFencing:
        submit(world, node, zk, fencedMulti(world, term, [setData(grantedPath, `${node.name} ${term.token}`, -1)]), tagStep)
        return
      case termJobs:
        submit(world, node, zk, read(opGetChildren, jobGraphsFolder), tagStep)
        return
      case termFirstJob: {
        const parts = master.firstJob(world, node, term)
        if (parts !== null) submit(world, node, zk, fencedMulti(world, term, parts), tagStep)
        return
      }
      case termGraph:
        submit(world, node, zk, read(opGetData, jobGraphPath(term.job)), tagStep)
        return
      case termPointers:
        submit(world, node, zk, read(opGetChildren, checkpointsFolder(term.job)), tagStep)
        return
      case termLocking: {
        const next = term.pointers.find((id) => !term.locked.includes(id))
        submit(world, node, zk, fencedMulti(world, term, [create(lockPath(term.job, next!, zk.session), modeEphemeral, node.name)]), tagStep)
        return
      }
      case termCounter:
        submit(world, node, zk, read(opGetData, counterPath(term.job)), tagStep)
        return
      case termPublishing: {
        const publish = create(connectionInfoPath, modeEphemeral, `${node.id} ${term.token}`)
        submit(world, node, zk, fencedMulti(world, term, term.infoIsStale ? [remove(connectionInfoPath), publish] : [publish]), tagStep)
      }
    }
  }

  function onStep(world: World, node: Node, state: JobManagerState, term: Term, reply: Reply): void {
    const { error } = reply
    const isWrite = reply.op === opMulti
    // In a write every other path is known to be there or its absence has a code of its own, so a missing node is the latch's.
    if (isWrite && error === noNode && !(term.step === termPublishing && term.infoIsStale)) {
      fenced(world, node, state, term)
      return
    }
    switch (term.step) {
      case termFencing:
        if (error === ok) term.step = termJobs
        break
      case termJobs:
        if (error !== ok) break
        // One job at a time; the one that came last if a crash left two.
        term.job = reply.children!.at(-1) ?? ''
        term.step = term.job !== '' ? termGraph : master.firstJob(world, node, term) === null ? termPublishing : termFirstJob
        break
      case termFirstJob:
        if (error === ok || error === nodeExists) term.step = termJobs
        break
      case termGraph:
        term.document = reply.data
        term.step = termPointers
        break
      case termPointers:
        term.pointers = (reply.children ?? []).map(Number).toSorted((a, b) => a - b)
        term.step = term.pointers.length > 0 ? termLocking : termCounter
        break
      case termLocking: {
        const next = term.pointers.find((id) => !term.locked.includes(id))
        if (next !== undefined && (error === ok || error === nodeExists)) term.locked.push(next)
        if (term.pointers.every((id) => term.locked.includes(id))) term.step = termCounter
        break
      }
      case termCounter:
        term.counter = error === ok ? Math.max(Number(reply.data), 1) : 1
        if (world.setup.options.bugs.haCounterVolatile) term.counter = (term.pointers.at(-1) ?? 0) + 1
        term.counterVersion = reply.stat?.version ?? 0
        term.step = termPublishing
        break
      case termPublishing:
        if (error === nodeExists) term.infoIsStale = true
        else if (error === noNode) term.infoIsStale = false
        else if (error === ok) {
          term.step = termRunning
          world.trace?.note(world, node.id, 'leader', `leads with token ${zxidText(term.token)}${term.job === '' ? '' : `: job ${term.job}, ${term.pointers.length === 0 ? 'no checkpoint yet' : `newest checkpoint ${term.pointers.at(-1)}`}`}`)
          master.onRunning(world, node, state, term)
          return
        }
    }
    ask(world, node, state, term)
  }

  const owner: SessionOwner = {
    onState(world, node, zk) {
      const state = node.state as JobManagerState
      if (zk.state === stateConnected) {
        latchConnected(world, node, zk, state.latch)
        const { term } = state
        if (term === null) return
        if (term.step !== termRunning) ask(world, node, state, term)
        else if (term.write !== 0) submit(world, node, zk, fencedMulti(world, term, term.writing), tagWrite + term.write)
      } else if (zk.state === stateExpired) {
        latchExpired(world, node, state.latch, latchOwner)
        newSession(world, node, zk)
      } else if (!options.tolerateSuspended) latchSuspended(world, node, state.latch, latchOwner)
    },
    onReply(world, node, zk, op, reply) {
      const state = node.state as JobManagerState
      if (op.tag > 0 && op.tag <= latchTagMax) {
        // Nobody has been here before: the folders first, and then the latch again.
        if (op.tag === tagLatchCreate && reply.error === noNode) for (const path of clusterFolders) submit(world, node, zk, create(path, modePersistent, ''), tagFolder)
        latchReply(world, node, zk, state.latch, op, reply, latchOwner)
        if (state.latch.step === latchIdle) world.setTimer(node, timerLatch, op.tag === tagLatchCreate ? firstRetryMicros : retryMicros)
        return
      }
      const { term } = state
      if (term === null || op.tag < tagStep) return
      // Answers to an earlier term of the same session are nobody's: a term asks one thing at a time, and the first request of a term is behind all of them.
      if (op.invoked < term.since) return
      if (op.tag === tagStep) {
        if (isRefusedUnread(reply.error)) world.setTimer(node, timerLatch, retryMicros)
        else if (reply.error !== connectionLoss && term.step !== termRunning) onStep(world, node, state, term, reply)
        return
      }
      const write = op.tag - tagWrite
      if (write !== term.write) return
      if (isRefusedUnread(reply.error)) {
        // Refused for the session's sake: it did not happen, and the next connection may have more luck.
        world.setTimer(node, timerLatch, retryMicros)
        return
      }
      if (reply.error === connectionLoss) {
        if (!master.onUnknown(world, node, state, term, write)) term.write = 0
        return
      }
      term.write = 0
      term.writing = []
      if (reply.error === noNode && !world.setup.options.bugs.haUnfencedStore) {
        world.trace?.note(world, node.id, 'fenced', `has a write refused: its latch node is gone`)
        fenced(world, node, state, term)
        return
      }
      master.onWritten(world, node, state, term, write, reply)
    },
    onWatch(world, node, zk, event) {
      latchWatch(world, node, zk, (node.state as JobManagerState).latch, event)
    },
  }

  return {
    name: 'JobManager',

    boot(world, node) {
      const state = new JobManagerState()
      state.chance = chanceOf(world.setup.seed, `jobmanager ${node.id} boot ${node.incarnation}`)
      state.zk.chance = chanceOf(world.setup.seed, `session ${node.id} boot ${node.incarnation}`)
      state.zk.requestedMs = options.sessionTimeoutMs
      state.zk.timeoutMs = options.sessionTimeoutMs
      state.zk.timer = timerSession
      node.state = state
      checksOf(world)?.onSessionEnd(node.id)
      connectClient(world, node, state.zk)
    },

    onTimer(world, node, timer) {
      const state = node.state as JobManagerState
      if (timer === timerSession) onSessionTimer(world, node, state.zk, owner)
      else if (timer === timerLatch) {
        if (state.zk.state !== stateConnected) return
        latchTimer(world, node, state.zk, state.latch)
        const { term } = state
        if (term === null || state.zk.pending.some((op) => op.tag >= tagStep)) return
        if (term.step !== termRunning) ask(world, node, state, term)
        else if (term.write !== 0) submit(world, node, state.zk, fencedMulti(world, term, term.writing), tagWrite + term.write)
      } else if (timer === timerEnd) {
        if (state.term?.isEnding === true) end(world, node, state, state.term, state.term.endsBecause)
      } else if (state.term !== null && state.term.step === termRunning) master.onTimer(world, node, state, state.term, timer)
    },

    onDisk() {},

    onMessage(world, node, connection, from, message) {
      const state = node.state as JobManagerState
      if (connection !== null) {
        if (connection === state.zk.connection) onSessionMessage(world, node, state.zk, message, owner)
      } else if (state.term !== null && state.term.step === termRunning) master.onMessage(world, node, state, state.term, from, message)
    },

    onConnect: () => false,

    onConnected(world, node, connection) {
      const { zk } = node.state as JobManagerState
      if (connection === zk.connection) onSessionConnected(world, node, zk)
    },

    onDisconnected(world, node, connection) {
      const { zk } = node.state as JobManagerState
      if (connection === zk.connection) onSessionDisconnected(world, node, zk, owner)
    },
  }
}

/** Leads by its own belief, with recovery over. */
export function isLeading(state: JobManagerState): boolean {
  return state.latch.step === latchHolding && state.term !== null && !state.term.isEnding && state.term.step === termRunning
}

/** Begins a fenced write of the master; its end comes as `onWritten`. One at a time. */
export function write(world: World, node: Node, state: JobManagerState, term: Term, kind: number, parts: readonly Request[]): void {
  term.write = kind
  term.writing = parts
  // Without a connection it is asked for when there is one.
  submit(world, node, state.zk, fencedMulti(world, term, parts), tagWrite + kind)
}

function isRefusedUnread(error: number): boolean {
  return error === sessionMoved || error === sessionExpired || error === throttled
}

function fencedMulti(world: World, term: Term, parts: readonly Request[]): Request {
  const multi = new Request()
  multi.op = opMulti
  const check = new Request()
  check.op = opCheck
  check.path = term.latchPath
  multi.parts = world.setup.options.bugs.haUnfencedStore ? parts : [check, ...parts]
  return multi
}

export function create(path: string, mode: number, data: string): Request {
  const request = new Request()
  request.op = opCreate
  request.path = path
  request.mode = mode
  request.data = data
  return request
}

export function setData(path: string, data: string, version: number): Request {
  const request = new Request()
  request.op = opSetData
  request.path = path
  request.data = data
  request.version = version
  return request
}

export function remove(path: string): Request {
  const request = new Request()
  request.op = opDelete
  request.path = path
  return request
}

function read(op: number, path: string): Request {
  const request = new Request()
  request.op = op
  request.path = path
  return request
}

/** The parts that store a job: its document, and what its checkpoints need. */
export function jobParts(job: string, document: string): readonly Request[] {
  return [create(jobGraphPath(job), modePersistent, document), create(checkpointsFolder(job).slice(0, -'/checkpoints'.length), modePersistent, ''), create(checkpointsFolder(job), modePersistent, ''), create(counterPath(job), modePersistent, '1')]
}

/** The parts that commit a checkpoint: its pointer, and the lock that keeps it. */
export function pointerParts(term: Term, session: number, checkpoint: number, location: string): readonly Request[] {
  return [create(pointerPath(term.job, checkpoint), modePersistent, location), lockOf(term.job, checkpoint, session)]
}

export function lockOf(job: string, checkpoint: number, session: number): Request {
  return create(lockPath(job, checkpoint, session), modeEphemeral, '')
}

/** The parts that take a pointer back: only if nobody else holds it. */
export function releaseParts(term: Term, session: number, checkpoint: number): readonly Request[] {
  const pointer = remove(pointerPath(term.job, checkpoint))
  return term.locked.includes(checkpoint) ? [remove(lockPath(term.job, checkpoint, session)), pointer] : [pointer]
}
