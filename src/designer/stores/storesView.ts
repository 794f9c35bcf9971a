import { useSyncExternalStore } from 'react'

/** That something about topics or tables has changed, told to the screen once a frame; and why they are not kept, if so. Apart from what keeps them, which no first screen pays for. */
let version = 0
let trouble: string | null = null
let frame: number | null = null
const listeners = new Set<() => void>()

export function storesChanged(): void {
  if (frame !== null) return
  frame = requestAnimationFrame(() => {
    frame = null
    version++
    for (const listener of listeners) listener()
  })
}

export function storesTrouble(error: unknown): void {
  trouble = error instanceof Error ? error.message || error.name : String(error)
  storesChanged()
}

/** Grows with every change. */
export function useStoresVersion(): number {
  return useSyncExternalStore(subscribe, () => version)
}

export function useStoresTrouble(): string | null {
  return useSyncExternalStore(subscribe, () => trouble)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
