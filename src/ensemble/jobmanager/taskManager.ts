import { checksOf } from '../checks/checksOf.ts'
import { connectClient, newSession, onSessionConnected, onSessionDisconnected, onSessionMessage, onSessionTimer, stateConnected, stateExpired, submit, ZkClient, type SessionOwner } from '../client/zkClient.ts'
import { chanceOf, type Chance } from '../world/chance.ts'
import { Disk } from '../world/disk.ts'
import type { Node, NodeKind } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { connectionLoss, ok, opExists, opGetData, Request } from '../znodes/types.ts'
import { connectionInfoPath } from './layout.ts'
import { Acknowledge, Heartbeat, Order, orderCompleted, orderDeploy, orderTrigger, WrongToken } from './messages.ts'
import { commitOutput, metadataFile, outsideOf, snapshotFile, StoredSnapshot, writeFile } from './outside.ts'

/**
 * A TaskManager with one subtask of the simulated job: a source that counts rows, a sink that prepares one transaction per checkpoint and commits it when it hears that
 * the checkpoint is complete. It learns from the ensemble who leads, takes orders only under the newest token it knows, and forgets everything in a crash.
 *
 * What it counts is time, so that "restored to where the barrier was" and "each row once" can be held against numbers.
 */
export class TaskManagerState {
  zk = new ZkClient()
  chance!: Chance
  /** The leader by the ensemble, and its token. */
  leader = -1
  known = 0
  task: Task | null = null
  /** Newest start that was obeyed. */
  token = 0
  attempt = 0
}

export class Task {
  job = ''
  subtask = 0
  base = 0
  since = 0
  /** Output known to be committed reaches to here; prepared transactions by checkpoint and end, oldest first. */
  committed = 0
  preparedIds: number[] = []
  preparedEnds: number[] = []
  /** Being written, and the last one written. */
  writing: StoredSnapshot | null = null
  written = 0
  writtenFile = ''
}

const timerSession = 0
const timerBeat = 1
const timerSnapshot = 2

const tagLeader = 1
const tagWatch = 2

const beatMicros = 500_000
const microsPerRow = 20_000

const owner: SessionOwner = {
  onState(world, node, zk) {
    if (zk.state === stateConnected) lookForLeader(world, node, zk)
    else if (zk.state === stateExpired) newSession(world, node, zk)
  },
  onReply(world, node, zk, op, reply) {
    if (reply.error === connectionLoss) return
    const state = node.state as TaskManagerState
    if (op.tag === tagLeader && reply.error === ok) {
      const space = reply.data.indexOf(' ')
      onLeader(world, node, state, Number(reply.data.slice(0, space)), Number(reply.data.slice(space + 1)))
    } else if (op.tag === tagLeader) ask(world, node, zk, opExists, tagWatch)
    else if (op.tag === tagWatch && reply.error === ok) lookForLeader(world, node, zk)
  },
  onWatch(world, node, zk) {
    lookForLeader(world, node, zk)
  },
}

function ask(world: World, node: Node, zk: ZkClient, op: number, tag: number): void {
  const request = new Request()
  request.op = op
  request.path = connectionInfoPath
  request.watch = true
  submit(world, node, zk, request, tag)
}

function lookForLeader(world: World, node: Node, zk: ZkClient): void {
  ask(world, node, zk, opGetData, tagLeader)
}

function onLeader(world: World, node: Node, state: TaskManagerState, leader: number, token: number): void {
  if (token < state.known) return
  state.leader = leader
  if (token === state.known) return
  state.known = token
  if (state.task !== null && state.token < token) {
    world.trace?.note(world, node.id, 'task', `stops its subtask: ${world.nodes[leader]!.name} leads with token ${zxidText(token)}`)
    state.task = null
  }
  beat(world, node, state)
}

function beat(world: World, node: Node, state: TaskManagerState): void {
  if (state.leader < 0) return
  const heartbeat = new Heartbeat()
  heartbeat.incarnation = node.incarnation
  heartbeat.token = state.token
  heartbeat.attempt = state.attempt
  heartbeat.isRunning = state.task !== null
  world.sendDatagram(node.id, state.leader, heartbeat)
}

function onOrder(world: World, node: Node, state: TaskManagerState, from: number, order: Order): void {
  // Before it has heard from the ensemble who leads, it cannot tell a leader from a ghost.
  if (state.known === 0) return
  if (order.token < state.known && !world.setup.options.bugs.haTokenIgnored) {
    world.trace?.note(world, node.id, 'fenced', `refuses an order of ${world.nodes[from]!.name}: its token ${zxidText(order.token)} is older than ${zxidText(state.known)}`)
    const answer = new WrongToken()
    answer.known = state.known
    world.sendDatagram(node.id, from, answer)
    return
  }
  if (order.token > state.known) {
    state.known = order.token
    state.leader = from
  }
  checksOf(world)?.jobs.onObeyed(checksOf(world)!, node, order.token)
  const { task } = state
  if (order.kind === orderDeploy) {
    const isNewer = order.token !== state.token ? order.token > state.token || world.setup.options.bugs.haTokenIgnored : order.attempt > state.attempt
    if (isNewer) deploy(world, node, state, order)
    beat(world, node, state)
    return
  }
  if (task === null || order.token !== state.token || order.attempt !== state.attempt) return
  if (order.kind === orderTrigger) onBarrier(world, node, state, task, from, order.checkpoint)
  else if (order.kind === orderCompleted) commitPrepared(world, node, task, order.checkpoint)
}

function deploy(world: World, node: Node, state: TaskManagerState, order: Order): void {
  const task = new Task()
  task.job = order.job
  task.subtask = taskManagersOf(world).indexOf(node.id)
  task.since = world.now
  state.token = order.token
  state.attempt = order.attempt
  state.task = task
  world.cancelTimer(node, timerSnapshot)
  if (order.checkpoint === 0) return
  const files = outsideOf(world)?.files
  const snapshot = files?.get(files.get(metadataFile(order.job, order.checkpoint))?.parts[task.subtask] ?? '')
  if (snapshot === undefined) {
    // A late order of a start that is over: its checkpoint may be gone. A start that counts finds its files, or CKP-1 was broken before.
    state.task = null
    checksOf(world)?.jobs.onRestoreFoundNothing(checksOf(world)!, node.id, order)
    return
  }
  checksOf(world)?.jobs.onRestored(checksOf(world)!, node.id, task.subtask, order, snapshot.position)
  task.base = snapshot.position
  // What the checkpoint covers is committed, whether or not that happened before; what came after it was never prepared for good.
  let from = snapshot.from
  for (const end of snapshot.prepared) {
    commitOutput(world, node, task.subtask, from, end)
    from = end
  }
  task.committed = from
  world.trace?.note(world, node.id, 'task', `restores subtask ${task.subtask} from checkpoint ${order.checkpoint} at row ${snapshot.position}`)
}

function positionOf(world: World, task: Task): number {
  return task.base + Math.floor((world.now - task.since) / microsPerRow)
}

function onBarrier(world: World, node: Node, state: TaskManagerState, task: Task, from: number, checkpoint: number): void {
  if (task.written === checkpoint) {
    acknowledge(world, node, state, from, checkpoint, task.writtenFile)
    return
  }
  if (task.writing?.checkpoint === checkpoint || checkpoint < task.written) return
  const snapshot = new StoredSnapshot()
  snapshot.checkpoint = checkpoint
  snapshot.subtask = task.subtask
  snapshot.position = positionOf(world, task)
  snapshot.from = task.committed
  task.preparedIds.push(checkpoint)
  task.preparedEnds.push(snapshot.position)
  snapshot.prepared = [...task.preparedEnds]
  task.writing = snapshot
  world.setTimer(node, timerSnapshot, 2_000 + state.chance.below(30_000))
}

function acknowledge(world: World, node: Node, state: TaskManagerState, to: number, checkpoint: number, file: string): void {
  const message = new Acknowledge()
  message.token = state.token
  message.attempt = state.attempt
  message.checkpoint = checkpoint
  message.incarnation = node.incarnation
  message.file = file
  world.sendDatagram(node.id, to, message)
}

function commitPrepared(world: World, node: Node, task: Task, checkpoint: number): void {
  while (task.preparedIds.length > 0 && task.preparedIds[0]! <= checkpoint) {
    task.preparedIds.shift()
    const end = task.preparedEnds.shift()!
    commitOutput(world, node, task.subtask, task.committed, end)
    task.committed = end
  }
}

export const taskManagerKind: NodeKind = {
  name: 'TaskManager',

  boot(world, node) {
    const state = new TaskManagerState()
    state.chance = chanceOf(world.setup.seed, `taskmanager ${node.id} boot ${node.incarnation}`)
    state.zk.chance = chanceOf(world.setup.seed, `session ${node.id} boot ${node.incarnation}`)
    state.zk.timer = timerSession
    node.state = state
    checksOf(world)?.onSessionEnd(node.id)
    connectClient(world, node, state.zk)
    world.setTimer(node, timerBeat, beatMicros)
  },

  onTimer(world, node, timer) {
    const state = node.state as TaskManagerState
    if (timer === timerSession) onSessionTimer(world, node, state.zk, owner)
    else if (timer === timerBeat) {
      beat(world, node, state)
      world.setTimer(node, timerBeat, beatMicros)
    } else if (timer === timerSnapshot && state.task?.writing) {
      const { task } = state
      const snapshot = task.writing!
      task.writing = null
      task.written = snapshot.checkpoint
      task.writtenFile = snapshotFile(task.job, snapshot.checkpoint, task.subtask, state.attempt, node.incarnation)
      writeFile(world, node, task.writtenFile, snapshot)
      world.point(node, 'snapshot written, not acknowledged')
      acknowledge(world, node, state, state.leader, snapshot.checkpoint, task.writtenFile)
    }
  },

  onDisk() {},

  onMessage(world, node, connection, from, message) {
    const state = node.state as TaskManagerState
    if (connection !== null) {
      if (connection === state.zk.connection) onSessionMessage(world, node, state.zk, message, owner)
    } else if (message instanceof Order) onOrder(world, node, state, from, message)
  },

  onConnect: () => false,

  onConnected(world, node, connection) {
    const { zk } = node.state as TaskManagerState
    if (connection === zk.connection) onSessionConnected(world, node, zk)
  },

  onDisconnected(world, node, connection) {
    const { zk } = node.state as TaskManagerState
    if (connection === zk.connection) onSessionDisconnected(world, node, zk, owner)
  },
}

export function taskManagersOf(world: World): number[] {
  const ids: number[] = []
  for (const node of world.nodes) if (world.setup.kinds[node.kind] === taskManagerKind) ids.push(node.id)
  return ids
}

export function taskManagerDisk(): Disk {
  return new Disk()
}
