import { Chance, chanceOf } from '../world/chance.ts'
import { neverChanges } from '../world/copy.ts'
import { Disk, writeCell } from '../world/disk.ts'
import type { Node, NodeKind } from '../world/node.ts'
import { Violation, type World } from '../world/world.ts'

/**
 * Paxos on the same world as Zab: every node is proposer, acceptor and learner (reference 1.14). With one slot it is single-decree Paxos; with many, the prepare of a leader
 * counts for all slots from some number on, and gaps are filled with no-ops.
 *
 * An acceptor promises and accepts on disk before it says so. A proposer that has a quorum of promises must take, per slot, the value of the highest ballot among them, and
 * its own only where there is none: that is the whole of its safety, and why slots are decided independently of one another. It does no log truncation, no leases, no membership.
 */
export class Prepare {
  ballot = 0
  from = 0
}
neverChanges(Prepare)

export class Accepted {
  ballot = 0
  slot = 0
  value = ''
}
neverChanges(Accepted)

export class PromiseReply {
  ballot = 0
  accepted: readonly Accepted[] = []
}
neverChanges(PromiseReply)

export class Accept {
  ballot = 0
  slot = 0
  value = ''
}
neverChanges(Accept)

/** No: a higher ballot was promised. */
export class Nack {
  ballot = 0
  promised = 0
}
neverChanges(Nack)

/** What a node is asked to propose, from outside: values by slot, from the first. `prepareOnly` makes it leader without proposing. */
export class PaxosWish {
  node = 0
  first = 0
  values: readonly string[] = []
}
neverChanges(PaxosWish)

export const noop = 'no-op'

const promisedCell = 0
const acceptedCell = 1

export const paxosIdle = 0
export const paxosPreparing = 1
export const paxosLeading = 2

export class PaxosState {
  chance = new Chance()
  /** Acceptor: as on disk, or on its way there. */
  promised = 0
  accepted: Accepted[] = []
  /** Proposer. */
  phase = paxosIdle
  ballot = 0
  first = 0
  wishes = new Map<number, string>()
  promises = new Map<number, PromiseReply>()
  /** Learner: who accepted which ballot, by slot; and what was chosen. */
  heard = new Map<number, Map<number, number>>()
  chosen = new Map<number, string>()
  /** Answers that wait for the disk, by ticket. */
  waiting = new Map<number, { readonly to: number; readonly answer: object }>()
  tickets = 0
  duels = 0
}

const timerRetry = 0
const retryMicros = 50_000

/** `backoff` false shows duelling proposers: each tries again at once with a higher ballot. */
export function makePaxosKind(backoff: boolean): NodeKind {
  function begin(world: World, node: Node, state: PaxosState): void {
    const size = world.nodes.length
    const seen = Math.max(state.promised, state.ballot)
    state.ballot = (Math.floor(seen / size) + 1) * size + node.id
    state.phase = paxosPreparing
    state.promises.clear()
    const message = new Prepare()
    message.ballot = state.ballot
    message.from = state.first
    world.trace?.note(world, node.id, 'paxos', `prepares ballot ${state.ballot} from slot ${state.first}`)
    for (let to = 0; to < size; to++) world.sendDatagram(node.id, to, message)
    world.setTimer(node, timerRetry, retryMicros + (backoff ? state.chance.below(4 * retryMicros) : 0))
  }

  function onPromises(world: World, node: Node, state: PaxosState): void {
    state.phase = paxosLeading
    const best = new Map<number, Accepted>()
    for (const { accepted } of state.promises.values()) {
      for (const entry of accepted) {
        if (entry.slot < state.first) continue
        const known = best.get(entry.slot)
        if (known === undefined || known.ballot < entry.ballot) best.set(entry.slot, entry)
      }
    }
    const from = [...state.promises.keys()].toSorted((a, b) => a - b).join(' and ')
    world.trace?.note(world, node.id, 'paxos', `has promises of ${from} for ballot ${state.ballot}${best.size === 0 ? '' : `: must propose ${[...best.values()].map(({ slot, value }) => `${value}@${slot}`).join(', ')}`}`)
    const last = Math.max(...best.keys(), ...state.wishes.keys(), state.first - 1)
    for (let slot = state.first; slot <= last; slot++) propose(world, node, state, slot, best.get(slot)?.value ?? state.wishes.get(slot) ?? noop)
  }

  function propose(world: World, node: Node, state: PaxosState, slot: number, value: string): void {
    const message = new Accept()
    message.ballot = state.ballot
    message.slot = slot
    message.value = value
    world.trace?.note(world, node.id, 'paxos', `proposes ${value}@${slot} with ballot ${state.ballot}`)
    for (let to = 0; to < world.nodes.length; to++) world.sendDatagram(node.id, to, message)
  }

  function persist(world: World, node: Node, state: PaxosState, to: number, answer: object): void {
    const ticket = ++state.tickets
    state.waiting.set(ticket, { to, answer })
    // Promise and acceptances in one cell write each; the answer goes out when the later of the two is there, and one actor's operations end in order.
    writeCell(world, node.id, acceptedCell, Object.freeze([...state.accepted]), 0)
    writeCell(world, node.id, promisedCell, state.promised, ticket)
  }

  function refuse(world: World, node: Node, state: PaxosState, to: number, ballot: number): void {
    const answer = new Nack()
    answer.ballot = ballot
    answer.promised = state.promised
    world.sendDatagram(node.id, to, answer)
  }

  return {
    name: 'paxos',

    boot(world, node) {
      const state = new PaxosState()
      state.chance = chanceOf(world.setup.seed, `paxos ${node.id} boot ${node.incarnation}`)
      const { cells } = world.disks[node.id]!
      state.promised = (cells[promisedCell] as number | undefined) ?? 0
      state.accepted = [...((cells[acceptedCell] as readonly Accepted[] | undefined) ?? [])]
      node.state = state
    },

    onTimer(world, node) {
      const state = node.state as PaxosState
      const isDone = [...state.wishes.keys()].every((slot) => state.chosen.has(slot))
      if (state.phase === paxosPreparing || (state.phase === paxosLeading && !isDone)) begin(world, node, state)
    },

    onDisk(world, node, ticket) {
      const state = node.state as PaxosState
      const waiting = state.waiting.get(ticket)
      if (waiting === undefined) return
      state.waiting.delete(ticket)
      world.point(node, 'written, not said')
      if (waiting.to >= 0) world.sendDatagram(node.id, waiting.to, waiting.answer)
      else for (let to = 0; to < world.nodes.length; to++) world.sendDatagram(node.id, to, waiting.answer)
    },

    onMessage(world, node, _connection, from, message) {
      const state = node.state as PaxosState
      if (message instanceof Prepare) {
        if (message.ballot < state.promised) return refuse(world, node, state, from, message.ballot)
        state.promised = message.ballot
        const answer = new PromiseReply()
        answer.ballot = message.ballot
        answer.accepted = state.accepted.filter(({ slot }) => slot >= message.from)
        persist(world, node, state, from, answer)
      } else if (message instanceof PromiseReply) {
        if (state.phase !== paxosPreparing || message.ballot !== state.ballot) return
        state.promises.set(from, message)
        if (state.promises.size * 2 > world.nodes.length) onPromises(world, node, state)
      } else if (message instanceof Accept) {
        if (message.ballot < state.promised) return refuse(world, node, state, from, message.ballot)
        state.promised = message.ballot
        const entry = new Accepted()
        entry.ballot = message.ballot
        entry.slot = message.slot
        entry.value = message.value
        state.accepted = [...state.accepted.filter(({ slot }) => slot !== message.slot), entry]
        world.trace?.note(world, node.id, 'paxos', `accepts ${entry.value}@${entry.slot} with ballot ${entry.ballot}`)
        persist(world, node, state, -1, entry)
      } else if (message instanceof Accepted) learn(world, node, state, from, message)
      else if (message instanceof Nack && message.ballot === state.ballot && state.phase !== paxosIdle) {
        state.duels++
        state.promised = Math.max(state.promised, message.promised)
        world.trace?.note(world, node.id, 'paxos', `is refused: ballot ${message.promised} was promised`)
        if (backoff) world.setTimer(node, timerRetry, retryMicros + state.chance.below(4 * retryMicros))
        else begin(world, node, state)
      }
    },

    onConnect: () => false,
    onConnected() {},
    onDisconnected() {},
  }

  function learn(world: World, node: Node, state: PaxosState, from: number, { slot, ballot, value }: Accepted): void {
    let ballots = state.heard.get(slot)
    if (ballots === undefined) state.heard.set(slot, (ballots = new Map()))
    const voters = (ballots.get(ballot) ?? 0) | (1 << from)
    ballots.set(ballot, voters)
    let count = 0
    for (let rest = voters; rest !== 0; rest &= rest - 1) count++
    if (count * 2 <= world.nodes.length) return
    const before = state.chosen.get(slot)
    if (before === undefined) world.trace?.note(world, node.id, 'chosen', `learns that ${value} is chosen for slot ${slot}`)
    state.chosen.set(slot, value)
    agree(world, node, slot, value)
  }

  function agree(world: World, node: Node, slot: number, value: string): void {
    for (const other of world.nodes) {
      const theirs = (other.state as PaxosState | null)?.chosen.get(slot)
      if (theirs === undefined || theirs === value || world.violation !== null) continue
      const violation = new Violation()
      violation.invariant = 'PAX-1'
      violation.detail = `learns ${value} for slot ${slot}, where ${other.name} learned ${theirs}`
      violation.event = world.events
      violation.time = world.now
      violation.node = node.id
      world.violation = violation
    }
  }
}

export function paxosDisk(): Disk {
  const disk = new Disk()
  disk.cells = [0, Object.freeze([])]
  return disk
}

export const paxosKinds = { withBackoff: makePaxosKind(true), duelling: makePaxosKind(false) } as const

/** A wish becomes a proposal: the node prepares if it does not lead, and proposes if it does. */
export function onWish(world: World, wish: PaxosWish): void {
  const node = world.nodes[wish.node]!
  if (!node.up) return
  const state = node.state as PaxosState
  for (const [i, value] of wish.values.entries()) state.wishes.set(wish.first + i, value)
  const mayPropose = state.phase === paxosLeading && state.first <= wish.first && state.ballot >= state.promised
  if (mayPropose) {
    for (const [i, value] of wish.values.entries()) {
      const message = new Accept()
      message.ballot = state.ballot
      message.slot = wish.first + i
      message.value = value
      world.trace?.note(world, node.id, 'paxos', `proposes ${value}@${message.slot} with ballot ${state.ballot}`)
      for (let to = 0; to < world.nodes.length; to++) world.sendDatagram(node.id, to, message)
    }
    return
  }
  state.first = wish.first
  state.phase = paxosPreparing
  world.setTimer(node, timerRetry, 1)
}
