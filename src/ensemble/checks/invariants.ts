import { logInvariants } from '../log/logInvariants.ts'

/**
 * The invariants by name (reference 5.5). "Eventually" marks those judged after the faults have healed; all others are held after every event.
 */
export interface Invariant {
  readonly name: string
  readonly text: string
  readonly eventually?: true
}

export const invariants: readonly Invariant[] = [
  { name: 'FLE-1', text: 'per epoch at most one server is ever established as leader' },
  { name: 'FLE-2', text: 'acceptedEpoch is at least currentEpoch, and neither goes back across restarts' },
  { name: 'FLE-3', text: 'a server promises an epoch countably at most once' },
  { name: 'FLE-4', text: 'whoever is elected had a quorum for exactly that vote, or speaks for itself; nobody votes for less than its own history' },
  { name: 'FLE-5', text: 'with a connected quorum a leader is established in time', eventually: true },
  { name: 'FLE-6', text: 'a restarted server joins a healthy ensemble', eventually: true },
  { name: 'ZAB-1', text: 'a zxid means one transaction for ever, and only what was proposed is delivered' },
  { name: 'ZAB-2', text: 'what a server has applied while serving is a prefix of the committed sequence' },
  { name: 'ZAB-3', text: 'committed zxids strictly increase, with contiguous counters within an epoch' },
  { name: 'ZAB-4', text: "one leader's proposals arrive in order and without gaps" },
  { name: 'ZAB-5', text: 'what a deposed leader commits late was committed by its successors too' },
  { name: 'ZAB-6', text: 'a leader proposes only once established, on top of everything committed' },
  { name: 'ZAB-7', text: 'an established leader has the whole committed sequence' },
  { name: 'ZAB-8', text: 'what is committed is on the disks of a quorum, and no truncation removes it' },
  { name: 'ZAB-9', text: "a server that acknowledges NEWLEADER holds a prefix of its leader's history" },
  { name: 'ZAB-10', text: 'a log has no holes' },
  { name: 'ZAB-11', text: 'a COMMIT names the next proposal in turn' },
  { name: 'ZAB-12', text: 'what is acknowledged is on the disk of the one who says so' },
  { name: 'ZAB-13', text: 'the committed sequence only grows (by construction here: what would shorten it shows as ZAB-7)' },
  { name: 'ZAB-14', text: 'equal histories give equal trees and sessions' },
  { name: 'ZAB-15', text: 'after healing all servers reach the same transaction and every accepted write completes', eventually: true },
  { name: 'SES-1', text: 'nothing of a closed session takes effect' },
  { name: 'SES-2', text: 'an ephemeral znode has a living session' },
  { name: 'SES-3', text: 'only the established leader expires, never before the timeout since the last touch it received' },
  { name: 'SES-4', text: 'requests of a session take effect in the order of its one live connection' },
  { name: 'SES-5', text: 'ephemerals of a vanished client go in time', eventually: true },
  { name: 'SES-6', text: 'the session of a client that is connected and pings in time is not expired' },
  { name: 'TREE-1', text: 'every child has a parent, and nothing with children is deleted' },
  { name: 'TREE-2', text: 'versions and zxids follow the transactions' },
  { name: 'TREE-3', text: 'a multi takes effect whole or not at all' },
  { name: 'TREE-4', text: 'sequence suffixes strictly increase per incarnation of the parent' },
  { name: 'TREE-5', text: 'no ephemeral has children' },
  { name: 'TREE-6', text: "access decisions equal the model's" },
  { name: 'WAT-1', text: 'a one-shot watch fires at most once' },
  { name: 'WAT-2', text: 'the event comes before any reply that shows the change' },
  { name: 'WAT-3', text: 'events of a connection come in zxid order' },
  { name: 'WAT-4', text: 'every event has a change behind it' },
  { name: 'WAT-5', text: 'no event is lost over a reconnect, as far as the rules for re-arming go' },
  { name: 'WAT-6', text: 'recursive watches hear of exactly their subtree' },
  { name: 'CLI-1', text: 'zxids a session sees never decrease, across servers' },
  { name: 'CLI-2', text: 'reads equal the tree at their zxid, own writes included' },
  { name: 'CLI-3', text: 'replies come in the order of the requests, each once' },
  { name: 'CLI-4', text: 'an acknowledged write is in the committed sequence' },
  { name: 'CLI-5', text: 'a write with an unknown result took effect at most once' },
  { name: 'LIN-1', text: 'a write that returned before another was called has the smaller zxid' },
  { name: 'LIN-2', text: 'where a sync goes through a quorum, a read behind it shows every write acknowledged before the sync was asked for' },
  { name: 'LOCK-1', text: 'at most one client holds a lock by the committed sequence' },
  { name: 'LOCK-2', text: 'the guarded resource never accepts a token lower than one it accepted' },
  { name: 'LOCK-3', text: 'living waiters get a lock in their order' },
  { name: 'LOCK-4', text: 'a release wakes at most one waiter' },
  { name: 'ELE-1', text: 'nothing of an old leader is accepted after the new one acted' },
  { name: 'BAR-1', text: 'nobody passes a double barrier before all have entered' },
  { name: 'QUE-1', text: 'each item of a queue is taken at most once' },
  { name: 'CKP-1', text: "a committed pointer's data is complete and readable" },
  { name: 'CKP-2', text: 'checkpoint ids strictly increase, and none is used twice' },
  { name: 'CKP-3', text: "a subtask restores exactly what the checkpoint's barrier cut" },
  { name: 'CKP-4', text: 'after any failover the committed output holds every row once' },
  { name: 'CKP-5', text: 'only the session that holds the latch by the committed sequence writes jobs, counters and pointers' },
  { name: 'CKP-6', text: 'the data of a checkpoint stays while its pointer stands' },
  { name: 'CKP-7', text: 'with everything healthy checkpoints complete', eventually: true },
  { name: 'HA-1', text: 'writes of two leaders of a job never interleave' },
  { name: 'HA-2', text: 'a start begins from the newest committed checkpoint' },
  { name: 'HA-3', text: 'a TaskManager never obeys an older leader after a newer one' },
  { name: 'HA-4', text: 'the end of a leader wakes at most one contender' },
  { name: 'HA-5', text: 'after healing one JobManager leads and every subtask runs', eventually: true },
  { name: 'GRP-1', text: 'the member list a watcher holds becomes the living members', eventually: true },
  ...logInvariants,
]

export function invariantNamed(name: string): Invariant | null {
  return invariants.find((invariant) => invariant.name === name) ?? null
}
