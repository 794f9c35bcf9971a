import type { CheckpointState } from '../runtime/checkpointCoordinator.ts'
import type { MetricsFrame } from '../runtime/jobRun.ts'
import type { Terminal } from './terminal.ts'

/** One line on standard error that is drawn over itself, for people only. */
export function progressLine(terminal: Terminal): { show(frame: MetricsFrame): void; checkpoints(state: CheckpointState): void; clear(): void } {
  let length = 0
  const draw = (text: string): void => {
    terminal.err(`\r${text.padEnd(length)}`)
    length = text.length
  }
  let checkpoints = ''
  return {
    checkpoints: ({ counts, history }) => {
      const newest = history.find(({ status }) => status === 'completed')
      if (newest !== undefined) checkpoints = ` · checkpoint ${newest.id} (${Math.round(newest.endedAt! - newest.triggeredAt)} ms)${counts.failed === 0 ? '' : `, ${counts.failed} failed`}${counts.restored === 0 ? '' : `, ${counts.restored} restored`}`
    },
    show: (frame) => {
      const operators = Object.values(frame.operators)
      // Rows out of operators that take none in: the sources.
      const read = operators.reduce((sum, metrics) => sum + (metrics.rowsIn === 0 ? metrics.rowsOut : 0), 0)
      const perSecond = operators.reduce((sum, metrics) => sum + (metrics.rowsIn === 0 ? metrics.rowsOutPerSecond : 0), 0)
      const late = operators.reduce((sum, metrics) => sum + metrics.lateRows, 0)
      draw(`${(frame.at / 1000).toFixed(0)} s · ${read.toLocaleString('en')} rows read · ${Math.round(perSecond).toLocaleString('en')} rows/s${late === 0 ? '' : ` · ${late.toLocaleString('en')} late`}${checkpoints}`)
    },
    clear: () => {
      if (length > 0) terminal.err(`\r${' '.repeat(length)}\r`)
      length = 0
    },
  }
}
