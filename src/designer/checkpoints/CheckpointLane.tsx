import { useSyncExternalStore } from 'react'
import { Crown, RotateCcw, X } from 'lucide-react'
import type { CheckpointState } from '../../runtime/checkpointCoordinator.ts'
import { checkpointState, operatorMetrics, runView, subscribeRun } from '../store/runStore.ts'
import { text as t } from '../text/text.ts'
import { withLeaderMarks, withNewMarks, type LaneMark, type Leaders } from './laneMarks.ts'
import { planeView, subscribePlane } from './planeView.ts'
import styles from './checkpoints.module.css'

/** Checkpoints, failures, restores and changes of leaders on the timeline: diamonds, crosses, an arrow back with the checkpoint's number, crowns. */
export function CheckpointLane({ start, end }: { readonly start: number; readonly end: number }) {
  const marks = useSyncExternalStore(subscribeMarks, () => current.marks)
  const shown = marks.filter(({ at }) => at >= start && at <= end)
  const share = (time: number): string => `${((time - start) / (end - start)) * 100}%`
  const completed = shown.filter(({ kind }) => kind === 'completed' || kind === 'savepoint').length
  const restored = shown.filter(({ kind }) => kind === 'restored')
  const leaders = shown.flatMap(({ leader }) => leader ?? [])
  return (
    <div className={styles.lane} role="img" aria-label={[t.transport.checkpoints.label(completed, restored.length), ...(leaders.length === 0 ? [] : [t.transport.checkpoints.leaders(leaders)])].join(', ')}>
      {shown.map(({ key, kind, at, leader }) => (
        <i key={key} className={styles.mark} data-kind={kind} title={leader === undefined ? undefined : t.transport.checkpoints.leadsNow(leader)} style={{ left: share(at) }}>
          {kind === 'failed' ? <X size={13} /> : kind === 'restored' ? <RotateCcw size={12} /> : kind === 'leader' || kind === 'epoch' ? <Crown size={11} /> : null}
        </i>
      ))}
      {restored.slice(-1).map(({ key, at, checkpoint }) => (
        <span key={key} className={styles.markText} data-left={(at - start) / (end - start) > 0.8 ? '' : undefined} style={{ left: share(at) }}>
          {t.transport.checkpoints.restored(checkpoint)}
        </span>
      ))}
    </div>
  )
}

/** Whether the run on screen takes checkpoints at all; before the first run it is taken to. */
export function useTakesCheckpoints(): boolean {
  return useSyncExternalStore(subscribeMarks, () => current.state === null || current.state.settings.intervalMs > 0)
}

// One for the page, as the timeline is: marks are made when the news comes, whether or not anyone looks.

const current: { state: CheckpointState | null; marks: readonly LaneMark[] } = { state: null, marks: [] }
const listeners = new Set<() => void>()

subscribeRun('checkpoints', () => {
  const state = checkpointState()
  const time = eventTime()
  if (state === null) current.marks = []
  else if (time !== null) current.marks = withNewMarks(current.marks, current.state, state, time)
  current.state = state
  for (const listener of listeners) listener()
})

/** The greatest watermark of a source, as the timeline's right end. */
function eventTime(): number | null {
  let front: number | null = null
  const job = runView().job
  for (const { id } of job?.operators ?? []) {
    if (job!.edges.some(({ to }) => to === id)) continue
    const watermark = operatorMetrics(id)?.watermark ?? null
    if (watermark !== null && Number.isFinite(watermark) && (front === null || watermark > front)) front = watermark
  }
  return front
}

/** Who led when last seen, and in which run. */
let led: (Leaders & { readonly run: number }) | null = null

function onPlane(): void {
  const now = planeView()
  if (now === null) return
  const time = eventTime()
  const before = led?.run === now.run ? led : null
  // Between two leaders there is nobody; the next is compared with the last there was.
  led = { run: now.run, jobManager: now.jobManager ?? before?.jobManager ?? null, server: now.server, epoch: Math.max(now.epoch, before?.epoch ?? 0) }
  if (time === null) return
  const marks = withLeaderMarks(current.marks, before, led, time)
  if (marks === current.marks) return
  current.marks = marks
  for (const listener of listeners) listener()
}

function subscribeMarks(listener: () => void): () => void {
  listeners.add(listener)
  const leave = subscribePlane(onPlane)
  return () => {
    listeners.delete(listener)
    leave()
  }
}
