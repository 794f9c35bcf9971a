import { Fault, fault, faultKinds, FaultProfile, type FaultKind } from './fault.ts'
import { planFault, type World } from './world/world.ts'
import { leadingJobManager } from './jobmanager/leading.ts'
import { serverOf } from './zab/serverNode.ts'
import { aimedAtLog, logProfiles } from './log/logFaults.ts'

export { Fault, fault, faultKinds, FaultProfile, type FaultKind }

/**
 * What faults do to a world, the profiles by name, and the swarm that draws them. What a fault is stands in `fault.ts`, which knows nothing of who is hit: whoever
 * aims faults at machines of its own (the log) imports that one.
 */
function profile(name: string, text: string, changes: Partial<FaultProfile>): FaultProfile {
  return Object.assign(new FaultProfile(), { name, text }, changes)
}

const everything: FaultProfile['weights'] = { crash: 30, crashAll: 3, pause: 8, isolate: 10, split: 6, bridge: 3, cut: 8, cutOneWay: 6, clog: 8, reset: 12, slowDisk: 6, vanish: 6 }

export const profiles: readonly FaultProfile[] = [
  profile('calm', 'no faults at all', {}),
  profile('swarm', 'crashes, pauses, cuts, clogs, resets and slow disks at random times', { gapMicros: 700_000, weights: everything, lossPerMillion: 20_000, duplicatePerMillion: 10_000 }),
  profile('points', 'as swarm, with crashes aimed at the edges between writing and sending', { gapMicros: 900_000, weights: everything, crashAtPoints: 4_000, lossPerMillion: 10_000 }),
  profile('edges', 'crashes at one in ten of those edges, little else', { gapMicros: 3_000_000, weights: { crash: 10, cut: 5, reset: 10, crashAll: 5, isolate: 5 }, crashAtPoints: 100_000 }),
  profile('network', 'cuts, clogs, one-way cuts and resets, nothing crashes', { gapMicros: 500_000, weights: { isolate: 10, split: 10, bridge: 5, cut: 10, cutOneWay: 10, clog: 15, reset: 25, pause: 5 }, lossPerMillion: 50_000, duplicatePerMillion: 20_000 }),
  profile('disk', 'slow and full disks under crashes and resets', { gapMicros: 500_000, weights: { slowDisk: 40, fullDisk: 20, crash: 20, reset: 25, isolate: 15, pause: 5 }, crashAtPoints: 3_000 }),
  profile('clients', 'clients vanish, are cut off and come back elsewhere', { gapMicros: 400_000, weights: { vanish: 15, reset: 40, pause: 10, cut: 5, clog: 20, split: 10, crash: 5 } }),
  profile('hail', 'thirty faults a second, short ones', { gapMicros: 33_000, shortPerMillion: 950_000, weights: { crash: 30, reset: 30, clog: 20, cut: 20, cutOneWay: 15, pause: 20, slowDisk: 10, vanish: 5, isolate: 10, crashAll: 1 }, lossPerMillion: 10_000 }),
  profile('jobs', 'JobManagers and TaskManagers stop, stall past their sessions and lose their connections, disks are slow', { gapMicros: 1_500_000, shortPerMillion: 250_000, weights: { stall: 35, vanish: 35, reset: 30, slowDisk: 10, split: 3, isolate: 3, crash: 3 }, crashAtPoints: 10_000, lossPerMillion: 20_000, duplicatePerMillion: 20_000 }),
  profile('storm', 'five faults a second', { gapMicros: 200_000, weights: everything, lossPerMillion: 30_000, duplicatePerMillion: 10_000, crashAtPoints: 1_000 }),
  profile('pauses', 'servers stand still and links clog, over and over: elections that overlap', { gapMicros: 300_000, shortPerMillion: 500_000, weights: { pause: 60, clog: 30, reset: 10 }, lossPerMillion: 50_000 }),
  ...logProfiles.map(({ name, text, ...changes }) => profile(name, text, { ...changes, hasLog: true })),
]

export function profileNamed(name: string): FaultProfile | null {
  return profiles.find((each) => each.name === name) ?? null
}

/** The swarm's own memory: what it is doing and until when. */
export class FaultState {
  profile = profiles[0]!
  until = 0
}

export function startSwarm(world: World, chosen: FaultProfile): void {
  const state = new FaultState()
  state.profile = chosen
  state.until = world.now + chosen.chaosMicros
  world.faultState = state
  if (chosen.gapMicros === 0) return
  world.crashAtPoints = chosen.crashAtPoints
  planFault(world, 3_000_000 + world.faultChance.below(chosen.gapMicros), fault('swarm'))
  planFault(world, chosen.chaosMicros, fault('calm'))
}

export function applyFault(world: World, object: object): void {
  const { kind, node: named, other, micros } = object as Fault
  const id = named >= 0 ? named : someServer(world, named)
  const node = world.nodes[id]
  const size = world.nodes.length
  const { servers, observers } = world.setup.options
  const ensemble = servers + observers
  world.counters.lastFault = world.now
  switch (kind) {
    case 'swarm':
      return swarm(world)
    case 'calm':
      return calm(world)
    case 'crash':
      world.trace?.note(world, id, 'fault', 'crashes')
      world.crash(node!)
      if (micros > 0) planFault(world, micros, fault('restart', id))
      break
    case 'restart':
      world.boot(node!)
      return
    case 'crashAll':
      for (let sid = 0; sid < ensemble; sid++) {
        world.crash(world.nodes[sid]!)
        planFault(world, micros + world.faultChance.below(micros), fault('restart', sid))
      }
      break
    case 'vanish':
      world.crash(node!)
      planFault(world, micros, fault('restart', id))
      break
    case 'pause':
      world.trace?.note(world, id, 'fault', 'is paused')
      world.pause(node!)
      if (micros > 0) planFault(world, micros, fault('resume', id))
      break
    case 'resume':
      world.resume(node!)
      return
    case 'isolate':
      world.trace?.note(world, id, 'fault', 'is cut off from the other servers')
      for (let to = 0; to < size; to++) if (to !== id && (to < ensemble || other === 1)) cutBoth(world, id, to)
      if (micros > 0) planFault(world, micros, fault('heal'))
      break
    case 'split': {
      // `other` has a bit for each node of one side.
      for (let a = 0; a < size; a++) for (let b = 0; b < a; b++) if (((other >> a) & 1) !== ((other >> b) & 1)) cutBoth(world, a, b)
      if (micros > 0) planFault(world, micros, fault('heal'))
      break
    }
    case 'bridge':
      // One server sees both sides, the sides do not see each other.
      for (let a = 0; a < ensemble; a++) for (let b = 0; b < a; b++) if (a !== id && b !== id && ((other >> a) & 1) !== ((other >> b) & 1)) cutBoth(world, a, b)
      if (micros > 0) planFault(world, micros, fault('heal'))
      break
    case 'cut':
      cutBoth(world, id, other)
      if (micros > 0) planFault(world, micros, fault('heal'))
      break
    case 'cutOneWay':
      world.setCut(id, other, true)
      if (micros > 0) planFault(world, micros, fault('heal'))
      break
    case 'heal':
      world.cut.fill(0)
      return
    case 'clog':
      for (let to = 0; to < size; to++) if (other < 0 || other === to) world.clogUntil[id * size + to] = Math.max(world.clogUntil[id * size + to]!, world.now + micros)
      break
    case 'stall':
      // Drawn as a pause of a machine that is no server.
      break
    case 'reset':
      for (const connection of world.connections) if (connection.from === id && connection.toOpen) world.breakConnection(connection, 700_000)
      break
    case 'slowDisk': {
      const disk = world.disks[id]!
      disk.slowUntil = world.now + micros
      disk.slowBy = Math.min(micros, 400_000)
      break
    }
    case 'fullDisk': {
      world.disks[id]!.full = other === 0
      if (other === 0 && micros > 0) planFault(world, micros, fault('fullDisk', id, 0, 1))
      break
    }
  }
  world.counters.faults++
}

/** Faults of a script may say "the leader" instead of a number: whoever that is then. */
export const theLeader = -1
export const aFollower = -2

/** Whichever JobManager leads, or the first. */
export const theJobManager = -3

function someServer(world: World, named: number): number {
  if (named === theJobManager) return leadingJobManager(world)
  const leader = Math.max(0, leaderOf(world))
  return named === theLeader ? leader : (leader + 1) % world.setup.options.servers
}

function cutBoth(world: World, a: number, b: number): void {
  world.setCut(a, b, true)
  world.setCut(b, a, true)
}

function swarm(world: World): void {
  const state = world.faultState as FaultState
  if (world.now >= state.until) return
  const { faultChance: chance } = world
  const { weights, gapMicros } = state.profile
  let total = 0
  for (const kind of faultKinds) total += weights[kind] ?? 0
  let roll = chance.below(total)
  let chosen: FaultKind = 'reset'
  for (const kind of faultKinds) {
    roll -= weights[kind] ?? 0
    if (roll < 0) {
      chosen = kind
      break
    }
  }
  world.setup.applyFault(world, drawn(world, chosen))
  planFault(world, (gapMicros >> 1) + chance.below(gapMicros), fault('swarm'))
}

/** A fault of this kind with victims and length from the faults' own stream. Lengths reach past every timeout of the protocol now and then. */
function drawn(world: World, kind: FaultKind): Fault {
  const { faultChance: chance } = world
  const { servers, observers } = world.setup.options
  const ensemble = servers + observers
  const server = chance.below(ensemble)
  const { shortPerMillion } = (world.faultState as FaultState).profile
  const length = chance.hits(shortPerMillion) ? 10_000 + chance.below(150_000) : (chance.below(4) === 0 ? 4_000_000 : 200_000) + chance.below(chance.below(4) === 0 ? 20_000_000 : 3_000_000)
  // Half of the blows against servers look for the leader.
  const leader = chance.below(2) === 0 ? leaderOf(world) : -1
  const victim = leader >= 0 ? leader : server
  const anyNode = chance.below(world.nodes.length)
  const other = (victim + 1 + chance.below(ensemble - 1)) % ensemble
  // Where there are brokers, most of the blows are for them.
  if (world.setup.options.log !== null) {
    const aimed = aimedAtLog(world, kind, length)
    if (aimed !== null) return aimed
  }
  switch (kind) {
    case 'vanish':
      // Whatever is not a server: clients, and whatever kinds stand behind them.
      return fault('vanish', world.nodes.length === ensemble ? victim : ensemble + chance.below(world.nodes.length - ensemble), length)
    case 'stall':
      return fault('pause', world.nodes.length === ensemble ? victim : ensemble + chance.below(world.nodes.length - ensemble), length)
    case 'split':
      return fault('split', 0, length, chance.uint32() & ((1 << Math.min(world.nodes.length, 30)) - 1))
    case 'bridge':
      return fault('bridge', victim, length, chance.uint32() & ((1 << ensemble) - 1))
    case 'pause':
      return fault('pause', chance.below(3) === 0 ? anyNode : victim, length)
    case 'reset':
      return fault('reset', anyNode)
    case 'fullDisk':
      return fault('fullDisk', victim, length)
    case 'clog':
      return fault('clog', victim, Math.min(length, 3_000_000), chance.below(2) === 0 ? -1 : other)
    default:
      return fault(kind, victim, length, kind === 'isolate' ? chance.below(2) : other)
  }
}

export function leaderOf(world: World): number {
  const { servers } = world.setup.options
  let leader = -1
  let epoch = -1
  for (let sid = 0; sid < servers; sid++) {
    const server = serverOf(world, sid)
    if (world.nodes[sid]!.up && server !== null && server.established && server.newEpoch > epoch) {
      leader = sid
      epoch = server.newEpoch
    }
  }
  return leader
}

/** The swarm is over: everything heals, and what must happen eventually now has its time. */
function calm(world: World): void {
  world.crashAtPoints = 0
  world.cut.fill(0)
  world.clogUntil.fill(0)
  for (const disk of world.disks) {
    disk.slowUntil = 0
    disk.full = false
  }
  for (const node of world.nodes) {
    if (node.paused) world.resume(node)
    if (!node.up) world.boot(node)
  }
  world.trace?.note(world, -1, 'heal', 'every fault is over')
}
