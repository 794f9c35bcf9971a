import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { faceOf } from '../store/definitions.ts'
import { currentJob, designerStore, type Selection } from '../store/designerStore.ts'
import { edgeKey } from '../store/edgeKey.ts'

/** Which rows the dock shows: the selection's, and beside it what the user pinned. */
export type DataView = { readonly kind: 'edge'; readonly key: string } | { readonly kind: 'sink'; readonly id: string }

export function viewId(view: DataView): string {
  return view.kind === 'edge' ? `edge ${view.key}` : `sink ${view.id}`
}

const store = createStore<{ pinned: readonly DataView[] }>()(() => ({ pinned: [] }))

export const pinnedMax = 3

export function usePinned(): readonly DataView[] {
  return useStore(store, (state) => state.pinned)
}

export function togglePin(view: DataView): void {
  const { pinned } = store.getState()
  const without = pinned.filter((other) => viewId(other) !== viewId(view))
  store.setState({ pinned: without.length < pinned.length ? without : [...pinned, view].slice(-pinnedMax) })
}

/** What the selection shows: an edge its rows, a sink what reached it, any other operator what leaves it; nothing selected the first sink. */
export function selectedView(selection: Selection): DataView | null {
  const job = currentJob()
  const { focused } = selection
  if (focused?.kind === 'edge') return { kind: 'edge', key: focused.key }
  if (focused?.kind === 'operator') {
    const operator = job.operators.find((other) => other.id === focused.id)
    if (operator === undefined) return null
    if (faceOf(operator.kind)?.family === 'sink') return { kind: 'sink', id: operator.id }
    const out = job.edges.find((edge) => edge.from === operator.id)
    return out === undefined ? null : { kind: 'edge', key: edgeKey(out) }
  }
  const sink = job.operators.find((operator) => faceOf(operator.kind)?.family === 'sink')
  return sink === undefined ? null : { kind: 'sink', id: sink.id }
}

// Views of things that are gone go with them.
designerStore.subscribe((state, before) => {
  if (state.document.job === before.document.job) return
  const { pinned } = store.getState()
  const { job } = state.document
  const kept = pinned.filter((view) => (view.kind === 'edge' ? job.edges.some((edge) => edgeKey(edge) === view.key) : job.operators.some((operator) => operator.id === view.id)))
  if (kept.length < pinned.length) store.setState({ pinned: kept })
})
