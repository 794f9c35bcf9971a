import { Bugs } from './bugs.ts'
import { usualLog } from './log/workload.ts'
import { checksOf } from './checks/checksOf.ts'
import { settle } from './checks/liveness.ts'
import type { Program } from './client/clientNode.ts'
import { chaosEnd, makeEnsemble, runUntil } from './simulation.ts'
import type { FaultProfile } from './faults.ts'
import { clusterParts, type ClusterSpec } from './jobmanager/cluster.ts'
import { WorldOptions } from './world/options.ts'
import type { Violation, World } from './world/world.ts'

/**
 * One seed from start to end: chaos with safety checks, then peace with the question whether everything recovers. A seed, these options and a build name a run
 * exactly; the same three give the same hash.
 */
export interface SeedOptions {
  readonly seed: number
  readonly servers: number
  readonly observers?: number
  readonly clients?: number
  readonly profile: FaultProfile
  /** Switches to turn on. */
  readonly bugs?: readonly (keyof Bugs)[]
  /** Other options of the world. */
  readonly options?: Partial<WorldOptions>
  readonly programs?: readonly Program[]
  /** A Flink cluster beside the clients. */
  readonly cluster?: ClusterSpec
  /** Only these invariants stop the run; null is all. */
  readonly only?: readonly string[] | null
  /** Also wait for recovery. */
  readonly liveness?: boolean
}

export interface SeedResult {
  readonly seed: number
  readonly events: number
  readonly faults: number
  readonly simulatedMicros: number
  readonly committed: number
  readonly completed: number
  readonly established: number
  readonly hash: number
  readonly violation: Violation | null
}

/** Time to recover after the last fault: past the longest pause of the election and every timeout that follows it. */
export const recoveryMicros = 180_000_000

export function worldOf(spec: SeedOptions): World {
  const options = new WorldOptions()
  options.servers = spec.servers
  options.observers = spec.observers ?? 0
  options.clients = spec.clients ?? (spec.profile.hasLog ? 1 : 3)
  options.lossPerMillion = spec.profile.lossPerMillion
  options.duplicatePerMillion = spec.profile.duplicatePerMillion
  Object.assign(options, spec.options)
  if (spec.profile.hasLog && options.log === null) options.log = usualLog
  const bugs = new Bugs()
  for (const name of spec.bugs ?? []) bugs[name] = true
  options.bugs = bugs
  const world = makeEnsemble({ seed: spec.seed, options, profile: spec.profile, ...(spec.programs === undefined ? {} : { programs: spec.programs }), ...(spec.cluster === undefined ? {} : clusterParts(spec.cluster)) })
  const checks = checksOf(world)
  if (checks !== null) checks.only = spec.only ?? null
  return world
}

export function runSeed(spec: SeedOptions): SeedResult {
  const world = worldOf(spec)
  runUntil(world, chaosEnd(world))
  if (spec.liveness === true) awaitRecovery(world)
  return resultOf(spec.seed, world)
}

/** The faults are over: runs on until everything is as it must be again, or makes a violation of what is missing after so long. */
export function awaitRecovery(world: World): void {
  if (world.violation !== null) return
  world.resting = true
  settle(world, world.now + recoveryMicros, (until) => runUntil(world, until))
}

export function resultOf(seed: number, world: World): SeedResult {
  const { faults, committed, completed, established } = world.counters
  return { seed, events: world.events, faults, simulatedMicros: world.now, committed, completed, established, hash: world.hash >>> 0, violation: world.violation }
}
