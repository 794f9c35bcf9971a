import { Chance, chanceOf } from './chance.ts'
import { Connection } from './connection.ts'
import { copyOf, neverChanges } from './copy.ts'
import { complete, crashDisk, Disk, type DiskOp } from './disk.ts'
import { EventQueue } from './eventQueue.ts'
import { eventClosed, eventConnect, eventConnected, eventDatagram, eventDisk, eventFault, eventMessage, eventTimer } from './events.ts'
import { HeldEvent, Node, type NodeKind } from './node.ts'
import type { WorldOptions } from './options.ts'
import type { Trace } from './trace.ts'

/**
 * The world: machines, disks, a network and virtual time, as plain data that moves only in `step`. One event goes in, the world after it comes out; the world is
 * changed in place because a copy per event would cost half the speed, and `copyOf` gives whoever wants to keep a moment a world of their own.
 *
 * It promises: the same setup and seed give the same events and the same hash, in every engine; nodes touch one another only through the doors below; what a
 * crashed machine still tries to do has no effect. It knows nothing of ZooKeeper: protocols are node kinds, faults come from `Setup.applyFault`.
 */
export class World {
  setup!: Setup
  now = 0
  /** Events processed so far: the world's place in its own history. */
  events = 0
  /** Rolls over every event; equal hashes mean equal histories. */
  hash = 0x811c9dc5 | 0
  queue = new EventQueue()
  nodes: Node[] = []
  disks: Disk[] = []
  connections: Connection[] = []
  freeConnections: number[] = []
  /** Per directed pair of nodes, row = sender: is the way cut; and until when is it clogged. */
  cut = new Uint8Array(0)
  clogUntil = new Float64Array(0)
  networkChance = new Chance()
  diskChance = new Chance()
  faultChance = new Chance()
  pointChance = new Chance()
  /** Crash chance at each marked point, per million; faults raise and clear it. */
  crashAtPoints = 0
  /** The faults are over and recovery is judged: workloads slow down. */
  resting = false
  /** What locks guard: something outside the ensemble that keeps the highest fencing token it accepted. */
  resource = new Resource()
  counters = new Counters()
  /** What the fault source remembers; plain data of its own. */
  faultState: object | null = null
  /** The checkers' ghost state; reads the world, never changes it. */
  checks: object | null = null
  /** The first broken invariant; the run stops there. */
  violation: Violation | null = null
  /** Where annotations go, for a view or a transcript; not part of the world's data. */
  trace: Trace | null = null

  /** Lets the next event happen. False: nothing is due any more. */
  step(): boolean {
    const queue = this.queue
    if (queue.size === 0) return false
    const slot = queue.take()
    const kind = queue.kind[slot]!
    const target = queue.node[slot]!
    const a = queue.a[slot]!
    const b = queue.b[slot]!
    const payload = queue.payload[slot]!
    queue.payload[slot] = null
    const time = queue.time[slot]!
    const seq = queue.seq[slot]!
    this.now = time
    this.events++
    this.hash = Math.imul((this.hash ^ (time | 0)) + (kind << 8) + target, 0x01000193) ^ (seq | 0) ^ (this.hash >>> 15)
    if (kind === eventFault) {
      this.setup.applyFault(this, payload!)
      return true
    }
    const node = this.nodes[target]!
    if (!node.up) {
      if (kind === eventConnect) this.#refuse(a, b)
      return true
    }
    if (node.paused) {
      const held = new HeldEvent()
      held.seq = seq
      held.kind = kind
      held.a = a
      held.b = b
      held.payload = payload
      node.held.push(held)
      return true
    }
    const behaviour = this.setup.kinds[node.kind]!
    switch (kind) {
      case eventMessage: {
        const connection = this.connections[a]!
        if (connection.generation !== b || connection.broken) break
        const fromInitiator = target === connection.to
        if (fromInitiator ? !connection.toOpen : !connection.fromOpen) break
        behaviour.onMessage(this, node, connection, fromInitiator ? connection.from : connection.to, payload!)
        break
      }
      case eventTimer:
        if (node.timers[a] === b) behaviour.onTimer(this, node, a)
        break
      case eventDisk:
        if (b !== node.incarnation) break
        complete(this.disks[target]!, payload as DiskOp)
        if (a !== 0) behaviour.onDisk(this, node, a, (payload as DiskOp).length)
        break
      case eventDatagram:
        if (this.cut[a * this.nodes.length + target] === 0) behaviour.onMessage(this, node, null, a, payload!)
        break
      case eventConnect: {
        const connection = this.connections[a]!
        if (connection.generation !== b || connection.broken || !connection.fromOpen) break
        connection.toOpen = true
        if (!behaviour.onConnect(this, node, connection)) {
          connection.toOpen = false
          this.#refuse(a, b)
        }
        break
      }
      case eventConnected: {
        const connection = this.connections[a]!
        if (connection.generation === b && connection.fromOpen && !connection.broken) behaviour.onConnected(this, node, connection)
        break
      }
      case eventClosed: {
        const connection = this.connections[a]!
        if (connection.generation !== b) break
        if (target === connection.from) {
          if (!connection.fromOpen) break
          connection.fromOpen = false
        } else {
          if (!connection.toOpen) break
          connection.toOpen = false
        }
        this.#release(connection)
        behaviour.onDisconnected(this, node, connection)
        break
      }
    }
    return true
  }

  // ---- time -------------------------------------------------------------------------------------------------------------------------------------------------

  /** (Re)sets a node's timer; the earlier setting is void. */
  setTimer(node: Node, timer: number, delay: number): void {
    if (!node.up) return
    const generation = ++node.timers[timer]!
    this.queue.schedule(this.now + delay, eventTimer, node.id, timer, generation, null)
  }

  cancelTimer(node: Node, timer: number): void {
    node.timers[timer]!++
  }

  // ---- network ----------------------------------------------------------------------------------------------------------------------------------------------

  #latency(from: number, to: number): number {
    const { options } = this.setup
    const roll = this.networkChance.uint32()
    // One message in 1024 takes the slow tail (as in FoundationDB's network model).
    let latency = options.latencyMicros + (roll >>> 10) % options.latencySpreadMicros
    if ((roll & 1023) === 0) latency += (roll >>> 10) % options.latencyTailMicros
    const clogged = this.clogUntil[from * this.nodes.length + to]! - this.now
    return clogged > 0 ? latency + clogged : latency
  }

  /** Sends a datagram: it may be lost, doubled or overtaken. */
  sendDatagram(from: number, to: number, message: object): void {
    if (!this.nodes[from]!.up) return
    this.counters.messages++
    if (this.cut[from * this.nodes.length + to] !== 0) return
    const { options } = this.setup
    if (this.networkChance.hits(options.lossPerMillion)) return
    this.queue.schedule(this.now + (from === to ? 1 : this.#latency(from, to)), eventDatagram, to, from, 0, message)
    if (this.networkChance.hits(options.duplicatePerMillion)) this.queue.schedule(this.now + this.#latency(from, to), eventDatagram, to, from, 0, message)
  }

  /** Asks for a connection; `onConnected` or `onDisconnected` of `from` tells what became of it. */
  connect(from: number, to: number, purpose: number): Connection {
    const connection = new Connection()
    const slot = this.freeConnections.length > 0 ? this.freeConnections.pop()! : this.connections.length
    connection.slot = slot
    connection.generation = (this.connections[slot]?.generation ?? 0) + 1
    connection.from = from
    connection.to = to
    connection.purpose = purpose
    this.connections[slot] = connection
    const size = this.nodes.length
    if (this.cut[from * size + to] !== 0 || this.cut[to * size + from] !== 0) {
      connection.broken = true
      this.queue.schedule(this.now + this.setup.options.connectTimeoutMicros, eventClosed, from, slot, connection.generation, null)
      return connection
    }
    const arrives = this.now + this.#latency(from, to)
    connection.lastToward = arrives
    this.queue.schedule(arrives, eventConnect, to, slot, connection.generation, null)
    return connection
  }

  /** The accepting side says yes (its `onConnect` may send right after). */
  accept(connection: Connection): void {
    const arrives = this.now + this.#latency(connection.to, connection.from)
    connection.lastBack = arrives
    this.queue.schedule(arrives, eventConnected, connection.from, connection.slot, connection.generation, null)
  }

  #refuse(slot: number, generation: number): void {
    const connection = this.connections[slot]!
    if (connection.generation !== generation || !connection.fromOpen) return
    connection.broken = true
    this.queue.schedule(this.now + this.#latency(connection.to, connection.from), eventClosed, connection.from, slot, generation, null)
  }

  send(node: Node, connection: Connection, message: object): void {
    const toward = node.id === connection.from
    if (!node.up || (toward ? !connection.fromOpen : !connection.toOpen)) return
    this.counters.messages++
    if (connection.broken) {
      this.#resetSender(connection, toward)
      return
    }
    if (toward) {
      let arrives = this.now + this.#latency(connection.from, connection.to)
      if (arrives <= connection.lastToward) arrives = connection.lastToward + 1
      connection.lastToward = arrives
      this.queue.schedule(arrives, eventMessage, connection.to, connection.slot, connection.generation, message)
    } else {
      let arrives = this.now + this.#latency(connection.to, connection.from)
      if (arrives <= connection.lastBack) arrives = connection.lastBack + 1
      connection.lastBack = arrives
      this.queue.schedule(arrives, eventMessage, connection.from, connection.slot, connection.generation, message)
    }
  }

  /** Sending into a broken connection draws a reset from a peer that can be reached; silence otherwise. */
  #resetSender(connection: Connection, toward: boolean): void {
    const size = this.nodes.length
    const { from, to } = connection
    if (this.cut[from * size + to] !== 0 || this.cut[to * size + from] !== 0) return
    if (toward) {
      if (connection.resetToFrom) return
      connection.resetToFrom = true
      this.queue.schedule(this.now + this.#latency(from, to), eventClosed, from, connection.slot, connection.generation, null)
    } else {
      if (connection.resetToTo) return
      connection.resetToTo = true
      this.queue.schedule(this.now + this.#latency(to, from), eventClosed, to, connection.slot, connection.generation, null)
    }
  }

  /** This side is done. What it sent before still arrives, then the other side is told; what is under way towards it is lost. */
  close(node: Node, connection: Connection): void {
    const toward = node.id === connection.from
    if (!node.up || (toward ? !connection.fromOpen : !connection.toOpen)) return
    if (toward) connection.fromOpen = false
    else connection.toOpen = false
    const otherOpen = toward ? connection.toOpen || connection.lastToward > this.now : connection.fromOpen
    if (otherOpen && !connection.broken) {
      const last = toward ? connection.lastToward : connection.lastBack
      const arrives = Math.max(this.now + this.#latency(node.id, toward ? connection.to : connection.from), last + 1)
      if (toward) connection.lastToward = arrives
      else connection.lastBack = arrives
      this.queue.schedule(arrives, eventClosed, toward ? connection.to : connection.from, connection.slot, connection.generation, null)
    }
    this.#release(connection)
  }

  #release(connection: Connection): void {
    // A connection that was asked for and given up before it arrived still has its request under way; the generation makes that one void.
    if (!connection.fromOpen && !connection.toOpen) {
      if (this.connections[connection.slot] !== connection) return
      const spent = new Connection()
      spent.slot = connection.slot
      spent.generation = connection.generation + 1
      spent.fromOpen = false
      spent.from = spent.to = -1
      this.connections[connection.slot] = spent
      this.freeConnections.push(connection.slot)
    }
  }

  /** Ends a connection from outside. Each end that is up learns of it with this chance, at a time of its own; otherwise its own timeouts must tell it. */
  breakConnection(connection: Connection, noticePerMillion: number): void {
    if (connection.broken) return
    connection.broken = true
    if (connection.fromOpen && this.networkChance.hits(noticePerMillion)) {
      connection.resetToFrom = true
      this.queue.schedule(this.now + 1 + this.networkChance.below(50_000), eventClosed, connection.from, connection.slot, connection.generation, null)
    }
    if (connection.toOpen && this.networkChance.hits(noticePerMillion)) {
      connection.resetToTo = true
      this.queue.schedule(this.now + 1 + this.networkChance.below(50_000), eventClosed, connection.to, connection.slot, connection.generation, null)
    }
  }

  isCut(a: number, b: number): boolean {
    const size = this.nodes.length
    return this.cut[a * size + b] !== 0 || this.cut[b * size + a] !== 0
  }

  /** Cuts or restores the way from one node to another. A new cut breaks every connection across it, silently. */
  setCut(from: number, to: number, cut: boolean): void {
    this.cut[from * this.nodes.length + to] = cut ? 1 : 0
    if (!cut) return
    for (const connection of this.connections) {
      if ((connection.from === from && connection.to === to) || (connection.from === to && connection.to === from)) this.breakConnection(connection, 0)
    }
  }

  // ---- machines ---------------------------------------------------------------------------------------------------------------------------------------------

  boot(node: Node): void {
    if (node.up) return
    node.up = true
    node.paused = false
    node.incarnation++
    this.setup.kinds[node.kind]!.boot(this, node)
  }

  /** The machine stops dead: volatile state is gone, the disk keeps what it must and chance decides about the rest, connections break. */
  crash(node: Node): void {
    if (!node.up) return
    this.setup.kinds[node.kind]!.beforeCrash?.(this, node)
    node.up = false
    node.paused = false
    node.held.length = 0
    for (let i = 0; i < node.timers.length; i++) node.timers[i]!++
    for (let slot = 0; slot < this.connections.length; slot++) {
      const connection = this.connections[slot]!
      if (connection.from !== node.id && connection.to !== node.id) continue
      // A process that dies is noticed at once by most peers; a machine that dies is not.
      this.breakConnection(connection, 800_000)
      if (connection.from === node.id) connection.fromOpen = false
      else connection.toOpen = false
      this.#release(connection)
    }
    const forgets = this.setup.options.bugs.diskForgets && this.diskChance.below(4) === 0
    crashDisk(this, this.disks[node.id]!, forgets)
    this.counters.crashes++
  }

  pause(node: Node): void {
    if (node.up) node.paused = true
  }

  resume(node: Node): void {
    if (!node.paused) return
    node.paused = false
    for (const held of node.held) this.queue.scheduleAs(held.seq, this.now, held.kind, node.id, held.a, held.b, held.payload)
    node.held.length = 0
  }

  /**
   * A marked edge of the protocol, between making something durable and telling somebody (or between two writes): the places where crashes find bugs
   * (reference 0.1.5). The code after it runs on, but a crashed machine's doors are shut.
   */
  point(node: Node, name: string): void {
    this.setup.atPoint?.(this, node, name)
    if (this.crashAtPoints > 0 && node.up && this.pointChance.uint32() % 1_000_000 < this.crashAtPoints) this.setup.crashAtPoint(this, node, name)
  }

  /** An independent copy of this moment; annotations stay with the original. */
  copy(): World {
    const { trace } = this
    this.trace = null
    const copy = copyOf(this)
    this.trace = trace
    return copy
  }
}

/** What a world is made of and never changes during its life. */
export class Setup {
  seed = 0
  options!: WorldOptions
  kinds: readonly NodeKind[] = []
  applyFault: (world: World, fault: object) => void = () => {}
  /** What a crash at a marked point entails: at least the crash, usually a later restart. */
  crashAtPoint: (world: World, node: Node, name: string) => void = (world, node) => world.crash(node)
  /** A script that watches for named points, for directed schedules. */
  atPoint: ((world: World, node: Node, name: string) => void) | null = null
}
neverChanges(Setup)

export class Resource {
  tokenMax = 0
  accepted = 0
  refused = 0
}

export class Counters {
  messages = 0
  faults = 0
  lastFault = 0
  crashes = 0
  /** Leaders established, transactions committed and client operations completed. */
  established = 0
  committed = 0
  completed = 0
  expired = 0
  /** Numbers proposals for the checkers. */
  proposals = 1
  /** Per rule or case exercised, for coverage. */
  rules = new Int32Array(64)
}

/** A broken invariant: which, when, and what was seen. */
export class Violation {
  invariant = ''
  detail = ''
  event = 0
  time = 0
  node = -1
}

export function makeWorld(setup: Setup, seed: number, machines: readonly { readonly name: string; readonly kind: number; readonly disk: Disk }[]): World {
  const world = new World()
  world.setup = setup
  world.networkChance = chanceOf(seed, 'network')
  world.diskChance = chanceOf(seed, 'disk')
  world.faultChance = chanceOf(seed, 'faults')
  world.pointChance = chanceOf(seed, 'points')
  const size = machines.length
  world.cut = new Uint8Array(size * size)
  world.clogUntil = new Float64Array(size * size)
  for (const [id, { name, kind, disk }] of machines.entries()) {
    const node = new Node()
    node.id = id
    node.name = name
    node.kind = kind
    world.nodes.push(node)
    world.disks.push(disk)
  }
  return world
}

/** Plans a fault (any object the setup's `applyFault` understands) for later. */
export function planFault(world: World, delay: number, fault: object): void {
  world.queue.schedule(world.now + delay, eventFault, 0, 0, 0, fault)
}
