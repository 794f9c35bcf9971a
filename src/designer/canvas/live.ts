import { useCallback, useSyncExternalStore } from 'react'
import type { RunFailure } from '../../runtime/jobRun.ts'
import { edgeMetrics, isActive, operatorMetrics, runView, subscribeRun } from '../store/runStore.ts'
import { behindOf, nothingBehind, type Behind } from './behind.ts'

/**
 * The one beat of the canvas. Four times a second the run store has new numbers; this works out once what all painters share, the ruler of event time and who
 * waits for whom, and then makes a pass over the painters of everything on screen. Painters write into text nodes and attributes; React renders nothing.
 *
 * A pass is spread over frames, some painters in each: laying out and drawing fifty operators and their channels takes several frames' time, and a hand that
 * drags must not wait for it. A beat that comes before the last pass has ended goes on where that one stood, so that everybody has a turn.
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
/** Painters that have not seen the newest numbers, those that wait longest first. */
const due = new Set<() => void>()
let isQueued = false

export function runTimes(): RunTimes {
  return times
}

/** Calls `paint` now and after every beat, until the returned function is called. */
export function paintWithRun(paint: () => void): () => void {
  painters.add(paint)
  paint()
  return () => {
    painters.delete(paint)
    due.delete(paint)
  }
}

/** So many painters a frame bring fifty operators to the screen within a third of a beat. */
const paintersAFrame = 24

function beat(): void {
  times = newTimes()
  for (const paint of painters) due.add(paint)
  if (isQueued) return
  isQueued = true
  inNextFrame(paintSome)
}

function paintSome(): void {
  let left = paintersAFrame
  for (const paint of due) {
    if (left-- === 0) break
    due.delete(paint)
    paint()
  }
  isQueued = due.size > 0
  if (isQueued) inNextFrame(paintSome)
}

/** The frame that brings the numbers has the timeline to draw already. */
const inNextFrame = (work: () => void): void => void requestAnimationFrame(work)

/** `frame` and `view` come together; one beat serves both. */
let isTold = false
function queue(): void {
  if (isTold) return
  isTold = true
  queueMicrotask(() => {
    isTold = false
    beat()
  })
}
subscribeRun('frame', queue)
subscribeRun('view', queue)

/** Writes into the text node that is there: a new one would have its boxes made anew. */
export function setText(element: Element, words: string): void {
  const { firstChild } = element
  if (firstChild === null) element.textContent = words
  else if (firstChild.nodeValue !== words) firstChild.nodeValue = words
}

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
