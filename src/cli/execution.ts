import type { Batch } from '../columnar/batch.ts'
import type { CheckpointState } from '../runtime/checkpointCoordinator.ts'
import type { JobRun, JobStatus, MetricsFrame, PoisonRow, RunFailure } from '../runtime/jobRun.ts'
import type { Terminal } from './terminal.ts'

/**
 * A run from its start to its end, as the command line needs it: rows to listeners, the interrupt key to `stop`, the final status to the caller.
 */
export interface Listeners {
  readonly sink: (operator: string, batch: Batch) => void
  readonly metrics?: (frame: MetricsFrame) => void
  readonly poison?: (operator: string, rows: readonly PoisonRow[], total: number) => void
  readonly checkpoints?: (checkpoints: CheckpointState) => void
  /** The job failed and is started again. */
  readonly restarting?: (failure: RunFailure) => void
}

export async function untilOver(run: JobRun, listeners: Listeners, terminal: Terminal): Promise<JobStatus> {
  const stopListening = terminal.onInterrupt(() => void run.stop())
  try {
    return await new Promise<JobStatus>((resolve, reject) => {
      run.subscribe((event) => {
        try {
          if (event.kind === 'sink') listeners.sink(event.operator, event.batch)
          else if (event.kind === 'metrics') listeners.metrics?.(event.frame)
          else if (event.kind === 'poison') listeners.poison?.(event.operator, event.rows, event.total)
          else if (event.kind === 'checkpoints') listeners.checkpoints?.(event.checkpoints)
          else if (event.kind === 'status' && event.status.kind === 'restarting' && event.status.failure !== null) listeners.restarting?.(event.status.failure)
          else if (event.kind === 'status' && isOver(event.status)) resolve(event.status)
        } catch (error) {
          // A listener that cannot write (disk full) ends the run.
          reject(error as Error)
        }
      })
    })
  } finally {
    stopListening()
    await run.stop()
  }
}

function isOver(status: JobStatus): boolean {
  return status.kind === 'finished' || status.kind === 'failed' || status.kind === 'canceled'
}

/** One line: `error MR-401 counts[0]: … (auction=1, price=null)`. */
export function failureText(failure: RunFailure): string {
  const subtask = failure.subtask === null ? '' : `[${failure.subtask}]`
  const place = failure.operator === null ? 'job' : `${failure.operator}${subtask}`
  const row = failure.row === null ? '' : ` Row: ${failure.row.map(({ column, value }) => `${column}=${value}`).join(', ')}.`
  return `error ${failure.code} ${place}: ${failure.message.replaceAll(/\s*[\r\n]+\s*/g, ' ')}${row}`
}
