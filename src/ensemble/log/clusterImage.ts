import { neverChanges } from '../world/copy.ts'

/**
 * What the controller decides and tells: who leads each partition in which leader epoch, who is in sync, and which brokers live under which broker epoch (the czxid of their
 * znode, KIP-380). States and images are values; a new decision is a new object.
 */
export class PartitionState {
  index = 0
  /** −1: nobody may lead. */
  leader = -1
  leaderEpoch = 0
  /** The version of the state's znode: raised by every change (KIP-497). */
  partitionEpoch = 0
  isr: readonly number[] = []
  /** Eligible leader replicas: they left the in-sync replicas while these were too few for the high watermark to move, so they still hold everything (KIP-966). */
  elr: readonly number[] = []
  /** By broker number: the broker epoch under which a member of either set was last known. Another one means that it has been away. */
  memberEpochs: readonly number[] = []
}

export class ClusterImage {
  controllerEpoch = 0
  controller = -1
  /** Counts the images of one controller. */
  version = 0
  /** Broker epoch by broker number, 0 for those that do not live. */
  brokerEpochs: readonly number[] = []
  partitions: readonly (PartitionState | null)[] = []
}
neverChanges(PartitionState)
neverChanges(ClusterImage)

/** The text a partition's state znode holds; the partition epoch is the znode's version. */
export function stateText(state: PartitionState, controllerEpoch: number): string {
  const { leader, leaderEpoch, isr, elr, memberEpochs } = state
  return JSON.stringify({ controller_epoch: controllerEpoch, leader, version: 1, leader_epoch: leaderEpoch, isr, elr, member_epochs: memberEpochs })
}

interface StateText {
  readonly controller_epoch: number
  readonly leader: number
  readonly leader_epoch: number
  readonly isr: readonly number[]
  readonly elr: readonly number[]
  readonly member_epochs: readonly number[]
}

export function stateFromText(index: number, text: string, partitionEpoch: number): PartitionState {
  const { leader, leader_epoch: leaderEpoch, isr, elr, member_epochs: memberEpochs } = JSON.parse(text) as StateText
  return stateOf({ index, leader, leaderEpoch, partitionEpoch, isr, elr, memberEpochs })
}

export function controllerEpochOfText(text: string): number {
  return (JSON.parse(text) as StateText).controller_epoch
}

export function stateOf(fields: PartitionState): PartitionState {
  return Object.assign(new PartitionState(), fields)
}
