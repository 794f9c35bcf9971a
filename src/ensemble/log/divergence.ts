import { endOffsetForEpoch, endOffsetOf, type Replica } from './replica.ts'

/**
 * Where a follower's log leaves its leader's, from the leader's answer to "where does my last epoch end" (KIP-101, KIP-279): both must name the same epoch, or the follower
 * goes back to its own largest epoch below and asks again.
 */
export function lastMatching(replica: Replica, leaders: { readonly epoch: number; readonly endOffset: number }, byOffsetAlone: boolean): number {
  const end = endOffsetOf(replica.log)
  if (leaders.endOffset < 0) return replica.highWatermark
  if (leaders.epoch < 0 || byOffsetAlone) return Math.min(leaders.endOffset, end)
  const own = endOffsetForEpoch(replica, leaders.epoch)
  if (own.endOffset < 0) return Math.min(leaders.endOffset, end)
  return own.epoch === leaders.epoch ? Math.min(own.endOffset, leaders.endOffset) : Math.min(own.endOffset, end)
}
