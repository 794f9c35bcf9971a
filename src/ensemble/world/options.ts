import { neverChanges } from './copy.ts'
import { Bugs } from '../bugs.ts'
import type { LogOptions } from '../log/logOptions.ts'

/**
 * Everything a run depends on besides its seed. Protocol constants are ZooKeeper's own (reference 1.10); times are whole microseconds. Watching comfort comes from
 * scaling time, never from other timeouts.
 */
export class WorldOptions {
  servers = 3
  observers = 0
  clients = 3
  /** Protocol. */
  tickMicros = 2_000_000
  initLimitTicks = 10
  syncLimitTicks = 5
  /** Fast Leader Election: the final wait, and the first and the longest pause between re-sends. */
  finalizeWaitMicros = 200_000
  notificationMicros = 200_000
  notificationMaxMicros = 60_000_000
  /** Committed transactions a server keeps in memory to synchronise others by DIFF. */
  committedWindow = 500
  /** A server snapshots after a random count in the upper half of this, and keeps the log of one more snapshot. */
  snapCount = 2_000
  /** Largest counter of an epoch; beyond it the leader steps down so that a new epoch begins. */
  counterMax = 0xffff_fffe
  /** Session timeouts are negotiated into these. */
  sessionMinTicks = 2
  sessionMaxTicks = 20
  outstandingMax = 1_000
  readOnlyMode = false
  /**
   * A sync goes through a quorum, so that a read behind it is linearizable. Not so in ZooKeeper, where a deposed leader that does not know it may answer (ZOOKEEPER-1675, open).
   */
  strictSync = false
  /** Containers and TTL nodes are looked for this often. */
  containerCheckMicros = 60_000_000
  /** The random clients: mean pause between requests, and how many may be under way. */
  thinkMicros = 100_000
  requestsInFlight = 3
  rareOperations = true
  /** Network. */
  latencyMicros = 300
  latencySpreadMicros = 500
  latencyTailMicros = 100_000
  connectTimeoutMicros = 2_000_000
  lossPerMillion = 0
  duplicatePerMillion = 0
  /** Disk. */
  fsyncMicros = 1_000
  fsyncSpreadMicros = 2_000
  /** Checkers on: every event is held against the invariants. They read the world and never change it. */
  checks = true
  /** Brokers and their clients; null: there are none. */
  log: LogOptions | null = null
  bugs = new Bugs()
}
neverChanges(WorldOptions)
neverChanges(Bugs)
