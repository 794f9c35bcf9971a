import type { Program } from '../client/clientNode.ts'
import { stateConnected, submit } from '../client/zkClient.ts'
import { timerProgram, type ClientState } from '../client/clientNode.ts'
import type { World } from '../world/world.ts'
import { badVersion, connectionLoss, modePersistent, nodeExists, noNode, ok, opCreate, opDelete, opGetData, opSetData, opSync, Request } from '../znodes/types.ts'
import type { Operation, SequentialModel } from './linearizability.ts'

/**
 * Histories of one znode as its clients saw them, for the black-box search: who asked what when, and what came back. A register that can be made, written, written on condition of a version and
 * deleted. Reads are kept apart: ZooKeeper promises them in the order of their session, not of the world (reference 1.11).
 */
export type RegisterInput = { readonly op: 'create' | 'set' | 'delete' | 'read'; readonly value: string; readonly version: number }
/** `version` of a successful write or read; −1 where there is none. */
export interface RegisterOutput {
  readonly error: number
  readonly value: string
  readonly version: number
}

export interface RegisterState {
  readonly exists: boolean
  readonly value: string
  readonly version: number
}

export const registerModel: SequentialModel<RegisterState, RegisterInput, RegisterOutput> = {
  initial: { exists: false, value: '', version: 0 },
  step(state, { op, value, version }, output) {
    const conditional = version >= 0 && version !== state.version
    let error = ok
    let next = state
    if (op === 'create') {
      if (state.exists) error = nodeExists
      else next = { exists: true, value, version: 0 }
    } else if (!state.exists) error = noNode
    else if (op === 'set') {
      if (conditional) error = badVersion
      else next = { exists: true, value, version: state.version + 1 }
    } else if (op === 'delete') {
      if (conditional) error = badVersion
      else next = { exists: false, value: '', version: 0 }
    }
    if (output === null) return next
    if (output.error !== error) return null
    if (error === ok && op === 'read' && (output.value !== state.value || output.version !== state.version)) return null
    if (error === ok && op === 'set' && output.version !== next.version) return null
    return next
  },
  text: ({ exists, value, version }) => (exists ? `${version} ${value}` : ''),
}

/** For histories without reads: nobody sees a value, so what is there is told by its version, and writes differ by what they ask for. */
export const unreadRegisterModel: SequentialModel<RegisterState, RegisterInput, RegisterOutput> = {
  ...registerModel,
  text: ({ exists, version }) => (exists ? String(version) : ''),
  effect: ({ op, version }) => `${op} ${version}`,
}

export interface RegisterHistory {
  readonly writes: readonly Operation<RegisterInput, RegisterOutput>[]
  readonly reads: readonly Operation<RegisterInput, RegisterOutput>[]
  /** Reads behind a sync of the same session: linearizable as long as no deposed leader answers the sync (ZOOKEEPER-1675). */
  readonly syncedReads: readonly Operation<RegisterInput, RegisterOutput>[]
}

const path = '/register'
const tagOther = 1
const tagSynced = 2

interface Recorded {
  readonly client: number
  readonly cxid: number
  readonly session: number
  readonly call: number
  readonly input: RegisterInput
  readonly isSynced: boolean
  end: number
  output: RegisterOutput | null
}

/** Records what the clients of a world do to one znode. Beside the world: it is no part of its data and changes nothing in it. */
export class RegisterRecorder {
  readonly #operations: Recorded[] = []
  #values = 0

  /** The program of the clients; give it to the world that is to be recorded. */
  program(): Program {
    return {
      name: 'register',
      boot: () => ({}),
      onState: (world, node, state) => {
        if (state.zk.state === stateConnected) world.setTimer(node, timerProgram, 1 + state.chance.below(20_000))
      },
      onReply: (world, node, state, op, reply) => {
        const recorded = this.#operations.find((each) => each.client === node.id && each.session === state.zk.session && each.cxid === op.request.cxid && each.end === Infinity)
        if (recorded === undefined) return
        if (reply.error === connectionLoss) {
          // It may have happened, and it may happen yet. A read that nobody saw is nothing.
          if (recorded.input.op === 'read') this.#operations.splice(this.#operations.indexOf(recorded), 1)
          else recorded.output = null
          return
        }
        // Refused for the session's sake: it took no effect.
        if (![ok, nodeExists, noNode, badVersion].includes(reply.error)) {
          this.#operations.splice(this.#operations.indexOf(recorded), 1)
          return
        }
        recorded.end = world.now
        recorded.output = { error: reply.error, value: reply.data, version: reply.error === ok && reply.stat !== null ? reply.stat.version : -1 }
      },
      onWatch() {},
      onTimer: (world, node, state) => {
        if (state.zk.state !== stateConnected) return
        // One at a time: what waits behind a broken connection would only be many unknown results.
        if (state.zk.pending.every((op) => op.tag === 0)) this.#ask(world, node.id, state)
        world.setTimer(node, timerProgram, 1 + state.chance.below(world.setup.options.thinkMicros))
      },
    }
  }

  #ask(world: World, client: number, state: ClientState): void {
    const { chance, zk } = state
    const node = world.nodes[client]!
    const roll = chance.below(100)
    const request = new Request()
    request.path = path
    let input: RegisterInput
    let isSynced = false
    if (roll < 15) {
      input = { op: 'create', value: `v${++this.#values}`, version: -1 }
      request.op = opCreate
      request.mode = modePersistent
    } else if (roll < 55) {
      input = { op: 'set', value: `v${++this.#values}`, version: chance.below(2) === 0 ? -1 : chance.below(6) }
      request.op = opSetData
    } else if (roll < 65) {
      input = { op: 'delete', value: '', version: chance.below(2) === 0 ? -1 : chance.below(6) }
      request.op = opDelete
    } else {
      input = { op: 'read', value: '', version: -1 }
      request.op = opGetData
      isSynced = chance.below(2) === 0
    }
    request.data = input.value
    request.version = input.version
    const call = world.now
    if (isSynced) {
      const sync = new Request()
      sync.op = opSync
      sync.path = path
      if (!submit(world, node, zk, sync, tagSynced)) return
    }
    if (!submit(world, node, zk, request, tagOther)) return
    this.#operations.push({ client, cxid: request.cxid, session: zk.session, call, input, isSynced, end: Infinity, output: null })
  }

  history(): RegisterHistory {
    const of = (keep: (each: Recorded) => boolean): Operation<RegisterInput, RegisterOutput>[] => this.#operations.filter(keep).map(({ client, call, end, input, output }) => ({ client, call, end, input, output }))
    return {
      writes: of(({ input }) => input.op !== 'read'),
      reads: of(({ input, end }) => input.op === 'read' && end !== Infinity),
      syncedReads: of(({ input, end, isSynced }) => input.op === 'read' && isSynced && end !== Infinity),
    }
  }
}

/**
 * Writes without an answer whose value somebody has read did happen, before that read ended, and what they made is known from it. Values are never written twice, so a value names its write.
 */
export function withObserved({ writes, reads }: RegisterHistory): readonly Operation<RegisterInput, RegisterOutput>[] {
  const seen = new Map<string, { readonly end: number; readonly version: number }>()
  for (const { end, output } of reads) {
    if (output === null || output.error !== ok) continue
    const known = seen.get(output.value)
    if (known === undefined || end < known.end) seen.set(output.value, { end, version: output.version })
  }
  return writes.map((write) => {
    const observed = write.end === Infinity ? seen.get(write.input.value) : undefined
    return observed === undefined ? write : { ...write, end: Math.max(observed.end, write.call), output: { error: ok, value: '', version: observed.version } }
  })
}

/**
 * Reads by ordered sequential consistency: every client's reads must be answered by states of the one order of writes, and never go back in it. The order is the one the search found.
 * Values name their writes, so a state seen has one place. That nothing was there says little, since a deletion without an answer may stand anywhere: such reads are not judged.
 * Returns what is wrong, or null.
 */
export function unorderedRead(writes: readonly Operation<RegisterInput, RegisterOutput>[], order: readonly number[], reads: readonly Operation<RegisterInput, RegisterOutput>[]): string | null {
  const states: RegisterState[] = [registerModel.initial]
  for (const index of order) states.push(registerModel.step(states.at(-1)!, writes[index]!.input, null)!)
  const seen = new Map<number, number>()
  for (const read of reads.toSorted((a, b) => a.end - b.end || a.call - b.call)) {
    if (read.output?.error !== ok) continue
    const from = seen.get(read.client) ?? 0
    const found = states.findIndex((state, i) => i >= from && registerModel.step(state, read.input, read.output) !== null)
    if (found < 0) return `client ${read.client} read ${JSON.stringify(read.output)} at ${read.end} µs, which no state from its ${from}th on gives`
    seen.set(read.client, found)
  }
  return null
}
