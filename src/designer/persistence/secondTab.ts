import { createStore } from 'zustand/vanilla'

/** Set while the document is open for writing in another tab and the user has not yet chosen what to do. */
export const secondTab = createStore<{ readonly conflict: { readonly name: string; readonly changedAt: number } | null }>()(() => ({ conflict: null }))
