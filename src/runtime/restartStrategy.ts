import type { RestartSettings } from '../job/job.ts'

/**
 * Whether a failed job is started again, and after what wait: Flink's restart strategies.
 *
 * `fixed-delay` restarts while the failures are no more than `attempts`. `exponential-delay` waits half as long again after each failure, at most a minute, and forgets its failures after an hour
 * without one; `attempts` limits it too, so that a row that always fails does not fail for ever. Flink adds a jitter of a tenth, so that many jobs do not come back in one moment; there is one job here,
 * and the wait is the same every time.
 */
export interface RestartState {
  readonly failures: number
  readonly lastFailureAt: number
}

export const noFailures: RestartState = { failures: 0, lastFailureAt: -Infinity }

const backoffMultiplier = 1.5
const backoffMaxMs = 60_000
const resetAfterMs = 3_600_000

/** The wait before the next start; null when there is none. */
export function afterFailure(state: RestartState, settings: Required<RestartSettings>, at: number): { readonly state: RestartState; readonly delayMs: number | null } {
  const forgotten = settings.strategy === 'exponential-delay' && at - state.lastFailureAt >= resetAfterMs
  const failures = (forgotten ? 0 : state.failures) + 1
  const counted: RestartState = { failures, lastFailureAt: at }
  if (settings.strategy === 'none' || failures > settings.attempts) return { state: counted, delayMs: null }
  const delayMs = settings.strategy === 'fixed-delay' ? settings.delayMs : Math.min(backoffMaxMs, settings.delayMs * backoffMultiplier ** (failures - 1))
  return { state: counted, delayMs }
}
