import type { Batch } from '../columnar/batch.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { JobRun, JobStatus, MetricsFrame, PoisonRow, RunFailure } from '../runtime/jobRun.ts'
import type { Terminal } from './terminal.ts'

/**
 * A run from its start to its end, as the command line needs it: rows to listeners, the interrupt key to `stop`, the final status to the caller.
 */
export interface Listeners {
  readonly sink: (operator: string, batch: Batch) => void
  readonly metrics?: (frame: MetricsFrame) => void
  readonly poison?: (operator: string, rows: readonly PoisonRow[], total: number) => void
}

export interface RunOptions {
  readonly processingTime: 'wall' | 'event'
}

/** Deploys a plan and starts it; rejects with a sentence when it cannot. */
export type Launch = (plan: PhysicalPlan, options: RunOptions) => Promise<JobRun>

export async function execute(launch: Launch, plan: PhysicalPlan, options: RunOptions, listeners: Listeners, terminal: Terminal): Promise<JobStatus> {
  const run = await launch(plan, options)
  const stopListening = terminal.onInterrupt(() => void run.stop())
  try {
    return await new Promise<JobStatus>((resolve, reject) => {
      const unsubscribe = run.subscribe((event) => {
        try {
          if (event.kind === 'sink') listeners.sink(event.operator, event.batch)
          else if (event.kind === 'metrics') listeners.metrics?.(event.frame)
          else if (event.kind === 'poison') listeners.poison?.(event.operator, event.rows, event.total)
          else if (event.kind === 'status' && isOver(event.status)) {
            unsubscribe()
            resolve(event.status)
          }
        } catch (error) {
          // A listener that cannot write (disk full) ends the run.
          unsubscribe()
          reject(error as Error)
        }
      })
      if (isOver(run.status)) resolve(run.status)
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
