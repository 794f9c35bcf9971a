import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { X } from 'lucide-react'
import { cluster as t } from '../text/cluster.ts'
import { clusterView, seek, useCluster, watchTellings } from './clusterStore.ts'
import { momentsOf } from './marks.ts'
import styles from './overview.module.css'

/** The whole run on one line: who led when, where faults struck, where the window and the place are. Drag or use keys to go anywhere. */
export function Overview() {
  const { run } = useCluster()
  const lane = useRef<HTMLDivElement>(null)
  const place = useRef<HTMLDivElement>(null)
  const shown = useRef<HTMLDivElement>(null)
  const [dragging, setDragging] = useState(false)
  const end = lengthOf(run.end)
  useEffect(() => {
    const write = (): void => {
      const { run: of, window } = clusterView()
      const length = lengthOf(of.end)
      // Both are as wide as the lane and only shifted, which costs a frame no layout.
      if (place.current !== null) place.current.style.transform = `translateX(${((of.time / length) * 100).toFixed(3)}%)`
      if (shown.current !== null) {
        const from = Math.max(0, window.from) / length
        const share = Math.max(0.002, Math.min(window.to, length) / length - from)
        shown.current.style.transform = `translateX(${(from * 100).toFixed(3)}%) scaleX(${share.toFixed(5)})`
      }
    }
    write()
    return watchTellings(write)
  }, [])
  const seekTo = (event: PointerEvent): void => {
    const { left, width } = lane.current!.getBoundingClientRect()
    seek(Math.max(0, Math.min(run.end, ((event.clientX - left) / width) * end)))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? end / 10 : end / 100
    const to = event.key === 'ArrowRight' ? run.time + step : event.key === 'ArrowLeft' ? run.time - step : event.key === 'Home' ? 0 : event.key === 'End' ? Number.POSITIVE_INFINITY : null
    if (to === null) return
    event.preventDefault()
    event.stopPropagation()
    seek(Math.max(0, to))
  }
  const { violation } = run.head
  return (
    <div className={styles.overview}>
      <div className={styles.label}>{t.elections}</div>
      <div
        ref={lane}
        className={styles.lane}
        role="slider"
        tabIndex={0}
        aria-label={t.overview}
        aria-valuemin={0}
        aria-valuemax={Math.round(run.end / 1000)}
        aria-valuenow={Math.round(run.time / 1000)}
        aria-valuetext={t.overviewText((run.time / 1e6).toFixed(3), (run.end / 1e6).toFixed(1))}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDragging(true)
          seekTo(event)
        }}
        onPointerMove={(event) => dragging && seekTo(event)}
        onPointerUp={() => setDragging(false)}
      >
        <div ref={shown} className={styles.window} />
        {run.recording.eras.slice(-400).map((era) => {
          if (era.kind === 'start') return null
          const to = Math.min(era.to, run.end)
          const words = era.kind === 'broadcast' ? t.epochBar(era.number, era.leader) : era.kind === 'noQuorum' ? t.noQuorumBar : era.kind === 'lost' ? t.lostBar : ''
          return (
            <span key={era.fromEvent} className={styles.era} data-kind={era.kind} style={{ left: `${(era.from / end) * 100}%`, width: `${((to - era.from) / end) * 100}%` }} title={words}>
              {words}
            </span>
          )
        })}
        {momentsOf(run.recording)
          .filter(({ kind }) => kind === 'fault')
          .slice(-300)
          .map(({ time, text }, i) => (
            <X key={i} className={styles.fault} style={{ left: `${(time / end) * 100}%` }} aria-hidden>
              <title>{text}</title>
            </X>
          ))}
        {momentsOf(run.recording)
          .filter(({ kind }) => kind === 'checkpoint')
          .slice(-200)
          .map(({ time, text }, i) => (
            <span key={i} className={styles.checkpoint} style={{ left: `${(time / end) * 100}%` }} title={text} />
          ))}
        {violation === null ? null : <span className={styles.violation} style={{ left: `${(violation.time / end) * 100}%` }} title={t.invariants.broken(violation.invariant)} />}
        <div ref={place} className={styles.place} />
      </div>
    </div>
  )
}

/** Some room after the newest moment, in steps, so that the line does not crawl while the run plays. */
function lengthOf(end: number): number {
  const steps = [5e6, 10e6, 20e6, 30e6, 60e6]
  const wanted = end * 1.02
  return steps.find((step) => step >= wanted) ?? Math.ceil(wanted / 60e6) * 60e6
}
