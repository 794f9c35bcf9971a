import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import { systemClock } from '../deterministic/clock.ts'
import type { Fault } from '../runtime/faults.ts'
import type { FaultTolerance } from '../runtime/jobCheckpoints.ts'
import type { JobStatus } from '../runtime/jobRun.ts'
import type { DurableStores } from '../runtime/transactionalSinks.ts'
import { JobFailed } from '../runtime/runFailure.ts'
import { untilOver, type Listeners } from './execution.ts'
import { filesAndInput } from './nodeFiles.ts'
import type { Terminal } from './terminal.ts'

export interface LaunchOptions {
  readonly processingTime: 'wall' | 'event'
  /** Absent: no checkpoints. */
  readonly faultTolerance?: FaultTolerance
  readonly faults?: readonly Fault[]
  readonly stores?: DurableStores
  /** An interrupted run takes a savepoint of this name before it ends. */
  readonly savepoint?: string
}

/** Runs a plan to the end of its input on worker threads; in this thread where there is no script for them. */
export async function runPlan(plan: PhysicalPlan, options: LaunchOptions, listeners: Listeners, terminal: Terminal): Promise<JobStatus> {
  const { engineScript } = terminal
  if (engineScript === null && options.faultTolerance === undefined) return runHere(plan, options, listeners, terminal)
  const { startRun } = await import('../runtime/startRun.ts')
  const launcher =
    engineScript === null
      ? await import('../runtime/launch/inProcess.ts').then(({ inProcessLauncher }) => inProcessLauncher(systemClock()))
      : await import('../runtime/launch/node.ts').then(({ nodeLauncher }) => nodeLauncher(engineScript))
  const run = startRun(plan, { launcher, files: filesAndInput(terminal.stdin), previewRows: 0, ...options, oneEngine: options.processingTime === 'event', ...(terminal.crash === undefined ? {} : { exit: terminal.crash }) })
  const status = await untilOver(run, listeners, terminal, options.savepoint ?? null)
  listeners.faultsLeft?.(run.faultsLeft)
  return status
}

async function runHere(plan: PhysicalPlan, options: LaunchOptions, listeners: Listeners, terminal: Terminal): Promise<JobStatus> {
  const { runToEnd } = await import('../runtime/launch/inProcess.ts')
  const begun = terminal.now()
  try {
    const received = await runToEnd(plan, { files: filesAndInput(terminal.stdin), clock: systemClock(), processingTime: options.processingTime, ...(options.stores === undefined ? {} : { stores: options.stores }) })
    for (const [operator, batches] of received) for (const batch of batches) listeners.sink(operator, batch)
    return { kind: 'finished', durationMs: terminal.now() - begun }
  } catch (error) {
    if (error instanceof JobFailed) return { kind: 'failed', failure: error.failure }
    throw error
  }
}
