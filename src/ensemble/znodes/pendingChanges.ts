import type { Tree, Znode } from './tree.ts'
import { openAcl, type Acl } from './types.ts'

/**
 * What proposed but uncommitted transactions will make of the tree (ZooKeeper's outstanding change records). The leader checks versions, existence and ACLs against
 * these first, which is why a conditional write can be decided before anything commits (reference 1.5).
 */
export class ChangeRecord {
  zxid = 0
  path = ''
  exists = true
  version = 0
  cversion = 0
  aversion = 0
  owner = 0
  acl: readonly Acl[] = openAcl
  childCount = 0
  ttl = 0
  /** What stood for this path before, for rolling a multi back. */
  before: ChangeRecord | null = null
}

export class PendingChanges {
  byPath = new Map<string, ChangeRecord>()
  queue: ChangeRecord[] = []

  /** How the path will look; a new record to be changed by the caller and given to `add`. */
  next(tree: Tree, path: string, zxid: number, committedOnly: boolean): ChangeRecord | null {
    const last = committedOnly ? undefined : this.byPath.get(path)
    const node = last === undefined ? tree.nodes.get(path) : undefined
    if (last === undefined ? node === undefined : !last.exists) return null
    const record = new ChangeRecord()
    record.zxid = zxid
    record.path = path
    if (last !== undefined) {
      record.version = last.version
      record.cversion = last.cversion
      record.aversion = last.aversion
      record.owner = last.owner
      record.acl = last.acl
      record.childCount = last.childCount
      record.ttl = last.ttl
    } else fill(record, node!)
    return record
  }

  /** Will the path stand? */
  exists(tree: Tree, path: string, committedOnly: boolean): boolean {
    const last = committedOnly ? undefined : this.byPath.get(path)
    return last === undefined ? tree.nodes.has(path) : last.exists
  }

  add(record: ChangeRecord): void {
    record.before = this.byPath.get(record.path) ?? null
    this.byPath.set(record.path, record)
    this.queue.push(record)
  }

  /** Everything up to here is applied: the tree speaks for itself. */
  release(zxid: number): void {
    const { queue } = this
    while (queue.length > 0 && queue[0]!.zxid <= zxid) {
      const record = queue.shift()!
      record.before = null
      if (this.byPath.get(record.path) === record) this.byPath.delete(record.path)
    }
  }

  /** Takes back what was added since the queue had this length. */
  rollback(length: number): void {
    while (this.queue.length > length) {
      const record = this.queue.pop()!
      // A predecessor that was released meanwhile cannot be: nothing is applied while a request is prepared.
      if (record.before === null) this.byPath.delete(record.path)
      else this.byPath.set(record.path, record.before)
    }
  }

  clear(): void {
    this.byPath.clear()
    this.queue.length = 0
  }
}

function fill(record: ChangeRecord, node: Znode): void {
  record.version = node.version
  record.cversion = node.cversion
  record.aversion = node.aversion
  record.owner = node.owner
  record.acl = node.acl
  record.childCount = node.children.length
  record.ttl = node.ttl
}
