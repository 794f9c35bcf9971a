import { checksOf } from '../checks/checksOf.ts'
import { Disk } from '../world/disk.ts'
import type { Node, NodeKind } from '../world/node.ts'
import type { World } from '../world/world.ts'

/**
 * What stands outside the ensemble and is taken to be reliable: the file system that checkpoint data lies on, and the system that sinks write to. A machine of the
 * world only so that copies and views see it; it keeps its state over crashes and takes no part in any protocol.
 *
 * The file system knows whole files only: a file is there or it is not. The sink's side takes prepared transactions, each once: what comes a second time is passed over,
 * what overlaps or leaves a gap is a broken promise (CKP-4).
 */
export class Outside {
  files = new Map<string, StoredSnapshot>()
  /** Per subtask: how far its committed output reaches. */
  committedTo: number[] = []
  refused = 0
  /** In a live world: what happened that the runtime must hear of, oldest first, with the number of the first one kept. */
  effects: object[] = []
  effectsBefore = 0
  /** In a live world: what the runtime asked for and has not been answered. */
  requests: object[] = []
}

/** One subtask's part of a checkpoint, or the checkpoint's metadata (`subtask` −1). `from` is where its uncommitted output begins. */
export class StoredSnapshot {
  checkpoint = 0
  subtask = -1
  position = 0
  from = 0
  /** Output prepared and not known to be committed, by the ends of its transactions. */
  prepared: readonly number[] = []
  /** Metadata: the file of each subtask. */
  parts: readonly string[] = []
}

export const outsideKind: NodeKind = {
  name: 'outside',
  boot(_world, node) {
    node.state ??= new Outside()
  },
  onTimer() {},
  onDisk() {},
  onMessage() {},
  onConnect: () => false,
  onConnected() {},
  onDisconnected() {},
}

export function outsideDisk(): Disk {
  return new Disk()
}

export function outsideOf(world: World): Outside | null {
  for (let i = world.nodes.length - 1; i >= 0; i--) {
    const node = world.nodes[i]!
    // It stands from the beginning, whenever its machine is said to start.
    if (world.setup.kinds[node.kind] === outsideKind) return (node.state ??= new Outside()) as Outside
  }
  return null
}

export function metadataFile(job: string, checkpoint: number): string {
  return `${job}/chk-${checkpoint}/_metadata`
}

/** Each start of a subtask writes files of its own name, so that a straggler cannot replace what was acknowledged. */
export function snapshotFile(job: string, checkpoint: number, subtask: number, attempt: number, incarnation: number): string {
  return `${job}/chk-${checkpoint}/subtask-${subtask}-${attempt}-${incarnation}`
}

export function writeFile(world: World, node: Node, path: string, snapshot: StoredSnapshot): void {
  if (node.up) outsideOf(world)?.files.set(path, snapshot)
}

export function deleteFile(world: World, node: Node, path: string): void {
  if (!node.up) return
  checksOf(world)?.jobs.onFileDeleted(checksOf(world)!, node.id, path)
  outsideOf(world)?.files.delete(path)
}

/** Commits the prepared transaction of a subtask's sink that ends at `to` and began at `from`. */
export function commitOutput(world: World, node: Node, subtask: number, from: number, to: number): void {
  const outside = outsideOf(world)
  if (outside === null || !node.up) return
  while (outside.committedTo.length <= subtask) outside.committedTo.push(0)
  const end = outside.committedTo[subtask]!
  if (to <= end || from === to) return
  if (from !== end) checksOf(world)?.fail('CKP-4', node.id, `commits output ${from} to ${to} of subtask ${subtask}, whose output reaches ${end}: rows would ${from > end ? 'be missing' : 'come twice'}`)
  outside.committedTo[subtask] = to
}
