import { useSyncExternalStore } from 'react'
import type { Job } from '../../job/job.ts'
import { parseJob } from '../../job/parseJob.ts'

/**
 * The sample jobs: the files in `examples/`, in the order and with the lessons of `examples/gallery/index.json`, each its own chunk, so that the first screen loads one
 * of them and the gallery the rest. They are the very files that the command line runs.
 */
const files = import.meta.glob<string>('../../../examples/*.json', { query: '?raw', import: 'default' })
const index = Object.values(import.meta.glob<readonly Entry[]>('../../../examples/gallery/index.json', { eager: true, import: 'default' }))[0] ?? []

interface Entry {
  readonly id: string
  readonly file: string
  readonly lesson: string
}

export interface Sample {
  readonly id: string
  /** What it teaches, in a sentence or two. */
  readonly lesson: string
  readonly job: Job
}

/** What a first visit shows: the first of the list. */
export function landingSampleId(): string | null {
  return index[0]?.id ?? null
}

export async function loadSample(id: string): Promise<Sample | null> {
  if (id.startsWith('nexmark-')) return (await import('./nexmarkSamples.ts')).loadNexmark(id)
  const entry = index.find((candidate) => candidate.id === id)
  const file = entry === undefined ? undefined : files[`../../../examples/${entry.file}`]
  if (entry === undefined || file === undefined) return null
  const read = parseJob(await file())
  return read.job === null ? null : { id, lesson: entry.lesson, job: read.job }
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
  loading ??= Promise.all(index.map((entry) => loadSample(entry.id))).then((samples) => {
    all = samples.filter((sample): sample is Sample => sample !== null)
    for (const one of listeners) one()
    return undefined
  })
  return () => listeners.delete(listener)
}
