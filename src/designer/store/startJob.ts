import { hasErrors } from '../../job/validate.ts'
import { browserFiles } from '../persistence/files.ts'
import { definitionOf, definitionsReady } from './definitions.ts'
import type { StartJob } from './runStore.ts'

/**
 * From the document to running workers. Compiler and runtime are fetched when the page has been painted and is idle, so that the first press of Run
 * waits for nothing.
 *
 * Compiled without column pruning: the page shows the rows of every edge whole.
 */
const load = () => Promise.all([import('../../compiler/compile.ts'), import('../../runtime/startRun.ts'), import('../../runtime/launch/browser.ts'), definitionsReady])

export const startInBrowser: StartJob = async (job, { speed, paused }) => {
  const [{ compile }, { startRun }, { browserLauncher }] = await load()
  const compiled = compile(job, definitionOf, { pruneColumns: false })
  if (compiled.physical === null || hasErrors(compiled.problems)) return { problems: compiled.problems }
  return { run: startRun(compiled.physical, { launcher: browserLauncher, files: browserFiles, speed, paused }) }
}

export function prefetchRuntime(): void {
  const fetchIt = (): void => void load().catch(() => undefined)
  if (typeof requestIdleCallback === 'function') requestIdleCallback(fetchIt, { timeout: 3000 })
  else setTimeout(fetchIt, 1000)
}
