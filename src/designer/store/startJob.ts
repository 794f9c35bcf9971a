import type { CompiledJob } from '../../compiler/compile.ts'
import { settingsDefaults, type Job } from '../../job/job.ts'
import { CheckpointStore } from '../../checkpoints/checkpointStore.ts'
import { mergeSettings } from '../../job/settings.ts'
import type { Launcher } from '../../runtime/launcher.ts'
import type { DurableStores } from '../../runtime/transactionalSinks.ts'
import { browserFiles } from '../persistence/files.ts'
import { definitionOf, definitionsReady } from './definitions.ts'
import { BrowserBackend } from '../checkpoints/browserBackend.ts'
import { storageTrouble } from '../checkpoints/storageTrouble.ts'
import { currentJob, designerState } from './designerStore.ts'
import type { StartJob } from './runStore.ts'

/**
 * From the document to running workers. Compiler and runtime are fetched, and engines are started, when the page has been painted and is idle, so that the
 * first press of Run waits for nothing.
 *
 * Compiled without column pruning: the page shows the rows of every edge whole.
 */
async function load() {
  const [{ compile }, { startRun }, { topicsOf }, { browserLauncher, keepWarm, standBy }, { openPlane, closePlane }] = await Promise.all([
    import('../../compiler/compile.ts'),
    import('../../runtime/startRun.ts'),
    import('../../runtime/topicWriters.ts'),
    import('../../runtime/launch/browser.ts'),
    import('../checkpoints/livePlane.ts'),
    definitionsReady,
  ])
  loaded = { compile, startRun, topicsOf, browserLauncher, keepWarm, standBy, openPlane, closePlane }
  return loaded
}

interface Loaded {
  readonly compile: Compile
  readonly startRun: (typeof import('../../runtime/startRun.ts'))['startRun']
  readonly topicsOf: (typeof import('../../runtime/topicWriters.ts'))['topicsOf']
  readonly browserLauncher: Launcher
  readonly keepWarm: (count: number) => void
  readonly standBy: (count: number) => void
  readonly openPlane: (typeof import('../checkpoints/livePlane.ts'))['openPlane']
  readonly closePlane: (typeof import('../checkpoints/livePlane.ts'))['closePlane']
}

/** Kept, because even asking for a module that is there takes a turn of the event loop, and the press of a button has painting to do. */
let loaded: Loaded | null = null

export const startInBrowser: StartJob = async (job, { speed, paused, resume }) => {
  const { compile, startRun, topicsOf, browserLauncher, standBy, openPlane, closePlane } = loaded ?? (await load())
  const compiled = compiledOnce(job, compile)
  if (compiled.physical === null || compiled.problems.some((problem) => problem.severity === 'error')) return { problems: compiled.problems }
  const { checkpoint, restart, parallelism } = mergeSettings(job.settings)
  storageTrouble.set(null)
  const backend = new BrowserBackend(designerState().document.id, storageTrouble.set)
  const stores = await storesOf(job, resume !== undefined)
  const controlPlane = openPlane(backend, ++runs, stores === null ? undefined : { topics: stores.topics, names: topicsOf(compiled.physical, stores.topics) })
  const faultTolerance = {
    checkpoint,
    restart,
    // A checkpoint counts when a quorum of the run's own ensemble has its pointer.
    store: new CheckpointStore(backend, controlPlane),
    controlPlane,
    // The page's tables can take rows back, so they show them at once.
    uncommittedRows: 'shown' as const,
    ...(resume === undefined ? {} : { resume: { upTo: resume } }),
  }
  const run = startRun(compiled.physical, { launcher: browserLauncher, files: browserFiles, speed, paused, faultTolerance, ...(stores === null ? {} : { stores }) })
  let hasLed = false
  controlPlane.subscribe(() => {
    const leads = controlPlane.status.leader.jobManager >= 0
    // Workers lose the connection to their JobManager when it dies, a second before another has its latch.
    if (hasLed && !leads) standBy(Math.min(parallelism, sparesMax))
    hasLed = leads
  })
  run.subscribe((event) => {
    if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed' || event.status.kind === 'canceled')) closePlane(controlPlane)
  })
  return { run }
}

/** Topics and tables are the page's, and fetched for the jobs that have some. */
async function storesOf(job: Job, resume: boolean): Promise<DurableStores | null> {
  const outlives = ({ connector }: Job['operators'][number]['config']): boolean => ['topic', 'store'].includes(String((connector as { readonly type?: unknown } | undefined)?.type))
  if (!job.operators.some(({ config }) => outlives(config))) return null
  const { storesFor } = await import('../stores/pageStores.ts')
  return storesFor(job, designerState().document.id, resume)
}

/** Runs begun on this page: each has elections of its own. */
let runs = 0

type Compile = (typeof import('../../compiler/compile.ts'))['compile']

/** The newest plan: most runs are of a job that was run, or made ready, as it is. */
let newest: { readonly job: Job; readonly compiled: CompiledJob } | null = null

function compiledOnce(job: Job, compile: Compile): CompiledJob {
  if (newest?.job !== job) newest = { job, compiled: compile(job, definitionOf) }
  return newest.compiled
}

/** What the first run needs, so that it waits for nothing. What cannot be fetched now is asked for again by the run, which says why it cannot start. */
export async function prepareRuns(): Promise<void> {
  try {
    const [{ compile, keepWarm }, { sampleStream }] = await Promise.all([load(), import('../../streams/sampleStreams.ts')])
    const job = currentJob()
    const { operators, settings } = job
    keepWarm(Math.min(settings?.parallelism ?? settingsDefaults.parallelism, sparesMax))
    for (const { config } of operators) {
      const sample = sampleStream((config.connector as { readonly sample?: unknown } | undefined)?.sample)
      if (sample !== undefined) await browserFiles.open(sample.path)
    }
    compiledOnce(job, compile)
  } catch {
    return
  }
}

/** Idle workers cost memory. Most jobs run on two. */
const sparesMax = 2
