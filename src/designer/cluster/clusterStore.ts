import { useSyncExternalStore } from 'react'
import { ClusterRun } from './clusterRun.ts'
import type { HandAction } from './handFaults.ts'
import { messageKinds, type MessageKind } from './recording.ts'
import { defaultSpec, type RunSpec } from './runSpec.ts'
import { following, zoomed, type Filter, type Hit, type Window } from './spaceTime.ts'

/**
 * The one run of the page and how it is watched: playing or not, how fast, which stretch of time is on the screen, what is chosen. Dock tab and page show the same.
 * The clock is the page's frames; all history is the run's own business.
 *
 * Two kinds of listeners: `frame` hears of every change and paints at once; React's views are told at most ten times a second while the run plays, and at once
 * otherwise.
 */
export interface ClusterView {
  readonly run: ClusterRun
  readonly playing: boolean
  /** Simulated seconds for each second of the page. */
  readonly speed: number
  readonly window: Window
  /** The window goes along with the place. */
  readonly follows: boolean
  readonly filter: Filter
  readonly chosen: Hit | null
  /** Counts; a new one means something changed. */
  readonly turn: number
}

export const speeds = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 100] as const
const quietKinds: readonly MessageKind[] = ['ping']
const firstSpan = 1_100_000
/** Events of new history in one frame: what keeps a fast run from holding the page up. */
const eventsAFrame = 12_000

const reduced = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-reduced-motion: reduce)')
export function wantsStillness(): boolean {
  return reduced?.matches ?? false
}

let view: ClusterView | null = null
const frameListeners = new Set<() => void>()
const viewListeners = new Set<() => void>()
let lastTold = 0
let frame = 0
let lastFrame = 0
/** Somebody looks: without a view on the screen the run stands still. */
let watchers = 0

export function clusterView(): ClusterView {
  return (view ??= fresh(defaultSpec))
}

function fresh(spec: RunSpec): ClusterView {
  const run = new ClusterRun(spec)
  return {
    run,
    playing: false,
    speed: 0.1,
    window: { from: 0, to: firstSpan },
    follows: true,
    filter: { kinds: new Set(messageKinds.filter((kind) => !quietKinds.includes(kind))), node: -1 },
    chosen: null,
    turn: (view?.turn ?? 0) + 1,
  }
}

function change(part: Partial<ClusterView>, isFrame = false): void {
  view = { ...clusterView(), ...part, turn: clusterView().turn + 1 }
  for (const listener of frameListeners) listener()
  const now = performance.now()
  if (isFrame && now - lastTold < 100) return
  lastTold = now
  for (const listener of viewListeners) listener()
}

export function useCluster(): ClusterView {
  return useSyncExternalStore(subscribeView, clusterViewForReact)
}

/** Between two tellings React sees the same object. */
let told: ClusterView | null = null
function clusterViewForReact(): ClusterView {
  return (told ??= clusterView())
}

function subscribeView(listener: () => void): () => void {
  const hear = (): void => {
    told = clusterView()
    listener()
  }
  viewListeners.add(hear)
  return () => viewListeners.delete(hear)
}

/** Called back with every frame that has something new. */
export function watchFrames(listener: () => void): () => void {
  frameListeners.add(listener)
  watchers++
  schedule()
  return () => {
    frameListeners.delete(listener)
    watchers--
  }
}

function schedule(): void {
  if (frame !== 0 || watchers === 0 || !clusterView().playing) return
  lastFrame = performance.now()
  frame = requestAnimationFrame(onFrame)
}

function onFrame(now: number): void {
  frame = 0
  const { run, playing, speed, follows, window } = clusterView()
  if (!playing || watchers === 0) return
  // A page that was away does not catch up.
  const passed = Math.min(100, Math.max(0, now - lastFrame))
  lastFrame = now
  run.play(passed * 1000 * speed, eventsAFrame)
  const isOver = run.isAtHead && run.head.violation !== null
  change({ ...(follows ? { window: following(window, run.time, wantsStillness()) } : {}), ...(isOver ? { playing: false } : {}) }, !isOver)
  if (!isOver) frame = requestAnimationFrame(onFrame)
}

export function play(): void {
  const { run } = clusterView()
  if (run.isAtHead && run.head.violation !== null) return
  change({ playing: true, follows: true })
  schedule()
}

export function pause(): void {
  change({ playing: false })
}

export function playOrPause(): void {
  if (clusterView().playing) pause()
  else play()
}

export function setSpeed(speed: number): void {
  change({ speed })
}

export function stepEvent(by: 1 | -1): void {
  const { run, window } = clusterView()
  if (by === 1) run.step()
  else run.stepBack()
  change({ playing: false, window: following(window, run.time, true) })
}

export function seek(time: number): void {
  const { run, window } = clusterView()
  run.seek(time)
  change({ playing: false, window: following(window, run.time, true) })
}

export function seekEvent(event: number): void {
  const { run, window } = clusterView()
  run.seekEvent(event)
  change({ playing: false, window: following(window, run.time, true) })
}

/** Something done by hand, recorded in the run. */
export function act(action: HandAction): void {
  clusterView().run.act(action)
  change({})
}

export function choose(chosen: Hit | null): void {
  change({ chosen })
}

export function setFilter(filter: Partial<Filter>): void {
  change({ filter: { ...clusterView().filter, ...filter } })
}

export function zoom(factor: number, around: number): void {
  const { window } = clusterView()
  change({ window: zoomed(window, factor, around) })
}

export function pan(micros: number): void {
  const { window, run } = clusterView()
  const span = window.to - window.from
  const from = Math.max(-span * 0.1, Math.min(window.from + micros, run.end - span * 0.1))
  change({ window: { from, to: from + span }, follows: false })
}

export function showSpan(span: number): void {
  const { window, run } = clusterView()
  change({ window: zoomed(window, span / (window.to - window.from), run.time), follows: true })
}

/** Another run in place of this one; `until` is played at once. */
export function startRun(spec: RunSpec, options: { readonly until?: number; readonly span?: number; readonly speed?: number } = {}): void {
  const before = clusterView()
  const next = fresh(spec)
  const { until, span, speed } = options
  if (until !== undefined) next.run.play(until)
  const window = following({ from: 0, to: span ?? firstSpan }, next.run.time, true)
  change({ ...next, speed: speed ?? before.speed, filter: { ...next.filter, kinds: before.filter.kinds }, window })
  lastTold = 0
}

/** The first time the view opens: the run begins, or stands at a moment worth looking at for those who want nothing to move. */
let opened = false
export function openCluster(): void {
  if (opened) return
  opened = true
  if (wantsStillness()) {
    const { run, window } = clusterView()
    run.play(1_600_000)
    change({ window: following(window, run.time, true) })
  } else play()
}
