import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

/** Which operator's name is being edited on the canvas. */
const store = createStore<{ id: string | null }>()(() => ({ id: null }))

export function useRenaming(id: string): boolean {
  return useStore(store, (state) => state.id === id)
}
export function startRenaming(id: string): void {
  store.setState({ id })
}
export function stopRenaming(): void {
  store.setState({ id: null })
}
