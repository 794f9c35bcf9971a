import { lazy, Suspense, useEffect } from 'react'
import { BlankState } from './frame/BlankState.tsx'
import { DropTarget } from './frame/DropTarget.tsx'
import { Frame } from './frame/Frame.tsx'
import { Hint } from './frame/Hint.tsx'
import { handleKey } from './frame/keys.ts'
import { SecondTab } from './frame/SecondTab.tsx'
import { LiveRegion, Toasts } from './frame/Toasts.tsx'
import { TopBar } from './frame/TopBar.tsx'
import { definitionsReady } from './store/definitions.ts'
import { useDesigner } from './store/designerStore.ts'

// Regions that show operators wait for the catalog, which is fetched at the same time.
const withDefinitions = async <T,>(region: Promise<T>): Promise<T> => {
  await definitionsReady
  return region
}
const Canvas = lazy(() => withDefinitions(import('./canvas/Canvas.tsx')))
const Sidebar = lazy(() => withDefinitions(import('./frame/Sidebar.tsx')))
const Inspector = lazy(() => withDefinitions(import('./inspector/Inspector.tsx')))
const Dock = lazy(() => withDefinitions(import('./data/Dock.tsx')))
const Transport = lazy(() => import('./run/Transport.tsx'))
const Sheets = lazy(() => import('./frame/Sheets.tsx'))

export function App() {
  const blank = useDesigner((state) => state.document.job.operators.length === 0 && (state.document.job.layout?.notes ?? []).length === 0)
  const sheet = useDesigner((state) => state.sheet)
  useEffect(() => {
    addEventListener('keydown', handleKey)
    return () => removeEventListener('keydown', handleKey)
  }, [])
  return (
    <>
      <Frame
        bare={blank}
        bar={<TopBar blank={blank} />}
        left={
          <Suspense>
            <Sidebar blank={blank} />
          </Suspense>
        }
        canvas={
          <>
            <Suspense>
              <Canvas />
            </Suspense>
            {blank ? <BlankState /> : <Hint />}
          </>
        }
        inspector={
          <Suspense>
            <Inspector />
          </Suspense>
        }
        dock={
          <Suspense>
            <Dock />
          </Suspense>
        }
        timeline={
          <Suspense>
            <Transport />
          </Suspense>
        }
      />
      {sheet === null ? null : (
        <Suspense>
          <Sheets sheet={sheet} />
        </Suspense>
      )}
      <SecondTab />
      <Toasts />
      <LiveRegion />
      <DropTarget />
    </>
  )
}
