import { hash32 } from '../../deterministic/prng.ts'
import {
  isEphemeral,
  modeContainer,
  modeTtl,
  modeTtlSequential,
  opCloseSession,
  opCreate,
  opCreateSession,
  opDelete,
  opMulti,
  opSetAcl,
  opSetData,
  openAcl,
  Stat,
  type Acl,
  type Txn,
} from './types.ts'

/**
 * The data tree of one server: znodes by path, the session table, and what both are worth as a digest. Applying a transaction asks nothing and cannot fail; it is
 * idempotent enough for replaying a log over a snapshot (creates of what exists and deletes of what does not are passed over).
 *
 * The stored `cversion` counts child creations only and feeds sequence suffixes; the reported one is `2 × creations − children` (reference 1.8).
 * The digest is the exclusive or of one hash per znode and per session, kept up to date on every change, so comparing two trees is comparing two numbers.
 */
export class Tree {
  nodes = new Map<string, Znode>()
  /** Session id to negotiated timeout in ms. */
  sessions = new Map<number, number>()
  ephemerals = new Map<number, string[]>()
  containers = new Set<string>()
  /** The last transaction applied, or the start of the epoch this server established as leader if that is later. */
  lastZxid = 0
  /** The last transaction applied: what clients are told. */
  lastTxn = 0
  digest = 0
  /** For the checkers: how many transactions this history holds, and their rolling hash. */
  count = 0
  history = 0
  /** For the checkers: the newest transactions, oldest first. */
  recent: Txn[] = []
}

export class Znode {
  /** The path above and the name below it. */
  parent = ''
  name = ''
  data = ''
  acl: readonly Acl[] = openAcl
  czxid = 0
  mzxid = 0
  pzxid = 0
  ctime = 0
  mtime = 0
  version = 0
  /** Child creations. */
  cversion = 0
  aversion = 0
  owner = 0
  ttl = 0
  children: string[] = []
  /** Worked out when somebody asks, dropped when a child comes or goes. */
  sorted: readonly string[] | null = null
  pathHash = 0
  dataHash = 0
  /** This znode's share of the digest. */
  share = 0
}

export function emptyTree(): Tree {
  const tree = new Tree()
  const root = new Znode()
  root.pathHash = textHash('/')
  tree.nodes.set('/', root)
  digestAgain(tree, root)
  return tree
}

export function textHash(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

function aclHash(acl: readonly Acl[]): number {
  const before = aclHashes.get(acl)
  if (before !== undefined) return before
  let hash = 0
  for (const { permissions, scheme, id } of acl) hash = hash32(hash ^ textHash(scheme), textHash(id) + permissions)
  aclHashes.set(acl, hash)
  return hash
}

/** Lists are made once and never changed, and a znode's share of the digest is worked out on every change. */
const aclHashes = new WeakMap<readonly Acl[], number>()

/** What a znode adds to the digest: every replicated field. */
export function shareOf(node: Znode): number {
  let hash = hash32(node.pathHash ^ node.dataHash, node.version)
  hash = Math.imul(hash ^ node.cversion, 0x85ebca6b) ^ (node.mzxid | 0)
  hash = Math.imul(hash ^ (hash >>> 13) ^ node.aversion, 0xc2b2ae35) ^ (node.czxid | 0)
  hash = Math.imul(hash ^ (hash >>> 16) ^ (node.owner | 0), 0x27d4eb2f) ^ (node.pzxid | 0)
  return Math.imul(hash ^ (hash >>> 15) ^ node.ttl, 0x9e3779b1) ^ (node.acl === openAcl ? 17 : aclHash(node.acl))
}

export function sessionShare(session: number, timeoutMs: number): number {
  return hash32(session | 0, timeoutMs) ^ hash32(Math.floor(session / 65_536) | 0, 77)
}

function digestAgain(tree: Tree, node: Znode): void {
  const share = shareOf(node)
  tree.digest ^= node.share ^ share
  node.share = share
}

/** A tree of one's own. Snapshots are taken all the time, so this knows the fields, which is several times faster than a copy of anything (`world/copy.ts`). */
export function copyOfTree(tree: Tree): Tree {
  const copy = new Tree()
  for (const [path, node] of tree.nodes) copy.nodes.set(path, copyOfZnode(node))
  for (const [session, timeout] of tree.sessions) copy.sessions.set(session, timeout)
  for (const [session, paths] of tree.ephemerals) copy.ephemerals.set(session, paths.slice())
  for (const path of tree.containers) copy.containers.add(path)
  copy.lastZxid = tree.lastZxid
  copy.lastTxn = tree.lastTxn
  copy.digest = tree.digest
  copy.count = tree.count
  copy.history = tree.history
  copy.recent = tree.recent.slice()
  return copy
}

function copyOfZnode(node: Znode): Znode {
  const copy = new Znode()
  copy.parent = node.parent
  copy.name = node.name
  copy.data = node.data
  copy.acl = node.acl
  copy.czxid = node.czxid
  copy.mzxid = node.mzxid
  copy.pzxid = node.pzxid
  copy.ctime = node.ctime
  copy.mtime = node.mtime
  copy.version = node.version
  copy.cversion = node.cversion
  copy.aversion = node.aversion
  copy.owner = node.owner
  copy.ttl = node.ttl
  copy.children = node.children.length === 0 ? [] : node.children.slice()
  copy.sorted = node.sorted
  copy.pathHash = node.pathHash
  copy.dataHash = node.dataHash
  copy.share = node.share
  return copy
}

/** The children's names in order, as reads are answered; frozen, since many answers share it. */
export function sortedChildren(node: Znode): readonly string[] {
  return (node.sorted ??= Object.freeze(node.children.toSorted()))
}

/** Applies a transaction; `fire` hears of each znode changed, for watches. */
export function apply(tree: Tree, txn: Txn): void {
  if (txn.zxid > tree.lastZxid) tree.lastZxid = txn.zxid
  tree.lastTxn = txn.zxid
  tree.count++
  tree.history = historyAfter(tree.history, txn)
  tree.recent.push(txn)
  if (tree.recent.length > 512) tree.recent = tree.recent.slice(256)
  applyPart(tree, txn, txn)
}

/** The rolling hash of a history that goes on with this transaction. */
export function historyAfter(history: number, txn: Txn): number {
  return hash32(history ^ txn.serial, txn.zxid | 0)
}

function applyPart(tree: Tree, txn: Txn, whole: Txn): void {
  switch (txn.type) {
    case opCreate:
      return createNode(tree, txn, whole)
    case opDelete:
      return deleteNode(tree, txn.path, whole.zxid)
    case opSetData: {
      const node = tree.nodes.get(txn.path)
      if (node === undefined) return
      node.data = txn.data
      node.dataHash = textHash(txn.data)
      node.version = txn.version
      node.mzxid = whole.zxid
      node.mtime = whole.time
      return digestAgain(tree, node)
    }
    case opSetAcl: {
      const node = tree.nodes.get(txn.path)
      if (node === undefined) return
      node.acl = txn.acl!
      node.aversion = txn.version
      return digestAgain(tree, node)
    }
    case opMulti:
      for (const part of txn.parts!) applyPart(tree, part, whole)
      return
    case opCreateSession:
      if (tree.sessions.has(txn.session)) return
      tree.sessions.set(txn.session, txn.version)
      tree.digest ^= sessionShare(txn.session, txn.version)
      return
    case opCloseSession: {
      for (const path of txn.paths!) deleteNode(tree, path, whole.zxid)
      tree.ephemerals.delete(txn.session)
      const timeout = tree.sessions.get(txn.session)
      if (timeout === undefined) return
      tree.sessions.delete(txn.session)
      tree.digest ^= sessionShare(txn.session, timeout)
      return
    }
    default:
      // check, error: a place in the order, no change.
      return
  }
}

function createNode(tree: Tree, txn: Txn, whole: Txn): void {
  const above = txn.parent
  const parent = tree.nodes.get(above)
  if (parent === undefined) return
  // The counter comes with the transaction, so that replaying over a snapshot taken later gives the same number.
  if (txn.version > parent.cversion) {
    parent.cversion = txn.version
    parent.pzxid = whole.zxid
  }
  if (!tree.nodes.has(txn.path)) {
    const node = new Znode()
    node.parent = above
    node.name = txn.name
    node.data = txn.data
    node.dataHash = textHash(txn.data)
    node.acl = txn.acl ?? openAcl
    node.czxid = node.mzxid = node.pzxid = whole.zxid
    node.ctime = node.mtime = whole.time
    node.ttl = txn.ttl
    node.pathHash = textHash(txn.path)
    if (isEphemeral(txn.mode)) {
      node.owner = whole.session
      const owned = tree.ephemerals.get(whole.session)
      if (owned === undefined) tree.ephemerals.set(whole.session, [txn.path])
      else owned.push(txn.path)
    } else if (txn.mode === modeContainer || txn.mode === modeTtl || txn.mode === modeTtlSequential) tree.containers.add(txn.path)
    tree.nodes.set(txn.path, node)
    parent.children.push(node.name)
    parent.sorted = null
    digestAgain(tree, node)
  }
  digestAgain(tree, parent)
}

function deleteNode(tree: Tree, path: string, zxid: number): void {
  const node = tree.nodes.get(path)
  if (node === undefined) return
  tree.nodes.delete(path)
  tree.digest ^= node.share
  if (node.owner !== 0) {
    const owned = tree.ephemerals.get(node.owner)
    if (owned !== undefined) {
      const at = owned.indexOf(path)
      if (at >= 0) owned.splice(at, 1)
      if (owned.length === 0) tree.ephemerals.delete(node.owner)
    }
  }
  tree.containers.delete(path)
  const parent = tree.nodes.get(node.parent)
  if (parent === undefined) return
  const last = parent.children.length - 1
  const at = parent.children.lastIndexOf(node.name)
  if (at >= 0) {
    parent.children[at] = parent.children[last]!
    parent.children.pop()
    parent.sorted = null
  }
  if (zxid > parent.pzxid) parent.pzxid = zxid
  digestAgain(tree, parent)
}

export function statOf(node: Znode): Stat {
  const stat = new Stat()
  stat.czxid = node.czxid
  stat.mzxid = node.mzxid
  stat.pzxid = node.pzxid
  stat.ctime = node.ctime
  stat.mtime = node.mtime
  stat.version = node.version
  stat.cversion = node.cversion * 2 - node.children.length
  stat.aversion = node.aversion
  stat.ephemeralOwner = node.owner
  stat.dataLength = node.data.length
  stat.numChildren = node.children.length
  return stat
}
