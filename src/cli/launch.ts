import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import { systemClock } from '../deterministic/clock.ts'
import type { JobStatus } from '../runtime/jobRun.ts'
import { JobFailed } from '../runtime/runFailure.ts'
import { untilOver, type Listeners } from './execution.ts'
import { nodeFiles } from './nodeFiles.ts'
import type { Terminal } from './terminal.ts'

export interface LaunchOptions {
  readonly processingTime: 'wall' | 'event'
}

/** Runs a plan to the end of its input on worker threads; in this thread where there is no script for them. */
export async function runPlan(plan: PhysicalPlan, options: LaunchOptions, listeners: Listeners, terminal: Terminal): Promise<JobStatus> {
  if (terminal.engineScript === null) return runHere(plan, options, listeners, terminal)
  const [{ startRun }, { nodeLauncher }] = await Promise.all([import('../runtime/startRun.ts'), import('../runtime/launch/node.ts')])
  const run = startRun(plan, { launcher: nodeLauncher(terminal.engineScript), files: nodeFiles, processingTime: options.processingTime, previewRows: 0 })
  return untilOver(run, listeners, terminal)
}

async function runHere(plan: PhysicalPlan, options: LaunchOptions, listeners: Listeners, terminal: Terminal): Promise<JobStatus> {
  const { runToEnd } = await import('../runtime/launch/inProcess.ts')
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
