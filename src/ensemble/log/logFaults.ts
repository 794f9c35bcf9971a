import { fault, type Fault, type FaultKind, type FaultProfile } from '../fault.ts'
import type { World } from '../world/world.ts'
import { brokerOf, logOptionsOf, nodeOfBroker } from './broker.ts'
import { roleLeader } from './replica.ts'

/** Fault profiles that bring brokers, and how the swarm aims at them. */
const weights: FaultProfile['weights'] = { crash: 40, crashAll: 1, pause: 15, isolate: 15, split: 6, bridge: 2, cut: 15, cutOneWay: 10, clog: 12, reset: 15, slowDisk: 2, vanish: 6 }

export const logProfiles: readonly (Pick<FaultProfile, 'name' | 'text'> & Partial<FaultProfile>)[] = [
  { name: 'topics-calm', text: 'three brokers and their clients, no faults at all' },
  { name: 'topics', text: 'three brokers and their clients under crashes, pauses, cuts and lost datagrams', gapMicros: 1_500_000, weights, shortPerMillion: 400_000, lossPerMillion: 10_000, duplicatePerMillion: 10_000 },
  { name: 'topics-storm', text: 'three faults a second, most of them short', gapMicros: 350_000, weights, shortPerMillion: 800_000, lossPerMillion: 20_000, duplicatePerMillion: 10_000, crashAtPoints: 300 },
  { name: 'topics-edges', text: 'crashes aimed at the edges between appending and telling', gapMicros: 2_500_000, weights: { crash: 10, cut: 5, pause: 5, reset: 10 }, shortPerMillion: 500_000, crashAtPoints: 8_000, lossPerMillion: 5_000 },
  { name: 'topics-network', text: 'cuts, clogs, pauses and doubled datagrams, nothing crashes', gapMicros: 900_000, weights: { isolate: 15, cut: 15, cutOneWay: 15, clog: 25, pause: 20, reset: 10 }, shortPerMillion: 500_000, lossPerMillion: 40_000, duplicatePerMillion: 50_000 },
]

/** A blow for a broker or a client of the log; null leaves it to the ensemble. */
export function aimedAtLog(world: World, kind: FaultKind, length: number): Fault | null {
  const { faultChance: chance } = world
  if (chance.below(4) === 0) return null
  const { brokers, clients } = logOptionsOf(world)
  const leaders: number[] = []
  for (let id = 0; id < brokers; id++) if (brokerOf(world, id)?.replicas.some((replica) => replica?.role === roleLeader) === true) leaders.push(id)
  const chosen = leaders.length > 0 && chance.below(2) === 0 ? leaders[chance.below(leaders.length)]! : chance.below(brokers)
  const victim = nodeOfBroker(world, chosen)
  const other = nodeOfBroker(world, (chosen + 1 + chance.below(brokers - 1)) % brokers)
  switch (kind) {
    case 'crash':
    case 'pause':
    case 'slowDisk':
      return fault(kind, victim, length)
    case 'vanish':
      return clients.length === 0 ? null : fault('vanish', nodeOfBroker(world, brokers + chance.below(clients.length)), length)
    case 'isolate':
      return fault('isolate', victim, length, 1)
    case 'cut':
    case 'cutOneWay':
      // From another broker, or from a server of the ensemble.
      return fault(kind, victim, length, chance.below(3) === 0 ? chance.below(world.setup.options.servers) : other)
    case 'clog':
      return fault('clog', victim, Math.min(length, 3_000_000), chance.below(2) === 0 ? -1 : other)
    case 'reset':
      return fault('reset', victim)
    default:
      return null
  }
}
