import type { Batch } from '../columnar/batch.ts'
import type { CheckpointRecord, CheckpointState } from '../runtime/checkpointCoordinator.ts'
import type { Fault } from '../runtime/faults.ts'
import type { JobRun, JobStatus, MetricsFrame, PoisonRow, RunFailure } from '../runtime/jobRun.ts'
import type { Terminal } from './terminal.ts'

/**
 * A run from its start to its end, as the command line needs it: rows to listeners, an interrupt to `stop`, with a savepoint before it where one is wanted, the final status to the caller.
 */
export interface Listeners {
  readonly sink: (operator: string, batch: Batch) => void
  readonly metrics?: (frame: MetricsFrame) => void
  readonly poison?: (operator: string, rows: readonly PoisonRow[], total: number) => void
  readonly checkpoints?: (checkpoints: CheckpointState) => void
  /** The job failed and is started again. */
  readonly restarting?: (failure: RunFailure) => void
  /** What became of the savepoint that an interrupted run takes. */
  readonly savepoint?: (savepoint: CheckpointRecord) => void
  /** When the run is over: those that were asked for and did not happen. */
  readonly faultsLeft?: (faults: readonly Fault[]) => void
}

/** `savepoint`: the name of the one to take when the user interrupts; null: none. */
export async function untilOver(run: JobRun, listeners: Listeners, terminal: Terminal, savepoint: string | null): Promise<JobStatus> {
  const stopping = savepoint === null ? null : new StopWithSavepoint(run, savepoint, listeners)
  const stopListening = terminal.onInterrupt(() => (stopping === null ? void run.stop() : stopping.begin()))
  try {
    return await new Promise<JobStatus>((resolve, reject) => {
      run.subscribe((event) => {
        try {
          if (event.kind === 'sink') listeners.sink(event.operator, event.batch)
          else if (event.kind === 'metrics') listeners.metrics?.(event.frame)
          else if (event.kind === 'poison') listeners.poison?.(event.operator, event.rows, event.total)
          else if (event.kind === 'checkpoints') {
            listeners.checkpoints?.(event.checkpoints)
            stopping?.look(event.checkpoints)
          }
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

/**
 * Flink's stop with savepoint, as far as a process goes that was told to end: the job is stopped when its savepoint is complete, and when it has failed too, because who sends SIGTERM does not wait for ever. A job that is just being
 * restarted takes it when it runs again.
 */
class StopWithSavepoint {
  readonly #run: JobRun
  readonly #name: string
  readonly #listeners: Listeners
  #phase: 'running' | 'saving' | 'stopping' = 'running'

  constructor(run: JobRun, name: string, listeners: Listeners) {
    this.#run = run
    this.#name = name
    this.#listeners = listeners
  }

  begin(): void {
    if (this.#phase !== 'running') return
    this.#phase = 'saving'
    if (this.#run.checkpoints !== null) this.look(this.#run.checkpoints)
  }

  look({ history }: CheckpointState): void {
    if (this.#phase !== 'saving') return
    const ended = history.find(({ kind }) => kind === 'savepoint')
    if (ended === undefined) {
      // Not in the middle of what the coordinator is saying.
      queueMicrotask(() => this.#ask())
      return
    }
    this.#phase = 'stopping'
    this.#listeners.savepoint?.(ended)
    void this.#run.stop()
  }

  #ask(): void {
    const { isRunning, inFlight, requested } = this.#run.checkpoints!
    if (this.#phase === 'saving' && isRunning && inFlight?.kind !== 'savepoint' && requested.length === 0) this.#run.savepoint(this.#name)
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
