import type { Checks } from '../checks/checks.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { type Txn, opMulti, opSetData, opCreate } from '../znodes/types.ts'
import { brokerOf, logOptionsOf, nodeOfBroker, type Broker } from './broker.ts'
import { controllerEpochOfText, stateFromText, type PartitionState } from './clusterImage.ts'
import { controlAbort, controlCommit, controlNone, noProducer, type LogEntry, type RecordBatch } from './records.ts'
import { endOffsetOf, indexAt, type Replica } from './replica.ts'
import type { ConsumeBody, ConsumedBody } from './requests.ts'

/**
 * The log's checkers (reference 3.2, 5.5): ghost state beside the world. Per partition the committed log is kept whole, as the entries first seen below a high watermark; everything
 * else is compared with it by identity, since a record exists once. Each call costs in proportion to what changed.
 */
export class LogChecks {
  checks!: Checks
  partitions: PartitionGhost[] = []
  /** The highest controller epoch that wrote a state. */
  controllerEpoch = 0
  /** Brokers whose unclean stop the controller has not dealt with. */
  lossy = new Set<number>()
  produced = 0
  transactions = new Map<number, TransactionGhost>()
  members = new Map<string, MemberGhost>()

  fail(invariant: string, node: number, detail: string): void {
    this.checks.fail(invariant, node, detail)
  }

  of(index: number): PartitionGhost {
    let ghost = this.partitions[index]
    if (ghost === undefined) {
      ghost = new PartitionGhost()
      this.partitions[index] = ghost
    }
    return ghost
  }

  onProduced(): void {
    this.produced++
  }

  // ---- states in the ensemble -------------------------------------------------------------------------------------------------------------------------------

  /** A transaction of the ensemble is committed: it may be a partition's new state. */
  onTxn(world: World, txn: Txn): void {
    if (txn.type === opMulti) for (const part of txn.parts!) this.#onPart(world, part)
    else this.#onPart(world, txn)
  }

  #onPart(world: World, txn: Txn): void {
    if ((txn.type !== opSetData && txn.type !== opCreate) || !txn.path.endsWith('/state') || !txn.path.startsWith('/brokers/topics/')) return
    const spec = logOptionsOf(world).partitions.find((each) => each.path === txn.path)
    if (spec === undefined) return
    const epoch = controllerEpochOfText(txn.data)
    if (epoch < this.controllerEpoch) this.fail('CTL-1', -1, `a controller of epoch ${epoch} changes ${spec.name} after epoch ${this.controllerEpoch} did`)
    this.controllerEpoch = Math.max(this.controllerEpoch, epoch)
    const ghost = this.of(spec.index)
    const before = ghost.state
    const state = stateFromText(spec.index, txn.data, txn.type === opCreate ? 0 : txn.version)
    ghost.state = state
    if (before !== null && state.leaderEpoch < before.leaderEpoch) this.fail('CTL-2', -1, `${spec.name} goes from leader epoch ${before.leaderEpoch} back to ${state.leaderEpoch}`)
    if (before !== null && state.leaderEpoch === before.leaderEpoch && state.leader !== before.leader) this.fail('CTL-2', -1, `${spec.name} changes its leader from ${before.leader} to ${state.leader} within leader epoch ${state.leaderEpoch}`)
    if (before !== null && state.leader >= 0 && state.leaderEpoch > before.leaderEpoch && !before.isr.includes(state.leader) && !before.elr.includes(state.leader)) {
      this.fail('REP-7', -1, `${spec.name} is given to broker ${state.leader}, which was neither in sync (${before.isr.join(', ')}) nor eligible (${before.elr.join(', ')})`)
    }
    this.#candidatesHold(world, ghost, state, ghost.log.length - 1)
  }

  /** REP-3: whoever may be elected holds what is committed, from this entry on. */
  #candidatesHold(world: World, ghost: PartitionGhost, state: PartitionState, from: number): void {
    if (from < 0) return
    for (const id of state.isr) this.#holds(world, ghost, state.index, id, from, 'in sync')
    for (const id of state.elr) this.#holds(world, ghost, state.index, id, from, 'eligible')
  }

  #holds(world: World, ghost: PartitionGhost, index: number, id: number, from: number, as: string): void {
    if (this.lossy.has(id)) return
    const broker = brokerOf(world, id)
    // Down after a clean stop: it was looked at when it stopped.
    const replica = broker?.replicas[index]
    if (replica === null || replica === undefined || !world.nodes[nodeOfBroker(world, id)]!.up) return
    if (endOffsetOf(replica.log) < ghost.end) this.fail('REP-3', -1, `${logOptionsOf(world).partitions[index]!.name}: broker ${id} counts as ${as} and ends at ${endOffsetOf(replica.log)}, while ${ghost.end} is committed`)
    else this.#sameAs(world, ghost, replica, from, 'REP-3', id)
  }

  /** The replica's entries equal the committed ones from here on (as far as both go). */
  #sameAs(world: World, ghost: PartitionGhost, replica: Replica, from: number, invariant: string, id: number): void {
    const entries = replica.log.entries as LogEntry[]
    for (let i = Math.max(from, 0); i < ghost.log.length; i++) {
      const committed = ghost.log[i]!
      if (committed.baseOffset < replica.log.startOffset) continue
      const own = entries[indexAt(replica.log, committed.baseOffset)]
      if (own !== undefined && own.batch === committed.batch && own.baseOffset === committed.baseOffset) continue
      // Compaction may have taken it, here or where it was fetched from; CMP-1 is about that.
      if (logOptionsOf(world).partitions[replica.index]!.cleanup === 'compact' && (own === undefined || own.baseOffset > committed.baseOffset || own.offsets !== null)) continue
      this.fail(invariant, -1, `${logOptionsOf(world).partitions[replica.index]!.name}: broker ${id} has ${own === undefined ? 'nothing' : `another batch, of leader epoch ${own.leaderEpoch},`} at offset ${committed.baseOffset}, where one of leader epoch ${committed.leaderEpoch} is committed`)
      return
    }
  }

  // ---- replication ------------------------------------------------------------------------------------------------------------------------------------------

  onStop(world: World, broker: Broker, isUnclean: boolean): void {
    void world
    if (isUnclean || broker.wasUnclean) this.lossy.add(broker.id)
  }

  /** The controller has dealt with what an unclean stop may have cost. */
  onRecognised(id: number): void {
    this.lossy.delete(id)
  }

  onLeader(world: World, broker: Broker, replica: Replica): void {
    const ghost = this.of(replica.index)
    const { name } = logOptionsOf(world).partitions[replica.index]!
    const before = ghost.leaders.get(replica.leaderEpoch)
    if (before !== undefined && before !== broker.id) this.fail('REP-8', broker.id, `leads ${name} in leader epoch ${replica.leaderEpoch}, in which broker ${before} led`)
    ghost.leaders.set(replica.leaderEpoch, broker.id)
    ghost.highWatermark = -1
    if (replica.leaderEpoch < ghost.leaderEpoch) return
    ghost.leaderEpoch = replica.leaderEpoch
    if (endOffsetOf(replica.log) < ghost.end) this.fail('REP-1', broker.id, `leads ${name} in leader epoch ${replica.leaderEpoch} with a log that ends at ${endOffsetOf(replica.log)}, while ${ghost.end} is committed`)
    else this.#sameAs(world, ghost, replica, 0, 'REP-1', broker.id)
  }

  onAppend(world: World, broker: Broker, replica: Replica, entry: LogEntry): void {
    const ghost = this.of(replica.index)
    const { name } = logOptionsOf(world).partitions[replica.index]!
    if (ghost.leaders.get(entry.leaderEpoch) !== broker.id) this.fail('REP-8', broker.id, `accepts a batch for ${name} in leader epoch ${entry.leaderEpoch}, which is not its own`)
    this.#epochsGrow(world, broker, replica, entry)
  }

  onReplicated(world: World, broker: Broker, replica: Replica, entry: LogEntry): void {
    const end = endOffsetOf(replica.log)
    if (entry.baseOffset !== end && logOptionsOf(world).partitions[replica.index]!.cleanup === 'delete') this.fail('REP-2', broker.id, `appends offset ${entry.baseOffset} to ${logOptionsOf(world).partitions[replica.index]!.name}, which ends at ${end}`)
    this.#epochsGrow(world, broker, replica, entry)
  }

  #epochsGrow(world: World, broker: Broker, replica: Replica, entry: LogEntry): void {
    const last = replica.log.entries[replica.log.entries.length - 1] as LogEntry | undefined
    if (last !== undefined && last.leaderEpoch > entry.leaderEpoch) this.fail('KAF-4', broker.id, `appends a batch of leader epoch ${entry.leaderEpoch} to ${logOptionsOf(world).partitions[replica.index]!.name} after one of epoch ${last.leaderEpoch}`)
  }

  /** A leader's high watermark has moved: what is below it is committed from now on. */
  onHighWatermark(world: World, broker: Broker, replica: Replica): void {
    const ghost = this.of(replica.index)
    const spec = logOptionsOf(world).partitions[replica.index]!
    const { highWatermark, log } = replica
    if (ghost.leaders.get(replica.leaderEpoch) === broker.id && replica.leaderEpoch === ghost.leaderEpoch) {
      if (highWatermark < ghost.highWatermark) this.fail('REP-9', broker.id, `its high watermark of ${spec.name} goes from ${ghost.highWatermark} back to ${highWatermark} within leader epoch ${replica.leaderEpoch}`)
      ghost.highWatermark = highWatermark
    }
    const entries = log.entries as LogEntry[]
    const first = ghost.log.length
    // What was committed by another leader must be the same here.
    if (highWatermark <= ghost.end) {
      const at = indexAt(log, highWatermark - 1)
      this.#committedSame(spec.name, broker, ghost, entries[at])
      return
    }
    for (let at = indexAt(log, ghost.end); at < entries.length && entries[at]!.endOffset <= highWatermark; at++) this.#commit(world, broker, replica, ghost, entries[at]!)
    if (ghost.state !== null) this.#candidatesHold(world, ghost, ghost.state, first)
  }

  #committedSame(name: string, broker: Broker, ghost: PartitionGhost, own: LogEntry | undefined): void {
    if (own === undefined) return
    const committed = ghost.at(own.baseOffset)
    if (committed !== null && committed.batch !== own.batch && own.offsets === null) this.fail('REP-2', broker.id, `has a batch of leader epoch ${own.leaderEpoch} at offset ${own.baseOffset} of ${name} below its high watermark, where one of epoch ${committed.leaderEpoch} is committed`)
  }

  onFollowerHighWatermark(world: World, broker: Broker, replica: Replica): void {
    const ghost = this.of(replica.index)
    const { log, highWatermark } = replica
    if (highWatermark > ghost.end) {
      this.fail('REP-4', broker.id, `takes ${highWatermark} for the high watermark of ${logOptionsOf(world).partitions[replica.index]!.name}, while ${ghost.end} is committed`)
      return
    }
    const at = indexAt(log, highWatermark - 1)
    this.#committedSame(logOptionsOf(world).partitions[replica.index]!.name, broker, ghost, log.entries[at] as LogEntry | undefined)
  }

  #commit(world: World, broker: Broker, replica: Replica, ghost: PartitionGhost, entry: LogEntry): void {
    const { name } = logOptionsOf(world).partitions[replica.index]!
    if (entry.baseOffset !== ghost.end) {
      this.fail('REP-2', broker.id, `commits offset ${entry.baseOffset} of ${name} right after ${ghost.end - 1}`)
    }
    ghost.log.push(entry)
    ghost.end = entry.endOffset
    const { batch } = entry
    this.#transaction(name, replica.index, broker.id, batch, entry.baseOffset)
    // REP-4: as many replicas as must be in sync hold it.
    const spec = logOptionsOf(world).partitions[replica.index]!
    let holders = 0
    for (const id of spec.replicas) {
      const other = brokerOf(world, id)?.replicas[replica.index]
      // What an unclean stop has just cost was held when the leader was told so.
      if (this.lossy.has(id) || (other !== null && other !== undefined && other.log.entries[indexAt(other.log, entry.baseOffset)] === entry)) holders++
    }
    if (holders < Math.min(spec.minInsyncReplicas, spec.replicas.length)) this.fail('REP-4', broker.id, `commits offset ${entry.baseOffset} of ${name}, which ${holders} of ${spec.replicas.length} replicas hold`)
    if (batch.producerId !== noProducer && batch.control === controlNone) {
      if (ghost.batches.has(batch)) this.fail('KAF-3', broker.id, `${name} holds a batch of producer ${batch.producerId} twice, sequence ${batch.baseSequence}, the second time at offset ${entry.baseOffset}`)
      ghost.batches.add(batch)
    }
    for (const { source, serial } of batch.records) {
      if (source === 0) continue
      const last = ghost.serials.get(source) ?? 0
      if (serial <= last) this.fail('KAF-3', broker.id, `${name} has record ${serial} of source ${source} after its record ${last}, at offset ${entry.baseOffset}`)
      ghost.serials.set(source, serial)
    }
  }

  // ---- clients ----------------------------------------------------------------------------------------------------------------------------------------------

  /** A producer is told that its batch is in the log. */
  onAcknowledged(world: World, node: number, partition: number, batch: RecordBatch, acks: number, baseOffset: number): void {
    if (acks !== -1) return
    const ghost = this.of(partition)
    const committed = ghost.at(baseOffset)
    if (committed === null || committed.batch !== batch) {
      this.fail('KAF-2', node, `is told that its batch is at offset ${baseOffset} of ${logOptionsOf(world).partitions[partition]!.name}, where ${committed === null ? 'nothing' : 'another'} is committed`)
    }
  }

  onConsumed(world: World, node: number, asked: ConsumeBody, body: ConsumedBody, visible: readonly LogEntry[]): void {
    const ghost = this.of(asked.partition)
    const { name } = logOptionsOf(world).partitions[asked.partition]!
    for (const entry of body.entries) {
      const committed = ghost.at(entry.baseOffset)
      if (committed === null || (committed.batch !== entry.batch && entry.offsets === null)) {
        this.fail('KAF-1', node, `reads offset ${entry.baseOffset} of ${name}, where ${committed === null ? 'nothing' : 'another batch'} is committed`)
        return
      }
      if (!asked.isReadCommitted || !entry.batch.isTransactional || entry.batch.control !== controlNone || entry.batch.transaction === 0) continue
      const { outcome } = this.#transactionOf(entry.batch.transaction)
      const isVisible = visible.includes(entry)
      if (isVisible ? outcome !== controlCommit : outcome !== controlAbort) this.fail('TXN-2', node, `${isVisible ? 'is shown' : 'is not shown'} offset ${entry.baseOffset} of ${name}, whose transaction has ${outcome === controlNone ? 'not ended' : ended(outcome)}`)
    }
  }

  // ---- transactions -----------------------------------------------------------------------------------------------------------------------------------------

  #transactionOf(id: number): TransactionGhost {
    let transaction = this.transactions.get(id)
    if (transaction === undefined) {
      transaction = new TransactionGhost()
      this.transactions.set(id, transaction)
    }
    return transaction
  }

  /** A producer has read these inputs and begins a transaction about them. */
  onTransaction(id: number, partition: number, from: number, to: number): void {
    const transaction = this.#transactionOf(id)
    transaction.input = partition
    transaction.from = from
    transaction.to = to
  }

  /** It is about to ask for the end. */
  onDecided(id: number, isCommit: boolean): void {
    this.#transactionOf(id).decided = isCommit ? controlCommit : controlAbort
  }

  /** It was told that the end has come. */
  onEnded(node: number, id: number, isCommit: boolean): void {
    const transaction = this.#transactionOf(id)
    transaction.told = isCommit ? controlCommit : controlAbort
    if (transaction.outcome !== controlNone && transaction.outcome !== transaction.told) this.fail('TXN-1', node, `is told that its transaction has ${ended(transaction.told)}, which had ${ended(transaction.outcome)}`)
  }

  #transaction(name: string, index: number, node: number, batch: RecordBatch, offset: number): void {
    if (!batch.isTransactional) return
    const ghost = this.of(index)
    if (batch.control === controlNone) {
      const transaction = this.#transactionOf(batch.transaction)
      if (transaction.ended.has(index)) this.fail('TXN-1', node, `${name} takes a record of a transaction at offset ${offset}, after that transaction had ${ended(transaction.outcome)} there`)
      const open = ghost.open.get(batch.producerId)
      if (open === undefined) ghost.open.set(batch.producerId, new Set([batch.transaction]))
      else open.add(batch.transaction)
      return
    }
    const open = ghost.open.get(batch.producerId)
    if (open === undefined) return
    ghost.open.delete(batch.producerId)
    for (const id of open) {
      const transaction = this.#transactionOf(id)
      if (batch.control === controlCommit && transaction.decided !== controlCommit) this.fail('TXN-1', node, `${name} has a transaction committed at offset ${offset} that its producer never asked to commit`)
      if (transaction.outcome !== controlNone && transaction.outcome !== batch.control) this.fail('TXN-1', node, `a transaction has ${ended(batch.control)} in ${name} and ${ended(transaction.outcome)} elsewhere`)
      if (transaction.told !== controlNone && transaction.told !== batch.control) this.fail('TXN-1', node, `a transaction has ${ended(batch.control)} in ${name}, and its producer was told that it had ${ended(transaction.told)}`)
      if (transaction.outcome === controlNone && batch.control === controlCommit) this.#inputsOnce(node, transaction)
      transaction.outcome = batch.control
      transaction.ended.add(index)
    }
  }

  /** TXN-3: what a committed transaction has read begins where the one before it stopped. */
  #inputsOnce(node: number, { input, from, to }: TransactionGhost): void {
    if (input < 0) return
    const ghost = this.of(input)
    const begin = Math.max(ghost.copiedTo, ghost.retainedTo)
    if (from < ghost.copiedTo) this.fail('TXN-3', node, `a transaction has read from offset ${from}, while one before it committed its reading up to ${ghost.copiedTo}`)
    for (let at = ghost.indexAt(begin); at < ghost.log.length && ghost.log[at]!.endOffset <= from; at++) {
      const { batch, baseOffset } = ghost.log[at]!
      if (batch.control !== controlNone || (batch.isTransactional && this.#transactionOf(batch.transaction).outcome !== controlCommit)) continue
      this.fail('TXN-3', node, `a transaction has read from offset ${from}, and nobody has read offset ${baseOffset}`)
      break
    }
    ghost.copiedTo = to
  }

  // ---- groups -----------------------------------------------------------------------------------------------------------------------------------------------

  #member(node: Node, group: string): MemberGhost {
    const key = `${group}/${node.id}`
    let member = this.members.get(key)
    if (member === undefined || member.incarnation !== node.incarnation) {
      member = new MemberGhost()
      member.node = node.id
      member.incarnation = node.incarnation
      member.group = group
      this.members.set(key, member)
    }
    return member
  }

  /** A member has learnt of a generation it is part of. */
  onGeneration(node: Node, group: string, generation: number): void {
    this.#member(node, group).generation = generation
  }

  onOwned(world: World, node: Node, group: string, generation: number, partitions: readonly number[]): void {
    const member = this.#member(node, group)
    member.generation = generation
    for (const partition of partitions) {
      member.owned.add(partition)
      for (const other of this.members.values()) {
        if (other === member || other.group !== group || !other.owned.has(partition) || other.generation < generation) continue
        const machine = world.nodes[other.node]!
        if (machine.up && machine.incarnation === other.incarnation) this.fail('ASG-1', node.id, `is given ${logOptionsOf(world).partitions[partition]!.name} in generation ${generation}, which node ${other.node} still holds in generation ${other.generation}`)
      }
    }
  }

  onReleased(node: Node, group: string, partitions: readonly number[]): void {
    const member = this.#member(node, group)
    for (const partition of partitions) member.owned.delete(partition)
  }

  onAssigned(node: number, assignor: string, assignment: readonly (readonly [string, readonly number[]])[]): void {
    const seen = new Set<number>()
    for (const [, partitions] of assignment) {
      for (const partition of partitions) {
        if (seen.has(partition)) this.fail('ASG-1', node, `assigns partition ${partition} twice`)
        seen.add(partition)
      }
    }
    const sizes = assignment.map(([, partitions]) => partitions.length)
    // Range balances each topic for itself, and the cooperative assignor holds back what moves.
    if ((assignor === 'roundrobin' || assignor === 'sticky') && Math.max(...sizes) - Math.min(...sizes) > 1) this.fail('ASG-2', node, `assigns ${sizes.join(', ')} partitions`)
  }

  onCommitAccepted(_world: World, broker: number, group: string, member: string, generation: number, current: number, _offsets: unknown): void {
    if (generation !== current) this.fail('ASG-3', broker, `takes offsets of group ${group} from ${member} in generation ${generation}, while generation ${current} is current`)
  }

  // ---- cleaning ---------------------------------------------------------------------------------------------------------------------------------------------

  onRetention(world: World, broker: Broker, replica: Replica): void {
    const ghost = this.of(replica.index)
    const { startOffset } = replica.log
    ghost.retainedTo = Math.max(ghost.retainedTo, startOffset)
    let stable = ghost.end
    for (const open of ghost.open.values()) for (const id of open) for (const { batch, baseOffset } of ghost.log) if (batch.transaction === id && batch.control === controlNone) stable = Math.min(stable, baseOffset)
    if (startOffset > stable) this.fail('RET-1', broker.id, `drops ${logOptionsOf(world).partitions[replica.index]!.name} up to ${startOffset}, while only ${stable} is stable`)
  }

  /** CMP-1: the newest record of each key is still there, or is a tombstone whose time is over. */
  onCompacted(world: World, broker: Broker, replica: Replica): void {
    const ghost = this.of(replica.index)
    const newest = new Map<string, { readonly offset: number; readonly batch: RecordBatch; readonly value: string | null }>()
    for (const { batch, baseOffset } of ghost.log) {
      if (batch.control !== controlNone || (batch.isTransactional && this.#transactionOf(batch.transaction).outcome !== controlCommit)) continue
      for (let i = 0; i < batch.records.length; i++) {
        const { key, value } = batch.records[i]!
        if (key !== null) newest.set(key, { offset: baseOffset + i, batch, value })
      }
    }
    const { log } = replica
    for (const [key, { offset, batch, value }] of newest) {
      if (offset >= log.cleanedTo || (value === null && world.now - batch.timestamp > 15_000_000)) continue
      const own = log.entries[indexAt(log, offset)] as LogEntry | undefined
      const isThere = own !== undefined && own.baseOffset <= offset && (own.offsets === null || own.offsets.includes(offset))
      if (!isThere) {
        this.fail('CMP-1', broker.id, `compacts ${logOptionsOf(world).partitions[replica.index]!.name} and loses the newest record of ${JSON.stringify(key)}, at offset ${offset}`)
        return
      }
    }
  }

  onEndOffset(world: World, node: number, partition: number, end: number, seen: number[]): void {
    if (end < seen[partition]!) this.fail('KAF-5', node, `is told that ${logOptionsOf(world).partitions[partition]!.name} ends at ${end}, after it was told ${seen[partition]!}`)
    seen[partition] = end
  }
}

function ended(control: number): string {
  return control === controlCommit ? 'committed' : 'aborted'
}

class TransactionGhost {
  decided = controlNone
  told = controlNone
  /** What the first marker said. */
  outcome = controlNone
  /** Partitions where it has ended. */
  ended = new Set<number>()
  input = -1
  from = 0
  to = 0
}

class MemberGhost {
  node = 0
  incarnation = 0
  group = ''
  generation = -1
  owned = new Set<number>()
}

/** What is known of one partition. */
export class PartitionGhost {
  state: PartitionState | null = null
  /** The committed entries, and where they end. */
  log: LogEntry[] = []
  end = 0
  leaders = new Map<number, number>()
  leaderEpoch = -1
  /** Of the newest leader, in its epoch. */
  highWatermark = -1
  batches = new Set<RecordBatch>()
  /** By producer: transactions with records and no marker yet. */
  open = new Map<number, Set<number>>()
  /** Inputs read by committed transactions, and what retention has taken. */
  copiedTo = 0
  retainedTo = 0
  serials = new Map<number, number>()

  indexAt(offset: number): number {
    const { log } = this
    let low = 0
    let high = log.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (log[middle]!.endOffset > offset) high = middle
      else low = middle + 1
    }
    return low
  }

  /** The committed entry that begins there, or null. */
  at(offset: number): LogEntry | null {
    const found = this.log[this.indexAt(offset)]
    return found !== undefined && found.baseOffset === offset ? found : null
  }
}

