import { useSyncExternalStore } from 'react'

/**
 * What the page shows of the control plane of the run on screen, wherever it shows it. Apart from `livePlane.ts`, which brings the ensemble along: the timeline and the panels
 * may listen before there is any.
 */
export interface PlaneView {
  /** Which run's plane it is; each run has one of its own. */
  readonly run: number
  /** The JobManager that leads; null while none does. */
  readonly jobManager: string | null
  /** The ensemble's leader, by id; -1 while there is none. */
  readonly server: number
  /** The epoch that server leads. */
  readonly epoch: number
  /** Why no checkpoint can complete now; null when nothing stands in the way. */
  readonly waitsFor: string | null
  /** Why sinks wait for the brokers of their topics; null when they do not. */
  readonly topicsWaitFor: string | null
  readonly takeovers: number
  /** The newest checkpoint whose pointer is committed; null before the first. */
  readonly committed: number | null
}

let look: () => PlaneView | null = () => null
let view: PlaneView | null = null
const listeners = new Set<() => void>()

/** Where the view comes from, as soon as there is something to look at. */
export function lookWith(from: () => PlaneView | null): void {
  look = from
  refreshPlane()
}

export function refreshPlane(): void {
  const next = look()
  if (JSON.stringify(next) === JSON.stringify(view)) return
  view = next
  for (const listener of listeners) listener()
}

export function planeView(): PlaneView | null {
  return view
}

export function subscribePlane(listener: () => void): () => void {
  listeners.add(listener)
  // What only time changes, such as an election under way, is not told by an effect.
  const timer = setInterval(refreshPlane, 250)
  return () => {
    clearInterval(timer)
    listeners.delete(listener)
  }
}

export function usePlane(): PlaneView | null {
  return useSyncExternalStore(subscribePlane, planeView)
}
