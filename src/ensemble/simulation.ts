import { Checks } from './checks/checks.ts'
import { clientDisk, makeClientKind, type Program } from './client/clientNode.ts'
import { randomProgram } from './client/randomProgram.ts'
import { applyFault, fault, FaultState, startSwarm, type FaultProfile } from './faults.ts'
import { brokerDisk } from './log/broker.ts'
import { brokerKind } from './log/brokerNode.ts'
import { logClientKind } from './log/logClientNode.ts'
import { LogChecks } from './log/logChecks.ts'
import type { Disk } from './world/disk.ts'
import type { Node, NodeKind } from './world/node.ts'
import type { WorldOptions } from './world/options.ts'
import { makeWorld, planFault, Setup, type World } from './world/world.ts'
import { serverDisk } from './zab/server.ts'
import { serverKind } from './zab/serverNode.ts'

/**
 * An ensemble with its clients as a world, ready to run: the one place that puts the parts together. `programs` run on the clients in turn; `extraKinds` is how
 * brokers and JobManagers join the same world (see README).
 */
export interface EnsembleSpec {
  readonly seed: number
  readonly options: WorldOptions
  /** Null: faults come from elsewhere (a script, a hand). */
  readonly profile: FaultProfile | null
  readonly programs?: readonly Program[]
  readonly sessionTimeoutMs?: number
  readonly extraKinds?: readonly NodeKind[]
  /** Machines behind the clients, of those kinds. */
  readonly extraMachines?: readonly { readonly name: string; readonly kind: NodeKind; readonly disk: Disk }[]
  readonly atPoint?: Setup['atPoint']
  /** What faults and other choices from outside do; the usual faults if absent. */
  readonly applyFault?: Setup['applyFault']
}

export const kindServer = 0
export const kindClient = 1
export const kindBroker = 2
export const kindLogClient = 3

/** Not a crash: a machine's connections break right here, while its disk takes its time. */
export function bounce(world: World, node: Node, name: string): void {
  world.trace?.note(world, node.id, 'fault', `loses its connections: ${name}`)
  const disk = world.disks[node.id]!
  disk.slowUntil = world.now + 100_000
  disk.slowBy = 60_000
  for (const connection of world.connections) if (connection.from === node.id || connection.to === node.id) world.breakConnection(connection, 900_000)
}

export function makeEnsemble(spec: EnsembleSpec): World {
  const { options } = spec
  const programs = spec.programs ?? [randomProgram]
  const ensemble = options.servers + options.observers
  const clientKind = makeClientKind((_world, node) => programs[(node.id - ensemble) % programs.length]!, spec.sessionTimeoutMs ?? 6_000)
  const setup = new Setup()
  setup.seed = spec.seed
  setup.options = options
  setup.kinds = [serverKind, clientKind, brokerKind, logClientKind, ...(spec.extraKinds ?? [])]
  setup.applyFault = spec.applyFault ?? applyFault
  setup.atPoint = spec.atPoint ?? null
  setup.crashAtPoint = (world, node, name) => {
    world.counters.faults++
    world.counters.lastFault = world.now
    if (world.faultChance.below(4) === 0) {
      bounce(world, node, name)
      return
    }
    world.trace?.note(world, node.id, 'fault', `crashes: ${name}`)
    world.crash(node)
    planFault(world, 50_000 + world.faultChance.below(3_000_000), fault('restart', node.id))
  }
  const machines = []
  for (let sid = 0; sid < ensemble; sid++) machines.push({ name: sid < options.servers ? `server ${sid}` : `observer ${sid}`, kind: kindServer, disk: serverDisk() })
  for (let i = 0; i < options.clients; i++) machines.push({ name: `client ${i}`, kind: kindClient, disk: clientDisk() })
  const { log } = options
  if (log !== null) {
    for (let id = 0; id < log.brokers; id++) machines.push({ name: `broker ${id}`, kind: kindBroker, disk: brokerDisk(log) })
    for (const [i, role] of log.clients.entries()) machines.push({ name: `${role} ${i}`, kind: kindLogClient, disk: clientDisk() })
  }
  for (const { name, kind, disk } of spec.extraMachines ?? []) machines.push({ name, kind: setup.kinds.indexOf(kind), disk })
  const world = makeWorld(setup, spec.seed, machines)
  if (options.checks) {
    const checks = new Checks()
    checks.world = world
    if (log !== null) {
      checks.log = new LogChecks()
      checks.log.checks = checks
    }
    checks.jobs.isOn = setup.kinds.some((kind) => kind.name === 'JobManager')
    world.checks = checks
  }
  // Machines do not start at the same instant; who starts first is part of the seed.
  for (const node of world.nodes) planFault(world, 1 + world.faultChance.below(node.id < ensemble ? 50_000 : 500_000), fault('restart', node.id))
  if (spec.profile !== null) startSwarm(world, spec.profile)
  return world
}

/** Runs until the time, the number of events, or a violation; whichever comes first. */
export function runUntil(world: World, time: number, events = Infinity): void {
  const { queue } = world
  while (world.violation === null && world.events < events && queue.timeOfFirst() <= time) world.step()
}

export function chaosEnd(world: World): number {
  return (world.faultState as FaultState | null)?.until ?? 0
}
