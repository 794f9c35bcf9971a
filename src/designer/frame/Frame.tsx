import { lazy, Suspense, useSyncExternalStore, type CSSProperties, type ReactNode } from 'react'
import { useDesigner, type PanelName } from '../store/designerStore.ts'
import { text } from '../text/text.ts'
import { useCompact, useDrawerOpen } from './drawerState.ts'
import { Region } from './Region.tsx'
import { Separator } from './Separator.tsx'
import styles from './Frame.module.css'

/**
 * The arrangement of the screen: bar, left (add and outline), canvas with the dock under it, inspector, timeline. Panels fold and remember their sizes in
 * pixels; the canvas takes what is left. On a narrow screen the inspector, then the left panel too, lie over it. What stands in the regions is given.
 */
export interface FrameProps {
  readonly bar: ReactNode
  readonly left: ReactNode
  readonly canvas: ReactNode
  readonly inspector: ReactNode
  readonly dock: ReactNode
  readonly timeline: ReactNode
  /** Canvas and left panel alone, as on a blank document. */
  readonly bare: boolean
}

// No first screen has it.
const Drawer = lazy(() => import('./Drawer.tsx').then((module) => ({ default: module.Drawer })))

const narrowScreen = typeof matchMedia === 'undefined' ? null : matchMedia('(max-width: 1100px)')

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrowScreen?.addEventListener('change', listener)
      return () => narrowScreen?.removeEventListener('change', listener)
    },
    () => narrowScreen?.matches ?? false,
  )
}

export function Frame({ bar, left, canvas, inspector, dock, timeline, bare }: FrameProps) {
  const panels = useDesigner((state) => state.panels)
  const shown = (name: PanelName): boolean => panels[name].open && !(panels.focus && name !== 'timeline')
  const { regions } = text.frame
  const narrow = useNarrow()
  const focused = useDesigner((state) => state.selection.focused !== null)
  // Where it would lie over the canvas it comes with a selection and goes with it.
  const showInspector = shown('inspector') && !bare && (!narrow || focused)
  const showDock = shown('dock') && !bare
  const compact = useCompact()
  const drawer = useDrawerOpen()
  const sizes = {
    '--left-size': shown('left') && !compact ? `${panels.left.size}px` : '0px',
    '--inspector-size': showInspector ? `${panels.inspector.size}px` : '0px',
    '--dock-size': showDock ? `${panels.dock.size}px` : '0px',
  } as CSSProperties
  return (
    <div className={styles.frame} style={sizes} data-frame="">
      <header className={styles.bar} data-region="bar" tabIndex={-1}>
        {bar}
      </header>
      {compact ? (
        drawer ? (
          <Suspense>
            <Drawer>
              <Region name="left" label={regions.left}>
                {left}
              </Region>
            </Drawer>
          </Suspense>
        ) : null
      ) : shown('left') ? (
        <div className={styles.left}>
          <Region name="left" label={regions.left}>
            {left}
          </Region>
          <Separator panel="left" side="left" min={168} max={420} />
        </div>
      ) : null}
      <main className={styles.canvas}>
        <Region name="canvas" label={regions.canvas}>
          {canvas}
        </Region>
      </main>
      {showDock ? (
        <div className={styles.dock}>
          <Separator panel="dock" side="below" min={96} max={800} />
          <Region name="dock" label={regions.dock}>
            {dock}
          </Region>
        </div>
      ) : null}
      {showInspector ? (
        <div className={styles.inspector}>
          <Separator panel="inspector" side="right" min={232} max={560} />
          <Region name="inspector" label={regions.inspector}>
            {inspector}
          </Region>
        </div>
      ) : null}
      {shown('timeline') ? (
        <footer className={styles.timeline} data-bare={bare ? '' : undefined}>
          <Region name="timeline" label={regions.timeline}>
            {timeline}
          </Region>
        </footer>
      ) : null}
    </div>
  )
}
