import { useCallback, useSyncExternalStore } from 'react'
import type { RunFailure } from '../../runtime/jobRun.ts'
import { edgeMetrics, isActive, operatorMetrics, runView, subscribeRun } from '../store/runStore.ts'
import { behindOf, nothingBehind, type Behind } from './behind.ts'

/**
 * The one beat of the canvas. Four times a second the run store has new numbers; this makes one pass over the painters of everything on screen, after working
 * out once what they share: the ruler of event time and who waits for whom. Painters write into text nodes and attributes; React renders nothing.
 *
 * Nodes must not subscribe to the run store one by one: with 200 of them each would ask for the ruler, and the ruler asks all 200.
 */
export interface RunTimes {
  /** The furthest watermark of the job; null before the first. */
  readonly front: number | null
  /** Event time from the run's first watermark to the front, at least a minute: the length of the ruler. */
  readonly spanMs: number
  readonly behind: Behind
  /** Ms since the run began. */
  readonly at: number
  readonly running: boolean
}

const atRest: RunTimes = { front: null, spanMs: 60_000, behind: nothingBehind, at: 0, running: false }
let times = atRest
let first: number | null = null
/** Operators that already waited in the last pass: one frame of unevenness is no news. */
let waitedBefore: ReadonlySet<string> = new Set()
const painters = new Set<() => void>()
let queued = false

export function runTimes(): RunTimes {
  return times
}

/** Calls `paint` now and with every beat, until the returned function is called. */
export function paintWithRun(paint: () => void): () => void {
  painters.add(paint)
  paint()
  return () => painters.delete(paint)
}

function beat(): void {
  queued = false
  times = newTimes()
  for (const paint of painters) paint()
}

/** `frame` and `view` come together; one pass serves both. */
function queue(): void {
  if (queued) return
  queued = true
  queueMicrotask(beat)
}
subscribeRun('frame', queue)
subscribeRun('view', queue)

const lagFloorMs = 60_000
const settledAfterMs = 3000

function newTimes(): RunTimes {
  const { job, at, status } = runView()
  if (job === null) {
    first = null
    waitedBefore = new Set()
    return atRest
  }
  if (at === 0) first = null
  let front: number | null = null
  for (const operator of job.operators) {
    const watermark = operatorMetrics(operator.id)?.watermark ?? null
    if (watermark !== null && Number.isFinite(watermark) && (front === null || watermark > front)) front = watermark
  }
  if (front !== null && (first === null || front < first)) first = front
  const spanMs = front === null || first === null ? 60_000 : Math.max(60_000, front - first)
  const running = isActive(status)
  let behind = nothingBehind
  if (running) {
    const watermarkOf = (key: string): number | null => edgeMetrics(key)?.watermark ?? operatorMetrics(key.slice(0, key.indexOf(':')))?.watermark ?? null
    const found = behindOf(job, watermarkOf, { lagMs: Math.max(lagFloorMs, spanMs * 0.1), silent: at > settledAfterMs })
    const waits = new Set(found.waiting.keys())
    if ([...waits].every((id) => waitedBefore.has(id))) behind = found
    waitedBefore = waits
  }
  return { front, spanMs, behind, at, running }
}

/** Rows an edge had, and when that number last grew: for edges that fall silent. */
export class Silence {
  private rows = -1
  private since = 0

  /** Ms for which nothing has come. */
  after(rows: number, at: number): number {
    if (rows !== this.rows || at < this.since) {
      this.rows = rows
      this.since = at
    }
    return at - this.since
  }
}

const onView = (listener: () => void): (() => void) => subscribeRun('view', listener)

/** The view of a run changes with every frame of numbers; what nodes want of it changes once a run, so they ask for that alone. */
export function useHasFailed(operator: string): boolean {
  return useSyncExternalStore(onView, useCallback(() => runView().failure?.operator === operator, [operator]))
}

export function useFailure(): RunFailure | null {
  return useSyncExternalStore(onView, failureNow)
}
const failureNow = (): RunFailure | null => runView().failure
