import { useSyncExternalStore } from 'react'

/** Why the checkpoints of the run on screen are kept in memory only; null when the browser keeps them. */
let trouble: string | null = null
const listeners = new Set<() => void>()

export const storageTrouble = {
  set: (why: string | null): void => {
    trouble = why
    for (const listener of listeners) listener()
  },
}

export function useStorageTrouble(): string | null {
  return useSyncExternalStore(subscribe, () => trouble)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
