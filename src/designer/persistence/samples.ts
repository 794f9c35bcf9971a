import { useSyncExternalStore } from 'react'
import type { Job } from '../../job/job.ts'
import { parseJob } from '../../job/parseJob.ts'

/**
 * The sample jobs: the files in `examples/`, each its own chunk, so that the first screen loads one of them and the gallery the rest. They are the very files that the
 * command line runs.
 */
const files = import.meta.glob<string>('../../../examples/*.json', { query: '?raw', import: 'default' })

export interface Sample {
  /** The file's name without its ending. */
  readonly id: string
  readonly job: Job
}

/** What a first visit shows; the first one that is there. */
const landing = ['earthquakes-late', 'trips-per-zone', 'hot-items']

export const sampleIds: readonly string[] = Object.keys(files)
  .map((path) => path.replace(/^.*\//, '').replace(/(\.job)?\.json$/, ''))
  .toSorted()

export function landingSampleId(): string | null {
  return landing.find((id) => sampleIds.includes(id)) ?? sampleIds[0] ?? null
}

export async function loadSample(id: string): Promise<Sample | null> {
  const path = Object.keys(files).find((candidate) => new RegExp(`/${id}(\\.job)?\\.json$`).test(candidate))
  if (path === undefined) return null
  const read = parseJob(await files[path]!())
  return read.job === null ? null : { id, job: read.job }
}

let all: readonly Sample[] = []
let loading: Promise<void> | null = null
const listeners = new Set<() => void>()

/** Every sample, as they arrive; asking for them loads them. */
export function useSamples(): readonly Sample[] {
  return useSyncExternalStore(subscribe, () => all)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  loading ??= Promise.all(sampleIds.map(loadSample)).then((samples) => {
    all = samples.filter((sample): sample is Sample => sample !== null)
    for (const one of listeners) one()
    return undefined
  })
  return () => listeners.delete(listener)
}
