import { useCallback, useSyncExternalStore } from 'react'
import type { Schema } from '../../columnar/schema.ts'
import type { Job } from '../../job/job.ts'
import type { Problem } from '../../job/problem.ts'
import type { CheckpointState } from '../../runtime/checkpointCoordinator.ts'
import type { EdgeMetrics, JobRun, JobStatus, OperatorMetrics, PoisonRow, PreviewRow, RunEvent, RunFailure, Speed } from '../../runtime/jobRun.ts'
import { text } from '../text/text.ts'
import { announce } from './announcements.ts'
import { currentJob, designerStore, reveal } from './designerStore.ts'
import { paceOf } from './pace.ts'
import { edgeKey } from './edgeKey.ts'
import { sameLogic } from './sameLogic.ts'
import { noSinkRows, SinkBuffer, type SinkRows } from './sinkRows.ts'
import { toast } from './toasts.ts'

/**
 * The numbers of the run on screen. Apart from the designer's store on purpose: figures that change four times a second must reach the few text nodes
 * that show them and never pass through node props, or the canvas would render again for every one (React Flow with live numbers in node data: 20 frames
 * a second at 500 nodes; with a store beside it: 51).
 *
 * Each hook listens to one key. Events are folded in as they come and listeners are told once per animation frame. Edges are named by `edgeKey`, as the job was
 * when the run began; the last numbers stay after the run ends, until the next one begins.
 */
export interface RunView {
  /** `idle` before the first run of this document. */
  readonly status: JobStatus | { readonly kind: 'idle' }
  readonly failure: RunFailure | null
  /** The job that runs, or ran. */
  readonly job: Job | null
  readonly speed: Speed
  /** Ms since the run began, at the newest metrics. */
  readonly at: number
  /** Lowest watermark over the sinks, ms event time. */
  readonly watermark: number | null
  /** The document's logic has changed since the run began: what the panels show is of the earlier job. */
  readonly stale: boolean
}

export interface EdgePreview {
  readonly schema: Schema
  /** Oldest first. */
  readonly rows: readonly PreviewRow[]
  readonly rowsSeen: number
}

export interface PoisonRows {
  readonly rows: readonly PoisonRow[]
  readonly total: number
}

/** Starts a job: compiles it and launches its workers. Given by `main.tsx`, by tests, or by the fake run. */
export type StartJob = (job: Job, options: { readonly speed: Speed; readonly paused: boolean; readonly stepping: boolean; readonly resume?: number }) => Promise<{ readonly run: JobRun } | { readonly problems: readonly Problem[] }>

const idle: RunView = { status: { kind: 'idle' }, failure: null, job: null, speed: { kind: 'factor', factor: 60 }, at: 0, watermark: null, stale: false }

let view: RunView = idle
let startJob: StartJob | null = null
let current: JobRun | null = null
let unsubscribe: (() => void) | null = null
/** The run was begun by a step: its first row is let through once the engines stand ready. */
let stepWhenPaused = false
/** Grows with each start, so that what an earlier, slower start brings is thrown away. */
let generation = 0

let operators: Readonly<Record<string, OperatorMetrics>> = {}
const edges = new Map<string, EdgeMetrics>()
const previews = new Map<string, EdgePreview>()
const sinks = new Map<string, SinkBuffer>()
const sinkViews = new Map<string, SinkRows>()
const poison = new Map<string, PoisonRows>()
let checkpoints: CheckpointState | null = null
let keys: readonly string[] = []
const watched = new Map<string, number[]>()

// Listeners, by topic: `view`, `operator <id>`, `edge <key>`, `preview <key>`, `sink <id>`, `poison <id>`, `checkpoints`, `frame`.

const listeners = new Map<string, Set<() => void>>()
const dirty = new Set<string>()
let frame: number | null = null

export function subscribeRun(topic: string, listener: () => void): () => void {
  let set = listeners.get(topic)
  if (set === undefined) {
    set = new Set()
    listeners.set(topic, set)
  }
  set.add(listener)
  return () => {
    set.delete(listener)
    if (set.size === 0) listeners.delete(topic)
  }
}

function touch(topic: string): void {
  dirty.add(topic)
  if (frame !== null) return
  // A hidden page has no animation frames; its listeners are told when it is seen again, by the next event.
  frame = typeof requestAnimationFrame === 'function' ? requestAnimationFrame(tell) : (queueMicrotask(tell), -1)
}

function tell(): void {
  frame = null
  const topics = [...dirty]
  dirty.clear()
  for (const topic of topics) for (const listener of listeners.get(topic) ?? []) listener()
}

/** A busy sink has new rows in every frame, but nobody reads a table sixty times a second, and each time lays it out anew: the first rows at once, then about as often as the numbers beside them. */
const sinksEveryMs = 200
let sinksTold: ReturnType<typeof setTimeout> | null = null
const sinksWaiting = new Set<string>()

function touchSink(id: string): void {
  sinkViews.delete(id)
  sinksWaiting.add(id)
  if (sinksTold === null) tellOfSinks()
}

function tellOfSinks(): void {
  sinksTold = null
  if (sinksWaiting.size === 0) return
  for (const id of sinksWaiting) touch(`sink ${id}`)
  sinksWaiting.clear()
  sinksTold = setTimeout(tellOfSinks, sinksEveryMs)
}

function setView(change: Partial<RunView>): void {
  view = { ...view, ...change }
  touch('view')
}

// Reading

export function runView(): RunView {
  return view
}

export function useRun(): RunView {
  return useSyncExternalStore(subscribeView, runView, runView)
}
const subscribeView = (listener: () => void): (() => void) => subscribeRun('view', listener)

export function operatorMetrics(id: string): OperatorMetrics | null {
  return Object.hasOwn(operators, id) ? operators[id]! : null
}
export function useOperatorMetrics(id: string): OperatorMetrics | null {
  return useTopic(`operator ${id}`, useCallback(() => operatorMetrics(id), [id]))
}

export function edgeMetrics(key: string): EdgeMetrics | null {
  return edges.get(key) ?? null
}
export function useEdgeMetrics(key: string): EdgeMetrics | null {
  return useTopic(`edge ${key}`, useCallback(() => edgeMetrics(key), [key]))
}

export function edgePreview(key: string): EdgePreview | null {
  return previews.get(key) ?? null
}
/** The newest rows of an edge. `rows` above the default of 3 watches the edge while the component is mounted: pass it through `useWatch`. */
export function usePreview(key: string): EdgePreview | null {
  return useTopic(`preview ${key}`, useCallback(() => edgePreview(key), [key]))
}

export function sinkRows(id: string): SinkRows {
  const known = sinkViews.get(id)
  if (known !== undefined) return known
  const buffer = sinks.get(id)
  const made = buffer === undefined ? noSinkRows : buffer.view()
  sinkViews.set(id, made)
  return made
}
export function useSinkRows(id: string): SinkRows {
  return useTopic(`sink ${id}`, useCallback(() => sinkRows(id), [id]))
}

const noPoison: PoisonRows = { rows: [], total: 0 }
export function poisonRows(id: string): PoisonRows {
  return poison.get(id) ?? noPoison
}
export function usePoisonRows(id: string): PoisonRows {
  return useTopic(`poison ${id}`, useCallback(() => poisonRows(id), [id]))
}

/** Of the run on screen; null before the first, and for a run without any. */
export function checkpointState(): CheckpointState | null {
  return checkpoints
}
export function useCheckpoints(): CheckpointState | null {
  return useTopic('checkpoints', checkpointState)
}

function useTopic<T>(topic: string, read: () => T): T {
  const subscribe = useCallback((listener: () => void) => subscribeRun(topic, listener), [topic])
  return useSyncExternalStore(subscribe, read, read)
}

/** Keeps and sends this many rows of an edge while the returned function has not been called. Watchers of one edge share the largest wish. */
export function watchEdge(key: string, rows: number): () => void {
  const wishes = watched.get(key) ?? []
  wishes.push(rows)
  watched.set(key, wishes)
  applyWatch(key)
  return () => {
    const list = watched.get(key)
    if (list === undefined) return
    const place = list.indexOf(rows)
    if (place >= 0) list.splice(place, 1)
    if (list.length === 0) watched.delete(key)
    applyWatch(key)
  }
}

function applyWatch(key: string): void {
  const edge = keys.indexOf(key)
  if (current === null || edge < 0) return
  const wishes = watched.get(key)
  if (wishes === undefined) current.unwatch(edge)
  else current.watch(edge, Math.max(...wishes))
}

// Driving

export function provideStartJob(start: StartJob): void {
  startJob = start
}

export function isActive(status: RunView['status'] = view.status): boolean {
  return status.kind === 'deploying' || status.kind === 'running' || status.kind === 'paused' || status.kind === 'restarting' || status.kind === 'cancelling' || status.kind === 'created'
}

/** Starts the document's job from its beginning, or lets a paused one go on. */
export async function run(): Promise<void> {
  if (view.status.kind === 'paused' && current !== null) return resume()
  if (isActive()) return
  await start({ paused: false, stepping: false })
}

export function pause(): void {
  if (view.status.kind === 'running') current?.pause()
}

export function resume(): void {
  if (view.status.kind === 'paused') current?.resume()
}

/** One row further. Starts the job first, held at its first row, when nothing runs. */
export async function step(): Promise<void> {
  if (view.status.kind === 'running') return pause()
  if (current !== null && view.status.kind === 'paused') {
    current.step()
    return
  }
  if (!isActive()) await start({ paused: true, stepping: true })
}

/** The one key for play and pause. */
export function playOrPause(): Promise<void> {
  if (view.status.kind === 'running') {
    pause()
    return Promise.resolve()
  }
  return run()
}

export async function stop(): Promise<void> {
  generation += 1
  const ending = current
  if (ending === null) {
    if (isActive()) setView({ status: { kind: 'canceled' } })
    return
  }
  await ending.stop()
}

export async function restart(): Promise<void> {
  await stop()
  await start({ paused: false, stepping: false })
}

/** Workers of the run on screen while it is active. */
export function workerCount(): number {
  return current?.workers ?? 0
}

export function takeSavepoint(name: string): void {
  current?.savepoint(name)
}

export function killWorker(worker: number): void {
  current?.killWorker(worker)
}

/** Goes on from a checkpoint: the run on screen, or a new one of the document when none is active. */
export async function restoreFrom(checkpoint: number): Promise<void> {
  if (current !== null && (view.status.kind === 'running' || view.status.kind === 'paused')) current.restoreFrom(checkpoint)
  else if (!isActive()) await start({ paused: false, stepping: false, resume: checkpoint })
}

/** Whether somebody has set the speed, which then stays over documents. */
let speedChosen = false

export function setSpeed(speed: Speed): void {
  speedChosen = true
  setView({ speed })
  current?.setSpeed(speed)
}

async function start(options: { readonly paused: boolean; readonly stepping: boolean; readonly resume?: number }): Promise<void> {
  if (startJob === null) return
  release()
  generation += 1
  const mine = generation
  const job = currentJob()
  if (!speedChosen) setView({ speed: paceOf(job) })
  // Rows that the checkpoint covers were shown, and will not come again.
  const covered = options.resume === undefined ? [] : [...sinks]
  clearNumbers()
  for (const [id, buffer] of covered) {
    buffer.takeBack(options.resume!)
    sinks.set(id, buffer)
  }
  keys = job.edges.map(edgeKey)
  setView({ status: { kind: 'deploying' }, failure: null, job, at: 0, watermark: null, stale: false })
  announce(text.run.starting)
  let started: Awaited<ReturnType<StartJob>>
  try {
    started = await startJob(job, { speed: view.speed, ...options })
  } catch (error) {
    // A launcher that throws is our fault, not the user's; the document is untouched and the reason is shown as it is.
    if (mine === generation) fail({ code: 'MR-400', operator: null, subtask: null, message: text.run.couldNotStart(error instanceof Error ? error.message : String(error)), row: null })
    return
  }
  if (mine !== generation) {
    if ('run' in started) await started.run.stop()
    return
  }
  if ('problems' in started) {
    const first = started.problems.find((problem) => problem.severity === 'error') ?? started.problems[0]
    setView({ status: { kind: 'idle' }, job: null })
    toast({ tone: 'warning', message: first === undefined ? text.run.couldNotStart('') : text.run.notRunnable(first.message) })
    if (first?.place.operator !== undefined) reveal({ kind: 'operator', id: first.place.operator })
    return
  }
  current = started.run
  stepWhenPaused = options.stepping
  unsubscribe = started.run.subscribe(receive)
  for (const key of watched.keys()) applyWatch(key)
  receive({ kind: 'status', status: started.run.status })
}

/** Lets go of a run that has ended, so that its workers and buffers can be freed. */
function release(): void {
  unsubscribe?.()
  unsubscribe = null
  // What is being written becomes complete, or fails, after the last row.
  const mine = generation
  const off = current?.subscribe((event) => {
    if (mine !== generation) off?.()
    else if (event.kind === 'checkpoints') {
      checkpoints = event.checkpoints
      touch('checkpoints')
    }
  })
  current = null
}

/** A run that has ended moves nothing any more: its totals stay, its rates are none. */
function settle(): void {
  operators = Object.fromEntries(
    Object.entries(operators).map(([id, metrics]) => {
      touch(`operator ${id}`)
      return [id, { ...metrics, rowsInPerSecond: 0, rowsOutPerSecond: 0, busyMsPerSecond: 0, idleMsPerSecond: 0, backPressuredMsPerSecond: 0 }]
    }),
  )
  for (const [key, metrics] of edges) {
    edges.set(key, { ...metrics, rowsPerSecond: 0, queueFill: 0 })
    touch(`edge ${key}`)
  }
  touch('frame')
}

function clearNumbers(): void {
  for (const id of Object.keys(operators)) touch(`operator ${id}`)
  for (const key of edges.keys()) touch(`edge ${key}`)
  for (const key of previews.keys()) touch(`preview ${key}`)
  for (const id of sinks.keys()) touchSink(id)
  for (const id of poison.keys()) touch(`poison ${id}`)
  operators = {}
  edges.clear()
  previews.clear()
  sinks.clear()
  sinkViews.clear()
  poison.clear()
  checkpoints = null
  touch('checkpoints')
  touch('frame')
}

function receive(event: RunEvent): void {
  switch (event.kind) {
    case 'status':
      return receiveStatus(event.status)
    case 'metrics': {
      for (const id of Object.keys(event.frame.operators)) touch(`operator ${id}`)
      operators = event.frame.operators
      for (const [index, metrics] of Object.entries(event.frame.edges)) {
        const key = keys[Number(index)]
        if (key === undefined) continue
        edges.set(key, metrics)
        touch(`edge ${key}`)
      }
      touch('frame')
      setView({ at: event.frame.at, watermark: lowestWatermark() })
      return
    }
    case 'preview': {
      const key = keys[event.edge]
      if (key === undefined) return
      previews.set(key, { schema: event.schema, rows: event.rows, rowsSeen: event.rowsSeen })
      touch(`preview ${key}`)
      return
    }
    case 'sink': {
      let buffer = sinks.get(event.operator)
      if (buffer === undefined) {
        buffer = new SinkBuffer()
        sinks.set(event.operator, buffer)
      }
      buffer.append(event.batch, event.subtask, event.epoch)
      touchSink(event.operator)
      return
    }
    case 'checkpoints':
      checkpoints = event.checkpoints
      touch('checkpoints')
      return
    case 'restored':
      if (!event.takeBack) return
      for (const [id, buffer] of sinks) {
        // The rows of a region that ran on stay.
        if (event.operators !== null && !event.operators.includes(id)) continue
        buffer.takeBack(event.checkpoint)
        touchSink(id)
      }
      return
    case 'poison':
      poison.set(event.operator, { rows: event.rows, total: event.total })
      touch(`poison ${event.operator}`)
      return
  }
}

function receiveStatus(status: JobStatus): void {
  const before = view.status.kind
  if (status.kind === 'failed') return fail(status.failure)
  setView({ status })
  if (status.kind === before) return
  switch (status.kind) {
    case 'running':
      return announce(text.run.running)
    case 'paused':
      if (stepWhenPaused) {
        stepWhenPaused = false
        current?.step()
      }
      return announce(text.run.paused)
    case 'finished':
      release()
      settle()
      return announce(text.run.finished(status.durationMs))
    case 'canceled':
      release()
      settle()
      return announce(text.run.stopped)
    case 'restarting':
      return announce(text.run.restarting(status.failure?.message ?? null))
    case 'created':
    case 'deploying':
    case 'cancelling':
  }
}

function fail(failure: RunFailure): void {
  release()
  settle()
  setView({ status: { kind: 'failed', failure }, failure })
  announce(failure.message, true)
  if (failure.operator !== null) reveal({ kind: 'operator', id: failure.operator })
}

function lowestWatermark(): number | null {
  let lowest: number | null = null
  const job = view.job
  if (job === null) return null
  for (const operator of job.operators) {
    if (job.edges.some((edge) => edge.from === operator.id)) continue
    const watermark = operatorMetrics(operator.id)?.watermark ?? null
    if (watermark !== null && (lowest === null || watermark < lowest)) lowest = watermark
  }
  return lowest
}

// A run belongs to its document: another document begins with none.
let documentId = designerStore.getState().document.id
designerStore.subscribe((state, before) => {
  if (state.document.id !== documentId) {
    documentId = state.document.id
    void stop()
    release()
    clearNumbers()
    setView({ ...idle, speed: speedChosen ? view.speed : paceOf(state.document.job) })
    return
  }
  if (state.document.job !== before.document.job && view.job !== null) {
    const stale = !sameLogic(view.job, state.document.job)
    if (stale !== view.stale) setView({ stale })
  }
})

/** For tests: as if no job had ever run. */
export function resetRun(): void {
  release()
  generation += 1
  clearNumbers()
  if (sinksTold !== null) clearTimeout(sinksTold)
  sinksTold = null
  sinksWaiting.clear()
  watched.clear()
  keys = []
  view = idle
  speedChosen = false
  tell()
}
