import type { BugCard } from '../scenarios/catalog.ts'

/** The cards of high availability: where a JobManager, its stores or its TaskManagers do one thing in the wrong order or unchecked. */
const strict = { tolerateSuspended: false }
const tolerant = { tolerateSuspended: true, sessionTimeoutMs: 4_000 }
/** A proposal takes long enough for a connection to break and come back meanwhile. */
const slowDisks = { fsyncMicros: 150_000, fsyncSpreadMicros: 200_000 }

export const clusterCards: readonly BugCard[] = [
  { id: 'FLINK-10333', kind: 'cluster', title: 'what a leader stores is not checked against its latch node, so a deposed leader still writes', switches: ['haUnfencedStore'], profile: 'jobs', seeds: 100, tells: ['CKP-5', 'HA-1'], cluster: tolerant, fix: 'check(latch node) and the write in one multi' },
  { id: 'read-before-write', kind: 'cluster', title: 'a new leader reads pointers without having written first, and misses one that is being committed', switches: ['haReadsUnfenced'], profile: 'jobs', seeds: 400, tells: ['HA-2'], cluster: strict, options: slowDisks, fix: 'the first thing a leader does is a checked write; what it reads afterwards lies behind it' },
  { id: 'counter-volatile', kind: 'cluster', title: 'the checkpoint counter is not stored', switches: ['haCounterVolatile'], profile: 'jobs', seeds: 20, tells: ['CKP-2'], cluster: strict, fix: 'the counter is written, with its version, before barriers are sent' },
  { id: 'pointer-before-data', kind: 'cluster', title: 'a pointer is committed before the metadata it leads to is written', switches: ['haPointerBeforeData'], profile: 'calm', seeds: 1, tells: ['CKP-1'], cluster: strict, fix: 'data, then metadata, then the pointer' },
  { id: 'discard-on-unknown', kind: 'cluster', title: 'a pointer whose write had no answer is taken for unwritten, and its data is deleted', switches: ['haDiscardOnUnknown'], profile: 'jobs', seeds: 60, tells: ['CKP-1', 'CKP-6'], cluster: strict, fix: 'possibly committed: ask again, and keep the files meanwhile' },
  { id: 'complete-before-commit', kind: 'cluster', title: 'sinks are told before the pointer is committed', switches: ['haCompleteBeforeCommit'], profile: 'jobs', seeds: 60, tells: ['CKP-4'], cluster: strict, fix: 'a checkpoint is complete when a quorum has its pointer' },
  { id: 'files-before-pointer', kind: 'cluster', title: 'the data of an old checkpoint goes before its pointer', switches: ['haFilesBeforePointer'], profile: 'calm', seeds: 1, tells: ['CKP-6'], cluster: strict, fix: 'pointer first' },
  { id: 'restart-while-unknown', kind: 'cluster', title: 'a job is started again while a pointer is being written', switches: ['haRestartWhileUnknown'], profile: 'jobs', seeds: 100, tells: ['HA-2'], cluster: tolerant, options: slowDisks, fix: 'the result of the write decides where the start begins' },
  { id: 'token-ignored', kind: 'cluster', title: 'TaskManagers obey any JobManager', switches: ['haTokenIgnored'], profile: 'jobs', seeds: 60, tells: ['HA-3', 'CKP-4'], cluster: strict, fix: 'orders carry the token; older ones are refused' },
  { id: 'latch-herd', kind: 'cluster', title: 'every contender watches the latch folder', switches: ['latchHerd'], profile: 'jobs', seeds: 10, tells: ['HA-4'], cluster: strict, fix: 'watch only the one before' },
]
