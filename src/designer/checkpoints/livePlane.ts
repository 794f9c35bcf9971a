import { useSyncExternalStore } from 'react'
import { LocalRegistry } from '../../checkpoints/registry.ts'
import type { CheckpointBackend } from '../../checkpoints/backend.ts'
import { systemClock } from '../../deterministic/clock.ts'
import { fault, leaderOf } from '../../ensemble/faults.ts'
import { LiveControlPlane } from '../../runtime/liveControlPlane.ts'

/**
 * The control plane of the run on screen: three ZooKeeper servers and two JobManagers that live as long as the run. A checkpoint is complete when a quorum of the servers has its pointer; kill the leading
 * JobManager, and the other takes over and starts the job again from the newest.
 */
export interface PlaneView {
  /** The JobManager that leads; null while none does. */
  readonly jobManager: string | null
  /** The ensemble's leader, by id; -1 while there is none. */
  readonly server: number
  /** Why no checkpoint can complete now; null when nothing stands in the way. */
  readonly waitsFor: string | null
  readonly takeovers: number
}

const serverCount = 3
/** How long what is killed by hand stays away. */
const awayMs = 6000

let plane: LiveControlPlane | null = null
let view: PlaneView | null = null
const listeners = new Set<() => void>()

/** A new plane for a new run; the one before ends. Elections differ from run to run with the seed. */
export function openPlane(backend: CheckpointBackend, seed: number): LiveControlPlane {
  plane?.close()
  const opened = new LiveControlPlane({ local: new LocalRegistry(backend), clock: systemClock(), seed, servers: serverCount, jobManagers: 2 })
  plane = opened
  publish()
  opened.subscribe(publish)
  return opened
}

/** The run is over: what it committed stays, and nobody leads any more. */
export function closePlane(closed: LiveControlPlane): void {
  closed.close()
  if (plane !== closed) return
  plane = null
  publish()
}

function publish(): void {
  const next = plane === null ? null : look(plane)
  if (JSON.stringify(next) === JSON.stringify(view)) return
  view = next
  for (const listener of listeners) listener()
}

function look({ status: { leader, waitsFor, takeovers }, world }: LiveControlPlane): PlaneView {
  return { jobManager: leader.jobManager < 0 ? null : leader.name, server: leaderOf(world), waitsFor, takeovers }
}

export function usePlane(): PlaneView | null {
  return useSyncExternalStore(subscribe, () => view)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  // What only time changes, such as an election under way, is not told by an effect.
  const timer = setInterval(publish, 250)
  return () => {
    clearInterval(timer)
    listeners.delete(listener)
  }
}

export function killJobManager(): void {
  plane?.killLeader(awayMs)
  publish()
}

export function killServer(): void {
  if (plane === null) return
  const leader = leaderOf(plane.world)
  plane.act(fault('crash', leader < 0 ? 0 : leader, awayMs * 1000))
  publish()
}

/** Two of three servers away: nothing completes until one is back. */
export function loseQuorum(): void {
  for (let server = 0; server < (serverCount + 1) / 2; server++) plane?.act(fault('crash', server, awayMs * 1000))
  publish()
}
