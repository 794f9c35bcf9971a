import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Position } from '../../job/job.ts'

/** The edge under the pointer, and the one whose rows are peeked at because the pointer has rested there. */
interface HoverState {
  readonly edge: string | null
  readonly peek: { readonly edge: string; readonly screen: Position } | null
}

const store = createStore<HoverState>()(() => ({ edge: null, peek: null }))
const restMs = 250
let timer: ReturnType<typeof setTimeout> | undefined

export function useHovered(edge: string): boolean {
  return useStore(store, (state) => state.edge === edge)
}
export function usePeek(): HoverState['peek'] {
  return useStore(store, (state) => state.peek)
}
export function hoverEdge(edge: string, screen: Position): void {
  if (store.getState().edge !== edge) store.setState({ edge, peek: null })
  if (store.getState().peek !== null) return
  clearTimeout(timer)
  timer = setTimeout(() => store.setState({ peek: { edge, screen } }), restMs)
}
export function leaveEdge(): void {
  clearTimeout(timer)
  if (store.getState().edge !== null) store.setState({ edge: null, peek: null })
}
