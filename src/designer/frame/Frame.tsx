import { useRef, type ReactNode } from 'react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { setPanel, useDesigner, type PanelName } from '../store/designerStore.ts'
import { text } from '../text/text.ts'
import { Region } from './Region.tsx'
import styles from './Frame.module.css'

/**
 * The arrangement of the screen: bar, left (add and outline), canvas with the dock under it, inspector, timeline. Panels fold and remember their sizes in
 * pixels; the canvas takes what is left. What stands in the regions is given.
 */
export interface FrameProps {
  readonly bar: ReactNode
  readonly left: ReactNode
  readonly canvas: ReactNode
  readonly inspector: ReactNode
  readonly dock: ReactNode
  readonly timeline: ReactNode
  /** Canvas and bar alone, as on a blank document. */
  readonly bare: boolean
}

export function Frame({ bar, left, canvas, inspector, dock, timeline, bare }: FrameProps) {
  const panels = useDesigner((state) => state.panels)
  const shown = (name: PanelName): boolean => panels[name].open && !(panels.focus && name !== 'timeline')
  const resizing = useRef<Partial<Record<PanelName, number>>>({})
  const noted = (name: PanelName) => (size: { readonly inPixels: number }) => {
    resizing.current[name] = Math.round(size.inPixels)
  }
  const settled = (_: unknown, meta: { readonly isUserInteraction: boolean }): void => {
    if (!meta.isUserInteraction) return
    for (const [name, size] of Object.entries(resizing.current)) if (size > 40) setPanel(name as PanelName, { size })
  }

  return (
    <div className={styles.frame}>
      <header className={styles.bar} data-region="bar" tabIndex={-1}>
        {bar}
      </header>
      <Group className={styles.middle} orientation="horizontal" onLayoutChanged={settled} id="columns">
        {shown('left') ? (
          <>
            <Panel id="left" defaultSize={panels.left.size} minSize={168} maxSize={420} groupResizeBehavior="preserve-pixel-size" onResize={noted('left')}>
              <Region name="left" label={text.frame.regions.left} className={styles.panel}>
                {left}
              </Region>
            </Panel>
            <Separator className={styles.upright} aria-label={text.frame.resize(text.frame.regions.left)} />
          </>
        ) : null}
        <Panel id="centre" minSize={280}>
          <Group orientation="vertical" onLayoutChanged={settled} id="rows">
            <Panel id="canvas" minSize={120}>
              <Region name="canvas" label={text.frame.regions.canvas} className={styles.canvas}>
                {canvas}
              </Region>
            </Panel>
            {shown('dock') && !bare ? (
              <>
                <Separator className={styles.flat} aria-label={text.frame.resize(text.frame.regions.dock)} />
                <Panel id="dock" defaultSize={panels.dock.size} minSize={96} groupResizeBehavior="preserve-pixel-size" onResize={noted('dock')}>
                  <Region name="dock" label={text.frame.regions.dock} className={styles.panel}>
                    {dock}
                  </Region>
                </Panel>
              </>
            ) : null}
          </Group>
        </Panel>
        {shown('inspector') && !bare ? (
          <>
            <Separator className={styles.upright} aria-label={text.frame.resize(text.frame.regions.inspector)} />
            <Panel id="inspector" defaultSize={panels.inspector.size} minSize={232} maxSize={560} groupResizeBehavior="preserve-pixel-size" onResize={noted('inspector')}>
              <Region name="inspector" label={text.frame.regions.inspector} className={styles.panel}>
                {inspector}
              </Region>
            </Panel>
          </>
        ) : null}
      </Group>
      {shown('timeline') ? (
        <footer className={styles.timeline}>
          <Region name="timeline" label={text.frame.regions.timeline}>
            {timeline}
          </Region>
        </footer>
      ) : null}
    </div>
  )
}
