import type { Job } from '../../job/job.ts'
import { windowOf } from '../../job/windowOf.ts'
import type { Speed } from '../../runtime/jobRun.ts'

/**
 * How fast a job is replayed until somebody says otherwise: fast enough that what it waits for longest, a window or the delay of a watermark, takes about ten seconds of the
 * clock. A minute's windows close each second; a day's would otherwise keep the first screen empty for half an hour.
 */
export function paceOf(job: Job): Speed {
  let longestMs = 0
  for (const { config } of job.operators) {
    const window = windowOf(config)
    const delayMs = (config['watermark'] as { readonly delayMs?: unknown } | null | undefined)?.delayMs
    longestMs = Math.max(longestMs, window === null ? 0 : window.type === 'session' ? window.gapMs : window.sizeMs, typeof delayMs === 'number' ? delayMs : 0)
  }
  return { kind: 'factor', factor: paces.find((factor) => longestMs / factor <= longestWaitMs) ?? paces[paces.length - 1]! }
}

const longestWaitMs = 10_000
const paces = [60, 600, 3600, 86_400]
