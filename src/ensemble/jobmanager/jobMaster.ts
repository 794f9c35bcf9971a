import { checksOf } from '../checks/checksOf.ts'
import type { Node } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { badVersion, ok, type Reply, type Request } from '../znodes/types.ts'
import { jobParts, pointerParts, releaseParts, setData, timerMaster, write, type JobManagerState, type Master, type Term } from './jobManager.ts'
import { counterPath } from './layout.ts'
import { Acknowledge, Heartbeat, Order, orderCompleted, orderDeploy, orderTrigger, WrongToken } from './messages.ts'
import { deleteFile, metadataFile, outsideOf, StoredSnapshot, writeFile } from './outside.ts'
import { taskManagersOf } from './taskManager.ts'

/**
 * The master of one job whose subtasks run on the TaskManagers of the simulation: deploys them, takes checkpoints, and starts everything again from the newest committed
 * checkpoint when a TaskManager is lost (reference 2.3, 2.5).
 *
 * The order is the point: id from the counter, barriers, data of every subtask, metadata, pointer; only then is the checkpoint complete and the sinks are told.
 * Files of older checkpoints go after their pointers. A new start waits until the result of a pointer's write is known, since that decides where it begins.
 */
const writeCounter = 1
const writePointer = 2
const writeRelease = 3

const timerBeat = timerMaster
const timerMetadata = timerMaster + 1

const beatMicros = 300_000
const heartbeatTimeoutMicros = 4_000_000
const checkpointPauseMicros = 700_000
const checkpointTimeoutMicros = 8_000_000

export const simulatedJob = 'job-1'

export class TaskView {
  node = 0
  incarnation = 0
  isRunning = false
  lastHeard = 0
  acknowledged = 0
  file = ''
}

export class JobMemory {
  attempt = 0
  restored = 0
  tasks: TaskView[] = []
  /** In flight, 0 for none; and since when. */
  checkpoint = 0
  triggeredAt = 0
  isTriggered = false
  nextAt = 0
  /** Completed and not kept any longer. */
  subsumed: number[] = []
  restartWanted = ''
  lastCompletedAt = 0
}

export const jobMaster: Master = {
  firstJob: () => jobParts(simulatedJob, 'three subtasks, each from a source to a sink'),

  onRunning(world, node, state, term) {
    const memory = new JobMemory()
    term.memory = memory
    for (const id of taskManagersOf(world)) {
      const task = new TaskView()
      task.node = id
      memory.tasks.push(task)
    }
    memory.lastCompletedAt = world.now
    memory.subsumed = term.pointers.slice(0, -1)
    start(world, node, state, term, memory, 'the leader is new')
    world.setTimer(node, timerBeat, beatMicros)
  },

  onWritten(world, node, state, term, kind, reply: Reply) {
    const memory = term.memory as JobMemory
    if (kind === writeCounter) onCounted(world, node, term, memory, reply)
    else if (kind === writePointer) onPointer(world, node, state, term, memory)
    else onReleased(world, node, term, memory, reply)
    if (memory.restartWanted !== '' && term.write === 0) start(world, node, state, term, memory, memory.restartWanted)
  },

  onUnknown(world, node, _state, term, kind) {
    const memory = term.memory as JobMemory
    if (kind !== writePointer || !world.setup.options.bugs.haDiscardOnUnknown) return true
    discard(world, node, term, memory, memory.checkpoint)
    memory.checkpoint = 0
    return false
  },

  onTimer(world, node, state, term, timer) {
    const memory = term.memory as JobMemory
    if (timer === timerMetadata) {
      onMetadataWritten(world, node, state, term, memory)
      return
    }
    world.setTimer(node, timerBeat, beatMicros)
    for (const task of memory.tasks) {
      if (!task.isRunning) sendOrder(world, node, term, memory, orderDeploy, memory.restored, task.node)
      else if (world.now - task.lastHeard > heartbeatTimeoutMicros) memory.restartWanted = `${world.nodes[task.node]!.name} is not heard of`
      else if (memory.checkpoint !== 0 && memory.isTriggered && task.acknowledged !== memory.checkpoint) sendOrder(world, node, term, memory, orderTrigger, memory.checkpoint, task.node)
    }
    const mayStart = term.write === 0 || (world.setup.options.bugs.haRestartWhileUnknown && term.write === writePointer)
    if (memory.restartWanted !== '') {
      if (mayStart) start(world, node, state, term, memory, memory.restartWanted)
      return
    }
    if (term.write !== 0) return
    if (memory.checkpoint !== 0) {
      if (world.now - memory.triggeredAt > checkpointTimeoutMicros) abort(world, node, term, memory, 'it took too long')
    } else if (memory.subsumed.length > 0) release(world, node, state, term, memory)
    else if (world.now >= memory.nextAt && memory.tasks.every((task) => task.isRunning)) {
      write(world, node, state, term, writeCounter, [setData(counterPath(term.job), String(term.counter + 1), term.counterVersion)])
    }
  },

  onMessage(world, node, state, term, from, message) {
    const memory = term.memory as JobMemory
    const task = memory.tasks.find((each) => each.node === from)
    if (task === undefined) return
    if (message instanceof Heartbeat) {
      task.lastHeard = world.now
      if (message.token !== term.token || message.attempt !== memory.attempt) {
        // It lost its subtask, or this was sent before it had it.
        if (task.isRunning && message.incarnation !== task.incarnation) memory.restartWanted = `${world.nodes[from]!.name} came back without its subtask`
        return
      }
      if (task.isRunning && task.incarnation !== message.incarnation) memory.restartWanted = `${world.nodes[from]!.name} started anew`
      if (!task.isRunning && message.isRunning) {
        task.isRunning = true
        task.incarnation = message.incarnation
        if (memory.tasks.every((each) => each.isRunning)) world.trace?.note(world, node.id, 'task', `has every subtask running, attempt ${memory.attempt}`)
      }
    } else if (message instanceof Acknowledge) {
      if (message.token !== term.token || message.attempt !== memory.attempt || message.checkpoint !== memory.checkpoint || task.acknowledged === message.checkpoint) return
      if (message.incarnation !== task.incarnation) {
        memory.restartWanted = `${world.nodes[from]!.name} started anew`
        return
      }
      task.acknowledged = message.checkpoint
      task.file = message.file
      if (memory.tasks.some((each) => each.acknowledged !== memory.checkpoint)) return
      if (world.setup.options.bugs.haPointerBeforeData) commitPointer(world, node, state, term, memory)
      else world.setTimer(node, timerMetadata, 1_000 + state.chance.below(8_000))
    } else if (message instanceof WrongToken && message.known > term.token) {
      world.trace?.note(world, node.id, 'fenced', `is told by ${world.nodes[from]!.name} that ${zxidText(message.known)} leads`)
    }
  },

  onEnd(world, node, _state, term, why) {
    const memory = term.memory as JobMemory | null
    if (memory === null) return
    if (memory.checkpoint === 0) return
    world.trace?.note(world, node.id, 'checkpoint', `gives up checkpoint ${memory.checkpoint}: ${why}`)
    // Its pointer may have been committed: the files must stay (reference 2.3).
    if (world.setup.options.bugs.haDiscardOnUnknown && term.write === writePointer) discard(world, node, term, memory, memory.checkpoint)
  },
}

/** A start of all subtasks from the newest committed checkpoint. */
function start(world: World, node: Node, state: JobManagerState, term: Term, memory: JobMemory, why: string): void {
  if (memory.checkpoint !== 0) abort(world, node, term, memory, why)
  memory.restartWanted = ''
  memory.attempt = ++state.attempts
  memory.restored = term.pointers.at(-1) ?? 0
  memory.nextAt = world.now + checkpointPauseMicros
  for (const task of memory.tasks) {
    task.isRunning = false
    task.acknowledged = 0
    task.lastHeard = world.now
  }
  world.trace?.note(world, node.id, 'task', `starts job ${term.job} from ${memory.restored === 0 ? 'its beginning' : `checkpoint ${memory.restored}`}, attempt ${memory.attempt}: ${why}`)
  checksOf(world)?.jobs.onRestoreChosen(checksOf(world)!, node.id, state.zk.session, term.job, memory.restored)
  for (const task of memory.tasks) sendOrder(world, node, term, memory, orderDeploy, memory.restored, task.node)
}

function sendOrder(world: World, node: Node, term: Term, memory: JobMemory, kind: number, checkpoint: number, to: number): void {
  const order = new Order()
  order.kind = kind
  order.token = term.token
  order.attempt = memory.attempt
  order.job = term.job
  order.checkpoint = checkpoint
  world.sendDatagram(node.id, to, order)
}

function onCounted(world: World, node: Node, term: Term, memory: JobMemory, reply: Reply): void {
  if (reply.error === badVersion) {
    // An earlier write whose result was unknown did happen: that id is lost, the next one is free.
    term.counter++
    term.counterVersion++
    return
  }
  if (reply.error !== ok) return
  const id = term.counter
  term.counter++
  term.counterVersion++
  if (memory.restartWanted !== '') return
  memory.checkpoint = id
  memory.triggeredAt = world.now
  memory.isTriggered = true
  world.trace?.note(world, node.id, 'checkpoint', `triggers checkpoint ${id}`)
  checksOf(world)?.jobs.onTriggered(checksOf(world)!, node.id, term.job, id)
  world.point(node, 'counter written, barriers not sent')
  for (const task of memory.tasks) sendOrder(world, node, term, memory, orderTrigger, id, task.node)
}

function onMetadataWritten(world: World, node: Node, state: JobManagerState, term: Term, memory: JobMemory): void {
  if (memory.checkpoint === 0) return
  const metadata = new StoredSnapshot()
  metadata.checkpoint = memory.checkpoint
  metadata.parts = memory.tasks.map((task) => task.file)
  writeFile(world, node, metadataFile(term.job, memory.checkpoint), metadata)
  world.point(node, 'checkpoint data written, pointer not')
  if (world.setup.options.bugs.haPointerBeforeData) return
  commitPointer(world, node, state, term, memory)
}

function commitPointer(world: World, node: Node, state: JobManagerState, term: Term, memory: JobMemory): void {
  const id = memory.checkpoint
  if (world.setup.options.bugs.haCompleteBeforeCommit) for (const task of memory.tasks) sendOrder(world, node, term, memory, orderCompleted, id, task.node)
  write(world, node, state, term, writePointer, pointerParts(term, state.zk.session, id, metadataFile(term.job, id)))
}

/** The pointer is there: now the checkpoint is complete. "Node exists" is an earlier asking whose answer was lost. */
function onPointer(world: World, node: Node, state: JobManagerState, term: Term, memory: JobMemory): void {
  const id = memory.checkpoint
  if (id === 0) return
  memory.checkpoint = 0
  memory.nextAt = world.now + checkpointPauseMicros
  memory.lastCompletedAt = world.now
  memory.subsumed = [...term.pointers]
  term.pointers.push(id)
  term.locked.push(id)
  world.trace?.note(world, node.id, 'checkpoint', `has checkpoint ${id} completed: its pointer is committed`)
  world.point(node, 'pointer committed, sinks not told')
  if (world.setup.options.bugs.haPointerBeforeData) world.setTimer(node, timerMetadata, 5_000)
  for (const task of memory.tasks) sendOrder(world, node, term, memory, orderCompleted, id, task.node)
  if (memory.restartWanted === '') release(world, node, state, term, memory)
}

/** Lets the oldest superfluous checkpoint go: pointer first, then its files. */
function release(world: World, node: Node, state: JobManagerState, term: Term, memory: JobMemory): void {
  const oldest = memory.subsumed[0]
  if (oldest === undefined) return
  if (world.setup.options.bugs.haFilesBeforePointer) discard(world, node, term, memory, oldest)
  const parts: readonly Request[] = releaseParts(term, state.zk.session, oldest)
  write(world, node, state, term, writeRelease, parts)
}

function onReleased(world: World, node: Node, term: Term, memory: JobMemory, reply: Reply): void {
  const oldest = memory.subsumed.shift()
  // Somebody else holds it (not empty): it stays, and goes another time.
  if (oldest === undefined || reply.error !== ok) return
  term.pointers = term.pointers.filter((id) => id !== oldest)
  term.locked = term.locked.filter((id) => id !== oldest)
  world.point(node, 'pointer released, files not deleted')
  discard(world, node, term, memory, oldest)
}

function discard(world: World, node: Node, term: Term, memory: JobMemory, checkpoint: number): void {
  if (checkpoint === 0) return
  const metadata = metadataFile(term.job, checkpoint)
  const parts = outsideOf(world)?.files.get(metadata)?.parts ?? memory.tasks.filter((task) => task.acknowledged === checkpoint).map((task) => task.file)
  deleteFile(world, node, metadata)
  for (const part of parts) deleteFile(world, node, part)
}

function abort(world: World, node: Node, term: Term, memory: JobMemory, why: string): void {
  world.trace?.note(world, node.id, 'checkpoint', `gives up checkpoint ${memory.checkpoint}: ${why}`)
  if (term.write !== writePointer) discard(world, node, term, memory, memory.checkpoint)
  memory.checkpoint = 0
  memory.nextAt = world.now + checkpointPauseMicros
}
