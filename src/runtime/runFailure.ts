import { cellText } from '../columnar/batchText.ts'
import type { RunFailure } from './jobRun.ts'
import { FailedSubtask } from './engineThread.ts'

/** Why a run failed, as data for the shells. The codes belong to the same family as the Problems of a job. */
const codes = { row: 'MR-401', source: 'MR-402', operator: 'MR-403' } as const

export function runFailureOf(error: unknown): RunFailure {
  if (error instanceof FailedSubtask) {
    const { failure, subtask } = error
    return {
      code: codes[failure.code],
      operator: failure.operatorId,
      subtask,
      message: failure.message,
      row: failure.row === null ? null : failure.row.values.map((value, i) => ({ column: failure.row!.schema.fields[i]!.name, value: cellText(value, failure.row!.schema.fields[i]!.type) })),
    }
  }
  return { code: 'MR-403', operator: null, subtask: null, message: error instanceof Error ? error.message : String(error), row: null }
}

export function workerDied(worker: number, why: string): RunFailure {
  return { code: 'MR-404', operator: null, subtask: worker, message: `Engine worker ${worker} stopped working: ${why}`, row: null }
}

/** Checkpoints failed more often than is tolerable. */
export function checkpointsFail(reason: string): RunFailure {
  return { code: 'MR-405', operator: null, subtask: null, message: `Checkpoints cannot be taken: ${reason}. More failures in a row than settings.checkpoint.tolerableFailures allows.`, row: null }
}

/** A checkpoint is of another job, or cannot be given to this one. */
export function cannotRestore(what: string, differences: readonly string[]): RunFailure {
  const message = `${what} cannot be restored into this job: ${differences.join(' ')} Nothing was changed; undo the differences, or run the job from its beginning.`
  return { code: 'MR-406', operator: null, subtask: null, message, row: null }
}

/** Why a job starts anew that did not fail. */
export function leaderChanged(jobManager: string): RunFailure {
  return { code: 'MR-409', operator: null, subtask: null, message: `${jobManager} leads now. The job goes on under it from the newest committed checkpoint.`, row: null }
}

/** A failed run as an exception, for callers that wait for its result. */
export class JobFailed extends Error {
  readonly failure: RunFailure
  constructor(failure: RunFailure) {
    const row = failure.row === null ? '' : ` Row: ${failure.row.map(({ column, value }) => `${column}=${value}`).join(', ')}.`
    super(`${failure.code} ${failure.operator ?? 'job'}: ${failure.message}${row}`)
    this.name = 'JobFailed'
    this.failure = failure
  }
}
