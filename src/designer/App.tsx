import { lazy, Suspense, useEffect, type ComponentType } from 'react'
import { BlankState } from './frame/BlankState.tsx'
import { DropTarget } from './frame/DropTarget.tsx'
import { Frame } from './frame/Frame.tsx'
import { handleKey } from './frame/keys.ts'
import { SecondTab } from './frame/SecondTab.tsx'
import { LiveRegion, Toasts } from './frame/Toasts.tsx'
import { TopBar } from './frame/TopBar.tsx'
import { useDesigner } from './store/designerStore.ts'

// Until every region exists: what is there is shown.
const found = import.meta.glob<{ default: ComponentType }>(['./canvas/Canvas.tsx', './frame/Sidebar.tsx'])
const Canvas = lazy(found['./canvas/Canvas.tsx'] ?? (() => Promise.resolve<{ default: ComponentType }>({ default: () => null })))
const Sidebar = lazy(() => import('./frame/Sidebar.tsx'))
const Inspector = lazy(() => import('./inspector/Inspector.tsx'))
const Dock = lazy(() => import('./data/Dock.tsx'))
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
            {blank ? <BlankState /> : null}
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
