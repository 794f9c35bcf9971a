import { Pause, Play, SkipBack, SkipForward, StepBack, StepForward } from 'lucide-react'
import { memo, useEffect, useRef, type ReactNode } from 'react'
import { cluster as t } from '../text/cluster.ts'
import { clusterView, playOrPause, seek, setSpeed, speeds, stepEvent, useCluster, watchTellings } from './clusterStore.ts'
import styles from './cluster.module.css'

/** Play, step and go anywhere; the clock is written straight into its text. */
export const Transport = memo(function Transport() {
  const { playing, speed, run } = useCluster()
  return (
    <div className={styles.transport} role="toolbar" aria-label={t.transport}>
      <IconButton label={t.toStart} onClick={() => seek(0)}>
        <SkipBack aria-hidden />
      </IconButton>
      <IconButton label={t.stepBack} onClick={() => stepEvent(-1)}>
        <StepBack aria-hidden />
      </IconButton>
      <IconButton label={playing ? t.pause : t.play} onClick={playOrPause} accent disabled={run.isAtHead && run.head.violation !== null}>
        {playing ? <Pause aria-hidden /> : <Play aria-hidden />}
      </IconButton>
      <IconButton label={t.stepForward} onClick={() => stepEvent(1)}>
        <StepForward aria-hidden />
      </IconButton>
      <IconButton label={t.toEnd} onClick={() => seek(Number.POSITIVE_INFINITY)}>
        <SkipForward aria-hidden />
      </IconButton>
      <select className={styles.select} aria-label={t.speed} title={t.speed} value={String(speed)} onChange={(event) => setSpeed(Number(event.target.value))}>
        {speeds.map((each) => (
          <option key={each} value={String(each)}>
            {t.factor(each)}
          </option>
        ))}
      </select>
      <Clock />
      <span className={styles.quiet}>{t.eventOf(run.world.events, run.head.events)}</span>
    </div>
  )
})

export function IconButton(props: { readonly label: string; readonly onClick: () => void; readonly accent?: boolean; readonly disabled?: boolean; readonly children: ReactNode }) {
  return (
    <button type="button" className={styles.iconButton} aria-label={props.label} title={props.label} data-accent={props.accent === true ? '' : undefined} disabled={props.disabled} onClick={props.onClick}>
      {props.children}
    </button>
  )
}

function Clock() {
  const whole = useRef<HTMLElement>(null)
  const part = useRef<HTMLElement>(null)
  useEffect(() => {
    const write = (): void => {
      const { run } = clusterView()
      const text = (run.time / 1e6).toFixed(3)
      if (whole.current !== null && whole.current.textContent !== text.slice(0, -4)) whole.current.textContent = text.slice(0, -4)
      if (part.current !== null) part.current.textContent = text.slice(-4)
    }
    write()
    return watchTellings(write)
  }, [])
  return (
    <span className={styles.clock} role="timer" aria-label={t.clock}>
      <b ref={whole} />
      <i ref={part} />
      <small>s</small>
    </span>
  )
}
