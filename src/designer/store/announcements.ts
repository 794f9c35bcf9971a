import { createStore } from 'zustand/vanilla'

/** What the live region says. Each announcement is a new object, so that the same words said twice are read twice. */
export const announcements = createStore<{ readonly said: { readonly words: string; readonly urgent: boolean } | null }>()(() => ({ said: null }))

export function announce(words: string, urgent = false): void {
  if (words !== '') announcements.setState({ said: { words, urgent } })
}
