import type { Connection } from '../../ensemble/world/connection.ts'
import type { DiskOp } from '../../ensemble/world/disk.ts'
import { EventQueue } from '../../ensemble/world/eventQueue.ts'
import { eventDatagram, eventDisk, eventFault, eventMessage } from '../../ensemble/world/events.ts'
import type { Node } from '../../ensemble/world/node.ts'
import { World } from '../../ensemble/world/world.ts'
import { ack, ackEpoch, commit, inform, Notification, Packet, ping, proposal, request, revalidate, sync } from '../../ensemble/zab/messages.ts'
import { serverOf } from '../../ensemble/zab/serverNode.ts'
import { Acknowledge, Heartbeat, Order, WrongToken } from '../../ensemble/jobmanager/messages.ts'
import { apiConsume, apiFetch, apiHeartbeat, ApiRequest, ApiResponse } from '../../ensemble/log/requests.ts'
import { opPing, Reply, Request, WatchEvent } from '../../ensemble/znodes/types.ts'
import type { DiskKind, DiskWrite, Fate, Message, MessageKind, Recording } from './recording.ts'
import { ensembleSize, ensembleState, serversApart, statusOf } from './status.ts'

/**
 * Listens at the doors of a world (send, datagram, the queue, the step) and writes down what passes. The world knows nothing of it and has the same history with it
 * and without: the doors are wrapped on this one object, and copies of a world never take functions along. Whoever keeps a copy to go on from listens anew.
 */
const diskKinds: readonly DiskKind[] = ['fsync', 'cell', 'truncate']

export class Recorder {
  readonly #world: World
  readonly #recording: Recording
  /** What is in the queue, by its sequence number. */
  readonly #underWay = new Map<number, Message | DiskWrite>()
  /** Transactions each server has in memory. */
  readonly #applied: number[] = []
  #cut: Uint8Array = new Uint8Array(0)
  /** Of the door that is being used: who sends whom what. */
  #from = -1
  #to = -1
  #wasQueued = false
  /** Something is done from outside: that is after the last event and before the next. */
  #isActing = false

  constructor(world: World, recording: Recording) {
    this.#world = world
    this.#recording = recording
    this.#cut = world.cut.slice()
    for (let id = 0; id < ensembleSize(world); id++) this.#applied.push(serverOf(world, id)?.tree.count ?? 0)
    this.#takeUp()
    this.#listen()
    this.look()
  }

  /** A recording that goes on has messages under way: they are found again in the queue. */
  #takeUp(): void {
    const { queue } = this.#world
    const open = new Map<string, (Message | DiskWrite)[]>()
    const put = (key: string, item: Message | DiskWrite): void => {
      const list = open.get(key)
      if (list === undefined) open.set(key, [item])
      else list.push(item)
    }
    for (const message of this.#recording.messages) if (message.fate === 'underWay') put(`m ${message.to} ${message.arrives}`, message)
    for (const write of this.#recording.writes) if (write.fate === 'underWay') put(`d ${write.node} ${write.to}`, write)
    for (let i = 0; i < queue.size; i++) {
      const slot = queue.heap[i]!
      const kind = queue.kind[slot]!
      const isDisk = kind === eventDisk
      if (!isDisk && kind !== eventMessage && kind !== eventDatagram) continue
      const item = open.get(`${isDisk ? 'd' : 'm'} ${queue.node[slot]!} ${queue.time[slot]!}`)?.shift()
      if (item !== undefined) this.#underWay.set(queue.seq[slot]!, item)
    }
  }

  #listen(): void {
    const world = this.#world
    const { queue } = world
    queue.scheduleAs = (seq, time, kind, node, a, b, payload) => {
      EventQueue.prototype.scheduleAs.call(queue, seq, time, kind, node, a, b, payload)
      if (kind === eventMessage || kind === eventDatagram) this.#onQueued(seq, time, kind, node, a, payload!)
      else if (kind === eventDisk) this.#onWrite(seq, time, node, payload as DiskOp)
    }
    world.send = (node: Node, connection: Connection, message: object) => {
      const toward = node.id === connection.from
      this.#throughDoor(node.id, toward ? connection.to : connection.from, message, node.up && (toward ? connection.fromOpen : connection.toOpen), () => World.prototype.send.call(world, node, connection, message))
    }
    world.sendDatagram = (from, to, message) => {
      this.#throughDoor(from, to, message, world.nodes[from]!.up && from !== to, () => World.prototype.sendDatagram.call(world, from, to, message))
    }
    world.step = () => {
      const target = this.#onNext()
      const went = World.prototype.step.call(world)
      if (went) this.look(target)
      return went
    }
    world.trace = {
      note: (at, node, act, text) => {
        this.#recording.notes.push({ node, time: at.now, event: this.#event(), act, text })
      },
    }
  }

  /** Wraps what a hand does to the world. */
  acting(act: () => void): void {
    this.#isActing = true
    act()
    this.look()
    this.#isActing = false
  }

  #event(): number {
    return this.#world.events + (this.#isActing ? 0.5 : 0)
  }

  #throughDoor(from: number, to: number, message: object, isSent: boolean, send: () => void): void {
    this.#from = from
    this.#to = to
    this.#wasQueued = false
    send()
    this.#from = -1
    // What never got into the queue was lost on the first step: into a cut, a broken connection, or by chance.
    if (!isSent || this.#wasQueued) return
    const { now } = this.#world
    const events = this.#event()
    const fate = this.#world.cut[from * this.#world.nodes.length + to] === 0 ? 'lostBroken' : 'lostCut'
    this.#recording.messages.push({ kind: kindOf(message), from, to, payload: message, sent: now, sentEvent: events, arrives: now + this.#world.setup.options.latencyMicros, arrivedEvent: events, fate })
  }

  #onQueued(seq: number, time: number, kind: number, to: number, a: number, payload: object): void {
    const before = this.#underWay.get(seq) as Message | undefined
    if (before !== undefined) {
      // Held back by a paused machine that runs again.
      before.arrives = time
      this.#recording.generation++
      before.fate = 'underWay'
      return
    }
    const world = this.#world
    const connection = kind === eventMessage ? world.connections[a]! : null
    const from = this.#from >= 0 && this.#to === to ? this.#from : connection === null ? a : to === connection.to ? connection.from : connection.to
    this.#wasQueued = true
    if (from === to) return
    const recording = this.#recording
    const message: Message = { kind: kindOf(payload), from, to, payload, sent: world.now, sentEvent: this.#event(), arrives: time, arrivedEvent: Infinity, fate: 'underWay' }
    recording.messages.push(message)
    recording.longestFlight = Math.min(5_000_000, Math.max(recording.longestFlight, time - world.now))
    this.#underWay.set(seq, message)
    if (recording.messages.length % 1024 === 0) recording.thin()
  }

  #onWrite(seq: number, time: number, node: number, op: DiskOp): void {
    if (this.#underWay.has(seq)) return
    const { now } = this.#world
    const events = this.#event()
    const write: DiskWrite = { node, kind: diskKinds[op.kind] ?? 'cell', from: now, fromEvent: events, to: time, toEvent: Infinity, fate: 'underWay' }
    this.#recording.writes.push(write)
    this.#underWay.set(seq, write)
  }

  /** What is about to happen, before it does: the fate of a message is decided by the state it arrives in. Tells whose event it is, or −1 for everybody's. */
  #onNext(): number {
    const world = this.#world
    const { queue } = world
    if (queue.size === 0) return -1
    const slot = queue.heap[0]!
    const kind = queue.kind[slot]!
    const target = queue.node[slot]!
    if (kind === eventFault) return -1
    const seq = queue.seq[slot]!
    const item = this.#underWay.get(seq)
    if (item === undefined) return target
    const node = world.nodes[target]!
    if ('payload' in item) {
      const fate = this.#fate(kind, node, queue.a[slot]!, queue.b[slot]!)
      item.fate = fate
      if (fate === 'held') return target
      item.arrivedEvent = world.events + 1
    } else {
      if (node.paused) return target
      item.fate = node.up && node.incarnation === queue.b[slot] ? 'done' : 'lost'
      item.toEvent = world.events + 1
    }
    this.#underWay.delete(seq)
    return target
  }

  #fate(kind: number, node: Node, a: number, b: number): Fate {
    const world = this.#world
    if (!node.up) return 'lostDown'
    if (node.paused) return 'held'
    if (kind === eventDatagram) return world.cut[a * world.nodes.length + node.id] === 0 ? 'delivered' : 'lostCut'
    const connection = world.connections[a]!
    if (connection.generation !== b || connection.broken) return 'lostBroken'
    return (node.id === connection.to ? connection.toOpen : connection.fromOpen) ? 'delivered' : 'lostBroken'
  }

  /** Writes down what has changed, of one machine or of all. */
  look(target = -1): void {
    const world = this.#world
    let changed = false
    if (target >= 0) changed = this.#lookAt(target)
    else for (const node of world.nodes) if (this.#lookAt(node.id)) changed = true
    if (target < 0) changed = this.#lookAtCuts() || changed
    if (changed) this.#lookAtEra()
  }

  #lookAt(id: number): boolean {
    const world = this.#world
    const { now } = world
    const events = this.#event()
    if (id < this.#applied.length) {
      const tree = serverOf(world, id)?.tree
      const count = tree?.count ?? 0
      if (count > this.#applied[id]! && tree!.lastTxn > 0) this.#recording.applied.push({ node: id, time: now, event: events, zxid: tree!.lastTxn })
      this.#applied[id] = count
    }
    const life = this.#recording.lives[id]!
    const last = life[life.length - 1]
    const status = statusOf(world, id)
    if (last !== undefined && last.status === status) return false
    if (last !== undefined) last.to = now
    life.push({ status, from: last === undefined && events === 0 ? 0 : now, fromEvent: events, to: Infinity })
    return true
  }

  #lookAtEra(): void {
    const { eras } = this.#recording
    const { now } = this.#world
    const events = this.#event()
    const { kind, number, leader } = ensembleState(this.#world)
    const last = eras[eras.length - 1]
    // An election that goes another round is one election.
    if (last !== undefined && last.kind === kind && (kind === 'sync' || kind === 'election' || last.number === number)) return
    if (last !== undefined) last.to = now
    eras.push({ kind, number, leader, from: now, fromEvent: events, to: Infinity })
  }

  #lookAtCuts(): boolean {
    const { cut, now } = this.#world
    const events = this.#event()
    let isSame = true
    for (let i = 0; i < cut.length; i++) if (cut[i] !== this.#cut[i]) isSame = false
    if (isSame) return false
    this.#cut = cut.slice()
    const { cuts } = this.#recording
    const last = cuts[cuts.length - 1]
    if (last !== undefined && last.to === Infinity) {
      last.to = now
      last.toEvent = events
    }
    const ways: number[] = []
    for (let i = 0; i < cut.length; i++) if (cut[i] !== 0) ways.push(i)
    if (ways.length > 0) cuts.push({ ways, apart: serversApart(this.#world), from: now, fromEvent: events, to: Infinity, toEvent: Infinity })
    return true
  }
}

export function kindOf(message: object): MessageKind {
  if (message instanceof Notification) return 'vote'
  if (message instanceof Packet) {
    switch (message.type) {
      case proposal:
      case inform:
        return 'proposal'
      case ack:
      case ackEpoch:
        return 'ack'
      case commit:
        return 'commit'
      case request:
      case sync:
      case revalidate:
        return 'request'
      case ping:
        return 'ping'
      default:
        return 'sync'
    }
  }
  if (message instanceof WatchEvent) return 'watch'
  if (message instanceof Order || message instanceof Acknowledge || message instanceof WrongToken) return 'job'
  if (message instanceof Heartbeat) return 'ping'
  if (message instanceof ApiRequest || message instanceof ApiResponse) return message.api === apiFetch || message.api === apiConsume ? 'fetch' : message.api === apiHeartbeat ? 'ping' : 'log'
  if ((message instanceof Request || message instanceof Reply) && message.op === opPing) return 'ping'
  return 'client'
}

