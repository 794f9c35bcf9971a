import { createStore } from 'zustand/vanilla'

/**
 * Short notes at the foot of the screen. A toast never holds the only copy of something important: problems stand in the problems list, the saved state
 * in the bar.
 */
export interface Toast {
  readonly id: number
  readonly tone: 'plain' | 'ok' | 'warning' | 'error'
  readonly message: string
  readonly action?: { readonly label: string; readonly run: () => void }
}

export const toasts = createStore<{ readonly list: readonly Toast[] }>()(() => ({ list: [] }))

const toastsMax = 4
let next = 1

export function toast(content: Omit<Toast, 'id'>): void {
  const id = next
  next += 1
  toasts.setState(({ list }) => ({ list: [...list.filter((other) => other.message !== content.message), { ...content, id }].slice(-toastsMax) }))
}

export function dismissToast(id: number): void {
  toasts.setState(({ list }) => ({ list: list.filter((other) => other.id !== id) }))
}
