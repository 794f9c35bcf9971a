import { neverChanges } from '../world/copy.ts'
import type { Tree } from '../znodes/tree.ts'
import type { Request, Txn } from '../znodes/types.ts'

/** What connections carry. */
export const purposeZab = 1
export const purposeClient = 2

/** An election notice: the sender's vote, its state and its round (reference 1.2). Travels as a datagram. */
export class Notification {
  sender = 0
  state = 0
  leader = 0
  zxid = 0
  epoch = 0
  round = 0
  /** Observers ask, but their votes never count (R13). */
  voter = true
}
neverChanges(Notification)

export const followerInfo = 1
export const leaderInfo = 2
export const ackEpoch = 3
export const diff = 4
export const trunc = 5
export const snap = 6
export const proposal = 7
export const commit = 8
export const inform = 9
export const newLeader = 10
export const ack = 11
export const upToDate = 12
export const ping = 13
export const request = 14
export const revalidate = 15
export const sync = 16
export const observerInfo = 17

export const packetNames = ['', 'FOLLOWERINFO', 'LEADERINFO', 'ACKEPOCH', 'DIFF', 'TRUNC', 'SNAP', 'PROPOSAL', 'COMMIT', 'INFORM', 'NEWLEADER', 'ACK', 'UPTODATE', 'PING', 'REQUEST', 'REVALIDATE', 'SYNC', 'OBSERVERINFO'] as const

/**
 * A packet between a learner and its leader (reference 1.3). `zxid` and `number` mean what the type says:
 * FOLLOWERINFO number = acceptedEpoch · LEADERINFO number = new epoch · ACKEPOCH number = currentEpoch or −1, zxid = last logged · DIFF, TRUNC, NEWLEADER,
 * PROPOSAL, ACK, COMMIT zxid · REQUEST, SYNC number = session · REVALIDATE number = session, zxid = its timeout in the answer, 0 when it is gone.
 */
export class Packet {
  type = 0
  zxid = 0
  number = 0
  txn: Txn | null = null
  request: Request | null = null
  snapshot: Snapshot | null = null
  /** PING's answer: sessions heard of since the last one. Requests: the identities of the connection. */
  list: readonly unknown[] | null = null
}
neverChanges(Packet)

/** A whole tree at one moment; the tree inside is never changed, whoever wants to go on from it copies it. */
export class Snapshot {
  tree: Tree
  constructor(tree: Tree) {
    this.tree = tree
  }
}
neverChanges(Snapshot)

export function packet(type: number, zxid: number, number: number): Packet {
  const made = new Packet()
  made.type = type
  made.zxid = zxid
  made.number = number
  return made
}

export function txnPacket(type: number, txn: Txn): Packet {
  const made = new Packet()
  made.type = type
  made.zxid = txn.zxid
  made.txn = txn
  return made
}

export const epochUnit = 4_294_967_296
export function epochOf(zxid: number): number {
  return Math.floor(zxid / epochUnit)
}
export function counterOf(zxid: number): number {
  return zxid % epochUnit
}
