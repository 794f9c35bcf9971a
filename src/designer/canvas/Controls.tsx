import { lazy, Suspense, useState, type ReactNode } from 'react'
import { useStore as useFlowStore } from '@xyflow/react'
import { ChevronDown, Maximize, Minus, Network, Plus } from 'lucide-react'
import { printKeys } from '../frame/keys.ts'
import { runAction, useAction } from '../store/actions.ts'
import { useDesigner } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import { Minimap } from './Minimap.tsx'
import styles from './canvas.module.css'

const loadLensMenu = (): Promise<typeof import('./LensMenu.tsx')> => import('./LensMenu.tsx')
const LensMenu = lazy(loadLensMenu)

/** Which two numbers the nodes show. The menu is fetched when a pointer or the focus comes near: the first screen does not need it. */
export function LensControl() {
  const lens = useDesigner((state) => state.lens)
  const [wanted, setWanted] = useState(false)
  const button = (
    <button type="button" className={`${styles.control} ${styles.lens}`} aria-haspopup="menu" onPointerEnter={() => void loadLensMenu()} onFocus={() => void loadLensMenu()} onClick={() => setWanted(true)}>
      {t.canvas.lens} <b>{t.canvas.lenses[lens]}</b>
      <ChevronDown size={14} aria-hidden />
    </button>
  )
  if (!wanted) return button
  return (
    <Suspense fallback={button}>
      <LensMenu>{button}</LensMenu>
    </Suspense>
  )
}

export function ViewControls() {
  const several = useDesigner((state) => state.document.job.operators.length > 1)
  return (
    <div className={`${styles.control} ${styles.view}`} role="group" aria-label={t.canvas.view}>
      {several ? <Minimap /> : null}
      <ActionButton id="canvas.tidy">
        <Network size={14} aria-hidden />
      </ActionButton>
      <i className={styles.rule} />
      <ActionButton id="canvas.zoomOut">
        <Minus size={14} aria-hidden />
      </ActionButton>
      <ZoomLevel />
      <ActionButton id="canvas.zoomIn">
        <Plus size={14} aria-hidden />
      </ActionButton>
      <ActionButton id="canvas.fit">
        <Maximize size={14} aria-hidden />
      </ActionButton>
    </div>
  )
}

function ZoomLevel() {
  const zoom = useFlowStore((state) => Math.round(state.transform[2] * 100))
  return (
    <button type="button" className={styles.zoomLevel} title={t.canvas.zoomReset} aria-label={t.canvas.zoomLevel(zoom)} onClick={() => runAction('canvas.zoomReset')}>
      {zoom} %
    </button>
  )
}

function ActionButton({ id, children }: { readonly id: string; readonly children: ReactNode }) {
  const action = useAction(id)
  if (action === undefined) return null
  const keys = action.keys?.[0]
  return (
    <button type="button" aria-label={action.title} title={keys === undefined ? action.title : `${action.title} (${printKeys(keys)})`} onClick={() => runAction(id)}>
      {children}
    </button>
  )
}
