import { useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

/**
 * On a narrow screen the left panel is a drawer: closed until it is asked for, lying over the canvas, gone once something in it was chosen. How the panel stands on
 * a wide screen is the user's arrangement and stays untouched by it.
 */
const narrow = typeof matchMedia === 'undefined' ? null : matchMedia('(max-width: 860px)')
const store = createStore<{ readonly open: boolean }>()(() => ({ open: false }))

/** Less room than panel, canvas and inspector need side by side. */
export function isCompact(): boolean {
  return narrow?.matches ?? false
}

export function useCompact(): boolean {
  return useSyncExternalStore(hearWidth, isCompact)
}

function hearWidth(listener: () => void): () => void {
  narrow?.addEventListener('change', listener)
  return () => narrow?.removeEventListener('change', listener)
}

export function useDrawerOpen(): boolean {
  return useStore(store, (state) => state.open)
}

export function setDrawer(open: boolean): void {
  store.setState({ open })
}

export function toggleDrawer(): void {
  store.setState(({ open }) => ({ open: !open }))
}

narrow?.addEventListener('change', () => setDrawer(false))
