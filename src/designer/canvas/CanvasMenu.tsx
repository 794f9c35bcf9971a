import { lazy, Suspense } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Position } from '../../job/job.ts'

/** The menu under the right button: what can be done with what is selected, or with the ground. Every entry is an action with its key beside it. */
export type MenuSubject = 'operator' | 'edge' | 'note' | 'ground'

const CanvasMenuList = lazy(() => import('./CanvasMenuList.tsx'))

const store = createStore<{ readonly at: Position | null; readonly subject: MenuSubject }>()(() => ({ at: null, subject: 'ground' }))

export function openCanvasMenu(at: Position, subject: MenuSubject): void {
  store.setState({ at, subject })
}

const entries: Readonly<Record<MenuSubject, readonly (readonly string[])[]>> = {
  operator: [
    ['canvas.addNext', 'canvas.connect', 'canvas.rename', 'go.inspector'],
    ['edit.copy', 'edit.cut', 'edit.duplicate', 'edit.group', 'edit.ungroup'],
    ['edit.delete', 'edit.deleteBridge'],
  ],
  edge: [['canvas.insert', 'go.inspector'], ['edit.delete']],
  note: [['edit.copy', 'edit.cut'], ['edit.delete']],
  ground: [
    ['canvas.add', 'canvas.note', 'edit.paste'],
    ['edit.selectAll', 'canvas.tidy', 'canvas.fit'],
  ],
}

export function CanvasMenu() {
  const { at, subject } = useStore(store)
  if (at === null) return null
  return (
    <Suspense>
      <CanvasMenuList at={at} groups={entries[subject]} onClose={() => store.setState({ at: null })} />
    </Suspense>
  )
}
