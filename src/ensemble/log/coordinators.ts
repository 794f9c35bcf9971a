import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import type { Awaited, Broker } from './broker.ts'
import { GroupCoordinator } from './groupCoordinator.ts'
import type { Replica } from './replica.ts'
import { answer, apiInitProducerId, coordinatorNotAvailable, none, notCoordinator, type ApiRequest, type InitProducerIdBody, type PendingRequest, type ProducerIdBody } from './requests.ts'
import { TransactionCoordinator } from './transactionCoordinator.ts'

/** The coordinators of a broker: what they are asked, told and waiting for goes through here. */
export function bootCoordinators(broker: Broker): void {
  broker.groups = new GroupCoordinator()
  broker.transactions = new TransactionCoordinator()
}

export function onLeadershipOfInternalTopic(_world: World, _node: Node, _broker: Broker, _replica: Replica, _isLeader: boolean): void {}

export function onCoordinatorAwaited(_world: World, _node: Node, _broker: Broker, _awaited: Awaited, _isCommitted: boolean): void {}

export function onCoordinatorRequest(world: World, node: Node, broker: Broker, from: number, request: ApiRequest): void {
  if (request.api !== apiInitProducerId) return answer(world, node, from, request, notCoordinator)
  const { producerId, producerEpoch } = request.body as InitProducerIdBody
  // Without a transactional id any broker may answer: nobody else uses the id, so nobody is fenced.
  if (producerId >= 0) return answer(world, node, from, request, none, { producerId, producerEpoch: producerEpoch + 1 } satisfies ProducerIdBody)
  if (broker.producerIdNext >= broker.producerIdEnd) return answer(world, node, from, request, coordinatorNotAvailable)
  answer(world, node, from, request, none, { producerId: broker.producerIdNext++, producerEpoch: 0 } satisfies ProducerIdBody)
}

export function onCoordinatorAnswer(_world: World, _node: Node, _broker: Broker, _pending: PendingRequest, _error: number, _body: unknown): void {}

export function onTransactionTimer(_world: World, _node: Node, _broker: Broker): void {}
export function onGroupTimer(_world: World, _node: Node, _broker: Broker): void {}
