import { createRoot } from 'react-dom/client'
import faces from 'virtual:operator-faces'
import { workerUrl } from '../runtime/launch/workerUrl.ts'
import { App, prefetchScreens } from './App.tsx'
import { registerFrameActions } from './frame/frameActions.ts'
import { Fence } from './frame/Region.tsx'
import { registerServiceWorker } from './offline/register.ts'
import { startArrangement } from './persistence/arrangement.ts'
import { startPersistence } from './persistence/documents.ts'
import { landingSampleId, loadSample } from './persistence/samples.ts'
import { startChecking } from './store/checking.ts'
import { setDefinitions, setFaces } from './store/definitions.ts'
import { provideStartJob } from './store/runStore.ts'
import { prepareRuns, startInBrowser } from './store/startJob.ts'
import { toast } from './store/toasts.ts'
import { text } from './text/text.ts'
import './theme/base.css'

/**
 * Puts the parts together, in the order in which they are wanted: the document and the regions that show it; then catalog and checker; then, while the page is
 * idle, what the first press of Run and the next screens need, and the copy for offline use.
 */
setFaces(faces)
startArrangement()
registerFrameActions()
provideStartJob(startInBrowser)

const root = createRoot(document.querySelector('#root')!)
void startPersistence(async () => {
  const id = landingSampleId()
  return id === null ? null : ((await loadSample(id))?.job ?? null)
}).then(() => {
  root.render(
    <Fence label={text.frame.product}>
      <App onDrawn={fetchTheRest} />
    </Fence>,
  )
  // Whatever keeps the canvas from being drawn, the rest is there.
  setTimeout(fetchTheRest, 4000)
  return undefined
})

let asked = false
function fetchTheRest(): void {
  if (asked) return
  asked = true
  // The first picture goes to the screen before anything else is begun.
  requestAnimationFrame(() => setTimeout(() => void rest(), 0))
}

async function rest(): Promise<void> {
  startChecking(() => new Worker(workerUrl(new URL('./store/check.worker.ts', import.meta.url)), { type: 'module', name: 'check' }))
  await import('../operators/catalog.ts').then(({ definitions }) => setDefinitions(definitions), catalogMissing)
  await idle()
  await prepareRuns()
  await idle()
  await prefetchScreens()
  await registerServiceWorker({ onUpdate: (activate) => toast({ tone: 'plain', message: text.frame.updateReady, action: { label: text.persistence.reload, run: activate } }) })
}

function catalogMissing(): void {
  toast({ tone: 'error', message: text.frame.catalogMissing, action: { label: text.persistence.reload, run: () => location.reload() } })
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: 2000 })
    else setTimeout(resolve, 300)
  })
}
