import type { Family } from '../../job/operatorDefinition.ts'
import type { OperatorMetrics } from '../../runtime/jobRun.ts'
import { byteText, shortNumber } from '../parts/format.ts'
import type { Lens } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'

/** A figure and its unit; an empty figure shows nothing. */
export interface Figure {
  readonly value: string
  readonly unit: string
  readonly tone?: 'late' | 'error'
}

const none: Figure = { value: '', unit: '' }

/** The two numbers of a node, chosen by the lens. Never a third because there is room. Pure. */
export function nodeFigures(metrics: OperatorMetrics | null, family: Family, lens: Lens): readonly [Figure, Figure] {
  const { units } = t.canvas
  const perSecond = (rate: number): Figure => ({ value: shortNumber(rate), unit: units.rate })
  const count = (rows: number): Figure => ({ value: shortNumber(rows), unit: units.rows })
  const gauge = metrics === null ? null : gaugeOf(metrics)
  if (metrics === null) return family === 'sink' ? [count(0), none] : family === 'time' ? [{ value: '0', unit: units.open }, perSecond(0)] : [perSecond(0), none]
  switch (lens) {
    case 'rate': {
      if (metrics.poisonRows > 0) return [family === 'sink' ? count(metrics.rowsIn) : perSecond(metrics.rowsOutPerSecond), { value: shortNumber(metrics.poisonRows), unit: units.unreadable, tone: 'error' }]
      if (family === 'sink') return [count(metrics.rowsIn), perSecond(metrics.rowsInPerSecond)]
      if (metrics.lateRows > 0) return [gauge ?? perSecond(metrics.rowsOutPerSecond), { value: shortNumber(metrics.lateRows), unit: units.late, tone: 'late' }]
      if (gauge !== null) return [gauge, perSecond(metrics.rowsOutPerSecond)]
      if (family === 'source') return [perSecond(metrics.rowsOutPerSecond), count(metrics.rowsOut)]
      // Only what drops rows has a share worth saying.
      const kept = metrics.rowsIn > 0 ? metrics.rowsOut / metrics.rowsIn : 1
      if (family === 'shape' && kept < 1) return [perSecond(metrics.rowsOutPerSecond), { value: String(Math.round(kept * 100)), unit: units.kept }]
      return [perSecond(metrics.rowsOutPerSecond), count(metrics.rowsOut)]
    }
    case 'time':
      return [count(metrics.rowsOut > 0 || family !== 'sink' ? metrics.rowsOut : metrics.rowsIn), { value: shortNumber(metrics.lateRows), unit: units.late, ...(metrics.lateRows > 0 ? { tone: 'late' as const } : {}) }]
    case 'load':
      return [
        { value: String(share(metrics.busyMsPerSecond)), unit: units.busy },
        { value: String(share(metrics.backPressuredMsPerSecond)), unit: units.blocked },
      ]
    case 'state': {
      const [value, unit] = byteText(metrics.stateBytes).split(' ') as [string, string]
      return [gauge ?? none, { value, unit }]
    }
  }
}

/** What an operator holds, of the figures it gives of itself: open windows before held rows. */
function gaugeOf({ gauges }: OperatorMetrics): Figure | null {
  const open = gauges['openWindows'] ?? gauges['openSessions']
  if (open !== undefined) return { value: shortNumber(open), unit: t.canvas.units.open }
  let held: number | null = null
  for (const [name, value] of Object.entries(gauges)) if (name.startsWith('held')) held = (held ?? 0) + value
  return held === null ? null : { value: shortNumber(held), unit: t.canvas.units.held }
}

function share(msPerSecond: number): number {
  return Math.round(Math.min(1000, msPerSecond) / 10)
}
