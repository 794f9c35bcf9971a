import { createStore } from 'zustand/vanilla'

/**
 * How safe the document is, as the bar says it. `saved` is said only after the browser confirmed a strict commit of the newest step, never when a write has
 * merely been asked for.
 */
export type SavedState =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'saving' }
  | { readonly kind: 'saved'; readonly at: number; readonly version: number | null; readonly stepsSince: number }
  /** Storage is there but refuses; what to do is said in `why`. */
  | { readonly kind: 'failed'; readonly why: string }
  /** No storage at all: private window or blocked. */
  | { readonly kind: 'sessionOnly'; readonly why: string }
  /** Another tab writes. */
  | { readonly kind: 'viewing' }

export const savedState = createStore<{ readonly state: SavedState }>()(() => ({ state: { kind: 'nothing' } }))

export function setSavedState(state: SavedState): void {
  savedState.setState({ state })
}
