import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { defaultPanels, setPanel, useDesigner, type PanelName } from '../store/designerStore.ts'
import { text } from '../text/text.ts'
import styles from './Separator.module.css'

/**
 * The edge of a panel, to be dragged or moved with the arrow keys (the WAI-ARIA window splitter). While it is dragged the size lives in a custom
 * property of the frame, so that nothing renders but the layout; the store hears of it at the end.
 */
export interface SeparatorProps {
  readonly panel: PanelName
  /** Where the panel lies, seen from its separator. */
  readonly side: 'left' | 'right' | 'below'
  readonly min: number
  readonly max: number
}

const keyStep = 16

export function Separator({ panel, side, min, max }: SeparatorProps) {
  const size = useDesigner((state) => state.panels[panel].size)
  const drag = useRef<{ readonly start: number; readonly size: number; now: number } | null>(null)
  const upright = side !== 'below'
  const clamped = (wish: number): number => Math.round(Math.min(Math.max(wish, min), max))
  const frameOf = (event: PointerEvent<HTMLElement>): HTMLElement | null => event.currentTarget.closest('[data-frame]')

  const down = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { start: upright ? event.clientX : event.clientY, size, now: size }
  }
  const move = (event: PointerEvent<HTMLElement>): void => {
    if (drag.current === null) return
    const travelled = (upright ? event.clientX : event.clientY) - drag.current.start
    drag.current.now = clamped(drag.current.size + (side === 'left' ? travelled : -travelled))
    frameOf(event)?.style.setProperty(`--${panel}-size`, `${drag.current.now}px`)
  }
  const up = (): void => {
    if (drag.current !== null && drag.current.now !== size) setPanel(panel, { size: drag.current.now })
    drag.current = null
  }
  const key = (event: KeyboardEvent): void => {
    const grow = { left: 'ArrowRight', right: 'ArrowLeft', below: 'ArrowUp' }[side]
    const shrink = { left: 'ArrowLeft', right: 'ArrowRight', below: 'ArrowDown' }[side]
    const wish = event.key === grow ? size + keyStep : event.key === shrink ? size - keyStep : event.key === 'Home' ? min : event.key === 'End' ? max : null
    if (wish === null) return
    event.preventDefault()
    event.stopPropagation()
    setPanel(panel, { size: clamped(wish) })
  }
  return (
    <div
      className={styles.separator}
      data-side={side}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a separator that can be moved is a widget, which <hr> is not (ARIA 1.2)
      role="separator"
      tabIndex={0}
      aria-label={text.frame.resize(text.frame.regions[panel])}
      aria-orientation={upright ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onKeyDown={key}
      onDoubleClick={() => setPanel(panel, { size: defaultPanels[panel].size })}
    />
  )
}
