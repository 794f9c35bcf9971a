import { neverChanges } from '../world/copy.ts'

/** Operation and transaction types, one numbering for both. */
export const opPing = 0
export const opCreate = 1
export const opDelete = 2
export const opSetData = 3
export const opSetAcl = 4
export const opCheck = 5
export const opMulti = 6
export const opCreateSession = 7
export const opCloseSession = 8
export const opError = 9
export const opSync = 10
export const opExists = 11
export const opGetData = 12
export const opGetChildren = 13
export const opGetAcl = 14
export const opSetWatches = 15
export const opAddWatch = 16
export const opRemoveWatches = 17
export const opAuth = 18
export const opMultiRead = 19

export const opNames = ['ping', 'create', 'delete', 'setData', 'setACL', 'check', 'multi', 'createSession', 'closeSession', 'error', 'sync', 'exists', 'getData', 'getChildren', 'getACL', 'setWatches', 'addWatch', 'removeWatches', 'addAuth', 'multiRead'] as const

export function isWrite(op: number): boolean {
  return op >= opCreate && op <= opCloseSession
}

/** How a znode is created. */
export const modePersistent = 0
export const modeEphemeral = 1
export const modeSequential = 2
export const modeEphemeralSequential = 3
export const modeContainer = 4
export const modeTtl = 5
export const modeTtlSequential = 6

export function isSequential(mode: number): boolean {
  return mode === modeSequential || mode === modeEphemeralSequential || mode === modeTtlSequential
}
export function isEphemeral(mode: number): boolean {
  return mode === modeEphemeral || mode === modeEphemeralSequential
}

/** Results, with ZooKeeper's own codes. */
export const ok = 0
export const runtimeInconsistency = -2
export const connectionLoss = -4
export const badArguments = -8
export const noNode = -101
export const noAuth = -102
export const badVersion = -103
export const noChildrenForEphemerals = -108
export const nodeExists = -110
export const notEmpty = -111
export const sessionExpired = -112
export const invalidAcl = -114
export const authFailed = -115
export const sessionMoved = -118
export const notReadOnly = -119
export const noWatcher = -121
export const throttled = -127

export const errorNames: Readonly<Record<number, string>> = {
  [ok]: 'ok',
  [runtimeInconsistency]: 'runtime inconsistency',
  [connectionLoss]: 'connection loss',
  [badArguments]: 'bad arguments',
  [noNode]: 'no node',
  [noAuth]: 'no auth',
  [badVersion]: 'bad version',
  [noChildrenForEphemerals]: 'no children for ephemerals',
  [nodeExists]: 'node exists',
  [notEmpty]: 'not empty',
  [sessionExpired]: 'session expired',
  [invalidAcl]: 'invalid ACL',
  [authFailed]: 'auth failed',
  [sessionMoved]: 'session moved',
  [notReadOnly]: 'not read-only',
  [noWatcher]: 'no watcher',
  [throttled]: 'throttled',
}

/** One entry of an access control list. */
export class Acl {
  readonly permissions: number
  readonly scheme: string
  readonly id: string
  constructor(permissions: number, scheme: string, id: string) {
    this.permissions = permissions
    this.scheme = scheme
    this.id = id
  }
}
neverChanges(Acl)

export const permRead = 1
export const permWrite = 2
export const permCreate = 4
export const permDelete = 8
export const permAdmin = 16
export const permAll = 31

/** Compared by identity everywhere, so it is one object for ever. */
export const openAcl: readonly Acl[] = Object.freeze([new Acl(permAll, 'world', 'anyone')])

/** An identity a connection has proved. */
export interface Identity {
  readonly scheme: string
  readonly id: string
}

/**
 * A transaction: what a request became when the leader prepared it, the same for every server. Deterministic: applying it asks nothing (reference 1.5).
 * `serial` names the proposal for the checkers: a zxid must mean one serial for ever.
 */
export class Txn {
  zxid = 0
  serial = 0
  /** Serial of the transaction before it in its leader's history, for the checkers: a log in which the two are not neighbours has a hole. */
  after = 0
  session = 0
  cxid = 0
  /** The server whose client asked. */
  origin = -1
  type = 0
  time = 0
  path = ''
  /** The path above and, of what is created, the name below it: worked out once for all who apply it. */
  parent = ''
  name = ''
  data = ''
  acl: readonly Acl[] | null = null
  mode = 0
  ttl = 0
  /** Create: the parent's creation counter after it. SetData, setACL: the version after it. CreateSession: the timeout in ms. */
  version = 0
  error = 0
  /** CloseSession: the ephemerals to delete. */
  paths: readonly string[] | null = null
  parts: readonly Txn[] | null = null
}
neverChanges(Txn)

/** A client's request. */
export class Request {
  cxid = 0
  op = 0
  path = ''
  data = ''
  version = -1
  mode = 0
  acl: readonly Acl[] | null = null
  ttl = 0
  watch = false
  /** AddWatch: persistent or recursive. SetWatches: nothing. */
  watchMode = 0
  parts: readonly Request[] | null = null
  rearm: Rearm | null = null
}
neverChanges(Request)

/** The watches a client wants back after a reconnect. */
export class Rearm {
  lastZxid = 0
  data: readonly string[] = []
  exists: readonly string[] = []
  children: readonly string[] = []
  persistent: readonly string[] = []
  recursive: readonly string[] = []
}
neverChanges(Rearm)

export class Stat {
  czxid = 0
  mzxid = 0
  pzxid = 0
  ctime = 0
  mtime = 0
  version = 0
  cversion = 0
  aversion = 0
  ephemeralOwner = 0
  dataLength = 0
  numChildren = 0
}
neverChanges(Stat)

export class Reply {
  cxid = 0
  /** The server's last applied transaction when it answered; a write's own zxid. */
  zxid = 0
  error = 0
  op = 0
  path = ''
  data = ''
  stat: Stat | null = null
  children: readonly string[] | null = null
  acl: readonly Acl[] | null = null
  parts: readonly Reply[] | null = null
}
neverChanges(Reply)

export const eventCreated = 1
export const eventDeleted = 2
export const eventDataChanged = 3
export const eventChildrenChanged = 4
export const watchEventNames = ['', 'created', 'deleted', 'data changed', 'children changed'] as const

export class WatchEvent {
  type = 0
  path = ''
  zxid = 0
  /** Sent by the rules for reconnecting, not by a transaction just applied. */
  rearmed = false
}
neverChanges(WatchEvent)

/** The first message on a client's connection, and its answer (session 0: expired, or refused). */
export class ConnectRequest {
  session = 0
  password = 0
  timeoutMs = 0
  lastZxid = 0
  readOnly = false
}
neverChanges(ConnectRequest)

export class ConnectReply {
  session = 0
  password = 0
  timeoutMs = 0
  readOnly = false
}
neverChanges(ConnectReply)

/** Absolute, without an empty name and without a slash at its end. */
export function isPath(path: string): boolean {
  const last = path.length - 1
  if (path.charCodeAt(0) !== slashCode) return false
  if (last === 0) return true
  for (let i = 1; i <= last; i++) if (path.charCodeAt(i) === slashCode && (i === last || path.charCodeAt(i - 1) === slashCode)) return false
  return true
}

const slashCode = 47

export function parentOf(path: string): string {
  const slash = lastSlash(path)
  return slash <= 0 ? '/' : path.slice(0, slash)
}

export function nameOf(path: string): string {
  return path.slice(lastSlash(path) + 1)
}

/** Names are short, and paths are taken apart at every change: looked for here it costs a tenth of `lastIndexOf`. */
function lastSlash(path: string): number {
  let at = path.length - 1
  while (at >= 0 && path.charCodeAt(at) !== slashCode) at--
  return at
}
