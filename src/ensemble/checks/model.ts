import { Znode, sessionShare, shareOf, textHash } from '../znodes/tree.ts'
import { isEphemeral, isSequential, opCheck, opCloseSession, opCreate, opCreateSession, opDelete, opError, opMulti, opSetAcl, opSetData, openAcl, parentOf, type Txn } from '../znodes/types.ts'

/**
 * What the tree must be after the committed sequence, worked out a second time and from the rules instead of from the hints a transaction carries: the tests' oracle
 * for trees, sessions and reads. It also keeps, per path, when it changed, which is what watches and reads are held against. Shares only the digest's hash with
 * the tree it checks.
 */
export class Model {
  nodes = new Map<string, Znode>()
  childCount = new Map<string, number>()
  sessions = new Map<number, number>()
  owned = new Map<number, Set<string>>()
  lastCxid = new Map<number, number>()
  digest = 0
  changes = new Map<string, PathChanges>()
  /** The newest changes of data anywhere, oldest first: where recursive watches are looked up. Nothing is known of what came before the first. */
  newestPaths: string[] = []
  newestZxids: number[] = []
  /** Paths that have ever had an access list other than the open one. */
  guarded = new Set<string>()
  /** Changes before this of paths long gone are forgotten. */
  forgotten = 0
  /** The first broken rule of the transaction being applied: invariant and words. */
  brokenRule = ''
  brokenDetail = ''
}

/** When a path changed: its data (version −1: deleted) and its children. Old entries are dropped; nothing is known before `floor`. */
export class PathChanges {
  dataZxids: number[] = []
  versions: number[] = []
  childZxids: number[] = []
  childCounts: number[] = []
  floor = 0
}

export function emptyModel(): Model {
  const model = new Model()
  const root = new Znode()
  root.pathHash = textHash('/')
  model.nodes.set('/', root)
  share(model, root)
  return model
}

function share(model: Model, node: Znode): void {
  const now = shareOf(node)
  model.digest ^= node.share ^ now
  node.share = now
}

function broken(model: Model, rule: string, detail: string): void {
  if (model.brokenRule !== '') return
  model.brokenRule = rule
  model.brokenDetail = detail
}

/** Called with every path whose data or children a transaction changed. */
export interface ChangeListener {
  changed(path: string, parent: string, isChildren: boolean, zxid: number): void
}

export function applyToModel(model: Model, txn: Txn, listener: ChangeListener): void {
  model.brokenRule = ''
  if (txn.type === opError) return
  if (txn.session !== 0 && txn.type !== opCreateSession && txn.cxid !== 0) {
    const last = model.lastCxid.get(txn.session) ?? 0
    if (txn.cxid === last) broken(model, 'CLI-5', `request ${txn.cxid} of a session took effect twice`)
    if (txn.cxid < last) broken(model, 'SES-4', `request ${txn.cxid} of a session took effect after its request ${last}`)
    model.lastCxid.set(txn.session, txn.cxid)
  }
  if (txn.session !== 0 && txn.type !== opCreateSession && !model.sessions.has(txn.session) && txn.type !== opCloseSession) {
    broken(model, 'SES-1', `a transaction on ${txn.path} by a session that is closed`)
  }
  if (txn.type === opMulti) {
    for (const part of txn.parts!) {
      if (part.type === opError) broken(model, 'TREE-3', `a multi took effect although its part on ${part.path} failed`)
      else part2(model, part, txn, listener)
    }
  } else part2(model, txn, txn, listener)
}

function part2(model: Model, txn: Txn, whole: Txn, listener: ChangeListener): void {
  switch (txn.type) {
    case opCreate:
      return create(model, txn, whole, listener)
    case opDelete:
      return remove(model, txn.path, whole.zxid, listener)
    case opSetData: {
      const node = model.nodes.get(txn.path)
      if (node === undefined) return broken(model, 'TREE-2', `data set on ${txn.path}, which does not exist`)
      node.version++
      if (node.version !== txn.version) broken(model, 'TREE-2', `${txn.path} went from version ${node.version - 1} to ${txn.version}`)
      node.data = txn.data
      node.dataHash = textHash(txn.data)
      node.mzxid = whole.zxid
      node.mtime = whole.time
      share(model, node)
      dataChanged(model, txn.path, node.parent, whole.zxid, node.version, listener)
      return
    }
    case opSetAcl: {
      const node = model.nodes.get(txn.path)
      if (node === undefined) return broken(model, 'TREE-2', `ACL set on ${txn.path}, which does not exist`)
      node.aversion++
      if (node.aversion !== txn.version) broken(model, 'TREE-2', `${txn.path} went from ACL version ${node.aversion - 1} to ${txn.version}`)
      node.acl = txn.acl!
      if (node.acl !== openAcl) model.guarded.add(txn.path)
      return share(model, node)
    }
    case opCheck:
      return
    case opCreateSession:
      if (model.sessions.has(txn.session)) return broken(model, 'SES-1', 'a session was created twice')
      model.sessions.set(txn.session, txn.version)
      model.digest ^= sessionShare(txn.session, txn.version)
      return
    case opCloseSession: {
      for (const path of txn.paths!) {
        if (model.nodes.get(path)?.owner !== txn.session) broken(model, 'SES-2', `closing a session deleted ${path}, which is not its ephemeral`)
        remove(model, path, whole.zxid, listener)
      }
      const left = model.owned.get(txn.session)
      if (left !== undefined && left.size > 0) broken(model, 'SES-2', `${[...left][0]} outlives its session`)
      model.owned.delete(txn.session)
      model.lastCxid.delete(txn.session)
      const timeout = model.sessions.get(txn.session)
      if (timeout === undefined) return
      model.sessions.delete(txn.session)
      model.digest ^= sessionShare(txn.session, timeout)
    }
  }
}

function create(model: Model, txn: Txn, whole: Txn, listener: ChangeListener): void {
  const { path } = txn
  const above = parentOf(path)
  const parent = model.nodes.get(above)
  if (parent === undefined) return broken(model, 'TREE-1', `${path} created without a parent`)
  if (model.nodes.has(path)) return broken(model, 'TREE-2', `${path} created although it exists`)
  if (parent.owner !== 0) broken(model, 'TREE-5', `${path} created below the ephemeral ${above}`)
  if (isSequential(txn.mode)) {
    const expected = String(parent.cversion).padStart(10, '0')
    if (!path.endsWith(expected)) broken(model, 'TREE-4', `${path} created where the next suffix is ${expected}`)
  }
  parent.cversion++
  parent.pzxid = whole.zxid
  if (parent.cversion !== txn.version) broken(model, 'TREE-4', `${above} has ${parent.cversion} creations, the transaction says ${txn.version}`)
  share(model, parent)
  const node = new Znode()
  node.data = txn.data
  node.dataHash = textHash(txn.data)
  node.acl = txn.acl ?? openAcl
  if (node.acl !== openAcl) model.guarded.add(path)
  node.czxid = node.mzxid = node.pzxid = whole.zxid
  node.ctime = node.mtime = whole.time
  node.ttl = txn.ttl
  node.parent = above
  node.pathHash = textHash(path)
  if (isEphemeral(txn.mode)) {
    node.owner = whole.session
    if (!model.sessions.has(whole.session)) broken(model, 'SES-2', `${path} created for a session that is closed`)
    let mine = model.owned.get(whole.session)
    if (mine === undefined) model.owned.set(whole.session, (mine = new Set()))
    mine.add(path)
  }
  model.nodes.set(path, node)
  share(model, node)
  const siblings = (model.childCount.get(above) ?? 0) + 1
  model.childCount.set(above, siblings)
  dataChanged(model, path, above, whole.zxid, 0, listener)
  childChanged(model, above, parent.parent, whole.zxid, siblings, listener)
}

function remove(model: Model, path: string, zxid: number, listener: ChangeListener): void {
  const node = model.nodes.get(path)
  if (node === undefined) return broken(model, 'TREE-1', `${path} deleted, which does not exist`)
  if ((model.childCount.get(path) ?? 0) > 0) broken(model, 'TREE-1', `${path} deleted with children`)
  model.nodes.delete(path)
  model.childCount.delete(path)
  model.digest ^= node.share
  if (node.owner !== 0) model.owned.get(node.owner)?.delete(path)
  const above = node.parent
  const parent = model.nodes.get(above)!
  parent.pzxid = zxid
  share(model, parent)
  const siblings = model.childCount.get(above)! - 1
  model.childCount.set(above, siblings)
  dataChanged(model, path, above, zxid, -1, listener)
  // Whoever watches its children hears of the deletion too.
  listener.changed(path, above, true, zxid)
  childChanged(model, above, parent.parent, zxid, siblings, listener)
}

function changesOf(model: Model, path: string): PathChanges {
  let changes = model.changes.get(path)
  if (changes === undefined) {
    model.changes.set(path, (changes = new PathChanges()))
    changes.floor = model.forgotten
  }
  return changes
}

const kept = 48
const newestKept = 1_024

function dataChanged(model: Model, path: string, parent: string, zxid: number, version: number, listener: ChangeListener): void {
  const changes = changesOf(model, path)
  const { dataZxids } = changes
  dataZxids.push(zxid)
  changes.versions.push(version)
  if (dataZxids.length > 2 * kept) {
    changes.floor = Math.max(changes.floor, dataZxids[kept]!)
    dataZxids.splice(0, kept)
    changes.versions.splice(0, kept)
  }
  model.newestPaths.push(path)
  model.newestZxids.push(zxid)
  if (model.newestZxids.length > 2 * newestKept) {
    model.newestPaths = model.newestPaths.slice(newestKept)
    model.newestZxids = model.newestZxids.slice(newestKept)
  }
  listener.changed(path, parent, false, zxid)
}

function childChanged(model: Model, path: string, parent: string, zxid: number, count: number, listener: ChangeListener): void {
  const changes = changesOf(model, path)
  const { childZxids } = changes
  childZxids.push(zxid)
  changes.childCounts.push(count)
  if (childZxids.length > 2 * kept) {
    changes.floor = Math.max(changes.floor, childZxids[kept]!)
    childZxids.splice(0, kept)
    changes.childCounts.splice(0, kept)
  }
  listener.changed(path, parent, true, zxid)
}

/** Index of the last element not above the limit, or −1. */
export function lastUpTo(zxids: readonly number[], limit: number): number {
  let i = zxids.length - 1
  while (i >= 0 && zxids[i]! > limit) i--
  return i
}

/** Forgets paths that are gone for longer than this, so that a long run with sequence nodes stays small. */
export function forgetOldPaths(model: Model, before: number): void {
  model.forgotten = before
  for (const [path, { dataZxids, childZxids }] of model.changes) {
    if (model.nodes.has(path)) continue
    const last = Math.max(dataZxids[dataZxids.length - 1] ?? 0, childZxids[childZxids.length - 1] ?? 0)
    if (last < before) model.changes.delete(path)
  }
}
