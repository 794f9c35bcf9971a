import { append, flush } from '../world/disk.ts'
import type { Node } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import type { Txn } from '../znodes/types.ts'
import { considerSnapshot, ticketLog } from './database.ts'
import { onAck, stillLeads } from './leader.ts'
import { ack, packet } from './messages.ts'
import { logOf, phaseBroadcast, txnLog, type Server } from './server.ts'

/**
 * The log thread (ZooKeeper's SyncRequestProcessor): takes what is queued, appends it, makes it durable with one fsync for the whole batch, and only then
 * acknowledges. It runs beside the quorum thread, which is the least concurrency that shows ZOOKEEPER-4646, 4685 and 4712.
 */
export function logTxn(world: World, node: Node, server: Server, txn: Txn): void {
  // A list of one is the usual case, and made in one piece.
  if (server.logQueue.length === 0) server.logQueue = [txn]
  else server.logQueue.push(txn)
  if (!server.logBusy) startBatch(world, node, server)
}

export function startBatch(world: World, node: Node, server: Server): void {
  const batch = server.logQueue
  if (batch.length === 0) return
  server.logQueue = []
  server.logBatch = batch
  server.logBusy = true
  for (const txn of batch) {
    checksOf(world)?.onAppend(world, server, txn)
    append(world, node.id, txnLog, txn)
  }
  flush(world, node.id, txnLog, ticketLog)
  if (world.setup.options.bugs.ackBeforeFlush) acknowledge(world, node, server)
}

/** The batch is on the disk. */
export function onBatchFlushed(world: World, node: Node, server: Server): void {
  server.logBusy = false
  world.point(node, 'logged, not acknowledged')
  if (!world.setup.options.bugs.ackBeforeFlush) acknowledge(world, node, server)
  if (!node.up) return
  for (let i = 0; i < server.logBatch.length; i++) considerSnapshot(world, node, server)
  server.logBatch = []
  if (!server.logBusy) startBatch(world, node, server)
}

function acknowledge(world: World, node: Node, server: Server): void {
  const batch = server.logBatch
  if (server.toLeader !== null) {
    if (!server.voter || (server.phase !== phaseBroadcast && !world.setup.options.bugs.proposalAckOvertakes)) return
    for (const txn of batch) {
      checksOf(world)?.onAckSent(world, server, txn)
      world.send(node, server.toLeader, packet(ack, txn.zxid, 0))
      world.point(node, 'acknowledged a proposal')
    }
    world.trace?.note(world, node.id, 'ack', `has ${batchText(batch)} on disk and acknowledges`)
  } else if (stillLeads(server)) {
    for (const txn of batch) onAck(world, node, server, server.id, txn.zxid)
  }
}

function batchText(batch: readonly Txn[]): string {
  const first = zxidText(batch[0]!.zxid)
  return batch.length === 1 ? first : `${first} to ${zxidText(batch[batch.length - 1]!.zxid)}`
}

export function isDurable(world: World, id: number, txn: Txn): boolean {
  const { entries, durable } = logOf(world, id)
  for (let i = durable - 1; i >= 0; i--) {
    const zxid = (entries[i] as Txn).zxid
    if (zxid === txn.zxid) return (entries[i] as Txn).serial === txn.serial
    if (zxid < txn.zxid) return false
  }
  return false
}
