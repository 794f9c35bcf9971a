/**
 * The switches of historic bugs and of mutants. All off is the fixed protocol. A switch stands exactly where the rule it breaks stands in the code, so that the
 * inspector can show both sides; `scenarios/catalog.ts` says what each is called, what it breaks and how it is found.
 */
export class Bugs {
  // Historic bugs of ZooKeeper (reference 1.13).
  /** 1154: a DIFF is sent without asking whether the follower's last transaction is in the window. */
  diffWithoutTruncation = false
  /** 2832: a follower older than an empty window is taken to be up to date. */
  emptyWindowIsUpToDate = false
  /** 2845: memory is kept across elections although the log holds more. */
  memoryKeptAcrossElections = false
  /** 3911: NEWLEADER is acknowledged with the transactions of the synchronisation only in memory. */
  ackNewLeaderUnlogged = false
  /** 4643: currentEpoch is written before the transactions. */
  epochBeforeTransactions = false
  /** 4646: the transactions are handed to the log thread and the acknowledgement does not wait. */
  ackNewLeaderUnflushed = false
  /** 4685: outstanding proposals are acknowledged before NEWLEADER is. */
  proposalAckOvertakes = false
  /** 4394: a COMMIT between the NEWLEADER acknowledgement and UPTODATE finds nothing to commit and stops the server. */
  commitBeforeUpToDateFails = false
  /** 4712: the log thread outlives its learner and keeps writing. */
  logThreadOutlives = false
  /** 4785: what was received by DIFF is dropped when the follower is bounced after acknowledging. */
  syncedNotPersisted = false
  /** 4925: transactions of the synchronisation never enter the committed window. */
  syncedNotInWindow = false
  /** 5094: an interrupted TRUNC leaves memory ahead of the disk, and the next synchronisation trusts memory. */
  interruptedSyncTrusted = false
  /** 1732, 1805, 1818: the final vote keeps the epoch it was elected with, and equality looks at every field. */
  staleFinalVote = false
  /** 3642: a half-received SNAP is kept in memory. */
  partialSnapshotTrusted = false
  /** 3144: the last transaction applied counts as contained in a snapshot whose session table was read before it. */
  snapshotMissesSession = false
  /** 5010, by the way 4837 describes: a server that begins to lead writes down its memory, uncommitted tail and all, and a later TRUNC starts from that. */
  snapshotOutlivesTruncation = false
  /** 3701: a truncation that failed on a full disk is taken for done. */
  failedTruncationIgnored = false
  /** 4352, 2418: a DIFF from the disk log is not checked for a gap before the window. */
  logGapIgnored = false
  /** 2355: closing a session removes only the ephemerals this server saw applied when it forwarded the request, not those pending. */
  pendingEphemeralsForgotten = false
  /** 1675: a leader answers a sync by itself, although nobody may follow it any more. Matters where `strictSync` promises more than ZooKeeper does. */
  syncAnsweredAlone = false

  // Mutants of the election and of Zab (reference 5.7).
  commitWithOneAckLess = false
  /** The paper's vague Q: proposals go only to followers that have acknowledged NEWLEADER. */
  forwardToAckedOnly = false
  neverTruncate = false
  diskForgets = false
  acceptedEpochVolatile = false
  voteByIdOnly = false
  voteWithoutEpoch = false
  /** Discovery accepts a follower that is ahead. */
  noRefusal = false
  acceptOlderEpoch = false
  ackBeforeFlush = false
  observersCount = false
  /** Acknowledgements from before a learner was synchronised anew still count, although it may have been told to cut what it acknowledged. */
  oldAcksCount = false

  // Mutants of the tree, sessions, watches and the client.
  prepareAgainstCommitted = false
  sequenceFromChildCount = false
  multiNotAtomic = false
  versionIgnored = false
  ephemeralMayHaveChildren = false
  aclIgnored = false
  expiryEarly = false
  noRearmOnElection = false
  touchesNotReported = false
  movedNotChecked = false
  closingNotChecked = false
  watchNotRemoved = false
  replyBeforeEvent = false
  deleteNotReported = false
  rearmWithoutCheck = false
  recursiveOneLevel = false
  readsOvertakeWrites = false
  olderServerAccepted = false
  replyTwice = false

  // Recipes.
  noFencing = false
  lockHerd = false
  lockByFirstSeen = false

  // The log: historic rules and mistakes of Kafka (reference 3.3), then mutants.
  /** Before KIP-101: a follower cuts its log back to its own high watermark. */
  truncateToHighWatermark = false
  /** Before KIP-279: a follower compares where an epoch ends without asking which epoch that is. */
  divergenceByOffset = false
  /** Before KIP-207: a new leader tells the high watermark it happens to know. */
  staleHighWatermarkServed = false
  /** The high watermark follows the agreed in-sync replicas, not those already proposed. */
  agreedIsrOnly = false
  /** Before KIP-966: the last in-sync replica leads whatever happened to it, and the high watermark moves with too few in sync. */
  lastReplicaStanding = false
  /** acks=all is satisfied with however few are in sync. */
  minInsyncIgnored = false
  uncleanElection = false
  /** Before KIP-380: brokers are compared by id alone. */
  brokerEpochIgnored = false
  /** Before KAFKA-6082: the controller writes without checking its epoch, and goes on after losing its session. */
  controllerUnfenced = false
  noDivergenceCheck = false
  acknowledgedBeforeHighWatermark = false
  highWatermarkOfLeader = false
  joinsBehindHighWatermark = false
  readsBeyondHighWatermark = false
  sequenceIgnored = false
  zombieProducerAllowed = false
  followersForgetProducers = false
  truncationKeepsProducers = false
  lastStableOffsetIgnored = false
  abortedRangesUntold = false
  /** Before KIP-890: a producer keeps its epoch over its transactions, so that a delayed end can act on the next one. */
  delayedEndTransaction = false
  /** Before KIP-1228: a copy of a marker is taken again. */
  markersTwice = false
  markersUnawaited = false
  generationIgnored = false
  revokedLate = false
  movedAtOnce = false
  compactsToOldest = false
  compactsOpen = false
  tombstonesAtOnce = false
  retentionBeyondStable = false

  // High availability of jobs.
  /** Flink's stores until FLINK-10333: what a leader writes is not checked against its latch node. */
  haUnfencedStore = false
  /** A new leader reads without having written first, and sees what its server happens to have. */
  haReadsUnfenced = false
  haCounterVolatile = false
  haPointerBeforeData = false
  /** A pointer whose write has no answer is taken for unwritten, and its data is deleted. */
  haDiscardOnUnknown = false
  /** Sinks are told that a checkpoint is complete before its pointer is committed. */
  haCompleteBeforeCommit = false
  haFilesBeforePointer = false
  /** A job is started again while a pointer is being written. */
  haRestartWhileUnknown = false
  /** TaskManagers obey any JobManager. */
  haTokenIgnored = false
  /** Everybody who stands by watches the latch folder. */
  latchHerd = false
}
