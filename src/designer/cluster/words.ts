import { Acknowledge, Heartbeat, Order, WrongToken } from '../../ensemble/jobmanager/messages.ts'
import { RecordBatch } from '../../ensemble/log/records.ts'
import { apiNames, ApiRequest, ApiResponse } from '../../ensemble/log/requests.ts'
import { zxidText } from '../../ensemble/world/trace.ts'
import { ack, ackEpoch, commit, diff, followerInfo, inform, leaderInfo, newLeader, Notification, observerInfo, Packet, packetNames, ping, proposal, request, revalidate, snap, sync, trunc, upToDate } from '../../ensemble/zab/messages.ts'
import { stateNames } from '../../ensemble/zab/server.ts'
import { ConnectReply, ConnectRequest, errorNames, opCheck, opCloseSession, opCreate, opCreateSession, opError, opMulti, opNames, opSetData, Reply, Request, Txn, watchEventNames, WatchEvent } from '../../ensemble/znodes/types.ts'
import { clusterWords as t } from '../text/clusterWords.ts'
import type { Fate, Message } from './recording.ts'

/**
 * Messages, requests and transactions in words: a name as the protocol has it, what it carries, and what it is for. The one place that reads payloads for people.
 */
export interface Description {
  /** `COMMIT 5.1` */
  readonly title: string
  readonly fields: readonly (readonly [label: string, value: string])[]
  /** What it means, as a sentence. */
  readonly sentence: string
}

export function describeMessage(message: Message): Description {
  const { payload } = message
  if (payload instanceof Notification) {
    const fields: [string, string][] = [
      [t.fields.state, stateNames[payload.state] ?? ''],
      [t.fields.votesFor, t.server(payload.leader)],
      [t.fields.zxid, zxidText(Math.max(0, payload.zxid))],
      [t.fields.peerEpoch, String(payload.epoch)],
      [t.fields.round, String(payload.round)],
    ]
    return { title: t.vote(payload.leader), fields, sentence: payload.state === 0 ? t.meanings.voteLooking : t.meanings.voteFinal }
  }
  if (payload instanceof Packet) return describePacket(payload)
  if (payload instanceof Reply) {
    const fields: [string, string][] = [
      [t.fields.answers, opNames[payload.op] ?? ''],
      [t.fields.result, errorNames[payload.error] ?? String(payload.error)],
      [t.fields.zxid, zxidText(payload.zxid)],
    ]
    if (payload.path !== '') fields.push([t.fields.path, payload.path])
    if (payload.stat !== null) fields.push([t.fields.version, String(payload.stat.version)])
    return { title: t.reply(opNames[payload.op] ?? ''), fields, sentence: t.meanings.reply }
  }
  if (payload instanceof Request) return { title: requestText(payload), fields: requestFields(payload), sentence: t.meanings.clientRequest }
  if (payload instanceof WatchEvent) {
    return { title: t.watch(watchEventNames[payload.type] ?? ''), fields: [[t.fields.path, payload.path], [t.fields.zxid, zxidText(payload.zxid)]], sentence: payload.rearmed ? t.meanings.watchRearmed : t.meanings.watch }
  }
  if (payload instanceof ConnectRequest) {
    const isNew = payload.session === 0
    return {
      title: isNew ? t.connectNew : t.connectAgain(sessionText(payload.session)),
      fields: [[t.fields.timeout, `${payload.timeoutMs} ms`], [t.fields.lastSeen, zxidText(payload.lastZxid)]],
      sentence: t.meanings.connect,
    }
  }
  if (payload instanceof ConnectReply) {
    return {
      title: payload.session === 0 ? t.sessionGone : t.sessionIs(sessionText(payload.session)),
      fields: [[t.fields.timeout, `${payload.timeoutMs} ms`]],
      sentence: payload.session === 0 ? t.meanings.expired : t.meanings.connected,
    }
  }
  return describeBeside(payload) ?? { title: payload.constructor.name, fields: [], sentence: '' }
}

/** What JobManagers, TaskManagers, brokers and their clients say. */
function describeBeside(payload: object): Description | null {
  if (payload instanceof Order) {
    const fields: [string, string][] = [[t.fields.token, zxidText(payload.token)], [t.fields.attempt, String(payload.attempt)]]
    if (payload.checkpoint > 0) fields.push([t.fields.checkpoint, String(payload.checkpoint)])
    const name = t.orders[payload.kind] ?? ''
    return { title: name, fields, sentence: t.orderMeanings[payload.kind] ?? '' }
  }
  if (payload instanceof Acknowledge) return { title: t.acknowledge(payload.checkpoint), fields: [[t.fields.token, zxidText(payload.token)], [t.fields.file, payload.file]], sentence: t.meanings.acknowledge }
  if (payload instanceof WrongToken) return { title: t.wrongToken, fields: [[t.fields.token, zxidText(payload.known)]], sentence: t.meanings.wrongToken }
  if (payload instanceof Heartbeat) return { title: t.heartbeat, fields: [[t.fields.token, zxidText(payload.token)], [t.fields.attempt, String(payload.attempt)]], sentence: t.meanings.heartbeat }
  if (payload instanceof ApiRequest) return { title: apiNames[payload.api] ?? '', fields: bodyFields(payload.body), sentence: t.apiMeanings[apiNames[payload.api] ?? ''] ?? t.meanings.api }
  if (payload instanceof ApiResponse) return { title: t.reply(apiNames[payload.api] ?? ''), fields: [[t.fields.result, payload.error === 0 ? 'ok' : t.kafkaErrors[payload.error] ?? String(payload.error)], ...bodyFields(payload.body)], sentence: t.meanings.apiReply }
  return null
}

/** The plain values of a request's body: numbers, texts and lists of numbers, by their own names; long ones stay out. */
function bodyFields(body: unknown): [string, string][] {
  if (typeof body !== 'object' || body === null) return []
  const fields: [string, string][] = []
  for (const [name, value] of Object.entries(body)) {
    if (fields.length === 5) break
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') fields.push([name, String(value)])
    else if (Array.isArray(value) && value.length > 0 && value.length < 8 && typeof value[0] === 'number') fields.push([name, value.join(', ')])
    else if (value instanceof RecordBatch) fields.push([t.fields.records, String(value.count)])
    else if (Array.isArray(value)) fields.push([name, String(value.length)])
  }
  return fields
}

function describePacket(packet: Packet): Description {
  const name = packetNames[packet.type] ?? ''
  switch (packet.type) {
    case proposal:
    case inform:
      return { title: `${name} ${zxidText(packet.zxid)}`, fields: [[t.fields.change, txnText(packet.txn!)], [t.fields.session, sessionText(packet.txn!.session)]], sentence: packet.type === proposal ? t.meanings.proposal : t.meanings.inform }
    case ack:
      return { title: `ACK ${zxidText(packet.zxid)}`, fields: [], sentence: packet.zxid % 4_294_967_296 === 0 ? t.meanings.ackNewLeader : t.meanings.ack }
    case commit:
      return { title: `COMMIT ${zxidText(packet.zxid)}`, fields: [], sentence: t.meanings.commit }
    case followerInfo:
    case observerInfo:
      return { title: name, fields: [[t.fields.acceptedEpoch, String(packet.number)]], sentence: t.meanings.followerInfo }
    case leaderInfo:
      return { title: `${name} ${packet.number}`, fields: [], sentence: t.meanings.leaderInfo }
    case ackEpoch:
      return { title: name, fields: [[t.fields.currentEpoch, packet.number === -1 ? t.promisedBefore : String(packet.number)], [t.fields.lastLogged, zxidText(packet.zxid)]], sentence: t.meanings.ackEpoch }
    case diff:
      return { title: `DIFF to ${zxidText(packet.zxid)}`, fields: [], sentence: t.meanings.diff }
    case trunc:
      return { title: `TRUNC to ${zxidText(packet.zxid)}`, fields: [], sentence: t.meanings.trunc }
    case snap:
      return { title: `SNAP at ${zxidText(packet.zxid)}`, fields: [], sentence: t.meanings.snap }
    case newLeader:
      return { title: `NEWLEADER ${zxidText(packet.zxid)}`, fields: [], sentence: t.meanings.newLeader }
    case upToDate:
      return { title: name, fields: [], sentence: t.meanings.upToDate }
    case ping:
      return { title: name, fields: packet.list === null ? [] : [[t.fields.touched, String(packet.list.length)]], sentence: t.meanings.ping }
    case request:
      return { title: `REQUEST ${requestText(packet.request!)}`, fields: [[t.fields.session, sessionText(packet.number)], ...requestFields(packet.request!)], sentence: t.meanings.request }
    case revalidate:
      return { title: name, fields: [[t.fields.session, sessionText(packet.number)]], sentence: t.meanings.revalidate }
    case sync:
      return { title: name, fields: [[t.fields.session, sessionText(packet.number)]], sentence: t.meanings.sync }
    default:
      return { title: name, fields: [], sentence: '' }
  }
}

export function requestText({ op, path, parts }: Request): string {
  const name = opNames[op] ?? ''
  if (op === opMulti) return `multi of ${parts?.length ?? 0}`
  return path === '' || path === '/' ? name : `${name} ${path}`
}

function requestFields({ version, watch, data, cxid }: Request): [string, string][] {
  const fields: [string, string][] = [[t.fields.cxid, String(cxid)]]
  if (data !== '') fields.push([t.fields.data, data])
  if (version >= 0) fields.push([t.fields.version, String(version)])
  if (watch) fields.push([t.fields.watch, t.yes])
  return fields
}

/** A transaction, as the logs show it: the operation and what it is about. */
export function txnText(txn: Txn): string {
  const [operation, rest] = txnParts(txn)
  return rest === '' ? operation : `${operation} ${rest}`
}

export function txnParts(txn: Txn): readonly [operation: string, rest: string] {
  switch (txn.type) {
    case opCreateSession:
      return [t.createSession, sessionText(txn.session)]
    case opCloseSession:
      return [t.closeSession, (txn.paths?.length ?? 0) > 0 ? `${sessionText(txn.session)}, ${t.ephemeralsGo(txn.paths!.length)}` : sessionText(txn.session)]
    case opMulti:
      return [opNames[opMulti], (txn.parts ?? []).map(txnText).join(', ')]
    case opError:
      return [t.refused, errorNames[txn.error] ?? String(txn.error)]
    case opCreate:
    case opSetData:
    case opCheck:
      return [opNames[txn.type]!, txn.path]
    default:
      return [opNames[txn.type] ?? '', txn.path]
  }
}

/** Sessions are long numbers; people tell them by server and last digits. */
export function sessionText(session: number): string {
  if (session === 0) return t.none
  const digits = session.toString(16)
  return digits.length <= 6 ? `0x${digits}` : `0x${digits.slice(0, -10) || '0'}…${digits.slice(-4)}`
}

export function fateText(fate: Fate): string {
  return t.fates[fate]
}

/** What is written beside a message's beginning; most go unlabelled. */
export function messageLabel({ payload }: Message): string | null {
  if (!(payload instanceof Packet)) return null
  if (payload.type === proposal) return zxidText(payload.zxid)
  if (payload.type === newLeader) return `NEWLEADER ${Math.floor(payload.zxid / 4_294_967_296)}`
  if (payload.type === trunc) return 'TRUNC'
  if (payload.type === snap) return 'SNAP'
  return null
}
