import { useEffect, useRef, useSyncExternalStore } from 'react'
import { ChevronDown, Pause, Play, Square, StepForward, SkipBack } from 'lucide-react'
import { timestampText } from '../../columnar/valueText.ts'
import type { Speed } from '../../runtime/jobRun.ts'
import { CheckpointLane, useTakesCheckpoints } from '../checkpoints/CheckpointLane.tsx'
import { faceOf } from '../store/definitions.ts'
import { nameOf, useDesigner, useJob } from '../store/designerStore.ts'
import { isActive, operatorMetrics, playOrPause, restart, runView, setSpeed, step, stop, subscribeRun, useRun } from '../store/runStore.ts'
import { text as t } from '../text/text.ts'
import { LaneCanvas, type DrawLane } from './LaneCanvas.tsx'
import { bucketCount, emptyTimeline, rulerTicks, withFrame, type Timeline } from './timeline.ts'
import { useLaneWindow, WindowLane } from './WindowLane.tsx'
import styles from './transport.module.css'

/** Region F: the replay's controls and event time as it has passed, one ruler for all sources. */
export default function Transport() {
  const run = useRun()
  const blank = useJob().operators.length === 0
  const active = isActive(run.status)
  const running = run.status.kind === 'running' || run.status.kind === 'deploying'
  return (
    <div className={styles.transport}>
      <div className={styles.bar} role="toolbar" aria-label={t.transport.title}>
        <div className={styles.buttons}>
          <IconButton label={t.transport.fromStart} onClick={() => void restart()} disabled={blank}>
            <SkipBack size={16} aria-hidden />
          </IconButton>
          <IconButton label={running ? t.transport.pause : t.transport.play} onClick={() => void playOrPause()} accent disabled={blank}>
            {running ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />}
          </IconButton>
          <IconButton label={t.transport.step} onClick={() => void step()} disabled={blank}>
            <StepForward size={16} aria-hidden />
          </IconButton>
          <IconButton label={t.transport.stop} onClick={() => void stop()} disabled={!active}>
            <Square size={14} aria-hidden />
          </IconButton>
          <SpeedSelect speed={run.speed} />
        </div>
        <Clock />
        <StatusSentence />
        {globalThis.crossOriginIsolated ? null : (
          <span className={styles.carrier} title={t.transport.notIsolatedWhy}>
            {t.transport.notIsolated}
          </span>
        )}
      </div>
      <Lanes />
    </div>
  )
}

function IconButton(props: { readonly label: string; readonly onClick: () => void; readonly accent?: boolean; readonly disabled?: boolean; readonly children: React.ReactNode }) {
  return (
    <button type="button" className={styles.iconButton} aria-label={props.label} title={props.label} data-accent={props.accent === true ? '' : undefined} disabled={props.disabled} onClick={props.onClick}>
      {props.children}
    </button>
  )
}

const factors = [1, 10, 60, 600, 3600, 86_400]

function SpeedSelect({ speed }: { readonly speed: Speed }) {
  const value = speed.kind === 'max' ? 'max' : String(speed.factor)
  return (
    <span className={styles.speedBox}>
      <select className={styles.speed} aria-label={t.transport.speed} title={t.transport.speed} value={value} onChange={(event) => setSpeed(event.target.value === 'max' ? { kind: 'max' } : { kind: 'factor', factor: Number(event.target.value) })}>
        {factors.map((factor) => (
          <option key={factor} value={String(factor)}>
            {t.transport.factor(factor)}
          </option>
        ))}
        <option value="max">{t.transport.maximum}</option>
      </select>
      <ChevronDown size={13} aria-hidden />
    </span>
  )
}

/** Event time at the foot of the job: the lowest watermark over the sinks. Written straight into its text nodes. */
function Clock() {
  const main = useRef<HTMLSpanElement>(null)
  const small = useRef<HTMLSpanElement>(null)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const write = (): void => {
      const { timeline } = current
      const { watermark } = runView()
      const time = watermark !== null && Number.isFinite(watermark) ? watermark : timeline.front
      const text = time === null ? '' : timestampText(time, 3)
      if (main.current !== null) main.current.textContent = text === '' ? t.transport.noTime : text.slice(11, 19)
      if (small.current !== null) small.current.textContent = text === '' ? '' : text.slice(19)
      if (box.current !== null) box.current.title = text
    }
    write()
    return subscribeRun('view', write)
  }, [])
  return (
    <div ref={box} className={styles.clock} aria-label={t.transport.eventTime} role="timer">
      <span ref={main} />
      <span ref={small} className={styles.clockSmall} />
    </div>
  )
}

function StatusSentence() {
  const run = useRun()
  const { status } = run
  const sentence =
    status.kind === 'idle'
      ? t.transport.idle
      : status.kind === 'failed'
        ? t.transport.failed(status.failure.operator === null ? null : nameOf(status.failure.operator), status.failure.message)
        : status.kind === 'finished'
          ? t.transport.finished(status.durationMs)
          : t.transport.status[status.kind]
  return (
    <span className={styles.status} data-tone={status.kind === 'failed' ? 'error' : undefined} title={sentence}>
      {run.stale && isActive(status) ? (
        <>
          <span className={styles.stale}>{t.transport.stale} </span>
          <button type="button" className={styles.again} onClick={() => void restart()}>
            {t.transport.again}
          </button>
        </>
      ) : null}
      {sentence}
    </span>
  )
}

// The timeline's data, folded from metric frames. One for the page: a run has one timeline.

const current: { timeline: Timeline; job: unknown } = { timeline: emptyTimeline, job: null }
const drawListeners = new Set<() => void>()

function fold(): void {
  const { job } = runView()
  if (job !== current.job) {
    current.job = job
    current.timeline = emptyTimeline
  }
  if (job === null) {
    // Another document: its timeline has not begun.
    for (const listener of drawListeners) listener()
    return
  }
  let lateRows = 0
  const sources: { id: string; metrics: NonNullable<ReturnType<typeof operatorMetrics>> }[] = []
  for (const operator of job.operators) {
    const metrics = operatorMetrics(operator.id)
    if (metrics === null) continue
    lateRows += metrics.lateRows
    if (faceOf(operator.kind)?.family === 'source') sources.push({ id: operator.id, metrics })
  }
  if (sources.length > 0) current.timeline = withFrame(current.timeline, { sources, lateRows })
  for (const listener of drawListeners) listener()
}
subscribeRun('frame', fold)
subscribeRun('view', () => {
  if (runView().job !== current.job) fold()
})

function subscribeDraw(listener: () => void): () => void {
  drawListeners.add(listener)
  return () => drawListeners.delete(listener)
}

/** The lanes stand before the first row, empty and as high as they will be: nothing on the screen moves when a job begins. */
function Lanes() {
  const timeline = useSyncExternalStore(subscribeDraw, () => current.timeline)
  const { operators } = useJob()
  const open = useDesigner((state) => state.panels.timeline.open)
  const windows = useLaneWindow()
  const takesCheckpoints = useTakesCheckpoints()
  if (!open || operators.length === 0) return null
  const begun = timeline.start !== null && timeline.front !== null
  const [start, front] = [timeline.start ?? 0, timeline.front ?? 0]
  const sources = begun ? timeline.sources : operators.filter(({ kind }) => faceOf(kind)?.family === 'source').map(({ id }) => ({ id, watermark: null, ended: false }))
  const span = Math.max(front - start, timeline.bucketMs)
  const end = start + span * 1.06
  const share = (time: number): number => ((time - start) / (end - start)) * 100
  const withDay = span > 86_400_000
  const slowest = timeline.sources.reduce<number | null>((low, source) => (source.watermark === null || source.ended ? low : low === null ? source.watermark : Math.min(low, source.watermark)), null)
  return (
    <div className={styles.lanes} data-windows={windows === null ? undefined : ''} data-checkpoints={takesCheckpoints ? '' : undefined}>
      <div className={styles.laneName} />
      <div className={styles.axis} aria-hidden>
        {/* One whose words would be cut off at the edge is left out. */}
        {(begun ? rulerTicks(start, end, 10).filter((tick) => share(tick) < 97.5) : []).map((tick) => (
          <span key={tick} style={{ left: `${share(tick)}%` }}>
            {withDay ? timestampText(tick, 0).slice(5, 16) : timestampText(tick, 0).slice(11, span < 600_000 ? 19 : 16)}
          </span>
        ))}
      </div>
      <div className={styles.laneName}>
        {t.transport.rows}
        <span className={styles.lateWord}>{t.transport.late}</span>
      </div>
      <RowBars timeline={timeline} end={end} />
      <div className={styles.laneName}>{t.transport.watermarks}</div>
      <ul className={styles.watermarks} aria-label={t.transport.watermarks}>
        {sources.map((source) => {
          const behind = source.watermark !== null && !source.ended && front - source.watermark > span * 0.05 && sources.length > 1
          const reached = source.watermark === null ? 0 : share(source.watermark)
          return (
            <li key={source.id} data-behind={behind ? '' : undefined} style={{ paddingRight: `${100 - reached}%` }}>
              <i style={{ width: `${reached}%` }} />
              <span>
                {nameOf(source.id)} <b>{source.watermark === null ? t.transport.noTime : timestampText(source.watermark, 0).slice(11)}</b>
                {source.ended ? ` ${t.transport.ended}` : ''}
              </span>
            </li>
          )
        })}
      </ul>
      {takesCheckpoints ? (
        <>
          <div className={styles.laneName}>{t.transport.checkpoints.title}</div>
          <CheckpointLane start={start} end={end} />
        </>
      ) : null}
      {windows === null ? null : <WindowLane shown={windows} start={start} front={front} end={end} />}
      {slowest === null ? null : <i className={styles.cursor} style={{ left: `calc(var(--lane-name) + (100% - var(--lane-name)) * ${share(slowest) / 100})` }} aria-hidden />}
    </div>
  )
}

/** Rows per stretch of event time as bars, the late ones in their own colour; one canvas, drawn four times a second. */
function RowBars({ timeline, end }: { readonly timeline: Timeline; readonly end: number }) {
  const draw: DrawLane = (context, width, height, colours) => {
    if (timeline.start === null) return
    const shown = Math.min(bucketCount, Math.max(1, Math.ceil((end - timeline.start) / timeline.bucketMs)))
    const peak = Math.max(1, ...timeline.rows.subarray(0, shown))
    const step = width / ((end - timeline.start) / timeline.bucketMs)
    for (let i = 0; i < shown; i++) {
      const tall = (timeline.rows[i]! / peak) * (height - 3)
      context.fillStyle = `#${colours.hex('--accent-line')}`
      context.globalAlpha = 0.45
      context.fillRect(i * step, height - tall, Math.max(1, step - 1), tall)
      const late = timeline.late[i]!
      if (late > 0) {
        context.globalAlpha = 1
        context.fillStyle = `#${colours.hex('--late')}`
        const lateTall = Math.max(2, Math.min(tall, (late / peak) * (height - 3)))
        context.fillRect(i * step, height - lateTall, Math.max(1, step - 1), lateTall)
      }
    }
  }
  const total = timeline.rows.reduce((sum, count) => sum + count, 0)
  const lateTotal = timeline.late.reduce((sum, count) => sum + count, 0)
  return <LaneCanvas label={t.transport.rowsChart(Math.round(total), Math.round(lateTotal))} draw={draw} />
}
