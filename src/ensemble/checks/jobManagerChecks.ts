import { JobMemory } from '../jobmanager/jobMaster.ts'
import { isLeading, type JobManagerState } from '../jobmanager/jobManager.ts'
import { clusterRoot, checkpointsFolder, jobsFolder, latchFolder } from '../jobmanager/layout.ts'
import type { Order } from '../jobmanager/messages.ts'
import { metadataFile, outsideOf } from '../jobmanager/outside.ts'
import type { Node } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { opCheck, opCreate, opDelete, opMulti, opSetData, type Txn } from '../znodes/types.ts'
import type { Checks } from './checks.ts'

/**
 * High availability against the committed sequence: who may write, what a pointer promises, which ids were used, where a restart begins (reference 5.5, CKP; 2.3 to 2.5).
 * What the leader was at a moment is read from the model's latch folder, never from what a JobManager believes.
 */
export class JobManagerChecks {
  /** There are JobManagers. */
  isOn = false
  /** Session and czxid of the latch node of the last leader that wrote. */
  writer = 0
  writerToken = 0
  /** Per job: newest pointer ever committed, newest id ever triggered. */
  pointerMax = new Map<string, number>()
  triggeredMax = new Map<string, number>()
  /** Per checkpoint with a pointer: where each subtask stood. */
  positions = new Map<string, readonly number[]>()
  /** Per machine: the start it is in and the highest token it obeyed since. */
  obeyed: { incarnation: number; token: number }[] = []
  wokenBy = ''
  woken: number[] = []

  onCommitted(checks: Checks, txn: Txn): void {
    if (txn.type === opMulti) {
      const { parts } = txn
      // Before anything else: a multi that touches the cluster's data is a leader's.
      if (parts!.some((part) => part.type !== opCheck && isLeaders(part.path))) this.#onLeadersWrite(checks, txn)
      for (const part of parts!) this.#onPart(checks, txn, part)
    } else if (isLeaders(txn.path) && (txn.type === opSetData || txn.type === opDelete)) this.#onLeadersWrite(checks, txn)
  }

  #onLeadersWrite(checks: Checks, txn: Txn): void {
    const { nodes } = checks.model
    let first = ''
    for (const path of nodes.keys()) if (path.startsWith(latchFolder) && path.length > latchFolder.length && (first === '' || path.slice(-10) < first.slice(-10))) first = path
    const leader = nodes.get(first)
    if (leader === undefined || leader.owner !== txn.session) {
      checks.fail('CKP-5', -1, `a write below ${clusterRoot} took effect at ${zxidText(txn.zxid)} for session ${txn.session.toString(16)}, while ${leader === undefined ? 'nobody holds the latch' : `session ${leader.owner.toString(16)} holds the latch`}`)
    }
    const own = [...nodes].find(([path, node]) => node.owner === txn.session && path.startsWith(`${latchFolder}/`))
    const token = own?.[1].czxid ?? (txn.session === this.writer ? this.writerToken : 0)
    if (token < this.writerToken) checks.fail('HA-1', -1, `a write of the leader with token ${zxidText(token)} took effect at ${zxidText(txn.zxid)} after one with token ${zxidText(this.writerToken)}`)
    this.writerToken = Math.max(this.writerToken, token)
    this.writer = txn.session
  }

  #onPart(checks: Checks, txn: Txn, part: Txn): void {
    if (part.type !== opCreate || !part.path.startsWith(`${jobsFolder}/`)) return
    const [job, folder, name, lock] = part.path.slice(jobsFolder.length + 1).split('/')
    if (folder !== 'checkpoints' || name === undefined || lock !== undefined) return
    const id = Number(name)
    const before = this.pointerMax.get(job!) ?? 0
    if (id <= before) checks.fail('CKP-2', -1, `the pointer of checkpoint ${id} of ${job} was committed at ${zxidText(txn.zxid)} after that of checkpoint ${before}`)
    this.pointerMax.set(job!, Math.max(before, id))
    const files = outsideOf(checks.world)?.files
    if (files === undefined || part.data !== metadataFile(job!, id)) return
    const metadata = files.get(part.data)
    const positions = metadata?.parts.map((path) => files.get(path)?.position ?? -1)
    if (positions === undefined || positions.includes(-1)) {
      checks.fail('CKP-1', -1, `the pointer of checkpoint ${id} is committed, but ${positions === undefined ? 'its metadata is not there' : `the state of subtask ${positions.indexOf(-1)} is not there`}`)
      return
    }
    this.positions.set(part.data, positions)
    if (this.positions.size > 64) this.positions.delete(this.positions.keys().next().value!)
  }

  onTriggered(checks: Checks, node: number, job: string, id: number): void {
    const before = this.triggeredMax.get(job) ?? 0
    if (id <= before) checks.fail('CKP-2', node, `triggers checkpoint ${id} of ${job} although checkpoint ${before} was triggered before`)
    this.triggeredMax.set(job, Math.max(before, id))
  }

  /** A leader decides where a start begins. One that is deposed and does not know it decides nothing. */
  onRestoreChosen(checks: Checks, node: number, session: number, job: string, chosen: number): void {
    const { nodes } = checks.model
    let first = ''
    let newest = 0
    const folder = `${checkpointsFolder(job)}/`
    for (const path of nodes.keys()) {
      if (path.startsWith(`${latchFolder}/`) && (first === '' || path.slice(-10) < first.slice(-10))) first = path
      else if (path.startsWith(folder) && path.length === folder.length + 19) newest = Math.max(newest, Number(path.slice(-19)))
    }
    if (nodes.get(first)?.owner !== session) return
    if (chosen !== newest) checks.fail('HA-2', node, `starts ${job} from ${chosen === 0 ? 'its beginning' : `checkpoint ${chosen}`} although checkpoint ${newest} is committed`)
  }

  onRestored(checks: Checks, node: number, subtask: number, order: Order, position: number): void {
    const expected = this.positions.get(metadataFile(order.job, order.checkpoint))?.[subtask]
    if (expected !== undefined && expected !== position) checks.fail('CKP-3', node, `restores subtask ${subtask} at row ${position}, where checkpoint ${order.checkpoint} was taken at row ${expected}`)
  }

  onRestoreFoundNothing(checks: Checks, node: number, order: Order): void {
    const newest = this.pointerMax.get(order.job) ?? 0
    if (order.checkpoint === newest) checks.fail('CKP-1', node, `is to restore from checkpoint ${order.checkpoint}, the newest committed, and finds no data`)
  }

  onFileDeleted(checks: Checks, node: number, path: string): void {
    const at = path.lastIndexOf('/')
    if (!path.endsWith('/_metadata')) return
    const [job, folder] = path.slice(0, at).split('/')
    const id = Number(folder!.slice('chk-'.length))
    if (checks.model.nodes.has(`${checkpointsFolder(job!)}/${String(id).padStart(19, '0')}`)) checks.fail('CKP-6', node, `deletes the data of checkpoint ${id} while its pointer stands`)
  }

  onObeyed(checks: Checks, node: Node, token: number): void {
    while (this.obeyed.length <= node.id) this.obeyed.push({ incarnation: 0, token: 0 })
    const ghost = this.obeyed[node.id]!
    if (ghost.incarnation !== node.incarnation) {
      ghost.incarnation = node.incarnation
      ghost.token = 0
    }
    if (token < ghost.token) checks.fail('HA-3', node.id, `obeys the leader with token ${zxidText(token)} after one with token ${zxidText(ghost.token)}`)
    ghost.token = Math.max(ghost.token, token)
  }

  onWoken(checks: Checks, node: number, zxid: number, path: string): void {
    // One transaction may end several contenders, each with somebody behind it.
    const by = `${zxid} ${path}`
    if (by !== this.wokenBy) {
      this.wokenBy = by
      this.woken.length = 0
    }
    if (!this.woken.includes(node)) this.woken.push(node)
    if (this.woken.length > 1) checks.fail('HA-4', node, `is woken by the same change of ${path} as ${this.woken.length - 1} others`)
  }
}

function isLeaders(path: string): boolean {
  return path.startsWith(`${clusterRoot}/job`) && path !== `${clusterRoot}/jobs` && path !== `${clusterRoot}/jobgraphs`
}

/** What is missing until the job runs and completes checkpoints, or null. */
export function jobUnsettled(world: World): { readonly invariant: string; readonly node: number; readonly detail: string } | null {
  let leader: Node | null = null
  let contenders = 0
  for (const node of world.nodes) {
    if (world.setup.kinds[node.kind]!.name !== 'JobManager') continue
    contenders++
    if (isLeading(node.state as JobManagerState)) {
      if (leader !== null) return { invariant: 'HA-5', node: node.id, detail: `leads beside ${leader.name}` }
      leader = node
    }
  }
  if (contenders === 0) return null
  if (leader === null) return { invariant: 'HA-5', node: -1, detail: 'no JobManager leads' }
  const memory = (leader.state as JobManagerState).term!.memory
  if (!(memory instanceof JobMemory)) return null
  const idle = memory.tasks.find((task) => !task.isRunning)
  if (idle !== undefined) return { invariant: 'HA-5', node: idle.node, detail: 'does not run its subtask' }
  if (world.now - memory.lastCompletedAt > 15_000_000) return { invariant: 'CKP-7', node: leader.id, detail: `has completed no checkpoint for ${Math.round((world.now - memory.lastCompletedAt) / 1e6)} s` }
  return null
}
