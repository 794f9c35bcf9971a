import type { Program } from '../../ensemble/client/clientNode.ts'
import { randomProgram } from '../../ensemble/client/randomProgram.ts'
import { recipePrograms } from '../../ensemble/client/recipes/recipes.ts'
import { clusterParts } from '../../ensemble/jobmanager/cluster.ts'
import { logOptions, offsetsTopic, type LogOptions } from '../../ensemble/log/logOptions.ts'
import { fault, FaultState } from '../../ensemble/faults.ts'
import { cardNamed, seedOptionsOf } from '../../ensemble/scenarios/catalog.ts'
import { scheduleOf } from '../../ensemble/scenarios/minimalSchedules.ts'
import { worldOfSchedule } from '../../ensemble/scenarios/schedules.ts'
import { scenarioNamed, worldOfScenario } from '../../ensemble/scenarios/scenarios.ts'
import { worldOf } from '../../ensemble/simulate.ts'
import { bounce, makeEnsemble } from '../../ensemble/simulation.ts'
import { WorldOptions } from '../../ensemble/world/options.ts'
import { planFault, type World } from '../../ensemble/world/world.ts'
import { applyHandFault } from './handFaults.ts'

/**
 * What a run is made from, as data: the same spec gives the same run. Free runs have clients with a little of everything to do; guided runs and cards are the
 * ensemble's own scenarios and seeds.
 *
 * A network between zones makes messages slow enough to be seen beside an election; the protocol's own times are ZooKeeper's in either (coordination reference 7.2).
 */
export type RunSpec =
  /** Observers stand beside the servers that vote: they serve clients and have no voice. */
  | { readonly kind: 'free'; readonly seed: number; readonly servers: 3 | 5 | 7; readonly observers: 0 | 2; readonly network: Network; readonly load: Load; readonly beside: Beside }
  | { readonly kind: 'scenario'; readonly name: string }
  | { readonly kind: 'card'; readonly id: string; readonly seed: number; readonly servers: number; readonly isDeeper: boolean; readonly isFixed: boolean }
  /** A card's minimal schedule: what must happen and nothing else. */
  | { readonly kind: 'schedule'; readonly id: string; readonly isFixed: boolean }
  /** The control plane of the job that runs on this page: not made here. */
  | { readonly kind: 'live'; readonly run: number; readonly job: string }
export type Network = 'zones' | 'rack'
/** What lives beside the ensemble: clients with recipes, a job with its JobManagers, or brokers with their topics. */
export type Beside = 'clients' | 'job' | 'topics'
/** What clients do: a lock, a group and some reads and writes; eight of them that ask as soon as they are answered; or eight that do not wait for answers, which keeps hundreds of messages under way among seven servers. */
export type Load = 'quiet' | 'busy' | 'eager'

export const defaultSpec: RunSpec = { kind: 'free', seed: 42, servers: 3, observers: 0, network: 'zones', load: 'quiet', beside: 'clients' }

const networks: Readonly<Record<Network, Partial<WorldOptions>>> = {
  zones: { latencyMicros: 14_000, latencySpreadMicros: 9_000, latencyTailMicros: 60_000, fsyncMicros: 7_000, fsyncSpreadMicros: 6_000 },
  rack: {},
}

/** Two wait for one lock, one is a member of a group, one reads and writes. */
const programs: readonly Program[] = [recipePrograms.lock, recipePrograms.lock, recipePrograms.membership, randomProgram]

export function makeRun(spec: RunSpec): World {
  const world = made(spec)
  world.setup.applyFault = applyHandFault
  return world
}

function made(spec: RunSpec): World {
  switch (spec.kind) {
    case 'free':
      return madeFree(spec)
    case 'scenario': {
      const scenario = scenarioNamed(spec.name)
      if (scenario === null) throw new Error(`There is no guided run ${spec.name}.`)
      return worldOfScenario(scenario)
    }
    case 'schedule':
      return madeSchedule(spec)
    case 'live':
      throw new Error('The ensemble of a running job is looked at, not made.')
    case 'card': {
      const card = cardNamed(spec.id)
      if (card === null) throw new Error(`There is no card ${spec.id}.`)
      const options = seedOptionsOf(card, spec.seed, spec.servers, spec.isDeeper)
      return worldOf({ ...options, bugs: spec.isFixed ? [] : (options.bugs ?? []) })
    }
  }
}

const loads: Readonly<Record<Load, Partial<WorldOptions>>> = {
  quiet: { clients: programs.length },
  busy: { clients: 8, thinkMicros: 8_000, requestsInFlight: 8 },
  eager: { clients: 8, thinkMicros: 5_500, requestsInFlight: 22 },
}

function madeFree({ seed, servers, observers, network, load, beside }: Extract<RunSpec, { kind: 'free' }>): World {
  const options = Object.assign(new WorldOptions(), networks[network], { servers, observers, rareOperations: false, thinkMicros: 350_000, requestsInFlight: 2 })
  if (beside === 'job') {
    options.clients = 0
    return makeEnsemble({ seed, options, profile: null, ...clusterParts({ jobManagers: 3, taskManagers: 2 }) })
  }
  if (beside === 'topics') {
    options.clients = 0
    options.log = logOptions({ brokers: 3, topics, clients: ['producer', 'keyed', 'group', 'group'], groupTopics: ['orders', 'prices'], assignor: 'sticky', thinkMicros: { quiet: 400_000, busy: 60_000, eager: 15_000 }[load] })
    return makeEnsemble({ seed, options, profile: null })
  }
  Object.assign(options, loads[load])
  return makeEnsemble({ seed, options, profile: null, programs: load === 'quiet' ? programs : [randomProgram] })
}

const topics: LogOptions['topics'] = [
  { name: 'orders', partitions: 2, replicas: 3, retentionRecords: 200 },
  { name: 'prices', partitions: 1, replicas: 3, cleanup: 'compact' },
  { name: offsetsTopic, partitions: 1, replicas: 3, cleanup: 'compact' },
]

/**
 * A schedule's crashes count how often a marked point was passed. On the page a world is copied and goes on from any moment, so the count is kept in the world, not beside it.
 */
class ScheduledState extends FaultState {
  passings = new Map<string, number>()
}

function madeSchedule({ id, isFixed }: Extract<RunSpec, { kind: 'schedule' }>): World {
  const card = cardNamed(id)
  const schedule = card === null ? null : scheduleOf(card.id)
  if (card === null || schedule === null) throw new Error(`There is no schedule for ${id}.`)
  const world = worldOfSchedule(card, schedule, isFixed)
  world.faultState = Object.assign(new ScheduledState(), world.faultState)
  if (schedule.points.length > 0) {
    world.setup.atPoint = (at, node, name) => {
      const { passings } = at.faultState as ScheduledState
      const key = `${node.id} ${name}`
      const passing = (passings.get(key) ?? 0) + 1
      passings.set(key, passing)
      const scheduled = schedule.points.find((each) => each[0] === node.id && each[1] === name && each[2] === passing)
      if (scheduled === undefined || !node.up) return
      at.counters.faults++
      if (scheduled[3] < 0) return bounce(at, node, name)
      at.trace?.note(at, node.id, 'fault', `crashes: ${name}`)
      at.crash(node)
      planFault(at, scheduled[3], fault('restart', node.id))
    }
  }
  return world
}
