import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { logOptionsOf, type Awaited, type Broker } from './broker.ts'
import { GroupCoordinator, loadGroups, onGroupWritten, onHeartbeat, onJoinGroup, onLeaveGroup, onOffsetCommit, onOffsetFetch, onOffsetsMarker, onSyncGroup, onTransactionOffsets, purposeGroup } from './groupCoordinator.ts'
import { offsetsTopic, transactionsTopic } from './logOptions.ts'
import { controlCommit, controlNone, type LogEntry } from './records.ts'
import type { Replica } from './replica.ts'
import {
  answer,
  apiAddPartitions,
  apiEndTransaction,
  apiHeartbeat,
  apiInitProducerId,
  apiJoinGroup,
  apiLeaveGroup,
  apiOffsetCommit,
  apiOffsetFetch,
  apiSyncGroup,
  apiTransactionOffsets,
  apiWriteMarkers,
  coordinatorNotAvailable,
  none,
  type ApiRequest,
  type InitProducerIdBody,
  type PendingRequest,
  type ProducerIdBody,
  type WriteMarkersBody,
} from './requests.ts'
import { loadTransactions, onAddPartitions, onEndTransaction, onInitProducerId, onMarkersAnswer, onTransactionWritten, onWriteMarkers, purposeTransaction, tagMarkers, TransactionCoordinator } from './transactionCoordinator.ts'

/** The coordinators of a broker: what they are asked, told and waiting for goes through here. */
export function bootCoordinators(broker: Broker): void {
  broker.groups = new GroupCoordinator()
  broker.transactions = new TransactionCoordinator()
}

export function onLeadershipOfInternalTopic(world: World, node: Node, broker: Broker, replica: Replica, isLeader: boolean): void {
  const { topic } = logOptionsOf(world).partitions[replica.index]!
  if (topic === transactionsTopic) loadTransactions(world, node, broker, replica, isLeader)
  else if (topic === offsetsTopic) loadGroups(world, node, broker, replica, isLeader)
}

/** A leader has appended: a marker in the offsets topic ends what its transaction left open there. */
export function onAppendedAsLeader(world: World, broker: Broker, replica: Replica, { batch }: LogEntry): void {
  if (batch.control !== controlNone && logOptionsOf(world).partitions[replica.index]!.topic === offsetsTopic) onOffsetsMarker(broker, replica.index, batch.producerId, batch.control === controlCommit)
}

export function onCoordinatorAwaited(world: World, node: Node, broker: Broker, awaited: Awaited, isCommitted: boolean): void {
  if (awaited.purpose === purposeTransaction) onTransactionWritten(world, node, broker, awaited.partition, awaited.about!, isCommitted)
  else if (awaited.purpose === purposeGroup) onGroupWritten(world, node, broker, awaited.partition, awaited.about!, isCommitted)
}

export function onCoordinatorRequest(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  switch (request.api) {
    case apiInitProducerId: {
      const { transactionalId, producerId, producerEpoch } = request.body as InitProducerIdBody
      if (transactionalId !== null) return onInitProducerId(world, node, broker, from, request)
      // Without a transactional id any broker may answer: nobody else uses the id, so nobody is fenced.
      if (producerId >= 0) return answer(world, node, from, request, none, { producerId, producerEpoch: producerEpoch + 1 } satisfies ProducerIdBody)
      if (broker.producerIdNext >= broker.producerIdEnd) return answer(world, node, from, request, coordinatorNotAvailable)
      return answer(world, node, from, request, none, { producerId: broker.producerIdNext++, producerEpoch: 0 } satisfies ProducerIdBody)
    }
    case apiAddPartitions:
      return onAddPartitions(world, node, broker, from, request)
    case apiEndTransaction:
      return onEndTransaction(world, node, broker, from, request)
    case apiWriteMarkers:
      return onWriteMarkers(world, node, broker, from, request)
    case apiTransactionOffsets:
      return onTransactionOffsets(world, node, broker, from, request)
    case apiJoinGroup:
      return onJoinGroup(world, node, broker, from, request)
    case apiSyncGroup:
      return onSyncGroup(world, node, broker, from, request)
    case apiHeartbeat:
      return onHeartbeat(world, node, broker, from, request)
    case apiLeaveGroup:
      return onLeaveGroup(world, node, broker, from, request)
    case apiOffsetCommit:
      return onOffsetCommit(world, node, broker, from, request)
    case apiOffsetFetch:
      return onOffsetFetch(world, node, broker, from, request)
  }
}

export function onCoordinatorAnswer(world: World, node: Node, broker: Broker, pending: PendingRequest, error: number, _body: unknown): void {
  if (pending.tag === tagMarkers) onMarkersAnswer(world, node, broker, pending.request.body as WriteMarkersBody, error)
}

export { onTransactionTimer } from './transactionCoordinator.ts'
export { onGroupTimer } from './groupCoordinator.ts'
