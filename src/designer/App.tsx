import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react'
import { Frame } from './frame/Frame.tsx'
import { Hint } from './frame/Hint.tsx'
import { handleKey } from './frame/keys.ts'
import { LiveRegion, Toasts } from './frame/Toasts.tsx'
import { TopBar } from './frame/TopBar.tsx'
import { definitionsReady } from './store/definitions.ts'
import { useDesigner } from './store/designerStore.ts'

// Asked for at once, side by side, while the document is still being opened.
const canvas = import('./canvas/Canvas.tsx')
const panels = import('./panels.ts')
const Canvas = lazy(() => canvas)
const Sidebar = lazy(() => panels.then((module) => ({ default: module.Sidebar })))
const Dock = lazy(() => panels.then((module) => ({ default: module.Dock })))
const Transport = lazy(() => panels.then((module) => ({ default: module.Transport })))
const JobInspector = lazy(() => panels.then((module) => ({ default: module.JobInspector })))

/** What is on no first screen: fetched when it is asked for, or before, while the page is idle (`prefetchScreens`). */
const later = {
  // The forms of operators need the rules of the catalog.
  inspector: () => Promise.all([import('./inspector/Inspector.tsx'), definitionsReady]).then(([module]) => module),
  sheets: () => import('./frame/Sheets.tsx'),
  dropTarget: () => import('./frame/DropTarget.tsx').then((module) => ({ default: module.DropTarget })),
  secondTab: () => import('./frame/SecondTab.tsx').then((module) => ({ default: module.SecondTab })),
  blank: () => import('./frame/BlankState.tsx').then((module) => ({ default: module.BlankState })),
}
const Inspector = lazy(later.inspector)
const Sheets = lazy(later.sheets)
// Not one of those: it brings the ensemble, which most visits never open.
const ClusterPage = lazy(() => import('./cluster/ClusterPage.tsx'))
const BlankState = lazy(later.blank)
// Wait for the page to be itself: both bring the storage of documents.
const DropTarget = lazy(() => definitionsReady.then(later.dropTarget))
const SecondTab = lazy(() => definitionsReady.then(later.secondTab))

export async function prefetchScreens(): Promise<void> {
  for (const fetchIt of Object.values(later)) await fetchIt().catch(() => undefined)
}

export function App({ onDrawn }: { /** The canvas stands. */ readonly onDrawn: () => void }) {
  const blank = useDesigner((state) => state.document.job.operators.length === 0 && (state.document.job.layout?.notes ?? []).length === 0)
  const sheet = useDesigner((state) => state.sheet)
  const nothingSelected = useDesigner((state) => state.selection.focused === null && state.selection.operators.length < 2)
  const cluster = useSyncExternalStore(watchHash, isClusterPage)
  useEffect(() => {
    addEventListener('keydown', handleKey)
    return () => removeEventListener('keydown', handleKey)
  }, [])
  return (
    <>
      {cluster ? (
        <Suspense>
          <ClusterPage bar={<TopBar blank={blank} />} />
          <Drawn then={onDrawn} />
        </Suspense>
      ) : (
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
                <Drawn then={onDrawn} />
              </Suspense>
              {blank ? (
                <Suspense>
                  <BlankState />
                </Suspense>
              ) : (
                <Hint />
              )}
            </>
          }
          inspector={<Suspense>{nothingSelected ? <JobInspector /> : <Inspector />}</Suspense>}
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
      )}
      {sheet === null ? null : (
        <Suspense>
          <Sheets sheet={sheet} />
        </Suspense>
      )}
      <Toasts />
      <LiveRegion />
      <Suspense>
        <SecondTab />
        <DropTarget />
      </Suspense>
    </>
  )
}

/** `#/cluster` shows the ensemble in place of the canvas. */
function isClusterPage(): boolean {
  return location.hash === '#/cluster'
}

function watchHash(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}

/** Stands beside what is fetched, so it is there when that is. */
function Drawn({ then }: { readonly then: () => void }) {
  useEffect(then, [then])
  return null
}
