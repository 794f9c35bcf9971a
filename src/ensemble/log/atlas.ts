import type { World } from '../world/world.ts'
import { serverOf } from '../zab/serverNode.ts'
import { brokerOf, cellClean, logOptionsOf, nodeOfBroker, type Broker } from './broker.ts'
import { stateFromText, type PartitionState } from './clusterImage.ts'

/**
 * The fault atlas of the brokers (reference 5.2.7): which stops a correct cluster must survive. Kafka keeps committed records as long as one of those that may lead has not
 * lost its tail, so a broker may stop uncleanly only while every partition it counts for has another such replica; otherwise the fault becomes a clean shutdown. This
 * reads the committed states, not the checkers, so that a run is the same without them.
 */
export function mayStopUncleanly(world: World, broker: Broker): boolean {
  const committed = committedStates(world)
  if (committed === null) return false
  for (const tree of committed) {
    // Its first state may be on its way, counting on this broker.
    if (tree === null) return false
    const state = newestKnown(world, tree)
    const members = [...state.isr, ...state.elr]
    if (members.includes(broker.id) && !members.some((id) => id !== broker.id && isWhole(world, id))) return false
  }
  return true
}

/** Servers that have just restarted may show an old tree; controllers and brokers remember what came after. */
function newestKnown(world: World, tree: PartitionState): PartitionState {
  let newest = tree
  for (let id = 0; id < logOptionsOf(world).brokers; id++) {
    const broker = brokerOf(world, id)
    for (const other of [broker?.image?.partitions[tree.index], broker?.controller?.states[tree.index]]) if (other !== null && other !== undefined && other.partitionEpoch > newest.partitionEpoch) newest = other
  }
  return newest
}

/** What a member had is still there, and the controller knows of every stop that says otherwise. */
function isWhole(world: World, id: number): boolean {
  const node = nodeOfBroker(world, id)
  return world.nodes[node]!.up ? !brokerOf(world, id)!.wasUnclean : world.disks[node]!.cells[cellClean] !== 0
}

/** The states of all partitions in the newest tree, by partition; null where there is no server to ask. */
export function committedStates(world: World): readonly (PartitionState | null)[] | null {
  const { servers, observers } = world.setup.options
  let newest = null
  for (let sid = 0; sid < servers + observers; sid++) {
    const server = serverOf(world, sid)
    if (server !== null && (newest === null || server.tree.lastTxn > newest.lastTxn)) newest = server.tree
  }
  if (newest === null) return null
  const { nodes } = newest
  return logOptionsOf(world).partitions.map((spec) => {
    const node = nodes.get(spec.path)
    return node === undefined ? null : stateFromText(spec.index, node.data, node.version)
  })
}
