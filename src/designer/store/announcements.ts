import { createStore } from 'zustand/vanilla'

/** What the live region says. `turn` changes with each announcement, so that the same words said twice are read twice. */
export interface Announcement {
  readonly words: string
  readonly urgent: boolean
  readonly turn: number
}

export const announcements = createStore<Announcement>()(() => ({ words: '', urgent: false, turn: 0 }))

export function announce(words: string, urgent = false): void {
  if (words !== '') announcements.setState(({ turn }) => ({ words, urgent, turn: turn + 1 }))
}
