import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Position } from '../../job/job.ts'

/** The small search that adds an operator where it was asked for: at a point, behind a port, before a port, into an edge. */
export type QuickAddAt = { readonly screen: Position; readonly position: Position } & (
  | { readonly kind: 'point' }
  | { readonly kind: 'after'; readonly operator: string; readonly port: string }
  | { readonly kind: 'before'; readonly operator: string; readonly port: string }
  | { readonly kind: 'edge'; readonly edge: string }
)

const store = createStore<{ at: QuickAddAt | null }>()(() => ({ at: null }))

export function useQuickAdd(): QuickAddAt | null {
  return useStore(store, (state) => state.at)
}
export function openQuickAdd(at: QuickAddAt): void {
  store.setState({ at })
}
export function closeQuickAdd(): void {
  store.setState({ at: null })
}
