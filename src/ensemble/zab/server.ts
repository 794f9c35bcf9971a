import type { Connection } from '../world/connection.ts'
import { AppendLog, Disk } from '../world/disk.ts'
import type { World } from '../world/world.ts'
import { emptyTree, type Tree } from '../znodes/tree.ts'
import { WatchTable } from '../znodes/watches.ts'
import { PendingChanges } from '../znodes/pendingChanges.ts'
import type { Identity, Request, Txn } from '../znodes/types.ts'
import type { Packet, Snapshot } from './messages.ts'

/** States of a server, as notices carry them. */
export const looking = 0
export const following = 1
export const leading = 2
export const observing = 3
export const stateNames = ['LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING'] as const

/** Where a server stands in the protocol. */
export const phaseDraining = 0
export const phaseElection = 1
export const phaseDiscovery = 2
export const phaseSynchronization = 3
export const phaseBroadcast = 4
export const phaseNames = ['shutting down', 'election', 'discovery', 'synchronization', 'broadcast'] as const

/** A server's timers. */
export const timerNotify = 0
export const timerFinalize = 1
export const timerLearner = 2
export const timerLeader = 3
export const timerSessions = 4
export const timerContainers = 5
export const timerConnect = 6
export const timerReadOnly = 7

/** A server's disk: one log of transactions and three cells. */
export const txnLog = 0
export const cellAcceptedEpoch = 0
export const cellCurrentEpoch = 1
export const cellSnapshot = 2

export function serverDisk(): Disk {
  const disk = new Disk()
  disk.logs.push(new AppendLog())
  disk.cells.push(0, 0, null)
  return disk
}

export function acceptedEpochOf(world: World, id: number): number {
  return world.disks[id]!.cells[cellAcceptedEpoch] as number
}
export function currentEpochOf(world: World, id: number): number {
  return world.disks[id]!.cells[cellCurrentEpoch] as number
}
export function snapshotOf(world: World, id: number): Snapshot | null {
  return world.disks[id]!.cells[cellSnapshot] as Snapshot | null
}
export function logOf(world: World, id: number): AppendLog {
  return world.disks[id]!.logs[txnLog]!
}

/** A vote as a receiver remembers it. */
export class Vote {
  valid = false
  state = 0
  leader = 0
  zxid = 0
  epoch = 0
  round = 0
}

/** What the leader keeps of one learner. */
export class Learner {
  sid = 0
  connection!: Connection
  observer = false
  /** FOLLOWERINFO has come; ACKEPOCH has come. */
  informed = false
  epochAcked = false
  lastZxid = 0
  /** As ACKEPOCH gave it: −1 from one that had promised before. */
  currentEpoch = 0
  /** Gets proposals: from the moment its synchronisation stream was computed. */
  forwarding = false
  newLeaderAcked = false
  ackSeen = false
  upToDate = false
  lastHeard = 0
}

export class Proposal {
  txn!: Txn
  /** Servers that have it on disk, as bits. */
  acks = 0
  since = 0
  /** Servers (or clients of the leader) to tell when everything up to here is committed. */
  syncs: PendingSync[] | null = null
}

export class PendingSync {
  origin = 0
  session = 0
}

/** What the leader knows of a session: when it expires unless it is heard of, and whose it is. */
export class TrackedSession {
  deadline = 0
  /** The server its client hangs on; −1 until that server has said so to this leader. */
  owner = -1
  /** Its end has been proposed. */
  closing = false
}

/** A client's connection at its server, with the queue that keeps one session's requests in order. */
export class ClientConnection {
  id = 0
  connection!: Connection
  /** 0 until the session stands. */
  session = 0
  /** The session is being created or re-validated. */
  waiting = false
  readOnly = false
  identities: readonly Identity[] = []
  queue: Request[] = []
  timeoutMs = 0
  lastHeard = 0
}

/**
 * One server of the ensemble: everything here is volatile; what survives a crash is its disk. Election, discovery, synchronisation and broadcast share this state
 * and live in files of their own (`election.ts`, `leader.ts`, `learner.ts`); the pipeline that serves clients is `requests.ts`.
 */
export class Server {
  id = 0
  voter = true
  state = looking
  phase = phaseElection
  phaseStarted = 0

  // Election.
  round = 0
  voteLeader = 0
  voteZxid = 0
  voteEpoch = 0
  initialZxid = 0
  initialEpoch = 0
  received: Vote[] = []
  outOfElection: Vote[] = []
  finalizing = false
  notificationDelay = 0
  lastNotice = 0
  lookingSince = 0
  /** The vote this server decided on, told to newcomers. */
  finalLeader = -1
  finalZxid = 0
  finalEpoch = 0
  finalRound = 0

  // Data.
  tree: Tree = emptyTree()
  /** The last committed transactions, for DIFF. */
  window: Txn[] = []
  /** Memory must be rebuilt from the disk before it is trusted again. */
  reload = false
  sinceSnapshot = 0
  snapshotDue = 0
  snapshotBusy = false

  // Log thread.
  logQueue: Txn[] = []
  logBatch: Txn[] = []
  logBusy = false

  // Learner.
  leader = -1
  toLeader: Connection | null = null
  attempts = 0
  lastHeard = 0
  newEpoch = 0
  blocked = 0
  inbox: Packet[] = []
  syncMode = 0
  truncatedTo = 0
  snapshotNeeded = false
  /** Received in synchronisation, not logged yet; and those known to be committed. */
  notLogged: Txn[] = []
  committedToApply: number[] = []
  /** Logged in synchronisation and waiting for UPTODATE. */
  toApply: Txn[] = []
  newLeaderZxid = 0
  newLeaderAckSent = false
  /** Broadcast: proposals waiting for their COMMIT. */
  pending: Txn[] = []
  touched = new Map<number, number>()

  // Leader.
  learners: Learner[] = []
  connecting = 0
  acceptedMax = 0
  epochChosen = false
  epochPersisted = false
  electing = 0
  electionFinished = false
  currentPersisted = false
  startZxid = 0
  startEpoch = 0
  newLeaderAcks = 0
  established = false
  outstanding: Proposal[] = []
  lastProposed = 0
  lastCommitted = 0
  halfTicks = 0
  changes = new PendingChanges()
  sessions = new Map<number, TrackedSession>()
  buckets = new Map<number, number[]>()
  bucketNext = 0

  // Clients.
  clients = new Map<number, ClientConnection>()
  /** By slot of their connection. */
  clientsBySlot: (ClientConnection | null)[] = []
  clientNext = 1
  bySession = new Map<number, ClientConnection>()
  sessionNext = 0
  watches = new WatchTable()
}
