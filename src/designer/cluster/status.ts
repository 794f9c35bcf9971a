import { stateConnected, ZkClient } from '../../ensemble/client/zkClient.ts'
import { isLeading, type JobManagerState } from '../../ensemble/jobmanager/jobManager.ts'
import type { Broker } from '../../ensemble/log/broker.ts'
import type { World } from '../../ensemble/world/world.ts'
import { leading, looking, observing, phaseBroadcast, phaseDiscovery, phaseElection, phaseSynchronization } from '../../ensemble/zab/server.ts'
import { serverOf } from '../../ensemble/zab/serverNode.ts'
import type { EraKind } from './recording.ts'

/** What a machine is doing, in one word; what the lanes and the ring are coloured by. Reads the world, changes nothing. */
export type Status = 'down' | 'paused' | 'looking' | 'waiting' | 'discovery' | 'sync' | 'following' | 'observing' | 'leading' | 'connected' | 'suspended' | 'other'

export function ensembleSize(world: World): number {
  const { servers, observers } = world.setup.options
  return servers + observers
}

export function isServer(world: World, id: number): boolean {
  return id < ensembleSize(world)
}

/** The session a machine holds with the ensemble, whatever it is; null for servers and for those that need none. */
export function zkOf(world: World, id: number): ZkClient | null {
  const { state } = world.nodes[id]!
  return state !== null && 'zk' in state && state.zk instanceof ZkClient ? state.zk : null
}

export function statusOf(world: World, id: number): Status {
  const node = world.nodes[id]!
  if (!node.up) return 'down'
  if (node.paused) return 'paused'
  if (!isServer(world, id)) {
    const kind = world.setup.kinds[node.kind]!.name
    if (kind === 'JobManager' && isLeading(node.state as JobManagerState)) return 'leading'
    if (kind === 'broker' && (node.state as Broker).controller !== null) return 'leading'
    const zk = zkOf(world, id)
    return zk === null ? 'other' : zk.state === stateConnected ? 'connected' : 'suspended'
  }
  const server = serverOf(world, id)!
  switch (server.phase) {
    case phaseElection:
      return server.finalizing ? 'waiting' : 'looking'
    case phaseDiscovery:
      return 'discovery'
    case phaseSynchronization:
      return 'sync'
    case phaseBroadcast:
      return server.state === leading ? 'leading' : server.state === observing ? 'observing' : server.state === looking ? 'looking' : 'following'
    default:
      return 'looking'
  }
}

export interface EnsembleState {
  readonly kind: EraKind
  readonly number: number
  /** Whoever leads the latest epoch, heard or not; −1 is nobody. */
  readonly leader: number
  /** Voters that follow it and can be reached, itself included. */
  readonly together: readonly number[]
  readonly quorum: number
}

/** What the ensemble as a whole is doing: it serves when the leader and its reachable followers are a majority of the voters. */
export function ensembleState(world: World): EnsembleState {
  const { servers } = world.setup.options
  const quorum = (servers >> 1) + 1
  let leader = -1
  let epoch = -1
  let round = 0
  let isElecting = false
  let isSyncing = false
  for (let id = 0; id < servers; id++) {
    const server = serverOf(world, id)
    if (server === null || !world.nodes[id]!.up) continue
    if (server.established && server.newEpoch > epoch) {
      leader = id
      epoch = server.newEpoch
    }
    if (server.phase <= phaseElection) {
      isElecting = true
      round = Math.max(round, server.round)
    } else if (server.phase !== phaseBroadcast) isSyncing = true
  }
  const together: number[] = []
  if (leader >= 0 && !world.nodes[leader]!.paused) {
    for (let id = 0; id < servers; id++) {
      const server = serverOf(world, id)
      const node = world.nodes[id]!
      if (id === leader || (server !== null && node.up && !node.paused && server.phase === phaseBroadcast && server.leader === leader && !world.isCut(id, leader))) together.push(id)
    }
  }
  const base = { leader, together, quorum }
  if (together.length >= quorum) return { ...base, kind: 'broadcast', number: epoch }
  if (isSyncing) return { ...base, kind: 'sync', number: round }
  if (world.counters.established === 0) return { ...base, kind: isElecting && canMeet(world) >= quorum ? 'election' : 'start', number: round }
  if (canMeet(world) < quorum) return { ...base, kind: 'noQuorum', number: epoch }
  return isElecting ? { ...base, kind: 'election', number: round } : { ...base, kind: 'lost', number: epoch }
}

/** The largest number of voters that run and can all reach one of them. */
function canMeet(world: World): number {
  const { servers } = world.setup.options
  const runs = (id: number): boolean => world.nodes[id]!.up && !world.nodes[id]!.paused
  let most = 0
  for (let id = 0; id < servers; id++) {
    if (!runs(id)) continue
    let reached = 1
    for (let other = 0; other < servers; other++) if (other !== id && runs(other) && !world.isCut(id, other)) reached++
    most = Math.max(most, reached)
  }
  return most
}

/** Servers that cannot reach a majority of the voters over ways that are open both ways. */
export function serversApart(world: World): readonly number[] {
  const { servers } = world.setup.options
  const apart: number[] = []
  for (let id = 0; id < ensembleSize(world); id++) {
    let reached = id < servers ? 1 : 0
    for (let other = 0; other < servers; other++) if (other !== id && !world.isCut(id, other)) reached++
    if (reached * 2 <= servers) apart.push(id)
  }
  return apart
}
