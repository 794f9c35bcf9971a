import type { World } from './world.ts'
import { eventDisk } from './events.ts'
import { neverChanges } from './copy.ts'

/**
 * A disk: append logs and small atomic cells. Writing and making durable are separate steps with a crash possible between them: `append` is in the page cache at
 * once, and `flush` completes later by ticket. Cells and truncations take effect when they complete. A crash keeps, of what was not yet durable, a prefix chosen by
 * chance, which is what drives reuse of the un-synced tail, torn tails and the order of writes (reference 7.5, faults D1 to D4).
 */
export class Disk {
  logs: AppendLog[] = []
  cells: unknown[] = []
  /** Completion time of the last operation of each actor: 0 the log thread, 1 everything else. Operations of one actor complete in order. */
  lastLog = 0
  lastOther = 0
  pending: DiskOp[] = []
  /** Flushes under way. */
  flushing = 0
  /** Every operation takes this many µs longer until then. */
  slowUntil = 0
  slowBy = 0
  /** Truncations fail while the disk is full (D4). */
  full = false
}

export class AppendLog {
  entries: object[] = []
  /** How many of the entries are safe. */
  durable = 0
  /** Entries dropped from the front so far; positions in operations count from the very first entry, so that dropping some does not move them. */
  dropped = 0
}

export class DiskOp {
  kind = 0
  target = 0
  length = 0
  value: unknown = null
  ticket = 0
}
// An operation is filled in before it is scheduled and only read afterwards.
neverChanges(DiskOp)

const flushOp = 0
const cellOp = 1
const truncateOp = 2

/** Ticket of an operation whose completion nobody waits for. */
export const noTicket = 0

export function append(world: World, node: number, log: number, entry: object): void {
  if (world.nodes[node]!.up) world.disks[node]!.logs[log]!.entries.push(entry)
}

/** Makes what the log holds now durable. */
export function flush(world: World, node: number, log: number, ticket: number): void {
  const { entries, dropped } = world.disks[node]!.logs[log]!
  submit(world, node, flushOp, log, dropped + entries.length, null, ticket)
}

/** Forgets the first entries, which a snapshot has made superfluous. At once: losing this step in a crash would only leave a longer log. */
export function dropPrefix(log: AppendLog, count: number): void {
  log.entries.splice(0, count)
  log.durable = Math.max(0, log.durable - count)
  log.dropped += count
}

/** Replaces a cell's value, atomically, some time later. */
export function writeCell(world: World, node: number, cell: number, value: unknown, ticket: number): void {
  submit(world, node, cellOp, cell, 0, value, ticket)
}

/** Cuts the log to its first `length` entries. */
export function truncate(world: World, node: number, log: number, length: number, ticket: number): void {
  submit(world, node, truncateOp, log, world.disks[node]!.logs[log]!.dropped + length, null, ticket)
}

function submit(world: World, nodeId: number, kind: number, target: number, length: number, value: unknown, ticket: number): void {
  const node = world.nodes[nodeId]!
  if (!node.up) return
  const disk = world.disks[nodeId]!
  const op = new DiskOp()
  op.kind = kind
  op.target = target
  op.length = length
  op.value = value
  op.ticket = ticket
  let time = world.now + world.setup.options.fsyncMicros + world.diskChance.below(world.setup.options.fsyncSpreadMicros)
  if (disk.slowUntil > world.now) time += disk.slowBy
  if (kind === flushOp) disk.lastLog = time = Math.max(time, disk.lastLog + 1)
  else disk.lastOther = time = Math.max(time, disk.lastOther + 1)
  if (kind === flushOp) disk.flushing++
  else disk.pending.push(op)
  world.queue.schedule(time, eventDisk, nodeId, ticket, node.incarnation, op)
}

/** The world's loop calls this when an operation is due, before it tells the node. */
export function complete(disk: Disk, op: DiskOp): void {
  if (op.kind === flushOp) {
    disk.flushing--
    const log = disk.logs[op.target]!
    log.durable = Math.max(log.durable, Math.min(op.length - log.dropped, log.entries.length))
    return
  }
  disk.pending.splice(disk.pending.indexOf(op), 1)
  perform(disk, op)
}

function perform(disk: Disk, op: DiskOp): void {
  if (op.kind === cellOp) disk.cells[op.target] = op.value
  else if (!disk.full) {
    const log = disk.logs[op.target]!
    log.entries.length = Math.max(0, Math.min(op.length - log.dropped, log.entries.length))
    log.durable = Math.min(log.durable, log.entries.length)
  }
}

/** The machine lost power: chance decides how much of what was under way survives, always as a prefix. `forgets` also loses one entry that was safe (a lying disk). */
export function crashDisk(world: World, disk: Disk, forgets: boolean): void {
  let survives = true
  for (const op of disk.pending) {
    survives &&= world.diskChance.below(2) === 1
    if (survives) perform(disk, op)
  }
  disk.pending.length = 0
  disk.flushing = 0
  for (const log of disk.logs) {
    if (forgets && log.durable > 0) log.durable--
    log.entries.length = log.durable + world.diskChance.below(log.entries.length - log.durable + 1 - (forgets && log.entries.length > log.durable ? 1 : 0))
    log.durable = log.entries.length
  }
  disk.lastLog = disk.lastOther = 0
}
