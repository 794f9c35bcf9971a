import { logCards } from '../log/cards.ts'
import type { Bugs } from '../bugs.ts'
import { recipePrograms, type RecipeName } from '../client/recipes/recipes.ts'
import { profileNamed } from '../faults.ts'
import type { ClusterSpec } from '../jobmanager/cluster.ts'
import { clusterCards } from '../jobmanager/cards.ts'
import type { SeedOptions } from '../simulate.ts'
import type { WorldOptions } from '../world/options.ts'

/**
 * The bug cards and mutants: which switches, what breaks, and within how many seeds of which profile the checkers find it. The mutation test holds every entry to
 * its number, so a checker that goes blind fails the suite. `tells` names the invariants that may be the first to turn red; `deeper` is the consequence that shows
 * when only those invariants are watched, with the seeds that takes.
 */
export interface BugCard {
  readonly id: string
  readonly kind: 'history' | 'mutant' | 'recipe' | 'cluster'
  readonly title: string
  readonly switches: readonly (keyof Bugs)[]
  readonly profile: string
  readonly seeds: number
  readonly tells: readonly string[]
  readonly deeper?: { readonly only: readonly string[]; readonly profile: string; readonly seeds: number }
  readonly observers?: number
  readonly liveness?: true
  readonly options?: Partial<WorldOptions>
  /** Clients run this recipe instead of the random workload. */
  readonly recipe?: RecipeName
  /** A Flink cluster stands beside the clients. */
  readonly cluster?: Partial<ClusterSpec>
  readonly fix: string
}

const completeness = ['ZAB-2', 'ZAB-3', 'ZAB-5', 'ZAB-7']

export const bugCards: readonly BugCard[] = [
  // ---- history (reference 1.13)
  { id: 'ZOOKEEPER-1154', kind: 'history', title: "a restarted old leader's uncommitted transaction survives a DIFF", switches: ['diffWithoutTruncation'], profile: 'swarm', seeds: 20, tells: ['ZAB-10', 'ZAB-2', 'ZAB-9'], fix: 'a follower whose last transaction is not in the window is told to cut back first' },
  { id: 'ZOOKEEPER-2832', kind: 'history', title: 'an empty epoch raises a zxid above a real uncommitted one', switches: ['emptyWindowIsUpToDate'], profile: 'points', seeds: 20, tells: ['ZAB-4', 'ZAB-9', 'ZAB-2', 'ZAB-10'], fix: 'a follower older than an empty window gets the tree' },
  { id: 'ZOOKEEPER-2845', kind: 'history', title: 'memory is kept across elections although the log holds more', switches: ['memoryKeptAcrossElections'], profile: 'swarm', seeds: 20, tells: ['ZAB-10', 'ZAB-7', 'ZAB-9'], fix: 'memory is fast-forwarded to the log before every election' },
  { id: 'ZOOKEEPER-3911', kind: 'history', title: 'NEWLEADER is acknowledged before the transactions of the synchronisation are on disk', switches: ['ackNewLeaderUnlogged'], profile: 'swarm', seeds: 5, tells: ['ZAB-12'], deeper: { only: completeness, profile: 'edges', seeds: 400 }, fix: 'log and fsync first, acknowledge last' },
  { id: 'ZOOKEEPER-4643', kind: 'history', title: 'currentEpoch is written before the transactions', switches: ['epochBeforeTransactions'], profile: 'edges', seeds: 40, tells: ['ZAB-8', 'ZAB-7', 'ZAB-2'], deeper: { only: completeness, profile: 'edges', seeds: 200 }, fix: 'currentEpoch is the last thing written before the acknowledgement' },
  { id: 'ZOOKEEPER-4646', kind: 'history', title: 'logging is handed to another thread and the acknowledgement does not wait', switches: ['ackNewLeaderUnflushed'], profile: 'swarm', seeds: 5, tells: ['ZAB-12'], deeper: { only: completeness, profile: 'edges', seeds: 600 }, fix: 'the quorum thread waits for the fsync' },
  { id: 'ZOOKEEPER-4685', kind: 'history', title: 'acknowledgements of proposals overtake that of NEWLEADER', switches: ['proposalAckOvertakes'], profile: 'swarm', seeds: 20, tells: ['ZAB-10', 'ZAB-12', 'FLE-6'], fix: 'outstanding proposals are logged after UPTODATE' },
  { id: 'ZOOKEEPER-4394', kind: 'history', title: 'a COMMIT between the NEWLEADER acknowledgement and UPTODATE finds no proposal', switches: ['commitBeforeUpToDateFails'], profile: 'swarm', seeds: 20, tells: ['ZAB-11'], fix: 'such COMMITs are kept until UPTODATE' },
  { id: 'ZOOKEEPER-4712', kind: 'history', title: 'the log thread outlives its learner and keeps writing', switches: ['logThreadOutlives'], profile: 'disk', seeds: 20, tells: ['ZAB-10'], fix: 'the log thread is emptied and joined before the server looks for a leader' },
  { id: 'ZOOKEEPER-4785', kind: 'history', title: 'what a DIFF brought is never logged', switches: ['syncedNotPersisted'], profile: 'swarm', seeds: 5, tells: ['ZAB-12'], deeper: { only: completeness, profile: 'edges', seeds: 400 }, fix: 'everything received is logged before NEWLEADER is acknowledged' },
  { id: 'ZOOKEEPER-4925', kind: 'history', title: 'transactions of the synchronisation never enter the committed window, so a later DIFF has a hole', switches: ['syncedNotInWindow'], profile: 'swarm', seeds: 20, tells: ['ZAB-4', 'ZAB-8', 'ZAB-2', 'ZAB-9', 'ZAB-10'], fix: 'applying always adds to the window' },
  { id: 'ZOOKEEPER-5094', kind: 'history', title: 'an interrupted TRUNC leaves memory ahead of the disk, and the next synchronisation trusts memory', switches: ['interruptedSyncTrusted'], profile: 'disk', seeds: 300, tells: ['ZAB-10', 'ZAB-12', 'ZAB-9'], fix: 'memory is rebuilt from the disk after an interrupted synchronisation' },
  { id: 'ZOOKEEPER-3642', kind: 'history', title: 'a DIFF after an interrupted SNAP trusts memory that no disk holds', switches: ['partialSnapshotTrusted'], profile: 'disk', seeds: 400, tells: ['ZAB-10', 'ZAB-12', 'ZAB-9'], fix: 'memory is rebuilt from the disk after an interrupted synchronisation' },
  { id: 'ZOOKEEPER-3144', kind: 'history', title: 'a snapshot counts a session in that its table does not hold, so a restarted server knows ephemerals and not their session', switches: ['snapshotMissesSession'], profile: 'clients', seeds: 30, tells: ['ZAB-14'], options: { snapCount: 20 }, fix: 'the session table is changed before the tree says that it holds the transaction' },
  { id: 'ZOOKEEPER-5010', kind: 'history', title: 'a stale ephemeral outlives a TRUNC in a snapshot taken by a leader nobody followed (the report names no cause; this is the way of 4837)', switches: ['snapshotOutlivesTruncation'], profile: 'edges', seeds: 20, tells: ['ZAB-2'], fix: 'after a TRUNC memory starts from a snapshot that is not newer than the cut' },
  { id: 'ZOOKEEPER-3701', kind: 'history', title: 'a truncation that failed on a full disk is taken for done', switches: ['failedTruncationIgnored'], profile: 'disk', seeds: 400, tells: ['ZAB-10', 'ZAB-12', 'ZAB-9'], fix: 'a failed truncation ends the synchronisation' },
  { id: 'ZOOKEEPER-4352', kind: 'history', title: 'a DIFF from the disk log is not checked for a gap before the window', switches: ['logGapIgnored'], profile: 'swarm', seeds: 80, tells: ['ZAB-10', 'ZAB-2', 'ZAB-4'], options: { committedWindow: 8 }, fix: 'a gap between log and window falls back to SNAP' },
  { id: 'ZOOKEEPER-1805', kind: 'history', title: 'final votes differ in epoch or zxid, so a newcomer never sees a quorum (also 1732, 1818)', switches: ['staleFinalVote'], profile: 'pauses', seeds: 400, tells: ['FLE-6', 'FLE-5'], liveness: true, fix: 'after synchronising, everybody puts the new epoch into its final vote, and established votes are compared by leader and epoch' },
  { id: 'ZOOKEEPER-2355', kind: 'history', title: 'an ephemeral still being proposed outlives the session that closes', switches: ['pendingEphemeralsForgotten'], profile: 'clients', seeds: 60, tells: ['SES-2'], fix: 'the ephemerals of a closing session are taken from the tree and the pending changes' },

  { id: 'ZOOKEEPER-1675', kind: 'history', title: 'a sync is answered by a leader that is deposed and does not know it', switches: ['syncAnsweredAlone'], profile: 'network', seeds: 200, tells: ['LIN-2'], recipe: 'freshness', options: { strictSync: true }, fix: 'the sync goes through a quorum. ZooKeeper leaves it so, and says that a write before the read is the strict way' },

  // ---- mutants of election and Zab (reference 5.7)
  { id: 'one-ack-too-few', kind: 'mutant', title: 'a proposal commits with one acknowledgement too few', switches: ['commitWithOneAckLess'], profile: 'swarm', seeds: 5, tells: ['ZAB-8'], deeper: { only: completeness, profile: 'swarm', seeds: 40 }, fix: 'a majority of all voters' },
  { id: 'forward-to-acked', kind: 'mutant', title: "the paper's vague Q: proposals go only to those that acknowledged NEWLEADER", switches: ['forwardToAckedOnly'], profile: 'swarm', seeds: 20, tells: ['ZAB-4', 'ZAB-11', 'ZAB-2'], fix: 'a follower is forwarded to from the moment its synchronisation stream is computed' },
  { id: 'never-truncate', kind: 'mutant', title: 'extra entries are never cut off', switches: ['neverTruncate'], profile: 'swarm', seeds: 20, tells: ['ZAB-10', 'ZAB-2', 'ZAB-9'], fix: 'TRUNC' },
  { id: 'disk-forgets', kind: 'mutant', title: 'the disk loses one synced entry in one of four crashes', switches: ['diskForgets'], profile: 'swarm', seeds: 20, tells: ['ZAB-7', 'ZAB-8'], fix: 'an honest fsync' },
  { id: 'accepted-epoch-volatile', kind: 'mutant', title: 'acceptedEpoch is not written', switches: ['acceptedEpochVolatile'], profile: 'swarm', seeds: 5, tells: ['FLE-2'], deeper: { only: ['FLE-1', ...completeness], profile: 'swarm', seeds: 400 }, fix: 'a promise is on disk before it is given' },
  { id: 'vote-by-id', kind: 'mutant', title: 'the highest id wins', switches: ['voteByIdOnly'], profile: 'swarm', seeds: 5, tells: ['FLE-4'], fix: 'epoch, then zxid, then id. Alone it loses no data: discovery refuses a leader that is behind' },
  { id: 'vote-by-id-unrefused', kind: 'mutant', title: 'the highest id wins, and discovery refuses nobody', switches: ['voteByIdOnly', 'noRefusal'], profile: 'swarm', seeds: 20, tells: ['FLE-4'], deeper: { only: [...completeness, 'ZAB-8'], profile: 'swarm', seeds: 30 }, fix: 'either of the two; both are there' },
  { id: 'vote-without-epoch-unrefused', kind: 'mutant', title: 'votes are compared without their epoch, and discovery refuses nobody', switches: ['voteWithoutEpoch', 'noRefusal'], profile: 'swarm', seeds: 40, tells: ['FLE-4'], deeper: { only: [...completeness, 'ZAB-8'], profile: 'swarm', seeds: 400 }, fix: 'either of the two; both are there' },
  { id: 'vote-without-epoch', kind: 'mutant', title: 'votes are compared without their epoch', switches: ['voteWithoutEpoch'], profile: 'swarm', seeds: 40, tells: ['FLE-4'], fix: 'epoch first' },
  { id: 'accept-older-epoch', kind: 'mutant', title: 'a follower accepts an epoch below the one it promised', switches: ['acceptOlderEpoch'], profile: 'storm', seeds: 400, tells: ['FLE-2'], fix: 'a promise holds' },
  { id: 'ack-before-flush', kind: 'mutant', title: 'proposals are acknowledged before they are on disk', switches: ['ackBeforeFlush'], profile: 'swarm', seeds: 5, tells: ['ZAB-12'], deeper: { only: completeness, profile: 'edges', seeds: 400 }, fix: 'fsync, then ACK' },
  { id: 'observers-count', kind: 'mutant', title: 'observers count towards quorums', switches: ['observersCount'], profile: 'points', seeds: 40, tells: ['ZAB-8', 'FLE-1', 'ZAB-7'], observers: 2, fix: 'only voters count' },
  { id: 'old-acks-count', kind: 'mutant', title: 'acknowledgements from before a TRUNC still count', switches: ['oldAcksCount'], profile: 'disk', seeds: 80, tells: ['ZAB-8'], fix: 'synchronising a learner anew voids what it acknowledged of outstanding proposals' },

  // ---- tree, sessions, watches, clients
  { id: 'prepare-against-committed', kind: 'mutant', title: 'requests are checked against the committed tree, not the pending changes', switches: ['prepareAgainstCommitted'], profile: 'swarm', seeds: 20, tells: ['TREE-1', 'TREE-2', 'TREE-4'], fix: 'pending-change records' },
  { id: 'suffix-from-children', kind: 'mutant', title: 'sequence suffixes count children instead of creations', switches: ['sequenceFromChildCount'], profile: 'swarm', seeds: 20, tells: ['TREE-4'], fix: 'the creation counter' },
  { id: 'multi-in-parts', kind: 'mutant', title: 'a multi keeps the parts before the one that failed', switches: ['multiNotAtomic'], profile: 'swarm', seeds: 5, tells: ['TREE-3'], fix: 'rollback of pending changes' },
  { id: 'version-ignored', kind: 'mutant', title: 'conditional writes ignore the version', switches: ['versionIgnored'], profile: 'swarm', seeds: 20, tells: ['TREE-2'], fix: 'compare, then write' },
  { id: 'ephemeral-parent', kind: 'mutant', title: 'ephemerals may have children', switches: ['ephemeralMayHaveChildren'], profile: 'swarm', seeds: 20, tells: ['TREE-5', 'TREE-1'], fix: 'refused' },
  { id: 'acl-ignored', kind: 'mutant', title: 'access lists are not looked at', switches: ['aclIgnored'], profile: 'points', seeds: 40, tells: ['TREE-6'], fix: 'checked at prep and at every read' },
  { id: 'expiry-early', kind: 'mutant', title: 'deadlines are rounded down to the tick', switches: ['expiryEarly'], profile: 'swarm', seeds: 20, tells: ['SES-3'], fix: 'rounded up, always strictly later' },
  { id: 'no-rearm', kind: 'mutant', title: 'a new leader does not give sessions their full timeout again', switches: ['noRearmOnElection'], profile: 'swarm', seeds: 5, tells: ['SES-3'], fix: 'every known session starts anew' },
  { id: 'touches-dropped', kind: 'mutant', title: 'learners do not report the sessions they heard', switches: ['touchesNotReported'], profile: 'calm', seeds: 5, tells: ['SES-6'], fix: 'touched sessions travel in ping answers' },
  { id: 'moved-not-checked', kind: 'mutant', title: 'requests of a session that has moved are still taken from the old server', switches: ['movedNotChecked'], profile: 'clients', seeds: 800, tells: ['SES-4'], fix: 'the leader knows the owner of each session' },
  { id: 'closing-not-checked', kind: 'mutant', title: 'requests behind a close are still prepared', switches: ['closingNotChecked'], profile: 'disk', seeds: 200, tells: ['SES-1', 'SES-2'], fix: 'a closing session is closed for requests' },
  { id: 'watch-stays', kind: 'mutant', title: 'one-shot watches stay after firing', switches: ['watchNotRemoved'], profile: 'swarm', seeds: 5, tells: ['WAT-1', 'WAT-4'], fix: 'removed when fired' },
  { id: 'reply-before-event', kind: 'mutant', title: 'the reply overtakes the event', switches: ['replyBeforeEvent'], profile: 'swarm', seeds: 5, tells: ['WAT-2'], fix: 'events are sent while the transaction is applied, replies after' },
  { id: 'delete-untold', kind: 'mutant', title: 'deletions fire no data watches', switches: ['deleteNotReported'], profile: 'swarm', seeds: 5, tells: ['WAT-2', 'WAT-5'], fix: 'all three rows of the table' },
  { id: 'rearm-unchecked', kind: 'mutant', title: 'setWatches arms without looking what happened meanwhile', switches: ['rearmWithoutCheck'], profile: 'swarm', seeds: 20, tells: ['WAT-5', 'WAT-2'], fix: 'compare with mzxid and pzxid' },
  { id: 'recursive-one-level', kind: 'mutant', title: 'recursive watches see one level only', switches: ['recursiveOneLevel'], profile: 'clients', seeds: 40, tells: ['WAT-2', 'WAT-6'], fix: 'walk up to the root' },
  { id: 'reads-overtake', kind: 'mutant', title: "reads overtake their session's writes", switches: ['readsOvertakeWrites'], profile: 'swarm', seeds: 5, tells: ['CLI-3', 'CLI-2'], fix: 'one queue per session' },
  { id: 'older-server', kind: 'mutant', title: 'a server takes a client that has seen more than it has', switches: ['olderServerAccepted'], profile: 'network', seeds: 200, tells: ['CLI-1'], fix: 'refused; the client tries another' },
  { id: 'reply-twice', kind: 'mutant', title: 'some replies are sent twice', switches: ['replyTwice'], profile: 'swarm', seeds: 5, tells: ['CLI-3'], fix: 'once' },

  // ---- recipes
  { id: 'lock-herd', kind: 'recipe', title: 'everybody who waits for a lock watches its folder', switches: ['lockHerd'], profile: 'calm', seeds: 3, tells: ['LOCK-4'], recipe: 'lock', fix: 'watch only the one before' },
  { id: 'lock-first-seen', kind: 'recipe', title: 'the deletion of the predecessor is taken for the lock', switches: ['lockByFirstSeen'], profile: 'clients', seeds: 60, tells: ['LOCK-1'], recipe: 'lock', fix: 'list again: it may have given up rather than held' },
  { id: 'lock-unfenced', kind: 'recipe', title: 'the guarded resource takes any token', switches: ['noFencing'], profile: 'clients', seeds: 30, tells: ['LOCK-2'], recipe: 'lock', fix: 'the czxid of the lock node goes with every write; lower ones are refused' },

  ...clusterCards,
  ...logCards,
]

export function cardNamed(id: string): BugCard | null {
  const wanted = id.toUpperCase()
  return bugCards.find((card) => card.id.toUpperCase() === wanted || card.id.toUpperCase() === `ZOOKEEPER-${wanted}` || card.id.toUpperCase() === `KAFKA-${wanted}`) ?? null
}

/** How a card's seeds are run; with `deeper` only its consequence stops a run. */
export function seedOptionsOf(card: BugCard, seed: number, servers = 3, isDeeper = false): SeedOptions {
  const profile = profileNamed(isDeeper ? card.deeper!.profile : card.profile)
  if (profile === null) throw new Error(`card ${card.id} names the profile ${card.profile}, which does not exist`)
  return {
    seed,
    servers,
    observers: card.observers ?? 0,
    profile,
    bugs: card.switches,
    only: isDeeper ? card.deeper!.only : null,
    liveness: card.liveness === true,
    ...(card.cluster === undefined ? {} : { clients: 0, cluster: { jobManagers: 3, taskManagers: 3, ...card.cluster } }),
    ...(card.options === undefined ? {} : { options: card.options }),
    ...(card.recipe === undefined ? {} : { programs: [recipePrograms[card.recipe]], clients: 4 }),
  }
}
