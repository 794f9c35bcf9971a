import { applyFault, fault, leaderOf, type Fault } from '../faults.ts'
import { makeEnsemble, runUntil } from '../simulation.ts'
import { neverChanges } from '../world/copy.ts'
import { WorldOptions } from '../world/options.ts'
import { makeWorld, planFault, Setup, type World } from '../world/world.ts'
import { submitRequest } from '../zab/requests.ts'
import { logOf } from '../zab/server.ts'
import { serverOf } from '../zab/serverNode.ts'
import { opCreate, Request, type Txn } from '../znodes/types.ts'
import { onWish, paxosDisk, paxosKinds, PaxosState, PaxosWish } from './paxos.ts'

/**
 * Paxos beside Zab, from one seed and one script: why an ordered log of state changes needs more than a value chosen for each slot (reference 1.14; the example is from the ZooKeeper
 * project's comparison of Zab and Paxos).
 *
 * The first leader is alone when it proposes A and then B, and B builds on A. A second leader, who has seen neither, puts C in A's place. The third hears of C and of B, and Paxos makes it
 * propose both: B without A, agreed by everybody and meaningless. Zab keeps or drops A and B together, because a history goes over whole or not at all. When the proposals
 * reach one more server before the leader is lost (`reach: 'two'`), both keep them.
 */
export interface DependencyRun {
  readonly paxos: EngineRun
  readonly zab: EngineRun
}

export interface EngineRun {
  /** What was decided, in order. */
  readonly values: readonly string[]
  /** B is there and A is not before it. */
  readonly isBroken: boolean
  readonly lines: readonly { readonly time: number; readonly node: number; readonly text: string }[]
  readonly world: World
}

export type Reach = 'one' | 'two'

/** A value for whoever leads the ensemble, proposed by the leader itself. */
class ZabWish {
  value = ''
  /** The server that is to propose; −1 for whoever leads. */
  server = -1
}
neverChanges(ZabWish)

const quiet = { clients: 0, latencySpreadMicros: 200, latencyTailMicros: 1, tickMicros: 250_000 } satisfies Partial<WorldOptions>

export function dependencyRun(seed: number, reach: Reach): DependencyRun {
  return { paxos: paxosRun(seed, reach), zab: zabRun(seed, reach) }
}

function optionsOf(): WorldOptions {
  const options = Object.assign(new WorldOptions(), quiet)
  options.servers = 3
  return options
}

function told(world: World, acts: readonly string[], run: () => void): EngineRun['lines'] {
  const lines: { time: number; node: number; text: string }[] = []
  world.trace = {
    note(at, node, act, text) {
      if (acts.includes(act)) lines.push({ time: at.now, node, text })
    },
  }
  run()
  world.trace = null
  return lines
}

/** Three Paxos nodes, ready to be asked. */
export function makePaxosWorld(seed: number, nodes = 3, isDuelling = false, changes: Partial<WorldOptions> = {}): World {
  const setup = new Setup()
  setup.seed = seed
  setup.options = Object.assign(optionsOf(), changes)
  setup.options.servers = nodes
  setup.kinds = [isDuelling ? paxosKinds.duelling : paxosKinds.withBackoff]
  setup.applyFault = (world, choice) => (choice instanceof PaxosWish ? onWish(world, choice) : applyFault(world, choice as Fault))
  const world = makeWorld(setup, seed, Array.from({ length: nodes }, (_, i) => ({ name: `node ${i}`, kind: 0, disk: paxosDisk() })))
  for (const node of world.nodes) planFault(world, 1 + world.faultChance.below(1_000), fault('restart', node.id))
  return world
}

export function paxosWish(node: number, first: number, values: readonly string[]): PaxosWish {
  const wish = new PaxosWish()
  wish.node = node
  wish.first = first
  wish.values = values
  return wish
}

const firstSlot = 27

function paxosRun(seed: number, reach: Reach): EngineRun {
  const world = makePaxosWorld(seed)
  const lines = told(world, ['paxos', 'chosen', 'fault', 'heal'], () => {
    // Node 0 becomes leader for everything from slot 27 on.
    planFault(world, 10_000, paxosWish(0, firstSlot, []))
    runUntil(world, 60_000)
    alone(world, 0, reach === 'one' ? [1, 2] : [2])
    world.setup.applyFault(world, paxosWish(0, firstSlot, ['A', 'B']))
    // The proposals arrive, and what comes back does not.
    if (reach === 'two') world.setCut(1, 0, true)
    runUntil(world, 120_000)
    alone(world, 0, [1, 2])
    world.crash(world.nodes[0]!)
    world.setup.applyFault(world, paxosWish(1, firstSlot, reach === 'one' ? ['C'] : []))
    runUntil(world, 700_000)
    world.cut.fill(0)
    world.crash(world.nodes[1]!)
    world.boot(world.nodes[0]!)
    world.setup.applyFault(world, paxosWish(2, firstSlot, reach === 'one' ? ['C?', 'D?', 'D'] : ['D?', 'D?', 'D']))
    runUntil(world, 3_000_000)
  })
  const chosen = new Map<number, string>()
  for (const node of world.nodes) if (node.state !== null) for (const [slot, value] of (node.state as PaxosState).chosen) chosen.set(slot, value)
  const values = [...chosen].toSorted(([a], [b]) => a - b).map(([, value]) => value)
  return { values, isBroken: isBroken(values), lines, world }
}

function zabRun(seed: number, reach: Reach): EngineRun {
  const world = makeEnsemble({
    seed,
    options: optionsOf(),
    profile: null,
    applyFault: (at, choice) => (choice instanceof ZabWish ? onZabWish(at, choice) : applyFault(at, choice as Fault)),
  })
  const lines = told(world, ['elected', 'established', 'sync', 'fault', 'heal', 'proposal', 'commit'], () => {
    runUntil(world, 3_000_000)
    const first = leaderOf(world)
    const [second, third] = [(first + 1) % 3, (first + 2) % 3] as const
    alone(world, first, reach === 'one' ? [second, third] : [third])
    propose(world, 'A', first)
    propose(world, 'A/B', first)
    // With two, the leader is lost as soon as the other has them in its log; what it says back is not heard any more.
    if (reach === 'two') while (!logOf(world, second).entries.some((txn) => (txn as Txn).path === '/A/B') && world.now < 3_060_000 && world.step());
    else runUntil(world, 3_060_000)
    alone(world, first, [second, third])
    world.crash(world.nodes[first]!)
    runUntil(world, 9_000_000)
    if (reach === 'one') propose(world, 'C', -1)
    runUntil(world, 10_000_000)
    world.cut.fill(0)
    world.crash(world.nodes[second]!)
    world.boot(world.nodes[first]!)
    runUntil(world, 18_000_000)
    propose(world, 'D', -1)
    runUntil(world, 20_000_000)
  })
  const leader = serverOf(world, Math.max(0, leaderOf(world)))
  const values = (leader?.tree.recent ?? []).filter(({ type }) => type === opCreate).map(({ path }) => path.slice(path.lastIndexOf('/') + 1))
  return { values, isBroken: isBroken(values), lines, world }
}

/** Cuts a node off from these others, both ways. */
function alone(world: World, node: number, others: readonly number[]): void {
  for (const other of others) {
    world.setCut(node, other, true)
    world.setCut(other, node, true)
  }
}

function propose(world: World, value: string, server: number): void {
  const wish = new ZabWish()
  wish.value = value
  wish.server = server
  world.setup.applyFault(world, wish)
}

function onZabWish(world: World, { value, server: wanted }: ZabWish): void {
  const id = wanted >= 0 ? wanted : leaderOf(world)
  const server = id < 0 ? null : serverOf(world, id)
  if (server === null) return
  const request = new Request()
  request.op = opCreate
  request.path = `/${value}`
  world.trace?.note(world, id, 'proposal', `proposes the creation of /${value}`)
  submitRequest(world, world.nodes[id]!, server, id, 0, request, [])
}

function isBroken(values: readonly string[]): boolean {
  const b = values.indexOf('B')
  return b >= 0 && !values.slice(0, b).includes('A')
}
