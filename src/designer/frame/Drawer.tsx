import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { setDrawer } from './drawerState.ts'
import styles from './Frame.module.css'

/**
 * The left panel over the canvas. It takes the focus when it comes and gives it back to its button when it is sent away; choosing closes it. While something is
 * dragged out of it, it is out of sight but still there: the browser ends a drag whose element is gone.
 */
export function Drawer({ children }: { readonly children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  const [dragging, setDragging] = useState(false)
  useEffect(() => box.current?.querySelector<HTMLElement>('[data-region="left"]')?.focus({ preventScroll: true }), [])

  const key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.stopPropagation()
    setDrawer(false)
    document.querySelector<HTMLElement>('[data-drawer-button]')?.focus()
  }
  const click = (event: MouseEvent): void => {
    if ((event.target as Element).closest(choices) !== null) setDrawer(false)
  }
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- the pointer's way out; Escape is the keyboard's */}
      <div className={styles.scrim} data-away={dragging ? '' : undefined} onClick={() => setDrawer(false)} />
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- hears what happens to the buttons inside */}
      <div
        ref={box}
        className={styles.left}
        data-drawer=""
        data-away={dragging ? '' : undefined}
        onKeyDown={key}
        onClick={click}
        // Hidden at once, the browser would take its picture of nothing.
        onDragStart={() => setTimeout(() => setDragging(true))}
        onDragEnd={() => setDrawer(false)}
      >
        {children}
      </div>
    </>
  )
}

/** An operator to add, one to go to, a way to begin. */
const choices = '[data-kind], [role="treeitem"], [data-begin]'
