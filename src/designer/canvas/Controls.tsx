import type { ReactNode } from 'react'
import { MiniMap, useStore as useFlowStore, type MiniMapNodeProps } from '@xyflow/react'
import { Check, ChevronDown, Maximize, Minus, Network, Plus } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { printKeys } from '../frame/keys.ts'
import menu from '../frame/Menu.module.css'
import { runAction, useAction } from '../store/actions.ts'
import { setLens, useDesigner, type Lens } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import styles from './canvas.module.css'

const lenses: readonly Lens[] = ['rate', 'time', 'load', 'state']

/** Which two numbers the nodes show. */
export function LensControl() {
  const lens = useDesigner((state) => state.lens)
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <button type="button" className={`${styles.control} ${styles.lens}`}>
          {t.canvas.lens} <b>{t.canvas.lenses[lens]}</b>
          <ChevronDown size={14} aria-hidden />
        </button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu['menu']} align="start" side="top" sideOffset={6} collisionPadding={8}>
          <DropdownMenu.RadioGroup value={lens} onValueChange={(value) => setLens(value as Lens)}>
            {lenses.map((name) => (
              <DropdownMenu.RadioItem key={name} value={name} className={menu['item']}>
                <span className={styles.lensName}>{t.canvas.lenses[name]}</span>
                <small className={styles.lensHint}>{t.canvas.lensHints[name]}</small>
                <DropdownMenu.ItemIndicator className={menu['mark']}>
                  <Check size={14} aria-hidden />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

const minimapSize = { width: 84, height: 26 }

export function ViewControls() {
  const several = useDesigner((state) => state.document.job.operators.length > 1)
  return (
    <div className={`${styles.control} ${styles.view}`} role="group" aria-label={t.canvas.view}>
      {several ? <MiniMap className={styles.minimap!} style={minimapSize} nodeComponent={MiniMapNode} pannable zoomable ariaLabel={t.canvas.minimap} offsetScale={2} /> : null}
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

/** Boxes alone; the selected ones in water. */
function MiniMapNode({ x, y, width, height, selected }: MiniMapNodeProps) {
  return <rect x={x} y={y} width={width} height={height} rx={16} className={styles.minimapNode} data-selected={selected ? '' : undefined} />
}
