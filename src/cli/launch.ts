import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import { systemClock } from '../deterministic/clock.ts'
import type { JobStatus } from '../runtime/jobRun.ts'
import { runToEnd } from '../runtime/launch/inProcess.ts'
import { JobFailed } from '../runtime/runFailure.ts'
import { nodeFiles } from './nodeFiles.ts'
import type { Listeners, RunOptions } from './execution.ts'
import type { Terminal } from './terminal.ts'

/** Runs a plan to the end of its input in this thread, and hands out what the sinks received. */
export async function runPlan(plan: PhysicalPlan, options: RunOptions, listeners: Listeners, terminal: Terminal): Promise<JobStatus> {
  const begun = terminal.now()
  try {
    const received = await runToEnd(plan, { files: nodeFiles, clock: systemClock(), processingTime: options.processingTime })
    for (const [operator, batches] of received) for (const batch of batches) listeners.sink(operator, batch)
    return { kind: 'finished', durationMs: terminal.now() - begun }
  } catch (error) {
    if (error instanceof JobFailed) return { kind: 'failed', failure: error.failure }
    throw error
  }
}
