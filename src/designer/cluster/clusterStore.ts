import { useSyncExternalStore } from 'react'
import type { Violation, World } from '../../ensemble/world/world.ts'
import { workerUrl } from '../../runtime/launch/workerUrl.ts'
import { announce } from '../store/announcements.ts'
import { cardNamed } from '../../ensemble/scenarios/catalog.ts'
import { scheduleOf } from '../../ensemble/scenarios/minimalSchedules.ts'
import { runSchedule } from '../../ensemble/scenarios/schedules.ts'
import { cluster as t } from '../text/cluster.ts'
import { ClusterRun, type LiveSource } from './clusterRun.ts'
import type { HandAction } from './handFaults.ts'
import { momentFrom, saidActs, type Moment } from './marks.ts'
import { firstAfter, messageKinds, type MessageKind } from './recording.ts'
import { defaultSpec, type Beside, type Load, type Network, type RunSpec } from './runSpec.ts'
import type { FoundSeed } from './seedSearch.ts'
import type { SearchNews, SearchOrder } from './seedSearch.worker.ts'
import { openedPlane } from '../checkpoints/livePlane.ts'
import { planeView, subscribePlane } from '../checkpoints/planeView.ts'
import { runView } from '../store/runStore.ts'
import { ensembleSize, isServer, zkOf } from './status.ts'
import { following, showing, zoomed, type Filter, type Hit, type Window } from './spaceTime.ts'

/**
 * The one run of the page and how it is watched: playing or not, how fast, which stretch of time is on the screen, what is chosen. Dock tab and page show the same.
 * The clock is the page's frames; all history is the run's own business.
 *
 * Two kinds of listeners: `frame` hears of every change and paints at once; React's views are told four times a second while the run plays, and at once
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
  /** The machine a hand is laid on, and the other end of a link. */
  readonly target: number
  readonly other: number
  readonly tab: BottomTab
  /** The card that is open in the gallery. */
  readonly card: string | null
  readonly search: Search | null
  /** Counts; a new one means something changed. */
  readonly turn: number
}

export type BottomTab = 'logs' | 'happened' | 'scenarios' | 'invariants' | 'compare' | 'myths'

/** A search for a seed that breaks, or what it came to. */
export type Search =
  | { readonly kind: 'searching'; readonly id: string; readonly seed: number; readonly of: number }
  | { readonly kind: 'found'; readonly id: string; readonly how: 'seed' | 'deeper' | 'schedule'; readonly found: FoundSeed }
  | { readonly kind: 'none'; readonly id: string; readonly of: number }

export const speeds = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 100] as const
const quietKinds: readonly MessageKind[] = ['ping', 'fetch']
const firstSpan = 1_300_000
/** Events of new history in one frame: what keeps a fast run from holding the page up. */
const eventsAFrame = 12_000

/** Panels change often enough to be followed with the eye, and seldom enough to leave the frames to the diagram. */
const toldEveryMs = 200
/** Of so many frames one may change the document: style, layout, painting and the way to the screen cost a frame as much whether one word has changed or a hundred. */
const framesATelling = 3
const tellingsATurn = 5

const reduced = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-reduced-motion: reduce)')
export function wantsStillness(): boolean {
  return reduced?.matches ?? false
}

let view: ClusterView | null = null
const frameListeners = new Set<() => void>()
const writers = new Set<() => void>()
let framesPlayed = 0
/** React's views, each with when it was told; the longest untold first. */
const viewListeners = new Map<() => void, number>()
let frame = 0
let lastFrame = 0
/** Somebody looks: without a view on the screen the run stands still. */
let watchers = 0

export function clusterView(): ClusterView {
  return (view ??= fresh(defaultSpec))
}

function fresh(spec: RunSpec, live: LiveSource | null = null): ClusterView {
  const run = new ClusterRun(spec, live)
  return {
    run,
    playing: false,
    speed: 0.1,
    window: { from: 0, to: firstSpan },
    follows: true,
    filter: { kinds: new Set(messageKinds.filter((kind) => !quietKinds.includes(kind))), node: -1 },
    chosen: null,
    target: view !== null && view.target < run.recording.world.nodes ? view.target : 0,
    other: view !== null && view.other < run.recording.world.nodes ? view.other : 1,
    tab: view?.tab ?? 'logs',
    card: view?.card ?? null,
    search: view?.search ?? null,
    turn: (view?.turn ?? 0) + 1,
  }
}

function change(part: Partial<ClusterView>, isFrame = false): void {
  view = { ...clusterView(), ...part, turn: clusterView().turn + 1 }
  for (const listener of frameListeners) listener()
  if (isFrame && ++framesPlayed % framesATelling !== 0) return
  for (const writer of writers) writer()
  if (isFrame) tellSome()
  else for (const listener of [...viewListeners.keys()]) tell(listener, performance.now())
}

/**
 * While the run plays, each of React's views is told four times a second, but not all in one frame: of three frames one tells its share of them, the longest untold first. Told all at once they
 * made every twelfth frame late; told in every frame, every frame paid for a changed document.
 */
function tellSome(): void {
  const now = performance.now()
  let share = Math.ceil(viewListeners.size / tellingsATurn)
  for (const [listener, at] of viewListeners) {
    if (share === 0 || now - at < toldEveryMs) return
    tell(listener, now)
    share--
  }
}

/** Whoever is told goes to the end of the line. */
function tell(listener: () => void, now: number): void {
  viewListeners.delete(listener)
  viewListeners.set(listener, now)
  listener()
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
  viewListeners.set(hear, 0)
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

/** Called back in frames that may change the document: for what is written straight into it, oftener than React is told. */
export function watchTellings(listener: () => void): () => void {
  writers.add(listener)
  return () => writers.delete(listener)
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
  sayNews()
  change({ ...(follows ? { window: following(window, run.time, wantsStillness()) } : {}), ...(isOver ? { playing: false } : {}) }, !isOver)
  if (!isOver) frame = requestAnimationFrame(onFrame)
}

export function play(): void {
  const { run } = clusterView()
  if (run.isAtHead && run.head.violation !== null) return
  // At its own pace a live run is seen as it goes on; slower, from the place on.
  if (run.live !== null && clusterView().speed >= 1) run.toHead()
  change({ playing: true, follows: true })
  schedule()
}

export function pause(): void {
  clusterView().run.hold()
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
  run.hold()
  if (by === 1) run.step()
  else run.stepBack()
  change({ playing: false, window: showing(window, run.time) })
}

export function seek(time: number): void {
  const { run, window } = clusterView()
  if (run.live !== null && time === Number.POSITIVE_INFINITY) return play()
  run.hold()
  run.seek(time)
  change({ playing: false, window: showing(window, run.time) })
}

export function seekEvent(event: number): void {
  const { run, window } = clusterView()
  run.seekEvent(event)
  change({ playing: false, window: showing(window, run.time) })
}

/** Something done by hand, recorded in the run. */
export function act(action: HandAction): void {
  const { run } = clusterView()
  run.act(action)
  // A live run takes it now, wherever one was looking.
  if (run.live !== null) play()
  else change({})
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
  const window = showing({ from: 0, to: span ?? firstSpan }, next.run.time)
  change({ ...next, speed: speed ?? before.speed, filter: { ...next.filter, kinds: before.filter.kinds }, window })
}

/** The first time the view opens: the run begins, or stands at a moment worth looking at for those who want nothing to move. */
let opened = false
export function openCluster(): void {
  if (opened) return
  opened = true
  subscribePlane(onPlane)
  if (openedPlane() !== null) return showLive()
  if (wantsStillness()) {
    const { run, window } = clusterView()
    run.play(1_180_000)
    change({ window: showing(window, run.time) })
  } else play()
}

// ---- the ensemble of the job that runs -------------------------------------------------------------------------------------------------------------------------

/** Views that are not on the screen: the simulation while a job's ensemble is, and the job's while the simulation is. A live run is listened to once. */
let simulated: ClusterView | null = null
let lived: ClusterView | null = null

/** Shows the control plane of the run that is on, as it lives; nothing where there is none. */
export function showLive(): void {
  const plane = openedPlane()
  const now = planeView()
  const before = clusterView()
  if (plane === null || now === null || isOfRun(before, now.run)) return
  if (before.run.live === null) simulated = before
  stopSearch()
  if (lived === null || !isOfRun(lived, now.run)) {
    const next = fresh({ kind: 'live', run: now.run, job: runView().job?.name ?? '' }, plane)
    lived = { ...next, speed: 1, target: 0, other: 1, window: showing({ from: 0, to: liveSpan }, next.run.time), filter: { ...next.filter, kinds: before.filter.kinds } }
  }
  change({ ...lived })
  if (!wantsStillness()) return play()
  lived.run.hold()
  change({ window: showing(lived.window, lived.run.time) })
}

/** Back to the ensemble that is simulated here. */
export function showSimulation(): void {
  const before = clusterView()
  if (before.run.live === null) return
  lived = { ...before, playing: false }
  change({ ...(simulated ?? fresh(defaultSpec)), playing: false })
  begin()
}

function isOfRun({ run: { spec } }: ClusterView, run: number): boolean {
  return spec.kind === 'live' && spec.run === run
}

/** Half a second for an eye to follow a message across, at the pace of the clock. */
const liveSpan = 4_000_000

/** Another run of the job has another ensemble: whoever looks at the one before looks at that. */
function onPlane(): void {
  const { run } = clusterView()
  const now = planeView()
  if (run.live !== null && now !== null && !isOfRun(clusterView(), now.run)) showLive()
  else if (run.live !== null && now === null && clusterView().playing) pause()
  else change({})
}

// ---- what a hand does ------------------------------------------------------------------------------------------------------------------------------------------

export type HandChoice = HandAction['kind']

/** Machines of a job's ensemble that may die: what its sinks send and what its files lie on is the page's own. */
function isCoordinating(world: World, id: number): boolean {
  return ['server', 'JobManager', 'broker'].includes(world.setup.kinds[world.nodes[id]!.kind]!.name)
}

/** The buttons with their keys, and what each would do to the chosen machine now; null is nothing. */
export function handActions({ run, target, other }: ClusterView): readonly { readonly choice: HandChoice; readonly key: string; readonly action: HandAction | null }[] {
  // To what lives something is done now, whatever moment is on the screen.
  const world = run.live === null ? run.world : run.head
  const node = world.nodes[target]!
  const server = isServer(world, target)
  const session = zkOf(world, target)?.session ?? 0
  const when = (holds: boolean, action: HandAction): HandAction | null => (holds ? action : null)
  const killed = node.up ? ({ choice: 'kill', key: 'K', action: { kind: 'kill', node: target } } as const) : ({ choice: 'restart', key: 'K', action: { kind: 'restart', node: target } } as const)
  // A job depends on this one: it may lose machines and get them back, and nothing else is done to it.
  if (run.live !== null) return [{ ...killed, action: when(planeView() !== null && isCoordinating(world, target), killed.action) }]
  return [
    killed,
    node.paused ? { choice: 'resume', key: 'P', action: { kind: 'resume', node: target } } : { choice: 'pause', key: 'P', action: when(node.up, { kind: 'pause', node: target }) },
    { choice: 'isolate', key: 'I', action: when(server, { kind: 'isolate', node: target }) },
    { choice: 'cut', key: 'C', action: when(server && other !== target, { kind: 'cut', node: target, other }) },
    { choice: 'cutOneWay', key: 'O', action: when(server && other !== target, { kind: 'cutOneWay', node: target, other }) },
    { choice: 'slowDisk', key: 'D', action: when(server && node.up, { kind: 'slowDisk', node: target }) },
    { choice: 'loseTail', key: 'T', action: when(server && node.up, { kind: 'loseTail', node: target }) },
    { choice: 'expireSession', key: 'E', action: when(session !== 0, { kind: 'expireSession', session }) },
    { choice: 'heal', key: 'H', action: when(world.cut.some((way) => way !== 0), { kind: 'heal' }) },
  ]
}

export function chooseTarget(target: number): void {
  const view = clusterView()
  const size = ensembleSize(view.run.world)
  change({ target, ...(view.other === target ? { other: (target + 1) % size } : {}) })
}

export function chooseOther(other: number): void {
  change({ other })
}

export function showTab(tab: BottomTab): void {
  change({ tab })
}

export function goToMoment(kind: Moment['kind'], by: 1 | -1): void {
  const { run } = clusterView()
  const moment = momentFrom(run.recording, run.time, kind, by)
  if (moment !== null) seek(moment.time)
}

// ---- scenarios and cards ---------------------------------------------------------------------------------------------------------------------------------------

/** A violation of this run: what stopped it; or, of a card whose mistake only hinders recovery, what the search found. */
export function brokenIn({ run, search }: ClusterView): Pick<Violation, 'invariant' | 'detail' | 'event' | 'time' | 'node'> | null {
  const { violation } = run.head
  if (violation !== null) return violation
  const { spec } = run
  if ((spec.kind !== 'card' && spec.kind !== 'schedule') || spec.isFixed || search?.kind !== 'found' || search.id !== spec.id || cardNamed(spec.id)?.liveness !== true) return null
  return run.time < search.found.time ? null : { ...search.found, node: -1 }
}

export function startFree(wanted: { readonly seed?: number; readonly servers?: 3 | 5 | 7; readonly observers?: 0 | 2; readonly network?: Network; readonly load?: Load; readonly beside?: Beside } = {}): void {
  const { spec } = clusterView().run
  const base = spec.kind === 'free' ? spec : (defaultSpec as Extract<RunSpec, { kind: 'free' }>)
  const next = { ...base, ...wanted }
  startRun(next, next.beside === 'clients' ? { speed: 0.1, span: next.network === 'zones' ? loadSpans[next.load] : firstSpan } : { speed: 0.5, span: besideSpan })
  begin()
}

/** Checkpoints and rows come a few times a second. */
const besideSpan = 5_000_000
/** The more messages, the closer one looks: each is to be told from its neighbours. */
const loadSpans: Readonly<Record<Load, number>> = { quiet: firstSpan, busy: 700_000, eager: 400_000 }

export function playScenario(name: string): void {
  change({ card: null, search: null })
  startRun({ kind: 'scenario', name }, { span: scenarioSpans[name] ?? 1_100_000, speed: scenarioSpeeds[name] ?? 0.1 })
  begin()
}

/** What there is to see takes its own time: an expiry some seconds, an election half of one. */
const scenarioSpans: Readonly<Record<string, number>> = { split: 4_000_000, 'session-expires': 6_000_000, lock: 3_000_000, 'fenced-lock': 8_000_000, 'unfenced-lock': 8_000_000, 'tree-by-snapshot': 2_000_000, 'shared-lock': 3_000_000, latch: 8_000_000, barrier: 4_000_000, 'double-barrier': 3_000_000, queue: 2_000_000, membership: 8_000_000, discovery: 8_000_000, configuration: 3_000_000, failover: 6_000_000, 'failover-paused': 8_000_000, 'no-quorum': 6_000_000, topic: 3_000_000, 'partition-leader-dies': 8_000_000, 'isr-shrinks': 8_000_000, 'fenced-producer': 6_000_000, rebalance: 8_000_000 }
const scenarioSpeeds: Readonly<Record<string, number>> = { split: 0.5, 'session-expires': 1, lock: 0.5, 'fenced-lock': 1, 'unfenced-lock': 1, 'tree-by-snapshot': 0.5, 'shared-lock': 0.5, latch: 1, barrier: 0.5, 'double-barrier': 0.5, queue: 0.5, membership: 1, discovery: 1, configuration: 0.5, 'leader-dies': 0.25, 'late-joiner': 0.25, failover: 1, 'failover-paused': 1, 'no-quorum': 1, topic: 0.5, 'partition-leader-dies': 1, 'isr-shrinks': 2, 'fenced-producer': 1, rebalance: 2 }

function begin(): void {
  if (!wantsStillness()) return play()
  const { run, window } = clusterView()
  run.play(window.to - window.from > 2e6 ? 3e6 : 1_000_000)
  change({ window: showing(window, run.time) })
}

let worker: Worker | null = null

export function chooseCard(card: string): void {
  stopSearch()
  change({ card })
}

export function findSeed(id: string, isDeeper: boolean): void {
  worker?.terminate()
  worker = new Worker(workerUrl(new URL('./seedSearch.worker.ts', import.meta.url)), { type: 'module', name: 'seed search' })
  worker.addEventListener('message', ({ data }: MessageEvent<SearchNews>) => onNews(id, isDeeper, data))
  worker.addEventListener('error', stopSearch)
  worker.postMessage({ id, servers: 3, isDeeper } satisfies SearchOrder)
  change({ search: { kind: 'searching', id, seed: 1, of: 1 }, playing: false })
}

/** What must happen for a card's mistake to show, played up to where it does. */
export function playSchedule(id: string): void {
  stopSearch()
  const schedule = scheduleOf(id)
  const card = cardNamed(id)
  if (schedule === null || card === null) return
  if (card.liveness === true) {
    // What breaks is that nothing happens: seen when everybody has had the time to recover.
    const { violation } = runSchedule(card, schedule)
    if (violation === null) return change({ search: { kind: 'none', id, of: 1 } })
    const { invariant, detail, time, event } = violation
    change({ search: { kind: 'found', id, how: 'schedule', found: { seed: schedule.seed, invariant, detail, time, event } } })
    return runCard(false)
  }
  const probe = new ClusterRun({ kind: 'schedule', id, isFixed: false })
  probe.play(schedule.seconds * 1e6)
  const { violation } = probe.head
  if (violation === null) return change({ search: { kind: 'none', id, of: 1 } })
  change({ search: { kind: 'found', id, how: 'schedule', found: { seed: schedule.seed, invariant: violation.invariant, detail: violation.detail, time: violation.time, event: violation.event } } })
  runCard(false)
}

export function stopSearch(): void {
  worker?.terminate()
  worker = null
  if (clusterView().search?.kind === 'searching') change({ search: null })
}

function onNews(id: string, isDeeper: boolean, news: SearchNews): void {
  if (news.kind === 'tried') return change({ search: { kind: 'searching', id, seed: news.seed, of: news.of } }, true)
  worker?.terminate()
  worker = null
  if (news.kind === 'none') return change({ search: { kind: 'none', id, of: news.of } })
  change({ search: { kind: 'found', id, how: isDeeper ? 'deeper' : 'seed', found: news.found } })
  runCard(false)
}

/** The found seed with its mistake, up to where it shows; or the same seed without, up to the same moment and a little on. */
function runCard(isFixed: boolean): void {
  const { search, tab } = clusterView()
  if (search?.kind !== 'found') return
  const { found, id, how } = search
  const spec: RunSpec = how === 'schedule' ? { kind: 'schedule', id, isFixed } : { kind: 'card', id, seed: found.seed, servers: 3, isDeeper: how === 'deeper', isFixed }
  startRun(spec, { until: found.time + (isFixed ? 300_000 : 10), span: 250_000, speed: 0.02 })
  change({ search, tab })
  const broken = brokenIn(clusterView())
  announce(isFixed ? t.scenarios.fixedHolds(found.invariant) : broken === null ? '' : `${t.invariants.broken(broken.invariant)}: ${broken.detail}`, !isFixed)
}

export function setFixed(isFixed: boolean): void {
  runCard(isFixed)
}

// ---- said aloud ------------------------------------------------------------------------------------------------------------------------------------------------

let saidUntil = 0
let saidAt = 0
let saidOf: ClusterRun | null = null

/** While a run plays, what matters in it is said, at most every other second: the newest of what has come since. */
function sayNews(): void {
  const { run } = clusterView()
  const now = performance.now()
  const { notes } = run.recording
  if (saidOf !== run) {
    saidOf = run
    saidUntil = run.world.events
  }
  if (now - saidAt < 2_000) return
  const to = firstAfter(notes, run.world.events + 1, (note) => note.event)
  for (let i = to - 1; i >= 0 && notes[i]!.event > saidUntil; i--) {
    const { act: kind, node, text } = notes[i]!
    if (!saidActs.has(kind)) continue
    saidAt = now
    announce(`${run.recording.world.names[node] ?? t.ensemble} ${text}`)
    break
  }
  saidUntil = run.world.events
}
