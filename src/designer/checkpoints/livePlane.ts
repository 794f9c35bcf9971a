import { LocalRegistry } from '../../checkpoints/registry.ts'
import type { CheckpointBackend } from '../../checkpoints/backend.ts'
import { systemClock } from '../../deterministic/clock.ts'
import { fault, leaderOf } from '../../ensemble/faults.ts'
import { LiveControlPlane, type LiveControlPlaneOptions } from '../../runtime/liveControlPlane.ts'
import { serverOf } from '../../ensemble/zab/serverNode.ts'
import { lookWith, refreshPlane, type PlaneView } from './planeView.ts'

/**
 * The control plane of the run on screen: three ZooKeeper servers and two JobManagers that live as long as the run. A checkpoint is complete when a quorum of the servers has its pointer; kill the leading
 * JobManager, and the other takes over and starts the job again from the newest. Where the job writes or reads topics, three brokers keep these too.
 */
const serverCount = 3
/** How long what is killed by hand stays away. */
const awayMs = 6000

let plane: LiveControlPlane | null = null
let run = 0

/** A new plane for a new run; the one before ends. Elections differ from run to run with the seed. */
export function openPlane(backend: CheckpointBackend, seed: number, topics: LiveControlPlaneOptions['topics']): LiveControlPlane {
  plane?.close()
  const opened = new LiveControlPlane({ local: new LocalRegistry(backend), clock: systemClock(), seed, servers: serverCount, jobManagers: 2, ...(topics === undefined ? {} : { topics }) })
  plane = opened
  run++
  lookWith(look)
  opened.subscribe(refreshPlane)
  return opened
}

/** The run is over: what it committed stays, and nobody leads any more. */
export function closePlane(closed: LiveControlPlane): void {
  closed.close()
  if (plane !== closed) return
  plane = null
  refreshPlane()
}

/** The plane itself, for whoever shows its world; null when no run has one. */
export function openedPlane(): LiveControlPlane | null {
  return plane
}

function look(): PlaneView | null {
  if (plane === null) return null
  const { status, world } = plane
  const { leader, waitsFor, topicsWaitFor, takeovers } = status
  const server = leaderOf(world)
  return { run, jobManager: leader.jobManager < 0 ? null : leader.name, server, epoch: server < 0 ? 0 : serverOf(world, server)!.newEpoch, waitsFor, topicsWaitFor, takeovers, committed: leader.pointers.at(-1) ?? null }
}

export function killJobManager(): void {
  plane?.killLeader(awayMs)
  refreshPlane()
}

export function killServer(): void {
  if (plane === null) return
  const leader = leaderOf(plane.world)
  plane.act(fault('crash', leader < 0 ? 0 : leader, awayMs * 1000))
  refreshPlane()
}

/** Two of three servers away: nothing completes until one is back. */
export function loseQuorum(): void {
  for (let server = 0; server < (serverCount + 1) / 2; server++) plane?.act(fault('crash', server, awayMs * 1000))
  refreshPlane()
}
