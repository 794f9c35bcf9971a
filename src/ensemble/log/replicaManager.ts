import type { Bugs } from '../bugs.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import { Awaited, DelayedFetch, Fetcher, logOptionsOf, nodeOfBroker, timerFetch, timerIsr, timerPurgatory, type Broker } from './broker.ts'
import type { ClusterImage, PartitionState } from './clusterImage.ts'
import { lastMatching } from './divergence.ts'
import { onAppendedAsLeader, onCoordinatorAwaited, onLeadershipOfInternalTopic } from './coordinators.ts'
import { checkProducer, duplicate, offsetOfDuplicate } from './producerState.ts'
import { LogEntry, type RecordBatch } from './records.ts'
import {
  appendEntry,
  assignEpoch,
  DelayedProduce,
  dropBefore,
  endOffsetForEpoch,
  endOffsetOf,
  FollowerProgress,
  lastEpochOf,
  lastStableOffset,
  readEntries,
  roleFollower,
  roleLeader,
  roleNone,
  settleTransactions,
  startAt,
  truncateTo,
  type Replica,
} from './replica.ts'
import {
  answer,
  apiAlterPartition,
  apiFetch,
  ask,
  fencedLeaderEpoch,
  ineligibleReplica,
  invalidUpdateVersion,
  none,
  notEnoughReplicas,
  notEnoughReplicasAfterAppend,
  notLeaderOrFollower,
  offsetNotAvailable,
  offsetOutOfRange,
  requestTimedOut,
  staleBrokerEpoch,
  staleControllerEpoch,
  unknownLeaderEpoch,
  type AlterPartitionBody,
  type ApiRequest,
  type ConsumeBody,
  type ConsumedBody,
  type FetchBody,
  type FetchedBody,
  type FetchedPartition,
  type FetchPartition,
  type LeaderAndIsrBody,
  type ListOffsetsBody,
  type ProduceBody,
  type ProducedBody,
} from './requests.ts'

/**
 * Replication (reference 3.1): leaders append and count what followers have by what they ask for; followers fetch, truncate where their history leaves the leader's, and
 * learn the high watermark a fetch late; the high watermark follows the slowest of the maximal in-sync set; changes of that set go through the controller.
 */
export const tagFetch = 1
export const tagAlter = 2
const entriesMax = 64
const consumeMax = 32

// ---- what the controller says ---------------------------------------------------------------------------------------------------------------------------------

export function onLeaderAndIsr(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { brokerEpoch, image } = request.body as LeaderAndIsrBody
  if (image.controllerEpoch < broker.controllerEpoch) return answer(world, node, from, request, staleControllerEpoch)
  // What was meant for an earlier life says who led then. Without a znode of its own a broker takes part in nothing.
  if ((broker.epoch === 0 || brokerEpoch < broker.epoch) && !world.setup.options.bugs.brokerEpochIgnored) return answer(world, node, from, request, staleBrokerEpoch)
  broker.controllerEpoch = image.controllerEpoch
  if (broker.image === null || image.controllerEpoch > broker.image.controllerEpoch || image.version > broker.image.version) {
    broker.image = image
    for (const state of image.partitions) if (state !== null) applyState(world, node, broker, state)
    drive(world, node, broker)
  }
  answer(world, node, from, request, none)
}

export function applyState(world: World, node: Node, broker: Broker, state: PartitionState): void {
  const replica = broker.replicas[state.index]
  if (replica === null || replica === undefined) return
  if (state.leaderEpoch < replica.leaderEpoch || (state.leaderEpoch === replica.leaderEpoch && state.partitionEpoch <= replica.partitionEpoch)) return
  const isNewEpoch = state.leaderEpoch > replica.leaderEpoch
  replica.leader = state.leader
  replica.leaderEpoch = state.leaderEpoch
  replica.partitionEpoch = state.partitionEpoch
  replica.isr = state.isr
  replica.elr = state.elr
  replica.proposed = null
  replica.isRetracted = false
  if (isNewEpoch) {
    if (state.leader === broker.id) becomeLeader(world, node, broker, replica)
    else becomeFollower(world, node, broker, replica)
  } else if (replica.role === roleLeader) advanceHighWatermark(world, node, broker, replica)
}

function becomeLeader(world: World, node: Node, broker: Broker, replica: Replica): void {
  const options = logOptionsOf(world)
  replica.role = roleLeader
  replica.mustAsk = false
  replica.epochStartOffset = endOffsetOf(replica.log)
  assignEpoch(replica, replica.leaderEpoch, replica.epochStartOffset)
  replica.followers = Array.from({ length: options.brokers }, (_, id) => {
    const progress = new FollowerProgress()
    // Whoever is in sync has its time to show up.
    if (replica.isr.includes(id)) progress.lastCaughtUp = world.now
    return progress
  })
  world.trace?.note(world, node.id, 'leads', `leads ${options.partitions[replica.index]!.name} in leader epoch ${replica.leaderEpoch} from offset ${replica.epochStartOffset}, in sync ${replica.isr.join(', ')}`)
  checksOf(world)?.log?.onLeader(world, broker, replica)
  advanceHighWatermark(world, node, broker, replica)
  onLeadershipOfInternalTopic(world, node, broker, replica, true)
}

function becomeFollower(world: World, node: Node, broker: Broker, replica: Replica): void {
  const wasLeader = replica.role === roleLeader
  const { bugs } = world.setup.options
  replica.role = replica.leader < 0 ? roleNone : roleFollower
  replica.followers = []
  failDelayed(world, node, replica)
  if (bugs.truncateToHighWatermark) truncateTo(world, replica, replica.highWatermark)
  replica.mustAsk = bugs.divergenceByOffset
  if (wasLeader) {
    world.trace?.note(world, node.id, 'follows', `leads ${logOptionsOf(world).partitions[replica.index]!.name} no longer`)
    onLeadershipOfInternalTopic(world, node, broker, replica, false)
    failAwaited(world, node, broker, replica)
  }
}

function failDelayed(world: World, node: Node, replica: Replica): void {
  const { delayed } = replica
  replica.delayed = []
  for (const { from, request } of delayed) answer(world, node, from, request, notLeaderOrFollower)
}

// ---- leaders --------------------------------------------------------------------------------------------------------------------------------------------------

/** Appends as leader; the caller has checked that it is one. */
export function appendAsLeader(world: World, node: Node, broker: Broker, replica: Replica, batch: RecordBatch): LogEntry {
  const entry = new LogEntry()
  entry.baseOffset = endOffsetOf(replica.log)
  entry.endOffset = entry.baseOffset + batch.count
  entry.leaderEpoch = replica.leaderEpoch
  entry.batch = batch
  checksOf(world)?.log?.onAppend(world, broker, replica, entry)
  appendEntry(world, replica, entry)
  onAppendedAsLeader(world, broker, replica, entry)
  return entry
}

/** After appending: whoever waits for data gets it. */
export function afterAppend(world: World, node: Node, broker: Broker, replica: Replica): void {
  advanceHighWatermark(world, node, broker, replica)
  serveDelayedFetches(world, node, broker, replica.index)
}

export function onProduce(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { partition, acks, batch } = request.body as ProduceBody
  const { bugs } = world.setup.options
  const replica = broker.replicas[partition]
  const reply = (error: number, body: ProducedBody | null = null): void => {
    if (acks !== 0) answer(world, node, from, request, error, body)
  }
  if (replica === null || replica === undefined || replica.role !== roleLeader) return reply(notLeaderOrFollower)
  const { minInsyncReplicas } = logOptionsOf(world).partitions[partition]!
  if (acks === -1 && replica.isr.length < minInsyncReplicas && !bugs.minInsyncIgnored) return reply(notEnoughReplicas)
  const verdict = checkProducer(replica.producers, batch, bugs)
  let baseOffset: number
  let endOffset: number
  if (verdict === duplicate) {
    // Sent again: acknowledged again, once the original is committed.
    baseOffset = offsetOfDuplicate(replica.producers, batch)
    endOffset = baseOffset + batch.count
  } else if (verdict !== none) return reply(verdict)
  else {
    const entry = appendAsLeader(world, node, broker, replica, batch)
    baseOffset = entry.baseOffset
    endOffset = entry.endOffset
    world.point(node, 'a leader has appended and told nobody')
    afterAppend(world, node, broker, replica)
  }
  if (acks !== -1 || bugs.acknowledgedBeforeHighWatermark) return reply(none, { baseOffset })
  const delayed = new DelayedProduce()
  delayed.from = from
  delayed.request = request
  delayed.baseOffset = baseOffset
  delayed.endOffset = endOffset
  holdUntilCommitted(world, node, broker, replica, delayed)
}

/** Answers once the high watermark has passed, or says in time that it has not. */
export function holdUntilCommitted(world: World, node: Node, broker: Broker, replica: Replica, delayed: DelayedProduce): void {
  if (delayed.endOffset <= replica.highWatermark) return answer(world, node, delayed.from, delayed.request, none, { baseOffset: delayed.baseOffset } satisfies ProducedBody)
  delayed.deadline = world.now + logOptionsOf(world).requestTimeoutMicros
  replica.delayed.push(delayed)
  ringPurgatory(world, node, broker, delayed.deadline)
}

/** The maximal in-sync set: what is agreed and what is proposed (reference 3.1). */
export function isMaximal(world: World, replica: Replica, broker: number): boolean {
  if (world.setup.options.bugs.agreedIsrOnly) return replica.isr.includes(broker)
  return replica.isr.includes(broker) || (replica.proposed !== null && replica.proposed.includes(broker))
}

export function advanceHighWatermark(world: World, node: Node, broker: Broker, replica: Replica): void {
  if (replica.role !== roleLeader) return
  const options = logOptionsOf(world)
  const { bugs } = world.setup.options
  const { minInsyncReplicas } = options.partitions[replica.index]!
  // KIP-966: with too few in sync nothing more is committed, so that those who left still hold all that is.
  if (replica.isr.length < minInsyncReplicas && !bugs.lastReplicaStanding && !bugs.minInsyncIgnored) return
  let highWatermark = endOffsetOf(replica.log)
  for (let id = 0; id < replica.followers.length; id++) {
    if (id === broker.id) continue
    const progress = replica.followers[id]!
    if (isMaximal(world, replica, id) && !bugs.highWatermarkOfLeader) highWatermark = Math.min(highWatermark, progress.endOffset)
  }
  if (highWatermark <= replica.highWatermark) return
  replica.highWatermark = highWatermark
  world.counters.committed++
  settleTransactions(replica)
  checksOf(world)?.log?.onHighWatermark(world, broker, replica)
  world.point(node, 'a leader has moved the high watermark and told nobody')
  completeDelayed(world, node, broker, replica)
}

function completeDelayed(world: World, node: Node, broker: Broker, replica: Replica): void {
  const { minInsyncReplicas } = logOptionsOf(world).partitions[replica.index]!
  const done = replica.delayed.filter((each) => each.endOffset <= replica.highWatermark)
  if (done.length > 0) replica.delayed = replica.delayed.filter((each) => each.endOffset > replica.highWatermark)
  for (const { from, request, baseOffset } of done) {
    const isEnough = replica.isr.length >= minInsyncReplicas || world.setup.options.bugs.minInsyncIgnored
    answer(world, node, from, request, isEnough ? none : notEnoughReplicasAfterAppend, isEnough ? ({ baseOffset } satisfies ProducedBody) : null)
  }
  if (broker.awaiting.length === 0) return
  const ready = broker.awaiting.filter((each) => each.partition === replica.index && each.endOffset <= replica.highWatermark)
  if (ready.length === 0) return
  broker.awaiting = broker.awaiting.filter((each) => !ready.includes(each))
  for (const awaited of ready) onCoordinatorAwaited(world, node, broker, awaited, awaited.leaderEpoch === replica.leaderEpoch)
}

function failAwaited(world: World, node: Node, broker: Broker, replica: Replica): void {
  const lost = broker.awaiting.filter((each) => each.partition === replica.index)
  broker.awaiting = broker.awaiting.filter((each) => each.partition !== replica.index)
  for (const awaited of lost) onCoordinatorAwaited(world, node, broker, awaited, false)
}

/** A coordinator appends to its own partition and is told when that is committed. */
export function appendAndAwait(world: World, node: Node, broker: Broker, replica: Replica, batch: RecordBatch, purpose: number, about: object): void {
  const entry = appendAsLeader(world, node, broker, replica, batch)
  const awaited = new Awaited()
  awaited.partition = replica.index
  awaited.leaderEpoch = replica.leaderEpoch
  awaited.endOffset = entry.endOffset
  awaited.purpose = purpose
  awaited.about = about
  broker.awaiting.push(awaited)
  afterAppend(world, node, broker, replica)
}

export function onFetch(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const body = request.body as FetchBody
  for (const asked of body.partitions) noteProgress(world, node, broker, body, asked)
  const response = fetched(world, broker, body)
  const hasNews = response.partitions.some((each) => each.entries.length > 0 || each.error !== none || each.diverging !== null)
  if (hasNews) return answer(world, node, from, request, none, response)
  let delayed = broker.delayedFetches.find((each) => each.from === from)
  if (delayed === undefined) {
    delayed = new DelayedFetch()
    delayed.from = from
    broker.delayedFetches.push(delayed)
  }
  delayed.request = request
  delayed.body = body
  delayed.deadline = world.now + logOptionsOf(world).fetchWaitMaxMicros
  ringPurgatory(world, node, broker, delayed.deadline)
}

function epochError(replica: Replica | null | undefined, leaderEpoch: number): number {
  if (replica === null || replica === undefined || replica.role !== roleLeader) return notLeaderOrFollower
  return leaderEpoch < replica.leaderEpoch ? fencedLeaderEpoch : leaderEpoch > replica.leaderEpoch ? unknownLeaderEpoch : none
}

/** What a follower asks for says what it has. */
function noteProgress(world: World, node: Node, broker: Broker, body: FetchBody, asked: FetchPartition): void {
  const replica = broker.replicas[asked.partition]
  const { bugs } = world.setup.options
  if (epochError(replica, asked.leaderEpoch) !== none || replica === null || replica === undefined) return
  if (divergenceOf(replica, asked, bugs) !== null) return
  const progress = replica.followers[body.broker]!
  const end = endOffsetOf(replica.log)
  // A fetch of an earlier life of that broker, overtaken by its next: what it had then may be gone.
  if (asked.offset > end || body.brokerEpoch < progress.brokerEpoch) return
  if (asked.offset >= end) progress.lastCaughtUp = world.now
  else if (progress.leaderEndAtFetch >= 0 && asked.offset >= progress.leaderEndAtFetch) progress.lastCaughtUp = Math.max(progress.lastCaughtUp, progress.lastFetch)
  progress.lastFetch = world.now
  progress.leaderEndAtFetch = end
  progress.endOffset = asked.offset
  progress.brokerEpoch = body.brokerEpoch
  maybeExpand(world, node, broker, replica, body.broker)
  advanceHighWatermark(world, node, broker, replica)
}

function divergenceOf(replica: Replica, asked: FetchPartition, bugs: Bugs): { readonly epoch: number; readonly endOffset: number } | null {
  if (asked.lastFetchedEpoch < 0 || bugs.noDivergenceCheck || bugs.truncateToHighWatermark) return null
  const end = endOffsetForEpoch(replica, asked.lastFetchedEpoch)
  if (bugs.divergenceByOffset) return end.endOffset < asked.offset ? end : null
  return end.epoch < asked.lastFetchedEpoch || end.endOffset < asked.offset ? end : null
}

function fetched(world: World, broker: Broker, body: FetchBody): FetchedBody {
  const { bugs } = world.setup.options
  const partitions: FetchedPartition[] = []
  for (const asked of body.partitions) {
    const replica = broker.replicas[asked.partition]
    const error = epochError(replica, asked.leaderEpoch)
    const response = { partition: asked.partition, leaderEpoch: asked.leaderEpoch, error, highWatermark: -1, logStart: 0, entries: noEntries, diverging: null as FetchedPartition['diverging'] }
    partitions.push(response)
    if (error !== none || replica === null || replica === undefined) continue
    response.highWatermark = replica.highWatermark
    response.logStart = replica.log.startOffset
    if (asked.offset < replica.log.startOffset || asked.offset > endOffsetOf(replica.log)) {
      const diverging = divergenceOf(replica, asked, bugs)
      if (asked.offset >= replica.log.startOffset && diverging !== null) response.diverging = diverging
      else response.error = offsetOutOfRange
      continue
    }
    response.diverging = divergenceOf(replica, asked, bugs)
    if (response.diverging === null) response.entries = readEntries(replica.log, asked.offset, Infinity, entriesMax)
  }
  return { partitions }
}
const noEntries: readonly LogEntry[] = Object.freeze([])

function serveDelayedFetches(world: World, node: Node, broker: Broker, partition: number): void {
  for (const delayed of broker.delayedFetches) {
    if (delayed.request === null || !delayed.body!.partitions.some((asked) => asked.partition === partition)) continue
    serveDelayed(world, node, broker, delayed)
  }
}

function serveDelayed(world: World, node: Node, broker: Broker, delayed: DelayedFetch): void {
  const { request, body, from } = delayed
  delayed.request = null
  delayed.body = null
  answer(world, node, from, request!, none, fetched(world, broker, body!))
}

function ringPurgatory(world: World, node: Node, broker: Broker, at: number): void {
  if (broker.purgatoryRings !== 0 && broker.purgatoryRings <= at) return
  broker.purgatoryRings = at
  world.setTimer(node, timerPurgatory, Math.max(at - world.now, 0))
}

export function onPurgatoryTimer(world: World, node: Node, broker: Broker): void {
  broker.purgatoryRings = 0
  let next = Infinity
  for (const delayed of broker.delayedFetches) {
    if (delayed.request === null) continue
    if (delayed.deadline <= world.now) serveDelayed(world, node, broker, delayed)
    else next = Math.min(next, delayed.deadline)
  }
  for (const replica of broker.replicas) {
    if (replica === null || replica.delayed.length === 0) continue
    const late = replica.delayed.filter((each) => each.deadline <= world.now)
    if (late.length > 0) replica.delayed = replica.delayed.filter((each) => each.deadline > world.now)
    for (const { from, request } of late) answer(world, node, from, request, requestTimedOut)
    for (const { deadline } of replica.delayed) next = Math.min(next, deadline)
  }
  if (next < Infinity) ringPurgatory(world, node, broker, next)
}

/** A consumer reads: never at or beyond the high watermark, and with read-committed never at or beyond the last stable offset. */
export function onConsume(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { partition, offset, isReadCommitted } = request.body as ConsumeBody
  const { bugs } = world.setup.options
  const replica = broker.replicas[partition]
  if (replica === null || replica === undefined || replica.role !== roleLeader) return answer(world, node, from, request, notLeaderOrFollower)
  const { log, highWatermark } = replica
  const stable = lastStableOffset(replica)
  const limit = bugs.readsBeyondHighWatermark ? endOffsetOf(log) : isReadCommitted && !bugs.lastStableOffsetIgnored ? stable : highWatermark
  if (offset < log.startOffset || offset > endOffsetOf(log)) return answer(world, node, from, request, offsetOutOfRange, { entries: noEntries, highWatermark, lastStableOffset: stable, logStart: log.startOffset, aborted: [] } satisfies ConsumedBody)
  const entries = readEntries(log, offset, limit, consumeMax)
  const end = entries.length === 0 ? offset : entries[entries.length - 1]!.endOffset
  const aborted = isReadCommitted && !bugs.abortedRangesUntold ? replica.aborted.filter((each) => each.firstOffset < end && each.lastOffset >= offset) : []
  answer(world, node, from, request, none, { entries, highWatermark, lastStableOffset: stable, logStart: log.startOffset, aborted } satisfies ConsumedBody)
}

/** Where a partition ends for consumers. A new leader does not know until its high watermark has reached the start of its epoch (KIP-207). */
export function onListOffsets(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  const { partition } = request.body as ListOffsetsBody
  const replica = broker.replicas[partition]
  if (replica === null || replica === undefined || replica.role !== roleLeader) return answer(world, node, from, request, notLeaderOrFollower)
  if (replica.highWatermark < replica.epochStartOffset && !world.setup.options.bugs.staleHighWatermarkServed) return answer(world, node, from, request, offsetNotAvailable)
  answer(world, node, from, request, none, replica.highWatermark)
}

// ---- in-sync replicas -----------------------------------------------------------------------------------------------------------------------------------------

function maybeExpand(world: World, node: Node, broker: Broker, replica: Replica, id: number): void {
  if (replica.proposed !== null || replica.isr.includes(id)) return
  const progress = replica.followers[id]!
  const { bugs } = world.setup.options
  const epoch = broker.image!.brokerEpochs[id]!
  if (epoch === 0 || (epoch !== progress.brokerEpoch && !bugs.brokerEpochIgnored)) return
  if ((progress.endOffset < replica.highWatermark || progress.endOffset < replica.epochStartOffset) && !bugs.joinsBehindHighWatermark) return
  propose(world, node, broker, replica, [...replica.isr, id].toSorted((a, b) => a - b))
}

/** Who has not had everything for the lag limit leaves. */
export function onIsrTimer(world: World, node: Node, broker: Broker): void {
  const options = logOptionsOf(world)
  const { unanswered } = broker
  broker.unanswered = []
  for (const replica of unanswered) if (replica.role === roleLeader && replica.proposed !== null) sendProposal(world, node, broker, replica)
  world.setTimer(node, timerIsr, options.replicaLagMaxMicros >> 1)
  for (const replica of broker.replicas) {
    if (replica === null || replica.role !== roleLeader || replica.proposed !== null) continue
    const end = endOffsetOf(replica.log)
    const stays = replica.isr.filter((id) => {
      if (id === broker.id) return true
      const progress = replica.followers[id]!
      return progress.endOffset === end || world.now - progress.lastCaughtUp <= options.replicaLagMaxMicros
    })
    if (stays.length < replica.isr.length) propose(world, node, broker, replica, stays)
  }
}

function propose(world: World, node: Node, broker: Broker, replica: Replica, isr: readonly number[]): void {
  replica.proposed = isr
  sendProposal(world, node, broker, replica)
}

function sendProposal(world: World, node: Node, broker: Broker, replica: Replica): void {
  const { image } = broker
  const controller = image!.controller
  const isr = replica.isRetracted ? replica.isr : replica.proposed!
  world.trace?.note(world, node.id, 'isr', `proposes ${isr.join(', ')} as in sync for ${logOptionsOf(world).partitions[replica.index]!.name}, now ${replica.isr.join(', ')}`)
  const body: AlterPartitionBody = {
    broker: broker.id,
    brokerEpoch: broker.epoch,
    partition: replica.index,
    leaderEpoch: replica.leaderEpoch,
    partitionEpoch: replica.partitionEpoch,
    isr,
    isrEpochs: isr.map((id) => (id === broker.id ? broker.epoch : replica.followers[id]!.brokerEpoch || image!.brokerEpochs[id]!)),
  }
  ask(world, node, broker.requests, nodeOfBroker(world, controller), apiAlterPartition, body, tagAlter, logOptionsOf(world).requestTimeoutMicros)
}

export function onAlterAnswer(world: World, node: Node, broker: Broker, body: AlterPartitionBody, error: number, state: PartitionState | null): void {
  const replica = broker.replicas[body.partition]!
  if (replica.role !== roleLeader || replica.leaderEpoch !== body.leaderEpoch || replica.partitionEpoch !== body.partitionEpoch || replica.proposed === null) return
  if (error === none) return applyState(world, node, broker, state!)
  // Stale: somebody changed the state meanwhile, and the controller's word about it is on its way.
  if (error === fencedLeaderEpoch || error === invalidUpdateVersion) return
  // Refused, but an earlier copy of the same proposal may still be under way and be accepted later: it counts until a change of nothing has made it void.
  if (error === ineligibleReplica) replica.isRetracted = true
  broker.unanswered.push(replica)
  world.setTimer(node, timerIsr, 200_000)
}

// ---- followers ------------------------------------------------------------------------------------------------------------------------------------------------

/** Starts every fetch that is due: one at a time to each leader. */
export function drive(world: World, node: Node, broker: Broker): void {
  if (broker.image === null || broker.epoch === 0) return
  for (let leader = 0; leader < logOptionsOf(world).brokers; leader++) {
    if (leader === broker.id) continue
    const partitions = followed(broker, leader, world.setup.options.bugs)
    let fetcher = broker.fetchers.find((each) => each.leader === leader)
    if (partitions.length === 0) continue
    if (fetcher === undefined) {
      fetcher = new Fetcher()
      fetcher.leader = leader
      broker.fetchers.push(fetcher)
    }
    if (fetcher.correlation !== 0) continue
    if (fetcher.notBefore > world.now) {
      if (broker.fetchRings === 0 || broker.fetchRings > fetcher.notBefore) {
        broker.fetchRings = fetcher.notBefore
        world.setTimer(node, timerFetch, fetcher.notBefore - world.now)
      }
      continue
    }
    const body: FetchBody = { broker: broker.id, brokerEpoch: broker.epoch, partitions }
    fetcher.correlation = ask(world, node, broker.requests, nodeOfBroker(world, leader), apiFetch, body, tagFetch, logOptionsOf(world).requestTimeoutMicros).correlation
  }
}

function followed(broker: Broker, leader: number, bugs: Bugs): readonly FetchPartition[] {
  const partitions: FetchPartition[] = []
  for (const replica of broker.replicas) {
    if (replica === null || replica.role !== roleFollower || replica.leader !== leader) continue
    const lastFetchedEpoch = bugs.divergenceByOffset && !replica.mustAsk ? -1 : lastEpochOf(replica)
    partitions.push({ partition: replica.index, leaderEpoch: replica.leaderEpoch, offset: endOffsetOf(replica.log), lastFetchedEpoch })
  }
  return partitions
}

export function onFetchTimer(world: World, node: Node, broker: Broker): void {
  broker.fetchRings = 0
  drive(world, node, broker)
}

export function onFetchAnswer(world: World, node: Node, broker: Broker, correlation: number, error: number, body: FetchedBody | null): void {
  const fetcher = broker.fetchers.find((each) => each.correlation === correlation)
  if (fetcher === undefined) return
  fetcher.correlation = 0
  let isBackedOff = error !== none
  if (body !== null) for (const each of body.partitions) if (!takeFetched(world, node, broker, fetcher.leader, each)) isBackedOff = true
  if (isBackedOff) fetcher.notBefore = world.now + 100_000 + broker.chance.below(100_000)
  drive(world, node, broker)
}

/** False: not now. */
function takeFetched(world: World, node: Node, broker: Broker, leader: number, from: FetchedPartition): boolean {
  const replica = broker.replicas[from.partition]!
  const { bugs } = world.setup.options
  // The leadership has moved on while this was under way.
  if (replica.role !== roleFollower || replica.leader !== leader || replica.leaderEpoch !== from.leaderEpoch) return true
  if (from.error === offsetOutOfRange) {
    const end = endOffsetOf(replica.log)
    if (end < from.logStart) startAt(replica, from.logStart)
    else truncateTo(world, replica, Math.max(from.highWatermark, from.logStart))
    return true
  }
  if (from.error !== none) return false
  if (from.diverging !== null) {
    const to = lastMatching(replica, from.diverging, bugs.divergenceByOffset)
    world.trace?.note(world, node.id, 'truncate', `cuts ${logOptionsOf(world).partitions[replica.index]!.name} from ${endOffsetOf(replica.log)} to ${to}: epoch ${from.diverging.epoch} ends at ${from.diverging.endOffset} on its leader`)
    truncateTo(world, replica, to)
    replica.mustAsk = false
    return true
  }
  replica.mustAsk = false
  for (const entry of from.entries) {
    if (entry.baseOffset < endOffsetOf(replica.log)) continue
    checksOf(world)?.log?.onReplicated(world, broker, replica, entry)
    appendEntry(world, replica, entry)
  }
  if (from.entries.length > 0) world.point(node, 'a follower has appended and not yet asked on')
  if (from.logStart > replica.log.startOffset) dropBefore(replica, Math.min(from.logStart, replica.highWatermark))
  const highWatermark = Math.min(from.highWatermark, endOffsetOf(replica.log))
  if (highWatermark !== replica.highWatermark) {
    replica.highWatermark = Math.max(highWatermark, replica.log.startOffset)
    settleTransactions(replica)
    checksOf(world)?.log?.onFollowerHighWatermark(world, broker, replica)
  }
  return true
}

/** Where a broker finds the leader of a partition, as far as it knows. */
export function leaderKnown(image: ClusterImage | null, partition: number): number {
  return image?.partitions[partition]?.leader ?? -1
}
