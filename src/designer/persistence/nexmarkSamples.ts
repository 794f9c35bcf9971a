import { useSyncExternalStore } from 'react'
import { parseJob } from '../../job/parseJob.ts'
import type { Sample } from './samples.ts'

/** The Nexmark queries for the gallery: the files in `examples/nexmark/`, each its own chunk, fetched when the gallery opens or when one is asked for. Their lesson is their description. */
const files = import.meta.glob<string>('../../../examples/nexmark/q*.json', { query: '?raw', import: 'default' })

const ids = Object.keys(files)
  .map((path) => Number(/q(\d+)\.json$/.exec(path)![1]))
  .toSorted((a, b) => a - b)
  .map((number) => `nexmark-q${number}`)

export async function loadNexmark(id: string): Promise<Sample | null> {
  const file = files[`../../../examples/nexmark/${id.slice('nexmark-'.length)}.json`]
  if (file === undefined) return null
  const { job } = parseJob(await file())
  return job === null ? null : { id, lesson: job.description ?? '', job }
}

let all: readonly Sample[] = []
let loading: Promise<void> | null = null
const listeners = new Set<() => void>()

/** Every query, once all have arrived; asking for them loads them. */
export function useNexmark(): readonly Sample[] {
  return useSyncExternalStore(subscribe, () => all)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  loading ??= Promise.all(ids.map(loadNexmark)).then((samples) => {
    all = samples.filter((sample): sample is Sample => sample !== null)
    for (const one of listeners) one()
    return undefined
  })
  return () => listeners.delete(listener)
}
