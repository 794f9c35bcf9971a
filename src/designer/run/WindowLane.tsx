import { windowOf } from '../../job/windowOf.ts'
import { nameOf, useDesigner, useJob } from '../store/designerStore.ts'
import { operatorMetrics, useRun } from '../store/runStore.ts'
import { text as t } from '../text/text.ts'
import { LaneCanvas } from './LaneCanvas.tsx'
import { windowBars, type AlignedWindow, type WindowBars } from './windowLane.ts'
import styles from './transport.module.css'

export interface LaneWindow {
  readonly operator: string
  readonly window: AlignedWindow
}

/** The operator whose windows the timeline shows: the selected one if it cuts time by the clock, else the first that does. Of the job that runs, which the document may have left behind. */
export function useLaneWindow(): LaneWindow | null {
  const document = useJob()
  const job = useRun().job ?? document
  const focused = useDesigner((state) => (state.selection.focused?.kind === 'operator' ? state.selection.focused.id : null))
  const windows = job.operators.flatMap((operator): LaneWindow[] => {
    const window = windowOf(operator.config)
    return window === null || window.type === 'session' || !(window.sizeMs > 0) ? [] : [{ operator: operator.id, window }]
  })
  return windows.find((candidate) => candidate.operator === focused) ?? windows[0] ?? null
}

const noBars: WindowBars = { bars: [], rows: 1, every: 1 }

/** Windows as bars on the ruler: filled once they have given their result, outlined while they are open. */
export function WindowLane({ shown, start, front, end }: { readonly shown: LaneWindow; readonly start: number; readonly front: number; readonly end: number }) {
  const metrics = operatorMetrics(shown.operator)
  const { bars, rows, every } = front > start ? windowBars(shown.window, start, front, metrics?.watermark ?? null) : noBars
  const open = metrics?.gauges['openWindows'] ?? bars.filter((bar) => !bar.closed).length
  const closed = bars.filter((bar) => bar.closed).length
  return (
    <>
      <div className={styles.laneName} data-two-lines="">
        <span>{t.transport.windows}</span>
        <span className={styles.openWord}>{t.transport.open(open)}</span>
        <span className={styles.laneOf}>{nameOf(shown.operator)}</span>
      </div>
      <LaneCanvas
        label={t.transport.windowsChart(nameOf(shown.operator), open, closed, every)}
        draw={(context, width, height, colours) => {
          const scale = width / (end - start)
          const step = Math.min(height / rows, 12)
          const tall = Math.max(2, step - 2)
          const top = (height - step * rows) / 2
          const fill = `#${colours.hex('--accent-line')}`
          for (const bar of bars) {
            const left = Math.max(0, (bar.start - start) * scale)
            const wide = Math.max(1, Math.min(width, (bar.end - start) * scale) - left - 1.5)
            const y = top + bar.row * step + 1
            context.fillStyle = bar.closed ? fill : `#${colours.hex('--accent-soft')}`
            context.globalAlpha = bar.closed ? 0.55 : 1
            context.beginPath()
            context.roundRect(left + 0.5, y, wide, tall, Math.min(2.5, tall / 2))
            context.fill()
            if (bar.closed) continue
            context.strokeStyle = fill
            context.lineWidth = 1.25
            context.stroke()
          }
        }}
      />
    </>
  )
}
